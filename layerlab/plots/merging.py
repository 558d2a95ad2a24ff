"""What merge layers do to numbers, and what they send back: a row for each layer, a cell for each number.

The numbers and the gradients are computed by the layers themselves.
"""

import numpy as np

from layerlab.autodiff import gradient
from layerlab.plots.style import DIVERGING, INK, WIDTH, canvas, contrast, signed

__all__ = ["merged"]

_GAP = 0.8  # between the blocks, in cells
_LETTER = 0.32  # a letter of a name, in cells
_HIGH = 1.35  # from one row to the next, in cells
_MOST_NUMBERS = 6


def merged(layers, inputs, gradients=True, title=None):
    """Merge a few vectors by several layers; draw inputs, output, and the gradient that comes back to each input.

    Args:
        layers: a dict {name: merge layer}.
        inputs: vectors of at most 6 numbers, such as [a, b]; they are called a, b, c, ...
        gradients: whether to draw the gradient of the sum of the output, at each input.
        title: a text above all.

    Returns:
        A dict {name: (output, [gradient at each input])} of what was drawn.

    Raises:
        ValueError: for inputs that are no short vectors.

    >>> from layerlab.layers import Maximum
    >>> merged({"Maximum": Maximum()}, [[1.0, 5.0], [3.0, 2.0]])
    {'Maximum': (array([3., 5.]), [array([0., 1.]), array([1., 0.])])}
    """
    vectors = [np.asarray(vector, dtype=float) for vector in inputs]
    if not vectors or any(vector.ndim != 1 or len(vector) > _MOST_NUMBERS for vector in vectors):
        shapes = [vector.shape for vector in vectors]
        raise ValueError(f"`merged` draws vectors of at most {_MOST_NUMBERS} numbers. Received: inputs of {shapes}")
    results = {name: _computed(layer, vectors) for name, layer in layers.items()}
    letters = "abcdefgh"[: len(vectors)]
    rows = [[*vectors, output, *(found if gradients else ())] for output, found in results.values()]
    heads = [*letters, "y", *(f"∂Σy/∂{letter}" for letter in letters if gradients)]
    _draw(list(results), rows, heads, title)
    return results


def _computed(layer, vectors):
    """The output for one sample, and the gradient of its sum at each input, in float64."""
    exact = type(layer).from_config(layer.get_config() | {"dtype": "float64"})
    batch = [vector[np.newaxis] for vector in vectors]
    total = gradient(lambda *arrays: np.sum(exact(list(arrays))), tuple(range(len(batch))))
    return exact(batch)[0], [found[0] for found in total(*batch)]


def _draw(names, rows, heads, title) -> None:
    """Names on the left, then a block of cells for each input, the output, and each gradient."""
    widths = [max(len(row[k]) for row in rows) for k in range(len(heads))]
    starts = _LETTER * max(map(len, names)) + 0.5 + np.cumsum([0, *(width + _GAP for width in widths[:-1])])
    span = starts[-1] + widths[-1]
    inch = min(0.5, WIDTH / span)
    _, ax = canvas(inch * (_HIGH * len(rows) + 1.0) + 0.4 * bool(title))
    limit = max(np.abs(vector).max() for row in rows for vector in row)
    for start, head in zip(starts, heads, strict=True):
        ax.text(start, 0.45, head, ha="left", va="bottom", color=INK, fontsize=11)
    for i, (name, row) in enumerate(zip(names, rows, strict=True)):
        ax.text(0, -_HIGH * i - 0.5, name, ha="left", va="center", color=INK, fontsize=11)
        for start, vector in zip(starts, row, strict=True):
            _strip(ax, start, -_HIGH * i - 1, vector, limit, min(10.0, 26 * inch))
    reach = max(span, WIDTH / inch)
    ax.set(xlim=(-0.1, reach + 0.1), ylim=(-_HIGH * len(rows), 1.3), aspect="equal")
    ax.set_title(title or "")
    ax.axis("off")


def _strip(ax, x, y, vector, limit, size) -> None:
    """The numbers of a vector in a row of cells, orange above zero and purple below."""
    import matplotlib
    from matplotlib.patches import Rectangle

    for k, value in enumerate(vector):
        face = matplotlib.colormaps[DIVERGING](0.5 + 0.4 * value / limit)
        ax.add_patch(Rectangle((x + k, y), 1, 1, facecolor=face, edgecolor="#999999", linewidth=0.8))
        text = signed(round(float(value), 2) + 0.0)
        font = {"color": contrast(face[:3]), "fontsize": size * min(1, 3.2 / len(text))}
        ax.text(x + k + 0.5, y + 0.5, text, ha="center", va="center", **font)
