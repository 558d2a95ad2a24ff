"""What all losses share: weighing, masking, reducing, lining up shapes, dtypes, configurations, and their refusals."""

import inspect
import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from layerlab import losses
from layerlab.autodiff import check_gradients, gradient
from layerlab.losses.loss import LossFunctionWrapper
from layerlab.losses.reduction import reduce_weighted_values
from layerlab.losses.shapes import squeeze_or_expand_to_same_rank
from layerlab.masking import get_mask, set_mask
from layerlab.registry import custom_object_scope, register_keras_serializable

CLASSES = [getattr(losses, name) for name in losses.__all__ if inspect.isclass(getattr(losses, name))]
BUILT_IN = [cls for cls in CLASSES if cls is not losses.Loss]


class Absolute(losses.Loss):
    """A loss as a user writes one."""

    def call(self, y_true, y_pred):
        return np.abs(y_true - y_pred)


def absolute(y_true, y_pred):
    return np.mean(np.abs(y_true - y_pred), axis=-1)


Y_TRUE, Y_PRED = np.zeros(4), np.array([1.0, 2.0, 3.0, 6.0])


@pytest.mark.parametrize(
    ("reduction", "weight", "expected"),
    [
        ("sum_over_batch_size", None, 3.0),
        ("mean", None, 3.0),
        ("sum", None, 12.0),
        ("mean_with_sample_weight", None, 3.0),
        ("sum_over_batch_size", [1, 0, 1, 0], 1.0),
        ("mean", [1, 0, 1, 0], 1.0),
        ("sum", [1, 0, 1, 0], 4.0),
        ("mean_with_sample_weight", [1, 0, 1, 0], 2.0),
        ("mean_with_sample_weight", [0, 0, 0, 0], 0.0),
        ("sum_over_batch_size", 2.0, 6.0),
        ("none", [1, 0, 1, 0], [1, 0, 3, 0]),
        (None, None, [1, 2, 3, 6]),
    ],
)
def test_reductions(reduction, weight, expected):
    np.testing.assert_allclose(Absolute(reduction=reduction)(Y_TRUE, Y_PRED, sample_weight=weight), expected)


@pytest.mark.parametrize(
    ("reduction", "weight", "expected"),
    [
        ("sum_over_batch_size", None, 2.0),  # (1 + 3) / 2 valid ones
        ("mean", [1, 1, 2, 1], 3.5),  # (1 + 2 * 3) / 2 valid ones
        ("sum", None, 4.0),
        ("mean_with_sample_weight", [1, 1, 3, 1], 2.5),
        ("none", None, [1, 0, 3, 0]),
    ],
)
def test_the_mask_of_the_predictions_counts(reduction, weight, expected):
    y_pred = Y_PRED.copy()
    set_mask(y_pred, np.array([True, False, True, False]))
    np.testing.assert_allclose(Absolute(reduction=reduction)(Y_TRUE, y_pred, sample_weight=weight), expected)


@pytest.mark.parametrize("reduction", ["sum_over_batch_size", "sum", "mean_with_sample_weight"])
def test_a_mask_without_a_valid_entry_gives_zero(reduction):
    y_pred = Y_PRED.copy()
    set_mask(y_pred, np.zeros(4, bool))
    assert Absolute(reduction=reduction)(Y_TRUE, y_pred) == 0.0


def test_masks_of_predictions_and_of_losses_are_joined():
    y_pred = np.full((1, 3, 2), 0.5, "float32")
    set_mask(y_pred, np.array([[True, True, False]]))
    loss = losses.SparseCategoricalCrossentropy(ignore_class=0, reduction="none")
    np.testing.assert_allclose(loss(np.array([[0, 1, 1]]), y_pred), [[0.0, np.log(2.0), 0.0]], rtol=1e-6)


