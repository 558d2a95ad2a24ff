"""How far one output of a stack of layers sees: its receptive field, layer by layer.

Drawn for one spatial axis; along each axis of a picture it is the same.
"""

from layerlab.plots.sliding import window_axes
from layerlab.plots.style import COLORS, INK, PAPER, canvas

__all__ = ["receptive_field"]


def receptive_field(layers, steps, at=None, title=None, ax=None):
    """The inputs that one output of a stack of 1-D layers depends on, as a cone of filled cells.

    Args:
        layers: 1-D convolution or pooling layers, the first nearest to the input; they need not be built.
        steps: the length of the input.
        at: which output of the last layer; default the middle one.
        title: a text above; default how many inputs are seen.
        ax: the Axes to draw on; default a new figure.

    Returns:
        A list per level, the input first: the positions seen there, padding left out.

    Raises:
        ValueError: for a layer without 1-D windows.

    >>> from layerlab.layers import Conv1D, MaxPooling1D
    >>> levels = receptive_field([Conv1D(1, 3), MaxPooling1D(2)], 8)
    >>> levels
    [[2, 3, 4, 5], [2, 3], [1]]
    """
    geometry, lengths = [], [steps]
    for layer in layers:
        geometry += window_axes(layer, [lengths[-1]])
        lengths.append(geometry[-1][1])
    seen = [[lengths[-1] // 2 if at is None else at]]
    for axis, length in zip(reversed(geometry), reversed(lengths[:-1]), strict=True):
        seen.append(sorted({i for output in seen[-1] for i in _under(output, axis) if 0 <= i < length}))
    seen.reverse()
    ax = canvas(0.6 + 0.8 * len(lengths))[1] if ax is None else ax
    places = _places(layers, geometry, lengths)
    for level, axis in enumerate(geometry, start=1):
        _lines(ax, level, axis, seen, places)
    for level, (row, filled) in enumerate(zip(places, seen, strict=True)):
        label = f"{type(layers[level - 1]).__name__}" if level else "input"
        _row(ax, level, row, filled)
        ax.text(-1.2, level, f"{label}: {len(filled)} of {len(row)}", ha="right", va="center", color=INK, fontsize=10)
    ax.set(xlim=(-0.3 * steps - 1.6, steps), ylim=(-0.6, len(lengths) - 0.4))
    ax.set_title(title or f"one output sees {len(seen[0])} inputs")
    ax.axis("off")
    return seen


def _under(output, axis):
    """The positions under the taps of an output, padding included."""
    (before, _), _, size, stride, dilation = axis
    return (output * stride + j * dilation - before for j in range(size))


def _places(layers, geometry, lengths) -> list[list[float]]:
    """Where the cells of each level stand: an output over the middle of its window, a causal one over its end."""
    places = [[float(i) for i in range(lengths[0])]]
    pitch = 1.0
    for layer, ((before, _), outputs, size, stride, dilation) in zip(layers, geometry, strict=True):
        reach = (size - 1) * dilation
        first = places[-1][0] + pitch * ((reach if layer.padding == "causal" else reach / 2) - before)
        pitch *= stride
        places.append([first + pitch * o for o in range(outputs)])
    return places


def _lines(ax, level, axis, seen, places) -> None:
    inside = set(seen[level])
    for output, x in enumerate(places[level]):
        strong = output in inside
        look: dict = {
            "color": COLORS["vermilion"] if strong else "#DDDDDD",
            "lw": 1.6 if strong else 0.8,
            "zorder": strong,
        }
        for tap in _under(output, axis):
            if 0 <= tap < len(places[level - 1]):
                ax.plot([places[level - 1][tap], x], [level - 1, level], **look)


def _row(ax, level, places, filled) -> None:
    colors = [COLORS["orange"] if i in filled else PAPER for i in range(len(places))]
    ax.scatter(places, [level] * len(places), s=110, marker="s", c=colors, edgecolors="#888888", zorder=3)
