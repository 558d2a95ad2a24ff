"""Symbolic tensors: NumPy calls on them, their history, and what they refuse."""

import numpy as np
import pytest

from layerlab import Input, Model
from layerlab.layers import LSTM, Concatenate, Dense, Embedding, InputLayer, Masking
from layerlab.layers.symbolic import KerasTensor, dry_run, standardize_shape
from layerlab.masking import get_mask

K = np.ones((3, 2), "float32")


@pytest.mark.parametrize(
    ("function", "shape", "dtype"),
    [
        (lambda x: x + 1, (None, 3), "float32"),
        (lambda x: -abs(2 / x), (None, 3), "float32"),
        (lambda x: x[:, 0], (None,), "float32"),
        (lambda x: x[:, None], (None, 1, 3), "float32"),
        (lambda x: x @ K, (None, 2), "float32"),
        (lambda x: np.ones((1, 3), "float32") + x, (None, 3), "float32"),
        (lambda x: np.concatenate([x, x], axis=-1), (None, 6), "float32"),
        (lambda x: np.concatenate([x, x], axis=0), (None, 3), "float32"),
        (lambda x: np.stack([x, x]), (2, None, 3), "float32"),
        (lambda x: np.sum(x, axis=-1), (None,), "float32"),
        (lambda x: x.sum(), (), "float32"),
        (lambda x: x.T, (3, None), "float32"),
        (lambda x: x.reshape((-1, 3, 1)), (None, 3, 1), "float32"),
        (lambda x: x.astype("int32"), (None, 3), "int32"),
        (lambda x: x > 0, (None, 3), "bool"),
        (lambda x: np.matmul(x[:, :, None], x[:, None, :]), (None, 3, 3), "float32"),
    ],
)
def test_numpy_calls_give_symbolic_tensors(function, shape, dtype):
    y = function(Input((3,)))
    assert isinstance(y, KerasTensor)
    assert (y.shape, y.dtype) == (shape, dtype)


def test_a_wrong_shape_is_found_before_there_is_data():
    with pytest.raises(ValueError, match="mismatch"):
        _ = Input((4,)) @ K


def test_each_tensor_remembers_its_call():
    x, layer = Input((3,), name="x"), Dense(2)
    first, second = layer(x), layer(x)
    assert (first._keras_history.operation, first._keras_history.node_index) == (layer, 0)
    assert second._keras_history.node_index == 1
    assert layer._inbound_nodes[0].input_tensors == [x]
    assert layer._inbound_nodes[0].output_tensors == [first]
    assert x._keras_history.operation.name == "x"


@pytest.mark.parametrize(
    ("use", "error", "message"),
    [
        (np.array, ValueError, "A KerasTensor is symbolic"),
        (np.asarray, ValueError, "A KerasTensor is symbolic"),
        (float, ValueError, "A KerasTensor is symbolic"),
        (int, ValueError, "A KerasTensor is symbolic"),
        (range, ValueError, "A KerasTensor is symbolic"),
        (bool, TypeError, "A symbolic KerasTensor cannot be used as a boolean"),
        (list, NotImplementedError, "Iterating over a symbolic KerasTensor is not supported"),
        (len, TypeError, "not known yet"),
        (lambda x: x.__setitem__(0, 1), TypeError, "does not support item assignment"),
        (lambda x: x.numpy(), AttributeError, "numpy"),
    ],
)
def test_values_cannot_be_had(use, error, message):
    with pytest.raises(error, match=message):
        use(Input((3,)))


def test_a_tensor_equals_itself():
    x, y = Input((3,)), Input((3,))
    assert (x == x) is True
    assert (x == y).dtype == "bool"
    assert y in {x, y}


def test_known_lengths_are_known():
    x = Input(batch_shape=(2, 3))
    assert len(x) == 2
    assert [part.shape for part in x] == [(3,), (3,)]


def test_it_is_dense():
    assert (Input((3,)).sparse, Input((3,)).ragged) == (False, False)


def test_repr():
    assert repr(KerasTensor((None, 3), name="a")) == "<KerasTensor shape=(None, 3), dtype=float32, name=a>"


@pytest.mark.parametrize(
    ("shape", "message"),
    [
        (3, r"Cannot convert '3' to a shape. Did you mean \(3,\)"),
        ("ab", "Cannot convert 'ab' to a shape"),
        ((3.5,), r"Cannot convert '\(3.5,\)' to a shape. Found invalid dimension '3.5'"),
        ((2, -1), r"Cannot convert '\(2, -1\)' to a shape. Negative dimensions are not allowed"),
        (np.ones((5, 3)), r"Cannot convert an array to a shape. Did you mean \(3,\)"),
    ],
)
def test_what_is_no_shape(shape, message):
    with pytest.raises(ValueError, match=message):
        standardize_shape(shape)


def test_a_dry_run_finds_which_axes_follow_the_unknown_one():
    def function(inputs):
        a, b = inputs
        return {"sum": a + b, "rows": np.concatenate([a, b]), "fixed": np.zeros((4, 2))}

    found = dry_run(function, ([Input((2,)), Input((2,))],), {})
    shapes = {name: tensor.shape for name, tensor in found.items()}
    assert shapes == {"sum": (None, 2), "rows": (None, 2), "fixed": (4, 2)}


class TestMasks:
    """The mask of a symbolic tensor is symbolic too, and is there when it is asked for."""

    IDS = np.array([[1, 2, 0, 0]])

    def test_it_goes_as_far_as_layers_pass_it_on(self):
        ids = Input((4,))
        embedded = Embedding(5, 3, mask_zero=True)(ids)
        sequence = LSTM(2, return_sequences=True)(embedded)
        assert get_mask(ids) is None
        assert get_mask(sequence) is get_mask(embedded)
        assert get_mask(LSTM(2)(sequence)) is None
        assert Model(ids, get_mask(Dense(2)(sequence)))(self.IDS).tolist() == [[True, True, False, False]]

    def test_merged_masks(self):
        a, b = Input((2, 1)), Input((1, 1))
        joined = Concatenate(axis=1)([Masking()(a), b])
        model = Model([a, b], get_mask(joined))
        assert model([np.array([[[0.0], [1.0]]]), np.zeros((1, 1, 1))]).tolist() == [[False, True, True]]

    def test_a_call_does_not_ask(self):
        ids = Input((4,))
        model = Model(ids, LSTM(2)(Embedding(5, 3, mask_zero=True)(ids)))
        assert [type(operation) for operation in model.operations] == [InputLayer, Embedding, LSTM]
