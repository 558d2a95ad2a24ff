"""One sandboxed process and the conversation with it: a notebook goes in, then exercise after exercise.

A session serves a single submission and is killed at the end, whatever it does. Time is kept on this side.
"""

from __future__ import annotations

import contextlib
import os
import select
import signal
import subprocess
import threading
import time
from typing import Any

import numpy as np

from layerlab.grading import wire
from layerlab.grading.plan import Outcome, Step
from layerlab.grading.sandbox.limits import Limits
from layerlab.grading.sandbox.places import START, numpy_folders, python
from layerlab.grading.sandbox.tiers import Tier

__all__ = ["Broken", "NotStarted", "Session"]

_DEATHS = {
    "SIGXCPU": "it used more processor time than it may",
    "SIGKILL": "it was killed, as by using more processor time or memory than it may",
    "SIGSEGV": "it crashed Python",
    "SIGABRT": "it crashed Python",
    "SIGSYS": "it made a forbidden system call",
}


class Broken(Exception):
    """The sandboxed process can say no more; the message says why."""


class NotStarted(RuntimeError):
    """The sandbox did not come up: nothing of the learner's has run, so the fault is the machine's."""


class Session:
    """A sandboxed Python that knows one submission.

    Args:
        tier: how it is isolated.
        limits: how much it may use.

    Raises:
        NotStarted: when the sandbox does not come up.
    """

    def __init__(self, tier: Tier, limits: Limits) -> None:
        self.limits = limits
        self.ends = time.monotonic() + limits.seconds
        command = [*tier.command(limits), python(), "-s", "-S", "-P", "-B", str(START), *numpy_folders()]
        environment = {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1", "PYTHONHASHSEED": "0", "LANG": "C.UTF-8"}
        self.process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=environment | {"PATH": "/nowhere", "HOME": "/tmp"},  # nothing of the grader's own environment
            cwd="/",
            bufsize=0,
            start_new_session=True,  # no terminal to type into, no Ctrl-C from it
        )
        self._writing, self._reading = self.process.stdin.fileno(), self.process.stdout.fileno()  # type: ignore[union-attr]
        os.set_blocking(self._writing, False)
        # ends a wait that nothing else ends
        self._watch = threading.Timer(limits.seconds, self.process.kill)
        self._watch.daemon = True
        self._watch.start()
        self._begin(tier)

    def _begin(self, tier: Tier) -> None:
        try:
            answer = self.ask(tier.order(self.limits))
        except Broken as error:
            answer = {"failed": str(error)}
        if answer != {"failed": ""}:
            self.close()
            raise NotStarted(f"the sandbox did not start: {answer['failed']}")

    def load(self, notebook: bytes, seed: int) -> dict[str, Any]:
        """Run a notebook's cells; what it is not, as "problem", and which cells failed, as "faults".

        Args:
            notebook: the bytes of the file.
            seed: of 32 bits, for learners who draw from the generators that Python and NumPy share.
        """
        report = self.ask({"notebook": np.frombuffer(notebook, np.uint8), "seed": seed})
        return report if isinstance(report, dict) else {}

    def perform(self, cases: list) -> list[list[Outcome]]:
        """Do the cases of one exercise on what the notebook left behind.

        Later exercises are sent when this one is answered: what they are given must not help here.
        """
        plain: list[list[Step]] = [list(steps) for steps in cases]
        came = self.ask(plain)
        return came if _are_outcomes(came) else []

    def ask(self, value: Any) -> Any:
        """Send a value and read the answer; whatever comes is no more than data."""
        try:
            self._send(wire.pack(value))
            return wire.read(self._take)
        except (OSError, EOFError):
            raise Broken(self._cause()) from None
        except wire.WireError as error:
            raise Broken(f"it answered with something that is no answer ({error})") from None

    def _send(self, data: bytes) -> None:
        view = memoryview(data)
        while view:
            self._wait(self._writing, for_writing=True)
            view = view[os.write(self._writing, view[: 1 << 16]) :]

    def _take(self, size: int) -> bytes:
        parts = bytearray()  # grows with what comes, not with what was announced
        while len(parts) < size:
            self._wait(self._reading)
            part = os.read(self._reading, min(size - len(parts), 1 << 20))
            if not part:
                break
            parts += part
        return bytes(parts)

    def _wait(self, descriptor: int, for_writing: bool = False) -> None:
        poll = select.poll()  # not `select`, which ends at 1024 open files
        poll.register(descriptor, select.POLLOUT if for_writing else select.POLLIN)
        if not poll.poll(max(0.0, self.ends - time.monotonic()) * 1000):
            raise EOFError

    def _cause(self) -> str:
        """Why nothing more comes."""
        if time.monotonic() >= self.ends:
            return f"it took longer than the {self.limits.seconds:g} seconds that a submission has"
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.process.wait(1)
        code = self.process.poll()
        if code is None:
            return "it closed its connection to the grader"
        number = -code if code < 0 else code - 128 if code > 128 else 0  # bubblewrap passes a signal on as 128 + n
        name = _signal_name(number)
        return _DEATHS.get(name, f"it was ended by {name}" if name else "it ended the Python that ran it")

    def close(self) -> None:
        """Kill it, and what it started."""
        self._watch.cancel()
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.kill()
        self.process.wait()
        for stream in (self.process.stdin, self.process.stdout):
            if stream:
                with contextlib.suppress(OSError):
                    stream.close()

    def __enter__(self) -> Session:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def _signal_name(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:
        return ""


def _are_outcomes(came: Any) -> bool:
    rows = came if isinstance(came, list) else [None]
    return all(isinstance(row, list) and all(isinstance(outcome, Outcome) for outcome in row) for row in rows)
