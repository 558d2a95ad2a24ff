"""Words as rows of letters: what a mask hides, and what a model expects to come next.

Letters are ids of a list of signs; a word shorter than the others is filled up with one of them.
"""

import numpy as np

from layerlab.plots.style import COLORS, INK, canvas

__all__ = ["masked_words", "next_letters"]


def masked_words(ids, signs, mask=None, title=None, ax=None):
    """Words letter by letter, one a row; the places that the mask hides are crossed out in gray.

    Args:
        ids: whole numbers, shape (words, length).
        signs: the sign of each id.
        mask: True where a letter counts, shape (words, length); default everywhere.
        title: a text above.
        ax: the Axes to draw on; default a new figure.

    Returns:
        How many letters of each word count, integers of shape (words,).

    >>> masked_words([[1, 2, 0], [2, 0, 0]], ".ab", mask=[[True, True, False], [True, False, False]])
    array([2, 1])
    """
    ids = np.asarray(ids)
    mask = np.ones(ids.shape, bool) if mask is None else np.asarray(mask)
    words, length = ids.shape
    ax = canvas(0.9 + 0.36 * words, width=1.6 + 0.42 * length)[1] if ax is None else ax
    shades = np.where(mask, 0.18, 0.0)
    ax.pcolormesh(shades, cmap="Blues", vmin=0, vmax=1, edgecolors="#CCCCCC", linewidth=0.8)
    for (row, column), sign in np.ndenumerate(np.array(list(signs))[ids]):
        counts = mask[row, column]
        ax.text(column + 0.5, row + 0.5, sign, ha="center", va="center", color=INK if counts else "#AAAAAA")
        if not counts:
            ax.plot([column + 0.2, column + 0.8], [row + 0.8, row + 0.2], color="#BBBBBB", linewidth=1)
    ax.set_xticks(np.arange(length) + 0.5, range(length))
    ax.set_yticks(np.arange(words) + 0.5, range(words))
    ax.set(xlabel="axis 1: step", ylabel="axis 0: word", title=title)
    ax.invert_yaxis()
    ax.tick_params(length=0)
    ax.spines[:].set_visible(False)
    return mask.sum(axis=1)


def next_letters(probabilities, signs, chosen, title=None, ax=None):
    """What a model thought would come next at each step of a word, and which letter was drawn.

    Args:
        probabilities: shape (steps, signs), each row together 1.
        signs: the sign of each id.
        chosen: the ids that were drawn, integers of shape (steps,).
        title: a text above.
        ax: the Axes to draw on; default a new figure.

    Returns:
        The probability of each letter that was drawn, shape (steps,).

    >>> next_letters([[0.75, 0.25], [0.5, 0.5]], "ab", [0, 1]).tolist()
    [0.75, 0.5]
    """
    from matplotlib.patches import Rectangle

    probabilities, chosen = np.asarray(probabilities), np.asarray(chosen)
    steps, count = probabilities.shape
    ax = canvas(1.2 + 0.32 * steps)[1] if ax is None else ax
    drawn = ax.pcolormesh(probabilities**0.5, cmap="Blues", vmin=0, vmax=1, edgecolors="#DDDDDD", linewidth=0.5)
    for row, column in enumerate(chosen):
        ax.add_patch(Rectangle((column, row), 1, 1, fill=False, edgecolor=COLORS["vermilion"], linewidth=2.2, zorder=3))
    ax.set_xticks(np.arange(count) + 0.5, list(signs))
    ax.set_yticks(np.arange(steps) + 0.5, [signs[k] for k in chosen])
    ax.set(xlabel="letter that could come next", ylabel="drawn, from top to bottom", title=title)
    ax.invert_yaxis()
    ax.tick_params(length=0)
    ax.spines[:].set_visible(False)
    bar = ax.figure.colorbar(drawn, ax=ax, aspect=12)
    shown = [0, 0.01, 0.1, 0.3, 0.6, 1]
    bar.set_ticks([p**0.5 for p in shown], labels=[f"{p:g}" for p in shown])
    bar.set_label("probability")
    bar.outline.set_visible(False)
    return probabilities[np.arange(steps), chosen]
