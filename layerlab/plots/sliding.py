"""A window that slides: a kernel over a picture with all its numbers, and what each output of a 1-D layer looks at.

Where the windows lie is asked of the same function that the layers ask.
"""

import numpy as np

from layerlab.ops.windows import along
from layerlab.plots.style import COLORS, DIVERGING, INK, INK_ON_PAPER, PAPER, canvas, contrast, signed

__all__ = ["sliding_kernel", "window_axes", "window_taps"]

_MOST = 12  # rows or columns whose numbers can still be read


def sliding_kernel(picture, kernel, at=(0, 0), strides=1, title=None):
    """A kernel laid over a picture at one position: the window, the weights, and the sum in its place in the output.

    Args:
        picture: shape (height, width), at most 12 x 12.
        kernel: shape (rows, columns).
        at: (row, column) of the output that is being computed.
        strides: steps between windows.
        title: a text above.

    Returns:
        The whole output, with padding "valid".

    Raises:
        ValueError: for a picture whose numbers nobody could read, or a position outside the output.

    >>> sliding_kernel(np.eye(3), np.ones((2, 2)), at=(1, 0))
    array([[2., 1.],
           [1., 2.]])
    """
    picture, kernel = np.asarray(picture), np.asarray(kernel)
    if picture.ndim != 2 or max(picture.shape) > _MOST:
        raise ValueError(f"`sliding_kernel` draws at most {_MOST} x {_MOST} numbers. Received: shape {picture.shape}")
    windows = np.lib.stride_tricks.sliding_window_view(picture, kernel.shape)[::strides, ::strides]
    output = np.sum(windows * kernel, axis=(2, 3))
    if not all(0 <= i < n for i, n in zip(at, output.shape, strict=True)):
        raise ValueError(f"`at` is a cell of the output, whose shape is {output.shape}. Received: at={tuple(at)}")
    widths = [array.shape[1] for array in (picture, kernel, output)]
    height = 1.2 + 7.0 / (sum(widths) + 2) * len(picture) + 0.3 * bool(title)
    figure, axes = canvas(height, columns=3, width_ratios=widths)
    corner = tuple(strides * i for i in at)
    _cells(axes[0], picture, f"input {picture.shape}", INK_ON_PAPER, corner, kernel.shape)
    _cells(axes[1], kernel, f"kernel {kernel.shape}", DIVERGING, (0, 0), kernel.shape)
    _cells(axes[2], output, f"output {output.shape}", DIVERGING, at, (1, 1))
    figure.supxlabel(_sum_of_products(windows[tuple(at)], kernel, output[tuple(at)]), fontsize=10)
    if title:
        figure.suptitle(title)
    return output


def _cells(ax, array, title, palette, corner, size) -> None:
    """Numbers in colored cells, with a frame around the part that matters."""
    from matplotlib.patches import Rectangle

    limit = max(np.abs(array).max(), 1e-12)
    # a little paler than the palette allows: the numbers are to be read, not the colors
    drawn = ax.imshow(array, cmap=palette, vmin=-1.6 * limit * (palette == DIVERGING), vmax=1.6 * limit)
    for (row, column), value in np.ndenumerate(array):
        ink = contrast(drawn.cmap(drawn.norm(value))[:3])
        ax.text(column, row, signed(value + 0.0), ha="center", va="center", color=ink, fontsize=10)
    frame: dict = {"fill": False, "edgecolor": COLORS["vermilion"], "linewidth": 3, "clip_on": False}
    ax.add_patch(Rectangle((corner[1] - 0.5, corner[0] - 0.5), size[1], size[0], **frame))
    ax.set_title(title)
    ax.set(xticks=range(array.shape[1]), yticks=range(array.shape[0]))
    ax.tick_params(length=0, labelsize=8)
    ax.spines[:].set(visible=True, color="#BBBBBB")


def _sum_of_products(window, kernel, total) -> str:
    if kernel.size > 9:
        return f"the sum of {kernel.size} products is {signed(total)}"
    pairs = zip(window.ravel(), kernel.ravel(), strict=True)
    return " + ".join(f"{signed(x)}·{f'({signed(w)})' if w < 0 else signed(w)}" for x, w in pairs) + (
        f" = {signed(total + 0.0)}"
    )


