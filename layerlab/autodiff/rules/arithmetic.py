"""VJPs of arithmetic and of the piecewise choices between two arrays.

Shapes are brought back centrally: a rule may return the broadcast shape. Ties: where two traced arguments are equal
np.maximum gives each half; against a constant it gives nothing, so that relu'(0) = 0.
"""

import numpy as np

from layerlab.autodiff.rule import composite, defvjp, defvjp_joint
from layerlab.autodiff.rules.helpers import over, select, zero

defvjp(np.add, lambda g, y, a, b: g, lambda g, y, a, b: g)
defvjp(np.subtract, lambda g, y, a, b: g, lambda g, y, a, b: -g)
defvjp(np.multiply, lambda g, y, a, b: g * b, lambda g, y, a, b: g * a)
defvjp(np.divide, lambda g, y, a, b: g / b, lambda g, y, a, b: -g * y / b)
defvjp(np.negative, lambda g, y, x: -g)
defvjp(np.positive, lambda g, y, x: g)
defvjp(np.reciprocal, lambda g, y, x: -g * y * y)
defvjp(np.remainder, lambda g, y, a, b: g, lambda g, y, a, b: -g * np.floor_divide(a, b))
defvjp(np.fmod, lambda g, y, a, b: g, lambda g, y, a, b: -g * np.trunc(a / b))
defvjp(np.hypot, lambda g, y, a, b: g * over(a, y), lambda g, y, a, b: g * over(b, y))
defvjp(np.arctan2, lambda g, y, a, b: g * over(b, a * a + b * b), lambda g, y, a, b: -g * over(a, a * a + b * b))
defvjp(np.logaddexp, lambda g, y, a, b: g * _ratio(np.exp, a, y), lambda g, y, a, b: g * _ratio(np.exp, b, y))
defvjp(np.logaddexp2, lambda g, y, a, b: g * _ratio(np.exp2, a, y), lambda g, y, a, b: g * _ratio(np.exp2, b, y))
defvjp(np.copysign, lambda g, y, a, b: g * np.sign(a) * np.copysign(1, b).astype(g.dtype), zero)


def _ratio(exp, a, y):
    """exp(a - y), and 0 where both are -inf."""
    return exp(np.subtract(a, y, where=a != y, out=np.zeros(np.shape(y), y.dtype)))


@composite(np.divmod)
def _divmod(x1, x2):
    return np.floor_divide(x1, x2), np.remainder(x1, x2)


def _power_of_base(g, y, a, b):  # b a^(b-1), and 0 where b is 0 even at a = 0
    if np.ndim(b) == 0:
        return g * (2 * a) if b == 2 else g * (b * a ** (b - 1)) if b else zero(g, y)
    return g * (b * a ** np.where(b == 0, 1, b - 1))


def _power_of_exponent(g, y, a, b):  # a^b log a, and 0 where a is 0
    return g * (y * np.log(np.where(a == 0, 1, a)))


defvjp(np.power, _power_of_base, _power_of_exponent)
defvjp(np.float_power, _power_of_base, _power_of_exponent)


def _extremum(loses, wins):
    """The larger (or smaller) of two: all to the winner, half to each in a tie of two traced arrays."""

    def vjp(wanted, g, y, a, b):
        if len(wanted) == 1:  # "does not lose or tie" instead of "wins": a NaN keeps its gradient
            mine, other = (a, b) if wanted[0] == 0 else (b, a)
            return [select(g, ~loses(mine, other))]
        half = select(0.5 * g, a == b)
        return [select(g, wins(a, b) | (a != a)) + half, select(g, wins(b, a) | (b != b)) + half]

    return vjp


defvjp_joint(np.maximum, _extremum(np.less_equal, np.greater))
defvjp_joint(np.minimum, _extremum(np.greater_equal, np.less))


@composite(np.fmax)
def _fmax(x1, x2):
    return np.maximum(np.where(np.isnan(x1), x2, x1), np.where(np.isnan(x2), x1, x2))


@composite(np.fmin)
def _fmin(x1, x2):
    return np.minimum(np.where(np.isnan(x1), x2, x1), np.where(np.isnan(x2), x1, x2))


def _clip(wanted, g, y, a, a_min=None, a_max=None, *, min=None, max=None):
    """To x strictly between the bounds, to a bound where x is at it or beyond."""
    low, high = a_min if min is None else min, a_max if max is None else max
    below = np.False_ if low is None else a <= low
    above = np.False_ if high is None else a >= high
    shares = {0: lambda: select(g, ~(below | above)), 1: lambda: select(g, below & ~above), 2: lambda: select(g, above)}
    return [shares[i]() for i in wanted]


defvjp_joint(np.clip, _clip)
