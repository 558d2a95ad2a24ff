"""max(x, 0) against rows of zeros is np.maximum(x, 0), whatever the size, the layout and the type."""

import numpy as np
import pytest

from layerlab.ops.rectify import rectify

RNG = np.random.default_rng(0)


def odd(*shape, dtype="float32"):
    """Numbers of both signs, and those that are none."""
    x = RNG.normal(size=shape).astype(dtype)
    x.reshape(-1)[:5] = [np.nan, np.inf, -np.inf, -0.0, 0.0]
    return x


@pytest.mark.parametrize("dtype", ["float16", "float32", "float64"])
@pytest.mark.parametrize("shape", [(5,), (4095,), (4096,), (64, 64), (100, 41), (3, 4096), (2, 8192), (7, 30, 50)])
def test_it_is_the_maximum(shape, dtype):
    x = odd(*shape, dtype=dtype)
    expected = np.where(x < 0, 0, x).astype(dtype)
    for array, right in ((x, expected), (np.asfortranarray(x), expected), (x[::2], expected[::2])):
        np.testing.assert_array_equal(rectify(array), right, strict=True)
    assert rectify(x, out=x) is x
    np.testing.assert_array_equal(x, expected)


def test_it_writes_into_a_part_of_an_array():
    y = np.full((3, 100, 60), -1.0, "float32")
    x = odd(100, 60)
    rectify(x, out=y[1])
    np.testing.assert_array_equal(y[1], np.maximum(x, 0))
    rectify(x.T, out=y[2].T)
    np.testing.assert_array_equal(y[2], np.maximum(x, 0))
    assert np.all(y[0] == -1)


def test_whole_numbers_stay_whole():
    assert rectify(np.arange(-5000, 5000)).dtype == int
