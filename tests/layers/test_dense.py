"""Dense: the formula against a loop, and the messages for what people get wrong."""

import numpy as np
import pytest

from layerlab import Input
from layerlab.layers import Dense, ReLU


def slow_dense(x, kernel, bias):
    y = np.zeros((*x.shape[:-1], kernel.shape[1]))
    for place in np.ndindex(*x.shape[:-1]):
        for unit in range(kernel.shape[1]):
            y[(*place, unit)] = sum(x[(*place, i)] * kernel[i, unit] for i in range(kernel.shape[0])) + bias[unit]
    return y


@pytest.mark.parametrize("shape", [(2, 3), (2, 4, 3), (1, 2, 2, 3)])
def test_each_unit_sums_over_the_last_axis(shape):
    rng = np.random.default_rng(0)
    x, kernel, bias = rng.normal(size=shape), rng.normal(size=(3, 2)), rng.normal(size=2)
    layer = Dense(2, dtype="float64")
    layer.build(shape)
    layer.set_weights([kernel, bias])
    np.testing.assert_allclose(layer(x), slow_dense(x, kernel, bias))


def test_arguments_are_kept():
    layer = Dense(3, "relu", False)
    assert (layer.units, layer.activation.__name__, layer.use_bias) == (3, "relu", False)
    layer.build((None, 2))
    assert layer.bias is None
    assert Dense(2, activation=ReLU).activation.max_value is None  # a class is made an object


@pytest.mark.parametrize(
    ("units", "hint"),
    [
        (0, "Received: units=0"),
        (-1, "Received: units=-1"),
        (2.0, "Did you mean units=2?"),
        (np.int64(2), "Did you mean units=2?"),
        ("2", "Received: units=2"),
        (None, "Received: units=None"),
        (np.ones((2, 3)), "Dense(units)(x)"),
    ],
)
def test_units_must_be_a_positive_integer(units, hint):
    with pytest.raises(
        ValueError, match="Received an invalid value for `units`, expected a positive integer"
    ) as caught:
        Dense(units)
    assert hint in str(caught.value)


@pytest.mark.parametrize("argument", ["lora_rank", "lora_alpha", "quantization_config"])
def test_what_layerlab_leaves_out_is_refused(argument):
    with pytest.raises(ValueError, match="no LoRA and no quantization"):
        Dense(2, **{argument: 4})


def test_weights_before_the_build():
    layer = Dense(2)
    with pytest.raises(AttributeError, match="You must build the layer before accessing `kernel`"):
        _ = layer.kernel
    with pytest.raises(AttributeError, match="has no attribute 'kernels'"):
        _ = layer.kernels


def test_the_number_of_features_must_be_known():
    layer = Dense(2, name="d")
    with pytest.raises(ValueError, match=r"Shapes used to initialize variables must be fully-defined.*'d/kernel'"):
        layer(Input((None,)))
    assert (layer.built, layer.weights) == (False, [])


@pytest.mark.parametrize(
    ("x", "problem", "hint"),
    [
        (np.ones(3), "expected min_ndim=2, found ndim=1. Full shape received: (3,)", "x[None] has shape (1, 3)"),
        (np.ones((2, 4)), "expected axis -1 of input shape to have value 3, but received input with shape (2, 4)", ""),
        (np.ones((3, 2)), "received input with shape (3, 2)", "x.T has shape (2, 3)"),
        (np.ones((2, 3, 1)), "received input with shape (2, 3, 1)", "Flatten()"),
    ],
)
def test_inputs_that_do_not_fit(x, problem, hint):
    layer = Dense(2, name="d")
    layer.build((None, 3))
    with pytest.raises(
        ValueError, match="Input 0 with name 'None' of layer 'd' is incompatible with the layer"
    ) as caught:
        layer(x)
    assert problem in str(caught.value)
    assert hint in str(caught.value)


def test_a_single_sample_leaves_the_layer_unbuilt():
    layer = Dense(2)
    with pytest.raises(ValueError, match="is this a single sample"):
        layer(np.ones(784))
    assert not layer.built
