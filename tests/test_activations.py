"""Activations give Keras's values and gradients, take a stated side at each corner, and never overflow."""

import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from layerlab import Input, activations, layers
from layerlab.autodiff import check_gradients, gradient

GOLDEN = json.loads((Path(__file__).parent / "golden" / "formulas.json").read_text())
ELEMENTWISE = (
    "celu elu exponential gelu hard_shrink hard_sigmoid hard_sigmoid_keras2 hard_silu hard_tanh leaky_relu linear "
    "log_sigmoid mish relu relu6 selu sigmoid silu soft_shrink softplus softsign sparse_plus sparse_sigmoid squareplus "
    "tanh tanh_shrink"
).split()
COUPLED = ["softmax", "log_softmax", "sparsemax", "glu"]
NAMES = [*ELEMENTWISE, *COUPLED, "threshold"]

# Where the derivative jumps: ours, at the points where it may differ from another library's.
KINKS = [
    # name, arguments, x, derivative
    ("relu", {}, 0.0, 0.0),
    ("relu", {"max_value": 2.0}, 0.0, 0.0),
    ("relu", {"max_value": 2.0}, 2.0, 0.0),
    ("relu", {"threshold": 1.0}, 1.0, 0.0),
    ("relu", {"negative_slope": 0.1}, 0.0, 1.0),
    ("relu", {"negative_slope": 0.1, "threshold": 1.0}, 1.0, 0.0),
    ("relu6", {}, 0.0, 0.0),
    ("relu6", {}, 6.0, 0.0),
    ("leaky_relu", {}, 0.0, 1.0),
    ("elu", {}, 0.0, 1.0),
    ("elu", {"alpha": 0.3}, 0.0, 0.3),
    ("celu", {"alpha": 0.3}, 0.0, 1.0),
    ("selu", {}, 0.0, 1.7580993408473766),
    ("hard_sigmoid", {}, -3.0, 0.0),
    ("hard_sigmoid", {}, 3.0, 0.0),
    ("hard_sigmoid", {}, 2.9999, 1 / 6),
    ("hard_sigmoid_keras2", {}, -2.5, 0.0),
    ("hard_sigmoid_keras2", {}, 2.5, 0.0),
    ("hard_silu", {}, -3.0, 0.0),
    ("hard_silu", {}, 3.0, 1.0),
    ("hard_tanh", {}, -1.0, 1.0),
    ("hard_tanh", {}, 1.0, 1.0),
    ("hard_shrink", {}, 0.0, 0.0),
    ("hard_shrink", {}, 0.5, 0.0),
    ("hard_shrink", {}, -0.5, 0.0),
    ("soft_shrink", {}, 0.0, 0.0),
    ("soft_shrink", {}, 0.5, 0.0),
    ("soft_shrink", {}, -0.5, 0.0),
    ("softsign", {}, 0.0, 1.0),
    ("sparse_plus", {}, -1.0, 0.0),
    ("sparse_plus", {}, 1.0, 1.0),
    ("sparse_sigmoid", {}, -1.0, 0.0),  # jax gives half the slope at both ends
    ("sparse_sigmoid", {}, 1.0, 0.0),
    ("threshold", {"threshold": 1.0, "default_value": 1.0}, 1.0, 0.0),
]
OWN_SIDE = {("sparse_sigmoid", -1.0), ("sparse_sigmoid", 1.0), ("relu", 0.0)}
COARSE = {"tanh"}  # which Keras computes in float32 whatever it is given


def identify(case):
    return f"{case['name']}({','.join(f'{key}={value}' for key, value in case['arguments'].items())})"


def function_of(case):
    def function(x):
        return getattr(activations, case["name"])(x, **case["arguments"])

    return function


def slope(function, x):
    return gradient(lambda x: np.sum(function(x)))(x)


@pytest.mark.parametrize("case", GOLDEN["elementwise"], ids=identify)
def test_values_and_derivatives_are_those_of_keras(case):
    function, x = function_of(case), np.array(GOLDEN["grid"])
    tolerance = {"rtol": 1e-6, "atol": 1e-6} if case["name"] in COARSE else {"rtol": 1e-10, "atol": 1e-13}
    np.testing.assert_allclose(function(x), case["y"], **tolerance)
    ours = [i for i, point in enumerate(x) if (case["name"], point) not in OWN_SIDE]
    np.testing.assert_allclose(slope(function, x)[ours], np.array(case["dy"])[ours], **tolerance)


