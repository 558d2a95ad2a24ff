"""Masking, Identity and ActivityRegularization."""

import numpy as np
import pytest

from layerlab.autodiff import gradient
from layerlab.layers import ActivityRegularization, Dropout, Identity, Masking, ReLU
from layerlab.masking import get_mask

X = np.array([[[1.0, 0.0], [0.0, 0.0]], [[-1.0, -1.0], [2.0, 3.0]]])


@pytest.mark.parametrize(
    ("mask_value", "mask"),
    [(0.0, [[True, False], [True, True]]), (-1, [[True, True], [False, True]]), (5.0, [[True, True], [True, True]])],
)
def test_steps_full_of_the_mask_value_are_absent(mask_value, mask):
    layer = Masking(mask_value)
    y = layer(X)
    assert get_mask(y).tolist() == layer.compute_mask(X).tolist() == mask
    np.testing.assert_array_equal(y, X * np.array(mask)[..., None])


def test_masks_go_through_layers_that_change_each_number_alone():
    y = Dropout(0.5, seed=0)(ReLU()(Masking()(X)), training=True)
    assert get_mask(y).tolist() == [[True, False], [True, True]]


def test_no_gradient_flows_through_absent_steps():
    found = gradient(lambda x: np.sum(Masking(dtype="float64")(x) ** 2))(X - [[[0, 0]], [[1, 1]]] * np.ones_like(X))
    assert found[0, 1].tolist() == [0, 0]
    assert np.all(found[1] != 0)


def test_masking_keeps_integers():
    x = np.array([[[1, 2], [0, 0]]])
    y = Masking()(x)
    assert y.dtype == x.dtype
    assert get_mask(y).tolist() == [[True, False]]


def test_identity_passes_any_structure():
    inputs = {"a": np.ones(2, "float32"), "b": [np.zeros((1, 2), "int64")]}
    outputs = Identity()(inputs)
    assert outputs["a"] is inputs["a"]
    assert outputs["b"][0] is inputs["b"][0]


def test_activity_regularization_adds_a_penalty_for_each_sample():
    layer = ActivityRegularization(l1=0.1, l2=0.2)
    x = np.array([[1.0, -2.0], [3.0, -4.0]], "float32")
    assert layer(x) is x
    np.testing.assert_allclose(layer.losses, [(0.1 * 10 + 0.2 * 30) / 2], rtol=1e-6)
    assert "activity_regularizer" not in layer.get_config()


@pytest.mark.parametrize("name", ["l1", "l2"])
def test_factors_are_not_negative(name):
    with pytest.raises(ValueError, match=f"Invalid value for argument {name}: expected a non-negative float"):
        ActivityRegularization(**{name: -1})
