"""A matrix as shades: every number in its cell, row 0 on top, whole numbers at the axes."""

import matplotlib.pyplot as plt
import numpy as np
import pytest

from layerlab import plots

MATRIX = np.arange(12.0).reshape(3, 4)


def test_the_matrix_is_what_is_drawn():
    ax = plots.heatmap(MATRIX, xlabel="class", ylabel="sample", title="answers")
    np.testing.assert_array_equal(ax.images[0].get_array(), MATRIX)
    assert (ax.get_xlabel(), ax.get_ylabel(), ax.get_title()) == ("class", "sample", "answers")
    assert ax.get_ylim() == (2.5, -0.5)
    assert ax.images[0].get_clim() == (0, 11)


def test_ticks_are_whole_numbers():
    ax = plots.heatmap(MATRIX[:2])
    plt.gcf().canvas.draw()
    assert all(float(tick).is_integer() for tick in [*ax.get_xticks(), *ax.get_yticks()])


def test_limits_and_proportions_can_be_given():
    ax = plots.heatmap(MATRIX, limits=(0, 100), square=False, ax=plt.subplots()[1])
    assert ax.images[0].get_clim() == (0, 100)
    assert ax.get_aspect() == "auto"


@pytest.mark.parametrize("shape", [(3,), (2, 3, 4)])
def test_what_is_no_matrix_is_refused(shape):
    with pytest.raises(ValueError, match="draws a matrix"):
        plots.heatmap(np.zeros(shape))
