"""The results of a run as lines of a file: each is on the disk before the next submission counts as graded.

A run that dies leaves whole lines, and at most one torn one at the end, which the next run removes.
"""

from __future__ import annotations

import contextlib
import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO

__all__ = ["Results", "key_of", "read_results"]

FILE = "results.jsonl"
Key = tuple[str, str, str]


def key_of(result: dict[str, Any]) -> Key:
    """What makes a result that of the same submission: student, assignment and notebook."""
    return result["student"], result.get("assignment", ""), result["notebook"]


def read_results(folder: Path) -> list[dict[str, Any]]:
    """All results in a folder, of each submission the last; lines that a crash has spoiled are left out.

    Raises:
        FileNotFoundError: if nothing was graded there.
    """
    found: dict[Key, dict[str, Any]] = {}
    for line in (folder / FILE).read_bytes().split(b"\n"):
        with contextlib.suppress(ValueError, KeyError, TypeError, AttributeError):
            result = json.loads(line)
            found[key_of(result)] = result
    return list(found.values())


class Results:
    """The file of a run, open for adding lines.

    Args:
        folder: where it lies, made if missing.
        resume: whether to go on with what is there.
        shard: which part of the work this run does, (number, count).

    Attributes:
        done: of each submission with a result, the SHA-256 of what was graded; None where the result does not tell.

    Raises:
        FileExistsError: if there is something and `resume` is false.
        BlockingIOError: if another run is writing there.
    """

    def __init__(self, folder: Path, resume: bool = False, shard: tuple[int, int] = (0, 1)) -> None:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)  # grades are nobody else's business
        if not resume and any(folder.iterdir()):
            raise FileExistsError(
                f"{folder} is not empty. Go on with what it holds (--resume), or name another folder."
            )
        with contextlib.ExitStack() as opened:
            _lock_run(folder, shard, opened)
            self._file = opened.enter_context(open(folder / FILE, "ab"))
            with _locked(self._file):
                _mend(folder / FILE)
            self.done = {key_of(result): result.get("sha256") for result in read_results(folder)}
            self._open = opened.pop_all()  # nothing went wrong, so it all stays open

    def add(self, result: dict[str, Any]) -> None:
        """Add a line, durably."""
        line = json.dumps(result).encode() + b"\n"
        with _locked(self._file):
            self._file.write(line)
            self._file.flush()
            os.fsync(self._file.fileno())
        self.done[key_of(result)] = result.get("sha256")

    def close(self) -> None:
        """Close the file and let other runs write."""
        self._open.close()

    def __enter__(self) -> Results:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def _mend(path: Path) -> None:
    """Cut off a line without an end: the submission it was about is graded again."""
    with open(path, "r+b") as file:
        content = file.read()
        file.truncate(content.rfind(b"\n") + 1)
        os.fsync(file.fileno())


def _lock_run(folder: Path, shard: tuple[int, int], opened: contextlib.ExitStack) -> None:
    """Keep a second run out: of the whole folder, or of this shard while others do theirs."""
    number, count = shard
    _flock(opened.enter_context((folder / ".lock").open("ab")), exclusive=count == 1)
    if count > 1:
        _flock(opened.enter_context((folder / f".lock-{number % count}-of-{count}").open("ab")), exclusive=True)


def _flock(file: BinaryIO, exclusive: bool) -> None:
    import fcntl  # not at the top: there is none on Windows, where the rest of layerlab runs

    try:
        fcntl.flock(file, (fcntl.LOCK_EX if exclusive else fcntl.LOCK_SH) | fcntl.LOCK_NB)
    except BlockingIOError:
        raise BlockingIOError(f"Another run is writing to {Path(file.name).parent}.") from None


@contextlib.contextmanager
def _locked(file: BinaryIO) -> Iterator[None]:
    """Keep shards that write to the same file out of each other's lines."""
    import fcntl

    fcntl.flock(file, fcntl.LOCK_EX)
    try:
        yield
    finally:
        fcntl.flock(file, fcntl.LOCK_UN)
