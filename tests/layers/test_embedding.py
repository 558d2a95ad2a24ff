"""Embedding: rows of a table by their ids, and nothing but ids."""

import numpy as np
import pytest

from layerlab import Input, Sequential
from layerlab import layers as L
from layerlab.autodiff import Tape
from layerlab.masking import get_mask
from tests.contract import Case

TABLE = (("embeddings", (5, 3)),)
SIZES = {"input_dim": 5, "output_dim": 3}

CASES = [
    Case(L.Embedding, SIZES, (2, 4), (2, 4, 3), TABLE, ids=5),
    Case(L.Embedding, SIZES | {"mask_zero": True}, (2,), (2, 3), TABLE, ids=5, supports_masking=True),
    Case(
        L.Embedding,
        SIZES
        | {
            "embeddings_initializer": "glorot_normal",
            "embeddings_regularizer": "l2",
            "embeddings_constraint": "unit_norm",
            "activity_regularizer": "l2",
        },
        (2, 4, 2),
        (2, 4, 2, 3),
        TABLE,
        ids=5,
    ),
]

ROWS = np.arange(15.0, dtype="float32").reshape(5, 3)
IDS = np.array([[0, 4], [2, 4]])


def test_each_id_becomes_its_row():
    y = L.Embedding(5, 3, weights=ROWS)(IDS)
    for place in np.ndindex(IDS.shape):
        np.testing.assert_array_equal(y[place], ROWS[IDS[place]])


@pytest.mark.parametrize("ids", [IDS + 0.9, (IDS + 0.9).astype("float16"), IDS.astype("uint8"), np.array(3), IDS > 0])
def test_ids_of_any_type_are_cut_down_to_whole_numbers(ids):
    np.testing.assert_array_equal(L.Embedding(5, 3, weights=ROWS)(ids), ROWS[ids.astype(int)])


def test_ids_are_not_cast_to_the_layer_s_own_type():
    """float16 has no 2049: it would be rounded to 2048."""
    layer = L.Embedding(3000, 1, dtype="float16")
    layer.build()
    layer.set_weights([np.arange(3000.0).reshape(-1, 1) % 7])
    for dtype in ("int32", "float32"):
        y = layer(np.array([2049], dtype))
        assert y.dtype == "float16"
        assert y == 2049 % 7


def test_the_gradient_is_in_the_rows_used():
    layer = L.Embedding(5, 3, weights=ROWS)
    with Tape() as tape:
        loss = np.sum(layer(IDS) * np.array([1.0, 10.0], "float32")[:, None])
    np.testing.assert_array_equal(tape.gradient(loss, layer.embeddings)[:, 0], [1, 0, 1, 0, 20])


def test_traced_ids_have_no_gradient():
    layer = L.Embedding(5, 3, weights=ROWS)
    with Tape() as tape:
        ids = tape.watch(IDS.astype("float32"))
        loss = np.sum(layer(ids))
    np.testing.assert_array_equal(tape.gradient(loss, ids), np.zeros((2, 2)))


def test_rows_that_no_sample_shows_stay_as_they_are():
    model = Sequential([L.Embedding(5, 3, weights=ROWS), L.Flatten(), L.Dense(1)])
    model.compile("sgd", "mse")
    model.fit(IDS, np.zeros((2, 1)), epochs=2, verbose=0)
    changed = np.any(model.layers[0].get_weights()[0] != ROWS, axis=1)
    np.testing.assert_array_equal(changed, [True, False, True, False, True])


# --- masks ------------------------------------------------------------------------------------------------------------


def test_id_zero_is_masked_but_its_row_is_given():
    y = L.Embedding(5, 3, mask_zero=True, weights=ROWS + 1)(IDS)
    np.testing.assert_array_equal(get_mask(y), [[False, True], [True, True]])
    np.testing.assert_array_equal(y[0, 0], ROWS[0] + 1)


def test_without_mask_zero_there_is_no_mask():
    layer = L.Embedding(5, 3)
    assert get_mask(layer(IDS)) is None
    assert layer.compute_mask(IDS) is None


# --- starting weights -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("weights", [ROWS, [ROWS]])
def test_the_table_can_be_given(weights):
    layer = L.Embedding(5, 3, weights=weights)
    assert layer.built
    layer.build((None, 7))  # as a model does
    np.testing.assert_array_equal(layer.embeddings, ROWS)
    assert "weights" not in layer.get_config()


def test_a_table_of_another_shape_is_refused():
    with pytest.raises(
        ValueError, match=r"weight shape \(5, 3\) is not compatible with provided weight shape \(3, 5\)"
    ):
        L.Embedding(5, 3, weights=ROWS.T)


def test_the_default_start_is_uniform_and_small():
    layer = L.Embedding(200, 10)
    layer.build()
    table = layer.embeddings.numpy()
    assert 0.049 < np.max(np.abs(table)) <= 0.05


# --- mistakes ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("ids", "message"),
    [
        ([[1, 7]], r"ids 0 to 4. Received: id 7 at position \(0, 1\); 1 of the 2 ids are outside that range\.\n"),
        ([[-1, 2]], r"ids 0 to 4. Received: id -1 at position \(0, 0\)"),
        ([1, 2, 5], r"Received: id 5 at position \(2,\); .* Ids that start at 1 need 6 rows"),
        ([1, np.nan], r"Received: id -\d+ at position \(1,\)"),
        ([1, np.inf], r"at position \(1,\)"),
    ],
)
def test_an_id_outside_the_table_is_named(ids, message):
    layer = L.Embedding(5, 3, name="words")
    with pytest.raises(IndexError, match=message) as caught:
        layer(np.array(ids))
    assert "layer 'words'" in caught.value.__notes__[0]


@pytest.mark.parametrize("size", [0, -1, 2.0, "5", None, np.int64(5), True])
def test_sizes_are_positive_integers(size):
    with pytest.raises(ValueError, match=r"`input_dim` must be a positive integer. Received: input_dim=.* \(of type "):
        L.Embedding(size, 3)
    with pytest.raises(ValueError, match=r"`output_dim` must be a positive integer. Received: output_dim="):
        L.Embedding(3, size)


def test_input_length_is_ignored_with_a_warning():
    with pytest.warns(UserWarning, match="Argument `input_length` is deprecated. Just remove it."):
        layer = L.Embedding(5, 3, input_length=2)
    assert layer(Input((7,))).shape == (None, 7, 3)


def test_low_rank_adapters_are_refused():
    with pytest.raises(ValueError, match="layerlab has no LoRA"):
        L.Embedding(5, 3, lora_rank=2)


def test_the_table_is_not_there_before_it_is_built():
    with pytest.raises(AttributeError, match="You must build the layer before accessing `embeddings`"):
        _ = L.Embedding(5, 3).embeddings


def test_a_wrong_size_in_a_configuration_is_a_type_error():
    with pytest.raises(
        TypeError, match=r"Error when deserializing class 'Embedding'[\s\S]*`input_dim` must be a positive"
    ):
        L.Embedding.from_config({"input_dim": 3.7, "output_dim": 8})
