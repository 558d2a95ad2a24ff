"""Constraints give Keras's weights, leave norms within their bounds, and change little the second time."""

import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as st_numpy

from layerlab import constraints
from layerlab.autodiff import check_gradients

GOLDEN = json.loads((Path(__file__).parent / "golden" / "formulas.json").read_text())
NAMES = {
    "MaxNorm": "max_norm",
    "MinMaxNorm": "min_max_norm",
    "NonNeg": "non_neg",
    "UnitNorm": "unit_norm",
    "Constraint": "constraint",
}
W = np.array([[3, 0, 0.5], [4, 0, -0.5]], "float32")
KERNELS = st_numpy.arrays(
    np.float64,
    st.tuples(st.integers(1, 4), st.integers(1, 4)),
    elements=st.floats(-100, 100, allow_subnormal=False).map(lambda x: round(x, 3)),
)
AXES = st.sampled_from([0, 1, [0, 1]])
LITTLE = 1e-6  # epsilon in the denominator moves even a legal weight by a part in 10⁷


def norms(w, axis):
    return np.sqrt(np.sum(w**2, axis=tuple(axis) if isinstance(axis, list) else axis))


def identify(case):
    return f"{case['name']}({','.join(f'{key}={value}' for key, value in case['arguments'].items())})"


@pytest.mark.parametrize("case", GOLDEN["constraints"], ids=identify)
def test_weights_and_configurations_are_those_of_keras(case):
    constraint = getattr(constraints, case["name"])(**case["arguments"])
    assert constraint.get_config() == case["config"]
    for kernel, expected in zip(GOLDEN["kernels"], case["results"], strict=True):
        np.testing.assert_allclose(constraint(np.array(kernel)), expected, rtol=1e-12)
        single = constraint(np.array(kernel, "float32"))
        assert single.dtype == np.float32
        np.testing.assert_allclose(single, expected, rtol=1e-6)


@pytest.mark.parametrize(
    ("constraint", "expected"),
    [
        (constraints.UnitNorm(), [[0.6, 0, 0.70710665], [0.8, 0, -0.70710665]]),
        (constraints.MaxNorm(2), [[1.2, 0, 0.49999991], [1.6, 0, -0.49999991]]),
        (constraints.MinMaxNorm(1, 2), [[1.2, 0, 0.70710665], [1.6, 0, -0.70710665]]),
        (constraints.MinMaxNorm(1, 2, rate=0.5), [[2.1, 0, 0.6035533], [2.8, 0, -0.6035533]]),
        (constraints.MaxNorm(2, axis=[0, 1]), [[1.1881771, 0, 0.19802952], [1.5842361, 0, -0.19802952]]),
        (constraints.NonNeg(), [[3, 0, 0.5], [4, 0, 0]]),
    ],
)
def test_the_examples_of_the_specification(constraint, expected):
    result = constraint(W)
    assert result.dtype == np.float32
    np.testing.assert_allclose(result, expected, rtol=3e-7)


def one_column_at_a_time(w, low, high, rate):
    columns = []
    for column in w.T:
        norm = sum(x * x for x in column) ** 0.5
        wanted = rate * min(max(norm, low), high) + (1 - rate) * norm
        columns.append(column * wanted / (norm + 1e-7))
    return np.array(columns).T


@given(KERNELS, st.floats(0, 2), st.floats(0, 5), st.floats(0, 1))
def test_norm_constraints_are_their_definition(w, low, width, rate):
    result = constraints.MinMaxNorm(low, low + width, rate)(w)
    np.testing.assert_allclose(result, one_column_at_a_time(w, low, low + width, rate), rtol=1e-9, atol=1e-12)
    np.testing.assert_allclose(constraints.MaxNorm(width)(w), one_column_at_a_time(w, 0, width, 1), atol=1e-9)
    np.testing.assert_allclose(constraints.UnitNorm()(w), one_column_at_a_time(w, 1, 1, 1), atol=1e-9)


