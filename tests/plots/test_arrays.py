"""Cells of arrays: as many as the shape says, each with its own index, none over another."""

import matplotlib.pyplot as plt
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from matplotlib.colors import to_rgba

from layerlab import plots
from layerlab.plots.arrays import flat_position

small_shapes = st.lists(st.integers(1, 4), min_size=0, max_size=3).map(tuple)


def cells(ax):
    return [patch for patch in ax.patches if patch.get_width() == 1.0]


@pytest.mark.parametrize("shape", [(), (5,), (4, 2), (3, 4, 2), (1, 1, 1)])
def test_there_is_one_cell_per_number(shape):
    ax = plots.array_cells(shape)
    assert len(cells(ax)) == np.prod(shape)
    assert ax.get_title() == f"shape {shape}"


@pytest.mark.parametrize(
    ("show", "expected"),
    [("index", ["0, 0", "0, 1", "1, 0", "1, 1"]), ("order", ["0", "1", "2", "3"]), ("value", ["5", "-1", "0.25", "8"])],
)
def test_cells_show_what_was_asked_for(show, expected):
    ax = plots.array_cells(np.array([[5, -1], [0.25, 8]]), show=show)
    assert [text.get_text() for text in ax.texts[:4]] == expected


def test_rows_go_down_and_columns_go_right():
    corners = np.array([patch.get_xy() for patch in cells(plots.array_cells((2, 2)))])
    assert (corners[1] - corners[0]).tolist() == [1.0, 0.0]
    assert corners[2][1] < corners[0][1]


@given(small_shapes)
@settings(max_examples=25, deadline=None)
def test_no_two_cells_overlap(shape):
    boxes = [patch.get_bbox() for patch in cells(plots.array_cells(shape))]
    for i, one in enumerate(boxes):
        for other in boxes[:i]:
            inside = one.shrunk(0.9, 0.9)
            assert not inside.overlaps(other.shrunk(0.9, 0.9)) or inside == other
    plt.close("all")


@pytest.mark.parametrize("shape", [(4, 2), (3, 4, 2), (4, 6, 4), (12, 12), (2, 40)])
def test_no_text_is_wider_than_its_cell(shape):
    ax = plots.array_cells(shape)
    ax.figure.draw_without_rendering()
    for cell, text in zip(cells(ax), ax.texts, strict=False):
        assert text.get_window_extent().width < cell.get_window_extent().width


@pytest.mark.parametrize(("highlight", "count"), [(None, 0), ((2, 1, 0), 1), ((2, 1), 2), ((2,), 8), (2, 8)])
def test_highlight_fills_a_cell_a_row_or_a_sheet(highlight, count):
    ax = plots.array_cells((3, 4, 2), highlight=highlight)
    assert sum(patch.get_facecolor() == to_rgba(plots.COLORS["blue"]) for patch in cells(ax)) == count


def test_axes_are_named_and_counted():
    texts = [text.get_text() for text in plots.array_cells((3, 4, 2), names=("samples", "steps", "features")).texts]
    named = {text for text in texts if text.startswith("axis")}
    assert named == {"axis 0 (samples): 3", "axis 1 (steps): 4", "axis 2 (features): 2"}


@given(small_shapes, st.data())
def test_flat_position_is_numpy_s(shape, data):
    index = tuple(data.draw(st.integers(0, size - 1)) for size in shape)
    expected = np.ravel_multi_index(index, shape) if shape else 0
    assert flat_position(index, shape) == expected


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"array_or_shape": (2, 2, 2, 2)}, r"at most 3 axes and 240 cells. Received: an array of shape \(2, 2, 2, 2\)"),
        ({"array_or_shape": (28, 28)}, "at most 3 axes and 240 cells"),
        ({"array_or_shape": (2, 2), "show": "value"}, "`show` is .* Received: show='value'"),
        ({"array_or_shape": (2, 2), "show": "numbers"}, "`show` is .* Received: show='numbers'"),
        ({"array_or_shape": (2, 2), "names": ("rows",)}, "`names` needs one name per axis"),
    ],
)
def test_what_cannot_be_drawn_is_refused(arguments, message):
    with pytest.raises(ValueError, match=message):
        plots.array_cells(**arguments)
