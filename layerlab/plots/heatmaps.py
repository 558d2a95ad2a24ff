"""A matrix as shades, with what its rows and columns stand for: a picture, answers by sample, counts by class.

For weights, which have a sign, see `tables`; for a few numbers to be read one by one, `pixel_values`.
"""

import numpy as np

from layerlab.plots.style import INK_ON_PAPER, canvas

__all__ = ["heatmap"]


def heatmap(values, xlabel="column (axis 1)", ylabel="row (axis 0)", title=None, limits=None, square=True, ax=None):
    """A matrix as a grid of gray cells, row 0 on top, dark where the number is large.

    Args:
        values: shape (rows, columns).
        xlabel, ylabel, title: texts.
        limits: the numbers that are white and black; default the smallest and the largest.
        square: False lets the cells fill the Axes.
        ax: the Axes to draw on; default a new figure.

    Returns:
        The Axes.

    Raises:
        ValueError: for an array that is no matrix.

    >>> ax = heatmap(np.eye(3), title="identity")
    >>> ax.get_xlabel(), ax.images[0].get_array().shape
    ('column (axis 1)', (3, 3))
    """
    values = np.asarray(values)
    if values.ndim != 2:
        raise ValueError(f"`heatmap` draws a matrix, shape (rows, columns). Received: shape {values.shape}")
    ax = canvas(3.6, width=5.0)[1] if ax is None else ax
    low, high = limits or (values.min(), values.max())
    ax.imshow(values, cmap=INK_ON_PAPER, vmin=low, vmax=high, aspect="equal" if square else "auto")
    for axis in (ax.xaxis, ax.yaxis):
        axis.get_major_locator().set_params(integer=True)
    ax.set(xlabel=xlabel, ylabel=ylabel, title=title)
    return ax
