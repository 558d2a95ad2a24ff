"""Legacy `.h5` files: those of Keras 2 are read, layerlab's own go there and back, with the checks of other files."""

import json
import logging
import shutil
from pathlib import Path

import h5py
import numpy as np
import pytest

from layerlab import Input, Model, Sequential, layers, saving
from layerlab.layers import BatchNormalization, Dense, Lambda, Layer
from layerlab.saving import load_model
from layerlab.saving.legacy_configurations import modern

GOLDEN = Path(__file__).resolve().parents[1] / "golden"
KERAS = json.loads((GOLDEN / "legacy_files.json").read_text(encoding="utf-8"))


LAMBDA = {"code": "code", "defaults": None, "closure": None}


def inputs_of(name):
    arrays = [np.array(array, "float32") for array in KERAS[name]["x"]]
    return arrays if len(arrays) > 1 else arrays[0]


def chain(frozen=False):
    return Sequential([Input((3,)), Dense(4, name="a", trainable=not frozen), BatchNormalization(), Dense(2, name="b")])


def graph():
    left, right = Input((3,), name="left"), Input((3,), name="right")
    shared = Dense(3)
    inner = Sequential([Input((3,)), Dense(2), BatchNormalization()])
    return Model([left, right], layers.Concatenate()([inner(shared(left)), inner(shared(right))]) * 2.0)


def trained(model, optimizer="adam"):
    model.compile(optimizer, "mse", metrics=["mae"])
    x = data(model)
    model.fit(x, np.zeros((6, *model.output_shape[1:])), epochs=2, verbose=0)
    return model


def data(model):
    rng = np.random.default_rng(0)
    arrays = [rng.normal(size=(6, *tensor.shape[1:])).astype("float32") for tensor in model.inputs]
    return arrays if len(arrays) > 1 else arrays[0]


# -- Keras 2's files


@pytest.mark.parametrize("name", ["chain", "graph"])
def test_a_model_of_keras_2_predicts_and_trains_on(name):
    model, x = load_model(GOLDEN / f"legacy_{name}.h5"), inputs_of(name)
    predictions = model.predict(x, verbose=0)
    np.testing.assert_allclose(predictions, KERAS[name]["predictions"], atol=1e-6)
    assert model.optimizer.iterations == 2
    model.train_on_batch(x, np.ones_like(predictions))
    np.testing.assert_allclose(model.predict(x, verbose=0), KERAS[name]["after one more step"], atol=1e-5)
    assert set(model.get_metrics_result()) == {"loss", "mean_absolute_error"}


@pytest.mark.parametrize("file", ["legacy_weights.h5", "legacy_graph.h5"])
@pytest.mark.parametrize("by_name", [False, True])
def test_weights_of_keras_2_load_alone_or_from_a_whole_model(file, by_name):
    model, x = load_model(GOLDEN / "legacy_graph.h5", compile=False), inputs_of("graph")
    assert not model.compiled
    model.set_weights([np.zeros_like(weight) for weight in model.get_weights()])
    model.load_weights(GOLDEN / file, by_name=by_name)
    expected = KERAS["weights" if "weights" in file else "graph"]["predictions"]
    np.testing.assert_allclose(model.predict(x, verbose=0), expected, atol=1e-6)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ({"class_name": "Model", "config": {"layers": []}}, {"class_name": "Functional", "config": {"layers": []}}),
        (
            {"class_name": "BatchNormalization", "config": {"axis": [3]}},
            {"class_name": "BatchNormalization", "config": {"axis": 3}},
        ),
        ({"class_name": "LSTM", "config": {"time_major": False}}, {"class_name": "LSTM", "config": {}}),
        (
            {"class_name": "Lambda", "config": {"function": ["code", None, None], "module": "here", "name": "f"}},
            {
                "class_name": "Lambda",
                "config": {
                    "function": {"class_name": "__lambda__", "config": LAMBDA},
                    "name": "f",
                },
            },
        ),
    ],
)
def test_what_keras_2_called_otherwise(old, new):
    assert modern({"config": [old]}) == {"config": [new]}


# -- there and back


@pytest.mark.parametrize("make", [chain, lambda: chain(frozen=True), graph])
def test_a_model_goes_there_and_back_with_its_optimizer(make, tmp_path):
    model = trained(make())
    model.save(tmp_path / "model.h5")
    again = load_model(tmp_path / "model.h5")
    x = data(model)
    np.testing.assert_array_equal(again.predict(x, verbose=0), model.predict(x, verbose=0))
    for each in (model, again):
        each.fit(x, np.ones((6, *model.output_shape[1:])), shuffle=False, verbose=0)
    np.testing.assert_array_equal(again.predict(x, verbose=0), model.predict(x, verbose=0))
    assert again.optimizer.get_config() == model.optimizer.get_config()


