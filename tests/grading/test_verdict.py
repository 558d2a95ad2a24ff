"""What a learner is told: the first thing wrong, shapes before numbers, and a hint only where it fits."""

import time

import numpy as np
import pytest

from layerlab.grading.exercise import Exercise, Measure, Misconception, calls
from layerlab.grading.plan import Call, Get, New, Outcome, Rng, Set
from layerlab.grading.verdict import Verdict, difference, judge

DIFFERENCES = [
    (np.zeros((2, 3)), np.zeros((3, 2)), "expected shape (2, 3). Received: shape (3, 2)"),
    (np.zeros((2, 3)), 0.0, "expected shape (2, 3). Received: shape ()"),
    (np.zeros(2), None, "expected an array of shape (2,). Received: None"),
    (1.5, "1.5", "expected a number. Received: '1.5'"),
    (np.zeros(2), [[1], [1, 2]], "expected an array of shape (2,). Received: [[1], [1, 2]]"),
    (1.0, 1.0 + 1e-7, ""),
    (1.0, np.nan, "expected 1. Received: nan"),
    (np.nan, np.nan, ""),
    (np.inf, np.inf, ""),
    (3, 3.0, ""),
    (True, np.True_, ""),
    (np.array([[1, 2], [3, 4]]), [[1, 2], [3, 5]], "at index (1, 1), expected 4. Received: 5 (1 of 4 numbers differ)"),
    ((1, np.zeros(2)), (1, np.ones(2)), "value 2 of 2: at index 0, expected 0. Received: 1 (2 of 2 numbers differ)"),
    ((1, 2), [1, 2], ""),
    ((1, 2), 1, "expected 2 values in a tuple or list. Received: 1"),
    ((1, 2), (1, 2, 3), "expected 2 values. Received: 3"),
    ({"a": 1}, {"a": 2}, "under 'a': expected 1. Received: 2"),
    ({"a": 1}, {"b": 1}, "expected a dict with the keys ['a']. Received: {'b': 1}"),
    ("same", "valid", "expected 'same'. Received: 'valid'"),
    (None, 0, "expected None. Received: 0"),
    (None, None, ""),
]


@pytest.mark.parametrize(("right", "came", "said"), DIFFERENCES)
def test_the_first_difference_is_named(right, came, said):
    assert difference(right, came) == said


def double(x):
    return 2 * x


DOUBLE = Exercise(
    id="double",
    name="double",
    title="Double",
    points=1,
    cases=lambda rng: calls("double", (rng.normal(size=3),), (rng.normal(size=2),)),
    reference=double,
    misconceptions=(
        Misconception("squared", "A square is a product with itself.", lambda x: x * x),
        Misconception("breaks", "An empty list has no entries.", lambda x: [][0]),
    ),
)


def verdict(exercise, answer, seed=0):
    cases = exercise.cases(np.random.default_rng(seed))
    return judge(exercise, cases, exercise.run(answer, cases))


def test_right_is_right_by_any_way():
    assert verdict(DOUBLE, lambda x: x + x) == Verdict(True, "Right.")


def test_the_call_is_shown_and_the_slip_named():
    found = verdict(DOUBLE, lambda x: x**2)
    assert found.reason.startswith(
        "double([ 0.1257, -0.1321,  0.6404]): at index 0, expected 0.25146. Received: 0.0158"
    )
    assert (found.slip, found.hint) == ("squared", "A square is a product with itself.")


def test_a_slip_that_raises_is_known_by_its_error():
    assert verdict(DOUBLE, lambda x: {}[0]).slip == ""
    found = verdict(DOUBLE, lambda x: [][0])
    assert found.reason.endswith("raised IndexError: list index out of range")
    assert found.slip == "breaks"


def test_an_unexplained_answer_gets_no_hint():
    assert verdict(DOUBLE, lambda x: 3 * x).hint == ""


def test_only_a_case_that_fails_is_shown():
    first, second = DOUBLE.cases(np.random.default_rng(0))
    assert len(first[0].args[0]) == 3
    reason = verdict(DOUBLE, lambda x: 2 * x if len(x) == 3 else x).reason
    assert reason.startswith(f"double({np.array2string(second[0].args[0], precision=4, separator=', ')}): ")


def in_place(x):
    x *= 2
    return x


def test_an_argument_must_stay_as_it_is():
    assert "argument 1 was changed in place" in verdict(DOUBLE, in_place).reason


def test_a_missing_end_is_wrong():
    cases = DOUBLE.cases(np.random.default_rng(0))
    assert not judge(DOUBLE, cases, []).right
    assert not judge(DOUBLE, cases, [[], []]).right
    assert judge(DOUBLE, cases, []).hint == ""  # nothing came back, and nothing explains that


ARRAYS = [np.linspace(0, 1, 900)] * 9000


@pytest.mark.parametrize("came", [ARRAYS, dict(enumerate(ARRAYS)), [[["x", *ARRAYS]]], Outcome(ARRAYS), {"a": ARRAYS}])
def test_what_is_shown_of_a_giant_is_short_and_soon_there(came):
    """To write all of them took four minutes of the grader's time, outside of all limits."""
    started = time.process_time()
    assert len(difference(np.zeros(2), came)) < 200
    assert time.process_time() - started < 2


def refuse(x):
    raise ValueError("no")


REFUSE = Exercise("refuse", "refuse", "Refuse", 1, lambda rng: calls("refuse", (1,)), refuse)


def test_an_error_may_be_the_right_answer():
    assert verdict(REFUSE, refuse).right
    assert verdict(REFUSE, lambda x: x).reason == "refuse(1): expected a ValueError. Received: 1"


class Counter:
    def __init__(self, start=0):
        self.count = start

    def add(self, amount):
        self.count += amount


COUNTER = Exercise(
    id="counter",
    name="Counter",
    title="Counter",
    points=1,
    cases=lambda rng: [[New("Counter", (), {"start": 1}), Set("count", 5), Call(".add", (2,)), Get("count")]],
    reference=Counter,
)


def test_state_is_followed_through_the_steps():
    class Forgetful(Counter):
        def add(self, amount):
            self.count = amount

    assert verdict(COUNTER, Counter).right
    said = "layer = Counter(start=1); layer.count = 5; layer.add(2); layer.count: expected 7. Received: 2"
    assert verdict(COUNTER, Forgetful).reason == said


NORMAL = Exercise(
    id="normal",
    name="normal",
    title="Normal",
    points=1,
    cases=lambda rng: calls("normal", ((100, 100), Rng(int(rng.integers(1000))))),
    reference=lambda shape, rng: rng.normal(size=shape),
    misconceptions=(Misconception("uniform", "All equally likely?", lambda shape, rng: rng.random(shape)),),
    measures=(
        Measure("the mean", lambda values: np.mean(values[0]), tolerance=0.07),
        Measure("the standard deviation", lambda values: np.std(values[0]), tolerance=0.05, relative=True),
    ),
)


def test_random_answers_are_compared_by_their_statistics():
    assert verdict(NORMAL, lambda shape, rng: rng.standard_normal(shape)[::-1]).right
    found = verdict(NORMAL, lambda shape, rng: 2 * rng.normal(size=shape))
    assert found.reason.startswith("the standard deviation should be 1")
    assert found.hint == ""
    assert verdict(NORMAL, lambda shape, rng: rng.uniform(0, 1, shape)).slip == "uniform"


def test_statistics_do_not_hide_a_wrong_shape():
    assert "expected shape (100, 100)" in verdict(NORMAL, lambda shape, rng: rng.normal(size=(100, 50))).reason
