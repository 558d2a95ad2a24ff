"""Dictionaries to objects. Nothing is imported for them, and a lambda is refused unless safe mode is off."""

import inspect
import types
from collections.abc import Mapping
from typing import Any

import numpy as np

from layerlab import registry
from layerlab.config import standardize_dtype
from layerlab.serialization.bytecode import load_function
from layerlab.serialization.lookup import find_class, find_function
from layerlab.serialization.safety import safe_mode as current_safe_mode
from layerlab.serialization.safety import safe_mode_scope
from layerlab.serialization.sharing import shared_objects

__all__ = ["deserialize_keras_object"]


def deserialize_keras_object(config, custom_objects=None, safe_mode=True, family=None) -> Any:
    """The object that `serialize_keras_object` described.

    Args:
        config: a plain value, a list, a dictionary of the form above, or a bare name when `family` is given.
        custom_objects: name -> class or function, for what layerlab does not know.
        safe_mode: refuse code inside the configuration. A surrounding `safe_mode_scope` overrules it.
        family: a `registry.Family` that says what a bare name can mean.

    Raises:
        TypeError: a class or function that is not known, or a configuration of the wrong form.
        ValueError: code while safe mode is on, or a name that is not of the family.

    >>> deserialize_keras_object({"class_name": "__slice__", "config": {"start": 1, "stop": None, "step": None}})
    slice(1, None, None)

    Source: Keras page "Serialization utilities".
    """
    surrounding = current_safe_mode()
    with (
        safe_mode_scope(safe_mode if surrounding is None else surrounding),
        registry.custom_object_scope(custom_objects),
    ):
        return _read(config, family)


def _read(config, family=None):
    if isinstance(config, str):
        return _read_name(config) if family is None else family.find(config)
    if isinstance(config, list | tuple):
        return [_read(item, family) for item in config]
    if not isinstance(config, dict):
        return config
    if "class_name" in config and "config" in config:
        return _read_marked(config, family)
    if family is not None:
        raise ValueError(
            f"Could not interpret {family.noun} identifier: {config}. "
            "Expected a dictionary with the keys 'class_name' and 'config'."
        )
    return {key: _read(value) for key, value in config.items()}


def _read_name(name: str):
    """A string is a string, unless it names one of the user's objects."""
    found = registry.get_registered_object(name)
    return name if found is None else found


def _read_marked(config: dict, family):
    class_name, inner = config["class_name"], config["config"]
    if not isinstance(class_name, str):
        raise TypeError(f"Could not parse config: 'class_name' must be a string. Received: {config}")
    if class_name == "function":
        if not isinstance(inner, str):
            raise TypeError(f"Expected 'config' to be a non-null str for a function. Received: {config}")
        return find_function(inner, config, family)
    inner = {} if inner is None else inner
    if not isinstance(inner, dict):
        raise TypeError(
            f"Expected 'config' to be a dict for {class_name},\ninstead got {type(inner)}\nFull config: {config}"
        )
    return _READERS[class_name](inner) if class_name in _READERS else _read_object(config, inner, family)


def _read_object(config: dict, inner: dict, family):
    shared, key = shared_objects(), config.get("shared_object_id")
    if shared is not None and isinstance(key, int) and key in shared:
        return shared[key]
    cls = find_class(config, family)
    if not inspect.isclass(cls):
        return cls
    from_config = getattr(cls, "from_config", None)
    if from_config is None:
        raise TypeError(
            f"Unable to reconstruct an instance of '{config['class_name']}' because the class is missing a "
            f"`from_config()` method. Full object config: {config}"
        )
    try:
        obj = from_config(inner)
    except TypeError as error:
        if any(text in str(error) for text in _EXPLANATIONS):  # from an object inside: that one is to blame
            raise
        raise TypeError(
            f"{cls} could not be deserialized properly. Please ensure that components that are Python object "
            "instances (layers, models, etc.) returned by `get_config()` are explicitly deserialized in the model's "
            f"`from_config()` method.\n\nconfig={config}.\n\nException encountered: {error}"
        ) from error
    _restore(obj, config)
    if shared is not None and isinstance(key, int):
        shared[key] = obj
    return obj


_EXPLANATIONS = ("could not be deserialized properly", "Could not locate ")


def _restore(obj, config: dict) -> None:
    """Build and compile the object as the configuration says it was."""
    build_config, compile_config = config.get("build_config"), config.get("compile_config")
    if build_config and hasattr(obj, "build_from_config") and not getattr(obj, "built", False):
        obj.build_from_config(_read(build_config))
    if compile_config and hasattr(obj, "compile_from_config"):
        obj.compile_from_config(compile_config)


def _read_array(inner: dict) -> np.ndarray:
    return np.array(inner["value"], dtype=standardize_dtype(inner["dtype"]))


def _read_lambda(inner: dict):
    """Either of Keras's forms: that of the Lambda layer, by name, or the one for all other objects, by position."""
    what = "a Python lambda" if "value" in inner else "a `Lambda` layer whose `function` is a Python lambda"
    if current_safe_mode() is not False:
        raise ValueError(
            f"Requested the deserialization of {what}. This carries a potential risk of arbitrary code execution and "
            "thus it is disallowed by default. If you trust the source of the artifact, you can override this error "
            "by passing `safe_mode=False` to the loading function, or calling "
            "`layerlab.config.enable_unsafe_deserialization()`."
        )
    parts = inner["value"] if "value" in inner else [inner.get(name) for name in ("code", "defaults", "closure")]
    return load_function(*(_read(part) for part in parts))


_READERS: Mapping[str, Any] = types.MappingProxyType(
    {
        "__numpy__": _read_array,
        "__tensor__": _read_array,
        "__ellipsis__": lambda inner: ...,
        "__bytes__": lambda inner: inner["value"].encode(),
        "__slice__": lambda inner: slice(*(_read(inner[part]) for part in ("start", "stop", "step"))),
        "__lambda__": _read_lambda,
        "DTypePolicy": lambda inner: inner["name"],
    }
)
