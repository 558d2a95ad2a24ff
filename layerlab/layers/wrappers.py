"""Layers around other layers: Wrapper, the base; TimeDistributed, one layer for every time step."""

import numpy as np

from layerlab import tree
from layerlab.layers.configurations import deserialize
from layerlab.layers.layer import Layer
from layerlab.layers.shapes import as_shape, map_shapes
from layerlab.serialization import serialize_keras_object

__all__ = ["TimeDistributed", "Wrapper"]


class Wrapper(Layer):
    """A layer that holds another one, `layer`, and builds it with its own inputs' shape; a base for your own.

    Args:
        layer: the layer inside.

    Raises:
        ValueError: it is no layer.

    >>> from layerlab.layers import Dense
    >>> class Doubled(Wrapper):
    ...     def call(self, inputs):
    ...         return 2 * self.layer(inputs)
    >>> Doubled(Dense(1, kernel_initializer="ones"))(np.array([[1.0, 2.0]]))
    array([[6.]], dtype=float32)

    Source: Keras page "Wrapper layer".
    """

    def __init__(self, layer, **kwargs):
        if not isinstance(layer, Layer):
            raise ValueError(
                f"Layer {layer} supplied to Wrapper isn't a supported layer type. Please ensure wrapped layer is a "
                f"valid Keras layer.{class_hint(layer)}"
            )
        super().__init__(**kwargs)
        self.layer = layer

    def build(self, input_shape=None):
        if not self.layer.built:
            self.layer.build(input_shape)

    def get_config(self):
        return super().get_config() | {"layer": serialize_keras_object(self.layer)}

    @classmethod
    def from_config(cls, config, custom_objects=None):
        return super().from_config({**config, "layer": deserialize(config["layer"], custom_objects)})


def class_hint(layer) -> str:
    """A hint for whoever passed the class of a layer instead of a layer."""
    is_class = isinstance(layer, type) and issubclass(layer, Layer)
    return f" Is {layer.__name__} meant to be called first: {layer.__name__}(...)?" if is_class else ""


class TimeDistributed(Wrapper):
    """Applies one layer, with the same weights, to every time step: y_t = layer(x_t).

    The steps go through the layer one after the other, so that noise is drawn, and batch statistics are taken, for each
    step anew.

    Args:
        layer: any layer.

    Shapes:
        in `(batch, steps, ...)` with at least three axes, out `(batch, steps, ...)`, where the layer makes of
        `(batch, ...)` what comes out; a mask is `(batch, steps, ...)`, and layers that know masks get its step.

    Raises:
        ValueError: `layer` is no layer; the inputs have fewer axes or no steps; the mask is for other batch or steps.

    >>> from layerlab.layers import Flatten
    >>> TimeDistributed(Flatten())(np.ones((2, 5, 3, 4))).shape
    (2, 5, 12)

    Source: Keras page "TimeDistributed layer".
    """

    supports_masking = True

    def __init__(self, layer, **kwargs):
        if not isinstance(layer, Layer):
            raise ValueError(
                f"Please initialize `TimeDistributed` layer with a `keras.layers.Layer` instance. Received: {layer}"
                f"{class_hint(layer)}"
            )
        super().__init__(layer, **kwargs)
        self.keeps_integers = layer.keeps_integers

    def build(self, input_shape=None):
        super().build(_one_step(input_shape))

    def call(self, inputs, training=None, mask=None):
        _check_mask(mask, inputs.shape)
        steps = np.swapaxes(inputs, 0, 1)
        masks = mask if mask is not None and "mask" in self.layer._call_info.mask_names else None
        outputs = [
            self.layer(steps[t], **({} if masks is None else {"mask": masks[:, t]})) for t in range(inputs.shape[1])
        ]
        return tree.map_structure(lambda *parts: np.stack(parts, axis=1), *outputs)

    def compute_output_shape(self, input_shape):
        inside = self.layer.compute_output_shape(_one_step(input_shape))
        return map_shapes(lambda shape: (shape[0], input_shape[1], *shape[1:]), as_shape(inside))


def _one_step(shape) -> tuple:
    """The shape of the inputs of one step."""
    if len(shape) < 3:
        raise ValueError(
            "`TimeDistributed` Layer should be passed an `input_shape` with at least 3 dimensions, received: "
            f"{tuple(shape)}"
        )
    if shape[1] == 0:
        raise ValueError(f"`TimeDistributed` needs at least one time step. Received: shape {tuple(shape)}")
    return (shape[0], *shape[2:])


def _check_mask(mask, shape) -> None:
    if mask is None or mask.shape[:2] == shape[:2]:
        return
    if mask.ndim < 2:
        raise ValueError(
            "The `mask` passed to the `TimeDistributed` layer must be at least 2D (e.g., `(batch_size, timesteps)`), "
            f"but it has {mask.ndim} dimension(s) with shape {mask.shape}."
        )
    raise ValueError(
        f"The `mask` passed to the `TimeDistributed` layer has a shape {mask.shape} that is incompatible with the "
        f"input shape {shape}. The first two dimensions of the mask (batch size and timesteps) must match the input's "
        f"first two dimensions. Expected mask shape prefix: {shape[:2]}."
    )
