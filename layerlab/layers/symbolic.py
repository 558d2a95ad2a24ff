"""Symbolic tensors: shapes that travel through layers before there is any data.

`Input` makes one; layers and NumPy functions called on it give others, each of which remembers the call it came from.
"""

from typing import Any, NamedTuple

import numpy as np

from layerlab import tree
from layerlab.autodiff.arraylike import ArrayLike, map_nested
from layerlab.config import standardize_dtype
from layerlab.naming import auto_name

__all__ = ["KerasTensor", "Node", "dry_run", "has_symbolic"]


class KerasHistory(NamedTuple):
    """Where a symbolic tensor comes from: the operation, which call of it, and which of its outputs."""

    operation: Any
    node_index: int
    tensor_index: int


class KerasTensor(ArrayLike):
    """A placeholder with a shape (None where it is not known yet) and a dtype, but no values.

    Args:
        shape: all axes, the batch axis included.
        dtype: of the values to come.
        name: for messages.

    >>> KerasTensor((None, 3), name="x")
    <KerasTensor shape=(None, 3), dtype=float32, name=x>
    """

    __slots__ = ("__weakref__", "_keras_history", "_keras_mask", "dtype", "name", "shape")

    def __init__(self, shape, dtype="float32", name=None):
        self.shape = tuple(shape)
        self.dtype = standardize_dtype(dtype)
        self.name = name or auto_name("keras_tensor")

    def _call(self, function, args, kwargs):
        from layerlab.layers.numpy_call import NumpyCall

        return NumpyCall(function)(*args, **kwargs)

    def __array__(self, dtype=None, copy=None):
        raise ValueError(
            "A KerasTensor is symbolic: it has a shape and a dtype but no values, so it cannot become a NumPy array. "
            "Use it with layers and NumPy functions (np.stack, np.concatenate, ...), then build a "
            "Model(inputs, outputs)."
        )

    def __bool__(self):
        raise TypeError("A symbolic KerasTensor cannot be used as a boolean: its values are not known yet.")

    def __float__(self):
        raise TypeError("A symbolic KerasTensor has no value to convert to a number.")

    __int__ = __float__

    def __setitem__(self, *_):
        raise TypeError("A symbolic KerasTensor does not support item assignment.")

    def __repr__(self):
        return f"<KerasTensor shape={self.shape}, dtype={self.dtype}, name={self.name}>"


class Node:
    """One symbolic call of an operation: what went in and what came out.

    Args:
        operation: the layer that was called.
        args, kwargs: its arguments, with symbolic tensors among them.
        outputs: the symbolic tensors it gave (nested).
    """

    def __init__(self, operation, args, kwargs, outputs):
        self.operation, self.args, self.kwargs, self.outputs = operation, args, kwargs, outputs
        self.input_tensors = [leaf for leaf in tree.flatten([args, kwargs]) if isinstance(leaf, KerasTensor)]
        self.output_tensors = tree.flatten(outputs)
        index = len(operation._inbound_nodes)
        for i, tensor in enumerate(self.output_tensors):
            tensor._keras_history = KerasHistory(operation, index, i)
        operation._inbound_nodes.append(self)


def has_symbolic(args, kwargs) -> bool:
    """Whether any leaf of a call's arguments is a symbolic tensor."""
    for value in (*args, *kwargs.values()):
        leaves = tree.flatten(value) if tree.is_nested(value) else (value,)
        for leaf in leaves:
            if isinstance(leaf, KerasTensor):
                return True
    return False


_BATCH_PROBES = (2, 3)  # two sizes for every unknown axis: what changes with them stays unknown


def dry_run(function, args, kwargs):
    """The symbolic result of a function that does not state its shapes: run it on ones of two sizes and compare.

    Raises whatever the function raises, so that a wrong shape is found before there is data.
    """
    first, second = (_run_with(size, function, args, kwargs) for size in _BATCH_PROBES)

    def merge(a, b):
        shape = tuple(m if m == n else None for m, n in zip(np.shape(a), np.shape(b), strict=True))
        return KerasTensor(shape, dtype=np.asarray(a).dtype)

    return tree.map_structure(merge, first, second)


def _run_with(size, function, args, kwargs):
    def concrete(x):
        if not isinstance(x, KerasTensor):
            return x
        return np.ones(tuple(size if n is None else n for n in x.shape), dtype=x.dtype)

    with np.errstate(all="ignore"):
        return function(*map_nested(concrete, args), **map_nested(concrete, kwargs))
