"""The quick ways along rows give NumPy's maxima and sums, whatever the shape, the layout and the type."""

import numpy as np
import pytest

from layerlab.ops.rows import max_along, sum_along, sum_of_products

RNG = np.random.default_rng(0)
SHAPES = [
    ((4, 3), -1),
    ((4, 3), 1),
    ((4, 3), 0),
    ((2, 3, 5), -1),
    ((2, 3, 5), 1),
    ((5,), -1),
    ((4, 1), -1),
    ((0, 3), -1),
]


@pytest.mark.parametrize("dtype", ["float16", "float32", "float64"])
@pytest.mark.parametrize(("shape", "axis"), [*SHAPES, ((2, 3, 5), (1, 2))])
def test_they_are_those_of_numpy(shape, axis, dtype):
    for layout in (np.ascontiguousarray, np.asfortranarray):
        x, y = (layout(RNG.normal(size=shape).astype(dtype)) for _ in range(2))
        for found, expected in (
            (max_along(x, axis), np.max(x, axis, keepdims=True)),
            (sum_along(x, axis), np.sum(x, axis, keepdims=True)),
            (sum_of_products(x, y, axis), np.sum(x * y, axis, keepdims=True)),
        ):
            assert (found.shape, found.dtype) == (expected.shape, expected.dtype)
            np.testing.assert_allclose(found, expected, rtol=1e-6, atol=1e-6)


def test_what_is_no_number_stays_in_its_row():
    x = np.array([[1.0, np.nan, 2.0], [np.inf, 0.0, 1.0], [-np.inf, -np.inf, -np.inf], [1.0, 2.0, 3.0]])
    np.testing.assert_array_equal(max_along(x, -1), np.max(x, -1, keepdims=True))
    np.testing.assert_array_equal(sum_along(x, -1), np.sum(x, -1, keepdims=True))


def test_a_product_may_be_stretched():
    x = RNG.normal(size=(4, 3))
    np.testing.assert_allclose(sum_of_products(x, np.ones(3), -1), np.sum(x, -1, keepdims=True))
