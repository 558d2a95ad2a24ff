"""Putting arrays together and taking them apart."""

import itertools
from collections.abc import Sequence

import numpy as np

from layerlab.autodiff.rule import composite, defvjp_sequence


def _concatenate(wanted, g, y, arrays, axis=0, *, dtype=None):
    if axis is None:
        lengths, axis = [np.size(array) for array in arrays], 0
    else:
        lengths = [np.shape(array)[axis] for array in arrays]
    parts = np.split(g, np.cumsum(lengths[:-1]), axis)
    return [parts[i].reshape(np.shape(arrays[i])) for i in wanted]


def _stack(wanted, g, y, arrays, axis=0, *, dtype=None):
    g = np.moveaxis(g, axis, 0)
    return [g[i] for i in wanted]


defvjp_sequence(np.concatenate, _concatenate)
defvjp_sequence(np.stack, _stack)


def _each(at_least, arrays):
    return [at_least(x) for x in arrays]


@composite(np.hstack)
def _hstack(tup, *, dtype=None):
    arrays = _each(np.atleast_1d, tup)
    return np.concatenate(arrays, 0 if arrays[0].ndim == 1 else 1, dtype=dtype)


@composite(np.vstack)
def _vstack(tup, *, dtype=None):
    return np.concatenate(_each(np.atleast_2d, tup), 0, dtype=dtype)


@composite(np.dstack)
def _dstack(tup):
    return np.concatenate(_each(np.atleast_3d, tup), 2)


@composite(np.column_stack)
def _column_stack(tup):
    return np.concatenate([x if np.ndim(x) >= 2 else np.reshape(x, (-1, 1)) for x in tup], 1)


@composite(np.append)
def _append(arr, values, axis=None):
    if axis is None:
        return np.concatenate([np.ravel(arr), np.ravel(values)])
    return np.concatenate([arr, values], axis)


@composite(np.block)
def _block(arrays):
    ndim = max(_depth(arrays), *_leaves(arrays, np.ndim))
    return _block_along(arrays, -_depth(arrays), ndim)


def _depth(nested):
    return 1 + _depth(nested[0]) if isinstance(nested, list) else 0


def _leaves(nested, function):
    return [y for x in nested for y in _leaves(x, function)] if isinstance(nested, list) else [function(nested)]


def _block_along(nested, axis, ndim):
    if isinstance(nested, list):
        return np.concatenate([_block_along(x, axis + 1, ndim) for x in nested], axis)
    return np.reshape(nested, (1,) * (ndim - np.ndim(nested)) + np.shape(nested))


@composite(np.split)
def _split(ary, indices_or_sections, axis=0):
    if isinstance(indices_or_sections, int | np.integer) and ary.shape[axis] % indices_or_sections:
        raise ValueError(
            "array split does not result in an equal division. "
            f"Received: {ary.shape[axis]} along axis {axis}, {indices_or_sections} sections"
        )
    return _array_split(ary, indices_or_sections, axis)


@composite(np.array_split)
def _array_split(ary, indices_or_sections, axis=0):
    if isinstance(indices_or_sections, int | np.integer):
        size, longer = divmod(ary.shape[axis], int(indices_or_sections))
        sizes = [size + (i < longer) for i in range(indices_or_sections)]
        indices_or_sections = list(itertools.accumulate(sizes))[:-1]
    before = (slice(None),) * (axis % ary.ndim)
    bounds = [None, *indices_or_sections, None]
    return [ary[(*before, slice(start, end))] for start, end in itertools.pairwise(bounds)]


def _split_along(axis_of):
    return lambda ary, indices_or_sections: np.split(ary, indices_or_sections, axis_of(ary))


composite(np.hsplit)(_split_along(lambda ary: 0 if ary.ndim == 1 else 1))
composite(np.vsplit)(_split_along(lambda ary: 0))
composite(np.dsplit)(_split_along(lambda ary: 2))

if hasattr(np, "unstack"):  # NumPy 2.1

    @composite(np.unstack)
    def _unstack(x, /, *, axis=0):
        return tuple(np.moveaxis(x, axis, 0))


def _chosen(conditions: Sequence, choices: Sequence, default):
    """The choice of the first true condition."""
    for condition, choice in zip(reversed(conditions), reversed(choices), strict=True):
        default = np.where(condition, choice, default)
    return default


@composite(np.select)
def _select(condlist, choicelist, default=0):
    return _chosen(condlist, choicelist, default)


@composite(np.choose)
def _choose(a, choices):
    a = np.asarray(a)
    if np.min(a) < 0 or np.max(a) >= len(choices):
        raise ValueError("invalid entry in choice array")
    return _chosen([a == i for i in range(len(choices) - 1)], choices[:-1], choices[-1])
