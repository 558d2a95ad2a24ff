"""Arrays that people prepare before `fit`: class numbers as one-hot rows, samples scaled to unit length.

Plain NumPy on plain arrays; no gradient goes through them.
"""

import numpy as np

from layerlab.layers.symbolic import KerasTensor

__all__ = ["is_keras_tensor", "normalize", "to_categorical"]


def to_categorical(x, num_classes: int | None = None) -> np.ndarray:
    """Class numbers as one-hot rows: y[..., k] = 1 where x[...] is k, else 0.

    Args:
        x: integers 0 to num_classes - 1, of any shape; a last axis of length 1 is dropped.
        num_classes: how many there are; max(x) + 1 by default.

    Returns:
        float64, of shape (*x.shape, num_classes).

    Raises:
        ValueError: a class below zero, or not below num_classes.

    >>> to_categorical([0, 2, 1])
    array([[1., 0., 0.],
           [0., 0., 1.],
           [0., 1., 0.]])

    Source: `keras.utils.to_categorical`.
    """
    x = np.array(x, dtype="int64")
    if x.ndim > 1 and x.shape[-1] == 1:
        x = x[..., 0]
    if num_classes is None:
        num_classes = int(np.max(x)) + 1
    if x.size and not 0 <= np.min(x) <= np.max(x) < num_classes:
        raise ValueError(
            f"Expected class numbers from 0 to num_classes - 1 = {num_classes - 1}. "
            f"Received: values from {np.min(x)} to {np.max(x)}"
        )
    return np.eye(num_classes)[x]


def normalize(x, axis: int = -1, order=2) -> np.ndarray:
    """x / ||x||, the norm taken along `axis`; what is all zero stays zero.

    Args:
        x: an array.
        axis: the axis along which a vector lies.
        order: the kind of norm, as in `numpy.linalg.norm`: 2 (Euclidean), 1, numpy.inf, ...

    >>> normalize([[3.0, 4.0], [0.0, 0.0]])
    array([[0.6, 0.8],
           [0. , 0. ]])

    Source: `keras.utils.normalize`.
    """
    x = np.atleast_1d(x)
    norm = np.atleast_1d(np.linalg.norm(x, order, axis))
    norm[norm == 0] = 1
    return x / np.expand_dims(norm, axis)


def is_keras_tensor(x) -> bool:
    """Whether x is symbolic, as what `Input` gives and layers make of it, and holds no values.

    >>> is_keras_tensor(np.ones(3))
    False

    Source: `keras.utils.is_keras_tensor`.
    """
    return isinstance(x, KerasTensor)
