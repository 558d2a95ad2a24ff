"""Convolution layers: the formula against loops, both layouts, shapes without data, and what people get wrong."""

import itertools

import numpy as np
import pytest

from layerlab import Input, Model, Sequential, config, datasets, layers, optimizers, utils
from layerlab.layers import (
    Conv1D,
    Conv1DTranspose,
    Conv2D,
    Conv2DTranspose,
    Conv3D,
    Conv3DTranspose,
    DepthwiseConv1D,
    DepthwiseConv2D,
    SeparableConv1D,
    SeparableConv2D,
)
from tests.contract import Case
from tests.ops import loops

FIRST = {"data_format": "channels_first"}
ALL = [
    *(Conv1D, Conv2D, Conv3D),
    *(Conv1DTranspose, Conv2DTranspose, Conv3DTranspose),
    *(DepthwiseConv1D, DepthwiseConv2D, SeparableConv1D, SeparableConv2D),
]


def weights(kernel, bias):
    return (("kernel", kernel), ("bias", (bias,)))


def separable(depthwise, pointwise, bias):
    return (("depthwise_kernel", depthwise), ("pointwise_kernel", pointwise), ("bias", (bias,)))


CASES = [
    Case(Conv1D, {"filters": 2, "kernel_size": 3}, (2, 5, 3), (2, 3, 2), weights((3, 3, 2), 2)),
    Case(
        Conv1D,
        {"filters": 4, "kernel_size": 2, "padding": "causal", "dilation_rate": 2, "groups": 2, "activation": "tanh"},
        (2, 4, 2),
        (2, 4, 4),
        weights((2, 1, 4), 4),
    ),
    Case(
        Conv1D,
        {"filters": 2, "kernel_size": 2, "strides": 3, "padding": "same", **FIRST},
        (2, 3, 5),
        (2, 2, 2),
        weights((2, 3, 2), 2),
    ),
    Case(
        Conv2D,
        {
            "filters": 2,
            "kernel_size": (2, 3),
            "strides": (1, 2),
            "activation": "softmax",
            "kernel_initializer": "he_normal",
            "kernel_regularizer": "l2",
            "bias_regularizer": "l1",
            "activity_regularizer": "l2",
            "kernel_constraint": "max_norm",
            "bias_constraint": "non_neg",
        },
        (2, 3, 5, 2),
        (2, 2, 2, 2),
        weights((2, 3, 2, 2), 2),
    ),
    Case(
        Conv2D,
        {"filters": 2, "kernel_size": 1, "use_bias": False, "activation": "softmax", **FIRST},
        (2, 3, 2, 2),
        (2, 2, 2, 2),
        weights((1, 1, 3, 2), 2)[:1],
    ),
    Case(Conv3D, {"filters": 2, "kernel_size": 2}, (1, 3, 2, 3, 2), (1, 2, 1, 2, 2), weights((2, 2, 2, 2, 2), 2)),
    Case(Conv1DTranspose, {"filters": 2, "kernel_size": 3, "strides": 2}, (2, 3, 1), (2, 7, 2), weights((3, 2, 1), 2)),
    Case(
        Conv2DTranspose,
        {"filters": 2, "kernel_size": 2, "strides": 2, "output_padding": 1, "padding": "same", **FIRST},
        (2, 3, 2, 2),
        (2, 2, 3, 3),
        weights((2, 2, 2, 3), 2),
    ),
    Case(
        Conv3DTranspose,
        {"filters": 1, "kernel_size": 2, "dilation_rate": (1, 2, 1)},
        (1, 2, 1, 2, 2),
        (1, 3, 3, 3, 1),
        weights((2, 2, 2, 1, 2), 1),
    ),
    Case(
        DepthwiseConv1D,
        {"kernel_size": 2, "depth_multiplier": 2, "activation": "tanh", "depthwise_regularizer": "l2"},
        (2, 4, 2),
        (2, 3, 4),
        weights((2, 2, 2), 4),
    ),
    Case(
        DepthwiseConv2D,
        {"kernel_size": 2, "strides": 2, "dilation_rate": 2, "padding": "same", **FIRST},
        (2, 2, 4, 3),
        (2, 2, 2, 2),
        weights((2, 2, 2, 1), 2),
    ),
    Case(
        SeparableConv1D,
        {
            "filters": 3,
            "kernel_size": 2,
            "depth_multiplier": 2,
            "activation": "tanh",
            "pointwise_constraint": "non_neg",
        },
        (2, 4, 2),
        (2, 3, 3),
        separable((2, 2, 2), (1, 4, 3), 3),
    ),
    Case(
        SeparableConv2D,
        {"filters": 3, "kernel_size": 2, "padding": "same", "strides": 2, **FIRST},
        (2, 2, 3, 4),
        (2, 3, 2, 2),
        separable((2, 2, 2, 1), (1, 1, 2, 3), 3),
    ),
]


