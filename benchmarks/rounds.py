"""Short rounds in which every peer gets its turn, so that what disturbs the machine disturbs all of them alike."""

from __future__ import annotations

import contextlib
import multiprocessing
import statistics
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from multiprocessing.connection import Connection

from benchmarks.peers import PEERS
from benchmarks.worker import serve
from benchmarks.workloads import Workload

__all__ = ["Field", "Result", "measure"]

SECONDS_A_TURN = 0.25
TURNS_BEFORE = 16  # not timed: what compiles itself after a while, as layerlab's Adam does, has done so by then
TOLERANCE = 2e-3  # on the losses that peers have to agree on


@dataclass
class Result:
    """What one peer did on one workload; times in seconds, one per round."""

    train: list[float] = field(default_factory=list)
    infer: list[float] = field(default_factory=list)
    note: str = ""

    def median(self, what: str) -> float:
        """The median of the rounds."""
        return statistics.median(getattr(self, what))

    def best(self, what: str) -> float:
        """The shortest of the rounds."""
        return min(getattr(self, what))


class Field:
    """The peers that take part, each in its process: a context, which ends them."""

    def __init__(self, names: Iterable[str]):
        self.context = multiprocessing.get_context("spawn")
        self.versions: dict[str, str] = {}
        self.kinds: dict[str, set[str]] = {}
        self.absent: dict[str, str] = {}
        self._pipes: dict[str, Connection] = {}
        for name in names:
            self._start(name)

    def __enter__(self) -> Field:
        return self

    def __exit__(self, *_: object) -> None:
        for name in list(self._pipes):
            self.drop(name)

    def _start(self, name: str) -> None:
        pipe, other = self.context.Pipe()
        self.context.Process(target=serve, args=(name, other), daemon=True).start()
        other.close()
        self._pipes[name] = pipe
        worked, answer = self._answer(name)
        if worked:
            self.versions[name], self.kinds[name] = answer[0], set(answer[1])
        else:
            self.absent[name] = answer
            self.drop(name)

    def drop(self, name: str) -> None:
        """End a peer's process."""
        pipe = self._pipes.pop(name)
        with contextlib.suppress(OSError):  # it has ended by itself
            pipe.send(None)
        pipe.close()

    def ask(self, name: str, *order):
        """An order to one peer, and its answer: (whether it worked, what came of it)."""
        try:
            self._pipes[name].send(order)
        except OSError as error:
            return False, f"its process has ended ({error})"
        return self._answer(name)

    def _answer(self, name: str):
        try:
            return self._pipes[name].recv()
        except (EOFError, OSError):
            return False, "its process has ended"

    def able(self, workload: Workload) -> list[str]:
        """The peers that have all layers of a workload, layerlab first."""
        return [name for name in PEERS if name in self._pipes and workload.kinds <= self.kinds[name]]


def measure(field_: Field, workload: Workload, rounds: int, say: Callable[[str], None]) -> dict[str, Result]:
    """All peers on one workload.

    Args:
        field_: the peers.
        workload: what to do.
        rounds: how often each gets its turn.
        say: where to report what happens.
    """
    results = {name: Result() for name in field_.able(workload)}
    steps = _steps(field_, workload, results)
    losses = _built(field_, workload, steps, results)
    _compare(losses, results)
    running = [name for name, result in results.items() if not result.note]
    for number in range(rounds):
        say(f"{workload.name}: round {number + 1} of {rounds}, {steps} steps, {', '.join(running)}")
        turn = running[number % len(running) :] + running[: number % len(running)]
        for name in turn:
            for what in ("train", "infer"):
                worked, seconds = field_.ask(name, what)
                if worked:
                    getattr(results[name], what).append(seconds)
    return results


def _steps(field_: Field, workload: Workload, results: dict[str, Result]) -> int:
    """How many steps fill a turn, by the first peer; the same for all."""
    first = next(iter(results))
    field_.ask(first, "build", workload, 4)
    field_.ask(first, "train")
    worked, seconds = field_.ask(first, "train")
    return max(4, min(400, round(SECONDS_A_TURN / seconds))) if worked else 4


def _built(field_: Field, workload: Workload, steps: int, results: dict[str, Result]) -> dict[str, list[float]]:
    losses = {}
    for name, result in results.items():
        worked, answer = field_.ask(name, "build", workload, steps)
        if worked:
            losses[name] = answer
            for _ in range(TURNS_BEFORE):
                field_.ask(name, "train")
                field_.ask(name, "infer")
        else:
            result.note = answer
    return losses


def _compare(losses: dict[str, list[float]], results: dict[str, Result]) -> None:
    """Leave out whoever computes something else from the same weights."""
    right = next(iter(losses.values()))
    for name, found in losses.items():
        off = max(abs(a - b) / abs(a) for a, b in zip(right, found, strict=True))
        if not off <= TOLERANCE:
            results[
                name
            ].note = f"other losses: {found[0]:.4f}, {found[1]:.4f} instead of {right[0]:.4f}, {right[1]:.4f}"
