"""Array functions that come with their own gradient: the steps that NumPy lacks or that pay to take at once."""

from layerlab.ops.conv import conv, conv_transpose, depthwise_conv
from layerlab.ops.lookup import lookup
from layerlab.ops.normalize import moments, standardize, to_unit_length
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
    "lookup",
    "max_pool",
    "moments",
    "relu",
    "sigmoid",
    "softmax",
    "softplus",
    "sparsemax",
    "standardize",
    "to_unit_length",
]
