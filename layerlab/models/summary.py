"""The table that `model.summary()` prints: every layer with its output shape and its number of weights.

It is plain text without color, so that what a notebook stores is the same on every machine.
"""

import re
import shutil
import sys
from collections.abc import Callable
from typing import NamedTuple

from layerlab.messages import print_message
from layerlab.models.text_table import draw_table, fit_widths

__all__ = ["print_summary", "readable_memory_size"]


def print_summary(
    model,
    line_length=None,
    positions=None,
    print_fn=None,
    expand_nested=False,
    show_trainable=False,
    layer_range=None,
):
    """Print the table of a model's layers, and its counts of weights.

    Args:
        model: any model.
        line_length: the width; by default that of the terminal, at most 88 (108 when the model branches).
        positions: where the columns end, as parts of the width or in characters.
        print_fn: called once with the whole text; it is printed by default.
        expand_nested: also list the layers of the models inside.
        show_trainable: add a column with Y or N.
        layer_range: names (or regular expressions) of the first and the last layer to show.

    Raises:
        ValueError: a layer range that matches nothing, or a column narrower than 4 characters.

    Source: Keras page "Model class", `summary`.
    """
    text = _summary(model, line_length, positions, expand_nested, show_trainable, layer_range)
    (print_fn or _print)(text)


def _summary(model, line_length, positions, expand_nested, show_trainable, layer_range) -> str:
    nodes = _nodes(model)
    columns = _columns(branching=_branches(nodes), show_trainable=show_trainable)
    widths = _widths(columns, line_length, positions, show_trainable)
    rows = []
    for layer in _in_range(model.operations, layer_range):
        for prefix, shown in _with_nested(layer, expand_nested):
            rows.append([column.cell(shown, prefix, nodes) for column in columns])
    titles, alignment = [column.title for column in columns], [column.align for column in columns]
    return "\n".join([f'Model: "{model.name}"', draw_table(titles, rows, widths, alignment), *_totals(model), ""])


# --- columns --------------------------------------------------------------------------------------------------------


def _name_cell(layer, prefix, _):
    return f"{prefix}{layer.name} ({type(layer).__name__})"


def _shape_cell(layer, *_):
    shapes = _output_shapes(layer)
    if shapes is None:
        return "?"
    return _shape_text(shapes[0]) if len(shapes) == 1 else f"[{', '.join(_shape_text(shape) for shape in shapes)}]"


def _params_cell(layer, *_):
    return f"{layer.count_params():,}" if getattr(layer, "built", False) else "0 (unbuilt)"


def _connections_cell(layer, _, nodes):
    histories = [
        tensor._keras_history
        for node in layer._inbound_nodes
        if node in nodes  # the layer may also be part of another model
        for tensor in node.input_tensors
    ]
    return ", ".join(f"{operation.name}[{node}][{tensor}]" for operation, node, tensor in histories) or "-"


def _trainable_cell(layer, *_):
    return ("Y" if layer.trainable else "N") if layer.weights else "-"


class _Column(NamedTuple):
    title: str
    align: str
    cell: Callable[..., str]
    ends: tuple[float, float | None]  # as a part of the width: in the table of a plain stack, of a branching model


_COLUMNS = (
    _Column("Layer (type)", "left", _name_cell, (0.45, 0.30)),
    _Column("Output Shape", "left", _shape_cell, (0.80, 0.56)),
    _Column("Param #", "right", _params_cell, (1.0, 0.74)),
)
_CONNECTIONS = _Column("Connected to", "left", _connections_cell, (1.0, 1.0))
_TRAINABLE = _Column("Trainable", "center", _trainable_cell, (1.0, 1.0))


def _columns(branching: bool, show_trainable: bool) -> list[_Column]:
    return [*_COLUMNS, *[_CONNECTIONS] * branching, *[_TRAINABLE] * show_trainable]


def _widths(columns, line_length, positions, show_trainable) -> list[int]:
    branching = _CONNECTIONS in columns
    widest = (108 if branching else 88) + (12 if show_trainable else 0)
    line_length = line_length or min(widest, shutil.get_terminal_size().columns - 4)
    ends = positions or [column.ends[branching] for column in columns if column is not _TRAINABLE]
    if show_trainable:
        ends = [end * 0.90 for end in ends] + [1.0 if ends[-1] <= 1 else line_length]
    if ends[-1] <= 1:
        ends = [end * line_length for end in ends]
    widths = [int(end) - int(start) for start, end in zip([0, *ends], ends, strict=False)]
    if min(widths) < 4:
        raise ValueError("Insufficient console width to print summary.")
    return fit_widths(widths, line_length)


