"""The table of merge layers holds the layers' own outputs and gradients, each number in a cell."""

import matplotlib.pyplot as plt
import numpy as np
import pytest

from layerlab import plots
from layerlab.layers import Add, Concatenate, Dot, Maximum, Multiply, Subtract

A, B = [1.0, -2.0, 3.0], [2.0, -2.0, -1.0]


@pytest.mark.parametrize(
    ("layer", "output", "at_a", "at_b"),
    [
        (Add(), [3, -4, 2], [1, 1, 1], [1, 1, 1]),
        (Subtract(), [-1, 0, 4], [1, 1, 1], [-1, -1, -1]),
        (Multiply(), [2, 4, -3], B, A),
        (Maximum(), [2, -2, 3], [0, 0.5, 1], [1, 0.5, 0]),
        (Concatenate(), A + B, [1, 1, 1], [1, 1, 1]),
        (Dot(axes=1), [3], B, A),
    ],
)
def test_values_and_gradients(layer, output, at_a, at_b):
    ((found, gradients),) = plots.merged({"it": layer}, [A, B]).values()
    np.testing.assert_allclose(found, output)
    np.testing.assert_allclose(gradients, [at_a, at_b])


def test_every_number_has_a_cell_and_every_block_a_head():
    plots.merged({"Add": Add(), "Dot": Dot(1)}, [A, B], title="two")
    (ax,) = plt.gcf().axes
    texts = [text.get_text() for text in ax.texts]
    assert texts[:6] == ["a", "b", "y", "∂Σy/∂a", "∂Σy/∂b", "Add"]
    assert len(ax.patches) == 5 * 3 + (4 * 3 + 1)
    assert (ax.get_title(), texts[6:9]) == ("two", ["1", "−2", "3"])


def test_gradients_can_be_left_out():
    plots.merged({"Add": Add()}, [A, B, B], gradients=False)
    assert len(plt.gca().patches) == 4 * 3


@pytest.mark.parametrize("inputs", [[np.ones((2, 2))], [np.ones(7)], []])
def test_inputs_are_short_vectors(inputs):
    with pytest.raises(ValueError, match=r"at most 6 numbers\. Received: inputs of"):
        plots.merged({"Add": Add()}, inputs)
