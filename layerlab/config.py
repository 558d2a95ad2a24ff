"""Global settings: the float type, the epsilon and the image layout that layers fall back on, limits for trial runs.

Same names and defaults as `keras.config`; everything else in the package asks here instead of keeping a copy.
"""

import os
from typing import Any

import numpy as np

from layerlab.changes import count_change

__all__ = [
    "disable_interactive_logging",
    "enable_interactive_logging",
    "enable_unsafe_deserialization",
    "epsilon",
    "floatx",
    "image_data_format",
    "is_interactive_logging_enabled",
    "max_epochs",
    "max_steps_per_epoch",
    "set_epsilon",
    "set_floatx",
    "set_image_data_format",
    "set_max_epochs",
    "set_max_steps_per_epoch",
    "standardize_data_format",
    "standardize_dtype",
]

_FLOATS = ("float16", "float32", "float64")
_PYTHON_TYPES = {float: "float32", int: "int32", "int": "int32"}  # what Keras takes Python's own types for
_DATA_FORMATS = ("channels_last", "channels_first")
_settings: dict[str, Any] = {
    "floatx": "float32",
    "epsilon": 1e-7,
    "image_data_format": "channels_last",
    "interactive_logging": True,
    "max_epochs": int(os.environ.get("KERAS_MAX_EPOCHS", 0)) or None,
    "max_steps_per_epoch": int(os.environ.get("KERAS_MAX_STEPS_PER_EPOCH", 0)) or None,
}


def floatx() -> str:
    """The default float type of weights and computations.

    >>> floatx()
    'float32'
    """
    return _settings["floatx"]


def set_floatx(value: str) -> None:
    """Set the default float type: "float16", "float32" or "float64".

    >>> set_floatx("float64")
    >>> standardize_dtype(None)
    'float64'
    """
    if value not in _FLOATS:
        raise ValueError(f"Unknown `floatx` value: {value}. Expected one of {_FLOATS}. Received: {value!r}")
    _settings["floatx"] = str(value)
    count_change()


def epsilon() -> float:
    """The small number that keeps divisions and logarithms finite.

    >>> epsilon()
    1e-07
    """
    return _settings["epsilon"]


def set_epsilon(value: float) -> None:
    """Set the small number that formulas add against division by zero.

    >>> set_epsilon(1e-5)
    >>> epsilon()
    1e-05
    """
    _settings["epsilon"] = float(value)
    count_change()


def image_data_format() -> str:
    """Where image arrays keep their channels: "channels_last" or "channels_first".

    >>> image_data_format()
    'channels_last'
    """
    return _settings["image_data_format"]


def set_image_data_format(data_format: str) -> None:
    """Set the default for every layer's `data_format=None`.

    >>> set_image_data_format("channels_first")
    >>> image_data_format()
    'channels_first'
    """
    _settings["image_data_format"] = standardize_data_format(data_format)


def standardize_data_format(data_format: str | None) -> str:
    """The layout that a `data_format` argument means; None is the global default.

    >>> standardize_data_format(None)
    'channels_last'
    """
    if data_format is None:
        return image_data_format()
    lowered = str(data_format).lower()
    if lowered not in _DATA_FORMATS:
        raise ValueError(
            "The `data_format` argument must be one of {'channels_first', 'channels_last'}. "
            f"Received: data_format={data_format}"
        )
    return lowered


def standardize_dtype(dtype) -> str:
    """The canonical name of a dtype ("float32"); None is the default float type.

    >>> standardize_dtype(np.float64)
    'float64'
    """
    if dtype is None:
        return floatx()
    try:
        found = np.dtype(_PYTHON_TYPES.get(dtype) or getattr(dtype, "name", None) or dtype)
    except TypeError:
        found = None
    if found is None or found.kind not in "biufcSU":  # no Python objects, no records, no dates
        raise ValueError(f"Invalid dtype: {dtype}. Expected the name of a NumPy type, such as 'float32'.")
    return found.name


def max_epochs() -> int | None:
    """The most epochs that any `fit` runs, for a quick trial of a script; None is no limit.

    It starts as the environment variable KERAS_MAX_EPOCHS.
    """
    return _settings["max_epochs"]


def set_max_epochs(value: int | None) -> None:
    """Set the most epochs that any `fit` runs.

    >>> set_max_epochs(2)
    >>> max_epochs()
    2
    """
    _settings["max_epochs"] = value


def max_steps_per_epoch() -> int | None:
    """The most batches that an epoch of `fit`, `evaluate` and `predict` takes; None is no limit.

    It starts as the environment variable KERAS_MAX_STEPS_PER_EPOCH.
    """
    return _settings["max_steps_per_epoch"]


def set_max_steps_per_epoch(value: int | None) -> None:
    """Set the most batches that an epoch of `fit`, `evaluate` and `predict` takes.

    >>> set_max_steps_per_epoch(3)
    >>> max_steps_per_epoch()
    3
    """
    _settings["max_steps_per_epoch"] = value


def is_interactive_logging_enabled() -> bool:
    """Whether progress and messages are printed; otherwise they go to Python's logger "layerlab" as INFO.

    >>> is_interactive_logging_enabled()
    True
    """
    return _settings["interactive_logging"]


def enable_interactive_logging() -> None:
    """Print progress and messages."""
    _settings["interactive_logging"] = True


def disable_interactive_logging() -> None:
    """Send progress and messages to Python's logger "layerlab" instead of printing them."""
    _settings["interactive_logging"] = False


def enable_unsafe_deserialization() -> None:
    """Let every file loaded from now on run the lambdas in it. Only for files you trust."""
    from layerlab import serialization  # which asks this module for types

    serialization.enable_unsafe_deserialization()
