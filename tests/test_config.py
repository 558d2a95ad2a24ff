"""The settings: their defaults, what they refuse, and what a dtype or layout argument may look like."""

import os
import subprocess
import sys

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


def test_limits_for_trial_runs():
    model = layerlab.Sequential([layerlab.layers.Dense(1)])
    model.compile("sgd", "mse")
    x, y = np.ones((12, 2)), np.ones((12, 1))
    config.set_max_epochs(2)
    config.set_max_steps_per_epoch(3)
    with pytest.warns(UserWarning, match="Limiting (epochs|steps_per_epoch) to"):
        history = model.fit(x, y, batch_size=2, epochs=5, verbose=0)
    assert history.epoch == [0, 1]
    assert model.optimizer.iterations == 6
    with pytest.warns(UserWarning, match="Limiting steps_per_epoch to 3"):
        assert len(model.predict(x, batch_size=2, verbose=0)) == 6
    assert len(model.fit(x, y, batch_size=4, epochs=2, verbose=0).epoch) == 2  # 3 steps are within the limit


@pytest.mark.parametrize("limit", ["max_epochs", "max_steps_per_epoch"])
def test_limits_come_from_the_environment(limit):
    code = f"from layerlab import config; print(config.{limit}())"
    env = {**os.environ, f"KERAS_{limit.upper()}": "7"}
    run = subprocess.run([sys.executable, "-c", code], env=env, capture_output=True, text=True)
    assert run.stdout == "7\n"


def test_messages_go_to_a_logger_when_nobody_watches(caplog, capsys):
    model = layerlab.Sequential([layerlab.Input((2,)), layerlab.layers.Dense(1)])
    model.compile("sgd", "mse")
    config.disable_interactive_logging()
    with caplog.at_level("INFO", logger="layerlab"):
        scheduler = layerlab.callbacks.LearningRateScheduler(lambda epoch: 0.5, verbose=1)
        model.fit(np.ones((4, 2)), np.ones((4, 1)), callbacks=[scheduler])
        model.summary()
    assert capsys.readouterr().out == ""
    for expected in ("LearningRateScheduler setting learning rate to 0.5", "loss:", "Trainable params: 3"):
        assert expected in caplog.text
    config.enable_interactive_logging()
    model.summary()
    assert "Trainable params: 3" in capsys.readouterr().out
