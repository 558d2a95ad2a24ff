"""Pooling layers, over windows and over everything: both layouts, shapes without data, masks, and mistakes."""

import numpy as np
import pytest

from layerlab import Input, config, layers
from layerlab.autodiff import gradient
from layerlab.layers import (
    AveragePooling1D,
    AveragePooling2D,
    AveragePooling3D,
    GlobalAveragePooling1D,
    GlobalAveragePooling2D,
    GlobalAveragePooling3D,
    GlobalMaxPooling1D,
    GlobalMaxPooling2D,
    GlobalMaxPooling3D,
    Masking,
    MaxPooling1D,
    MaxPooling2D,
    MaxPooling3D,
)
from tests.contract import Case
from tests.ops import loops

FIRST = {"data_format": "channels_first"}
INTEGERS = {"keeps_integers": True}
MAX, AVERAGE = [MaxPooling1D, MaxPooling2D, MaxPooling3D], [AveragePooling1D, AveragePooling2D, AveragePooling3D]
GLOBAL_MAX = [GlobalMaxPooling1D, GlobalMaxPooling2D, GlobalMaxPooling3D]
GLOBAL_AVERAGE = [GlobalAveragePooling1D, GlobalAveragePooling2D, GlobalAveragePooling3D]

CASES = [
    Case(MaxPooling1D, {}, (2, 5, 3), (2, 2, 3), **INTEGERS),
    Case(MaxPooling1D, {"pool_size": 3, "strides": 1, "padding": "same", **FIRST}, (2, 3, 4), (2, 3, 4), **INTEGERS),
    Case(MaxPooling2D, {"pool_size": (2, 3), "strides": (1, 2)}, (2, 3, 5, 2), (2, 2, 2, 2), **INTEGERS),
    Case(MaxPooling2D, {"padding": "same", **FIRST}, (2, 2, 3, 4), (2, 2, 2, 2), **INTEGERS),
    Case(MaxPooling3D, {"strides": 1}, (1, 3, 2, 3, 2), (1, 2, 1, 2, 2), **INTEGERS),
    Case(AveragePooling1D, {"pool_size": 3, "strides": 1, "padding": "same"}, (2, 5, 3), (2, 5, 3)),
    Case(AveragePooling2D, {"pool_size": (1, 2), **FIRST}, (2, 3, 2, 5), (2, 3, 2, 2)),
    Case(AveragePooling3D, {"pool_size": 2, "padding": "same"}, (1, 3, 2, 3, 2), (1, 2, 1, 2, 2)),
    Case(GlobalMaxPooling1D, {}, (2, 4, 3), (2, 3), **INTEGERS),
    Case(GlobalMaxPooling2D, {"keepdims": True, **FIRST}, (2, 3, 4, 2), (2, 3, 1, 1), **INTEGERS),
    Case(GlobalMaxPooling3D, {"keepdims": True}, (2, 2, 3, 2, 2), (2, 1, 1, 1, 2), **INTEGERS),
    Case(GlobalAveragePooling1D, {}, (2, 4, 3), (2, 3), consumes_masks=True),
    Case(
        GlobalAveragePooling1D,
        {"keepdims": True, **FIRST},
        (2, 3, 4),
        (2, 3, 1),
        consumes_masks=True,
        mask_shape=(2, 4),
    ),
    Case(GlobalAveragePooling2D, {"keepdims": True}, (2, 3, 4, 2), (2, 1, 1, 2)),
    Case(GlobalAveragePooling3D, FIRST, (2, 3, 2, 2, 3), (2, 3)),
]


def image(rank, seed=0):
    return np.random.default_rng(seed).normal(size=(2, *(5, 6, 4)[:rank], 3))


@pytest.mark.parametrize("padding", ["valid", "SAME"])
@pytest.mark.parametrize(("cls", "function"), [(c, max) for c in MAX] + [(c, np.mean) for c in AVERAGE])
def test_windows_are_loops(cls, function, padding):
    layer, x = cls(2, strides=3, padding=padding, dtype="float64"), image(cls.rank)
    expected = loops.pool(x, layer.pool_size, layer.strides, padding.lower(), function)
    np.testing.assert_allclose(layer(x), expected, rtol=1e-12)


@pytest.mark.parametrize(
    ("cls", "function"), [(c, np.max) for c in GLOBAL_MAX] + [(c, np.mean) for c in GLOBAL_AVERAGE]
)
def test_global_pooling_leaves_one_number_a_channel(cls, function):
    x = image(cls.rank)
    for sample, channel in np.ndindex(2, 3):
        expected = function(x[sample, ..., channel])
        assert cls(dtype="float64")(x)[sample, channel] == pytest.approx(expected)


@pytest.mark.parametrize("cls", MAX + AVERAGE + GLOBAL_MAX + GLOBAL_AVERAGE)
def test_channels_first_is_the_same_with_axes_moved(cls):
    kwargs = {"keepdims": True} if "Global" in cls.__name__ else {"pool_size": 2, "strides": 1, "padding": "same"}
    x = image(cls.rank)
    expected = cls(**kwargs)(x)
    config.set_image_data_format("channels_first")
    layer = cls(**kwargs)
    y = layer(np.moveaxis(x, -1, 1))
    assert layer.data_format == "channels_first"
    np.testing.assert_allclose(np.moveaxis(y, 1, -1), expected, rtol=1e-6, atol=1e-7)
    assert layer.compute_output_shape((2, 3, *x.shape[1:-1])) == y.shape


