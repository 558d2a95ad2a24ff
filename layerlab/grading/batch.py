"""Grading many submissions: on the cores of this machine, on a Dask cluster, or as one shard of several machines.

The order of the work, the number of workers and interruptions change nothing in the results. Workers get a notebook and
its seed and give back a result; only this process sees the secret and writes.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from concurrent.futures import FIRST_COMPLETED, BrokenExecutor, Future, wait
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any, TextIO

from layerlab.grading import catalog, workers
from layerlab.grading.grader import Lookup, grade
from layerlab.grading.progress import Progress
from layerlab.grading.results import Results
from layerlab.grading.sandbox.limits import Limits
from layerlab.grading.sandbox.probe import NoSandbox, choose
from layerlab.grading.seeds import read_secret
from layerlab.grading.submissions import Place, find, left_out, load

__all__ = ["Batch", "Summary", "run"]

_REBUILDS = 3  # of workers that were killed


@dataclass(frozen=True)
class Batch:
    """What is to be graded, and how.

    Args:
        submissions: the folder with the students' folders.
        out: the folder for the results.
        jobs: how many at a time on this machine.
        sandbox: a tier's name, or "auto".
        scheduler: the address of a Dask scheduler, whose workers grade in place of this machine.
        shard: which part to grade, (number, count).
        resume: go on where an earlier run ended.
        secret_file: where the secret is, or will be; in `out` by default.
        limits: what each submission may use.
        lookup: from a notebook's name to its exercises.
    """

    submissions: Path
    out: Path
    jobs: int = 1
    sandbox: str = "auto"
    scheduler: str = ""
    shard: tuple[int, int] = (0, 1)
    resume: bool = False
    secret_file: Path | None = None
    limits: Limits = field(default_factory=Limits)
    lookup: Lookup = catalog.exercises_of


@dataclass
class Summary:
    """What came of a run.

    Attributes:
        before: how many had been graded by an earlier run, and have not changed since.
        changed: how many had been graded, too, but what is there now is another file.
        graded: how many by this one, with those.
        failed: what went wrong in the grader itself, a line a submission; these get no result.
        skipped: folders that were not looked into, because they are links or locked.
        stopped: whether Ctrl-C ended it.
    """

    before: int
    changed: int = 0
    graded: int = 0
    failed: list[str] = field(default_factory=list)
    skipped: list[Path] = field(default_factory=list)
    stopped: bool = False


def run(batch: Batch, stream: TextIO = sys.stderr) -> Summary:
    """Grade what is not graded yet, or was handed in anew since.

    Args:
        batch: the task.
        stream: where the progress is shown.

    Raises:
        NoSandbox: if the tier does not work here, or on a worker of the cluster.
        OSError, ValueError: if submissions, results or secret cannot be used; the message is for the user.
    """
    # on a cluster each worker finds its own: the machines may differ
    sandbox = batch.sandbox if batch.scheduler else choose(batch.sandbox).name
    places = [place for place in find(batch.submissions) if place.is_in_shard(*batch.shard)]
    if batch.secret_file:
        read_secret(batch.secret_file, create=True)  # before a folder is made for nothing
    with Results(batch.out, batch.resume, batch.shard) as results:
        secret = read_secret(batch.secret_file or batch.out / ".secret", create=True)
        todo = [place for place in places if place.key not in results.done]
        changed = [place for place in places if place.key in results.done and _is_new(place, results.done[place.key])]
        before = len(places) - len(todo) - len(changed)
        todo = sorted([*todo, *changed])
        summary = Summary(before, len(changed), skipped=left_out(batch.submissions))
        progress = Progress(len(todo), stream)

        def take(place: Place, future: Future[dict[str, Any]]) -> None:
            _take(place, future, results, summary)
            progress.step()

        try:
            _grade_all(batch, sandbox, secret, todo, take)
        except KeyboardInterrupt:
            summary.stopped = True
    return summary


def _is_new(place: Place, graded: str | None) -> bool:
    """Whether there is something to read now that is not what was graded."""
    return graded is not None and load(place, secret=b"").sha256 not in ("", graded)


Take = Callable[[Place, "Future[dict[str, Any]]"], None]


def _take(place: Place, future: Future[dict[str, Any]], results: Results, summary: Summary) -> None:
    try:
        result = future.result()
    except (NoSandbox, BrokenExecutor):
        raise
    except Exception as error:  # a mistake in an exercise, say: no result is better than a wrong one
        # as repr shows it: names of files may hold anything, also what a terminal obeys
        summary.failed.append(repr(f"{place.path}: {type(error).__name__}: {error}")[1:-1])
    else:
        results.add(result)
        summary.graded += 1


def _grade_all(batch: Batch, sandbox: str, secret: bytes, todo: list[Place], take: Take) -> None:
    """Hand everything out; when workers are killed, what they held goes to new ones."""
    left = dict.fromkeys(todo)

    def take_off(place: Place, future: Future[dict[str, Any]]) -> None:
        take(place, future)
        del left[place]

    for attempt in range(_REBUILDS + 1):
        try:
            with _workers(batch) as (executor, at_a_time):
                tasks = (
                    (place, executor.submit(grade, load(place, secret), sandbox, batch.limits, batch.lookup))
                    for place in list(left)
                )
                _drain(tasks, at_a_time, take_off)
            return
        except BrokenExecutor:
            if attempt == _REBUILDS:
                raise OSError(
                    "Workers were killed again and again; is there enough memory? Go on with --resume."
                ) from None


def _workers(batch: Batch) -> AbstractContextManager[Any]:
    return workers.on_cluster(batch.scheduler) if batch.scheduler else workers.here(batch.jobs)


def _drain(tasks: Iterator[tuple[Place, Future[dict[str, Any]]]], at_a_time: int, take: Take) -> None:
    """Take results as they come, with so many tasks handed out and no more. Ctrl-C lets those in progress end."""
    waiting: dict[Future[dict[str, Any]], Place] = {}
    try:
        while True:
            waiting |= {future: place for place, future in islice(tasks, at_a_time - len(waiting))}
            if not waiting:
                return
            for future in wait(waiting, return_when=FIRST_COMPLETED).done:
                take(waiting.pop(future), future)  # off the list first: Ctrl-C in between must not have it taken twice
    except KeyboardInterrupt:
        running = [future for future in waiting if not future.cancel()]
        for future in wait(running).done:
            take(waiting[future], future)
        raise
