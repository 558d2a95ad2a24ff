"""The mean over positions is np.mean, nearer to the true mean than NumPy's own, and so is its gradient."""

import numpy as np
import pytest

from layerlab.autodiff import check_gradients
from layerlab.ops.averages import mean_over

RNG = np.random.default_rng(0)
SHAPES = [
    ((2, 5, 3), (1,)),
    ((2, 3, 4, 3), (1, 2)),
    ((2, 3, 1, 2, 3), (1, 2, 3)),
    ((2, 3, 5), (2,)),
    ((2, 3, 4, 5), (2, 3)),
]


@pytest.mark.parametrize("keepdims", [False, True])
@pytest.mark.parametrize(("shape", "axes"), SHAPES)
@pytest.mark.parametrize("dtype", ["float16", "float32", "float64"])
def test_it_is_the_mean(shape, axes, keepdims, dtype):
    for x in (RNG.normal(size=shape).astype(dtype), np.asfortranarray(RNG.normal(size=shape).astype(dtype))):
        found, expected = mean_over(x, axes, keepdims), np.mean(x, axes, keepdims=keepdims)
        assert (found.dtype, found.shape) == (expected.dtype, expected.shape)
        np.testing.assert_allclose(found, expected, rtol=1e-6, atol=1e-6)
    check_gradients(lambda x: mean_over(x, axes, keepdims), RNG.normal(size=shape))


def test_it_rounds_no_more_than_numpy():
    x = RNG.normal(size=(8, 992, 32)).astype("float32") + 100
    true = np.mean(x.astype("float64"), 1)
    assert np.max(np.abs(mean_over(x, (1,)) - true)) <= np.max(np.abs(np.mean(x, 1) - true))


def test_no_samples_have_no_means():
    assert mean_over(np.zeros((0, 4, 3), "float32"), (1,)).shape == (0, 3)


def test_a_large_mean_is_shared_between_threads():
    x = RNG.normal(size=(41, 600, 100))
    np.testing.assert_allclose(mean_over(x, (1,)), np.mean(x, 1), atol=1e-12)
