"""The faster forms of NumPy functions that a tape calls: the same values as the functions themselves."""

import numpy as np
import pytest

from layerlab.autodiff.recording import FASTER


@pytest.mark.parametrize("dtype", ["float16", "float32", "float64"])
@pytest.mark.parametrize("shape", [(), (1,), (3,), (7, 3), (31,), (1001,), (0,)])
@pytest.mark.parametrize("arguments", [{}, {"axis": 0}, {"axis": None, "keepdims": True}])
@pytest.mark.filterwarnings("ignore:Mean of empty slice", "ignore:invalid value")
def test_mean_is_equal_to_the_last_bit(dtype, shape, arguments):
    if arguments.get("axis") == 0 and not shape:
        pytest.skip("no axis 0")
    for seed in range(20):
        x = np.random.default_rng(seed).normal(size=shape).astype(dtype)
        found, expected = FASTER[np.mean](x, **arguments), np.mean(x, **arguments)
        np.testing.assert_array_equal(found, expected)
        assert type(found) is type(expected)
        assert found.dtype == expected.dtype
