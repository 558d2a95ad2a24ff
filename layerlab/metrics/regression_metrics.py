"""Metrics for numbers: the mean errors of `layerlab.losses`, their root, the cosine, and the explained variance.

Source of all: the Keras page "Regression metrics".
"""

import warnings

import numpy as np

from layerlab import losses
from layerlab.losses.shapes import cast, pair
from layerlab.metrics.metric import Metric
from layerlab.metrics.reduction_metrics import Mean, MeanMetricWrapper

__all__ = [
    "CosineSimilarity",
    "LogCoshError",
    "MeanAbsoluteError",
    "MeanAbsolutePercentageError",
    "MeanSquaredError",
    "MeanSquaredLogarithmicError",
    "R2Score",
    "RootMeanSquaredError",
]


class MeanSquaredError(MeanMetricWrapper):
    """The mean of `losses.mean_squared_error`.

    Args:
        name, dtype: as for `Metric`.

    >>> print(MeanSquaredError()([[0, 1], [0, 0]], [[1, 1], [0, 0]]))
    0.25
    """

    _direction = "down"

    def __init__(self, name="mean_squared_error", dtype=None):
        super().__init__(losses.mean_squared_error, name, dtype)


class MeanAbsoluteError(MeanMetricWrapper):
    """The mean of `losses.mean_absolute_error`.

    Args:
        name, dtype: as for `Metric`.

    >>> print(MeanAbsoluteError()([[0, 1], [0, 0]], [[1, 1], [0, 0]]))
    0.25
    """

    _direction = "down"

    def __init__(self, name="mean_absolute_error", dtype=None):
        super().__init__(losses.mean_absolute_error, name, dtype)


class MeanAbsolutePercentageError(MeanMetricWrapper):
    """The mean of `losses.mean_absolute_percentage_error`.

    Args:
        name, dtype: as for `Metric`.

    >>> print(MeanAbsolutePercentageError()([[4.0], [10.0]], [[5.0], [10.0]]))
    12.5
    """

    _direction = "down"

    def __init__(self, name="mean_absolute_percentage_error", dtype=None):
        super().__init__(losses.mean_absolute_percentage_error, name, dtype)


class MeanSquaredLogarithmicError(MeanMetricWrapper):
    """The mean of `losses.mean_squared_logarithmic_error`.

    Args:
        name, dtype: as for `Metric`.

    >>> print(f"{MeanSquaredLogarithmicError()([[0, 1], [0, 0]], [[1, 1], [0, 0]]):.4f}")
    0.1201
    """

    _direction = "down"

    def __init__(self, name="mean_squared_logarithmic_error", dtype=None):
        super().__init__(losses.mean_squared_logarithmic_error, name, dtype)


class LogCoshError(MeanMetricWrapper):
    """The mean of `losses.log_cosh`.

    Args:
        name, dtype: as for `Metric`.

    >>> print(f"{LogCoshError()([[0, 1], [0, 0]], [[1, 1], [0, 0]]):.4f}")
    0.1084
    """

    _direction = "down"

    def __init__(self, name="logcosh", dtype=None):
        super().__init__(losses.log_cosh, name, dtype)


def cosine(y_true, y_pred, axis=-1):
    """The cosine of the angle between two vectors: minus the loss `cosine_similarity`."""
    return -losses.cosine_similarity(y_true, y_pred, axis)


class CosineSimilarity(MeanMetricWrapper):
    """The mean cosine of the angle between the vectors: 1 same way, -1 opposite. (The loss has the other sign.)

    Unlike Keras's, its configuration keeps an `axis` other than -1.

    Args:
        axis: as for the function.
        name, dtype: as for `Metric`.

    >>> print(CosineSimilarity()([[0.0, 1.0], [1.0, 0.0]], [[0.0, 5.0], [3.0, 0.0]]))
    1.0
    """

    _direction = "up"
    _quiet = {"axis": -1}

    def __init__(self, name="cosine_similarity", dtype=None, axis=-1):
        super().__init__(cosine, name, dtype, axis=axis)


class RootMeanSquaredError(Mean):
    """The root of the mean of all squared errors: `sqrt(mean((y_pred - y_true)**2))`.

    Args:
        name, dtype: as for `Metric`.

    >>> print(RootMeanSquaredError()([[0, 1], [0, 0]], [[1, 1], [0, 0]]))
    0.5
    """

    _direction = "down"

    def __init__(self, name="root_mean_squared_error", dtype=None):
        super().__init__(name, dtype)

    def update_state(self, y_true, y_pred, sample_weight=None):  # type: ignore[override]
        """Take in targets and predictions of one shape, with weights of one a sample."""
        y_true, y_pred = pair(y_true, cast(y_pred, self.dtype))
        super().update_state(np.square(y_pred - y_true), sample_weight)

    def result(self):
        return np.sqrt(super().result())


