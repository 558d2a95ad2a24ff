"""Functions of your own that the tape takes as one step, with the gradient that you state.

Use one where the plain NumPy formula would be slow or unstable to differentiate call by call.
"""

import functools
from collections.abc import Callable

from layerlab.autodiff.arraylike import ArrayLike
from layerlab.autodiff.rule import KEEPING, defvjp

__all__ = ["Primitive", "primitive"]


class Primitive:
    """A function with its VJPs beside it.

    The function works on plain arrays; a call with a traced array, a variable or a symbolic tensor among its arguments
    is dispatched like one of NumPy's own.
    """

    __name__: str

    def __init__(self, function: Callable):
        self.function = function
        functools.update_wrapper(self, function)

    def __call__(self, *args, **kwargs):
        for argument in args:
            if isinstance(argument, ArrayLike):
                return argument._call(self, args, kwargs)
        for argument in kwargs.values():
            if isinstance(argument, ArrayLike):
                return argument._call(self, args, kwargs)
        return self.function(*args, **kwargs)

    def __repr__(self):
        return f"<primitive {self.__name__}>"

    def defvjp(self, *vjps: Callable | None):
        """State one VJP an argument: `vjp(g, y, *args, **kwargs)`; None without one. A decorator for one alone."""
        defvjp(self, *vjps)
        return vjps[0]

    def keeping(self, function: Callable):
        """State what runs while a tape records: it gives (result, kept), and the VJPs get `kept` in the place of `y`.

        For a gradient that would have to work out again what the function knew. A decorator.
        """
        KEEPING[self] = function
        return function


def primitive(function: Callable) -> Primitive:
    """Decorator: make a function of plain arrays one step of the tape.

    >>> import numpy as np
    >>> from layerlab.autodiff import gradient
    >>> @primitive
    ... def cube(x):
    ...     return x * x * x
    >>> @cube.defvjp
    ... def cube_vjp(g, y, x):
    ...     return 3 * x * x * g
    >>> gradient(lambda x: np.sum(cube(x)))(np.array([1.0, 2.0]))
    array([ 3., 12.])
    """
    return Primitive(function)
