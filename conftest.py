"""What every test and every doctest starts from: default settings, names from zero, NumPy printing as it does.

Figures need no screen. Notebooks run in kernels of their own, which inherit the environment: a backend named there
would replace the inline one, and the figures under the cells would be missing.
"""

import os
import sys

import matplotlib
import numpy as np
import pytest

from layerlab import config, utils

os.environ.pop("MPLBACKEND", None)
matplotlib.use("agg")


@pytest.fixture(autouse=True)
def fresh_session():
    """A test neither sees nor leaves behind names, a random state, settings or figures."""
    utils.clear_session()
    with np.printoptions():
        yield
    config.set_floatx("float32")
    config.set_epsilon(1e-7)
    config.set_image_data_format("channels_last")
    config.enable_interactive_logging()
    config.set_max_epochs(None)
    config.set_max_steps_per_epoch(None)
    if pyplot := sys.modules.get("matplotlib.pyplot"):
        pyplot.close("all")
