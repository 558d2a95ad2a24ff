"""Names and dates: the paths of a model's weights as a tree, and events along a line of years.

The paths are those that the model's own weights give: model, layer, weight.
"""

import numpy as np

from layerlab.plots.style import COLORS, INK, PAPER, canvas

__all__ = ["timeline", "weight_paths"]

_WIDE, _STEP = 1.7, 2.3  # a box, and from one level of the tree to the next


def weight_paths(model, title=None):
    """The weights of a model as a tree: each path read from left to right, with the shape of the weight at its end.

    Args:
        model: a built model or layer, of at most 24 weights.
        title: a text above.

    Returns:
        The paths drawn, as a list of str.

    Raises:
        ValueError: for a model without weights, or with more than could be read.

    >>> from layerlab.layers import Dense, Input
    >>> from layerlab.models import Sequential
    >>> weight_paths(Sequential([Input((3,)), Dense(2, name="last")], name="small"))
    ['small/last/kernel', 'small/last/bias']
    """
    weights = model.weights
    if not 0 < len(weights) <= 24:
        raise ValueError(f"`weight_paths` draws 1 to 24 weights. Received: {len(weights)} of {model!r}")
    paths = [weight.path for weight in weights]
    rows: dict[str, list[int]] = {}  # each beginning of a path -> the rows of the weights under it
    for row, path in enumerate(paths):
        parts = path.split("/")
        for depth in range(len(parts)):
            rows.setdefault("/".join(parts[: depth + 1]), []).append(row)
    depth = max(prefix.count("/") for prefix in rows) + 1
    ax = canvas(0.5 + 0.42 * len(paths))[1]
    for prefix, under in rows.items():
        _branch(ax, prefix, float(np.mean(under)), rows, is_weight=prefix in paths)
    for row, (weight, path) in enumerate(zip(weights, paths, strict=True)):
        ax.text(path.count("/") * _STEP + _WIDE + 0.15, row, str(tuple(weight.shape)), va="center", fontsize=10)
    ax.set(xlim=(-0.1, depth * _STEP + 0.6), ylim=(len(paths) - 0.4, -0.6), title=title)
    ax.axis("off")
    return paths


def _branch(ax, prefix, y, rows, is_weight) -> None:
    """The box of one piece of a path, and the line to the piece before it."""
    from matplotlib.patches import FancyBboxPatch

    x, (parent, _, name) = prefix.count("/") * _STEP, prefix.rpartition("/")
    if parent:
        ax.plot([x - _STEP + _WIDE, x], [float(np.mean(rows[parent])), y], color=INK, linewidth=1, zorder=1)
    face = "#CFE6F5" if is_weight else PAPER
    ax.add_patch(
        FancyBboxPatch((x + 0.08, y - 0.22), _WIDE - 0.16, 0.44, "round,pad=0.08", facecolor=face, edgecolor=INK)
    )
    ax.text(x + _WIDE / 2, y, name, ha="center", va="center", fontsize=10)


def timeline(events, colors=None, title=None, ax=None):
    """Events along a line of years, with their names at different heights so that none covers another.

    Args:
        events: a list of (year, text), or of (year, text, group); the year may have a fraction, 2015.25 is April 2015.
        colors: a dict {group: color}; default the colors of the course, in order of first use.
        title: a text above.
        ax: the Axes to draw on; default a new figure.

    Returns:
        The Axes.

    >>> ax = timeline([(2016.3, "Keras 1"), (2017.2, "Keras 2")])
    >>> [text.get_text() for text in ax.texts]
    ['Keras 1', 'Keras 2']
    """
    ax = canvas(3.4)[1] if ax is None else ax
    events = [event if len(event) == 3 else (*event, "") for event in events]
    groups = list(dict.fromkeys(group for *_, group in events))
    colors = colors or dict(zip(groups, COLORS.values(), strict=False))
    heights = [1.0, -1.0, 2.1, -2.1, 3.2, -3.2]
    for k, (year, text, group) in enumerate(sorted(events, key=lambda event: event[0])):
        height, color = heights[k % len(heights)], colors[group]
        ax.plot([year, year], [0, height], color=color, linewidth=1.2, zorder=1)
        ax.plot(year, 0, "o", color=color, markersize=8, zorder=3)
        style = {"ha": "center", "va": "bottom" if height > 0 else "top", "fontsize": 9.5}
        ax.text(year, height, text, bbox={"facecolor": "white", "edgecolor": "none", "pad": 1}, zorder=2, **style)
    ax.axhline(0, color=INK, linewidth=1.5, zorder=2)
    ax.set(ylim=(-4.4, 4.4), yticks=[], xlabel="year", title=title)
    ax.margins(x=0.09)
    ax.xaxis.get_major_locator().set_params(integer=True)
    ax.spines["left"].set_visible(False)
    if groups != [""]:
        marks = [ax.plot([], [], "o", color=colors[group], label=group)[0] for group in groups]
        ax.legend(handles=marks, loc="upper center", bbox_to_anchor=(0.5, -0.22), ncols=len(groups))
    return ax
