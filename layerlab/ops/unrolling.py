"""Convolution by unrolling: each window becomes a row of a matrix, and one product sums over its taps and channels.

This is the way for every size, stride, dilation and padding. The matrix is many times as large as the input, so it is
made for a block of the batch at a time, and stays in the cache.
"""

from functools import cached_property
from math import prod

import numpy as np

from layerlab.ops.products import by_columns, by_rows, over_rows
from layerlab.ops.rectify import rectify
from layerlab.ops.windows import Windows, blocks_of, fitting

__all__ = ["FEW", "Unrolled"]

_ROWS = 128  # of a block at least, where there are so many
FEW = 4  # channels below which the matrix is filled along the outputs: whole lines instead of single windows


class Unrolled:
    """The sums of a convolution over one block after another, in one scratch matrix.

    Its rows are the windows, with a 1 behind their numbers: so a bias is one more row of the kernel's matrix.

    Args:
        windows: where they lie.
        spatial: sizes of the input.
        kernel: (*size, channels, filters).
        bias: (filters,) or None.
        rectified: whether to take max(y, 0).
    """

    def __init__(self, windows: Windows, spatial, kernel, bias=None, rectified=False):
        self.windows, self.kernel, self.bias, self.rectified = windows, kernel, bias, rectified
        self._windows = prod(windows.outputs)  # of a sample
        self._elements = self._windows * (kernel[..., 0].size + 1)  # of a sample, unrolled
        self._least = _ROWS // max(1, self._windows)  # samples of a block
        self._scratch = np.empty((0, kernel[..., 0].size + 1))

    def blocks(self, batch: int, back: bool = False) -> list[slice]:
        """Of the batch: what `forward` or `backward` does with one fits the cache, and outweighs the calls."""
        if not back:
            return blocks_of(batch, self._elements, self._least)
        channels, filters = self.kernel.shape[-2:]
        return blocks_of(batch, 2 * prod(self.windows.covered) * channels + self._windows * filters, self._least)

    @cached_property
    def weights(self):
        """The kernel as a matrix: (taps * channels, filters)."""
        return self.kernel.reshape(-1, self.kernel.shape[-1])

    @cached_property
    def matrix(self):
        """The weights, and the bias, if there is one, as their last row."""
        return self.weights if self.bias is None else np.concatenate([self.weights, self.bias[None]])

    @cached_property
    def total(self):
        """The gradient by all blocks so far, of the weights and, in the last row, of a bias."""
        return np.zeros((len(self.weights) + 1, self.weights.shape[1]), self.kernel.dtype)

    def forward(self, x, y) -> None:
        """y[o, f] = sum over taps j and channels c of x[o * stride + j * dilation, c] * kernel[j, c, f] + bias[f]."""
        rows = self._unrolled(x)
        by_rows(rows if self.bias is not None else rows[:, :-1], self.matrix, y.reshape(-1, y.shape[-1]))
        if self.rectified:  # while the block is in the cache
            rectify(y, out=y)

    def backward(self, g, x=None, dx=None) -> None:
        """Add to the total what a block gives to the kernel, if there is x; write the gradient by the input into dx.

        k[j, c, f] = sum over outputs o of x[o * stride + j * dilation, c] * g[o, f];
        dx[o * stride + j * dilation, c] = sum over taps j and filters f of g[o, f] * kernel[j, c, f].
        """
        rows = g.reshape(-1, g.shape[-1])
        if x is not None:
            step = fitting(self._elements, self._least)
            for start in range(0, len(x), step):
                self._count_in(x[start : start + step], g[start : start + step])
        if dx is not None:
            (self._add_planes if dx.shape[-1] < FEW else self._add_taps)(rows, dx)

    def _count_in(self, x, g) -> None:
        """Add to the total what some samples give to the kernel and to the bias."""
        self.total += over_rows(self._unrolled(x), g.reshape(-1, g.shape[-1]))

    def gradients(self):
        """The kernel's and the bias's, of all blocks so far."""
        return self.total[:-1].reshape(self.kernel.shape), self.total[-1]

    def _unrolled(self, x):
        """(windows, taps * channels + 1)."""
        patches = self.windows.patches(self.windows.pad(x))
        count, numbers, dtype = len(x) * self._windows, len(self.weights) + 1, np.result_type(x, self.kernel)
        if len(self._scratch) < count:
            few = x.shape[-1] < FEW
            self._scratch = np.empty((numbers, count), dtype).T if few else np.empty((count, numbers), dtype)
            self._scratch[:, -1] = 1
        rows = self._scratch[:count]
        np.copyto(rows[:, :-1].reshape(patches.shape), patches)
        return rows

    def _add_taps(self, rows, dx) -> None:
        """The gradient by the input: one product of matrices a tap, not one an image row."""
        product = np.empty((len(rows), dx.shape[-1]), rows.dtype)

        def shares():
            for tap, seen in self.windows.taps():
                np.matmul(rows, self.kernel[tap].T, out=product)
                yield seen, product.reshape(dx.shape[:1] + self.windows.outputs + dx.shape[-1:])

        self.windows.add_up(shares(), dx)

    def _add_planes(self, rows, dx) -> None:
        """The same for few channels: one product for all taps, as each would be thin; a channel is like a sample."""
        batch, *spatial, channels = dx.shape
        product = by_columns(self.kernel.reshape(-1, rows.shape[-1]), rows.T)
        shares = product.reshape(prod(self.windows.size), channels * batch, *self.windows.outputs, 1)
        planes = np.empty((channels * batch, *spatial, 1), dx.dtype)
        self.windows.add_up(((seen, shares[i]) for i, (_, seen) in enumerate(self.windows.taps())), planes)
        dx[...] = np.moveaxis(planes.reshape(channels, batch, *spatial), 0, -1)
