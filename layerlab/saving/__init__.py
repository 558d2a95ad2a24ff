"""Models to files and back, in the formats of Keras 3, so that real Keras reads what layerlab writes and the reverse.

A file from someone else cannot run code, and cannot make a small file take a lot of memory; see `load_model`.
"""

from layerlab.registry import (
    custom_object_scope,
    get_custom_objects,
    get_registered_name,
    get_registered_object,
    register_keras_serializable,
)
from layerlab.registry import custom_object_scope as CustomObjectScope
from layerlab.saving.model_files import load_model, save_model
from layerlab.saving.weights_files import load_weights, save_weights
from layerlab.serialization import deserialize_keras_object, serialize_keras_object

__all__ = [
    "CustomObjectScope",
    "custom_object_scope",
    "deserialize_keras_object",
    "get_custom_objects",
    "get_registered_name",
    "get_registered_object",
    "load_model",
    "load_weights",
    "register_keras_serializable",
    "save_model",
    "save_weights",
    "serialize_keras_object",
]