def test_ignored_entries_are_masked_and_their_predictions_do_not_matter():
    y_pred = np.array([[0.5, 0.5], [np.nan, np.inf]], "float32")
    values = losses.sparse_categorical_crossentropy(np.array([1, -1]), y_pred, ignore_class=-1)
    assert get_mask(values).tolist() == [True, False]
    np.testing.assert_allclose(values, [np.log(2.0), 0.0], rtol=1e-6)
    loss = losses.SparseCategoricalCrossentropy(ignore_class=-1)
    assert np.all(np.isfinite(gradient(lambda p: loss(np.array([1, -1]), p))(y_pred)))


@given(
    shape=st.lists(st.integers(1, 3), min_size=1, max_size=3),
    true_last=st.booleans(),
    pred_last=st.booleans(),
)
def test_a_trailing_axis_of_one_makes_no_difference(shape, true_last, pred_last):
    rng = np.random.default_rng(0)
    y_true, y_pred = rng.normal(size=(2, *shape)).astype("float32")
    expected = np.mean(np.abs(y_true - y_pred))
    y_true = y_true[..., None] if true_last else y_true
    y_pred = y_pred[..., None] if pred_last else y_pred
    np.testing.assert_allclose(losses.MeanAbsoluteError()(y_true, y_pred), expected, rtol=1e-5)


@pytest.mark.parametrize(
    ("shapes", "expected"),
    [
        (((3,), (3, 1)), ((3, 1), (3, 1))),
        (((3, 1), (3,)), ((3, 1), (3, 1))),
        (((3, 4), (3, 4, 1)), ((3, 4), (3, 4))),
        (((3, 4, 1), (3, 4)), ((3, 4), (3, 4))),
        (((), (1,)), ((), ())),
        (((3,), (3, 4)), ((3,), (3, 4))),
        (((3, 4), (3, 4)), ((3, 4), (3, 4))),
        (((3,), (3, 4, 1)), ((3,), (3, 4, 1))),
    ],
)
def test_lining_up(shapes, expected):
    lined_up = squeeze_or_expand_to_same_rank(*map(np.zeros, shapes))
    assert tuple(x.shape for x in lined_up) == expected


def test_lining_up_can_squeeze_down_to_one_axis():
    lined_up = squeeze_or_expand_to_same_rank(np.zeros(3), np.zeros((3, 1)), expand_rank_1=False)
    assert [x.shape for x in lined_up] == [(3,), (3,)]


def test_weights_of_samples_and_of_steps():
    y_true, y_pred = np.zeros((2, 3, 1)), np.ones((2, 3, 1))
    loss = losses.MeanSquaredError(reduction="sum")
    assert loss(y_true, y_pred, sample_weight=np.array([[1.0], [2.0]])) == 9.0
    assert loss(y_true, y_pred, sample_weight=np.array([[1.0, 0, 0], [2.0, 0, 0]])) == 3.0


def test_plain_lists_are_understood():
    assert losses.MeanSquaredError()([[0.0, 1.0], [0.0, 0.0]], [[1.0, 1.0], [1.0, 0.0]]) == 0.5
    assert losses.mean_squared_error([[0, 2]], [[1, 1]]).dtype == np.float32


def test_dictionaries_reach_a_loss_of_ones_own():
    class Both(losses.Loss):
        def call(self, y_true, y_pred):
            return np.abs(y_true["a"] - y_pred["a"]) + np.abs(y_true["b"] - y_pred["b"])

    targets = {"a": [1.0, 2.0], "b": np.array([3, 4])}
    assert Both()(targets, {"a": np.zeros(2), "b": np.zeros(2)}) == 5.0


def test_lists_of_arrays_reach_a_loss_of_ones_own():
    class First(losses.Loss):
        def call(self, y_true, y_pred):
            return np.abs(y_true[0] - y_pred[0])

    assert First()([np.array([1.0, 2.0]), np.zeros(7)], (np.zeros(2), np.zeros(3))) == 1.5


