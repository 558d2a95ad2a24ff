"""Objects to dictionaries that JSON can hold."""

import warnings
from collections.abc import Mapping
from typing import Any

import numpy as np

from layerlab import registry
from layerlab.serialization.bytecode import dump_function
from layerlab.serialization.sharing import number_of, numbering, without_lonely_numbers

__all__ = ["serialize_dict", "serialize_keras_object", "serialize_shared"]


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
    return config | number_of(obj)


def _function_config(function) -> dict:
    """A function by its name. A lambda has none: its byte code is kept, which safe mode refuses to read."""
    if function.__name__ == "<lambda>":
        warnings.warn(
            "The object being serialized includes a `lambda`. This is unsafe. In order to reload the object, you will "
            "have to pass `safe_mode=False` to the loading function. Please avoid using `lambda` in the future, and "
            "use named Python functions instead.",
            stacklevel=3,
        )
        return {"class_name": "__lambda__", "config": {"value": tuple(dump_function(function).values())}}
    return {
        "module": "builtins",
        "class_name": "function",
        "config": registry.get_registered_name(function),
        "registered_name": "function",
    }


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


def serialize_shared(obj) -> Any:
    """`serialize_keras_object`, where an object that is found in several places carries a `shared_object_id`."""
    with numbering():
        config = serialize_keras_object(obj)
    return without_lonely_numbers(config)
