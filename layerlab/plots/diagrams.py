"""Diagrams of how layers are wired: one neuron, a dense layer beside its kernel, the shapes that flow through a model.

They read the numbers and shapes from what they are given, so a diagram cannot disagree with the code under it.
"""

import math
from itertools import pairwise

import numpy as np

from layerlab.plots.style import COLORS, DIVERGING, INK, PAPER, canvas, contrast

__all__ = ["dense_layer", "neuron", "shape_flow"]


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
        ax.text(1.25, y * 0.583, f"× {_number(w)}", ha="center", va="center", bbox=_label_box())
        _node(ax, (0, y), _number(x), COLORS["sky"])
        ax.text(-0.42, y, f"$x_{{{i}}}$", ha="right", va="center")
    _chain(ax, total, bias, name, output)
    reach = max(len(inputs) / 2, 1.0)
    ax.set(xlim=(-1.0, 9.6), ylim=(-reach - 0.1, reach + 0.1))
    ax.axis("off")
    return output


def _chain(ax, total, bias, name, output) -> None:
    """The right half of the neuron: sum, bias, activation, output."""
    stages = [
        (3, _number(total - bias), "sum", "yellow"),
        (5, _number(total), f"plus bias {_number(bias)}", "yellow"),
        (7, name, "activation", "green"),
        (9, _number(output), "output", "vermilion"),
    ]
    for x, text, caption, color in stages:
        _node(ax, (x, 0), text, COLORS[color], radius=0.46)
        ax.text(x, -0.62, caption, ha="center", va="top", fontsize=10)
    for (start, *_), (end, *_) in pairwise(stages):
        ax.annotate("", (end - 0.48, 0), (start + 0.48, 0), arrowprops={"arrowstyle": "->", "color": INK, "lw": 1.5})


def _node(ax, place, text, color, radius=0.34) -> None:
    from matplotlib.patches import Ellipse

    ax.add_patch(Ellipse(place, 2 * radius, 2 * radius * 0.9, facecolor=color, edgecolor="white", zorder=2))
    ax.text(*place, text, ha="center", va="center", color=contrast(color), fontsize=10, zorder=3)


def _number(value) -> str:
    return f"{value:.3g}".replace("-", "\N{MINUS SIGN}")


def _label_box() -> dict:
    return {"boxstyle": "round,pad=0.15", "facecolor": "white", "edgecolor": "none"}


def _activation(activation):
    """A function and its name, from either."""
    if callable(activation):
        return activation, getattr(activation, "__name__", "activation")
    from layerlab import activations

    return activations.get(activation), activation


def dense_layer(kernel, bias=None, unit=0, title=None):
    """A dense layer twice: as neurons joined by lines, and as the matrix of its weights.

    A line and its cell have one color (purple negative, orange positive); the unit asked for is emphasized in both.

    Args:
        kernel: the weights, shape (inputs, units), at most 12 x 12; or a built layer.
        bias: one number per unit; default zeros, or the layer's.
        unit: the unit, that is the column, to emphasize.
        title: a text above.

    Returns:
        The two Axes: neurons, matrix.

    >>> neurons, matrix = dense_layer(np.ones((3, 2)))
    >>> len(neurons.lines)
    6
    """
    if hasattr(kernel, "kernel"):
        kernel, bias = kernel.kernel, kernel.bias
    kernel = np.asarray(kernel)
    inputs, units = kernel.shape
    if max(kernel.shape) > 12:
        raise ValueError(
            f"`dense_layer` draws at most 12 inputs and 12 units. Received: kernel of shape {kernel.shape}"
        )
    bias = np.zeros(units) if bias is None else np.asarray(bias)
    figure, axes = canvas(1.1 + 0.5 * max(inputs + 1.5, units), columns=2)
    limit = max(np.abs(kernel).max(), np.abs(bias).max(), 1e-12)
    _wiring(axes[0], kernel, unit, limit)
    _weight_table(axes[1], kernel, bias, unit, limit)
    if title:
        figure.suptitle(title)
    return tuple(axes)


