"""Layers that merge several inputs: against slow loops, with masks, with every wrong input there is."""

import functools
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as st_numpy

from layerlab import Input, Model
from layerlab import layers as L
from layerlab.autodiff import Tape
from layerlab.masking import get_mask, set_mask
from tests.contract import Case

KEEPS = {"supports_masking": True, "keeps_integers": True}
PAIR = [(2, 3), (2, 3)]
UNEVEN = [(2, 3, 4), (2, 1, 4), (2, 4)]

CASES = [
    Case(L.Add, {}, PAIR, (2, 3), **KEEPS),
    Case(L.Add, {"activity_regularizer": "l2"}, UNEVEN, (2, 3, 4), **KEEPS),
    Case(L.Subtract, {}, PAIR, (2, 3), **KEEPS),
    Case(L.Multiply, {}, PAIR, (2, 3), **KEEPS),
    Case(L.Multiply, {}, UNEVEN, (2, 3, 4), **KEEPS),
    Case(L.Average, {}, UNEVEN, (2, 3, 4), supports_masking=True),
    Case(L.Maximum, {}, PAIR, (2, 3), **KEEPS),
    Case(L.Maximum, {}, UNEVEN, (2, 3, 4), **KEEPS),
    Case(L.Minimum, {}, UNEVEN, (2, 3, 4), **KEEPS),
    Case(L.Concatenate, {}, [(2, 3), (2, 1), (2, 2)], (2, 6), **KEEPS),
    Case(L.Concatenate, {"axis": 1}, [(2, 3, 4), (2, 1, 4)], (2, 4, 4), **KEEPS),
    Case(L.Dot, {"axes": 1}, PAIR, (2, 1), consumes_masks=True, keeps_integers=True),
    Case(L.Dot, {"axes": (2, 1)}, [(2, 3, 4), (2, 4, 5)], (2, 3, 5), consumes_masks=True, keeps_integers=True),
    Case(L.Dot, {"axes": -1, "normalize": True}, [(2, 3, 4), (2, 4)], (2, 3), consumes_masks=True),
]

F, WIDE = np.ones((2, 3), "float32"), np.ones((2, 4), "float32")
OPERATIONS = {
    L.Add: sum,
    L.Multiply: math.prod,
    L.Average: lambda values: sum(values) / len(values),
    L.Maximum: max,
    L.Minimum: min,
}


# --- numbers against loops --------------------------------------------------------------------------------------------


@given(st.data(), st.sampled_from(list(OPERATIONS)), st.integers(1, 3))
def test_elementwise_layers_are_loops_over_single_numbers(data, layer, n):
    shapes = data.draw(st_numpy.mutually_broadcastable_shapes(num_shapes=n, min_dims=1, max_dims=3, max_side=3))
    rng = np.random.default_rng(0)
    inputs = [rng.normal(size=(2, *shape)).astype("float32") for shape in shapes.input_shapes]
    y = layer()(inputs)
    assert y.shape == (2, *shapes.result_shape)
    whole = [np.stack([np.broadcast_to(sample, shapes.result_shape) for sample in x]) for x in inputs]
    for place in np.ndindex(y.shape):
        np.testing.assert_allclose(y[place], OPERATIONS[layer]([float(x[place]) for x in whole]), rtol=1e-5, atol=1e-6)


@given(st.data(), st.booleans())
def test_dot_is_a_sum_of_products_for_each_sample(data, normalize):
    sizes = st.lists(st.integers(1, 3), min_size=1, max_size=3)
    a, b = data.draw(sizes), data.draw(sizes)
    i, j = data.draw(st.integers(0, len(a) - 1)), data.draw(st.integers(0, len(b) - 1))
    b[j] = a[i]
    rng = np.random.default_rng(0)
    x, y = rng.normal(size=(2, *a)).astype("float32"), rng.normal(size=(2, *b)).astype("float32")
    found = L.Dot((i + 1, j - len(b)), normalize)([x, y])
    if normalize:
        x = x / np.sqrt(np.sum(x * x, i + 1, keepdims=True))
        y = y / np.sqrt(np.sum(y * y, j + 1, keepdims=True))
    expected = np.stack([np.tensordot(p, q, (i, j)) for p, q in zip(x, y, strict=True)])
    np.testing.assert_allclose(found, expected.reshape(2, *(expected.shape[1:] or (1,))), rtol=1e-4, atol=1e-5)