@pytest.mark.parametrize(("name", "said"), [("model.h5", 1), ("model.hdf5", 1), ("model.keras", 0)])
def test_a_legacy_file_is_said_to_be_one(name, said, tmp_path, caplog):
    chain().save(tmp_path / name)
    text = "You are saving your model as an HDF5 file, a legacy format. The native one: `model.save('model.keras')`"
    assert caplog.record_tuples == [("layerlab", logging.WARNING, text)] * said


def test_a_model_that_is_not_compiled_says_so_when_it_loads(tmp_path):
    chain().save(tmp_path / "model.hdf5")
    with pytest.warns(UserWarning, match=r"No training configuration found .* the model was \*not\* compiled"):
        assert not load_model(tmp_path / "model.hdf5").compiled
    trained(chain()).save(tmp_path / "model.h5", include_optimizer=False)
    assert not load_model(tmp_path / "model.h5", compile=False).compiled


def test_a_model_of_ones_own_and_its_own_weights(tmp_path):
    @saving.register_keras_serializable("legacy")
    class Shifted(Model):
        def __init__(self, **options):
            super().__init__(**options)
            self.inner = Dense(2)
            self.shift = self.add_weight(shape=(2,), name="shift")

        def call(self, x):
            return self.inner(x) + self.shift

        def get_config(self):
            return {"name": self.name}

    model, x = Shifted(), np.ones((1, 3))
    expected = model(x)
    model.save(tmp_path / "model.h5")
    again = load_model(tmp_path / "model.h5", compile=False)
    again(x)
    again.load_weights(tmp_path / "model.h5")
    np.testing.assert_array_equal(again(x), expected)


def test_many_names_and_equal_ones_have_room(tmp_path):
    class Many(Layer):
        def build(self, shape):
            self.all = [self.add_weight(shape=(), name="same", initializer="ones") for _ in range(2_100)]

        def call(self, x):
            return x

    model = Sequential([Input((1,)), Many()])
    model.layers[0].all[-1].assign(7)
    model.save(tmp_path / "model.h5")
    model.set_weights([np.zeros(())] * 2_100)
    model.load_weights(tmp_path / "model.h5")
    assert [float(model.weights[i].numpy()) for i in (0, 2_000, -1)] == [1, 1, 7]


def test_losses_are_written_by_their_full_names(tmp_path):
    model = Sequential([Input((2,)), Dense(1)])
    model.compile("sgd", ["mae"])
    model.save(tmp_path / "model.h5")
    with h5py.File(tmp_path / "model.h5") as file:
        assert json.loads(file.attrs["training_config"])["loss"] == ["mean_absolute_error"]


