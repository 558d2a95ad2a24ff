"""Dense: the layer in which every output sees every input.

It is the pattern for all layers with weights: configuration in `__init__`, weights in `build`, the formula in `call`.
"""

import numpy as np

from layerlab import activations, constraints, initializers, regularizers
from layerlab.autodiff import ArrayLike
from layerlab.layers.input_spec import InputSpec
from layerlab.layers.layer import Layer

__all__ = ["Dense"]


class Dense(Layer):
    """Every output unit sees every input feature: y = activation(x @ kernel + bias), over the last axis.

    Args:
        units: the number of outputs, a positive integer.
        activation: a name or a function; None is the identity.
        use_bias: whether to add a bias.
        kernel_initializer, bias_initializer: how the weights start.
        kernel_regularizer, bias_regularizer: penalties on the weights.
        activity_regularizer: penalty on the output, divided by the batch size.
        kernel_constraint, bias_constraint: applied to the weights after each update. On the kernel, axis 0 holds the
            incoming weights of one unit.

    Shapes:
        in `(batch, ..., features)`, out `(batch, ..., units)`; kernel `(features, units)`, bias `(units,)`.

    Raises:
        ValueError: `units` is not a positive integer, or the inputs have another number of features than at first.

    >>> layer = Dense(2, kernel_initializer="ones")
    >>> layer(np.array([[1.0, 2.0, 3.0]]))
    array([[6., 6.]], dtype=float32)

    Source: Keras page "Dense layer".
    """

    repeats = True
    supports_masking = True
    weight_names = ("kernel", "bias")
    config_names = (
        "units",
        "activation",
        "use_bias",
        "kernel_initializer",
        "bias_initializer",
        "kernel_regularizer",
        "bias_regularizer",
        "kernel_constraint",
        "bias_constraint",
        "quantization_config",
    )

    def __init__(
        self,
        units,
        activation=None,
        use_bias=True,
        kernel_initializer="glorot_uniform",
        bias_initializer="zeros",
        kernel_regularizer=None,
        bias_regularizer=None,
        activity_regularizer=None,
        kernel_constraint=None,
        bias_constraint=None,
        lora_rank=None,
        lora_alpha=None,
        quantization_config=None,
        **kwargs,
    ):
        if not isinstance(units, int) or units <= 0:
            raise ValueError(
                f"Received an invalid value for `units`, expected a positive integer. Received: units={units}"
                f"{_units_hint(units)}"
            )
        if (lora_rank, lora_alpha, quantization_config) != (None, None, None):
            raise ValueError("layerlab has no LoRA and no quantization: leave lora_* and quantization_config at None.")
        super().__init__(activity_regularizer=activity_regularizer, **kwargs)
        self.units, self.use_bias, self.quantization_config = units, use_bias, None
        self.activation = activations.get(activation)
        self.kernel_initializer = initializers.get(kernel_initializer)
        self.bias_initializer = initializers.get(bias_initializer)
        self.kernel_regularizer = regularizers.get(kernel_regularizer)
        self.bias_regularizer = regularizers.get(bias_regularizer)
        self.kernel_constraint = constraints.get(kernel_constraint)
        self.bias_constraint = constraints.get(bias_constraint)
        self.input_spec = InputSpec(min_ndim=2)

    def build(self, input_shape):
        features = input_shape[-1]
        self.kernel = self.add_weight(
            name="kernel",
            shape=(features, self.units),
            initializer=self.kernel_initializer,
            regularizer=self.kernel_regularizer,
            constraint=self.kernel_constraint,
        )
        self.bias = None
        if self.use_bias:
            self.bias = self.add_weight(
                name="bias",
                shape=(self.units,),
                initializer=self.bias_initializer,
                regularizer=self.bias_regularizer,
                constraint=self.bias_constraint,
            )
        self.input_spec = InputSpec(min_ndim=2, axes={-1: features})

    def call(self, inputs):
        y = np.matmul(self._as_float(inputs), self.kernel)  # (..., features) (features, units)
        y = y if self.bias is None else y + self.bias
        return y if self.activation is None else self.activation(y)

    def compute_output_shape(self, input_shape):
        return (*input_shape[:-1], self.units)


def _units_hint(units) -> str:
    if isinstance(units, np.ndarray | ArrayLike) and np.ndim(units):
        return ". Is it data? Make the layer first, then call it: Dense(units)(x)."
    if isinstance(units, float | np.number) and units == int(units) and units > 0:
        return f". Did you mean units={int(units)}?"
    return ""
