"""All variables as nested dictionaries, the state of a call from outside, and what a NumPy model does not do."""

import numpy as np
import pytest

from layerlab import Input, Model, Sequential
from layerlab.layers import BatchNormalization, Dense, Dropout, Layer


@pytest.fixture
def model():
    model = Sequential([Input((3,)), Dense(2, name="out")], name="chain")
    model.compile("adam", "mse", metrics=["mae"])
    model.fit(np.ones((4, 3)), np.ones((4, 2)), verbose=0)
    return model


def test_the_tree_follows_the_paths(model):
    tree = model.get_state_tree()
    assert list(tree) == ["trainable_variables", "non_trainable_variables", "optimizer_variables", "metrics_variables"]
    np.testing.assert_array_equal(tree["trainable_variables"]["chain"]["out"]["kernel"], model.get_weights()[0])
    assert tree["non_trainable_variables"] == {}
    assert tree["optimizer_variables"]["adam"]["iteration"] == 1
    assert tree["metrics_variables"]["loss"]["count"] == 4
    assert tree["metrics_variables"]["mean_absolute_error"]["count"] == 4


def test_the_tree_is_a_copy_that_can_be_put_back(model):
    before = model.get_state_tree(value_format="numpy_array")
    model.fit(np.ones((4, 3)), np.ones((4, 2)), verbose=0)
    model.set_state_tree(before)
    np.testing.assert_array_equal(model.get_weights()[0], before["trainable_variables"]["chain"]["out"]["kernel"])
    assert model.optimizer.iterations == 1
    model.set_state_tree({"optimizer_variables": {"adam": {"learning_rate": 0.5}}})
    assert float(model.optimizer.learning_rate) == 0.5


def test_what_is_wrong_with_a_tree_is_said(model):
    with pytest.raises(ValueError, match="Invalid `value_format` argument"):
        model.get_state_tree("torch")
    with pytest.raises(ValueError, match="Unknown variable name: weights"):
        model.set_state_tree({"weights": {}})
    with pytest.raises(ValueError, match="must match"):
        model.set_state_tree({"trainable_variables": {"chain": {"out": {"bias": np.ones(3)}}}})

    class Twice(Model):
        def __init__(self):
            super().__init__()
            self.a, self.b = Dense(2, name="same"), Dense(2, name="same")

        def call(self, x):
            return self.a(x) + self.b(x)

    twice = Twice()
    twice(np.ones((1, 3)))
    with pytest.raises(ValueError, match=r"The following variable path is found twice in the model: .*same/kernel"):
        twice.get_state_tree()


def test_export_says_where_to_go(model):
    with pytest.raises(NotImplementedError, match=r"`export_saved_model` only .*keras\.models\.load_model"):
        model.export("folder")
    with pytest.raises(ValueError, match="Unrecognized format=zip"):
        model.export("folder", format="zip")


class TestStatelessCall:
    """The layer computes with the values that it is given, and nothing in it changes."""

    X = np.array([[1.0, 2.0], [3.0, 6.0]], dtype="float32")

    @pytest.fixture
    def layer(self):
        layer = Sequential([Dense(2, kernel_regularizer="l2"), BatchNormalization(), Dropout(0.5, seed=1)])
        layer(self.X)
        return layer

    def test_the_state_comes_out_and_the_layer_keeps_its_own(self, layer):
        before = [variable.numpy() for variable in layer.variables]
        outputs, state, losses = layer.stateless_call(
            layer.trainable_variables, layer.non_trainable_variables, self.X, training=True, return_losses=True
        )
        for variable, value in zip(layer.variables, before, strict=True):
            np.testing.assert_array_equal(variable, value)
        expected = layer(self.X, training=True)
        np.testing.assert_array_equal(outputs, expected)
        np.testing.assert_array_equal(losses, layer.losses)
        for variable, value in zip(layer.non_trainable_variables, state, strict=True):
            np.testing.assert_array_equal(variable, value)

    def test_it_computes_with_the_values_given(self, layer):
        zeros = [np.zeros(variable.shape) for variable in layer.trainable_variables]
        outputs, _ = layer.stateless_call(zeros, layer.non_trainable_variables, self.X)
        assert not outputs.any()
        assert outputs.dtype == "float32"

    def test_wrong_values_are_named(self, layer):
        with pytest.raises(ValueError, match="must be built"):
            Dense(2).stateless_call([], [], self.X)
        with pytest.raises(ValueError, match=r"`trainable_variables` must be a list .* length 0, but expected 4"):
            layer.stateless_call([], layer.non_trainable_variables, self.X)
        short = [np.ones(2) for _ in layer.trainable_variables]
        with pytest.raises(ValueError, match=r"shape \(2,\) for the variable '.*kernel' of shape \(2, 2\)"):
            layer.stateless_call(short, layer.non_trainable_variables, self.X)


def test_older_names_of_a_layer():
    class Old(Layer):
        def build(self, input_shape):
            self.scale = self.add_variable(shape=(), initializer="ones")

        def call(self, inputs):
            return inputs * self.scale

    layer = Old()
    layer.build((None, 2))
    assert layer.weights == [layer.scale]
    assert layer.metrics_variables == []
