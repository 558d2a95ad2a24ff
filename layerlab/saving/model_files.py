"""Whole models: `.keras` files with the architecture, the weights, and how the model was compiled and trained."""

import datetime
import io
import json
import logging
import os
import warnings
import zipfile
from pathlib import Path

from layerlab import __version__
from layerlab.models import Model
from layerlab.saving.archive import CONFIG, METADATA, WEIGHTS, open_archive
from layerlab.saving.checks import explaining, refuse
from layerlab.saving.hdf5 import open_weights
from layerlab.saving.legacy_files import ENDINGS, load_legacy_model, save_legacy_model
from layerlab.saving.state import load_state, save_state
from layerlab.saving.writing import may_write, replacing
from layerlab.serialization import deserialize_keras_object, serialize_shared, sharing_scope
from layerlab.variables import room_for_variables

__all__ = ["load_model", "save_model"]

_FORMAT = "3.15.1"  # the version of Keras whose files these are

# A file may make room for so much: its own size several times over (an optimizer keeps two more arrays a weight, a
# float16 file loads as float32), and a little for a file without weights.
_ROOM_PER_BYTE, _ROOM_FOR_ALL = 8, 2**24


def save_model(model, filepath, overwrite=True, zipped=None, **kwargs) -> None:
    """Write a model to a `.keras` file, which real Keras 3 reads too.

    Args:
        model: the model; compiled or not, trained or not.
        filepath: a path that ends in `.keras`, or a binary file open for writing. An old file stays until the new one
            is complete. The legacy format of Keras is written for a path that ends in `.h5` or `.hdf5`, and a warning
            that it is one to the logger "layerlab".
        overwrite: replace an old file; otherwise ask first.
        zipped: False writes a folder of the same files instead of one zip archive.
        **kwargs: `include_optimizer`, for a legacy file.

    Raises:
        ValueError: another ending.
        TypeError: something in the model's configuration cannot be described in JSON.

    A lambda inside the model is saved as byte code, which loads only with `safe_mode=False`.

    Source: Keras page "Whole model saving & loading".
    """
    _check_target(filepath, zipped, kwargs)
    if not model.built:
        warnings.warn(
            "You are saving a model that has not yet been built. It might not contain any weights yet. Consider "
            "building the model first by calling it on some data.",
            stacklevel=2,
        )
    if str(filepath).endswith(ENDINGS):
        _save_legacy(model, filepath, overwrite, **kwargs)
        return
    members = _members(model)
    if hasattr(filepath, "write"):
        _write_zip(filepath, members)
    elif may_write(filepath, overwrite):
        if zipped is False:
            _write_folder(filepath, members)
        else:
            with replacing(filepath) as temporary:
                _write_zip(temporary, members)


def _save_legacy(model, filepath, overwrite, **kwargs) -> None:
    logging.getLogger("layerlab").warning(
        "You are saving your model as an HDF5 file, a legacy format. The native one: `model.save('%s.keras')`",
        Path(filepath).stem,
    )
    if may_write(filepath, overwrite):
        os.makedirs(os.path.dirname(os.path.abspath(filepath)), exist_ok=True)
        with replacing(filepath) as temporary:
            save_legacy_model(model, temporary, _FORMAT, kwargs.get("include_optimizer", True))


def _check_target(filepath, zipped, kwargs) -> None:
    unknown = [key for key in kwargs if key not in ("include_optimizer", "save_format")]
    if unknown:
        raise ValueError(f"The following argument(s) are not supported: {unknown}")
    if kwargs.get("save_format"):
        raise ValueError(
            "The `save_format` argument is deprecated in Keras 3. Please remove this argument and pass a file path "
            f"with a `.keras` extension. Received: save_format={kwargs['save_format']}"
        )
    if zipped is not None and str(filepath).endswith(ENDINGS):
        raise ValueError(f"`zipped` is for `.keras` files. Received: filepath={filepath}, zipped={zipped}")
    is_keras = hasattr(filepath, "write") or str(filepath).endswith((".keras", *ENDINGS))
    if zipped is False and is_keras:
        raise ValueError(
            "When using `zipped=False`, the `filepath` argument should not end in `.keras`. "
            f"Received: filepath={filepath}"
        )
    if zipped is not False and not is_keras:
        raise ValueError(
            "Invalid filepath extension for saving. Please add either a `.keras` extension for the native Keras format "
            f"(recommended) or a `.h5` extension. Received: filepath={filepath}."
        )


