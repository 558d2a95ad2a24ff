"""Layers to configuration dictionaries and back: what `keras.layers.serialize` and `deserialize` are.

The work is done in `layerlab.serialization`, for all kinds of objects alike.
"""

from layerlab.layers.layer import Layer
from layerlab.registry import Family
from layerlab.serialization import serialize_keras_object

__all__ = ["deserialize", "serialize"]

_family = Family("layers", "layer", snake=False)


def serialize(layer) -> dict:
    """The dictionary that describes a layer: its class, its configuration, and the shape it was built for.

    >>> from layerlab.layers import RepeatVector
    >>> serialize(RepeatVector(3, name="r"))["class_name"]
    'RepeatVector'

    Source: `keras.layers.serialize`.
    """
    return serialize_keras_object(layer)


def deserialize(config, custom_objects=None) -> Layer:
    """The layer that a dictionary describes, with new weights.

    Args:
        config: what `serialize` gave, or {"class_name": ..., "config": {...}}.
        custom_objects: name -> class, for layers of your own.

    Raises:
        ValueError: this describes no layer.
        TypeError: it describes one that is not known (with the nearest name), or does not fit the class.

    >>> from layerlab.layers import deserialize
    >>> deserialize({"class_name": "RepeatVector", "config": {"n": 3, "name": "r"}})
    <RepeatVector name=r, built=True>

    Source: `keras.layers.deserialize`.
    """
    described = isinstance(config, dict) and "class_name" in config
    layer = _family.deserialize(config, custom_objects) if described else None
    if not isinstance(layer, Layer):
        raise ValueError(
            "`keras.layers.deserialize` was passed a `config` object that is not a `keras.layers.Layer`. "
            f"Received: {config}"
        )
    return layer
