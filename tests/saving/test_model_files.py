"""Whole models: what is saved comes back, files of real Keras load, and an old file outlives a crash."""

import contextlib
import io
import json
import os
import stat
import zipfile
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from layerlab import Model, Sequential, initializers, losses, optimizers, regularizers, saving
from layerlab.layers import (
    ELU,
    Activation,
    ActivityRegularization,
    Dense,
    Dropout,
    Flatten,
    GaussianNoise,
    Input,
    Lambda,
    Layer,
    LeakyReLU,
    Permute,
    PReLU,
    ReLU,
    Reshape,
    Softmax,
)
from layerlab.models import load_model

GOLDEN = Path(__file__).parents[1] / "golden"
KERAS = json.loads((GOLDEN / "files.json").read_text(encoding="utf-8"))


def small(**compiled):
    model = Sequential([Input((4,)), Dense(3, "relu", name="first"), Dropout(0.5), Dense(2, name="last")], name="small")
    if compiled:
        model.compile(**compiled)
    return model


def batch(seed=0, n=5):
    rng = np.random.default_rng(seed)
    return rng.normal(size=(n, 4)).astype("float32"), rng.normal(size=(n, 2)).astype("float32")


def same(a, b):
    return len(a) == len(b) and all(np.array_equal(x, y) for x, y in zip(a, b, strict=True))


def copied(model, **options):
    """The model after a trip through a file in memory."""
    file = io.BytesIO()
    saving.save_model(model, file)
    file.seek(0)
    return saving.load_model(file, **options)


# --- there and back -------------------------------------------------------------------------------------------------


def test_a_model_comes_back_as_it_was(tmp_path):
    model = small(optimizer="adam", loss="mse", metrics=["mae"])
    x, y = batch()
    model.fit(x, y, epochs=2, verbose=0)
    model.save(tmp_path / "model.keras")
    again = load_model(tmp_path / "model.keras")
    assert again.get_config() == model.get_config()
    assert again.name == "small"
    assert [layer.name for layer in again.layers] == ["first", "dropout", "last"]
    assert same(again.get_weights(), model.get_weights())
    assert np.array_equal(again.predict(x, verbose=0), model.predict(x, verbose=0))
    assert again.evaluate(x, y, verbose=0) == model.evaluate(x, y, verbose=0)


@pytest.mark.parametrize("name", ["sgd", "adam", "rmsprop", "adagrad", "adadelta", "adamax", "nadam", "ftrl", "lion"])
def test_training_goes_on_as_if_nothing_had_happened(name):
    x, y = batch()
    model = Sequential([Input((4,)), Dense(3, "tanh"), Dense(2)])
    model.compile(name, "mse")
    model.fit(x, y, epochs=2, verbose=0, shuffle=False)
    again = copied(model)
    assert same([v.numpy() for v in again.optimizer.variables], [v.numpy() for v in model.optimizer.variables])
    histories = [m.fit(x, y, epochs=2, verbose=0, shuffle=False).history for m in (model, again)]
    assert histories[0] == histories[1]
    assert same(again.get_weights(), model.get_weights())


def test_compiling_is_optional():
    assert not copied(small(optimizer="sgd", loss="mse"), compile=False).compiled
    assert not copied(small()).compiled


def test_objects_in_compile_come_back():
    schedule = optimizers.schedules.ExponentialDecay(0.1, 10, 0.5)
    model = small(
        optimizer=optimizers.SGD(schedule, momentum=0.9), loss=losses.Huber(delta=2.0), metrics=["mae", "mse"]
    )
    again = copied(model)
    assert again.optimizer.get_config() == model.optimizer.get_config()
    assert again.loss.get_config() == model.loss.get_config()
    assert again.get_compile_config() == model.get_compile_config()


def test_a_model_that_has_not_been_built_keeps_its_layers():
    model = Sequential([Dense(3), Dense(2)])
    with pytest.warns(UserWarning, match="You are saving a model that has not yet been built"):
        again = copied(model)
    assert [layer.units for layer in again.layers] == [3, 2]
    assert not again.built
    model.build((None, 4))
    assert copied(model).input_shape == (None, 4)


def test_frozen_layers_stay_frozen():
    model = small()
    model.get_layer("first").trainable = False
    again = copied(model)
    assert len(again.trainable_weights) == len(model.trainable_weights) == 2
    assert same(again.get_weights(), model.get_weights())


