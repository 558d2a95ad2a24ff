"""Convolutions over (batch, *spatial, channels), each forward formula beside its gradients.

As everywhere in this field the kernel is not flipped: it is a cross-correlation.
"""

import numpy as np

from layerlab.autodiff import primitive
from layerlab.autodiff.rule import RULES, defvjp_joint, unbroadcast
from layerlab.ops.windows import Windows, correlate, gather, scatter

__all__ = ["conv", "conv_transpose", "depthwise_conv"]


def _windows(x, kernel, strides, padding, dilation) -> Windows:
    return Windows.over(x.shape[1:-1], kernel.shape[:-2], strides, dilation, padding)


def _groups(x, kernel) -> int:
    return x.shape[-1] // kernel.shape[-2]


def _parts(array, groups: int):
    return np.split(array, groups, axis=-1) if groups > 1 else [array]


def _joined(parts):
    return np.concatenate(parts, axis=-1) if len(parts) > 1 else parts[0]


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
    windows, groups = _windows(x, kernel, strides, padding, dilation), _groups(x, kernel)
    biases = [None] * groups if bias is None else _parts(bias, groups)
    parts = zip(_parts(windows.pad(x), groups), _parts(kernel, groups), biases, strict=True)
    return _joined([gather(part, weights, windows, offset, rectified) for part, weights, offset in parts])


def _conv_x(g, x, kernel, strides, padding, dilation):
    windows, groups = _windows(x, kernel, strides, padding, dilation), _groups(x, kernel)
    padded = tuple(n + sum(pads) for n, pads in zip(x.shape[1:-1], windows.padding, strict=True))
    pairs = zip(_parts(g, groups), _parts(kernel, groups), strict=True)
    return windows.unpad(_joined([scatter(part, weights, windows, padded) for part, weights in pairs]), x.shape[1:-1])


def _conv_kernel(g, x, kernel, strides, padding, dilation):
    windows, groups = _windows(x, kernel, strides, padding, dilation), _groups(x, kernel)
    pairs = zip(_parts(windows.pad(x), groups), _parts(g, groups), strict=True)
    return _joined([correlate(part, part_of_g, windows) for part, part_of_g in pairs])


def _conv_shares(wanted, g, y, x, kernel, strides, padding, dilation, bias=None, rectified=False):
    g = g * (y > 0) if rectified else g
    vjps = {0: _conv_x, 1: _conv_kernel, _BIAS: lambda g, *_: unbroadcast(g, bias.shape)}
    return [vjps[position](g, x, kernel, strides, padding, dilation) for position in wanted]


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
    windows, full, crop = _transposed(x, kernel, strides, padding, dilation, output_padding)
    return scatter(x, kernel, windows, full)[crop]


def _transposed(x, kernel, strides, padding, dilation, output_padding):
    """(windows over the output, its size before cropping, the crop)."""
    spatial, size = x.shape[1:-1], kernel.shape[:-2]
    extra = output_padding or (None,) * len(size)
    axes = [transposed_length(*axis, padding) for axis in zip(spatial, size, strides, dilation, extra, strict=True)]
    windows = Windows(size, strides, dilation, ((0, 0),) * len(size), spatial)
    full = tuple(max(covered, left + out) for covered, (left, out) in zip(windows.covered, axes, strict=True))
    return windows, full, (slice(None), *(slice(left, left + out) for left, out in axes))


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


def _uncropped(g, full, crop):
    whole = np.zeros((len(g), *full, g.shape[-1]), g.dtype)
    whole[crop] = g
    return whole


def _transpose_x(g, y, x, kernel, strides, padding, dilation, output_padding=None):
    windows, full, crop = _transposed(x, kernel, strides, padding, dilation, output_padding)
    return gather(_uncropped(g, full, crop), kernel, windows)


def _transpose_kernel(g, y, x, kernel, strides, padding, dilation, output_padding=None):
    windows, full, crop = _transposed(x, kernel, strides, padding, dilation, output_padding)
    return correlate(_uncropped(g, full, crop), x, windows)


conv_transpose.defvjp(_transpose_x, _transpose_kernel)


@primitive
def depthwise_conv(x, kernel, strides, padding, dilation):
    """A kernel for each channel: y[o, c * m + i] = sum over j of x[o * stride + j * dilation, c] * kernel[j, c, i].

    Args:
        x: (batch, *spatial, channels).
        kernel: (*size, channels, m).

    >>> depthwise_conv(np.ones((1, 3, 2)), np.ones((2, 2, 1)), (1,), "valid", (1,)).shape
    (1, 2, 2)
    """
    windows = _windows(x, kernel, strides, padding, dilation)
    padded = windows.pad(x)
    y = sum(padded[seen][..., None] * kernel[tap] for tap, seen in windows.taps())
    return y.reshape(*y.shape[:-2], y.shape[-2] * y.shape[-1])


def _depthwise_x(g, y, x, kernel, strides, padding, dilation):
    windows = _windows(x, kernel, strides, padding, dilation)
    g = g.reshape(*g.shape[:-1], *kernel.shape[-2:])
    padded = np.zeros(windows.pad(x).shape, np.result_type(g, kernel))
    for tap, seen in windows.taps():
        padded[seen] += np.einsum("...ci,ci->...c", g, kernel[tap])
    return windows.unpad(padded, x.shape[1:-1])


def _depthwise_kernel(g, y, x, kernel, strides, padding, dilation):
    windows = _windows(x, kernel, strides, padding, dilation)
    padded, g = windows.pad(x), g.reshape(-1, *kernel.shape[-2:])
    found = np.empty_like(kernel)
    for tap, seen in windows.taps():
        found[tap] = np.einsum("bc,bci->ci", padded[seen].reshape(-1, x.shape[-1]), g)
    return found


depthwise_conv.defvjp(_depthwise_x, _depthwise_kernel)
