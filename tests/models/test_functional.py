"""Functional models: graphs with branches, shared layers and nested models, in Keras's order."""

import json
from collections import namedtuple

import numpy as np
import pytest

from layerlab import Input, Model, Sequential
from layerlab.layers import Dense, Dropout, Layer, Masking
from layerlab.masking import get_mask

RNG = np.random.default_rng(0)


def shared_layers():
    a = Input((3,), name="a")
    h, s = Dense(4, name="h")(a), Dense(4, name="s")
    y = s(Dense(4, name="p")(h))
    return Model(a, [Dense(2, name="w")(s(h)), Dense(2, name="z")(y), h])


def several_inputs():
    a, b = Input((3,), name="a"), Input((3,), name="b")
    e = Dense(3, name="e")
    return Model({"x": a, "y": b}, {"p": Dense(1, name="o2")(e(e(b))), "q": Dense(1, name="o1")(e(a))})


def nested():
    a, b = Input((3,), name="a"), Input((3,), name="b")
    inner = Model(a, Dense(2, name="d")(a), name="inner")
    o = Dense(1, name="o")(inner(b))
    return Model(b, [Sequential([Input((1,)), Dense(2, name="sd")], name="seq")(o), o])


# as real Keras 3.15.1 orders them
ORDERS = ((shared_layers, "a h p s w z"), (several_inputs, "b e a o2 o1"), (nested, "b inner o seq"))


@pytest.mark.parametrize(("make", "expected"), ORDERS)
def test_layers_stand_in_keras_order(make, expected):
    assert [layer.name for layer in make().layers] == expected.split()


@pytest.mark.parametrize("make", [make for make, _ in ORDERS])
def test_config_makes_the_same_model_again(make):
    model = make()
    config = json.loads(json.dumps(model.get_config()))
    again = type(model).from_config(config)
    assert json.loads(json.dumps(again.get_config())) == config
    again.set_weights(model.get_weights())
    x = RNG.normal(size=(4, 3))
    inputs = {"x": x, "y": x + 1} if isinstance(model.input, dict) else x
    outputs, same = model(inputs), again(inputs)
    for key in outputs if isinstance(outputs, dict) else range(len(outputs)):
        np.testing.assert_array_equal(outputs[key], same[key])


def test_numpy_functions_join_the_graph_and_train():
    a, b = Input((3,)), Input((2,))
    d = Dense(4)
    joined = np.concatenate([d(a), np.tanh(d(a * 2)) * 0.5, b], axis=-1)
    model = Model([a, b], [Dense(1, name="one")(joined), Dense(2, "softmax", name="two")(np.maximum(joined, 0))])
    x = [RNG.normal(size=(16, 3)), RNG.normal(size=(16, 2))]
    model.compile("adam", ["mse", "sparse_categorical_crossentropy"], loss_weights=[1, 0.5], metrics={"two": ["acc"]})
    history = model.fit(x, [np.ones(16), np.zeros(16, int)], epochs=3, verbose=0).history
    assert list(history) == ["loss", "one_loss", "two_acc", "two_loss"]
    np.testing.assert_allclose(
        np.add(history["one_loss"], np.multiply(0.5, history["two_loss"])), history["loss"], rtol=1e-5
    )
    assert history["loss"][-1] < history["loss"][0]


def test_inputs_by_name():
    a, b = Input((3,), name="left"), Input((3,), name="right")
    model = Model([a, b], a - b)
    x, y = np.ones((2, 3)), np.zeros((2, 3))
    np.testing.assert_array_equal(model({"right": y, "left": x}), x - y)
    with pytest.raises(ValueError, match="Missing data for input 'right'"):
        model({"left": x})


def test_masks_flow_through_the_graph():
    steps = Input((3, 1))
    model = Model(steps, Dense(2)(Masking()(steps)))
    np.testing.assert_array_equal(get_mask(model(np.array([[[1.0], [0.0], [2.0]]]))), [[True, False, True]])


