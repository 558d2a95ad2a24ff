"""One neuron as a diagram: inputs, weights, sum, bias, activation and output, each with its number.

The numbers are computed here from what is given, so the picture cannot disagree with the formula.
"""

from itertools import pairwise

import numpy as np

from layerlab.plots.style import COLORS, INK, canvas, node, signed

__all__ = ["neuron"]


def neuron(inputs, weights, bias=0.0, activation="relu"):
    """One neuron with its numbers: each input times its weight, the sum, the bias, the activation.

    Args:
        inputs: the numbers that come in, shape (n,).
        weights: one per input, shape (n,).
        bias: the number added to the sum.
        activation: name of the activation, or a function.

    Returns:
        The neuron's output, as drawn.

    >>> neuron([1.0, 2.0], [0.5, -1.0], bias=0.25)
    0.0
    """
    inputs, weights = np.asarray(inputs, dtype=float), np.asarray(weights, dtype=float)
    total = float(inputs @ weights + bias)
    function, name = _activation(activation)
    output = float(function(np.array([total]))[0])
    ax = canvas(0.9 + 0.62 * len(inputs))[1]
    heights = np.arange(len(inputs))[::-1] - (len(inputs) - 1) / 2
    widest = max(np.abs(weights).max(), 1e-12)
    for i, (y, x, w) in enumerate(zip(heights, inputs, weights, strict=True)):
        color = COLORS["orange"] if w >= 0 else COLORS["purple"]
        ax.plot([0, 3], [y, 0], color=color, linewidth=1 + 4 * abs(w) / widest, zorder=1)
        ax.text(1.25, y * 0.583, f"× {signed(w)}", ha="center", va="center", bbox=_label_box())
        node(ax, (0, y), signed(x), COLORS["sky"])
        ax.text(-0.42, y, f"$x_{{{i}}}$", ha="right", va="center")
    _chain(ax, total, bias, name, output)
    reach = max(len(inputs) / 2, 1.0)
    ax.set(xlim=(-1.0, 9.6), ylim=(-reach - 0.1, reach + 0.1))
    ax.axis("off")
    return output


def _chain(ax, total, bias, name, output) -> None:
    """The right half of the neuron: sum, bias, activation, output."""
    stages = [
        (3, signed(total - bias), "sum", "yellow"),
        (5, signed(total), f"plus bias {signed(bias)}", "yellow"),
        (7, name, "activation", "green"),
        (9, signed(output), "output", "vermilion"),
    ]
    for x, text, caption, color in stages:
        node(ax, (x, 0), text, COLORS[color], radius=0.46)
        ax.text(x, -0.62, caption, ha="center", va="top", fontsize=10)
    for (start, *_), (end, *_) in pairwise(stages):
        ax.annotate("", (end - 0.48, 0), (start + 0.48, 0), arrowprops={"arrowstyle": "->", "color": INK, "lw": 1.5})


def _label_box() -> dict:
    return {"boxstyle": "round,pad=0.15", "facecolor": "white", "edgecolor": "none"}


def _activation(activation):
    """A function and its name, from either."""
    if callable(activation):
        return activation, getattr(activation, "__name__", "activation")
    from layerlab import activations

    return activations.get(activation), activation
