"""Weights before and during training: their spread beside theory, layer by layer, and as colored tables.

The functions take plain arrays, so they serve for activations and gradients too.
"""

import numpy as np

from layerlab.plots.style import DIVERGING, INK, canvas, series

__all__ = ["densities", "layer_histograms", "norms", "tables"]

_BESIDE = {"loc": "upper left", "bbox_to_anchor": (1, 1)}  # where a legend hides no line


def densities(values, theory=None, marks=None, bins=60, xlabel="weight", title=None, legend=True, ax=None):
    """A histogram whose area is 1, beside the densities that theory predicts.

    Args:
        values: an array of any shape.
        theory: a dict {label: density}; a density is a function of an array of places.
        marks: a dict {label: position} of vertical dashed lines.
        bins: number of bars, or their edges.
        xlabel, title: texts.
        legend: "inside" puts the legend into the Axes, True beside it, False leaves it out.
        ax: the Axes to draw on; default a new figure.

    Returns:
        The heights of the bars and their edges.

    >>> heights, edges = densities(np.arange(10), theory={"flat": lambda x: 0.1 + 0 * x}, bins=[0, 5, 10])
    >>> heights, edges
    (array([0.1, 0.1]), array([ 0.,  5., 10.]))
    """
    theory, marks = theory or {}, marks or {}
    ax = canvas(3.0)[1] if ax is None else ax
    heights, edges, _ = ax.hist(np.ravel(values), bins=bins, density=True, color="#BBDDF2", label="drawn")
    left, right = ax.get_xlim()
    places = np.linspace(left, right, 801)
    colors = series(len(theory) + len(marks) + 1)[1:]
    for (label, density), color in zip(theory.items(), colors, strict=False):
        ax.plot(places, density(places), color=color, label=label)
    for (label, place), color in zip(marks.items(), colors[len(theory) :], strict=True):
        ax.axvline(place, color=color, linestyle="--", linewidth=1.5, label=label)
    ax.set(xlabel=xlabel, ylabel="density", title=title)
    if legend:
        ax.legend(**({} if legend == "inside" else _BESIDE))
    return heights, np.asarray(edges, dtype=float)


def layer_histograms(runs, layers=None, limits=None, bins=40, xlabel="output of a unit", title=None):
    """How the values spread in each layer: a row of histograms for every way to start.

    Exact zeros, which relu makes in plenty, get no bar: each panel says in words how many there are.

    Args:
        runs: a dict {label: list of arrays, one per layer}.
        layers: which layers to show, counted from 1; default all of them.
        limits: (left, right) of the horizontal axis; default such that all values fit.
        bins: bars in each panel.
        xlabel, title: texts.

    Returns:
        The standard deviations, an array of shape (runs, layers shown).

    >>> layer_histograms({"he": [np.array([-1.0, 1.0]), np.array([-2.0, 2.0])]})
    array([[1., 2.]])
    """
    first = next(iter(runs.values()))
    layers = list(range(1, len(first) + 1)) if layers is None else list(layers)
    shown = {label: [np.ravel(arrays[layer - 1]) for layer in layers] for label, arrays in runs.items()}
    left, right = limits or _limits(shown)
    edges = np.linspace(left, right, bins + 1)
    height = 0.6 + 1.25 * len(shown) + 0.3 * (title is not None)
    figure, axes = canvas(height, columns=len(layers), rows=len(shown), squeeze=False, sharex=True)
    for row, (label, arrays), color in zip(axes, shown.items(), series(len(shown)), strict=True):
        for ax, values in zip(row, arrays, strict=True):
            _panel(ax, values, edges, color)
        row[0].set_ylabel(label)
    for ax, layer in zip(axes[0], layers, strict=True):
        ax.set_title(f"layer {layer}", fontsize=11)
    figure.supxlabel(xlabel, fontsize=11)
    figure.suptitle(title, fontsize=12)
    return np.array([[values.std(dtype="float64") for values in arrays] for arrays in shown.values()])


def _limits(shown) -> tuple[float, float]:
    everything = [values for arrays in shown.values() for values in arrays]
    return float(min(values.min() for values in everything)), float(max(values.max() for values in everything))


