"""A peer in a process of its own, which does what it is told and says how long it took.

Own processes keep the peers' thread pools and memory apart; only one of them works at a time.
"""

from __future__ import annotations

import itertools
import resource
import sys
import time
from collections.abc import Callable
from multiprocessing.connection import Connection

from benchmarks.peers import load
from benchmarks.workloads import Workload, batches, first_weights

__all__ = ["one_by_one", "serve"]

CHECKED = 3  # steps after which the loss has to be that of the others
BEFORE = 0.05  # seconds of a turn that do not count: a core that has rested is slow at first


def serve(name: str, pipe: Connection) -> None:
    """Answer orders until told to end; the answer to each is a tuple whose first part says whether it went well."""
    try:
        peer = load(name)
    except ImportError as error:
        pipe.send((False, f"not installed ({error})"))
        return
    pipe.send((True, (peer.version, sorted(peer.kinds))))
    bench = Bench(peer)
    while order := pipe.recv():
        method, *arguments = order
        try:
            pipe.send((True, getattr(bench, method)(*arguments)))
        except Exception as error:  # the run goes on without this peer
            pipe.send((False, f"{type(error).__name__}: {error}"))


class Bench:
    """The orders that a worker knows."""

    def __init__(self, peer):
        self.peer = peer

    def build(self, workload: Workload, steps: int) -> list[float]:
        """Make the model and the data; the losses at the start and after a few steps, to be compared."""
        self.peer.build(workload, first_weights(workload))
        x, y = batches(workload, max(steps, CHECKED))
        prepare = getattr(self.peer, "prepare", lambda x, y: (x, y))
        self.x, self.y = prepare(x, y)
        self.batch, self.steps = workload.batch, steps
        first = slice(0, self.batch)
        start = self.peer.loss(self.x[first], self.y[first])
        self._train(CHECKED)
        return [start, self.peer.loss(self.x[first], self.y[first])]

    def _train(self, steps: int) -> None:
        self.peer.train(self.x[: steps * self.batch], self.y[: steps * self.batch])

    def train(self) -> float:
        """Seconds a training step."""
        begin = time.perf_counter()
        while time.perf_counter() < begin + BEFORE:
            self._train(CHECKED)
        start = time.perf_counter()
        self._train(self.steps)
        return (time.perf_counter() - start) / self.steps

    def singly(self) -> list[float]:
        """Seconds of each of many training steps."""
        return one_by_one(lambda: self._train(1))

    def infer(self) -> float:
        """Seconds for the outputs of a batch."""
        repeats = max(1, self.steps // 4)
        batch = self.x[: self.batch]
        start = time.perf_counter()
        for _ in range(repeats):
            self.peer.infer(batch)
        return (time.perf_counter() - start) / repeats

    def peak(self) -> float:
        """The largest memory so far, in megabytes."""
        unit = 1 if sys.platform == "darwin" else 1024  # Linux counts kilobytes
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit / 2**20


def one_by_one(step: Callable[[], object], least: int = 40, seconds: float = 2.0) -> list[float]:
    """Seconds of each step, for at least so many steps and so long."""
    step()
    times = [time.perf_counter()]
    while len(times) <= least or times[-1] < times[0] + seconds:
        step()
        times.append(time.perf_counter())
    return [end - start for start, end in itertools.pairwise(times)]
