"""Regularizers give Keras's penalties and gradients, and refuse factors that make no sense."""

import itertools
import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as st_numpy

from layerlab import config, regularizers
from layerlab.autodiff import Tape, check_gradients, gradient
from layerlab.variables import Variable

GOLDEN = json.loads((Path(__file__).parent / "golden" / "formulas.json").read_text())
X = np.array([[1, -2], [3, -4]], "float32")
NAMES = {
    "L1": ["l1"],
    "L2": ["l2"],
    "L1L2": ["l1l2"],
    "OrthogonalRegularizer": ["orthogonal_regularizer"],
    "Regularizer": ["regularizer"],
}
MATRICES = st_numpy.arrays(
    np.float64, st.tuples(st.integers(1, 4), st.integers(1, 4)), elements=st.integers(-9, 9).map(float)
)


def identify(case):
    return f"{case['name']}({','.join(f'{key}={value}' for key, value in case['arguments'].items())})"


@pytest.mark.parametrize("case", GOLDEN["regularizers"], ids=identify)
def test_penalties_gradients_and_configurations_are_those_of_keras(case):
    config.set_floatx("float64")
    regularizer = getattr(regularizers, case["name"])(**case["arguments"])
    assert regularizer.get_config() == case["config"]
    w = np.array(GOLDEN["weight"])
    np.testing.assert_allclose(regularizer(w), case["value"], rtol=1e-12)
    if case["value"]:
        np.testing.assert_allclose(gradient(regularizer)(w), case["gradient"], rtol=1e-9, atol=1e-15)


@pytest.mark.parametrize(
    ("regularizer", "expected"),
    [
        (regularizers.L1(0.1), 1.0),
        (regularizers.L2(0.1), 3.0),
        (regularizers.L1L2(0.1, 0.2), 7.0),
        (regularizers.L1L2(), 0.0),
        (regularizers.L2(0.0), 0.0),
        (regularizers.L1(), 0.1),
        (regularizers.L1(None), 0.1),
        (regularizers.L2(None), 0.3),
        (regularizers.L1L2(None, None), 0.0),
        (regularizers.OrthogonalRegularizer(0.01), 0.0098387),
        (regularizers.OrthogonalRegularizer(0.01, "columns"), 0.0098995),
    ],
)
def test_the_examples_of_the_specification(regularizer, expected):
    penalty = regularizer(X)
    assert penalty == pytest.approx(expected, rel=1e-5)
    assert (np.shape(penalty), penalty.dtype) == ((), np.float32)


def test_the_base_class_is_no_penalty():
    assert regularizers.Regularizer()(X) == 0.0


@pytest.mark.parametrize("dtype", ["float16", "float32", "float64"])
def test_penalties_and_gradients_keep_the_dtype(dtype):
    for cls in (
        regularizers.L1,
        regularizers.L2,
        lambda: regularizers.L1L2(0.1, 0.1),
        regularizers.OrthogonalRegularizer,
    ):
        x = X.astype(dtype)
        assert cls()(x).dtype == gradient(cls())(x).dtype == dtype


@given(MATRICES, st.floats(0, 2), st.floats(0, 2))
def test_l1_and_l2_are_their_definition(x, l1, l2):
    expected = sum(l1 * abs(value) + l2 * value**2 for value in x.ravel())
    np.testing.assert_allclose(regularizers.L1L2(l1, l2)(x), expected, rtol=1e-9, atol=1e-12)


@given(MATRICES, st.sampled_from(["rows", "columns"]))
def test_the_orthogonal_penalty_is_the_mean_cosine(x, mode):
    vectors = [v / max(np.linalg.norm(v), 1e-7) for v in (x if mode == "rows" else x.T)]
    cosines = [abs(a @ b) for a, b in itertools.combinations(vectors, 2)]
    expected = np.mean(cosines) if cosines else 0.0
    np.testing.assert_allclose(regularizers.OrthogonalRegularizer(1.0, mode)(x), expected, rtol=1e-6, atol=1e-7)


def test_an_orthogonal_matrix_costs_nothing():
    q, _ = np.linalg.qr(np.random.default_rng(0).normal(size=(4, 4)))
    for mode in ("rows", "columns"):
        assert regularizers.OrthogonalRegularizer(1.0, mode)(3 * q) == pytest.approx(0, abs=1e-14)


@pytest.mark.parametrize(
    "regularizer",
    [
        regularizers.L1(0.3),
        regularizers.L2(0.3),
        regularizers.L1L2(0.1, 0.2),
        regularizers.OrthogonalRegularizer(0.5),
        regularizers.OrthogonalRegularizer(0.5, "columns"),
    ],
)
def test_gradients_by_finite_differences(regularizer):
    assert check_gradients(regularizer, np.random.default_rng(0).normal(size=(3, 4))) < 1e-7


