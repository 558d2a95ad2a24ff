"""Keeping freed memory: the arrays of one training step are the arrays of the next, so their pages should stay.

By default glibc hands large freed arrays back to the system, which fills every new one with zeros, page by page, before
NumPy writes its first number: as much time as the arithmetic of a relu itself, and more.
"""

import ctypes
import os

__all__ = ["keep_freed_memory"]

LARGEST = 32 * 2**20  # bytes of an array from the heap; the limit that glibc allows
KEPT = 512 * 2**20  # bytes of free memory at the heap's end before any of it goes back
_TRIM_THRESHOLD, _MMAP_THRESHOLD = -1, -3  # M_... in glibc's malloc.h


def keep_freed_memory() -> bool:
    """Ask malloc to reuse the memory of freed arrays; whether it could be asked (glibc alone can).

    It does nothing where the environment variables MALLOC_TRIM_THRESHOLD_ or MALLOC_MMAP_THRESHOLD_ say what to do.

    Source: manual page mallopt(3).
    """
    if {"MALLOC_TRIM_THRESHOLD_", "MALLOC_MMAP_THRESHOLD_"} & os.environ.keys():
        return False
    try:
        mallopt = ctypes.CDLL(None).mallopt
    except (AttributeError, OSError, TypeError):  # musl, macOS, Windows
        return False
    return bool(mallopt(_MMAP_THRESHOLD, LARGEST) and mallopt(_TRIM_THRESHOLD, KEPT))
