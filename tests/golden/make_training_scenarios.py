"""Run the training scenarios on real Keras and store what comes out.

KERAS_BACKEND=jax python tests/golden/make_training_scenarios.py
"""

import json
from pathlib import Path

import keras
import numpy as np
from training_scenarios import SCENARIOS


def plain(value):
    if isinstance(value, dict):
        return {key: plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    return np.asarray(value).tolist()


if __name__ == "__main__":
    found = {name: plain(scenario(keras)) for name, scenario in SCENARIOS.items()}
    text = json.dumps({"keras": keras.__version__, "scenarios": found}, indent=None)
    Path(__file__).with_name("training_scenarios.json").write_text(text + "\n")
