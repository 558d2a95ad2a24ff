"""What a convolution has learned and what it sees: its kernels as small pictures, its outputs as maps.

Weights are purple below and orange above zero; maps that are never negative are white at zero and dark where strong.
"""

import numpy as np

from layerlab.plots.pictures import images
from layerlab.plots.style import DIVERGING, INK_ON_PAPER, canvas

__all__ = ["feature_maps", "filters", "kernel_mosaic"]


def filters(layer_or_kernel, channel=0, titles=None, columns=8, title=None):
    """The kernels of a convolution as pictures, a picture per filter, all on one scale.

    Args:
        layer_or_kernel: a built convolution, or a kernel of shape (rows, columns, channels, filters); 1-D kernels
            (size, channels, filters) become pictures with a row per channel.
        channel: which input channel of a 2-D kernel to show.
        titles: a text above each; default the number of the filter.
        columns: how many side by side.
        title: a text above all.

    Returns:
        The pictures that were drawn, shape (filters, height, width).

    Raises:
        ValueError: when the kernel has not three or four axes.

    >>> filters(np.ones((3, 3, 1, 4))).shape
    (4, 3, 3)
    """
    kernel = np.asarray(getattr(layer_or_kernel, "kernel", layer_or_kernel))
    if kernel.ndim not in (3, 4):
        raise ValueError(f"`filters` draws kernels of 1-D and 2-D convolutions. Received: shape {kernel.shape}")
    pictures = kernel.T if kernel.ndim == 3 else np.moveaxis(kernel[:, :, channel], -1, 0)
    limit = np.abs(pictures).max() or 1.0
    names = [f"filter {i}" for i in range(len(pictures))] if titles is None else titles
    look: dict = {"cmap": DIVERGING, "vmin": -limit, "vmax": limit}
    axes = images(pictures, names, min(columns, len(pictures)), title, frames=True, **look)
    _colorbar(axes, "weight")
    return pictures


def feature_maps(maps, titles=None, columns=8, title=None, label="output", picture=None):
    """The channels of one sample's output, each as a picture, all on one scale.

    Args:
        maps: shape (height, width, channels).
        titles: a text above each; default the number of the channel.
        columns: how many side by side.
        title: a text above all.
        label: what the numbers are.
        picture: the picture that the maps were made of, to be drawn in front of them on a scale of its own.

    Returns:
        The pictures that were drawn, shape (channels, height, width).

    Raises:
        ValueError: for an array of another rank; a batch needs an index first.

    >>> feature_maps(np.zeros((4, 5, 3))).shape
    (3, 4, 5)
    """
    maps = np.asarray(maps)
    if maps.ndim != 3:
        raise ValueError(
            f"`feature_maps` draws one sample, (height, width, channels). Received: shape {maps.shape}. "
            "Of a batch, choose a sample: maps[0]."
        )
    pictures = np.moveaxis(maps, -1, 0)
    limit = np.abs(pictures).max() or 1.0
    look: dict = {"cmap": DIVERGING, "vmin": -limit} if pictures.min() < 0 else {"cmap": INK_ON_PAPER, "vmin": 0}
    names = [f"channel {i}" for i in range(len(pictures))] if titles is None else titles
    shown = list(pictures) if picture is None else [np.asarray(picture), *pictures]
    names = list(names) if picture is None else ["input", *names]
    axes = images(shown, names, min(columns, len(shown)), title, frames=True, vmax=limit, **look)
    if picture is not None:
        axes[0].images[0].set(cmap=INK_ON_PAPER, clim=(shown[0].min(), shown[0].max()))
    _colorbar(axes, label)
    return pictures


def _colorbar(axes, label) -> None:
    bar = axes[0].figure.colorbar(axes[-1].images[0], ax=list(axes), shrink=0.7, aspect=18)
    bar.set_label(label)
    bar.outline.set_visible(False)


def kernel_mosaic(kernels, title=None, ax=None):
    """A small kernel at every position: how a locally connected layer looks at a picture, place by place.

    Args:
        kernels: shape (output rows, output columns, kernel rows, kernel columns).
        title: a text above.
        ax: the Axes to draw on; default a new figure.

    Returns:
        The mosaic that was drawn: the kernels side by side with a line of NaN between them.

    Raises:
        ValueError: for an array of another rank.

    >>> kernel_mosaic(np.ones((2, 3, 3, 3))).shape
    (7, 11)
    """
    kernels = np.asarray(kernels)
    if kernels.ndim != 4:
        raise ValueError(f"`kernel_mosaic` needs one 2-D kernel a position, 4 axes. Received: shape {kernels.shape}")
    rows, columns, high, wide = kernels.shape
    tiles = np.pad(kernels, ((0, 0), (0, 0), (0, 1), (0, 1)), constant_values=np.nan)
    mosaic = tiles.transpose(0, 2, 1, 3).reshape(rows * (high + 1), columns * (wide + 1))[:-1, :-1]
    ax = canvas(min(7.6 * mosaic.shape[0] / mosaic.shape[1] + 0.8, 7.0))[1] if ax is None else ax
    limit = np.nanmax(np.abs(mosaic)) or 1.0
    drawn = ax.imshow(mosaic, cmap=DIVERGING, vmin=-limit, vmax=limit)
    ax.set_xticks(np.arange(columns) * (wide + 1) + (wide - 1) / 2, range(columns))
    ax.set_yticks(np.arange(rows) * (high + 1) + (high - 1) / 2, range(rows))
    ax.set(xlabel="output column", ylabel="output row", title=title)
    ax.tick_params(length=0, labelsize=9)
    ax.spines[:].set_visible(False)
    bar = ax.figure.colorbar(drawn, ax=ax, shrink=0.8, aspect=20)
    bar.set_label("weight")
    bar.outline.set_visible(False)
    return mosaic
