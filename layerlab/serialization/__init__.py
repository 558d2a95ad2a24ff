"""Objects to configuration dictionaries and back, in the form that `.keras` files hold.

The dictionaries carry Keras's module names ("keras.layers"), so that real Keras reads what layerlab writes.
Reading one imports nothing and runs no code of the file: names are looked up in tables of layerlab's own objects and of
those that the user registered, and a lambda's body comes back only with `safe_mode=False`.
"""

from layerlab.serialization.reading import deserialize_keras_object
from layerlab.serialization.safety import enable_unsafe_deserialization, safe_mode_scope
from layerlab.serialization.sharing import sharing_scope
from layerlab.serialization.writing import serialize_dict, serialize_keras_object, serialize_shared

__all__ = [
    "deserialize_keras_object",
    "enable_unsafe_deserialization",
    "safe_mode_scope",
    "serialize_dict",
    "serialize_keras_object",
    "serialize_shared",
    "sharing_scope",
]
