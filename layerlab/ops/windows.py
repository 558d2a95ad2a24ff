"""Windows that slide over the middle axes of an array (batch, *spatial, channels), for any number of spatial axes.

Where they lie, how an input is padded for them, and how a batch is cut into blocks: what convolution and pooling share.
"""

import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property, lru_cache

import numpy as np

from layerlab.threads import number_of_threads

__all__ = ["Windows", "along", "blocks_of", "fitting", "inside", "placed"]

_BLOCK = 2**19  # elements at a time: 2 MB of float32, which stay in the processor's caches


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
    @lru_cache(maxsize=256)  # a training step asks for the same again and again
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

    def strips(self, count: int) -> list[tuple["Windows", int, int]]:
        """At least so many strips of equal height along the first axis, and the rest; there are 4 rows for each.

        Each entry is (windows of one strip over a padded input, its first row, how many such strips). Heights are
        multiples of 4, for tiles of 4 rows.
        """
        rows, *others = self.outputs
        height = rows // count // 4 * 4
        full = rows // height * height
        parts = (height, 0, full // height), (rows - full, full, 1)
        none = ((0, 0),) * len(self.size)
        return [
            (Windows(self.size, self.strides, self.dilation, none, (height, *others)), start, number)
            for height, start, number in parts
            if height
        ]

    def stacked(self, padded, count: int):
        """So many strips of one padded sample as a batch; a view, in which they overlap."""
        step = self.outputs[0] * self.strides[0] * padded.strides[1]
        shape = (count, *self.covered, padded.shape[-1])
        return np.lib.stride_tricks.as_strided(padded, shape, (step, *padded.strides[1:]), writeable=False)

    def pad(self, x, value=0.0):
        """The input with its padding."""
        return placed(x, self.padded(x.shape[1:-1]), tuple(before for before, _ in self.padding), value)

    def unpad(self, padded, spatial):
        """The part of a padded array that the input itself fills."""
        if not any(map(any, self.padding)):
            return padded
        return padded[inside(spatial, tuple(before for before, _ in self.padding))]

    def taps(self) -> Iterator[tuple[tuple[int, ...], tuple]]:
        """(tap of the window, index into a padded input that selects what this tap sees in every window)."""
        return iter(self._taps)

    @cached_property
    def _taps(self):
        return tuple((tap, self._seen_by(tap)) for tap in itertools.product(*map(range, self.size)))

    def _seen_by(self, tap) -> tuple:
        sides = zip(tap, self.dilation, self.outputs, self.strides, strict=True)
        return (slice(None), *(slice(j * d, j * d + (o - 1) * s + 1, s) for j, d, o, s in sides))

    def add_up(self, shares, x) -> None:
        """Write into x, an array like the input, the sum of (index of what a tap sees, its share) over all taps."""
        spatial, ones = x.shape[1:-1], (1,) * len(self.size)
        if (self.strides, self.dilation) == (self.size, ones) and self.covered == self.padded(spatial) == spatial:
            for seen, share in shares:  # every number is seen once
                x[seen] = share
            return
        padded = np.zeros((len(x), *self.padded(spatial), x.shape[-1]), x.dtype)
        for seen, share in shares:
            padded[seen] += share
        x[...] = self.unpad(padded, spatial)

    def patches(self, padded):
        """Every window as a view, without a copy: (batch, *outputs, *size, channels)."""
        batch, *spatial, channel = padded.strides
        steps = [step * s for step, s in zip(spatial, self.strides, strict=True)]
        inner = [step * d for step, d in zip(spatial, self.dilation, strict=True)]
        shape = (len(padded), *self.outputs, *self.size, padded.shape[-1])
        strides = (batch, *steps, *inner, channel)
        if padded.flags.c_contiguous:  # the same in a tenth of the time
            return np.ndarray(shape, padded.dtype, padded, 0, strides)
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


def inside(spatial, before) -> tuple:
    """The index of an array of these spatial sizes that starts at `before` in a larger one."""
    return (slice(None), *(slice(start, start + n) for start, n in zip(before, spatial, strict=True)))


def placed(x, spatial, before, value=0.0):
    """x inside a larger array of these spatial sizes, with a value around it; x itself where there is no around."""
    if x.shape[1:-1] == tuple(spatial):
        return x
    whole = np.full((len(x), *spatial, x.shape[-1]), value, x.dtype)
    whole[inside(x.shape[1:-1], before)] = x
    return whole


def fitting(elements: int, least: int = 0) -> int:
    """How many samples of so many elements fit the cache, or `least` if that is more; 1 at least."""
    return max(1, least, _BLOCK // max(1, elements))


def blocks_of(batch: int, elements: int, least: int = 0) -> list[slice]:
    """Slices of the batch that fit the cache, when a sample takes so many elements; if not one, then four to share.

    No slice has fewer samples than `least`, except where they would be fewer than four. Of five or seven, one thread
    of two would have a fifth more than its half. What fits the cache in two halves is cut into these, if there are two
    threads: in so short a call, up to a third of the time goes into waiting for Python's lock between blocks.

    >>> [len(blocks_of(128, elements)) for elements in (1_000, 10_000, 20_000, 30_000, 100_000)]
    [1, 4, 6, 8, 26]
    """
    step, half = fitting(elements, least), -(-batch // 2)
    if half * elements <= _BLOCK < batch * elements and number_of_threads() > 1:
        step = half
    elif step < batch:
        count, step = -(-batch // step), min(step, -(-batch // 4))
        if count in (5, 7) and (even := -(-batch // (count + 1))) >= least:
            step = even
    return [slice(start, start + step) for start in range(0, batch, step)]
