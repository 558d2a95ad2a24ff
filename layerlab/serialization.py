"""Objects to configuration dictionaries and back, in the form that `.keras` files hold.

The dictionaries carry Keras's module names ("keras.layers"), so that real Keras reads what layerlab writes.
Reading one imports nothing and runs no code of the file: names are looked up in tables of layerlab's own objects and of
those that the user registered, and a lambda's body comes back only with `safe_mode=False`.
"""

import contextlib
import contextvars
import inspect
import itertools
import types
import warnings
from collections import Counter
from collections.abc import Mapping
from typing import Any

import numpy as np

from layerlab import registry
from layerlab.bytecode import dump_function, load_function
from layerlab.config import standardize_dtype
from layerlab.naming import did_you_mean

__all__ = [
    "deserialize_keras_object",
    "enable_unsafe_deserialization",
    "safe_mode_scope",
    "serialize_dict",
    "serialize_keras_object",
    "serialize_shared",
    "sharing_scope",
]

# What a configuration may name. Callbacks, say, are not here: one of them opens any file it is told to.
_FAMILIES = (
    "activations",
    "constraints",
    "initializers",
    "layers",
    "losses",
    "metrics",
    "optimizers",
    "random",
    "regularizers",
    "schedules",
)
_FUNCTION_FAMILIES = ("activations", "losses", "metrics")

_safe_mode: contextvars.ContextVar[bool | None] = contextvars.ContextVar("safe_mode", default=None)


@contextlib.contextmanager
def safe_mode_scope(safe_mode: bool):
    """Whether code inside a configuration (a lambda's body) stays refused inside the block."""
    token = _safe_mode.set(safe_mode)
    try:
        yield
    finally:
        _safe_mode.reset(token)


def enable_unsafe_deserialization() -> None:
    """Allow code inside configurations from now on, in this context. Only for files you trust."""
    _safe_mode.set(False)


# --- one object in several places -----------------------------------------------------------------------------------

_numbers: contextvars.ContextVar[dict | None] = contextvars.ContextVar("numbers_of_written_objects", default=None)
_shared: contextvars.ContextVar[dict | None] = contextvars.ContextVar("shared_objects_read", default=None)


@contextlib.contextmanager
def sharing_scope():
    """Inside the block, configurations with the same `shared_object_id` are read as one object."""
    token = _shared.set({})
    try:
        yield
    finally:
        _shared.reset(token)


def serialize_shared(obj) -> Any:
    """`serialize_keras_object`, where an object that is found in several places carries a `shared_object_id`."""
    token = _numbers.set({})
    try:
        config = serialize_keras_object(obj)
    finally:
        _numbers.reset(token)
    found = [part for part in _dictionaries(config) if "shared_object_id" in part]
    count = Counter(part["shared_object_id"] for part in found)
    for part in found:
        if count[part["shared_object_id"]] == 1:
            del part["shared_object_id"]
    return config


def _dictionaries(config):
    if isinstance(config, dict):
        yield config
    if isinstance(config, dict | list | tuple):
        for part in config.values() if isinstance(config, dict) else config:
            yield from _dictionaries(part)


def _number(obj) -> dict:
    """The entry that marks this very object; nothing outside `serialize_shared`."""
    numbers = _numbers.get()
    if numbers is None:
        return {}
    number, _ = numbers.setdefault(id(obj), (len(numbers) + 1, obj))  # the object stays alive, and so its id
    return {"shared_object_id": number}


# --- writing --------------------------------------------------------------------------------------------------------


def serialize_keras_object(obj) -> Any:
    """A description of an object that JSON can hold.

    Plain values, lists, tuples and dictionaries stay what they are; arrays, slices, bytes and lambdas get Keras's
    markers; functions and whatever has a `get_config` become
    `{"module", "class_name", "config", "registered_name"}`.

    Raises:
        TypeError: the object has no `get_config`, or it gives no dictionary.

    >>> serialize_keras_object(slice(1, None))
    {'class_name': '__slice__', 'config': {'start': 1, 'stop': None, 'step': None}}

    Source: Keras page "Serialization utilities".
    """
    if obj is None or (isinstance(obj, str | bool | int | float) and not isinstance(obj, np.generic)):
        return obj
    for kind, write in _WRITERS:
        if isinstance(obj, kind):
            return write(obj)
    if hasattr(obj, "get_config"):
        return _object_config(obj)
    if callable(obj) and hasattr(obj, "__name__"):
        return _function_config(obj)
    raise TypeError(
        f"Cannot serialize object {obj!r} of type {type(obj)}. To be serializable, a class must implement the "
        "`get_config()` method."
    )


def serialize_dict(config: Mapping) -> dict:
    """Each value of a dictionary, described."""
    return {key: serialize_keras_object(value) for key, value in config.items()}


def _object_config(obj) -> dict:
    cls, inner = type(obj), obj.get_config()
    if not isinstance(inner, dict):
        raise TypeError(f"The `get_config()` method of {obj} should return a dict. It returned: {inner}")
    family = getattr(cls, "family", "")
    ours = registry.find_builtin(cls.__name__, family) is cls
    module = getattr(cls, "_keras_module", f"keras.{family}") if ours else cls.__module__
    config: dict[str, Any] = {
        "module": None if module == "__main__" else module,
        "class_name": cls.__name__,
        "config": serialize_dict(inner),
        "registered_name": None if ours else registry.get_registered_name(cls),
    }
    for extra in ("build_config", "compile_config"):
        get = getattr(obj, f"get_{extra}", None)
        if get and (value := get()) is not None:
            config[extra] = serialize_dict(value)
    return config | _number(obj)


