"""Answers of a classifier are shown with the right colors and counted in the right cells."""

import matplotlib.pyplot as plt
import numpy as np
import pytest
from matplotlib.colors import to_rgba

from layerlab import plots


def test_predictions_colors_truth_and_favorite():
    favorites = plots.predictions(np.zeros((2, 4, 4)), [0, 2], np.array([[0.2, 0.7, 0.1], [0.0, 0.1, 0.9]]), columns=2)
    assert favorites.tolist() == [1, 2]
    wrong, right = (ax for ax in plt.gcf().axes if ax.patches)
    gray, green, vermilion = (to_rgba(c) for c in ("#BBBBBB", plots.COLORS["green"], plots.COLORS["vermilion"]))
    assert [bar.get_facecolor() for bar in wrong.patches] == [green, vermilion, gray]
    assert [bar.get_facecolor() for bar in right.patches] == [gray, gray, green]


@pytest.mark.parametrize("answers", [[0, 2, 2, 1], np.eye(3)[[0, 2, 2, 1]]], ids=["classes", "probabilities"])
def test_confusion_counts_truth_by_row_and_answer_by_column(answers):
    counts = plots.confusion([0, 1, 2, 1], answers)
    assert counts.tolist() == [[1, 0, 0], [0, 1, 1], [0, 0, 1]]
