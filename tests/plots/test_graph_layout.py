"""Boxes of a graph are laid out without overlap, with few crossings, and arrows go around what is in their way."""

import itertools

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from layerlab.plots.graph_layout import layered


def test_a_chain_is_one_column():
    rows, places, ways = layered([1.0, 2.0, 1.0], [(0, 1), (1, 2)])
    assert rows == [[0], [1], [2]]
    assert np.ptp(places) == 0
    assert ways == {(0, 1): [], (1, 2): []}


def test_a_skip_connection_passes_beside_the_boxes():
    _, places, ways = layered([1.0, 1.0, 1.0], [(0, 1), (1, 2), (0, 2)])
    ((row, x),) = ways[0, 2]
    assert row == 1
    assert abs(x - places[1]) > 0.5


def test_two_towers_do_not_cross():
    edges = [(0, 3), (1, 2), (2, 4), (3, 4)]
    rows, *_ = layered([1.0] * 5, edges)
    assert rows[1] in ([3, 2], [2, 3])
    assert (rows[0] == [0, 1]) == (rows[1] == [3, 2])


def test_a_late_input_stands_right_above_what_needs_it():
    rows, *_ = layered([1.0] * 4, [(0, 1), (1, 2), (3, 2)])
    assert sorted(rows[1]) == [1, 3]


@given(st.data())
def test_boxes_never_overlap_and_arrows_go_to_later_rows(data):
    count = data.draw(st.integers(1, 8))
    widths = data.draw(st.lists(st.floats(0.2, 3), min_size=count, max_size=count))
    pairs = [(a, b) for b in range(count) for a in range(b)]
    edges = data.draw(st.lists(st.sampled_from(pairs), unique=True)) if pairs else []
    rows, places, ways = layered(widths, edges)
    assert sorted(box for row in rows for box in row) == list(range(count))
    row_of = {box: r for r, row in enumerate(rows) for box in row}
    assert all(row_of[a] < row_of[b] for a, b in edges)
    for row in rows:
        for left, right in itertools.pairwise(row):
            assert places[right] - places[left] >= (widths[left] + widths[right]) / 2
    for (a, b), way in ways.items():
        assert [r for r, _ in way] == list(range(row_of[a] + 1, row_of[b]))
