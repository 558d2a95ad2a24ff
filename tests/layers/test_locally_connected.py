"""Locally connected layers against the numbers of tf.keras 2, against each other, and against slow loops."""

import json
from pathlib import Path

import numpy as np
import pytest

from layerlab.autodiff import Tape
from layerlab.layers import LocallyConnected1D, LocallyConnected2D
from tests.contract import Case

GOLDEN = json.loads((Path(__file__).parents[1] / "golden" / "locally_connected.json").read_text())["cases"]
LAYERS = {"LocallyConnected1D": LocallyConnected1D, "LocallyConnected2D": LocallyConnected2D}
RNG = np.random.default_rng(0)


def weights_1d(steps, kernel):
    return (("kernel", kernel), ("bias", (steps, 2)))


CASES = [
    Case(LocallyConnected1D, {"filters": 2, "kernel_size": 3}, (2, 6, 3), (2, 4, 2), weights_1d(4, (4, 9, 2))),
    Case(
        LocallyConnected1D,
        {"filters": 2, "kernel_size": 3, "padding": "same", "strides": 2, "implementation": 2, "activation": "tanh"},
        (2, 6, 3),
        (2, 3, 2),
        weights_1d(3, (6, 3, 3, 2)),
    ),
    Case(
        LocallyConnected1D,
        {
            "filters": 2,
            "kernel_size": 2,
            "implementation": 3,
            "data_format": "channels_first",
            "kernel_regularizer": "l2",
        },
        (2, 3, 4),
        (2, 2, 3),
        weights_1d(3, (36,)),
    ),
    Case(
        LocallyConnected2D,
        {"filters": 2, "kernel_size": (2, 3), "strides": (1, 2), "use_bias": False},
        (2, 4, 5, 2),
        (2, 3, 2, 2),
        (("kernel", (6, 12, 2)),),
    ),
]


@pytest.mark.parametrize("case", GOLDEN, ids=[case["id"] for case in GOLDEN])
def test_outputs_and_gradients_are_those_of_keras_2(case):
    layer = LAYERS[case["layer"]](**case["kwargs"])
    x, cotangent = (np.array(case[key], "float32") for key in ("input", "cotangent"))
    layer.build((None, *x.shape[1:]))
    layer.set_weights([np.array(w["value"], "float32").reshape(w["shape"]) for w in case["weights"]])
    with Tape() as tape:
        inputs = tape.watch(x)
        outputs = layer(inputs)
        total = np.sum(outputs * cotangent)
    np.testing.assert_allclose(layer(x), case["output"], rtol=1e-5, atol=1e-5)
    grad_input, *grad_weights = tape.gradient(total, [inputs, *layer.trainable_weights])
    np.testing.assert_allclose(grad_input, case["grad_input"], rtol=1e-5, atol=1e-5)
    for found, expected in zip(grad_weights, case["grad_weights"], strict=True):
        values = np.array(expected["value"] if isinstance(expected, dict) else expected)
        np.testing.assert_allclose(np.ravel(found), np.ravel(values), rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize(("n", "k", "expected"), [(6, 3, [3, 9, 15]), (6, 4, [3, 6, 10, 14, 18, 15])])
def test_same_padding_has_an_alignment_of_its_own(n, k, expected):
    strides = 2 if k == 3 else 1
    layer = LocallyConnected1D(1, k, strides, "same", implementation=2, kernel_initializer="ones")
    np.testing.assert_allclose(layer(np.arange(1.0, n + 1).reshape(1, n, 1)).ravel(), expected)


@pytest.mark.parametrize("data_format", ["channels_last", "channels_first"])
def test_each_position_has_a_kernel_of_its_own(data_format):
    layer = LocallyConnected2D(3, (2, 3), (1, 2), data_format=data_format, bias_initializer="random_normal")
    x = RNG.normal(size=(2, 4, 5, 2) if data_format == "channels_last" else (2, 2, 4, 5)).astype("float32")
    found = layer(x)
    kernel, bias = layer.get_weights()
    last = np.moveaxis(x, 1, -1) if data_format == "channels_first" else x
    for row in range(3):
        for column in range(2):
            patch = last[:, row : row + 2, 2 * column : 2 * column + 3]  # (batch, 2, 3, channels)
            patch = np.moveaxis(patch, -1, 1) if data_format == "channels_first" else patch
            expected = patch.reshape(2, -1) @ kernel[row * 2 + column]
            if data_format == "channels_last":
                np.testing.assert_allclose(found[:, row, column], expected + bias[row, column], rtol=1e-5, atol=1e-6)
            else:  # Keras 2 reads the bias in the order of the layout
                moved = bias.reshape(3, 3, 2)[:, row, column]
                np.testing.assert_allclose(found[:, :, row, column], expected + moved, rtol=1e-5, atol=1e-6)


def test_penalties_and_counts_of_implementation_2_include_what_is_never_used():
    layer = LocallyConnected1D(
        1, 2, implementation=2, kernel_initializer="ones", kernel_regularizer="l2", use_bias=False
    )
    layer.build((None, 4, 1))
    assert layer.count_params() == 4 * 3
    np.testing.assert_allclose(layer.losses, [0.01 * 12])


class TestRefusals:
    def test_same_needs_another_implementation(self):
        with pytest.raises(
            ValueError, match=r"(?s)only 'valid' is supported if implementation is 1.*implementation=2 or 3"
        ):
            LocallyConnected1D(2, 3, padding="same")

    def test_unknown_implementation(self):
        with pytest.raises(ValueError, match="Unrecognized implementation mode: 4"):
            LocallyConnected2D(2, 3, implementation=4)

    def test_sizes_must_be_known(self):
        with pytest.raises(ValueError, match=r"should be fully-defined.*\(None, None, 3\)"):
            LocallyConnected1D(2, 3).build((None, None, 3))

    def test_a_kernel_larger_than_the_input(self):
        with pytest.raises(ValueError, match="Computed output size would be zero or negative"):
            LocallyConnected1D(2, 7)(np.ones((1, 5, 1)))

    def test_filters_are_positive_integers(self):
        with pytest.raises(ValueError, match=r"Expected a strictly positive value. Received filters=0"):
            LocallyConnected1D(0, 3)


@pytest.mark.parametrize("data_format", ["channels_last", "channels_first"])
@pytest.mark.parametrize("spatial", [(4, 5), (5, 6), (6, 5), (25, 1)])
def test_an_input_of_another_size_is_refused(data_format, spatial):
    def inputs(*spatial):
        return np.ones((2, *spatial, 3) if data_format == "channels_last" else (2, 3, *spatial))

    layer = LocallyConnected2D(2, 2, data_format=data_format)
    layer(inputs(5, 5))
    with pytest.raises(ValueError, match=r"expected axis \d of input shape to have value 5, but received input"):
        layer(inputs(*spatial))
