"""The margin losses of `layerlab.losses`, averaged over all samples seen.

Source of all: the Keras page "Hinge metrics".
"""

from layerlab import losses
from layerlab.metrics.reduction_metrics import MeanMetricWrapper

__all__ = ["CategoricalHinge", "Hinge", "SquaredHinge"]


class Hinge(MeanMetricWrapper):
    """The mean of `losses.hinge`.

    Args:
        name, dtype: as for `Metric`.

    >>> print(Hinge()([[1.0, -1.0]], [[0.5, 0.5]]))
    1.0
    """

    _direction = "down"

    def __init__(self, name="hinge", dtype=None):
        super().__init__(losses.hinge, name, dtype)


class SquaredHinge(MeanMetricWrapper):
    """The mean of `losses.squared_hinge`.

    Args:
        name, dtype: as for `Metric`.

    >>> print(SquaredHinge()([[1.0, -1.0]], [[0.5, 0.5]]))
    1.25
    """

    _direction = "down"

    def __init__(self, name="squared_hinge", dtype=None):
        super().__init__(losses.squared_hinge, name, dtype)


class CategoricalHinge(MeanMetricWrapper):
    """The mean of `losses.categorical_hinge`.

    Args:
        name, dtype: as for `Metric`.

    >>> print(CategoricalHinge()([[0.0, 1.0]], [[0.25, 0.75]]))
    0.5
    """

    _direction = "down"

    def __init__(self, name="categorical_hinge", dtype=None):
        super().__init__(losses.categorical_hinge, name, dtype)