def test_a_shared_layer_stays_one_layer():
    twice, penalty = Dense(4, name="twice"), regularizers.L2(0.1)
    other = Dense(4, kernel_regularizer=penalty, bias_regularizer=penalty)
    model = Sequential([Input((4,)), twice, other, twice])
    again = copied(model)
    assert again.layers[0] is again.layers[2]
    assert again.layers[1].kernel_regularizer is again.layers[1].bias_regularizer
    x, _ = batch()
    assert np.array_equal(again(x), model(x))


def test_a_folder_instead_of_an_archive(tmp_path):
    model, (x, _) = small(), batch()
    model.save(tmp_path / "folder", zipped=False)
    model.save(tmp_path / "folder", zipped=False)
    assert {path.name for path in (tmp_path / "folder").iterdir()} == {
        "config.json",
        "metadata.json",
        "model.weights.h5",
    }
    assert np.array_equal(load_model(tmp_path / "folder")(x), model(x))


def test_the_archive_holds_what_keras_expects():
    file = io.BytesIO()
    saving.save_model(small(optimizer="adam", loss="mse"), file)
    archive = zipfile.ZipFile(file)
    assert archive.namelist() == ["metadata.json", "config.json", "model.weights.h5"]
    config = json.loads(archive.read("config.json"))
    assert {key: config[key] for key in ("module", "class_name", "registered_name", "build_config")} == {
        "module": "keras",
        "class_name": "Sequential",
        "registered_name": None,
        "build_config": {"input_shape": [None, 4]},
    }
    assert [layer["module"] for layer in config["config"]["layers"]] == ["keras.layers"] * 4
    assert config["compile_config"]["optimizer"]["module"] == "keras.optimizers"
    assert json.loads(archive.read("metadata.json"))["keras_version"].startswith("3.")


GRAPHS = {
    "arithmetic": lambda a, b: (a + 1) * b - np.float32(0.5) / (1.5 - a**2 * 0.1),
    "joining": lambda a, b: np.concatenate([a, np.mean(a, axis=(1, 2), keepdims=True) + b[..., 1:3]], axis=-1),
    "picking": lambda a, b: a[:, [2, 0], None, 1:] + b[..., [0, 1], :][:, 1, None, :2][:, None],
    "splitting": lambda a, b: np.split(np.stack([a, b], axis=1), 2, axis=2)[1].reshape(-1, 4, 3),
    "choosing": lambda a, b: np.where(a > b, np.exp(a), 0.1 * b).astype("float32"),
    "contracting": lambda a, b: np.einsum("bij,bkj->bik", a, b) @ np.ones((4, 3), "float32"),
    "padding": lambda a, b: np.pad(a, ((0, 0), (1, 1), (0, 0)), constant_values=2.0)[:, ::2],
}


@pytest.mark.parametrize("formula", GRAPHS.values(), ids=GRAPHS)
def test_a_graph_of_numpy_functions(formula):
    a, b, shared = Input((4, 3), name="a"), Input((4, 3), name="b"), Dense(3, name="shared")
    model = Model({"a": a, "b": b}, [Dense(2)(formula(shared(a), shared(b))), shared(a)])
    data = {name: np.random.default_rng(i).normal(size=(5, 4, 3)).astype("float32") for i, name in enumerate("ab")}
    again = copied(model)
    assert same(again.predict(data, verbose=0), model.predict(data, verbose=0))
    assert [tensor.shape for tensor in again.outputs] == [tensor.shape for tensor in model.outputs]
    assert again.to_json() == model.to_json()
    assert same(copied(again).predict(data, verbose=0), model.predict(data, verbose=0))


# --- files of real Keras --------------------------------------------------------------------------------------------


def test_a_file_of_keras_predicts_and_trains_on_like_keras():
    expected = KERAS["trained"]
    x, y = np.array(expected["x"], "float32"), np.array(expected["y"], "int32")
    model = load_model(GOLDEN / "trained.keras")
    assert type(model.optimizer.get_config()["learning_rate"]) is dict
    assert int(model.optimizer.iterations) == 6
    np.testing.assert_allclose(model.predict(x, verbose=0), expected["predictions"], atol=1e-6)
    model.train_on_batch(x, y)
    np.testing.assert_allclose(model.predict(x, verbose=0), expected["after_one_more_step"], atol=1e-6)


# --- objects of one's own -------------------------------------------------------------------------------------------