def test_a_vector_of_zeros_has_no_direction_and_a_finite_gradient():
    with Tape() as tape:
        x = tape.watch(np.zeros((1, 3), "float32"))
        y = np.sum(L.Dot(1, normalize=True)([x, np.ones((1, 3), "float32")]))
    assert y == 0
    assert np.all(np.isfinite(tape.gradient(y, x)))


@pytest.mark.parametrize("layer", [L.Maximum, L.Minimum])
def test_at_a_tie_each_input_gets_half_of_the_gradient(layer):
    with Tape() as tape:
        a, b = tape.watch(F), tape.watch(F)
        y = np.sum(layer()([a, b]))
    for gradient in tape.gradient(y, [a, b]):
        np.testing.assert_array_equal(gradient, np.full_like(F, 0.5))


def test_concatenate_joins_along_any_axis():
    x = np.arange(6.0, dtype="float32").reshape(1, 2, 3)
    for axis in (-3, -2, -1, 0, 1, 2):
        np.testing.assert_array_equal(L.Concatenate(axis)([x, -x, x]), np.concatenate([x, -x, x], axis))


@pytest.mark.parametrize(
    ("name", "kwargs"),
    [(name, {}) for name in ("Add", "Subtract", "Multiply", "Average", "Maximum", "Minimum")]
    + [("Concatenate", {"axis": 0}), ("Concatenate", {}), ("Dot", {"axes": 1, "normalize": True})],
)
def test_functions_are_layers_made_and_called_at_once(name, kwargs):
    function = getattr(L, name.lower())
    x, y = np.random.default_rng(0).normal(size=(2, 2, 3))
    np.testing.assert_array_equal(function([x, y], **kwargs), getattr(L, name)(**kwargs)([x, y]))
    symbol = function([Input((3,)), Input((3,))], name="mine", **kwargs)
    assert symbol._keras_history.operation.name == "mine"


def test_dot_as_a_function_sums_along_the_last_axis():
    np.testing.assert_array_equal(L.dot([F, 2 * F]), [[6], [6]])


# --- types ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("dtypes", "expected"),
    [
        (("int32", "int32"), "int32"),
        (("int32", "int64"), "int64"),
        (("uint8", "int8"), "int16"),
        (("int64", "float32"), "float32"),
        (("float64", "int32"), "float32"),
        (("float16", "float32"), "float32"),
    ],
)
def test_integers_stay_integers_among_themselves(dtypes, expected):
    for layer in (L.Add, L.Maximum, L.Concatenate, functools.partial(L.Dot, 1)):
        assert layer()([F.astype(dtype) for dtype in dtypes]).dtype == expected
        assert layer()([Input((3,), dtype=dtype) for dtype in dtypes]).dtype == expected


# --- masks ------------------------------------------------------------------------------------------------------------

STEPS = np.array([[[0.0, 0.0], [-1.0, -2.0], [0.0, 0.0], [-3.0, -4.0]]], "float32")
LATER = np.array([[[0.0, 0.0], [0.0, 0.0], [-1.0, -2.0], [-3.0, -4.0]]], "float32")


