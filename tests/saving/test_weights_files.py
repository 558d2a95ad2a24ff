"""Weights alone: they go back where they came from, and if one does not fit the model stays as it was."""

import json
import sys
from pathlib import Path

import h5py
import numpy as np
import pytest

from layerlab import Model, Sequential
from layerlab.layers import Dense, Dropout, Input, Layer, ReLU

GOLDEN = Path(__file__).parents[1] / "golden"
sys.path.insert(0, str(GOLDEN))
from block_models import blocks  # noqa: E402

import layerlab  # noqa: E402

KERAS = json.loads((GOLDEN / "files.json").read_text(encoding="utf-8"))


def model(*units, inputs=4, names=None, between=()):
    names = names or [None] * len(units)
    layers = [Dense(n, name=name) for n, name in zip(units, names, strict=True)]
    return Sequential([Input((inputs,)), *layers[:1], *between, *layers[1:]])


def same(a, b):
    return len(a) == len(b) and all(np.array_equal(x, y) for x, y in zip(a, b, strict=True))


def groups(path):
    found = []
    with h5py.File(path) as file:
        file.visititems(lambda name, item: found.append(name) if isinstance(item, h5py.Dataset) else None)
    return found


def test_weights_return_to_a_model_of_the_same_layers(tmp_path):
    first, second = model(3, 2), model(3, 2)
    first.save_weights(tmp_path / "a.weights.h5")
    second.load_weights(tmp_path / "a.weights.h5")
    assert same(first.get_weights(), second.get_weights())


def test_names_of_layers_do_not_matter_and_layers_without_weights_neither(tmp_path):
    first, second = model(3, 2, names=["x", "y"]), model(3, 2, names=["p", "q"], between=[ReLU(), Dropout(0.5)])
    first.save_weights(tmp_path / "a.weights.h5")
    second.load_weights(tmp_path / "a.weights.h5")
    assert same(first.get_weights(), second.get_weights())


def test_groups_are_named_as_in_keras(tmp_path):
    inner = Sequential([Dense(2), Dense(2)], name="anything")
    outer = Sequential([Input((4,)), Dense(3), inner, Dense(1, use_bias=False)], name="outer")
    outer.compile("sgd", "mse")
    outer.save_weights(tmp_path / "a.weights.h5")
    layers = [name for name in groups(tmp_path / "a.weights.h5") if name.startswith("layers/")]
    assert layers == [
        "layers/dense/vars/0",
        "layers/dense/vars/1",
        "layers/dense_1/vars/0",
        "layers/sequential/layers/dense/vars/0",
        "layers/sequential/layers/dense/vars/1",
        "layers/sequential/layers/dense_1/vars/0",
        "layers/sequential/layers/dense_1/vars/1",
    ]
    with h5py.File(tmp_path / "a.weights.h5") as file:
        assert file["layers/sequential/vars"].attrs["name"] == "anything"
        assert file["vars"].attrs["name"] == "outer"
        assert [file[f"optimizer/vars/{i}"].dtype for i in range(2)] == ["int32", "float32"]


def test_layers_in_attributes_of_every_kind_have_keras_s_places(tmp_path):
    x = np.array(KERAS["blocks"]["x"], "float32")
    ours = blocks(layerlab)
    ours(x)
    ours.load_weights(GOLDEN / "blocks.weights.h5")
    np.testing.assert_allclose(ours.predict(x, verbose=0), KERAS["blocks"]["predictions"], rtol=1e-5)
    ours.save_weights(tmp_path / "again.weights.h5")
    assert groups(tmp_path / "again.weights.h5") == groups(GOLDEN / "blocks.weights.h5")


def test_the_weights_inside_a_model_file(tmp_path):
    first, second = model(3, 2), model(3, 2)
    first.save(tmp_path / "a.keras")
    second.load_weights(tmp_path / "a.keras")
    assert same(first.get_weights(), second.get_weights())


def test_a_file_of_other_types_is_cast(tmp_path):
    first = model(2)
    first.save_weights(tmp_path / "a.weights.h5")
    with h5py.File(tmp_path / "a.weights.h5", "a") as file:
        group = file["layers/dense/vars"]
        for key in list(group):
            value = group[key][()]
            del group[key]
            group.create_dataset(key, data=value.astype(">f8"), chunks=value.shape, compression="gzip")
    second = model(2)
    second.load_weights(tmp_path / "a.weights.h5")
    assert same(first.get_weights(), second.get_weights())
    assert {w.dtype for w in second.weights} == {"float32"}


def test_layers_may_be_left_out_of_a_file(tmp_path):
    first = model(3, 2)
    layerlab.saving.save_weights(first, tmp_path / "a.weights.h5", objects_to_skip=[first.layers[0]])
    with h5py.File(tmp_path / "a.weights.h5") as file:
        assert list(file["layers"]) == ["dense_1"]
    second = model(3, 2)
    before = second.get_weights()
    second.load_weights(tmp_path / "a.weights.h5", objects_to_skip=[second.layers[0]])
    assert same(second.get_weights(), [*before[:2], *first.get_weights()[2:]])


