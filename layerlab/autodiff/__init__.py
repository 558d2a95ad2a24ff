"""How plain NumPy code gets gradients: a tape that ordinary NumPy calls are written on.

The README in this folder tells how it works; everything public is named here.
"""

from layerlab.autodiff import rules as rules
from layerlab.autodiff.arraylike import ArrayLike
from layerlab.autodiff.primitives import primitive
from layerlab.autodiff.refusals import TracingError
from layerlab.autodiff.rule import defvjp
from layerlab.autodiff.tape import Tape
from layerlab.autodiff.traced import TracedArray, Watched, stop_gradient
from layerlab.autodiff.transforms import check_gradients, gradient, value_and_grad

__all__ = [
    "ArrayLike",
    "Tape",
    "TracedArray",
    "TracingError",
    "Watched",
    "check_gradients",
    "defvjp",
    "gradient",
    "primitive",
    "stop_gradient",
    "value_and_grad",
]
