"""The matrices that enlarge an axis: their rows are means, exact where the formula promises it."""

import numpy as np
import pytest

from layerlab.ops.resize import INTERPOLATIONS, interpolation_matrix

every_method = pytest.mark.parametrize("method", INTERPOLATIONS)


@every_method
@pytest.mark.parametrize("factor", [1, 2, 3, 5])
@pytest.mark.parametrize("n", [1, 2, 7])
def test_rows_are_weighted_means(method, n, factor):
    weights = interpolation_matrix(n, factor, method)
    assert weights.shape == (n * factor, n)
    np.testing.assert_allclose(weights.sum(axis=1), 1, rtol=1e-12)
    np.testing.assert_allclose(weights, weights[::-1, ::-1], atol=1e-12)  # left and right are alike


@every_method
def test_a_factor_of_one_changes_nothing(method):
    np.testing.assert_allclose(interpolation_matrix(6, 1, method), np.eye(6), atol=1e-12)


@pytest.mark.parametrize(("method", "power", "border"), [("bilinear", 1, 1), ("bicubic", 2, 2)])
def test_polynomials_are_met_away_from_the_edges(method, power, border):
    n, factor = 9, 4
    places = (np.arange(n * factor) + 0.5) / factor - 0.5
    found = interpolation_matrix(n, factor, method) @ np.arange(n, dtype=float) ** power
    inside = (places > border) & (places < n - 1 - border)
    np.testing.assert_allclose(found[inside], places[inside] ** power, atol=1e-12)