# --- rows -----------------------------------------------------------------------------------------------------------


def _in_range(layers, layer_range):
    if layer_range is None:
        return layers
    if len(layer_range) != 2:
        raise ValueError(
            "layer_range must be a list or tuple of length 2. Received: "
            f"layer_range = {layer_range} of length {len(layer_range)}"
        )
    if not all(isinstance(name, str) for name in layer_range):
        raise ValueError(f"layer_range should contain string type only. Received: {layer_range}")
    first, last = ([i for i, layer in enumerate(layers) if re.match(name, layer.name)] for name in layer_range)
    if not first or not last:
        raise ValueError(
            f"Passed layer_names do not match the layer names in the model. Received: {layer_range}. "
            f"The model has the layers {[layer.name for layer in layers]}."
        )
    if min(first) > max(last):  # given backwards
        first, last = last, first
    return layers[min(first) : max(last) + 1]


def _with_nested(layer, expand, level=0):
    """(prefix of the name, layer) of a layer and, if wanted, of those inside it."""
    yield ("   " * level + "└ " if level else ""), layer
    for inner in getattr(layer, "layers", ()) if expand else ():
        yield from _with_nested(inner, expand, level + 1)


def _output_shapes(layer) -> list | None:
    """Of the last symbolic call, or for the shapes that the layer was built for; None if neither is known.

    A layer of the user's own that makes no weights is built for no shape: it has those of its first call.
    """
    if layer._inbound_nodes:
        return [tensor.shape for tensor in layer._inbound_nodes[-1].output_tensors]
    if not layer._build_shapes:
        return None if type(layer).__module__.startswith("layerlab.") else layer._first_shapes
    try:
        output = layer.compute_output_shape(*layer._build_shapes.values())
    except NotImplementedError:
        return None
    return _shape_leaves(output)


def _shape_leaves(shapes) -> list:
    if isinstance(shapes, dict):
        shapes = list(shapes.values())
    is_shape = all(size is None or isinstance(size, int) for size in shapes)
    return [shapes] if is_shape else [leaf for part in shapes for leaf in _shape_leaves(part)]


def _shape_text(shape) -> str:
    return f"({', '.join(str(size) for size in shape)})"


# --- the graph ------------------------------------------------------------------------------------------------------


def _nodes(model) -> list:
    """The symbolic calls that a functional model is made of; none for a stack or a class with a `call` of its own."""
    graph = getattr(model, "_graph", None)
    return [] if graph is None else graph.nodes


def _branches(nodes) -> bool:
    """Whether the calls are anything but a single chain of different layers."""
    if not nodes:
        return False
    used = {id(tensor._keras_history.operation) for node in nodes for tensor in node.input_tensors}
    ends = [node for node in nodes if id(node.operation) not in used]
    shared = len({id(node.operation) for node in nodes}) < len(nodes)
    return shared or len(ends) > 1 or any(len(node.input_tensors) > 1 for node in nodes)


# --- below the table ------------------------------------------------------------------------------------------------


def _totals(model) -> list[str]:
    groups = {"Trainable": model.trainable_weights, "Non-trainable": model.non_trainable_weights}
    optimizer = getattr(model, "optimizer", None)
    if optimizer is not None and optimizer.built:
        groups["Optimizer"] = optimizer.variables
    everything = [variable for variables in groups.values() for variable in variables]
    return [f" {name} params: {_count(variables)}" for name, variables in ({"Total": everything} | groups).items()]


def _count(variables) -> str:
    size = sum(variable.value.nbytes for variable in variables)
    return f"{sum(variable.size for variable in variables):,} ({readable_memory_size(size)})"


def readable_memory_size(size: float) -> str:
    """Bytes in the unit that suits them.

    >>> readable_memory_size(3236)
    '3.16 KB'
    """
    for unit in ("B", "KB", "MB", "GB", "TB"):
        if size < 1024:
            return f"{size:.2f} {unit}"
        size /= 1024
    return f"{size:.2f} PB"


_PLAIN = str.maketrans("┏━┳┓┃┡╇┩│├─┼┤└┴┘…", "+-++|+++|+-+++++.")


def _print(text: str) -> None:
    try:
        text.encode(getattr(sys.stdout, "encoding", None) or "utf-8")
    except UnicodeEncodeError:  # a terminal without box characters
        text = text.translate(_PLAIN)
    print_message(text, end="")
