"""Embedding maps, lookups, rows and similarities show the vectors they were given."""

import itertools

import matplotlib.pyplot as plt
import numpy as np
import pytest
from matplotlib.colors import to_rgba
from matplotlib.path import Path
from matplotlib.text import Text

from layerlab import plots
from layerlab.layers import Embedding
from layerlab.plots.name_places import lines_meet_boxes

RNG = np.random.default_rng(0)


def test_the_map_of_two_numbers_shows_them_as_they_are():
    vectors = RNG.normal(size=(4, 2))
    places = plots.embedding_map(vectors, "abcd", groups={"vowels": "a", "others": "bc"})
    ax = plt.gca()
    np.testing.assert_array_equal(places, vectors)
    np.testing.assert_array_equal(ax.collections[0].get_offsets(), vectors)
    gray, blue, vermilion = to_rgba("#777777"), to_rgba(plots.COLORS["blue"]), to_rgba(plots.COLORS["vermilion"])
    assert [tuple(c) for c in ax.collections[0].get_facecolor()] == [blue, vermilion, vermilion, gray]
    assert [text.get_text() for text in ax.get_legend().get_texts()] == ["vowels", "others"]


def test_the_map_of_more_numbers_shows_the_two_directions_of_largest_spread():
    plane, axes = RNG.normal(size=(20, 2)) * [5, 2], np.linalg.qr(RNG.normal(size=(6, 2)))[0]
    places = plots.embedding_map(plane @ axes.T, [str(k) for k in range(20)])
    assert places.std(axis=0)[0] > places.std(axis=0)[1]
    centered = plane - plane.mean(axis=0)
    np.testing.assert_allclose(places @ places.T, centered @ centered.T, atol=1e-10)


def test_a_limit_gives_both_axes_one_scale():
    ax = plt.subplots()[1]
    plots.embedding_map(np.eye(2), "ab", limit=1.5, ax=ax)
    assert (*ax.get_xlim(), *ax.get_ylim()) == (-1.5, 1.5, -1.5, 1.5)
    assert ax.get_aspect() == 1


def test_names_of_points_in_one_place_do_not_cover_each_other():
    figure, ax = plt.subplots()
    plots.embedding_map(np.zeros((6, 2)), "abcdef", ax=ax)
    figure.canvas.draw()
    boxes = [text.get_window_extent() for text in ax.texts]
    centers = np.array([[(b.x0 + b.x1) / 2, (b.y0 + b.y1) / 2] for b in boxes])
    distances = np.linalg.norm(centers[:, None] - centers, axis=-1)[np.triu_indices(6, 1)]
    assert distances.min() > 7


def on_screen(ax):
    """The names' boxes by name, and the lines that lead from names to their points: (start, end) by name, in pixels."""
    ax.figure.canvas.draw()
    lines = {t.get_text(): t.arrow_patch.get_path() for t in ax.texts if t.arrow_patch}
    ends = {name: path.vertices[[0, -1]] for name, path in lines.items()}
    return {t.get_text(): Text.get_window_extent(t) for t in ax.texts}, ends  # without the arrow


@pytest.mark.parametrize("shape", ["circle", "clump"])
def test_no_name_stands_on_another_or_on_the_line_of_another(shape):
    turns = np.random.default_rng(1).normal(2.9, 0.2, size=20)
    circle = np.stack([np.cos(turns), np.sin(turns)], axis=1)
    ax = plt.subplots(figsize=(4, 4), layout="constrained")[1]
    letters = "abcdefghijklmnopqrst"
    plots.embedding_map({"circle": circle, "clump": 0.2 * RNG.normal(size=(20, 2))}[shape], letters, limit=1.4, ax=ax)
    boxes, lines = on_screen(ax)
    assert len(lines) > 5  # there was no room beside these points
    for one, other in itertools.combinations(letters, 2):
        assert not boxes[one].overlaps(boxes[other]), (one, other)
    for one, other in itertools.product(lines, letters):
        assert one == other or not Path(lines[one]).intersects_bbox(boxes[other], filled=False), (one, other)
    frame = ax.get_window_extent()
    assert all(frame.x0 <= box.x0 and box.x1 <= frame.x1 for box in boxes.values())


@pytest.mark.parametrize(("start", "meets"), [((-3, 1), True), ((-3, 3), True), ((-3, 6), False), ((-3, -3.1), False)])
def test_a_line_meets_a_box(start, meets):
    center, half, end = np.zeros(2), np.array([2.0, 1.0]), np.array([3.0, 0.5 * start[1] - 1.5])
    steps = np.linspace(0, 1, 1001)[:, None]
    walked = (np.abs(start + steps * (end - start)) <= half).all(axis=1).any()
    assert lines_meet_boxes(np.array(start), end, center, half) == walked == meets


def test_a_layer_may_stand_for_its_table():
    layer = Embedding(3, 2, weights=np.arange(6.0).reshape(3, 2))
    np.testing.assert_array_equal(plots.embedding_map(layer, "abc"), layer.get_weights()[0])
    np.testing.assert_array_equal(plots.embedding_lookup(layer, [2, 0]), [[4, 5], [0, 1]])


def test_a_lookup_shows_one_hot_times_table():
    table = np.arange(6.0).reshape(3, 2)
    picked = plots.embedding_lookup(table, [2, 0, 2], names="abc")
    one_hot, middle, right = plt.gcf().axes
    drawn = [np.asarray(ax.images[0].get_array()) for ax in (one_hot, middle, right)]
    np.testing.assert_array_equal(drawn[0] @ drawn[1], picked)
    np.testing.assert_array_equal(drawn[2], picked)
    assert [label.get_text() for label in right.get_yticklabels()] == ["c = 2", "a = 0", "c = 2"]
    assert len(middle.patches) == 2  # one frame for each row that is used


@pytest.mark.parametrize(("rows", "width", "count"), [(13, 2, 1), (3, 7, 1), (3, 2, 9)])
def test_a_lookup_too_large_to_read_is_refused(rows, width, count):
    with pytest.raises(ValueError, match="draws at most 8 ids and a table of 12 x 6"):
        plots.embedding_lookup(np.zeros((rows, width)), [0] * count)


def test_rows_that_are_not_zero_are_named_in_color():
    table = np.zeros((3, 2))
    table[1, 0] = -2
    assert plots.row_values(table, "abc") == ["b"]
    ax = plt.gcf().axes[0]
    np.testing.assert_array_equal(ax.collections[0].get_array(), table.T)
    bold = [label.get_text() for label in ax.get_xticklabels() if label.get_fontweight() == "bold"]
    assert bold == ["b"]


def test_similarities_are_cosines():
    vectors = RNG.normal(size=(4, 3))
    cosines = plots.similarities(vectors, "abcd")
    expected = [[a @ b / np.sqrt((a @ a) * (b @ b)) for b in vectors] for a in vectors]
    np.testing.assert_allclose(cosines, expected)
    np.testing.assert_array_equal(plt.gcf().axes[0].images[0].get_array(), cosines)
