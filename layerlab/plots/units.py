"""Which units take part: outputs that are zero for every sample, and networks with some of their units switched off.

Dead units and dropped units both give zeros; the first picture finds them in data, the second draws them in a network.
"""

from itertools import pairwise

import numpy as np

from layerlab.plots.style import COLORS, INK, canvas

__all__ = ["thinned_network", "unit_activity"]

_DEAD = "#BBBBBB"


def unit_activity(outputs, xlabel="unit", ylabel="sample"):
    """Where the outputs of a layer differ from zero: a row per sample, a column per unit.

    Blue is a number other than zero, white is zero. A unit that is zero for every sample is dead: its column is gray.

    Args:
        outputs: a dict {title: array of shape (samples, units)}, a panel each.
        xlabel, ylabel: texts.

    Returns:
        A dict {title: how many units are zero for every sample}.

    >>> unit_activity({"layer": np.array([[0.0, 1.0, 0.0], [2.0, 0.0, 0.0]])})
    {'layer': 1}
    """
    from matplotlib.colors import ListedColormap

    axes = canvas(3.2, len(outputs), sharey=True, squeeze=False)[1][0]
    palette = ListedColormap(["white", COLORS["blue"], _DEAD])
    counts = {}
    for ax, (title, values) in zip(axes, outputs.items(), strict=True):
        active = np.asarray(values) != 0
        dead = ~active.any(axis=0)
        cells = np.where(dead, 2, active)
        ax.imshow(cells, cmap=palette, vmin=0, vmax=2, aspect="auto", interpolation="nearest")
        ax.set(title=f"{title}\n{dead.sum()} of {dead.size} units dead", xlabel=xlabel)
        ax.title.set_fontsize(11)
        counts[title] = int(dead.sum())
    axes[0].set_ylabel(ylabel)
    return counts


def thinned_network(masks, title=None, ax=None):
    """A dense network as nodes and lines, without the lines of the units that are switched off.

    Args:
        masks: one array of booleans per layer of nodes, from the inputs to the outputs; False is switched off.
        title: a text above.
        ax: the Axes to draw on; default a new figure.

    Returns:
        The number of lines, that is of weights, which are left.

    >>> thinned_network([np.array([True, True]), np.array([True, False, True]), np.array([True])])
    6
    """
    masks = [np.asarray(mask, dtype=bool) for mask in masks]
    ax = canvas(3.2, width=4.0)[1] if ax is None else ax
    heights = [(len(mask) - 1) / 2 - np.arange(len(mask)) for mask in masks]
    lines = 0
    for column, (left, right) in enumerate(pairwise(zip(masks, heights, strict=True))):
        for y0 in left[1][left[0]]:
            for y1 in right[1][right[0]]:
                ax.plot([2.5 * column, 2.5 * column + 2.5], [y0, y1], color="#999999", linewidth=0.7, zorder=1)
                lines += 1
    for column, (mask, height) in enumerate(zip(masks, heights, strict=True)):
        _nodes(ax, 2.5 * column, height, mask)
    ax.set_title(title or "", fontsize=11)
    ax.axis("off")
    ax.margins(0.12)
    return lines


def _nodes(ax, x, heights, mask) -> None:
    """Blue disks for the units that work, crossed empty ones for the others."""
    on, off = heights[mask], heights[~mask]
    ax.plot(np.full(on.size, x), on, "o", color=COLORS["blue"], markersize=13, zorder=2)
    ax.plot(np.full(off.size, x), off, "o", color="#BBBBBB", markerfacecolor="white", markersize=13, zorder=2)
    ax.plot(np.full(off.size, x), off, "x", color=INK, markersize=8, zorder=3)
