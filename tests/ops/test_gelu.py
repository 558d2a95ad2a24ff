"""gelu against the formula with the error function of the standard library, in float32 and elsewhere."""

import math

import numpy as np
import pytest

from layerlab.autodiff import check_gradients, gradient
from layerlab.ops import gelu as file
from layerlab.ops.gelu import gelu

RNG = np.random.default_rng(0)
X = np.linspace(-14, 14, 20_001)


def exact(x):
    return np.array([v * math.erfc(-v / math.sqrt(2)) / 2 for v in x.astype(float).tolist()])


def slope(x):
    bell = np.exp(-np.square(x.astype(float)) / 2) / math.sqrt(2 * math.pi)
    return np.array([math.erfc(-v / math.sqrt(2)) / 2 for v in x.tolist()]) + x * bell


def test_it_is_exact():
    np.testing.assert_allclose(gelu(X), exact(X), rtol=1e-13)
    x = X.astype("float32")
    assert gelu(x).dtype == np.float32
    np.testing.assert_allclose(gelu(x), exact(x), rtol=1e-7, atol=4e-7)


def test_its_slope_is_exact():
    for dtype, error in (("float64", 1e-13), ("float32", 4e-7)):
        x = X.astype(dtype)
        found = gradient(lambda x: np.sum(gelu(x)))(x)
        assert found.dtype == dtype
        np.testing.assert_allclose(found, slope(x), rtol=error, atol=error)
    check_gradients(gelu, RNG.normal(size=(3, 4)))


@pytest.mark.parametrize("size", [1, 9, 10, 11, 35, 100])
def test_blocks_and_threads_change_nothing(size, monkeypatch):
    x, g = RNG.normal(size=(2, size)).astype("float32")

    def both():
        y, probability = file._with_probability(x)
        return y, file._gelu_vjp(g, probability, x)

    expected = both()
    monkeypatch.setattr(file, "_BLOCK", 10)
    for shared in (10**6, 20):
        monkeypatch.setattr(file, "_SHARED", shared)
        for found, before in zip(both(), expected, strict=True):
            np.testing.assert_array_equal(found, before)


@pytest.mark.parametrize("layout", [np.asfortranarray, lambda x: x[:, ::-1], lambda x: np.broadcast_to(x[:1], x.shape)])
def test_any_memory_layout(layout):
    x = layout(RNG.normal(size=(3, 5)).astype("float32"))
    np.testing.assert_array_equal(gelu(x), gelu(x.copy()))
    np.testing.assert_array_equal(gradient(lambda x: np.sum(gelu(x)))(x), gradient(lambda x: np.sum(gelu(x)))(x.copy()))


def test_large_numbers_overflow_nowhere():
    x = np.array([-3e38, -1e20, 1e20, 3e38], "float32")
    np.testing.assert_array_equal(gelu(x), np.maximum(x, 0))
    np.testing.assert_array_equal(gradient(lambda x: np.sum(gelu(x)))(x), [0, 0, 1, 1])
    assert np.isnan(gelu(np.array([np.nan], "float32"))).all()


def test_single_numbers_lists_and_empty_arrays():
    assert gelu(np.float32(1)) == pytest.approx(0.8413447, abs=1e-7)
    assert gelu([1, -1]) == pytest.approx([0.8413447, -0.1586553], abs=1e-7)
    assert gelu(np.ones((0, 3), "float32")).shape == (0, 3)
    assert gelu(np.ones(2, "float16")).dtype == np.float16
