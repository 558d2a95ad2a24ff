"""x · Φ(x), where Φ(x) is the probability that a normal number is below x: the activation gelu, with its gradient.

NumPy has no erf, and a formula for it takes thirty calls. For float32, Φ is one tanh of a polynomial, off by at most
1e-7. The calls work on blocks that stay in the cache, which threads share.
"""

import math

import numpy as np

from layerlab.autodiff import primitive
from layerlab.ops.blockwise import each_block
from layerlab.ops.special import erfc

__all__ = ["gelu"]

# Φ(x) = (1 + tanh(x · P(x²))) / 2, highest power first: of all such P, the one whose largest error of Φ, 3e-8, is the
# smallest (a linear program over 4,000 points from 0 to 8). The tanh formula of Hendrycks and Gimpel has two terms.
_P = (1.75629835e-9, -1.32267454e-7, 3.96479384e-6, -5.53064741e-5, -3.25943245e-5, 0.0363330843, 0.797884941)
_FAR = 36.0  # x² from which tanh(...) is 1 in float32
_BLOCK = 2**16
_SHARED = 8 * _BLOCK  # numbers from which two threads pay


@primitive
def gelu(x):
    """x · Φ(x).

    >>> gelu(np.array([-1.0, 0.0, 1.0]))
    array([-0.15865525,  0.        ,  0.84134475])
    """
    return _with_probability(x)[0]


@gelu.keeping
def _with_probability(x):
    """(x · Φ(x), Φ(x))"""
    x = np.asarray(x)
    if x.dtype != np.float32 or not x.ndim:
        probability = 0.5 * erfc(x * -math.sqrt(0.5))
        return x * probability, probability
    y, probability = np.empty(x.shape, x.dtype), np.empty(x.shape, x.dtype)

    def work(x, y, probability):
        _probability(x, probability, squares=y)
        np.multiply(x, probability, out=y)

    with np.errstate(over="ignore"):  # of x², where only its being large counts
        each_block(work, _BLOCK, np.ascontiguousarray(x), y, probability, shared=x.size >= _SHARED)
    return y, probability


def _probability(x, out, squares) -> None:
    np.multiply(x, x, out=squares)
    np.minimum(squares, _FAR, out=squares)
    np.multiply(squares, _P[0], out=out)
    out += _P[1]
    for coefficient in _P[2:]:  # Horner's rule
        out *= squares
        out += coefficient
    out *= x
    np.tanh(out, out=out)
    out *= 0.5
    out += 0.5


@gelu.defvjp
def _gelu_vjp(g, probability, x):
    """g · (Φ(x) + x · exp(-x²/2) / √(2π))"""
    if np.result_type(g, x) != np.float32 or not np.ndim(x):
        bell = np.exp(-0.5 * np.square(np.clip(x, -40, 40)))
        return g * (probability + x * bell / math.sqrt(2 * math.pi))
    dx = np.empty(x.shape, x.dtype)

    def work(g, probability, x, dx):
        np.multiply(x, x, out=dx)
        dx *= -0.5
        np.exp(dx, out=dx)
        dx *= x
        dx *= 1 / math.sqrt(2 * math.pi)
        dx += probability
        dx *= g

    with np.errstate(over="ignore"):
        each_block(work, _BLOCK, *map(np.ascontiguousarray, (g, probability, x)), dx, shared=x.size >= _SHARED)
    return dx
