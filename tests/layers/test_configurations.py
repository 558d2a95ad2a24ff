"""`layers.serialize` and `layers.deserialize`."""

import re

import pytest

from layerlab import layers
from layerlab.layers import GRU, BatchNormalization, Conv1D, Conv2D, Dense, DepthwiseConv1D, Layer, SimpleRNN


class Mine(Layer):
    def __init__(self, size, **kwargs):
        super().__init__(**kwargs)
        self.size = size

    def get_config(self):
        return super().get_config() | {"size": self.size}


def test_a_built_layer_comes_back_built():
    layer = Dense(2, name="d")
    layer.build((None, 3))
    config = layers.serialize(layer)
    assert (config["module"], config["class_name"], config["registered_name"]) == ("keras.layers", "Dense", None)
    assert config["build_config"] == {"input_shape": (None, 3)}
    again = layers.deserialize(config)
    assert [w.shape for w in again.weights] == [(3, 2), (2,)]


def test_a_short_configuration():
    assert layers.deserialize({"class_name": "Dense", "config": {"units": 3}}).units == 3


def test_a_layer_of_ones_own():
    config = layers.serialize(Mine(3))
    assert layers.deserialize(config, custom_objects={"Mine": Mine}).size == 3
    with pytest.raises(TypeError, match="Could not locate class 'Mine'"):
        layers.deserialize(config)


@pytest.mark.parametrize("config", ["dense", "Dense", None, 3, {"units": 3}])
def test_what_is_no_layer(config):
    with pytest.raises(ValueError, match=r"was passed a `config` object that is not a `keras.layers.Layer`"):
        layers.deserialize(config)


def test_arguments_that_a_layer_does_not_have():
    with pytest.raises(TypeError, match="Did you mean 'units'"):
        layers.deserialize({"class_name": "Dense", "config": {"units": 3, "unit": 3}})


@pytest.mark.parametrize(
    ("layer", "expected"),
    [
        (BatchNormalization(), ["scale", "beta_initializer", "gamma_initializer", "moving_mean_initializer"]),
        (GRU(2), ["bias_regularizer", "activity_regularizer", "kernel_constraint"]),
        (SimpleRNN(2), ["bias_regularizer", "activity_regularizer", "kernel_constraint"]),
    ],
)
def test_names_come_in_the_order_of_keras(layer, expected):
    names = list(layer.get_config())
    start = names.index(expected[0])
    assert names[start : start + len(expected)] == expected


@pytest.mark.parametrize(
    ("make", "expected"),
    [
        (Conv2D, "Conv2D.__init__() missing 2 required positional arguments: 'filters' and 'kernel_size'"),
        (lambda: Conv1D(3), "Conv1D.__init__() missing 1 required positional argument: 'kernel_size'"),
        (lambda: DepthwiseConv1D(name="d"), "DepthwiseConv1D.__init__() missing 1 required positional argument: 'k"),
        (Dense, "Dense.__init__() missing 1 required positional argument: 'units'"),
    ],
)
def test_arguments_left_out_are_named_with_the_class(make, expected):
    with pytest.raises(TypeError, match=f"^{re.escape(expected)}"):
        make()
