"""Scores come with the whiskers that the size of the sample asks for, and thresholds with what they keep."""

import matplotlib.pyplot as plt
import numpy as np
import pytest

from layerlab import plots


def test_whiskers_are_two_standard_errors():
    notes = {"deep": "1,000 weights"}
    ends = plots.model_scores({"flat": 0.8, "deep": 0.9}, samples=400, notes=notes, mark=("rule", 0.7))
    assert ends["flat"] == pytest.approx((0.76, 0.84))
    assert ends["deep"] == pytest.approx((0.87, 0.93))
    ax = plt.gca()
    assert [label.get_text() for label in ax.get_yticklabels()] == ["flat", "deep"]
    assert [text.get_text() for text in ax.texts] == ["rule", "", "1,000 weights"]
    assert ax.get_xlabel() == "share of right answers"


def test_model_scores_measured_on_different_numbers_of_samples():
    ends = plots.model_scores({"few": 0.8, "many": 0.8}, samples=[400, 1600])
    assert ends == {"few": pytest.approx((0.76, 0.84)), "many": pytest.approx((0.78, 0.82))}


@pytest.mark.parametrize(("threshold", "kept"), [(None, (1.0, 0.5)), (0.7, (0.75, 2 / 3)), (0.95, (0.0, 1.0))])
def test_a_threshold_keeps_the_sure_answers(threshold, kept):
    probabilities = np.array([[0.9, 0.1], [0.2, 0.8], [0.75, 0.25], [0.6, 0.4]])
    assert plots.answers_kept([0, 1, 1, 1], probabilities, threshold) == pytest.approx(kept)
    answered, right, *marks = plt.gca().lines
    assert answered.get_ydata()[0] == 1.0
    assert right.get_ydata()[0] == 0.5
    assert len(marks) == (threshold is not None)
