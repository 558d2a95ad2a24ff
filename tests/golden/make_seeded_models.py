"""Build the seeded models with Keras's NumPy backend and store their numbers.

KERAS_BACKEND=numpy python tests/golden/make_seeded_models.py
"""

import json
from pathlib import Path

import keras
from seeded_models import MODELS, numbers

if __name__ == "__main__":
    assert keras.backend.backend() == "numpy", "only the NumPy backend draws these numbers"
    found = {name: numbers(keras, name) for name in MODELS}
    text = json.dumps({"keras": keras.__version__, "backend": "numpy", "models": found})
    Path(__file__).with_name("seeded_models.json").write_text(text + "\n")
