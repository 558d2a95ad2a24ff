"""`keras.utils`: one-hot labels, padded sequences, seeds, a fresh start, and names for custom objects.

A table of contents; only names that Keras has there.
"""

from layerlab.callbacks.progress import Progbar
from layerlab.random import set_random_seed
from layerlab.registry import (
    custom_object_scope,
    get_custom_objects,
    get_registered_name,
    get_registered_object,
    register_keras_serializable,
)
from layerlab.serialization import deserialize_keras_object, serialize_keras_object
from layerlab.utils.arrays import normalize, to_categorical
from layerlab.utils.sequences import pad_sequences
from layerlab.utils.session import clear_session

CustomObjectScope = custom_object_scope

__all__ = [
    "CustomObjectScope",
    "Progbar",
    "clear_session",
    "custom_object_scope",
    "deserialize_keras_object",
    "get_custom_objects",
    "get_registered_name",
    "get_registered_object",
    "normalize",
    "pad_sequences",
    "register_keras_serializable",
    "serialize_keras_object",
    "set_random_seed",
    "to_categorical",
]