@pytest.mark.parametrize("case", GOLDEN["elementwise"], ids=identify)
def test_single_precision(case):
    function, x = function_of(case), np.array(GOLDEN["grid"], "float32")
    y, dy = function(x), slope(function, x)
    assert y.dtype == dy.dtype == np.float32
    np.testing.assert_allclose(y, case["y"], rtol=2e-6, atol=1e-6)
    ours = [i for i, point in enumerate(GOLDEN["grid"]) if (case["name"], point) not in OWN_SIDE]
    np.testing.assert_allclose(dy[ours], np.array(case["dy"])[ours], rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("case", GOLDEN["coupled"], ids=identify)
def test_values_and_gradients_along_an_axis_are_those_of_keras(case):
    function, x = function_of(case), np.array(GOLDEN["table"])
    np.testing.assert_allclose(function(x), case["y"], rtol=1e-12, atol=1e-15)
    cotangent = np.cos(np.arange(np.size(case["y"]))).reshape(np.shape(case["y"]))
    dx = gradient(lambda x: np.sum(function(x) * cotangent))(x)
    np.testing.assert_allclose(dx, case["dy"], rtol=1e-9, atol=1e-13)
    assert function(x.astype("float32")).dtype == np.float32


@pytest.mark.parametrize(("name", "arguments", "x", "expected"), KINKS)
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_the_side_taken_at_a_corner(name, arguments, x, expected, dtype):
    derivative = slope(lambda x: getattr(activations, name)(x, **arguments), np.array([x], dtype))
    np.testing.assert_allclose(derivative, [expected], rtol=1e-6)


@pytest.mark.parametrize("name", ELEMENTWISE)
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_nothing_overflows_far_out(name, dtype):
    far = np.array([-3e38, -1e20, -1e4, -90, 90, 1e4, 1e20, 3e38], dtype)
    x = np.minimum(far, 80) if name == "exponential" else far
    function = getattr(activations, name)
    y, dy = function(x), slope(function, x)
    assert np.all(np.isfinite(y))
    assert np.all(np.isfinite(dy))


def test_exponential_becomes_infinite_without_a_warning():
    assert activations.exponential(np.array([1000.0])) == np.inf


@pytest.mark.parametrize("name", [*ELEMENTWISE, *COUPLED])
def test_gradients_by_finite_differences(name):
    x = np.random.default_rng(2).normal(size=(5, 6)) * 2
    assert check_gradients(getattr(activations, name), x) < 1e-6


@pytest.mark.parametrize("arguments", [c["arguments"] for c in GOLDEN["elementwise"] if c["name"] == "relu"], ids=str)
def test_relu_is_its_definition(arguments):
    slope, top, threshold = (arguments.get(key) for key in ("negative_slope", "max_value", "threshold"))

    def one(x):
        if x > (threshold or 0):
            return min(max(x, 0), top) if top is not None else x  # a limit also lifts what is below 0
        return (slope or 0) * (x - (threshold or 0))

    x = np.linspace(-5, 5, 101)
    np.testing.assert_allclose(activations.relu(x, **arguments), [one(value) for value in x], atol=1e-15)


@pytest.mark.parametrize(
    ("function", "expected"),
    [
        (activations.hard_sigmoid, [0, 0, 1 / 12, 1 / 3, 5 / 12, 0.5, 7 / 12, 2 / 3, 11 / 12, 1, 1]),
        (activations.hard_sigmoid_keras2, [0, 0, 0, 0.3, 0.4, 0.5, 0.6, 0.7, 1, 1, 1]),
        (lambda x: activations.relu(x, 0.1, 3, 1), [-0.5, -0.4, -0.35, -0.2, -0.15, -0.1, -0.05, 0, 2.5, 3, 3]),
    ],
)
def test_the_points_of_the_specification(function, expected):
    x = np.array([-4, -3, -2.5, -1, -0.5, 0, 0.5, 1, 2.5, 3, 4])
    np.testing.assert_allclose(function(x), expected, atol=1e-15)


def test_sparsemax_is_the_papers():
    np.testing.assert_allclose(activations.sparsemax(np.array([1, 2, 2.5])), [0, 0.25, 0.75])
    np.testing.assert_allclose(activations.sparsemax(np.array([[0.0], [0.0]]), axis=0), [[0.5], [0.5]])


@given(st.integers(1, 4), st.integers(2, 6), st.integers(0, 99))
def test_outputs_stay_in_their_range(rows, columns, seed):
    x = np.random.default_rng(seed).normal(size=(rows, columns)) * 10
    ranges = {
        "sigmoid": (0, 1),
        "hard_sigmoid": (0, 1),
        "sparse_sigmoid": (0, 1),
        "softmax": (0, 1),
        "sparsemax": (0, 1),
        "tanh": (-1, 1),
        "hard_tanh": (-1, 1),
        "softsign": (-1, 1),
        "relu6": (0, 6),
        "relu": (0, np.inf),
        "softplus": (0, np.inf),
        "squareplus": (0, np.inf),
        "sparse_plus": (0, np.inf),
        "log_softmax": (-np.inf, 0),
        "log_sigmoid": (-np.inf, 0),
    }
    for name, (low, high) in ranges.items():
        y = getattr(activations, name)(x)
        assert y.shape == x.shape
        assert np.all((low <= y) & (y <= high)), name


def test_softmax_warns_of_an_axis_of_one():
    with pytest.warns(UserWarning, match=r"softmax over axis -1 of a tensor of shape \(2, 1\). This axis has size 1"):
        activations.softmax(np.ones((2, 1)))


def test_integers_are_taken_too():
    x = np.array([-1, 0, 2])
    assert activations.relu(x).tolist() == [0, 0, 2]
    np.testing.assert_allclose(activations.softmax(x), activations.softmax(x.astype(float)))
    np.testing.assert_allclose(activations.gelu(x), activations.gelu(x.astype(float)))


@pytest.mark.parametrize("name", [*ELEMENTWISE, *COUPLED])
def test_symbolic_tensors_are_taken_too(name):
    y = getattr(activations, name)(Input((4,)))
    assert (tuple(y.shape), y.dtype) == ((None, 2 if name == "glu" else 4), "float32")


@pytest.mark.parametrize("name", NAMES)
def test_every_string_names_its_function(name):
    function = getattr(activations, name)
    assert activations.get(name) is function
    assert activations.get(function) is function
    assert activations.serialize(function) == name
    assert activations.deserialize(name) is function
    assert activations.get({"class_name": "function", "config": name, "module": "builtins"}) is function


def test_no_public_function_is_left_out_of_these_tests():
    others = {"get", "serialize", "deserialize", "swish", "hard_swish"}
    assert set(activations.__all__) == {*NAMES, *others}


def test_aliases():
    assert activations.get("swish") is activations.swish is activations.silu
    assert activations.get("hard_swish") is activations.hard_swish is activations.hard_silu
    assert activations.serialize(activations.swish) == "silu"
    assert activations.get(None) is activations.linear
    assert activations.serialize(None) == "linear"


def doubled(x):
    return 2 * x


def test_functions_of_ones_own():
    assert activations.get(doubled) is doubled
    config = activations.serialize(doubled)
    assert (config["class_name"], config["config"]) == ("function", "doubled")
    assert activations.deserialize(config, custom_objects={"doubled": doubled}) is doubled
    with pytest.raises(TypeError, match="Could not locate function 'doubled'"):
        activations.deserialize(config)


def test_a_layer_is_an_activation():
    layer = layers.LeakyReLU(negative_slope=0.1)
    assert activations.get(layer) is layer
    config = activations.serialize(layer)
    assert (config["module"], config["class_name"]) == ("keras.layers", "LeakyReLU")
    copy = activations.deserialize(config)
    np.testing.assert_allclose(copy(np.array([[-1.0, 1.0]])), [[-0.1, 1.0]])


UNKNOWN = "Could not interpret activation function identifier: "


@pytest.mark.parametrize(
    ("call", "exception", "message"),
    [
        (lambda: activations.get("ReLU"), ValueError, UNKNOWN + "ReLU. Did you mean 'relu'?"),
        (lambda: activations.get("hard_sigmod"), ValueError, UNKNOWN + "hard_sigmod. Did you mean 'hard_sigmoid'?"),
        (lambda: activations.get("identity"), ValueError, UNKNOWN + "identity"),
        (lambda: activations.get(3), ValueError, UNKNOWN + "3"),
        (lambda: activations.get(["relu"]), ValueError, UNKNOWN + r"\['relu'\]"),
        (lambda: activations.serialize("relu"), ValueError, "Unknown activation function 'relu' cannot be serialized"),
        (lambda: activations.serialize(3), ValueError, "Unknown activation function '3' cannot be serialized"),
        (lambda: activations.relu(np.ones(2), alpha=1), TypeError, "unexpected keyword argument 'alpha'"),
        (lambda: activations.threshold(np.ones(2)), TypeError, "missing 2 required positional arguments"),
        (lambda: activations.celu(np.ones(2), alpha=0), ValueError, "`alpha` of celu.*Received: alpha=0"),
        (lambda: activations.glu(np.ones((2, 3))), ValueError, r"axis size must be divisible by 2.*x.shape=\(2, 3\)"),
        (lambda: activations.softmax(np.float64(3)), ValueError, "axis -1 is out of bounds"),
    ],
)
def test_bad_arguments_are_refused(call, exception, message):
    with pytest.raises(exception, match=message):
        call()
