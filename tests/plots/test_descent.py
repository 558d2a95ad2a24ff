"""Paths over a loss: drawn as they are, with the loss at their ends."""

import matplotlib.pyplot as plt
import numpy as np
import pytest

from layerlab import plots


def valley(w):
    return w[..., 0] ** 2 + 10 * w[..., 1] ** 2


PATHS = {"straight": [[2.0, 1.0], [1.0, 0.5], [0.0, 0.0]], "zigzag": [[2.0, 1.0], [1.5, -0.5], [1.0, 0.2]]}


def test_the_paths_are_drawn_and_their_ends_given():
    ends = plots.descent(valley, PATHS, goal=(0, 0), title="two ways")
    assert ends == {"straight": 0.0, "zigzag": pytest.approx(1.4)}
    ax = plt.gca()
    lines = {line.get_label(): line.get_xydata().tolist() for line in ax.lines}
    assert {label: lines[label] for label in PATHS} == PATHS
    assert lines["start"] == [[2.0, 1.0]]
    assert lines["minimum"] == [[0.0, 0.0]]
    assert (ax.get_xlabel(), ax.get_ylabel(), ax.get_title()) == ("first weight", "second weight", "two ways")


def test_the_limits_hold_the_paths():
    plots.descent(valley, PATHS)
    (left, right), (bottom, top) = plt.gca().get_xlim(), plt.gca().get_ylim()
    assert left < 0 < 2 < right
    assert bottom < -0.5 < 1 < top


def test_limits_and_axes_can_be_given():
    ax = plt.subplots()[1]
    plots.descent(valley, PATHS, limits=((-1, 1), (-2, 2)), names=("w", "b"), ax=ax)
    assert (ax.get_xlim(), ax.get_ylim(), ax.get_xlabel()) == ((-1, 1), (-2, 2), "w")


def test_a_path_that_runs_away_does_not_spoil_the_view():
    plots.descent(valley, {"away": [[1.0, 1.0], [2.0, 2.0], [np.inf, np.nan]]})
    assert plt.gca().get_xlim()[1] < 3


def test_the_contour_lines_are_denser_toward_the_minimum():
    plots.descent(valley, PATHS, levels=4)
    (rings,) = plt.gca().collections
    assert (np.diff(rings.levels, n=2) > 0).all()
