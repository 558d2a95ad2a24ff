"""ReversibleEmbedding: the way there is an Embedding's, the way back a product; both train one table."""

import numpy as np
import pytest

from layerlab import Input, Model
from layerlab.autodiff import Tape
from layerlab.layers import Embedding, ReversibleEmbedding
from layerlab.masking import get_mask
from layerlab.saving import load_model
from tests.contract import Case

TABLE = np.array([[0.0, 1.0], [1.0, 0.0], [2.0, 1.0]], "float32")
ROWS = np.array([[1.0, 2.0], [0.5, -1.0]], "float32")
KWARGS = {"input_dim": 3, "output_dim": 2}
CASES = [
    Case(ReversibleEmbedding, KWARGS, (2, 4), (2, 4, 2), weights=(("embeddings", (3, 2)),), ids=3),
]


def test_the_way_there_is_that_of_an_embedding():
    ids = np.array([[2, 0]])
    np.testing.assert_array_equal(ReversibleEmbedding(3, 2, weights=TABLE)(ids), Embedding(3, 2, weights=TABLE)(ids))


def test_the_way_back_is_a_product():
    layer = ReversibleEmbedding(3, 2, weights=TABLE)
    np.testing.assert_allclose(layer(ROWS, reverse=True), ROWS @ TABLE.T)
    capped = ReversibleEmbedding(3, 2, weights=TABLE, logit_soft_cap=2.0)
    np.testing.assert_allclose(capped(ROWS, reverse=True), np.tanh(ROWS @ TABLE.T / 2) * 2, rtol=1e-6)
    assert ReversibleEmbedding(3, 2, reverse_dtype="float64")(ROWS, reverse=True).dtype == "float64"
    untied = ReversibleEmbedding(3, 2, tie_weights=False)
    np.testing.assert_allclose(untied(ROWS, reverse=True), ROWS @ untied.reverse_embeddings.numpy(), rtol=1e-6)


def test_both_ways_give_the_table_their_gradient():
    layer = ReversibleEmbedding(3, 2, weights=TABLE)
    with Tape() as tape:
        loss = np.sum(layer(layer(np.array([1])), reverse=True))
    expected = np.tile(TABLE[1], (3, 1))  # of the way back
    expected[1] += TABLE.sum(axis=0)
    np.testing.assert_allclose(tape.gradient(loss, layer.embeddings), expected)


def test_a_model_uses_one_layer_twice(tmp_path):
    ids = Input((None,), dtype="int32")
    layer = ReversibleEmbedding(5, 3, mask_zero=True)
    scores = layer(np.tanh(layer(ids)), reverse=True)
    assert scores.shape == (None, None, 5)
    model = Model(ids, scores)
    assert len(model.weights) == 1
    x = np.array([[1, 2, 0]])
    model.save(tmp_path / "model.keras")
    np.testing.assert_array_equal(load_model(tmp_path / "model.keras")(x), model(x))


def test_ids_of_0_are_masked():
    layer = ReversibleEmbedding(3, 2, mask_zero=True)
    rows = layer(np.array([[1, 0]]))
    assert get_mask(rows).tolist() == [[True, False]]
    assert get_mask(layer(rows, reverse=True)) is None
    assert get_mask(ReversibleEmbedding(3, 2)(np.array([[1, 0]]))) is None


@pytest.mark.parametrize(("reverse", "shape", "expected"), [(False, (2, 3), (2, 3, 2)), (True, (2, 3, 2), (2, 3, 3))])
def test_shapes_of_both_ways(reverse, shape, expected):
    assert ReversibleEmbedding(3, 2).compute_output_shape(shape, reverse=reverse) == expected


def test_ids_on_the_way_back_are_recognized():
    with pytest.raises(ValueError, match=r"rows of 2 numbers.*Received: an input of shape \(1, 3\). Are these ids"):
        ReversibleEmbedding(3, 2)(np.array([[0, 1, 2]]), reverse=True)
