"""VJPs of the elementary functions, as in a table of derivatives."""

import numpy as np

from layerlab.autodiff.rule import defvjp

defvjp(np.exp, lambda g, y, x: g * y)
defvjp(np.exp2, lambda g, y, x: g * y * float(np.log(2)))
defvjp(np.expm1, lambda g, y, x: g * (y + 1))
defvjp(np.log, lambda g, y, x: g / x)
defvjp(np.log2, lambda g, y, x: g / (x * float(np.log(2))))
defvjp(np.log10, lambda g, y, x: g / (x * float(np.log(10))))
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
for to_degrees in (np.degrees, np.rad2deg):
    defvjp(to_degrees, lambda g, y, x: g * float(np.degrees(1)))
for to_radians in (np.radians, np.deg2rad):
    defvjp(to_radians, lambda g, y, x: g * float(np.radians(1)))

for magnitude in (np.absolute, np.fabs):
    defvjp(magnitude, lambda g, y, x: g * np.sign(x))  # 0 at 0


def _sinc(g, y, x):  # (cos(pi x) - sinc(x)) / x, and 0 at 0
    safe = np.where(x == 0, 1, x)
    return g * np.where(x == 0, 0, (np.cos(np.pi * safe) - y) / safe)


defvjp(np.sinc, _sinc)