@pytest.mark.parametrize("dtype", ["bool", "int8", "uint8", "int32", "uint64", "float16", "float64"])
def test_class_numbers_may_be_of_any_type(dtype):
    y_pred = np.array([[0.5, 0.5], [0.25, 0.75]], "float32")
    loss = losses.SparseCategoricalCrossentropy(reduction="none")
    np.testing.assert_allclose(loss(np.array([0, 1], dtype), y_pred), -np.log([0.5, 0.75]), rtol=1e-6)


@pytest.mark.parametrize("label", [16_777_217, -1])  # the first is none of the numbers of float32
def test_a_class_that_is_none_is_named_as_it_was_given(label):
    with pytest.raises(ValueError, match=rf"Received: {label} at y_true\[1\]"):
        losses.SparseCategoricalCrossentropy()(np.array([0, label]), np.full((2, 3), 1 / 3))


@pytest.mark.parametrize("from_logits", [False, True])
def test_class_numbers_may_have_an_axis_of_their_own_and_classes_any_axis(from_logits):
    rng = np.random.default_rng(2)
    y_pred, labels = rng.uniform(0.1, 1, size=(2, 5, 3)), rng.integers(3, size=(2, 5))
    expected = losses.sparse_categorical_crossentropy(labels, y_pred, from_logits=from_logits)
    column = losses.sparse_categorical_crossentropy(labels[..., None], y_pred, from_logits=from_logits)
    np.testing.assert_array_equal(column, expected)
    for y_true in (labels, labels[:, None]):
        first = losses.SparseCategoricalCrossentropy(from_logits=from_logits, axis=1, reduction="none", dtype="float64")
        np.testing.assert_allclose(first(y_true, np.moveaxis(y_pred, -1, 1)), expected)
        check_gradients(lambda p, first=first, y_true=y_true: first(y_true, p), np.moveaxis(y_pred, -1, 1))


@pytest.mark.parametrize("from_logits", [False, True])
def test_one_hot_classes_may_lie_along_any_axis(from_logits):
    rng = np.random.default_rng(2)
    y_pred, y_true = rng.uniform(0.1, 1, size=(2, 5, 3)), np.eye(3)[rng.integers(3, size=(2, 5))]
    for function in (losses.categorical_crossentropy, losses.categorical_focal_crossentropy):
        last = function(y_true, y_pred, from_logits=from_logits, label_smoothing=0.3)
        y_true_first, y_pred_first = np.moveaxis(y_true, -1, 1), np.moveaxis(y_pred, -1, 1)
        first = function(y_true_first, y_pred_first, from_logits=from_logits, label_smoothing=0.3, axis=1)
        np.testing.assert_allclose(first, last)


def test_focal_classes_may_have_weights_of_their_own():
    y_true, y_pred = np.eye(2), np.full((2, 2), 0.5)
    plain = losses.categorical_focal_crossentropy(y_true, y_pred, alpha=1.0)
    weighted = losses.categorical_focal_crossentropy(y_true, y_pred, alpha=[1.0, 3.0])
    np.testing.assert_allclose(weighted, plain * [1.0, 3.0])


def test_a_function_may_return_one_number():
    loss = LossFunctionWrapper(lambda y_true, y_pred: np.max(np.abs(y_true - y_pred)))
    assert loss(Y_TRUE, Y_PRED) == 6.0
    assert loss(Y_TRUE, Y_PRED, sample_weight=0.5) == 3.0


def test_no_samples_no_loss():
    empty = np.zeros((0, 3), "float32")
    assert losses.MeanSquaredError()(empty, empty).shape == (0,)
    assert reduce_weighted_values(empty) == 0.0


def test_a_negative_rate_has_no_likelihood():
    assert np.isnan(losses.Poisson()(np.ones((1, 2)), np.array([[-1.0, 2.0]])))