def randomly_built(layer, shape):
    """The layer with random weights, and an input."""
    layer.build(shape)
    rng = np.random.default_rng(0)
    layer.set_weights([rng.normal(size=w.shape) for w in layer.weights])
    return layer, rng.normal(size=shape)


def by_loops(layer, x):
    """What a layer should give for channels-last input."""
    options = layer.strides, layer.padding, layer.dilation_rate
    if isinstance(layer, SeparableConv1D | SeparableConv2D):
        x = loops.depthwise_conv(x, layer.depthwise_kernel.value, *options)
        ones = (1,) * layer.rank
        y = loops.conv(x, layer.pointwise_kernel.value, ones, "valid", ones)
    elif isinstance(layer, DepthwiseConv1D | DepthwiseConv2D):
        y = loops.depthwise_conv(x, layer.kernel.value, *options)
    elif isinstance(layer, Conv1DTranspose | Conv2DTranspose | Conv3DTranspose):
        y = loops.conv_transpose(x, layer.kernel.value, *options, layer.output_padding)
    else:
        y = loops.conv(x, layer.kernel.value, *options)
    return y + layer.bias.value


@pytest.mark.parametrize("case", CASES, ids=str)
def test_layers_are_loops_with_a_bias_and_an_activation(case):
    kwargs = case.kwargs | {"data_format": "channels_last", "use_bias": True, "dtype": "float64"}
    batch, *sample = case.input_shape
    if "data_format" in case.kwargs:
        sample = [*sample[1:], sample[0]]
    layer, x = randomly_built(case.layer(**kwargs), (batch, *sample))
    np.testing.assert_allclose(layer(x), layer.activation(by_loops(layer, x)), atol=1e-10)


@pytest.mark.parametrize("padding", ["same", "valid"])
@pytest.mark.parametrize("cls", ALL)
def test_channels_first_is_the_same_with_axes_moved(cls, padding):
    arguments = {"kernel_size": 3, "strides": 2, "padding": padding, "dtype": "float64"}
    if "Depthwise" not in cls.__name__:
        arguments["filters"] = 3
    shape = (2, *(4, 5, 6)[: cls.rank], 2)
    last, x = randomly_built(cls(**arguments), shape)
    config.set_image_data_format("channels_first")
    first = cls(**arguments)
    assert first.data_format == "channels_first"
    first(np.moveaxis(x, -1, 1))
    first.set_weights(last.get_weights())
    y = first(np.moveaxis(x, -1, 1))
    np.testing.assert_allclose(np.moveaxis(y, 1, -1), last(x), rtol=1e-12)
    assert first.compute_output_shape((2, 2, *shape[1:-1])) == y.shape


def test_the_activation_sees_the_layout_of_the_layer():
    """As in Keras: softmax is over the last axis, which is no channel axis here."""
    y = Conv2D(3, 2, activation="softmax", **FIRST)(np.random.default_rng(0).normal(size=(1, 2, 4, 5)))
    np.testing.assert_allclose(np.sum(y, axis=-1), 1, rtol=1e-6)


