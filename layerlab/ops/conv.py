"""Convolutions over (batch, *spatial, channels), each forward formula beside its gradients.

As everywhere in this field the kernel is not flipped: it is a cross-correlation.
"""

from functools import partial, reduce

import numpy as np

from layerlab.autodiff import primitive
from layerlab.autodiff.layout import by_sample
from layerlab.autodiff.rule import RULES, defvjp_joint
from layerlab.ops.runs import Runs
from layerlab.ops.unrolling import Unrolled
from layerlab.ops.windows import Windows
from layerlab.ops.winograd import Winograd
from layerlab.threads import share

__all__ = ["conv", "conv_transpose"]

_LARGE = 2**25  # multiplications of a sample, a third of a millisecond
_STRIPS = 12  # of such a sample, at least


def _windows(x, kernel, strides, padding, dilation) -> Windows:
    return Windows.over(x.shape[1:-1], kernel.shape[:-2], strides, dilation, padding)


def _groups(x, kernel) -> int:
    return x.shape[-1] // kernel.shape[-2]


def _by_group(groups: int, *arrays):
    """The arrays' parts (views) for one group of channels after another; None stays None."""
    parts = ([a] * groups if a is None or groups == 1 else np.split(a, groups, axis=-1) for a in arrays)
    return zip(*parts, strict=True)


def _joined(parts):
    return np.concatenate(parts, axis=-1) if len(parts) > 1 else parts[0]


def _way(windows: Windows, spatial, kernel, batch: int, dtype, bias=None, rectified=False):
    """A function that starts the quickest way to sum over these windows; each thread has its own."""
    way: type[Unrolled | Winograd] = Runs if Runs.suits(windows, kernel) else Unrolled
    if Winograd.suits(windows, spatial, kernel, batch, dtype):
        way = Winograd
    return partial(way, windows, spatial, kernel, bias, rectified)


def _gather(x, kernel, windows: Windows, y, bias=None, rectified=False) -> None:
    """Write into y the sums over all windows, block by block of the batch."""
    if _is_large(windows, y, kernel):
        for sample in range(len(x)):
            _gather_by_strips(x[sample : sample + 1], kernel, windows, y[sample : sample + 1], bias, rectified)
        return
    start = _way(windows, x.shape[1:-1], kernel, len(x), y.dtype, bias, rectified)

    def work(blocks):
        sums = start()
        for block in blocks:
            sums.forward(np.ascontiguousarray(x[block]), y[block])

    share(work, start().blocks(len(x)))


def _is_large(windows: Windows, y, kernel) -> bool:
    """Whether there are too few samples to share, of which each is enough work for several threads."""
    return len(y) < 4 and windows.outputs[0] >= 4 * _STRIPS and y[:1].size * kernel[..., 0].size > _LARGE


def _gather_by_strips(x, kernel, windows: Windows, y, bias, rectified) -> None:
    """`_gather` for one sample: its strips are the samples of a batch; what is left of it is one more."""
    padded = windows.pad(x)
    for strip, start, count in windows.strips(_STRIPS):
        inputs = strip.stacked(padded[:, start * strip.strides[0] :], count)
        sums = y[:, start : start + count * strip.outputs[0]].reshape(count, *strip.outputs, y.shape[-1])
        _gather(inputs, kernel, strip, sums, bias, rectified)


def _spread(g, kernel, windows: Windows, spatial, x=None, dx=None, y=None):
    """The gradients of `_gather`: by its input, written into dx if there is one; by kernel and bias, if there is x.

    Where there is y, the result of max(y, 0), only gradients of its positive numbers count.
    """
    start = _way(windows, spatial, kernel, len(g), g.dtype)

    def work(blocks):
        sums = start()
        for block in blocks:
            part = np.ascontiguousarray(g[block]) if y is None else g[block] * (y[block] > 0)
            inputs = None if x is None else np.ascontiguousarray(x[block])
            sums.backward(part, inputs, None if dx is None else dx[block])
        return () if x is None else sums.gradients()

    found = share(work, start().blocks(len(g), back=dx is not None))
    return [reduce(np.add, parts) for parts in zip(*found, strict=True)]


