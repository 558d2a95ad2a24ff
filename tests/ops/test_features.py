"""Features on a common scale: against plain NumPy for every cut of the rows, gradients against finite differences."""

import numpy as np
import pytest

from layerlab.autodiff import check_gradients, gradient, stop_gradient
from layerlab.ops import features
from layerlab.ops.features import feature_moments, scale_features

RNG = np.random.default_rng(0)
# samples, rows, features; groups
CASES = [
    ((1, 12, 3), None),
    ((1, 7, 2), None),  # a prime number of rows
    ((1, 50, 3), 1),
    ((3, 10, 4), 2),
    ((4, 6, 6), 3),
    ((5, 1, 4), 4),
    ((2, 4, 1), None),
]


@pytest.fixture(params=[None, 1, 8, 20])
def cut(request, monkeypatch):
    """Blocks as they are, and of so few numbers that these arrays have many, which threads share."""
    if request.param is not None:
        monkeypatch.setattr(features, "_BLOCK", request.param)
        monkeypatch.setattr(features, "_LONG", request.param)
        monkeypatch.setattr(features, "_SHARED", 1)
        features._side_by_side.cache_clear()
    yield
    features._side_by_side.cache_clear()


def expected(x, groups):
    """(mean, variance), both in the shape of x."""
    grouped = x.reshape(*x.shape[:2], groups or x.shape[2], -1)
    found = grouped.mean((1, 3), keepdims=True), grouped.var((1, 3), keepdims=True)
    return [np.broadcast_to(moment, grouped.shape).reshape(x.shape) for moment in found]


@pytest.mark.parametrize(("shape", "groups"), CASES)
def test_moments_and_scale(shape, groups, cut):
    x, gamma, beta = RNG.normal(3, size=shape), *RNG.normal(size=(2, shape[2]))
    mean, variance = expected(x, groups)
    moments = feature_moments(x, groups)
    np.testing.assert_allclose(moments, [mean[:, 0], variance[:, 0]], rtol=1e-12)
    standardized = (x - mean) / np.sqrt(variance + 0.1)
    for weight, offset in [(gamma, beta), (gamma, None), (None, beta), (None, None)]:
        y = scale_features(x, weight, offset, moments, groups, 0.1)
        plain = standardized * (1 if weight is None else weight) + (0 if offset is None else offset)
        np.testing.assert_allclose(y, plain, rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize(("shape", "groups"), CASES)
@pytest.mark.parametrize("own", [True, False])
def test_gradients(shape, groups, own, cut):
    x, c = RNG.normal(3, size=(2, *shape))
    gamma, beta = RNG.normal(size=(2, shape[2]))
    fixed = feature_moments(x, groups)

    def loss(x, gamma, beta):
        moments = feature_moments(x, groups) if own else fixed
        return np.sum(scale_features(x, gamma, beta, moments, groups, 0.1, own) * c)

    check_gradients(loss, x, gamma, beta)
    check_gradients(lambda x: loss(x, None, None), x)


def test_moments_have_no_gradient_of_their_own():
    x = RNG.normal(size=(1, 6, 2))
    moments = lambda x: np.sum(x) + np.sum(feature_moments(stop_gradient(x)))  # noqa: E731
    np.testing.assert_array_equal(gradient(moments)(x), np.ones(x.shape))


def test_a_large_mean_costs_no_digits_of_the_variance():
    x = (1e4 + RNG.normal(size=(1, 4096, 8))).astype("float32")
    mean, variance = feature_moments(x)
    np.testing.assert_allclose(mean, x.mean(1, dtype=float), rtol=1e-6)
    np.testing.assert_allclose(variance, x.var(1, dtype=float), rtol=1e-3)


@pytest.mark.parametrize("shape", [(0, 4, 2), (0, 0, 2)])
def test_no_samples(shape):
    x = np.ones(shape, "float32")
    moments = feature_moments(x)
    assert (moments.shape, moments.dtype) == ((2, 0, 2), x.dtype)
    assert scale_features(x, None, None, moments).shape == shape


def test_views_with_gaps():
    x = RNG.normal(size=(3, 8, 5))[:, ::2, 1:4]
    mean, variance = expected(x, None)
    y = scale_features(x, None, None, feature_moments(x))
    np.testing.assert_allclose(y, (x - mean) / np.sqrt(variance), rtol=1e-12)
    c = np.asfortranarray(RNG.normal(size=x.shape))
    check_gradients(lambda x: np.sum(scale_features(x, None, None, feature_moments(x)) * c), x)
