"""Handed-in notebooks: where they lie, and reading them without trusting what they are.

Two layouts are found: <student>/<notebook>.ipynb, and nbgrader's submitted/<student>/<assignment>/<notebook>.ipynb.
"""

from __future__ import annotations

import errno
import hashlib
import os
import stat
from dataclasses import dataclass
from pathlib import Path

from layerlab.grading.grader import Submission
from layerlab.grading.seeds import submission_seed

__all__ = ["Place", "find", "left_out", "load"]

_NBGRADERS = {"source", "release", "submitted", "autograded", "feedback"}  # the folders of a course of nbgrader's
MAX_SIZE = 16 << 20  # bytes; a notebook with all its figures has one or two million
# neither through a link out of the folder, nor waiting for a pipe that nobody writes to
_FLAGS = ("O_RDONLY", "O_NOFOLLOW", "O_NONBLOCK", "O_CLOEXEC")


@dataclass(frozen=True, order=True)
class Place:
    """Where a submission lies, and whose it is."""

    student: str
    assignment: str  # "" outside of nbgrader's layout
    notebook: str
    path: Path

    @property
    def key(self) -> tuple[str, str, str]:
        """What makes it the same submission in another run."""
        return self.student, self.assignment, self.notebook

    def is_in_shard(self, number: int, count: int) -> bool:
        """Whether this machine's part of the work holds it, whatever else there is."""
        digest = hashlib.sha256(os.fsencode("\0".join(self.key))).digest()
        return int.from_bytes(digest[:8], "big") % count == number % count


def find(folder: Path) -> list[Place]:
    """All submissions in a folder, in order.

    Raises:
        NotADirectoryError: if there is no such folder.
        FileNotFoundError: if there is no submission in it, as when it is a wrong one.
    """
    if not folder.is_dir():
        raise NotADirectoryError(f"There is no folder {folder} with submissions.")
    places = []
    for student in _folders(_root(folder)):
        places += _notebooks(student, student.name, "")
        for assignment in _folders(student):
            places += _notebooks(assignment, student.name, assignment.name)
    if not places:
        raise FileNotFoundError(f"There are no submissions in {folder}; expected {folder}/<student>/<notebook>.ipynb.")
    return sorted(places)


def left_out(folder: Path) -> list[Path]:
    """The folders that are not looked into: those that are links, which may lead anywhere, and locked ones."""
    students = _folders(_root(folder))
    linked = (Path(entry) for place in [_root(folder), *students] for entry in _entries(place) if entry.is_symlink())
    inner = [assignment for student in students for assignment in _folders(student)]
    locked = [place for place in [*students, *inner] if not os.access(place, os.R_OK | os.X_OK)]
    return sorted([*(path for path in linked if os.path.isdir(path)), *locked])  # of a Path it fails for some links


def _root(folder: Path) -> Path:
    """The folder with the students' folders: in a course of nbgrader's, the one that it calls submitted.

    Where others than nbgrader's folders lie beside it, it is a student who calls himself so.
    """
    names = [place.name for place in _folders(folder)]
    is_course = "submitted" in names and not _notebooks(folder / "submitted", "", "")
    students = [folder / name for name in names if name not in _NBGRADERS]
    hand_in = [place for place in students if any(_notebooks(p, "", "") for p in [place, *_folders(place)])]
    return folder / "submitted" if is_course and not hand_in else folder


def _folders(folder: Path) -> list[Path]:
    """The folders in a folder; not those that links lead to, which may be anywhere, nor hidden ones."""
    return [Path(e) for e in _entries(folder) if e.is_dir(follow_symlinks=False) and not e.name.startswith(".")]


def _notebooks(folder: Path, student: str, assignment: str) -> list[Place]:
    """What is named like a notebook, whatever it is."""
    names = [e.name for e in _entries(folder) if e.name.endswith(".ipynb") and not e.name.startswith(".")]
    return [Place(student, assignment, name.removesuffix(".ipynb"), folder / name) for name in names]


def _entries(folder: Path) -> list[os.DirEntry[str]]:
    """What is in a folder; nothing if it is locked, so that one student's does not end the run for all."""
    try:
        with os.scandir(folder) as entries:
            return list(entries)
    except PermissionError:
        return []


def load(place: Place, secret: bytes) -> Submission:
    """Read a submission; what cannot be read becomes one with a `problem`."""
    data, problem = _read(place.path)
    notebook = f"{place.assignment}/{place.notebook}" if place.assignment else place.notebook
    seed = submission_seed(secret, place.student, notebook, data)
    return Submission(place.student, place.notebook, data, seed, problem, place.assignment)


def _read(path: Path) -> tuple[bytes, str]:
    """The bytes of a file, or why there are none."""
    try:
        descriptor = os.open(path, sum(getattr(os, name) for name in _FLAGS))
    except OSError as error:
        what = "it is a symbolic link" if error.errno == errno.ELOOP else os.strerror(error.errno or 0)
        return b"", f"The file was not read: {what}."
    try:
        return _read_regular(descriptor)
    except OSError as error:
        return b"", f"The file was not read: {os.strerror(error.errno or 0)}."
    finally:
        os.close(descriptor)


def _read_regular(descriptor: int) -> tuple[bytes, str]:
    found = os.fstat(descriptor)
    if not stat.S_ISREG(found.st_mode):
        return b"", "The file was not read: it is no regular file."
    if found.st_size > MAX_SIZE:
        return b"", f"The file was not read: {found.st_size >> 20} MB are more than the {MAX_SIZE >> 20} MB allowed."
    with os.fdopen(descriptor, "rb", closefd=False) as file:
        data = file.read(MAX_SIZE)  # no more, should it grow
    return data, "" if data else "The file is empty."
