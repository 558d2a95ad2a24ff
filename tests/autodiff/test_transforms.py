"""`gradient`, `value_and_grad`, `check_gradients` and `primitive`."""

import numpy as np
import pytest

from layerlab.autodiff import TracingError, check_gradients, defvjp, gradient, primitive, rule, value_and_grad
from layerlab.variables import Variable


def area(width, height=2.0, *, scale=1.0):
    """An area."""
    return np.sum(width * height) * scale


def test_value_and_grad_gives_both_and_keeps_the_name():
    value, found = value_and_grad(area)(np.array([1.0, 2.0]), 3.0)
    assert value == 9.0
    assert isinstance(value, np.ndarray)
    np.testing.assert_array_equal(found, [3.0, 3.0])
    assert (value_and_grad(area).__name__, gradient(area).__doc__) == ("area", "An area.")


def test_argnums_choose_the_arguments():
    x, y = np.array([1.0, 2.0]), np.array([3.0, 5.0])
    np.testing.assert_array_equal(gradient(area, 1)(x, y), x)
    np.testing.assert_array_equal(gradient(area, -1)(x, y), x)
    by_both = gradient(area, (1, 0))(x, y, scale=10.0)
    assert isinstance(by_both, tuple)
    np.testing.assert_array_equal(by_both, [10 * x, 10 * y])


@pytest.mark.parametrize("argnums", [1, -2, (0, 3)])
def test_argnums_out_of_range(argnums):
    with pytest.raises(TypeError, match=r"argnums names positional arguments. Received"):
        gradient(area, argnums)(np.ones(2))


def test_a_result_that_does_not_depend_on_the_argument():
    value, found = value_and_grad(lambda x: 3.0)(np.ones(2, "float32"))
    assert value == 3.0
    assert found.dtype == np.float32
    assert not found.any()


def test_a_variable_as_argument():
    v = Variable(np.array([1.0, 2.0]), dtype="float64")
    np.testing.assert_array_equal(gradient(lambda v: np.sum(v * v))(v), [2.0, 4.0])
    np.testing.assert_array_equal(gradient(lambda v: v)(Variable(3.0)), 1.0)
    assert check_gradients(lambda v: v * v, v) < 1e-8


def test_an_argument_of_integers_is_refused():
    with pytest.raises(TypeError, match="Only floating-point arrays"):
        gradient(np.sum)(np.arange(3))


def test_check_gradients_passes_what_is_right_and_returns_the_error():
    x, y = np.linspace(-1, 1, 6).reshape(2, 3), np.ones(3)
    assert 0 <= check_gradients(lambda x, y: np.tanh(x) @ y, x, y) < 1e-8
    assert check_gradients(np.tanh, np.float32(0.5)) < 1e-8  # computed in float64


@pytest.mark.parametrize(
    ("vjp_x", "vjp_y", "argument"),
    [
        (lambda g, y, a, b: 2 * g * b, lambda g, y, a, b: g * a, 0),
        (lambda g, y, a, b: g * b, lambda g, y, a, b: g * a * (1 + 1e-4), 1),
        (lambda g, y, a, b: g * b * np.nan, lambda g, y, a, b: g * a, 0),
    ],
)
def test_check_gradients_finds_a_wrong_vjp_and_names_the_argument(vjp_x, vjp_y, argument):
    @primitive
    def product(a, b):
        return a * b

    product.defvjp(vjp_x, vjp_y)
    with pytest.raises(AssertionError, match=f"The gradient of product with respect to argument {argument} is wrong"):
        check_gradients(product, np.ones(3), np.full(3, 2.0))


def scaled_sum():
    @primitive
    def scaled(a, b, power=1, *, scale=1.0):
        assert type(a) is np.ndarray
        return scale * (a + b) ** power

    scaled.defvjp(
        lambda g, y, a, b, power=1, *, scale=1.0: g * scale * power * (a + b) ** (power - 1),
        lambda g, y, a, b, power=1, *, scale=1.0: g * scale * power * (a + b) ** (power - 1),
    )
    return scaled


def test_a_primitive_of_several_arrays_with_options():
    scaled = scaled_sum()
    a, b = np.arange(1.0, 7).reshape(2, 3), np.arange(1.0, 4)
    np.testing.assert_array_equal(scaled(a, b, 2), (a + b) ** 2)  # off the tape a plain call
    check_gradients(lambda a, b: scaled(a, b, 3, scale=0.1), a, b)  # b is broadcast
    check_gradients(lambda a: scaled(a, b, power=2), a)
    check_gradients(lambda b: scaled(a, b=b), b)
    assert repr(scaled) == "<primitive scaled>"
    np.testing.assert_array_equal(scaled(Variable([1.0]), np.ones(1)), [2.0])


def test_options_that_the_vjp_does_not_know_are_refused_in_the_forward_pass():
    @primitive
    def scaled(a, scale=1.0):
        return a * scale

    scaled.defvjp(lambda g, y, a: g)
    np.testing.assert_array_equal(gradient(lambda a: np.sum(scaled(a)))(np.ones(2)), [1.0, 1.0])
    with pytest.raises(TracingError, match=r"gradient rule of scaled does not cover this call. Received: scale="):
        gradient(lambda a: np.sum(scaled(a, scale=2.0)))(np.ones(2))
    with pytest.raises(TracingError, match="Received: 2 positional arguments"):
        gradient(lambda a: np.sum(scaled(a, 2.0)))(np.ones(2))


def test_a_primitive_without_a_gradient_says_how_to_state_it():
    cube = primitive(lambda x: x**3)
    cube.__name__ = "cube"
    with pytest.raises(TracingError, match=r"cube has no gradient rule. State its gradient: cube.defvjp"):
        gradient(lambda x: np.sum(cube(x)))(np.ones(2))


@pytest.mark.parametrize("vjps", [(lambda g, y, a, b: g,), (lambda g, y, a, b: g, None)])
def test_an_argument_without_a_vjp_is_refused_only_if_it_is_traced(vjps):
    @primitive
    def shifted(a, b):
        return a + b

    shifted.defvjp(*vjps)
    np.testing.assert_array_equal(gradient(lambda a: np.sum(shifted(a, np.ones(2))))(np.ones(2)), [1.0, 1.0])
    with pytest.raises(TracingError, match="shifted has no gradient with respect to argument 1"):
        gradient(lambda b: np.sum(shifted(np.ones(2), b)))(np.ones(2))


def test_a_numpy_function_without_a_rule_can_be_given_one():
    def f(x):
        return np.sum(np.ldexp(x, 2))

    with pytest.raises(TracingError, match=r"np.ldexp has no gradient rule.*defvjp\(np.ldexp, lambda g, y, x"):
        gradient(f)(np.ones(2))
    defvjp(np.ldexp, lambda g, y, x, exponent: g * 2.0**exponent)
    try:
        np.testing.assert_array_equal(gradient(f)(np.ones(2)), [4.0, 4.0])
    finally:
        del rule.RULES[np.ldexp]
