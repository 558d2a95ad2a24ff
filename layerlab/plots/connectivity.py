"""Which input is joined to which output, and where two connections share a weight: layers as wires and as matrices.

The matrix is found by asking the layer itself, one input at a time, so it is what the layer does, not what it says.
"""

import numpy as np

from layerlab.plots.style import COLORS, DIVERGING, canvas

__all__ = ["connection_matrix", "connections"]

_MOST_WIRES = 16


def connection_matrix(layer, input_shape, title=None, ax=None):
    """The matrix of a layer that only multiplies and adds: row = input, column = output, both counted in order.

    Equal weights have equal colors; where nothing joins input and output, the cell is empty.

    Args:
        layer: a layer whose activation is linear, such as Dense, Conv2D or LocallyConnected1D.
        input_shape: the shape of one sample, without the batch.
        title: a text above; default the layer's class.
        ax: the Axes to draw on; default a new figure.

    Returns:
        The matrix, shape (inputs, outputs).

    Raises:
        ValueError: when the layer does more than multiply and add.

    >>> from layerlab.layers import Conv1D
    >>> connection_matrix(Conv1D(1, 2, kernel_initializer="ones"), (3, 1))
    array([[1., 0.],
           [1., 1.],
           [0., 1.]], dtype=float32)
    """
    matrix = _matrix(layer, tuple(input_shape))
    inputs, outputs = matrix.shape
    ax = canvas(3.6, width=4.2)[1] if ax is None else ax
    shown = np.ma.masked_equal(_strengths(matrix), 0)
    if max(matrix.shape) <= 2 * _MOST_WIRES:
        edges: dict = {"edgecolors": "#DDDDDD", "linewidth": 0.6}
        ax.pcolormesh(shown, cmap=DIVERGING, vmin=-1, vmax=1, **edges)
        ax.set(xticks=np.arange(outputs) + 0.5, yticks=np.arange(inputs) + 0.5)
        ax.set(xticklabels=range(outputs), yticklabels=range(inputs), xlim=(0, outputs), ylim=(inputs, 0))
    else:
        ax.imshow(shown, cmap=DIVERGING, vmin=-1, vmax=1, aspect="auto")
    ax.tick_params(length=0, labelsize=8)
    ax.set(xlabel="output", ylabel="input", title=title or type(layer).__name__)
    ax.spines[:].set(visible=True, color="#BBBBBB")
    return matrix


def _strengths(matrix):
    """Weights from -1 to 1 for the palette: even the weakest is told from white, where there is no weight."""
    limit = np.abs(matrix).max() or 1.0
    return np.sign(matrix) * (0.25 + 0.75 * np.abs(matrix) / limit)


def _matrix(layer, input_shape):
    inputs = int(np.prod(input_shape))
    ones = np.eye(inputs, dtype="float32").reshape(inputs, *input_shape)
    at_zero = np.asarray(layer(0 * ones))
    up, down = (np.asarray(layer(sign * ones)) - at_zero for sign in (1, -1))
    if not np.allclose(up, -down, atol=1e-4):
        raise ValueError(
            f"Only a layer that multiplies and adds has a matrix. Received: {layer!r}. Leave its activation out."
        )
    return up.reshape(inputs, -1)


def connections(layers, steps, title=None):
    """Layers over a short sequence, side by side: above the wires, below the matrix, a color for each weight.

    Args:
        layers: a dict {title: layer}, or a list of layers; each is called on inputs of shape (batch, steps, 1), a Dense
            layer on (batch, steps).
        steps: how many inputs, at most 16.
        title: a text above all.

    Returns:
        The list of matrices, each of shape (steps, outputs).

    Raises:
        ValueError: for more than 16 inputs, or a layer that does more than multiply and add.

    >>> from layerlab.layers import Conv1D, Dense
    >>> [matrix.shape for matrix in connections([Dense(3), Conv1D(1, 2)], steps=4)]
    [(4, 3), (4, 3)]
    """
    named = layers if isinstance(layers, dict) else {type(layer).__name__: layer for layer in layers}
    if steps > _MOST_WIRES:
        raise ValueError(f"`connections` draws at most {_MOST_WIRES} inputs. Received: steps={steps}")
    figure, axes = canvas(5.4, columns=len(named), rows=2, squeeze=False, height_ratios=[1, 1.25])
    matrices = []
    for (name, layer), (above, below) in zip(named.items(), axes.T, strict=True):
        shape = (steps, 1) if hasattr(layer, "kernel_size") else (steps,)
        matrices.append(connection_matrix(layer, shape, title="as a matrix", ax=below))
        _wires(above, matrices[-1], name)
    if title:
        figure.suptitle(title)
    return matrices


def _wires(ax, matrix, name) -> None:
    import matplotlib

    inputs, outputs = matrix.shape
    shift = (inputs - outputs) / 2
    colors = matplotlib.colormaps[DIVERGING](0.5 + 0.5 * _strengths(matrix))
    for i, o in zip(*np.nonzero(matrix), strict=True):
        ax.plot([i, o + shift], [0, 1], color=colors[i, o], linewidth=2.2, zorder=1)
    ends: dict = {"s": 130, "edgecolors": "white", "zorder": 2, "clip_on": False}
    ax.scatter(np.arange(inputs), np.zeros(inputs), color=COLORS["sky"], **ends)
    ax.scatter(np.arange(outputs) + shift, np.ones(outputs), color=COLORS["yellow"], **ends)
    ax.set(xlim=(-0.6, inputs - 0.4), ylim=(-0.12, 1.12))
    weights = _weights(matrix)
    ax.set_title(f"{name}\n{np.count_nonzero(matrix)} wires, {weights} weight{'s' * (weights != 1)}", fontsize=11)
    ax.axis("off")


def _weights(matrix) -> int:
    """How many different weights the wires have."""
    return len(np.unique(np.round(matrix[matrix != 0], 6)))
