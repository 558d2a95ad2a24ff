"""Metrics as objects: variables, resetting, names, configurations, one's own metrics, and the strings of compile."""

import inspect
import json
import pickle

import numpy as np
import pytest

from layerlab import losses, metrics
from layerlab.losses.loss import LossFunctionWrapper
from layerlab.masking import set_mask
from layerlab.metrics.choosing import kind_of_targets, loss_for, metric_for
from layerlab.registry import register_keras_serializable

CLASSES = [getattr(metrics, name) for name in metrics.__all__ if inspect.isclass(getattr(metrics, name))]
NEEDED = {
    "IoU": {"num_classes": 3, "target_class_ids": [0, 2]},
    "OneHotIoU": {"num_classes": 3, "target_class_ids": [1]},
    "MeanIoU": {"num_classes": 3},
    "OneHotMeanIoU": {"num_classes": 3},
    "MeanMetricWrapper": {"fn": losses.mean_absolute_error},
    "SensitivityAtSpecificity": {"specificity": 0.6},
    "SpecificityAtSensitivity": {"sensitivity": 0.6},
    "PrecisionAtRecall": {"recall": 0.6},
    "RecallAtPrecision": {"precision": 0.6},
}
BUILT_IN = [cls for cls in CLASSES if cls is not metrics.Metric]
OPTIONS = {
    "axis": 1,
    "threshold": 0.25,
    "from_logits": True,
    "k": 3,
    "average": "macro",
    "class_aggregation": None,
    "num_thresholds": 20,
    "curve": "PR",
    "summation_method": "majoring",
    "class_id": 1,
    "top_k": 2,
    "ignore_class": 1,
    "from_sorted_ids": True,
    "multi_label": True,
    "num_labels": 3,
}


class LargestError(metrics.Metric):
    """A metric as a user writes one."""

    def __init__(self, name="largest", dtype=None):
        super().__init__(name=name, dtype=dtype)
        self.largest = self.add_variable(shape=(), initializer="zeros", name="largest")

    def update_state(self, y_true, y_pred, sample_weight=None):
        self.largest.assign(np.maximum(self.largest, np.max(np.abs(y_true - y_pred))))

    def result(self):
        return self.largest.numpy()


def make(cls, **options):
    return cls(**NEEDED.get(cls.__name__, {}), **options)


@pytest.mark.parametrize("cls", BUILT_IN, ids=lambda cls: cls.__name__)
def test_configurations_come_back(cls):
    known = inspect.signature(cls).parameters
    metric = make(cls, name="mine", **{key: value for key, value in OPTIONS.items() if key in known})
    config = metric.get_config()
    json.dumps(config)
    assert config["name"] == "mine"
    assert cls.from_config(config).get_config() == config
    again = metrics.deserialize(json.loads(json.dumps(metrics.serialize(metric))))
    assert (type(again), again.get_config()) == (cls, config)
    assert metrics.serialize(metric)["module"] == "keras.metrics"


@pytest.mark.parametrize("cls", BUILT_IN, ids=lambda cls: cls.__name__)
def test_default_names_and_directions(cls):
    metric = make(cls)
    assert metric.name
    assert str(metric) == f"<{cls.__name__} name={metric.name}>"
    assert metric._direction in ("up", "down", None)


@pytest.mark.parametrize(
    "metric",
    [
        metrics.Mean(),
        metrics.Sum(),
        metrics.BinaryAccuracy(),
        metrics.AUC(multi_label=True),
        metrics.F1Score(),
        metrics.R2Score(),
        metrics.BinaryIoU(),
        metrics.Precision(),
        metrics.RootMeanSquaredError(),
    ],
    ids=lambda metric: metric.name,
)
def test_reset_forgets_everything(metric):
    y_true, y_pred = np.array([[1, 0], [0, 1], [1, 1]]), np.array([[0.9, 0.2], [0.3, 0.6], [0.7, 0.1]], "float32")
    batch = (y_pred,) if type(metric) in (metrics.Mean, metrics.Sum) else (y_true, y_pred)
    first = metric(*batch)
    metric(*[x[::-1] * 2 for x in batch])
    metric.reset_state()
    assert all(np.all(variable.value == 0) for variable in metric.variables)
    np.testing.assert_array_equal(metric(*batch), first)


