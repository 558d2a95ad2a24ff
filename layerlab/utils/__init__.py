"""`keras.utils`: one-hot labels, padded sequences, batches, seeds, a fresh start, and names for custom objects.

A table of contents; only names that Keras has there.
"""

from layerlab.callbacks.progress import Progbar
from layerlab.config import standardize_dtype
from layerlab.models.batches import unpack_x_y_sample_weight
from layerlab.plots.model_graph import plot_model
from layerlab.random import set_random_seed
from layerlab.registry import (
    custom_object_scope,
    get_custom_objects,
    get_registered_name,
    get_registered_object,
    register_keras_serializable,
)
from layerlab.serialization import deserialize_keras_object, serialize_keras_object
from layerlab.utils.arrays import is_keras_tensor, normalize, to_categorical
from layerlab.utils.datasets import PyDataset
from layerlab.utils.samples import pack_x_y_sample_weight
from layerlab.utils.sequences import pad_sequences
from layerlab.utils.session import clear_session

CustomObjectScope = custom_object_scope

__all__ = [
    "CustomObjectScope",
    "Progbar",
    "PyDataset",
    "clear_session",
    "custom_object_scope",
    "deserialize_keras_object",
    "get_custom_objects",
    "get_registered_name",
    "get_registered_object",
    "is_keras_tensor",
    "normalize",
    "pack_x_y_sample_weight",
    "pad_sequences",
    "plot_model",
    "register_keras_serializable",
    "serialize_keras_object",
    "set_random_seed",
    "standardize_dtype",
    "to_categorical",
    "unpack_x_y_sample_weight",
]
