"""Windows over arrays: where they lie, and the three sums over them, each of which is a gradient of the others."""

import numpy as np
import pytest
from hypothesis import given

from layerlab.ops import windows as module
from layerlab.ops.windows import Windows, correlate, gather, scatter
from tests.ops import loops
from tests.ops.spatial_cases import geometries


def windows_of(case):
    return Windows.over(case.spatial, case.size, case.strides, case.dilation, case.padding)


def arrays(windows, spatial):
    """A padded input, a kernel and numbers for each output."""
    rng = np.random.default_rng(0)
    x = windows.pad(rng.normal(size=(2, *spatial, 2)))
    return x, rng.normal(size=(*windows.size, 2, 3)), rng.normal(size=(2, *windows.outputs, 3))


@given(geometries())
def test_windows_lie_where_the_definition_says(case):
    windows = windows_of(case)
    names = np.arange(1, np.prod(case.spatial) + 1).reshape(1, *case.spatial, 1)  # 0 is padding
    patches = windows.patches(windows.pad(names))
    expected = np.zeros_like(patches)
    for o, seen in loops.windows(case.spatial, case.size, case.strides, case.dilation, case.padding):
        for tap, i in seen:
            expected[(0, *o, *tap, 0)] = names[(0, *i, 0)]
    np.testing.assert_array_equal(patches, expected)


@given(geometries())
def test_a_tap_sees_its_part_of_every_patch(case):
    windows = windows_of(case)
    x, _, _ = arrays(windows, case.spatial)
    everywhere = (slice(None),) * (1 + len(case.size))
    for tap, seen in windows.taps():
        np.testing.assert_array_equal(x[seen], windows.patches(x)[everywhere + tap])


@given(geometries())
def test_the_input_is_inside_its_padding(case):
    windows = windows_of(case)
    x = np.ones((2, *case.spatial, 3))
    padded = windows.pad(x, 5.0)
    np.testing.assert_array_equal(windows.unpad(padded, case.spatial), x)
    assert padded.sum() - x.sum() == 5 * (padded.size - x.size)
    assert all(covered <= n for covered, n in zip(windows.covered, padded.shape[1:-1], strict=True))


@given(geometries())
def test_the_three_sums_are_gradients_of_each_other(case):
    windows = windows_of(case)
    x, kernel, g = arrays(windows, case.spatial)
    total = np.sum(gather(x, kernel, windows) * g)
    np.testing.assert_allclose(np.sum(scatter(g, kernel, windows, x.shape[1:-1]) * x), total, atol=1e-9)
    np.testing.assert_allclose(np.sum(correlate(x, g, windows) * kernel), total, atol=1e-9)


@pytest.mark.parametrize("block", [1, 100, 10**9])
def test_the_size_of_blocks_changes_no_number(monkeypatch, block):
    windows = Windows.over((5, 6), (2, 3), (1, 2), (1, 1), "same")
    x, kernel, g = arrays(windows, (5, 6))
    whole = gather(x, kernel, windows), correlate(x, g, windows)
    monkeypatch.setattr(module, "_BLOCK", block)
    for ours, expected in zip((gather(x, kernel, windows), correlate(x, g, windows)), whole, strict=True):
        np.testing.assert_allclose(ours, expected, rtol=1e-12)


def test_windows_that_need_no_padding_copy_nothing():
    windows = Windows.over((4,), (2,), (1,), (1,), "valid")
    x = np.ones((1, 4, 1))
    assert windows.pad(x) is x
    assert windows.unpad(x, (4,)) is x
    assert np.shares_memory(windows.patches(x), x)