def test_batches_add_up_to_the_whole():
    rng = np.random.default_rng(0)
    y_true, y_pred = rng.integers(2, size=(60, 1)), rng.uniform(size=(60, 1)).astype("float32")
    for metric in (metrics.AUC(), metrics.Precision(), metrics.BinaryCrossentropy(), metrics.RecallAtPrecision(0.5)):
        whole = metric(y_true, y_pred)
        metric.reset_state()
        for i in range(0, 60, 7):
            metric.update_state(y_true[i : i + 7], y_pred[i : i + 7])
        np.testing.assert_allclose(metric.result(), whole, rtol=1e-6)


@pytest.mark.parametrize("metric", [metrics.Mean(), metrics.Precision(), metrics.AUC(), metrics.MeanSquaredError()])
def test_no_batch_gives_zero(metric):
    assert metric.result() == 0.0


def test_variables_have_names_and_do_not_train():
    variables = metrics.Mean(name="a/b").variables
    assert [v.name for v in variables] == ["total", "count"]
    assert [v.path for v in variables] == ["a>b/total", "a>b/count"]
    assert not any(v.trainable for v in variables)


def test_a_metric_of_ones_own():
    metric = LargestError()
    assert metric(np.array([1.0, 2.0]), np.array([1.0, 4.0])) == 2.0
    assert metric(np.array([1.0]), np.array([0.0])) == 2.0
    metric.reset_state()
    assert metric.result() == 0.0
    assert LargestError.from_config(metric.get_config()).name == "largest"


def test_metrics_inside_a_metric_are_its_own():
    class Several(metrics.Metric):
        def __init__(self):
            super().__init__()
            self.one = self.add_weight(name="one")
            self.inner = metrics.Mean()
            self.more = {"a": [metrics.Sum()]}

    several = Several()
    several.inner.update_state(3.0)
    several.more["a"][0].update_state(4.0)
    assert [v.name for v in several.variables] == ["one", "total", "count", "total"]
    several.reset_state()
    assert several.inner.result() == several.more["a"][0].result() == 0.0


def test_states_can_be_kept_outside():
    metric = metrics.Mean()
    state = metric.stateless_update_state([np.float32(6.0), np.float32(2.0)], [3.0, 3.0])
    assert state == [12.0, 4.0]
    assert metric.stateless_result(state) == 3.0
    assert metric.stateless_reset_state() == [0.0, 0.0]
    assert metric.result() == 0.0  # its own variables never changed
    with pytest.raises(ValueError, match="Argument `metric_variables` must be a list of tensors corresponding 1:1"):
        metric.stateless_result([1.0])


def test_metrics_can_be_pickled():
    metric = metrics.BinaryAccuracy(threshold=0.3)
    metric.update_state([1, 0], [0.4, 0.4])
    assert pickle.loads(pickle.dumps(metric)).result() == 0.5


def test_the_mask_of_the_predictions_counts():
    y_pred = np.array([[[1.0], [5.0]], [[2.0], [9.0]]], "float32")
    set_mask(y_pred, np.array([[True, False], [True, False]]))
    assert metrics.MeanAbsoluteError()(np.zeros((2, 2, 1)), y_pred) == 1.5
    assert metrics.MeanAbsoluteError()(np.zeros((2, 2, 1)), y_pred, sample_weight=np.array([[3.0], [1.0]])) == 1.25


def test_a_wrapped_function_comes_back_by_name():
    metric = metrics.MeanMetricWrapper(losses.huber, name="mine", delta=2.0)
    config = metric.get_config()
    assert config["fn"]["config"] == "huber"
    assert metrics.MeanMetricWrapper.from_config(config)._fn is losses.huber
    assert metrics.MeanMetricWrapper(losses.huber).name.startswith("mean_metric_wrapper")


