"""Pictures of penalties show the weights and the losses they were given."""

from types import SimpleNamespace

import matplotlib.pyplot as plt
import numpy as np
import pytest

from layerlab import plots

PARTS = {"loss": [1.5, 1.25], "data_loss": [1.0, 0.5], "penalty": [0.5, 0.75], "val_data_loss": [1.2, 0.9]}


@pytest.fixture
def ax():
    return plt.figure().add_subplot()


def test_coefficients_stand_side_by_side(ax):
    plots.coefficients({"l1": np.array([[1.0], [0.0]]), "l2": np.array([0.8, 0.1])}, truth=[1, 0], ax=ax)
    _, first, second = ax.lines
    np.testing.assert_array_equal(first.get_ydata(), [1.0, 0.0])
    np.testing.assert_array_equal(second.get_ydata(), [0.8, 0.1])
    assert (first.get_xdata() < second.get_xdata()).all()
    assert (ax.get_xlabel(), ax.get_ylabel()) == ("input", "weight")


def test_coefficients_do_not_need_a_truth(ax):
    plots.coefficients({"l1": np.ones(3)}, ax=ax)
    assert [text.get_text() for text in ax.get_legend().get_texts()] == ["l1"]


def test_regularization_paths_count_zeros_and_color_what_matters(ax):
    weights = np.array([[2.0, 0.5, -0.5], [1.0, 0.0, -0.1], [0.5, 0.0, 0.0]])
    zeros = plots.regularization_paths([0.1, 1, 10], weights, emphasized=[0], ax=ax)
    np.testing.assert_array_equal(zeros, [0, 1, 2])
    assert ax.get_xscale() == "log"
    *quiet, loud = ax.lines[1:]
    assert loud.get_label() == "weight 0"
    np.testing.assert_array_equal(loud.get_ydata(), weights[:, 0])
    assert loud.get_color() not in {line.get_color() for line in quiet}
    assert [text.get_text() for text in ax.get_legend().get_texts()] == ["weight 0"]


@pytest.mark.parametrize(("emphasized", "legend"), [([], True), ([0], False)])
def test_regularization_paths_without_need_or_wish_have_no_legend(emphasized, legend, ax):
    plots.regularization_paths([0.1, 1], [[2.0], [1.0]], emphasized, legend=legend, ax=ax)
    assert ax.get_legend() is None


@pytest.mark.parametrize("history", [PARTS, SimpleNamespace(history=PARTS)])
def test_loss_parts_stack_to_the_loss(history, ax):
    data, penalty = plots.loss_parts(history, ax=ax)
    np.testing.assert_array_equal(data + penalty, PARTS["loss"])
    total, unseen = ax.lines
    np.testing.assert_array_equal(total.get_ydata(), PARTS["loss"])
    np.testing.assert_array_equal(unseen.get_ydata(), PARTS["val_data_loss"])


def test_loss_parts_without_validation(ax):
    plots.loss_parts({name: PARTS[name] for name in ("data_loss", "penalty")}, ax=ax)
    assert len(ax.lines) == 1


def test_loss_parts_say_how_to_record_them():
    with pytest.raises(ValueError, match=r"train with fit\(..., verbose=3\). Recorded: \['loss'\]"):
        plots.loss_parts({"loss": [1.0]})