def _function_config(function) -> dict:
    """A function by its name. A lambda has none: its byte code is kept, which safe mode refuses to read."""
    if function.__name__ == "<lambda>":
        warnings.warn(
            "The object being serialized includes a `lambda`. This is unsafe. In order to reload the object, you will "
            "have to pass `safe_mode=False` to the loading function. Please avoid using `lambda` in the future, and "
            "use named Python functions instead.",
            stacklevel=3,
        )
        return {"class_name": "__lambda__", "config": {"value": tuple(dump_function(function)[k] for k in _LAMBDA)}}
    return {
        "module": "builtins",
        "class_name": "function",
        "config": registry.get_registered_name(function),
        "registered_name": "function",
    }


_LAMBDA = ("code", "defaults", "closure")


def _array_config(array: np.ndarray) -> Any:
    if array.ndim == 0:
        return array.item()
    return {"class_name": "__numpy__", "config": {"value": array.tolist(), "dtype": array.dtype.name}}


def _slice_config(s: slice) -> dict:
    parts = {"start": s.start, "stop": s.stop, "step": s.step}
    return {"class_name": "__slice__", "config": serialize_dict(parts)}


_WRITERS: tuple = (
    (np.generic, lambda x: x.item()),
    (np.ndarray, _array_config),
    (np.dtype, lambda x: x.name),
    (type(...), lambda x: {"class_name": "__ellipsis__", "config": {}}),
    (bytes, lambda x: {"class_name": "__bytes__", "config": {"value": x.decode()}}),
    (slice, _slice_config),
    (tuple, lambda x: tuple(serialize_keras_object(item) for item in x)),
    (list, lambda x: [serialize_keras_object(item) for item in x]),
    (dict, serialize_dict),
)


# --- reading --------------------------------------------------------------------------------------------------------


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
    surrounding = _safe_mode.get()
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
            raise TypeError(f"Expected 'config' to be a str for a function. Received: {config}")
        return _find_function(inner, config, family)
    inner = {} if inner is None else inner
    if not isinstance(inner, dict):
        raise TypeError(
            f"Expected 'config' to be a dict for {class_name},\ninstead got {type(inner)}\nFull config: {config}"
        )
    return _READERS[class_name](inner) if class_name in _READERS else _read_object(config, inner, family)


def _read_object(config: dict, inner: dict, family):
    shared, key = _shared.get(), config.get("shared_object_id")
    if shared is not None and isinstance(key, int) and key in shared:
        return shared[key]
    cls = _find_class(config, family)
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


def _find_class(config: dict, family):
    """The user's class of the registered name, then layerlab's of the class name, then the user's of the class name."""
    name = config["class_name"]
    registered = config.get("registered_name", name)
    found = registry.get_registered_object(registered) if isinstance(registered, str) else None
    if found is None and family is not None:
        found = family.lookup(name) if _means_ours(config) else None
    if found is None and _means_ours(config):
        found = _builtin(name, config.get("module"))
    if found is None and registered is not None:
        found = registry.lookup_custom(name)
    return _located(found, name, "class", config, family)


def _find_function(name: str, config: dict, family):
    found = registry.get_registered_object(name)
    if found is None and family is not None:
        found = family.lookup(name)
    if found is None:
        found = next((f for table in _FUNCTION_FAMILIES if _is_function(f := registry.find_builtin(name, table))), None)
    if found is None:
        found = registry.lookup_custom(name)
    return _located(found, name, "function", config, family)


def _is_function(obj) -> bool:
    return callable(obj) and not inspect.isclass(obj)


def _means_ours(config: dict) -> bool:
    """Whether a configuration speaks of Keras's (and so layerlab's) own class, not of a user's with the same name."""
    module = config.get("module")
    if isinstance(module, str) and module != "builtins":
        return module.partition(".")[0] in ("keras", "layerlab")
    return config.get("registered_name") is None


def _builtin(name: str, module: str | None):
    family = (module or "").rpartition(".")[2]
    places = (family,) if family in _FAMILIES else _FAMILIES
    return next((found for place in places if (found := registry.find_builtin(name, place)) is not None), None)


def _located(found, name: str, kind: str, config: dict, family):
    if found is not None:
        return found
    known = itertools.chain.from_iterable(registry.names(place) for place in _FAMILIES)
    if family is not None:
        raise ValueError(
            f"Could not interpret {family.noun} identifier: {config}.{did_you_mean(name, known)} A {kind} of your own "
            "must be registered, or passed in `custom_objects`."
        )
    raise TypeError(
        f"Could not locate {kind} '{name}'.{did_you_mean(name, known)} Make sure custom classes and functions are "
        "decorated with `@layerlab.saving.register_keras_serializable()`, or pass them in `custom_objects`. If they "
        "are already decorated, make sure they are all imported so that the decorator is run before trying to load "
        f"them. Full object config: {config}"
    )


def _read_array(inner: dict) -> np.ndarray:
    return np.array(inner["value"], dtype=standardize_dtype(inner["dtype"]))


def _read_lambda(inner: dict):
    """Either of Keras's forms: that of the Lambda layer, by name, or the one for all other objects, by position."""
    what = "a Python lambda" if "value" in inner else "a `Lambda` layer whose `function` is a Python lambda"
    if _safe_mode.get() is not False:
        raise ValueError(
            f"Requested the deserialization of {what}. This carries a potential risk of arbitrary code execution and "
            "thus it is disallowed by default. If you trust the source of the artifact, you can override this error "
            "by passing `safe_mode=False` to the loading function, or calling "
            "`layerlab.config.enable_unsafe_deserialization()`."
        )
    parts = inner["value"] if "value" in inner else [inner.get(name) for name in _LAMBDA]
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
