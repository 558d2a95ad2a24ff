"""Input and InputLayer: shapes, types, names, and the messages for what is no shape."""

import numpy as np
import pytest

from layerlab import Input
from layerlab.layers import InputLayer


@pytest.mark.parametrize(
    ("kwargs", "shape", "dtype"),
    [
        ({"shape": (3,)}, (None, 3), "float32"),
        ({"shape": [3, 4]}, (None, 3, 4), "float32"),
        ({"shape": ()}, (None,), "float32"),
        ({"shape": (None, 2)}, (None, None, 2), "float32"),
        ({"shape": (0,)}, (None, 0), "float32"),
        ({"shape": (np.int64(3),)}, (None, 3), "float32"),
        ({"shape": (3,), "batch_size": 2}, (2, 3), "float32"),
        ({"batch_shape": (2, 3)}, (2, 3), "float32"),
        ({"batch_shape": (None, None)}, (None, None), "float32"),
        ({"shape": (3,), "dtype": "int32"}, (None, 3), "int32"),
        ({"shape": (3,), "dtype": np.float64}, (None, 3), "float64"),
        ({"shape": (3,), "sparse": False, "ragged": False, "optional": True}, (None, 3), "float32"),
    ],
)
def test_shapes_and_types(kwargs, shape, dtype):
    x = Input(**kwargs)
    assert (x.shape, x.dtype) == (shape, dtype)
    layer = x._keras_history.operation
    assert isinstance(layer, InputLayer)
    assert (layer.built, layer.weights, layer.batch_shape, layer.output) == (True, [], shape, x)
    assert layer.input == []
    again = InputLayer.from_config(layer.get_config())
    assert again.get_config() == layer.get_config()


@pytest.mark.parametrize(
    ("kwargs", "message"),
    [
        ({}, "You must pass a `shape` argument"),
        ({"shape": None}, "You must pass a `shape` argument"),
        ({"shape": 3}, r"Cannot convert '3' to a shape. Did you mean \(3,\)"),
        ({"shape": np.ones((5, 3))}, r"Did you mean \(3,\), that of one sample"),
        ({"shape": (-1,)}, "Negative dimensions are not allowed"),
        ({"shape": (3.5,)}, "Found invalid dimension '3.5'"),
        ({"batch_shape": 3}, "Cannot convert '3' to a shape"),
        ({"shape": (3,), "batch_size": "a"}, "Found invalid dimension 'a'"),
        ({"shape": (3,), "batch_shape": (2, 3)}, "You cannot pass both `shape` and `batch_shape` at the same time"),
        ({"batch_size": 2, "batch_shape": (2, 3)}, "You cannot pass both `batch_size` and `batch_shape`"),
        ({"shape": (3,), "dtype": "foo"}, "Invalid dtype: foo"),
        ({"shape": (3,), "name": "a/b"}, "Argument `name` must be a string"),
        ({"shape": (3,), "sparse": True}, "only dense arrays"),
        ({"shape": (3,), "ragged": True}, "only dense arrays"),
        ({"tensor": np.ones(3)}, "Argument `input_tensor` must be a KerasTensor"),
    ],
)
def test_wrong_arguments(kwargs, message):
    with pytest.raises(ValueError, match=message):
        Input(**kwargs)


def test_names():
    assert Input((3,), name="pixels").name == "pixels"
    assert Input((3,), name="pixels")._keras_history.operation.name == "pixels"
    assert [InputLayer((3,)).name, InputLayer((3,)).name] == ["input_layer", "input_layer_1"]


def test_a_tensor_can_be_begun_with():
    x = Input((3,), dtype="int32")
    assert Input(tensor=x) is x
    assert Input((3,), dtype="int32", sparse=False, tensor=x) is x


@pytest.mark.parametrize(
    "kwargs", [{"shape": (4,)}, {"batch_size": 2}, {"batch_shape": [2, 3]}, {"dtype": "int64"}, {"sparse": True}]
)
def test_a_tensor_agrees_with_the_other_arguments(kwargs):
    message = f"When providing the `input_tensor` argument, you cannot provide an incompatible `{next(iter(kwargs))}`"
    with pytest.raises(ValueError, match=message):
        Input(tensor=Input((3,), dtype="int32"), **kwargs)


def test_the_old_arguments():
    with pytest.warns(UserWarning, match="Argument `input_shape` is deprecated"):
        assert InputLayer(input_shape=(3,)).batch_shape == (None, 3)
    assert InputLayer(batch_input_shape=(2, 3)).batch_shape == (2, 3)


def test_an_input_layer_is_not_called():
    with pytest.raises(TypeError, match="too many positional arguments"):
        InputLayer((3,))(np.ones((2, 3)))
    assert InputLayer((3,)).call() is None


def test_configuration():
    assert InputLayer((3,), name="x").get_config() == {
        "batch_shape": (None, 3),
        "dtype": "float32",
        "sparse": False,
        "ragged": False,
        "name": "x",
        "optional": False,
    }
    assert InputLayer((3,)).compute_output_shape() == (None, 3)
