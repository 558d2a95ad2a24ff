"""For every test of the repository, doctests and notebooks included: figures need no screen, and are closed after a test.

The notebooks run in kernels of their own, which inherit the environment: a backend named there would replace the inline
one, and the figures under the cells would be missing.
"""

import os
import sys

import matplotlib
import pytest

os.environ.pop("MPLBACKEND", None)
matplotlib.use("agg")


@pytest.fixture(autouse=True)
def _close_figures():
    yield
    if "matplotlib.pyplot" in sys.modules:
        sys.modules["matplotlib.pyplot"].close("all")