def test_groups_do_not_see_each_other():
    layer, x = randomly_built(Conv1D(4, 2, groups=2), (1, 5, 6))
    other = x.copy()
    other[..., 3:] += 1
    changed = np.any(layer(x) != layer(other), axis=(0, 1))
    assert changed.tolist() == [False, False, True, True]


def test_a_causal_convolution_does_not_see_the_future():
    layer, x = randomly_built(Conv1D(1, 3, padding="causal", dilation_rate=2), (1, 8, 2))
    other = x.copy()
    other[:, 5:] += 1
    assert np.any(layer(x) != layer(other), axis=(0, 2)).tolist() == [False] * 5 + [True] * 3


# layer -> (input shape, output shape as Keras states it)
SHAPES = [
    (Conv1D(4, 3, padding="causal", strides=2), (None, 8, 3), (None, 4, 4)),
    (Conv2D(4, 3), (None, None, None, 3), (None, None, None, 4)),
    (Conv2D(4, 3), (None, 8, 8, None), (None, 6, 6, 4)),
    (Conv2D(4, 3, **FIRST), (2, 3, 8, None), (2, 4, 6, None)),
    (Conv3D(4, (1, 2, 3)), (None, 8, 9, 10, 3), (None, 8, 8, 8, 4)),
    (Conv1DTranspose(2, 3, dilation_rate=2), (None, 4, 5), (None, 8, 2)),
    (Conv2DTranspose(2, 3, strides=2), (None, None, 8, 3), (None, None, 17, 2)),
    (Conv2DTranspose(2, 3, strides=2, output_padding=1), (None, 7, 8, 3), (None, 16, 18, 2)),
    (Conv2DTranspose(2, 3, strides=2, padding="same", output_padding=(0, 1)), (None, 7, 8, 3), (None, 13, 16, 2)),
    (Conv2DTranspose(2, 3, **FIRST), (None, 7, 8, 3), (None, 2, 10, 5)),
    (DepthwiseConv2D(3, depth_multiplier=2), (None, 8, None, 3), (None, 6, None, 6)),
    (DepthwiseConv2D(3, depth_multiplier=2), (None, 8, 8, None), (None, 6, 6, None)),
    (SeparableConv2D(8, 5, strides=2), (2, None, 8, 3), (2, None, 2, 8)),
]


@pytest.mark.parametrize(("layer", "shape", "expected"), SHAPES)
def test_shapes_are_stated_without_data(layer, shape, expected):
    assert layer.compute_output_shape(shape) == expected
    assert layer.compute_output_shape(list(shape)) == expected
    assert not layer.built


