"""Convolution with fewer multiplications: tiles of outputs from tiles of inputs, after Toom, Cook and Winograd.

Two polynomials can be multiplied by their values: evaluate both at n points, multiply value by value, find the
polynomial that has these values. Evaluating and finding are fixed small matrices. A convolution along an axis is the
same with one of these matrices transposed. Four outputs of three taps, which take twelve multiplications, take six
points; along two axes 36 instead of 144. For many channels each point is a product of matrices, and so are the
transforms before and after it.

It is not the same arithmetic. Against float64, the sums over 3x3 or 5x5 taps of 32 to 128 channels and their gradients
are off by at most 2.3e-6 of the largest, and by 0.4e-6 to 1.3e-6 in the root mean square; plain sums in float32 by
0.1e-6 to 0.2e-6. A NaN reaches all outputs of its tiles. So float64 never goes this way.

Source: A. Lavin and S. Gray, "Fast Algorithms for Convolutional Neural Networks" (2016).
"""

from functools import cache, cached_property, reduce
from math import prod

import numpy as np

from layerlab.ops.products import by_columns, by_rows, over_rows
from layerlab.ops.rectify import rectify
from layerlab.ops.windows import Windows, blocks_of, inside, placed

__all__ = ["Winograd"]

# size of a kernel -> the share of the plain way's multiplications below which it was measured to be faster
_PAYS = {(3,): 0.6, (5,): 0.66, (3, 3): 0.8, (5, 5): 0.83}
_OUTPUTS = {(3,): 4, (5,): 4, (3, 3): 4, (5, 5): 2}  # of a tile, along an axis; with more, errors outgrow the gain
_TILES = 256  # of a block at least, where there are so many

# number -> points, and infinity is the last. These six have half the errors of 0, 1, -1, 2, -2.
_POINTS = {6: (0, 3 / 4, -3 / 4, 3 / 2, -3 / 2), 8: (0, 1, -1, 2, -2, 1 / 2, -1 / 2)}


@cache
def _along_axis(taps: int, count: int):
    """(outputs, kernels, inputs), such that `count` outputs are outputs.T @ ((kernels @ kernel) * (inputs @ x)).

    Shapes: (points, count), (points, taps), (points, points), where points = count + taps - 1.
    """
    points = count + taps - 1

    def powers(n):
        return np.array([[p**i for i in range(n)] for p in _POINTS[points]] + [[0.0] * (n - 1) + [1.0]])

    inputs = np.linalg.inv(powers(points)).T
    scale = np.exp2(np.round(np.log2(np.abs(inputs).max(axis=1, keepdims=True))))  # powers of 2 cost no digits
    return powers(count), powers(taps) * scale, inputs / scale


@cache
def _transforms(taps: int, count: int, rank: int):
    """`_along_axis` for several axes; `outputs` has a row of ones more, which adds the bias to each output.

    The matrices of outputs and kernels are for all axes at once. That of inputs is for one after the other.
    """
    outputs, kernels, inputs = (matrix.astype("float32") for matrix in _along_axis(taps, count))
    outputs, kernels = (reduce(np.kron, [matrix] * rank) for matrix in (outputs, kernels))
    return np.concatenate([outputs, np.ones_like(outputs[:1])]), kernels, inputs


