"""A conversation with a sandboxed process, and the ways in which it ends."""

import dataclasses
import sys
import time

import numpy as np
import pytest

from layerlab.grading.plan import Call, Get, New, NumpyFunction, Outcome, Rng, Set
from layerlab.grading.sandbox.limits import Limits
from layerlab.grading.sandbox.session import Broken, NotStarted, Session
from layerlab.grading.sandbox.tiers import TIERS
from tests.grading.processes import sandboxed
from tests.grading.small import notebook

NONE = TIERS[-1]  # works everywhere; what the others add is tested where they work
LIMITS = Limits(seconds=10.0, step_seconds=0.5)


WIRES = """
import os
from layerlab.grading import wire
from layerlab.grading.plan import Outcome
def say(data):
    for number in range(3, 9):
        try: os.write(number, data)
        except OSError: pass
"""


def session(*cells, limits=LIMITS):
    begun = Session(NONE, limits)
    begun.load(notebook(cells), seed=1)
    return begun


def test_steps_are_done_and_outcomes_come_back():
    cells = """
import numpy as np
class Layer:
    def __init__(self, units): self.units = units
    def forward(self, x): x += 1; return x @ self.kernel
def apply(f, x): return f(x)
def draw(rng): return rng.random(2)
""".strip()
    kernel, x = np.arange(6.0).reshape(3, 2), np.ones((1, 3))
    with session(cells) as talk:
        layer = [New("Layer", (2,)), Set("kernel", kernel), Call(".forward", (x,)), Get("units")]
        others = [[Call("apply", (NumpyFunction("tanh"), 0.5))], [Call("draw", (Rng(3),))], [Call("gone", (1,))]]
        first, *rest = talk.perform([layer, *others])
    np.testing.assert_array_equal(first[2].value, (x + 1) @ kernel)
    assert first[2].changed == (0,)
    assert first[3].value == 2
    assert rest[0][0].value == np.tanh(0.5)
    np.testing.assert_array_equal(rest[1][0].value, np.random.default_rng(3).random(2))
    assert rest[2] == [Outcome(error="NameError", message="name 'gone' is not defined")]


def test_a_report_tells_which_cells_failed():
    with Session(NONE, LIMITS) as talk:
        report = talk.load(notebook(["x = 1", "def f(x: pass", "y = z\nclass A: pass"]), seed=1)
    assert report["problem"] == ""
    (second, third) = report["faults"]
    assert second[0] == 2
    assert second[1].startswith("SyntaxError")
    assert second[2] == ["f"]
    assert third == [3, "NameError: name 'z' is not defined", ["y", "A"]]


def test_a_slow_exercise_does_not_take_the_time_of_the_next():
    with session("def slow():\n    while True: pass\ndef quick(): return 1") as talk:
        assert talk.perform([[Call("slow")]] * 3)[2][0].error == "TookTooLong"
        assert talk.perform([[Call("quick")]]) == [[Outcome(value=1)]]


@pytest.mark.parametrize(
    ("source", "reason"),
    [
        ("import os\ndef f(): os._exit(3)", "ended the Python"),
        ("import os\ndef f(): os.kill(os.getpid(), 11)", "crashed Python"),
        ("import os\ndef f(): os.kill(os.getpid(), 24)", "more processor time"),
        ("import os\ndef f(): os.kill(os.getpid(), 10)", "ended by SIGUSR1"),
        (WIRES + "def f(): say(b'x' * 99)", "no answer"),
    ],
    ids=["exit", "crash", "time", "signal", "nonsense"],
)
def test_an_end_has_a_reason(source, reason):
    with session(source) as talk, pytest.raises(Broken, match=reason):
        talk.perform([[Call("f")]])


def test_time_is_kept_outside():
    limits = dataclasses.replace(LIMITS, seconds=3.0, step_seconds=60.0)
    started = time.monotonic()
    with session("def f():\n    while True: pass", limits=limits) as talk, pytest.raises(Broken, match="3 seconds"):
        talk.perform([[Call("f")]])
    assert time.monotonic() - started < 10
    assert sandboxed() == []


@pytest.mark.parametrize("forged", ["[1, 2]", "[[1]]", "{'a': 1}", "None", "[[Outcome()], 3]"])
def test_an_answer_of_another_form_is_no_answer(forged):
    cell = WIRES + f"def f(): say(wire.pack({forged}))"
    with session(cell) as talk:
        assert talk.perform([[Call("f")]]) == []


def test_a_sandbox_that_does_not_start():
    broken = dataclasses.replace(NONE, command=lambda limits: [sys.executable, "-c", "raise SystemExit(1)"])
    with pytest.raises(NotStarted, match="did not start"):
        Session(broken, LIMITS)
    assert sandboxed() == []


def test_nothing_of_the_environment_is_passed_on(monkeypatch):
    monkeypatch.setenv("LAYERLAB_SECRET", "secret")
    with session("import os\ndef f(): return dict(os.environ)") as talk:
        environment = talk.perform([[Call("f")]])[0][0].value
    assert "secret" not in environment.values()
    assert environment["HOME"] == "/tmp"
