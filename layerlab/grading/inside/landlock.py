"""Landlock: from here on this process can read the paths it was given, write nowhere, and reach no other process.

Three system calls of Linux 5.13 and later, called directly; their numbers are the same on every processor.
"""

import ctypes
import os
import stat
import struct
from collections.abc import Iterable

__all__ = ["restrict"]

_CREATE, _ADD, _RESTRICT = 444, 445, 446
_READ_FILE, _READ_DIR = 1 << 2, 1 << 3
# how many access rights on files each version of the kernel's interface knows; all that it knows are taken away
_FILE_RIGHTS = {1: 13, 2: 14, 3: 15, 4: 15, 5: 16}
_TCP = 0b11  # bind and connect, from version 4 on
_SCOPES = 0b11  # abstract sockets and signals to others, from version 6 on


def restrict(readable: Iterable[str]) -> None:
    """Take away all access to files but reading below the given paths.

    Args:
        readable: files and folders; what does not exist is left out.

    Raises:
        OSError: when the kernel has no Landlock, or one that cannot stop a file from being truncated.
    """
    libc = ctypes.CDLL(None, use_errno=True)
    libc.syscall.restype = ctypes.c_long
    version = _call(libc, _CREATE, None, 0, 1)
    if version < 3:
        raise OSError(f"Landlock is of version {version} here; 3 or later is needed (Linux 6.2)")
    files = (1 << _FILE_RIGHTS.get(version, 16)) - 1
    attributes = struct.pack("=QQQ", files, _TCP, _SCOPES)[: 24 if version >= 6 else 16 if version >= 4 else 8]
    ruleset = _call(libc, _CREATE, attributes, len(attributes), 0)
    for path in readable:
        _allow(libc, ruleset, path)
    _call(libc, _RESTRICT, ruleset, 0)
    os.close(ruleset)


def _allow(libc: ctypes.CDLL, ruleset: int, path: str) -> None:
    try:
        descriptor = os.open(path, os.O_PATH | os.O_CLOEXEC)
    except FileNotFoundError:
        return
    rights = _READ_FILE | (_READ_DIR if stat.S_ISDIR(os.fstat(descriptor).st_mode) else 0)
    _call(libc, _ADD, ruleset, 1, struct.pack("=Qi", rights, descriptor), 0)
    os.close(descriptor)


def _call(libc: ctypes.CDLL, *arguments: int | bytes | None) -> int:
    result = libc.syscall(*(ctypes.c_long(a) if isinstance(a, int) else a for a in arguments))
    if result < 0:
        raise OSError(ctypes.get_errno(), "Landlock is refused here")
    return result
