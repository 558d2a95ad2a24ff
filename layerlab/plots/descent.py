"""Ways down a loss of two weights, seen from above: where each optimizer goes, step by step.

Two weights are few, but what they show (valleys, overshooting, crawling) is what a million do.
"""

import numpy as np

from layerlab.plots.style import COLORS, INK, canvas, series

__all__ = ["descent"]


def descent(
    loss, paths, limits=None, goal=None, levels=16, title=None, names=("first weight", "second weight"), ax=None
):
    """The contour lines of a loss, and the paths that optimizers took over it.

    Args:
        loss: a function of an array of shape (..., 2), with one number for each pair of weights.
        paths: a dict {label: places of shape (steps + 1, 2)}.
        limits: ((left, right), (bottom, top)); default what the paths need.
        goal: the place of the minimum, marked with a star.
        levels: how many contour lines, denser toward the minimum.
        title: a text above.
        names: the texts at the two axes; default "first weight" and "second weight".
        ax: the Axes to draw on; default a new figure.

    Returns:
        A dict {label: loss at the end of the path}.

    >>> def bowl(w):
    ...     return np.sum(w**2, axis=-1)
    >>> descent(bowl, {"two steps": np.array([[2.0, 0.0], [1.0, 0.0], [0.5, 0.0]])})
    {'two steps': 0.25}
    """
    paths = {label: np.asarray(path, dtype=float) for label, path in paths.items()}
    ax = canvas(4.0, width=7.5)[1] if ax is None else ax
    limits = _around(paths.values()) if limits is None else limits
    across, up = (np.linspace(low, high, 161) for low, high in limits)
    heights = np.asarray(loss(np.stack(np.meshgrid(across, up), axis=-1)))
    lowest = heights.min()
    rings = lowest + (heights.max() - lowest) * np.linspace(0, 1, levels + 1)[1:] ** 2
    ax.contour(across, up, heights, levels=rings, colors="#BBBBBB", linewidths=0.9, zorder=1)
    for (label, path), color in zip(paths.items(), series(len(paths)), strict=True):
        ax.plot(*path.T, "o-", color=color, markersize=3, linewidth=1.4, label=label, zorder=2)
    starts = {tuple(path[0]) for path in paths.values()}
    ax.plot(*zip(*starts, strict=True), "s", color=INK, markersize=7, label="start", zorder=3)
    if goal is not None:
        ax.plot(*goal, "*", color=COLORS["orange"], markeredgecolor=INK, markersize=14, label="minimum", zorder=3)
    xlabel, ylabel = names or ("first weight", "second weight")
    ax.set(xlim=limits[0], ylim=limits[1], xlabel=xlabel, ylabel=ylabel, title=title)
    ax.legend(loc="upper left", bbox_to_anchor=(1, 1))
    return {label: float(loss(path[-1])) for label, path in paths.items()}


def _around(paths) -> list[tuple[float, float]]:
    """Limits that hold all the places that are finite, with room around them."""
    places = np.concatenate(list(paths))
    places = places[np.isfinite(places).all(axis=1)]
    low, high = places.min(axis=0), places.max(axis=0)
    room = 0.1 * np.maximum(high - low, (high - low).max() / 2 or 1.0) + 1e-9
    return [(float(a), float(b)) for a, b in zip(low - room, high + room, strict=True)]
