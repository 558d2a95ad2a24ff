"""Objects to configuration dictionaries and back, in the form that `.keras` files hold.

The dictionaries carry Keras's module names ("keras.layers"), so that real Keras reads what layerlab writes.
Nothing here runs code from a file: a lambda's body comes back only with `safe_mode=False`.
"""

import base64
import contextlib
import contextvars
import inspect
import marshal
import types
from collections.abc import Mapping
from typing import Any

import numpy as np

from layerlab import registry
from layerlab.naming import did_you_mean

__all__ = ["deserialize_keras_object", "enable_unsafe_deserialization", "safe_mode_scope", "serialize_keras_object"]

_safe_mode: contextvars.ContextVar[bool] = contextvars.ContextVar("safe_mode", default=True)


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


def serialize_keras_object(obj) -> Any:
    """A JSON-ready description of an object.

    Plain values stay as they are; arrays, tuples, functions and lambdas get Keras's markers; anything with
    `get_config` becomes `{"module", "class_name", "config", "registered_name"}`.

    >>> serialize_keras_object((1, None))
    {'class_name': '__tuple__', 'config': {'value': [1, None]}}
    """
    if obj is None or isinstance(obj, str | bool | int | float):
        return obj
    for kind, write in _WRITERS:
        if isinstance(obj, kind):
            return write(obj)
    if hasattr(obj, "get_config"):
        return _object_config(obj)
    if callable(obj) and hasattr(obj, "__name__"):
        return _function_config(obj)
    raise ValueError(f"Cannot serialize object {obj!r} of type {type(obj)}: it has no get_config() method.")


def _object_config(obj) -> dict:
    cls = type(obj)
    family = getattr(cls, "family", "")
    ours = registry.find_builtin(cls.__name__, family) is cls
    config: dict[str, Any] = {
        "module": getattr(cls, "_keras_module", f"keras.{family}") if ours else cls.__module__,
        "class_name": cls.__name__,
        "config": _plain(obj.get_config()),
        "registered_name": None if ours else registry.get_registered_name(cls),
    }
    for extra in ("build_config", "compile_config"):
        get = getattr(obj, f"get_{extra}", None)
        if get and (value := get()) is not None:
            config[extra] = serialize_dict(value)
    return config


def _plain(config: dict) -> dict:
    """A configuration whose values are JSON: tuples become lists, NumPy numbers Python ones."""
    return {key: _plain_value(value) for key, value in config.items()}


def _plain_value(value):
    if isinstance(value, tuple | list):
        return [_plain_value(item) for item in value]
    if isinstance(value, dict):
        return {key: _plain_value(item) for key, item in value.items()}
    return serialize_keras_object(value)


def serialize_dict(config: Mapping) -> dict:
    """Each value of a dictionary, described."""
    return {key: serialize_keras_object(value) for key, value in config.items()}


def _function_config(function) -> Any:
    if function.__name__ == "<lambda>":
        code = base64.b64encode(marshal.dumps(function.__code__)).decode("ascii")
        value = {"code": code, "defaults": function.__defaults__, "closure": None}
        return {"class_name": "__lambda__", "config": {"value": value}}
    name = function.__name__
    if registry.find_builtin(name) is function:
        return name
    return {
        "module": "builtins",
        "class_name": "function",
        "config": name,
        "registered_name": registry.get_registered_name(function),
    }


_WRITERS = (
    (np.generic, lambda x: x.item()),
    (np.ndarray, lambda x: {"class_name": "__numpy__", "config": {"value": x.tolist(), "dtype": x.dtype.name}}),
    (np.dtype, lambda x: x.name),
    (type(...), lambda x: {"class_name": "__ellipsis__", "config": {}}),
    (bytes, lambda x: {"class_name": "__bytes__", "config": {"value": x.decode()}}),
    (slice, lambda x: {"class_name": "__slice__", "config": {"start": x.start, "stop": x.stop, "step": x.step}}),
    (tuple, lambda x: {"class_name": "__tuple__", "config": {"value": [serialize_keras_object(v) for v in x]}}),
    (list, lambda x: [serialize_keras_object(v) for v in x]),
    (dict, serialize_dict),
)

