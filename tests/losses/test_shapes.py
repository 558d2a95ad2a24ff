"""Targets, predictions and weights become arrays of one dtype, or are refused with what to do instead."""

import datetime
from fractions import Fraction

import numpy as np
import pytest

from layerlab import Input, Sequential, layers, losses
from layerlab.losses.shapes import cast


def test_an_array_of_the_dtype_stays_itself():
    x = np.ones(3, "float32")
    assert cast(x, np.dtype("float32")) is x


@pytest.mark.parametrize(
    "x",
    [[1, 0], (1.0, 0.0), np.array([1, 0], "uint8"), np.array([True, False]), np.array([1, Fraction(0)], object)],
    ids=["list", "tuple", "integers", "booleans", "objects that are numbers"],
)
def test_numbers_of_any_kind_are_converted(x):
    y = cast(x, "float32")
    assert (y.dtype, y.tolist()) == (np.float32, [1.0, 0.0])


OTHERS = {
    "strings": (np.array(["cat", "dog"]), r"dtype <U3 and shape \(2.*\)\. Names of classes .* np\.unique"),
    "bytes": (np.array([b"cat", b"dog"]), r"dtype \|S3 .*np\.unique"),
    "strings as objects": (np.array(["cat", "dog"], object), r"dtype object .*np\.unique"),
    "complex": (np.array([1j, 0]), "dtype complex128.*its real part"),
    "dates": (np.array([datetime.date(2026, 1, 1)] * 2, "datetime64[D]"), "Times are numbers once they are counted"),
}


@pytest.mark.parametrize(("x", "message"), OTHERS.values(), ids=OTHERS)
@pytest.mark.parametrize("loss", ["mse", "sparse_categorical_crossentropy", "categorical_crossentropy", "huber"])
def test_what_is_no_number_is_refused_as_targets(x, message, loss):
    model = Sequential([Input((1,)), layers.Dense(2, activation="softmax")])
    model.compile("sgd", loss)
    before = [w.copy() for w in model.get_weights()]
    targets = np.stack([x, x]) if loss != "sparse_categorical_crossentropy" else x
    for judge in (model.fit, model.evaluate):
        with pytest.raises(ValueError, match=f"Expected real numbers as targets.*{message}"):
            judge(np.ones((2, 1)), targets, verbose=0)
    with pytest.raises(ValueError, match="Expected real numbers as targets"):
        model.train_on_batch(np.ones((2, 1)), targets)
    assert all(np.array_equal(w, old) for w, old in zip(model.get_weights(), before, strict=True))


def test_and_as_weights():
    with pytest.raises(ValueError, match="Expected real numbers as targets, predictions and weights"):
        losses.MeanSquaredError()([1.0, 2.0], [1.0, 2.0], sample_weight=["a", "b"])
