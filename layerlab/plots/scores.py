"""How sure a score is: shares of right answers with the luck of the sample, and what a model gains by not answering.

A share measured on n samples has the standard error sqrt(share (1 - share) / n); two of them make the whiskers.
"""

import numpy as np

from layerlab.plots.style import COLORS, INK, canvas

__all__ = ["answers_kept", "model_scores"]


def model_scores(scores, samples, notes=None, mark=None, title=None, ax=None):
    """The accuracy of several models with whiskers of two standard errors, one model a row.

    Args:
        scores: a dict {model: share of right answers, 0 to 1}.
        samples: how many samples the shares were measured on; one number, or one per model.
        notes: an optional dict {model: text} for the right margin, such as the number of parameters.
        mark: a pair (label, share) of a vertical dashed line, such as what a simple rule reaches.
        title: a text above.
        ax: the Axes to draw on; default a new figure.

    Returns:
        A dict {model: (low, high)} of the ends of the whiskers.

    >>> ends = model_scores({"linear": 0.5, "deep": 0.9}, samples=100)
    >>> [round(end, 2) for end in ends["linear"]]
    [0.4, 0.6]
    """
    ax = canvas(1.0 + 0.36 * len(scores))[1] if ax is None else ax
    shares = np.array([float(share) for share in scores.values()])
    errors = 2 * np.sqrt(shares * (1 - shares) / np.asarray(samples))
    rows = np.arange(len(shares))
    ax.errorbar(shares, rows, xerr=errors, fmt="o", color=COLORS["blue"], ecolor=COLORS["sky"], elinewidth=4, ms=7)
    if mark is not None:
        _mark(ax, mark[0], mark[1], "left" if mark[1] < shares.mean() else "right")
    for row, name in enumerate(scores):
        ax.annotate(
            (notes or {}).get(name, ""), (1.01, row), xycoords=("axes fraction", "data"), va="center", fontsize=9
        )
    ax.set(yticks=rows, yticklabels=list(scores), xlabel="share of right answers", title=title)
    ax.set_ylim(len(scores) - 0.4, -0.6)
    ax.grid(True, axis="x")
    return {name: (float(s - e), float(s + e)) for name, s, e in zip(scores, shares, errors, strict=True)}


def _mark(ax, label, share, side) -> None:
    """A dashed line with its name at the top, on the side away from the dots."""
    ax.axvline(share, color=COLORS["vermilion"], linestyle="--", linewidth=1.5)
    offset = (4 if side == "left" else -4, -3)
    frame = {"xycoords": ("data", "axes fraction"), "textcoords": "offset points"}
    ax.annotate(label, (share, 1), offset, ha=side, va="top", color=COLORS["vermilion"], **frame)


def answers_kept(labels, probabilities, threshold=None, title=None, ax=None):
    """What a classifier that may say "I do not know" gains: how many answers are left, and how many of them right.

    Args:
        labels: the true classes, integers of shape (n,).
        probabilities: shape (n, classes).
        threshold: the probability below which it does not answer, marked by a line.
        title: a text above.
        ax: the Axes to draw on; default a new figure.

    Returns:
        The share answered and the share right of those, at the threshold (of all, when there is none).

    >>> answers_kept([0, 1], [[0.9, 0.1], [0.6, 0.4]], threshold=0.8)
    (0.5, 1.0)
    """
    labels, probabilities = np.asarray(labels), np.asarray(probabilities)
    sure, right = probabilities.max(axis=1), probabilities.argmax(axis=1) == labels
    levels = np.linspace(1 / probabilities.shape[1], 1, 181)
    shares = np.array([_kept(sure, right, level) for level in levels])
    ax = canvas(3.2)[1] if ax is None else ax
    ax.plot(levels, shares[:, 0], color=COLORS["blue"], label="answered, of all")
    ax.plot(levels, shares[:, 1], color=COLORS["vermilion"], label="right, of those answered")
    if threshold is not None:
        ax.axvline(threshold, color=INK, linestyle="--", linewidth=1.2, label=f"threshold {threshold:g}")
    ax.set(xlabel="probability below which it does not answer", ylabel="share", title=title)
    ax.grid(True)
    ax.legend(loc="upper left", bbox_to_anchor=(1, 1))
    return _kept(sure, right, 0.0 if threshold is None else threshold)


def _kept(sure, right, level) -> tuple[float, float]:
    """Share answered, and share right of those; nothing answered is nothing wrong."""
    answered = sure >= level
    return float(answered.mean()), float(right[answered].mean()) if answered.any() else 1.0