def _members(model) -> dict[str, bytes]:
    """The content of the archive, complete before anything is written."""
    import h5py

    metadata = {
        "keras_version": _FORMAT,
        "date_saved": datetime.datetime.now().strftime("%Y-%m-%d@%H:%M:%S"),
        "layerlab_version": __version__,
    }
    weights = io.BytesIO()
    with h5py.File(weights, "w") as file:
        save_state(model, file)
    texts = {METADATA: json.dumps(metadata), CONFIG: json.dumps(serialize_shared(model))}
    return {name: text.encode() for name, text in texts.items()} | {WEIGHTS: weights.getvalue()}


def _write_zip(file, members) -> None:
    with zipfile.ZipFile(file, "w") as archive:
        for name, content in members.items():
            archive.writestr(name, content)


def _write_folder(path, members) -> None:
    os.makedirs(path, exist_ok=True)
    for name, content in members.items():
        with replacing(os.path.join(path, name)) as temporary:
            temporary.write_bytes(content)


def load_model(filepath, custom_objects=None, compile=True, safe_mode=True) -> Model:
    """Read a model that layerlab or real Keras 3 has saved, ready to predict or to train on.

    A file from someone else is safe to open: it can name only layerlab's own classes and those that you registered,
    runs no code unless you say so, takes no more memory than its size justifies, and is unpacked nowhere.

    Args:
        filepath: a `.keras` file, a folder that `save_model(zipped=False)` wrote, a binary file open for reading, or a
            legacy `.h5` file of Keras 2 or 3.
        custom_objects: name -> class or function, for what is not registered.
        compile: also restore the optimizer, loss and metrics.
        safe_mode: refuse lambdas in the file. With False they run: only for files that you trust.

    Raises:
        ValueError: a missing, damaged or hostile file, or a lambda while safe_mode is on.
        TypeError: the file names a class or function that is not known.

    Source: Keras page "Whole model saving & loading".
    """
    _check_source(filepath)
    if str(filepath).endswith(ENDINGS) and not os.path.isdir(filepath):
        return load_legacy_model(filepath, custom_objects, compile, safe_mode)
    with open_archive(filepath) as archive:
        config, weights = archive.config(), archive.weights()
        room = _ROOM_FOR_ALL + _ROOM_PER_BYTE * weights.getbuffer().nbytes
        with explaining(filepath, "its configuration does not describe a model"), room_for_variables(room):
            model = _model(config, custom_objects, compile, safe_mode, filepath)
        with open_weights(weights, filepath) as file:
            load_state(model, file, filepath)
    return model


def _check_source(filepath) -> None:
    is_folder = not hasattr(filepath, "read") and os.path.isdir(filepath)
    if not is_folder and not hasattr(filepath, "read") and not str(filepath).endswith((".keras", *ENDINGS)):
        raise ValueError(
            f"File format not supported: filepath={filepath}. layerlab reads `.keras` files, those of Keras 3 "
            "included, and legacy `.h5` files. A TensorFlow SavedModel loads in Keras only."
        )


def _model(text: bytes, custom_objects, compile: bool, safe_mode: bool, where) -> Model:
    config = json.loads(text)
    if not isinstance(config, dict):
        raise refuse(where, f"{CONFIG} holds {type(config).__name__}, not the description of a model.")
    if not compile:
        config["compile_config"] = None
    with sharing_scope():
        model = deserialize_keras_object(config, custom_objects, safe_mode)
    if not isinstance(model, Model):
        raise refuse(where, f"{CONFIG} describes {type(model).__name__}, not a model.")
    return model
