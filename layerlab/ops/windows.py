"""Windows that slide over the middle axes of an array (batch, *spatial, channels), for any number of spatial axes.

Convolution is three sums over the same triples (input position, output position, tap): `gather` inputs into outputs,
`scatter` outputs back to inputs, `correlate` both into a kernel. Each of them is a gradient of the others.
"""

import itertools
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from math import prod

import numpy as np

from layerlab.threads import share

__all__ = ["Windows", "along", "blocks_of", "correlate", "gather", "scatter"]

_BLOCK = 2**18  # elements of unrolled patches at a time: 1 MB of float32, which stays in the processor's cache


@dataclass(frozen=True)
class Windows:
    """Where windows lie: along each spatial axis, output o covers inputs o * stride + j * dilation - before.

    Args:
        size: taps of the window, an axis.
        strides: steps between windows.
        dilation: steps between taps.
        padding: (before, after) added to the input, an axis.
        outputs: number of windows, an axis.
    """

    size: tuple[int, ...]
    strides: tuple[int, ...]
    dilation: tuple[int, ...]
    padding: tuple[tuple[int, int], ...]
    outputs: tuple[int, ...]

    @classmethod
    def over(cls, spatial, size, strides, dilation, padding: str) -> "Windows":
        """The windows over an input of these spatial sizes, for padding "valid", "same" or "causal".

        >>> Windows.over((5,), (3,), (2,), (1,), "same")
        Windows(size=(3,), strides=(2,), dilation=(1,), padding=((1, 1),), outputs=(3,))
        """
        axes = [along(*axis, padding) for axis in zip(spatial, size, strides, dilation, strict=True)]
        return cls(size, strides, dilation, tuple(pads for pads, _ in axes), tuple(count for _, count in axes))

    @cached_property
    def covered(self) -> tuple[int, ...]:
        """Spatial sizes that the windows reach over, padding included."""
        sides = zip(self.outputs, self.strides, self.size, self.dilation, strict=True)
        return tuple((o - 1) * s + (k - 1) * d + 1 for o, s, k, d in sides)

    def padded(self, spatial) -> tuple[int, ...]:
        """Spatial sizes with the padding."""
        return tuple(n + sum(pads) for n, pads in zip(spatial, self.padding, strict=True))

    def pad(self, x, value=0.0):
        """The input with its padding."""
        if not any(map(any, self.padding)):
            return x
        return np.pad(x, ((0, 0), *self.padding, (0, 0)), constant_values=value)

    def unpad(self, padded, spatial):
        """The part of a padded array that the input itself fills."""
        if not any(map(any, self.padding)):
            return padded
        inner = tuple(slice(before, before + n) for (before, _), n in zip(self.padding, spatial, strict=True))
        return padded[(slice(None), *inner)]

    def taps(self) -> Iterator[tuple[tuple[int, ...], tuple]]:
        """(tap of the window, index into a padded input that selects what this tap sees in every window)."""
        for tap in itertools.product(*map(range, self.size)):
            sides = zip(tap, self.dilation, self.outputs, self.strides, strict=True)
            seen = tuple(slice(j * d, j * d + (o - 1) * s + 1, s) for j, d, o, s in sides)
            yield tap, (slice(None), *seen)

    def patches(self, padded):
        """Every window as a view, without a copy: (batch, *outputs, *size, channels)."""
        batch, *spatial, channel = padded.strides
        steps = [step * s for step, s in zip(spatial, self.strides, strict=True)]
        inner = [step * d for step, d in zip(spatial, self.dilation, strict=True)]
        shape = (len(padded), *self.outputs, *self.size, padded.shape[-1])
        strides = (batch, *steps, *inner, channel)
        return np.lib.stride_tricks.as_strided(padded, shape, strides, writeable=False)


