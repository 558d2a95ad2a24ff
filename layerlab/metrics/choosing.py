"""What the strings of `compile` mean once shapes are known: "accuracy" and "crossentropy" come in three kinds.

One output unit is binary, class numbers as targets are sparse, everything else is one-hot.
"""

from layerlab import losses, metrics
from layerlab.losses.loss import Loss, LossFunctionWrapper
from layerlab.metrics.accuracy_metrics import BinaryAccuracy, CategoricalAccuracy, SparseCategoricalAccuracy
from layerlab.metrics.metric import Metric
from layerlab.metrics.reduction_metrics import MeanMetricWrapper
from layerlab.naming import to_snake_case

__all__ = ["kind_of_targets", "loss_for", "metric_for"]

_ACCURACIES = {
    "binary": BinaryAccuracy,
    "sparse": SparseCategoricalAccuracy,
    "categorical": CategoricalAccuracy,
}
_CROSSENTROPIES = {
    "binary": losses.binary_crossentropy,
    "sparse": losses.sparse_categorical_crossentropy,
    "categorical": losses.categorical_crossentropy,
}


def kind_of_targets(y_true_shape, y_pred_shape) -> str:
    """Which kind: "binary" for one output unit, "sparse" for class numbers, "categorical" for one-hot rows.

    >>> [kind_of_targets(y, p) for y, p in [((8, 1), (8, 1)), ((8,), (8, 10)), ((8, 10), (8, 10))]]
    ['binary', 'sparse', 'categorical']
    """
    if y_pred_shape[-1:] == (1,):
        return "binary"
    class_numbers = len(y_true_shape) < len(y_pred_shape) or y_true_shape[-1:] == (1,)
    return "sparse" if class_numbers else "categorical"


def metric_for(identifier, y_true_shape, y_pred_shape) -> Metric:
    """The metric that an entry of `compile(metrics=[...])` means for targets and predictions of these shapes.

    Args:
        identifier: "accuracy" or "acc" (in any case): the accuracy that fits the shapes; or anything that
            `metrics.get` takes. A function `(y_true, y_pred)` becomes its mean.

    Returns:
        A metric whose name is the string that was passed, the function's name, or the metric's own.

    >>> metric_for("acc", (8,), (8, 10))
    <SparseCategoricalAccuracy name=acc>
    """
    if identifier is None:
        raise ValueError("Expected metric, received `None`")
    if str(identifier).lower() in ("accuracy", "acc"):
        return _ACCURACIES[kind_of_targets(y_true_shape, y_pred_shape)](name=str(identifier))
    metric = metrics.get(identifier)
    name = identifier if isinstance(identifier, str) else object_name(metric)
    if not isinstance(metric, Metric):
        metric = MeanMetricWrapper(metric)
    metric.name = name
    return metric


def loss_for(identifier, y_true_shape, y_pred_shape) -> Loss | None:
    """The loss that `compile(loss=...)` means for targets and predictions of these shapes; None stays None.

    Args:
        identifier: "crossentropy" or "ce" (in any case): the cross-entropy that fits the shapes; or anything that
            `losses.get` takes. A function becomes a `Loss` that averages over the batch.

    >>> loss_for("crossentropy", (8,), (8, 10)).fn.__name__
    'sparse_categorical_crossentropy'
    """
    if identifier is None:
        return None
    if str(identifier).lower() in ("crossentropy", "ce"):
        loss = _CROSSENTROPIES[kind_of_targets(y_true_shape, y_pred_shape)]
    else:
        loss = losses.get(identifier)
    if isinstance(loss, Loss):
        return loss
    return LossFunctionWrapper(loss, name=identifier if isinstance(identifier, str) else object_name(loss))


def object_name(obj) -> str:
    """The name that a metric or a loss goes by in logs: its own, the function's, or the class's in snake case."""
    return getattr(obj, "name", None) or to_snake_case(getattr(obj, "__name__", type(obj).__name__))
