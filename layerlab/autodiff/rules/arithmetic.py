"""VJPs of arithmetic and of the piecewise choices between two arrays.

Shapes are brought back centrally: a rule may return the broadcast shape. Ties: where two traced arguments are equal
np.maximum gives each half; against a constant it gives nothing, so that relu'(0) = 0.
"""

import numpy as np

from layerlab.autodiff.rule import defvjp, defvjp_joint
from layerlab.autodiff.rules.select import select, zero

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
defvjp(np.arctan2, lambda g, y, a, b: g * b / (a * a + b * b), lambda g, y, a, b: -g * a / (a * a + b * b))
defvjp(np.logaddexp, lambda g, y, a, b: g * np.exp(a - y), lambda g, y, a, b: g * np.exp(b - y))
defvjp(np.logaddexp2, lambda g, y, a, b: g * np.exp2(a - y), lambda g, y, a, b: g * np.exp2(b - y))


def over(x, norm):
    """x / norm, and 0 where the norm is 0."""
    return x / np.where(norm == 0, 1, norm)


def _power_of_base(g, y, a, b):  # b a^(b-1), and 0 where b is 0 even at a = 0
    if np.ndim(b) == 0:
        return g * (2 * a) if b == 2 else g * (b * a ** (b - 1)) if b else zero(g, y)
    return g * (b * a ** np.where(b == 0, 1, b - 1))


def _power_of_exponent(g, y, a, b):  # a^b log a, and 0 where a is 0
    return g * (y * np.log(np.where(a == 0, 1, a)))


defvjp(np.power, _power_of_base, _power_of_exponent)
defvjp(np.float_power, _power_of_base, _power_of_exponent)


def _extremum(worse, better):
    """The larger (or smaller) of two: all to the winner, half to each in a tie of two traced arrays.

    Written as "not worse", since NaN, which wins, is neither worse nor better.
    """

    def vjp(wanted, g, y, a, b):
        if len(wanted) == 1:
            a, b = (a, b) if wanted == [0] else (b, a)
            return [select(g, ~(worse(a, b) | (a == b)))]
        half = select(0.5 * g, a == b)
        return [select(g, ~(worse(a, b) | (a == b))) + half, select(g, ~(better(a, b) | (a == b))) + half]

    return vjp


defvjp_joint(np.maximum, _extremum(np.less, np.greater))
defvjp_joint(np.minimum, _extremum(np.greater, np.less))
