"""Files travel between layerlab and real Keras, where there is one: predictions and further training agree.

Keras runs in a process of its own: the Python that runs the tests, if it has Keras, or the one that the environment
variable LAYERLAB_KERAS_PYTHON names.
"""

import importlib.util
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from layerlab import Model, Sequential, layers, optimizers, saving, utils
from layerlab.layers import (
    ELU,
    Activation,
    ActivityRegularization,
    AlphaDropout,
    Dense,
    Dropout,
    Flatten,
    GaussianDropout,
    GaussianNoise,
    Input,
    LeakyReLU,
    Masking,
    Permute,
    PReLU,
    ReLU,
    RepeatVector,
    Reshape,
    Softmax,
)

PYTHON = os.environ.get("LAYERLAB_KERAS_PYTHON") or (importlib.util.find_spec("keras") and sys.executable)
pytestmark = pytest.mark.skipif(not PYTHON, reason="keras is not installed, and LAYERLAB_KERAS_PYTHON names no Python")


def chain(*inside, shape=(4,)):
    return Sequential([Input(shape), *inside, Dense(2)])


def compiled(model, optimizer="sgd"):
    model.compile(optimizer, "mse", metrics=["mae"])
    return model


def deferred():
    model = Sequential([Dense(3, "tanh"), Dense(2)])
    model(np.ones((6, 4), "float32"))
    return model


def shared():
    layer = Dense(4, "tanh")
    return chain(layer, Dense(4), layer)


def functional():
    source, twice = Input((4,), name="source"), Dense(4, "tanh", name="twice")
    inner = Sequential([Dense(3), PReLU()], name="inner")
    return Model(source, Dense(2, name="end")(inner(twice(twice(source)))), name="graph")


def functional_at_the_end():
    a = Input((4,), name="a")
    inside = Model(a, Dense(3, "relu")(a), name="inside")
    source = Input((4,), name="source")
    return Model(source, inside(Dense(4, name="between")(inside(source))))


def nested_functional():
    a = Input((4,), name="a")
    inside = Model(a, Dense(3, "relu")(a), name="inside")
    return Sequential([Input((4,)), inside, Dense(2)])


def residual():
    left, right = Input((4,), name="left"), Input((4,), name="right")
    shared = Dense(3, "relu", name="shared")
    both = layers.Concatenate()([layers.Add()([shared(left), shared(right)]), layers.Multiply()([left, right])])
    return Model([left, right], Dense(2)(layers.BatchNormalization()(both)), name="residual")


def images(*inside):
    return Sequential([Input((8, 8, 2)), *inside, Flatten(), Dense(2)])


def words(*inside):
    return Sequential([Input((5,), dtype="int32"), layers.Embedding(9, 4, mask_zero=True), *inside, Dense(2)])


def graph_with_masks():
    source = Input((5,), dtype="int32", name="ids")
    embedded = layers.Embedding(9, 4, mask_zero=True)(source)
    return Model(source, Dense(2)(layers.LSTM(3)(layers.GRU(4, return_sequences=True)(embedded))))


def regularized():
    arguments = {"kernel_regularizer": "l1l2", "bias_regularizer": "l2", "kernel_constraint": "max_norm"}
    return chain(
        Dense(5, kernel_initializer="he_normal", bias_constraint="non_neg", **arguments),
        Dense(4, kernel_initializer="orthogonal", activity_regularizer="l1", kernel_constraint="unit_norm"),
        ActivityRegularization(l2=0.01),
    )


def scheduled():
    schedule = optimizers.schedules.PiecewiseConstantDecay([1, 3], [0.1, 0.05, 0.01])
    return compiled(chain(Dense(3)), optimizers.SGD(schedule, momentum=0.9, nesterov=True, clipnorm=1.0))


MODELS = {
    "activations": lambda: chain(Dense(6, "gelu"), Activation("silu"), Dense(5, "hard_sigmoid"), Softmax()),
    "activation layers": lambda: compiled(chain(Dense(6), ReLU(3.0, 0.1), LeakyReLU(0.2), ELU(0.5), PReLU())),
    "shapes": lambda: compiled(
        chain(Permute((2, 1)), Reshape((-1,)), RepeatVector(2), Dense(3), Flatten(), shape=(3, 2))
    ),
    "masking": lambda: chain(Masking(0.5), Dense(3), shape=(3, 2)),
    "noise": lambda: chain(Dropout(0.5), GaussianNoise(0.1), GaussianDropout(0.2), AlphaDropout(0.1, seed=3)),
    "nested": lambda: compiled(chain(Sequential([Dense(4), Sequential([Dense(3, "tanh")])], name="deep")), "adam"),
    "frozen": lambda: compiled(chain(Dense(3, trainable=False), Dense(4)), "adam"),
    "deferred": deferred,
    "shared": shared,
    "functional": lambda: compiled(functional(), "adam"),
    "functional inside a chain": lambda: compiled(nested_functional(), "rmsprop"),
    "functional at the end": functional_at_the_end,
    "two inputs": lambda: compiled(residual(), "adam"),
    "convolution": lambda: compiled(
        images(layers.Conv2D(3, 3, padding="same", activation="relu"), layers.MaxPooling2D(), layers.Conv2D(2, 2)),
        "adam",
    ),
    "other convolutions": lambda: images(
        layers.SeparableConv2D(3, 3), layers.DepthwiseConv2D(2, strides=2), layers.Conv2DTranspose(2, 3)
    ),
    "one-dimensional": lambda: compiled(
        chain(
            layers.Conv1D(3, 2, padding="causal", dilation_rate=2), layers.AveragePooling1D(2), Flatten(), shape=(6, 2)
        )
    ),
    "normalization": lambda: compiled(  # not Adam: it makes whole steps of the bias's gradient, which is noise around 0
        chain(Dense(4), layers.BatchNormalization(), layers.LayerNormalization(), layers.UnitNormalization())
    ),
    "sizes": lambda: images(layers.ZeroPadding2D(1), layers.Cropping2D(2), layers.UpSampling2D(2)),
    "words": lambda: compiled(words(layers.LSTM(3)), "adam"),
    "graph with masks": lambda: compiled(graph_with_masks()),
    "recurrent": lambda: words(
        layers.Bidirectional(layers.GRU(3, return_sequences=True)),
        layers.TimeDistributed(Dense(3)),
        layers.SimpleRNN(2),
    ),
    "regularized": lambda: compiled(regularized()),
    "scheduled": scheduled,
    "no weights": lambda: Sequential([Input((4,)), Activation("relu")]),
    "one axis more": lambda: compiled(chain(Dense(3, use_bias=False), shape=(2, 3, 4)), "adam"),
} | {
    f"trained with {name}": lambda name=name: compiled(chain(Dense(3, "tanh")), name)
    for name in ("adam", "adamw", "rmsprop", "adagrad", "adadelta", "adamax", "nadam", "ftrl", "lion", "adafactor")
}

