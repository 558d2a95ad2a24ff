"""Paths are drawn piece by piece, and events where their years are."""

import matplotlib.pyplot as plt
import pytest

from layerlab import layers, models, plots


def nested():
    inner = models.Sequential([layers.Input((3,)), layers.Dense(2, name="a")], name="inner")
    return models.Sequential([layers.Input((3,)), inner, layers.Dense(1, use_bias=False, name="b")], name="outer")


def test_each_piece_of_a_path_is_drawn_once_and_each_shape():
    model = nested()
    assert plots.weight_paths(model) == [weight.path for weight in model.weights]
    texts = [text.get_text() for text in plt.gca().texts]
    pieces = {"/".join(w.path.split("/")[: k + 1]) for w in model.weights for k in range(w.path.count("/") + 1)}
    assert sorted(texts) == sorted(
        [p.rpartition("/")[2] for p in pieces] + [str(tuple(w.shape)) for w in model.weights]
    )
    roots = {piece for piece in pieces if "/" not in piece}
    assert len(plt.gca().lines) == len(pieces) - len(roots)


@pytest.mark.parametrize(
    "model", [models.Sequential(), models.Sequential([layers.Input((1,)), *(layers.Dense(1) for _ in range(13))])]
)
def test_too_few_and_too_many_weights_are_refused(model):
    with pytest.raises(ValueError, match=r"`weight_paths` draws 1 to 24 weights\. Received: \d+ of"):
        plots.weight_paths(model)


def test_events_stand_at_their_years_in_the_color_of_their_group():
    ax = plots.timeline([(2017.2, "b", "new"), (2015.2, "a", "old")], colors={"old": "#111111", "new": "#222222"})
    assert [(text.get_text(), text.get_position()[0]) for text in ax.texts] == [("a", 2015.2), ("b", 2017.2)]
    assert [text.get_text() for text in ax.get_legend().get_texts()] == ["new", "old"]
    assert ax.lines[0].get_color() == "#111111"


def test_events_without_groups_need_no_legend():
    assert plots.timeline([(2015.0, "a"), (2016.0, "b")]).get_legend() is None
