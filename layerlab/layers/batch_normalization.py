"""BatchNormalization: each feature on a common scale over the batch, with averages to fall back on at inference."""

import math

import numpy as np

from layerlab import initializers
from layerlab.autodiff import stop_gradient
from layerlab.layers.input_spec import InputSpec
from layerlab.layers.normalization import RESCALING, Rescaled, along, one_axis, with_axis_last
from layerlab.ops.features import feature_moments, scale_features
from layerlab.ops.normalize import moments, standardize

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
        renorm: whether to correct the batch's mean and variance toward their averages also while training, for small
            batches: the standardized numbers become x · r + d (Ioffe, 2017, https://arxiv.org/abs/1702.03275).
        renorm_clipping: a dictionary with limits "rmin", "rmax" and "dmax" of that correction.
        renorm_momentum: of the averages that r and d come from.
        synchronized: only False, for the sake of configurations.

    Shapes:
        in any, out the same; gamma, beta, moving_mean and moving_variance `(features,)`.

    Raises:
        TypeError: `axis` is not one integer.
        ValueError: there is no such axis, inputs of another shape than at first, a mask that does not fit, or limits
            that make no sense.

    >>> layer = BatchNormalization(epsilon=0.0, momentum=0.5)
    >>> layer(np.array([[1.0], [3.0]]), training=True)
    array([[-1.],
           [ 1.]], dtype=float32)
    >>> layer.moving_mean.numpy()
    array([1.], dtype=float32)

    Source: Ioffe & Szegedy, 2015, https://arxiv.org/abs/1502.03167; Keras page "BatchNormalization layer".
    """

    weight_names = (
        "gamma",
        "beta",
        "moving_mean",
        "moving_variance",
        "moving_stddev",
        "renorm_mean",
        "renorm_stddev",
    )
    config_names = (
        "axis",
        "momentum",
        "epsilon",
        "center",
        "scale",
        *RESCALING[:2],
        "moving_mean_initializer",
        "moving_variance_initializer",
        *RESCALING[2:],
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
        self.momentum = float(momentum)
        self.moving_mean_initializer = initializers.get(moving_mean_initializer)
        self.moving_variance_initializer = initializers.get(moving_variance_initializer)
        self.synchronized, self.renorm = synchronized, renorm
        self.renorm_clipping = _checked_clipping(renorm_clipping or {}) if renorm else renorm_clipping
        self.renorm_momentum = renorm_momentum

    def build(self, input_shape):
        self.compute_output_shape(input_shape)
        features = input_shape[self.axis]
        self._add_gamma_and_beta((features,))
        self._add_average("moving_mean", features, self.moving_mean_initializer)
        self._add_average("moving_variance", features, self.moving_variance_initializer)
        if self.renorm:
            self._add_average("moving_stddev", features, self._first_deviation)
            self._add_average("renorm_mean", features, self.moving_mean_initializer)
            self._add_average("renorm_stddev", features, self._first_deviation)
        self.input_spec = InputSpec(ndim=len(input_shape), axes={self.axis: features})

    def _add_average(self, name, features, initializer):
        setattr(self, name, self.add_weight((features,), initializer, trainable=False, name=name))

    def _first_deviation(self, shape, dtype=None):
        return np.sqrt(self.moving_variance_initializer(shape, dtype=dtype))

    def call(self, inputs, training=None, mask=None):
        if mask is not None and mask.ndim != inputs.ndim - 1:
            raise ValueError(
                "The mask provided should be one dimension less than the inputs. "
                f"Received: mask.shape={mask.shape}, inputs.shape={inputs.shape}"
            )
        x, by_batch = self._wide(inputs), bool(training and self.trainable and inputs.size)
        if by_batch and (self.renorm or mask is not None):
            return self._narrow(self._rescaled(self._standardized(x, mask), [self.axis]))
        return self._narrow(self._by_features(x, by_batch))

    def _by_features(self, x, by_batch):
        """All of it at once, by the moments of the batch or by the moving averages."""
        x = with_axis_last(x, self.axis)
        rows = np.reshape(x, (1, math.prod(x.shape[:-1]), x.shape[-1]))
        if by_batch:
            statistics = feature_moments(stop_gradient(rows))
            self._move(self.moving_mean, statistics[0, 0])
            self._move(self.moving_variance, statistics[1, 0])
        else:
            statistics = np.stack([self._wide(self.moving_mean.value), self._wide(self.moving_variance.value)])[:, None]
        y = scale_features(rows, self.gamma, self.beta, stop_gradient(statistics), None, self.epsilon, by_batch)
        return with_axis_last(np.reshape(y, x.shape), self.axis, back=True)

    def _standardized(self, x, mask):
        """x by the mean and variance of what a mask leaves of the batch; the moving averages take note of them."""
        others = tuple(i for i in range(x.ndim) if i != self.axis % x.ndim)
        if mask is None:
            mean, variance = moments(stop_gradient(x), others, keepdims=True)
            y = standardize(x, mean, variance, others, self.epsilon)
        else:
            mean, variance = _masked_moments(x, mask, others)
            y = (x - mean) / np.sqrt(variance + self.epsilon)
        mean, variance = (np.reshape(stop_gradient(value), self.moving_mean.shape) for value in (mean, variance))
        if self.renorm:
            return self._corrected(y, mean, variance)
        self._move(self.moving_mean, mean)
        self._move(self.moving_variance, variance)
        return y

    def _move(self, average, value, momentum=None):
        momentum = self.momentum if momentum is None else momentum
        average.assign(average.value * momentum + value * (1 - momentum))

    def _corrected(self, y, mean, variance):
        """y · r + d: what it would be by the averages of renorm, within limits. r and d have no gradient."""
        deviation, limits = np.sqrt(variance + self.epsilon), self.renorm_clipping
        slow_deviation = np.maximum(self._wide(self.renorm_stddev.value), self.epsilon**0.5)
        r = np.clip(deviation / slow_deviation, limits.get("rmin") or 0, limits.get("rmax"))
        d = (mean - self._wide(self.renorm_mean.value)) / slow_deviation
        if limits.get("dmax") is not None:
            d = np.clip(d, -limits["dmax"], limits["dmax"])
        self._move(self.renorm_mean, mean, self.renorm_momentum)
        self._move(self.renorm_stddev, deviation, self.renorm_momentum)
        self._move(self.moving_mean, mean)
        self._move(self.moving_stddev, deviation)
        self.moving_variance.assign(np.maximum(self.moving_stddev.value**2 - self.epsilon, 0))
        return y * along(r, [self.axis], y.shape) + along(d, [self.axis], y.shape)


def _checked_clipping(limits: dict) -> dict:
    known = ["rmax", "rmin", "dmax"]
    if set(limits) - set(known):
        raise ValueError(f"Received invalid keys for `renorm_clipping` argument: {limits}. Supported values: {known}.")
    rmax, rmin, dmax = map(limits.get, known)
    if rmax is not None and rmin is not None and rmax < rmin:
        raise ValueError(
            f"rmax should be greater than rmin in the `renorm_clipping` argument. Received: rmax={rmax}, rmin={rmin}."
        )
    if dmax is not None and dmax < 0:
        raise ValueError(f"dmax should be non-negative in the `renorm_clipping` argument. Received: dmax={dmax}.")
    return limits


def _masked_moments(x, mask, axes):
    """Mean and variance of the entries that count; 0 and 0 if none does."""
    counts = np.broadcast_to(np.not_equal(mask, 0)[..., None], x.shape)
    number = np.maximum(np.sum(counts, axis=axes, keepdims=True), 1).astype(x.dtype)
    mean = np.sum(np.where(counts, x, 0), axis=axes, keepdims=True) / number
    deviations = np.where(counts, x - mean, 0)
    return mean, np.sum(np.square(deviations), axis=axes, keepdims=True) / number
