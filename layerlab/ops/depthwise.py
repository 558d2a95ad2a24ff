"""Depthwise convolution: each channel has kernels of its own, so there is no product of matrices in it.

Tap by tap, what a tap sees is multiplied by its numbers and added to the sums: for a block of the batch that stays in
the cache, and for whole rows of positions at once, each number of the kernel repeated for every position of a row.
"""

from math import prod

import numpy as np

from layerlab.autodiff import primitive
from layerlab.autodiff.layout import by_sample
from layerlab.autodiff.rule import RULES, defvjp_joint
from layerlab.ops.windows import Windows, blocks_of
from layerlab.threads import share

__all__ = ["depthwise_conv"]


@primitive
def depthwise_conv(x, kernel, strides, padding, dilation):
    """A kernel for each channel: y[o, c * m + i] = sum over j of x[o * stride + j * dilation, c] * kernel[j, c, i].

    Args:
        x: (batch, *spatial, channels).
        kernel: (*size, channels, m).
        strides, dilation: tuples, one number a spatial axis.
        padding: "valid", "same" or "causal".

    >>> depthwise_conv(np.ones((1, 3, 2)), np.ones((2, 2, 1)), (1,), "valid", (1,)).shape
    (1, 2, 2)
    """
    x, windows = by_sample(x), Windows.over(x.shape[1:-1], kernel.shape[:-2], strides, dilation, padding)
    y = np.empty((len(x), *windows.outputs, prod(kernel.shape[-2:])), np.result_type(x, kernel))

    def work(blocks):
        sums = _TapByTap(windows, kernel)
        for block in blocks:
            sums.forward(x[block], y[block])

    share(work, _blocks(x, kernel, y))
    return y


def _shares(wanted, g, y, x, kernel, strides, padding, dilation):
    x, windows = by_sample(x), Windows.over(x.shape[1:-1], kernel.shape[:-2], strides, dilation, padding)
    g, dx = np.ascontiguousarray(g), np.empty(x.shape, np.result_type(g, kernel)) if _X in wanted else None

    def work(blocks):
        sums = _TapByTap(windows, kernel)
        for block in blocks:
            if dx is not None:
                sums.by_x(g[block], dx[block])
            if _KERNEL in wanted:
                sums.by_kernel(g[block], x[block])
        return sums.total

    found = share(work, _blocks(x, kernel, g))
    shares = {_X: dx, _KERNEL: sum(found[1:], start=found[0])}
    return [shares[position] for position in wanted]


_X, _KERNEL = 0, 1
defvjp_joint(depthwise_conv, _shares)
RULES[depthwise_conv].differentiable = (_X, _KERNEL)


def _blocks(x, kernel, y) -> list[slice]:
    return blocks_of(len(x), x[:1].size * kernel.shape[-1] + y[:1].size)


class _TapByTap:
    """The sums over one block after another, and their gradients.

    Args:
        windows: where they lie.
        kernel: (*size, channels, m).
    """

    def __init__(self, windows: Windows, kernel):
        self.windows, self.multiplier = windows, kernel.shape[-1]
        self.total = np.zeros_like(kernel)
        self._joins = windows.strides[-1] == 1  # what a tap sees of a row of the input is in one piece
        self._numbers = kernel.reshape(*windows.size, -1)
        if self._joins:
            self._numbers = np.tile(self._numbers, windows.outputs[-1])

    def forward(self, x, y) -> None:
        padded, sums = self._padded(x), self._rows(y)
        (first, begin), *others = self.windows.taps()
        np.multiply(self._rows(padded[begin]), self._numbers[first], out=sums)
        share = np.empty(sums.shape, sums.dtype)
        for tap, seen in others:
            np.multiply(self._rows(padded[seen]), self._numbers[tap], out=share)
            sums += share

    def by_x(self, g, dx) -> None:
        """dx[o * stride + j * dilation, c] = sum over taps j and i of g[o, c * m + i] * kernel[j, c, i]."""
        g, spatial = self._rows(g), dx.shape[1:-1]
        share = np.empty(g.shape, dx.dtype)
        padded = np.zeros((len(dx), *self.windows.padded(spatial), dx.shape[-1] * self.multiplier), dx.dtype)
        for tap, seen in self.windows.taps():
            there = self._rows(padded[seen])
            np.multiply(g, self._numbers[tap], out=share)
            there += share
        found = self.windows.unpad(padded, spatial)
        dx[...] = found if self.multiplier == 1 else found.reshape(*dx.shape, self.multiplier).sum(axis=-1)

    def by_kernel(self, g, x) -> None:
        """Add to the total: k[j, c, i] = sum over outputs o of x[o * stride + j * dilation, c] * g[o, c * m + i]."""
        padded, g = self._padded(x), self._rows(g)
        share = np.empty(g.shape, g.dtype)
        ones = np.ones(prod(g.shape[:-1]), g.dtype)
        for tap, seen in self.windows.taps():
            np.multiply(self._rows(padded[seen]), g, out=share)
            found = ones @ share.reshape(len(ones), g.shape[-1])
            self.total[tap] += found.reshape(-1, *self.total.shape[-2:]).sum(axis=0)

    def _padded(self, x):
        """The input with its padding, each channel as often as it has kernels."""
        return self.windows.pad(x if self.multiplier == 1 else np.repeat(x, self.multiplier, axis=-1))

    def _rows(self, array):
        """A view (batch, *outputs but the last, positions * channels) of an array (batch, *outputs, channels)."""
        return array.reshape(*array.shape[:-2], array.shape[-2] * array.shape[-1]) if self._joins else array
