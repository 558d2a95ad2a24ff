"""Windows are drawn where the layers put them, and the sums are those of the layers."""

import matplotlib.pyplot as plt
import numpy as np
import pytest

from layerlab import layers, plots

RNG = np.random.default_rng(0)


@pytest.mark.parametrize("strides", [1, 2])
def test_sliding_kernel_computes_what_the_layer_computes(strides):
    picture, kernel = RNG.integers(0, 9, (7, 8)).astype(float), RNG.integers(-2, 3, (3, 2)).astype(float)
    layer = layers.Conv2D(1, (3, 2), strides=strides, use_bias=False)
    expected = layer.build((None, 7, 8, 1)) or layer.set_weights([kernel[:, :, None, None]])
    expected = layer(picture[None, :, :, None])[0, :, :, 0]
    np.testing.assert_allclose(plots.sliding_kernel(picture, kernel, strides=strides), expected)


def test_sliding_kernel_frames_the_window_and_writes_its_sum_down():
    plots.sliding_kernel(np.arange(20.0).reshape(4, 5), [[1, -1]], at=(1, 1), strides=2)
    figure = plt.gcf()
    frames = [ax.patches[0].get_bbox().bounds for ax in figure.axes]
    assert frames == [(1.5, 1.5, 2, 1), (-0.5, -0.5, 2, 1), (0.5, 0.5, 1, 1)]
    assert figure._supxlabel.get_text() == "12·1 + 13·(−1) = −1"
    assert [ax.get_title() for ax in figure.axes] == ["input (4, 5)", "kernel (1, 2)", "output (2, 2)"]


def test_sliding_kernel_names_the_number_of_products_of_a_large_kernel():
    plots.sliding_kernel(np.ones((5, 5)), np.ones((4, 4)), title="a title")
    assert plt.gcf()._supxlabel.get_text() == "the sum of 16 products is 16"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (((28, 28), (3, 3)), r"at most 12 x 12 numbers. Received: shape \(28, 28\)"),
        (((4, 4, 3), (3, 3)), r"at most 12 x 12 numbers. Received: shape \(4, 4, 3\)"),
        (((4, 4), (3, 3), (2, 0)), r"whose shape is \(2, 2\). Received: at=\(2, 0\)"),
    ],
)
def test_sliding_kernel_refuses_what_it_cannot_draw(arguments, message):
    picture, kernel, *at = arguments
    with pytest.raises(ValueError, match=message):
        plots.sliding_kernel(np.zeros(picture), np.zeros(kernel), *at)


WINDOWS = [
    (layers.Conv1D(1, 3), 5, [[0, 1, 2], [1, 2, 3], [2, 3, 4]]),
    (layers.Conv1D(1, 3, padding="same", strides=2), 6, [[0, 1, 2], [2, 3, 4], [4, 5, 6]]),
    (layers.Conv1D(1, 2, padding="causal", dilation_rate=2), 3, [[-2, 0], [-1, 1], [0, 2]]),
    (layers.MaxPooling1D(2), 5, [[0, 1], [2, 3]]),
    (layers.LocallyConnected1D(1, 2), 3, [[0, 1], [1, 2]]),
]


@pytest.mark.parametrize(("layer", "steps", "expected"), WINDOWS)
def test_window_taps_draws_a_line_per_tap_and_a_cell_per_position(layer, steps, expected):
    _, ax = plt.subplots()
    assert plots.window_taps(layer, steps, at=0, ax=ax) == expected
    places = {position for seen in expected for position in seen} | set(range(steps))
    assert len(ax.patches) == len(expected) + len(places)
    assert [line.get_xdata()[0] for line in ax.lines] == [tap for seen in expected for tap in seen]


@pytest.mark.parametrize(("layer", "steps"), [case[:2] for case in WINDOWS if "Conv" in type(case[0]).__name__])
def test_window_taps_are_the_inputs_that_matter(layer, steps):
    ones = type(layer).from_config(layer.get_config() | {"kernel_initializer": "ones"})
    outputs = np.asarray(ones(np.eye(steps, dtype="float32")[:, :, None]))[:, :, 0].T
    seen = plots.window_taps(layer, steps)
    assert [np.flatnonzero(row).tolist() for row in outputs] == [[i for i in s if 0 <= i < steps] for s in seen]


@pytest.mark.parametrize(
    "layer",
    [layers.Dense(3), layers.Conv2D(1, 3), layers.LocallyConnected1D(1, 3, padding="same", implementation=2)],
)
def test_window_taps_refuses_layers_without_such_windows(layer):
    with pytest.raises(ValueError, match=r"a convolution or a pooling layer over 1 axes. Received: <"):
        plots.window_taps(layer, 8)