class Scale(Layer):
    def __init__(self, start=1.0, inner=None, **kwargs):
        super().__init__(**kwargs)
        self.start, self.inner = start, inner

    def build(self, input_shape):
        self.factor = self.add_weight(shape=(), initializer=initializers.Constant(self.start), name="factor")

    def call(self, inputs):
        return (inputs if self.inner is None else self.inner(inputs)) * self.factor

    def get_config(self):
        inner = saving.serialize_keras_object(self.inner)
        return super().get_config() | {"start": self.start, "inner": inner}

    @classmethod
    def from_config(cls, config):
        return cls(**(config | {"inner": saving.deserialize_keras_object(config["inner"])}))


def cubed(y_true, y_pred):
    return np.mean(np.abs(y_true - y_pred) ** 3, axis=-1)


def with_scale():
    model = Sequential([Input((4,)), Scale(2.0, inner=Dense(2)), Scale()])
    model.compile("sgd", cubed)
    return model


OWN = {"Scale": Scale, "cubed": cubed}


def test_custom_objects_can_be_passed_or_in_scope():
    model, (x, y) = with_scale(), batch()
    for again in (copied(model, custom_objects=OWN), in_scope(lambda: copied(model))):
        assert np.array_equal(again(x), model(x))
        assert again.loss is cubed
        assert again.evaluate(x, y, verbose=0) == model.evaluate(x, y, verbose=0)


def in_scope(function):
    with saving.custom_object_scope(OWN):
        return function()


def test_custom_objects_must_be_known():
    with pytest.raises(TypeError, match=r"Could not locate class 'Scale'\. Make sure custom classes") as caught:
        copied(with_scale())
    assert any("While loading" in note for note in caught.value.__notes__)


def test_registered_objects_load_by_themselves(monkeypatch):
    monkeypatch.setattr("layerlab.registry._custom", {})
    monkeypatch.setattr("layerlab.registry._custom_names", {})
    saving.register_keras_serializable("mine")(Scale)
    saving.register_keras_serializable("mine", name="thrice")(cubed)
    config = json.loads(with_scale().to_json())
    assert config["config"]["layers"][1]["registered_name"] == "mine>Scale"
    assert config["compile_config"]["loss"]["config"] == "mine>thrice"
    assert copied(with_scale()).loss is cubed


def test_a_registered_class_never_replaces_one_of_ours(monkeypatch):
    monkeypatch.setattr("layerlab.registry._custom", {})
    monkeypatch.setattr("layerlab.registry._custom_names", {})
    mine = saving.register_keras_serializable()(type("Dense", (Scale,), {}))
    model = Sequential([Input((4,)), Dense(2), mine(name="own")])
    assert [type(layer) for layer in copied(model).layers] == [Dense, mine]


class Whole(Model):
    def __init__(self, units=3, **kwargs):
        super().__init__(**kwargs)
        self.units = units
        self.stack, self.out = [Dense(units), Dense(units)], Dense(2)

    def call(self, inputs):
        for layer in self.stack:
            inputs = layer(inputs)
        return self.out(inputs)

    def get_config(self):
        return {"units": self.units, "name": self.name}


def test_a_model_class_of_ones_own():
    model, (x, y) = Whole(5), batch()
    model.compile("adam", "mse")
    model.fit(x, y, verbose=0)
    again = copied(model, custom_objects={"Whole": Whole})
    assert isinstance(again, Whole)
    assert np.array_equal(again.predict(x, verbose=0), model.predict(x, verbose=0))


# --- lambdas --------------------------------------------------------------------------------------------------------


