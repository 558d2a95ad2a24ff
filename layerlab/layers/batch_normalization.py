"""BatchNormalization: each feature on a common scale over the batch, with averages to fall back on at inference."""

import numpy as np

from layerlab import initializers, ops
from layerlab.autodiff import stop_gradient
from layerlab.layers.input_spec import InputSpec
from layerlab.layers.normalization import RESCALING, Rescaled, one_axis

__all__ = ["BatchNormalization"]


class BatchNormalization(Rescaled):
    """Brings each feature to mean 0 and variance 1 over the batch: y = gamma · (x - μ) / sqrt(σ² + epsilon) + beta.

    While training, μ and σ² are those of the batch (σ² divided by n), and moving averages of them are kept: moving =
    moving · momentum + batch · (1 - momentum). At inference, and while the layer is frozen (`trainable = False`), the
    moving averages take their place, so that a sample's output does not depend on the others. Masked steps are left
    out of the averages.

    Args:
        axis: the axis of the features: -1, or 1 for channels_first images. Averages run over all other axes.
        momentum: how much of the old moving averages stays at each step.
        epsilon: keeps the root from 0.
        center: whether to add beta.
        scale: whether to multiply by gamma; needless before a layer that is linear.
        beta_initializer, gamma_initializer, moving_mean_initializer, moving_variance_initializer: how they start.
        beta_regularizer, gamma_regularizer: penalties on them.
        beta_constraint, gamma_constraint: applied to them after each update.
        renorm, renorm_clipping, renorm_momentum, synchronized: only their defaults, for the sake of configurations.

    Shapes:
        in any, out the same; gamma, beta, moving_mean and moving_variance `(features,)`.

    Raises:
        TypeError: `axis` is not one integer.
        ValueError: there is no such axis, or inputs of another shape than at first, or of a mask that does not fit.

    >>> layer = BatchNormalization(epsilon=0.0, momentum=0.5)
    >>> layer(np.array([[1.0], [3.0]]), training=True)
    array([[-1.],
           [ 1.]], dtype=float32)
    >>> layer.moving_mean.numpy()
    array([1.], dtype=float32)

    Source: Ioffe & Szegedy, 2015, https://arxiv.org/abs/1502.03167; Keras page "BatchNormalization layer".
    """

    weight_names = ("gamma", "beta", "moving_mean", "moving_variance")
    config_names = (
        "axis",
        "momentum",
        "epsilon",
        "center",
        "scale",
        *RESCALING,
        "moving_mean_initializer",
        "moving_variance_initializer",
        "synchronized",
        "renorm",
        "renorm_clipping",
        "renorm_momentum",
    )

    def __init__(
        self,
        axis=-1,
        momentum=0.99,
        epsilon=1e-3,
        center=True,
        scale=True,
        beta_initializer="zeros",
        gamma_initializer="ones",
        moving_mean_initializer="zeros",
        moving_variance_initializer="ones",
        beta_regularizer=None,
        gamma_regularizer=None,
        beta_constraint=None,
        gamma_constraint=None,
        renorm=False,
        renorm_clipping=None,
        renorm_momentum=0.99,
        synchronized=False,
        **kwargs,
    ):
        super().__init__(
            one_axis("BatchNormalization", axis),
            float(epsilon),
            center,
            scale,
            beta_initializer,
            gamma_initializer,
            beta_regularizer,
            gamma_regularizer,
            beta_constraint,
            gamma_constraint,
            **kwargs,
        )
        if synchronized:
            raise ValueError(
                "Argument synchronized=True is only supported with the TensorFlow backend of Keras. layerlab runs in "
                "one process, where there is nothing to synchronize."
            )
        if renorm:
            raise ValueError("layerlab has no batch renormalization: leave renorm at False.")
        self.momentum = float(momentum)
        self.moving_mean_initializer = initializers.get(moving_mean_initializer)
        self.moving_variance_initializer = initializers.get(moving_variance_initializer)
        self.synchronized, self.renorm = synchronized, renorm
        self.renorm_clipping, self.renorm_momentum = renorm_clipping, renorm_momentum

    def build(self, input_shape):
        self.compute_output_shape(input_shape)
        features = input_shape[self.axis]
        self._add_gamma_and_beta((features,))
        for name in ("moving_mean", "moving_variance"):
            initializer = getattr(self, f"{name}_initializer")
            setattr(self, name, self.add_weight((features,), initializer, trainable=False, name=name))
        self.input_spec = InputSpec(ndim=len(input_shape), axes={self.axis: features})

    def call(self, inputs, training=None, mask=None):
        if mask is not None and mask.ndim != inputs.ndim - 1:
            raise ValueError(
                "The mask provided should be one dimension less than the inputs. "
                f"Received: mask.shape={mask.shape}, inputs.shape={inputs.shape}"
            )
        x = self._wide(inputs)
        y = self._standardized(x, mask) if training and self.trainable and x.size else self._moved(x)
        return self._narrow(self._rescaled(y, [self.axis]))

    def _standardized(self, x, mask):
        """x by the mean and variance of the batch, which the moving averages take note of."""
        others = tuple(i for i in range(x.ndim) if i != self.axis % x.ndim)
        if mask is None:
            mean, variance = ops.moments(stop_gradient(x), others, keepdims=True)
            y = ops.standardize(x, mean, variance, others, self.epsilon)
        else:
            mean, variance = _masked_moments(x, mask, others)
            y = (x - mean) / np.sqrt(variance + self.epsilon)
        self._move(self.moving_mean, mean)
        self._move(self.moving_variance, variance)
        return y

    def _move(self, average, value):
        value = np.reshape(stop_gradient(value), average.shape)
        average.assign(average.value * self.momentum + value * (1 - self.momentum))

    def _moved(self, x):
        """x by the moving averages."""
        shape = [-1 if i == self.axis % x.ndim else 1 for i in range(x.ndim)]
        mean = self._wide(self.moving_mean.value)
        deviation = np.sqrt(self._wide(self.moving_variance.value) + self.epsilon)
        return (x - np.reshape(mean, shape)) / np.reshape(deviation, shape)


def _masked_moments(x, mask, axes):
    """Mean and variance of the entries that count; 0 and 0 if none does."""
    counts = np.broadcast_to(np.not_equal(mask, 0)[..., None], x.shape)
    number = np.maximum(np.sum(counts, axis=axes, keepdims=True), 1).astype(x.dtype)
    mean = np.sum(np.where(counts, x, 0), axis=axes, keepdims=True) / number
    deviations = np.where(counts, x - mean, 0)
    return mean, np.sum(np.square(deviations), axis=axes, keepdims=True) / number
