"""`plot_model` draws a box for every layer and an arrow for every connection, and the boxes say what was asked for."""

import matplotlib.pyplot as plt
import numpy as np
import pytest
from matplotlib.patches import FancyArrowPatch, FancyBboxPatch

from layerlab import Input, Model, Sequential, plots, utils
from layerlab.layers import Add, Concatenate, Dense, Dot, Embedding, Flatten, ReLU


def chain():
    return Sequential([Input((4, 2)), Flatten(), Dense(3, "relu", name="last")])


def towers():
    users, items = (Input((1,), dtype="int32", name=name) for name in ("users", "items"))
    embed = Embedding(5, 3)
    return Model([users, items], Dot(-1)([Flatten()(embed(users)), Dense(3)(np.squeeze(embed(items), axis=1))]))


def nested():
    x = Input((4,))
    inner = Model(x, Add()([Dense(4)(x), x]), name="inner")
    y = Input((4,))
    return Model(y, Concatenate()([inner(y), Sequential([Input((4,)), ReLU()])(y)]))


def again():
    x, shared = Input((4,)), Dense(4)
    return Model(x, shared(ReLU()(shared(shared(x)))))


def draw(model, **arguments):
    """The axes of the drawing, after a real rendering."""
    figure = utils.plot_model(model, to_file=None, **arguments)
    figure.canvas.draw()
    return figure.axes[0]


def boxes(ax):
    return [patch for patch in ax.patches if isinstance(patch, FancyBboxPatch)]


def arrows(ax):
    return [patch.get_gid() for patch in ax.patches if isinstance(patch, FancyArrowPatch)]


def texts(ax):
    return [text.get_text() for text in ax.texts]


CONNECTIONS = [
    (chain, {}, ["InputLayer -> Flatten", "Flatten -> Dense"]),
    (
        towers,
        {},
        ["InputLayer -> Embedding"] * 2
        + ["Embedding -> Flatten", "Embedding -> squeeze", "squeeze -> Dense", "Flatten -> Dot", "Dense -> Dot"],
    ),
    (
        nested,
        {},
        [
            "InputLayer -> Functional",
            "InputLayer -> Sequential",
            "Functional -> Concatenate",
            "Sequential -> Concatenate",
        ],
    ),
    (
        nested,
        {"expand_nested": True},
        ["InputLayer -> InputLayer"] * 2
        + ["InputLayer -> Dense", "InputLayer -> Add", "Dense -> Add", "InputLayer -> ReLU"]
        + ["Add -> Concatenate", "ReLU -> Concatenate"],
    ),
    (again, {}, ["InputLayer -> Dense", "Dense -> Dense", "Dense -> ReLU", "ReLU -> Dense"]),
]


@pytest.mark.parametrize(("model", "arguments", "expected"), CONNECTIONS)
def test_arrows_go_from_layer_to_layer(model, arguments, expected):
    assert sorted(arrows(draw(model(), **arguments))) == sorted(expected)


def test_a_frame_is_around_the_layers_of_an_open_model():
    ax = draw(nested(), expand_nested=True)
    frames = [box for box in boxes(ax) if box.get_linestyle() == "--"]
    assert len(frames) == 2
    inside = [[frame.get_bbox().contains(*text.get_position()) for text in ax.texts] for frame in frames]
    assert sorted(map(sum, inside)) == [3, 4]  # the title and the layers


SHOWN = [
    ({}, "Dense"),
    ({"show_layer_names": True}, "last (Dense)"),
    ({"show_shapes": True}, "Dense\ninput: (None, 8)\noutput: (None, 3)"),
    ({"show_dtype": True}, "Dense\nfloat32"),
    ({"show_shapes": True, "show_dtype": True}, "Dense\ninput: (None, 8) float32\noutput: (None, 3) float32"),
    ({"show_layer_activations": True}, "Dense\nactivation: relu"),
    ({"show_trainable": True}, "Dense\ntrainable"),
]


@pytest.mark.parametrize(("arguments", "text"), SHOWN)
def test_boxes_say_what_was_asked_for(arguments, text):
    assert texts(draw(chain(), **arguments))[-1] == text


def test_a_frozen_layer_is_not_trainable():
    model = chain()
    model.layers[-1].trainable = False
    assert texts(draw(model, show_trainable=True))[-1] == "Dense\nnot trainable"


@pytest.mark.parametrize("model", [chain, towers, nested, again])
def test_texts_fit_their_boxes_and_boxes_the_figure(model):
    ax = draw(model(), show_shapes=True, show_dtype=True, show_layer_names=True)
    figure = ax.figure.bbox
    for box, text in zip(boxes(ax), ax.texts, strict=True):
        outer, inner = box.get_window_extent(), text.get_window_extent()
        assert outer.x0 <= inner.x0 <= inner.x1 <= outer.x1
        assert outer.y0 <= inner.y0 <= inner.y1 <= outer.y1
        assert figure.x0 <= outer.x0 <= outer.x1 <= figure.x1
        assert figure.y0 <= outer.y0 <= outer.y1 <= figure.y1


@pytest.mark.parametrize(("rankdir", "axis", "sign"), [("TB", 1, -1), ("BT", 1, 1), ("LR", 0, 1), ("RL", 0, -1)])
def test_arrows_go_where_rankdir_says(rankdir, axis, sign):
    ax = draw(chain(), rankdir=rankdir)
    middles = [text.get_window_extent().get_points().mean(axis=0) for text in ax.texts]
    assert (sign * np.diff([middle[axis] for middle in middles]) > 0).all()
    assert np.ptp([middle[1 - axis] for middle in middles]) < 1e-6


def test_a_model_without_a_graph_is_one_box():
    class Own(Model):
        def call(self, x):
            return x

    model = Own()
    model(np.ones((2, 3)))
    ax = draw(model)
    assert texts(ax) == ["Own"]
    assert len(boxes(ax)) == 1


def test_the_picture_is_saved(tmp_path):
    utils.plot_model(chain(), tmp_path / "model.png", dpi=50)
    assert (tmp_path / "model.png").read_bytes().startswith(b"\x89PNG")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"layer_range": ["a", "b"]}, "Argument `layer_range` is no longer supported."),
        ({"show_shape": True}, "Unrecognized keyword arguments: {'show_shape': True}"),
        ({"rankdir": "XY"}, "`rankdir` must be one of"),
    ],
)
def test_bad_arguments_are_refused(arguments, message):
    with pytest.raises(ValueError) as error:
        utils.plot_model(chain(), to_file=None, **arguments)
    assert str(error.value).startswith(message)


def test_a_model_without_shapes_cannot_be_drawn():
    with pytest.raises(ValueError, match="This model has not yet been built"):
        utils.plot_model(Sequential([Dense(2)]))


def test_the_style_of_the_course_is_no_hindrance():
    with plt.rc_context():
        plots.use_style()
        assert boxes(draw(chain()))
