"""A plan of study as a path: stop after stop, with the time each takes and the time that has passed."""

import textwrap
from itertools import accumulate, pairwise

from layerlab.plots.style import COLORS, INK, canvas, contrast

__all__ = ["learning_path"]

_PARTS = ("sky", "green", "orange", "purple", "yellow")  # colors of the parts, in the order of their first stops
_LETTERS = 17  # of a title on a line
_TALL = 1.25  # inches of a row


def learning_path(stops, columns=5, title=None):
    """Stops along a winding path, each with its label, title and minutes; a color for each part of the plan.

    Args:
        stops: a list of (label, title, minutes, part): two letters at most, a few words, a number, the part's name.
        columns: stops in a row; the path turns at the end of each row.
        title: a text above.

    Returns:
        The minutes that have passed at the end of each stop.

    >>> learning_path([("1", "Shapes", 30, "basics"), ("2", "Layers", 45, "basics"), ("3", "Models", 60, "beyond")])
    [30, 75, 135]
    """
    from matplotlib.patches import Patch

    parts = list(dict.fromkeys(part for *_, part in stops))
    if len(parts) > len(_PARTS):
        raise ValueError(f"`learning_path` has colors for {len(_PARTS)} parts. Received: {len(parts)}: {parts}")
    color_of = {part: COLORS[name] for part, name in zip(parts, _PARTS, strict=False)}
    places = [_place(i, columns) for i in range(len(stops))]
    rows = -(-len(stops) // columns)
    ax = canvas(_TALL * rows + 0.35 + 0.3 * bool(title))[1]
    for start, end in pairwise(places):
        ax.plot(*zip(start, end, strict=True), color="#BBBBBB", linewidth=5, solid_capstyle="round", zorder=1)
    for place, (label, name, minutes, part) in zip(places, stops, strict=True):
        _stop(ax, place, label, name, minutes, color_of[part])
    ax.set(xlim=(-0.55, min(columns, len(stops)) - 0.45), ylim=(1 - rows - 0.72, 0.3), title=title)
    ax.axis("off")
    handles = [Patch(facecolor=color, label=part) for part, color in color_of.items()]
    ax.legend(handles=handles, loc="upper center", bbox_to_anchor=(0.5, 0.0), ncols=len(parts))
    return list(accumulate(minutes for _, _, minutes, _ in stops))


def _place(number, columns) -> tuple[float, float]:
    """Where a stop lies: rows run to the right and to the left in turn."""
    row, column = divmod(number, columns)
    return (columns - 1 - column if row % 2 else column), -row


def _stop(ax, place, label, name, minutes, color) -> None:
    x, y = place
    ax.plot(x, y, "o", markersize=26, color=color, markeredgecolor="white", zorder=2)
    ax.text(x, y, label, ha="center", va="center", fontsize=11, color=contrast(color), zorder=3)
    text = "\n".join([*textwrap.wrap(name, _LETTERS), f"{minutes} min"])
    note = {"boxstyle": "round,pad=0.1", "facecolor": "white", "edgecolor": "none"}  # over the path where it turns
    ax.text(x, y - 0.2, text, ha="center", va="top", fontsize=9, color=INK, linespacing=1.15, bbox=note, zorder=3)