# what is done -> how Keras's message begins
MISTAKES = {
    "no filters": (lambda: Conv1D(0, 1), "Invalid value for argument `filters`. Expected a strictly positive value. "),
    "half filters": (lambda: Conv1D(2.0, 1), "Invalid value for argument `filters`. .* Did you mean filters=2?"),
    "kernel size 0": (
        lambda: Conv2D(2, (1, 0)),
        "The `kernel_size` argument must be a tuple of 2 integers. Received kernel_size=(1, 0), including values {0} "
        "that do not satisfy `value > 0`",
    ),
    "three sizes": (
        lambda: Conv2D(2, (3, 3, 3)),
        "The `kernel_size` argument must be a tuple of 2 integers. Received kernel_size=(3, 3, 3)",
    ),
    "a size that is no number": (lambda: Conv2D(2, (3, "a")), "The `kernel_size` argument must be a tuple of 2 .*'a'"),
    "no size": (lambda: Conv2D(2, None), "The `kernel_size` argument must be a tuple of 2 integers. Received"),
    "stride 0": (lambda: Conv2D(2, 2, (1, 0)), "The `strides` argument must be a tuple of 2 integers. Received"),
    "stride and dilation": (
        lambda: Conv2D(2, 2, strides=2, dilation_rate=(2, 1)),
        "`strides > 1` not supported in conjunction with `dilation_rate > 1`. Received: strides=(2, 2) and "
        "dilation_rate=(2, 1)",
    ),
    "stride and dilation, transposed": (
        lambda: Conv2DTranspose(2, 2, strides=2, dilation_rate=2),
        "`strides > 1` not supported in conjunction with `dilation_rate > 1`.",
    ),
    "no groups": (
        lambda: Conv2D(5, 2, groups=0),
        "The number of groups must be a positive integer. Received: groups=0.",
    ),
    "uneven filters": (
        lambda: Conv2D(5, 2, groups=2),
        "The number of filters must be evenly divisible by the number of groups. Received: groups=2, filters=5.",
    ),
    "uneven channels": (
        lambda: Conv2D(4, 3, groups=2)(np.ones((1, 5, 5, 3))),
        "The number of input channels must be evenly divisible by the number of groups. Received groups=2, but the "
        "input has 3 channels (full input shape is (1, 5, 5, 3)).",
    ),
    "padding": (
        lambda: Conv2D(2, 3, padding="foo"),
        "The `padding` argument must be a list/tuple or one of {'valid', ",
    ),
    "causal images": (lambda: Conv2D(2, 3, padding="causal"), "The `padding` argument must be a list/tuple or one of"),
    "causal depthwise": (
        lambda: DepthwiseConv1D(3, padding="causal"),
        "The `padding` argument must be a list/tuple or",
    ),
    "layout": (lambda: Conv2D(2, 3, data_format="last"), "The `data_format` argument must be one of"),
    "output padding": (
        lambda: Conv2DTranspose(2, 3, strides=(2, 3), output_padding=(1, 3)),
        "`output_padding` must be strictly less than `strides` for all dimensions. At dimension 1, `output_padding` is "
        "3 but `strides` is 3. Received: output_padding=(1, 3), strides=(2, 3)",
    ),
    "negative output padding": (
        lambda: Conv1DTranspose(2, 3, strides=2, output_padding=-1),
        "The `output_padding` argument must be a tuple of 1 integers. Received output_padding=-1, including values "
        "{-1} that do not satisfy `value >= 0`",
    ),
    "no multiplier": (
        lambda: SeparableConv1D(1, 1, depth_multiplier=0),
        "Invalid value for argument `depth_multiplier`. Expected a strictly positive value. Received depth_mul",
    ),
    "kernel too large": (
        lambda: Conv1D(2, 7)(np.ones((1, 5, 1))),
        "Computed output size would be zero or negative. Received `inputs shape=(1, 5, 1)`, `kernel shape=(7, 1, 2)`, "
        "`dilation_rate=[1]`, `strides=(1,)`, `padding=valid`.",
    ),
    "kernel too large, symbolic": (
        lambda: SeparableConv2D(2, 7)(Input((5, 9, 1))),
        "Computed output size would be zero",
    ),
    "missing batch axis": (
        lambda: Conv2D(2, 3)(np.ones((5, 5, 1))),
        "Input 0 with name 'None' of layer 'conv2d' is incompatible with the layer: expected min_ndim=4, found ndim=3. "
        "Full shape received: (5, 5, 1)",
    ),
    "one axis too many": (
        lambda: Conv2D(2, 3)(np.ones((1, 4, 5, 5, 1))),
        "Kernel shape must have the same length as input, but received kernel of shape (3, 3, 1, 2) and input of shape "
        "(1, 4, 5, 5, 1).",
    ),
    "unknown channels": (
        lambda: Conv2D(2, 3)(Input((5, 5, None))),
        "The channel dimension of the inputs should be def",
    ),
}


@pytest.mark.parametrize(("mistake", "message"), MISTAKES.values(), ids=MISTAKES)
def test_mistakes_have_messages(mistake, message):
    with pytest.raises(ValueError) as caught:
        mistake()
    parts = message.split(".*")
    assert str(caught.value).startswith(parts[0])
    assert all(part in str(caught.value) for part in parts)


