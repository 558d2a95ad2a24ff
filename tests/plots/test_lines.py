"""Lines and histograms show the numbers they were given."""

from types import SimpleNamespace

import numpy as np
import pytest

from layerlab import plots

RECORDS = {"accuracy": [0.8, 0.9], "loss": [0.5, 0.3], "val_accuracy": [0.7, 0.8], "val_loss": [0.6, 0.5]}


def test_curves_draws_one_labeled_line_per_entry():
    x = np.linspace(-1, 1, 7)
    ax = plots.curves(x, {"up": x, "down": -x[:, None]}, points=(x, x**2))
    drawn = {line.get_label(): line.get_ydata() for line in ax.lines}
    np.testing.assert_array_equal(drawn["down"], -x)
    np.testing.assert_array_equal(drawn["data"], x**2)
    assert [text.get_text() for text in ax.get_legend().get_texts()] == ["data", "up", "down"]


def test_curves_dashes_the_lines_it_is_told_to():
    ax = plots.curves([0, 1], {"right": [1, 2], "wrong": [2, 1]}, dashed=["wrong"])
    assert [line.get_linestyle() for line in ax.lines] == ["-", "--"]


@pytest.mark.parametrize(("lines", "legend"), [({"one": [1, 2]}, True), ({"one": [1, 2], "two": [3, 4]}, False)])
def test_curves_without_need_or_wish_has_no_legend(lines, legend):
    assert plots.curves([0, 1], lines, legend=legend).get_legend() is None


def test_histogram_counts_every_value_and_marks_lines():
    values = np.random.default_rng(0).normal(size=(20, 30))
    ax = plots.histogram(values, marks={"mean": 0.0})
    assert sum(bar.get_height() for bar in ax.patches) == values.size
    assert list(ax.lines[0].get_xdata()) == [0.0, 0.0]


@pytest.mark.parametrize("history", [RECORDS, SimpleNamespace(history=RECORDS)])
def test_training_curves_puts_the_loss_first_and_counts_epochs_from_one(history):
    axes = plots.training_curves(history)
    assert [ax.get_ylabel() for ax in axes] == ["loss", "accuracy"]
    training, validation = axes[0].lines
    assert list(training.get_xdata()) == [1, 2]
    assert list(training.get_ydata()) == RECORDS["loss"]
    assert list(validation.get_ydata()) == RECORDS["val_loss"]


def test_training_curves_draws_only_what_was_asked_for():
    assert [ax.get_ylabel() for ax in plots.training_curves(RECORDS, metrics=["accuracy"])] == ["accuracy"]


def test_training_curves_names_what_was_not_recorded():
    with pytest.raises(ValueError, match=r"found no record of \['mae'\]. Recorded: \['accuracy', 'loss'"):
        plots.training_curves(RECORDS, metrics=["mae"])
