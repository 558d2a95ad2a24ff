"""Loops over single numbers that numba compiles, where it is installed (the extra [fast]).

Importing numba takes 0.3 s, so nothing here does it by itself: whoever has a loop asks for it once that pays.
"""

import contextlib
import importlib
from collections.abc import Callable

__all__ = ["Loop"]


class Loop:
    """A function on arrays and numbers that writes into its arguments: slow, unless compiled.

    Args:
        function: what is to be done.
        types: of its arguments, as numba writes them.
        pays_from: how much work NumPy has to have done before, in numbers of any kind.
        **options: numba's.

    >>> loop = Loop(lambda x: x.fill(1), "void(f4[::1])", pays_from=100)
    >>> loop.after(60) is loop.after(30) is None
    True
    """

    in_use = False  # whether any of all loops has been compiled: then importing numba costs nothing any more

    def __init__(self, function: Callable, types: str, pays_from: int, **options):
        self.function, self.types, self.pays_from = function, types, pays_from
        self.options = {"error_model": "numpy", "nogil": True, **options}
        self._done, self._asked = 0, False
        self._compiled: Callable | None = None

    def after(self, work: int) -> Callable | None:
        """The compiled function; None without numba, and as long as it does not pay. `work` is what comes now."""
        if not self._asked:
            self._done += work
            if self._done < self.pays_from and not Loop.in_use:
                return None
            self._asked, self._compiled = True, self._compile()
        return self._compiled

    def _compile(self) -> Callable | None:
        """In 0.35 s; the first time, and where numba cannot keep what it compiled in __pycache__, in 0.6 s and more."""
        try:
            numba = importlib.import_module("numba")
            Loop.in_use = True
            with contextlib.suppress(RuntimeError, OSError):  # no place to keep it
                return numba.njit(self.types, cache=True, **self.options)(self.function)
            return numba.njit(self.types, **self.options)(self.function)
        except Exception:  # not installed, or not for this Python or NumPy: NumPy does it
            return None