@pytest.mark.parametrize(
    ("layer", "one_masked", "both_masked"),
    [
        (L.Add, [0, -1, -1, -6], [0, -1, -1, -6]),
        (L.Subtract, [0, -1, 1, 0], [0, -1, 1, 0]),
        (L.Average, [0, -0.5, -0.5, -3], [0, -0.5, -0.5, -3]),
        (L.Multiply, [0, 0, -1, 9], [0, -1, -1, 9]),
        (L.Maximum, [0, 0, -1, -3], [0, -1, -1, -3]),
        (L.Minimum, [0, -1, -1, -3], [0, -1, -1, -3]),
    ],
)
def test_masked_steps_take_no_part_where_zero_would_be_wrong(layer, one_masked, both_masked):
    masking = L.Masking()
    y = layer()([masking(STEPS), LATER])
    np.testing.assert_array_equal(y[0, :, 0], one_masked)
    assert get_mask(y) is None
    y = layer()([masking(STEPS), masking(LATER)])
    np.testing.assert_array_equal(y[0, :, 0], both_masked)
    np.testing.assert_array_equal(get_mask(y), [[False, True, True, True]])


def test_masks_of_samples_with_fewer_axes_are_stretched_with_them():
    x, row = np.ones((2, 3, 4), "float32"), np.full((2, 4), 5.0, "float32")
    set_mask(x, np.array([[True, False, True], [False, False, True]]))
    set_mask(row, np.array([True, False]))
    y = L.Multiply()([x, row])
    np.testing.assert_array_equal(y[..., 0], [[5, 5, 5], [0, 0, 1]])
    np.testing.assert_array_equal(get_mask(y), [[True, True, True], [False, False, True]])


def test_masks_travel_through_a_model():
    first, second = Input((4, 2)), Input((4, 2))
    joined = L.Concatenate(axis=1)([L.Masking()(first), second])
    y = Model([first, second], joined)([STEPS, LATER])
    np.testing.assert_array_equal(get_mask(y), [[False, True, False, True, True, True, True, True]])


@pytest.mark.parametrize("layer", [L.Add, L.Multiply, L.Maximum, L.Concatenate])
def test_masks_must_come_in_a_list_of_the_same_length(layer):
    with pytest.raises(ValueError, match="`mask` should be a list"):
        layer().compute_mask([F, F], F)
    with pytest.raises(ValueError, match="`inputs` should be a list"):
        layer().compute_mask(F, [None, None])
    with pytest.raises(ValueError, match="should have the same length"):
        layer().compute_mask([F, F], [None])
    assert layer().compute_mask([F, F], None) is None
    assert layer().compute_mask([F, F], [None, None]) is None


# --- shapes -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("layer", "shapes", "expected"),
    [
        (L.Add(), [(2, 3), (None, 3)], (2, 3)),
        (L.Add(), [(None, 3, 1), (None, 1, 4)], (None, 3, 4)),
        (L.Add(), [(None, None, 4), (None, 3, 4)], (None, None, 4)),
        (L.Add(), ((None, 5),), (None, 5)),
        (L.Multiply(), [(None, 4), (None, 2, 3, 4)], (None, 2, 3, 4)),
        (L.Concatenate(), [(None, 3, 1), (None, None, 4)], (None, 3, 5)),
        (L.Concatenate(1), [(None, None, 4), (None, 2, 4)], (None, None, 4)),
        (L.Dot(1), [(None, 3), (2, None)], (2, 1)),
        (L.Dot((3, 2)), [(2, 3, 5, 4), (2, 6, 4, 7)], (2, 3, 5, 6, 7)),
    ],
)
def test_open_sizes_stay_open_unless_another_input_knows(layer, shapes, expected):
    assert layer.compute_output_shape(shapes) == expected


def test_a_single_sample_joins_a_batch_in_a_model_that_did_not_say_how_large_it_is():
    model = Model(inputs := [Input((3,)), Input((3,))], L.Add()(inputs))
    np.testing.assert_array_equal(model([F, F[:1]]), 2 * F)


