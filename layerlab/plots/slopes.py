"""Activation functions as curves, each with its derivative, as the tape finds it.

All panels have one scale, so that the steepness of one can be compared with that of another.
"""

import numpy as np

from layerlab.plots.style import COLORS, canvas

__all__ = ["activation_curves"]


def activation_curves(functions, x=None, at=None, columns=4, ylim=(-2.2, 4.2)):
    """Each function as a solid line and its derivative as a dashed one, a panel per function.

    Args:
        functions: names of activations, or a dict {label: function of an array that acts on each number alone}.
        x: where to draw them; default -4 to 4.
        at: a number: mark the point there, and draw the tangent, whose slope is the derivative.
        columns: how many panels side by side.
        ylim: the vertical range of all panels.

    Returns:
        A dict {label: (values, slopes)}, each of the shape of x.

    >>> drawn = activation_curves(["relu"], x=np.array([-1.0, 0.5, 2.0]))
    >>> [part.tolist() for part in drawn["relu"]]
    [[0.0, 0.5, 2.0], [0.0, 1.0, 1.0]]
    """
    functions = _by_label(functions)
    x = np.linspace(-4, 4, 401) if x is None else np.asarray(x, dtype=float)
    columns = min(columns, len(functions))
    rows = -(-len(functions) // columns)
    figure, axes = canvas(2.15 * rows + 0.45, columns, rows, squeeze=False, sharex=True, sharey=True)
    drawn = {}
    for ax, (label, function) in zip(axes.flat, functions.items(), strict=False):
        values, slopes = drawn[label] = _with_slopes(function, x)
        _panel(ax, x, values, slopes, label)
        if at is not None:
            _tangent(ax, function, at)
    axes[0, 0].set_ylim(ylim)
    for ax in axes.flat[len(functions) :]:
        ax.axis("off")
    for ax in [*axes[-1], *axes[-2:-1, len(functions) - columns * (rows - 1) :].flat]:
        ax.xaxis.set_tick_params(labelbottom=True)
    figure.supxlabel("sum that comes in, x", fontsize=11)
    figure.supylabel("output, and its slope", fontsize=11)
    figure.legend(*axes[0, 0].get_legend_handles_labels(), loc="outside upper right", ncols=2)
    return drawn


def _by_label(functions) -> dict:
    if isinstance(functions, dict):
        return functions
    from layerlab import activations

    return {name: activations.get(name) for name in functions}


def _with_slopes(function, x):
    """The values of a function and, because each output has an input of its own, the slopes as one gradient."""
    from layerlab.autodiff import gradient

    return np.asarray(function(x)), gradient(lambda x: np.sum(function(x)))(x)


def _panel(ax, x, values, slopes, label) -> None:
    ax.axhline(0, color="#BBBBBB", linewidth=0.8, zorder=0)
    ax.axvline(0, color="#BBBBBB", linewidth=0.8, zorder=0)
    ax.plot(x, values, color=COLORS["blue"], label="the function")
    ax.plot(x, slopes, "--", color=COLORS["vermilion"], linewidth=1.6, label="its derivative")
    ax.xaxis.get_major_locator().set_params(integer=True)
    ax.set_title(label, fontsize=11)


def _tangent(ax, function, at) -> None:
    (y,), (slope,) = _with_slopes(function, np.array([float(at)]))
    near = np.array([at - 1.5, at + 1.5])
    ax.plot(near, y + slope * (near - at), color=COLORS["green"], linewidth=1.6)
    ax.plot([at], [y], "o", color=COLORS["green"])
    ax.plot([at], [slope], "o", color=COLORS["vermilion"], markersize=5)
