"""Pictures of weights show the numbers they were given, and return those they computed."""

import numpy as np
import pytest

from layerlab import plots

DRAWN = np.random.default_rng(0).normal(size=(50, 40))


def test_densities_have_area_one_and_draw_theory_and_marks():
    heights, edges = plots.densities(DRAWN, theory={"flat": np.ones_like}, marks={"two": 2.0}, bins=20)
    assert heights.shape == (20,)
    np.testing.assert_allclose(np.sum(heights * np.diff(edges)), 1.0)


def test_densities_label_what_they_draw():
    ax = plots.curves([0, 1], {"": [0, 1]})
    ax.clear()
    plots.densities(DRAWN, {"flat": np.ones_like}, {"two": 2.0}, legend="inside", ax=ax)
    assert [text.get_text() for text in ax.get_legend().get_texts()] == ["drawn", "flat", "two"]
    theory, mark = ax.lines
    assert set(theory.get_ydata()) == {1.0}
    assert list(mark.get_xdata()) == [2.0, 2.0]
    assert (ax.get_xlabel(), ax.get_ylabel()) == ("weight", "density")


def test_densities_without_a_legend():
    ax = plots.curves([0, 1], {"": [0, 1]})
    plots.densities(DRAWN, legend=False, ax=ax)
    assert ax.get_legend() is None


def test_layer_histograms_return_the_spread_of_the_layers_shown():
    runs = {"wide": [DRAWN, 2 * DRAWN, 4 * DRAWN], "narrow": [DRAWN, DRAWN / 2, DRAWN / 4]}
    spreads = plots.layer_histograms(runs, layers=[1, 3])
    np.testing.assert_allclose(spreads, DRAWN.std() * np.array([[1, 4], [1, 0.25]]))


def test_layer_histograms_say_how_many_values_have_no_bar():
    import matplotlib.pyplot as plt

    plots.layer_histograms({"relu": [np.array([0.0, 0.0, 0.5, 9.0])]}, limits=(0, 1), bins=2)
    ax = plt.gcf().axes[0]
    assert ax.texts[0].get_text() == "50% are 0\n25% outside"
    assert [bar.get_height() for bar in ax.patches] == [0, 1]
    assert (ax.get_title(), ax.get_ylabel()) == ("layer 1", "relu")


@pytest.mark.parametrize(("limit", "shown"), [(None, 3.0), (0.5, 0.5)])
def test_tables_share_one_scale_around_zero(limit, shown):
    axes = plots.tables({"a": np.eye(2), "b": 3 * np.eye(4, 2), "c": np.zeros((2, 2))}, limit=limit, columns=2)
    assert [ax.get_title() for ax in axes] == ["a", "b", "c"]
    assert {ax.images[0].get_clim() for ax in axes} == {(-shown, shown)}


@pytest.mark.parametrize(("given", "shown"), [({}, "weight"), ({"label": "slope"}, "slope")])
def test_tables_say_what_their_colors_stand_for(given, shown):
    (ax,) = plots.tables({"a": np.eye(2)}, **given)
    assert ax.figure.axes[-1].get_ylabel() == shown


def test_tables_of_zeros_are_white():
    (ax,) = plots.tables({"zeros": np.zeros((2, 2))})
    assert ax.images[0].get_clim() == (-1.0, 1.0)


def test_norms_are_those_of_the_columns_sorted():
    ax = plots.curves([0, 1], {"": [0, 1]})
    ax.clear()
    drawn = plots.norms({"free": DRAWN, "half": DRAWN / 2}, limit=2, ax=ax)
    np.testing.assert_allclose(drawn["free"], np.sort(np.linalg.norm(DRAWN, axis=0)))
    np.testing.assert_allclose(drawn["half"], drawn["free"] / 2)
    assert [text.get_text() for text in ax.get_legend().get_texts()] == ["free", "half", "limit 2"]


def test_norms_of_a_convolution_are_one_per_filter():
    kernel = np.ones((3, 3, 2, 5))
    np.testing.assert_allclose(plots.norms({"conv": kernel}, axis=(0, 1, 2))["conv"], np.full(5, 18**0.5))
