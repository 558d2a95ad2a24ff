"""Which core a thread runs on, and how threads that work together stay on different ones.

Linux wakes a thread on the core where it last ran, even if the thread that wakes it runs there by now, or on the core
of the one that wakes it, as when Python's lock is handed over. While all cores look busy it does not search for
another. For some 50 ms two threads then take turns at one core, beside one that has nothing to do. Elsewhere nothing
happens here.
"""

import contextlib
import ctypes
import os
from collections.abc import Callable, Iterator, Sequence
from functools import cache
from typing import Protocol

__all__ = ["current_core", "kept_apart", "spread"]


class Helper(Protocol):
    """A thread that waits for work."""

    thread_id: int  # the system's
    core: int  # where it last worked; -1 before


def current_core() -> int:
    """The number of the core that this thread runs on; -1 where the system does not tell.

    >>> current_core() >= -1
    True
    """
    return _sched_getcpu()()


@contextlib.contextmanager
def kept_apart(helpers: Sequence[Helper]) -> Iterator[None]:
    """For the time of a block, this thread stays away from the cores of others that work with it."""
    theirs = {helper.core for helper in helpers if helper.core >= 0}
    allowed = os.sched_getaffinity(0) if theirs else set()
    moved = bool(theirs & allowed) and _may_run_on(0, allowed - theirs)
    try:
        yield
    finally:
        if moved:
            _may_run_on(0, allowed)


def spread(helpers: Sequence[Helper], firmly: bool = False) -> bool:
    """Keep waiting threads away from the core of this thread, and from each other's; whether any two had met.

    Those that have met nobody are left alone, or, firmly, told to stay apart all the same.
    """
    taken, met = {current_core()}, False
    for helper in helpers:
        has_met = helper.core in taken
        if helper.core >= 0 and (firmly or has_met):
            helper.core, met = _sent_away(helper, taken), met or has_met
        taken.add(helper.core)
    return met


def _sent_away(helper: Helper, taken: set[int]) -> int:
    """A core that is not taken, where a thread may run from now on; if there is none, it stays where it is."""
    free = os.sched_getaffinity(0) - taken  # of those that the process may use
    if not _may_run_on(helper.thread_id, free) or helper.core in free:
        return helper.core
    return min(free)


def _may_run_on(thread_id: int, cores: set[int]) -> bool:
    """Let a thread (0: this one) run on some cores only; whether there are any, and the system allows it."""
    with contextlib.suppress(OSError):
        if cores:
            os.sched_setaffinity(thread_id, cores)
            return True
    return False


@cache
def _sched_getcpu() -> Callable[[], int]:
    try:
        return ctypes.PyDLL(None).sched_getcpu  # PyDLL: it is too short to let other threads run meanwhile
    except (AttributeError, OSError, TypeError):  # macOS, Windows
        return lambda: -1
