"""What every test starts from: default settings, names from zero, no open figures, hypothesis without a stopwatch."""

import inspect
import sys

import hypothesis
import pytest

from layerlab import config, utils

hypothesis.settings.register_profile("layerlab", deadline=None, derandomize=True)  # the same cases on every machine
hypothesis.settings.load_profile("layerlab")


@pytest.fixture(autouse=True)
def fresh_session():
    """A test neither sees nor leaves behind names, a random state, settings or figures."""
    utils.clear_session()
    yield
    config.set_floatx("float32")
    config.set_epsilon(1e-7)
    config.set_image_data_format("channels_last")
    if pyplot := sys.modules.get("matplotlib.pyplot"):
        pyplot.close("all")


@pytest.fixture
def public_names():
    """The function that tells what a module offers: its `__all__`, or whatever in it is no module of its own."""
    return lambda module: (
        getattr(module, "__all__", None)
        or [name for name, obj in vars(module).items() if not name.startswith("_") and not inspect.ismodule(obj)]
    )
