"""Real Keras on jax, or the reason to skip: `keras = real_keras.get()` at the top of a test file.

It must be asked before anything else imports Keras, whose backend is chosen once.
"""

import os
import warnings

import pytest

__all__ = ["get"]

HOW = "install the extra: pip install -e '.[test,parity]'"


def get():
    """The module `keras`, its backend jax; skips the test file where that cannot be had."""
    pytest.importorskip("jax", reason=f"jax is not installed; {HOW}")
    os.environ["KERAS_BACKEND"] = "jax"
    os.environ.setdefault("XLA_FLAGS", "--xla_backend_optimization_level=0")  # compiling takes longer than running
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        keras = pytest.importorskip("keras", reason=f"keras is not installed; {HOW}")
    if keras.backend.backend() != "jax":
        pytest.skip("Keras was imported before with another backend", allow_module_level=True)
    return keras
