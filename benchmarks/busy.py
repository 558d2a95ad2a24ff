"""What other work does to a training step: the same steps on a quiet machine, and beside processes that never rest.

Below the peers stands a loop that counts, in one thread, for as long as a step of layerlab takes: so much slower does
the system make whatever runs for that long.
"""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import statistics
from collections.abc import Callable, Iterator, Sequence
from functools import partial

from benchmarks.rounds import Field
from benchmarks.worker import one_by_one
from benchmarks.workloads import Workload

__all__ = ["busy"]

LOOP = "a loop that counts"


def busy(field: Field, workloads: Sequence[Workload], say: Callable[[str], None]) -> str:
    """A Markdown table: milliseconds of a step for every peer, and how many times longer beside other work."""
    lines = [
        "| workload | | a step, ms | beside other work | its slowest in ten | in a hundred |",
        "|---|---|---:|---:|---:|---:|",
    ]
    for workload in workloads:
        medians = []
        for name in field.able(workload):
            if field.ask(name, "build", workload, 1)[0]:
                say(f"{workload.name}: {name}, quietly and beside other work")
                _steps(field, name)  # what compiles itself after a while has done so
                quiet, line = _compared(partial(_steps, field, name))
                medians.append(quiet)
                lines.append(f"| {workload.name} | {name} | {line} |")
        say(f"{workload.name}: {LOOP}")
        lines.append(f"| {workload.name} | {LOOP} | {_compared(_counting(medians[0]))[1]} |")
    return "\n".join(lines)


def _steps(field: Field, name: str) -> list[float]:
    return field.ask(name, "singly")[1]


def _compared(steps: Callable[[], list[float]]) -> tuple[float, str]:
    """The median of quiet steps, and cells of the table: that, and what steps beside other work are to it."""
    quiet = statistics.median(steps())
    with _no_rest(os.cpu_count() or 1):
        loaded = statistics.quantiles(steps(), n=100, method="inclusive")
    cells = [f"{1e3 * quiet:.3g}", *(f"{loaded[percent - 1] / quiet:.1f} x" for percent in (50, 90, 99))]
    return quiet, " | ".join(cells)


def _counting(seconds: float) -> Callable[[], list[float]]:
    """Steps that do nothing but count, as far as takes so many seconds."""
    far = 10**5
    far = round(far * seconds / statistics.median(one_by_one(lambda: _count(far))))
    return lambda: one_by_one(lambda: _count(far))


def _count(far: int) -> None:
    for _ in range(far):
        pass


@contextlib.contextmanager
def _no_rest(count: int) -> Iterator[None]:
    """So many processes that keep a core each busy."""
    others = [multiprocessing.get_context("spawn").Process(target=_spin, daemon=True) for _ in range(count)]
    for other in others:
        other.start()
    try:
        yield
    finally:
        for other in others:
            other.kill()
            other.join()


def _spin() -> None:
    while True:
        pass
