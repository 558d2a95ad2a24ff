"""All steps of a recurrent layer at once, against its formula step by step."""

import numpy as np
import pytest

from layerlab.autodiff import Tape, check_gradients
from layerlab.ops.recurrence import gru_states, lstm_states, simple_rnn_states

RNG = np.random.default_rng(0)


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


def simple_rnn(sums, kernel, h):
    states = []
    for part in sums:
        h = np.tanh(part + h @ kernel)
        states.append(h)
    return np.array(states)


def lstm(sums, kernel, h, c):
    states = []
    for part in sums:
        i, f, new, o = np.split(part + h @ kernel, 4, axis=1)
        c = sigmoid(f) * c + sigmoid(i) * np.tanh(new)
        h = sigmoid(o) * np.tanh(c)
        states.append((h, c))
    return np.swapaxes(states, 0, 1)


def gru(sums, kernel, h, bias=0.0):
    states = []
    for part in sums:
        x_z, x_r, x_h = np.split(part, 3, axis=1)
        h_z, h_r, h_h = np.split(h @ kernel + bias, 3, axis=1)
        z, r = sigmoid(x_z + h_z), sigmoid(x_r + h_r)
        h = z * h + (1 - z) * np.tanh(x_h + r * h_h)
        states.append(h)
    return np.array(states)


KINDS = {  # how many blocks of columns, how many states
    "simple_rnn": (simple_rnn_states, simple_rnn, 1, 1),
    "lstm": (lstm_states, lstm, 4, 2),
    "gru": (gru_states, gru, 3, 1),
    "gru with a bias": (gru_states, gru, 3, 1),
}
every_kind = pytest.mark.parametrize("kind", KINDS)
every_size = pytest.mark.parametrize(("steps", "batch", "units"), [(4, 3, 2), (1, 1, 1), (3, 1, 5), (2, 4, 1)])


def arguments(kind, steps, batch, units, dtype="float64"):
    _, _, gates, states = KINDS[kind]
    shapes = [(steps, batch, gates * units), (units, gates * units), *[(batch, units)] * states]
    shapes += [(gates * units,)] if "bias" in kind else []
    return [RNG.normal(size=shape).astype(dtype) for shape in shapes]


@every_kind
@every_size
def test_they_are_the_steps_one_after_the_other(kind, steps, batch, units):
    at_once, one_by_one, *_ = KINDS[kind]
    given = arguments(kind, steps, batch, units)
    kept = [array.copy() for array in given]
    np.testing.assert_allclose(at_once(*given), one_by_one(*given), rtol=1e-12, atol=1e-15)
    for array, before in zip(given, kept, strict=True):
        np.testing.assert_array_equal(array, before)


@every_kind
@every_size
def test_gradients_agree_with_finite_differences(kind, steps, batch, units):
    check_gradients(KINDS[kind][0], *arguments(kind, steps, batch, units))


@every_kind
def test_float32_stays_and_is_exact(kind):
    at_once, one_by_one, *_ = KINDS[kind]
    given = arguments(kind, 20, 3, 4, "float32")
    found = at_once(*given)
    assert found.dtype == np.float32
    np.testing.assert_allclose(found, one_by_one(*(array.astype("float64") for array in given)), rtol=1e-4, atol=2e-6)


@every_kind
def test_any_memory_layout(kind):
    at_once, *_ = KINDS[kind]
    given = arguments(kind, 4, 3, 5)
    odd = [np.asfortranarray(array)[::-1][::-1] for array in given]
    np.testing.assert_allclose(at_once(*odd), at_once(*given), rtol=1e-12)


@every_kind
def test_large_sums_saturate(kind):
    sums, kernel, *rest = arguments(kind, 2, 2, 2, "float32")
    states = KINDS[kind][0](sums * 1e30, kernel, *rest)  # without a warning of an overflow
    assert np.isfinite(states).all()


@every_kind
def test_the_gradient_of_one_argument_alone(kind):
    at_once, *_ = KINDS[kind]
    given = arguments(kind, 3, 2, 2)

    def gradients(positions):
        with Tape() as tape:
            watched = [tape.watch(array) if i in positions else array for i, array in enumerate(given)]
            total = np.sum(np.square(at_once(*watched)))
        return tape.gradient(total, [watched[i] for i in positions])

    together = gradients(range(len(given)))
    for position, expected in enumerate(together):
        np.testing.assert_array_equal(gradients([position])[0], expected)
