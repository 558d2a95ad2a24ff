"""Objects to dictionaries and back: the forms are Keras's, and a name in a file means what Keras would mean by it."""

import json
import re

import numpy as np
import pytest

from layerlab import activations, config, constraints, initializers, losses, metrics, optimizers, regularizers, saving
from layerlab.layers import Dense, Layer
from layerlab.random import SeedGenerator
from layerlab.saving import deserialize_keras_object as read
from layerlab.saving import serialize_keras_object as write
from layerlab.serialization import safe_mode_scope, serialize_shared, sharing_scope
from layerlab.serialization.bytecode import dump_function, load_function


@pytest.fixture(autouse=True)
def _own_registry(monkeypatch):
    monkeypatch.setattr("layerlab.registry._custom", {})
    monkeypatch.setattr("layerlab.registry._custom_names", {})


def function_config(name):
    return {"module": "builtins", "class_name": "function", "config": name, "registered_name": "function"}


def via_json(value):
    return read(json.loads(json.dumps(write(value))))


# --- forms ----------------------------------------------------------------------------------------------------------

FORMS = [  # (value, what Keras 3.15.1 makes of it, what comes back through JSON)
    (None, None, None),
    ("text", "text", "text"),
    (True, True, True),
    ((1, (2, None)), (1, (2, None)), [1, [2, None]]),
    ({"a": [1, 2.5]}, {"a": [1, 2.5]}, {"a": [1, 2.5]}),
    (np.float32(2), 2.0, 2.0),
    (np.array(3), 3, 3),
    (slice(1, None), {"class_name": "__slice__", "config": {"start": 1, "stop": None, "step": None}}, slice(1, None)),
    (b"x", {"class_name": "__bytes__", "config": {"value": "x"}}, b"x"),
    (..., {"class_name": "__ellipsis__", "config": {}}, ...),
    (losses.mean_squared_error, function_config("mean_squared_error"), losses.mean_squared_error),
    (activations.relu, function_config("relu"), activations.relu),
]


@pytest.mark.parametrize(("value", "form", "back"), FORMS, ids=lambda value: repr(value)[:15])
def test_forms_are_those_of_keras(value, form, back):
    assert write(value) == form
    assert type(write(value)) is type(form)
    assert via_json(value) == back


@pytest.mark.parametrize("dtype", ["float32", "int64", "bool"])
def test_arrays_keep_their_type(dtype):
    array = np.array([[0, 1], [2, 3]], dtype)
    assert write(array)["class_name"] == "__numpy__"
    again = via_json(array)
    assert again.dtype == dtype
    assert np.array_equal(again, array)


@pytest.mark.parametrize(
    ("obj", "module"),
    [
        (Dense(2), "keras.layers"),
        (initializers.HeNormal(seed=3), "keras.initializers"),
        (regularizers.L1L2(0.1, 0.2), "keras.regularizers"),
        (constraints.MaxNorm(3.0), "keras.constraints"),
        (losses.Huber(2.0), "keras.losses"),
        (metrics.MeanSquaredError(), "keras.metrics"),
        (optimizers.Adam(0.1), "keras.optimizers"),
        (optimizers.schedules.ExponentialDecay(0.1, 10, 0.5), "keras.optimizers.schedules"),
        (SeedGenerator(3), "keras.random"),
    ],
    ids=lambda value: type(value).__name__,
)
def test_objects_of_ours_are_written_as_keras_s(obj, module):
    form = write(obj)
    assert (form["module"], form["class_name"], form["registered_name"]) == (module, type(obj).__name__, None)
    again = via_json(obj)
    assert type(again) is type(obj)
    assert write(again) == form


def test_a_built_layer_is_built_again():
    layer = Dense(2)
    layer.build((None, 3))
    assert write(layer)["build_config"] == {"input_shape": (None, 3)}
    assert via_json(layer).kernel.shape == (3, 2)


def test_several_input_shapes_are_kept_by_name():
    class Two(Layer):
        def build(self, a_shape, b_shape):
            self.a, self.b = self.add_weight(a_shape[1:]), self.add_weight(b_shape[1:])

        def call(self, a, b):
            return a

    layer = Two()
    layer(np.ones((1, 2)), np.ones((1, 3)))
    assert write(layer)["build_config"] == {"shapes_dict": {"a_shape": (1, 2), "b_shape": (1, 3)}}
    again = read(json.loads(json.dumps(write(layer))), custom_objects={"Two": Two})
    assert (again.a.shape, again.b.shape) == ((2,), (3,))


