"""SpectralNormalization: a wrapper that keeps the kernel of another layer from stretching any input by more than 1."""

import numpy as np

from layerlab import initializers
from layerlab.layers.input_spec import InputSpec
from layerlab.layers.wrappers import Wrapper

__all__ = ["SpectralNormalization"]


class SpectralNormalization(Wrapper):
    """Divides the kernel of a layer, before each call in training (unless frozen), by its largest singular value.

    The value is found by power iteration: u grows into the direction that the kernel, as a matrix with its last axis as
    columns, stretches most. It goes on where the last call left it, so that one round a call is enough. The gradient is
    that by the kernel as it is after the division.

    Args:
        layer: one with a `kernel`, or an Embedding.
        power_iterations: rounds a call, a positive integer.

    Shapes:
        those of the layer; vector_u, which is not trained, `(1, columns of the kernel)`.

    Raises:
        ValueError: power_iterations is not positive; when built, if the layer has no kernel.

    >>> from layerlab.layers import Dense
    >>> layer = SpectralNormalization(Dense(1, kernel_initializer="ones", use_bias=False))
    >>> layer(np.ones((1, 4)), training=True), layer.kernel.numpy().ravel()
    (array([[2.]], dtype=float32), array([0.5, 0.5, 0.5, 0.5], dtype=float32))

    Source: Miyato et al., 2018, https://arxiv.org/abs/1802.05957; Keras page "SpectralNormalization layer".
    """

    config_names = ("power_iterations",)

    def __init__(self, layer, power_iterations=1, **kwargs):
        super().__init__(layer, **kwargs)
        if power_iterations <= 0:
            raise ValueError(
                f"`power_iterations` should be greater than zero. Received: `power_iterations={power_iterations}`"
            )
        self.power_iterations = power_iterations

    def build(self, input_shape=None):
        super().build(input_shape)
        names = [name for name in ("kernel", "embeddings") if hasattr(self.layer, name)]
        if not names:
            raise ValueError(f"{type(self.layer).__name__} object has no attribute 'kernel' nor 'embeddings'")
        self.kernel = getattr(self.layer, names[0])
        self.vector_u = self.add_weight(
            shape=(1, self.kernel.shape[-1]),
            initializer=initializers.TruncatedNormal(stddev=0.02),
            dtype=self.kernel.dtype,
            trainable=False,
            name="vector_u",
        )
        self.input_spec = InputSpec(min_ndim=1, axes={-1: input_shape[-1]})

    def call(self, inputs, training=False):
        kernel = self.kernel._array
        if training and self.trainable and kernel.any():
            u, stretch = self._largest_singular_value(kernel.reshape(-1, kernel.shape[-1]))
            self.vector_u.assign(u)
            self.kernel.assign(kernel / stretch)
        return self.layer(inputs)[...]  # an array of its own, which the layer's mask does not come with

    def _largest_singular_value(self, matrix):
        """The direction u (a row) after some rounds, and by how much the matrix stretches it."""
        u = self.vector_u.numpy()
        for _ in range(self.power_iterations):
            v = _unit(u @ matrix.T)
            u = _unit(v @ matrix)
        return u, (v @ matrix @ u.T).item()

    def compute_output_shape(self, input_shape):
        return self.layer.compute_output_shape(input_shape)


def _unit(vector):
    """The vector with length 1; zeros stay zeros."""
    return vector / (np.linalg.norm(vector) or 1)
