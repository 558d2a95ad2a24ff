"""Several answers side by side: one number per name as bars, and many curves as a band around their mean.

The numbers come in ready; nothing is computed here but the mean and the spread that are drawn.
"""

import numpy as np

from layerlab.plots.style import COLORS, canvas, series

__all__ = ["band", "bars"]


def bars(values, xlabel, title=None, mark=None, form=".2f", ax=None):
    """One horizontal bar per name, or one per group and name.

    Args:
        values: a dict {name: number}, or a dict {group: {name: number}} with the same names in every group.
        xlabel, title: texts.
        mark: a pair (label, position) of a vertical dashed line, such as what guessing would give.
        form: how the numbers at the ends of the bars are written; None leaves them out.
        ax: the Axes to draw on; default a new figure.

    Returns:
        The Axes.

    >>> ax = bars({"relu": 0.9, "linear": 0.5}, xlabel="accuracy")
    >>> [float(bar.get_width()) for bar in ax.patches]
    [0.9, 0.5]
    """
    grouped = values if isinstance(next(iter(values.values())), dict) else {None: values}
    names = list(next(iter(grouped.values())))
    thickness = 0.8 / len(grouped)
    ax = canvas(0.9 + 0.3 * len(names) * max(1, 0.7 * len(grouped)))[1] if ax is None else ax
    for i, ((group, numbers), color) in enumerate(zip(grouped.items(), series(len(grouped)), strict=True)):
        places = np.arange(len(names)) + thickness * (i - (len(grouped) - 1) / 2)
        drawn = ax.barh(places, [numbers[name] for name in names], height=thickness * 0.9, color=color, label=group)
        if form is not None:
            # on white, so that the line of a mark does not run through a number
            paper = {"facecolor": "white", "edgecolor": "none", "pad": 0.5}
            ax.bar_label(drawn, fmt=f"{{:{form}}}", padding=3, fontsize=9, bbox=paper)
    if mark is not None:
        ax.axvline(mark[1], color="#777777", linestyle="--", linewidth=1.2, label=mark[0])
    ax.set(yticks=range(len(names)), yticklabels=names, xlabel=xlabel, title=title)
    ax.invert_yaxis()
    if mark is not None or None not in grouped:
        ax.legend(loc="upper left", bbox_to_anchor=(1, 1))
    return ax


def band(x, samples, points=None, xlabel="input x", ylabel="output y", title=None, ax=None):
    """Many answers to the same inputs as their mean and a band of two standard deviations around it.

    Args:
        x: the inputs, shape (n,).
        samples: the answers, shape (times, n): one row for each time the inputs were asked.
        points: optional (x, y) of the data, drawn as dots.
        xlabel, ylabel, title: texts.
        ax: the Axes to draw on; default a new figure.

    Returns:
        The mean and the standard deviation, each of shape (n,).

    >>> mean, spread = band([0.0, 1.0], [[1.0, 2.0], [3.0, 2.0]])
    >>> mean.tolist(), spread.tolist()
    ([2.0, 2.0], [1.0, 0.0])
    """
    samples = np.asarray(samples)
    mean, spread = samples.mean(axis=0), samples.std(axis=0)
    ax = canvas()[1] if ax is None else ax
    ax.fill_between(x, mean - 2 * spread, mean + 2 * spread, color=COLORS["sky"], alpha=0.45, label="±2 std")
    for i, sample in enumerate(samples[:5]):
        label = "single answers" if i == 0 else None
        ax.plot(x, sample, color="#777777", linewidth=0.8, alpha=0.7, label=label)
    ax.plot(x, mean, color=COLORS["blue"], label="mean")
    if points is not None:
        ax.plot(*points, "o", color=COLORS["vermilion"], markersize=5, label="data")
    ax.set(xlabel=xlabel, ylabel=ylabel, title=title)
    ax.grid(True)
    ax.legend(loc="upper left", bbox_to_anchor=(1, 1))
    return mean, spread
