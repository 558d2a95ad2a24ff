"""A model of two towers that share an Embedding and meet in a Dot, with a NumPy Lambda and a layer of one's own.

It trains, and the gradient of every weight agrees with finite differences.
"""

import numpy as np

from layerlab import Input, Model, layers, optimizers
from layerlab.autodiff import Tape
from tests.contract import differences

WORDS, STEPS = 7, 4


class Gate(layers.Layer):
    """x times a learned share of itself."""

    def build(self, input_shape):
        self.slope = self.add_weight(shape=(input_shape[-1],), initializer="ones", name="slope")

    def call(self, inputs):
        return inputs / (1 + np.exp(-self.slope * inputs))


def two_towers(dtype):
    """Words in, cosine of the angle between the two texts out."""
    embedding = layers.Embedding(WORDS, 3, dtype=dtype, name="words")
    left, right = Input((STEPS,), dtype="int32", name="left"), Input((STEPS,), dtype="int32", name="right")
    mean = layers.Lambda(lambda x: np.mean(x, axis=1), output_shape=(3,), dtype=dtype)
    gate = Gate(dtype=dtype)
    towers = [layers.Dense(3, "tanh", dtype=dtype)(gate(mean(embedding(x)))) for x in (left, right)]
    return Model([left, right], layers.Dot(axes=1, normalize=True, dtype=dtype)(towers))


def texts(n):
    """Pairs of texts; 1 if they begin with the same word, else -1."""
    rng = np.random.default_rng(0)
    left, right = rng.integers(0, WORDS, (2, n, STEPS))
    right[: n // 2] = rng.permuted(left[: n // 2], axis=1)
    return [left, right], np.where(np.arange(n) < n // 2, 1.0, -1.0)[:, None]


def random_start(model):
    """The model with weights that are neither zeros nor ones."""
    rng = np.random.default_rng(1)
    model.set_weights([rng.normal(size=w.shape).astype(w.dtype) for w in model.weights])
    return model


def test_gradients_agree_with_finite_differences():
    model = random_start(two_towers("float64"))
    inputs, y = texts(6)
    assert len(model.trainable_weights) == 1 + 1 + 2 * 2  # the table and the gate are shared

    def loss():
        return np.sum((model(inputs) - y) ** 2)

    with Tape() as tape:
        target = loss()
    for weight, gradient in zip(model.trainable_weights, tape.gradient(target, model.trainable_weights), strict=True):
        np.testing.assert_allclose(gradient, differences(loss, weight.value), rtol=1e-6, atol=1e-7)


def test_it_learns():
    model = random_start(two_towers("float32"))
    inputs, y = texts(64)
    model.compile(optimizers.Adam(0.02), "mse")
    losses = model.fit(inputs, y, epochs=100, verbose=0).history["loss"]
    assert losses[-1] < 0.4 * losses[0]
    same, other = np.split(model.predict(inputs, verbose=0), 2)
    assert np.mean(same) > np.mean(other) + 1
