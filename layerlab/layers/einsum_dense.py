"""EinsumDense: a dense layer over any axes; an equation tells which axes of input and kernel meet, and what is left."""

import re
from typing import NamedTuple

import numpy as np

from layerlab import activations, constraints, initializers, regularizers
from layerlab.layers.input_spec import InputSpec
from layerlab.layers.layer import Layer

__all__ = ["EinsumDense"]


class EinsumDense(Layer):
    """A product of input and kernel as `np.einsum` writes it: y = activation(einsum(equation, x, kernel) + bias).

    Args:
        equation: "[X],[Y]->[Z]" with a letter for each axis of the input, of the kernel and of the output; "..." in the
            first and last, on the same side, stands for axes that stay as they are.
        output_shape: sizes of the output without the batch axis and without what "..." stands for; an integer for one.
            None is for a size that the input tells.
        activation: a name or a function; None is the identity.
        bias_axes: letters of the output axes along which the bias differs; None is no bias.
        kernel_initializer, bias_initializer: how the weights start. Fans are counted by the equation.
        kernel_regularizer, bias_regularizer: penalties on the weights.
        kernel_constraint, bias_constraint: applied to the weights after each update.

    Shapes:
        as the equation says.

    Raises:
        ValueError: when built: an equation of another form, sizes that disagree, too few axes, a letter without a size.

    >>> layer = EinsumDense("...x,xy->...y", output_shape=2, bias_axes="y")  # Dense(2)
    >>> layer(np.ones((4, 5, 3))).shape, [w.shape for w in layer.weights]
    ((4, 5, 2), [(3, 2), (2,)])

    Source: Keras page "EinsumDense layer".
    """

    repeats = True
    weight_names = ("kernel", "bias")
    config_names = (
        "equation",
        "activation",
        "bias_axes",
        "kernel_initializer",
        "bias_initializer",
        "kernel_regularizer",
        "bias_regularizer",
        "activity_regularizer",
        "kernel_constraint",
        "bias_constraint",
        "quantization_config",
    )

    def __init__(
        self,
        equation,
        output_shape,
        activation=None,
        bias_axes=None,
        kernel_initializer="glorot_uniform",
        bias_initializer="zeros",
        kernel_regularizer=None,
        bias_regularizer=None,
        kernel_constraint=None,
        bias_constraint=None,
        lora_rank=None,
        lora_alpha=None,
        gptq_unpacked_column_size=None,
        quantization_config=None,
        **kwargs,
    ):
        if (lora_rank, lora_alpha, gptq_unpacked_column_size, quantization_config) != (None,) * 4:
            raise ValueError("layerlab has no LoRA and no quantization: leave their arguments at None.")
        super().__init__(**kwargs)
        self.equation, self.bias_axes, self.quantization_config = equation, bias_axes, None
        self.partial_output_shape = (output_shape,) if isinstance(output_shape, int) else tuple(output_shape)
        self.activation = activations.get(activation)
        self.kernel_initializer = initializers.get(kernel_initializer)
        self.bias_initializer = initializers.get(bias_initializer)
        self.kernel_regularizer = regularizers.get(kernel_regularizer)
        self.bias_regularizer = regularizers.get(bias_regularizer)
        self.kernel_constraint = constraints.get(kernel_constraint)
        self.bias_constraint = constraints.get(bias_constraint)

    def build(self, input_shape):
        sizes = _sizes(self.equation, self.bias_axes, input_shape, self.partial_output_shape)
        self.kernel = self.add_weight(
            name="kernel",
            shape=sizes.kernel,
            initializer=_with_axes(self.kernel_initializer, sizes.input_axes, sizes.output_axes),
            regularizer=self.kernel_regularizer,
            constraint=self.kernel_constraint,
        )
        self.bias = None
        if sizes.bias is not None:
            self.bias = self.add_weight(
                name="bias",
                shape=sizes.bias,
                initializer=self.bias_initializer,
                regularizer=self.bias_regularizer,
                constraint=self.bias_constraint,
            )
        self.input_spec = InputSpec(ndim=len(input_shape))

    def call(self, inputs):
        y = np.einsum(self.equation, self._as_float(inputs), self.kernel)
        y = y if self.bias is None else y + self.bias
        return y if self.activation is None else self.activation(y)

    def compute_output_shape(self, input_shape):
        return _sizes(self.equation, self.bias_axes, input_shape, self.partial_output_shape).output

    def get_config(self):
        return super().get_config() | {"output_shape": self.partial_output_shape}


def _with_axes(initializer, input_axes: list[int], output_axes: list[int]):
    """The initializer, if it scales by fans and was not told which axes make them, told so."""
    if not isinstance(initializer, initializers.VarianceScaling):
        return initializer
    if initializer.input_axes is not None and initializer.output_axes is not None:
        return initializer
    axes = {"input_axes": input_axes, "output_axes": output_axes}
    return type(initializer).from_config(initializer.get_config() | {"seed": initializer.seed} | axes)


