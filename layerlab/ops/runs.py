"""Convolution along one axis without unrolling: windows that do not overlap are rows of the input as it lies there.

A window over steps is one run of memory: its taps follow each other, and so do the channels of each. Windows that are
at least their own length apart are the rows of a matrix, a view of the input. So every third window, say, is one
product, the windows beside these another, and nothing is copied.
"""

from functools import cached_property

import numpy as np

from layerlab.autodiff.product import SMALL
from layerlab.ops.rectify import rectify
from layerlab.ops.unrolling import FEW, Unrolled
from layerlab.ops.windows import Windows

__all__ = ["Runs"]

_ROWS = 64  # of a product at least
_LARGE = 2**13  # numbers of a kernel: with more, adding up its gradients by sample takes too long


class Runs(Unrolled):
    """The sums of a convolution over one block after another, as `Unrolled` has them.

    Args:
        windows: where they lie.
        spatial: sizes of the input.
        kernel: (size, channels, filters).
        bias: (filters,) or None.
        rectified: whether to take max(y, 0).
    """

    def __init__(self, windows: Windows, spatial, kernel, bias=None, rectified=False):
        super().__init__(windows, spatial, kernel, bias, rectified)
        small = -(-windows.outputs[0] * kernel.size // SMALL)
        self._products = min(windows.outputs[0], max(small, _overlapping(windows)))

    @classmethod
    def suits(cls, windows: Windows, kernel) -> bool:
        """Whether windows are runs, not of few channels (unrolling fills whole lines then), and there are enough."""
        if len(windows.size) > 1 or windows.dilation != (1,) or kernel.shape[-2] < FEW or kernel.size > _LARGE:
            return False
        return windows.outputs[0] >= _ROWS * _overlapping(windows)

    def forward(self, x, y) -> None:
        for rows, sums in self._matrices(x, y):
            np.matmul(rows, self.weights, out=sums)
        if self.bias is not None:
            _add_to_each(y, self._biases)
        if self.rectified:  # while the block is in the cache
            rectify(y, out=y)

    @cached_property
    def _biases(self):
        """The bias of each output: NumPy adds one long row sooner than many short ones."""
        return np.tile(self.bias, self.windows.outputs[0])

    def _count_in(self, x, g) -> None:
        weights, bias = self.total[:-1], self.total[-1]
        for rows, shares in self._matrices(x, g):
            weights += np.add.reduce(rows.swapaxes(1, 2) @ shares, axis=0)
        bias += np.ones(g[..., 0].size, g.dtype) @ g.reshape(-1, g.shape[-1])

    def _matrices(self, x, y):
        """Pairs (windows as rows, their outputs), both with the batch before them."""
        padded = np.ascontiguousarray(self.windows.pad(x))
        sample, step, number = padded.strides
        for first in range(self._products):
            sums = y[:, first :: self._products]
            start = first * self.windows.strides[0] * step
            shape = (len(x), sums.shape[1], len(self.kernel) * x.shape[-1])
            strides = (sample, self._products * self.windows.strides[0] * step, number)
            yield np.ndarray(shape, padded.dtype, padded, start, strides), sums


def _overlapping(windows: Windows) -> int:
    """How many windows begin within the length of one."""
    return -(-windows.size[0] // windows.strides[0])


def _add_to_each(y, biases) -> None:
    if y.flags.c_contiguous:
        y = y.reshape(len(y), biases.size)
    y += biases.reshape(y.shape[1:])
