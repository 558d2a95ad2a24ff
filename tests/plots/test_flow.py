"""The shapes drawn are those of the model."""

import matplotlib.pyplot as plt
import pytest

from layerlab import layers, models, plots


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


def test_shape_flow_breaks_long_names():
    plots.shape_flow(models.Sequential([layers.Input((4, 4, 1)), layers.MaxPooling2D(2)]))
    assert "Max\nPooling2D" in {text.get_text() for text in plt.gca().texts}


def test_shape_flow_wraps_long_models():
    steps = plots.shape_flow(models.Sequential([layers.Input((4,)), *(layers.Dense(3) for _ in range(7))]))
    assert len(steps) == 8
    heights = {round(text.get_position()[1], 3) for text in plt.gca().texts if text.get_text() == "(None, 3)"}
    assert len(heights) == 2


def test_shape_flow_says_how_to_give_a_model_its_input_shape():
    with pytest.raises(ValueError, match=r"needs a model that knows its input shape.*Start the model with Input"):
        plots.shape_flow(models.Sequential([layers.Dense(3)]))
