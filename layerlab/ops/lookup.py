"""Rows of a table by their numbers: the step of Embedding, with a gradient that is worked out for the rows used only.

np.add.at would do for the gradient in one line, but takes fifteen times as long.
"""

import importlib
from functools import cache
from math import prod

import numpy as np

from layerlab.autodiff import primitive
from layerlab.autodiff.rule import ones

__all__ = ["lookup"]

_ROUNDS = 32  # what is left of longer runs (the 0 of padding) is added run by run


@primitive
def lookup(table, ids):
    """table[ids], refusing ids that are no row's number, negative ones included.

    Args:
        table: `(rows, width)`.
        ids: whole numbers from 0 to rows - 1, of any shape.

    Returns:
        an array of shape `(*ids.shape, width)`.

    Raises:
        IndexError: an id outside the range; the first such id is named.

    >>> lookup(np.array([[1.0, 2.0], [3.0, 4.0]]), np.array([1, 1, 0]))
    array([[3., 4.],
           [3., 4.],
           [1., 2.]])
    """
    if ids.size and (np.min(ids) < 0 or np.max(ids) >= len(table)):
        _refuse(ids, len(table))
    return np.take(table, ids.astype(np.intp, copy=False), axis=0)  # of 32 bits in a browser, where take wants no more


def _refuse(ids, rows: int) -> None:
    outside = (ids < 0) | (ids >= rows)
    place = tuple(map(int, np.argwhere(outside)[0]))
    first = ids[place]
    hint = f" Ids that start at 1 need {rows + 1} rows." if np.max(ids) == rows and np.min(ids) >= 0 else ""
    raise IndexError(
        f"A table of {rows} rows has the ids 0 to {rows - 1}. Received: id {first} at position {place}; "
        f"{np.sum(outside)} of the {ids.size} ids are outside that range.{hint}"
    )


@cache
def _scipy_sparse():
    """SciPy's sparse matrices if they are installed (the extra [fast]): twice as fast as NumPy alone."""
    try:
        return importlib.import_module("scipy.sparse")
    except ImportError:
        return None


@lookup.defvjp
def _lookup_vjp(g, y, table, ids):
    """Each row's sum of the gradients at the places that show it."""
    places = 1  # that share a row of g
    if table.ndim == 2 and ids.ndim and ids.size and g.strides[-2] == 0:  # behind a mean: the same for all of them
        g, places = g[..., 0, :], ids.shape[-1]
    ids, g = np.reshape(ids, -1), np.reshape(g, (ids.size // places, prod(table.shape[1:])))
    sparse = _scipy_sparse()
    if sparse is not None and g.dtype.itemsize in (4, 8):
        shown = (np.ones(ids.size, g.dtype), ids, np.arange(0, ids.size + 1, places))
        sums = sparse.csc_array(shown, (len(table), len(g))) @ g  # (rows, rows of g): 1 where a place shows the row
    else:
        sums = _sums_by_row(g, ids, places, len(table))
    return sums.reshape(table.shape)


def _sums_by_row(g, ids, places: int, rows: int):
    """For each of the rows the sum of g[i // places] over all i with ids[i] == row."""
    # the smallest type that holds the ids: numbers of 16 bits are sorted in linear time
    order = np.argsort(ids.astype(np.min_scalar_type(rows - 1)), kind="stable")
    ordered = ids[order]
    starts = np.flatnonzero(np.diff(ordered, prepend=-1))
    lengths = np.diff(starts, append=len(order))
    longest_first = np.argsort(-lengths, kind="stable")
    starts, lengths = starts[longest_first], lengths[longest_first]
    where = np.full(rows, len(starts))  # the sum after the last is 0
    where[ordered[starts]] = np.arange(len(starts))
    return _sums_of_runs(g, order // places, starts, lengths).take(where, axis=0)


def _sums_of_runs(x, rows, starts, lengths):
    """sum(x[row] for row in rows[start : start + length]) for every start and length, and 0 after them; x is a matrix.

    Longest first, the runs that have a second, a third ... row are the first ones: a round adds a slice to a slice.

    >>> _sums_of_runs(np.array([[1.0], [2.0], [3.0]]), np.array([2, 2, 1, 0]), np.array([1, 0]), np.array([3, 1]))
    array([[6.],
           [3.],
           [0.]])
    """
    sums = np.zeros((len(starts) + 1, x.shape[1]), x.dtype)
    for step in range(min(lengths.max(initial=0), _ROUNDS)):
        going = np.count_nonzero(lengths > step)
        sums[:going] += x.take(rows[starts[:going] + step], axis=0)
    for i in range(np.count_nonzero(lengths > _ROUNDS)):
        rest = rows[starts[i] + _ROUNDS : starts[i] + lengths[i]]
        sums[i] += ones(len(rest), x.dtype).dot(x.take(rest, axis=0))
    return sums
