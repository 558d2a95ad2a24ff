"""Windows as rows of the input itself: the sums and gradients are those of unrolling, wherever windows lie."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from layerlab.ops import runs
from layerlab.ops.conv import conv
from layerlab.ops.runs import Runs
from layerlab.ops.unrolling import Unrolled
from layerlab.ops.windows import Windows


@st.composite
def cases(draw):
    """(batch, steps, size, stride, padding, channels, filters, how many products at least)."""
    size, stride = draw(st.integers(1, 5)), draw(st.integers(1, 6))
    padding = draw(st.sampled_from(["valid", "same", "causal"]))
    steps = draw(st.integers(size if padding == "valid" else 1, 14))
    return draw(st.integers(0, 3)), steps, size, stride, padding, *(draw(st.integers(1, 3)) for _ in range(3))


def ways(case, dtype="float64"):
    batch, steps, size, stride, padding, channels, filters, products = case
    windows = Windows.over((steps,), (size,), (stride,), (1,), padding)
    rng = np.random.default_rng(0)
    shapes = (size, channels, filters), (filters,), (batch, steps, channels), (batch, *windows.outputs, filters)
    kernel, bias, x, g = (rng.normal(size=shape).astype(dtype) for shape in shapes)
    found = Runs(windows, (steps,), kernel, bias, True)
    found._products = min(windows.outputs[0], max(found._products, products))
    return found, Unrolled(windows, (steps,), kernel, bias, True), x, g


@given(cases())
def test_sums_and_gradients_are_those_of_unrolling(case):
    found, expected, x, g = ways(case)
    y, exact = np.full_like(g, np.nan), np.empty_like(g)
    found.forward(x, y)
    expected.forward(x, exact)
    np.testing.assert_allclose(y, exact, rtol=1e-12, atol=1e-12)
    for _ in range(2):  # two blocks
        found.backward(g, x)
        expected.backward(g, x)
    for ours, theirs in zip(found.gradients(), expected.gradients(), strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=1e-12, atol=1e-12)


def test_the_sums_may_be_a_part_of_a_larger_array():
    found, _, x, g = ways((2, 9, 3, 1, "valid", 2, 3, 1))
    whole, y = np.zeros((2, 7, 5)), np.empty_like(g)
    found.forward(x, whole[..., 1:4])
    found.forward(x, y)
    np.testing.assert_array_equal(whole[..., 1:4], y)
    assert not whole[..., [0, 4]].any()


LONG = ((300,), (3,), (1,), (1,), "valid")


@pytest.mark.parametrize(
    ("geometry", "channels", "filters", "expected"),
    [
        (LONG, 8, 8, True),
        (LONG, 2, 8, False),  # a row is too short
        (LONG, 64, 64, False),  # so large a kernel
        (((190,), (3,), (1,), (1,), "valid"), 8, 8, False),  # too few windows
        (((190,), (3,), (2,), (1,), "same"), 4, 8, False),
        (((600,), (7,), (3,), (1,), "same"), 4, 8, True),
        (((300,), (3,), (1,), (2,), "valid"), 8, 8, False),  # taps do not follow each other
        (((300, 300), (3, 3), (1, 1), (1, 1), "valid"), 8, 8, False),
    ],
)
def test_when_it_is_the_way(geometry, channels, filters, expected):
    windows = Windows.over(*geometry)
    assert Runs.suits(windows, np.ones((*windows.size, channels, filters))) is expected


def test_a_convolution_goes_this_way(monkeypatch):
    seen = []
    forward = Runs.forward
    monkeypatch.setattr(runs.Runs, "forward", lambda self, x, y: seen.append(len(x)) or forward(self, x, y))
    x, kernel = np.ones((2, 400, 4)), np.ones((4, 4, 3))
    np.testing.assert_array_equal(conv(x, kernel, (2,), "valid", (1,), np.ones(3), True), np.full((2, 199, 3), 17.0))
    assert sum(seen) == 2