def test_a_subclass_may_give_inputs_and_outputs():
    class Small(Model):
        def __init__(self):
            source = Input((4,))
            super().__init__(inputs=source, outputs=Dense(3)(source))

    model = Small()
    assert isinstance(model, Small)
    assert model(np.ones((2, 4))).shape == (2, 3)


@pytest.mark.parametrize(
    ("stated", "asked", "active"),
    [
        (None, True, True),
        (None, None, False),
        (None, False, False),
        (True, None, True),
        (False, None, False),
        (True, False, False),  # as in Keras, what the whole model is asked for overrules what the graph states
        (False, True, True),
    ],
)
def test_dropout_is_active_as_the_call_says_and_else_as_the_graph_does(stated, asked, active):
    a = Input((50,))
    model = Model(a, Dropout(0.5)(a, training=stated))
    for each in (model, Model.from_config(model.get_config())):
        assert np.any(each(np.ones((2, 50)), training=asked) == 0) == active


def test_a_subclass_with_a_graph_and_an_argument_of_its_own_is_made_again():
    class Scored(Model):
        def __init__(self, *args, score=1, **kwargs):
            super().__init__(*args, **kwargs)
            self.score = score

        def get_config(self):
            return {**super().get_config(), "score": self.score}

    a = Input((3,))
    again = Scored.from_config(Scored(inputs=a, outputs=Dense(2)(a), score=3).get_config())
    assert again.score == 3
    assert again(np.ones((1, 3))).shape == (1, 2)


@pytest.mark.parametrize("kind", [list, tuple, namedtuple("Pair", ["left", "right"])._make])
def test_outputs_keep_their_kind_of_sequence(kind):
    a = Input((3,))
    model = Model(a, kind([Dense(2)(a), Dense(1)(a)]))
    x = np.ones((1, 3))
    assert isinstance(Model.from_config(model.get_config())(x), list if kind is list else tuple)
    assert type(model(x)) is type(model.output)


def test_a_row_of_layers_that_begins_with_a_model_has_the_input_of_that_model():
    a = Input((3,))
    for first in (Model(a, Dense(2)(a)), Sequential([a, Dense(2)])):
        model = Sequential([first, Dense(4)])
        assert model.built
        assert (model.input_shape, model.output_shape) == ((None, 3), (None, 4))
    assert not Sequential([Sequential([Dense(2)]), Dense(4)]).built
    assert not Sequential([several_inputs(), Dense(4)]).built


def test_layers_of_your_own_are_found_by_name():
    class Twice(Layer):
        def call(self, inputs):
            return 2 * inputs

    a = Input((3,))
    again = Model.from_config(Model(a, Twice()(a)).get_config(), custom_objects={"Twice": Twice})
    np.testing.assert_array_equal(again(np.ones((1, 3))), [[2, 2, 2]])


@pytest.mark.parametrize("make", [shared_layers, Model, Sequential])
def test_layers_cannot_be_set(make):
    with pytest.raises(AttributeError, match=r"`Model\.layers` attribute is reserved"):
        make().layers = []


class TestRefusals:
    def test_an_input_that_was_forgotten(self):
        a, b = Input((3,), name="a"), Input((3,), name="b")
        with pytest.raises(ValueError, match="Output with path `` is not connected to `inputs`: it depends on 'b'"):
            Model(a, a + b)

    def test_arrays_instead_of_tensors(self):
        with pytest.raises(ValueError, match="All `inputs` values must be KerasTensors"):
            Model(np.ones((2, 3)), Dense(2)(Input((3,))))

    def test_two_layers_of_one_name(self):
        a = Input((3,))
        with pytest.raises(ValueError, match="The name 'same' is used 2 times"):
            Model(a, Dense(2, name="same")(Dense(2, name="same")(a)))

    def test_too_few_arrays(self):
        a, b = Input((3,)), Input((3,))
        with pytest.raises(ValueError, match=r"expects 2 input\(s\), but it received 1 input tensor"):
            Model([a, b], a + b)([np.ones((2, 3))])


