"""Several threads for one large call: each takes block after block of the work until none is left.

BLAS is held to one thread meanwhile. That way everything between two matrix products is shared, too, and a thread that
a busy machine stops for a while holds up nobody: the others take its blocks.
"""

import contextlib
import contextvars
import ctypes
import importlib
import itertools
import os
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from functools import cache
from queue import SimpleQueue
from typing import Any

import numpy as np

from layerlab.cores import current_core, kept_apart, spread

__all__ = ["number_of_threads", "one_blas_thread", "openblas", "share", "slices"]

_SHORT = 0.001  # s that a call takes at most for which its end is awaited awake
_LOOKS = 12  # at whether another thread is done, one every 9 µs, before this one goes to sleep
_PASTIME = np.zeros((80, 80), "float32")  # multiplied in between; meanwhile Python's lock is the other thread's
_CLOSE = 20  # calls after threads have met on a core; keeping away costs 8 µs a call
_alone = threading.Lock()  # one call at a time is shared; another that comes meanwhile runs in its own thread


def share(work: Callable[[Iterator], Any], blocks: Sequence) -> list:
    """Let threads take blocks from one iterator; what `work(iterator)` returned in each of them.

    As many threads as BLAS uses (OPENBLAS_NUM_THREADS), but more than two only if there are two blocks for each.

    >>> sum(share(sum, range(10)))
    45
    """
    threads = min(number_of_threads(), len(blocks), max(2, len(blocks) // 2))
    if threads < 2 or not _alone.acquire(blocking=False):
        return [work(iter(blocks))]
    try:
        with one_blas_thread():
            return _together(work, iter(list(blocks)), threads)
    finally:
        _alone.release()


def slices(length: int) -> list[slice]:
    """Two slices of so many for each thread, first the larger ones: so all threads end at about the same time.

    >>> slices(160)[0].stop == 100 // number_of_threads()
    True
    """
    threads = number_of_threads()
    cuts = [length * end // (8 * threads) for end in itertools.accumulate([5] * threads + [3] * threads, initial=0)]
    return [slice(*cut) for cut in itertools.pairwise(cuts) if cut[0] < cut[1]]


def number_of_threads() -> int:
    """How many threads a call may use: those of BLAS, or those that it had before `one_blas_thread` held it."""
    blas = _blas()
    return 1 if blas is None else _held.threads or blas.get()


class _Held:
    """Who holds BLAS to one thread at the moment."""

    def __init__(self):
        self.lock, self.holders, self.threads = threading.Lock(), 0, 0


_held = _Held()


@contextlib.contextmanager
def one_blas_thread():
    """Hold BLAS to one thread for the time of a block; `share` goes on with as many as BLAS had.

    Threads of OpenBLAS that were used wait for more work in a loop, for 0.1 s and at full speed. In a training step
    they would take turns with ours at the same cores: 31 ms for a convolution that takes 15.

    >>> before = number_of_threads()
    >>> with one_blas_thread():
    ...     number_of_threads() == before
    True
    """
    blas = _blas()
    if blas is None:
        yield
        return
    with _held.lock:
        _held.holders += 1
        if _held.holders == 1:
            _held.threads = blas.get()
            blas.set(1)
    try:
        yield
    finally:
        with _held.lock:
            _held.holders -= 1
            if _held.holders == 0:
                blas.set(_held.threads)
                _held.threads = 0


def _together(work, blocks: Iterator, threads: int) -> list:
    others = [_Call(work, blocks) for _ in range(threads - 1)]
    began = time.perf_counter()
    helpers = _helpers().give(others)
    try:
        with kept_apart(helpers):
            mine = work(blocks)
    finally:  # after an error or Ctrl-C, too: they still write
        for _ in blocks:
            pass
        others = [other for other in others if not other.take_back()]  # on a busy machine some have not even begun
        for other in others:
            other.wait(awake=time.perf_counter() - began < _SHORT)
    return [mine, *(other.result() for other in others)]


class _Call:
    """Work for a thread that has time before it is taken back.

    A Future and a pool of concurrent.futures do the same, and more: with them a step of five shared calls takes 0.3 ms
    longer.
    """

    _result: Any = None
    _error: BaseException | None = None

    def __init__(self, work, blocks):
        context = contextvars.copy_context()  # for what np.errstate says
        self._work: Callable = lambda: context.run(work, blocks)
        self._taken, self._done = threading.Lock(), threading.Lock()
        self._done.acquire()

    def begin(self) -> None:
        """Do it, if nobody has taken it yet."""
        if not self._taken.acquire(blocking=False):
            return
        try:
            self._result = self._work()
        except BaseException as error:
            self._error = error
        del self._work  # and what it holds
        self._done.release()

    def take_back(self) -> bool:
        """Whether it had not begun, and never will."""
        if not self._taken.acquire(blocking=False):
            return False
        del self._work
        return True

    def wait(self, awake: bool) -> None:
        """Until it is done; at first awake, if so wished, since a thread that sleeps is woken 30 µs late."""
        for _ in range(_LOOKS if awake else 0):
            if self._done.acquire(blocking=False):
                return
            np.matmul(_PASTIME, _PASTIME)
        self._done.acquire()

    def result(self):
        """What the work returned, or the error that it raised."""
        if self._error is not None:
            raise self._error
        return self._result


class _Helper:
    """A thread that waits for calls, and the core where it last did one."""

    thread_id = core = -1  # not known yet

    def __init__(self, calls: "SimpleQueue[_Call]", number: int):
        self._calls = calls
        threading.Thread(target=self._work, name=f"layerlab_{number}", daemon=True).start()

    def _work(self) -> None:
        self.thread_id = threading.get_native_id()
        while True:
            self._calls.get().begin()
            self.core = current_core()


class _Helpers:
    """As many as have been needed so far."""

    def __init__(self):
        self._calls: SimpleQueue[_Call] = SimpleQueue()
        self._helpers: list[_Helper] = []
        self._close = 0  # calls for which they might meet again

    def give(self, calls: list[_Call]) -> list[_Helper]:
        """Let them begin, each in a thread if all have time; those that the calling thread should keep away from."""
        while len(self._helpers) < len(calls):
            self._helpers.append(_Helper(self._calls, len(self._helpers) + 1))
        met = spread(self._helpers, firmly=self._close > 0)
        self._close = _CLOSE if met else max(0, self._close - 1)
        for call in calls:
            self._calls.put(call)
        return self._helpers if self._close else []


@cache
def _helpers() -> _Helpers:
    return _Helpers()


class _Blas:
    """How many threads the BLAS that NumPy is linked with uses."""

    def __init__(self, get: Callable[[], int], set: Callable[[int], Any]):
        self.get, self.set = get, set


@cache
def _blas() -> _Blas | None:
    """NumPy's OpenBLAS; None if it is another library, which does its own sharing."""
    get, set = openblas("get_num_threads"), openblas("set_num_threads")
    return _Blas(get, set) if get and set else None


def openblas(name: str) -> Any:
    """A function of the OpenBLAS that NumPy is linked with, under one of its names; None if it is another library."""
    try:
        linked = importlib.import_module("numpy._core._multiarray_umath").__file__
        library = ctypes.CDLL(linked)  # finds the names of the libraries that this one is linked with, too
    except (ImportError, OSError):
        return None
    names = (f"{prefix}openblas_{name}{suffix}" for prefix in ("scipy_", "") for suffix in ("64_", ""))
    return next((getattr(library, name) for name in names if hasattr(library, name)), None)


def _forget() -> None:
    """A forked process has none of the threads, and perhaps locks that nobody will release."""
    global _alone
    _alone, _held.lock = threading.Lock(), threading.Lock()
    _helpers.cache_clear()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forget)
