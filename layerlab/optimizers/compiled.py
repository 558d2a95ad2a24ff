"""Adam's rule as one loop over the entries, compiled by numba where it is installed (the extra [fast]).

NumPy takes twelve passes over each block, the loop one: a fifth of the time, and the same numbers to the last bit.
Importing numba takes as long as NumPy's passes over 200 million entries, so it waits until more have been made.
"""

import contextlib
import importlib
from collections.abc import Callable, Sequence
from functools import cache

import numpy as np

__all__ = ["adam", "compiled_adam", "takes"]

_PAYS_FROM = 2**28  # entries that an optimizer has moved: 0.5 s of NumPy


def adam(w, g, m, v, step, rest_1, rest_2, epsilon):
    """`Adam.formula` entry by entry; rest_1 and rest_2 are 1 - beta_1 and 1 - beta_2. Slow, unless compiled."""
    for i in range(w.size):
        m[i] += (g[i] - m[i]) * rest_1
        v[i] += (g[i] * g[i] - v[i]) * rest_2
        w[i] -= m[i] / (np.sqrt(v[i]) + epsilon) * step


def compiled_adam(moved: int) -> Callable | None:
    """The compiled loop; None without numba, and as long as it does not pay: before so many entries were moved."""
    if moved < _PAYS_FROM and not _compiled.cache_info().currsize:
        return None
    return _compiled()


@cache
def _compiled() -> Callable | None:
    """The loop: in 0.35 s; the first time, and where numba cannot keep what it compiled in __pycache__, in 0.6 s."""
    arrays_and_numbers = "void(f4[::1], f4[::1], f4[::1], f4[::1], f4, f4, f4, f4)"
    options = {"error_model": "numpy", "nogil": True}
    try:
        numba = importlib.import_module("numba")
        with contextlib.suppress(RuntimeError, OSError):  # no place to keep it
            return numba.njit(arrays_and_numbers, cache=True, **options)(adam)
        return numba.njit(arrays_and_numbers, **options)(adam)
    except Exception:  # not installed, or not for this Python or NumPy: NumPy does it
        return None


def takes(arrays: Sequence[np.ndarray]) -> bool:
    """Whether the compiled loop can be run on a weight, its gradient and its slots: in flat views, of float32."""
    return all(array.dtype == np.float32 and array.flags.carray for array in arrays)
