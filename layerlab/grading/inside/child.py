"""The sandboxed process: it confines itself, runs a learner's cells, and does the steps it is asked to do.

Nothing it says is believed to be more than an answer. It never holds a right one, so a learner who takes it over can do
no more than say wrong ones.
"""

from __future__ import annotations

import ast
import builtins
import contextlib
import os
import random
import re
import signal
import sys
import time
import types
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from layerlab.grading import wire
from layerlab.grading.inside import cells, standins
from layerlab.grading.inside.confine import confine
from layerlab.grading.plan import Outcome, Step, perform

__all__ = ["main"]

_DEFINED = re.compile(r"^(?:def|class)\s+(\w+)|^(\w+)\s*=", re.MULTILINE)
_MAX_FAULTS = 20  # cells whose errors are reported


class TookTooLong(BaseException):
    """A cell or a case used up its time; no `except Exception` around it stops this."""


def main() -> None:
    """Take orders until the wire ends: first how to confine oneself, then the notebook, then exercises."""
    take, send = _wire()
    order = take()
    try:
        confine(order)
    except (OSError, ValueError) as error:
        send({"failed": str(error)})
        return
    send({"failed": ""})
    standins.install()
    job = take()
    namespace, report = _run_notebook(job["notebook"].tobytes(), job["seed"], order["seconds"])
    send(report)
    while True:
        try:
            cases = take()
        except EOFError:
            return
        send(_answer(cases, namespace, order["seconds"]))


def _wire() -> tuple[Callable[[], Any], Callable[[Any], None]]:
    """Move the wire away from where `print` and `input` go, and give the functions that read and write it."""
    source, target = os.dup(0), os.dup(1)
    nowhere = os.open(os.devnull, os.O_RDWR)
    for standard in range(3):
        os.dup2(nowhere, standard)
    stream = os.fdopen(source, "rb")

    def send(value: Any) -> None:
        frame = memoryview(wire.pack(value))
        while frame:
            frame = frame[os.write(target, frame) :]

    return lambda: wire.read(stream.read), send


def _run_notebook(data: bytes, seed: int, seconds: float) -> tuple[dict[str, Any], dict[str, Any]]:
    """Run the cells as a kernel would; what they leave behind, and what went wrong in which."""
    try:
        sources = cells.code_cells(data)
    except cells.Unreadable as error:
        return {}, {"problem": str(error), "faults": []}
    random.seed(seed)
    np.random.seed(seed)
    module = types.ModuleType("__main__")
    sys.modules["__main__"] = module  # where dataclasses look for the module of a class
    namespace = module.__dict__
    quiet = standins.Silent("IPython")
    namespace |= {"__builtins__": builtins, "display": quiet, "get_ipython": quiet, "check": quiet}
    faults = {}
    for number, source in enumerate(sources, 1):
        faults[number] = _run_cell(number, source, namespace, seconds)
    for number in [n for n, fault in faults.items() if fault.startswith("NameError")]:
        faults[number] = _run_again(number, sources[number - 1], namespace, seconds)
    told = [[n, fault, _defined(sources[n - 1])] for n, fault in faults.items() if fault]
    return namespace, {"problem": "", "faults": told[:_MAX_FAULTS]}


def _run_cell(number: int, source: str, namespace: dict[str, Any], seconds: float) -> str:
    """Run a cell; the error it ended with, "" when it did not."""
    try:
        with _alarm(seconds):
            return _execute(_parsed(source, f"cell {number}"), f"cell {number}", namespace)
    except BaseException as error:  # SystemExit ends a cell, not the notebook
        return _text_of(error)


def _execute(cell: ast.Module, name: str, namespace: dict[str, Any]) -> str:
    """Run a cell; the first import of what is not there, which does not take the rest of the cell along."""
    missing = ""
    while True:
        try:
            exec(compile(cell, name, "exec", dont_inherit=True), namespace)
            return missing
        except ImportError as error:
            frame = error.__traceback__.tb_next  # type: ignore[union-attr]  # ours comes first, then the cell's
            line = frame.tb_lineno if frame else 0
            if not any(isinstance(step, ast.Import | ast.ImportFrom) and step.lineno == line for step in cell.body):
                raise
            missing = missing or _text_of(error)
            cell.body = [step for step in cell.body if step.lineno > line or _is_future(step)]


def _is_future(step: ast.stmt) -> bool:
    return isinstance(step, ast.ImportFrom) and step.module == "__future__"


def _run_again(number: int, source: str, namespace: dict[str, Any], seconds: float) -> str:
    """Try a cell once more after the last: learners move cells above those they need, and run them in order by hand."""
    before = dict(namespace)
    fault = _run_cell(number, source, namespace, seconds)
    if fault:  # as if it had not been tried
        namespace.clear()
        namespace.update(before)
    return fault


def _parsed(source: str, name: str) -> ast.Module:
    try:
        return ast.parse(source, name)
    except SyntaxError:  # only now: in plain Python a line may begin with % or !
        return ast.parse(cells.without_magics(source), name)


def _text_of(error: BaseException) -> str:
    try:
        return f"{type(error).__name__}: {error}"
    except BaseException:  # an exception of the learner's own
        return type(error).__name__


def _defined(source: str) -> list[str]:
    """The names that a cell would have defined."""
    return [function or variable for function, variable in _DEFINED.findall(source)][:_MAX_FAULTS]


def _answer(cases: list[list[Step]], namespace: dict[str, Any], seconds: float) -> list[list[Outcome]]:
    """Do the cases of one exercise, within its time; they are data, and so is what comes of them."""
    ends = time.monotonic() + seconds
    outcomes: list[list[Outcome]] = []
    for steps in cases:
        try:
            with _alarm(ends - time.monotonic()):
                outcomes.append(perform(steps, namespace))
        except TookTooLong as error:  # the alarm rang when `perform` was done
            outcomes.append([Outcome(error="TookTooLong", message=str(error))])
    try:
        wire.pack(outcomes)
    except (wire.WireError, MemoryError) as error:
        return [
            [Outcome(error="ValueError", message=f"what came back is too large to look at: {error}")] for _ in cases
        ]
    return outcomes


@contextlib.contextmanager
def _alarm(seconds: float) -> Iterator[None]:
    """Interrupt what is inside after so many seconds. What ignores this meets the limits of the process."""

    def ring(signum: int, frame: Any) -> None:
        raise TookTooLong("stopped before it came to an end; is there a loop that never ends?")

    signal.signal(signal.SIGALRM, ring)
    signal.setitimer(signal.ITIMER_REAL, max(seconds, 0.001), 0.2)  # and again, should an `except:` swallow it
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
