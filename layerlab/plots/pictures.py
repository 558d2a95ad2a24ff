"""Arrays that are pictures: digits, photographs, kernels seen as images, one-hot tables.

Weights use one diverging palette (purple negative, white zero, orange positive) with zero always white.
"""

import numpy as np

from layerlab.plots.style import DIVERGING, INK_ON_PAPER, canvas, contrast

__all__ = ["images", "kernels", "one_hot", "pixel_values"]


def images(array, titles=None, columns=None, title=None, labels=False, frames=False, **options):
    """A grid of pictures.

    Args:
        array: pictures of shape (n, height, width) or (n, height, width, 3), or a list of them.
        titles: a text above each.
        columns: how many side by side; default at most 10.
        title: a text above all.
        labels: True writes row and column numbers on the axes.
        frames: True draws a thin line around each picture.
        options: passed on to `imshow` (cmap, vmin, vmax).

    Returns:
        The array of Axes that hold a picture.

    >>> axes = images(np.zeros((3, 28, 28)), titles="abc")
    >>> [ax.get_title() for ax in axes]
    ['a', 'b', 'c']
    """
    count = len(array)
    columns = columns or min(count, 10)
    rows = -(-count // columns)
    figure, axes = _grid(rows, columns, np.shape(array[0]), spare=0.3 * (titles is not None) + 0.35 * labels)
    for ax in axes[count:]:
        ax.remove()
    for i, ax in enumerate(axes[:count]):
        ax.imshow(array[i], **{"cmap": INK_ON_PAPER} | options)
        ax.set_title(str(titles[i]) if titles is not None else "", fontsize=10)
        if labels:
            _pixel_axes(ax)
        else:
            ax.set(xticks=[], yticks=[])
        ax.spines[:].set(visible=frames, color="#BBBBBB")
    if title:
        figure.suptitle(title, fontsize=12)
    return axes[:count]


def _grid(rows, columns, picture_shape, spare):
    """Axes for rows x columns pictures, in a figure as high as their proportions ask for."""
    height, width = picture_shape[:2]
    tall = 8.0 / columns * height / width + spare
    figure, axes = canvas(min(rows * tall + 0.2, 9.0), columns, rows, squeeze=False)
    return figure, axes.ravel()


def _pixel_axes(ax) -> None:
    ax.set(xlabel="column (axis 1)", ylabel="row (axis 0)")


def pixel_values(picture, title=None, vmin=None, vmax=None, ax=None):
    """A small gray picture with the number of each pixel written into it.

    Args:
        picture: shape (height, width), at most 16 x 16.
        title: a text above.
        vmin, vmax: the values drawn white and black; default the smallest and the largest.
        ax: the Axes to draw on; default a new figure.

    Returns:
        The Axes.

    Raises:
        ValueError: for a larger picture, whose numbers nobody could read.

    >>> ax = pixel_values([[0, 255], [128, 64]])
    >>> [text.get_text() for text in ax.texts]
    ['0', '255', '128', '64']
    """
    picture = np.asarray(picture)
    if picture.ndim != 2 or max(picture.shape) > 16:
        raise ValueError(f"`pixel_values` draws at most 16 x 16 gray pixels. Received: shape {picture.shape}")
    ax = canvas(0.42 * len(picture) + 0.8, width=0.5 * picture.shape[1] + 1.0)[1] if ax is None else ax
    drawn = ax.imshow(picture, cmap=INK_ON_PAPER, vmin=vmin, vmax=vmax, aspect="auto")
    for (row, column), value in np.ndenumerate(picture):
        ink = contrast(drawn.cmap(drawn.norm(value))[:3])
        ax.text(column, row, f"{value:g}", ha="center", va="center", color=ink, fontsize=9)
    ax.set(title=title, xticks=range(picture.shape[1]), yticks=range(picture.shape[0]))
    _pixel_axes(ax)
    ax.spines[:].set_visible(False)
    return ax


def kernels(layer_or_kernel, shape, count=32, order=None, columns=8, title=None):
    """The weights that lead into single units, each laid out as the picture it is applied to.

    Args:
        layer_or_kernel: a built layer with a `kernel`, or an array of shape (inputs, units).
        shape: the (height, width) of the input picture; height * width = inputs.
        count: how many units.
        order: which units, in which order; default the first `count`.
        columns: how many side by side.
        title: a text above all.

    Returns:
        The pictures that were drawn, shape (count, height, width).

    Raises:
        ValueError: when the kernel has not height * width rows.

    >>> kernels(np.eye(6), (2, 3), count=4, columns=4).shape
    (4, 2, 3)
    """
    kernel = np.asarray(getattr(layer_or_kernel, "kernel", layer_or_kernel))
    if kernel.ndim != 2 or kernel.shape[0] != shape[0] * shape[1]:
        raise ValueError(
            f"`kernels` needs a kernel with {shape[0]} x {shape[1]} = {shape[0] * shape[1]} rows, one per pixel. "
            f"Received: kernel of shape {kernel.shape}"
        )
    units = np.arange(kernel.shape[1]) if order is None else np.asarray(order)
    pictures = kernel[:, units[:count]].T.reshape(-1, *shape)
    limit = np.quantile(np.abs(pictures), 0.999)
    names = [f"unit {unit}" for unit in units[:count]]
    axes = images(pictures, titles=names, columns=columns, title=title, cmap=DIVERGING, vmin=-limit, vmax=limit)
    bar = axes[0].figure.colorbar(axes[0].images[0], ax=list(axes), shrink=0.6, aspect=25)
    bar.set_label("weight")
    bar.outline.set_visible(False)
    return pictures


def one_hot(matrix, row_names, column_names, title=None, ax=None):
    """A table of zeros and ones, as filled and empty squares.

    Args:
        matrix: shape (steps, classes).
        row_names: a name per step, such as the letters of a word.
        column_names: a name per class, such as the alphabet.
        title: a text above.
        ax: the Axes to draw on; default a new figure.

    Returns:
        The Axes.

    >>> ax = one_hot(np.eye(3), "cab", "abc")
    >>> [text.get_text() for text in ax.get_yticklabels()]
    ['c', 'a', 'b']
    """
    matrix = np.asarray(matrix)
    steps, classes = matrix.shape
    ax = canvas(0.9 + 8.0 * steps / classes)[1] if ax is None else ax
    ax.pcolormesh(matrix, cmap="Blues", vmin=0, vmax=1.3, edgecolors="#CCCCCC", linewidth=0.8)
    ax.set_xticks(np.arange(classes) + 0.5, list(column_names))
    ax.set_yticks(np.arange(steps) + 0.5, list(row_names))
    ax.set(aspect="equal", xlabel="axis 1: which letter", ylabel="axis 0: step", title=title)
    ax.invert_yaxis()
    ax.tick_params(length=0)
    ax.spines[:].set_visible(False)
    return ax
