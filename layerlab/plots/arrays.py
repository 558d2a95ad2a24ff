"""Arrays as pictures of cells: what a shape such as (4, 2) or (3, 4, 2) looks like, with the index in every cell.

Sheets of a three-axis array are drawn beside and behind each other, so that no cell hides another.
"""

import math
from itertools import product

import numpy as np

from layerlab.plots.style import COLORS, INK, canvas, contrast

__all__ = ["array_cells", "flat_position"]

_NAMES = {0: (), 1: ("numbers",), 2: ("rows", "columns"), 3: ("collections", "rows", "columns")}
_TINTS = ("sky", "orange", "green", "purple", "yellow", "vermilion")
_WIDE, _HIGH = 1.0, 0.62  # one cell
_GAP, _RISE = 0.55, 0.38  # from one sheet to the next
_MOST_CELLS = 240


def array_cells(array_or_shape, show=None, highlight=None, names=None, title=None, ax=None):
    """Draw every cell of an array, or of a shape.

    Args:
        array_or_shape: an array of at most three axes, or a tuple of sizes.
        show: what stands in the cells: "index", "order" (the place in memory, counted from 0) or "value".
            Default: "value" for an array, "index" for a shape.
        highlight: index of the cells to fill: (2, 1) is one cell, (2,) or 2 a whole row.
        names: what each axis counts, such as ("samples", "features").
        title: the title; default "shape (4, 2)".
        ax: the Axes to draw on; default a new figure.

    Returns:
        The Axes. Its `texts` hold the text of the cells, in order.

    Raises:
        ValueError: for more than three axes, more than 240 cells, or an unknown `show`.

    >>> ax = array_cells((4, 2))
    >>> [text.get_text() for text in ax.texts[:3]]
    ['0, 0', '0, 1', '1, 0']
    """
    array = None if isinstance(array_or_shape, tuple) else np.asarray(array_or_shape)
    shape = array_or_shape if array is None else array.shape
    show = show or ("index" if array is None else "value")
    names = _NAMES.get(len(shape)) if names is None else tuple(names)
    _check(shape, show, array, names)
    if ax is None:
        ax = canvas(height=_figure_height(shape))[1]
    _frame(ax, shape)
    contents = {index: _content(show, index, shape, array) for index in product(*map(range, shape))}
    size = _font_size(ax, max(map(len, contents.values()), default=1))
    for index, text in contents.items():
        _draw_cell(ax, index, shape, text, size, _is_under(highlight, index))
    _draw_axes(ax, shape, names)
    ax.set_title(title or f"shape {tuple(shape)}")
    return ax


def flat_position(index, shape) -> int:
    """The place of a cell in memory, counted row after row (C order).

    >>> flat_position((2, 1, 0), (3, 4, 2))
    18
    """
    place = 0
    for i, size in zip(index, shape, strict=True):
        place = place * size + i
    return place


def _check(shape, show, array, names) -> None:
    if len(shape) > 3 or math.prod(shape) > _MOST_CELLS:
        raise ValueError(
            f"`array_cells` draws at most 3 axes and {_MOST_CELLS} cells. Received: an array of shape {tuple(shape)}. "
            "Draw a part of it, such as array[0]."
        )
    if show not in ("index", "order", "value") or (show == "value" and array is None):
        raise ValueError(f"`show` is 'index', 'order', or 'value' (needs an array). Received: show={show!r}")
    if len(names) != len(shape):
        raise ValueError(f"`names` needs one name per axis of shape {tuple(shape)}. Received: names={names}")


def _content(show, index, shape, array) -> str:
    if show == "index":
        return ", ".join(map(str, index)) or "()"
    return str(flat_position(index, shape)) if show == "order" else f"{array[index]:.3g}"


def _is_under(highlight, index) -> bool:
    if highlight is None:
        return False
    wanted = np.atleast_1d(highlight)
    return tuple(wanted) == index[: len(wanted)]


