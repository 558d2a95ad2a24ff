"""Small weights that are kept in one array: the same numbers as weight by weight, whatever happens to them between."""

import copy
import pickle

import numpy as np
import pytest

from layerlab import Variable, optimizers
from layerlab.autodiff import Tape
from layerlab.optimizers import elementwise

SHAPES = [(3, 2), (2,), (2, 4), ()]
RULES = ["SGD", "RMSprop", "Adam", "AdamW", "Adagrad", "Adadelta", "Adamax", "Nadam", "Ftrl", "Lion"]


def weights():
    rng = np.random.default_rng(0)
    return [Variable(rng.normal(size=shape), dtype="float32") for shape in SHAPES]


def steps(optimizer, variables, count=3, seed=1):
    rng = np.random.default_rng(seed)
    for _ in range(count):
        optimizer.apply([rng.normal(size=v.shape).astype("float32") for v in variables], variables)
    return [v.numpy() for v in variables]


def assert_same(found, expected):
    for a, b in zip(found, expected, strict=True):
        np.testing.assert_array_equal(a, b)


@pytest.mark.parametrize("rule", RULES)
def test_joined_weights_get_the_numbers_of_single_ones(rule, monkeypatch):
    optimizer = getattr(optimizers, rule)(0.1)
    found = steps(optimizer, weights())
    assert optimizer._joined is not None
    monkeypatch.setattr(elementwise, "BLOCK", 0)  # every weight is too large to be joined
    plain = getattr(optimizers, rule)(0.1)
    assert_same(found, steps(plain, weights()))
    assert plain._joined is None


BETWEEN = {
    "assign": lambda variables, optimizer: variables[0].assign(np.ones((3, 2))),
    "assign a slot": lambda variables, optimizer: optimizer.variables[2].assign(np.ones((3, 2))),
    "write into a value": lambda variables, optimizer: variables[2].value.__setitem__(..., 2.0),
    "fewer weights": lambda variables, optimizer: steps(optimizer, variables[1:3], 1),
    "another order": lambda variables, optimizer: steps(optimizer, variables[::-1], 1),
    "nothing": lambda variables, optimizer: None,
}


@pytest.mark.parametrize("name", BETWEEN)
def test_what_happens_between_two_steps_counts(name, monkeypatch):
    def run():
        variables, optimizer = weights(), optimizers.Adam(0.1)
        steps(optimizer, variables)
        BETWEEN[name](variables, optimizer)
        return [*steps(optimizer, variables), *(v.numpy() for v in optimizer.variables)]

    found = run()
    monkeypatch.setattr(elementwise.Elementwise, "_are_joined", lambda self, variables: False)
    assert_same(found, run())


@pytest.mark.parametrize("copied", [copy.deepcopy, lambda x: pickle.loads(pickle.dumps(x))])
def test_a_copy_goes_on_like_the_original(copied):
    variables, optimizer = weights(), optimizers.Adam(0.1)
    steps(optimizer, variables)
    other_variables, other = copied((variables, optimizer))
    assert_same(steps(other, other_variables), steps(optimizer, variables))
    before = [v.numpy() for v in variables]
    steps(other, other_variables)
    assert_same(before, [v.numpy() for v in variables])


def test_what_a_tape_still_needs_is_left_alone():
    variables, optimizer = weights(), optimizers.SGD(0.1)
    steps(optimizer, variables)
    with Tape(persistent=True) as tape:
        loss = sum(np.sum(v * v) for v in variables)
    expected = tape.gradient(loss, variables)
    steps(optimizer, variables)
    assert_same(tape.gradient(loss, variables), expected)
