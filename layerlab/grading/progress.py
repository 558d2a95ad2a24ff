"""How far a run has come: a bar that moves on a terminal, a line now and then elsewhere."""

from __future__ import annotations

import time
from typing import TextIO

__all__ = ["Progress"]

_WIDTH = 30
_EVERY = 10.0  # seconds between lines in a log


class Progress:
    """Tells how many of `total` are done.

    >>> import sys
    >>> progress = Progress(2, sys.stdout)
    >>> progress.step()
    >>> progress.step()
    graded 2 of 2, 0 s
    """

    def __init__(self, total: int, stream: TextIO) -> None:
        self.total, self.stream = total, stream
        self.done = 0
        self.bar = stream.isatty()
        self.started = self.told = time.monotonic()

    def step(self) -> None:
        """One more is done."""
        self.done += 1
        now = time.monotonic()
        last = self.done == self.total
        if self.bar:
            self.stream.write(f"\r{self._bar()} {self._text(now)}\x1b[K" + "\n" * last)
            self.stream.flush()
        elif last or now - self.told > _EVERY:
            self.told = now
            print(self._text(now), file=self.stream, flush=True)

    def _bar(self) -> str:
        full = _WIDTH * self.done // self.total
        return "[" + "#" * full + "." * (_WIDTH - full) + "]"

    def _text(self, now: float) -> str:
        spent = now - self.started
        left = spent / self.done * (self.total - self.done)
        ahead = f", about {left:.0f} s left" if self.done < self.total else ""
        return f"graded {self.done} of {self.total}, {spent:.0f} s{ahead}"