@primitive
def conv(x, kernel, strides, padding, dilation, bias=None, rectified=False):
    """y[o, f] = sum over taps j and channels c of x[o * stride + j * dilation, c] * kernel[j, c, f] + bias[f].

    Args:
        x: (batch, *spatial, channels).
        kernel: (*size, channels // groups, filters), for groups of channels that do not see each other.
        strides, dilation: tuples, one number a spatial axis.
        padding: "valid", "same" or "causal".
        bias: None, or (filters,), added while a block is in the cache.
        rectified: whether to take max(y, 0), which is done there, too.

    >>> conv(np.arange(1.0, 6).reshape(1, 5, 1), np.array([1.0, 10, 100]).reshape(3, 1, 1), (1,), "valid", (1,)).ravel()
    array([321., 432., 543.])
    """
    x, windows, groups = by_sample(x), _windows(x, kernel, strides, padding, dilation), _groups(x, kernel)
    y = np.empty((len(x), *windows.outputs, kernel.shape[-1]), np.result_type(x, kernel))
    for part, weights, sums, offset in _by_group(groups, x, kernel, y, bias):
        _gather(part, weights, windows, sums, offset, rectified)
    return y


def _conv_shares(wanted, g, y, x, kernel, strides, padding, dilation, bias=None, rectified=False):
    windows, groups = _windows(x, kernel, strides, padding, dilation), _groups(x, kernel)
    dx = np.empty(x.shape, np.result_type(g, kernel)) if 0 in wanted else None
    arrays = by_sample(g), kernel, by_sample(x) if {1, _BIAS} & {*wanted} else None, dx, y if rectified else None
    by_group = _by_group(groups, *arrays)
    found = [_spread(part, weights, windows, x.shape[1:-1], *others) for part, weights, *others in by_group]
    by_weights = [_joined(parts) for parts in zip(*found, strict=True)]
    shares = dict(zip((0, 1, _BIAS), (dx, *by_weights), strict=False))
    return [shares[position] for position in wanted]


_BIAS = 5
defvjp_joint(conv, _conv_shares)
RULES[conv].differentiable = (0, 1, _BIAS)


@primitive
def conv_transpose(x, kernel, strides, padding, dilation, output_padding=None):
    """y[i * stride + j * dilation, f] += x[i, c] * kernel[j, f, c]: the gradient of `conv`, used as a layer.

    Args:
        x: (batch, *spatial, channels).
        kernel: (*size, filters, channels).
        strides, dilation: tuples, one number a spatial axis.
        padding: "valid" or "same".
        output_padding: None, or a tuple of extra positions on the right.

    >>> conv_transpose(np.array([1.0, 2, 3]).reshape(1, 3, 1), np.ones((2, 1, 1)), (2,), "valid", (1,)).ravel()
    array([1., 1., 2., 2., 3., 3.])
    """
    windows, spatial = _transposed(x, kernel, strides, padding, dilation, output_padding)
    y = np.empty((len(x), *spatial, kernel.shape[-2]), np.result_type(x, kernel))
    _spread(x, kernel, windows, spatial, dx=y)
    return y


def _transposed(x, kernel, strides, padding, dilation, output_padding):
    """(windows over the output, its spatial sizes)."""
    spatial, size = x.shape[1:-1], kernel.shape[:-2]
    extra = output_padding or (None,) * len(size)
    axes = [transposed_length(*axis, padding) for axis in zip(spatial, size, strides, dilation, extra, strict=True)]
    covered = Windows(size, strides, dilation, ((0, 0),) * len(size), spatial).covered
    pads = tuple((left, max(reach - left - out, 0)) for reach, (left, out) in zip(covered, axes, strict=True))
    return Windows(size, strides, dilation, pads, spatial), tuple(out for _, out in axes)


def transposed_length(
    n: int, size: int, stride: int, dilation: int, extra: int | None, padding: str
) -> tuple[int, int]:
    """(positions dropped on the left, output length) of a transposed convolution along one axis.

    >>> transposed_length(3, 3, 2, 1, None, "same"), transposed_length(3, 3, 2, 1, None, "valid")
    ((0, 6), (0, 7))
    """
    reach = (size - 1) * dilation + 1
    full = (n - 1) * stride + reach
    if padding == "valid":
        return 0, (n - 1) * stride + max(reach, stride) if extra is None else full + extra
    out = n * stride if extra is None else (n - 1) * stride + reach % 2 + extra
    return max(full - out, 0) // 2, out


def _transpose_x(g, y, x, kernel, strides, padding, dilation, output_padding=None):
    windows, _ = _transposed(x, kernel, strides, padding, dilation, output_padding)
    dx = np.empty(x.shape, np.result_type(g, kernel))
    _gather(g, kernel, windows, dx)
    return dx


def _transpose_kernel(g, y, x, kernel, strides, padding, dilation, output_padding=None):
    windows, spatial = _transposed(x, kernel, strides, padding, dilation, output_padding)
    return _spread(x, kernel, windows, spatial, x=g)[0]


conv_transpose.defvjp(_transpose_x, _transpose_kernel)
