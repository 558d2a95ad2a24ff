"""Writing a file so that a crash in the middle leaves the old one, and asking before an old one goes."""

import contextlib
import os
import secrets
import shutil
from collections.abc import Iterator
from pathlib import Path

__all__ = ["may_write", "replacing"]


@contextlib.contextmanager
def replacing(path) -> Iterator[Path]:
    """The path of a temporary file beside `path`, which takes its place when the block ends well.

    >>> import tempfile
    >>> target = Path(tempfile.mkdtemp(), "notes.txt")
    >>> with replacing(target) as temporary:
    ...     _ = temporary.write_text("done")
    >>> target.read_text(), [path.name for path in target.parent.iterdir()]
    ('done', ['notes.txt'])
    """
    target = Path(os.path.realpath(path))  # a link stays a link
    temporary = target.with_name(f".{target.name}.{secrets.token_hex(4)}.tmp")
    try:
        yield temporary
        _flush_to_disk(temporary)
        if target.exists():
            shutil.copymode(target, temporary)
        os.replace(temporary, target)
    finally:
        temporary.unlink(missing_ok=True)


def _flush_to_disk(path: Path) -> None:
    """Until its content is on the disk, a file must not take another one's name: the machine could stop in between."""
    with open(path, "rb+") as file:
        os.fsync(file.fileno())


def may_write(path, overwrite: bool) -> bool:
    """Whether the path is free, or may be overwritten; asks at the terminal when `overwrite` is False.

    Raises:
        FileExistsError: there is nobody to ask.
    """
    if overwrite or not os.path.exists(path):
        return True
    try:
        answer = _ask(f"[WARNING] {path} already exists - overwrite? [y/n]")
        while answer not in ("y", "n"):
            answer = _ask("Enter 'y' (overwrite) or 'n' (cancel).")
    except EOFError as error:
        raise FileExistsError(f"{path} already exists. Pass overwrite=True to replace it.") from error
    return answer == "y"


def _ask(question: str) -> str:
    return input(question).strip().lower()
