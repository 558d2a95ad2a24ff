"""Symbolic tensors: shapes that travel through layers before there is any data.

`Input` makes one; layers and NumPy functions called on it give others, each of which remembers the call it came from.
"""

from typing import Any, NamedTuple

import numpy as np

from layerlab import tree
from layerlab.autodiff.arraylike import ArrayLike, map_nested
from layerlab.config import standardize_dtype
from layerlab.naming import auto_name

__all__ = ["KerasTensor", "Node", "dry_run", "has_symbolic", "standardize_shape"]


class KerasHistory(NamedTuple):
    """Where a symbolic tensor comes from: the operation, which call of it, and which of its outputs."""

    operation: Any
    node_index: int
    tensor_index: int


def _without_lists(index):
    """An index whose lists are arrays, so that in a file, where tuples become lists, it still means the same."""
    parts = tuple(np.array(part) if isinstance(part, list) else part for part in _tuple(index))
    return parts if isinstance(index, tuple) else parts[0]


def _tuple(x) -> tuple:
    return x if isinstance(x, tuple) else (x,)


class KerasTensor(ArrayLike):
    """A placeholder with a shape (None where it is not known yet) and a dtype, but no values.

    Args:
        shape: all axes, the batch axis included.
        dtype: of the values to come.
        name: for messages.

    Raises:
        ValueError: `shape` is no shape, or the tensor is used where values are needed.
        TypeError: it is used where a truth value is needed.

    >>> KerasTensor((None, 3), name="x")
    <KerasTensor shape=(None, 3), dtype=float32, name=x>
    """

    __slots__ = ("__weakref__", "_keras_history", "_mask", "dtype", "name", "shape")
    _keras_history: "KerasHistory"

    sparse = ragged = False  # as Keras's tensors can be, and these cannot

    def __init__(self, shape, dtype="float32", name=None):
        self.shape = standardize_shape(shape)
        self.dtype = standardize_dtype(dtype)
        self.name = name or auto_name("keras_tensor")

    @property
    def _keras_mask(self):
        """The mask it will carry, a symbolic tensor too, or None; made when it is asked for, not with every call."""
        if not hasattr(self, "_mask"):
            operation, node_index, tensor_index = self._keras_history
            self._mask = operation._symbolic_masks(operation._inbound_nodes[node_index])[tensor_index]
        return self._mask

    @_keras_mask.setter
    def _keras_mask(self, mask):
        self._mask = mask

    def _call(self, function, args, kwargs):
        from layerlab.layers.numpy_call import NumpyCall

        return NumpyCall(function)(*args, **kwargs)

    def __getitem__(self, index):
        return super().__getitem__(_without_lists(index))

    def __array__(self, dtype=None, copy=None):
        raise ValueError(
            "A KerasTensor is symbolic: it has a shape and a dtype but no values, so it cannot become a NumPy array. "
            "Use it with layers and NumPy functions (np.stack, np.concatenate, ...), then build a "
            "Model(inputs, outputs)."
        )

    def __bool__(self):
        raise TypeError("A symbolic KerasTensor cannot be used as a boolean: its values are not known yet.")

    def __float__(self):
        raise ValueError("A KerasTensor is symbolic: it has no values that a number could be made of.")

    __int__ = __index__ = __float__

    def __eq__(self, other):
        return True if other is self else super().__eq__(other)

    __hash__ = ArrayLike.__hash__

    def __len__(self):
        if self.shape and self.shape[0] is None:
            raise TypeError(f"The length of a symbolic KerasTensor of shape {self.shape} is not known yet.")
        return super().__len__()

    def __iter__(self):
        if self.shape and self.shape[0] is None:
            raise NotImplementedError(
                "Iterating over a symbolic KerasTensor is not supported while its first axis has no known size. "
                f"Received: shape {self.shape}. Use x[:, i] to take a part of each sample."
            )
        return super().__iter__()

    def __setitem__(self, *_):
        raise TypeError("A symbolic KerasTensor does not support item assignment.")

    def __repr__(self):
        return f"<KerasTensor shape={self.shape}, dtype={self.dtype}, name={self.name}>"


def standardize_shape(shape) -> tuple:
    """A shape as a tuple of Python integers and None.

    Raises:
        ValueError: it is something else, or an axis has a negative size.

    >>> standardize_shape([None, np.int64(3)])
    (None, 3)
    """
    if isinstance(shape, np.ndarray):
        raise ValueError(f"Cannot convert an array to a shape. Did you mean {shape.shape[1:]}, that of one sample?")
    if not isinstance(shape, list | tuple):
        hint = f" Did you mean ({shape},)?" if isinstance(shape, int | np.integer) else ""
        raise ValueError(f"Cannot convert '{shape}' to a shape.{hint}")
    shape = tuple(shape)
    for size in shape:
        if size is not None and not isinstance(size, int | np.integer):
            raise ValueError(
                f"Cannot convert '{shape}' to a shape. Found invalid dimension '{size}' of type '{type(size)}'."
            )
        if size is not None and size < 0:
            raise ValueError(f"Cannot convert '{shape}' to a shape. Negative dimensions are not allowed.")
    return tuple(None if size is None else int(size) for size in shape)


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
        return KerasTensor(shape, dtype=a.dtype if hasattr(a, "dtype") else np.asarray(a).dtype)

    return tree.map_structure(merge, first, second)


def _run_with(size, function, args, kwargs):
    def concrete(x):
        if not isinstance(x, KerasTensor):
            return x
        return np.ones(tuple(size if n is None else n for n in x.shape), dtype=x.dtype)

    with np.errstate(all="ignore"):
        return function(*map_nested(concrete, args), **map_nested(concrete, kwargs))