@pytest.mark.parametrize("function", [metrics.binary_accuracy, losses.mean_squared_error])
def test_a_function_stays_a_function(function):
    assert metrics.deserialize(metrics.serialize(function)) is function


def test_top_k_with_ties_and_labels_that_are_no_class():
    y_pred = np.array([[0.3, 0.3, 0.3], [0.4, 0.3, 0.3]])
    top = metrics.sparse_top_k_categorical_accuracy
    assert top(np.array([2, 2]), y_pred, k=1).tolist() == [1.0, 0.0]
    assert top(np.array([-1, 7]), y_pred, k=5).tolist() == [0.0, 0.0]


def test_thresholds_need_not_be_sorted():
    y_true, y_pred = np.array([0, 1, 1, 1]), np.array([0.2, 0.3, 0.6, 0.9])
    assert metrics.Recall(thresholds=[0.8, 0.1, 0.5])(y_true, y_pred).tolist() == pytest.approx([1 / 3, 1, 2 / 3])


@pytest.mark.parametrize("curve", ["ROC", "PR", "PRGAIN"])
@pytest.mark.parametrize("method", ["interpolation", "majoring"])
def test_perfect_scores_have_the_whole_area(curve, method):
    y_true, y_pred = np.array([0, 0, 1, 1]), np.array([0.1, 0.2, 0.8, 0.9])
    assert metrics.AUC(curve=curve, summation_method=method)(y_true, y_pred) == pytest.approx(1.0, abs=1e-6)


def test_the_area_under_roc_is_the_chance_of_ranking_right():
    rng = np.random.default_rng(3)
    y_true, y_pred = rng.integers(2, size=200), np.round(rng.uniform(size=200), 2)
    positive, negative = y_pred[y_true == 1][:, None], y_pred[y_true == 0]
    chance = np.mean((positive > negative) + 0.5 * (positive == negative))
    assert metrics.AUC(num_thresholds=1001)(y_true, y_pred) == pytest.approx(chance, abs=1e-6)


def test_r2_of_a_constant_target_is_zero():
    assert metrics.R2Score()(np.ones((3, 1)), np.zeros((3, 1))) == 0.0


@pytest.mark.parametrize(
    ("regressors", "message"), [(5, "More independent predictors than datapoints"), (2, "Division by zero in Adjusted")]
)
def test_r2_without_enough_samples_warns(regressors, message):
    metric = metrics.R2Score(num_regressors=regressors)
    metric.update_state(np.array([[1.0], [2.0], [4.0]]), np.array([[1.0], [2.0], [3.0]]))
    with pytest.warns(UserWarning, match=message):
        metric.result()


def test_integer_counts_cut_weights_off_with_a_warning():
    with pytest.warns(UserWarning, match="You are passing weight as `float`, but dtype is `int`"):
        metrics.MeanIoU(num_classes=2)([0, 1], [0, 1], sample_weight=np.array([0.5, 1.0]))


# ------------------------------------------------------------------------------------------------------- identifiers


@pytest.mark.parametrize(
    ("identifier", "cls"),
    [
        ("mse", metrics.MeanSquaredError),
        ("MAE", metrics.MeanAbsoluteError),
        ("bce", metrics.BinaryCrossentropy),
        ("mean_squared_error", metrics.MeanSquaredError),
        ("MeanSquaredError", metrics.MeanSquaredError),
        ("accuracy", metrics.Accuracy),
        ("auc", metrics.AUC),
        ("AUC", metrics.AUC),
        ("f1_score", metrics.F1Score),
        ("cosine_similarity", metrics.CosineSimilarity),
        (metrics.Mean, metrics.Mean),
        ({"class_name": "Mean", "config": {}}, metrics.Mean),
    ],
)
def test_get(identifier, cls):
    assert type(metrics.get(identifier)) is cls


