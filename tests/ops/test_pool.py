"""Pooling against loops over single numbers, its gradients against finite differences, and what a tie does."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from layerlab.autodiff import check_gradients, gradient
from layerlab.ops import pool
from layerlab.ops.pool import max_pool
from tests.ops import loops
from tests.ops.spatial_cases import geometries

KINDS = {"max_pool": max, "average_pool": np.mean}
kinds = pytest.mark.parametrize("kind", KINDS)
pools = geometries(paddings=("valid", "same"), dilate=False)


def numbers_for(case, dtype="float64"):
    x = np.random.default_rng(0).permutation(2 * 3 * int(np.prod(case.spatial)))  # no two alike
    return (x.reshape(2, *case.spatial, 3) / 10 - 1).astype(dtype)


@kinds
@given(case=pools)
def test_against_one_number_at_a_time(kind, case):
    x, options = numbers_for(case), (case.size, case.strides, case.padding)
    np.testing.assert_allclose(getattr(pool, kind)(x, *options), loops.pool(x, *options, KINDS[kind]), atol=1e-12)


@kinds
@given(case=pools)
@settings(max_examples=30)
def test_gradients(kind, case):
    check_gradients(lambda x: getattr(pool, kind)(x, case.size, case.strides, case.padding), numbers_for(case))


@kinds
@given(case=pools, dtype=st.sampled_from(["float16", "float32"]))
@settings(max_examples=30)
def test_types_stay(kind, case, dtype):
    x = numbers_for(case, dtype)
    pooled = getattr(pool, kind)
    assert pooled(x, case.size, case.strides, case.padding).dtype == dtype
    assert gradient(lambda x: np.sum(pooled(x, case.size, case.strides, case.padding)))(x).dtype == dtype


# (kind, size, stride, padding) -> what real Keras gives for 1, 2, 3, 4, 5
KNOWN = [
    ("average_pool", 3, 1, "same", [1.5, 2, 3, 4, 4.5]),
    ("average_pool", 3, 2, "same", [1.5, 3, 4.5]),
    ("average_pool", 2, 2, "same", [1.5, 3.5, 5]),
    ("max_pool", 3, 1, "same", [2, 3, 4, 5, 5]),
    ("max_pool", 2, 3, "valid", [2, 5]),
]


@pytest.mark.parametrize(("kind", "size", "stride", "padding", "expected"), KNOWN)
def test_known_numbers(kind, size, stride, padding, expected):
    x = np.arange(1.0, 6).reshape(1, 5, 1)
    assert getattr(pool, kind)(x, (size,), (stride,), padding).ravel().tolist() == expected


@pytest.mark.parametrize("dtype", ["int8", "int64", "uint8", "float32"])
def test_padding_never_wins(dtype):
    lowest = np.iinfo(dtype).min if np.dtype(dtype).kind in "iu" else np.finfo(dtype).min
    x = np.full((1, 3, 1), lowest, dtype)
    y = max_pool(x, (2,), (2,), "same")
    assert y.dtype == dtype
    assert y.ravel().tolist() == [lowest, lowest]


def test_a_tie_gives_everything_to_the_first():
    x = np.zeros((1, 2, 2, 1))
    share = gradient(lambda x: np.sum(max_pool(x, (2, 2), (1, 1), "same")))(x)
    np.testing.assert_array_equal(share[0, :, :, 0], [[1, 1], [1, 1]])
    share = gradient(lambda x: np.sum(max_pool(x, (2, 2), (2, 2), "valid")))(x)
    np.testing.assert_array_equal(share[0, :, :, 0], [[1, 0], [0, 0]])


def test_not_a_number_reaches_the_windows_that_see_it():
    x = np.array([1.0, np.nan, 3, 4]).reshape(1, 4, 1)
    np.testing.assert_array_equal(max_pool(x, (2,), (2,), "valid").ravel(), [np.nan, 4])
    share = gradient(lambda x: np.sum(max_pool(x, (2,), (2,), "valid")))(x)
    assert share.sum() == 2  # nothing is lost, nothing is doubled
