"""What a layer or a model does with the plane: the line of every unit, the region of every answer, a grid that is bent.

Only for two inputs, where everything can be seen; more inputs behave alike.
"""

import numpy as np

from layerlab.plots.style import COLORS, INK, canvas, series

__all__ = ["decision_regions", "plane_map", "unit_lines"]

_MARKERS = "osD^v<>P"


def decision_regions(model, points, labels, title=None, steps=200, legend=True, ax=None):
    """The answer of a model at every place of the plane, as a tint, and the samples as points.

    Args:
        model: a function of an array of shape (n, 2), such as a model. It gives one number per class, shape
            (n, classes), of which the largest is the answer; or one number, shape (n, 1), which says 1 above 0.5.
        points: the samples, shape (n, 2).
        labels: their classes, integers of shape (n,).
        title: a text above.
        steps: how many places are asked in each direction.
        legend: False leaves the legend out.
        ax: the Axes to draw on; default a new figure.

    Returns:
        The answers on the grid, integers of shape (steps, steps); row 0 is the bottom.

    >>> answers = decision_regions(lambda x: x[:, :1] > 0, [[-1, 0], [1, 0]], [0, 1], steps=4)
    >>> answers[0]
    array([0, 0, 1, 1])
    """
    points, labels = np.asarray(points, dtype="float32"), np.asarray(labels)
    ax = canvas(4.2, width=5.0)[1] if ax is None else ax
    edges = _limits(points)
    grid = np.stack(np.meshgrid(*_places(edges, steps)), axis=-1)
    outputs = np.asarray(model(grid.reshape(-1, 2)))
    answers = outputs.argmax(axis=1) if outputs.shape[1] > 1 else (outputs[:, 0] > 0.5).astype(int)
    answers = answers.reshape(steps, steps)
    _tint(ax, answers, edges, max(answers.max(), labels.max()) + 1)
    _samples(ax, points, labels, legend)
    ax.set(title=title, xlabel="first input", ylabel="second input", aspect="equal")
    return answers


def unit_lines(layer_or_kernel, bias=None, points=None, labels=None, title=None, limit=3.0, ax=None):
    """The line on which each unit's sum is zero, with an arrow to the side where it is positive.

    The arrow is the unit's column of the kernel, so it shows where the sum grows, and its length how fast.

    Args:
        layer_or_kernel: a built layer with two inputs, or its kernel, shape (2, units).
        bias: one number per unit; default the layer's, or zeros.
        points, labels: optional samples, as in `decision_regions`; they also set the limits.
        title: a text above.
        limit: without samples, the plane is drawn from -limit to limit.
        ax: the Axes to draw on; default a new figure.

    Returns:
        The distance of each line from the origin, shape (units,): -bias / length of the column.

    Raises:
        ValueError: when the kernel has not two rows.

    >>> unit_lines(np.array([[3.0], [4.0]]), bias=[-10.0])
    array([2.])
    """
    kernel = np.asarray(getattr(layer_or_kernel, "kernel", layer_or_kernel))
    bias = getattr(layer_or_kernel, "bias", None) if bias is None else bias
    bias = np.zeros(kernel.shape[-1]) if bias is None else np.asarray(bias)
    if kernel.ndim != 2 or kernel.shape[0] != 2:
        raise ValueError(f"`unit_lines` draws units with two inputs. Received: kernel of shape {kernel.shape}")
    ax = canvas(4.2, width=5.0)[1] if ax is None else ax
    edges = np.array([[-limit, limit]] * 2) if points is None else _limits(np.asarray(points))
    if points is not None:
        _samples(ax, np.asarray(points), np.asarray(labels), legend=False)
    lengths = np.linalg.norm(kernel, axis=0)
    distances = -bias / np.maximum(lengths, 1e-12)
    reach = np.abs(edges).max() * 3
    for unit, (column, distance, color) in enumerate(zip(kernel.T, distances, series(len(bias)), strict=True)):
        normal = column / max(np.linalg.norm(column), 1e-12)
        foot, along = distance * normal, np.array([-normal[1], normal[0]])
        ax.plot(*np.stack([foot - reach * along, foot + reach * along], axis=1), color=color, label=f"unit {unit}")
        ax.annotate("", foot + column, foot, arrowprops={"arrowstyle": "-|>", "color": color, "linewidth": 2})
    ax.set(xlim=edges[0], ylim=edges[1], xlabel="first input", ylabel="second input", title=title, aspect="equal")
    if len(bias) <= 8:
        ax.legend(loc="upper left", bbox_to_anchor=(1, 1))
    return distances


