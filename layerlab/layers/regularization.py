"""A layer whose only effect is on the loss.

It puts a penalty between two layers where neither has an `activity_regularizer` of its own.
"""

from layerlab import regularizers
from layerlab.layers.layer import Layer

__all__ = ["ActivityRegularization"]


class ActivityRegularization(Layer):
    """y = x, with a penalty on x: (l1 · Σ|x| + l2 · Σx²) / batch size joins the loss.

    Args:
        l1: factor of the sum of absolute values.
        l2: factor of the sum of squares.

    Shapes:
        in any, out the same.

    Raises:
        ValueError: a factor is negative.

    >>> import numpy as np
    >>> layer = ActivityRegularization(l2=0.5)
    >>> y = layer(np.array([[1.0, 2.0], [3.0, 4.0]]))
    >>> layer.losses
    [np.float32(7.5)]

    Source: Keras page "ActivityRegularization layer".
    """

    supports_masking = True
    keeps_integers = True
    config_names = ("l1", "l2")

    def __init__(self, l1=0.0, l2=0.0, **kwargs):
        super().__init__(activity_regularizer=regularizers.L1L2(l1=l1, l2=l2), **kwargs)
        self.l1, self.l2 = l1, l2

    def call(self, inputs):
        return inputs

    def compute_output_shape(self, input_shape):
        return input_shape

    def get_config(self):
        config = super().get_config()
        del config["activity_regularizer"]  # l1 and l2 say it
        return config
