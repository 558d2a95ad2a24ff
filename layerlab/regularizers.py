"""Regularizers: what a weight, or a layer's output, adds to the loss so that it stays small.

An object that, called with an array, returns a number; any callable `x -> number` is one too. A weight's penalty joins
the loss as it is, an output's is divided by the batch size.
"""

import math

import numpy as np

from layerlab.changes import Counted
from layerlab.config import epsilon, floatx
from layerlab.registry import Family, Registered

__all__ = [
    "L1",
    "L1L2",
    "L2",
    "OrthogonalRegularizer",
    "Regularizer",
    "deserialize",
    "get",
    "l1",
    "l1_l2",
    "l2",
    "orthogonal_regularizer",
    "serialize",
]


class Regularizer(Counted, Registered):
    """Base class: override `__call__` and `get_config`.

    >>> class Mean(Regularizer):
    ...     def __call__(self, x):
    ...         return np.mean(x)
    ...     def get_config(self):
    ...         return {}
    >>> float(Mean()(np.array([1.0, 3.0])))
    2.0

    Source: `keras.regularizers.Regularizer`.
    """

    family = "regularizers"

    def __call__(self, x):
        """The penalty for x: a number; here 0."""
        return 0.0

    def get_config(self):
        """The constructor arguments that make an equal object; every subclass states its own."""
        raise NotImplementedError(f"{self} does not implement get_config()")


class L1(Regularizer):
    """l1 · Σ|x|: pulls every number toward 0 with the same force, so that some end there.

    Its gradient at x = 0 is 0. The factor is rounded to the default float type, as Keras does.

    Args:
        l1: a number >= 0; None is 0.01.

    Raises:
        ValueError: l1 is negative, not finite, or no Python number.

    >>> float(L1(0.5)(np.array([1.0, -3.0])))
    2.0

    Source: `keras.regularizers.L1`.
    """

    def __init__(self, l1=0.01):
        self.l1 = _rounded(validate_float_arg(0.01 if l1 is None else l1, "l1"))

    def __call__(self, x):
        return self.l1 * np.sum(np.abs(x))

    def get_config(self):
        return {"l1": self.l1}


class L2(Regularizer):
    """l2 · Σx² (without a ½): pulls every number toward 0 with a force that is proportional to it.

    Args:
        l2: a number >= 0; None is 0.01.

    Raises:
        ValueError: l2 is negative, not finite, or no Python number.

    >>> float(L2(0.5)(np.array([1.0, -3.0])))
    5.0

    Source: `keras.regularizers.L2`.
    """

    def __init__(self, l2=0.01):
        self.l2 = validate_float_arg(0.01 if l2 is None else l2, "l2")

    def __call__(self, x):
        return self.l2 * np.sum(np.square(x))

    def get_config(self):
        return {"l2": self.l2}


class L1L2(Regularizer):
    """l1 · Σ|x| + l2 · Σx². Both factors are 0 unless given: `L1L2()` is no penalty at all.

    Args:
        l1, l2: numbers >= 0; None is 0.

    Raises:
        ValueError: a factor is negative, not finite, or no Python number.

    >>> float(L1L2(l1=0.5, l2=0.25)(np.array([1.0, -3.0])))
    4.5

    Source: `keras.regularizers.L1L2`.
    """

    def __init__(self, l1=0.0, l2=0.0):
        self.l1 = validate_float_arg(0.0 if l1 is None else l1, "l1")
        self.l2 = validate_float_arg(0.0 if l2 is None else l2, "l2")

    def __call__(self, x):
        penalty = np.zeros((), x.dtype)
        if self.l1:
            penalty = penalty + self.l1 * np.sum(np.abs(x))
        if self.l2:
            penalty = penalty + self.l2 * np.sum(np.square(x))
        return penalty

    def get_config(self):
        return {"l1": self.l1, "l2": self.l2}


class OrthogonalRegularizer(Regularizer):
    """factor · the mean |cosine| between two different rows (or columns) of a matrix.

    A row of zeros is orthogonal to all, and a single row has no other to be orthogonal to: both add 0.

    Args:
        factor: a number >= 0.
        mode: "rows" or "columns".

    Raises:
        ValueError: a bad factor or mode; at the call, x is not two-dimensional.

    >>> round(float(OrthogonalRegularizer(0.01)(np.array([[1.0, -2.0], [3.0, -4.0]]))), 7)
    0.0098387

    Source: `keras.regularizers.OrthogonalRegularizer`.
    """

    def __init__(self, factor=0.01, mode="rows"):
        self.factor = _rounded(validate_float_arg(factor, "factor"))
        if mode not in ("rows", "columns"):
            raise ValueError(
                f'Invalid value for argument `mode`. Expected one of {{"rows", "columns"}}. Received: mode={mode}'
            )
        self.mode = mode

    def __call__(self, inputs):
        if len(inputs.shape) != 2:
            raise ValueError(f"Inputs to OrthogonalRegularizer must have rank 2. Received: inputs.shape={inputs.shape}")
        rows = inputs if self.mode == "rows" else np.transpose(inputs)
        lengths = np.sqrt(np.maximum(np.sum(np.square(rows), axis=1, keepdims=True), epsilon() ** 2))
        rows = rows / lengths
        n = rows.shape[0]
        others = 1 - np.eye(n, dtype=inputs.dtype)
        cosines = np.matmul(rows, np.transpose(rows)) * others
        return self.factor * np.sum(np.abs(cosines)) / max(1, n * (n - 1))

    def get_config(self):
        return {"factor": self.factor, "mode": self.mode}


def validate_float_arg(value, name) -> float:
    """The factor of a penalty, checked, for regularizers of your own too; as in Keras not listed.

    Raises:
        ValueError: it is no Python number, negative, or not finite.

    >>> validate_float_arg(1, "l1")
    1.0
    """
    # np.float64 is a float, np.float32 is not: Keras's rule
    if not isinstance(value, float | int) or not math.isfinite(value) or value < 0:
        raise ValueError(f"Invalid value for argument {name}: expected a non-negative float.Received: {name}={value}")
    return float(value)


def _rounded(value: float) -> float:
    return float(np.array(value, floatx()))


l1, l2, l1_l2, orthogonal_regularizer = L1, L2, L1L2, OrthogonalRegularizer

_family = Family("regularizers", "regularizer")
serialize, deserialize = _family.serialize, _family.deserialize


def get(identifier):
    """The regularizer that an identifier means.

    Args:
        identifier: a string ("l2" is L2(0.01)), a class, a configuration dictionary, any callable, or None.

    Raises:
        ValueError: nothing is called that; the message offers the nearest name.

    >>> get("l2").get_config()
    {'l2': 0.01}
    """
    try:
        return _family.get(identifier)
    except ValueError as error:
        if identifier == "l1_l2":
            error.add_note("Keras 2's 'l1_l2' is L1L2(l1=0.01, l2=0.01); 'L1L2' is accepted, but means no penalty.")
        raise