# --- what does not fit ----------------------------------------------------------------------------------------------

MISFITS = {
    "another shape": (
        model(3, 5),
        r"the weight .*kernel' .* must match. Expected: shape \(3, 2\). Received: shape \(3, 5\)",
    ),
    "fewer layers": (model(3), "expected 2 variables, but received 0 variables during loading"),
    "no bias": (
        Sequential([Input((4,)), Dense(3), Dense(2, use_bias=False)]),
        "expected 2 variables, but received 1 variables during loading",
    ),
}


@pytest.mark.parametrize(("other", "message"), MISFITS.values(), ids=MISFITS)
def test_what_does_not_fit_leaves_the_model_as_it_was(other, message, tmp_path):
    other.save_weights(tmp_path / "other.weights.h5")
    ours = model(3, 2)
    before = ours.get_weights()
    with pytest.raises(ValueError, match="A total of 1 objects could not be loaded") as caught:
        ours.load_weights(tmp_path / "other.weights.h5")
    caught.match(message)
    caught.match("other.weights.h5")
    assert same(ours.get_weights(), before)


def test_skipping_mismatches_loads_the_rest_and_warns(tmp_path):
    other, ours = model(3, 5), model(3, 2)
    other.save_weights(tmp_path / "other.weights.h5")
    before = ours.get_weights()
    with pytest.warns(UserWarning, match="A total of 1 objects could not be loaded"):
        ours.load_weights(tmp_path / "other.weights.h5", skip_mismatch=True)
    assert same(ours.get_weights(), other.get_weights()[:2] + before[2:])


def test_some_layers_can_be_left_alone(tmp_path):
    other, ours = model(3, 2), model(3, 2)
    other.save_weights(tmp_path / "other.weights.h5")
    before = ours.get_weights()
    ours.load_weights(tmp_path / "other.weights.h5", objects_to_skip=ours.layers[:1])
    assert same(ours.get_weights(), before[:2] + other.get_weights()[2:])


def test_a_layer_that_fails_halfway_is_put_back_too(tmp_path):
    class Careless(Layer):
        def build(self, input_shape):
            self.w = self.add_weight(shape=(2,), name="w")

        def call(self, inputs):
            return inputs

        def load_own_variables(self, store):
            self.w.value[...] = 7.0
            raise RuntimeError("oh")

    ours = Sequential([Input((4,)), Dense(2), Careless()])
    ours.save_weights(tmp_path / "a.weights.h5")
    before = ours.get_weights()
    with pytest.raises(ValueError, match="oh"):
        ours.load_weights(tmp_path / "a.weights.h5")
    assert same(ours.get_weights(), before)


def test_models_without_weights_yet_are_refused(tmp_path):
    with pytest.raises(ValueError, match="You are saving a model that has not yet been built"):
        Sequential([Dense(2)]).save_weights(tmp_path / "a.weights.h5")
    model(2).save_weights(tmp_path / "a.weights.h5")
    with pytest.raises(ValueError, match="You are loading weights into a model that has not yet been built"):
        Sequential([Dense(2)]).load_weights(tmp_path / "a.weights.h5")


@pytest.mark.parametrize(
    ("name", "error", "message"),
    [
        ("a.txt", ValueError, "File format not supported: filepath=.*a.txt"),
        ("a.h5", ValueError, "File not found: filepath=.*a.h5"),
        ("a.weights.h5", FileNotFoundError, "a.weights.h5"),
        ("a.keras", ValueError, "File not found: filepath=.*a.keras"),
    ],
)
def test_loading_what_is_not_there(name, error, message, tmp_path):
    with pytest.raises(error, match=message):
        model(2).load_weights(tmp_path / name)


def test_arguments_are_checked(tmp_path):
    with pytest.raises(ValueError, match=r"The filename must end in `\.weights\.h5`"):
        model(2).save_weights("a.h5")
    with pytest.raises(ValueError, match=r"must end in `\.weights\.json` when `max_shard_size` is specified"):
        model(2).save_weights(tmp_path / "a.weights.h5", max_shard_size=1)
    with pytest.raises(ValueError, match=r"Invalid keyword arguments: .*by_nam"):
        model(2).load_weights(tmp_path / "a.weights.h5", by_nam=True)


def test_not_overwriting_asks_first(tmp_path, monkeypatch):
    path = tmp_path / "a.weights.h5"
    path.write_text("old")
    monkeypatch.setattr("builtins.input", lambda question: "n")
    model(2).save_weights(path, overwrite=False)
    assert path.read_text() == "old"


