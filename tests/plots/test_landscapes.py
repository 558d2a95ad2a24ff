"""Planes of two weights: what is drawn is what the functions given say."""

import matplotlib.pyplot as plt
import numpy as np
import pytest

from layerlab import constraints, plots


def bowl(w):
    return (w**2).sum(axis=0)


def test_landscape_draws_every_way_with_its_end():
    path = np.array([[2.0, 1.0], [1.0, 0.5], [0.5, 0.2]])
    ax = plots.landscape(bowl, {"free": path}, marks={"lowest": (0, 0)})
    way, end, mark = (line for line in ax.lines if len(line.get_xdata()) != 2)
    np.testing.assert_array_equal(np.transpose(way.get_data()), path)
    np.testing.assert_array_equal(np.ravel(end.get_data()), path[-1])
    np.testing.assert_array_equal(np.ravel(mark.get_data()), [0, 0])
    assert [text.get_text() for text in ax.get_legend().get_texts()] == ["free", "lowest"]
    assert ax.get_xlabel() == "weight $w_1$"


@pytest.mark.parametrize(
    ("loss", "allowed", "layers"), [(bowl, None, 1), (None, lambda w: w[0] > 0, 1), (None, None, 0)]
)
def test_landscape_draws_only_what_it_is_given(loss, allowed, layers):
    ax = plots.landscape(loss, allowed=allowed)
    assert len(ax.collections) == layers
    assert ax.get_legend() is None


@pytest.mark.parametrize(
    ("constraint", "staying"),
    [(constraints.NonNeg(), 9), (constraints.MaxNorm(2), 13), (constraints.UnitNorm(), 5), (lambda w: w, 25)],
)
def test_projection_gives_the_points_before_and_after(constraint, staying):
    ax = plt.figure().add_subplot()
    before, after = plots.projection(constraint, limits=(-2, 2, -2, 2), count=5, ax=ax)
    np.testing.assert_allclose(after, constraint(before))
    stays, arrives = (line for line in ax.lines if line.get_label() in ("stays", "arrives"))
    assert len(stays.get_xdata()) == staying
    assert len(stays.get_xdata()) + len(arrives.get_xdata()) == 25
