"""Every metric gives Keras's results after each of several batches, weighted and not, and has Keras's configuration."""

import json
from pathlib import Path

import numpy as np
import pytest

from layerlab import metrics

CASES = json.loads((Path(__file__).parents[1] / "golden" / "metrics.json").read_text())
CLASSES = [case for case in CASES if "call" in case]
FUNCTIONS = [case for case in CASES if "function" in case]


@pytest.mark.parametrize("case", CLASSES, ids=[f"{i}-{case['call'][0]}" for i, case in enumerate(CLASSES)])
def test_results_after_each_batch(case):
    name, arguments = case["call"]
    metric = getattr(metrics, name)(**arguments)
    for batch, expected in zip(case["batches"], case["results"], strict=True):
        result = metric(*map(_array, batch))
        assert isinstance(result, np.ndarray | np.floating)
        assert result.dtype == np.float32
        np.testing.assert_allclose(result, expected, rtol=1e-5, atol=1e-6)


def _array(x):
    x = np.array(x)
    return x.astype("float32") if x.dtype == np.float64 else x


@pytest.mark.parametrize("case", CLASSES, ids=[f"{i}-{case['call'][0]}" for i, case in enumerate(CLASSES)])
def test_configuration(case):
    name, arguments = case["call"]
    metric = getattr(metrics, name)(**arguments)
    config = metric.get_config()
    assert json.loads(json.dumps({key: value for key, value in config.items() if key != "name"})) == case["config"]


@pytest.mark.parametrize("case", FUNCTIONS, ids=[f"{i}-{case['function']}" for i, case in enumerate(FUNCTIONS)])
def test_functions(case):
    value = getattr(metrics, case["function"])(_array(case["y_true"]), _array(case["y_pred"]), **case["arguments"])
    assert value.dtype == np.float32
    np.testing.assert_allclose(value, case["value"], rtol=1e-5, atol=1e-6)
