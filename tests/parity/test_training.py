"""Short training runs in layerlab and in real Keras, from equal weights and one seed: every loss and weight on the way.

`fit` shuffles, so a run agrees only if both draw the same order after `set_random_seed`.
"""

import numpy as np
import pytest

import layerlab
from tests.parity import real_keras

keras = real_keras.get()
pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")  # of Keras variables


def perceptron(k):
    return k.Sequential([k.Input((4,)), k.layers.Dense(6, "tanh", kernel_regularizer="l2"), k.layers.Dense(3)])


def convolutional(k):
    inside = [k.layers.Conv2D(3, 3, activation="relu"), k.layers.MaxPooling2D(), k.layers.BatchNormalization()]
    return k.Sequential([k.Input((6, 6, 2)), *inside, k.layers.Flatten(), k.layers.Dense(3)])


def recurrent(k):
    return k.Sequential([k.Input((5, 2)), k.layers.GRU(4), k.layers.Dense(3, kernel_constraint="max_norm")])


def words(k):
    inside = [k.layers.Embedding(7, 4, mask_zero=True), k.layers.LSTM(3)]
    return k.Sequential([k.Input((5,), dtype="int32"), *inside, k.layers.Dense(3)])


def branching(k):
    x = k.Input((4,))
    shared = k.layers.Dense(4, "gelu", bias_regularizer="l1")  # in `fit`, Keras counts one penalty on several outputs
    joined = k.layers.Concatenate()([shared(x), k.layers.LayerNormalization()(shared(shared(x)))])
    return k.Model(x, k.layers.Dense(3)(joined))


# model, optimizer, its arguments, loss, its arguments, what the targets are
CROSSENTROPY = "CategoricalCrossentropy", {"from_logits": True}, "one-hot"
SPARSE = "SparseCategoricalCrossentropy", {"from_logits": True}, "classes"
RUNS = [
    (perceptron, "SGD", {"learning_rate": 0.1}, "MeanSquaredError", {}, "numbers"),
    (perceptron, "SGD", {"learning_rate": 0.1, "momentum": 0.9, "nesterov": True}, "Huber", {"delta": 0.5}, "numbers"),
    (perceptron, "Adam", {"learning_rate": 0.01}, *CROSSENTROPY),
    (perceptron, "Adam", {"learning_rate": 0.01, "amsgrad": True, "clipnorm": 0.5}, *SPARSE),
    (perceptron, "RMSprop", {"learning_rate": 0.01, "centered": True}, "MeanAbsoluteError", {}, "numbers"),
    (perceptron, "Lion", {"learning_rate": 0.01}, "LogCosh", {}, "numbers"),
    (perceptron, "Ftrl", {"learning_rate": 0.1}, "BinaryCrossentropy", {"from_logits": True}, "one-hot"),
    (perceptron, "Adadelta", {"learning_rate": 1.0}, "CosineSimilarity", {}, "numbers"),
    (perceptron, "Adafactor", {}, "CategoricalHinge", {}, "one-hot"),
    (convolutional, "Adam", {"learning_rate": 0.01}, *SPARSE),
    (convolutional, "AdamW", {"weight_decay": 0.1, "use_ema": True}, *CROSSENTROPY),
    (recurrent, "Nadam", {"learning_rate": 0.01}, "MeanSquaredError", {}, "numbers"),
    (recurrent, "Adagrad", {"global_clipnorm": 0.1}, "MeanSquaredLogarithmicError", {}, "one-hot"),
    (words, "Adamax", {"learning_rate": 0.01}, *SPARSE),
    (branching, "SGD", {"learning_rate": 0.05, "clipvalue": 0.1}, *CROSSENTROPY),
    (branching, "Adam", {"gradient_accumulation_steps": 2}, "SquaredHinge", {}, "one-hot"),
]


def targets(kind, samples, rng):
    classes = rng.integers(0, 3, samples)
    if kind == "numbers":
        return rng.normal(size=(samples, 3)).astype("float32")
    return classes if kind == "classes" else np.eye(3, dtype="float32")[classes]


def inputs(model, samples, rng):
    shape = (samples, *model.input_shape[1:])
    if model.inputs[0].dtype == "int32":
        return rng.integers(0, 7, shape).astype("int32")
    return rng.normal(size=shape).astype("float32")


def fit(library, build, weights, run):
    """Losses by epoch, weights at the end, and what is then predicted."""
    _, optimizer, arguments, loss, loss_arguments, kind = run
    model, rng = build(library), np.random.default_rng(1)
    model.set_weights(weights)
    model.compile(getattr(library.optimizers, optimizer)(**arguments), getattr(library.losses, loss)(**loss_arguments))
    x, y = inputs(model, 22, rng), targets(kind, 22, rng)
    library.utils.set_random_seed(3)
    history = model.fit(x, y, batch_size=8, epochs=3, validation_split=0.2, verbose=0).history
    return history, model.get_weights(), model.predict(x, verbose=0)


@pytest.mark.parametrize("run", RUNS, ids=[f"{run[0].__name__}-{run[1]}-{run[3]}" for run in RUNS])
def test_training_takes_keras_course(run):
    weights = [np.array(w) for w in perturbed(run[0](layerlab).get_weights())]
    ours, theirs = (fit(library, run[0], weights, run) for library in (layerlab, keras))
    assert ours[0].keys() == theirs[0].keys()
    for name in ours[0]:
        np.testing.assert_allclose(ours[0][name], theirs[0][name], rtol=1e-4, atol=1e-5)
    for a, b in zip([*ours[1], ours[2]], [*theirs[1], theirs[2]], strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-4, atol=1e-4)


def perturbed(weights):
    """Away from the zeros that many of them start with."""
    rng = np.random.default_rng(0)
    return [w + 0.1 * rng.random(w.shape).astype("float32") for w in weights]
