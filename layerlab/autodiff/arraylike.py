"""Operators and methods of an array, all spelled as NumPy calls.

Traced arrays, variables and symbolic tensors share them: each only says what a NumPy call on it means,
by the two dispatch protocols of NumPy (NEP 13 for ufuncs, NEP 18 for the other functions).
"""

from typing import TYPE_CHECKING, Any

import numpy as np

__all__ = ["ArrayLike", "astype", "getitem", "map_nested"]


def getitem(x, index):
    """x[index] as a function, so that it has a name in rules and on a printed tape."""
    return x[index]


def astype(x, dtype):
    """x.astype(dtype) as a function, so that it has a name in rules and on a printed tape."""
    return x.astype(dtype)


def map_nested(function, value):
    """Apply `function` to every leaf of nested lists, tuples and dictionaries."""
    if isinstance(value, list | tuple):
        items = [map_nested(function, item) for item in value]
        return type(value)(*items) if hasattr(value, "_fields") else type(value)(items)  # a named tuple
    if isinstance(value, dict):
        return {key: map_nested(function, item) for key, item in value.items()}
    return function(value)


def _binary(ufunc):
    return lambda self, other: ufunc(self, other), lambda self, other: ufunc(other, self)


class ArrayLike:
    """Base of everything that stands for an ndarray in NumPy expressions.

    A subclass has `shape` and `dtype`, and defines `_call(function, args, kwargs)`: what a NumPy function
    with this object among its arguments means.
    """

    __slots__ = ()
    shape: tuple
    dtype: Any
    if TYPE_CHECKING:  # what NumPy's own annotations ask of an array

        def __array__(self, dtype=None, copy=None) -> np.ndarray: ...

    def _call(self, function, args, kwargs):
        raise NotImplementedError

    def _refuse_method(self, ufunc, method):
        raise TypeError(f"np.{ufunc.__name__}.{method} is not supported on {type(self).__name__}.")

    def __array_ufunc__(self, ufunc, method, *inputs, **kwargs):
        if method != "__call__":
            return self._refuse_method(ufunc, method)
        return self._call(ufunc, inputs, kwargs)

    def __array_function__(self, function, types, args, kwargs):
        return self._call(function, args, kwargs)

    __add__, __radd__ = _binary(np.add)
    __sub__, __rsub__ = _binary(np.subtract)
    __mul__, __rmul__ = _binary(np.multiply)
    __truediv__, __rtruediv__ = _binary(np.divide)
    __floordiv__, __rfloordiv__ = _binary(np.floor_divide)
    __mod__, __rmod__ = _binary(np.remainder)
    __pow__, __rpow__ = _binary(np.power)
    __matmul__, __rmatmul__ = _binary(np.matmul)
    __and__, __rand__ = _binary(np.bitwise_and)
    __or__, __ror__ = _binary(np.bitwise_or)
    __xor__, __rxor__ = _binary(np.bitwise_xor)
    __lt__, __gt__ = _binary(np.less)
    __le__, __ge__ = _binary(np.less_equal)
    __eq__ = _binary(np.equal)[0]
    __ne__ = _binary(np.not_equal)[0]
    __hash__ = object.__hash__

    def __neg__(self):
        return np.negative(self)

    def __pos__(self):
        return np.positive(self)

    def __abs__(self):
        return np.absolute(self)

    def __invert__(self):
        return np.invert(self)

    def __divmod__(self, other):
        return self // other, self % other

    def __round__(self, decimals=0):
        return np.round(self, decimals)

    def __getitem__(self, index):
        return self._call(getitem, (self, index), {})

    def __len__(self):
        if not self.shape:
            raise TypeError("len() of unsized object")
        return self.shape[0]

    def __iter__(self):
        return (self[i] for i in range(len(self)))

    @property
    def ndim(self):
        """The number of axes."""
        return len(self.shape)

    @property
    def T(self):
        return np.transpose(self)

    @property
    def mT(self):
        return np.swapaxes(self, -1, -2)

    def astype(self, dtype, *, copy=True):
        """The array in another float type."""
        return self._call(astype, (self, dtype), {})

    def reshape(self, *shape, **kwargs):
        """np.reshape of this array; the shape may be several arguments."""
        return np.reshape(self, shape[0] if len(shape) == 1 else shape, **kwargs)

    def transpose(self, *axes):
        """np.transpose of this array; the axes may be several arguments."""
        return np.transpose(self, axes[0] if len(axes) == 1 else axes or None)

    def flatten(self, order="C"):
        """All elements in one axis."""
        return np.reshape(self, -1, order=order)

    def clip(self, min=None, max=None, **kwargs):
        """np.clip of this array; one of the bounds may be missing."""
        return np.clip(self, min, max, **kwargs)


def _method(name):
    function = getattr(np, name)

    def method(self, *args, **kwargs):
        return function(self, *args, **kwargs)

    method.__name__, method.__doc__ = name, f"np.{name} of this array."
    return method


for _name in (
    "all any argmax argmin argsort conj copy cumprod cumsum diagonal dot max mean min nonzero prod ravel repeat "
    "round searchsorted squeeze std sum swapaxes take trace var"
).split():
    setattr(ArrayLike, _name, _method(_name))
