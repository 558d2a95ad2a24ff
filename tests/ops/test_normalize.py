"""Common scales: the right moments, lengths of 1, and gradients through both."""

import numpy as np
import pytest

from layerlab.autodiff import check_gradients, gradient
from layerlab.ops.normalize import moments, standardize, to_unit_length

X = np.random.default_rng(0).normal(size=(3, 4, 2))


@pytest.mark.parametrize("axis", [0, -1, (0, 1), (0, 1, 2), ()])
def test_moments_are_those_of_numpy(axis):
    for keepdims in (False, True):
        mean, variance = moments(X, axis, keepdims)
        np.testing.assert_allclose(mean, np.mean(X, axis, keepdims=keepdims))
        np.testing.assert_allclose(variance, np.var(X, axis, keepdims=keepdims), atol=1e-15)


def standardized(x, axis, epsilon):
    return (x - np.mean(x, axis, keepdims=True)) / np.sqrt(np.var(x, axis, keepdims=True) + epsilon)


@pytest.mark.parametrize("axis", [0, -1, (0, 1), (0, 1, 2)])
def test_standardized_numbers_and_their_gradient_are_those_of_the_formula(axis):
    found = moments(X, axis, keepdims=True)
    weights = np.random.default_rng(1).normal(size=X.shape)
    np.testing.assert_allclose(standardize(X, *found, axis, 0.1), standardized(X, axis, 0.1))
    short = gradient(lambda x: np.sum(weights * standardize(x, *found, axis, 0.1)))(X)
    long = gradient(lambda x: np.sum(weights * standardized(x, axis, 0.1)))(X)
    np.testing.assert_allclose(short, long, atol=1e-12)


@pytest.mark.parametrize("axis", [0, -1, (0, 1), (0, 1, 2)])
def test_unit_lengths(axis):
    y = to_unit_length(X, axis)
    np.testing.assert_allclose(np.sum(y * y, axis), 1)
    check_gradients(lambda x: to_unit_length(x, axis), X)


@pytest.mark.parametrize("dtype", ["float16", "float32", "float64"])
def test_zeros_stay_zeros_with_a_finite_gradient(dtype):
    x = np.zeros((2, 3), dtype)
    np.testing.assert_array_equal(to_unit_length(x), x)
    found = gradient(lambda x: np.sum(to_unit_length(x, smallest=0.1)))(x)
    np.testing.assert_allclose(found, np.full((2, 3), 10), rtol=1e-3)


def test_below_the_smallest_length_the_slope_is_constant():
    x = np.array([0.03, 0.04])
    check_gradients(lambda x: to_unit_length(x, smallest=0.1), x)
    np.testing.assert_allclose(to_unit_length(x, smallest=0.1), x / 0.1)