def test_get_leaves_objects_functions_and_none_alone():
    mean = metrics.Mean()
    assert metrics.get(mean) is mean
    assert metrics.get(losses.huber) is losses.huber
    assert metrics.get(None) is None


def test_get_refuses_the_unknown_and_offers_the_nearest():
    with pytest.raises(
        ValueError, match=r"Could not interpret metric identifier: acuracy\. Did you mean '[aA]ccuracy'"
    ):
        metrics.get("acuracy")
    with pytest.raises(ValueError, match="Could not interpret metric identifier: 3"):
        metrics.get(3)


def test_a_registered_function_of_the_same_name_changes_nothing():
    @register_keras_serializable(package="Elsewhere")
    def recall(y_true, y_pred):
        return y_pred

    assert isinstance(metrics.get("recall"), metrics.Recall)
    assert metrics.get("Elsewhere>recall") is recall


@pytest.mark.parametrize(
    ("y_true", "y_pred", "kind"),
    [
        ((8,), (8, 1), "binary"),
        ((8, 1), (8, 1), "binary"),
        ((8,), (8, 10), "sparse"),
        ((8, 1), (8, 10), "sparse"),
        ((8, 5), (8, 5, 10), "sparse"),
        ((8, 10), (8, 10), "categorical"),
        ((8, 5, 1), (8, 5, 1), "binary"),
    ],
)
def test_the_kind_of_targets(y_true, y_pred, kind):
    assert kind_of_targets(y_true, y_pred) == kind
    accuracy = {
        "binary": metrics.BinaryAccuracy,
        "sparse": metrics.SparseCategoricalAccuracy,
        "categorical": metrics.CategoricalAccuracy,
    }[kind]
    for name in ("accuracy", "acc", "Accuracy"):
        chosen = metric_for(name, y_true, y_pred)
        assert (type(chosen), chosen.name) == (accuracy, name)
    prefix = {"binary": "binary", "sparse": "sparse_categorical", "categorical": "categorical"}[kind]
    for name in ("crossentropy", "ce"):
        chosen = loss_for(name, y_true, y_pred)
        assert (chosen.fn.__name__, chosen.name) == (f"{prefix}_crossentropy", name)


def own(y_true, y_pred):
    return np.abs(y_true - y_pred)


@pytest.mark.parametrize(
    ("identifier", "cls", "name"),
    [
        ("mse", metrics.MeanSquaredError, "mse"),
        (metrics.MeanSquaredError(), metrics.MeanSquaredError, "mean_squared_error"),
        (losses.mean_squared_error, metrics.MeanMetricWrapper, "mean_squared_error"),
        (own, metrics.MeanMetricWrapper, "own"),
        (lambda y_true, y_pred: y_pred, metrics.MeanMetricWrapper, "lambda"),
    ],
)
def test_what_compile_makes_of_metrics(identifier, cls, name):
    metric = metric_for(identifier, (4, 1), (4, 1))
    assert (type(metric), metric.name) == (cls, name)


@pytest.mark.parametrize(
    ("identifier", "cls", "name"),
    [
        ("mse", LossFunctionWrapper, "mse"),
        ("MeanSquaredError", losses.MeanSquaredError, "mean_squared_error"),
        (losses.Huber(), losses.Huber, "huber_loss"),
        (own, LossFunctionWrapper, "own"),
    ],
)
def test_what_compile_makes_of_losses(identifier, cls, name):
    loss = loss_for(identifier, (4, 1), (4, 1))
    assert (type(loss), loss.name) == (cls, name)


def test_no_loss_is_no_loss_but_no_metric_is_a_mistake():
    assert loss_for(None, (4,), (4,)) is None
    with pytest.raises(ValueError, match="Expected metric, received `None`"):
        metric_for(None, (4,), (4,))


# --------------------------------------------------------------------------------------------------------- refusals


