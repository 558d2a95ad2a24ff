"""VJPs of the elementary functions, as in a table of derivatives."""

import math

import numpy as np

from layerlab.autodiff.rule import defvjp
from layerlab.autodiff.rules.helpers import select, zero

defvjp(np.exp, lambda g, y, x: g * y)
defvjp(np.exp2, lambda g, y, x: g * y * math.log(2))
defvjp(np.expm1, lambda g, y, x: g * (y + 1))
defvjp(np.log, lambda g, y, x: g / x)
defvjp(np.log2, lambda g, y, x: g / (x * math.log(2)))
defvjp(np.log10, lambda g, y, x: g / (x * math.log(10)))
defvjp(np.log1p, lambda g, y, x: g / (1 + x))
defvjp(np.sqrt, lambda g, y, x: g * 0.5 / y)
defvjp(np.cbrt, lambda g, y, x: g / (3 * y * y))
defvjp(np.square, lambda g, y, x: g * 2 * x)

defvjp(np.sin, lambda g, y, x: g * np.cos(x))
defvjp(np.cos, lambda g, y, x: -g * np.sin(x))
defvjp(np.tan, lambda g, y, x: g * (1 + y * y))
defvjp(np.arcsin, lambda g, y, x: g / np.sqrt(1 - x * x))
defvjp(np.arccos, lambda g, y, x: -g / np.sqrt(1 - x * x))
defvjp(np.arctan, lambda g, y, x: g / (1 + x * x))
defvjp(np.sinh, lambda g, y, x: g * np.cosh(x))
defvjp(np.cosh, lambda g, y, x: g * np.sinh(x))
defvjp(np.tanh, lambda g, y, x: g * (1 - y * y))
defvjp(np.arcsinh, lambda g, y, x: g / np.sqrt(x * x + 1))
defvjp(np.arccosh, lambda g, y, x: g / np.sqrt(x * x - 1))
defvjp(np.arctanh, lambda g, y, x: g / (1 - x * x))
defvjp(np.degrees, lambda g, y, x: g * math.degrees(1))
defvjp(np.rad2deg, lambda g, y, x: g * math.degrees(1))
defvjp(np.radians, lambda g, y, x: g * math.radians(1))
defvjp(np.deg2rad, lambda g, y, x: g * math.radians(1))


def _sinc(g, y, x):  # (cos(pi x) - sinc(x)) / x, and 0 at 0
    safe = np.where(x == 0, 1, x)
    return g * np.where(x == 0, 0, (np.cos(math.pi * safe) - y) / safe)


defvjp(np.sinc, _sinc)

# at kinks and jumps
defvjp(np.absolute, lambda g, y, x: g * np.sign(x))  # 0 at 0
defvjp(np.fabs, lambda g, y, x: g * np.sign(x))
defvjp(np.heaviside, zero, lambda g, y, x1, x2: select(g, np.equal(x1, 0)))
defvjp(np.nan_to_num, lambda g, y, x, *, nan=0.0, posinf=None, neginf=None: select(g, np.isfinite(x)))
defvjp(np.unwrap, lambda g, y, p, discont=None, axis=-1, *, period=None: g)  # the jumps are steps

# real numbers
defvjp(np.real, lambda g, y, val: g)
defvjp(np.conjugate, lambda g, y, x: g)
