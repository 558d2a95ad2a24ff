"""Every loss gives Keras's values and gradients: with weights, masks and all reductions, clipped and far out."""

import json
from pathlib import Path

import numpy as np
import pytest

from layerlab import losses
from layerlab.autodiff import Tape, check_gradients, stop_gradient
from layerlab.masking import set_mask

CASES = json.loads((Path(__file__).parents[1] / "golden" / "losses.json").read_text())
IDS = [f"{i}-{case['call'][0]}" for i, case in enumerate(CASES)]
# The edge cases at the end lie on kinks, where finite differences mean nothing.
SMOOTH = [case for case in CASES if np.abs(case["y_pred"]).max() < 10 and np.abs(case["y_pred"]).min() > 1e-6]


def read(case):
    """The loss, the arrays and the weights of a case."""
    name, arguments = case["call"]
    arguments = {key: tuple(value) if isinstance(value, list) else value for key, value in arguments.items()}
    arrays = [np.array(case[key], dtype="float32") for key in ("y_true", "y_pred")]
    optional = [np.array(case[key]) if key in case else None for key in ("sample_weight", "mask")]
    return getattr(losses, name), arguments, *arrays, *optional


@pytest.mark.parametrize("case", CASES, ids=IDS)
def test_value_and_gradient(case):
    cls, arguments, y_true, y_pred, sample_weight, mask = read(case)
    with Tape() as tape:
        p = tape.watch(y_pred)
        if mask is not None:
            set_mask(p, mask)
        value = cls(**arguments)(y_true, p, sample_weight=sample_weight)
        total = np.sum(value)
    gradient = tape.gradient(total, p)
    assert value.dtype == gradient.dtype == np.float32
    np.testing.assert_allclose(stop_gradient(value), case["value"], rtol=2e-5, atol=2e-6)
    np.testing.assert_allclose(gradient, case["gradient"], rtol=1e-4, atol=2e-6)


@pytest.mark.parametrize("case", CASES, ids=IDS)
def test_plain_arrays_give_what_traced_ones_give(case):
    cls, arguments, y_true, y_pred, sample_weight, mask = read(case)
    set_mask(y_pred, mask)
    value = cls(**arguments)(y_true, y_pred, sample_weight=sample_weight)
    assert isinstance(value, np.ndarray | np.floating)
    np.testing.assert_allclose(value, case["value"], rtol=2e-5, atol=2e-6)


@pytest.mark.parametrize("case", SMOOTH, ids=[case["call"][0] for case in SMOOTH])
def test_gradient_in_float64(case):
    cls, arguments, y_true, y_pred, sample_weight, mask = read(case)
    loss = cls(**arguments, dtype="float64")

    def of_predictions(p):
        set_mask(p, mask)
        return loss(y_true, p, sample_weight=sample_weight)

    check_gradients(of_predictions, y_pred, tolerance=1e-5)