@pytest.mark.parametrize("strange", [object(), {1, 2}, 1j])
def test_what_has_no_description_is_refused(strange):
    with pytest.raises(TypeError, match=r"Cannot serialize object .* must implement the `get_config\(\)` method"):
        write(strange)


def test_get_config_must_give_a_dictionary():
    class Odd:
        def get_config(self):
            return [1]

    with pytest.raises(TypeError, match=r"The `get_config\(\)` method of .* should return a dict"):
        write(Odd())


# --- names ----------------------------------------------------------------------------------------------------------


class Mine:
    def __init__(self, size=1):
        self.size = size

    def get_config(self):
        return {"size": self.size}

    @classmethod
    def from_config(cls, config):
        return cls(**config)


def doubled(x):
    return 2 * x


def test_objects_of_one_s_own_carry_their_module_and_name():
    form = write(Mine(3))
    assert form == {"module": Mine.__module__, "class_name": "Mine", "config": {"size": 3}, "registered_name": "Mine"}
    assert read(form, custom_objects={"Mine": Mine}).size == 3
    assert write(doubled) == function_config("doubled")
    assert read(write(doubled), custom_objects={"doubled": doubled}) is doubled


def test_registered_objects_need_nothing_else():
    saving.register_keras_serializable("pack")(Mine)
    saving.register_keras_serializable("pack")(doubled)
    assert write(Mine())["registered_name"] == "pack>Mine"
    assert write(doubled) == function_config("pack>doubled")
    assert isinstance(via_json(Mine()), Mine)
    assert via_json(doubled) is doubled
    assert read(function_config("doubled")) is doubled  # Keras finds it by the bare name too


@pytest.mark.parametrize("family", [constraints, initializers, losses, metrics, regularizers])
@pytest.mark.parametrize("module", [{}, {"module": "keras.layers"}])
def test_a_configuration_names_one_of_the_family(family, module):
    with pytest.raises(ValueError, match=r"Could not interpret .* identifier"):
        family.get({**module, "class_name": "Dense", "config": {"units": 2}})


def test_a_layer_as_an_activation_names_its_module():
    config = {"class_name": "Dense", "config": {"units": 2}}
    assert isinstance(activations.get({"module": "keras.layers", **config}), Dense)
    with pytest.raises(TypeError, match="Could not locate class 'Dense'"):
        activations.get(config)


@pytest.mark.parametrize(
    "config",
    [
        {"module": "keras.layers", "class_name": "Dense", "config": {"units": 1}},
        {"module": "builtins", "class_name": "function", "config": "relu"},
    ],
)
def test_a_name_of_ours_goes_by_no_other(config):
    assert read({**config, "registered_name": config["class_name"]}) is not None
    with pytest.raises(ValueError, match=r"`registered_name='subprocess.Popen'` .* resolved to a Keras built-in"):
        read({**config, "registered_name": "subprocess.Popen"})


@pytest.mark.parametrize(
    ("config", "message"),
    [
        ({"layers": []}, "must be a dictionary containing the 'name' and 'layers' keys"),
        ({"name": "s", "layers": [{}]}, "Expected a dictionary containing a 'config' key. Received: config={}"),
    ],
)
def test_what_a_sequential_configuration_lacks_is_said(config, message):
    with pytest.raises(ValueError, match=re.escape(message)):
        read({"module": "keras", "class_name": "Sequential", "config": config})


@pytest.mark.parametrize("scope", [saving.custom_object_scope, saving.CustomObjectScope])
def test_scopes_add_up_and_end(scope):
    with scope({"Mine": Mine}), scope({"doubled": doubled}):
        assert isinstance(via_json(Mine()), Mine)
        assert via_json(doubled) is doubled
    with pytest.raises(TypeError, match="Could not locate class 'Mine'"):
        via_json(Mine())


