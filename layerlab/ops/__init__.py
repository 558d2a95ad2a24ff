"""Array functions that come with their own gradient: the steps that NumPy lacks or that pay to take at once."""

from layerlab.ops.conv import conv, conv_transpose, depthwise_conv
from layerlab.ops.pool import average_pool, max_pool
from layerlab.ops.special import (
    erf,
    erfc,
    exponential_linear,
    leaky_relu,
    log_softmax,
    relu,
    sigmoid,
    softmax,
    softplus,
    sparsemax,
)

__all__ = [
    "average_pool",
    "conv",
    "conv_transpose",
    "depthwise_conv",
    "erf",
    "erfc",
    "exponential_linear",
    "leaky_relu",
    "log_softmax",
    "max_pool",
    "relu",
    "sigmoid",
    "softmax",
    "softplus",
    "sparsemax",
]