def window_axes(layer, sizes) -> list[tuple[tuple[int, int], int, int, int, int]]:
    """((before, after), outputs, size, stride, dilation) of a convolution's or a pooling layer's windows, axis by axis.

    Raises:
        ValueError: for layers without windows, and locally connected ones with padding "same", which align otherwise.

    >>> from layerlab.layers import Conv1D
    >>> window_axes(Conv1D(1, 3, strides=2, padding="same"), [6])
    [((0, 1), 3, 3, 2, 1)]
    """
    size = getattr(layer, "kernel_size", None) or getattr(layer, "pool_size", None)
    if size is None or len(size) != len(sizes) or (hasattr(layer, "implementation") and layer.padding == "same"):
        raise ValueError(
            f"Expected a convolution or a pooling layer over {len(sizes)} axes. Received: {layer!r}. "
            "For any other layer `plots.connections` shows what it joins."
        )
    dilation = getattr(layer, "dilation_rate", (1,) * len(size))
    axes = zip(sizes, size, layer.strides, dilation, strict=True)
    return [(*along(n, k, s, d, layer.padding), k, s, d) for n, k, s, d in axes]


def window_taps(layer, steps, at=None, title=None, ax=None):
    """What each output of a 1-D convolution or pooling layer looks at: inputs below, outputs above, a line per tap.

    Args:
        layer: any layer with 1-D windows; it need not be built.
        steps: the length of the input.
        at: the output to emphasize; default the middle one.
        title: a text above; default the lengths.
        ax: the Axes to draw on; default a new figure.

    Returns:
        For each output the list of input positions under its taps; those below 0 or from `steps` on are padding.

    Raises:
        ValueError: for a layer without 1-D windows.

    >>> from layerlab.layers import Conv1D
    >>> window_taps(Conv1D(1, 3, strides=2, padding="same"), 5)
    [[-1, 0, 1], [1, 2, 3], [3, 4, 5]]
    """
    [((before, after), outputs, size, stride, dilation)] = window_axes(layer, [steps])
    taps = [[o * stride + j * dilation - before for j in range(size)] for o in range(outputs)]
    ax = canvas(2.2)[1] if ax is None else ax
    at = outputs // 2 if at is None else at
    places = [seen[-1] if layer.padding == "causal" else (seen[0] + seen[-1]) / 2 for seen in taps]
    for output, (x, seen) in enumerate(zip(places, taps, strict=True)):
        strong = output == at
        look: dict = {
            "color": COLORS["vermilion"] if strong else "#BBBBBB",
            "lw": 2.5 if strong else 1.0,
            "zorder": 1 + strong,
        }
        for tap in seen:
            ax.plot([tap, x], [0.32, 1.38], **look)
        _cell(ax, x, 1.7, str(output), COLORS["orange"] if strong else COLORS["yellow"])
    for position in range(-before, steps + after):
        inside = 0 <= position < steps
        _cell(ax, position, 0, str(position) if inside else "0", COLORS["sky"] if inside else PAPER, dashed=not inside)
    ax.text(-before - 0.8, 0, "inputs", ha="right", va="center", color=INK, fontsize=10)
    ax.text(-before - 0.8, 1.7, "outputs", ha="right", va="center", color=INK, fontsize=10)
    ax.set(xlim=(-before - 2.6, steps + after - 0.3), ylim=(-0.5, 2.2))
    ax.set_title(title or f"{steps} inputs, {outputs} outputs", fontsize=11)
    ax.axis("off")
    return taps


def _cell(ax, x, y, text, color, dashed=False) -> None:
    from matplotlib.patches import Rectangle

    edge: dict = {"edgecolor": INK if dashed else "white", "linestyle": "--" if dashed else "-", "zorder": 3}
    ax.add_patch(Rectangle((x - 0.4, y - 0.3), 0.8, 0.6, facecolor=color, **edge))
    ax.text(x, y, text, ha="center", va="center", color=contrast(color), fontsize=9, zorder=4)
