"""Regions show the model's answers, and lines stand where the sums of the units are zero."""

import matplotlib.pyplot as plt
import numpy as np
import pytest

from layerlab import layers, plots

POINTS = np.array([[-2.0, -1.0], [2.0, 1.0], [0.0, 0.5]])


def scores(x):
    return np.stack([x[:, 0], x[:, 1], -x[:, 0] - x[:, 1]], axis=1)


@pytest.mark.parametrize(("model", "labels"), [(scores, [0, 1, 2]), (lambda x: x[:, :1] * x[:, 1:] > 0.5, [0, 1, 0])])
def test_decision_regions_are_what_the_model_answers(model, labels):
    answers = plots.decision_regions(model, POINTS, labels, steps=30)
    margin = 0.08 * np.ptp(POINTS, axis=0)
    low, high = POINTS.min(axis=0) - margin, POINTS.max(axis=0) + margin
    for row, column in [(0, 0), (3, 25), (29, 2), (15, 15)]:
        place = low + (high - low) * np.array([column, row]) / 29
        outputs = model(place[None].astype("float32"))
        expected = outputs.argmax() if outputs.shape[1] > 1 else int(outputs[0, 0] > 0.5)
        assert answers[row, column] == expected


def test_decision_regions_draws_every_sample_with_the_marker_of_its_class():
    ax = plt.figure().add_subplot()
    plots.decision_regions(scores, POINTS, [0, 1, 1], steps=5, ax=ax)
    drawn = {line.get_label(): (line.get_marker(), line.get_xdata().tolist()) for line in ax.lines}
    assert drawn == {"class 0": ("o", [-2.0]), "class 1": ("s", [2.0, 0.0])}
    assert [text.get_text() for text in ax.get_legend().get_texts()] == ["class 0", "class 1"]


def test_unit_lines_are_where_the_sum_is_zero():
    layer = layers.Dense(3)
    layer.build((None, 2))
    kernel, bias = np.array([[1.0, 0.0, -2.0], [1.0, 3.0, 0.5]]), np.array([-1.0, 1.5, 0.25])
    layer.set_weights([kernel, bias])
    ax = plt.figure().add_subplot()
    distances = plots.unit_lines(layer, points=POINTS, labels=[0, 1, 1], ax=ax)
    np.testing.assert_allclose(distances, -bias / np.linalg.norm(kernel, axis=0), rtol=1e-6)
    lines = [line for line in ax.lines if line.get_label().startswith("unit")]
    for unit, line in enumerate(lines):
        np.testing.assert_allclose(line.get_xydata() @ kernel[:, unit] + bias[unit], 0, atol=1e-5)
    assert len(lines) == 3


def test_unit_lines_need_two_inputs():
    with pytest.raises(ValueError, match=r"units with two inputs. Received: kernel of shape \(3, 4\)"):
        plots.unit_lines(np.zeros((3, 4)))


def test_plane_map_sends_every_line_of_the_grid_through_the_function():
    kernel = np.array([[1.0, 2.0], [0.0, -1.0]], dtype="float32")
    corners = plots.plane_map(
        {"as it is": lambda x: x, "mapped": lambda x: x @ kernel + 1}, limit=1.0, lines=3, steps=5
    )
    np.testing.assert_allclose(corners["mapped"], corners["as it is"] @ kernel + 1)
    before, after = plt.gcf().axes
    assert len(before.lines) == len(after.lines) == 7
    for old, new in zip(before.lines, after.lines, strict=True):
        np.testing.assert_allclose(new.get_xydata(), old.get_xydata() @ kernel + 1, atol=1e-6)
    assert [before.get_title(), after.get_title()] == ["as it is", "mapped"]