def test_gradients_at_zero_are_zero():
    zeros = np.zeros((2, 3))
    for regularizer in (regularizers.L1(1.0), regularizers.L1L2(1.0, 1.0), regularizers.OrthogonalRegularizer(1.0)):
        np.testing.assert_array_equal(gradient(regularizer)(zeros), zeros)


def test_a_variable_may_be_penalized():
    kernel = Variable(X)
    with Tape() as tape:
        penalty = regularizers.L1L2(0.5, 0.25)(kernel)
    np.testing.assert_allclose(tape.gradient(penalty, kernel), 0.5 * np.sign(X) + 0.5 * X)


@pytest.mark.parametrize(("name", "strings"), NAMES.items())
def test_every_string_names_the_class(name, strings):
    cls = getattr(regularizers, name)
    for identifier in (name, *strings, cls, cls(), {"class_name": name, "config": {}}):
        assert type(regularizers.get(identifier)) is cls


def test_aliases_are_the_classes():
    assert regularizers.l1 is regularizers.L1
    assert regularizers.l2 is regularizers.L2
    assert regularizers.l1_l2 is regularizers.L1L2
    assert regularizers.orthogonal_regularizer is regularizers.OrthogonalRegularizer


@pytest.mark.parametrize(
    ("regularizer", "expected"),
    [
        (regularizers.L1(), {"l1": 0.009999999776482582}),  # float32, as Keras keeps it
        (regularizers.L2(), {"l2": 0.01}),
        (regularizers.L1L2(1, True), {"l1": 1.0, "l2": 1.0}),
        (regularizers.L2(np.float64(0.1)), {"l2": 0.1}),
        (regularizers.OrthogonalRegularizer(mode="columns"), {"factor": 0.009999999776482582, "mode": "columns"}),
    ],
)
def test_serialize_and_deserialize(regularizer, expected):
    config = regularizers.serialize(regularizer)
    assert config["config"] == expected
    assert (config["module"], config["registered_name"]) == ("keras.regularizers", None)
    for copy in (regularizers.deserialize(json.loads(json.dumps(config))), regularizers.get(config)):
        assert type(copy) is type(regularizer)
        assert copy.get_config() == expected


def mean(x):
    return np.mean(x)


def test_callables_are_regularizers():
    assert regularizers.get(mean) is mean
    assert regularizers.get(None) is None
    config = regularizers.serialize(mean)
    assert regularizers.deserialize(config, custom_objects={"mean": mean}) is mean


FACTORS = [regularizers.L1, regularizers.L2, regularizers.L1L2, regularizers.OrthogonalRegularizer]


@pytest.mark.parametrize("value", ["a", "", np.float32(0.1), -1, float("nan"), float("inf"), [1], [], 1j])
@pytest.mark.parametrize("cls", FACTORS)
def test_factors_must_be_finite_python_numbers_from_0(cls, value):
    with pytest.raises(ValueError, match=r"Invalid value for argument \w+: expected a non-negative float.Received: "):
        cls(value)


UNKNOWN = "Could not interpret regularizer identifier: "


@pytest.mark.parametrize(
    ("call", "exception", "message"),
    [
        (lambda: regularizers.get("l3"), ValueError, UNKNOWN + "l3"),
        (lambda: regularizers.get("l1_l2"), ValueError, UNKNOWN + "l1_l2"),
        (lambda: regularizers.get("ortogonal_regularizer"), ValueError, "Did you mean 'orthogonal_regularizer'?"),
        (lambda: regularizers.get(0.01), ValueError, UNKNOWN + "0.01"),
        (lambda: regularizers.OrthogonalRegularizer(None), ValueError, "argument factor: expected a non-negative"),
        (
            lambda: regularizers.OrthogonalRegularizer(mode="all"),
            ValueError,
            "argument `mode`. Expected one of.*mode=all",
        ),
        (lambda: regularizers.OrthogonalRegularizer()(np.ones(3)), ValueError, r"must have rank 2.*shape=\(3,\)"),
        (lambda: regularizers.Regularizer().get_config(), NotImplementedError, "does not implement get_config"),
    ],
)
def test_bad_arguments_are_refused_in_keras_words(call, exception, message):
    with pytest.raises(exception, match=message):
        call()


def test_the_old_string_is_refused_with_the_remedy():
    with pytest.raises(ValueError, match="l1_l2") as caught:
        regularizers.get("l1_l2")
    assert "L1L2(l1=0.01, l2=0.01)" in caught.value.__notes__[0]
