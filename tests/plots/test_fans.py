"""The lines drawn are as many as the fans that the initializers use."""

import matplotlib.pyplot as plt
import pytest

from layerlab import plots
from layerlab.initializers import compute_fans


@pytest.mark.parametrize("shape", [(4, 3), (1, 5), (3, 2, 4), (2, 3, 1), (5, 1, 1), (4, 2, 2), (1, 3, 2)])
def test_the_lines_into_a_unit_and_out_of_an_input_are_the_fans(shape):
    assert plots.fans(shape) == compute_fans(shape)


def test_all_lines_are_drawn_and_the_marked_ones_again():
    ax = plt.figure().add_subplot()
    plots.fans((4, 3), ax=ax)
    assert len(ax.lines) == 4 * 3 + 4 + 3
    assert [text.get_text() for text in ax.texts] == ["fan_out 3", "fan_in 4"]
    assert ax.get_title() == "kernel (4, 3)"


@pytest.mark.parametrize("shape", [(3,), (3, 3, 2, 2), (10, 2)])
def test_kernels_that_cannot_be_drawn_are_refused(shape):
    with pytest.raises(ValueError, match="`fans` draws kernels"):
        plots.fans(shape)
