"""VJPs of functions that move elements without changing them."""

import numpy as np

from layerlab.autodiff.arraylike import astype
from layerlab.autodiff.rule import composite, defvjp, defvjp_sequence


def _transpose(g, y, a, axes=None):
    return np.transpose(g, None if axes is None else np.argsort(np.mod(axes, a.ndim)))


defvjp(np.reshape, lambda g, y, a, shape=None, *, copy=None: g.reshape(a.shape))
defvjp(np.ravel, lambda g, y, a: g.reshape(a.shape))
defvjp(np.expand_dims, lambda g, y, a, axis: g.reshape(a.shape))
defvjp(np.squeeze, lambda g, y, a, axis=None: g.reshape(a.shape))
defvjp(np.transpose, _transpose)
defvjp(np.moveaxis, lambda g, y, a, source, destination: np.moveaxis(g, destination, source))
defvjp(np.swapaxes, lambda g, y, a, axis1, axis2: np.swapaxes(g, axis1, axis2))
defvjp(np.flip, lambda g, y, m, axis=None: np.flip(g, axis))
defvjp(np.copy, lambda g, y, a: g)
defvjp(astype, lambda g, y, x, dtype, *, copy=True: g)
defvjp(np.broadcast_to, lambda g, y, array, shape: g)


def _roll(g, y, a, shift, axis=None):
    return np.roll(g, np.negative(shift).tolist(), axis)


def _concatenate(wanted, g, y, arrays, axis=0, *, dtype=None):
    if axis is None:
        g, axis, lengths = g.reshape(-1), 0, [np.size(array) for array in arrays]
    else:
        lengths = [np.shape(array)[axis] for array in arrays]
    parts = np.split(g, np.cumsum(lengths[:-1]), axis)
    return [parts[i].reshape(np.shape(arrays[i])) for i in wanted]


def _stack(wanted, g, y, arrays, axis=0, *, dtype=None):
    g = np.moveaxis(g, axis, 0)
    return [g[i] for i in wanted]


defvjp(np.roll, _roll)
defvjp_sequence(np.concatenate, _concatenate)
defvjp_sequence(np.stack, _stack)


@composite(np.split)
def _split(ary, indices_or_sections, axis=0):
    n = ary.shape[axis]
    if isinstance(indices_or_sections, int | np.integer):
        if n % indices_or_sections:
            raise ValueError(f"array split does not result in an equal division: {n} into {indices_or_sections}")
        step = n // indices_or_sections
        indices_or_sections = range(step, n, step) if step else [0] * (indices_or_sections - 1)
    bounds = [None, *indices_or_sections, None]
    before = (slice(None),) * (axis % ary.ndim)
    return [ary[(*before, slice(*pair))] for pair in zip(bounds[:-1], bounds[1:], strict=True)]


@composite(np.full_like)
def _full_like(a, fill_value, dtype=None):
    return np.broadcast_to(astype(fill_value, dtype or a.dtype), a.shape)


def _pad(g, y, array, pad_width, mode="constant", *, constant_values=0):
    pairs = np.broadcast_to(pad_width, (array.ndim, 2)).tolist()
    return g[tuple(slice(before, before + n) for (before, _), n in zip(pairs, array.shape, strict=True))]


defvjp(np.pad, _pad)


def _repeat(g, y, a, repeats, axis=None):
    if axis is None:
        return np.bincount(np.repeat(np.arange(a.size), repeats), g, a.size).reshape(a.shape)
    counts = np.broadcast_to(repeats, a.shape[axis])
    owners = np.repeat(np.arange(a.shape[axis]), counts)
    out = np.zeros(np.moveaxis(a, axis, 0).shape, g.dtype)
    np.add.at(out, owners, np.moveaxis(g, axis, 0))
    return np.moveaxis(out, 0, axis)


defvjp(np.repeat, _repeat)


def _tile(g, y, A, reps):
    reps = (reps,) if np.ndim(reps) == 0 else tuple(reps)
    ndim = max(len(reps), A.ndim)
    reps = (1,) * (ndim - len(reps)) + reps
    shape = (1,) * (ndim - A.ndim) + A.shape
    split = g.reshape([n for pair in zip(reps, shape, strict=True) for n in pair])
    return split.sum(axis=tuple(range(0, 2 * ndim, 2))).reshape(A.shape)


defvjp(np.tile, _tile)
