"""Pooling windows are colored where the layer puts them, and the framed numbers are the winners."""

import matplotlib.pyplot as plt
import numpy as np
import pytest

from layerlab import layers, plots

RNG = np.random.default_rng(0)
PICTURE = RNG.permutation(49).reshape(7, 7)


def framed(ax):
    return {(round(box.get_y() + 0.42), round(box.get_x() + 0.42)) for box in ax.patches}


def test_each_window_and_its_number_have_one_color_and_the_winner_a_frame():
    output = plots.pooling_windows(layers.MaxPooling2D(2), PICTURE)
    left, right = plt.gcf().axes
    assert {PICTURE[place] for place in framed(left)} == {int(value) for value in output.ravel()}
    colors, tints = left.images[0].get_array(), right.images[0].get_array()
    for row, column in np.ndindex(3, 3):
        window = colors[2 * row : 2 * row + 2, 2 * column : 2 * column + 2].reshape(4, 3)
        np.testing.assert_array_equal(window, np.tile(tints[row, column], (4, 1)))
    assert len({tuple(tints[0, 0]), tuple(tints[0, 1]), tuple(tints[1, 0])}) == 3


def test_numbers_that_no_window_sees_are_gray():
    plots.pooling_windows(layers.MaxPooling2D(2), PICTURE)
    colors = plt.gcf().axes[0].images[0].get_array()
    gray = np.isclose(colors, 0.8).all(axis=2)
    assert gray[6].all()
    assert gray[:, 6].all()
    assert gray.sum() == 13


def test_one_window_of_overlapping_ones_is_cut_at_the_edge():
    output = plots.pooling_windows(layers.AveragePooling2D(3, strides=1, padding="same"), PICTURE, at=(0, 0))
    left, _ = plt.gcf().axes
    white = np.isclose(left.images[0].get_array(), 1.0).all(axis=2)
    assert (~white).sum() == 4
    assert output[0, 0] == pytest.approx(PICTURE[:2, :2].mean())
    assert not framed(left)


def test_pictures_that_nobody_could_read_are_refused():
    with pytest.raises(ValueError, match=r"at most 12 x 12 numbers. Received: shape \(28, 28\)"):
        plots.pooling_windows(layers.MaxPooling2D(2), np.zeros((28, 28)))
