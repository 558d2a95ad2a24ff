"""The files that Keras wrote before `.keras`: a whole model, or weights alone, in one HDF5 file called `.h5`.

The architecture, and how the model was compiled, stand in attributes, as JSON; weights are found by the order of
layers, or by their names. What is read is held against the same checks as in other files, and runs no code.
"""

import json
import os
import warnings
from collections import Counter
from collections.abc import Iterator

import numpy as np

from layerlab import __version__, losses
from layerlab.models import Model
from layerlab.saving.checks import explaining, refuse
from layerlab.saving.hdf5 import array_at, group_at, open_weights
from layerlab.saving.legacy_configurations import compile_arguments, modern
from layerlab.serialization import deserialize_keras_object, serialize_shared, sharing_scope
from layerlab.variables import Variable, room_for_variables

__all__ = ["ENDINGS", "load_legacy_model", "load_legacy_weights", "save_legacy_model"]

ENDINGS = (".h5", ".hdf5")
_OWN = "top_level_model_weights"  # the group of the weights that belong to no layer of the model
_CHUNK = 2_000  # names in one attribute: an HDF5 attribute holds 64 kB, 16 bytes of them a name


def save_legacy_model(model, filepath, keras_version: str, include_optimizer=True) -> None:
    """Write a whole model in Keras's legacy format.

    Args:
        model: a built model.
        filepath: of a file that is new.
        keras_version: whose format it is.
        include_optimizer: write how the model was compiled, and the state of its optimizer, too.
    """
    import h5py

    config = serialize_shared(model)
    compiled = config.pop("compile_config", None)
    with h5py.File(filepath, "w") as file:
        file.attrs.update(keras_version=keras_version, backend="numpy", layerlab_version=__version__)
        file.attrs["model_config"] = json.dumps(config)
        _write_weights(file.create_group("model_weights"), model, keras_version)
        if compiled and include_optimizer:
            file.attrs["training_config"] = json.dumps(_training_config(compiled))
            _write_arrays(file.create_group("optimizer_weights"), model.optimizer.variables)


def _training_config(compiled: dict) -> dict:
    optimizer = {key: compiled["optimizer"][key] for key in ("class_name", "config")}
    rest = {key: value for key, value in compiled.items() if key != "optimizer"}
    return rest | {"loss": _spelled_out(compiled["loss"]), "optimizer_config": optimizer}


def _spelled_out(loss):
    """Losses by their full names, "mse" as "mean_squared_error": Keras does not read the short ones here."""
    if isinstance(loss, list):
        return [_spelled_out(item) for item in loss]
    if isinstance(loss, dict) and "class_name" not in loss:
        return {name: _spelled_out(item) for name, item in loss.items()}
    function = losses.get(loss) if isinstance(loss, str) else None
    return getattr(function, "__name__", loss)


def _write_weights(group, model, keras_version: str) -> None:
    group.attrs.update(backend="numpy", keras_version=keras_version)
    _write_names(group, "layer_names", [layer.name for layer in _layers_of(model)])
    for layer in _layers_of(model):
        _write_arrays(group.create_group(layer.name), _weights_of(layer))
    _write_arrays(group.create_group(_OWN), _own_weights(model))


def _write_arrays(group, variables) -> None:
    used: Counter[str] = Counter()
    paths = []
    for variable in variables:
        used[variable.path] += 1
        same = used[variable.path] - 1
        paths.append(f"{variable.path}_{same}" if same else variable.path)
        group.create_dataset(paths[-1], data=variable.numpy())
    _write_names(group, "weight_names", paths)


def _write_names(group, name: str, values: list[str]) -> None:
    import h5py

    chunks = [values[i : i + _CHUNK] for i in range(0, len(values), _CHUNK)] or [[]]
    for i, chunk in enumerate(chunks):
        group.attrs[name if len(chunks) == 1 else f"{name}{i}"] = np.array(chunk, dtype=h5py.string_dtype())


def load_legacy_model(filepath, custom_objects=None, compile=True, safe_mode=True) -> Model:
    """Read a whole model from a legacy `.h5` file of Keras 2, Keras 3 or layerlab; see `load_model`."""
    _check_exists(filepath)
    with open_weights(filepath, filepath) as file:
        text = _text(file, "model_config")
        if text is None:
            raise ValueError(f"No model config found in the file at {filepath}.")
        room = 2**24 + 8 * os.path.getsize(filepath)
        with explaining(filepath, "its configuration does not describe a model"), room_for_variables(room):
            with sharing_scope():
                model = deserialize_keras_object(modern(json.loads(text)), custom_objects, safe_mode)
            if not isinstance(model, Model):
                raise refuse(filepath, f"its configuration describes {type(model).__name__}, not a model.")
            _load_weights(_weights_group(file, filepath), model, filepath)
            if compile:
                _compile(model, file, custom_objects, safe_mode, filepath)
    return model


def _compile(model, file, custom_objects, safe_mode, where) -> None:
    text = _text(file, "training_config")
    if text is None:
        warnings.warn(
            "No training configuration found in the save file, so the model was *not* compiled. Compile it manually.",
            stacklevel=4,
        )
        return
    model.compile(**deserialize_keras_object(compile_arguments(json.loads(text)), custom_objects, safe_mode))
    group = group_at(file, "optimizer_weights", where)
    if group is not None and model.built:
        _load_optimizer(model.optimizer, model.trainable_variables, _arrays(group, where))


