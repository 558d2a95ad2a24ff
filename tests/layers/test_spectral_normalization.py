"""SpectralNormalization against singular values from NumPy, and what it does to the layer inside."""

import numpy as np
import pytest

from layerlab import Sequential
from layerlab.autodiff import Tape
from layerlab.layers import Conv2D, Dense, Embedding, Input, Masking, ReLU, SpectralNormalization
from layerlab.masking import get_mask
from layerlab.saving import load_model


def stretch(kernel):
    return np.linalg.norm(kernel.numpy().reshape(-1, kernel.shape[-1]), 2)


@pytest.mark.parametrize(
    ("inside", "x"),
    [
        (Dense(3), np.ones((2, 4))),
        (Conv2D(2, 2), np.ones((1, 3, 3, 2))),
        (Embedding(5, 3), np.arange(5.0)),
    ],
)
def test_the_largest_singular_value_becomes_1(inside, x):
    layer = SpectralNormalization(inside, power_iterations=100)
    layer.build(x.shape)
    layer.kernel.assign(layer.kernel * (2 / stretch(layer.kernel)))
    before = layer(x, training=False)
    assert stretch(layer.kernel) == pytest.approx(2, abs=1e-5)
    after = layer(x, training=True)
    assert stretch(layer.kernel) == pytest.approx(1, abs=1e-5)
    assert before.shape == after.shape == layer.compute_output_shape(x.shape)
    np.testing.assert_array_equal(layer(x), after)  # the layer keeps the new kernel


def test_rounds_add_up_from_call_to_call():
    layer, x = SpectralNormalization(Dense(3)), np.ones((2, 4))
    for _ in range(60):
        layer(x, training=True)
    assert stretch(layer.kernel) == pytest.approx(1, abs=1e-3)


def test_a_kernel_of_zeros_stays():
    layer = SpectralNormalization(Dense(3, kernel_initializer="zeros"))
    layer.build((None, 4))
    u = layer.vector_u.numpy()
    assert not layer(np.ones((2, 4)), training=True).any()
    np.testing.assert_array_equal(layer.vector_u.numpy(), u)


def test_the_gradient_is_that_by_the_kernel_after_the_division():
    layer, x = SpectralNormalization(Dense(3), power_iterations=50), np.ones((2, 4), "float32")
    with Tape() as tape:
        loss = np.sum(layer(x, training=True) ** 2)
    kernel = layer.kernel.numpy()
    np.testing.assert_allclose(tape.gradient(loss, layer.kernel), 2 * x.T @ (x @ kernel), rtol=1e-4, atol=1e-6)


def test_a_frozen_layer_stays_as_it_is_and_no_mask_passes():
    layer = SpectralNormalization(Dense(3), trainable=False)
    y = layer(np.ones((2, 4, 2)), training=False)
    np.testing.assert_array_equal(layer(np.ones((2, 4, 2)), training=True), y)
    masked = Masking()(np.ones((2, 4, 2), "float32"))
    with pytest.warns(UserWarning, match="does not support masking"):
        assert get_mask(layer(masked)) is None


def test_it_trains_and_comes_back_from_a_file(tmp_path):
    layer = SpectralNormalization(Dense(2), power_iterations=2)
    model = Sequential([Input((4,)), layer])
    model.compile("sgd", "mse")
    x, y = np.random.default_rng(0).normal(size=(8, 4)).astype("float32"), np.ones((8, 2), "float32")
    losses = model.fit(x, y, epochs=5, verbose=0).history["loss"]
    assert losses[-1] < losses[0]
    assert [len(layer.trainable_weights), len(layer.non_trainable_weights)] == [2, 1]
    model.save(tmp_path / "model.keras")
    again = load_model(tmp_path / "model.keras")
    np.testing.assert_array_equal(again.predict(x, verbose=0), model.predict(x, verbose=0))
    assert again.layers[0].power_iterations == 2
    np.testing.assert_array_equal(again.layers[0].vector_u.numpy(), layer.vector_u.numpy())


def test_mistakes_are_named():
    with pytest.raises(ValueError, match="`power_iterations` should be greater than zero"):
        SpectralNormalization(Dense(2), power_iterations=0)
    with pytest.raises(ValueError, match="ReLU object has no attribute 'kernel' nor 'embeddings'"):
        SpectralNormalization(ReLU())(np.ones((1, 2)))
