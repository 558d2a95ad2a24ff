"""Arrays before and after a rearrangement, each number in a color of its own, so that the eye can follow it.

Under the cells lies the memory: the same numbers in one row, the last axis running fastest.
"""

import numpy as np

from layerlab.plots.style import INK, WIDTH, canvas, contrast

__all__ = ["rearranged"]

_COLORMAP = "viridis"
_GAP = 0.5  # between the sheets of an array of three axes
_NARROW = 0.62  # the width of a place in memory; a cell is 1 wide
_MOST_CELLS = 48


def rearranged(arrays, memory=True, columns=None, title=None):
    """Draw several arrangements of the same numbers side by side; a number has the same color in all of them.

    Args:
        arrays: a dict {title: array of at most three axes and 48 cells}; the colors go by the size of the numbers.
        memory: whether to draw, under the cells, the numbers in the order in which they lie in memory.
        columns: how many side by side; default all.
        title: a text above all.

    Returns:
        The Axes, one per array: its last texts are those of the memory, before them those of the cells.

    Raises:
        ValueError: for an array with more axes or cells.

    >>> x = np.arange(6).reshape(2, 3)
    >>> axes = rearranged({"x": x, "reshaped": x.reshape(3, 2), "transposed": x.T})
    >>> [text.get_text() for text in axes[2].texts[-6:]]
    ['0', '3', '1', '4', '2', '5']
    """
    arrays = {name: np.asarray(array) for name, array in arrays.items()}
    _check(arrays)
    color_of = _palette(np.concatenate([array.ravel() for array in arrays.values()]))
    columns = columns or len(arrays)
    rows = -(-len(arrays) // columns)
    wide = max(_width(array, memory) for array in arrays.values()) + 0.6
    tall = max(_height(array) for array in arrays.values()) + 0.4 + 2.0 * memory
    inch = min(0.5, WIDTH / (columns * wide))
    figure, axes = canvas(rows * (inch * tall + 0.35) + 0.3 * bool(title), columns, rows, squeeze=False)
    for ax in axes.ravel()[len(arrays) :]:
        ax.remove()
    for ax, (name, array) in zip(axes.ravel(), arrays.items(), strict=False):
        _draw(ax, array, color_of, 0.4 - tall if memory else None, inch)
        ax.set(xlim=(-wide / 2, wide / 2), ylim=(-tall + 0.3, 0.3), aspect="equal")
        ax.set_title(f"{name}  {array.shape}", fontsize=11)
    if title:
        figure.suptitle(title)
    return list(axes.ravel()[: len(arrays)])


def _check(arrays) -> None:
    for name, array in arrays.items():
        if array.ndim > 3 or array.size > _MOST_CELLS:
            raise ValueError(
                f"`rearranged` draws at most 3 axes and {_MOST_CELLS} cells. Received: {name!r} of shape {array.shape}"
            )


def _palette(numbers):
    """A function from a number to its color, dark to bright by rank."""
    import matplotlib

    known = np.unique(numbers)
    shades = matplotlib.colormaps[_COLORMAP](np.linspace(0.05, 0.95, len(known)))
    return lambda number: tuple(shades[np.searchsorted(known, number)][:3])


def _sheets(array):
    """The array as tables: one, or one for each index of the first of three axes."""
    return array.reshape((1,) * (3 - array.ndim) + array.shape)


def _width(array, memory) -> float:
    sheets, _, columns = _sheets(array).shape
    return max(sheets * (columns + _GAP) - _GAP, array.size * _NARROW * memory)


def _height(array) -> float:
    return _sheets(array).shape[1] + (array.ndim > 2) * 0.6


def _draw(ax, array, color_of, floor, inch) -> None:
    """Sheets side by side, each under its index, and the memory, if it has a place, on the floor."""
    tables = _sheets(array)
    count, _, columns = tables.shape
    left, top = -(count * (columns + _GAP) - _GAP) / 2, -0.6 * (array.ndim > 2)
    size = min(11.0, 38 * inch)
    for sheet in range(count if array.ndim > 2 else 0):
        middle = left + sheet * (columns + _GAP) + columns / 2
        ax.text(middle, -0.12, f"[{sheet}]", ha="center", va="center", color=INK, fontsize=9)
    for (sheet, row, column), number in np.ndenumerate(tables):
        x = left + sheet * (columns + _GAP) + column
        _cell(ax, x, top - row - 1, 1.0, number, color_of(number), size)
    if floor is not None:
        start = -array.size * _NARROW / 2
        ax.text(0, floor + 1.12, "in memory:", ha="center", va="bottom", color=INK, fontsize=9)
        for place, number in enumerate(array.ravel()):
            _cell(ax, start + place * _NARROW, floor, _NARROW, number, color_of(number), min(8.8, 30 * inch))
    ax.axis("off")


def _cell(ax, x, y, width, number, face, size) -> None:
    from matplotlib.patches import Rectangle

    ax.add_patch(Rectangle((x, y), width, 1, facecolor=face, edgecolor="white", linewidth=1.2))
    ax.text(x + width / 2, y + 0.5, f"{number:g}", ha="center", va="center", color=contrast(face), fontsize=size)
