"""Padding, cropping and upsampling: every form of their arguments, both layouts, and what people get wrong."""

import numpy as np
import pytest

from layerlab import Input, config
from layerlab.layers import (
    Cropping1D,
    Cropping2D,
    Cropping3D,
    UpSampling1D,
    UpSampling2D,
    UpSampling3D,
    ZeroPadding1D,
    ZeroPadding2D,
    ZeroPadding3D,
)
from tests.contract import Case

FIRST = {"data_format": "channels_first"}
KEEPS = {"keeps_integers": True}
INTERPOLATIONS = ("bilinear", "bicubic", "lanczos3", "lanczos5")

CASES = [
    Case(ZeroPadding1D, {"padding": (1, 2)}, (2, 3, 2), (2, 6, 2), **KEEPS),
    Case(ZeroPadding1D, {"padding": 2, **FIRST}, (2, 3, 2), (2, 3, 6), **KEEPS),
    Case(ZeroPadding2D, {}, (2, 3, 2, 2), (2, 5, 4, 2), **KEEPS),
    Case(ZeroPadding2D, {"padding": ((0, 1), (2, 0)), **FIRST}, (2, 2, 3, 2), (2, 2, 4, 4), **KEEPS),
    Case(ZeroPadding3D, {"padding": (1, (0, 2), 0)}, (1, 2, 2, 3, 2), (1, 4, 4, 3, 2), **KEEPS),
    Case(Cropping1D, {"cropping": (0, 2)}, (2, 5, 2), (2, 3, 2), **KEEPS),
    Case(Cropping2D, {}, (2, 3, 2, 2), (2, 3, 2, 2), **KEEPS),
    Case(Cropping2D, {"cropping": ((1, 0), (0, 2)), **FIRST}, (2, 2, 3, 4), (2, 2, 2, 2), **KEEPS),
    Case(Cropping3D, {}, (1, 3, 4, 3, 2), (1, 1, 2, 1, 2), **KEEPS),
    Case(UpSampling1D, {"size": 3}, (2, 2, 2), (2, 6, 2), **KEEPS),
    Case(UpSampling2D, {"size": (1, 3)}, (2, 3, 2, 2), (2, 3, 6, 2), **KEEPS),
    *(Case(UpSampling2D, {"interpolation": name, **FIRST}, (2, 2, 2, 3), (2, 2, 4, 6)) for name in INTERPOLATIONS),
    Case(UpSampling3D, {"size": (2, 1, 2)}, (1, 2, 3, 2, 1), (1, 4, 3, 4, 1), **KEEPS),
]


def image(rank):
    return np.arange(1.0, 1 + 2 * np.prod((5, 6, 4)[:rank]) * 3).reshape(2, *(5, 6, 4)[:rank], 3)


@pytest.mark.parametrize(
    ("layer", "pairs"),
    [
        (ZeroPadding1D(2), [(2, 2)]),
        (ZeroPadding1D([0, 1]), [(0, 1)]),
        (ZeroPadding2D(), [(1, 1), (1, 1)]),
        (ZeroPadding2D((0, (1, 2))), [(0, 0), (1, 2)]),
        (ZeroPadding3D(), [(1, 1)] * 3),
        (ZeroPadding3D((0, 1, (2, 3))), [(0, 0), (1, 1), (2, 3)]),
    ],
)
def test_zeros_stand_before_and_after(layer, pairs):
    x = image(layer.rank)
    y = layer(x)
    inside = tuple(slice(before, before + n) for (before, _), n in zip(pairs, x.shape[1:-1], strict=True))
    np.testing.assert_array_equal(y[:, *inside], x)
    assert y.shape[1:-1] == tuple(n + sum(pair) for pair, n in zip(pairs, x.shape[1:-1], strict=True))
    assert np.count_nonzero(y) == x.size


@pytest.mark.parametrize(
    ("cropping", "padding"),
    [
        (Cropping1D(), ZeroPadding1D()),
        (Cropping1D((0, 3)), ZeroPadding1D((0, 3))),
        (Cropping2D(2), ZeroPadding2D(2)),
        (Cropping2D(((0, 1), 2)), ZeroPadding2D(((0, 1), 2))),
        (Cropping3D(((1, 0), 2, (0, 0))), ZeroPadding3D(((1, 0), 2, (0, 0)))),
    ],
)
def test_cropping_takes_padding_away(cropping, padding):
    x = image(padding.rank)
    np.testing.assert_array_equal(cropping(padding(x)), x)


