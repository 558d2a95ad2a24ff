"""The same training programs on layerlab as on Keras, and the same numbers."""

import json
import sys
from pathlib import Path

import numpy as np
import pytest

import layerlab

GOLDEN = Path(__file__).parents[1] / "golden"
sys.path.insert(0, str(GOLDEN))
from training_scenarios import SCENARIOS  # noqa: E402

EXPECTED = json.loads((GOLDEN / "training_scenarios.json").read_text())["scenarios"]


def assert_same(found, expected, where):
    if isinstance(expected, dict):
        assert sorted(found) == sorted(expected), where
        for key in expected:
            assert_same(found[key], expected[key], f"{where}.{key}")
    elif expected and isinstance(expected, list) and isinstance(expected[0], list):
        assert len(found) == len(expected), where
        for a, b in zip(found, expected, strict=True):
            assert_same(a, b, where)
    else:
        np.testing.assert_allclose(found, expected, rtol=2e-5, atol=2e-6, err_msg=where)


@pytest.mark.parametrize("name", SCENARIOS)
def test_scenario_gives_keras_numbers(name):
    assert_same(SCENARIOS[name](layerlab), EXPECTED[name], name)


def test_history_names_are_in_keras_order():
    history = [key for key in SCENARIOS["validation_split"](layerlab) if key.startswith("history.")]
    expected = [key for key in EXPECTED["validation_split"] if key.startswith("history.")]
    assert history == expected
