"""How a result was computed: the chain rule on numbers, and the graph that a tape recorded.

Both show what the walk back does: the local slope of each step, and the steps themselves, are what it goes through.
"""

from itertools import pairwise
from typing import NamedTuple

import numpy as np

from layerlab.autodiff import value_and_grad
from layerlab.plots.graph_layout import layered
from layerlab.plots.style import COLORS, INK, PAPER, canvas, node, signed

__all__ = ["chain_rule", "computation_graph"]

_LETTER, _STEP, _TALL = 0.088, 0.62, 0.38  # inches: a letter's width, from row to row, the height of a box
_FACES = {"watched": "#FBE3B8", "constant": "white", "step": PAPER, "result": "#BFE5D9"}


def chain_rule(functions, x, title=None):
    """A chain of functions of one number: values on the way there, slopes and their product on the way back.

    Args:
        functions: a dict {name: function} in the order in which they are applied; each written with `np.` calls.
        x: the number at the start.
        title: a text above.

    Returns:
        The slope of the end by each number of the chain, the start's first and the end's, which is 1, last.

    >>> chain_rule({"double": lambda x: 2 * x, "square": lambda x: x**2}, 3.0)
    [24.0, 12.0, 1.0]
    """
    values, slopes = [float(x)], []
    for function in functions.values():
        value, slope = value_and_grad(function)(np.array(values[-1]))
        values.append(float(value))
        slopes.append(float(slope))
    products = [float(np.prod(slopes[i:])) for i in range(len(values))]
    step = 2.6
    ax = canvas(2.0 + 0.3 * bool(title))[1]
    for i, (value, product) in enumerate(zip(values, products, strict=True)):
        node(ax, (i * step, 0), signed(value), COLORS["sky"], radius=0.46)
        ax.text(i * step, -1.35, signed(product), ha="center", va="center", color=COLORS["vermilion"])
    for i, (name, slope) in enumerate(zip(functions, slopes, strict=True)):
        _arrow(ax, (i * step + 0.5, 0.0), ((i + 1) * step - 0.5, 0.0), INK)
        _arrow(ax, ((i + 1) * step - 0.5, -1.35), (i * step + 0.5, -1.35), COLORS["vermilion"])
        ax.text((i + 0.5) * step, 0.16, name, ha="center", va="bottom", fontsize=10)
        ax.text((i + 0.5) * step, -1.2, f"× {signed(slope)}", ha="center", va="bottom", fontsize=10)
    for height, text in ((0.75, "value"), (-0.75, "slope of the end by this value")):
        ax.text(-0.5, height, text, ha="left", va="center", fontsize=10, color=INK)
    ax.set(xlim=(-0.6, len(functions) * step + 0.6), ylim=(-1.75, 0.95), title=title)
    ax.axis("off")
    return products


def _arrow(ax, start, end, color) -> None:
    ax.annotate("", end, start, arrowprops={"arrowstyle": "->", "color": color, "lw": 1.5})


class _Box(NamedTuple):
    text: str
    kind: str


def computation_graph(tape, title=None):
    """The steps that a tape recorded, and which result went into which: the walk back takes the same arrows upward.

    Args:
        tape: a `Tape` that still holds its record: before `gradient`, or made with `persistent=True`.
        title: a text above.

    Returns:
        The arrows drawn: a list of (text of the box it leaves, text of the box it leads to).

    Raises:
        ValueError: when the tape holds no steps (any more).

    >>> from layerlab.autodiff import Tape
    >>> with Tape() as tape:
    ...     x = tape.watch(np.array([1.0, 2.0]))
    ...     y = np.sum(x * x)
    >>> computation_graph(tape)
    [('watch (2,)', 'multiply → (2,)'), ('watch (2,)', 'multiply → (2,)'), ('multiply → (2,)', 'sum → ()')]
    """
    if not len(tape):
        raise ValueError(
            "`computation_graph` needs a tape that holds its record. Received: a tape without steps. "
            "Draw it before `tape.gradient(...)`, or make it with Tape(persistent=True)."
        )
    boxes, arrows = _boxes_and_arrows(tape)
    widths = [_LETTER * len(box.text) + 0.25 for box in boxes]
    rows, places, ways = layered(widths, sorted(set(arrows)))
    row_of = {box: r for r, row in enumerate(rows) for box in row}
    left = min(x - w / 2 for x, w in zip(places, widths, strict=True))
    right = max(x + w / 2 for x, w in zip(places, widths, strict=True))
    width = max(right - left + 0.4, 4.0)
    middle = (left + right) / 2
    ax = canvas(_STEP * len(rows) + 0.1 + 0.3 * bool(title), width=min(width, 8.0))[1]
    for (start, end), way in ways.items():
        points = [(places[start], row_of[start]), *[(x, row) for row, x in way], (places[end], row_of[end])]
        _connect(ax, points, twice=arrows.count((start, end)) > 1)
    for number, box in enumerate(boxes):
        _draw_box(ax, places[number], row_of[number], widths[number], box)
    ax.set(xlim=(middle - width / 2, middle + width / 2), ylim=(len(rows) - 0.5, -0.5), title=title)
    ax.axis("off")
    return [(boxes[start].text, boxes[end].text) for start, end in arrows]


