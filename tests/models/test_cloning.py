"""Copies of models, and models as text: the same architecture, other weights."""

import json

import numpy as np
import pytest

from layerlab import Model, Sequential, saving
from layerlab.layers import Dense, Dropout, Input, Lambda, Layer, PReLU
from layerlab.models import clone_model, model_from_json


def chain(**arguments):
    inner = Sequential([Dense(3, name="deep")], name="inner")
    return Sequential([Input((4,), name="in"), Dense(5, "relu", name="a"), inner, Dense(2, name="b")], **arguments)


def graph():
    a, b, twice = Input((4,), name="a"), Input((4,), name="b"), Dense(3, name="twice")
    return Model([a, b], Dense(2, name="end")(PReLU(name="p")(twice(a)) + twice(b)), name="graph")


def x(n=3):
    return np.random.default_rng(n).normal(size=(n, 4)).astype("float32")


# --- clones ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("make", [chain, graph])
def test_a_clone_has_new_layers_and_weights_of_the_same_kind(make):
    model = make()
    clone = clone_model(model)
    assert type(clone) is type(model)
    assert clone.get_config() == model.get_config()
    assert not {id(layer) for layer in clone.layers} & {id(layer) for layer in model.layers}
    assert not any(
        np.array_equal(a, b) for a, b in zip(clone.get_weights(), model.get_weights(), strict=True) if a.any()
    )
    clone.set_weights(model.get_weights())
    data = x() if make is chain else [x(), x() + 1]
    assert np.array_equal(clone(data), model(data))


def test_a_chain_without_shapes_is_cloned_without_shapes():
    assert not clone_model(Sequential([Dense(2), Dense(3)])).built
    model = Sequential([Dense(2), Dense(3)])
    model.build((None, 4))
    assert clone_model(model).input_shape == (None, 4)


def test_a_compiled_model_gives_a_compiled_clone():
    model = chain()
    model.compile("adam", "mse", metrics=["mae"])
    clone = clone_model(model)
    assert clone.optimizer is not model.optimizer
    assert clone.get_compile_config() == model.get_compile_config()
    clone.fit(x(), np.ones((3, 2)), verbose=0)
    assert not chain().compiled


def test_a_clone_function_may_change_every_layer():
    def seeded(layer):
        config = layer.get_config()
        if "units" in config:
            config["kernel_initializer"] = "ones"
        return type(layer).from_config(config)

    assert all(np.all(w == 1) for w in clone_model(chain(), clone_function=seeded).layers[0].get_weights()[:1])
    assert np.all(clone_model(graph(), clone_function=seeded).get_layer("twice").kernel.numpy() == 1)


def test_models_inside_are_cloned_layer_by_layer_when_asked():
    seen = []

    def noted(layer):
        seen.append(layer.name)
        return type(layer).from_config(layer.get_config())

    clone_model(chain(), clone_function=noted)
    assert seen == ["a", "inner", "b"]
    seen.clear()
    clone_model(chain(), clone_function=noted, recursive=True)
    assert seen == ["a", "deep", "b"]


def test_a_layer_that_is_used_twice_is_cloned_once():
    twice = Dense(4)
    clone = clone_model(Sequential([Input((4,)), twice, twice]))
    assert clone.layers[0] is clone.layers[1] is not twice
    assert len(clone_model(graph()).get_layer("twice").weights) == 2
    assert len(clone_model(graph()).weights) == 5


def test_a_clone_can_stand_on_another_input():
    other = Input((4,), name="other")
    clone = clone_model(chain(), input_tensors=[other])
    assert clone.input_shape == (None, 4)
    whole = Model(other, clone_model(graph(), input_tensors=[other, other]).output)
    assert whole(x()).shape == (3, 2)


def test_a_call_function_may_put_layers_in_between():
    def with_dropout(layer, *args, **kwargs):
        output = layer(*args, **kwargs)
        return Dropout(0.5)(output) if isinstance(layer, Dense) else output

    clone = clone_model(graph(), clone_function=lambda layer: layer, call_function=with_dropout)
    assert sum(isinstance(layer, Dropout) for layer in clone.layers) == 3


class Own(Model):
    def __init__(self, units=3, **kwargs):
        super().__init__(**kwargs)
        self.units, self.dense = units, Dense(units)

    def call(self, inputs):
        return self.dense(inputs)

    def get_config(self):
        return {"units": self.units, "name": self.name}


def test_a_class_of_ones_own_is_cloned_by_its_configuration():
    model = Own(7)
    model(x())
    clone = clone_model(model)
    assert isinstance(clone, Own)
    assert clone.dense.kernel.shape == (4, 7)


@pytest.mark.parametrize(
    ("make", "arguments", "message"),
    [
        (chain, {"call_function": print}, "`call_function` argument is not supported with Sequential models"),
        (
            chain,
            {"clone_function": 3},
            "Expected `clone_function` argument to be a callable. Received: clone_function=3",
        ),
        (chain, {"input_tensors": [1, 2]}, "Argument `input_tensors` must contain a single tensor"),
        (chain, {"input_tensors": x()}, "Argument `input_tensors` must be a KerasTensor"),
        (chain, {"copies": {}}, r"Unexpected keyword argument\(s\): \('copies',\)"),
        (graph, {"input_tensors": [x(), x()]}, "All entries in `input_tensors` must be KerasTensors"),
        (Own, {"clone_function": print}, "Arguments `clone_function` and `input_tensors` are only supported for"),
        (Own, {"call_function": print}, "Argument `call_function` is only supported for Functional models"),
    ],
)
def test_arguments_that_do_not_go_together(make, arguments, message):
    with pytest.raises(ValueError, match=message):
        clone_model(make(), **arguments)


# --- text -----------------------------------------------------------------------------------------------------------


def test_text_describes_the_architecture_and_how_it_was_compiled():
    model = chain(name="outer")
    model.compile("adam", "mse")
    again = model_from_json(model.to_json())
    assert again.to_json() == model.to_json()
    assert again.compiled
    assert again.count_params() == model.count_params()


def test_text_of_a_graph():
    source = Input((4,), name="source")
    twice = Dense(4, name="twice")
    model = Model(source, Dense(2, name="end")(twice(twice(source))))
    assert model_from_json(model.to_json()).get_config() == model.get_config()


def test_arguments_of_json_dumps():
    assert chain().to_json(indent=2, sort_keys=True).startswith('{\n  "build_config"')


def test_custom_objects_and_lambdas():
    class Doubled(Layer):
        def call(self, inputs):
            return inputs * 2

    text = Sequential([Input((4,)), Doubled()]).to_json()
    assert model_from_json(text, custom_objects={"Doubled": Doubled}).layers[0](np.ones(2)).tolist() == [2, 2]
    with pytest.raises(TypeError, match="Could not locate class 'Doubled'"):
        model_from_json(text)
    risky = Sequential([Input((4,)), Lambda(lambda x: x + 1)]).to_json()
    with pytest.raises(ValueError, match="Requested the deserialization of a `Lambda` layer"):
        model_from_json(risky)
    with saving.custom_object_scope({}), pytest.raises(json.JSONDecodeError):
        model_from_json(text[:-1])


def test_input_tensors_have_the_structure_of_the_inputs():
    a, b = Input((3,), name="a"), Input((3,), name="b")
    model = Model({"a": a, "b": b}, a + b)
    assert set(clone_model(model, input_tensors={"a": a, "b": b}).input) == {"a", "b"}
    with pytest.raises(ValueError, match="`input_tensors` must have the same structure"):
        clone_model(model, input_tensors=(a, b))
