"""Metrics that add numbers up: the weighted sum, the weighted mean, and the mean of any function of both sides."""

import numpy as np

from layerlab import serialization
from layerlab.losses.loss import read_function
from layerlab.losses.reduction import apply_mask
from layerlab.losses.shapes import cast, squeeze_or_expand_to_same_rank
from layerlab.masking import get_mask
from layerlab.metrics.metric import Metric, divide_no_nan

__all__ = ["Mean", "MeanMetricWrapper", "Sum"]


def one_a_sample(values, sample_weight, reduce, dtype):
    """One value and one weight (or None) for each sample, both of shape (batch,).

    Weights of shape (batch, steps) belong to the time steps; axes of the values beyond the weights' are reduced
    before the weights apply.
    """
    mask = get_mask(values)
    values = cast(values, dtype)
    if sample_weight is not None:
        weight = apply_mask(cast(sample_weight, dtype), mask, dtype, reduction="sum")
        values, weight = squeeze_or_expand_to_same_rank(values, weight)
        values = _reduce_axes(values, weight.ndim, reduce)
        sample_weight = _broadcast(weight, values.shape)
        values = values * sample_weight
        sample_weight = _reduce_axes(sample_weight, 1, reduce)
    return _reduce_axes(values, 1, reduce), sample_weight


def _reduce_axes(x, start, reduce):
    """Reduce the axes from `start` on."""
    return reduce(x, axis=tuple(range(start, x.ndim))) if x.ndim > start else x


def _broadcast(weight, shape):
    try:
        return np.broadcast_to(weight, shape)
    except ValueError:
        raise ValueError(
            "`sample_weight` has an incompatible shape for broadcasting with the values. "
            f"Received: sample_weight.shape={weight.shape}, values.shape={shape}."
        ) from None


class Sum(Metric):
    """The weighted sum of all values: `sum(values * sample_weight)`.

    Args:
        name, dtype: as for `Metric`.

    >>> print(Sum()([1.0, 3.0, 5.0], sample_weight=[1.0, 1.0, 0.0]))
    4.0
    """

    def __init__(self, name="sum", dtype=None):
        super().__init__(name=name, dtype=dtype)
        self.total = self.add_variable(shape=(), dtype=self.dtype, name="total")

    def update_state(self, values, sample_weight=None):
        """Add values of any shape; weights are one a sample, or of a shape that broadcasts."""
        values, _ = one_a_sample(values, sample_weight, np.sum, self.dtype)
        self.total.assign_add(np.sum(values))

    def result(self):
        return self.total.value[()]


class Mean(Metric):
    """The weighted mean of all values: `sum(values * sample_weight) / sum(sample_weight)`; 0 before any.

    Args:
        name, dtype: as for `Metric`.

    >>> mean = Mean()
    >>> mean.update_state([1.0, 3.0])
    >>> mean.update_state(8.0)
    >>> print(mean.result())
    4.0
    """

    def __init__(self, name="mean", dtype=None):
        super().__init__(name=name, dtype=dtype)
        self.total = self.add_variable(shape=(), dtype=self.dtype, name="total")
        self.count = self.add_variable(shape=(), dtype=self.dtype, name="count")

    def update_state(self, values, sample_weight=None):
        """Take in values of any shape; weights are one a sample, or of a shape that broadcasts."""
        if type(values) is float and type(sample_weight) is int:  # the loss of a batch: no axes to look at
            self.total.assign_add(self.total._array.dtype.type(values) * sample_weight)
            self.count.assign_add(sample_weight)
            return
        values, weight = one_a_sample(values, sample_weight, np.mean, self.dtype)
        self.total.assign_add(np.sum(values))
        self.count.assign_add(np.sum(weight) if weight is not None else values.size)

    def result(self):
        return divide_no_nan(self.total.value, self.count.value)


class MeanMetricWrapper(Mean):
    """The mean of a function of (y_true, y_pred) over samples. The mask of `y_pred` counts as weights 0 and 1.

    Args:
        fn: `(y_true, y_pred, **kwargs)` -> one value a sample.
        name, dtype: as for `Metric`.
        **kwargs: passed on to `fn`, and stored in the configuration.

    >>> largest = MeanMetricWrapper(lambda y_true, y_pred: np.max(np.abs(y_true - y_pred), axis=-1), name="largest")
    >>> print(largest(np.zeros((2, 2)), np.array([[1.0, 2.0], [3.0, 4.0]])))
    3.0
    """

    # Arguments that Keras's configuration leaves out: stored only when they differ from these defaults.
    _quiet: dict = {}

    def __init__(self, fn, name=None, dtype=None, **kwargs):
        super().__init__(name=name, dtype=dtype)
        self._fn = fn
        self._fn_kwargs = kwargs
        vars(self).update(kwargs)

    def update_state(self, y_true, y_pred, sample_weight=None):  # type: ignore[override]
        """Take in targets and predictions of a batch, with weights of one a sample (or a time step)."""
        mask = get_mask(y_pred)
        values = self._fn(y_true, y_pred, **self._fn_kwargs)
        if values is None:
            raise ValueError(f"The metric {self.name!r} returned None. Does its function end without `return`?")
        super().update_state(values, apply_mask(sample_weight, mask, self.dtype, reduction="sum"))

    def get_config(self) -> dict:
        config = super().get_config()
        if type(self) is MeanMetricWrapper:
            config["fn"] = serialization.serialize_keras_object(self._fn)
        kept = {k: v for k, v in self._fn_kwargs.items() if k not in self._quiet or v != self._quiet[k]}
        return config | serialization.serialize_dict(kept)

    @classmethod
    def from_config(cls, config: dict):
        return cls(**read_function(config))