def _boxes_and_arrows(tape) -> tuple[list[_Box], list[tuple[int, int]]]:
    """A box for every watched array, every constant array and every step; arrows as pairs of box numbers."""
    steps = tape._steps
    made = {step.slot for step in steps}
    leaves = (slot for slot in range(tape._slots) if slot not in made)
    boxes = [_Box(f"{name} {shape}", "watched") for _, shape, name in tape._watched]
    box_of = {slot: number for number, (slot, _) in enumerate(zip(leaves, tape._watched, strict=True))}
    arrows = []
    for step in steps:
        constants = _constants(step)
        numbers = [box_of[slot] for _, slot in step.parents] + list(range(len(boxes), len(boxes) + len(constants)))
        boxes += [_Box(f"array {array.shape}", "constant") for array in constants]
        box_of[step.slot] = len(boxes)
        boxes.append(_Box(_label(step), "result" if step is steps[-1] else "step"))
        arrows += [(number, box_of[step.slot]) for number in numbers]
    return boxes, arrows


def _arguments(step):
    return step.args[0] if step.args and isinstance(step.args[0], list | tuple) else step.args


def _constants(step) -> list[np.ndarray]:
    """The arrays among a step's arguments that came from nowhere on the tape, such as data."""
    traced = {position for position, _ in step.parents}
    return [a for i, a in enumerate(_arguments(step)) if i not in traced and isinstance(a, np.ndarray) and a.ndim]


def _label(step) -> str:
    numbers = [str(argument) for argument in _arguments(step) if isinstance(argument, int | float)]
    return " ".join([step.function.__name__, *numbers, "→", str(step.result.shape)])


def _draw_box(ax, x, row, width, box) -> None:
    from matplotlib.patches import FancyBboxPatch

    tall = _TALL / _STEP
    corner = (x - width / 2 + 0.05, row - tall / 2 + 0.05)
    shape = FancyBboxPatch(
        corner, width - 0.1, tall - 0.1, boxstyle="round,pad=0.05", facecolor=_FACES[box.kind], edgecolor=INK, zorder=2
    )
    ax.add_patch(shape)
    ax.text(x, row, box.text, ha="center", va="center", fontsize=10, zorder=3)


def _connect(ax, points, twice) -> None:
    """A line through the points, with its head at the top of the last box; two lines for a value used twice."""
    half = _TALL / _STEP / 2
    (x0, y0), (x1, y1) = points[0], points[-1]
    points = [(x0, y0 + half), *points[1:-1], (x1, y1 - half)]
    for shift in (-0.07, 0.07) if twice else (0.0,):
        moved = [(x + shift, y) for x, y in points]
        for (xa, ya), (xb, yb) in list(pairwise(moved))[:-1]:
            ax.plot([xa, xb], [ya, yb], color=INK, linewidth=1.2, zorder=1)
        style = {"arrowstyle": "->", "color": INK, "lw": 1.2, "shrinkA": 0, "shrinkB": 0}
        ax.annotate("", moved[-1], moved[-2], arrowprops=style, zorder=1)