class Winograd:
    """The sums of a convolution over one block after another, as `Unrolled` has them.

    Args:
        windows: where they lie.
        spatial: sizes of the input.
        kernel: (*size, channels, filters).
        bias: (filters,) or None.
        rectified: whether to take max(y, 0).
    """

    def __init__(self, windows: Windows, spatial, kernel, bias=None, rectified=False):
        self.kernel, self.bias, self.rectified = kernel, bias, rectified
        self.rank, self.side = len(spatial), _OUTPUTS[windows.size]
        self.outputs, self.kernels, self.inputs = _transforms(len(kernel), self.side, self.rank)
        self.counts = tuple(-(-n // self.side) for n in windows.outputs)
        size, steps, ones = ((n,) * self.rank for n in (len(self.inputs), self.side, 1))
        self.tiles = Windows(size, steps, ones, windows.padding, self.counts)

    def blocks(self, batch: int, back: bool = False) -> list[slice]:
        """Of the batch: they fit the cache, and have enough tiles to outweigh the work on the kernel."""
        count = prod(self.counts)
        return blocks_of(batch, count * len(self.kernels) * max(self.kernel.shape[-2:]), _TILES // max(1, count))

    @classmethod
    def suits(cls, windows: Windows, spatial, kernel, batch: int, dtype) -> bool:
        """Whether it can and pays: how many multiplications it takes, transforms included."""
        size, (channels, filters) = windows.size, kernel.shape[-2:]
        if size not in _PAYS or dtype != np.float32 or set(windows.strides + windows.dilation) != {1}:
            return False
        side = _OUTPUTS[size]
        tiles, points = batch * prod(-(-n // side) for n in windows.outputs), prod(side + k - 1 for k in size)
        ours = tiles * points * (channels * filters + points * channels + side ** len(size) * filters)
        ours += points * kernel.size  # its transform
        plain = batch * prod(windows.outputs) * kernel.size
        return ours < _PAYS[size] * plain and windows.padded(spatial) == windows.covered

    @cached_property
    def transformed(self):
        """The kernel: (points, channels, filters)."""
        return (self.kernels @ self.kernel.reshape(self.kernels.shape[1], -1)).reshape(-1, *self.kernel.shape[-2:])

    @cached_property
    def flipped(self):
        """`transformed` for the way back: (points, filters, channels)."""
        return self.transformed.swapaxes(1, 2).copy()

    @cached_property
    def total(self):
        """The gradients of all blocks so far: by the transformed kernel, and by the bias."""
        return np.zeros_like(self.transformed), np.zeros_like(self.transformed[0, 0])

    def forward(self, x, y) -> None:
        """y[o, f] = sum over taps j and channels c of x[o + j, c] * kernel[j, c, f] + bias[f]."""
        values = self._evaluated(x)
        products = np.empty((len(values) + 1, values.shape[1], y.shape[-1]), y.dtype)
        by_rows(values, self.transformed, products[:-1])
        products[-1] = 0 if self.bias is None else self.bias
        full = self._whole(self.counts)
        whole = y if y.shape[1:-1] == full else np.empty((len(y), *full, y.shape[-1]), y.dtype)
        tiles = self._by_tile(_positions(whole))
        sums = by_columns(self.outputs.T, products.reshape(len(products), -1))
        if self.rectified:
            rectify(sums, out=sums)
        np.copyto(tiles, _positions(sums.reshape(*tiles.shape[:-1], y.shape[-1])))
        if whole is not y:
            y[...] = whole[inside(y.shape[1:-1], (0,) * self.rank)]

    def backward(self, g, x=None, dx=None) -> None:
        """Add to the total what a block gives to the kernel, if there is x; write the gradient by the input into dx."""
        tiles = self._by_tile(_positions(placed(g, self._whole(self.counts), (0,) * self.rank))).copy().view(g.dtype)
        products = by_columns(self.outputs, tiles.reshape(self.outputs.shape[1], -1))
        products = products.reshape(len(products), -1, g.shape[-1])
        if x is not None:
            kernel, bias = self.total
            kernel += over_rows(self._evaluated(x), products[:-1])
            bias += np.ones(products.shape[1], g.dtype) @ products[-1]
        if dx is not None:
            values = np.empty((*products[:-1].shape[:2], dx.shape[-1]), dx.dtype)
            by_rows(products[:-1], self.flipped, values)
            self._add_up(values, dx)

    def gradients(self):
        """The kernel's and the bias's, of all blocks so far."""
        kernel, bias = self.total
        return (self.kernels.T @ kernel.reshape(len(kernel), -1)).reshape(self.kernel.shape), bias

    def _evaluated(self, x):
        """The values of the input's tiles: (points, tiles, channels)."""
        padded = placed(x, self.tiles.covered, tuple(before for before, _ in self.tiles.padding))
        axes = *range(1 + self.rank, 1 + 2 * self.rank), *range(1 + self.rank), -1
        tiles = self.tiles.patches(_positions(padded)).transpose(axes).copy().view(x.dtype)
        return self._along_axes(self.inputs, tiles).reshape(len(self.kernels), -1, x.shape[-1])

    def _along_axes(self, matrix, tiles):
        """Tiles times a matrix along each of their axes."""
        for axis in range(self.rank):
            tiles = by_columns(matrix, tiles.reshape(len(matrix) ** axis, len(matrix), -1))
        return tiles

    def _add_up(self, values, x) -> None:
        """`_evaluated` transposed: what the values say about the input, added up where tiles overlap."""
        tiles = self._along_axes(self.inputs.T, values)
        tiles = tiles.reshape(*self.tiles.size, len(x), *self.counts, x.shape[-1])
        reach = -(-len(self.inputs) // self.side)  # along an axis a tile of inputs reaches over so many of outputs
        full = self._whole(n + reach - 1 for n in self.counts)
        whole = x if x.shape[1:-1] == full else np.empty((len(x), *full, x.shape[-1]), x.dtype)
        by_tile = self._by_tile(whole)
        # along one axis, tiles side by side are long runs; into their places go positions as items, which is quicker
        sums = np.empty(by_tile.shape, x.dtype) if self.rank == 1 else by_tile
        sums[...] = 0
        for corner in np.ndindex((reach,) * self.rank):
            part = tiles[tuple(slice(self.side * c, self.side * (c + 1)) for c in corner)]
            places = (slice(c, c + n) for c, n in zip(corner, self.counts, strict=True))
            there = sums[(*map(slice, part.shape[: self.rank]), slice(None), *places)]
            there += part
        if sums is not by_tile:
            np.copyto(self._by_tile(_positions(whole)), _positions(sums))
        if whole is not x:
            x[...] = whole[inside(x.shape[1:-1], tuple(before for before, _ in self.tiles.padding))]

    def _whole(self, counts):
        """Spatial sizes of so many tiles."""
        return tuple(self.side * count for count in counts)

    def _by_tile(self, whole):
        """A view of (batch, *(side * count), channels) as (*(side,) * rank, batch, *counts, channels)."""
        batch, *spatial, channels = whole.shape
        split = whole.reshape(batch, *(n for size in spatial for n in (size // self.side, self.side)), channels)
        return split.transpose(*range(2, 2 * self.rank + 1, 2), 0, *range(1, 2 * self.rank, 2), -1)


def _positions(x):
    """The channels of each position as one item: that copies in less time."""
    return x.view(f"V{x.itemsize * x.shape[-1]}")
