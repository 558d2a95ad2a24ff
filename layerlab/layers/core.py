"""The layers that change nothing, or nothing but what counts: Identity and Masking.

Masking makes the masks that `layerlab.masking` carries from layer to layer.
"""

import numpy as np

from layerlab.layers.layer import Layer

__all__ = ["Identity", "Masking"]


class Identity(Layer):
    """y = x: a placeholder where a layer is needed and nothing should happen.

    Shapes:
        in any, out the same. Lists and dictionaries of arrays pass through too.

    >>> Identity()(np.array([1, 2]))
    array([1, 2])

    Source: Keras page "Identity layer".
    """

    supports_masking = True
    keeps_integers = True
    repeats = True

    def call(self, inputs):
        return inputs

    def compute_output_shape(self, input_shape):
        return input_shape


class Masking(Layer):
    """Marks the time steps in which every feature is `mask_value` as absent, and sets them to 0.

    The mask is any(x != mask_value) over the last axis: True where a step counts. It travels with the array; layers
    that know masks use it, and the loss leaves the absent steps out.

    Args:
        mask_value: the number that fills absent steps.

    Shapes:
        in `(batch, steps, features)` (any rank), out the same; the mask is `(batch, steps)`.

    >>> from layerlab.masking import get_mask
    >>> y = Masking()(np.array([[[1.0, 2.0], [0.0, 0.0]]]))
    >>> get_mask(y)
    array([[ True, False]])

    Source: Keras page "Masking layer".
    """

    supports_masking = True
    keeps_integers = True
    config_names = ("mask_value",)

    def __init__(self, mask_value=0.0, **kwargs):
        super().__init__(**kwargs)
        self.mask_value = mask_value

    def compute_mask(self, inputs, previous_mask=None):
        return np.any(inputs != self.mask_value, axis=-1)

    def call(self, inputs):
        counts = np.any(inputs != self.mask_value, axis=-1, keepdims=True)
        return inputs * counts.astype(inputs.dtype)

    def compute_output_shape(self, input_shape):
        return input_shape
