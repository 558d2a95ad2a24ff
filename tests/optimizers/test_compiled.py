"""The loop that numba compiles gives what NumPy's passes give, to the last bit, and is left alone until it pays."""

import numpy as np
import pytest

from layerlab.compiled import Loop
from layerlab.optimizers import SGD, Adam, AdamW
from layerlab.optimizers.compiled import ADAM, adam
from layerlab.variables import Variable

RNG = np.random.default_rng(0)


def normal(*shape, dtype="float32"):
    return RNG.normal(size=shape).astype(dtype)


def trained(optimizer, weights, gradients):
    variables = [Variable(w, dtype=w.dtype) for w in weights]
    for step in gradients:
        optimizer.apply(step, variables)
    return [np.array(v) for v in [*variables, *optimizer.variables]]


@pytest.fixture
def loop(monkeypatch):
    """Adam's loop, as if it had not been asked for yet, and paid at once."""
    loop = Loop(ADAM.function, ADAM.types, pays_from=0)
    monkeypatch.setattr(Loop, "in_use", False)
    monkeypatch.setattr("layerlab.optimizers.adam.ADAM", loop)
    return loop


@pytest.fixture
def in_use(loop, monkeypatch):
    """The loop is in use from the first step on, not compiled: it is slow, and needs no numba."""
    calls = []

    def one_by_one(*arguments):
        calls.append(arguments[0].size)
        adam(*arguments)

    monkeypatch.setattr(loop, "after", lambda entries: one_by_one)
    return calls


@pytest.fixture
def numpy_alone(monkeypatch):
    """A function that returns the same without the loop."""

    def trained_by_numpy(*arguments):
        with monkeypatch.context() as patched:
            patched.setattr("layerlab.optimizers.adam.ADAM", Loop(adam, ADAM.types, pays_from=10**12))
            patched.setattr(Loop, "in_use", False)
            return trained(*arguments)

    return trained_by_numpy


WEIGHTS = [normal(3, 5), normal(400, 90), normal(7)]  # more than are kept in one array
GRADIENTS = [[normal(3, 5), normal(400, 90), normal(7)] for _ in range(3)]
MAKERS = [Adam, AdamW, lambda: Adam(0.1, beta_1=0.5, beta_2=0.9, epsilon=1e-3), lambda: Adam(clipnorm=1.0)]


@pytest.mark.parametrize("make", MAKERS)
def test_the_loop_gives_the_numbers_of_numpy(make, in_use, numpy_alone):
    found = trained(make(), WEIGHTS, GRADIENTS)
    assert in_use == [15, 36_000, 7] * 3
    for ours, expected in zip(found, numpy_alone(make(), WEIGHTS, GRADIENTS), strict=True):
        np.testing.assert_array_equal(ours, expected)


def test_compiled_the_loop_gives_them_too(loop, numpy_alone):
    pytest.importorskip("numba", reason="numba, of the extra [fast], is not installed")
    expected = numpy_alone(Adam(), WEIGHTS, GRADIENTS)
    for ours, wanted in zip(trained(Adam(), WEIGHTS, GRADIENTS), expected, strict=True):
        np.testing.assert_array_equal(ours, wanted)
    assert loop.after(0) is not None


@pytest.mark.parametrize(
    ("weight", "gradient"),
    [
        (normal(200, 200, dtype="float64"), normal(200, 200, dtype="float64")),
        (normal(200, 200), normal(200, 200).T),
        (normal(200, 200), np.broadcast_to(np.float32(0.5), (200, 200))),
    ],
    ids=["float64", "another order", "read-only"],
)
def test_what_the_loop_does_not_take_numpy_does(weight, gradient, in_use, numpy_alone):
    found = trained(Adam(), [weight], [[gradient]])
    assert in_use == []
    for ours, expected in zip(found, numpy_alone(Adam(), [weight], [[gradient]]), strict=True):
        np.testing.assert_array_equal(ours, expected)


class HalfAdam(Adam):
    """A formula of one's own."""

    def formula(self, lr, t, w, g, m, v):
        super().formula(lr / 2, t, w, g, m, v)


@pytest.mark.parametrize("make", [HalfAdam, lambda: Adam(amsgrad=True), SGD])
def test_other_formulas_are_left_to_numpy(make, in_use):
    trained(make(), WEIGHTS, GRADIENTS)
    assert in_use == []


def test_every_entry_that_is_moved_counts(loop, monkeypatch):
    asked = []
    monkeypatch.setattr(loop, "after", asked.append)  # gives None
    trained(Adam(), WEIGHTS, GRADIENTS[:2])
    assert asked == [sum(w.size for w in WEIGHTS)] * 2