@pytest.mark.parametrize("dtype", ["float16", "float32", "float64"])
@pytest.mark.parametrize("cls", [losses.MeanSquaredError, losses.BinaryCrossentropy, losses.LogCosh, losses.Poisson])
def test_the_dtype_is_that_of_the_loss(cls, dtype):
    loss = cls(dtype=dtype)
    assert loss.dtype == dtype
    assert loss(np.array([[0.0, 1.0]]), np.array([[0.25, 0.5]])).dtype == dtype


TAKE_LABELS = (losses.SparseCategoricalCrossentropy, losses.CategoricalGeneralizedCrossEntropy, losses.Circle)


@pytest.mark.parametrize("cls", [cls for cls in BUILT_IN if cls is not losses.CTC], ids=lambda cls: cls.__name__)
def test_no_nan_and_no_warning_at_the_ends(cls):
    y_pred = np.array([[0.0, 1.0], [1.0, 0.0], [0.0, 0.0]], "float32")
    y_true = np.array([0, 0, 1]) if cls in TAKE_LABELS else np.eye(2)[[0, 0, 1]]
    assert np.isfinite(cls()(y_true, y_pred))
    assert np.all(np.isfinite(gradient(lambda p: cls()(y_true, p))(y_pred)))


# ------------------------------------------------------------------------------------------ names and configurations


def by_default(cls):
    return cls(absolute) if cls is LossFunctionWrapper else cls()


@pytest.mark.parametrize("cls", BUILT_IN, ids=lambda cls: cls.__name__)
def test_configurations_come_back(cls):
    arguments = {"reduction": "sum", "name": "mine"}
    numbers = {"delta": 2.5, "alpha": 0.6, "beta": 0.3, "gamma": 3.0, "q": 0.3, "margin": 0.2, "label_smoothing": 0.1}
    known = inspect.signature(cls).parameters
    arguments |= {key: value for key, value in numbers.items() if key in known}
    arguments |= {"from_logits": True} if "from_logits" in known else {}
    loss = cls(**arguments)
    config = loss.get_config()
    assert arguments.items() <= config.items()
    json.dumps(config)
    assert cls.from_config(config).get_config() == config
    again = losses.deserialize(losses.serialize(loss))
    assert (type(again), again.get_config()) == (cls, config)
    assert losses.serialize(loss)["module"] == "keras.losses"


@pytest.mark.parametrize(
    ("loss", "expected"),
    [
        (losses.Huber(), {"name": "huber_loss"}),  # Keras leaves `delta` out even when it matters
        (losses.Huber(delta=2.0), {"name": "huber_loss", "delta": 2.0}),
        (losses.CosineSimilarity(axis=1), {"name": "cosine_similarity"}),
        (losses.SparseCategoricalCrossentropy(), {"from_logits": False, "ignore_class": None}),
        (losses.SparseCategoricalCrossentropy(axis=1), {"from_logits": False, "ignore_class": None, "axis": 1}),
        (losses.Dice(), {"name": "dice", "axis": None}),
    ],
)
def test_what_configurations_hold(loss, expected):
    assert loss.get_config() == {"name": loss.name, "reduction": "sum_over_batch_size"} | expected


def test_names():
    assert losses.Huber().name == "huber_loss"
    assert losses.MeanSquaredError(name="mine").name == "mine"
    assert Absolute(name=None).name.startswith("absolute")


def test_arguments_are_attributes():
    loss = losses.BinaryFocalCrossentropy(gamma=3.0, from_logits=True)
    assert (loss.gamma, loss.from_logits, loss.axis, loss.reduction) == (3.0, True, -1, "sum_over_batch_size")
    assert (
        repr(losses.MeanSquaredError())
        == "MeanSquaredError(name='mean_squared_error', reduction='sum_over_batch_size')"
    )


