"""What fan_in and fan_out count: the lines into one unit, and the lines out of one input.

A Dense kernel is drawn whole; of a convolution along one axis, as many positions as the window needs.
"""

from itertools import product

import numpy as np

from layerlab.plots.style import COLORS, INK, PAPER, canvas

__all__ = ["fans"]


def fans(kernel_shape, title=None, ax=None):
    """The lines into one unit (blue: fan_in) and out of one input (orange: fan_out).

    Args:
        kernel_shape: (inputs, units) of a Dense kernel, or (window, inputs, filters) of a Conv1D kernel.
        title: a text above; default the shape and the two numbers.
        ax: the Axes to draw on; default a new figure.

    Returns:
        The numbers of lines drawn, which are (fan_in, fan_out).

    Raises:
        ValueError: a kernel of another rank, or one too large to draw.

    >>> fans((3, 2)), fans((3, 2, 4))
    ((3, 2), (6, 12))
    """
    if len(kernel_shape) not in (2, 3) or max(kernel_shape) > 9:
        raise ValueError(
            "`fans` draws kernels (inputs, units) or (window, inputs, filters) with sizes up to 9. "
            f"Received: kernel_shape={kernel_shape}"
        )
    window, inputs, units = (1,) * (3 - len(kernel_shape)) + tuple(kernel_shape)
    positions = 2 * window - 1
    left, right = _column(positions, inputs), _column(positions, units)
    ax = canvas(3.4, width=5.0)[1] if ax is None else ax
    reach = window // 2
    pairs = [(i, j) for i, j in product(left, right) if -((window - 1) // 2) <= i[0] - j[0] <= reach]
    middle = positions // 2, 0
    into = [pair for pair in pairs if pair[1] == middle]
    out_of = [pair for pair in pairs if pair[0] == middle]
    for lines, color, width in [(pairs, "#DDDDDD", 0.7), (out_of, COLORS["orange"], 1.8), (into, COLORS["blue"], 1.8)]:
        for i, j in lines:
            ax.plot([0, 1], [left[i], right[j]], color=color, linewidth=width, zorder=width)
    for x, column, marked in [(0, left, COLORS["orange"]), (1, right, COLORS["blue"])]:
        faces = [marked if node == middle else PAPER for node in column]
        ax.scatter(np.full(len(column), x), list(column.values()), s=70, c=faces, edgecolors=INK, zorder=5)
    ax.text(-0.08, left[middle], f"fan_out {len(out_of)}", ha="right", va="center", color=INK)
    ax.text(1.08, right[middle], f"fan_in {len(into)}", ha="left", va="center", color=INK)
    ax.set(xlim=(-0.6, 1.5), title=title or f"kernel {tuple(kernel_shape)}")
    ax.axis("off")
    return len(into), len(out_of)


def _column(positions, channels) -> dict:
    """(position, channel) -> height, from the top down; the channels of a position stand close together."""
    pitch = 1 / (positions * (channels + 0.7) if positions > 1 else channels)
    heights = {(p, c): -pitch * (p * (channels + 0.7) + c) for p in range(positions) for c in range(channels)}
    center = sum(heights.values()) / len(heights)
    return {node: height - center for node, height in heights.items()}
