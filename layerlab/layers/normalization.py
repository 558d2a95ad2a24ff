"""Layers that bring each sample's numbers to a common scale, whatever the other samples in the batch are.

They differ in what shares a mean and a variance, or a length: all features, some axes, a group of channels.
BatchNormalization, which looks across the batch, is in batch_normalization.py.
"""

import math
import warnings
from typing import ClassVar

import numpy as np

from layerlab import constraints, initializers, regularizers
from layerlab.autodiff import stop_gradient
from layerlab.layers.input_spec import InputSpec
from layerlab.layers.layer import Layer
from layerlab.ops.features import feature_moments, scale_features
from layerlab.ops.normalize import moments, standardize, to_unit_length

__all__ = ["GroupNormalization", "LayerNormalization", "RMSNormalization", "UnitNormalization"]


class Normalization(Layer, named=False):
    """What all normalizations share: axes that must exist, and computing in no less than float32."""

    repeats = True
    supports_masking = True
    axis: int | list[int]

    def compute_output_shape(self, input_shape):
        for axis in _listed(self.axis):
            if not -len(input_shape) <= axis < len(input_shape):
                raise ValueError(
                    f"Axis {axis} is out of bounds for input shape {input_shape}. Received: axis={self.axis}"
                )
        return input_shape

    def _wide(self, x):
        """Floats in which a sum of squares does not overflow."""
        dtype = np.promote_types(self._numpy_dtype, "float32")
        return x if x.dtype == dtype else x.astype(dtype)

    def _narrow(self, y):
        return y if y.dtype == self._numpy_dtype else y.astype(self._numpy_dtype)


class Rescaled(Normalization, named=False):
    """Normalization followed by · gamma + beta, which are learned and can undo it."""

    weight_names: ClassVar[tuple[str, ...]] = ("gamma", "beta")

    def __init__(
        self,
        axis,
        epsilon,
        center,
        scale,
        beta_initializer,
        gamma_initializer,
        beta_regularizer,
        gamma_regularizer,
        beta_constraint,
        gamma_constraint,
        **kwargs,
    ):
        super().__init__(**kwargs)
        self.axis, self.epsilon, self.center, self.scale = axis, epsilon, center, scale
        self.beta_initializer = initializers.get(beta_initializer)
        self.gamma_initializer = initializers.get(gamma_initializer)
        self.beta_regularizer = regularizers.get(beta_regularizer)
        self.gamma_regularizer = regularizers.get(gamma_regularizer)
        self.beta_constraint = constraints.get(beta_constraint)
        self.gamma_constraint = constraints.get(gamma_constraint)

    def _add_gamma_and_beta(self, shape):
        self.gamma = self._add("gamma", shape) if self.scale else None
        self.beta = self._add("beta", shape) if self.center else None

    def _add(self, name, shape):
        own = {kind: getattr(self, f"{name}_{kind}") for kind in ("initializer", "regularizer", "constraint")}
        return self.add_weight(shape, name=name, **own)

    def _rescaled(self, y, axes):
        """y · gamma + beta, which lie along `axes`."""
        if self.gamma is not None:
            y = y * along(self.gamma, axes, y.shape)
        return y if self.beta is None else y + along(self.beta, axes, y.shape)


# the arguments of `Rescaled` that describe gamma and beta
RESCALING = (
    "beta_initializer",
    "gamma_initializer",
    "beta_regularizer",
    "gamma_regularizer",
    "beta_constraint",
    "gamma_constraint",
)


def along(weight, axes, shape):
    """A weight with axes of size 1 put in, so that it lies along `axes` of arrays of that shape."""
    axes = {axis % len(shape) for axis in axes}
    return np.reshape(weight, [size if i in axes else 1 for i, size in enumerate(shape)])


def with_axis_last(x, axis, back=False):
    """x with this axis moved to the end, or back from there; x itself, as it mostly is, if it is the last anyway."""
    if axis in (-1, x.ndim - 1):
        return x
    return np.moveaxis(x, -1, axis) if back else np.moveaxis(x, axis, -1)


def _listed(axis) -> list[int]:
    return axis if isinstance(axis, list) else [axis]


def _checked_axis(axis, message: str):
    """One axis or a list of them."""
    if isinstance(axis, list | tuple) and all(isinstance(item, int) for item in axis):
        return list(axis)
    if not isinstance(axis, int):
        raise TypeError(message)
    return axis


def one_axis(layer: str, axis) -> int:
    """The axis of the features, for layers that take a single one."""
    if isinstance(axis, list | tuple):
        raise TypeError(
            f"`axis` of {layer} must be one integer, the axis of the features. LayerNormalization takes several. "
            f"Received: axis={axis}"
        )
    return int(axis)


