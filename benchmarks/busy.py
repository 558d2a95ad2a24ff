"""What other work does to a training step: the same steps on a quiet machine, and beside processes that never rest."""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import statistics
from collections.abc import Callable, Iterator, Sequence

from benchmarks.rounds import Field
from benchmarks.workloads import Workload

__all__ = ["busy"]

STEPS = 40


def busy(field: Field, workloads: Sequence[Workload], say: Callable[[str], None]) -> str:
    """A Markdown table: milliseconds of a step for every peer, and how many times longer beside other work."""
    lines = ["| workload | | a step, ms | beside other work | its slowest in ten |", "|---|---|---:|---:|---:|"]
    for workload in workloads:
        for name in field.able(workload):
            say(f"{workload.name}: {name}, {STEPS} steps quietly, {STEPS} beside other work")
            worked, _ = field.ask(name, "build", workload, 1)
            if not worked:
                continue
            quiet = statistics.median(_steps(field, name))
            with _no_rest(os.cpu_count() or 1):
                loaded = _steps(field, name)
            slow = statistics.quantiles(loaded, n=10)[-1]
            cells = [f"{1e3 * quiet:.3g}", f"{statistics.median(loaded) / quiet:.1f} x", f"{slow / quiet:.1f} x"]
            lines.append(f"| {workload.name} | {name} | {' | '.join(cells)} |")
    return "\n".join(lines)


def _steps(field: Field, name: str) -> list[float]:
    field.ask(name, "train")
    return [field.ask(name, "train")[1] for _ in range(STEPS)]


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