# --- mistakes ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("layer", "inputs", "message"),
    [
        (L.Add(), F, r"A merge layer should be called on a list of inputs. Received: input_shape=\(2, 3\)"),
        (L.Add(), {"a": F, "b": F}, "A merge layer should be called on a list of inputs"),
        (L.Add(), [], "A merge layer should be called on a list of at least 1 input. Received 0 inputs"),
        (L.Add(), [F, WIDE], r"Inputs have incompatible shapes. Received shapes \(3,\) and \(4,\)"),
        (L.Add(), [F, WIDE[:, None]], r"Inputs have incompatible shapes. Received shapes \(1, 4\) and \(3,\)"),
        (L.Add(), [F, F[:1]], r"different batch sizes. Received tensors with shapes \[\(2, 3\), \(1, 3\)\]"),
        (L.Add(), [[1.0, 2.0], [3.0, 4.0]], "Only input tensors may be passed as positional arguments"),
        (L.Subtract(), [F], "A `Subtract` layer should be called on exactly 2 inputs"),
        (L.Subtract(), [F, F, F], "A `Subtract` layer should be called on exactly 2 inputs"),
        (L.Concatenate(), F, "A `Concatenate` layer should be called on a list of at least 1 input"),
        (L.Concatenate(), [], "A `Concatenate` layer should be called on a list of at least 1 input"),
        (L.Concatenate(0), [F, WIDE], "requires inputs with matching shapes except for the concatenation axis"),
        (L.Concatenate(), [F, F[None]], "requires inputs with matching shapes except for the concatenation axis"),
        (L.Concatenate(2), [F, F], r"Axis 2 is out of bounds for input shape \(2, 3\). Received: axis=2"),
        (L.Dot(1), F, "A `Dot` layer should be called on a list of 2 inputs"),
        (L.Dot(1), [F, F, F], "A `Dot` layer should be called on a list of 2 inputs"),
        (L.Dot(1), [F, WIDE], r"Incompatible input shapes: axis values 3 \(at axis 1\) != 4 \(at axis 1\)"),
        (L.Dot(0), [F, F], "Cannot perform batch_dot over axis 0"),
        (L.Dot(-2), [F, F], "Cannot perform batch_dot over axis 0"),
        (L.Dot(2), [F, F], r"Axis 2 is out of bounds for input shape \(2, 3\). Received: axes=2"),
        (L.Dot(1), [F, F[:1]], "Cannot do batch_dot on inputs with different batch sizes"),
        (L.Dot(0), [F[0], F[0]], "Cannot do batch_dot on inputs with rank < 2"),
    ],
    ids=lambda value: value.name if isinstance(value, L.Layer) else None,
)
def test_inputs_that_do_not_fit(layer, inputs, message):
    with pytest.raises(ValueError, match=message):
        layer(inputs)
    assert not layer.built


def test_several_inputs_outside_a_list():
    with pytest.raises(TypeError, match=r"too many positional arguments.*layer\(\[a, b\]\)"):
        L.Add()(F, F)


def test_a_built_layer_still_wants_a_list():
    layer = L.Add()
    layer([F, F])
    with pytest.raises(ValueError, match="A merge layer should be called on a list of inputs"):
        layer(F)


@pytest.mark.parametrize(
    ("axes", "error", "message"),
    [
        (1.5, TypeError, "Invalid type for argument `axes`: it should be a list or an int. Received: axes=1.5"),
        (None, TypeError, "Invalid type for argument `axes`"),
        ((1,), ValueError, "it should contain two elements"),
        ((1, 2, 3), ValueError, "it should contain two elements"),
        ((1, 1.0), ValueError, "list elements should be integers"),
    ],
)
def test_axes_that_are_none(axes, error, message):
    with pytest.raises(error, match=message):
        L.Dot(axes)


def test_inputs_may_come_by_name():
    assert L.Add()(inputs=[Input((3,)), Input((3,))]).shape == (None, 3)
    np.testing.assert_array_equal(L.Add()(inputs=[F, F]), 2 * F)
