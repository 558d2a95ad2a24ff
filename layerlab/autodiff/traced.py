"""`TracedArray`: what stands for an ndarray in user code while a tape records.

It has the attributes, operators and methods of an ndarray and hands every NumPy call to its tape; whatever would take
a number off the tape or change it in place is refused.
"""

import numpy as np

from layerlab.autodiff import refusals
from layerlab.autodiff.arraylike import ArrayLike, map_nested
from layerlab.autodiff.product import matmul

__all__ = ["TracedArray", "Watched", "stop_gradient", "unwatch"]


class Watched(ArrayLike):
    """Base of long-lived arrays (variables) that join a tape when they are used while it records."""

    __slots__ = ()
    _array: np.ndarray  # the plain value
    name: str

    def _current(self):
        """The plain value, or its traced stand-in while a tape records and a gradient is wanted."""
        raise NotImplementedError

    def _call(self, function, args, kwargs):
        args = [argument if type(argument) is np.ndarray else map_nested(unwatch, argument) for argument in args]
        if kwargs:
            return function(*args, **map_nested(unwatch, kwargs))
        if function is np.matmul and type(args[0]) is type(args[1]) is np.ndarray:
            function = matmul  # the outputs of a model: off the tape, too, large products are shared between threads
        return function(*args)


def unwatch(x):
    """A variable's current value or traced stand-in; anything else as it is."""
    return x._current() if isinstance(x, Watched) else x


def _augmented(ufunc):
    return lambda self, other: (
        ufunc(self, other) if isinstance(self._value, np.generic) else refusals.writing(self, other)
    )


class TracedArray(ArrayLike):
    """An array whose NumPy calls are being written on a tape.

    It has the attributes, operators and methods of an ndarray, but no memory of its own that may be written to.
    """

    __slots__ = ("__weakref__", "_keras_mask", "_slot", "_tape", "_value")

    def __init__(self, value, tape, slot):
        self._value, self._tape, self._slot = value, tape, slot

    shape = property(lambda self: self._value.shape)
    dtype = property(lambda self: self._value.dtype)
    size = property(lambda self: self._value.size)
    nbytes = property(lambda self: self._value.nbytes)
    itemsize = property(lambda self: self._value.itemsize)

    def _call(self, function, args, kwargs):
        return self._tape.record(function, args, kwargs)

    def _refuse_method(self, ufunc, method):
        refusals.ufunc_method(ufunc, method)

    def __getattr__(self, name):
        refusals.attribute(name)

    def __repr__(self):
        return f"TracedArray({np.array2string(np.asarray(self._value), separator=', ')}, dtype={self.dtype})"

    def __str__(self):
        return str(self._value)

    def __format__(self, spec):
        return format(self._value, spec)

    def __bool__(self):
        return self._tape.truth(self._value)

    def __copy__(self):
        return np.copy(self)

    def __deepcopy__(self, memo):
        return np.copy(self)

    def __reduce__(self):
        return np.array, (self._leave("pickle"),)

    def _leave(self, what):
        """The plain value, once the tape has stopped."""
        if self._tape.recording:
            refusals.leaving(what)
        return stop_gradient(self)

    def __array__(self, dtype=None, copy=None):
        value = self._leave("np.asarray(x), np.array([x, ...]) or a write into a plain array")
        return np.array(value, dtype=dtype) if copy is not False else np.asarray(value, dtype=dtype)

    def __float__(self):
        return float(self._leave("float(x)"))

    def __int__(self):
        return int(self._leave("int(x)"))

    def __complex__(self):
        return complex(self._leave("complex(x)"))

    def item(self, *args):
        """The value as a Python number, once the tape has stopped."""
        return self._leave("x.item()").item(*args)

    def tolist(self):
        """The value as nested lists, once the tape has stopped."""
        return self._leave("x.tolist()").tolist()

    def numpy(self):
        """The value as a read-only ndarray, once the tape has stopped."""
        return self._leave("x.numpy()")

    # NumPy's scalars cannot change: `total += x[i]` gives `total` a new value. Arrays would change.
    __iadd__, __isub__, __imul__ = _augmented(np.add), _augmented(np.subtract), _augmented(np.multiply)
    __itruediv__, __ifloordiv__ = _augmented(np.divide), _augmented(np.floor_divide)
    __imod__, __ipow__ = _augmented(np.remainder), _augmented(np.power)
    __imatmul__ = __iand__ = __ior__ = __ixor__ = __ilshift__ = __irshift__ = refusals.writing
    __setitem__ = __delitem__ = fill = sort = partition = put = resize = setfield = byteswap = refusals.writing


def stop_gradient(x):
    """The value of x as a plain, read-only array, through which no gradient flows.

    Args:
        x: a traced array or a variable; anything else comes back as it is.

    >>> from layerlab.autodiff import Tape
    >>> with Tape() as tape:
    ...     x = tape.watch(np.array([1.0, 2.0]))
    ...     y = np.sum(x * stop_gradient(x))
    >>> tape.gradient(y, x)
    array([1., 2.])
    """
    x = unwatch(x)
    if not isinstance(x, TracedArray):
        return x
    return x._tape.detached(x)
