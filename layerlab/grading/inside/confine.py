"""What a sandboxed process does to itself before it sees the learner's notebook; none of it can be undone afterwards.

Limits on memory, time, files and processes; another user where it started as root; then Landlock and seccomp.
"""

import ctypes
import os
import signal
import struct
import sys
from typing import Any

from layerlab.grading.inside import landlock, seccomp

__all__ = ["confine"]

_PR_SET_PDEATHSIG, _PR_SET_KEEPCAPS, _PR_SET_NO_NEW_PRIVS = 1, 8, 38
_CAPABILITY_VERSION, _CAP_DAC_READ_SEARCH = 0x20080522, 1 << 2
_NOBODY = 65534


def confine(order: dict[str, Any]) -> None:
    """Carry out an order of the supervisor.

    Args:
        order: "limits" by name of the resource; "user" to become when root; whether to read files "as_root"; the paths
            that stay "readable", or None for no Landlock; whether to filter system "calls".

    Raises:
        OSError: when this machine cannot do a part of it; nothing of the learner's has run then, or will.
    """
    limit(order["limits"])
    if os.geteuid() == 0 and order["user"]:
        become(order["user"], keep_reading=order["as_root"])
    if not sys.platform.startswith("linux"):
        return
    libc = ctypes.CDLL(None, use_errno=True)
    libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)  # after `become`, which resets it: no sandbox outlives its grader
    libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)  # set-uid programs give nothing
    if order["readable"] is not None:
        landlock.restrict(order["readable"])
    if order["calls"]:
        seccomp.restrict()


def limit(limits: dict[str, int]) -> None:
    """Set resource limits, soft and hard alike, so that they cannot be raised again."""
    import resource

    for name, value in limits.items():
        which = getattr(resource, f"RLIMIT_{name}", None)
        if which is not None:  # RLIMIT_NPROC and RLIMIT_AS are not everywhere
            _, hard = resource.getrlimit(which)
            value = value if hard == resource.RLIM_INFINITY else min(value, hard)
            resource.setrlimit(which, (value, value))


def become(user: int, keep_reading: bool) -> None:
    """Stop being root, for good: root's files stay root's, and limits on processes bind again.

    Args:
        user: the number of a user that nobody has.
        keep_reading: keep the one right to read any file, for a Python that lies in root's home; Landlock is what says
            which files then.
    """
    libc = ctypes.CDLL(None, use_errno=True)
    if keep_reading:
        libc.prctl(_PR_SET_KEEPCAPS, 1, 0, 0, 0)
    os.setgroups([])
    try:
        os.setresgid(user, user, user)
        os.setresuid(user, user, user)
    except OSError:  # a container that knows few users
        os.setresgid(_NOBODY, _NOBODY, _NOBODY)
        os.setresuid(_NOBODY, _NOBODY, _NOBODY)
    rights = _CAP_DAC_READ_SEARCH if keep_reading else 0
    head = struct.pack("=Ii", _CAPABILITY_VERSION, 0)
    if libc.capset(head, struct.pack("=6I", rights, rights, 0, 0, 0, 0)):
        raise OSError(ctypes.get_errno(), "the rights of root could not be given up")