@pytest.mark.parametrize(
    ("layer", "shape", "expected"),
    [
        (MaxPooling1D(3, padding="same"), (None, 7, 2), (None, 3, 2)),
        (MaxPooling2D(), (None, None, 5, 3), (None, None, 2, 3)),
        (AveragePooling2D(3, strides=2, **FIRST), (4, 3, 7, None), (4, 3, 3, None)),
        (AveragePooling3D((1, 2, 3)), (None, 4, 5, 6, 2), (None, 4, 2, 2, 2)),
        (GlobalMaxPooling2D(), (None, None, None, 3), (None, 3)),
        (GlobalAveragePooling2D(keepdims=True, **FIRST), (None, 3, None, 5), (None, 3, 1, 1)),
    ],
)
def test_shapes_are_stated_without_data(layer, shape, expected):
    assert layer.compute_output_shape(shape) == expected
    assert layer(Input(shape[1:])).shape == (None, *expected[1:])


def test_windows_step_by_their_own_size():
    assert MaxPooling2D((2, 3)).strides == (2, 3)
    assert MaxPooling2D((2, 3), strides=1).strides == (1, 1)


TOO_LARGE = "Computed output size would be zero or negative. Received "
MISTAKES = {
    "a window larger than its input": (lambda: MaxPooling1D(3)(np.ones((2, 2, 1))), TOO_LARGE),
    "the same, symbolic": (lambda: AveragePooling2D(3)(Input((2, 5, 1))), TOO_LARGE),
    "the same, as a shape": (lambda: MaxPooling2D(3, **FIRST).compute_output_shape((None, 2, 5, 1)), TOO_LARGE),
    "padding": (
        lambda: MaxPooling1D(padding="causal"),
        "Argument `padding` must be either 'valid' or 'same'. Received: padding=causal",
    ),
    "a window of nothing": (
        lambda: AveragePooling2D(0),
        "The `pool_size` argument must be a tuple of 2 integers. Received pool_size=0, including values {0} that do "
        "not satisfy `value > 0`",
    ),
    "three sizes": (lambda: MaxPooling2D((2, 2, 2)), "The `pool_size` argument must be a tuple of 2 integers. "),
    "a step of nothing": (lambda: MaxPooling2D(2, strides=0), "The `strides` argument must be a tuple of 2 integers. "),
    "layout": (lambda: GlobalMaxPooling1D(data_format="first"), "The `data_format` argument must be one of"),
    "missing batch axis": (
        lambda: MaxPooling2D()(np.ones((4, 4, 1))),
        "Input 0 with name 'None' of layer 'max_pooling2d' is incompatible with the layer: expected ndim=4, found ",
    ),
}


@pytest.mark.parametrize(("mistake", "message"), MISTAKES.values(), ids=MISTAKES)
def test_mistakes_have_messages(mistake, message):
    with pytest.raises(ValueError) as caught:
        mistake()
    assert str(caught.value).startswith(message)


def test_an_average_needs_a_window():
    with pytest.raises(TypeError, match="missing 1 required positional argument: 'pool_size'"):
        AveragePooling1D()


def test_the_maximum_of_everything_shares_a_tie():
    """MaxPooling gives the whole gradient to the first of the largest, the global form divides it, as in Keras."""
    x = np.array([1.0, 3.0, 3.0]).reshape(1, 3, 1)
    for layer, share in ((MaxPooling1D(3), [0, 1, 0]), (GlobalMaxPooling1D(), [0, 0.5, 0.5])):
        assert gradient(lambda x, layer=layer: np.sum(layer(x)))(x).ravel().tolist() == share


STEPS = np.array([[1.0, 3.0, 50.0], [2.0, 4.0, 6.0], [7.0, 8.0, 9.0]]).reshape(3, 3, 1)
MASK = np.array([[True, True, False], [True, False, True], [False, False, False]])


@pytest.mark.parametrize("dtype", [bool, "int32"])
def test_an_average_of_the_steps_that_a_mask_keeps(dtype):
    y = GlobalAveragePooling1D()(STEPS, mask=MASK.astype(dtype))
    np.testing.assert_array_equal(y, [[2], [4], [np.nan]])


def test_masked_steps_do_not_matter_at_all():
    x = STEPS.copy()
    x[0, 2] = np.nan
    assert GlobalAveragePooling1D()(x, mask=MASK)[0] == 2
    moved = GlobalAveragePooling1D(keepdims=True, **FIRST)(np.moveaxis(x, -1, 1), mask=MASK)
    assert moved.shape == (3, 1, 1)
    assert moved[0] == 2


def test_a_mask_arrives_from_the_layer_before():
    x = Masking(50.0)(STEPS[:1])
    assert GlobalAveragePooling1D()(x) == 2


def test_short_names_are_the_same_classes():
    for cls in MAX + AVERAGE + GLOBAL_MAX + GLOBAL_AVERAGE:
        short = cls.__name__.replace("Pooling", "Pool").replace("Average", "Avg")
        assert getattr(layers, short) is cls
