"""Formulas that go number by number over large arrays: block by block, and shared between threads.

A formula of five NumPy calls moves arrays of 16 MB through memory five times. In blocks, what one call gives is still
in the cache when the next one takes it, and threads have something to share.
"""

import functools
import itertools
from collections.abc import Callable

import numpy as np

from layerlab.threads import share

__all__ = ["by_number", "each_block"]

_BLOCK = 2**17  # numbers at a time: shorter calls would wait for Python's lock more than they compute
_LARGE = 2**20  # numbers from which it pays


def by_number(formula: Callable) -> Callable:
    """Decorator, for a formula of arrays of one shape, followed by numbers, whose results depend on no other place.

    >>> @by_number
    ... def product(x, y, factor=1.0):
    ...     return x * y * factor
    >>> product(np.array([1.0, 2.0]), np.array([3.0, 4.0]), factor=10)
    array([30., 80.])
    """

    @functools.wraps(formula)
    def in_blocks(*args, **options):
        arrays = list(itertools.takewhile(_is_array, args))
        numbers = args[len(arrays) :]
        if not arrays or arrays[0].size < _LARGE or any(map(_is_array, (*numbers, *options.values()))):
            return formula(*args, **options)
        if not all(array.shape == arrays[0].shape and array.flags.c_contiguous for array in arrays):
            return formula(*args, **options)
        dtype = formula(*(array.reshape(-1)[:1] for array in arrays), *numbers, **options).dtype
        y = np.empty(arrays[0].shape, dtype)

        def work(y, *parts):
            y[...] = formula(*parts, *numbers, **options)

        each_block(work, _BLOCK, y, *arrays)
        return y

    return in_blocks


def _is_array(argument) -> bool:
    return isinstance(argument, np.ndarray)


def each_block(work: Callable, length: int, *arrays, shared: bool = True) -> None:
    """Call `work(*parts)` for one block of the arrays after another; they lie in memory as rows of one length.

    >>> x, y = np.arange(5.0), np.empty(5)
    >>> each_block(lambda x, y: np.add(x, 1, out=y), 2, x, y)
    >>> y
    array([1., 2., 3., 4., 5.])
    """
    rows = [array.reshape(-1) for array in arrays]

    def some(starts):
        for start in starts:
            work(*(row[start : start + length] for row in rows))

    starts = range(0, rows[0].size, length)
    if shared:
        share(some, starts)
    else:
        some(starts)