class AnyArguments(Model):
    """A model as many tutorials write it, with a list that holds itself and a second name for a layer."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.a_dense = Dense(2)
        self.parts = []
        self.parts.append(self.parts)

    @property
    def dense(self):
        return self.a_dense

    def call(self, x):
        return self.dense(x)


def test_a_model_class_that_passes_its_arguments_on():
    model = AnyArguments(name="any")
    x, _ = batch()
    expected = model(x)
    again = copied(model, custom_objects={"AnyArguments": AnyArguments})
    assert again.name == "any"
    assert np.array_equal(again(x), expected)


def test_weights_are_found_under_a_second_name(tmp_path):
    class OnlyDense(Model):
        def __init__(self):
            super().__init__()
            self.dense = Dense(2)

        def call(self, x):
            return self.dense(x)

    x, _ = batch()
    first, second = OnlyDense(), AnyArguments()
    expected = first(x)
    second(x)
    first.save_weights(tmp_path / "first.weights.h5")
    second.load_weights(tmp_path / "first.weights.h5")
    assert np.array_equal(second(x), expected)


def test_a_compile_of_ones_own_is_left_to_its_owner():
    class Own(Sequential):
        def compile(self, *args, **kwargs):
            super().compile(*args, **kwargs)

    model = Own([Input((4,)), Dense(2)])
    model.compile("sgd", "mse")
    with pytest.warns(UserWarning, match=r"`compile\(\)` was not called as part of model loading"):
        assert not copied(model, custom_objects={"Own": Own}).compiled


def test_a_lambda_layer_loads_only_when_trusted():
    model, (x, _) = Sequential([Input((4,)), Lambda(lambda x: np.exp(x) + 1)]), batch()
    with pytest.raises(
        ValueError, match="Requested the deserialization of a `Lambda` layer whose `function` is a Pyth"
    ):
        copied(model)
    assert np.array_equal(copied(model, safe_mode=False)(x), model(x))


def test_a_lambda_loss_loads_only_when_trusted():
    model, (x, y) = small(optimizer="sgd", loss=lambda t, p, power=2: np.mean((t - p) ** power, axis=-1)), batch()
    with pytest.warns(UserWarning, match="The object being serialized includes a `lambda`"):
        file = model_bytes(model)
    with pytest.raises(ValueError, match="Requested the deserialization of a Python lambda"):
        load_model(io.BytesIO(file))
    again = load_model(io.BytesIO(file), safe_mode=False)
    assert again.evaluate(x, y, verbose=0) == model.evaluate(x, y, verbose=0)


def model_bytes(model):
    file = io.BytesIO()
    saving.save_model(model, file)
    return file.getvalue()


# --- what can go wrong ----------------------------------------------------------------------------------------------


def test_a_crash_while_writing_leaves_the_old_file(tmp_path, monkeypatch):
    path, (x, _) = tmp_path / "model.keras", batch()
    old = small()
    old.save(path)
    for broken in ("layerlab.saving.model_files._write_zip", "os.fsync", "os.replace"):
        with monkeypatch.context() as patch:
            patch.setattr(broken, fail)
            with pytest.raises(OSError, match="disk full"):
                small().save(path)
        assert [p.name for p in tmp_path.iterdir()] == ["model.keras"]
        assert np.array_equal(load_model(path)(x), old(x))


def fail(*args):
    raise OSError("disk full")


def test_what_json_cannot_hold_leaves_the_old_file(tmp_path):
    class Odd(Scale):
        def get_config(self):
            return super().get_config() | {"start": {1, 2}}

    small().save(tmp_path / "model.keras")
    before = (tmp_path / "model.keras").read_bytes()
    with pytest.raises(TypeError, match=r"Cannot serialize object \{1, 2\}"):
        Sequential([Input((4,)), Odd()]).save(tmp_path / "model.keras")
    assert (tmp_path / "model.keras").read_bytes() == before


def test_permissions_and_links_are_kept(tmp_path):
    target, link = tmp_path / "target.keras", tmp_path / "link.keras"
    small().save(target)
    target.chmod(0o640)
    link.symlink_to(target)
    small().save(link)
    assert link.is_symlink()
    assert stat.S_IMODE(target.stat().st_mode) == 0o640


@pytest.mark.parametrize(("answers", "written"), [(["y"], True), (["n"], False), (["perhaps", "Y "], True)])
def test_not_overwriting_asks_first(tmp_path, monkeypatch, answers, written):
    path, replies = tmp_path / "model.keras", iter(answers)
    path.write_text("old")
    monkeypatch.setattr("builtins.input", lambda question: next(replies))
    small().save(path, overwrite=False)
    assert (path.read_bytes() != b"old") is written


def test_with_nobody_to_ask_nothing_is_overwritten(tmp_path, monkeypatch):
    monkeypatch.setattr("sys.stdin", io.StringIO(""))
    small().save(tmp_path / "model.keras", overwrite=False)
    before = (tmp_path / "model.keras").read_bytes()
    with pytest.raises(FileExistsError, match="Pass overwrite=True to replace it"):
        small().save(tmp_path / "model.keras", overwrite=False)
    assert (tmp_path / "model.keras").read_bytes() == before


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("model.txt",), "Invalid filepath extension for saving. Please add .* `.keras` extension"),
        (("model.h5", True, True), "`zipped` is for `.keras` files"),
        (("model",), "Invalid filepath extension for saving"),
        (("model.keras", True, False), "When using `zipped=False`, the `filepath` argument should not end in `.keras`"),
    ],
)
def test_other_endings_are_refused(arguments, message, tmp_path):
    with contextlib.chdir(tmp_path), pytest.raises(ValueError, match=message):
        small().save(*arguments)
    assert not list(tmp_path.iterdir())


def test_unknown_arguments_are_refused(tmp_path):
    with pytest.raises(ValueError, match=r"The following argument\(s\) are not supported: \['signatures'\]"):
        small().save(tmp_path / "m.keras", signatures=None)
    with pytest.raises(ValueError, match="The `save_format` argument is deprecated in Keras 3"):
        small().save(tmp_path / "m.keras", save_format="tf")


@pytest.mark.parametrize(
    ("name", "message"),
    [
        (
            "none.keras",
            "File not found: filepath=none.keras. Please ensure the file is an accessible `.keras` zip file",
        ),
        ("none.h5", "File not found: filepath=none.h5"),
        ("none", "File format not supported: filepath=none"),
    ],
)
def test_loading_what_is_not_there(name, message, tmp_path):
    with contextlib.chdir(tmp_path), pytest.raises(ValueError, match=message):
        load_model(name)


def test_a_path_may_be_of_any_kind(tmp_path):
    model, (x, _) = small(), batch()
    for path in (tmp_path / "a.keras", str(tmp_path / "b.keras"), os.fspath(tmp_path / "c.keras")):
        model.save(path)
        assert np.array_equal(load_model(path)(x), model(x))


# --- random models --------------------------------------------------------------------------------------------------

_rates = st.floats(0.0, 0.9)
_activations = st.sampled_from(["relu", "tanh", "sigmoid", "softmax", "selu", "gelu", "hard_silu"])


def a(cls, **arguments):
    """A layer to be made: its class and its arguments."""
    return st.tuples(st.just(cls), st.fixed_dictionaries(arguments))


_dense = a(
    Dense,
    units=st.integers(1, 6),
    activation=st.none() | _activations,
    use_bias=st.booleans(),
    kernel_initializer=st.sampled_from(["glorot_uniform", "he_normal", "orthogonal", "ones"]),
    kernel_regularizer=st.sampled_from([None, "l1", "l2", "l1l2", "orthogonal_regularizer"]),
    kernel_constraint=st.sampled_from([None, "max_norm", "non_neg", "unit_norm", "min_max_norm"]),
    activity_regularizer=st.sampled_from([None, "l2"]),
    trainable=st.booleans(),
)
_layers = st.one_of(
    _dense,
    a(Activation, activation=_activations),
    a(Dropout, rate=_rates, seed=st.none() | st.integers(0, 9)),
    a(GaussianNoise, stddev=_rates),
    a(ActivityRegularization, l1=_rates, l2=_rates),
    a(ReLU, max_value=st.none() | st.floats(0.5, 3.0), negative_slope=_rates),
    a(LeakyReLU, negative_slope=_rates),
    a(ELU, alpha=st.floats(0.1, 2.0)),
    a(PReLU, alpha_initializer=st.sampled_from(["zeros", "he_normal"]), shared_axes=st.sampled_from([None, [1]])),
    a(Softmax, axis=st.sampled_from([-1, 1])),
    a(Permute, dims=st.just((2, 1))),
    a(Reshape, target_shape=st.just((-1, 1))),
)


@pytest.mark.filterwarnings("ignore:You are using a softmax over axis")  # of size 1: fine here
@settings(max_examples=40)
@given(st.lists(_layers, max_size=5), st.lists(_dense, max_size=2), st.sampled_from([None, "adam", "sgd"]))
def test_any_chain_predicts_the_same_after_a_trip_through_a_file(first, inside, optimizer):
    layers = [[cls(**arguments) for cls, arguments in part] for part in (first, inside)]
    model = Sequential([Input((3, 2)), *layers[0], Flatten(), Sequential(layers[1] + [Dense(3)]), Dense(2)])
    if optimizer:
        model.compile(optimizer, "mse")
    again = copied(model)
    assert again.to_json() == model.to_json()
    x = np.random.default_rng(1).normal(size=(4, 3, 2)).astype("float32")
    assert np.array_equal(again.predict(x, verbose=0), model.predict(x, verbose=0))
    assert [w.trainable for w in again.weights] == [w.trainable for w in model.weights]