def _color_of(weight, limit):
    import matplotlib

    return matplotlib.colormaps[DIVERGING](0.5 + 0.5 * weight / limit)


def _wiring(ax, kernel, unit, limit) -> None:
    inputs, units = kernel.shape
    left, right = _spread(inputs), _spread(units)
    for i, j in np.ndindex(inputs, units):
        chosen = j == unit
        style = (
            {"linewidth": 3.2, "alpha": 1.0, "zorder": 1.5}
            if chosen
            else {"linewidth": 1.4, "alpha": 0.55, "zorder": 1}
        )
        ax.plot([0, 2], [left[i], right[j]], color=_color_of(kernel[i, j], limit), **style)
    for i, y in enumerate(left):
        _node(ax, (0, y), f"$x_{{{i}}}$", COLORS["sky"], radius=0.2)
    for j, y in enumerate(right):
        _node(ax, (2, y), f"$y_{{{j}}}$", COLORS["yellow"] if j == unit else PAPER, radius=0.2)
    reach = max(inputs, units) / 4 + 0.3
    ax.set(xlim=(-0.4, 2.4), ylim=(-reach, reach), title=f"{inputs} inputs, {units} units")
    ax.axis("off")


def _spread(count) -> np.ndarray:
    """Heights of `count` nodes, from the top down, around zero."""
    return 0.5 * ((count - 1) / 2 - np.arange(count))


def _weight_table(ax, kernel, bias, unit, limit) -> None:
    """The kernel as colored cells with its numbers, the bias as a row of its own underneath."""
    from matplotlib.patches import Rectangle

    inputs, units = kernel.shape
    rows = [(i, kernel[i]) for i in range(inputs)] + [(inputs + 0.5, bias)]
    for y, values in rows:
        for j, value in enumerate(values):
            face = _color_of(value, limit)
            ax.add_patch(Rectangle((j, y), 1, 1, facecolor=face, edgecolor="white"))
            text = f"{value:.2f}".replace("-", "\N{MINUS SIGN}")
            ax.text(j + 0.5, y + 0.5, text, ha="center", va="center", color=contrast(face[:3]), fontsize=10)
    ax.add_patch(Rectangle((unit, 0), 1, inputs, fill=False, edgecolor=INK, linewidth=2.5))
    ax.add_patch(Rectangle((unit, inputs + 0.5), 1, 1, fill=False, edgecolor=INK, linewidth=2.5))
    ticks = [i + 0.5 for i in range(inputs)] + [inputs + 1.0]
    ax.set_yticks(ticks, [f"$x_{{{i}}}$" for i in range(inputs)] + ["bias"])
    ax.set_xticks(np.arange(units) + 0.5, [f"$y_{{{j}}}$" for j in range(units)])
    ax.set(
        xlim=(-0.05, units + 0.05), ylim=(inputs + 1.6, -0.05), title=f"kernel ({inputs}, {units}) and bias ({units},)"
    )
    ax.tick_params(length=0, labeltop=True, labelbottom=False)
    ax.spines[:].set_visible(False)


