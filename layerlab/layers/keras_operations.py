"""Operations that real Keras records in a graph between the layers, read as the NumPy functions of the same name.

A mask is one: for `Embedding(mask_zero=True)` before an LSTM, Keras writes `NotEqual(ids, 0)` into the model's file.
"""

import functools

import numpy as np

from layerlab.layers.merging import broadcast_shapes
from layerlab.layers.numpy_call import NumpyCall
from layerlab.layers.symbolic import KerasTensor
from layerlab.naming import did_you_mean, to_snake_case

__all__ = ["is_operation", "read_operation"]

_ELEMENTWISE = (
    *("Abs", "Absolute", "Add", "Cos", "Divide", "Equal", "Exp", "Greater", "GreaterEqual", "Less", "LessEqual", "Log"),
    *("LogicalAnd", "LogicalNot", "LogicalOr", "LogicalXor", "Maximum", "Minimum", "Multiply", "Negative", "NotEqual"),
    *("Power", "Sign", "Sin", "Sqrt", "Square", "Subtract", "Tanh", "TrueDivide"),
)
_REDUCTIONS = ("All", "Any", "Max", "Mean", "Min", "Sum")


def is_operation(entry: dict) -> bool:
    """Whether this part of a configuration is an operation of Keras, and no layer."""
    return str(entry.get("module")).startswith("keras.src.ops.")


def read_operation(class_name: str, config: dict) -> NumpyCall:
    """The call of the NumPy function that an operation of Keras stands for: number by number, or along an axis.

    Its shapes are worked out, not tried: what comes from a file does not run while it is read.

    Args:
        class_name: Keras's name, such as "NotEqual".
        config: Keras's configuration: a name, and for sums and their like `axis` and `keepdims`.

    Raises:
        ValueError: an operation that layerlab does not read.

    >>> read_operation("NotEqual", {"name": "ne"})(KerasTensor((None, 4)), 0).dtype
    'bool'
    """
    known = (*_ELEMENTWISE, *_REDUCTIONS)
    if class_name not in known:
        raise ValueError(
            f"The operation {class_name!r} of Keras has no counterpart that layerlab reads."
            f"{did_you_mean(class_name, known)}"
        )
    call = NumpyCall(getattr(np, to_snake_case(class_name)), name=config.get("name"))
    if class_name in _REDUCTIONS:
        axis = config.get("axis")
        axis = tuple(axis) if isinstance(axis, list) else axis
        call.always = {"axis": axis, "keepdims": bool(config.get("keepdims", False))}
    call.spec = functools.partial(_spec, call.function)
    return call


def _spec(function, *args, **options) -> KerasTensor:
    """What the function gives for symbolic tensors and numbers."""
    shapes = [x.shape if isinstance(x, KerasTensor) else np.shape(x) for x in args]
    shape = functools.reduce(broadcast_shapes, shapes)
    numbers = [np.ones((), x.dtype) if isinstance(x, KerasTensor) else x for x in args]
    with np.errstate(all="ignore"):
        dtype = np.result_type(function(*(np.ravel(x)[:1] for x in numbers)))
    return KerasTensor(_reduced(shape, **options) if options else shape, dtype)


def _reduced(shape: tuple, axis, keepdims: bool) -> tuple:
    axes = range(len(shape)) if axis is None else [i % len(shape) for i in np.atleast_1d(axis)]
    return tuple(1 if i in axes else n for i, n in enumerate(shape) if keepdims or i not in axes)
