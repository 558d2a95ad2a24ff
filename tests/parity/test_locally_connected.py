"""Random configurations of the locally connected layers, in layerlab and in tf.keras 2, the last that had them.

LAYERLAB_PARITY_SEED draws other ones, LAYERLAB_PARITY_CASES more of each layer.
"""

import os
import warnings

import numpy as np
import pytest

from layerlab import layers
from layerlab.autodiff import Tape, stop_gradient

HOW = "install the extra: pip install -e '.[test,parity]'"
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    tf = pytest.importorskip("tensorflow", reason=f"TensorFlow is not installed; {HOW}", exc_type=ImportError)
    tf_keras = pytest.importorskip("tf_keras", reason=f"tf-keras is not installed; {HOW}", exc_type=ImportError)

CASES_EACH = int(os.environ.get("LAYERLAB_PARITY_CASES", "5"))
SEED = int(os.environ.get("LAYERLAB_PARITY_SEED", "0"))


def draw(rank, number):
    """(arguments, shape of the input) of a configuration that fits."""
    rng = np.random.default_rng([SEED, rank, number])
    implementation = int(rng.integers(1, 4))
    first = bool(rng.integers(2))
    spatial = tuple(map(int, rng.integers(4, 8, rank)))
    arguments = {
        "filters": int(rng.integers(1, 4)),
        "kernel_size": tuple(map(int, rng.integers(1, 4, rank))),
        "strides": tuple(map(int, rng.integers(1, 3, rank))),
        "padding": "valid" if implementation == 1 else str(rng.choice(["valid", "same"])),
        "data_format": "channels_first" if first else "channels_last",
        "activation": str(rng.choice(["linear", "tanh", "relu"])),
        "use_bias": bool(rng.integers(2)),
        "implementation": implementation,
    }
    channels = int(rng.integers(1, 4))
    return arguments, (2, channels, *spatial) if first else (2, *spatial, channels)


@pytest.mark.parametrize("number", range(CASES_EACH * 4))
@pytest.mark.parametrize("rank", [1, 2])
def test_outputs_and_gradients_are_those_of_keras_2(rank, number):
    arguments, shape = draw(rank, number)
    rng = np.random.default_rng(number)
    ours, theirs = (getattr(library.layers, f"LocallyConnected{rank}D")(**arguments) for library in (Ours, tf_keras))
    x = rng.normal(size=shape).astype("float32")
    theirs.build(shape)
    ours.build(shape)
    assert [w.shape for w in ours.weights] == [tuple(w.shape) for w in theirs.weights]
    weights = [0.5 * rng.normal(size=w.shape).astype("float32") for w in ours.weights]
    ours.set_weights(weights)
    theirs.set_weights(weights)
    with tf.GradientTape() as tape:
        source = tf.constant(x)
        tape.watch(source)
        expected = theirs(source)
        target = tf.reduce_sum(expected * expected)
    slopes = tape.gradient(target, [source, *theirs.trainable_weights])
    with Tape() as tape:
        watched = tape.watch(x)
        found = ours(watched)
        target = np.sum(found * found)
    close(stop_gradient(found), expected)
    for mine, slope in zip(tape.gradient(target, [watched, *ours.trainable_weights]), slopes, strict=True):
        close(mine, tf.convert_to_tensor(slope))
    assert ours.compute_output_shape(shape) == tuple(theirs.compute_output_shape(shape))
    assert ours.count_params() == theirs.count_params()


class Ours:
    layers = layers


def close(found, expected):
    expected = np.asarray(expected)
    np.testing.assert_allclose(found, expected, rtol=1e-5, atol=1e-5 * max(1.0, np.abs(expected).max(initial=0)))