class Forgetful(metrics.Metric):
    """Forgets to call super().__init__()."""

    def __init__(self):
        self.name = "forgetful"


REFUSALS = [
    (
        lambda: metrics.MeanMetricWrapper(lambda y_true, y_pred: None)(1, 2),
        ValueError,
        "returned None. Does its function",
    ),
    (lambda: Forgetful()(1, 2), RuntimeError, r"You forgot to call `super\(\).__init__\(\)`"),
    (lambda: Forgetful().add_variable(()), RuntimeError, r"You forgot to call"),
    (lambda: metrics.Metric()(1), NotImplementedError, "Metric must define `update_state`"),
    (lambda: metrics.Metric().result(), NotImplementedError, "Metric must define `result`"),
    (
        lambda: metrics.Precision(thresholds=[0.5, 1.5]),
        ValueError,
        r"Threshold values must be in \[0, 1\]. Received: \[1.5\]",
    ),
    (
        lambda: metrics.Recall(class_id=1)([0, 1], [0.1, 0.2]),
        ValueError,
        "When class_id is provided, y_pred must be a 2D",
    ),
    (lambda: metrics.Precision()(np.ones((2, 3)), np.ones((2, 4))), ValueError, "must have the same shape"),
    (lambda: metrics.AUC(curve="x"), ValueError, 'Invalid AUC curve value: "x". Expected values are'),
    (lambda: metrics.AUC(summation_method="x"), ValueError, 'Invalid AUC summation method value: "x"'),
    (lambda: metrics.AUC(num_thresholds=1), ValueError, "Argument `num_thresholds` must be an integer > 1"),
    (lambda: metrics.AUC(num_labels=2), ValueError, "`num_labels` is needed only when `multi_label` is True"),
    (lambda: metrics.AUC(multi_label=True)([0, 1], [0.1, 0.9]), ValueError, "`y_pred` must have rank 2"),
    (lambda: metrics.RecallAtPrecision(1.5), ValueError, r"Argument `precision` must be in the range \[0, 1\]"),
    (lambda: metrics.PrecisionAtRecall(0.5, 0), ValueError, "Argument `num_thresholds` must be an integer > 0"),
    (lambda: metrics.FBetaScore(average="x"), ValueError, "Invalid `average` argument value"),
    (lambda: metrics.FBetaScore(beta=1), ValueError, "It should be a Python float"),
    (lambda: metrics.FBetaScore(beta=-1.0), ValueError, "It should be > 0"),
    (lambda: metrics.FBetaScore(threshold=1), ValueError, "Invalid `threshold` argument value"),
    (lambda: metrics.F1Score(threshold=1.5), ValueError, "0 < threshold <= 1"),
    (lambda: metrics.F1Score()(np.ones(3), np.ones(3)), ValueError, "FBetaScore expects 2D inputs"),
    (lambda: metrics.R2Score()(np.ones(3), np.ones(3)), ValueError, "R2Score expects 2D inputs"),
    (lambda: metrics.R2Score(class_aggregation="x"), ValueError, "Invalid value for argument `class_aggregation`"),
    (lambda: metrics.R2Score(num_regressors=-1), ValueError, "Invalid value for argument `num_regressors`"),
    (lambda: metrics.IoU(2, [3]), ValueError, r"Target class id 3 is out of range, which is \[0, 2\)"),
    (lambda: metrics.Mean()(np.ones((2, 3)), np.ones(5)), ValueError, "`sample_weight` has an incompatible shape"),
    (lambda: metrics.CategoricalAccuracy()(np.ones((2, 3)), np.ones((3, 3))), ValueError, "incompatible shapes"),
    (lambda: metrics.MeanSquaredError()(np.ones((2, 3)), np.ones((2, 4))), ValueError, "incompatible shapes"),
]


@pytest.mark.parametrize(("call", "error", "message"), REFUSALS, ids=[message[:40] for *_, message in REFUSALS])
def test_refusals(call, error, message):
    with pytest.raises(error, match=message):
        call()