def _corner(index, shape) -> tuple[float, float]:
    """The lower left corner of a cell: rows go down, columns right, sheets right and up."""
    sheet, row, column = (0,) * (3 - len(index)) + tuple(index)
    columns = _three(shape)[2]
    return sheet * (columns * _WIDE + _GAP) + column * _WIDE, sheet * _RISE - (row + 1) * _HIGH


def _draw_cell(ax, index, shape, text, size, filled) -> None:
    from matplotlib.patches import Rectangle

    sheet = index[0] if len(index) == 3 else 0
    color = COLORS[_TINTS[sheet % len(_TINTS)]]
    face = COLORS["blue"] if filled else _tint(color)
    x, y = _corner(index, shape)
    ax.add_patch(Rectangle((x, y), _WIDE, _HIGH, facecolor=face, edgecolor="white", linewidth=1.5))
    ax.text(x + _WIDE / 2, y + _HIGH / 2, text, ha="center", va="center", color=contrast(face), fontsize=size)


def _tint(color, strength=0.35):
    """A color mixed with white."""
    from matplotlib.colors import to_rgb

    return tuple(1 - strength * (1 - part) for part in to_rgb(color))


def _draw_axes(ax, shape, names) -> None:
    """An arrow per axis, with its number, what it counts and how many there are."""
    labels = [f"axis {i} ({name}): {size}" for i, (name, size) in enumerate(zip(names, shape, strict=True))]
    _, rows, columns = _three(shape)
    right, low = columns * _WIDE, -rows * _HIGH
    if len(shape) >= 1:
        _arrow(ax, (0, 0.16), (right, 0.16), labels[-1], (0, 0.28), ha="left", va="bottom")
    if len(shape) >= 2:
        _arrow(ax, (-0.16, 0), (-0.16, low), labels[-2], (-0.3, low / 2), ha="right", va="center", rotation=90)
    if len(shape) == 3:
        last = _corner((shape[0] - 1, rows - 1, columns - 1), shape)
        _arrow(ax, (right, low - 0.2), (last[0] + _WIDE, last[1] - 0.2), "", (0, 0))
        middle = (right + last[0] + _WIDE) / 2, (low + last[1]) / 2 - 0.42
        ax.text(*middle, labels[0], ha="left", va="top", color=INK)


def _arrow(ax, start, end, label, place, **alignment) -> None:
    ax.annotate("", end, start, arrowprops={"arrowstyle": "->", "color": INK, "shrinkA": 0, "shrinkB": 0, "lw": 1.2})
    ax.text(*place, label, color=INK, **alignment)


def _frame(ax, shape) -> None:
    sheets, rows, columns = _three(shape)
    width = sheets * (columns * _WIDE + _GAP) - _GAP
    ax.set(
        xlim=(-0.8, max(width, 2.6) + 0.3),
        ylim=(-rows * _HIGH - (0.6 if sheets > 1 else 0.15), max((sheets - 1) * _RISE, 0.65) + 0.1),
    )
    ax.set_aspect("equal")
    ax.axis("off")


def _three(shape) -> tuple[int, int, int]:
    """Sheets, rows and columns; one of those that the shape does not have."""
    return (1,) * (3 - len(shape)) + tuple(shape)


def _font_size(ax, characters) -> float:
    """Points that let a text of this length fit into a cell; a character is about 0.6 of them wide."""
    place, (left, right), (low, high) = ax.get_position(), ax.get_xlim(), ax.get_ylim()
    width = ax.figure.get_figwidth() * place.width / (right - left)  # inches of one unit, by width and by height
    height = ax.figure.get_figheight() * place.height / (high - low)
    return min(11.0, 72 * 0.9 * _WIDE * min(width, height) / (0.6 * characters))


def _figure_height(shape) -> float:
    """Inches that keep the cells about as large as their text needs."""
    sheets, rows, _ = _three(shape)
    return min(6.0, 1.4 + 0.5 * rows + 0.3 * (sheets - 1))
