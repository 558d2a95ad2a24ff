"""Variables: their value, types and names; how they are assigned, traced, copied and refused."""

import copy
import pickle

import numpy as np
import pytest

import layerlab
from layerlab import initializers
from layerlab.autodiff import Tape, TracedArray, TracingError
from layerlab.config import set_floatx
from layerlab.naming import reset_names
from layerlab.variables import Variable, name_scope


@pytest.mark.parametrize(
    ("value", "dtype", "expected"),
    [
        (1, None, "int32"),
        ([1, 2], None, "int32"),
        (1.0, None, "float32"),
        (True, None, "bool"),
        (np.float64(1), None, "float32"),
        (np.ones(2), None, "float32"),
        (np.ones(2, int), None, "int32"),
        (np.ones(2, "float16"), None, "float16"),
        (np.ones(2, "uint8"), None, "uint8"),
        (np.ones(2), "float64", "float64"),
        (np.ones(2), np.float16, "float16"),
        (1, "float32", "float32"),
    ],
)
def test_the_type_of_a_given_value_is_that_of_keras(value, dtype, expected):
    assert Variable(value, dtype=dtype).dtype == expected


def test_the_default_float_type_is_the_configured_one(request):
    request.addfinalizer(lambda: set_floatx("float32"))
    set_floatx("float64")
    assert Variable(1.0).dtype == "float64"
    assert Variable(lambda shape, dtype: np.zeros(shape), shape=(2,)).dtype == "float64"


def test_the_value_is_a_copy():
    array = np.ones(3, "float32")
    v = Variable(array)
    array[0] = 5
    v.numpy()[1] = 7
    np.testing.assert_array_equal(v.value, [1, 1, 1])


@pytest.mark.parametrize(
    "initializer", ["ones", "Ones", initializers.Ones(), lambda shape, dtype: np.ones(shape, dtype)]
)
def test_a_value_that_is_made(initializer):
    v = Variable(initializer, shape=(2, 3))
    np.testing.assert_array_equal(v.value, np.ones((2, 3), "float32"), strict=True)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (
            {"initializer": "zeros"},
            "When creating a Variable from an initializer, the `shape` argument should be specified",
        ),
        ({"initializer": "foo", "shape": (2,)}, "Could not interpret initializer identifier: foo"),
        ({"initializer": 1.0, "name": "a/b"}, "Argument `name` must be a string and cannot contain character `/`"),
        ({"initializer": 1.0, "name": 3}, "Argument `name` must be a string"),
        ({"initializer": 1.0, "dtype": "foo"}, "Invalid dtype: foo"),
        ({"initializer": 1.0, "regularizer": 3}, "Invalid value for attribute `regularizer`. Expected a callable"),
        ({"initializer": 1.0, "constraint": 3}, "Invalid value for attribute `constraint`. Expected a callable"),
    ],
    ids=repr,
)
def test_wrong_arguments(arguments, message):
    with pytest.raises(ValueError, match=message):
        Variable(**arguments)


def test_attributes():
    v = Variable(np.ones((2, 3)), name="kernel", trainable=0, aggregation="mean")
    assert (v.name, v.path, v.shape, v.ndim, v.size, v.trainable, len(v)) == (
        "kernel",
        "kernel",
        (2, 3),
        2,
        6,
        False,
        2,
    )
    assert repr(v).startswith("<Variable path=kernel, shape=(2, 3), dtype=float32, value=[[1. 1. 1.]")
    reset_names()
    assert Variable(1.0).name == "variable"
    assert Variable(1.0).name == "variable_1"
    with name_scope("model"), name_scope("dense"):
        assert Variable(1.0, name="bias").path == "model/dense/bias"
    assert layerlab.Variable is Variable


def test_assigning():
    v = Variable(np.ones((2, 2)))
    before = v.value
    np.testing.assert_array_equal(v.assign([[1, 2], [3, 4]]), [[1, 2], [3, 4]])
    v.assign_add(np.ones(2))
    v.assign_sub(0.5)
    np.testing.assert_array_equal(v.value, np.array([[1.5, 2.5], [3.5, 4.5]], "float32"), strict=True)
    v.assign(Variable(np.zeros((2, 2))))
    np.testing.assert_array_equal(v.value, np.zeros((2, 2)))
    np.testing.assert_array_equal(before, np.ones((2, 2)))  # the old array is left alone


@pytest.mark.parametrize("value", [2.0, np.ones(2), np.ones((1, 2)), np.ones((2, 2, 1))], ids=np.shape)
def test_assigning_another_shape(value):
    v = Variable(np.ones((2, 2)))
    with pytest.raises(
        ValueError, match=r"in `variable.assign\(value\)` must match. variable.shape=\(2, 2\), Received"
    ):
        v.assign(value)
    np.testing.assert_array_equal(v.value, np.ones((2, 2)))


def test_an_optimizer_writes_into_the_value():
    v = Variable(np.ones(2))
    storage = v.value
    v.value -= 0.5
    v.value[...] *= 2
    assert v.value is storage
    np.testing.assert_array_equal(v.value, [1.0, 1.0])
    v.value = np.array([5.0, 6.0])
    np.testing.assert_array_equal(v.value, np.array([5.0, 6.0], "float32"), strict=True)
    with pytest.raises(ValueError, match="must match"):
        v.value = np.ones(3)