def test_a_wrapped_function_comes_back_by_name():
    loss = LossFunctionWrapper(losses.mean_absolute_error, name="mine")
    assert loss.get_config()["fn"] == {
        "module": "builtins",
        "class_name": "function",
        "config": "mean_absolute_error",
        "registered_name": "function",
    }
    assert LossFunctionWrapper.from_config(loss.get_config()).fn is losses.mean_absolute_error
    mine = losses.serialize(LossFunctionWrapper(absolute))
    assert losses.deserialize(mine, custom_objects={"absolute": absolute}).fn is absolute


@pytest.mark.parametrize(
    ("identifier", "function"),
    [
        ("mse", losses.mean_squared_error),
        ("MSE", losses.mean_squared_error),
        ("mae", losses.mean_absolute_error),
        ("MAPE", losses.mean_absolute_percentage_error),
        ("msle", losses.mean_squared_logarithmic_error),
        ("bce", losses.binary_crossentropy),
        ("KLD", losses.kl_divergence),
        ("huber", losses.huber),
        ("sparse_categorical_crossentropy", losses.sparse_categorical_crossentropy),
        (absolute, absolute),
        (None, None),
    ],
)
def test_get_a_function(identifier, function):
    assert losses.get(identifier) is function


@pytest.mark.parametrize(
    "identifier",
    [
        "Huber",
        losses.Huber,
        losses.Huber(),
        {"class_name": "Huber", "config": {"delta": 1.0}},
        {"module": "keras.losses", "class_name": "Huber", "config": {"name": "huber_loss"}, "registered_name": None},
    ],
)
def test_get_an_object(identifier):
    assert isinstance(losses.get(identifier), losses.Huber)


def test_deserialize_a_bare_name():
    assert isinstance(losses.deserialize("MeanSquaredError"), losses.MeanSquaredError)
    assert losses.deserialize("mean_squared_error") is losses.mean_squared_error


def test_a_registered_function_of_the_same_name_changes_nothing():
    @register_keras_serializable(package="Elsewhere")
    def mse(y_true, y_pred):
        return absolute(y_true, y_pred)

    assert losses.get("mse") is losses.mean_squared_error
    assert losses.get("Elsewhere>mse") is mse


def test_a_scope_names_a_loss():
    with custom_object_scope({"Absolute": Absolute}):
        assert isinstance(losses.get("Absolute"), Absolute)


@pytest.mark.parametrize("identifier", ["logcosh", "cosine", "Mse", 3, {"a": 1}, {"class_name": "Foo", "config": {}}])
def test_get_refuses_the_unknown(identifier):
    with pytest.raises(ValueError, match=r"Could not interpret loss identifier|Foo"):
        losses.get(identifier)


def test_get_offers_the_nearest_spelling():
    with pytest.raises(ValueError, match="Did you mean 'sparse_categorical_crossentropy'"):
        losses.get("sparse_categorical_crossentrop")


# --------------------------------------------------------------------------------------------------------- refusals


def masked(shape, mask_shape):
    y_pred = np.ones(shape, "float32")
    set_mask(y_pred, np.ones(mask_shape, bool))
    return y_pred


