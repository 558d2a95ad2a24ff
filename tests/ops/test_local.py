"""Locally connected sums against slow loops; bias and relu ride along; the batch is innermost in memory."""

import numpy as np
import pytest

from layerlab.autodiff import Tape, check_gradients, gradient
from layerlab.ops import windows as windows_module
from layerlab.ops.local import locally_connected
from layerlab.ops.special import relu
from layerlab.ops.windows import Windows

RNG = np.random.default_rng(0)
GEOMETRIES = [((6,), (3,), (1,), "valid"), ((5, 4), (2, 3), (2, 1), "same"), ((3, 4, 3), (2, 2, 2), (1, 2, 1), "valid")]


def arrays(geometry, batch=3, channels=2, filters=4):
    spatial, size, strides, padding = geometry
    windows = Windows.over(spatial, size, strides, (1,) * len(size), padding)
    positions = np.prod(windows.outputs)
    x = RNG.normal(size=(batch, *spatial, channels))
    kernel = RNG.normal(size=(positions, np.prod(size) * channels, filters))
    return x, kernel, windows, RNG.normal(size=(*windows.outputs, filters))


def slow(x, kernel, windows, bias):
    y = np.empty((len(x), *bias.shape))
    padded = windows.pad(x)
    for n, place in enumerate(np.ndindex(windows.outputs)):
        corner = [o * s for o, s in zip(place, windows.strides, strict=True)]
        seen = tuple(slice(c, c + k) for c, k in zip(corner, windows.size, strict=True))
        for i in range(len(x)):
            y[(i, *place)] = padded[(i, *seen)].reshape(-1) @ kernel[n] + bias[place]
    return y


@pytest.mark.parametrize("geometry", GEOMETRIES, ids=str)
def test_it_is_the_slow_sum(geometry):
    x, kernel, windows, bias = arrays(geometry)
    expected = slow(x, kernel, windows, bias)
    np.testing.assert_allclose(locally_connected(x, kernel, windows, bias), expected, rtol=1e-12)
    np.testing.assert_allclose(locally_connected(x, kernel, windows, bias, True), np.maximum(expected, 0), rtol=1e-12)


@pytest.mark.parametrize("geometry", GEOMETRIES, ids=str)
def test_its_gradients_agree_with_differences(geometry):
    x, kernel, windows, bias = arrays(geometry)
    check_gradients(lambda x, kernel, bias: locally_connected(x, kernel, windows, bias), x, kernel, bias)
    check_gradients(lambda kernel: locally_connected(x, kernel, windows), kernel)


@pytest.mark.parametrize("layout", [np.ascontiguousarray, np.asfortranarray])
def test_a_relu_that_rides_along_has_the_gradients_of_its_own_step(layout):
    x, kernel, windows, bias = arrays(GEOMETRIES[1], batch=40)
    weights = layout(RNG.normal(size=(40, *bias.shape)))

    def gradients(step):
        with Tape() as tape:
            sources = [tape.watch(array) for array in (x, kernel, bias)]
            total = np.sum(step(*sources) * weights)
        return tape.gradient(total, sources)

    together = gradients(lambda x, kernel, bias: locally_connected(x, kernel, windows, bias, True))
    for found, expected in zip(
        together, gradients(lambda x, kernel, bias: relu(locally_connected(x, kernel, windows, bias))), strict=True
    ):
        np.testing.assert_allclose(found, expected, rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("most", [1, 40, 100, 10**6])  # numbers of a block
def test_blocks_do_not_change_the_numbers(monkeypatch, most):
    x, kernel, windows, bias = arrays(GEOMETRIES[1], batch=5)

    def gradients():
        return gradient(
            lambda *args: np.sum(np.sin(locally_connected(args[0], args[1], windows, args[2], True))), (0, 1, 2)
        )(x, kernel, bias)

    expected = gradients()
    monkeypatch.setattr(windows_module, "_BLOCK", most)
    for found, share in zip(gradients(), expected, strict=True):
        np.testing.assert_allclose(found, share, rtol=1e-12, atol=1e-12)


def test_relu_passes_nothing_where_the_sum_is_zero_or_nan():
    windows = Windows.over((4,), (1,), (1,), (1,), "valid")
    x = np.array([1.0, -1.0, 0.0, np.nan]).reshape(1, 4, 1)
    kernel = np.ones((4, 1, 1))
    share = gradient(lambda bias: np.sum(locally_connected(x, kernel, windows, bias, True)))(np.zeros((4, 1)))
    np.testing.assert_array_equal(share, [[1], [0], [0], [0]])


def test_behind_it_nothing_is_copied():
    x, kernel, windows, bias = arrays(GEOMETRIES[0])
    y = locally_connected(x, kernel, windows, bias)
    assert y.strides[0] == y.itemsize
    assert np.shares_memory(y.reshape(len(y), -1), y)


def test_no_samples_give_no_sums():
    x, kernel, windows, bias = arrays(GEOMETRIES[1], batch=0)
    assert locally_connected(x, kernel, windows, bias).shape == (0, *bias.shape)
