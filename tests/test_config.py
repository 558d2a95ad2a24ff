"""The settings: their defaults, what they refuse, and what a dtype or layout argument may look like."""

import numpy as np
import pytest

import layerlab
from layerlab import config

DTYPES = [  # as Keras 3.15.1 reads them
    (None, "float32"),
    ("float16", "float16"),
    (float, "float32"),
    (int, "int32"),
    ("int", "int32"),
    (bool, "bool"),
    ("bool", "bool"),
    (np.float64, "float64"),
    (np.dtype("int8"), "int8"),
]


@pytest.mark.parametrize(("dtype", "name"), DTYPES)
def test_standardize_dtype(dtype, name):
    assert config.standardize_dtype(dtype) == name


@pytest.mark.parametrize("dtype", ["float33", "nonsense", [1], 5])
def test_an_unknown_dtype_is_named(dtype):
    with pytest.raises(ValueError, match="Invalid dtype: "):
        config.standardize_dtype(dtype)


def test_floatx_is_the_default_of_layers():
    config.set_floatx("float64")
    assert config.standardize_dtype(None) == "float64"
    assert layerlab.layers.Dense(2)(np.ones((1, 3))).dtype == "float64"


def test_floatx_must_be_a_float():
    with pytest.raises(ValueError, match="Unknown `floatx` value: int32"):
        config.set_floatx("int32")
    assert config.floatx() == "float32"


def test_epsilon():
    config.set_epsilon(1e-3)
    assert config.epsilon() == 1e-3


@pytest.mark.parametrize("name", ["channels_first", "channels_last"])
def test_image_data_format(name):
    config.set_image_data_format(name)
    assert config.image_data_format() == config.standardize_data_format(None) == name


def test_an_unknown_layout_is_named():
    message = r"must be one of \{'channels_first', 'channels_last'\}. Received: data_format=first"
    with pytest.raises(ValueError, match=message):
        config.set_image_data_format("first")
    assert config.image_data_format() == "channels_last"


def test_the_backend_shares_the_settings():
    layerlab.backend.set_floatx("float16")
    assert config.floatx() == "float16"
