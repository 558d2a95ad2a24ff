"""A drawing of a model: a box for every layer, and arrows for the tensors that go from one to the next.

matplotlib draws it; no other program is needed.
"""

import dataclasses
import itertools
from typing import Any

from layerlab import tree
from layerlab.models.graph import Graph
from layerlab.plots.graph_layout import layered
from layerlab.plots.style import INK, PAPER

__all__ = ["plot_model"]

_LINE, _LETTER = 0.2, 0.085  # inches: the height of a line of text, the width of a letter
_PAD, _STEP = 0.13, 0.42  # around the text of a box, and between the rows
_FRAME = 0.3  # around the layers of a model inside
_LOOP = 0.28  # how far an arrow that goes back reaches to the side
_FACES = {"input": "white", "layer": PAPER, "weights": "#CFE6F5", "model": "none"}
_DIRECTIONS = ("TB", "BT", "LR", "RL")


def plot_model(
    model,
    to_file="model.png",
    show_shapes=False,
    show_dtype=False,
    show_layer_names=False,
    rankdir="TB",
    expand_nested=False,
    dpi=200,
    show_layer_activations=False,
    show_trainable=False,
    **kwargs,
):
    """Draw the graph of a model.

    A layer that is called several times has one box, with arrows from and to all that it is connected to.

    Args:
        model: a built Sequential or functional model; another kind is one box.
        to_file: where to save the picture, its format by its ending; None saves nothing.
        show_shapes, show_dtype, show_layer_names, show_layer_activations, show_trainable: what the boxes also say.
        rankdir: where the arrows go: "TB" down, "BT" up, "LR" to the right, "RL" to the left.
        expand_nested: draw the layers of a model inside the model, in a frame.
        dpi: dots per inch of the file.

    Returns:
        The matplotlib Figure. (Keras's function gives an image for notebooks; a notebook shows a Figure just so.)

    Raises:
        ValueError: a model that is not built, or an argument that does not exist.

    >>> from layerlab.layers import Dense, Input
    >>> from layerlab.models import Sequential
    >>> figure = plot_model(Sequential([Input((3,)), Dense(2)]), to_file=None)
    >>> [text.get_text() for text in figure.axes[0].texts]
    ['InputLayer', 'Dense']

    Source: Keras page "Model plotting utilities".
    """
    if not model.built:
        raise ValueError(
            "This model has not yet been built. Build the model first by calling `build()` or by calling the model on "
            "a batch of data."
        )
    if kwargs.pop("layer_range", None) is not None:
        raise ValueError("Argument `layer_range` is no longer supported.")
    if kwargs:
        raise ValueError(f"Unrecognized keyword arguments: {kwargs}")
    if rankdir not in _DIRECTIONS:
        raise ValueError(f"`rankdir` must be one of {_DIRECTIONS}. Received: rankdir={rankdir!r}")
    shown = _Shown(
        show_shapes, show_dtype, show_layer_names, show_layer_activations, show_trainable, expand_nested, rankdir
    )
    figure = _drawing(_block(model, shown), shown)
    if to_file is not None:
        figure.savefig(to_file, dpi=dpi)
    return figure


@dataclasses.dataclass
class _Shown:
    """What `plot_model` was asked to show."""

    shapes: bool
    dtype: bool
    names: bool
    activations: bool
    trainable: bool
    expand: bool
    rankdir: str

    @property
    def sideways(self) -> bool:
        return self.rankdir in ("LR", "RL")

    def turned(self, across, along) -> tuple[float, float]:
        """From (across the arrows, along them) to (x, y), both ways for sizes."""
        return (along, across) if self.sideways else (across, along)


@dataclasses.dataclass(eq=False)
class _Block:
    """A layer, or a model with blocks inside; `place` is its middle within the block around it, then in the figure."""

    lines: list[str]
    size: tuple[float, float]  # across, along
    kind: str = "layer"
    inside: list["_Block"] = dataclasses.field(default_factory=list)
    ways: dict = dataclasses.field(default_factory=dict)  # (from, to) -> the points on the way
    entries: list["_Block"] = dataclasses.field(default_factory=list)  # where arrows to it end, input by input
    exits: list["_Block"] = dataclasses.field(default_factory=list)  # where arrows from it start, output by output
    place: tuple[float, float] = (0.0, 0.0)


# --- the model's blocks ---------------------------------------------------------------------------------------------