SPARSE = losses.sparse_categorical_crossentropy
REFUSALS = [
    (
        lambda: LossFunctionWrapper(lambda y_true, y_pred: None, name="mine")(Y_TRUE, Y_PRED),
        "The loss 'mine' returned None. Does its function end without `return`",
    ),
    (
        lambda: losses.MeanSquaredError()(np.ones((2, 3)), masked((2, 3), (2, 3))),
        "or the mask of `y_pred` has an incompatible",
    ),
    (lambda: losses.MeanSquaredError(reduction="auto"), "Invalid value for argument `reduction`.*auto.*sum_over_batch"),
    (lambda: losses.Loss()(Y_TRUE, Y_PRED), "Loss must define `call"),
    (lambda: losses.CategoricalGeneralizedCrossEntropy(q=1.0), r"q must be in the interval \(0, 1\)"),
    (lambda: losses.MeanSquaredError(dtype="float33"), "float33"),
    (
        lambda: losses.mean_squared_error(np.ones((2, 3)), np.ones((2, 4))),
        r"incompatible shapes for broadcasting.*y_true.shape=\(2, 3\), y_pred.shape=\(2, 4\).*gives 4 numbers where.*3",
    ),
    (lambda: losses.huber(np.ones((2, 3)), np.ones((3, 3))), "same number of samples"),
    (lambda: losses.huber(np.ones((2, 3, 4)), np.ones((2, 2, 4))), r"y_pred.shape=\(2, 2, 4\).$"),
    (
        lambda: losses.MeanSquaredError()(np.ones((2, 3, 1)), np.ones((2, 3, 1)), sample_weight=np.ones(2)),
        r"`sample_weight` has an incompatible shape.*sample_weight.shape=\(2,\), losses.shape=\(2, 3\).*\[:, None\]",
    ),
    (
        lambda: losses.categorical_crossentropy(np.array([0, 1]), np.ones((2, 3)) / 3),
        "Arguments `target` and `output` must have the same shape. Received.*sparse_categorical_crossentropy",
    ),
    (lambda: losses.binary_crossentropy(np.ones((2, 3)), np.ones((2, 1))), "must have the same shape"),
    (lambda: losses.categorical_crossentropy(np.eye(2), np.eye(2), axis=True), "`axis` must be of type `int`"),
    (lambda: losses.categorical_focal_crossentropy(np.eye(2), np.eye(2), axis=True), "`axis` must be of type `int`"),
    (
        lambda: SPARSE(np.eye(3), np.eye(3)),
        "must have the same shape up until the last dimension.*one-hot.*categorical_crossentropy",
    ),
    (lambda: SPARSE(np.array([0, 1, 2]), np.ones((2, 3))), r"up until the last dimension: target.shape=\(3,\)"),
    (lambda: SPARSE(np.array(0), np.array(0.5)), "must be at least rank 1"),
    (
        lambda: SPARSE(np.array([1, 2, 3]), np.eye(3)),
        r"out of range.*3 classes.*0 to 2. Received: 3 at y_true\[2\].*Subtract 1",
    ),
    (lambda: SPARSE(np.array([[0, 9]]), np.ones((1, 2, 3))), r"Received: 9 at y_true\[0, 1\].*at least 10 units"),
    (lambda: SPARSE(np.array([0, -1]), np.ones((2, 3))), "Received: -1 at .*ignore_class"),
    (lambda: SPARSE(np.array([0, np.nan]), np.ones((2, 3))), "Received: nan at .*missing values"),
    (lambda: SPARSE(np.array([0, 1]), np.ones((2, 1))), "single output unit goes with binary_crossentropy"),
    (
        lambda: losses.categorical_generalized_cross_entropy(np.array([3]), np.ones((1, 3)), 0.5),
        "out of range in categ",
    ),
    (lambda: losses.ctc(np.ones(3), np.ones((1, 3, 4))), "Targets `y_true` are expected to be a tensor of shape"),
    (lambda: losses.ctc(np.ones((1, 3)), np.ones((3, 4))), "Logits `y_pred` are expected to be a tensor of shape"),
    (lambda: losses.ctc(np.full((1, 3), 4), np.ones((1, 3, 4))), "out of range in ctc"),
]


@pytest.mark.parametrize(("call", "message"), REFUSALS, ids=[message[:40] for _, message in REFUSALS])
def test_refusals(call, message):
    with pytest.raises((ValueError, NotImplementedError), match=message):
        call()


@pytest.mark.parametrize("name", ["categorical_crossentropy", "categorical_focal_crossentropy"])
def test_a_single_class_draws_a_warning(name):
    with pytest.warns(SyntaxWarning, match=f"In loss {name}, expected y_pred.shape to be"):
        getattr(losses, name)(np.ones((2, 1)), np.ones((2, 1)))