def plane_map(functions, limit=2.0, lines=9, steps=101):
    """Where each point of the plane goes: a square grid as every function sends it, a panel per function.

    Args:
        functions: a dict {title: function from (n, 2) to (n, 2)}, such as a layer with two inputs and two units.
        limit: the grid reaches from -limit to limit.
        lines: how many lines in each direction.
        steps: points per line.

    Returns:
        A dict {title: the four corners, shape (4, 2)}: the two ends of the lowest line, then of the highest.

    >>> corners = plane_map({"doubled": lambda x: 2 * x}, limit=1.0)
    >>> corners["doubled"].tolist()
    [[-2.0, -2.0], [2.0, -2.0], [-2.0, 2.0], [2.0, 2.0]]
    """
    fixed, along = np.linspace(-limit, limit, lines), np.linspace(-limit, limit, steps)
    grid = np.stack(np.meshgrid(along, fixed), axis=-1).astype("float32")  # (lines, steps, 2): horizontal lines
    axes = canvas(8.0 / max(len(functions), 2) + 0.2, len(functions), squeeze=False)[1][0]
    corners = {}
    for ax, (title, function) in zip(axes, functions.items(), strict=True):
        rows, columns = (
            np.asarray(function(part.reshape(-1, 2))).reshape(lines, steps, 2) for part in (grid, grid[..., ::-1])
        )
        for row, column in zip(rows, columns, strict=True):
            ax.plot(*column.T, color=COLORS["sky"], linewidth=1.2)
            ax.plot(*row.T, color=COLORS["vermilion"], linewidth=1.2)
        corners[title] = np.concatenate([rows[0, [0, -1]], rows[-1, [0, -1]]])
        ax.plot(*corners[title][-1], "o", color=INK, markersize=6)
        ax.set(title=title, xlabel="first number", ylabel="second number", aspect="equal")
        ax.set_adjustable("datalim")
        ax.title.set_fontsize(11)
    return corners


def _limits(points) -> np.ndarray:
    """Lowest and highest value of each input, with a margin."""
    low, high = points.min(axis=0), points.max(axis=0)
    margin = 0.08 * np.maximum(high - low, 1e-6)
    return np.stack([low - margin, high + margin], axis=1)


def _places(edges, steps) -> list[np.ndarray]:
    return [np.linspace(low, high, steps, dtype="float32") for low, high in edges]


def _tint(ax, answers, edges, classes) -> None:
    from matplotlib.colors import ListedColormap, to_rgb

    tints = ListedColormap([0.35 * np.array(to_rgb(color)) + 0.65 for color in series(int(classes))])
    extent = [*edges[0], *edges[1]]
    ax.imshow(answers, origin="lower", extent=extent, cmap=tints, vmin=-0.5, vmax=classes - 0.5, aspect="auto")
    if len(np.unique(answers)) > 1:
        levels = np.arange(classes - 1) + 0.5
        ax.contour(*_places(edges, len(answers)), answers, levels=levels, colors=INK, linewidths=0.8)


def _samples(ax, points, labels, legend) -> None:
    """Points in the color of their class, and with its marker: nobody needs to tell colors apart."""
    colors = series(int(labels.max()) + 1)
    for label in np.unique(labels):
        marker = _MARKERS[int(label) % len(_MARKERS)]
        chosen = points[labels == label]
        options = {"markersize": 4, "markeredgecolor": "white", "markeredgewidth": 0.4}
        ax.plot(*chosen.T, marker, color=colors[int(label)], label=f"class {label}", **options)
    if legend:
        ax.legend(loc="upper left", bbox_to_anchor=(1, 1))
