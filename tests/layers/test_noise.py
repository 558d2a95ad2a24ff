"""The noise layers: rates, shapes of the mask, seeds, statistics. Keras's numbers are in tests/test_golden.py."""

import numpy as np
import pytest

from layerlab import config, layers
from layerlab.layers import (
    AlphaDropout,
    Dropout,
    GaussianDropout,
    GaussianNoise,
    SpatialDropout1D,
    SpatialDropout2D,
    SpatialDropout3D,
)
from layerlab.random import set_random_seed

ONES = np.ones((200, 500), "float32")
ALL = [Dropout, SpatialDropout1D, SpatialDropout2D, SpatialDropout3D, GaussianDropout, GaussianNoise, AlphaDropout]


@pytest.mark.parametrize("cls", ALL)
@pytest.mark.parametrize("amount", [-0.1, 1.5, "half", None, np.nan])
def test_the_amount_lies_between_0_and_1(cls, amount):
    name = "stddev" if cls is GaussianNoise else "rate"
    message = f"Invalid value received for argument `{name}`. Expected a float value between 0 and 1. Received: {name}="
    with pytest.raises(ValueError, match=message):
        cls(amount)


@pytest.mark.parametrize("cls", ALL)
def test_seeds_are_integers(cls):
    with pytest.raises(ValueError, match="Argument `seed` must be an integer"):
        cls(0.5, seed=1.0)


@pytest.mark.parametrize("cls", ALL)
def test_the_state_of_the_stream_is_a_variable_but_no_weight(cls):
    layer = cls(0.5, seed=3)
    assert layer.weights == layer.non_trainable_weights == layer.trainable_variables == []
    assert [v.numpy().tolist() for v in layer.variables] == [[3, 0]]
    assert layer.non_trainable_variables == layer.variables
    assert layer.count_params() == 0
    assert cls(0).variables == []


@pytest.mark.parametrize(("cls", "rank"), [(SpatialDropout1D, 3), (SpatialDropout2D, 4), (SpatialDropout3D, 5)])
class TestSpatialDropout:
    def test_demands_its_rank(self, cls, rank):
        with pytest.raises(ValueError, match=f"expected ndim={rank}, found ndim=2. Full shape received: \\(2, 3\\)"):
            cls(0.5)(np.ones((2, 3)))

    def test_drops_whole_channels(self, cls, rank):
        y = cls(0.5, seed=0)(np.ones((30, *[3] * (rank - 2), 4)), training=True)
        flat = y.reshape(30, -1, 4)
        assert np.all(flat == flat[:, :1])
        assert set(np.unique(y)) == {0, 2}

    def test_configuration_is_short(self, cls, rank):
        keys = set(cls(0.5).get_config())
        assert keys == {"rate", "seed", "name", "dtype"} | ({"data_format"} if rank > 3 else set())

    def test_other_arguments_are_refused(self, cls, rank):
        with pytest.raises(TypeError, match="trainable"):
            cls(0.5, trainable=False)


@pytest.mark.parametrize("cls", [SpatialDropout2D, SpatialDropout3D])
def test_data_format(cls):
    with pytest.raises(ValueError, match="The `data_format` argument must be one of"):
        cls(0.5, "channels_middle")
    config.set_image_data_format("channels_first")
    assert cls(0.5).data_format == "channels_first"


def test_dropout_keeps_the_mean():
    y = Dropout(0.3, seed=0)(ONES, training=True)
    assert set(np.unique(y)) == {0, np.float32(1 / 0.7)}
    assert abs(y.mean() - 1) < 0.01


def test_alpha_dropout_keeps_mean_and_variance():
    x = np.random.default_rng(0).normal(size=(200, 500))
    y = AlphaDropout(0.3, seed=0)(x, training=True)
    assert abs(y.mean()) < 0.02
    assert abs(y.std() - 1) < 0.02


@pytest.mark.parametrize(
    ("layer", "mean", "std"),
    [(GaussianNoise(0.5, seed=1), 1, 0.5), (GaussianDropout(0.2, seed=1), 1, 0.5)],
    ids=["GaussianNoise", "GaussianDropout"],
)
def test_gaussian_noise_has_the_stated_spread(layer, mean, std):
    y = layer(ONES, training=True)
    assert abs(y.mean() - mean) < 0.01
    assert abs(y.std() - std) < 0.01


@pytest.mark.parametrize(
    ("noise_shape", "message"),
    [
        (3, "Expected an iterable of integers (e.g., a tuple or list). Received: noise_shape=3"),
        ("ab", "Expected a tuple or list of integers. Received: noise_shape=ab"),
        ((1.5, 2), "Expected all elements to be integers or None. Received element at index 0: 1.5 (type: float)"),
        (
            (2, -1),
            "Expected all dimensions to be positive integers or None. Received negative or zero value at index 1",
        ),
        ((0, 2), "Received negative or zero value at index 0: 0"),
    ],
)
@pytest.mark.parametrize("cls", [Dropout, AlphaDropout])
def test_a_noise_shape_is_a_shape(cls, noise_shape, message):
    with pytest.raises(ValueError, match="Invalid value received for argument `noise_shape`") as caught:
        cls(0.5, noise_shape=noise_shape)
    assert message in str(caught.value)


@pytest.mark.parametrize("noise_shape", [(2, 2), (2, 3, 1), (None, None, 1)])
@pytest.mark.parametrize("cls", [Dropout, AlphaDropout])
def test_a_noise_shape_fits_the_inputs(cls, noise_shape):
    with pytest.raises(ValueError, match="`noise_shape` must be the shape of the inputs with some axes 1"):
        cls(0.5, noise_shape=noise_shape)(np.ones((2, 3)), training=True)


def test_axes_of_size_1_share_their_noise():
    y = Dropout(0.5, noise_shape=[None, 1, 4], seed=0)(np.ones((20, 3, 4)), training=True)
    assert np.all(y == y[:, :1])


@pytest.mark.parametrize("cls", [GaussianDropout, AlphaDropout])
def test_rate_1_is_infinite_noise(cls):
    layer = cls(1.0)
    assert layer(ONES) is ONES
    with pytest.raises(ZeroDivisionError, match="Use a rate below 1"):
        layer(ONES, training=True)


@pytest.mark.parametrize("cls", [Dropout, GaussianDropout, GaussianNoise, AlphaDropout])
def test_nothing_happens_at_inference_or_with_amount_0(cls):
    assert cls(0.5)(ONES) is ONES
    assert cls(0)(ONES, training=True) is ONES


def test_unseeded_layers_differ_and_follow_the_global_seed():
    set_random_seed(5)
    a, b = Dropout(0.5)(ONES, training=True), Dropout(0.5)(ONES, training=True)
    assert np.any(a != b)
    set_random_seed(5)
    np.testing.assert_array_equal(Dropout(0.5)(ONES, training=True), a)


def test_masks_scale_by_a_single_multiplication_on_the_tape():
    from layerlab.autodiff import Tape

    with Tape() as tape:
        Dropout(0.5, seed=0)(tape.watch(ONES), training=True)
    assert len(tape) == 1


@pytest.mark.parametrize("name", ["Dropout", "GaussianNoise"])
def test_integers_become_floats_only_when_noise_is_added(name):
    layer = getattr(layers, name)(0.5, seed=0)
    x = np.ones((2, 3), "int64")
    assert layer(x) is x
    assert layer(x, training=True).dtype == "float32"
