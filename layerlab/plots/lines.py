"""Lines and histograms: functions of one input, spreads of weights, and how a training went.

The numbers come in as arrays or as the History that `fit` returns; nothing is computed here but the drawing.
"""

import numpy as np

from layerlab.plots.style import COLORS, canvas, series

__all__ = ["curves", "histogram", "training_curves"]

_BESIDE = {"loc": "upper left", "bbox_to_anchor": (1, 1)}  # where a legend hides no line


def curves(x, lines, xlabel="input x", ylabel="output y", title=None, points=None, legend=True, dashed=(), ax=None):
    """Draw one line per entry of `lines`, with a legend.

    Args:
        x: the common horizontal values, shape (n,).
        lines: a dict {label: values of shape (n,)}.
        xlabel, ylabel, title: texts.
        points: optional (x, y) of measured points, drawn as gray dots behind the lines.
        legend: False leaves the legend out, as for all but the last of several panels.
        dashed: the labels of lines to be dashed, such as the worse half of a comparison.
        ax: the Axes to draw on; default a new figure.

    Returns:
        The Axes.

    >>> x = np.linspace(-1, 1, 5)
    >>> ax = curves(x, {"relu": np.maximum(x, 0)})
    >>> [float(v) for v in ax.lines[0].get_ydata()]
    [0.0, 0.0, 0.0, 0.5, 1.0]
    """
    ax = canvas()[1] if ax is None else ax
    if points is not None:
        ax.plot(*points, ".", color="#AAAAAA", markersize=5, label="data", zorder=1)
    for (label, values), color in zip(lines.items(), series(len(lines)), strict=True):
        ax.plot(x, np.ravel(values), "--" if label in dashed else "-", color=color, label=label, zorder=2)
    ax.set(xlabel=xlabel, ylabel=ylabel, title=title)
    ax.grid(True)
    if legend and len(lines) + (points is not None) > 1:
        ax.legend(**_BESIDE)
    return ax


def histogram(values, marks=None, bins=40, xlabel="value", title=None, ax=None):
    """How often each value occurs, with optional vertical lines.

    Args:
        values: an array of any shape.
        marks: a dict {label: position} of vertical dashed lines, such as a limit that theory gives.
        bins: number of bars.
        xlabel, title: texts.
        ax: the Axes to draw on; default a new figure.

    Returns:
        The Axes.

    >>> ax = histogram(np.arange(10), marks={"the middle": 4.5}, bins=5)
    >>> sum(int(bar.get_height()) for bar in ax.patches)
    10
    """
    ax = canvas(2.9)[1] if ax is None else ax
    ax.hist(np.ravel(values), bins=bins, color=COLORS["sky"], edgecolor="white", linewidth=0.8)
    for (label, place), color in zip((marks or {}).items(), series(len(marks or {}) + 1)[1:], strict=True):
        ax.axvline(place, color=color, linestyle="--", label=label)
    ax.set(xlabel=xlabel, ylabel="how many", title=title)
    if marks:
        ax.legend(**_BESIDE)
    return ax


def training_curves(history, metrics=None):
    """Loss and metrics after every epoch, on the training data and, when there is any, the validation data.

    Args:
        history: what `fit` returned, or its dict of lists.
        metrics: which to draw, a panel each; default all of them, the loss first.

    Returns:
        The list of Axes.

    Raises:
        ValueError: for a metric that was not recorded.

    >>> axes = training_curves({"loss": [0.9, 0.5, 0.4], "val_loss": [0.8, 0.6, 0.6]})
    >>> axes[0].get_ylabel(), len(axes[0].lines)
    ('loss', 2)
    """
    records = getattr(history, "history", history)
    known = [name for name in sorted(records, key=lambda name: (name != "loss", name)) if not name.startswith("val_")]
    chosen = list(metrics or known)
    unknown = [name for name in chosen if name not in records]
    if unknown:
        raise ValueError(f"`training_curves` found no record of {unknown}. Recorded: {sorted(records)}")
    axes = np.atleast_1d(canvas(columns=len(chosen))[1])
    for ax, name in zip(axes, chosen, strict=True):
        _metric_panel(ax, name, records)
    return list(axes)


def _metric_panel(ax, name, records) -> None:
    pairs = [(name, "training", "blue", "o-"), (f"val_{name}", "validation", "vermilion", "s--")]
    for key, label, color, form in pairs:
        if key in records:
            ax.plot(range(1, len(records[key]) + 1), records[key], form, color=COLORS[color], label=label)
    ax.set(xlabel="epoch", ylabel=name)
    ax.xaxis.get_major_locator().set_params(integer=True)
    ax.grid(True)
    ax.legend()