_READERS = {
    "__numpy__": lambda c: np.array(c["value"], dtype=c["dtype"]),
    "__tensor__": lambda c: np.array(c["value"], dtype=c["dtype"]),
    "__tuple__": lambda c: tuple(deserialize_keras_object(v) for v in c["value"]),
    "__ellipsis__": lambda c: ...,
    "__bytes__": lambda c: c["value"].encode(),
    "__slice__": lambda c: slice(c["start"], c["stop"], c["step"]),
    "__lambda__": lambda c: _read_lambda(c["value"]),
}


def deserialize_keras_object(config, custom_objects=None, safe_mode=None, family=None):
    """The object that `serialize_keras_object` described.

    Args:
        config: a plain value, a list, a dictionary of the form above, or a bare name when `family` is given.
        custom_objects: name -> class or function, for what layerlab does not know.
        safe_mode: refuse code inside the configuration; the surrounding setting (True) by default.
        family: a `registry.Family` that says what a bare name can mean.

    Raises:
        ValueError: an unknown class or function, or code while safe_mode is on.
    """
    if safe_mode is not None:
        with safe_mode_scope(safe_mode):
            return deserialize_keras_object(config, custom_objects, family=family)
    with registry.custom_object_scope(custom_objects or {}):
        return _read(config, family)


def _read(config, family=None):
    if isinstance(config, str) and family is not None:
        return family.find(config)
    if isinstance(config, list):
        return [_read(item, family) for item in config]
    if not isinstance(config, dict):
        return config
    if "class_name" not in config or "config" not in config:
        if family is not None:
            raise ValueError(
                f"Could not interpret {family.noun} identifier: {config}. "
                "Expected a dictionary with the keys 'class_name' and 'config'."
            )
        return {key: _read(value) for key, value in config.items()}
    return _read_object(config, family)


def _read_object(config: dict, family):
    class_name, inner = config["class_name"], config["config"]
    if class_name in _READERS:
        return _READERS[class_name](inner)
    if class_name == "function":
        return _find(config.get("registered_name") or inner, inner, config, family)
    if class_name == "DTypePolicy":
        return inner["name"]
    cls = _find(config.get("registered_name") or class_name, class_name, config, family)
    if not inspect.isclass(cls):
        return cls
    if not hasattr(cls, "from_config"):
        raise ValueError(f"Unable to reconstruct an instance of {cls}: it has no from_config() method.")
    try:
        obj = cls.from_config(inner)
    except TypeError as error:
        raise TypeError(
            f"{cls} could not be deserialized properly. Please ensure that components that are Python object "
            f"instances returned by `get_config()` are explicitly deserialized in `from_config()`.\n\n"
            f"config={config}.\n\nException encountered: {error}"
        ) from error
    return _restore(obj, config)


def _restore(obj, config: dict):
    build_config = config.get("build_config")
    if build_config and hasattr(obj, "build_from_config") and not getattr(obj, "built", False):
        obj.build_from_config(_read(build_config))
    if config.get("compile_config") and hasattr(obj, "compile_from_config"):
        obj.compile_from_config(config["compile_config"])
    return obj


def _find(registered_name: str, name: str, config: dict, family):
    """The class or function a configuration names: a custom one, of the family, or of its Keras module."""
    custom = registry.lookup_custom(registered_name) or registry.lookup_custom(name)
    if custom is not None:
        return custom
    module = config.get("module")
    table_name = (module or "").rpartition(".")[2] or None
    if family is not None and (module is None or module == "builtins" or table_name == family.name):
        return family.find(name)
    found = registry.find_builtin(name, table_name) if module not in (None, "builtins", "keras") else None
    found = found or (registry.find_builtin(name) if module in (None, "builtins", "keras") else None)
    if found is None:
        raise ValueError(
            f"Could not locate {'function' if config['class_name'] == 'function' else 'class'} '{name}' of module "
            f"{module!r}.{did_you_mean(name, registry._builtins.get(table_name or '', {}))} Make sure custom classes "
            f"are decorated with `@layerlab.saving.register_keras_serializable()` or passed as "
            f"`custom_objects`. Full object config: {config}"
        )
    return found


def _read_lambda(value: dict):
    if _safe_mode.get():
        raise ValueError(
            "Requested the deserialization of a `Lambda` whose function is a Python lambda. Loading it would run "
            "code from the file, so it is refused. If you trust the source, pass `safe_mode=False`."
        )
    code = marshal.loads(base64.b64decode(value["code"]))
    defaults = value.get("defaults")
    return types.FunctionType(code, {"np": np}, argdefs=tuple(defaults) if defaults else None)
