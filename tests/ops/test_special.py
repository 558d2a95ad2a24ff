"""The single steps of layerlab.ops: right to the last digits, quiet far out on the number line, with true gradients."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as st_numpy

from layerlab import ops
from layerlab.autodiff import check_gradients, gradient

FINITE = np.concatenate(
    [np.linspace(-40, 40, 4001), [0.0, -0.0, 1e-300, -1e-300, 1e-10, 0.5, -0.5, 1e10, -1e10, 1e300]]
)
ELEMENTWISE = [ops.erf, ops.erfc, ops.exponential_linear, ops.leaky_relu, ops.relu, ops.sigmoid, ops.softplus]
COUPLED = [ops.softmax, ops.log_softmax, ops.sparsemax]
TABLES = st_numpy.arrays(np.float64, st.tuples(st.integers(1, 4), st.integers(1, 6)), elements=st.floats(-100, 100))


@pytest.mark.parametrize(("function", "exact"), [(ops.erf, math.erf), (ops.erfc, math.erfc)])
def test_error_functions_against_the_c_library(function, exact):
    expected = np.array([exact(x) for x in FINITE])
    np.testing.assert_allclose(function(FINITE), expected, rtol=1e-12)
    inside = np.abs(FINITE) < 2  # farther out exp(-x²) itself is wrong by x² in its last digit
    np.testing.assert_allclose(function(FINITE[inside]), expected[inside], rtol=3e-15)
    single = FINITE[np.abs(FINITE) < 1e30].astype("float32")
    np.testing.assert_allclose(function(single), [exact(x) for x in single], atol=5e-7)


def test_the_error_function_of_special_numbers():
    x = np.array([-np.inf, np.inf, np.nan, -0.0])
    np.testing.assert_array_equal(ops.erf(x), [-1, 1, np.nan, 0])
    assert np.signbit(ops.erf(x)[3])
    np.testing.assert_array_equal(ops.erfc(x), [2, 0, np.nan, 1])


@given(st.floats(-30, 30))
def test_the_error_function_is_odd_and_complements_its_complement(x):
    x = np.array([x])
    assert ops.erf(-x) == -ops.erf(x)
    np.testing.assert_allclose(ops.erf(x) + ops.erfc(x), 1, rtol=1e-15)


def naive_softplus(x):
    return x if x > 36 else math.log1p(math.exp(x))


@pytest.mark.parametrize(
    ("function", "naive"),
    [
        (ops.relu, lambda x: x if x > 0 else 0.0),
        (ops.leaky_relu, lambda x: x if x > 0 else 0.2 * x),
        (ops.sigmoid, lambda x: 1 / (1 + math.exp(-x))),
        (ops.softplus, naive_softplus),
        (ops.exponential_linear, lambda x: x if x > 0 else math.exp(x) - 1),
    ],
)
def test_against_one_number_at_a_time(function, naive):
    x = FINITE[np.abs(FINITE) <= 40]
    np.testing.assert_allclose(function(x), [naive(value) for value in x], rtol=1e-12, atol=1e-15)


@pytest.mark.parametrize("function", ELEMENTWISE)
@pytest.mark.parametrize("dtype", ["float16", "float32", "float64"])
def test_nothing_overflows_and_the_dtype_stays(function, dtype):
    largest = float(np.finfo(dtype).max)
    x = np.array([-largest, -1e4, -100, -20, -1, 0, 1, 20, 100, 1e4, largest], dtype)
    y, dx = function(x), gradient(lambda x: np.sum(function(x)))(x[1:-1])
    assert y.dtype == dx.dtype == dtype
    assert np.all(np.isfinite(y))
    assert np.all(np.isfinite(dx))


@pytest.mark.parametrize("function", ELEMENTWISE)
def test_gradients_of_elementwise_functions(function):
    x = np.random.default_rng(0).normal(size=(5, 7)) * 2
    assert check_gradients(function, x) < 1e-7


def test_gradient_of_every_argument_form_of_exponential_linear():
    x = np.random.default_rng(0).normal(size=(5, 7))
    for arguments in [(2.0,), (1.0, 0.3), (1.0, 0.3, 0.3), (0.5, 2.0, 3.0)]:
        check_gradients(lambda x, arguments=arguments: ops.exponential_linear(x, *arguments), x)


@pytest.mark.parametrize("function", COUPLED)
@pytest.mark.parametrize("axis", [-1, 0, 1, 2])
def test_gradients_along_an_axis(function, axis):
    x = np.random.default_rng(1).normal(size=(3, 4, 5))
    assert check_gradients(lambda x: function(x, axis=axis), x) < 1e-7


@pytest.mark.parametrize("function", [ops.softmax, ops.log_softmax])
def test_several_axes_are_one(function):
    x = np.random.default_rng(1).normal(size=(3, 4, 5))
    np.testing.assert_allclose(function(x, axis=(1, 2)).reshape(3, 20), function(x.reshape(3, 20)), rtol=1e-14)
    check_gradients(lambda x: function(x, axis=(1, 2)), x)


def nearest_on_simplex(x, rounds=200):
    """By bisection for the t with sum(max(x - t, 0)) = 1."""
    low, high = x.max() - 1, x.max()
    for _ in range(rounds):
        t = (low + high) / 2
        low, high = (t, high) if np.maximum(x - t, 0).sum() > 1 else (low, t)
    return np.maximum(x - (low + high) / 2, 0)


@given(TABLES)
def test_sparsemax_is_the_nearest_point_of_the_simplex(x):
    for axis in (0, 1):
        expected = np.apply_along_axis(nearest_on_simplex, axis, x)
        np.testing.assert_allclose(ops.sparsemax(x, axis=axis), expected, atol=1e-12)


@given(TABLES, st.floats(-1000, 1000))
def test_softmax_lies_on_the_simplex_and_ignores_a_shift(x, shift):
    for function in (ops.softmax, ops.sparsemax):
        y = function(x)
        assert np.all(y >= 0)
        np.testing.assert_allclose(y.sum(-1), 1, rtol=1e-12)
        np.testing.assert_allclose(function(x + shift), y, atol=1e-10)
    np.testing.assert_allclose(np.exp(ops.log_softmax(x)), ops.softmax(x), atol=1e-13)


@pytest.mark.parametrize("function", COUPLED)
def test_softmaxes_of_huge_numbers_and_their_dtype(function):
    x = np.array([[1e4, 0, -1e4], [-1e4, -1e4, -1e4], [88, 89, 90]], "float32")
    y, dx = function(x), gradient(lambda x: np.sum(function(x) * x))(x)
    assert y.dtype == dx.dtype == np.float32
    assert np.all(np.isfinite(y))
    assert np.all(np.isfinite(dx))
