"""Convolution and pooling as their definitions say, one number at a time: slow, and easy to believe.

Arrays are (batch, *spatial, channels); positions and taps are tuples with one number a spatial axis.
"""

import itertools
import math

import numpy as np


def pads(n, size, stride, dilation, padding):
    """(zeros before, number of windows) along one axis."""
    reach = (size - 1) * dilation + 1
    if padding == "valid":
        return 0, math.floor((n - reach) / stride) + 1
    outputs = math.ceil(n / stride)
    if padding == "causal":
        return reach - 1, outputs
    return max((outputs - 1) * stride + reach - n, 0) // 2, outputs  # the odd zero comes after


def windows(spatial, size, strides, dilation, padding):
    """Every (output position, [(tap, input position), ...]), with the input positions that exist."""
    axes = [pads(*axis, padding) for axis in zip(spatial, size, strides, dilation, strict=True)]
    before, outputs = zip(*axes, strict=True)
    for o in np.ndindex(outputs):
        seen = []
        for tap in np.ndindex(size):
            i = tuple(o[a] * strides[a] + tap[a] * dilation[a] - before[a] for a in range(len(size)))
            if all(0 <= i[a] < spatial[a] for a in range(len(size))):
                seen.append((tap, i))
        yield o, seen


def output_size(spatial, size, strides, dilation, padding):
    return tuple(pads(*axis, padding)[1] for axis in zip(spatial, size, strides, dilation, strict=True))


def conv(x, kernel, strides, padding, dilation):
    spatial, size, filters = x.shape[1:-1], kernel.shape[:-2], kernel.shape[-1]
    groups = x.shape[-1] // kernel.shape[-2]
    y = np.zeros((len(x), *output_size(spatial, size, strides, dilation, padding), filters))
    for b, f in itertools.product(range(len(x)), range(filters)):
        first = f // (filters // groups) * kernel.shape[-2]  # of the channels that filter f sees
        for o, seen in windows(spatial, size, strides, dilation, padding):
            for tap, i in seen:
                for c in range(kernel.shape[-2]):
                    y[(b, *o, f)] += x[(b, *i, first + c)] * kernel[(*tap, c, f)]
    return y


def depthwise_conv(x, kernel, strides, padding, dilation):
    spatial, size, (channels, multiplier) = x.shape[1:-1], kernel.shape[:-2], kernel.shape[-2:]
    y = np.zeros((len(x), *output_size(spatial, size, strides, dilation, padding), channels * multiplier))
    for b, c, m in itertools.product(range(len(x)), range(channels), range(multiplier)):
        for o, seen in windows(spatial, size, strides, dilation, padding):
            for tap, i in seen:
                y[(b, *o, c * multiplier + m)] += x[(b, *i, c)] * kernel[(*tap, c, m)]
    return y


def conv_transpose(x, kernel, strides, padding, dilation, output_padding=None):
    spatial, size, (filters, channels) = x.shape[1:-1], kernel.shape[:-2], kernel.shape[-2:]
    extra = output_padding or (None,) * len(size)
    axes = [transposed(*axis, padding) for axis in zip(spatial, size, strides, dilation, extra, strict=True)]
    dropped, lengths = zip(*axes, strict=True)
    y = np.zeros((len(x), *lengths, filters))
    for b, c, f in itertools.product(range(len(x)), range(channels), range(filters)):
        for i, tap in itertools.product(np.ndindex(spatial), np.ndindex(size)):
            o = tuple(i[a] * strides[a] + tap[a] * dilation[a] - dropped[a] for a in range(len(size)))
            if all(0 <= o[a] < lengths[a] for a in range(len(size))):
                y[(b, *o, f)] += x[(b, *i, c)] * kernel[(*tap, f, c)]
    return y


def transposed(n, size, stride, dilation, extra, padding):
    """(positions dropped on the left, output length) along one axis."""
    reach = (size - 1) * dilation + 1
    full = (n - 1) * stride + reach
    if padding == "valid":
        return 0, full + (max(stride - reach, 0) if extra is None else extra)
    length = n * stride if extra is None else (n - 1) * stride + reach % 2 + extra
    return max(full - length, 0) // 2, length


def pool(x, size, strides, padding, function):
    spatial, ones = x.shape[1:-1], (1,) * len(size)
    y = np.zeros((len(x), *output_size(spatial, size, strides, ones, padding), x.shape[-1]))
    for b, c in itertools.product(range(len(x)), range(x.shape[-1])):
        for o, seen in windows(spatial, size, strides, ones, padding):
            y[(b, *o, c)] = function([x[(b, *i, c)] for _, i in seen])
    return y