@pytest.mark.parametrize("layer", [UpSampling1D(3), UpSampling2D((2, 3)), UpSampling3D((1, 2, 3))])
def test_elements_are_repeated(layer):
    x = image(layer.rank)
    y = layer(x)
    factors = (layer.size,) if layer.rank == 1 else layer.size
    for place in np.ndindex(y.shape[1:-1]):
        origin = tuple(p // f for p, f in zip(place, factors, strict=True))
        np.testing.assert_array_equal(y[:, *place], x[:, *origin])


@pytest.mark.parametrize("name", INTERPOLATIONS)
def test_interpolation_goes_along_one_axis_after_the_other(name):
    x = image(2)
    rows = UpSampling2D((2, 1), interpolation=name, dtype="float64")
    columns = UpSampling2D((1, 3), interpolation=name, dtype="float64")
    both = UpSampling2D((2, 3), interpolation=name.upper(), dtype="float64")(x)
    np.testing.assert_allclose(both, columns(rows(x)), rtol=1e-12)
    np.testing.assert_allclose(both, rows(columns(x)), rtol=1e-12)


# the factor 2 on 1, 2, 4 as real Keras interpolates it
KNOWN = {
    "nearest": [1, 1, 2, 2, 4, 4],
    "bilinear": [1, 1.25, 1.75, 2.5, 3.5, 4],
}


@pytest.mark.parametrize(("name", "expected"), KNOWN.items())
def test_known_interpolations(name, expected):
    y = UpSampling2D((1, 2), interpolation=name)(np.array([1.0, 2, 4]).reshape(1, 1, 3, 1))
    np.testing.assert_allclose(y.ravel(), expected, atol=1e-5)


LAYOUTS = [
    (ZeroPadding1D, {"padding": (1, 2)}),
    (ZeroPadding2D, {"padding": ((1, 2), 3)}),
    (ZeroPadding3D, {"padding": ((1, 2), 3, (0, 1))}),
    (Cropping2D, {"cropping": ((1, 2), 0)}),
    (Cropping3D, {"cropping": ((1, 2), (0, 1), 1)}),
    (UpSampling2D, {"size": (2, 3)}),
    (UpSampling2D, {"size": (2, 3), "interpolation": "bicubic"}),
    (UpSampling3D, {"size": (1, 2, 3)}),
]


@pytest.mark.parametrize(("cls", "kwargs"), LAYOUTS)
def test_channels_first_is_the_same_with_axes_moved(cls, kwargs):
    x = image(cls.rank)
    expected = cls(**kwargs)(x)
    config.set_image_data_format("channels_first")
    layer = cls(**kwargs)
    y = layer(np.moveaxis(x, -1, 1))
    assert layer.get_config()["data_format"] == "channels_first"
    np.testing.assert_allclose(np.moveaxis(y, 1, -1), expected, rtol=1e-6)
    assert layer.compute_output_shape((2, 3, *x.shape[1:-1])) == y.shape


@pytest.mark.parametrize("layer", [Cropping1D(1), UpSampling1D(2)])
def test_steps_come_before_channels_in_these_two(layer):
    config.set_image_data_format("channels_first")
    again = type(layer)()
    assert "data_format" not in again.get_config()
    assert again(np.ones((1, 6, 2))).shape == layer(np.ones((1, 6, 2))).shape


@pytest.mark.parametrize(
    ("layer", "shape", "expected"),
    [
        (ZeroPadding1D(3), (None, None, 4), (None, None, 4)),
        (ZeroPadding2D(2), (None, None, 4, 2), (None, None, 8, 2)),
        (Cropping1D(1), (None, None, 2), (None, None, 2)),
        (Cropping2D(2), (None, None, 5, 2), (None, None, 1, 2)),
        (UpSampling1D(3), (None, None, 2), (None, None, 2)),
        (UpSampling2D((3, 2), **FIRST), (None, 2, 3, None), (None, 2, 9, None)),
        (UpSampling2D((3, 2), interpolation="bilinear"), (None, None, 4, 2), (None, None, 8, 2)),
        (UpSampling3D((3, 2, 1)), (None, 2, 3, None, 2), (None, 6, 6, None, 2)),
    ],
)
def test_unknown_lengths_stay_unknown(layer, shape, expected):
    assert layer.compute_output_shape(shape) == expected
    assert layer(Input(shape[1:])).shape == expected


def test_interpolated_integers_become_floats():
    x = np.array([[1, 2]]).reshape(1, 1, 2, 1)
    assert UpSampling2D(2)(x).dtype == x.dtype
    assert UpSampling2D((1, 2), interpolation="bilinear")(x).ravel().tolist() == [1, 1.25, 1.75, 2]


TUPLE = "The `{}` argument must be a tuple of {} integers. Received {}="
LARGE = (
    "Values in `cropping` argument should be smaller than the corresponding spatial dimension of the input. Received"
)
MISTAKES = {
    "three numbers": (lambda: ZeroPadding1D((1, 2, 3)), TUPLE.format("padding", 2, "padding")),
    "a string": (lambda: ZeroPadding1D("1"), TUPLE.format("padding", 2, "padding")),
    "a negative number": (lambda: ZeroPadding1D((1, -1)), TUPLE.format("padding", 2, "padding")),
    "three numbers for two axes": (
        lambda: ZeroPadding2D((1, 2, 3)),
        "`padding` should have two elements. Received: padding=(1, 2, 3).",
    ),
    "two numbers for three axes": (lambda: ZeroPadding3D((1, 2)), "`padding` should have 3 elements. Received: "),
    "a fraction": (lambda: ZeroPadding2D(1.5), "`padding` should be either an int, a tuple of 2 ints"),
    "a triple": (
        lambda: ZeroPadding2D(((1, 2), (3, 4, 5))),
        TUPLE.format("2nd entry of padding", 2, "2nd entry of padding"),
    ),
    "a negative entry": (
        lambda: Cropping3D((1, 1, (3, -4))),
        TUPLE.format("3rd entry of cropping", 2, "3rd entry of cropping"),
    ),
    "negative on all sides": (lambda: Cropping2D(-1), "`cropping` cannot be negative. Received: cropping=-1."),
    "no cropping": (lambda: Cropping3D(None), "`cropping` should be either an int, a tuple of 3 ints"),
    "nothing left of steps": (
        lambda: Cropping1D((3, 3))(np.ones((3, 5, 7))),
        "`cropping` parameter of `Cropping1D` layer must be smaller than the input length. Received: input_shape=(3, "
        "5, 7), cropping=(3, 3)",
    ),
    "nothing left of an image": (lambda: Cropping2D(2)(np.ones((1, 4, 5, 2))), LARGE),
    "nothing left of a symbol": (lambda: Cropping3D()(Input((4, 5, 2, 1))), LARGE),
    "size 0": (lambda: UpSampling1D(0), "Argument `size` should be a positive integer. Received: size=0"),
    "two sizes of three": (lambda: UpSampling3D((2, 2)), TUPLE.format("size", 3, "size")),
    "interpolation": (
        lambda: UpSampling2D(interpolation="cubic"),
        "Invalid value for argument `interpolation`. Expected of one ('nearest', 'bilinear', 'bicubic', 'lanczos3', "
        "'lanczos5'). Received: interpolation=cubic",
    ),
    "missing batch axis": (
        lambda: UpSampling1D()(np.ones((4, 2))),
        "Input 0 with name 'None' of layer 'up_sampling1d' is incompatible with the layer: expected ndim=3, found ",
    ),
}


@pytest.mark.parametrize(("mistake", "message"), MISTAKES.values(), ids=MISTAKES)
def test_mistakes_have_messages(mistake, message):
    with pytest.raises(ValueError) as caught:
        mistake()
    assert str(caught.value).startswith(message)


@pytest.mark.parametrize("size", [2.5, "2", True, (2,)])
def test_a_size_that_is_no_number(size):
    with pytest.raises(TypeError, match="Expected an integer value for `size`, got <class"):
        UpSampling1D(size)
