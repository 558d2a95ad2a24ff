"""The matrix drawn is what the layer does, and every wire stands for one of its entries."""

import matplotlib.pyplot as plt
import numpy as np
import pytest

from layerlab import layers, plots

RNG = np.random.default_rng(0)


@pytest.mark.parametrize(
    ("layer", "shape"),
    [
        (layers.Dense(3, bias_initializer="ones"), (5,)),
        (layers.Conv2D(2, 3, padding="same", bias_initializer="ones"), (4, 5, 2)),
        (layers.LocallyConnected1D(2, 3), (7, 2)),
    ],
)
def test_the_matrix_does_what_the_layer_does(layer, shape):
    matrix = plots.connection_matrix(layer, shape)
    x = RNG.normal(size=(3, *shape)).astype("float32")
    by_layer = np.asarray(layer(x) - layer(np.zeros_like(x))).reshape(3, -1)
    np.testing.assert_allclose(x.reshape(3, -1) @ matrix, by_layer, atol=1e-5)
    ax = plt.gca()
    assert (ax.get_xlabel(), ax.get_ylabel(), ax.get_title()) == ("output", "input", type(layer).__name__)


def test_empty_cells_and_weak_weights_look_different():
    plots.connection_matrix(
        layers.Conv1D(1, 2, kernel_initializer=lambda s, dtype: np.array([[[1.0]], [[1e-3]]])), (3, 1)
    )
    shown = plt.gca().collections[0].get_array().reshape(3, 2)
    assert shown.mask.tolist() == [[False, True], [False, False], [True, False]]
    assert shown.compressed().min() > 0.2


def test_a_layer_with_a_bend_has_no_matrix():
    with pytest.raises(ValueError, match=r"Only a layer that multiplies and adds has a matrix. Received: <Dense"):
        plots.connection_matrix(layers.Dense(3, activation="relu"), (5,))


def test_connections_counts_wires_and_different_weights():
    stack = {
        "dense": layers.Dense(6, use_bias=False),
        "local": layers.LocallyConnected1D(1, 3),
        "shared": layers.Conv1D(1, 3),
    }
    matrices = plots.connections(stack, 8, title="three layers")
    assert [np.count_nonzero(matrix) for matrix in matrices] == [48, 18, 18]
    axes = plt.gcf().axes
    counted = ["dense\n48 wires, 48 weights", "local\n18 wires, 18 weights", "shared\n18 wires, 3 weights"]
    assert [ax.get_title() for ax in axes[:3]] == counted
    assert [len(ax.lines) for ax in axes[:3]] == [48, 18, 18]


def test_connections_takes_a_list_and_refuses_long_inputs():
    assert len(plots.connections([layers.Conv1D(1, 3, kernel_initializer="ones")], 4)) == 1
    assert plt.gcf().axes[0].get_title() == "Conv1D\n6 wires, 1 weight"
    with pytest.raises(ValueError, match=r"at most 16 inputs. Received: steps=40"):
        plots.connections([layers.Conv1D(1, 3)], 40)
