"""Bars are as long as their numbers, and a band is the mean and two standard deviations."""

import matplotlib.pyplot as plt
import numpy as np

from layerlab import plots


def test_bars_of_groups_stand_side_by_side_and_carry_their_numbers():
    groups = {"flat": {"relu": 0.5, "tanh": 0.25}, "deep": {"relu": 0.75, "tanh": 0.1}}
    ax = plots.bars(groups, xlabel="accuracy", mark=("guessing", 0.1))
    assert [bar.get_width() for bar in ax.patches] == [0.5, 0.25, 0.75, 0.1]
    places = [bar.get_y() for bar in ax.patches]
    assert places[0] < places[2] < places[1] < places[3]
    assert [text.get_text() for text in ax.get_yticklabels()] == ["relu", "tanh"]
    assert [text.get_text() for text in ax.texts] == ["0.50", "0.25", "0.75", "0.10"]
    assert {text.get_text() for text in ax.get_legend().get_texts()} == {"guessing", "flat", "deep"}


def test_the_line_of_a_mark_does_not_run_through_the_numbers():
    ax = plots.bars({"a": 0.49}, xlabel="accuracy", mark=("guessing", 0.5))
    (number,), (line,) = ax.texts, ax.lines
    assert number.get_bbox_patch().get_facecolor() == (1, 1, 1, 1)
    assert number.get_zorder() > line.get_zorder()


def test_bars_without_groups_or_mark_have_no_legend():
    assert plots.bars({"a": 1.0}, xlabel="size", form=None).get_legend() is None


def test_band_draws_mean_and_two_standard_deviations():
    x, samples = np.linspace(0, 1, 5), np.random.default_rng(0).normal(size=(30, 5))
    ax = plt.figure().add_subplot()
    mean, spread = plots.band(x, samples, points=([0.5], [2.0]), ax=ax)
    np.testing.assert_allclose(mean, samples.mean(axis=0))
    heights = ax.collections[0].get_paths()[0].vertices[:, 1]
    assert heights.max() == (mean + 2 * spread).max()
    drawn = {line.get_label(): line.get_ydata() for line in ax.lines}
    np.testing.assert_allclose(drawn["mean"], mean)
    np.testing.assert_array_equal(drawn["data"], [2.0])
