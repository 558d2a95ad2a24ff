"""Diagrams agree with the layers and models they were drawn from."""

import matplotlib.pyplot as plt
import numpy as np
import pytest

from layerlab import layers, models, plots


@pytest.mark.parametrize(("bias", "output"), [(-1.0, 1.25), (-3.0, 0.0)])
def test_neuron_computes_what_it_shows(bias, output):
    assert plots.neuron([1, 2, 3], [0.5, -1, 1.25], bias=bias, activation="relu") == output
    texts = [text.get_text() for text in plt.gca().texts]
    assert {"× 0.5", "× −1", "× 1.25", "2.25", "relu"} <= set(texts)


def test_neuron_takes_a_function_and_its_name():
    assert plots.neuron([2.0], [3.0], activation=np.square) == 36.0
    assert "square" in [text.get_text() for text in plt.gca().texts]


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


def test_shape_flow_lists_shapes_and_weights():
    stack = [
        layers.Input((4, 6, 3)),
        layers.Flatten(name="a"),
        layers.Dense(5, name="b"),
        layers.Dropout(0.5, name="c"),
    ]
    steps = plots.shape_flow(models.Sequential(stack))
    assert steps == [("input", (None, 4, 6, 3), 0), ("a", (None, 72), 0), ("b", (None, 5), 365), ("c", (None, 5), 0)]
    texts = {text.get_text() for text in plt.gca().texts}
    assert {"(None, 72)", "Flatten", "Dense", "365\nweights", "no\nweights"} <= texts


def test_shape_flow_wraps_long_models():
    steps = plots.shape_flow(models.Sequential([layers.Input((4,)), *(layers.Dense(3) for _ in range(7))]))
    assert len(steps) == 8
    heights = {round(text.get_position()[1], 3) for text in plt.gca().texts if text.get_text() == "(None, 3)"}
    assert len(heights) == 2


def test_shape_flow_says_how_to_give_a_model_its_input_shape():
    with pytest.raises(ValueError, match=r"needs a model that knows its input shape.*Start the model with Input"):
        plots.shape_flow(models.Sequential([layers.Dense(3)]))
