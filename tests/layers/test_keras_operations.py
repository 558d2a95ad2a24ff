"""Operations that Keras writes into graphs, such as the masks of an Embedding, read as NumPy functions."""

import numpy as np
import pytest

from layerlab import Input, Model
from layerlab.layers import GRU, Dense, Embedding
from layerlab.layers.keras_operations import is_operation, read_operation
from layerlab.layers.symbolic import KerasTensor

X = np.array([[1.0, -2.0, 0.5], [3.0, 0.0, -1.0]], dtype="float32")


@pytest.mark.parametrize(
    ("name", "config", "more", "expected", "shape"),
    [
        ("NotEqual", {}, [0], X != 0, (None, 3)),
        ("Add", {}, [X[:1]], X + X[:1], (None, 3)),
        ("Multiply", {}, [np.float32(2)], X * 2, (None, 3)),
        ("Tanh", {}, [], np.tanh(X), (None, 3)),
        ("Any", {"axis": -1, "keepdims": False}, [], np.any(X, axis=-1), (None,)),
        ("Mean", {"axis": [1], "keepdims": True}, [], X.mean(1, keepdims=True), (None, 1)),
        ("Sum", {"axis": None}, [], X.sum(), ()),
    ],
)
def test_numbers_shapes_and_types(name, config, more, expected, shape):
    call = read_operation(name, {"name": "operation", **config})
    np.testing.assert_array_equal(call(X, *more), expected)
    symbol = call(KerasTensor((None, 3)), *more)
    assert (symbol.shape, symbol.dtype) == (shape, np.asarray(expected).dtype.name)


def test_what_layerlab_does_not_read_is_named():
    with pytest.raises(ValueError, match=r"The operation 'NotEquals' of Keras .* Did you mean 'NotEqual'"):
        read_operation("NotEquals", {})


def as_keras_writes_it(model):
    """The configuration of a model with masks, which Keras computes in the graph."""
    config = model.get_config()
    source, embedding, recurrent, _ = config["layers"]
    ids = source["name"], 0, 0
    mask = {
        "module": "keras.src.ops.numpy",
        "class_name": "NotEqual",
        "config": {"name": "not_equal"},
        "registered_name": "NotEqual",
        "name": "not_equal",
        "inbound_nodes": [{"args": [tensor((None, 5), "int32", ids), 0], "kwargs": {}}],
    }
    assert is_operation(mask)
    assert not is_operation(embedding)
    call = recurrent["inbound_nodes"][0]
    call["kwargs"] = {"training": False, "mask": tensor((None, 5), "bool", ("not_equal", 0, 0))}
    config["layers"].insert(2, mask)
    return config


def tensor(shape, dtype, history):
    config = {"shape": list(shape), "dtype": dtype, "keras_history": list(history)}
    return {"class_name": "__keras_tensor__", "config": config}


def test_a_graph_with_a_mask_gives_the_same_as_without_it():
    ids = Input((5,), dtype="int32", name="ids")
    model = Model(ids, Dense(2)(GRU(3)(Embedding(7, 4, mask_zero=True)(ids))))
    again = Model.from_config(as_keras_writes_it(model))
    again.set_weights(model.get_weights())
    x = np.array([[1, 2, 3, 0, 0], [4, 0, 0, 0, 0]])
    np.testing.assert_array_equal(again(x), model(x))
    assert [operation.name for operation in again.operations if operation not in again.layers] == ["not_equal"]
    once_more = Model.from_config(again.get_config())
    once_more.set_weights(model.get_weights())
    np.testing.assert_array_equal(once_more(x), model(x))
