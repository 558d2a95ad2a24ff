"""The cross-entropies and divergences of `layerlab.losses`, averaged over all samples seen.

Source of all: the Keras page "Probabilistic metrics".
"""

from layerlab import losses
from layerlab.metrics.reduction_metrics import MeanMetricWrapper

__all__ = [
    "BinaryCrossentropy",
    "CategoricalCrossentropy",
    "KLDivergence",
    "Poisson",
    "SparseCategoricalCrossentropy",
]


class KLDivergence(MeanMetricWrapper):
    """The mean of `losses.kl_divergence`.

    Args:
        name, dtype: as for `Metric`.

    >>> print(f"{KLDivergence()([[0.5, 0.5]], [[0.25, 0.75]]):.4f}")
    0.1438
    """

    _direction = "down"

    def __init__(self, name="kl_divergence", dtype=None):
        super().__init__(losses.kl_divergence, name, dtype)


class Poisson(MeanMetricWrapper):
    """The mean of `losses.poisson`.

    Args:
        name, dtype: as for `Metric`.

    >>> print(f"{Poisson()([[0.0, 2.0]], [[1.0, 1.0]]):.4f}")
    1.0000
    """

    _direction = "down"

    def __init__(self, name="poisson", dtype=None):
        super().__init__(losses.poisson, name, dtype)


class BinaryCrossentropy(MeanMetricWrapper):
    """The mean of `losses.binary_crossentropy`.

    Args:
        from_logits, label_smoothing: as for the function.
        name, dtype: as for `Metric`.

    >>> print(f"{BinaryCrossentropy()([[0.0, 1.0]], [[0.5, 0.25]]):.4f}")
    1.0397
    """

    _direction = "down"

    def __init__(self, name="binary_crossentropy", dtype=None, from_logits=False, label_smoothing=0):
        arguments = {"from_logits": from_logits, "label_smoothing": label_smoothing}
        super().__init__(losses.binary_crossentropy, name, dtype, **arguments)


class CategoricalCrossentropy(MeanMetricWrapper):
    """The mean of `losses.categorical_crossentropy`.

    Args:
        from_logits, label_smoothing, axis: as for the function.
        name, dtype: as for `Metric`.

    >>> print(f"{CategoricalCrossentropy()([[0.0, 1.0, 0.0]], [[0.25, 0.5, 0.25]]):.4f}")
    0.6931
    """

    _direction = "down"

    def __init__(self, name="categorical_crossentropy", dtype=None, from_logits=False, label_smoothing=0, axis=-1):
        arguments = {"from_logits": from_logits, "label_smoothing": label_smoothing, "axis": axis}
        super().__init__(losses.categorical_crossentropy, name, dtype, **arguments)


class SparseCategoricalCrossentropy(MeanMetricWrapper):
    """The mean of `losses.sparse_categorical_crossentropy`.

    Args:
        from_logits, ignore_class, axis: as for the function.
        name, dtype: as for `Metric`.

    >>> print(f"{SparseCategoricalCrossentropy()([1], [[0.25, 0.5, 0.25]]):.4f}")
    0.6931
    """

    _direction = "down"

    def __init__(
        self, name="sparse_categorical_crossentropy", dtype=None, from_logits=False, ignore_class=None, axis=-1
    ):
        arguments = {"from_logits": from_logits, "ignore_class": ignore_class, "axis": axis}
        super().__init__(losses.sparse_categorical_crossentropy, name, dtype, **arguments)
