"""What penalties do: to single weights, along growing strength, and to the loss during training.

A penalty is a regularizer's part of the loss; `fit(verbose=3)` records it beside the rest.
"""

import numpy as np

from layerlab.plots.style import COLORS, INK, canvas, series

__all__ = ["coefficients", "loss_parts", "regularization_paths"]

_BESIDE = {"loc": "upper left", "bbox_to_anchor": (1, 1)}  # where a legend hides no line
_QUIET = "#BBBBBB"


def coefficients(weights, truth=None, xlabel="input", title=None, ax=None):
    """Single weights side by side, one color for each way they were found.

    Args:
        weights: a dict {label: weights of shape (n,)}.
        truth: the true weights, shape (n,), drawn as short black lines.
        xlabel, title: texts.
        ax: the Axes to draw on; default a new figure.

    Returns:
        The Axes.

    >>> ax = coefficients({"l1": np.array([1.0, 0.0]), "l2": np.array([0.8, 0.1])}, truth=[1, 0])
    >>> [text.get_text() for text in ax.get_legend().get_texts()]
    ['truth', 'l1', 'l2']
    """
    ax = canvas(3.2)[1] if ax is None else ax
    ax.axhline(0, color=INK, linewidth=0.8)
    if truth is not None:
        middle = np.arange(len(truth))
        ax.hlines(truth, middle - 0.4, middle + 0.4, color=COLORS["black"], label="truth")
    for k, ((label, values), color) in enumerate(zip(weights.items(), series(len(weights)), strict=True)):
        places = np.arange(np.size(values)) + 0.22 * (k - (len(weights) - 1) / 2)
        ax.vlines(places, 0, np.ravel(values), color=color, linewidth=1.5)
        ax.plot(places, np.ravel(values), "o", color=color, markersize=4, label=label)
    ax.set(xlabel=xlabel, ylabel="weight", title=title)
    ax.xaxis.get_major_locator().set_params(integer=True)
    ax.legend(**_BESIDE)
    return ax


def regularization_paths(
    strengths, weights, emphasized=(), xlabel="strength of the penalty", title=None, legend=True, ax=None
):
    """Every weight as a line over the strength of a penalty, on a logarithmic axis.

    Args:
        strengths: the factors, increasing, shape (n,).
        weights: the weights found with each, shape (n, number of weights).
        emphasized: which weights are drawn in color; the others are gray.
        xlabel, title: texts.
        legend: False leaves the legend out.
        ax: the Axes to draw on; default a new figure.

    Returns:
        How many weights are exactly 0 at each strength, shape (n,).

    >>> regularization_paths([0.1, 1.0], [[2.0, 0.5], [1.0, 0.0]], emphasized=[0])
    array([0, 1])
    """
    weights = np.asarray(weights)
    ax = canvas(3.4)[1] if ax is None else ax
    ax.axhline(0, color=INK, linewidth=0.8)
    colors = dict(zip(emphasized, series(len(emphasized)), strict=True))
    for k in sorted(range(weights.shape[1]), key=lambda k: k in colors):  # the colored ones on top
        label = f"weight {k}" if k in colors else None
        ax.plot(strengths, weights[:, k], color=colors.get(k, _QUIET), linewidth=2 if k in colors else 1, label=label)
    ax.set(xscale="log", xlabel=xlabel, ylabel="weight", title=title)
    if legend and len(colors) > 0:
        ax.legend(**_BESIDE)
    return np.sum(weights == 0, axis=1)


def loss_parts(history, title=None, ax=None):
    """The training loss split into its data term and the penalties, epoch by epoch, and the data term on unseen data.

    Args:
        history: what `fit(verbose=3)` returned, or its dict of lists with `data_loss` and `penalty`.
        title: a text above.
        ax: the Axes to draw on; default a new figure.

    Returns:
        The data term and the penalty, two arrays with a number for each epoch.

    Raises:
        ValueError: the two parts were not recorded.

    >>> loss_parts({"loss": [1.5, 1.25], "data_loss": [1.0, 0.5], "penalty": [0.5, 0.75]})
    (array([1. , 0.5]), array([0.5 , 0.75]))
    """
    records = getattr(history, "history", history)
    if not {"data_loss", "penalty"} <= set(records):
        raise ValueError(
            "`loss_parts` needs the `data_loss` and the `penalty` of each epoch: train with fit(..., verbose=3). "
            f"Recorded: {sorted(records)}"
        )
    data, penalty = np.array(records["data_loss"]), np.array(records["penalty"])
    ax = canvas(3.2)[1] if ax is None else ax
    epochs = np.arange(1, len(data) + 1)
    ax.stackplot(epochs, data, penalty, labels=["data term", "penalty"], colors=[COLORS["sky"], COLORS["orange"]])
    ax.plot(epochs, data + penalty, color=INK, linewidth=1.5, label="loss")
    if "val_data_loss" in records:
        ax.plot(epochs, records["val_data_loss"], "--", color=COLORS["vermilion"], label="data term, unseen data")
    ax.set(xlabel="epoch", ylabel="loss", title=title, xlim=(1, len(data)), ylim=(0, None))
    ax.xaxis.get_major_locator().set_params(integer=True)
    ax.legend(**_BESIDE)
    return data, penalty
