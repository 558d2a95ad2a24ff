"""Lambda: what its function gets, the shape it gives, masks, and how it is saved."""

import json

import numpy as np
import pytest

from layerlab import Input, Sequential, layers
from layerlab.autodiff import gradient
from layerlab.layers import Dense, Lambda, Masking
from layerlab.masking import get_mask

X = np.ones((2, 3), "float32")
STEPS = np.array([[[1.0], [0.0]]], "float32")


def scale(x, factor=2):
    return x * factor


def by_mode(x, training=False):
    return x * (1 if training else -1)


def by_mask(x, mask=None):
    return x * (0 if mask is None else 5)


def drop_last(shape):
    return shape[:-1]


class TestCall:
    @pytest.mark.parametrize(
        ("layer", "call", "expected"),
        [
            (Lambda(lambda x: x**2 + 1), {}, 2),
            (Lambda(np.negative), {}, -1),
            (Lambda(scale), {}, 2),
            (Lambda(scale, arguments={"factor": 4}), {}, 4),
            (Lambda(by_mode), {}, -1),
            (Lambda(by_mode), {"training": True}, 1),
            (Lambda(by_mask), {}, 0),
            (Lambda(Dense(1, kernel_initializer="ones")), {}, 3),
        ],
    )
    def test_values(self, layer, call, expected):
        assert np.all(layer(X, **call) == expected)

    def test_several_inputs(self):
        assert np.all(Lambda(lambda xs: xs[0] + xs[1])([X, X]) == 2)

    def test_gradients(self):
        found = gradient(lambda x: np.sum(Lambda(np.square)(x)))(X)
        np.testing.assert_array_equal(found, 2 * X)

    def test_it_trains_in_a_model(self):
        model = Sequential([Input((3,)), Dense(2), Lambda(np.tanh)])
        model.compile("sgd", "mse")
        before = model.get_weights()[0]
        model.train_on_batch(X, np.ones((2, 2)))
        assert np.any(before != model.get_weights()[0])

    def test_the_type_is_kept(self):
        assert Lambda(lambda x: x * np.float64(2))(X).dtype == "float32"
        assert Lambda(lambda x: x / 2)(np.ones((2, 3), int)).dtype == "float32"

    @pytest.mark.parametrize("function", [3, "relu", None])
    def test_a_function_is_needed(self, function):
        with pytest.raises(TypeError, match="Lambda needs a function of arrays"):
            Lambda(function)

    def test_an_error_keeps_its_type(self):
        with pytest.raises(TypeError, match="takes 0 positional arguments") as caught:
            Lambda(lambda: 3)(X)
        assert "Exception encountered when calling Lambda.call()" in caught.value.__notes__[0]


class TestShapes:
    @pytest.mark.parametrize(
        ("layer", "shape"),
        [
            (Lambda(lambda x: x[:, :1]), (None, 1)),
            (Lambda(lambda x: x[:, :1], output_shape=(1,)), (None, 1)),
            (Lambda(lambda x: x[:, :1], output_shape=[1]), (None, 1)),
            (Lambda(lambda x: x[:, 0], output_shape=drop_last), (None,)),
            (Lambda(lambda x: np.sum(x)), ()),
        ],
    )
    def test_found_or_stated(self, layer, shape):
        assert layer.compute_output_shape((None, 3)) == shape
        assert layer(Input((3,))).shape == shape

    def test_of_several_outputs(self):
        layer = Lambda(lambda x: [x, x[:, 0]], output_shape=[(3,), ()])
        assert [tensor.shape for tensor in layer(Input((3,)))] == [(None, 3), (None,)]

    def test_of_several_inputs(self):
        layer = Lambda(lambda xs: xs[0] + xs[1], output_shape=(3,))
        assert layer([Input((3,)), Input((3,))]).shape == (None, 3)

    def test_integers_stay_integers_where_the_function_keeps_them(self):
        assert Lambda(lambda x: x + 1)(Input((3,), dtype="int32")).dtype == "int32"

    def test_that_cannot_be_found(self):
        layer = Lambda(lambda x: x @ x)
        for ask in (lambda: layer(Input((3,))), lambda: layer.compute_output_shape((None, 3))):
            with pytest.raises(NotImplementedError, match="We could not automatically infer the shape") as caught:
                ask()
            assert "matmul" in str(caught.value)

    @pytest.mark.parametrize("output_shape", [1, "a"])
    def test_a_shape_is_a_tuple(self, output_shape):
        with pytest.raises(TypeError, match="`output_shape` must be the shape of one output sample"):
            Lambda(scale, output_shape=output_shape)


class TestMasks:
    def test_end_here(self):
        with pytest.warns(UserWarning, match="does not support masking"):
            y = Lambda(by_mask)(Masking()(STEPS))
        assert np.all(y == 5 * STEPS)
        assert get_mask(y) is None

    @pytest.mark.parametrize("mask", [np.array([[False, True]]), lambda inputs, mask: np.array([[False, True]])])
    def test_or_are_replaced(self, mask):
        layer = Lambda(lambda x: x + 1, mask=mask)
        assert layer.supports_masking
        assert get_mask(layer(STEPS)).tolist() == [[False, True]]


def reread(layer, **options):
    config = json.loads(json.dumps(layer.get_config()))
    return Lambda.from_config(config, **options)


class TestConfiguration:
    def test_a_named_function_is_found_by_its_name(self):
        layer = Lambda(scale, output_shape=drop_last, mask=by_mask, arguments={"factor": 3}, name="mine")
        again = reread(layer, custom_objects={"scale": scale, "drop_last": drop_last, "by_mask": by_mask})
        assert (again.function, again.arguments, again.name) == (scale, {"factor": 3}, "mine")
        assert again.get_config() == layer.get_config()

    def test_an_unknown_name(self):
        with pytest.raises(TypeError, match="Could not locate function 'scale'"):
            reread(Lambda(scale))

    def test_layerlabs_own_functions_are_known(self):
        from layerlab import activations

        assert reread(Lambda(activations.relu)).function is activations.relu

    @pytest.mark.parametrize("function", [np.tanh, np.abs, np.square])
    def test_elementwise_functions_of_numpy_are_known(self, function):
        assert reread(Lambda(function)).function is function

    @pytest.mark.parametrize("function", [np.load, np.fromfile, np.save, np.tile])
    def test_those_that_read_or_write_or_grow_are_not(self, function):
        with pytest.raises(TypeError, match="Could not locate function"):
            reread(Lambda(function))
        config = Lambda(np.tanh).get_config()
        config["function"]["config"] = function.__name__
        with pytest.raises(TypeError, match="Could not locate function"):
            Lambda.from_config(config)

    def test_a_shape_comes_back_as_a_tuple(self):
        again = reread(Lambda(scale, output_shape=(3,)), custom_objects={"scale": scale})
        assert again.compute_output_shape((None, 3)) == (None, 3)

    def test_byte_code_is_refused(self):
        message = "Requested the deserialization of a `Lambda` layer whose `function` is a Python lambda"
        with pytest.raises(ValueError, match=message):
            reread(Lambda(lambda x: x * 3))
        with pytest.raises(ValueError, match="arbitrary code execution"):
            layers.deserialize(layers.serialize(Lambda(lambda x: x * 3)))

    def test_unless_it_is_trusted(self):
        again = reread(Lambda(lambda x, k=3: np.abs(x) * k), safe_mode=False)
        assert np.all(again(-X) == 3)

    def test_a_layer_as_function(self):
        again = reread(Lambda(layers.ReLU(max_value=2)))
        assert again.function.max_value == 2
