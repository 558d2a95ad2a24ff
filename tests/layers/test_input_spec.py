"""Demands on inputs: every form of InputSpec, and the sentence for each way to break it."""

import numpy as np
import pytest

from layerlab import Input
from layerlab.layers import InputSpec, Layer
from layerlab.layers.input_spec import assert_input_compatibility

X = np.ones((2, 3), "float32")
PREFIX = "Input 0 with name 'None' of layer 'mine' is incompatible with the layer: "


class Demanding(Layer):
    def __init__(self, spec):
        super().__init__(name="mine")
        self.input_spec = spec

    def call(self, inputs):
        return inputs


@pytest.mark.parametrize(
    ("spec", "x", "problem"),
    [
        (InputSpec(ndim=3), X, "expected ndim=3, found ndim=2. Full shape received: (2, 3)"),
        (InputSpec(min_ndim=3), X, "expected min_ndim=3, found ndim=2. Full shape received: (2, 3)"),
        (InputSpec(max_ndim=1), X, "expected max_ndim=1, found ndim=2"),
        (InputSpec(shape=(None, 4)), X, "expected shape=(None, 4), found shape=(2, 3)"),
        (InputSpec(dtype="float64"), X, "expected dtype=float64, found dtype=float32"),
        (
            InputSpec(axes={1: 4}),
            X,
            "expected axis 1 of input shape to have value 4, but received",
        ),
        (InputSpec(axes={-1: 4}), X, "expected axis -1 of input shape to have value 4"),
        (InputSpec(shape=(None, 4, 1), allow_last_axis_squeeze=True), X, "expected shape=(None, 4, 1)"),
    ],
)
def test_what_does_not_fit(spec, x, problem):
    with pytest.raises(ValueError) as caught:
        Demanding(spec)(x)
    assert str(caught.value).startswith(PREFIX + problem)


@pytest.mark.parametrize(
    ("spec", "inputs"),
    [
        (InputSpec(), X),
        (InputSpec(shape=(None, 3), dtype="float32"), X),
        (InputSpec(axes={-1: 3, 0: 2}), X),
        (InputSpec(shape=(None, 3, 1), allow_last_axis_squeeze=True), X),
        (InputSpec(shape=(2, 3), allow_last_axis_squeeze=True), X[..., None]),
        (InputSpec(shape=(5, 3)), Input((3,))),
        ([InputSpec(ndim=2), InputSpec(ndim=3, optional=True)], [X, None]),
        ([InputSpec(ndim=2), None], [X, X]),
        ([InputSpec(ndim=2, name="a"), InputSpec(ndim=1, name="b")], {"b": np.ones(3), "a": X}),
    ],
)
def test_what_fits(spec, inputs):
    Demanding(spec)(inputs)


def test_symbolic_inputs_are_checked_and_named():
    with pytest.raises(ValueError, match=r"Input 0 with name 'pixels' of layer 'mine'.*found ndim=2.*\(None, 3\)"):
        Demanding(InputSpec(min_ndim=3))(Input((3,), name="pixels"))


def test_the_number_of_inputs():
    with pytest.raises(ValueError, match=r'Layer "mine" expects 2 input\(s\), but it received 1 input tensors'):
        Demanding([InputSpec(), InputSpec()])(X)
    with pytest.raises(ValueError, match="Input 1 with name 'None' of layer 'mine' is incompatible"):
        Demanding([InputSpec(ndim=2), InputSpec(ndim=3)])([X, X])
    with pytest.raises(ValueError, match=r'Missing data for input "b"\. You passed a data dictionary'):
        Demanding([InputSpec(name="a"), InputSpec(name="b")])({"a": X, "c": X})


@pytest.mark.parametrize(
    ("shape", "spec", "hint"),
    [
        ((784,), InputSpec(min_ndim=2), "x[None] has shape (1, 784)"),
        ((28, 28), InputSpec(ndim=3), "x[None] has shape (1, 28, 28)"),
        ((2, 28, 28), InputSpec(min_ndim=2, axes={-1: 784}), "holds 784 numbers: a Flatten() layer"),
        ((784, 60), InputSpec(min_ndim=2, axes={-1: 784}), "x.T has shape (60, 784)"),
    ],
)
def test_likely_mistakes_are_named(shape, spec, hint):
    with pytest.raises(ValueError, match="incompatible with the layer") as caught:
        assert_input_compatibility(spec, np.zeros(shape), "mine")
    assert hint in str(caught.value)


def test_no_hint_without_a_reason():
    with pytest.raises(ValueError, match="received input with shape") as caught:
        assert_input_compatibility(InputSpec(axes={-1: 5}), X, "mine")
    assert str(caught.value).endswith("received input with shape (2, 3)")


@pytest.mark.parametrize(
    ("make", "error", "message"),
    [
        (lambda: InputSpec(axes={"a": 1}), TypeError, "Argument `axes` must be a dict with integer keys"),
        (lambda: InputSpec(axes=[1]), TypeError, "Argument `axes` must be a dict with integer keys"),
        (lambda: InputSpec(ndim=2, axes={2: 1}), ValueError, "Axis 2 is greater than the maximum allowed value: 1"),
        (lambda: InputSpec(max_ndim=2, axes={2: 1}), ValueError, "Axis 2 is greater than the maximum allowed value: 1"),
        (lambda: InputSpec(dtype="foo"), ValueError, "Invalid dtype: foo"),
    ],
)
def test_specs_that_make_no_sense(make, error, message):
    with pytest.raises(error, match=message):
        make()


def test_repr_and_configuration():
    assert repr(InputSpec(shape=(1, 2), dtype="int32")) == "InputSpec(dtype=int32, shape=(1, 2), ndim=2)"
    spec = InputSpec(shape=(1, None))
    assert spec.get_config() == {
        "dtype": None,
        "shape": (1, None),
        "ndim": 2,
        "max_ndim": None,
        "min_ndim": None,
        "axes": {},
        "optional": False,
    }
    assert InputSpec.from_config(spec.get_config()).get_config() == spec.get_config()
