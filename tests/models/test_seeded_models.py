"""After set_random_seed a model has the weights, and the noise, that Keras's NumPy backend gives it: bit for bit."""

import json
import sys
from pathlib import Path

import numpy as np
import pytest

import layerlab

GOLDEN = Path(__file__).parents[1] / "golden"
sys.path.insert(0, str(GOLDEN))
from seeded_models import MODELS, numbers  # noqa: E402

EXPECTED = json.loads((GOLDEN / "seeded_models.json").read_text())["models"]


@pytest.mark.parametrize("name", MODELS)
def test_weights_are_identical_and_outputs_agree(name):
    found = numbers(layerlab, name)
    for mine, theirs in zip(found["weights"], EXPECTED[name]["weights"], strict=True):
        tolerance = 1e-5 if name == "orthogonal" else 0  # a QR factorization rounds as the LAPACK at hand does
        np.testing.assert_allclose(
            np.array(mine, "float32"), np.array(theirs, "float32"), rtol=tolerance, atol=tolerance
        )
    for mine, theirs in zip(found["outputs"], EXPECTED[name]["outputs"], strict=True):
        np.testing.assert_allclose(mine, theirs, rtol=1e-5, atol=1e-6)
    assert (found["outputs"][0] != found["outputs"][1]) == (name in ("mnist_mlp", "noise_takes_seeds_too"))
