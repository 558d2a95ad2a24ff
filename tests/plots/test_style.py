"""The look of the course: readable, color-blind safe, and no matplotlib before it is needed."""

import subprocess
import sys

import matplotlib
import numpy as np
import pytest
from matplotlib.colors import to_rgb

from layerlab import plots
from layerlab.plots.style import contrast, series


def test_importing_plots_does_not_import_matplotlib():
    code = "import sys, layerlab.plots; print('matplotlib' in sys.modules)"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "False"


def test_use_style_sets_fonts_and_colors():
    with matplotlib.rc_context():
        plots.use_style()
        assert matplotlib.rcParams["font.size"] == 11
        assert matplotlib.rcParams["axes.prop_cycle"].by_key()["color"][0] == plots.COLORS["blue"]


def test_series_repeats_only_after_eight_colors():
    assert len(set(series(8))) == 8
    assert series(9)[8] == series(1)[0]


@pytest.mark.parametrize("color", plots.COLORS.values())
def test_text_on_every_color_of_the_palette_can_be_read(color):
    """The contrast ratio of WCAG 2, at least 3:1 (large text)."""

    def luminance(name):
        parts = np.array(to_rgb(name))
        linear = np.where(parts <= 0.04045, parts / 12.92, ((parts + 0.055) / 1.055) ** 2.4)
        return linear @ [0.2126, 0.7152, 0.0722]

    bright, dark = sorted([luminance(color), luminance(contrast(color))], reverse=True)
    assert (bright + 0.05) / (dark + 0.05) >= 3


def test_everything_public_is_exported_and_documented():
    for name in plots.__all__:
        assert hasattr(plots, name)
        assert name == "COLORS" or getattr(plots, name).__doc__
