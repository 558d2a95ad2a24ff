"""How near convolution comes to the machine's matrix product: both on the same numbers, in turns.

A convolution is a matrix product with copies around it, and so are its gradients: the products of the unrolled
matrices, by NumPy alone, say what can be had. More than 100 % is possible where an algorithm needs fewer
multiplications (Winograd).
"""

from __future__ import annotations

import itertools
import statistics
import time
from collections.abc import Callable
from math import prod

import numpy as np

__all__ = ["engine"]

# input (batch, *spatial, channels), window, filters, padding: the workloads' layers, the first of each first
LAYERS = {
    "W3": (((128, 28, 28, 1), (3, 3), 32, "valid"), ((128, 26, 26, 32), (3, 3), 64, "valid")),
    "W6": (((128, 1000, 16), (5,), 32, "valid"), ((128, 996, 32), (5,), 32, "valid")),
}
SIZES = (  # beside them one with padding, and growing batches
    *(size for layers in LAYERS.values() for size in layers),
    ((32, 16, 16, 128), (3, 3), 128, "same"),
    *(((batch, 26, 26, 32), (3, 3), 64, "valid") for batch in (1, 8, 32, 512)),
)

KINDS, NAMES = ("convolution", "product"), ("outputs", "input's gradient", "kernel's gradient")
_CALLS, _TURN = 3, 0.03  # at least so many, and seconds, without a pause
_PAUSE = 0.15  # for BLAS's own threads, which go on at full speed for 0.1 s after a product


def engine(rounds: int) -> str:
    """A Markdown table: billions of operations a second of a convolution and its gradients, and of their products.

    Below it, what the steps of two workloads ask of all their convolutions together.
    """
    taken = {}
    lines = [
        "| convolution | outputs | input's gradient | kernel's gradient | outputs, µs a sample |",
        "|---|---:|---:|---:|---:|",
    ]
    for size in SIZES:
        shape, window, filters, padding = size
        operations, tasks = _tasks(*size)
        seconds = {name: statistics.median(times) for name, times in _in_turns(tasks, rounds).items()}
        taken[size] = seconds
        cells = [_cell(operations, *(seconds[kind, name] for kind in KINDS)) for name in NAMES]
        title = f"{' x '.join(map(str, shape))}, window {' x '.join(map(str, window))}, {filters} filters, {padding}"
        lines.append(f"| {title} | {' | '.join(cells)} | {1e6 * seconds[KINDS[0], NAMES[0]] / shape[0]:.0f} |")
    together = [_together(name, layers, taken) for name, layers in LAYERS.items() if {*layers} <= {*taken}]
    return "\n".join([*lines, "", *together])


def _together(name: str, layers: tuple, taken: dict) -> str:
    """All that a training step of a workload asks of its convolutions; of the first no gradient by the input."""
    asked = [(size, result) for size in layers for result in NAMES if size != layers[0] or result != NAMES[1]]
    ours, product = (1e3 * sum(taken[size][kind, result] for size, result in asked) for kind in KINDS)
    return f"- {name}'s convolutions in a step: {ours:.1f} ms, their products {product:.1f} ({product / ours:.0%})"


def _cell(operations: float, ours: float, product: float) -> str:
    return f"{operations / ours / 1e9:.0f} of {operations / product / 1e9:.0f} ({product / ours:.0%})"


def _tasks(shape, window, filters: int, padding: str) -> tuple[float, dict[tuple[str, str], Callable]]:
    """(operations of each, what to time): the convolution's three results, and the products of the same sizes."""
    from layerlab.autodiff.rule import RULES
    from layerlab.ops.conv import conv

    rng = np.random.default_rng(0)
    x, kernel = (rng.normal(size=size).astype("float32") for size in (shape, (*window, shape[-1], filters)))
    rest = ((1,) * len(window), padding, (1,) * len(window))
    y = conv(x, kernel, *rest)
    matrix, sums = kernel.reshape(-1, filters), y.reshape(-1, filters)
    unrolled = np.ones((len(sums), len(matrix)), "float32")

    def gradient(position: int) -> Callable:
        return lambda: list(RULES[conv].shares([position], y, y, (x, kernel, *rest), {}))

    def product(a, b) -> Callable:
        result = np.empty((len(a), b.shape[1]), "float32")
        return lambda: np.matmul(a, b, out=result)

    ours = (lambda: conv(x, kernel, *rest)), gradient(0), gradient(1)
    products = product(unrolled, matrix), product(sums, matrix.T), product(unrolled.T, sums)
    tasks = zip(itertools.product(KINDS, NAMES), (*ours, *products), strict=True)
    return 2.0 * y.size * prod(window) * shape[-1], dict(tasks)


def _in_turns(tasks: dict[tuple[str, str], Callable], rounds: int) -> dict[tuple[str, str], list[float]]:
    """Seconds of a call, in turns; a turn is call after call for a while, as in a training loop."""
    seconds: dict[tuple[str, str], list[float]] = {task: [] for task in tasks}
    for _ in range(rounds):
        for name, task in tasks.items():
            seconds[name].append(_repeated(task))
            time.sleep(_PAUSE)
    return seconds


def _repeated(task: Callable) -> float:
    """The median call after the first, which finds memory and caches as another task left them."""
    task()
    calls: list[float] = []
    while len(calls) < _CALLS or sum(calls) < _TURN:
        start = time.perf_counter()
        task()
        calls.append(time.perf_counter() - start)
    return statistics.median(calls)
