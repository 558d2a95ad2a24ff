"""Two weights as a plane: the loss as contour lines, the way of the training, and what constraints and penalties do.

A point of the plane is a column of shape (2,), as the weights of one unit are a column of a kernel: so every function
of kernels, such as a constraint or a penalty, can be drawn.
"""

import numpy as np

from layerlab.plots.style import COLORS, INK, canvas, series

__all__ = ["landscape", "projection"]

_BESIDE = {"loc": "upper left", "bbox_to_anchor": (1, 1)}  # where a legend hides no line
_FINE = 301  # points along each axis


def landscape(loss, paths=None, limits=(-3, 3, -3, 3), allowed=None, marks=None, legend=True, title=None, ax=None):
    """Contour lines of a function of two weights, and ways through it.

    Args:
        loss: a function of an array (2, n) of points that gives their n values; None draws no lines.
        paths: a dict {label: array (steps, 2)} of ways; a disk marks the end of each.
        limits: (left, right, bottom, top) of the plane.
        allowed: a function of an array (2, n) that tells which points may be entered; they are shaded.
        marks: a dict {label: (w1, w2)} of single points, drawn as crosses.
        legend: False leaves the legend out.
        title: a text above.
        ax: the Axes to draw on; default a new figure.

    Returns:
        The Axes.

    >>> ax = landscape(lambda w: (w**2).sum(axis=0), paths={"down": np.array([[2.0, 1.0], [0.0, 0.0]])})
    >>> [line.get_label() for line in ax.lines][0]
    'down'
    """
    ax = canvas(4.6, width=6.6)[1] if ax is None else ax
    left, right, bottom, top = limits
    columns, rows = np.meshgrid(np.linspace(left, right, _FINE), np.linspace(bottom, top, _FINE))
    points = np.stack([columns.ravel(), rows.ravel()])
    if allowed is not None:
        shade = np.asarray(allowed(points), dtype=float).reshape(columns.shape)
        ax.contourf(columns, rows, shade, levels=[0.5, 1.5], colors=[COLORS["yellow"]], alpha=0.35)
    if loss is not None:
        heights = np.asarray(loss(points)).reshape(columns.shape)
        levels = np.unique(np.quantile(heights, np.linspace(0.01, 0.95, 12)))
        ax.contour(columns, rows, heights, levels=levels, colors="#AAAAAA", linewidths=0.9)
    colors = series(len(paths or {}) + len(marks or {}))
    for (label, path), color in zip((paths or {}).items(), colors, strict=False):
        path = np.asarray(path)
        ax.plot(path[:, 0], path[:, 1], ".-", color=color, linewidth=1.5, markersize=4, label=label)
        ax.plot(*path[-1], "o", color=color, markersize=9)
    for (label, place), color in zip((marks or {}).items(), colors[len(paths or {}) :], strict=True):
        ax.plot(*place, "X", color=color, markersize=10, markeredgecolor="white", linestyle="none", label=label)
    _plane(ax, limits, title)
    if legend and (paths or marks):
        ax.legend(**_BESIDE)
    return ax


def projection(constraint, limits=(-3, 3, -3, 3), count=11, title=None, ax=None):
    """Where a constraint sends the weights of a unit with two inputs: an arrow from each point that it moves.

    Args:
        constraint: a function of a kernel of shape (2, n), such as `constraints.MaxNorm(2)`.
        limits: (left, right, bottom, top) of the plane.
        count: points along each axis.
        title: a text above.
        ax: the Axes to draw on; default a new figure.

    Returns:
        The points before and after, two arrays of shape (2, count * count).

    >>> before, after = projection(lambda w: np.maximum(w, 0), count=3)
    >>> before[:, 0], after[:, 0]
    (array([-3., -3.]), array([0., 0.]))
    """
    ax = canvas(4.4, width=4.6)[1] if ax is None else ax
    left, right, bottom, top = limits
    columns, rows = np.meshgrid(np.linspace(left, right, count), np.linspace(bottom, top, count))
    before = np.stack([columns.ravel(), rows.ravel()])
    after = np.asarray(constraint(before))
    moved = np.abs(after - before).max(axis=0) > 1e-4
    ax.quiver(
        *before[:, moved],
        *(after - before)[:, moved],
        angles="xy",
        scale_units="xy",
        scale=1,
        width=0.004,
        color="#9DB9CC",
    )
    ax.plot(*before[:, ~moved], ".", color=COLORS["green"], markersize=6, label="stays")
    ax.plot(*after[:, moved], "x", color=COLORS["vermilion"], markersize=4, markeredgewidth=1.5, label="arrives")
    _plane(ax, limits, title)
    return before, after


def _plane(ax, limits, title) -> None:
    left, right, bottom, top = limits
    margin = 0.04 * (right - left)
    ax.axhline(0, color=INK, linewidth=0.6, zorder=0.5)
    ax.axvline(0, color=INK, linewidth=0.6, zorder=0.5)
    ax.set(xlim=(left - margin, right + margin), ylim=(bottom - margin, top + margin), aspect="equal", title=title)
    ax.set(xlabel="weight $w_1$", ylabel="weight $w_2$")
