"""What a classifier answers: single predictions with their probabilities, and the table of all its confusions.

Green stands for the truth, red for a wrong answer.
"""

import numpy as np

from layerlab.plots.style import COLORS, INK, INK_ON_PAPER, canvas, contrast

__all__ = ["confusion", "predictions"]


def predictions(pictures, labels, probabilities, columns=4):
    """Pictures beside the probabilities a model gives them: the true class green, a wrong answer red.

    Args:
        pictures: shape (n, height, width).
        labels: the true classes, integers of shape (n,).
        probabilities: shape (n, classes).
        columns: how many pictures side by side.

    Returns:
        The favorites of the model, integers of shape (n,).

    >>> [int(k) for k in predictions(np.zeros((1, 8, 8)), [1], np.array([[0.9, 0.1]]))]
    [0]
    """
    probabilities = np.asarray(probabilities)
    count = len(pictures)
    rows = -(-count // columns)
    figure, axes = canvas(1.55 * rows + 0.2, 2 * columns, rows, squeeze=False, width_ratios=[1, 1.2] * columns)
    axes = axes.reshape(-1, 2)
    for ax in axes[count:].ravel():
        ax.remove()
    for (left, right), picture, label, chances in zip(axes, pictures, labels, probabilities, strict=False):
        left.imshow(picture, cmap=INK_ON_PAPER)
        left.set_title(f"is a {int(label)}", fontsize=10)
        left.set_anchor("N")
        left.axis("off")
        _chances(right, chances, int(label))
    figure.supxlabel("beside each picture: the probability given to each class", fontsize=10)
    return probabilities.argmax(axis=1)


def _chances(ax, chances, label) -> None:
    favorite = int(np.argmax(chances))
    colors = ["#BBBBBB"] * len(chances)
    colors[favorite] = COLORS["vermilion"]
    colors[label] = COLORS["green"]
    ax.barh(range(len(chances)), chances, color=colors)
    ax.set(xlim=(0, 1), yticks=range(len(chances)), xticks=[0, 1])
    ax.tick_params(labelsize=7, length=0)
    ax.invert_yaxis()
    ax.set_title(f"says {favorite}", fontsize=10)


def confusion(labels, predicted, classes=None, ax=None):
    """How often each true class got each answer; the right answers stand on the diagonal.

    Args:
        labels: true classes, integers of shape (n,).
        predicted: answers, integers of shape (n,), or probabilities of shape (n, classes).
        classes: how many classes; default one more than the largest number met.
        ax: the Axes to draw on; default a new figure.

    Returns:
        The table of counts, shape (classes, classes): row = truth, column = answer.

    >>> confusion([0, 1, 1], [0, 1, 0])
    array([[1, 0],
           [1, 1]])
    """
    labels, predicted = np.asarray(labels), np.asarray(predicted)
    predicted = predicted.argmax(axis=1) if predicted.ndim == 2 else predicted
    classes = classes or int(max(labels.max(), predicted.max())) + 1
    counts = np.bincount(labels * classes + predicted, minlength=classes**2).reshape(classes, classes)
    ax = canvas(5.2, width=6.0)[1] if ax is None else ax
    shares = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)
    picture = ax.imshow(shares**0.5, cmap="Blues", vmin=0, vmax=1)
    for (row, column), count in np.ndenumerate(counts):
        if count:
            ink = contrast(picture.cmap(shares[row, column] ** 0.5)[:3])
            ax.text(column, row, str(count), ha="center", va="center", color=ink, fontsize=10)
    ax.set(xlabel="answer of the model", ylabel="true class", xticks=range(classes), yticks=range(classes))
    ax.spines[:].set_color(INK)
    return counts
