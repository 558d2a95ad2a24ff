"""What an attack is: something a student hands in, and what has to come of it."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from textwrap import dedent

from tests.grading.small import HONEST_DOUBLE, notebook


@dataclass(frozen=True)
class Attack:
    """A hostile submission.

    Args:
        name: what it is about.
        make: writes the file, given its path and a folder outside of the sandbox with things to steal and spoil.
        points: those that its honest part has earned; fewer if the attack hits itself.
        says: what the reason tells.
    """

    name: str
    make: Callable[[Path, Path], None]
    points: int = 1
    says: str = ""


def attack(name, *cells, **rest):
    """A notebook with an honest answer to the first exercise, worth one point of six, and then the cells.

    In a cell, OUTSIDE is the folder outside, and PORT and GRADER are the numbers of a port that listens and of the
    grader's process, which a file in that folder tells.
    """

    def make(path, outside):
        data = notebook([HONEST_DOUBLE, *(dedent(cell) if isinstance(cell, str) else cell for cell in cells)]).decode()
        port, grader = (outside / "numbers").read_text().split()
        for word, value in (("OUTSIDE", f"'{outside}'"), ("PORT", port), ("GRADER", grader)):
            data = data.replace(word, value)
        path.write_text(data)

    return Attack(name, make, **rest)


def everywhere(name, action, imports="import os", **rest):
    """An attack that acts when its cell runs, and once more when an answer is asked for."""
    answer = f"def norm(x):\n    {action}\n    return 0.0"
    return attack(name, f"{imports}\n{action}", f"{imports}\n{answer}", **rest)


def file(name, data, **rest):
    """A file of these bytes, with nothing honest in it."""
    return Attack(name, lambda path, outside: path.write_bytes(data), **{"points": 0} | rest)