@given(KERNELS, AXES, st.floats(0.1, 5))
def test_norms_are_within_their_bounds_afterwards(w, axis, limit):
    before = norms(w, axis)
    assert np.all(norms(constraints.MaxNorm(limit, axis)(w), axis) <= limit)
    for constraint, low, high in [
        (constraints.UnitNorm(axis), 1, 1),
        (constraints.MinMaxNorm(limit, 2 * limit, axis=axis), limit, 2 * limit),
    ]:
        after = norms(constraint(w), axis)
        ordinary = before > 0.01  # smaller norms are dominated by epsilon, and 0 stays 0
        assert np.all((low * (1 - 2e-5) <= after[ordinary]) & (after[ordinary] <= high))
        assert np.all(after[before == 0] == 0)
    assert np.all(constraints.NonNeg()(w) >= 0)


@given(KERNELS, AXES)
def test_the_second_time_changes_little(w, axis):
    w = np.where(np.abs(w) < 0.5, 0, w)
    for constraint in [
        constraints.NonNeg(),
        constraints.UnitNorm(axis),
        constraints.MaxNorm(2, axis),
        constraints.MinMaxNorm(0.5, 2, axis=axis),
    ]:
        once = constraint(w)
        np.testing.assert_allclose(constraint(once), once, rtol=LITTLE)


def test_rate_is_the_share_of_the_way():
    w = np.array([[8.0]])
    for rate, expected in [(0.0, 8.0), (0.1, 7.4), (0.5, 5.0), (1.0, 2.0)]:
        assert constraints.MinMaxNorm(1, 2, rate)(w) == pytest.approx(expected, rel=1e-6)
    steps = w
    for _ in range(60):
        steps = constraints.MinMaxNorm(1, 2, 0.2)(steps)
    assert steps == pytest.approx(2, rel=1e-5)


@pytest.mark.parametrize("make", [constraints.UnitNorm, constraints.MaxNorm, constraints.MinMaxNorm])
def test_they_can_be_part_of_a_formula_too(make):
    check_gradients(make(), np.random.default_rng(0).normal(size=(3, 4)))


@pytest.mark.parametrize(("name", "snake"), NAMES.items())
def test_every_string_and_attribute_names_the_class(name, snake):
    cls = getattr(constraints, name)
    assert name == "Constraint" or getattr(constraints, snake) is cls
    for identifier in (name, snake, cls, cls(), {"class_name": name, "config": {}}):
        assert type(constraints.get(identifier)) is cls


@pytest.mark.parametrize(
    "constraint",
    [
        constraints.NonNeg(),
        constraints.UnitNorm([0, 1]),
        constraints.MaxNorm(3, axis=1),
        constraints.MinMaxNorm(0.1, 3.0, 0.2, [0, 1, 2]),
    ],
)
def test_serialize_and_deserialize(constraint):
    config = constraints.serialize(constraint)
    assert (config["module"], config["registered_name"]) == ("keras.constraints", None)
    for copy in (constraints.deserialize(json.loads(json.dumps(config))), constraints.get(config)):
        assert type(copy) is type(constraint)
        assert copy.get_config() == constraint.get_config()


def test_a_tuple_of_axes_is_a_list_of_axes():
    np.testing.assert_array_equal(constraints.UnitNorm((0, 1))(W), constraints.UnitNorm([0, 1])(W))


def test_callables_and_subclasses_of_ones_own():
    assert constraints.get(np.abs) is np.abs
    assert constraints.get(None) is None

    class Halved(constraints.Constraint):
        def __call__(self, w):
            return w / 2

    halved = constraints.get(Halved)
    assert halved(np.array([4.0])) == 2
    copy = constraints.deserialize(constraints.serialize(halved), custom_objects={"Halved": Halved})
    assert type(copy) is Halved


def test_the_base_class_changes_nothing():
    assert constraints.Constraint()(W) is W


@pytest.mark.parametrize(
    ("identifier", "message"),
    [
        ("maxnorm", "maxnorm. Did you mean 'MaxNorm'?"),
        ("nonneg", "nonneg. Did you mean 'NonNeg'?"),
        ("unitnorm", "unitnorm. Did you mean 'UnitNorm'?"),
        ("quagga", "quagga$|quagga.$"),
        (3, "3"),
    ],
)
def test_unknown_identifiers(identifier, message):
    with pytest.raises(ValueError, match="Could not interpret constraint identifier: " + message):
        constraints.get(identifier)