def test_a_crash_while_writing_leaves_the_old_file(tmp_path, monkeypatch):
    path = tmp_path / "a.weights.h5"
    model(2).save_weights(path)
    before = path.read_bytes()
    monkeypatch.setattr(Dense, "save_own_variables", fail)
    with pytest.raises(OSError, match="disk full"):
        model(2).save_weights(path)
    assert path.read_bytes() == before
    assert [p.name for p in tmp_path.iterdir()] == ["a.weights.h5"]


def fail(*args):
    raise OSError("disk full")


def test_an_optimizer_of_another_model_is_a_warning(tmp_path):
    trained, ours = model(3, 2), model(3, 2)
    for each, optimizer in ((trained, "adam"), (ours, "sgd")):
        each.compile(optimizer, "mse")
        each.fit(np.ones((2, 4)), np.ones((2, 2)), verbose=0)
    trained.save_weights(tmp_path / "a.weights.h5")
    with pytest.warns(UserWarning, match="Skipping variable loading for optimizer 'sgd'"):
        ours.load_weights(tmp_path / "a.weights.h5")
    assert same(ours.get_weights(), trained.get_weights())


def test_a_layer_that_two_attributes_share_is_written_once(tmp_path):
    class Shared(Model):
        def __init__(self):
            super().__init__()
            self.a = Dense(4)
            self.b = self.a
            self.more = {"c": [self.a]}

        def call(self, inputs):
            return self.b(self.a(inputs))

    ours = Shared()
    ours(np.ones((2, 4)))
    ours.save_weights(tmp_path / "a.weights.h5")
    assert groups(tmp_path / "a.weights.h5") == ["a/vars/0", "a/vars/1"]
    before = ours.get_weights()
    ours.set_weights([w * 0 for w in before])
    ours.load_weights(tmp_path / "a.weights.h5")
    assert same(ours.get_weights(), before)


# --- in several files -----------------------------------------------------------------------------------------------


def kilobytes(n):
    return n * 2**10 / 2**30  # in gigabytes


def trained_and_untrained():
    models = [Sequential([Input((20,)), Dense(30), Dense(20), Dense(2)]) for _ in range(2)]
    for each in models:
        each.compile("adam", "mse")
    models[0].fit(np.ones((4, 20)), np.ones((4, 2)), verbose=0)
    models[1].optimizer.build(models[1].trainable_weights)
    return models


def test_weights_go_into_as_many_files_as_they_need_and_come_back(tmp_path):
    source, target = trained_and_untrained()
    source.save_weights(tmp_path / "big.weights.json", max_shard_size=kilobytes(4))
    table = json.loads((tmp_path / "big.weights.json").read_text())
    files = sorted(path.name for path in tmp_path.glob("*.h5"))
    assert files == [f"big_{i:05}.weights.h5" for i in range(len(files))]
    assert len(files) > 3
    assert table["metadata"]["total_size"] == sum(
        v.value.nbytes for v in (*source.weights, *source.optimizer.variables)
    )
    assert isinstance(table["weight_map"]["/optimizer/vars"], list)
    assert isinstance(table["weight_map"]["/layers/dense/vars"], str)
    target.load_weights(tmp_path / "big.weights.json")
    for ours, theirs in zip(
        (*target.weights, *target.optimizer.variables), (*source.weights, *source.optimizer.variables), strict=True
    ):
        np.testing.assert_array_equal(ours.numpy(), theirs.numpy())


def test_an_array_larger_than_a_file_is_an_error_before_anything_is_written(tmp_path):
    with pytest.raises(ValueError, match=r"exceeds the maximum shard size 100\.00 B\. You can increase"):
        trained_and_untrained()[0].save_weights(tmp_path / "big.weights.json", max_shard_size=kilobytes(100 / 1024))
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda table: {}, "it does not tell which file holds which weights"),
        (lambda table: {"weight_map": {"/vars": "../other.h5"}}, "is no HDF5 file in the same folder"),
        (lambda table: {"weight_map": {"/vars": "/etc/passwd"}}, "is no HDF5 file in the same folder"),
        (lambda table: {"weight_map": {"/vars": [1]}}, "is no HDF5 file in the same folder"),
        (lambda table: {"weight_map": {"/vars": "gone.h5"}}, "it is missing"),
        (lambda table: {"weight_map": {"/vars": "big_00000.weights.h5"}}, "it holds no '/vars'"),
        (lambda table: {"weight_map": {}}, "could not be loaded"),
    ],
)
def test_a_table_that_lies_changes_nothing(change, message, tmp_path):
    source, target = trained_and_untrained()
    path = tmp_path / "big.weights.json"
    source.save_weights(path, max_shard_size=1)
    path.write_text(json.dumps(change(json.loads(path.read_text()))))
    before = target.get_weights()
    with pytest.raises(ValueError, match=message):
        target.load_weights(path)
    for old, now in zip(before, target.get_weights(), strict=True):
        np.testing.assert_array_equal(old, now)