class _Sizes(NamedTuple):
    kernel: tuple
    bias: tuple | None
    output: tuple
    input_axes: list[int]  # of the kernel: those summed over
    output_axes: list[int]  # of the kernel: those that the output has


_EQUATION = re.compile(r"(\.\.\.)?([a-zA-Z]+)(\.\.\.)?,([a-zA-Z]+)->(\.\.\.)?([a-zA-Z]+)(\.\.\.)?")


def _sizes(equation: str, bias_axes: str | None, input_shape, output_shape) -> _Sizes:
    """All shapes that an equation and the sizes of input and output lead to.

    >>> _sizes("abc,cde->abde", "e", (None, 4, 3), (None, 5, 2))[:3]
    ((3, 5, 2), (2,), (None, 4, 5, 2))
    """
    found = _EQUATION.fullmatch(equation)
    if not found or (found[1], found[3]) != (found[5], found[7]) or (found[1] and found[3]):
        raise ValueError(
            f"Invalid einsum equation '{equation}'. Equations must be in the form [X],[Y]->[Z], ...[X],[Y]->...[Z], or "
            "[X]...,[Y]->[Z]...."
        )
    inputs, weights, outputs = found[2], found[4], found[6]
    elided = len(input_shape) - len(inputs)  # axes that "..." stands for
    _check_axes(found, elided, input_shape, output_shape)
    before = elided if found[1] else 0  # axes to the left of the first letter
    by_input = {letter: input_shape[i + before] for i, letter in enumerate(inputs)}
    output = _whole_output(tuple(input_shape), output_shape, elided, before)
    for i, letter in enumerate(outputs, start=before):
        output[i] = by_input.get(letter) if output[i] is None else output[i]
    by_output = {letter: output[i] for i, letter in enumerate(outputs, start=before)}
    _check_letters(by_input, by_output, inputs, weights, outputs)
    kernel = tuple(by_output[letter] if letter in by_output else by_input[letter] for letter in weights)
    bias = None if bias_axes is None else _bias_shape(bias_axes, outputs, by_output, elided - before)
    kept = [i for i, letter in enumerate(weights) if letter in by_output]
    return _Sizes(kernel, bias, tuple(output), [i for i in range(len(weights)) if i not in kept], kept)


def _check_axes(found: re.Match, elided: int, input_shape, output_shape) -> None:
    """An input has an axis for each letter, and for "..." one at least on the left, where the batch axis is.

    More than that is no error here: Keras builds such layers, and its tests do.
    """
    equation, on_the_left, inputs, outputs = found[0], bool(found[1]), found[2], found[6]
    if elided < on_the_left:
        raise ValueError(
            f"'{equation}' needs an input of at least {len(inputs) + on_the_left} axes. "
            f"Received: input_shape={tuple(input_shape)}"
        )
    told = outputs if on_the_left else outputs[1:]
    if len(output_shape) < len(told):
        raise ValueError(
            f"Expected output_shape to be the sizes of ({', '.join(told)}): the letters of the output in '{equation}' "
            f"without the batch axis. Received: output_shape={tuple(output_shape)}"
        )


def _whole_output(input_shape: tuple, output_shape, elided: int, before: int) -> list:
    """The output with its batch axis, and with the axes of the input that "..." stands for."""
    if before:
        return [*input_shape[:before], *output_shape]
    return [input_shape[0], *output_shape, *(input_shape[-elided:] if elided else ())]


def _check_letters(by_input: dict, by_output: dict, inputs: str, weights: str, outputs: str) -> None:
    for letter, size in by_input.items():
        if by_output.get(letter) not in (None, size):
            raise ValueError(
                f"Input shape and output shape do not match at shared dimension '{letter}'. Input shape is {size}, and "
                f"output shape is {by_output[letter]}."
            )
    for letter in outputs:
        if letter not in inputs and letter not in weights:
            raise ValueError(
                f"Dimension '{letter}' was specified in the output '{outputs}' but has no corresponding dim in the "
                f"input spec '{inputs}' or weight spec '{weights}'"
            )
    for letter in weights:
        if letter not in by_output and letter not in by_input:
            raise ValueError(
                f"Weight dimension '{letter}' did not have a match in either the input spec '{inputs}' or the output "
                f"spec '{outputs}'. For this layer, the weight must be fully specified."
            )


def _bias_shape(bias_axes: str, outputs: str, by_output: dict, after: int) -> tuple:
    """Sizes from the first of the bias's axes on, 1 where it does not differ."""
    for letter in bias_axes:
        if letter not in outputs:
            raise ValueError(f"Bias dimension '{letter}' was requested, but is not part of the output spec '{outputs}'")
    first = min(outputs.find(letter) for letter in bias_axes)
    return (*(by_output[letter] if letter in bias_axes else 1 for letter in outputs[first:]), *[1] * after)
