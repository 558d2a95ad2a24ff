"""Rows of a table by their numbers: the step of Embedding, with a gradient that is worked out for the rows used only.

np.add.at would do for the gradient in one line, but takes six times as long.
"""

import importlib
from functools import cache

import numpy as np

from layerlab.autodiff import primitive

__all__ = ["lookup"]


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
    """SciPy's sparse matrices if they are installed (the extra [fast]): five times as fast as NumPy alone."""
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
    ids, g = np.reshape(ids, -1), np.reshape(g, (ids.size // places, *table.shape[1:]))
    sparse = _scipy_sparse()
    if sparse is not None and g.dtype.itemsize in (4, 8):
        # (rows, rows of g), 1 where a place shows the row
        starts = np.arange(0, ids.size + 1, places)
        return sparse.csc_array((np.ones(ids.size, g.dtype), ids, starts), (len(table), len(g))) @ g
    # the smallest type that holds the ids: numbers of 16 bits are sorted in linear time
    order = np.argsort(ids.astype(np.min_scalar_type(len(table) - 1)), kind="stable")
    ordered = ids[order]
    starts = np.flatnonzero(np.diff(ordered, prepend=-1))
    gradient = np.zeros(table.shape, g.dtype)
    gradient[ordered[starts]] = _sums_of_runs(g[order // places], starts)
    return gradient


def _sums_of_runs(parts, starts):
    """The sum of each run of rows, runs beginning at `starts`: halved until each is one row, all of them at once.

    >>> _sums_of_runs(np.array([[1.0], [2.0], [3.0], [4.0]]), np.array([0, 3]))
    array([[6.],
           [4.]])
    """
    lengths = np.diff(starts, append=len(parts))
    place = np.arange(len(parts)) - np.repeat(starts, lengths)  # of each row in its run
    following = np.repeat(lengths, lengths) - place
    rows, step = np.arange(len(parts)), 1
    while rows.size:
        rows = rows[(place[rows] % (2 * step) == 0) & (following[rows] > step)]
        parts[rows] += parts[rows + step]
        step *= 2
    return parts[starts]
