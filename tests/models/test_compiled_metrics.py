"""Metrics meet outputs: lists, dictionaries, nested structures; and the names they get in the logs."""

import numpy as np
import pytest

from layerlab import tree
from layerlab.models.compiled_metrics import CompiledMetrics

ONE, TWO = np.full((2, 1), 1.0), np.full((2, 1), 2.0)
ZERO = np.zeros((2, 1))
NAMES = ["one", "two"]


def results(outputs, *metrics, output_names=NAMES, sample_weight=None):
    compiled = CompiledMetrics(*metrics, output_names=output_names)
    compiled.update_state(tree.map_structure(lambda _: ZERO, outputs), outputs, sample_weight)
    return {name: float(value) for name, value in compiled.result().items()}


@pytest.mark.parametrize(
    ("metrics", "outputs", "expected"),
    [
        (["mae"], [TWO], {"mae": 2}),
        ({"any": ["mae", "mse"]}, [TWO], {"mae": 2, "mse": 4}),
        (["mae", "mse"], [ONE, TWO], {"one_mae": 1, "two_mse": 4}),
        ([["mae", "mse"], None], [TWO, ONE], {"one_mae": 2, "one_mse": 4}),
        ({"two": "mse"}, [ONE, TWO], {"two_mse": 4}),
        ({"b": ["mse"]}, {"a": ONE, "b": TWO}, {"b_mse": 4}),
    ],
)
def test_metrics_meet_the_outputs_of_their_place(metrics, outputs, expected):
    assert results(outputs, metrics) == expected


def test_metrics_of_nested_outputs_have_their_structure():
    compiled = CompiledMetrics({"a": ("mae", ["mse"]), "b": "mae"}, output_names=["x", "y", "z"])
    compiled.update_state({"a": (ZERO, ZERO), "b": ZERO}, {"a": (ONE, TWO), "b": TWO})
    assert compiled.result() == {"x_mae": 1, "y_mse": 4, "z_mae": 2}


def test_names_are_used_once():
    assert results([ONE], ["mae", "mae"], ["mae", "mae"], sample_weight=np.array([1, 3])) == {
        "mae": 1,
        "mae_1": 1,
        "weighted_mae": 1,
        "weighted_mae_1": 1,
    }
    assert list(results([ONE, TWO], ["mae", "mae"], ["mae", "mse"])) == [
        "one_mae",
        "two_mae",
        "one_weighted_mae",
        "two_mse",
    ]
    assert list(results([ONE, TWO], ["mae", "mae"], output_names=None)) == ["mae", "mae_1"]


def test_only_weighted_metrics_see_the_sample_weights():
    outputs, weights = [np.array([[1.0], [3.0]])], np.array([1.0, 0.0])
    assert results(outputs, ["mae"], ["mae"], sample_weight=weights) == {"mae": 2, "weighted_mae": 1}


@pytest.mark.parametrize("metrics", [{"three": "mae"}, ["mae"], [["mae"], ["mse"], ["mse"]]])
@pytest.mark.parametrize("argument", ["metrics", "weighted_metrics"])
def test_metrics_that_do_not_fit_are_refused(metrics, argument):
    given = (metrics, None) if argument == "metrics" else (None, metrics)
    with pytest.raises(ValueError, match=f"(?s)Invalid `{argument}`.*'one', 'two'.*Received: {argument}="):
        results([ONE, TWO], *given)


@pytest.mark.parametrize("argument", ["metrics", "weighted_metrics"])
def test_metrics_come_in_a_list(argument):
    with pytest.raises(
        ValueError, match=f"Expected `{argument}` argument to be a list, tuple, or dict. .*Did you mean"
    ):
        CompiledMetrics(**{argument: "mae"})
