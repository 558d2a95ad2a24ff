"""The shapes of the data on their way through a model: a bar, a rectangle or a box after every layer.

The shapes come from the layers' own `compute_output_shape`; the model need not have seen any data.
"""

import math
import re

from layerlab.plots.style import COLORS, INK, canvas

__all__ = ["shape_flow"]

_PER_ROW = 5  # states of the data side by side
_STEP = 2.4  # from one state to the next


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
    labels = [type(layer).__name__ for layer in model.operations]
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


def _steps(model) -> list[tuple]:
    try:
        shape = tuple(model.input_shape)
    except AttributeError:
        raise ValueError(
            f"`shape_flow` needs a model that knows its input shape. Received: {model!r}. "
            "Start the model with Input(shape), or call it once on data."
        ) from None
    steps = [("input", shape, 0)]
    for layer in model.operations:
        shape = tuple(layer.compute_output_shape(shape))
        steps.append((layer.name, shape, layer.count_params()))
    return steps


def _transition(ax, x, y, label, weights) -> None:
    """The arrow of a layer: its class above (a long one on several lines), its weights below."""
    label = re.sub(r"(?<=[a-z])(?=[A-Z])", "\n", label) if len(label) > 9 else label
    arrow = {"arrowstyle": "-|>", "color": INK, "lw": 1.5, "shrinkA": 0, "shrinkB": 0}
    ax.annotate("", (x + 0.55, y), (x - 0.55, y), arrowprops=arrow)
    size = 10 if max(map(len, label.split("\n"))) < 9 else 9  # not wider than the arrow
    ax.text(x, y + 0.12, label, ha="center", va="bottom", fontsize=size, fontweight="bold")
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
    left, low = x - (wide + deep) / 2, y - (high + deep) / 2
    right, top = left + wide, low + high
    ax.add_patch(Rectangle((left, low), wide, high, facecolor=COLORS["sky"], edgecolor=INK))
    if deep:
        lid = [(left, top), (right, top), (right + deep, top + deep), (left + deep, top + deep)]
        side = [(right, low), (right + deep, low + deep), (right + deep, top + deep), (right, top)]
        ax.add_patch(Polygon(lid, facecolor="#A8D5F2", edgecolor=INK))
        ax.add_patch(Polygon(side, facecolor="#3A8FC4", edgecolor=INK))
