"""Pooling, window by window: which numbers each output is made of, which one wins, and what no window sees.

The output is the layer's own; only the colors are added here.
"""

import numpy as np

from layerlab.plots.sliding import window_axes
from layerlab.plots.style import COLORS, INK, canvas, contrast

__all__ = ["pooling_windows"]

_TINTS = ("sky", "orange", "green", "purple", "yellow", "vermilion")
_MOST = 12


def pooling_windows(layer, picture, at=None, title=None):
    """A pooling layer at work on a small picture: each window and the number it becomes have one color.

    The largest number of each window of a max pooling is framed. Numbers that no window sees are gray.

    Args:
        layer: a MaxPooling2D or AveragePooling2D layer.
        picture: shape (height, width), at most 12 x 12.
        at: (row, column) of the only window to color; needed when the windows overlap; default all of them.
        title: a text above.

    Returns:
        The output, shape (new height, new width).

    Raises:
        ValueError: for a larger picture, or a layer without 2-D windows.

    >>> from layerlab.layers import MaxPooling2D
    >>> pooling_windows(MaxPooling2D(2), np.arange(16.0).reshape(4, 4))
    array([[ 5.,  7.],
           [13., 15.]], dtype=float32)
    """
    picture = np.asarray(picture, dtype="float32")
    if picture.ndim != 2 or max(picture.shape) > _MOST:
        raise ValueError(f"`pooling_windows` draws at most {_MOST} x {_MOST} numbers. Received: shape {picture.shape}")
    axes = window_axes(layer, picture.shape)
    output = np.asarray(layer(picture[None, :, :, None]))[0, :, :, 0]
    colors = np.full((*picture.shape, 3), _rgb("white"))
    colors[_unseen(axes, picture.shape)] = _rgb("#CCCCCC")
    tints = np.full((*output.shape, 3), _rgb("white"))
    winners = set()
    for cell in np.ndindex(output.shape) if at is None else [tuple(at)]:
        window = tuple(_span(o, axis, n) for o, axis, n in zip(cell, axes, picture.shape, strict=True))
        colors[window] = tints[cell] = _tint(cell, output.shape[1])
        seen = picture[window]
        first = np.unravel_index(seen.argmax(), seen.shape)
        winners.add(tuple(int(part.start + i) for part, i in zip(window, first, strict=True)))
    widths = picture.shape[1], output.shape[1]
    figure, (left, right) = canvas(0.9 + 0.42 * len(picture) + 0.3 * bool(title), columns=2, width_ratios=widths)
    _numbers(left, picture, colors, winners if type(layer).__name__.startswith("Max") else ())
    _numbers(right, output, tints, ())
    left.set_title(f"input {picture.shape}")
    right.set_title(f"output {output.shape}")
    if title:
        figure.suptitle(title)
    return output


def _rgb(color) -> tuple[float, float, float]:
    from matplotlib.colors import to_rgb

    return to_rgb(color)


def _tint(cell, columns) -> tuple[float, ...]:
    """Window colors that differ from those of the neighbors, mixed with white."""
    shade = _TINTS[(cell[0] * (columns + (columns % len(_TINTS) == 0)) + cell[1]) % len(_TINTS)]
    return tuple(1 - 0.55 * (1 - part) for part in _rgb(COLORS[shade]))


def _span(output, axis, length) -> slice:
    """The inputs of one axis that a window sees."""
    (before, _), _, size, stride, _ = axis
    start = output * stride - before
    return slice(max(start, 0), min(start + size, length))


def _unseen(axes, shape) -> np.ndarray:
    """Where no window comes: True."""
    seen = [np.zeros(n, bool) for n in shape]
    for marks, axis, n in zip(seen, axes, shape, strict=True):
        for output in range(axis[1]):
            marks[_span(output, axis, n)] = True
    return ~np.outer(*seen)


def _numbers(ax, array, colors, framed) -> None:
    from matplotlib.patches import Rectangle

    ax.imshow(colors)
    for place, value in np.ndenumerate(array):
        ink = contrast(colors[place])
        ax.text(*place[::-1], f"{value:.3g}", ha="center", va="center", color=ink, fontsize=10)
    for row, column in framed:
        frame: dict = {"fill": False, "edgecolor": INK, "linewidth": 2.2, "zorder": 3}
        ax.add_patch(Rectangle((column - 0.42, row - 0.42), 0.84, 0.84, **frame))
    ax.set(xticks=range(array.shape[1]), yticks=range(array.shape[0]), xlabel="column", ylabel="row")
    ax.tick_params(length=0, labelsize=8)
    ax.spines[:].set_visible(False)
