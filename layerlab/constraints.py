"""Constraints: what is done to a weight after each update, so that it stays within bounds.

The norms are taken along `axis`: for a Dense kernel (inputs, units) the default 0 gives one norm per unit, for a
Conv2D kernel (height, width, inputs, filters) it takes `axis=[0, 1, 2]`. Any callable `w -> w` is a constraint too.
"""

import numpy as np

from layerlab.config import epsilon
from layerlab.registry import Family, Registered

__all__ = [
    "Constraint",
    "MaxNorm",
    "MinMaxNorm",
    "NonNeg",
    "UnitNorm",
    "deserialize",
    "get",
    "max_norm",
    "min_max_norm",
    "non_neg",
    "serialize",
    "unit_norm",
]


class Constraint(Registered):
    """Base class: override `__call__`, and `get_config` if `__init__` takes arguments.

    >>> class Rounded(Constraint):
    ...     def __call__(self, w):
    ...         return np.round(w, 1)
    >>> Rounded()(np.array([0.12, 0.98]))
    array([0.1, 1. ])

    Source: `keras.constraints.Constraint`.
    """

    family = "constraints"

    def __call__(self, w):
        """The weight that replaces w; here w itself."""
        return w


class NonNeg(Constraint):
    """Negative weights become 0.

    >>> NonNeg()(np.array([-1.0, 2.0]))
    array([0., 2.])

    Source: `keras.constraints.NonNeg`.
    """

    def __call__(self, w):
        return np.maximum(w, 0)


class _NormConstraint(Constraint):
    """A constraint that scales w so that its norm along `axis` becomes the norm that a subclass wants."""

    axis: int | list[int]

    def __call__(self, w):
        axis = tuple(self.axis) if isinstance(self.axis, list) else self.axis
        norm = np.sqrt(np.sum(np.square(w), axis=axis, keepdims=True))
        # epsilon keeps a norm of 0 from dividing; it shrinks every weight by a part in 10⁷
        return w * (self._wanted(norm) / (epsilon() + norm))

    def _wanted(self, norm):
        raise NotImplementedError


class MaxNorm(_NormConstraint):
    """Norms above max_value become max_value: w · min(norm, max_value) / norm.

    A single weight may still be as large as max_value: the norm along the axis is limited, not each number.

    Args:
        max_value: the largest norm allowed.
        axis: along which the norm is taken; an integer or several.

    >>> MaxNorm(2)(np.array([[3.0, 0.0], [4.0, 0.5]])).round(3)
    array([[1.2, 0. ],
           [1.6, 0.5]])

    Source: Srivastava et al., 2014; `keras.constraints.MaxNorm`.
    """

    def __init__(self, max_value=2, axis=0):
        self.max_value, self.axis = max_value, axis

    def _wanted(self, norm):
        return np.clip(norm, 0, self.max_value)

    def get_config(self):
        return {"max_value": self.max_value, "axis": self.axis}


class UnitNorm(_NormConstraint):
    """Every norm becomes 1, except that a norm of 0 stays 0.

    Args:
        axis: along which the norm is taken; an integer or several.

    >>> UnitNorm()(np.array([[3.0, 0.0], [4.0, 0.0]])).round(3)
    array([[0.6, 0. ],
           [0.8, 0. ]])

    Source: `keras.constraints.UnitNorm`.
    """

    def __init__(self, axis=0):
        self.axis = axis

    def _wanted(self, norm):
        return 1.0

    def get_config(self):
        return {"axis": self.axis}


class MinMaxNorm(_NormConstraint):
    """Norms move toward [min_value, max_value]: a share `rate` of the way at each update.

    w · (rate · clip(norm, min_value, max_value) + (1 - rate) · norm) / norm. A norm of 0 stays 0.

    Args:
        min_value, max_value: the smallest and the largest norm wanted.
        rate: 1 goes all the way at once, 0 does nothing.
        axis: along which the norm is taken; an integer or several.

    >>> MinMaxNorm(1, 2, rate=0.5)(np.array([[3.0, 0.5], [4.0, 0.0]])).round(3)
    array([[2.1 , 0.75],
           [2.8 , 0.  ]])

    Source: `keras.constraints.MinMaxNorm`.
    """

    def __init__(self, min_value=0.0, max_value=1.0, rate=1.0, axis=0):
        self.min_value, self.max_value, self.rate, self.axis = min_value, max_value, rate, axis

    def _wanted(self, norm):
        return self.rate * np.clip(norm, self.min_value, self.max_value) + (1 - self.rate) * norm

    def get_config(self):
        return {"min_value": self.min_value, "max_value": self.max_value, "rate": self.rate, "axis": self.axis}


max_norm, min_max_norm, non_neg, unit_norm = MaxNorm, MinMaxNorm, NonNeg, UnitNorm

_family = Family("constraints", "constraint")
get, serialize, deserialize = _family.get, _family.serialize, _family.deserialize
