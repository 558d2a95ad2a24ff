"""A dense layer is drawn with the weights it has."""

import numpy as np
import pytest

from layerlab import layers, plots


def test_dense_layer_draws_a_line_and_a_cell_of_one_color_per_weight():
    kernel = np.array([[1.0, -0.5], [0.25, 0.0], [-1.0, 0.75]])
    neurons, matrix = plots.dense_layer(kernel, unit=1)
    lines = [line.get_color() for line in neurons.lines]
    cells = [patch.get_facecolor() for patch in matrix.patches[:6]]
    assert lines == cells
    assert [text.get_text() for text in matrix.texts[:3]] == ["1.00", "−0.50", "0.25"]


def test_dense_layer_emphasizes_the_chosen_unit():
    neurons, _ = plots.dense_layer(np.ones((3, 2)), unit=1)
    widths = np.array([line.get_linewidth() for line in neurons.lines]).reshape(3, 2)
    assert (widths[:, 1] > widths[:, 0]).all()


def test_dense_layer_reads_a_layer():
    layer = layers.Dense(2, bias_initializer="ones")
    layer.build((None, 3))
    _, matrix = plots.dense_layer(layer)
    assert matrix.get_title() == "kernel (3, 2) and bias (2,)"
    assert [text.get_text() for text in matrix.texts[-2:]] == ["1.00", "1.00"]


def test_dense_layer_refuses_what_nobody_could_read():
    with pytest.raises(ValueError, match=r"at most 12 inputs and 12 units. Received: kernel of shape \(784, 10\)"):
        plots.dense_layer(np.zeros((784, 10)))
