"""Steps on a learner's names: what comes back, what is caught, and that arguments arrive as copies."""

import numpy as np
import pytest

from layerlab.grading.plan import Call, Get, New, NumpyFunction, Outcome, Rng, Set, perform


class Scale:
    def __init__(self, by):
        self.by = by

    def forward(self, x):
        self.seen = x
        return self.by * x


def test_an_object_is_made_set_called_and_read():
    steps = [New("Scale", (2,)), Set("by", 3), Call(".forward", (np.ones(2),)), Get("seen"), Get("by")]
    values = [outcome.value for outcome in perform(steps, {"Scale": Scale})]
    np.testing.assert_array_equal(values[2], [3, 3])
    np.testing.assert_array_equal(values[3], [1, 1])
    assert values[:2] == [None, None]
    assert values[4] == 3


@pytest.mark.parametrize(
    "error", [ValueError("no"), SystemExit(3), KeyboardInterrupt()], ids=lambda e: type(e).__name__
)
def test_what_is_raised_ends_the_case(error):
    def answer():
        raise error

    outcomes = perform([Call("answer"), Call("answer")], {"answer": answer})
    assert outcomes == [Outcome(error=type(error).__name__, message=str(error))]


def test_an_exception_that_cannot_be_read_is_caught_as_well():
    class Hostile(Exception):
        def __str__(self):
            raise RuntimeError

    def answer():
        raise Hostile

    assert perform([Call("answer")], {"answer": answer}) == [Outcome(error="Hostile")]


def test_writing_into_an_argument_is_seen_and_harms_nobody():
    def answer(x, y):
        y += 1
        return x

    x, y = np.zeros(2), np.zeros(2)
    assert perform([Call("answer", (x, y))], {"answer": answer})[0].changed == (1,)
    assert not y.any()


def test_stand_ins_are_replaced_where_they_arrive():
    def answer(rng, function, parts):
        return function(rng.normal(size=3)), parts["rng"].normal(size=3)

    steps = [Call("answer", (Rng(4), NumpyFunction("tanh")), {"parts": {"rng": Rng(4)}})]
    first, second = perform(steps, {"answer": answer})[0].value
    np.testing.assert_array_equal(first, np.tanh(second))
    np.testing.assert_array_equal(second, np.random.default_rng(4).normal(size=3))


def test_a_result_is_kept_as_it_was():
    store = np.zeros(2)

    def answer():
        store[:] += 1
        return {"a": [store]}

    first, second = perform([Call("answer"), Call("answer")], {"answer": answer})
    assert first.value["a"][0].tolist() == [1, 1]
    assert second.value["a"][0].tolist() == [2, 2]


@pytest.mark.parametrize(("value", "shape"), [([[0.5] * 300] * 200, (200, 300)), (tuple(range(17)), (17,))])
def test_many_numbers_in_lists_are_an_array(value, shape):
    (outcome,) = perform([Call("f")], {"f": lambda: value})
    assert isinstance(outcome.value, np.ndarray)
    assert outcome.value.shape == shape


@pytest.mark.parametrize("value", [[1.0, 2.0], [[1.0] * 16] * 16, ["a"] * 20, [[1], [1, 2]] * 20, [None] * 20])
def test_other_lists_stay_lists(value):
    (outcome,) = perform([Call("f")], {"f": lambda: value})
    assert outcome.value == value
