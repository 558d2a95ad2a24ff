"""Numbers keep their color wherever a layer puts them, and the memory shows them in C order."""

import numpy as np
import pytest

from layerlab import plots

X = np.arange(12).reshape(2, 2, 3)


def numbers(ax):
    """The drawn numbers with their colors: cells, then memory."""
    texts = [text.get_text() for text in ax.texts if text.get_text().isdigit()]
    return list(zip(texts, [patch.get_facecolor() for patch in ax.patches], strict=True))


@pytest.mark.parametrize("y", [X.reshape(3, 4), X.transpose(2, 0, 1), X.ravel(), np.repeat(X[:1], 2, axis=0)])
def test_a_number_has_one_color_in_cells_and_in_memory(y):
    before, after = plots.rearranged({"before": X, "after": y})
    color_of = dict(numbers(before))
    assert len(set(color_of.values())) == 12
    assert all(color_of[number] == color for number, color in numbers(after))


def test_the_memory_is_read_row_by_row():
    _, ax = plots.rearranged({"before": X, "after": X.transpose(2, 0, 1)})
    drawn = [int(number) for number, _ in numbers(ax)]
    assert drawn[12:] == X.transpose(2, 0, 1).ravel().tolist()


def test_the_memory_can_be_left_out():
    (ax,) = plots.rearranged({"x": X}, memory=False, title="twelve")
    assert len(ax.patches) == 12
    assert ax.figure.get_suptitle() == "twelve"
    assert ax.get_title() == "x  (2, 2, 3)"


def test_sheets_are_numbered():
    (ax,) = plots.rearranged({"x": X})
    assert [text.get_text() for text in ax.texts[:2]] == ["[0]", "[1]"]


@pytest.mark.parametrize("columns", [1, 2])
def test_panels_stand_in_rows(columns):
    axes = plots.rearranged({"a": X, "b": X.ravel(), "c": X.reshape(3, 4)}, columns=columns)
    assert len(axes) == len(axes[0].figure.axes) == 3


@pytest.mark.parametrize("x", [np.zeros((7, 7)), np.zeros((1, 1, 1, 1))])
def test_what_cannot_be_drawn_is_refused(x):
    with pytest.raises(ValueError, match=r"at most 3 axes and 48 cells. Received: 'x' of shape \("):
        plots.rearranged({"x": x})
