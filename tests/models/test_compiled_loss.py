"""Losses meet outputs: one for all, in their structure, by name, several for one output, over whole structures."""

import re

import numpy as np
import pytest

from layerlab import tree
from layerlab.models.compiled_loss import CompiledLoss
from layerlab.models.targets import aligned

ONE, TWO, FOUR = (np.full((3, 1), value) for value in (1.0, 2.0, 4.0))
ZERO = np.zeros((3, 1))


def mean_of_all(y_true, y_pred):
    """A loss over a whole structure of outputs."""
    parts = y_pred.values() if isinstance(y_pred, dict) else y_pred
    return sum(np.mean(part) for part in parts)


@pytest.mark.parametrize(
    ("loss", "factors", "outputs", "expected", "names"),
    [
        ("mse", None, TWO, 4, []),
        ("mse", 0.5, TWO, 2, []),
        ("mse", None, [ONE, TWO], 5, ["mse_loss"] * 2),
        ("mse", 2.0, [ONE, TWO], 10, ["mse_loss"] * 2),
        (["mse", "mae"], None, [TWO, FOUR], 8, ["mse_loss", "mae_loss"]),
        (("mse", "mae"), [10, 1], (TWO, FOUR), 44, ["mse_loss", "mae_loss"]),
        (["mse", None], None, [TWO, FOUR], 4, []),
        (["mae", ["mse"]], None, [TWO, FOUR], 18, ["mae_loss", "mse_loss"]),
        (["mae", ["mse", "mae"]], None, [TWO, FOUR], 22, ["mae_loss", "mse_loss", "mae_loss"]),
        ({"a": "mse", "b": "mae"}, {"a": 1, "b": 0.5}, {"b": TWO, "a": FOUR}, 17, ["a_loss", "b_loss"]),
        ({"b": ["mae"]}, None, {"b": TWO, "a": FOUR}, 2, []),
        ({"a": {"x": "mse"}, "b": "mae"}, None, {"a": {"x": TWO, "y": ONE}, "b": ONE}, 5, ["a/x_loss", "b_loss"]),
        ([mean_of_all, {"a": "mse"}], None, {"a": TWO, "b": FOUR}, 10, ["a_b_loss", "a_loss"]),
        ((mean_of_all, ["mse", None]), None, [TWO, FOUR], 10, ["mean_of_all_loss", "mse_loss"]),
    ],
)
def test_losses_meet_the_outputs_of_their_place(loss, factors, outputs, expected, names):
    compiled = CompiledLoss(loss, factors)
    targets = tree.map_structure(lambda _: ZERO, outputs)
    np.testing.assert_allclose(compiled(targets, outputs), expected)
    assert [metric.name for metric in compiled.metrics] == names


def test_names_of_the_models_outputs_order_a_dictionary_of_losses_and_name_them():
    compiled = CompiledLoss({"two": "mae", "one": "mse"}, {"two": 10, "one": 1}, ["one", "two"])
    assert compiled([ZERO, ZERO], [TWO, FOUR]) == 44
    assert [metric.name for metric in compiled.metrics] == ["one_loss", "two_loss"]
    assert compiled({"one": ZERO, "two": ONE}, [TWO, FOUR]) == 34


def test_sample_weights_are_for_all_or_for_each():
    compiled = CompiledLoss(["mae", "mae"], output_names=["one", "two"])
    outputs, targets, twice = [TWO, FOUR], [ZERO, ZERO], np.full(3, 2.0)
    assert compiled(targets, outputs, twice) == 12
    assert compiled(targets, outputs, [twice, None]) == 8
    assert compiled(targets, outputs, {"two": twice}) == 10


@pytest.mark.parametrize(
    ("loss", "factors", "outputs", "error", "text"),
    [
        ("mse", "heavy", [ONE], ValueError, "Expected `loss_weights` argument to be a float"),
        (["mse", "mae"], [1.0], [ONE, TWO], ValueError, "`loss_weights` must match the number of losses, got 2 losses"),
        ({"one": "mse"}, None, [ONE, TWO], ValueError, r"Expected keys \['one', 'two'\] in loss dict"),
        ({"one": "mse", "twoo": "mse"}, None, [ONE, TWO], ValueError, "Did you mean 'two'"),
        ({"a": "mse", "c": "mse"}, None, {"a": ONE, "b": TWO}, KeyError, "can't be found in either the model's output"),
        ([["mae", "mse"], {}, "mse"], None, [ONE, TWO], KeyError, r"path: \(2,\) in the `loss` argument"),
    ],
)
def test_losses_that_do_not_fit_are_refused(loss, factors, outputs, error, text):
    targets = tree.map_structure(lambda _: ZERO, outputs)
    with pytest.raises(error, match=text):
        CompiledLoss(loss, factors, ["one", "two"])(targets, outputs)


@pytest.mark.parametrize(
    ("y_true", "y_pred", "expected"),
    [
        (1, [0], [1]),
        ((1, 2), [0, 0], [1, 2]),
        ([1, 2, 3], {"b": (0, 0), "a": 0}, {"a": 1, "b": (2, 3)}),
        ({"a": [1, 2]}, {"a": (0, 0)}, {"a": (1, 2)}),
        ({"two": 2, "one": 1}, [0, 0], [1, 2]),
    ],
)
def test_targets_take_the_structure_of_the_outputs(y_true, y_pred, expected):
    assert aligned(y_true, y_pred, ["one", "two"]) == expected


def test_targets_are_only_needed_where_there_is_a_loss():
    assert aligned([1], [0, 0], loss=[None, "mse"]) == [None, 1]


def test_targets_of_another_structure_are_refused():
    text = "y_true and y_pred have different structures.\ny_true: {'a': '*', 'c': '*'}\ny_pred: {'a': '*', 'b': '*'}"
    with pytest.raises(ValueError, match=re.escape(text)):
        aligned({"a": 1, "c": 2}, {"a": 0, "b": 0})
