"""The mistakes that people make most, each with the message it draws: the words of Keras, and what layerlab adds."""

import re

import numpy as np
import pytest

from layerlab import Input, Sequential
from layerlab import layers as L

ones = np.ones


def trained(y=4, **compiled):
    model = Sequential([Input((3,)), L.Dense(4)])
    model.compile(**({"optimizer": "sgd", "loss": "mse"} | compiled))
    model.fit(ones((2, 3)), ones((2, y)), verbose=0)


def dense_for_three():
    layer = L.Dense(2)
    layer.build((None, 3))
    return layer


MISTAKES = {
    "a single image": (
        lambda: L.Conv2D(2, 3, name="c")(ones((5, 5, 1))),
        "Input 0 with name 'None' of layer 'c' is incompatible with the layer: expected min_ndim=4, found ndim=3. Full "
        "shape received: (5, 5, 1). x has shape (5, 5, 1): is this a single sample?",
    ),
    "a single image to pool": (lambda: L.MaxPooling2D()(ones((5, 5, 1))), "expected ndim=4, found ndim=3. Full shape"),
    "other features": (
        lambda: dense_for_three()(ones((2, 4))),
        "expected axis -1 of input shape to have value 3, but received input with shape (2, 4)",
    ),
    "an unknown name": (
        lambda: L.Dense(2, kernel_initializer="foo"),
        "Could not interpret initializer identifier: foo",
    ),
    "a misspelt argument": (
        lambda: L.Dense(2, skernel_initializer="zeros"),
        "Unrecognized keyword arguments passed to Dense: {'skernel_initializer': 'zeros'}. Did you mean "
        "'kernel_initializer'?",
    ),
    "an argument left out": (lambda: L.Dense(), "Dense.__init__() missing 1 required positional argument: 'units'"),
    "no units": (
        lambda: L.Dense(0),
        "Received an invalid value for `units`, expected a positive integer. Received: un",
    ),
    "shapes that do not add up": (
        lambda: L.Add()([ones((2, 3)), ones((2, 4))]),
        "Inputs have incompatible shapes. Received shapes (3,) and (4,)",
    ),
    "shapes that do not join": (
        lambda: L.Concatenate()([ones((2, 3, 4)), ones((2, 4, 4))]),
        "A `Concatenate` layer requires inputs with matching shapes except for the concatenation axis. Received: ",
    ),
    "another number of numbers": (
        lambda: L.Reshape((5,))(ones((2, 3, 4))),
        "The total size of the tensor must be unchanged. Received: input_shape=(3, 4), target_shape=(5,) (a sample has",
    ),
    "a size that does not divide": (
        lambda: L.Reshape((-1, 5))(ones((2, 3, 4))),
        "The total size of the tensor must be unchanged, however, the input size cannot by divided by the specified",
    ),
    "a kernel larger than the image": (
        lambda: L.Conv1D(1, 7)(ones((1, 5, 1))),
        "Computed output size would be zero or negative. Received `inputs shape=(1, 5, 1)`, `kernel shape=(7, 1, 1)`, "
        "`dilation_rate=[1]`, `strides=(1,)`, `padding=valid`.",
    ),
    "a kernel of another rank": (
        lambda: L.Conv2D(1, (3, 3, 3)),
        "The `kernel_size` argument must be a tuple of 2 integers. Received kernel_size=(3, 3, 3)",
    ),
    "an unknown padding": (
        lambda: L.Conv2D(1, 3, padding="foo"),
        "The `padding` argument must be a list/tuple or one of {'valid', 'same'}. Received: foo",
    ),
    "strides and dilation": (
        lambda: L.Conv2D(1, 3, strides=2, dilation_rate=2),
        "`strides > 1` not supported in conjunction with `dilation_rate > 1`.",
    ),
    "a rate above 1": (
        lambda: L.Dropout(1.5),
        "Invalid value received for argument `rate`. Expected a float value between 0 and 1. Received: rate=1.5",
    ),
    "no compile": (
        lambda: Sequential([L.Dense(1)]).fit(ones((2, 3)), ones((2, 1))),
        "You must call `compile()` before using the model.",
    ),
    "an unknown loss": (lambda: trained(loss="foo"), "Could not interpret loss identifier: foo"),
    "an unknown metric": (lambda: trained(metrics=["foo"]), "Could not interpret metric identifier: foo"),
    "an unknown optimizer": (lambda: trained(optimizer="foo"), "Could not interpret optimizer identifier: foo"),
    "targets of another shape": (
        lambda: trained(y=3),
        "`y_true` and `y_pred` have incompatible shapes for broadcasting. Received: y_true.shape=(2, 3), y_pred.shape="
        "(2, 4). The model gives 4 numbers where the targets have 3: check its last layer.",
    ),
    "an unknown layer": (
        lambda: Sequential([L.Dense(1, name="a")]).get_layer("zz"),
        "No such layer: zz. Existing layers are: ['a'].",
    ),
}


@pytest.mark.parametrize(("mistake", "message"), MISTAKES.values(), ids=MISTAKES)
def test_the_message_says_what_is_wrong(mistake, message):
    with pytest.raises(TypeError if "missing" in message else ValueError, match=re.escape(message)):
        mistake()
