"""EinsumDense: equations, the shapes that follow from them, biases, and the initializers' fans."""

import numpy as np
import pytest

from layerlab.layers import Dense, EinsumDense
from tests.contract import Case

CASES = [
    Case(EinsumDense, {"equation": "ab,bc->ac", "output_shape": 4}, (2, 3), (2, 4), weights=(("kernel", (3, 4)),)),
    Case(
        EinsumDense,
        {"equation": "...x,xy->...y", "output_shape": 2, "bias_axes": "y", "activation": "tanh"},
        (2, 4, 3),
        (2, 4, 2),
        weights=(("kernel", (3, 2)), ("bias", (2,))),
    ),
    Case(
        EinsumDense,
        {"equation": "abc,cde->abde", "output_shape": (4, 2, 3), "bias_axes": "d", "kernel_regularizer": "l2"},
        (2, 4, 3),
        (2, 4, 2, 3),
        weights=(("kernel", (3, 2, 3)), ("bias", (2, 1))),
    ),
    Case(
        EinsumDense,
        {"equation": "ab...,bc->ac...", "output_shape": 2, "bias_axes": "c", "activity_regularizer": "l1"},
        (2, 3, 4),
        (2, 2, 4),
        weights=(("kernel", (3, 2)), ("bias", (2, 1))),
    ),
]


@pytest.mark.parametrize(
    ("equation", "output_shape", "bias_axes", "input_shape", "kernel", "bias", "output"),
    [
        ("abc,cd->abd", (None, 4), None, (2, 5, 3), (3, 4), None, (2, 5, 4)),
        ("abcd,cde->abe", (None, 4), "e", (None, 5, 2, 3), (2, 3, 4), (4,), (None, 5, 4)),
        ("...bc,bc->...b", 3, "b", (2, 7, 3, 4), (3, 4), (3,), (2, 7, 3)),
        ("...c,cde->...de", (3, 4), "de", (2, 1, 5), (5, 3, 4), (3, 4), (2, 1, 3, 4)),
        ("abc...,cd->abd...", (None, 4), "b", (2, 5, 3, 6), (3, 4), (5, 1, 1), (2, 5, 4, 6)),
        ("ibd,nd->ibn", (2, 3), None, (2, 2, 5), (3, 5), None, (2, 2, 3)),
    ],
)
def test_shapes_follow_from_the_equation(equation, output_shape, bias_axes, input_shape, kernel, bias, output):
    layer = EinsumDense(equation, output_shape, bias_axes=bias_axes)
    assert layer.compute_output_shape(input_shape) == output
    layer.build(input_shape)
    assert layer.kernel.shape == kernel
    assert (layer.bias if bias is None else layer.bias.shape) == bias


def test_it_is_what_einsum_says():
    x = np.random.default_rng(0).normal(size=(2, 4, 3)).astype("float32")
    layer = EinsumDense("abc,cde->abed", (4, 5, 2), bias_axes="ed", activation="relu", bias_initializer="ones")
    layer.build(x.shape)
    expected = np.einsum("abc,cde->abed", x, layer.kernel.numpy())
    np.testing.assert_allclose(layer(x), np.maximum(expected + 1, 0), rtol=1e-5, atol=1e-6)


def test_a_dense_layer_is_a_special_case():
    x = np.random.default_rng(0).normal(size=(2, 4, 3)).astype("float32")
    dense, layer = Dense(5), EinsumDense("...x,xy->...y", 5, bias_axes="y")
    dense(x), layer(x)
    layer.set_weights(dense.get_weights())
    np.testing.assert_allclose(layer(x), dense(x), rtol=1e-5, atol=1e-6)


def test_fans_are_counted_by_the_equation():
    limit = np.sqrt(6 / (8 + 60))  # 8 inputs are summed for each of 5 · 12 outputs
    layer = EinsumDense("abc,cde->abde", (None, 5, 12), kernel_initializer="glorot_uniform")
    layer.build((None, 3, 8))
    assert 0.95 * limit < np.abs(layer.kernel.numpy()).max() <= limit
    assert layer.kernel_initializer.input_axes is None  # what was asked for stays as it was
    told = EinsumDense("ab,bc->ac", 3, kernel_initializer={"class_name": "HeNormal", "config": {"seed": 1}})
    told.build((None, 2))
    assert told.get_config()["kernel_initializer"]["config"]["seed"] == 1


@pytest.mark.parametrize(
    ("equation", "arguments", "message"),
    [
        ("ab", {}, "Invalid einsum equation 'ab'. Equations must be in the form"),
        ("...ab,bc->ac", {}, "Invalid einsum equation"),
        ("...ab...,bc->...ac...", {}, "Invalid einsum equation"),
        ("ab,bc->bc", {}, "do not match at shared dimension 'b'. Input shape is 3, and output shape is 2"),
        ("ab,bc->ad", {}, "Dimension 'd' was specified in the output 'ad' but has no corresponding dim"),
        ("ab,bcd->ac", {}, "Weight dimension 'd' did not have a match in either the input spec 'ab'"),
        ("ab,bc->ac", {"bias_axes": "x"}, "Bias dimension 'x' was requested, but is not part of the output spec 'ac'"),
    ],
)
def test_equations_that_are_none(equation, arguments, message):
    with pytest.raises(ValueError, match=message):
        EinsumDense(equation, 4, **arguments).build((2, 3))


@pytest.mark.parametrize(
    ("equation", "output_shape", "input_shape", "message"),
    [
        ("abc,cd->abd", 7, (2, 3, 4), r"to be the sizes of \(b, d\): the letters of the output in 'abc,cd"),
        ("abc,cd->abd", (9, 7), (2, 3, 4), "shared dimension 'b'. Input shape is 3, and output shape is 9"),
        ("...x,xy->...xy", (9, 5), (2, 3), "shared dimension 'x'. Input shape is 3, and output shape is 9"),
        (
            "abc,cd->abd",
            (None, 7),
            (2, 3),
            r"'abc,cd->abd' needs an input of at least 3 axes. Received: input_shape=\(2, 3",
        ),
        ("ab...,bc->ac...", 5, (2,), "needs an input of at least 2 axes"),
        ("...x,xy->...y", 5, (3,), "needs an input of at least 2 axes"),
    ],
)
def test_shapes_that_contradict_the_equation(equation, output_shape, input_shape, message):
    with pytest.raises(ValueError, match=message):
        EinsumDense(equation, output_shape).build(input_shape)
    with pytest.raises(ValueError, match=message):
        EinsumDense(equation, output_shape).compute_output_shape(input_shape)


def test_no_quantization():
    with pytest.raises(ValueError, match="layerlab has no LoRA and no quantization"):
        EinsumDense("ab,bc->ac", 4, lora_rank=2)
