"""Which tiers work on this machine, found by running each and trying to break out of it.

A kernel, a container or a policy may refuse parts of a sandbox in ways that no version number tells, so nothing is
assumed: a tier works when a notebook runs in it and reaches nothing outside.
"""

from __future__ import annotations

import json
import os
import socket
import tempfile
from functools import cache
from pathlib import Path

from layerlab.grading.plan import Call
from layerlab.grading.sandbox.limits import Limits
from layerlab.grading.sandbox.session import Broken, NotStarted, Session
from layerlab.grading.sandbox.tiers import TIERS, Tier

__all__ = ["NoSandbox", "choose", "fault"]

_BREAKOUT = """
import os, socket
import numpy as np

def breakout(folder, pid, port):
    attempts = {
        "read a file outside": lambda: open(folder + "/canary").read(),
        "write a file outside": lambda: open(folder + "/written", "w").write("x"),
        "list a folder outside": lambda: os.listdir(folder),
        "look at the process of the grader": lambda: open(f"/proc/{pid}/environ", "rb").read(),
        "signal the process of the grader": lambda: os.kill(pid, 0),
        "connect to this machine": lambda: socket.create_connection(("127.0.0.1", port), 1),
        "start a process": lambda: os.fork() or os._exit(0),
    }
    done = []
    for name, attempt in attempts.items():
        try:
            attempt()
        except Exception:
            continue
        done.append(name)
    return done
"""


class NoSandbox(RuntimeError):
    """The tier that was asked for does not work here, or none does; the message says why and what to do."""


@cache
def fault(tier: Tier) -> str:
    """Why a tier does not work here, in a sentence; "" when it does."""
    try:
        escaped = _escapes(tier)
    except (Broken, NotStarted, OSError) as error:
        return str(error)
    if tier.calls and escaped:  # tier "none" makes no promise
        return f"code in it could {', '.join(escaped)}"
    return ""


def _escapes(tier: Tier) -> list[str]:
    """What code in a sandbox of this tier can do that it should not."""
    notebook = {"cells": [{"cell_type": "code", "source": _BREAKOUT}]}
    with tempfile.TemporaryDirectory() as folder, socket.create_server(("127.0.0.1", 0)) as server:
        os.chmod(folder, 0o777)  # the sandbox has to keep it out, not the rights of the file
        Path(folder, "canary").touch(0o666)
        limits = Limits(seconds=10.0)
        with Session(tier, limits) as session:
            session.load(json.dumps(notebook).encode(), seed=1)
            outcomes = session.perform([[Call("breakout", (folder, os.getpid(), server.getsockname()[1]))]])
    if not outcomes or not isinstance(outcomes[0][0].value, list):
        raise Broken("a notebook could not be run in it")
    return [str(name) for name in outcomes[0][0].value]


def choose(name: str = "auto") -> Tier:
    """The tier of this name, or for "auto" the strongest that works; never "none" unless it is asked for by name.

    Raises:
        NoSandbox: when it does not work here. No other is taken in its place.
    """
    if os.name != "posix":
        raise NoSandbox("Notebooks are graded on Linux (or on macOS, with --sandbox none); on Windows, use WSL.")
    wanted = [tier for tier in TIERS if tier.name == name or (name == "auto" and tier.name != "none")]
    if not wanted:
        raise NoSandbox(f"There is no sandbox {name!r}. Choose from auto, {', '.join(tier.name for tier in TIERS)}.")
    faults = {}
    for tier in wanted:
        faults[tier.name] = fault(tier)
        if not faults[tier.name]:
            return tier
    reasons = "".join(f"\n  {name}: {reason}" for name, reason in faults.items())
    raise NoSandbox(
        f"No sandbox works here:{reasons}\nInstall bubblewrap (apt install bubblewrap, or pip install "
        "'layerlab[grade]'), or name `--sandbox none` if you trust every submission as your own code."
    )