def test_a_name_of_ours_is_not_replaced_unless_the_file_means_it():
    relu = saving.register_keras_serializable("pack")(type("relu", (), {"get_config": dict, "__call__": doubled}))
    dense = type("Dense", (Mine,), {})
    assert relu is not None
    assert read(function_config("relu")) is activations.relu
    assert type(read(write(Dense(2)), custom_objects={"Dense": dense})) is Dense
    assert type(read(write(dense()), custom_objects={"Dense": dense})) is dense
    with pytest.raises(TypeError, match="Could not locate class 'Dense'"):
        read(write(dense()))


def test_registering_needs_a_configuration():
    with pytest.raises(ValueError, match=r"Cannot register a class that does not have a get_config\(\) method"):
        saving.register_keras_serializable()(type("Bare", (), {}))


UNKNOWN = [
    ({"module": "keras.layers", "class_name": "Dens", "config": {}}, "Could not locate class 'Dens'. Did you mean 'De"),
    ({"module": "keras.layers", "class_name": "Adam", "config": {}}, "Could not locate class 'Adam'"),
    ({"module": "os", "class_name": "Dense", "config": {"units": 2}}, "Could not locate class 'Dense'"),
    (function_config("rleu"), "Could not locate function 'rleu'. Did you mean 'relu'"),
    ({"module": "keras.layers", "class_name": "Dense", "config": [1]}, "Expected 'config' to be a dict for Dense"),
    ({"class_name": "function", "config": None}, "Expected 'config' to be a non-null str for a function"),
    ({"class_name": {}, "config": {}}, "'class_name' must be a string"),
    ({"module": "keras.layers", "class_name": "Dense", "config": {"unit": 2}}, "could not be deserialized properly"),
]


@pytest.mark.parametrize(("form", "message"), UNKNOWN, ids=[message for _, message in UNKNOWN])
def test_unknown_names_and_wrong_forms(form, message):
    with pytest.raises(TypeError) as caught:
        read(form)
    assert message in str(caught.value)


@pytest.mark.parametrize("module", [None, "keras.layers", "keras", "layerlab.layers", "keras.src.layers.core.dense"])
def test_modules_that_mean_ours(module):
    form = {"class_name": "Dense", "config": {"units": 2}} | ({"module": module} if module else {})
    assert read(form).units == 2


# --- lambdas --------------------------------------------------------------------------------------------------------


def test_a_lambda_comes_back_only_without_safe_mode():
    factor = 3
    with pytest.warns(UserWarning, match="The object being serialized includes a `lambda`. This is unsafe"):
        form = json.loads(json.dumps(write(lambda x, add=1: np.multiply(x, factor) + add)))
    with pytest.raises(ValueError, match="Requested the deserialization of a Python lambda"):
        read(form)
    assert read(form, safe_mode=False)(2) == 7
    with safe_mode_scope(True), pytest.raises(ValueError, match="Requested the deserialization"):
        read(form, safe_mode=False)  # what surrounds it is stronger
    with safe_mode_scope(False):
        assert read(form)(2) == 7


def test_safe_mode_can_be_switched_off_for_good():
    with safe_mode_scope(True):  # so that it ends with the test
        config.enable_unsafe_deserialization()
        assert read({"class_name": "__lambda__", "config": dump_function(lambda x: -x)})(1) == -1


@pytest.mark.parametrize("code", ["", "AAAA", "not base64 ÿ", "gASVAAAA", 3])
def test_byte_code_that_is_none(code):
    with pytest.raises(ValueError, match="The byte code of a lambda could not be read"):
        load_function(code)


# --- one object in several places -----------------------------------------------------------------------------------


def test_an_object_in_two_places_is_one_object_again():
    one = regularizers.L2(0.1)
    value = {"a": one, "b": [one, regularizers.L2(0.1)]}
    form = json.loads(json.dumps(serialize_shared(value)))
    assert form["a"]["shared_object_id"] == form["b"][0]["shared_object_id"]
    assert "shared_object_id" not in form["b"][1]
    with sharing_scope():
        again = read(form)
    assert again["a"] is again["b"][0] is not again["b"][1]
    apart = read(form)
    assert apart["a"] is not apart["b"][0]


def test_numbers_of_shared_objects_do_not_change_from_run_to_run():
    one = regularizers.L2(0.1)
    assert serialize_shared([one, one]) == serialize_shared([one, one])
    assert serialize_shared([one, one])[0]["shared_object_id"] == 1
