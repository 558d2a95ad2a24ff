"""Normalizations: against slow loops, their moving averages, masks, axes of every kind and wrong ones."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from layerlab import Input, Model, Sequential
from layerlab import layers as L
from layerlab.autodiff import Tape
from layerlab.masking import get_mask
from tests.contract import Case

MASKS = {"supports_masking": True}
BATCH = MASKS | {"training_differs": True}


def pair(*shape):
    return (("gamma", shape), ("beta", shape))


def averages(n):
    return (("moving_mean", (n,)), ("moving_variance", (n,)))


PENALTIES = {
    "beta_initializer": "ones",
    "gamma_initializer": "he_normal",
    "beta_regularizer": "l1",
    "gamma_regularizer": "l2",
    "beta_constraint": "non_neg",
    "gamma_constraint": "max_norm",
}

CASES = [
    Case(L.BatchNormalization, {}, (4, 3), (4, 3), pair(3) + averages(3), **BATCH),
    Case(L.BatchNormalization, {"axis": 1}, (2, 3, 2, 2), (2, 3, 2, 2), pair(3) + averages(3), **BATCH),
    Case(
        L.BatchNormalization,
        {"momentum": 0.5, "epsilon": 0.01, "scale": False, "center": False},
        (2, 3, 4),
        (2, 3, 4),
        averages(4),
        **BATCH,
    ),
    Case(
        L.BatchNormalization,
        PENALTIES | {"moving_mean_initializer": "ones", "moving_variance_initializer": "zeros"},
        (4, 3),
        (4, 3),
        pair(3) + averages(3),
        **BATCH,
    ),
    Case(L.LayerNormalization, {}, (2, 3, 4), (2, 3, 4), pair(4), **MASKS),
    Case(L.LayerNormalization, {"axis": (2, 1), "epsilon": 0.1}, (2, 3, 4), (2, 3, 4), pair(3, 4), **MASKS),
    Case(L.LayerNormalization, {"center": False, "scale": False}, (2, 3), (2, 3), **MASKS),
    Case(L.LayerNormalization, PENALTIES, (2, 3), (2, 3), pair(3), **MASKS),
    Case(L.GroupNormalization, {"groups": 2}, (2, 3, 4), (2, 3, 4), pair(4), **MASKS),
    Case(L.GroupNormalization, {"groups": -1, "axis": 1}, (2, 3, 4), (2, 3, 4), pair(3), **MASKS),
    Case(L.GroupNormalization, PENALTIES | {"groups": 1}, (2, 2, 2, 4), (2, 2, 2, 4), pair(4), **MASKS),
    Case(L.RMSNormalization, {}, (2, 3), (2, 3), (("scale", (3,)),)),
    Case(L.RMSNormalization, {"axis": [1, 2], "epsilon": 0.1}, (2, 3, 4), (2, 3, 4), (("scale", (3, 4)),)),
    Case(L.UnitNormalization, {}, (2, 3), (2, 3), **MASKS),
    Case(L.UnitNormalization, {"axis": (1, 2)}, (2, 3, 4), (2, 3, 4), **MASKS),
]

RNG = np.random.default_rng(0)
X = RNG.normal(2, 3, size=(8, 4)).astype("float32")
STEPS = RNG.normal(2, 3, size=(2, 3, 4)).astype("float32")
MASK = np.array([[True, True, False], [True, False, False]])


def close(a, b):
    np.testing.assert_allclose(a, b, rtol=1e-4, atol=1e-5)


def by_hand(values, epsilon=1e-3):
    """A list of numbers brought to mean 0 and variance 1."""
    values = [float(v) for v in values]
    mean = sum(values) / len(values)
    variance = sum((v - mean) ** 2 for v in values) / len(values)
    return [(v - mean) / (variance + epsilon) ** 0.5 for v in values]


# --- numbers against loops --------------------------------------------------------------------------------------------


@given(st.integers(1, 5), st.integers(1, 3), st.integers(1, 3))
def test_batches_are_normalized_feature_by_feature(n, steps, features):
    x = RNG.normal(size=(n, steps, features)).astype("float32")
    y = L.BatchNormalization()(x, training=True)
    for feature in range(features):
        close(y[..., feature].ravel(), by_hand(x[..., feature].ravel()))


@given(st.integers(1, 3), st.integers(1, 3), st.integers(1, 5))
def test_layers_are_normalized_sample_by_sample(n, steps, features):
    x = RNG.normal(size=(n, steps, features)).astype("float32")
    for y, axes in ((L.LayerNormalization()(x), -1), (L.LayerNormalization([1, 2])(x), (1, 2))):
        for place in np.ndindex(x.shape[:2] if axes == -1 else x.shape[:1]):
            close(y[place].ravel(), by_hand(x[place].ravel()))


@pytest.mark.parametrize("groups", [1, 2, 4, -1])
def test_groups_are_normalized_one_by_one(groups):
    y = L.GroupNormalization(groups)(STEPS)
    size = 1 if groups == -1 else 4 // groups
    for sample in range(2):
        for start in range(0, 4, size):
            block = np.s_[sample, :, start : start + size]
            close(y[block].ravel(), by_hand(STEPS[block].ravel()))


def test_one_group_is_layer_normalization_of_everything():
    close(L.GroupNormalization(1)(STEPS), L.LayerNormalization([1, 2])(STEPS))


def test_the_axis_of_channels_may_be_any():
    first = np.moveaxis(STEPS, -1, 1)
    for last, moved in (
        (L.BatchNormalization(), L.BatchNormalization(1)),
        (L.GroupNormalization(2), L.GroupNormalization(2, axis=-2)),
        (L.LayerNormalization(), L.LayerNormalization(1)),
        (L.RMSNormalization(), L.RMSNormalization(1)),
        (L.UnitNormalization(), L.UnitNormalization(1)),
    ):
        close(moved(first, training=True), np.moveaxis(last(STEPS, training=True), -1, 1))


def test_the_root_mean_square_becomes_one():
    y = L.RMSNormalization()(STEPS)
    close(np.mean(y * y, -1), np.ones((2, 3)))


def test_unit_normalization_gives_vectors_of_length_one():
    y = L.UnitNormalization(axis=[1, 2])(STEPS)
    close(np.sum(y * y, (1, 2)), [1, 1])
    np.testing.assert_array_equal(L.UnitNormalization()(np.zeros((2, 3))), np.zeros((2, 3)))


@pytest.mark.parametrize("layer", [L.BatchNormalization, L.LayerNormalization, L.RMSNormalization, L.UnitNormalization])
def test_integers_become_floats(layer):
    assert layer()(np.ones((2, 3), "int64")).dtype == "float32"


@pytest.mark.parametrize(
    "layer", [L.LayerNormalization, L.RMSNormalization, lambda **kw: L.GroupNormalization(1, **kw)]
)
def test_half_precision_does_not_overflow_inside(layer):
    y = layer(dtype="float16")(np.array([[1e4, 3e4, 5e4, 2e4]], "float32"))
    assert y.dtype == "float16"
    assert np.all(np.isfinite(y))


def test_many_numbers_far_from_zero_keep_their_variance():
    x = (1e4 + RNG.normal(size=(10_000, 2))).astype("float32")
    layer = L.BatchNormalization(momentum=0.0, epsilon=0.0)
    y = layer(x, training=True)
    np.testing.assert_allclose(np.std(y, 0), [1, 1], rtol=1e-3)
    np.testing.assert_allclose(np.mean(y, 0), [0, 0], atol=1e-2)
    np.testing.assert_allclose(layer.moving_variance, np.var(x.astype("float64"), 0), rtol=1e-3)


# --- moving averages --------------------------------------------------------------------------------------------------


def test_moving_averages_follow_the_batches():
    layer = L.BatchNormalization(momentum=0.9)
    mean, variance = np.zeros(4), np.ones(4)
    for batch in (X[:4], X[4:], X):
        layer(batch, training=True)
        mean = 0.9 * mean + 0.1 * batch.mean(0)
        variance = 0.9 * variance + 0.1 * batch.var(0)  # divided by n, not by n - 1
        close(layer.moving_mean, mean)
        close(layer.moving_variance, variance)
    before = layer.get_weights()
    close(layer(X), (X - mean) / np.sqrt(variance + 1e-3))
    np.testing.assert_equal(layer.get_weights(), before)


def test_a_frozen_layer_uses_its_averages_and_keeps_them():
    layer = L.BatchNormalization()
    layer(X, training=True)
    layer.trainable = False
    before = layer.get_weights()
    np.testing.assert_array_equal(layer(X, training=True), layer(X))
    np.testing.assert_equal(layer.get_weights(), before)
    layer.trainable = True
    assert np.any(layer(X, training=True) != layer(X))


def test_averages_move_while_a_tape_records_and_are_no_part_of_the_gradient():
    layer = L.BatchNormalization(momentum=0.0)
    with Tape() as tape:
        x = tape.watch(X)
        loss = np.sum(layer(x, training=True) ** 3) + np.sum(layer.moving_mean)
    close(layer.moving_mean, X.mean(0))
    close(np.sum(tape.gradient(loss, x), axis=0), np.zeros(4))


def test_fit_moves_the_averages_and_predict_uses_them():
    model = Sequential([Input((4,)), L.BatchNormalization(momentum=0.0), L.Dense(1)])
    model.compile("sgd", "mse")
    model.fit(X, np.zeros((8, 1)), batch_size=8, epochs=1, verbose=0)
    layer = model.layers[0]
    close(layer.moving_mean, X.mean(0))
    close(layer.moving_variance, X.var(0))
    whole = model.predict(X, verbose=0)
    np.testing.assert_allclose(
        np.concatenate([model.predict(x[None], verbose=0) for x in X]), whole, rtol=1e-5, atol=1e-6
    )


def test_the_order_of_the_weights_is_that_of_keras():
    layer = L.BatchNormalization()
    layer(X)
    names = ["gamma", "beta", "moving_mean", "moving_variance"]
    assert [w.name for w in layer.weights] == names
    assert [w.name for w in layer.trainable_weights] == names[:2]
    layer.trainable = False
    assert [w.name for w in layer.weights] == names


def test_a_batch_of_nothing_moves_nothing():
    layer = L.BatchNormalization()
    layer(X)
    before = layer.get_weights()
    assert layer(X[:0], training=True).shape == (0, 4)
    np.testing.assert_equal(layer.get_weights(), before)


def test_renormalization_starts_from_the_initial_averages():
    layer = L.BatchNormalization(renorm=True, moving_variance_initializer="ones", moving_mean_initializer="ones")
    close(layer(X, training=True), X - 1)
    close(layer.moving_stddev, 0.99 + 0.01 * np.sqrt(X.var(0) + 1e-3))
    close(layer.moving_variance, layer.moving_stddev.value**2 - 1e-3)


def test_renormalization_has_five_averages():
    layer = L.BatchNormalization(renorm=True)
    layer(X)
    names = ["moving_mean", "moving_variance", "moving_stddev", "renorm_mean", "renorm_stddev"]
    assert [w.name for w in layer.non_trainable_weights] == names
    again = L.BatchNormalization.from_config(layer.get_config())
    again(X)
    again.set_weights(layer.get_weights())
    np.testing.assert_array_equal(again(X), layer(X))


def test_renormalization_within_no_limits_is_batch_normalization():
    limits = {"rmin": 1.0, "rmax": 1.0, "dmax": 0.0}
    layer = L.BatchNormalization(renorm=True, renorm_clipping=limits)
    close(layer(X, training=True), L.BatchNormalization()(X, training=True))


# --- masks ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("mask", [MASK, MASK.astype("float32")])
def test_masked_steps_are_left_out_of_the_averages(mask):
    layer = L.BatchNormalization(momentum=0.0)
    padded = np.where(MASK[..., None], STEPS, np.nan)  # not even a NaN gets through
    y = layer(padded, training=True, mask=mask)
    counted = STEPS[MASK]
    close(layer.moving_mean, counted.mean(0))
    close(layer.moving_variance, counted.var(0))
    close(y[MASK], (counted - counted.mean(0)) / np.sqrt(counted.var(0) + 1e-3))


@pytest.mark.parametrize("features", [1, 4])
def test_a_mask_may_have_an_axis_of_one(features):
    layer = L.BatchNormalization(momentum=0.0)
    y = layer(np.ones((1, 2, 3, features)), training=True, mask=np.ones((1, 2, 1)))
    close(y, np.zeros((1, 2, 3, features)))
    close(layer.moving_mean, np.ones(features))


def test_where_nothing_counts_the_averages_are_zero():
    layer = L.BatchNormalization(momentum=0.5, center=False, scale=False)
    np.testing.assert_array_equal(layer(np.zeros((4, 5)), mask=np.zeros(4), training=True), np.zeros((4, 5)))
    np.testing.assert_array_equal(layer.moving_variance, np.full(5, 0.5))


def test_masking_reaches_batch_normalization_in_a_model():
    x = np.array([[[1, 5], [2, 5], [0, 0], [0, 0]]] * 10, "float32")
    inputs = Input((None, 2))
    layer = L.BatchNormalization(momentum=0.0)
    model = Model(inputs, layer(L.Masking()(inputs)))
    model.compile("rmsprop", "mse")
    model.fit(x, x, epochs=2, verbose=0)
    close(layer.moving_mean, [1.5, 5])
    close(layer.moving_variance, [0.25, 0])
    np.testing.assert_array_equal(get_mask(model(x))[0], [True, True, False, False])


def test_a_mask_of_another_rank_is_refused():
    with pytest.raises(ValueError, match="The mask provided should be one dimension less than the inputs"):
        L.BatchNormalization()(X, mask=np.ones((8, 4), bool))


# --- axes and other arguments -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("layer", [L.LayerNormalization, L.RMSNormalization])
def test_axes_become_a_sorted_list_when_the_weights_are_made(layer):
    unbuilt, built = layer(axis=(2, 1)), layer(axis=(2, 1))
    y = built(STEPS)
    assert unbuilt.get_config()["axis"] == [2, 1]
    assert built.get_config()["axis"] == [1, 2]
    assert built.weights[0].shape == (3, 4)
    np.testing.assert_array_equal(layer(axis=[1, 2])(STEPS), y)


@pytest.mark.parametrize(
    "layer",
    [
        L.BatchNormalization(axis=3),
        L.LayerNormalization(axis=[1, 3]),
        L.GroupNormalization(axis=3),
        L.RMSNormalization(axis=3),
        L.UnitNormalization(axis=3),
    ],
    ids=lambda layer: layer.name,
)
def test_an_axis_that_is_not_there(layer):
    for attempt in (layer, lambda x: layer.compute_output_shape(x.shape)):
        with pytest.raises(ValueError, match=r"Axis 3 is out of bounds for input shape \(2, 3, 4\)"):
            attempt(STEPS)


@pytest.mark.parametrize(
    ("layer", "axis", "message"),
    [
        (
            L.LayerNormalization,
            "a",
            "Expected an int or a list/tuple of ints for the argument 'axis', but received: 'a'",
        ),
        (L.LayerNormalization, [1, 2.0], "Expected an int or a list/tuple of ints"),
        (L.UnitNormalization, {"axis": -1}, r"Invalid value for `axis` argument: expected an int .*axis={'axis': -1}"),
        (L.RMSNormalization, 1.0, "Invalid value for `axis` argument"),
        (L.BatchNormalization, [1, 2], "must be one integer.*LayerNormalization takes several"),
        (L.GroupNormalization, (1,), "`axis` of GroupNormalization must be one integer"),
    ],
)
def test_an_axis_that_is_none(layer, axis, message):
    with pytest.raises(TypeError, match=message):
        layer(axis=axis)


@pytest.mark.parametrize(
    ("groups", "message"),
    [
        (3, r"Number of groups \(3\) must be a multiple of the number of channels \(4\)"),
        (32, r"Number of groups \(32\) cannot be more than the number of channels \(4\)"),
    ],
)
def test_groups_must_divide_the_channels(groups, message):
    with pytest.raises(ValueError, match=message):
        L.GroupNormalization(groups)(STEPS)


@pytest.mark.parametrize("groups", [0, -2, 1.5, None])
def test_groups_that_are_none(groups):
    with pytest.raises(ValueError, match="invalid value for argument `groups`, expected a positive integer"):
        L.GroupNormalization(groups)


@pytest.mark.parametrize(
    ("layer", "message"),
    [
        (L.BatchNormalization, "fully-defined"),
        (L.LayerNormalization, "fully-defined"),
        (L.GroupNormalization, "Axis -1 of input tensor should have a defined dimension"),
    ],
)
def test_features_of_unknown_number(layer, message):
    with pytest.raises(ValueError, match=message):
        layer()(Input((None,)))


@pytest.mark.parametrize(
    ("argument", "message"),
    [
        ({"synchronized": True}, "Argument synchronized=True is only supported with the TensorFlow backend"),
        ({"renorm": True, "renorm_clipping": {"max": 1}}, "Received invalid keys for `renorm_clipping` argument"),
        ({"renorm": True, "renorm_clipping": {"rmax": 0.0, "rmin": 1.0}}, "rmax should be greater than rmin"),
        ({"renorm": True, "renorm_clipping": {"dmax": -1.0}}, "dmax should be non-negative"),
        ({"fused": True}, "Unrecognized keyword arguments passed to BatchNormalization: {'fused': True}"),
    ],
)
def test_what_batch_normalization_does_not_do(argument, message):
    with pytest.raises(ValueError, match=message):
        L.BatchNormalization(**argument)


def test_another_number_of_features_than_at_first():
    layer = L.BatchNormalization(name="norm")
    layer(X)
    with pytest.raises(ValueError, match="Input 0 with name 'None' of layer 'norm' is incompatible with the layer"):
        layer(X[:, :3])


def test_the_old_rms_scaling_warns():
    with pytest.warns(UserWarning, match="You passed `rms_scaling=True`, which is deprecated"):
        layer = L.LayerNormalization(rms_scaling=True)
    close(layer(X), X / np.sqrt(X.var(-1, keepdims=True) + 1e-3))
    assert [w.name for w in layer.weights] == ["gamma"]