def _load_optimizer(optimizer, variables, values: list) -> None:
    optimizer.build(variables)
    if len(values) == len(optimizer.variables) - 1:  # Keras 2 does not count the learning rate
        values.insert(1, optimizer.variables[1])
    try:
        optimizer.set_weights(values)
    except ValueError:
        warnings.warn(
            "Error in loading the saved optimizer state. As a result, your model is starting with a freshly "
            "initialized optimizer.",
            stacklevel=5,
        )


def load_legacy_weights(model, filepath, skip_mismatch=False, by_name=False) -> None:
    """Read the weights of a legacy file, of weights or of a whole model, into a built model; see `load_weights`.

    Args:
        by_name: give each layer those of the layer of its name, and leave the others alone. Otherwise the layers that
            have weights are taken in their order.
    """
    _check_exists(filepath)
    with open_weights(filepath, filepath) as file, explaining(filepath, "its weights cannot be read"):
        _load_weights(_weights_group(file, filepath), model, filepath, skip_mismatch, by_name)


def _weights_group(file, where):
    whole = not any(name in file.attrs for name in ("layer_names", "layer_names0"))
    group = group_at(file, "model_weights", where) if whole else file
    if group is None:
        raise refuse(where, "it holds no weights: neither a list of layers nor a group called 'model_weights'.")
    return group


def _load_weights(group, model, where, skip_mismatch=False, by_name=False) -> None:
    """Find a value for each variable, and only then, when all fit, give it to them."""
    pairs = list(_pairs_by_name(group, model, where) if by_name else _pairs_by_order(group, model, where))
    found = [pair for what, own, stored in pairs for pair in _fitting(what, own, stored, skip_mismatch)]
    for variable, value in found:
        variable.assign(value)


def _pairs_by_order(group, model, where) -> Iterator[tuple[str, list, list]]:
    """(what it is, its variables, the values in the file) of each layer that has weights, and of the model itself."""
    layers = [layer for layer in _layers_of(model) if _weights_of(layer)]
    stored = {name: _arrays(_layer_group(group, name, where), where) for name in _names(group, "layer_names")}
    stored = {name: arrays for name, arrays in stored.items() if arrays}
    if len(stored) != len(layers):
        raise ValueError(
            f"Layer count mismatch when loading weights from file. Model expected {len(layers)} layers, found "
            f"{len(stored)} saved layers."
        )
    for i, (layer, (name, arrays)) in enumerate(zip(layers, stored.items(), strict=True)):
        yield f"layer #{i} (named {layer.name} in the current model, {name} in the file)", _weights_of(layer), arrays
    if (own := group_at(group, _OWN, where)) is not None:
        yield "top-level model", _own_weights(model), _arrays(own, where)


def _pairs_by_name(group, model, where) -> Iterator[tuple[str, list, list]]:
    saved = _names(group, "layer_names")
    for i, layer in enumerate(_layers_of(model)):
        if layer.name in saved:
            arrays = _arrays(_layer_group(group, layer.name, where), where)
            yield f"layer #{i} (named {layer.name})", _weights_of(layer), arrays


def _fitting(what: str, variables: list[Variable], values: list, skip_mismatch: bool) -> list[tuple]:
    """The pairs (variable, value) of equal shapes.

    Raises:
        ValueError: another number, or another shape; with skip_mismatch that is a warning.
    """
    problems = [
        f"Shape mismatch in {what} for weight {variable.path}. Weight expects shape {variable.shape}. Received saved "
        f"weight with shape {value.shape}"
        for variable, value in zip(variables, values, strict=False)
        if variable.shape != value.shape
    ]
    if len(values) != len(variables):
        problems = [
            f"Weight count mismatch for {what}. Layer expects {len(variables)} weight(s). Received {len(values)} saved "
            "weight(s)"
        ]
    if problems and not skip_mismatch:
        raise ValueError(problems[0])
    for problem in problems:
        warnings.warn(f"Skipping: {problem}", stacklevel=6)
    if len(values) != len(variables):
        return []
    return [pair for pair in zip(variables, values, strict=True) if pair[0].shape == pair[1].shape]


# --- what a file holds ----------------------------------------------------------------------------------------------


def _layers_of(model) -> list:
    """The layers, each once."""
    return list({id(layer): layer for layer in model.layers}.values())


def _weights_of(layer) -> list[Variable]:
    """The weights in the order of these files: what training changes comes first."""
    return layer.trainable_weights + layer.non_trainable_weights


def _own_weights(model) -> list[Variable]:
    own = [variable for variables in model._own_variables() for variable in variables]
    inside = {id(variable) for layer in model.layers for variable in layer.weights}
    return [variable for variable in own if id(variable) not in inside]


def _check_exists(filepath) -> None:
    if not os.path.exists(filepath):
        raise ValueError(f"File not found: filepath={filepath}. Please ensure the file is an accessible `.h5` file.")


def _text(group, name: str) -> str | None:
    value = group.attrs.get(name)
    return value.decode() if isinstance(value, bytes) else value


def _names(group, name: str) -> list[str]:
    """A list of names in an attribute, or in several numbered ones."""
    parts = [name] if name in group.attrs else [f"{name}{i}" for i in range(len(group.attrs))]
    values = [value for part in parts for value in group.attrs.get(part, ())]
    return [value.decode() if isinstance(value, bytes) else str(value) for value in values]


def _layer_group(group, name: str, where):
    found = group_at(group, name, where)
    if found is None:
        raise refuse(where, f"it names the layer {name!r}, but holds no weights of it.")
    return found


def _arrays(group, where) -> list[np.ndarray]:
    return [array_at(group, name, where) for name in _names(group, "weight_names")]
