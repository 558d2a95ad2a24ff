"""Activations are drawn with the derivative that finite differences confirm."""

import matplotlib.pyplot as plt
import numpy as np
import pytest

from layerlab import activations, plots

SMOOTH = ["linear", "softplus", "softsign", "tanh", "sigmoid", "exponential", "gelu"]


def test_activation_curves_gives_values_and_slopes():
    x = np.linspace(-3, 3, 60)
    drawn = plots.activation_curves(SMOOTH, x=x)
    for name in SMOOTH:
        function = activations.get(name)
        values, slopes = drawn[name]
        np.testing.assert_array_equal(values, function(x))
        np.testing.assert_allclose(slopes, (function(x + 1e-6) - function(x - 1e-6)) / 2e-6, atol=1e-8)


def test_activation_curves_draws_function_derivative_and_label():
    drawn = plots.activation_curves({"a square": np.square, "a cube": lambda x: x**3}, x=[-1.0, 0.0, 2.0])
    figure = plt.gcf()
    for ax, (label, (values, slopes)) in zip(figure.axes, drawn.items(), strict=True):
        lines = {line.get_label(): line.get_ydata() for line in ax.lines}
        assert ax.get_title() == label
        np.testing.assert_array_equal(lines["the function"], values)
        np.testing.assert_array_equal(lines["its derivative"], slopes)


def test_activation_curves_draws_the_tangent():
    plots.activation_curves({"a square": np.square}, at=1.5)
    tangent, point, height = plt.gcf().axes[0].lines[-3:]
    rise, run = np.diff(tangent.get_ydata()), np.diff(tangent.get_xdata())
    assert (rise / run).item() == pytest.approx(3.0)
    assert (point.get_xdata()[0], point.get_ydata()[0]) == (1.5, 2.25)
    assert height.get_ydata()[0] == pytest.approx(3.0)


@pytest.mark.parametrize("count", [1, 3, 5, 8])
def test_every_lowest_panel_has_numbers_under_it(count):
    plots.activation_curves(SMOOTH[:count] if count < 8 else [*SMOOTH, "relu"], columns=4)
    figure = plt.gcf()
    figure.canvas.draw()
    shown = [ax for ax in figure.axes if ax.axison]
    assert len(shown) == count
    for ax in shown[-4:]:
        assert any(text.get_visible() and text.get_text() for text in ax.get_xticklabels())