def _panel(ax, values, edges, color) -> None:
    zeros = np.mean(values == 0)
    ax.hist(values[values != 0], bins=edges, color=color)
    ax.set(xlim=(edges[0], edges[-1]), yticks=[])
    ax.spines["left"].set_visible(False)
    beyond = np.mean((values < edges[0]) | (values > edges[-1]))
    notes = [f"{share:.0%} {what}" for share, what in [(zeros, "are 0"), (beyond, "outside")] if share >= 0.005]
    ax.text(0.97, 0.95, "\n".join(notes), transform=ax.transAxes, ha="right", va="top", fontsize=9)


def norms(kernels, axis=0, limit=None, title=None, ax=None):
    """The norm of each unit's weights, from the shortest to the longest.

    Args:
        kernels: a dict {label: kernel}; by default a kernel has the shape (inputs, units).
        axis: along which the norm is taken: 0 for dense kernels, (0, 1, 2) for those of a Conv2D.
        limit: a norm to mark, such as the `max_value` of a MaxNorm.
        title: a text above.
        ax: the Axes to draw on; default a new figure.

    Returns:
        A dict {label: sorted norms}.

    >>> norms({"two units": np.array([[3.0, 0.0], [4.0, 1.0]])})
    {'two units': array([1., 5.])}
    """
    ax = canvas(3.0)[1] if ax is None else ax
    lengths = {k: np.sort(np.sqrt(np.sum(np.square(kernel), axis=axis)), axis=None) for k, kernel in kernels.items()}
    for i, ((label, values), color) in enumerate(zip(lengths.items(), series(len(lengths)), strict=True)):
        ax.plot(
            values, "osD^vP*X"[i % 8], color=color, markersize=max(8 - 2.5 * i, 3), label=label
        )  # none hides another
    if limit is not None:
        ax.axhline(limit, color=INK, linestyle="--", linewidth=1, label=f"limit {limit:g}")
    ax.set(xlabel="units, sorted", ylabel="norm of the weights", title=title, ylim=(0, None))
    ax.grid(True)
    ax.legend(**_BESIDE)
    return lengths


def tables(matrices, limit=None, columns=4, height=1.9, title=None, label="weight", xlabel=None, ylabel=None):
    """Several matrices as tables of colored cells with one scale: purple negative, white zero, orange positive.

    Args:
        matrices: a dict {label: array of shape (rows, columns)}.
        limit: the value of the full color; larger ones look the same. Default the largest.
        columns: how many tables side by side.
        height: inches of a row of tables.
        title: a text above all.
        label: what the colors stand for.
        xlabel: what a column stands for.
        ylabel: what a row stands for.

    Returns:
        The array of Axes that hold a table.

    >>> axes = tables({"identity": np.eye(3), "zeros": np.zeros((3, 3))})
    >>> [ax.get_title() for ax in axes]
    ['identity', 'zeros']
    """
    limit = limit or max(float(np.abs(matrix).max()) for matrix in matrices.values()) or 1.0
    columns = min(columns, len(matrices))
    rows = -(-len(matrices) // columns)
    figure, axes = canvas(height * rows + 0.3 * (title is not None), columns, rows, squeeze=False)
    if len({np.shape(matrix) for matrix in matrices.values()}) > 1:
        figure.set_layout_engine("compressed")  # the cells are squares: a narrow table leaves no gap beside it
    axes = axes.ravel()
    for ax in axes[len(matrices) :]:
        ax.remove()
    axes = axes[: len(matrices)]
    for ax, (name, matrix) in zip(axes, matrices.items(), strict=True):
        drawn = ax.imshow(matrix, cmap=DIVERGING, vmin=-limit, vmax=limit)
        ax.set(xticks=[], yticks=[], xlabel=xlabel, ylabel=ylabel)
        ax.set_title(name, fontsize=10)
        ax.spines[:].set(visible=True, color=INK, linewidth=0.5)
    bar = figure.colorbar(drawn, ax=list(axes), shrink=0.6, aspect=25)
    bar.set_label(label)
    bar.outline.set_visible(False)
    figure.suptitle(title, fontsize=12)
    return axes
