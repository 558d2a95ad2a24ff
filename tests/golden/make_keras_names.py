"""Writes keras_names.json: the public names of each of Keras's modules that layerlab has too.

Run with real Keras 3.15.1 installed: KERAS_BACKEND=jax python tests/golden/make_keras_names.py
"""

import json
from importlib import import_module
from pathlib import Path

MODULES = (
    "activations backend callbacks config constraints initializers layers losses metrics models ops optimizers "
    "optimizers.schedules random regularizers saving tree utils"
).split()


def public_names(module):
    """What someone can import from it, in alphabetical order."""
    return sorted(name for name in dir(import_module(module)) if not name.startswith("_"))


if __name__ == "__main__":
    names = {module: public_names(f"keras.{module}") for module in MODULES}
    names[""] = public_names("keras")
    Path(__file__).with_name("keras_names.json").write_text(json.dumps(names, indent=0) + "\n", encoding="utf-8")
