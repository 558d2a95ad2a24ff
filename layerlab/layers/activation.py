"""Activation functions as layers: by name (Activation), and those with parameters of their own.

The formulas are in `layerlab.activations`; here are their arguments, and the weights of PReLU.
"""

import warnings

import numpy as np

from layerlab import activations, constraints, initializers, ops, regularizers
from layerlab.layers.input_spec import InputSpec
from layerlab.layers.layer import Layer

__all__ = ["ELU", "Activation", "LeakyReLU", "PReLU", "ReLU", "Softmax"]

_KEEP_INTEGERS = (activations.linear, activations.relu)


def _numbers(layer, x):
    """Floats of the layer's type; integers only for a layer that keeps them."""
    return x if layer.keeps_integers and x.dtype.kind in "iu" else layer._as_float(x)


class Activation(Layer):
    """y = activation(x).

    Args:
        activation: the name of a function of `layerlab.activations`, or any function of an array.

    Shapes:
        in any, out what the function gives: the same, except for `glu`.

    Raises:
        ValueError: no function is called that.

    >>> Activation("relu")(np.array([-1.0, 2.0]))
    array([0., 2.], dtype=float32)

    Source: Keras page "Activation layer".
    """

    repeats = True
    supports_masking = True
    config_names = ("activation",)

    def __init__(self, activation, **kwargs):
        super().__init__(**kwargs)
        self.activation = activations.get(activation)
        self.keeps_integers = self.activation in _KEEP_INTEGERS or isinstance(self.activation, Layer)

    def call(self, inputs):
        return self.activation(_numbers(self, inputs))

    def compute_output_shape(self, input_shape):
        if self.activation is activations.glu:
            return (*input_shape[:-1], input_shape[-1] // 2)
        return input_shape


class ReLU(Layer):
    """max(x, 0), with a slope below the threshold and a ceiling if you want them.

    y = x above the threshold, but at most max_value; negative_slope · (x - threshold) below it.

    Args:
        max_value: the largest output; None is no limit.
        negative_slope: the slope below the threshold.
        threshold: up to it, inputs count as negative.

    Shapes:
        in any, out the same.

    Raises:
        ValueError: an argument is negative, or None where a number is needed.

    >>> ReLU(max_value=6)(np.array([-1.0, 2.0, 9.0]))
    array([0., 2., 6.], dtype=float32)

    Source: Keras page "ReLU layer".
    """

    repeats = True
    supports_masking = True
    config_names = ("max_value", "negative_slope", "threshold")

    def __init__(self, max_value=None, negative_slope=0.0, threshold=0.0, **kwargs):
        if "alpha" in kwargs:
            raise ValueError("ReLU has no `alpha`. Give the slope for negative inputs as negative_slope=.")
        super().__init__(**kwargs)
        if max_value is not None and max_value < 0:
            raise ValueError(f"max_value of a ReLU layer cannot be a negative value. Received: max_value={max_value}")
        for name, value in (("negative_slope", negative_slope), ("threshold", threshold)):
            if value is None or value < 0:
                raise ValueError(f"{name} of a ReLU layer cannot be None or a negative value. Received: {name}={value}")
        self.max_value, self.negative_slope, self.threshold = max_value, negative_slope, threshold
        self.keeps_integers = (max_value, negative_slope, threshold) == (None, 0, 0)

    def call(self, inputs):
        return activations.relu(_numbers(self, inputs), self.negative_slope, self.max_value, self.threshold)

    def compute_output_shape(self, input_shape):
        return input_shape


class LeakyReLU(Layer):
    """x if x >= 0, else negative_slope · x: a ReLU that never dies.

    Args:
        negative_slope: the slope for negative inputs. Keras 2 called it `alpha`, which is accepted with a warning.

    Shapes:
        in any, out the same.

    Raises:
        ValueError: `negative_slope` is None or negative.

    >>> LeakyReLU(negative_slope=0.5)(np.array([-2.0, 2.0]))
    array([-1.,  2.], dtype=float32)

    Source: Keras page "LeakyReLU layer".
    """

    repeats = True
    supports_masking = True
    config_names = ("negative_slope",)

    def __init__(self, negative_slope=0.3, **kwargs):
        if "alpha" in kwargs:
            negative_slope = kwargs.pop("alpha")
            warnings.warn("Argument `alpha` is deprecated. Use `negative_slope` instead.", stacklevel=2)
        super().__init__(**kwargs)
        if negative_slope is None or negative_slope < 0:
            raise ValueError(
                "The negative_slope value of a Leaky ReLU layer cannot be None or negative value. Expected a float. "
                f"Received: negative_slope={negative_slope}"
            )
        self.negative_slope = negative_slope

    def call(self, inputs):
        return activations.leaky_relu(self._as_float(inputs), self.negative_slope)

    def compute_output_shape(self, input_shape):
        return input_shape


class PReLU(Layer):
    """max(x, 0) - alpha · max(-x, 0): a LeakyReLU that learns its slope, by default one for each input.

    Args:
        alpha_initializer, alpha_regularizer, alpha_constraint: of the slopes.
        shared_axes: axes (1-based, the batch axis is 0) along which all inputs share one slope; [1, 2] for images means
            one slope a channel.

    Shapes:
        in `(batch, ...)`, out the same; alpha is the shape of one sample, with 1 at the shared axes.

    Raises:
        ValueError: an axis of the input that is not shared has no known size.

    >>> PReLU(alpha_initializer="ones")(np.array([[-2.0, 2.0]]))
    array([[-2.,  2.]], dtype=float32)

    Source: He et al., 2015, https://arxiv.org/abs/1502.01852; Keras page "PReLU layer".
    """

    repeats = True
    supports_masking = True
    weight_names = ("alpha",)
    config_names = ("alpha_initializer", "alpha_regularizer", "alpha_constraint", "shared_axes")

    def __init__(
        self,
        alpha_initializer="Zeros",
        alpha_regularizer=None,
        alpha_constraint=None,
        shared_axes=None,
        **kwargs,
    ):
        super().__init__(**kwargs)
        self.alpha_initializer = initializers.get(alpha_initializer)
        self.alpha_regularizer = regularizers.get(alpha_regularizer)
        self.alpha_constraint = constraints.get(alpha_constraint)
        self.shared_axes = shared_axes
        if shared_axes is not None:
            self.shared_axes = list(shared_axes) if isinstance(shared_axes, list | tuple) else [shared_axes]

    def build(self, input_shape):
        shared = self.shared_axes or ()
        shape = tuple(1 if axis in shared else size for axis, size in enumerate(input_shape))[1:]
        self.alpha = self.add_weight(
            name="alpha",
            shape=shape,
            initializer=self.alpha_initializer,
            regularizer=self.alpha_regularizer,
            constraint=self.alpha_constraint,
        )
        fixed = {axis: size for axis, size in enumerate(input_shape) if axis and axis not in shared}
        self.input_spec = InputSpec(ndim=len(input_shape), axes=fixed)

    def call(self, inputs):
        x = self._as_float(inputs)
        return ops.relu(x) - self.alpha * ops.relu(-x)

    def compute_output_shape(self, input_shape):
        return input_shape


class ELU(Layer):
    """x if x > 0, else alpha · (exp(x) - 1): smooth, and its mean output is nearer to 0 than a ReLU's.

    Args:
        alpha: minus the value that very negative inputs approach.

    Shapes:
        in any, out the same.

    >>> ELU()(np.array([-1.0, 2.0]))
    array([-0.63212055,  2.        ], dtype=float32)

    Source: Clevert et al., 2016, https://arxiv.org/abs/1511.07289; Keras page "ELU layer".
    """

    repeats = True
    supports_masking = True
    config_names = ("alpha",)

    def __init__(self, alpha=1.0, **kwargs):
        super().__init__(**kwargs)
        self.alpha = alpha

    def call(self, inputs):
        return activations.elu(self._as_float(inputs), alpha=self.alpha)

    def compute_output_shape(self, input_shape):
        return input_shape


class Softmax(Layer):
    """exp(x) / Σ exp(x) along an axis: positive numbers that sum to 1.

    Args:
        axis: the axis, or several axes over which one sum runs.

    Shapes:
        in any, out the same.

    Call arguments:
        mask: True where an entry counts, of the inputs' shape. The others get 0; where nothing counts, all are 0.

    >>> Softmax()(np.array([[1.0, 1.0, 5.0]]), mask=np.array([[True, True, False]]))
    array([[0.5, 0.5, 0. ]], dtype=float32)

    Source: Keras page "Softmax layer".
    """

    repeats = True
    supports_masking = True
    config_names = ("axis",)

    def __init__(self, axis=-1, **kwargs):
        super().__init__(**kwargs)
        self.axis = axis

    def call(self, inputs, mask=None):
        x = self._as_float(inputs)
        if mask is None:
            return self._softmax(x)
        _check_broadcastable(mask, x)
        return self._softmax(np.where(mask, x, _FAR_BELOW)) * mask

    def _softmax(self, x):
        if isinstance(self.axis, int) or len(self.axis) == 1:
            return activations.softmax(x, axis=self.axis if isinstance(self.axis, int) else self.axis[0])
        e = np.exp(x - np.max(x, axis=tuple(self.axis), keepdims=True))
        return e / np.sum(e, axis=tuple(self.axis), keepdims=True)

    def compute_output_shape(self, input_shape):
        return input_shape


_FAR_BELOW = -1e9  # exp of it is 0 beside any logit that counts


def _check_broadcastable(mask, x):
    received = f"Received: inputs.shape={tuple(x.shape)}, mask.shape={np.shape(mask)}"
    if np.ndim(mask) > x.ndim:
        raise ValueError(f"The `mask` must be broadcastable to `inputs` and must not have more dimensions. {received}")
    shape = (1,) * (x.ndim - np.ndim(mask)) + np.shape(mask)
    if any(m not in (1, n) for m, n in zip(shape, x.shape, strict=True)):
        raise ValueError(
            "The `mask` must be broadcastable to `inputs`. Each mask dimension must be 1 or match the corresponding "
            f"input dimension. {received}"
        )
