"""Convolution by tiles against the loops and against unrolling: every size, every edge, and how far it is off."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from layerlab.ops.unrolling import Unrolled
from layerlab.ops.windows import Windows
from layerlab.ops.winograd import Winograd
from tests.ops import loops


@st.composite
def cases(draw):
    """(batch, spatial, size, padding, channels, filters)."""
    size = draw(st.sampled_from([(3,), (5,), (3, 3), (5, 5)]))
    padding = draw(st.sampled_from(["valid", "same", "causal"]))
    spatial = tuple(draw(st.integers(k if padding == "valid" else 1, 11)) for k in size)
    return draw(st.integers(0, 2)), spatial, size, padding, draw(st.integers(1, 3)), draw(st.integers(1, 3))


def ways(case, dtype="float32"):
    """Both ways to sum over the same windows, an input, and numbers for each output."""
    batch, spatial, size, padding, channels, filters = case
    ones = (1,) * len(size)
    windows = Windows.over(spatial, size, ones, ones, padding)
    rng = np.random.default_rng(0)
    shapes = (*size, channels, filters), (filters,), (batch, *spatial, channels), (batch, *windows.outputs, filters)
    kernel, bias, x, g = (rng.normal(size=shape).astype(dtype) for shape in shapes)
    return Winograd(windows, spatial, kernel, bias), Unrolled(windows, spatial, kernel.astype(float), bias), x, g


def close(ours, exact, tolerance=1e-5):
    np.testing.assert_allclose(ours, exact, rtol=0, atol=tolerance * max(1, np.abs(exact).max(initial=0)))


@given(cases())
@settings(max_examples=40)
def test_sums_are_those_of_the_loops(case):
    tiles, _, x, g = ways(case)
    _, _, _, padding, _, _ = case
    ones = (1,) * len(case[2])
    y = np.empty_like(g)
    tiles.forward(x, y)
    close(y, loops.conv(x, tiles.kernel, ones, padding, ones) + tiles.bias)


@given(cases())
@settings(max_examples=60)
def test_gradients_are_those_of_unrolling(case):
    tiles, unrolled, x, g = ways(case)
    found, exact = np.empty_like(x), np.empty(x.shape)
    for _ in range(2):  # two blocks
        tiles.backward(g, x, found)
        unrolled.backward(g.astype(float), x, exact)
    close(found, exact)
    for ours, theirs in zip(tiles.gradients(), unrolled.gradients(), strict=True):
        assert ours.dtype == np.float32
        close(ours, theirs)


@pytest.mark.parametrize(("size", "worst"), [((3,), 1e-6), ((5,), 2e-6), ((3, 3), 3e-6), ((5, 5), 3e-6)])
def test_how_far_a_sum_over_32_channels_is_off(size, worst):
    tiles, unrolled, x, g = ways((2, (34,) * len(size), size, "valid", 32, 64))
    y, exact = np.empty_like(g), np.empty(g.shape)
    tiles.forward(x, y)
    unrolled.forward(x, exact)
    close(y, exact, worst)


GOOD = {"spatial": (26, 26), "size": (3, 3), "strides": (1, 1), "dilation": (1, 1), "channels": (32, 64), "batch": 8}


@pytest.mark.parametrize(
    ("change", "quicker"),
    [
        ({}, True),
        ({"spatial": (27, 30)}, True),
        ({"spatial": (996,), "size": (5,), "strides": (1,), "dilation": (1,), "channels": (32, 32)}, True),
        ({"spatial": (1000,), "size": (5,), "strides": (1,), "dilation": (1,), "channels": (16, 32)}, True),
        ({"strides": (1, 2)}, False),
        ({"dilation": (2, 1)}, False),
        ({"size": (3, 1)}, False),
        ({"size": (5, 5)}, True),
        ({"size": (5, 5), "channels": (16, 32)}, False),
        ({"size": (7, 7)}, False),
        ({"channels": (3, 64)}, False),  # the transforms cost more than they spare
        ({"spatial": (4, 4)}, False),  # 2 * 2 outputs of 4 * 4
        ({"spatial": (9, 9), "channels": (512, 512)}, True),
        ({"spatial": (9, 9), "channels": (512, 512), "batch": 1}, False),  # as much work on the kernel
    ],
)
def test_it_is_chosen_where_it_pays(change, quicker):
    spatial, size, strides, dilation, channels, batch = (GOOD | change).values()
    windows = Windows.over(spatial, size, strides, dilation, "valid")
    kernel = np.ones((*size, *channels), "float32")
    assert Winograd.suits(windows, spatial, kernel, batch, np.dtype("float32")) == quicker
    assert not Winograd.suits(windows, spatial, kernel, batch, np.dtype("float64"))


def test_a_zero_stays_exactly_zero():
    tiles, _, x, g = ways((1, (9, 9), (3, 3), "same", 2, 2))
    tiles.bias, y = None, np.ones_like(g)
    tiles.forward(np.zeros_like(x), y)
    assert not y.any()


def test_the_transforms_are_those_of_polynomials():
    from layerlab.ops.winograd import _along_axis

    for taps, count in ((3, 4), (5, 4), (5, 2)):
        outputs, kernels, inputs = _along_axis(taps, count)
        for tap in range(taps):  # a kernel with a single 1 shifts its input
            shifted = outputs.T @ np.diag(kernels[:, tap]) @ inputs
            np.testing.assert_allclose(shifted, np.eye(count, count + taps - 1, tap), atol=1e-12)
