"""Products in pieces are the products, whatever sizes and layouts; and they are cut where it was measured to pay."""

import numpy as np
import pytest

from layerlab.ops.products import by_columns, by_rows, over_rows

RNG = np.random.default_rng(0)
LENGTHS = [0, 1, 7, 600, 1999, 4000, 40_000]


@pytest.mark.parametrize("length", LENGTHS)
@pytest.mark.parametrize("stack", [(), (3,)])
def test_many_columns(length, stack):
    matrix, columns = RNG.normal(size=(8, 5)), RNG.normal(size=(*stack, 5, length))
    np.testing.assert_allclose(by_columns(matrix, columns), matrix @ columns, atol=1e-12)
    flipped = np.ascontiguousarray(matrix.T).T
    np.testing.assert_allclose(by_columns(flipped, columns), matrix @ columns, atol=1e-12)


@pytest.mark.parametrize("length", LENGTHS)
@pytest.mark.parametrize("stack", [(), (3,)])
@pytest.mark.parametrize("layout", [np.ascontiguousarray, np.asfortranarray])
def test_many_rows(length, stack, layout):
    rows, matrix, y = (RNG.normal(size=(*stack, *shape)) for shape in ((length, 10), (10, 16), (length, 16)))
    rows = layout(rows)
    by_rows(rows, matrix, y)
    np.testing.assert_allclose(y, rows @ matrix, atol=1e-12)


@pytest.mark.parametrize("length", LENGTHS)
@pytest.mark.parametrize("stack", [(), (3,)])
@pytest.mark.parametrize("layout", [np.ascontiguousarray, np.asfortranarray])
def test_a_sum_over_many_rows(length, stack, layout):
    a, b = (RNG.normal(size=(*stack, length, width)) for width in (10, 16))
    np.testing.assert_allclose(over_rows(layout(a), b), a.swapaxes(-1, -2) @ b, atol=1e-10)
