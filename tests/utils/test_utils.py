"""`layerlab.utils` against what Keras 3.15.1 gave for the same calls."""

import random

import numpy as np
import pytest

from layerlab import Input, utils
from layerlab.naming import auto_name

ONE_HOT = [  # x, num_classes, the classes in the rows of the result, its shape
    ([0, 1, 2, 3], 4, [0, 1, 2, 3], (4, 4)),
    ([0, 2], None, [0, 2], (2, 3)),
    (np.array([[0], [2]]), None, [0, 2], (2, 3)),
    (np.array([[0, 1], [2, 1]]), None, [[0, 1], [2, 1]], (2, 2, 3)),
    (np.zeros((2, 2, 1), "uint8"), None, [[0, 0], [0, 0]], (2, 2, 1)),
    (3, 5, 3, (5,)),
    ([0.7, 1.2], None, [0, 1], (2, 2)),
    (np.array([True, False]), None, [1, 0], (2, 2)),
]


@pytest.mark.parametrize(("x", "num_classes", "classes", "shape"), ONE_HOT)
def test_to_categorical(x, num_classes, classes, shape):
    y = utils.to_categorical(x, num_classes)
    assert (y.shape, y.dtype) == (shape, "float64")
    np.testing.assert_array_equal(y.argmax(-1), classes)
    np.testing.assert_array_equal(y.sum(-1), 1)


@pytest.mark.parametrize("x", [[0, 5], [-1, 1]])
def test_to_categorical_refuses_a_class_out_of_range(x):
    message = rf"from 0 to num_classes - 1 = 2\. Received: values from {min(x)} to {max(x)}"
    with pytest.raises(ValueError, match=message):
        utils.to_categorical(x, 3)


NORMALIZED = [  # arguments, result
    ({"x": [[3.0, 4.0], [0, 0]]}, [[0.6, 0.8], [0, 0]]),
    ({"x": np.array([[3, 4], [6, 8]])}, [[0.6, 0.8], [0.6, 0.8]]),
    ({"x": np.array([3.0, 4.0])}, [[0.6, 0.8]]),
    ({"x": [[3.0, 4.0], [1, 1]], "axis": 0}, [[0.9486833, 0.9701425], [0.3162278, 0.2425356]]),
    ({"x": [[3.0, -4.0], [1, 1]], "order": 1}, [[0.4285714, -0.5714286], [0.5, 0.5]]),
    ({"x": [[3.0, -4.0], [1, 1]], "order": np.inf}, [[0.75, -1], [1, 1]]),
    ({"x": [[3.0, -4.0], [1, 1]], "order": 3}, [[0.6669718, -0.8892957], [0.7937005, 0.7937005]]),
]


@pytest.mark.parametrize(("arguments", "expected"), NORMALIZED)
def test_normalize(arguments, expected):
    np.testing.assert_allclose(utils.normalize(**arguments), expected, rtol=1e-6)


def test_normalize_keeps_float32_and_its_argument():
    x = np.array([[0, 0], [3, 4]], "float32")
    assert utils.normalize(x).dtype == "float32"
    np.testing.assert_array_equal(x, [[0, 0], [3, 4]])


RAGGED = [[1], [2, 3], [4, 5, 6]]
PADDED = [  # sequences, arguments, result
    (RAGGED, {}, [[0, 0, 1], [0, 2, 3], [4, 5, 6]]),
    (RAGGED, {"value": -1, "padding": "post"}, [[1, -1, -1], [2, 3, -1], [4, 5, 6]]),
    (RAGGED, {"maxlen": 2}, [[0, 1], [2, 3], [5, 6]]),
    (RAGGED, {"maxlen": 2, "truncating": "post"}, [[0, 1], [2, 3], [4, 5]]),
    (RAGGED, {"dtype": "float32", "value": 0.5}, [[0.5, 0.5, 1], [0.5, 2, 3], [4, 5, 6]]),
    ([[[1, 2]], [[3, 4], [5, 6]]], {}, [[[0, 0], [1, 2]], [[3, 4], [5, 6]]]),
    ([[], [1]], {}, [[0], [1]]),
    ([[], []], {}, np.zeros((2, 0))),
    ([["a"], ["b", "c"]], {"dtype": object, "value": "p"}, [["p", "a"], ["b", "c"]]),
]


@pytest.mark.parametrize(("sequences", "arguments", "expected"), PADDED)
def test_pad_sequences(sequences, arguments, expected):
    result = utils.pad_sequences(sequences, **arguments)
    assert result.dtype == arguments.get("dtype", "int32")
    np.testing.assert_array_equal(result, expected)


UNPADDABLE = [  # arguments, the message of Keras
    ({"sequences": 3}, "`sequences` must be iterable."),
    ({"sequences": [1, 2]}, "`sequences` must be a list of iterables. Found non-iterable: 1"),
    ({"sequences": RAGGED, "padding": "x"}, 'Padding type "x" not understood'),
    ({"sequences": RAGGED, "truncating": "x", "maxlen": 2}, 'Truncating type "x" not understood'),
    ({"sequences": [[1], [[2, 3]]]}, "of sequence at position 1 is different from expected shape"),
    ({"sequences": [["a"], ["b", "c"]], "value": "p"}, "`dtype` int32 is not compatible with `value`'s type"),
]


@pytest.mark.parametrize(("arguments", "message"), UNPADDABLE)
def test_pad_sequences_says_what_it_cannot_do(arguments, message):
    with pytest.raises(ValueError) as error:
        utils.pad_sequences(**arguments)
    assert message in str(error.value)


def test_clear_session_starts_names_again():
    first = auto_name("Dense")
    assert auto_name("Dense") != first
    utils.clear_session()
    assert auto_name("Dense") == first


def test_set_random_seed_makes_everything_repeatable():
    def draws():
        from layerlab import random as layerlab_random

        return random.random(), np.random.rand(), layerlab_random.uniform(()).item()

    utils.set_random_seed(7)
    first = draws()
    assert draws() != first
    utils.set_random_seed(7)
    assert draws() == first


def test_a_custom_object_scope_ends():
    class Mine:
        pass

    with utils.CustomObjectScope({"Mine": Mine}):
        assert utils.get_registered_object("Mine") is Mine
    assert utils.get_registered_object("Mine") is None


PACKED = [  # x, y, sample_weight, the tuple
    ((1,), 1),
    (([1],), ([1],)),
    (((1, 2),), ((1, 2),)),
    ((1, 2), (1, 2)),
    ((1, None, 3), 1),
    ((1, 2, 3), (1, 2, 3)),
]


@pytest.mark.parametrize(("parts", "packed"), PACKED)
def test_pack_x_y_sample_weight(parts, packed):
    assert utils.pack_x_y_sample_weight(*parts) == packed


UNPACKED = [(1, (1, None, None)), ([1], (1, None, None)), ([1, 2], (1, 2, None)), ((1, 2, 3), (1, 2, 3))]


@pytest.mark.parametrize(("data", "parts"), UNPACKED)
def test_unpack_x_y_sample_weight(data, parts):
    assert utils.unpack_x_y_sample_weight(data) == parts


def test_is_keras_tensor():
    assert utils.is_keras_tensor(Input((3,)))
    assert not utils.is_keras_tensor(np.ones(3))