ONE_WAY = {"shared"}  # in Keras's own file of a chain that uses a layer twice, the layer is listed once
# not in Keras's `.h5`: two of the optimizer's variables have one name; operations are called like layers
UNWRITTEN = {"trained with adafactor", "graph with masks"}


def data(model, seed):
    """Numbers for every input of a model."""
    rng = np.random.default_rng(seed)
    shapes = [(6, *tensor.shape[1:]) for tensor in model.inputs]
    if model.inputs[0].dtype == "int32":
        return [rng.integers(0, 9, size=shape) for shape in shapes]
    return [rng.normal(size=shape).astype("float32") for shape in shapes]


def stored_inputs(path):
    with np.load(path) as stored:
        arrays = [stored[key] for key in sorted(stored)]
    return arrays if len(arrays) > 1 else arrays[0]


def train(model, x, y):
    model.fit(x, y, epochs=2, batch_size=6, shuffle=False, verbose=0)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """What both sides wrote: models and weights of layerlab, Keras's numbers, and Keras's own files in `again`."""
    folder = tmp_path_factory.mktemp("files")
    for i, (name, make) in enumerate(MODELS.items()):
        utils.set_random_seed(i)
        model = make()
        arrays = data(model, i)
        np.savez(folder / f"{name}.npz", *arrays)
        if model.compiled:  # so that there is a state of the optimizer
            train(model, stored_inputs(folder / f"{name}.npz"), np.zeros((6, *model.output_shape[1:]), "float32"))
        model.save(folder / f"{name}.keras")
        if name not in ONE_WAY:
            model.save(folder / f"{name}.legacy.h5")
        model.save_weights(folder / f"{name}.weights.h5")
    command = [PYTHON, str(Path(__file__).with_name("keras_side.py")), str(folder)]
    environment = {"KERAS_BACKEND": "jax"} | os.environ
    done = subprocess.run(command, capture_output=True, text=True, env=environment)
    assert done.returncode == 0, done.stderr[-3000:]
    return folder


@pytest.mark.parametrize("name", MODELS)
def test_keras_loads_what_layerlab_saved_and_layerlab_what_keras_saved(folder, name):
    x, keras = stored_inputs(folder / f"{name}.npz"), np.load(folder / f"{name}.out.npz")
    ours = saving.load_model(folder / f"{name}.keras")
    expected = ours.predict(x, verbose=0)
    np.testing.assert_allclose(keras["before"], expected, rtol=1e-6, atol=1e-6)
    np.testing.assert_allclose(keras["again"], expected, rtol=1e-6, atol=1e-6)
    if ours.compiled:
        train(ours, x, np.ones_like(expected))
        np.testing.assert_allclose(keras["after"], ours.predict(x, verbose=0), atol=1e-5)

    if name in ONE_WAY:
        return
    np.testing.assert_allclose(keras["legacy"], expected, rtol=1e-6, atol=1e-6)
    back = saving.load_model(folder / "again" / f"{name}.keras")
    last = keras["after" if ours.compiled else "before"]
    np.testing.assert_allclose(back.predict(x, verbose=0), last, rtol=1e-6, atol=1e-6)
    ending = "keras" if name in UNWRITTEN else "legacy.h5"
    legacy = saving.load_model(folder / "again" / f"{name}.{ending}", compile=ours.compiled)
    np.testing.assert_allclose(legacy.predict(x, verbose=0), last, rtol=1e-6, atol=1e-6)
    assert [layer.name for layer in back.layers] == [layer.name for layer in ours.layers]
    if ours.compiled:  # the optimizer goes on where Keras's was
        for model in (ours, back, legacy):
            train(model, x, np.zeros_like(last))
        np.testing.assert_allclose(legacy.predict(x, verbose=0), back.predict(x, verbose=0), rtol=1e-6, atol=1e-6)
        np.testing.assert_allclose(back.predict(x, verbose=0), ours.predict(x, verbose=0), atol=1e-5)

    ours.load_weights(folder / "again" / f"{name}.weights.h5")
    np.testing.assert_allclose(ours.predict(x, verbose=0), last, rtol=1e-6, atol=1e-6)
