"""How the units of a layer are joined to its inputs, drawn beside the kernel that says how strongly.

A line and its cell in the matrix have one color, so that the eye can go from one to the other.
"""

import numpy as np

from layerlab.plots.style import COLORS, DIVERGING, INK, PAPER, canvas, contrast, node, signed

__all__ = ["dense_layer"]


def dense_layer(kernel, bias=None, unit=0, title=None):
    """A dense layer twice: as neurons joined by lines, and as the matrix of its weights.

    A line and its cell have one color (purple negative, orange positive); the unit asked for is emphasized in both.

    Args:
        kernel: the weights, shape (inputs, units), at most 12 x 12; or a built layer.
        bias: one number per unit; default zeros, or the layer's.
        unit: the unit, that is the column, to emphasize.
        title: a text above.

    Returns:
        The two Axes: neurons, matrix.

    >>> neurons, matrix = dense_layer(np.ones((3, 2)))
    >>> len(neurons.lines)
    6
    """
    if hasattr(kernel, "kernel"):
        kernel, bias = kernel.kernel, kernel.bias
    kernel = np.asarray(kernel)
    inputs, units = kernel.shape
    if max(kernel.shape) > 12:
        raise ValueError(
            f"`dense_layer` draws at most 12 inputs and 12 units. Received: kernel of shape {kernel.shape}"
        )
    bias = np.zeros(units) if bias is None else np.asarray(bias)
    figure, axes = canvas(1.1 + 0.5 * max(inputs + 1.5, units), columns=2)
    limit = max(np.abs(kernel).max(), np.abs(bias).max(), 1e-12)
    _wiring(axes[0], kernel, unit, limit)
    _weight_table(axes[1], kernel, bias, unit, limit)
    if title:
        figure.suptitle(title)
    return tuple(axes)


def _color_of(weight, limit):
    import matplotlib

    return matplotlib.colormaps[DIVERGING](0.5 + 0.5 * weight / limit)


def _wiring(ax, kernel, unit, limit) -> None:
    inputs, units = kernel.shape
    left, right = _spread(inputs), _spread(units)
    for i, j in np.ndindex(inputs, units):
        width, alpha, order = (3.2, 1.0, 1.5) if j == unit else (1.4, 0.55, 1.0)
        color = _color_of(kernel[i, j], limit)
        ax.plot([0, 2], [left[i], right[j]], color=color, linewidth=width, alpha=alpha, zorder=order)
    for i, y in enumerate(left):
        node(ax, (0, y), f"$x_{{{i}}}$", COLORS["sky"], radius=0.2)
    for j, y in enumerate(right):
        node(ax, (2, y), f"$y_{{{j}}}$", COLORS["yellow"] if j == unit else PAPER, radius=0.2)
    reach = max(inputs, units) / 4 + 0.3
    ax.set(xlim=(-0.4, 2.4), ylim=(-reach, reach), title=f"{inputs} inputs, {units} units")
    ax.axis("off")


def _spread(count) -> np.ndarray:
    """Heights of `count` nodes, from the top down, around zero."""
    return 0.5 * ((count - 1) / 2 - np.arange(count))


def _weight_table(ax, kernel, bias, unit, limit) -> None:
    """The kernel as colored cells with its numbers, the bias as a row of its own underneath."""
    from matplotlib.patches import Rectangle

    inputs, units = kernel.shape
    rows = [(i, kernel[i]) for i in range(inputs)] + [(inputs + 0.5, bias)]
    for y, values in rows:
        for j, value in enumerate(values):
            face = _color_of(value, limit)
            ax.add_patch(Rectangle((j, y), 1, 1, facecolor=face, edgecolor="white"))
            ink = contrast(face[:3])
            ax.text(j + 0.5, y + 0.5, signed(value, ".2f"), ha="center", va="center", color=ink, fontsize=10)
    ax.add_patch(Rectangle((unit, 0), 1, inputs, fill=False, edgecolor=INK, linewidth=2.5))
    ax.add_patch(Rectangle((unit, inputs + 0.5), 1, 1, fill=False, edgecolor=INK, linewidth=2.5))
    ticks = [i + 0.5 for i in range(inputs)] + [inputs + 1.0]
    ax.set_yticks(ticks, [f"$x_{{{i}}}$" for i in range(inputs)] + ["bias"])
    ax.set_xticks(np.arange(units) + 0.5, [f"$y_{{{j}}}$" for j in range(units)])
    ax.set(xlim=(-0.05, units + 0.05), ylim=(inputs + 1.6, -0.05))
    ax.set_title(f"kernel ({inputs}, {units}) and bias ({units},)")
    ax.tick_params(length=0, labeltop=True, labelbottom=False)
    ax.spines[:].set_visible(False)