def test_layers_leave_out_numpy_functions_and_operations_list_them():
    a, b = Input((3,), name="a"), Input((3,), name="b")
    model = Model([a, b], Dense(2, name="out")(a + b))
    assert [layer.name for layer in model.layers] == ["a", "b", "out"]
    assert [operation.name for operation in model.operations] == ["a", "b", "add", "out"]
    assert model.get_layer(index=2).name == "out"


def test_the_output_without_its_input_is_named_by_its_path():
    a, b = Input((2,), name="a"), Input((2,), name="b")
    expected = r"Output with path `y.1` is not connected to `inputs`: it depends on 'b'.* Add it to `inputs`"
    with pytest.raises(ValueError, match=expected):
        Model(a, {"x": a * 2, "y": [a * 3, a + b]})


def test_inputs_take_the_dtype_that_they_were_declared_with():
    a, b = Input((2,), dtype="float16"), Input((2,), dtype="int32")
    model = Model([a, b], [a + 2, b + 2])
    assert [y.dtype for y in model([np.ones((3, 2)), np.ones((3, 2))])] == ["float16", "int32"]
    assert Model(a, a * 1)(np.ones((3, 2), dtype="int64")).dtype == "float16"


def test_a_model_may_begin_in_the_middle_of_another():
    source = Input((3,))
    hidden = Dense(4, activation="relu", name="first")(source)
    output = Dense(2, name="second")(np.tanh(hidden))
    whole, end = Model(source, output), Model(hidden, output)
    assert [type(layer).__name__ for layer in end.layers] == ["InputLayer", "Dense"]
    assert end.layers[1] is whole.get_layer("second")
    x = np.ones((5, 3), dtype="float32")
    np.testing.assert_allclose(end(whole.get_layer("first")(x)), whole(x))
    twin = Model.from_config(end.get_config())
    assert (twin.output_shape, twin.count_params()) == ((None, 2), end.count_params())


def entry(name, *sources):
    config = {"batch_shape": [None, 3], "name": name} if not sources else {"units": 3, "name": name}
    calls = [[[source, 0, 0, {}] for source in sources]] if sources else []
    return {
        "module": "keras.layers",
        "class_name": "Dense" if sources else "InputLayer",
        "name": name,
        "config": config,
        "inbound_nodes": calls,
    }


def configuration(*layers, start=("x", 0, 0), end=("y", 0, 0)):
    return {"name": "m", "layers": list(layers), "input_layers": [list(start)], "output_layers": [list(end)]}


def test_a_configuration_in_the_older_form_is_read():
    model = Model.from_config(configuration(entry("x"), entry("h", "x"), entry("y", "h")))
    assert [layer.name for layer in model.layers] == ["x", "h", "y"]


@pytest.mark.parametrize(
    ("config", "expected"),
    [
        (configuration(entry("x"), entry("h", "y"), entry("y", "h")), r"loops or disconnected nodes.*\['h', 'y'\]"),
        (configuration(entry("x"), entry("y", "x1")), r"Missing node: x1, an input of 'y'"),
        (configuration(entry("x"), entry("y", "x"), end=("z", 0, 0)), r"Missing node: z"),
        (
            configuration(entry("x"), entry("y", "x"), end=("y", 1, 0)),
            r"'y' has no output 0 of a call 1: it has 1 call",
        ),
        (configuration(entry("x"), entry("y", "x"), start=("x", 0, 7)), r"'x' has no output 7 of a call 0"),
    ],
)
def test_a_configuration_that_describes_no_graph_says_what_is_missing(config, expected):
    with pytest.raises(ValueError, match=f"Invalid Functional model configuration. .*{expected}"):
        Model.from_config(config)
