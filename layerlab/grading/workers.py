"""Those who grade: processes of this machine, or of a Dask cluster; any `concurrent.futures.Executor` will do."""

from __future__ import annotations

import contextlib
import ctypes
import multiprocessing
import os
import signal
import sys
from collections.abc import Iterator
from concurrent.futures import Executor, ProcessPoolExecutor, ThreadPoolExecutor

__all__ = ["here", "on_cluster"]

_PR_SET_PDEATHSIG = 1
CONNECT_SECONDS = 10


@contextlib.contextmanager
def here(jobs: int) -> Iterator[tuple[Executor, int]]:
    """Workers on this machine, and how many tasks to hand out at a time."""
    if jobs == 1:
        with ThreadPoolExecutor(1) as pool:
            yield pool, 1
        return
    # fresh processes: a fork would carry locks and threads of this one along
    context = multiprocessing.get_context("spawn")
    with _safe_path(), ProcessPoolExecutor(jobs, mp_context=context, initializer=_begin) as pool:
        yield pool, 2 * jobs  # nobody waits for the next notebook, and few are in memory


@contextlib.contextmanager
def _safe_path() -> Iterator[None]:
    """Have new processes leave the current folder out of their imports: with a pickle.py in it, it is a student's."""
    before = os.environ.get("PYTHONSAFEPATH")
    os.environ["PYTHONSAFEPATH"] = "1"  # they start as `python -c`, before anything of ours could run in them
    try:
        yield
    finally:
        os.environ.pop("PYTHONSAFEPATH")
        if before is not None:
            os.environ["PYTHONSAFEPATH"] = before


def _begin() -> None:
    """What a worker process does first."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the parent, which lets work in progress end
    if sys.platform.startswith("linux"):
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)  # should the parent be killed


@contextlib.contextmanager
def on_cluster(scheduler: str) -> Iterator[tuple[Executor, int]]:
    """The workers of a Dask cluster, each of which needs layerlab and a sandbox.

    Raises:
        OSError: if no scheduler answers, or Dask is not installed here.
    """
    try:
        from distributed import Client
    except ImportError as error:
        raise OSError("A cluster needs Dask. Type: pip install 'layerlab[cluster]'") from error
    with Client(scheduler, timeout=CONNECT_SECONDS, set_as_default=False) as client:
        yield client.get_executor(pure=False), 2 * max(1, sum(client.nthreads().values()))
