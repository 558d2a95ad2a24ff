"""The number type of a layer: which it computes in, and how inputs and outputs come to it.

Floats are cast to the layer's type on their way in; integers and booleans stay what they are, for layers that look up
or count.
"""

from collections.abc import Callable
from typing import Any

import numpy as np

from layerlab import tree
from layerlab.autodiff import ArrayLike
from layerlab.dtype_policies import DTypePolicy
from layerlab.layers.configured import dtype_name
from layerlab.layers.symbolic import KerasTensor
from layerlab.masking import get_mask, set_mask
from layerlab.variables import Variable

__all__ = ["Typed"]


class Typed:
    """What gives a layer its number type; a part of `Layer`."""

    name: str
    autocast: Any
    weights: Any
    _sublayers: Callable[[], list]
    _dtype: str
    _numpy_dtype: np.dtype
    #: whether integers that go in come out as integers
    keeps_integers = False

    dtype = property(lambda self: self._dtype, doc="The type of the weights and of the computation.")
    compute_dtype = property(lambda self: self._dtype, doc="The type that float inputs are cast to.")
    variable_dtype = property(lambda self: self._dtype, doc="The type of the weights.")
    input_dtype = property(lambda self: self._dtype, doc="The type that float inputs are cast to.")

    @property
    def dtype_policy(self) -> DTypePolicy:
        """The same type, as Keras's configurations name it. It can be set as long as there are no weights."""
        return DTypePolicy(self._dtype)

    @dtype_policy.setter
    def dtype_policy(self, value):
        name = dtype_name(value)
        if name != self._dtype and self.weights:
            raise ValueError(
                f"The weights of layer '{self.name}' are {self._dtype} already. Make a new layer with dtype={name!r}, "
                "and give it the weights with set_weights."
            )
        self._dtype, self._numpy_dtype = name, np.dtype(name)

    def _converted(self, args, kwargs):
        if len(args) == 1 and type(args[0]) is np.ndarray:
            args = [self._cast(args[0])]
        else:
            self._check_positional(args)
            args = [tree.map_structure(self._cast, argument) for argument in args]
        return args, {k: v if type(v) is bool else tree.map_structure(self._cast, v) for k, v in kwargs.items()}

    def _check_positional(self, args):
        for value in tree.flatten(args):
            if value is not None and not isinstance(value, ArrayLike) and not hasattr(value, "__array__"):
                raise ValueError(
                    "Only input tensors may be passed as positional arguments. The following argument value should be "
                    f"passed as a keyword argument: {value} (of type {type(value)}).{_positional_hint(value, args)}"
                )
        if args and args[0] is None:
            raise ValueError(
                f"Inputs to a layer should be tensors. Got 'None' (of type {type(None)}) as input for layer "
                f"'{self.name}'."
            )

    def _cast(self, x):
        """The input as an array of the layer's float type; integers and booleans stay what they are."""
        if isinstance(x, Variable):
            x = x._current()
        if isinstance(x, KerasTensor):
            return x
        if isinstance(x, np.ndarray | ArrayLike):
            if x.dtype.kind not in "fiub":
                self._refuse_dtype(x)
            wrong = x.dtype.kind == "f" and x.dtype != self._numpy_dtype and self.autocast
            return self._recast(x) if wrong else x
        return self._cast(np.asarray(x)) if hasattr(x, "__array__") else x

    def _refuse_dtype(self, x):
        raise ValueError(
            f"Layer '{self.name}' computes with real numbers. Received: an array of dtype {x.dtype} and shape "
            f"{x.shape}. Convert it first, for example with np.array(x, dtype='float32')."
        )

    def _recast(self, x):
        y, mask = x.astype(self._numpy_dtype), get_mask(x)
        if mask is not None:
            set_mask(y, mask)
        return y

    def _as_float(self, x):
        """Integers as floats of the layer's type: NumPy would make float64 of float32 with int64."""
        return x if x.dtype.kind == "f" else x.astype(self._numpy_dtype)

    def _in_own_dtype(self, outputs):
        """NumPy makes float64 of float32 with its own scalars, or with int64: such outputs are cast back."""
        dtype = getattr(outputs, "dtype", None)
        if dtype == self._numpy_dtype or not self.autocast or self._sublayers():
            return outputs
        is_float = lambda x: getattr(getattr(x, "dtype", None), "kind", "") == "f"  # noqa: E731
        return tree.map_structure(lambda x: self._cast(x) if is_float(x) else x, outputs)

    def _output_dtype(self, args) -> str:
        first: Any = tree.flatten(args)[0] if args else None
        keeps = self.keeps_integers and first is not None and np.dtype(first.dtype).kind != "f"
        return str(first.dtype) if keeps else self.compute_dtype


def _positional_hint(value, args) -> str:
    if isinstance(value, type) or callable(value):
        return f" Is {getattr(value, '__name__', value)} meant to be called first?"
    if any(isinstance(argument, list | tuple) for argument in args):
        return " A Python list means several inputs; for one input make an array of it: np.array(x)."
    return " Make an array of it: np.array(x)."
