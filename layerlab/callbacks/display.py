"""Where a line of progress appears: a terminal rewrites it, a notebook updates it, a log file gets it once.

A message printed through `say` never runs into a half-finished line.
"""

import os
import shutil

from layerlab.config import is_interactive_logging_enabled
from layerlab.messages import print_message

__all__ = ["LogFile", "Notebook", "Terminal", "display_for", "say"]

BOLD, GREEN, GRAY, PLAIN = "\x1b[1m", "\x1b[32m", "\x1b[37m", "\x1b[0m"
ERASE = "\r\x1b[K"  # back to the start, and clear to the end of the line


class Terminal:
    """One line that is overwritten until it is done.

    A line that is wider than the terminal is cut while it moves: what wraps cannot be overwritten.
    """

    live = True
    unfinished: "Terminal | None" = None  # whose line the cursor stands on

    def __init__(self, stream, title: str | None = None):
        self.stream, self.title = stream, title
        self.color = "NO_COLOR" not in os.environ

    def show(self, count: str, bar: tuple[str, str], info: str, done: bool) -> None:
        """Draw the line anew; `bar` is its full and its empty part."""
        start = self._start_line()
        full, empty = (part if _can_write(self.stream, part) else "=" * len(part) for part in bar)
        space = shutil.get_terminal_size().columns - 1 - len(f"{count} {full}{empty} ")
        info = info if done else info[: max(space, 0)]
        if self.color:
            count, full, empty = BOLD + count + PLAIN, GREEN + full + PLAIN, GRAY + empty + PLAIN
        self._write(f"{start}{count} {full}{empty} {info}" + ("\n" if done else ""))
        Terminal.unfinished = None if done else self

    def _start_line(self) -> str:
        other = Terminal.unfinished
        start = "\n" if other is not None and other is not self else ERASE
        title, self.title = self.title, None
        return start if title is None else f"{start}{title}\n"

    def close(self) -> None:
        """Leave the line as it is."""
        if Terminal.unfinished is self:
            Terminal.unfinished = None
            self._write("\n")

    def _write(self, text: str) -> None:
        self.stream.write(text)
        self.stream.flush()


def _can_write(stream, text: str) -> bool:
    try:
        text.encode(getattr(stream, "encoding", None) or "utf-8")
    except UnicodeEncodeError:
        return False
    return True


class Notebook:
    """A cell output that is updated in place, so that only its last state is stored."""

    live = True

    def __init__(self, stream, title: str | None = None):
        self.stream, self.title, self.handle = stream, title, None

    def show(self, count: str, bar: tuple[str, str], info: str, done: bool) -> None:
        """Show the line, or show it anew."""
        from IPython.display import display

        line = f"{count} {''.join(bar)} {info}"
        data = {"text/plain": line if self.title is None else f"{self.title}\n{line}"}
        if self.handle is None:
            self.handle = display(data, raw=True, display_id=True)
        else:
            self.handle.update(data, raw=True)

    def close(self) -> None:
        """Leave the output as it is."""


class LogFile:
    """A line when it is done, without control characters."""

    live = False

    def __init__(self, stream, title: str | None = None):
        self.stream, self.title = stream, title

    def show(self, count: str, bar: tuple[str, str], info: str, done: bool) -> None:
        """Print the line."""
        parts = [part for part in (self.title, count, info) if part]
        print_message(" - ".join(parts), self.stream)

    def close(self) -> None:
        """Nothing is unfinished."""


def display_for(stream, title: str | None = None, live: bool = True):
    """What fits a stream: a terminal, the output of a notebook's cell, or anything that keeps what is written."""
    live = live and is_interactive_logging_enabled()
    if live and type(stream).__module__.startswith("ipykernel"):
        return Notebook(stream, title)
    if live and getattr(stream, "isatty", lambda: False)() and os.environ.get("TERM") != "dumb":
        return Terminal(stream, title)
    return LogFile(stream, title)


def say(message: str) -> None:
    """Print a message on a line of its own; an unfinished line of progress makes room and is drawn again below."""
    unfinished, Terminal.unfinished = Terminal.unfinished, None
    if unfinished is None:
        print_message(message)
    else:
        print_message(f"{ERASE}{message}", unfinished.stream)