class R2Score(Metric):
    """The share of the targets' variance that predictions explain: `1 - sum((y - p)**2) / sum((y - mean(y))**2)`.

    1 is perfect, 0 as good as always answering the mean. One score a column of the (batch, d) inputs.

    Args:
        class_aggregation: "uniform_average", "variance_weighted_average", or None for one score a column.
        num_regressors: number of inputs of the model, for the adjusted score; 0 for the plain one.
        name, dtype: as for `Metric`.

    Raises:
        ValueError: an unknown aggregation, a negative number, or inputs that are not (batch, d).

    >>> print(f"{R2Score()([[1.0], [4.0], [3.0]], [[2.0], [4.0], [4.0]]):.4f}")
    0.5714
    """

    _direction = "up"

    def __init__(self, class_aggregation="uniform_average", num_regressors=0, name="r2_score", dtype=None):
        super().__init__(name=name, dtype=dtype)
        allowed = (None, "uniform_average", "variance_weighted_average")
        if class_aggregation not in allowed:
            raise ValueError(
                "Invalid value for argument `class_aggregation`. Expected one of "
                f"{allowed}. Received: class_aggregation={class_aggregation}"
            )
        if num_regressors < 0:
            raise ValueError(
                "Invalid value for argument `num_regressors`. Expected a value >= 0. "
                f"Received: num_regressors={num_regressors}"
            )
        self.class_aggregation = class_aggregation
        self.num_regressors = num_regressors
        self.num_samples = self.add_variable(shape=(), name="num_samples")
        self._built = False

    def _build(self, y_true_shape, y_pred_shape):
        check_batch_of_rows("R2Score", y_true_shape, y_pred_shape)
        columns = y_pred_shape[1:]
        self.squared_sum = self.add_variable(columns, name="squared_sum")
        self.sum = self.add_variable(columns, name="sum")
        self.total_mse = self.add_variable(columns, name="residual")
        self.count = self.add_variable(columns, name="count")
        self._built = True

    def update_state(self, y_true, y_pred, sample_weight=None):
        """Take in targets and predictions of shape (batch, d), with weights of one a sample."""
        y_true, y_pred = pair(y_true, cast(y_pred, self.dtype))
        if not self._built:
            self._build(y_true.shape, y_pred.shape)
        weight = cast(1.0 if sample_weight is None else sample_weight, self.dtype)
        weight = np.broadcast_to(weight[:, None] if weight.ndim == 1 else weight, y_true.shape)
        self.sum.assign_add(np.sum(y_true * weight, axis=0))
        self.squared_sum.assign_add(np.sum(y_true * y_true * weight, axis=0))
        self.total_mse.assign_add(np.sum((y_true - y_pred) ** 2 * weight, axis=0))
        self.count.assign_add(np.sum(weight, axis=0))
        self.num_samples.assign_add(y_true.size)

    @np.errstate(divide="ignore", invalid="ignore")  # a constant target has no variance to explain
    def result(self):
        total = self.squared_sum.value - self.sum.value * (self.sum.value / self.count.value)
        scores = 1.0 - self.total_mse.value / total
        scores = np.where(np.isinf(scores), 0.0, scores).astype(self.dtype)
        if self.class_aggregation == "uniform_average":
            scores = np.mean(scores)
        elif self.class_aggregation == "variance_weighted_average":
            scores = np.sum(total * scores) / np.sum(total)
        return self._adjusted(scores) if self.num_regressors else scores

    def _adjusted(self, scores):
        free = float(self.num_samples.value) - self.num_regressors - 1.0
        if free <= 0:
            reason = (
                "Division by zero in Adjusted R2 score."
                if free == 0
                else ("More independent predictors than datapoints in adjusted R2 score.")
            )
            warnings.warn(f"{reason} Falling back to standard R2 score.", stacklevel=3)
            return scores
        return 1.0 - (1.0 - scores) * (float(self.num_samples.value) - 1.0) / free

    def get_config(self) -> dict:
        arguments = {"class_aggregation": self.class_aggregation, "num_regressors": self.num_regressors}
        return super().get_config() | arguments


def check_batch_of_rows(name, y_true_shape, y_pred_shape):
    """Refuse anything but (batch, d) inputs, in Keras's words."""
    if len(y_pred_shape) != 2 or len(y_true_shape) != 2:
        raise ValueError(
            f"{name} expects 2D inputs with shape (batch_size, output_dim). Received input shapes: "
            f"y_pred.shape={y_pred_shape} and y_true.shape={y_true_shape}."
        )
    if y_pred_shape[1] is None or y_true_shape[1] is None:
        raise ValueError(
            f"{name} expects 2D inputs with shape (batch_size, output_dim), with output_dim fully defined (not None). "
            f"Received input shapes: y_pred.shape={y_pred_shape} and y_true.shape={y_true_shape}."
        )