def _block(model, shown, node=None) -> _Block:
    """The model with its layers in it, or one box if it has no graph."""
    graph = _graph_of(model)
    if graph is None:
        return _box(model, shown, node)
    first: dict[int, Any] = {}
    for call in graph.nodes:
        first.setdefault(id(call.operation), call)
    blocks = {key: _part(call.operation, shown, call) for key, call in first.items()}
    arrows = [
        (blocks[id(source.operation)], blocks[id(call.operation)], source.tensor_index, i)
        for call in graph.nodes
        if not any(tensor is given for tensor in call.output_tensors for given in tree.flatten(graph.inputs))
        for i, source in enumerate(tensor._keras_history for tensor in call.input_tensors)
    ]
    outer = _Block(_lines(model, shown, None), (0.0, 0.0), "model", list(blocks.values()))
    outer.entries = [blocks[id(t._keras_history.operation)] for t in tree.flatten(graph.inputs)]
    outer.exits = [blocks[id(t._keras_history.operation)] for t in tree.flatten(graph.outputs)]
    _arrange(outer, arrows)
    return outer


def _graph_of(model) -> Graph | None:
    if hasattr(model, "_graph"):
        return model._graph
    return Graph(model.inputs, model.outputs) if getattr(model, "_tensors", None) else None


def _part(operation, shown, node) -> _Block:
    is_model = hasattr(operation, "layers")
    return _block(operation, shown, node) if shown.expand and is_model else _box(operation, shown, node)


def _box(layer, shown, node) -> _Block:
    lines = _lines(layer, shown, node)
    size = _LETTER * max(map(len, lines)) + 2 * _PAD, _LINE * len(lines) + _PAD
    kind = "input" if type(layer).__name__ == "InputLayer" else "weights" if layer.weights else "layer"
    return _Block(lines, shown.turned(*size), kind)


def _lines(layer, shown, node) -> list[str]:
    """The text of a box."""
    kind = type(layer).__name__
    lines = [f"{layer.name} ({kind})" if shown.names else layer.name if kind == "NumpyCall" else kind]
    activation = getattr(layer, "activation", None)
    if shown.activations and activation is not None:
        lines.append(f"activation: {getattr(activation, '__name__', type(activation).__name__)}")
    if shown.trainable and layer.weights:
        lines.append("trainable" if layer.trainable else "not trainable")
    if node is not None:
        tensors = {"input": node.input_tensors, "output": node.output_tensors}
        lines += [f"{end}: {_described(tensors[end], shown)}" for end in tensors if tensors[end] and shown.shapes]
        if shown.dtype and not shown.shapes:
            lines.append(", ".join(tensor.dtype for tensor in node.output_tensors))
    return lines


def _described(tensors, shown) -> str:
    return ", ".join(f"{tuple(tensor.shape)}{' ' + tensor.dtype if shown.dtype else ''}" for tensor in tensors)


# --- where they go --------------------------------------------------------------------------------------------------


def _arrange(outer, arrows) -> None:
    """Give the blocks inside their places, and the block around them its size; remember the ways of the arrows."""
    number = {id(block): i for i, block in enumerate(outer.inside)}
    ends = dict.fromkeys((number[id(a)], number[id(b)]) for a, b, *_ in arrows)
    forward = [(a, b) for a, b in ends if a < b]  # an arrow back to an earlier layer does not decide about rows
    rows, middles, ways = layered([block.size[0] for block in outer.inside], forward)
    bands = _bands([max(outer.inside[i].size[1] for i in row) for row in rows])
    sides = [middles[i] + side * b.size[0] / 2 for i, b in enumerate(outer.inside) for side in (-1, 1)]
    sides += [x for way in ways.values() for _, x in way]
    shift = _FRAME - min(sides)
    for row, band in zip(rows, bands, strict=True):
        for i in row:
            outer.inside[i].place = (middles[i] + shift, sum(band) / 2)
    outer.size = (max(sides) + shift + _FRAME, bands[-1][1] + _FRAME)
    for a, b, output, given in arrows:
        way = ways.get((number[id(a)], number[id(b)]), [])
        points = [(x + shift, y) for row, x in way for y in bands[row]]
        outer.ways.setdefault((_end(a, "exits", output), _end(b, "entries", given)), points)


def _bands(heights) -> list[tuple[float, float]]:
    """Where each row begins and ends, along the arrows."""
    bands, edge = [], _FRAME
    for height in heights:
        bands.append((edge, edge + height))
        edge += height + _STEP
    return bands


