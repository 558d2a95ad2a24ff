"""Array functions that come with their own gradient: the steps that NumPy lacks or that pay to take at once.

Named here are those that take what `keras.ops` takes. The others (convolution, pooling, lookup, ...) have a file and
arguments of their own: `from layerlab.ops.conv import conv`.
"""

from layerlab.ops.memory import keep_freed_memory
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

keep_freed_memory()
