"""Looking whether sandboxed processes are left."""

import os
import time
from pathlib import Path

from layerlab.grading.sandbox.places import START


def sandboxed():
    """Processes that run our script and are children of this one, or of nobody any more."""
    return [command for command, parent in _processes() if str(START) in command and parent in (1, os.getpid())]


def _processes():
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            command = (folder / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
            parent = int((folder / "stat").read_text().rpartition(")")[2].split()[1])
        except OSError:  # it has just ended
            continue
        yield command, parent


def wait_until(condition, seconds=30):
    """Wait for something to become true; an assertion fails when it does not."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.02)