def shape_flow(model, title=None):
    """The shape of the data before and after every layer of a model, and how many weights each layer holds.

    A bar is a sample's vector, a rectangle its matrix, a box its block of numbers. Their sides grow with the logarithm
    of the sizes; long models go on in a second row.

    Args:
        model: a built Sequential model.
        title: a text above.

    Returns:
        The list of steps drawn: (layer name, output shape, number of weights), the input first.

    Raises:
        ValueError: when the model does not know its input shape yet.

    >>> from layerlab.layers import Dense, Flatten, Input
    >>> from layerlab.models import Sequential
    >>> model = Sequential([Input((2, 3)), Flatten(name="flat"), Dense(4, name="last")])
    >>> shape_flow(model)
    [('input', (None, 2, 3), 0), ('flat', (None, 6), 0), ('last', (None, 4), 28)]
    """
    steps = _steps(model)
    labels = [type(layer).__name__ for layer in model.layers]
    rows = -(-len(steps) // _PER_ROW)
    columns = min(len(steps), _PER_ROW)
    tall = max(_sides(shape)[1] + _sides(shape)[2] for _, shape, _ in steps) / 2
    pitch = 2 * tall + 1.1
    span = max((columns - 1) * _STEP + 2.2, 7.0)
    _, ax = canvas(0.35 * bool(title) + 8.0 / span * (rows * pitch + 0.1))
    for k, (_, shape, weights) in enumerate(steps):
        x, y = k % _PER_ROW * _STEP, -(k // _PER_ROW) * pitch
        _block(ax, x, y, shape)
        ax.text(x, y - tall - 0.15, str(tuple(shape)), ha="center", va="top", fontsize=10)
        if k:
            _transition(ax, x - _STEP / 2, y, labels[k - 1], weights)
    middle = (columns - 1) * _STEP / 2
    ax.set(xlim=(middle - span / 2, middle + span / 2), ylim=(tall - rows * pitch + 0.5, tall + 0.15), title=title)
    ax.set_aspect("equal")
    ax.axis("off")
    return steps


_PER_ROW = 5  # states of the data side by side
_STEP = 2.4  # from one state to the next


def _steps(model) -> list[tuple]:
    try:
        shape = tuple(model.input_shape)
    except AttributeError:
        raise ValueError(
            f"`shape_flow` needs a model that knows its input shape. Received: {model!r}. "
            "Start the model with Input(shape), or call it once on data."
        ) from None
    steps = [("input", shape, 0)]
    for layer in model.layers:
        shape = tuple(layer.compute_output_shape(shape))
        steps.append((layer.name, shape, layer.count_params()))
    return steps


def _transition(ax, x, y, label, weights) -> None:
    """The arrow of a layer: its class above, its weights below."""
    arrow = {"arrowstyle": "-|>", "color": INK, "lw": 1.5, "shrinkA": 0, "shrinkB": 0}
    ax.annotate("", (x + 0.55, y), (x - 0.55, y), arrowprops=arrow)
    ax.text(x, y + 0.12, label, ha="center", va="bottom", fontsize=10, fontweight="bold")
    ax.text(x, y - 0.12, f"{weights:,}\nweights" if weights else "no\nweights", ha="center", va="top", fontsize=9)


def _sides(shape) -> tuple[float, float, float]:
    """Width, height and depth of the glyph of one sample, in the units of the drawing."""
    sizes = [0.17 * (1 + math.log2(size or 1)) for size in shape[1:]] or [0.17]
    if len(sizes) == 1:
        return 0.22, min(sizes[0], 2.0), 0.0
    high, wide, deep = [*sizes, 0.0][:3]
    return min(wide, 1.1), min(high, 1.6), min(deep, 0.8) / 2


def _block(ax, x, y, shape) -> None:
    """Bar, rectangle or box around the point (x, y)."""
    from matplotlib.patches import Polygon, Rectangle

    wide, high, deep = _sides(shape)
    left, low, right, top = x - wide / 2, y - high / 2, x + wide / 2, y + high / 2
    ax.add_patch(Rectangle((left, low), wide, high, facecolor=COLORS["sky"], edgecolor=INK))
    if deep:
        lid = [(left, top), (right, top), (right + deep, top + deep), (left + deep, top + deep)]
        side = [(right, low), (right + deep, low + deep), (right + deep, top + deep), (right, top)]
        ax.add_patch(Polygon(lid, facecolor="#A8D5F2", edgecolor=INK))
        ax.add_patch(Polygon(side, facecolor="#3A8FC4", edgecolor=INK))
