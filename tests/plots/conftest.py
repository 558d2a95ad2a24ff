"""Every test draws on figures of its own, without a screen."""

import matplotlib.pyplot as plt
import pytest


@pytest.fixture(autouse=True)
def _fresh_figures():
    plt.switch_backend("agg")
    yield
    plt.close("all")
