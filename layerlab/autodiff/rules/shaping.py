"""VJPs of functions that move, repeat or leave out elements without changing them."""

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from layerlab.autodiff.arraylike import ArrayLike, astype
from layerlab.autodiff.primitives import primitive
from layerlab.autodiff.rule import RULES, composite, defvjp, moves


def _transpose(g, y, a, axes=None):
    return np.transpose(g, None if axes is None else np.argsort(np.mod(axes, a.ndim)))


defvjp(np.reshape, lambda g, y, a, shape=None, *, copy=None: g.reshape(a.shape))
defvjp(np.ravel, lambda g, y, a: g.reshape(a.shape))
defvjp(np.expand_dims, lambda g, y, a, axis: g.reshape(a.shape))
defvjp(np.squeeze, lambda g, y, a, axis=None: g.reshape(a.shape))
defvjp(np.transpose, _transpose)
defvjp(np.moveaxis, lambda g, y, a, source, destination: np.moveaxis(g, destination, source))
defvjp(np.swapaxes, lambda g, y, a, axis1, axis2: np.swapaxes(g, axis1, axis2))
defvjp(np.matrix_transpose, lambda g, y, x: np.matrix_transpose(g))
defvjp(np.linalg.matrix_transpose, lambda g, y, x: np.matrix_transpose(g))
defvjp(np.flip, lambda g, y, m, axis=None: np.flip(g, axis))
defvjp(np.fliplr, lambda g, y, m: np.fliplr(g))
defvjp(np.flipud, lambda g, y, m: np.flipud(g))
defvjp(np.rot90, lambda g, y, m, k=1, axes=(0, 1): np.rot90(g, -k, axes))
defvjp(np.roll, lambda g, y, a, shift, axis=None: np.roll(g, np.negative(shift).tolist(), axis))
defvjp(np.copy, lambda g, y, a, order="K": g)
defvjp(astype, lambda g, y, x, dtype: g)
defvjp(np.broadcast_to, lambda g, y, array, shape: g)
defvjp(np.triu, lambda g, y, m, k=0: np.triu(g, k))
defvjp(np.tril, lambda g, y, m, k=0: np.tril(g, k))
moves(sliding_window_view)
for function in (np.tile, np.repeat, np.diag, np.diagflat, np.diagonal, np.linalg.diagonal, np.delete, np.rollaxis):
    moves(function)
_repeat_by_origin = RULES[np.repeat].vjps[0]


def _repeat(g, y, a, repeats, axis=None):
    """Sums of neighbors, five times as fast as looking up where each came from."""
    if np.ndim(repeats):
        return _repeat_by_origin(g, y, a, repeats, axis)
    shape, axis = ((a.size,), 0) if axis is None else (a.shape, axis % a.ndim)
    return g.reshape(*shape[: axis + 1], repeats, *shape[axis + 1 :]).sum(axis + 1).reshape(a.shape)


defvjp(np.repeat, _repeat)


@primitive
def zero_pad(array, pad_width):
    """np.pad with zeros, which the walk back takes off again by slicing."""
    return np.pad(array, pad_width)


@zero_pad.defvjp
def _zero_pad(g, y, array, pad_width):
    pairs = np.broadcast_to(pad_width, (array.ndim, 2)).tolist()
    return g[tuple(slice(before, before + n) for (before, _), n in zip(pairs, array.shape, strict=True))]


@composite(np.pad)
def _pad(array, pad_width, mode="constant", *, constant_values=0):
    if isinstance(pad_width, dict):
        widths = {axis % array.ndim: width for axis, width in pad_width.items()}
        pad_width = [np.broadcast_to(widths.get(axis, 0), 2).tolist() for axis in range(array.ndim)]
    if mode == "constant":
        padded = zero_pad(array, pad_width)
        if isinstance(constant_values, int | float) and constant_values == 0:
            return padded
        return padded + np.pad(np.zeros(array.shape, array.dtype), pad_width, constant_values=constant_values)
    if mode in ("edge", "reflect", "symmetric", "wrap"):
        origin = np.pad(np.arange(array.size).reshape(array.shape), pad_width, mode)
        return np.take(array, origin)
    raise NotImplementedError(
        f"np.pad with a traced array knows the modes 'constant', 'edge', 'reflect', 'symmetric' and 'wrap'. "
        f"Received: mode={mode!r}. Build the border with np.concatenate."
    )


@composite(np.full_like)
def _full_like(a, fill_value, dtype=None):
    if not isinstance(fill_value, ArrayLike):
        return np.full(np.shape(a), fill_value, dtype or a.dtype)
    return np.broadcast_to(fill_value.astype(dtype or a.dtype), np.shape(a))


@composite(np.linspace)
def _linspace(start, stop, num=50, endpoint=True, retstep=False, *, axis=0):
    length = stop - start
    t = np.linspace(0, 1, num, endpoint).astype(length.dtype).reshape(-1, *(1,) * length.ndim)
    points = np.moveaxis(start + length * t, 0, axis)
    return (points, length / max(num - endpoint, 1)) if retstep else points


@composite(np.broadcast_arrays)
def _broadcast_arrays(*args):
    shape = np.broadcast_shapes(*map(np.shape, args))
    return tuple(np.broadcast_to(x, shape) for x in args)


@composite(np.meshgrid)
def _meshgrid(*xi, indexing="xy"):
    order = [1, 0, *range(2, len(xi))] if indexing == "xy" and len(xi) > 1 else list(range(len(xi)))
    shape = [np.size(xi[i]) for i in order]
    axis_of = {i: axis for axis, i in enumerate(order)}
    columns = (np.reshape(x, [-1 if axis == axis_of[i] else 1 for axis in range(len(xi))]) for i, x in enumerate(xi))
    return tuple(np.broadcast_to(column, shape) for column in columns)


def _at_least(ndim, reshaped):
    def implementation(*arys):
        results = tuple(x if np.ndim(x) >= ndim else np.reshape(x, reshaped(np.shape(x))) for x in arys)
        return results[0] if len(results) == 1 else results

    return implementation


composite(np.atleast_1d)(_at_least(1, lambda shape: (1,)))
composite(np.atleast_2d)(_at_least(2, lambda shape: (1, *(shape or (1,)))))
composite(np.atleast_3d)(_at_least(3, lambda shape: (*(1, *(shape or (1,)))[-2:], 1)))


@composite(np.astype)
def _astype(x, dtype, /, *, copy=True):
    return x.astype(dtype)
