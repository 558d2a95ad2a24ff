"""Configurations: what the constructor was given, without a word from whoever writes the layer."""

import numpy as np
import pytest

from layerlab.layers import Dense, Layer


class Automatic(Layer):
    """A layer of a user's, without a get_config."""

    def __init__(self, units, activation="relu", **kwargs):
        super().__init__(**kwargs)
        self.units = units


class Strict(Layer):
    def __init__(self, units):
        super().__init__()
        self.units = units


class TestConfiguration:
    def test_of_a_layer_that_states_none(self):
        config = Automatic(3, activation="tanh", name="mine").get_config()
        assert {key: config[key] for key in ("units", "activation", "name")} == {
            "units": 3,
            "activation": "tanh",
            "name": "mine",
        }
        assert Automatic.from_config(config).units == 3

    def test_of_a_constructor_without_kwargs(self):
        assert Strict.from_config(Strict(3).get_config()).units == 3

    @pytest.mark.parametrize("value", [object(), np.ones(2), lambda x: x, Dense(2)])
    def test_objects_cannot_be_described_by_themselves(self, value):
        with pytest.raises(NotImplementedError, match=r"Automatic needs a `get_config\(\)`.*units"):
            Automatic(value).get_config()

    def test_star_arguments_cannot_either(self):
        class Starred(Layer):
            def __init__(self, *sizes):
                super().__init__()

        with pytest.raises(NotImplementedError, match=r"takes `\*args`"):
            Starred(1, 2).get_config()
        assert Starred().get_config() == {}

    def test_a_configuration_that_does_not_fit(self):
        with pytest.raises(TypeError, match="Error when deserializing class 'Dense'"):
            Dense.from_config({"units": 2, "unit": 3})
        with pytest.raises(TypeError, match="missing 1 required positional argument: 'units'"):
            Dense.from_config({})

    def test_the_base_entries(self):
        config = Dense(2, dtype="float64", trainable=False, activity_regularizer="l1", name="d").get_config()
        assert (config["name"], config["trainable"]) == ("d", False)
        assert config["dtype"]["config"] == {"name": "float64"}
        assert config["activity_regularizer"]["class_name"] == "L1"
        again = Dense.from_config(config)
        assert (again.dtype, again.trainable, again.get_config()) == ("float64", False, config)