def _end(block, side, index) -> _Block:
    """The box where an arrow really begins or ends: in a model that is open, one of those inside."""
    inner = getattr(block, side)
    return _end(inner[index], side, 0) if inner else block


# --- the drawing ----------------------------------------------------------------------------------------------------


def _drawing(block, shown):
    from matplotlib.figure import Figure

    if not block.inside:  # one box: give it room around
        block = _Block([], tuple(side + 2 * _FRAME for side in block.size), "model", [_moved(block)])
    width, height = shown.turned(*block.size)
    figure = Figure(figsize=(width, height))
    figure.set_layout_engine("none")  # places are given here, whatever the style
    ax = figure.add_axes((0, 0, 1, 1))
    ax.set(xlim=(0, width), ylim=(height, 0))
    if shown.rankdir == "BT":
        ax.invert_yaxis()
    if shown.rankdir == "RL":
        ax.invert_xaxis()
    ax.axis("off")
    _draw_inside(ax, block, (0.0, 0.0), shown)
    return figure


def _moved(block) -> _Block:
    block.place = tuple(side / 2 + _FRAME for side in block.size)
    return block


def _draw_inside(ax, outer, corner, shown) -> None:
    """The blocks, each at its place from the corner of the one around it, then the arrows between them."""
    for block in outer.inside:
        block.place = (block.place[0] + corner[0], block.place[1] + corner[1])
        across, along = (middle - side / 2 for middle, side in zip(block.place, block.size, strict=True))
        _draw_box(ax, block, shown.turned(across, along), shown.turned(*block.size))
        if block.inside:
            _draw_inside(ax, block, (across, along), shown)
    for (source, target), points in outer.ways.items():
        moved = [(x + corner[0], y + corner[1]) for x, y in points]
        _draw_arrow(ax, source, target, moved, shown)


def _draw_box(ax, block, corner, size) -> None:
    from matplotlib.patches import FancyBboxPatch

    style = "round,pad=0,rounding_size=0.06"
    width, height = size
    box = FancyBboxPatch(corner, width, height, boxstyle=style, facecolor=_FACES[block.kind], edgecolor=INK, zorder=2)
    box.set_linestyle("--" if block.inside else "-")
    ax.add_patch(box)
    middle, lines = (corner[0] + size[0] / 2, corner[1] + size[1] / 2), block.lines
    if block.inside:
        middle, lines = (middle[0], corner[1] + _FRAME / 2), lines[:1]
    font = {"fontsize": 10, "color": INK, "linespacing": 1.25}
    ax.text(*middle, "\n".join(lines), ha="center", va="center", zorder=4, **font)


def _draw_arrow(ax, source, target, points, shown) -> None:
    """A smooth line from the end of one box through the points to the beginning of the other."""
    from matplotlib.patches import FancyArrowPatch
    from matplotlib.path import Path

    start, end = _port(source, 1), _port(target, -1)
    if end[1] <= start[1]:  # to itself, or back: around the side
        side = max(block.place[0] + block.size[0] / 2 for block in (source, target))
        start, end = _beside(source, 0.08), _beside(target, -0.08)
        path = [start, (side + _LOOP, start[1]), (side + _LOOP, end[1]), end]
        codes = [Path.MOVETO] + [Path.CURVE4] * 3
    else:
        stops = [start, *points, end]
        path, codes = [start], [Path.MOVETO]
        for (x, y), (u, v) in itertools.pairwise(stops):
            middle = (y + v) / 2
            path += [(x, middle), (u, middle), (u, v)]
            codes += [Path.CURVE4] * 3
    line = Path([shown.turned(*point) for point in path], codes)
    arrow = FancyArrowPatch(path=line, arrowstyle="-|>", mutation_scale=10, color=INK, lw=1.2, zorder=3)
    arrow.set_gid(" -> ".join(block.lines[0] for block in (source, target)))
    ax.add_patch(arrow)


def _beside(block, shift) -> tuple[float, float]:
    """A point on the side of a box, a little off its middle."""
    return block.place[0] + block.size[0] / 2, block.place[1] + shift


def _port(block, side) -> tuple[float, float]:
    """The middle of the edge where arrows leave (1) or arrive (-1)."""
    return block.place[0], block.place[1] + side * block.size[1] / 2