class LayerNormalization(Rescaled):
    """Brings each sample's features to mean 0 and variance 1: y = gamma · (x - μ) / sqrt(σ² + epsilon) + beta.

    μ and σ² are taken along `axis`, for each sample (and each time step) by itself: training and inference do the same,
    and the size of the batch does not matter.

    Args:
        axis: an axis or a list of axes, which share one mean and one variance.
        epsilon: keeps the root from 0.
        center: whether to add beta.
        scale: whether to multiply by gamma.
        beta_initializer, gamma_initializer: how they start.
        beta_regularizer, gamma_regularizer: penalties on them.
        beta_constraint, gamma_constraint: applied to them after each update.
        rms_scaling: an old way that leaves the mean and beta out; accepted with a warning.

    Shapes:
        in any, out the same; gamma and beta have the sizes of `axis`.

    Raises:
        TypeError: `axis` is neither an integer nor a list of integers.
        ValueError: there is no such axis.

    >>> LayerNormalization(epsilon=0.0)(np.array([[1.0, 3.0], [10.0, 30.0]]))
    array([[-1.,  1.],
           [-1.,  1.]], dtype=float32)

    Source: Ba et al., 2016, https://arxiv.org/abs/1607.06450; Keras page "LayerNormalization layer".
    """

    config_names = ("axis", "epsilon", "center", "scale", "rms_scaling", *RESCALING)

    def __init__(
        self,
        axis=-1,
        epsilon=1e-3,
        center=True,
        scale=True,
        beta_initializer="zeros",
        gamma_initializer="ones",
        beta_regularizer=None,
        gamma_regularizer=None,
        beta_constraint=None,
        gamma_constraint=None,
        **kwargs,
    ):
        self.rms_scaling = kwargs.pop("rms_scaling", False)
        if self.rms_scaling:
            warnings.warn(
                "You passed `rms_scaling=True`, which is deprecated: it divides by the standard deviation, not by the "
                "root mean square. `keras.layers.RMSNormalization` does what its name says.",
                stacklevel=2,
            )
        super().__init__(
            _checked_axis(
                axis, f"Expected an int or a list/tuple of ints for the argument 'axis', but received: {axis!r}"
            ),
            epsilon,
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
        self.autocast = False  # large numbers come in before they are made small

    def build(self, input_shape):
        self.compute_output_shape(input_shape)
        self.axis = sorted(_listed(self.axis))
        shape = tuple(input_shape[axis] for axis in self.axis)
        self.gamma = self._add("gamma", shape) if self.scale or self.rms_scaling else None
        self.beta = self._add("beta", shape) if self.center and not self.rms_scaling else None

    def call(self, inputs):
        x, axes = self._wide(inputs), tuple(_listed(self.axis))
        if self.rms_scaling:
            y = x / np.sqrt(np.var(x, axis=axes, keepdims=True) + self.epsilon)
        else:
            y = standardize(x, *moments(stop_gradient(x), axes, keepdims=True), axes, self.epsilon)
        return self._narrow(self._rescaled(y, axes))


class GroupNormalization(Rescaled):
    """Brings each group of channels of each sample to mean 0 and variance 1, then y · gamma + beta.

    Between LayerNormalization (`groups=1`: all channels together) and instance normalization (`groups=-1`: each by
    itself). μ and σ² run over the group's channels and over all other axes but that of the batch.

    Args:
        groups: into how many groups, of neighbors, the channels are cut; -1 is one for each channel.
        axis: the axis of the channels.
        epsilon: keeps the root from 0.
        center: whether to add beta.
        scale: whether to multiply by gamma.
        beta_initializer, gamma_initializer: how they start.
        beta_regularizer, gamma_regularizer: penalties on them.
        beta_constraint, gamma_constraint: applied to them after each update.

    Shapes:
        in `(batch, ..., channels)`, out the same; gamma and beta `(channels,)`.

    Raises:
        TypeError: `axis` is not one integer.
        ValueError: `groups` is no positive integer or -1, or does not divide the channels; there is no such axis.

    >>> GroupNormalization(groups=2, epsilon=0.0)(np.array([[1.0, 3.0, 10.0, 30.0]]))
    array([[-1.,  1., -1.,  1.]], dtype=float32)

    Source: Wu & He, 2018, https://arxiv.org/abs/1803.08494; Keras page "GroupNormalization layer".
    """

    config_names = ("groups", "axis", "epsilon", "center", "scale", *RESCALING)

    def __init__(
        self,
        groups=32,
        axis=-1,
        epsilon=1e-3,
        center=True,
        scale=True,
        beta_initializer="zeros",
        gamma_initializer="ones",
        beta_regularizer=None,
        gamma_regularizer=None,
        beta_constraint=None,
        gamma_constraint=None,
        **kwargs,
    ):
        if not isinstance(groups, int) or (groups <= 0 and groups != -1):
            raise ValueError(
                "Received an invalid value for argument `groups`, expected a positive integer (or `-1` for instance "
                f"normalization). Received: groups={groups}"
            )
        super().__init__(
            one_axis("GroupNormalization", axis),
            epsilon,
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
        self.groups = groups
        self.autocast = False

    def build(self, input_shape):
        self.compute_output_shape(input_shape)
        channels = input_shape[self.axis]
        if channels is None:
            raise ValueError(
                f"Axis {self.axis} of input tensor should have a defined dimension but the layer received an input "
                f"with shape {input_shape}."
            )
        if self.groups == -1:
            self.groups = channels
        if channels < self.groups:
            raise ValueError(
                f"Number of groups ({self.groups}) cannot be more than the number of channels ({channels})."
            )
        if channels % self.groups:
            raise ValueError(
                f"Number of groups ({self.groups}) must be a multiple of the number of channels ({channels})."
            )
        self._add_gamma_and_beta((channels,))
        self.input_spec = InputSpec(ndim=len(input_shape), axes={self.axis: channels})

    def call(self, inputs):
        x = with_axis_last(self._wide(inputs), self.axis)
        rows = np.reshape(x, (len(x), math.prod(x.shape[1:-1]), x.shape[-1]))
        statistics = feature_moments(stop_gradient(rows), self.groups)
        y = scale_features(rows, self.gamma, self.beta, statistics, self.groups, self.epsilon)
        return self._narrow(with_axis_last(np.reshape(y, x.shape), self.axis, back=True))


_NO_AXIS = "Invalid value for `axis` argument: expected an int or a list/tuple of ints. Received: axis={}"


class RMSNormalization(Normalization):
    """Divides each sample's features by their root mean square: y = scale · x / sqrt(mean(x²) + epsilon).

    LayerNormalization without the mean, which large language models can do without.
    (Keras 3.15 gives other numbers for a single axis that is not the last: it lays `scale` along the last one.)

    Args:
        axis: an axis or a list of axes, which share one root mean square.
        epsilon: keeps the root from 0.

    Shapes:
        in any, out the same; scale has the sizes of `axis`.

    Raises:
        TypeError: `axis` is neither an integer nor a list of integers.
        ValueError: there is no such axis.

    >>> RMSNormalization(epsilon=0.0)(np.array([[1.0, 7.0]]))
    array([[0.2, 1.4]], dtype=float32)

    Source: Zhang & Sennrich, 2019, https://arxiv.org/abs/1910.07467; Keras page "RMSNormalization layer".
    """

    supports_masking = False
    weight_names = ("scale",)
    config_names = ("axis", "epsilon")

    def __init__(self, axis=-1, epsilon=1e-6, **kwargs):
        super().__init__(**kwargs)
        self.axis, self.epsilon = _checked_axis(axis, _NO_AXIS.format(axis)), epsilon

    def build(self, input_shape):
        self.compute_output_shape(input_shape)
        self.axis = sorted(_listed(self.axis))
        self.scale = self.add_weight(tuple(input_shape[axis] for axis in self.axis), "ones", name="scale")

    def call(self, x):
        x = self._wide(x)
        mean_square = np.mean(np.square(x), axis=tuple(_listed(self.axis)), keepdims=True)
        y = x / np.sqrt(mean_square + self.epsilon)
        return self._narrow(y * along(self.scale, self.axis, x.shape))


class UnitNormalization(Normalization):
    """Divides each vector by its length: y = x / ||x||; zeros stay zeros.

    Args:
        axis: the axis along which a vector lies, or a list of axes.

    Shapes:
        in any, out the same.

    Raises:
        TypeError: `axis` is neither an integer nor a list of integers.
        ValueError: there is no such axis.

    >>> UnitNormalization()(np.array([[3.0, 4.0], [0.0, 0.0]]))
    array([[0.6, 0.8],
           [0. , 0. ]], dtype=float32)

    Source: Keras page "UnitNormalization layer".
    """

    config_names = ("axis",)

    def __init__(self, axis=-1, **kwargs):
        super().__init__(**kwargs)
        self.axis = _checked_axis(axis, _NO_AXIS.format(axis))

    def call(self, inputs):
        self.compute_output_shape(inputs.shape)
        return to_unit_length(self._as_float(inputs), tuple(_listed(self.axis)))