EXPRESSIONS = {
    "v + 1": [2, 3, 4], "1 - v": [0, -1, -2], "v * v": [1, 4, 9], "2 / v": [2, 1, 2 / 3], "v ** 2": [1, 4, 9],
    "v // 2": [0, 1, 1], "v % 2": [1, 0, 1], "-v": [-1, -2, -3], "abs(-v)": [1, 2, 3], "v @ v": 14, "v > 1": [0, 1, 1],
    "v == v": [1, 1, 1], "v[1:]": [2, 3], "v[v > 1]": [2, 3], "np.sum(v)": 6, "v.mean()": 2,
    "np.stack([v, v])[1]": [1, 2, 3],
    "np.concatenate([v, [9]])": [1, 2, 3, 9], "list(v)[2]": 3, "v.reshape(3, 1)[0]": 1, "np.asarray(v)": [1, 2, 3],
    "np.ones(3) + v": [2, 3, 4], "np.where(v > 1, v, 0)": [0, 2, 3], "float(v[0])": 1.0, "v.T": [1, 2, 3],
}  # fmt: skip


@pytest.mark.parametrize("expression", EXPRESSIONS)
def test_a_variable_in_a_numpy_expression(expression):
    result = eval(expression, {"np": np, "v": Variable([1.0, 2.0, 3.0])})
    assert not isinstance(result, Variable | TracedArray)
    np.testing.assert_allclose(result, EXPRESSIONS[expression], rtol=1e-6)


def test_float32_stays_float32():
    v = Variable([1.0, 2.0])
    for result in (v + 1, v * 0.5, v @ v, np.mean(v), v / np.float32(2)):
        assert result.dtype == np.float32


def test_it_is_no_boolean_and_has_no_items_to_set():
    with pytest.raises(TypeError, match="A Keras Variable cannot be used as a boolean"):
        bool(Variable(1.0))
    with pytest.raises(TypeError, match=r"'Variable' object does not support item assignment.*variable.assign"):
        Variable([1.0])[0] = 2
    assert (float(Variable(2.5)), int(Variable(2.5))) == (2.5, 2)


def test_adding_in_place_gives_a_new_array_as_in_keras():
    v = w = Variable(1.0)
    w += 1
    assert w == 2.0
    assert not isinstance(w, Variable)
    assert v.value == 1.0


@pytest.mark.parametrize("clone", [copy.deepcopy, lambda v: pickle.loads(pickle.dumps(v))], ids=["deepcopy", "pickle"])
def test_copies(clone):
    v = Variable([1.0, 2.0], name="kernel", trainable=False, regularizer=layerlab.regularizers.L2(0.1))
    twin = clone(v)
    twin.assign([5.0, 6.0])
    assert (twin.name, twin.path, twin.dtype, twin.trainable) == ("kernel", "kernel", "float32", False)
    assert twin.regularizer.get_config() == v.regularizer.get_config()
    np.testing.assert_array_equal(v.value, [1.0, 2.0])


def test_a_variable_joins_the_tape_when_it_is_used():
    v, frozen, count = Variable([1.0, 2.0]), Variable([3.0, 4.0], trainable=False), Variable(1)
    with Tape() as tape:
        assert isinstance(v.value, TracedArray)
        assert type(frozen.value) is np.ndarray
        assert type(count + 1) is np.int32  # integers have no gradient
        y = np.sum(v * v * frozen) * count
    np.testing.assert_array_equal(tape.gradient(y, v), np.array([6.0, 16.0], "float32"), strict=True)
    assert type(v.value) is np.ndarray


def test_a_frozen_variable_can_be_watched():
    frozen = Variable([3.0, 4.0], trainable=False)
    with Tape() as tape:
        tape.watch(frozen)
        y = np.sum(frozen * frozen)
    np.testing.assert_array_equal(tape.gradient(y, frozen), [6.0, 8.0])
    with Tape() as tape, pytest.raises(TypeError, match="Only floating-point arrays"):
        tape.watch(Variable(1))


def test_each_use_counts_with_the_value_it_had():
    v = Variable(2.0)
    with Tape() as tape:
        y = v * v  # 2 * 2
        v.assign(3.0)
        y = y + v * v  # 2 * 3
    assert y == 13.0
    assert tape.gradient(y, v) == 10.0


def test_writing_after_the_walk_back_and_before_a_new_tape():
    v = Variable([1.0, 2.0])
    for expected in ([1.0, 2.0], [0.8, 1.6]):
        with Tape() as tape:
            y = np.sum(v * v) / 2
        gradient = tape.gradient(y, v)
        np.testing.assert_allclose(gradient, expected, rtol=1e-6)
        v.value -= 0.2 * gradient


@pytest.mark.parametrize("method", ["assign", "assign_add", "assign_sub"])
def test_a_traced_value_is_stored_only_where_nothing_is_trained(method):
    v, moving = Variable([1.0, 2.0]), Variable([0.0, 0.0], trainable=False)
    with Tape() as tape:
        batch = tape.watch(np.array([5.0, 6.0]))
        getattr(moving, method)(batch)
        with pytest.raises(TracingError, match="would cut the gradient here"):
            getattr(v, method)(batch)
        y = np.sum(batch * moving)
    np.testing.assert_array_equal(np.abs(moving.value), [5.0, 6.0])
    np.testing.assert_array_equal(tape.gradient(y, batch), moving.value)  # moving is a constant
    v.assign(batch)  # the tape has stopped
    np.testing.assert_array_equal(v.value, [5.0, 6.0])
