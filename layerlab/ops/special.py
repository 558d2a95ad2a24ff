"""Elementary functions that NumPy lacks, or that are faster and safer to differentiate in one step: each with its VJP.

None of them overflows: neither the value nor the gradient has an inf or a NaN in it where the formula has not.
"""

import functools
import math

import numpy as np

from layerlab.autodiff import primitive
from layerlab.autodiff.inlining import Inline, inline
from layerlab.ops.blockwise import by_number
from layerlab.ops.rectify import rectify
from layerlab.ops.rows import max_along, sum_along, sum_of_products

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


@primitive
def relu(x):
    """max(x, 0), with derivative 0 at 0.

    >>> relu(np.array([-1.0, 2.0]))
    array([0., 2.])
    """
    return rectify(x)


@relu.defvjp
def _relu_vjp(g, y, x):
    return g * (y > 0)


@inline(relu)
def _relu_inline(constant, x):
    zero, forward = constant(_zeros((), x.dtype), "zero"), f"{constant(rectify)}({{0}})"
    if x.size <= _SMALL:
        forward = f"{constant(np.maximum)}({{0}}, {constant(_zeros(x.shape, x.dtype), 'zeros')})"
    return Inline(forward, (f"{{g}} * ({{y}} > {zero})",))


_SMALL = 2**14  # numbers of a relu whose zeros a program keeps


@functools.lru_cache(maxsize=64)
def _zeros(shape, dtype):
    """Zeros to be read. NumPy would have to make an array of the number 0 at each call."""
    zeros = np.zeros(shape, dtype)
    zeros.flags.writeable = False
    return zeros


@primitive
@by_number
def leaky_relu(x, negative_slope=0.2):
    """x if x >= 0, else negative_slope · x, with derivative 1 at 0.

    >>> leaky_relu(np.array([-1.0, 2.0]))
    array([-0.2,  2. ])
    """
    return np.maximum(x, 0) + negative_slope * np.minimum(x, 0)  # np.where takes five times as long


@leaky_relu.defvjp
@by_number
def _leaky_relu_vjp(g, y, x, negative_slope=0.2):
    return g * (x >= 0) + (negative_slope * g) * (x < 0)


@primitive
@by_number
def sigmoid(x):
    """1 / (1 + exp(-x)).

    >>> sigmoid(np.array([-1000.0, 0.0, 1000.0]))
    array([0. , 0.5, 1. ])
    """
    with np.errstate(over="ignore"):  # exp(1000) is inf, and 1 / inf is the 0 that is meant
        return 1 / (1 + np.exp(-x))


@sigmoid.defvjp
@by_number
def _sigmoid_vjp(g, y, x):
    return g * y * (1 - y)


@primitive
@by_number
def softplus(x):
    """log(1 + exp(x)), a smooth max(x, 0).

    >>> softplus(np.array([-1000.0, 0.0, 1000.0]))
    array([0.00000000e+00, 6.93147181e-01, 1.00000000e+03])
    """
    return np.maximum(x, 0) + np.log1p(np.exp(-np.abs(x)))  # np.logaddexp(x, 0) takes ten times as long


@softplus.defvjp
@by_number
def _softplus_vjp(g, y, x):
    return g * sigmoid(x)


@primitive
@by_number
def exponential_linear(x, scale=1.0, alpha=1.0, width=1.0):
    """scale · (x if x > 0 else alpha · (exp(x / width) - 1)): what elu, selu and celu have in common.

    >>> exponential_linear(np.array([-1.0, 2.0]), scale=2.0)
    array([-1.26424112,  4.        ])
    """
    return scale * (np.maximum(x, 0) + alpha * np.expm1(np.minimum(x, 0) / width))


@exponential_linear.defvjp
@by_number
def _exponential_linear_vjp(g, y, x, scale=1.0, alpha=1.0, width=1.0):
    slope = (alpha / width) * np.exp(np.minimum(x, 0) / width)
    return g * scale * (slope * (x <= 0) + (x > 0))  # np.where would take four times as long


@primitive
def softmax(x, axis=-1):
    """exp(x) / sum(exp(x)) along an axis or axes: positive numbers that sum to 1.

    >>> softmax(np.array([1000.0, 1000.0, 0.0]))
    array([0.5, 0.5, 0. ])
    """
    e = np.exp(x - max_along(x, axis))
    return e / sum_along(e, axis)


@softmax.defvjp
def _softmax_vjp(g, y, x, axis=-1):
    return y * (g - sum_of_products(g, y, axis))


@primitive
def log_softmax(x, axis=-1):
    """log(softmax(x)), without the log of a number that has become 0.

    >>> log_softmax(np.array([0.0, -1000.0]))
    array([    0., -1000.])
    """
    shifted = x - max_along(x, axis)
    return shifted - np.log(sum_along(np.exp(shifted), axis))


