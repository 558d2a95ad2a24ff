"""Array functions that come with their own gradient: the steps that NumPy lacks or that pay to take at once."""

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
    "erf",
    "erfc",
    "exponential_linear",
    "leaky_relu",
    "log_softmax",
    "relu",
    "sigmoid",
    "softmax",
    "softplus",
    "sparsemax",
]