def along(n: int, size: int, stride: int, dilation: int, padding: str) -> tuple[tuple[int, int], int]:
    """((before, after), number of windows) along one axis of n elements.

    >>> along(6, 3, 2, 1, "same"), along(6, 3, 2, 1, "valid"), along(6, 3, 2, 1, "causal")
    (((0, 1), 3), ((0, 0), 2), ((2, 0), 3))
    """
    reach = (size - 1) * dilation + 1
    if padding == "valid":
        return (0, 0), (n - reach) // stride + 1
    count = -(-n // stride)
    if padding == "causal":
        return (reach - 1, 0), count
    total = max((count - 1) * stride + reach - n, 0)
    return (total // 2, total - total // 2), count


def blocks_of(batch: int, elements: int) -> list[slice]:
    """Slices of the batch that fit the cache, when a sample takes so many elements; if not one, then four to share."""
    step = max(1, _BLOCK // max(1, elements))
    step = min(step, -(-batch // 4)) if step < batch else step
    return [slice(start, start + step) for start in range(0, batch, step)]


def _unrolled(patches, blocks: Iterable[slice]) -> Iterator[tuple[slice, np.ndarray]]:
    """(slice, its patches as a matrix (windows, taps * channels)), in one scratch array for all slices."""
    scratch = None
    for block in blocks:
        part = patches[block]
        if scratch is None or len(scratch) < len(part):
            scratch = np.empty(part.shape, part.dtype)
        np.copyto(scratch[: len(part)], part)
        yield block, scratch[: len(part)]


def gather(padded, kernel, windows: Windows, bias=None, rectified=False):
    """y[o, f] = sum over taps j and channels c of x[o * stride + j * dilation, c] * kernel[j, c, f] + bias[f].

    With `rectified` it gives max(y, 0). Bias and maximum cost little while a block is in the cache.
    Shapes: padded (batch, *spatial, c), kernel (*size, c, f), bias (f,) or None -> (batch, *outputs, f).
    """
    matrix = kernel.reshape(-1, kernel.shape[-1])  # (taps * c, f)
    patches = windows.patches(padded)
    y = np.empty((len(padded), *windows.outputs, kernel.shape[-1]), np.result_type(padded, kernel))

    def work(blocks):
        for block, part in _unrolled(patches, blocks):
            rows = y[block].reshape(-1, y.shape[-1])
            np.matmul(part.reshape(-1, len(matrix)), matrix, out=rows)
            if bias is not None:
                rows += bias
            if rectified:
                np.maximum(rows, 0, out=rows)

    share(work, blocks_of(len(y), patches[:1].size))
    return y


def correlate(padded, g, windows: Windows):
    """k[j, c, f] = sum over batch and outputs o of x[o * stride + j * dilation, c] * g[o, f].

    Shapes: padded (batch, *spatial, c), g (batch, *outputs, f) -> (*size, c, f).
    """
    channels, filters = padded.shape[-1], g.shape[-1]
    patches = windows.patches(padded)

    def work(blocks):
        total = np.zeros((prod(windows.size) * channels, filters), np.result_type(padded, g))
        for block, part in _unrolled(patches, blocks):
            total += part.reshape(-1, len(total)).T @ g[block].reshape(-1, filters)
        return total

    totals = share(work, blocks_of(len(g), patches[:1].size))
    return sum(totals[1:], totals[0]).reshape(*windows.size, channels, filters)


def scatter(g, kernel, windows: Windows, spatial):
    """x[o * stride + j * dilation, c] += sum over filters f of g[o, f] * kernel[j, c, f].

    Shapes: g (batch, *outputs, f), kernel (*size, c, f) -> (batch, *spatial, c), where `spatial` includes the padding.
    """
    channels, filters = kernel.shape[-2:]
    x = np.zeros((len(g), *spatial, channels), np.result_type(g, kernel))
    by_tap = [(seen, kernel[tap].T.copy()) for tap, seen in windows.taps()]

    def work(blocks):
        for block in blocks:
            part, rows = x[block], g[block].reshape(-1, filters)
            product = np.empty((len(rows), channels), x.dtype)
            for seen, matrix in by_tap:  # one product of matrices a tap, not one an image row
                np.matmul(rows, matrix, out=product)
                part[seen] += product.reshape(part[seen].shape)

    share(work, blocks_of(len(g), 2 * x[:1].size + g[:1].size))
    return x
