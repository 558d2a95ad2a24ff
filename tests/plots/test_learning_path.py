"""A path of study: the stops in order, turning at the end of each row, the time added up."""

import itertools

import matplotlib.pyplot as plt
import pytest

from layerlab import plots

STOPS = [(str(i), f"chapter {i}", 10 * i, "one" if i < 4 else "two") for i in range(1, 8)]


def dots():
    return [tuple(line.get_xydata()[0]) for line in plt.gca().lines if line.get_marker() == "o"]


def test_minutes_add_up():
    assert plots.learning_path(STOPS) == [10, 30, 60, 100, 150, 210, 280]


def test_the_path_turns_at_the_end_of_a_row():
    plots.learning_path(STOPS, columns=3)
    assert dots() == [(0, 0), (1, 0), (2, 0), (2, -1), (1, -1), (0, -1), (0, -2)]


def test_every_stop_says_what_it_is_and_how_long_it_takes():
    plots.learning_path(STOPS, title="a plan")
    texts = [text.get_text() for text in plt.gca().texts]
    assert texts[:4] == ["1", "chapter 1\n10 min", "2", "chapter 2\n20 min"]
    assert plt.gca().get_title() == "a plan"
    assert [text.get_text() for text in plt.gca().get_legend().get_texts()] == ["one", "two"]


def test_texts_do_not_overlap():
    plots.learning_path([(label, f"{title} with a long name", *rest) for label, title, *rest in STOPS], columns=5)
    plt.gcf().canvas.draw()
    boxes = [text.get_window_extent() for text in plt.gca().texts]
    assert not any(a.overlaps(b) for a, b in itertools.combinations(boxes, 2))


def test_too_many_parts_are_refused():
    with pytest.raises(ValueError, match="colors for 5 parts"):
        plots.learning_path([(str(i), "", 1, f"part {i}") for i in range(6)])