def test_the_old_file_stays_until_the_new_one_is_complete(tmp_path, monkeypatch):
    path = tmp_path / "model.h5"
    path.write_text("old")
    monkeypatch.setattr(Sequential, "get_config", lambda self: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        chain().save(path)
    assert path.read_text() == "old"
    assert [each.name for each in tmp_path.iterdir()] == ["model.h5"]


# -- what does not fit


@pytest.mark.parametrize("by_name", [False, True])
def test_weights_of_another_shape_change_nothing(by_name, tmp_path):
    source, target = chain(), Sequential([Input((3,)), Dense(4, name="a"), BatchNormalization(), Dense(3, name="b")])
    source.save(tmp_path / "model.h5")
    before = target.get_weights()
    with pytest.raises(ValueError, match=r"Shape mismatch in layer #2 .*Weight expects shape \(4, 3\). Received saved"):
        target.load_weights(tmp_path / "model.h5", by_name=by_name)
    for old, now in zip(before, target.get_weights(), strict=True):
        np.testing.assert_array_equal(old, now)
    with pytest.warns(UserWarning, match="Skipping: Shape mismatch"):
        target.load_weights(tmp_path / "model.h5", skip_mismatch=True, by_name=by_name)
    np.testing.assert_array_equal(target.layers[0].kernel.numpy(), source.layers[0].kernel.numpy())


def test_counts_that_differ(tmp_path):
    chain().save(tmp_path / "model.h5")
    with pytest.raises(ValueError, match="Model expected 1 layers, found 3 saved layers"):
        Sequential([Input((3,)), Dense(4)]).load_weights(tmp_path / "model.h5")
    without = Sequential([Input((3,)), Dense(4, use_bias=False), BatchNormalization(), Dense(2)])
    with pytest.raises(ValueError, match=r"Layer expects 1 weight\(s\). Received 2 saved weight"):
        without.load_weights(tmp_path / "model.h5")


def test_by_name_leaves_others_alone(tmp_path):
    source = chain()
    source.save(tmp_path / "model.h5")
    target = Sequential([Input((3,)), Dense(5, name="other"), Dense(4, name="more"), Dense(2, name="b")])
    before = target.layers[0].kernel.numpy()
    target.load_weights(tmp_path / "model.h5", by_name=True)
    np.testing.assert_array_equal(target.layers[2].kernel.numpy(), source.layers[2].kernel.numpy())
    np.testing.assert_array_equal(target.layers[0].kernel.numpy(), before)


def test_an_optimizer_that_does_not_fit_starts_anew(tmp_path):
    trained(chain()).save(tmp_path / "model.h5")
    with h5py.File(tmp_path / "model.h5", "r+") as file:
        names = file["optimizer_weights"].attrs["weight_names"]
        file["optimizer_weights"].attrs["weight_names"] = names[:3]
    with pytest.warns(UserWarning, match="Error in loading the saved optimizer state"):
        assert load_model(tmp_path / "model.h5").optimizer.iterations == 0


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("a.keras", {"by_name": True}), r"`by_name` only supports loading legacy '.h5' or '.hdf5' files"),
        (("a.weights.h5", {"by_name": True}), r"`by_name` only supports loading legacy"),
        (("a.h5", {"objects_to_skip": []}), r"`objects_to_skip` only supports loading '.weights.h5' files"),
        (("a.keras", {"objects_to_skip": []}), r"`objects_to_skip` only supports loading '.weights.h5' files"),
        (("a.h5", {}), "File not found: filepath=a.h5"),
    ],
)
def test_arguments_are_for_one_kind_of_file(arguments, message):
    with pytest.raises(ValueError, match=message):
        chain().load_weights(arguments[0], **arguments[1])


# -- hostile files


def test_a_lambda_loads_only_when_it_is_trusted(tmp_path):
    Sequential([Input((2,)), Lambda(lambda x: x * 3)]).save(tmp_path / "model.h5")
    with pytest.raises(ValueError, match="arbitrary code execution"):
        load_model(tmp_path / "model.h5", compile=False)
    model = load_model(tmp_path / "model.h5", compile=False, safe_mode=False)
    assert model(np.ones((1, 2))).tolist() == [[3, 3]]


def edited(tmp_path, edit):
    """A file of a chain, changed by hand."""
    path = tmp_path / "model.h5"
    shutil.copy(GOLDEN / "legacy_graph.h5", path)
    with h5py.File(path, "r+") as file:
        edit(file)
    return path


def linked(link):
    def edit(file):
        del file["model_weights/end"]
        file["model_weights/end"] = link

    return edit


def without(name):
    def edit(file):
        del file[name]

    return edit


def huge(file):
    group = file["model_weights/end/end"]
    del group["kernel:0"]
    group.create_dataset("kernel:0", (10**9, 10**3), "float32")


@pytest.mark.parametrize(
    ("edit", "message"),
    [
        (linked(h5py.SoftLink("/model_weights/dense")), "is a link to somewhere else .SoftLink."),
        (linked(h5py.ExternalLink("other.h5", "/")), "is a link to somewhere else .ExternalLink."),
        (huge, "claims 4,000,000,000,000 bytes"),
        (without("model_weights"), "it holds no weights"),
        (without("model_weights/end"), "it names the layer 'end', but holds no weights of it"),
        (without("model_weights/end/end/kernel:0"), "there is no array 'end/kernel:0'"),
        (lambda file: file.attrs.pop("model_config"), "No model config found in the file"),
        (lambda file: file.attrs.__setitem__("model_config", "{"), "its configuration|Expecting property name"),
        (lambda file: file.attrs.__setitem__("model_config", "[]"), "its configuration describes list, not a model"),
    ],
)
def test_a_file_that_lies_is_refused(edit, message, tmp_path):
    with pytest.raises(ValueError, match=message):
        load_model(edited(tmp_path, edit))


def test_what_is_no_hdf5_file(tmp_path):
    (tmp_path / "model.h5").write_text("no")
    with pytest.raises(ValueError, match="it is not an HDF5 file"):
        load_model(tmp_path / "model.h5")