@log_softmax.defvjp
def _log_softmax_vjp(g, y, x, axis=-1):
    return g - np.exp(y) * sum_along(g, axis)


@primitive
def sparsemax(x, axis=-1):
    """The point of the simplex that is nearest to x: like softmax, but with true zeros.

    max(x - t, 0) with the t that makes the sum 1. (Keras 3.15 gives other numbers when two or more are not zero.)

    >>> sparsemax(np.array([1.0, 2.0, 2.5]))
    array([0.  , 0.25, 0.75])

    Source: Martins & Astudillo, 2016, https://arxiv.org/abs/1602.02068.
    """
    x = np.moveaxis(x - np.max(x, axis=axis, keepdims=True), axis, -1)
    descending = -np.sort(-x, axis=-1)
    excess = np.cumsum(descending, axis=-1) - 1
    rank = np.arange(1, x.shape[-1] + 1, dtype=x.dtype)
    size = np.sum(rank * descending > excess, axis=-1, keepdims=True)  # how many stay above 0
    threshold = np.take_along_axis(excess, size - 1, axis=-1) / size.astype(x.dtype)
    return np.moveaxis(np.maximum(x - threshold, 0), -1, axis)


@sparsemax.defvjp
def _sparsemax_vjp(g, y, x, axis=-1):
    support = (y > 0).astype(y.dtype)
    mean = np.sum(g * support, axis=axis, keepdims=True) / np.sum(support, axis=axis, keepdims=True)
    return support * (g - mean)


# exp(z²)·erfc(z) = t·P(s) for z >= 0, with t = 4 / (4 + z) and s = 2t - 1: P as Chebyshev coefficients, found by
# interpolation of the exact function at 60 digits. The first 11 suffice for float32.
_CHEBYSHEV = (
    0.40802446954913146,
    0.37635823567636745,
    0.14758035457222363,
    0.049571317930027586,
    0.014227107557117175,
    0.003443493262717524,
    0.000682254183283808,
    0.00010340451975756189,
    9.72854595199015e-06,
    -1.1988713758412045e-07,
    -2.1747767703449563e-07,
    -3.0291767735991394e-08,
    9.47991756520455e-10,
    8.633411694990956e-10,
    6.872156425953403e-11,
    -1.7034898438296277e-11,
    -3.3921306868290887e-12,
    2.6158087668540244e-13,
    1.212767580310864e-13,
    -2.114689543244809e-15,
    -4.117340933404178e-15,
    -6.328712721700708e-17,
    1.4393110983449846e-16,
)
_LONG, _SHORT = (np.polynomial.chebyshev.cheb2poly(_CHEBYSHEV[:n])[::-1] for n in (23, 11))
# erf(x) = x·P(x²) near 0: the Taylor series, highest power first
_TAYLOR = np.array([2 / math.sqrt(math.pi) * (-1) ** n / (math.factorial(n) * (2 * n + 1)) for n in range(12, -1, -1)])


def _bell(x):
    """exp(-x²), with x cut off where that is 0 anyway."""
    return np.exp(-np.square(np.clip(x, -30, 30)))


def _tail(z):
    """erfc(z) for z >= 0."""
    highest, *lower = (_SHORT if z.dtype.itemsize < 8 else _LONG).tolist()
    t = 4 / (4 + z)
    s = 2 * t - 1
    y = np.full_like(z, highest)
    for coefficient in lower:  # Horner's rule, in place, since new arrays would take longer than the arithmetic
        y *= s
        y += coefficient
    return y * t * _bell(z)


@primitive
def erf(x):
    """2/sqrt(π) · the integral of exp(-t²) from 0 to x, right to a few ulp.

    >>> erf(np.array([-1.0, 0.0, 0.5]))
    array([-0.84270079,  0.        ,  0.52049988])
    """
    z = np.abs(x)
    near = np.minimum(z, 0.5)
    series = near * np.polyval(_TAYLOR.astype(z.dtype), near * near)
    return np.copysign(np.where(z < 0.5, series, 1 - _tail(z)), x)


@erf.defvjp
def _erf_vjp(g, y, x):
    return g * (2 / math.sqrt(math.pi)) * _bell(x)


@primitive
def erfc(x):
    """1 - erf(x), which stays exact where erf(x) rounds to 1.

    >>> erfc(np.array([-10.0, 0.0, 10.0]))
    array([2.00000000e+00, 1.00000000e+00, 2.08848758e-45])
    """
    sign = np.copysign(1.0, x)
    return 1 - sign + sign * _tail(np.abs(x))


@erfc.defvjp
def _erfc_vjp(g, y, x):
    return g * (-2 / math.sqrt(math.pi)) * _bell(x)
