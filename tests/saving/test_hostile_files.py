"""Files that somebody damaged, or made to do harm: each is refused with a message that says what is wrong with it."""

import contextlib
import io
import json
import struct
import zipfile

import h5py
import numpy as np
import pytest

from layerlab import Sequential, saving
from layerlab.layers import Dense, Input
from layerlab.saving import checks
from layerlab.serialization.bytecode import dump_function

CONFIG, WEIGHTS = "config.json", "model.weights.h5"


def model():
    return Sequential([Input((4,)), Dense(3, name="only")], name="victim")


def members():
    """The content of a good file."""
    file = io.BytesIO()
    saving.save_model(model(), file)
    with zipfile.ZipFile(file) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def archive(*replaced, compression=zipfile.ZIP_STORED, **options):
    """A `.keras` file of these (name, content) pairs."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", compression) as opened:
        for name, content in replaced:
            opened.writestr(name, content, **options)
    return file


def with_member(name, content):
    return archive(*(members() | {name: content}).items())


def with_config(change):
    """A good file but for what `change` does to its configuration."""
    config = json.loads(members()[CONFIG])
    changed = change(config)
    return with_member(CONFIG, json.dumps(config if changed is None else changed))


def dense(config):
    return config["config"]["layers"][1]


def refused(file, error=ValueError):
    with pytest.raises(error) as caught:
        saving.load_model(file)
    return str(caught.value)


def refused_as_file(tmp_path, content):
    path = tmp_path / "bad.keras"
    path.write_bytes(content)
    return refused(path)


# --- damage ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("content", [b"", b"hello", b"PK\x03\x04 but no more", b"\x89HDF\r\n\x1a\n"])
def test_what_is_no_archive(content, tmp_path):
    message = refused_as_file(tmp_path, content)
    assert "bad.keras: it is not a zip archive" in message


@pytest.mark.parametrize("kept", [0.1, 0.5, 0.9, 0.99])
def test_a_file_cut_short(kept, tmp_path):
    whole = archive(*members().items()).getvalue()
    assert "bad.keras" in refused_as_file(tmp_path, whole[: int(len(whole) * kept)])


def test_any_flipped_byte_of_the_weights_is_noticed(tmp_path):
    good = members()
    whole = bytearray(archive(*good.items()).getvalue())
    start = bytes(whole).index(good[WEIGHTS])
    whole[start + len(good[WEIGHTS]) // 2] ^= 0xFF
    assert "its member 'model.weights.h5' is damaged (BadZipFile: Bad CRC-32" in refused_as_file(tmp_path, bytes(whole))


@pytest.mark.parametrize("name", [CONFIG, WEIGHTS])
def test_a_member_that_is_missing(name):
    rest = {key: value for key, value in members().items() if key != name}
    assert f"the archive holds 0 members called {name!r}" in refused(archive(*rest.items()))


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_a_member_that_is_there_twice():
    assert "the archive holds 2 members called 'config.json'" in refused(
        archive(*members().items(), (CONFIG, members()[CONFIG]))
    )


def test_an_archive_with_a_password(tmp_path):
    whole = bytearray(archive(*members().items()).getvalue())
    for signature, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):  # the flags of both headers of each member
        position = whole.find(signature)
        while position >= 0:
            whole[position + offset] |= 1
            position = whole.find(signature, position + 4)
    assert "is encrypted, password required" in refused_as_file(tmp_path, bytes(whole))


@pytest.mark.parametrize(
    "text", [b"", b"{", b"\xff\xfe", b"[" * 100_000, b'{"a": 1}', b"[]", b"3", b'"Sequential"', b"null"]
)
def test_a_configuration_that_describes_no_model(text):
    refused(with_member(CONFIG, text))


@pytest.mark.parametrize("content", [b"", b"hello", b"\x89HDF\r\n\x1a\n" + b"\0" * 1000])
def test_weights_that_are_no_hdf5(content):
    assert "it is not an HDF5 file, or it is damaged" in refused(with_member(WEIGHTS, content))


@pytest.mark.parametrize("part", range(0, 1000, 111))
def test_damaged_hdf5_never_ends_in_anything_but_a_message(part):
    weights = bytearray(members()[WEIGHTS])
    weights[part : part + 64] = b"\xa5" * 64
    file = with_member(WEIGHTS, bytes(weights))
    with contextlib.suppress(ValueError):  # or the bytes were part of nothing
        assert saving.load_model(file).built


# --- code -----------------------------------------------------------------------------------------------------------


def named(module, class_name, config, registered_name):
    return {"module": module, "class_name": class_name, "config": config, "registered_name": registered_name}


EVIL = {
    "a class of another module": named("subprocess", "Popen", {"args": ["touch", "pwned"]}, "Popen"),
    "a class in a module of ours": named("layerlab.saving.archive", "Archive", {"where": "x"}, None),
    "a function of a module": named("os", "function", "system", "function"),
    "a function of the builtins": named("builtins", "function", "eval", "function"),
    "a class of the builtins": named("builtins", "exec", {"x": 1}, None),
    "a callback": named("keras.callbacks", "CSVLogger", {"filename": "pwned"}, None),
    "a function of ours that no file means": named("keras.saving", "load_model", {"filepath": "x"}, None),
    "a dunder": named("keras.layers", "__import__", {"name": "os"}, None),
    "no string": named("keras.layers", ["Dense"], {}, None),
}


@pytest.mark.parametrize("evil", EVIL.values(), ids=EVIL)
@pytest.mark.parametrize("key", ["activation", "kernel_initializer", "kernel_regularizer", "kernel_constraint"])
def test_only_known_things_can_be_named_inside_a_layer(evil, key):
    with pytest.raises((TypeError, ValueError), match="Could not"):
        saving.load_model(with_config(lambda config: dense(config)["config"].update({key: evil})))


@pytest.mark.parametrize("evil", EVIL.values(), ids=EVIL)
@pytest.mark.parametrize("place", ["model", "layer", "loss", "optimizer"])
def test_only_known_things_can_be_named_anywhere(evil, place):
    def change(config):
        if place == "model":
            return evil
        if place == "layer":
            config["config"]["layers"][1] = evil
        else:
            config["compile_config"] = {"optimizer": "sgd", "loss": "mse"} | {place: evil}
        return None

    with pytest.raises((TypeError, ValueError)):
        saving.load_model(with_config(change))


def test_no_module_is_imported_for_a_file(monkeypatch):
    monkeypatch.setattr("builtins.__import__", forbidden_for("antigravity"))
    refused(with_config(lambda c: dense(c).update(module="antigravity", registered_name="Dense")), TypeError)


def forbidden_for(name, real=__import__):
    def fake(module, *args, **kwargs):
        assert name not in module
        return real(module, *args, **kwargs)

    return fake


BYTECODE = dump_function(lambda *args: pytest.fail("code of a file ran"))
LAMBDAS = {
    "by name": {"class_name": "__lambda__", "config": BYTECODE},
    "by position": {"class_name": "__lambda__", "config": {"value": list(BYTECODE.values())}},
}


@pytest.mark.parametrize("function", LAMBDAS.values(), ids=LAMBDAS)
@pytest.mark.parametrize("place", ["function", "output_shape", "mask", "arguments", "activation", "loss", "metric"])
def test_no_lambda_runs(function, place):
    def change(config):
        layer = dense(config)
        if place == "activation":
            layer["config"]["activation"] = function
        elif place in ("loss", "metric"):
            config["compile_config"] = {"loss": function} if place == "loss" else {"loss": "mse", "metrics": [function]}
        else:
            named = {"module": "builtins", "class_name": "function", "config": "relu", "registered_name": "function"}
            value = {"a": function} if place == "arguments" else function
            config["config"]["layers"][1] = {
                "module": "keras.layers",
                "class_name": "Lambda",
                "config": {"function": named} | {place: value},
                "registered_name": None,
            }

    assert "Requested the deserialization of a" in refused(with_config(change), (TypeError, ValueError))


def test_a_pickle_is_never_opened(monkeypatch):
    evil = {"class_name": "__numpy__", "config": {"value": [1], "dtype": "object"}}
    for name in ("load", "loads", "Unpickler"):
        monkeypatch.setattr(f"pickle.{name}", lambda *args, **kwargs: pytest.fail("a pickle was opened"))
    with pytest.raises(ValueError, match="Invalid dtype: object"):
        saving.deserialize_keras_object(evil)
    refused(with_member(WEIGHTS, b"\x80\x04cos\nsystem\n(S'true'\ntR."))


def graph_calling(function, *arguments, outputs=None):
    """A file of a model that applies a NumPy function to its input."""
    source = {"class_name": "__keras_tensor__", "config": {"shape": [None, 4], "dtype": "float32"}}
    source["config"]["keras_history"] = ["source", 0, 0]
    config = {"name": "called", "function": function, "outputs": outputs or {"shape": [None, 4], "dtype": "float32"}}
    layers = [
        named("keras.layers", "InputLayer", {"batch_shape": [None, 4], "name": "source"}, None)
        | {"name": "source", "inbound_nodes": []},
        named("keras.layers", "NumpyCall", config, None)
        | {"name": "called", "inbound_nodes": [{"args": [source, *arguments], "kwargs": {}}]},
    ]
    ends = {"input_layers": ["source", 0, 0], "output_layers": ["called", 0, 0]}
    config = {"name": "graph", "layers": layers} | ends
    return with_member(CONFIG, json.dumps(named("keras.src.models.functional", "Functional", config, "Functional")))


@pytest.mark.parametrize(
    "function", ["os.system", "numpy.load", "numpy.save", "numpy.fromfile", "builtins.eval", "x", ""]
)
def test_only_functions_of_arrays_can_be_called(function):
    assert f"The function {function!r} cannot be loaded from a file" in refused(graph_calling(function, 2))


def test_functions_of_arrays_do_not_run_while_they_are_loaded():
    loaded = saving.load_model(
        graph_calling("numpy.tile", [1, 10**12], outputs={"shape": [None, 9], "dtype": "float32"})
    )
    assert loaded.output_shape == (None, 9)


@pytest.mark.parametrize(
    "outputs", [3, "x", {"shape": "abc"}, {"shape": [[1]], "dtype": "float32"}, [None], {"shape": [None]}]
)
def test_strange_outputs_of_functions(outputs):
    refused(graph_calling("numpy.abs", outputs=outputs), (TypeError, ValueError))


# --- size -----------------------------------------------------------------------------------------------------------


def test_a_configuration_cannot_ask_for_more_memory_than_the_file_is_worth():
    for units in (10**7, 10**12, 10**30):
        message = refused(with_config(lambda config, n=units: dense(config)["config"].update(units=n)))
        assert "more than the file can hold weights for" in message


def test_neither_can_an_optimizer_or_many_layers():
    def many(config):
        config["config"]["layers"] += [
            named("keras.layers", "Dense", {"units": 1000, "name": f"d{i}"}, None) for i in range(30)
        ]

    assert "more than the file can hold weights for" in refused(with_config(many))


def claiming(name, size):
    """A file whose member says that it unpacks to `size` bytes."""
    file = archive(*(members() | {name: b"\0" * 1000}).items(), compression=zipfile.ZIP_DEFLATED)
    whole = bytearray(file.getvalue())
    directory = whole.rindex(name.encode())
    struct.pack_into("<I", whole, directory - 46 + 24, size)
    return io.BytesIO(bytes(whole))


@pytest.mark.parametrize("name", [CONFIG, WEIGHTS])
def test_a_zip_bomb_is_not_unpacked(name):
    assert f"its member {name!r} would unpack from" in refused(claiming(name, 2**32 - 2))


def test_a_real_zip_bomb_is_not_unpacked():
    zeros = archive(*(members() | {WEIGHTS: bytes(2**26 + 1)}).items(), compression=zipfile.ZIP_DEFLATED)
    assert "would unpack from 65," in refused(zeros)


def test_a_member_that_lies_about_its_size_is_damaged():
    assert "is damaged" in refused(claiming(WEIGHTS, 10))


def in_hdf5(change):
    """A good file but for what `change` does to the group with the weights of its layer."""
    file = io.BytesIO(members()[WEIGHTS])
    with h5py.File(file, "a") as opened:
        group = opened["layers/dense/vars"]
        kept = group["0"][()]
        del group["0"]
        change(group, kept)
    return with_member(WEIGHTS, file.getvalue())


def virtual(group, kept):
    layout = h5py.VirtualLayout(shape=kept.shape, dtype=kept.dtype)
    layout[...] = h5py.VirtualSource("/etc/passwd", "x", shape=kept.shape)
    group.create_virtual_dataset("0", layout)


def filtered(group, kept):
    group.create_dataset("0", data=kept, chunks=kept.shape, compression="lzf")


HDF5 = {
    "huge and empty": (lambda group, kept: group.create_dataset("0", shape=(2**40,), dtype="f4"), "claims 4,398,046"),
    "huge and packed": (
        lambda group, kept: group.create_dataset("0", (2**30, 4), "f4", chunks=(2**20, 4), compression="gzip"),
        "claims 17,179,869,184 bytes",
    ),
    "a soft link": (lambda group, kept: group.__setitem__("0", h5py.SoftLink("/vars")), "is a link to somewhere else"),
    "an external link": (
        lambda group, kept: group.__setitem__("0", h5py.ExternalLink("/etc/passwd", "/x")),
        "is a link to somewhere else",
    ),
    "a virtual dataset": (virtual, "keeps its values in another file"),
    "external storage": (
        lambda group, kept: group.create_dataset(
            "0", kept.shape, "f4", external=[("/etc/passwd", 0, h5py.h5f.UNLIMITED)]
        ),
        "keeps its values in another file",
    ),
    "a filter from a plug-in": (filtered, "is packed with a filter that layerlab does not run"),
    "text": (lambda group, kept: group.create_dataset("0", data="x" * 12), "does not hold numbers"),
    "references": (
        lambda group, kept: group.create_dataset("0", data=group.ref, dtype=h5py.ref_dtype),
        "does not hold numbers",
    ),
    "nothing": (lambda group, kept: group.create_dataset("0", data=h5py.Empty("f4")), "does not hold numbers"),
    "a group": (lambda group, kept: group.create_group("0"), "is not an array"),
    "another shape": (lambda group, kept: group.create_dataset("0", data=kept.T), "must match"),
    "nobody": (lambda group, kept: None, "expected 2 variables, but received 1"),
}


@pytest.mark.parametrize(("change", "message"), HDF5.values(), ids=HDF5)
def test_weights_are_plain_arrays_in_the_file(change, message, tmp_path):
    file = in_hdf5(change)
    assert message in refused(file)
    (tmp_path / "bad.keras").write_bytes(file.getvalue())
    victim = model()
    before = victim.get_weights()
    with pytest.raises(ValueError, match=r"bad\.keras"):
        victim.load_weights(tmp_path / "bad.keras")
    assert all(np.array_equal(a, b) for a, b in zip(before, victim.get_weights(), strict=True))


@pytest.mark.parametrize("group", ["layers", "layers/dense", "layers/dense/vars"])
def test_groups_are_no_links_either(group):
    file = io.BytesIO(members()[WEIGHTS])
    with h5py.File(file, "a") as opened:
        del opened[group]
        opened[group] = h5py.ExternalLink("other.h5", "/layers")
    assert "is a link to somewhere else" in refused(with_member(WEIGHTS, file.getvalue()))


def test_an_array_in_the_place_of_a_group():
    file = io.BytesIO(members()[WEIGHTS])
    with h5py.File(file, "a") as opened:
        del opened["layers/dense"]
        opened["layers/dense"] = np.zeros(3)
    assert "is not a group" in refused(with_member(WEIGHTS, file.getvalue()))


# --- places ---------------------------------------------------------------------------------------------------------


def test_nothing_is_unpacked_and_other_members_are_not_read(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    extra = {"../escaped.txt": "x", "/tmp/absolute.txt": "x", "assets/../../x": "x", "metadata.json": "not json"}
    loaded = saving.load_model(archive(*(members() | extra).items()))
    assert loaded.name == "victim"
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("name", ["../evil", "a/b", 3, ["x"]])
def test_names_of_layers_cannot_be_paths(name):
    file = with_config(lambda config: dense(config)["config"].update(name=name))
    assert "`name` must be a string and cannot contain character `/`" in refused(file, (TypeError, ValueError))


STRANGE = {
    "no layers": lambda config: config["config"].pop("layers"),
    "layers are no list": lambda config: config["config"].update(layers=3),
    "a layer is no dictionary": lambda config: config["config"].update(layers=["x", 1]),
    "a layer without a class": lambda config: dense(config).pop("class_name"),
    "a shape of text": lambda config: config["config"]["layers"][0]["config"].update(batch_shape="abc"),
    "a negative shape": lambda config: config["config"]["layers"][0]["config"].update(batch_shape=[None, -4]),
    "units of text": lambda config: dense(config)["config"].update(units="3"),
    "units that are not a number": lambda config: dense(config)["config"].update(units=float("nan")),
    "an unknown argument": lambda config: dense(config)["config"].update(unitz=3),
    "a dtype that is none": lambda config: dense(config)["config"].update(dtype="float33"),
    "a class that is no model": lambda config: dense(config),
    "an optimizer that is none": lambda config: config.update(compile_config={"optimizer": 3}),
    "itself, deep inside": lambda config: config["config"].update(layers=[nest(config, 300)]),
}


def nest(config, depth):
    inner = json.loads(json.dumps(dense(config)))
    for i in range(depth):
        inner = named("keras", "Sequential", {"name": f"s{i}", "layers": [inner]}, None)
    return inner


@pytest.mark.parametrize("change", STRANGE.values(), ids=STRANGE)
def test_strange_configurations_are_refused_with_the_name_of_the_file(change, tmp_path):
    def changed(config):
        found = change(config)
        return found if change is STRANGE["a class that is no model"] else None

    path = tmp_path / "strange.keras"
    path.write_bytes(with_config(changed).getvalue())
    with pytest.raises((TypeError, ValueError)) as caught:
        saving.load_model(path)
    assert "strange.keras" in "\n".join([str(caught.value), *getattr(caught.value, "__notes__", ())])


def test_what_counts_as_a_bomb():
    assert not checks.is_bomb(checks.SMALL, 1)
    assert not checks.is_bomb(100 * checks.SMALL, checks.SMALL)
    assert checks.is_bomb(100 * checks.SMALL + 1, checks.SMALL)