def test_missing_arguments_are_named():
    with pytest.raises(TypeError, match="missing 1 required positional argument: 'kernel_size'"):
        Conv2D(3)
    with pytest.raises(ValueError, match=r"passed to Conv2D: \{'kernal_size': 3\}\. Did you mean 'kernel_size'\?"):
        Conv2D(3, 3, kernal_size=3)
    with pytest.raises(AttributeError, match="You must build the layer before accessing `depthwise_kernel`"):
        _ = SeparableConv2D(3, 3).depthwise_kernel


def test_a_layer_that_could_not_be_built_has_no_weights():
    layer = Conv1D(2, 3)
    with pytest.raises(ValueError, match="zero or negative"):
        layer(np.ones((1, 2, 1)))
    assert layer.weights == []
    assert layer(np.ones((1, 3, 4))).shape == (1, 1, 2)


@pytest.mark.parametrize("cls", [Conv2D, DepthwiseConv2D])
def test_later_inputs_are_checked_too(cls):
    layer = cls(kernel_size=3, **({"filters": 2} if cls is Conv2D else {}))
    layer(np.ones((1, 3, 3, 2)))
    with pytest.raises(ValueError, match="Computed output size would be zero or negative"):
        layer(np.ones((1, 3, 2, 2)))
    with pytest.raises(ValueError, match="expected axis -1 of input shape to have value 2"):
        layer(np.ones((1, 3, 3, 3)))
    assert layer(np.ones((1, 4, 5, 2))).shape[1:3] == (2, 3)


def test_arguments_by_position():
    """Keras has data_format before output_padding in 3D, after it in 1D and 2D."""
    assert Conv2DTranspose(2, 3, 2, "same", 1, "channels_first").output_padding == (1, 1)
    layer = Conv3DTranspose(2, 3, 2, "same", "channels_first", 1, 1, "relu", False, "ones", "zeros", "l1")
    assert (layer.data_format, layer.output_padding, layer.use_bias) == ("channels_first", (1, 1, 1), False)
    assert (type(layer.kernel_initializer).__name__, type(layer.kernel_regularizer).__name__) == ("Ones", "L1")


def test_sizes_of_any_integer_type():
    layer = Conv2D(np.int64(4), np.array([2, 3]), strides=[1, 2], groups=np.int32(2))
    assert (layer.filters, layer.kernel_size, layer.strides, layer.groups) == (4, (2, 3), (1, 2), 2)
    assert all(type(n) is int for n in (layer.filters, *layer.kernel_size, layer.groups))


def test_long_names_are_the_same_classes():
    for cls in ALL:
        if "Depthwise" not in cls.__name__:
            assert getattr(layers, cls.__name__.replace("Conv", "Convolution")) is cls


def test_a_symbolic_model_runs_on_any_size_of_image():
    image = Input((None, None, 1))
    model = Model(image, Conv2DTranspose(1, 2, strides=2)(SeparableConv2D(4, 3, padding="same")(Conv2D(3, 3)(image))))
    assert model.output_shape == (None, None, None, 1)
    for height, width in itertools.product((5, 8), repeat=2):
        assert model(np.ones((2, height, width, 1))).shape == (2, 2 * (height - 2), 2 * (width - 2), 1)


def test_a_small_network_reads_digits():
    utils.set_random_seed(0)
    (x, y), (x_test, y_test) = datasets.mnist10k.load_data()
    model = Sequential(
        [
            Input((28, 28, 1)),
            Conv2D(8, 5, strides=2, activation="relu"),
            SeparableConv2D(16, 3, activation="relu"),
            layers.MaxPooling2D(2),
            layers.Flatten(),
            layers.Dense(10, activation="softmax"),
        ]
    )
    model.compile(optimizers.Adam(0.03), "sparse_categorical_crossentropy", metrics=["accuracy"])
    model.fit(x[:1000, ..., None] / 255, y[:1000], batch_size=100, verbose=0)
    _, accuracy = model.evaluate(x_test[:500, ..., None] / 255, y_test[:500], batch_size=500, verbose=0)
    assert accuracy > 0.7  # ten steps
