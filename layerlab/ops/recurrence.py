"""All steps of a recurrent layer at once, with backpropagation through time beside them.

A tape that records each step holds a dozen small arrays of it, and adds up the gradient of the weights step by step.
Here the gates of all steps are one array, and so are the slopes that the chain rule multiplies: what remains in a loop
is what a step needs of the step beside it, and the weights' gradient is one product of long matrices.

Throughout, `sums` are what the inputs of all steps add up to, (steps, batch, gates * units); `kernel` is that of the
states, (units, gates * units); h and c are states before the first step, (batch, units).

Source: P. Werbos, "Backpropagation Through Time: What It Does and How to Do It" (1990).
"""

import numpy as np

from layerlab.autodiff import primitive
from layerlab.autodiff.product import matmul
from layerlab.autodiff.rule import defvjp_joint

__all__ = ["gru_states", "lstm_states", "simple_rnn_states"]


def _half_and_offset(sigmoids, units: int, dtype):
    """(a, b) such that a · tanh(a · x) + b is σ(x) for some gates, and tanh(x) for the others: one call for all."""
    is_sigmoid = np.repeat(np.array(sigmoids), units)
    return np.where(is_sigmoid, 0.5, 1.0).astype(dtype), np.where(is_sigmoid, 0.5, 0.0).astype(dtype)


def _squash(gates, half, offset) -> None:
    gates *= half
    np.tanh(gates, out=gates)
    gates *= half
    gates += offset


def _before(first, states):
    """The state before each step."""
    return np.concatenate([first[None], states[:-1]])


def _by_kernel(before, by_sums):
    """The gradient by the kernel of the states before each step, from that by the sums that they take part in."""
    return matmul(before.reshape(-1, before.shape[-1]).T, by_sums.reshape(-1, by_sums.shape[-1]))


# --- SimpleRNN ------------------------------------------------------------------------------------------------------


@primitive
def simple_rnn_states(sums, kernel, h):
    """The state after each step, (steps, batch, units): h' = tanh(sums + h @ kernel).

    >>> simple_rnn_states(np.zeros((2, 1, 1)), np.ones((1, 1)), np.ones((1, 1))).ravel().round(3)
    array([0.762, 0.642])
    """
    states = np.empty(sums.shape, np.result_type(sums, kernel, h))
    for t, state in enumerate(states):
        np.matmul(h, kernel, out=state)
        state += sums[t]
        h = np.tanh(state, out=state)
    return states


def _simple_rnn_shares(wanted, g, states, sums, kernel, h):
    by_sums, dh = 1 - states * states, np.zeros_like(g[0])
    for t in reversed(range(len(states))):
        dh += g[t]
        by_sums[t] *= dh
        np.matmul(by_sums[t], kernel.T, out=dh)
    shares = {0: by_sums, 1: _by_kernel(_before(h, states), by_sums) if 1 in wanted else None, 2: dh}
    return [shares[position] for position in wanted]


defvjp_joint(simple_rnn_states, _simple_rnn_shares)


# --- LSTM -----------------------------------------------------------------------------------------------------------


@primitive
def lstm_states(sums, kernel, h, c):
    """The states h and c after each step, (2, steps, batch, units): c' = f · c + i · new, h' = o · tanh(c').

    i, f, o = σ(sums + h @ kernel) and new = tanh(sums + h @ kernel), of their columns, in the order i, f, new, o.

    >>> h, c = lstm_states(np.zeros((2, 1, 4)), np.zeros((1, 4)), np.zeros((1, 1)), np.ones((1, 1)))
    >>> c.ravel()
    array([0.5 , 0.25])
    """
    return _lstm(sums, kernel, h, c)[0]


@lstm_states.keeping
def _lstm(sums, kernel, h, c):
    """The states, and for the way back i, f, new and o of all steps beside them: (steps, batch, 4, units)."""
    dtype, (steps, batch, columns), units = np.result_type(sums, kernel, h, c), sums.shape, len(kernel)
    states, gates = np.empty((2, steps, batch, units), dtype), np.empty((steps, batch, 4, units), dtype)
    half, offset = _half_and_offset([True, True, False, True], units, dtype)
    for t in range(steps):
        four = gates[t].reshape(batch, columns)
        np.matmul(h, kernel, out=four)
        four += sums[t]
        _squash(four, half, offset)
        i, f, new, o = (gates[t, :, gate] for gate in range(4))
        c = np.multiply(f, c, out=states[1, t])
        c += i * new
        h = np.tanh(c, out=states[0, t])
        h *= o
    return states, (states, gates)


def _lstm_shares(wanted, g, kept, sums, kernel, h, c):
    states, gates = kept
    shown = np.tanh(states[1])
    by_sums, by_c = _lstm_slopes(gates, _before(c, states[1]), shown), gates[:, :, 3] * (1 - shown * shown)
    dh, dc = np.zeros_like(g[0, 0]), np.zeros_like(g[1, 0])
    for t in reversed(range(len(sums))):
        dh += g[0, t]
        dc += g[1, t]
        dc += dh * by_c[t]
        by_sums[t, :, :3] *= dc[:, None]
        by_sums[t, :, 3] *= dh
        dc *= gates[t, :, 1]
        np.matmul(by_sums[t].reshape(len(dh), -1), kernel.T, out=dh)
    by_sums = by_sums.reshape(sums.shape)
    shares = {0: by_sums, 1: _by_kernel(_before(h, states[0]), by_sums) if 1 in wanted else None, 2: dh, 3: dc}
    return [shares[position] for position in wanted]


def _lstm_slopes(gates, c, shown):
    """How c' changes with the sums of i, f and new, and h' with that of o: (steps, batch, 4, units)."""
    slopes = gates * gates
    np.subtract(gates, slopes, out=slopes)  # σ' = σ - σ²
    slopes[:, :, 2] += 1 - gates[:, :, 2]  # tanh' = 1 - tanh²
    slopes[:, :, ::2] *= gates[:, :, 2::-2]  # of i the factor is new, and of new i
    slopes[:, :, 1] *= c
    slopes[:, :, 3] *= shown
    return slopes


defvjp_joint(lstm_states, _lstm_shares)


# --- GRU ------------------------------------------------------------------------------------------------------------


@primitive
def gru_states(sums, kernel, h, bias=None):
    """The state after each step, (steps, batch, units): h' = z · h + (1 - z) · candidate.

    z, r = σ(sums + H) and candidate = tanh(sums + r · H) with H = h @ kernel + bias, of their columns, in the order
    z, r, candidate.

    >>> gru_states(np.zeros((2, 1, 3)), np.zeros((1, 3)), np.ones((1, 1))).ravel()
    array([0.5 , 0.25])
    """
    return _gru(sums, kernel, h, bias)[0]


@gru_states.keeping
def _gru(sums, kernel, h, bias=None):
    """The states, and for the way back H of the candidate, z, r and the candidate: (steps, batch, 4, units)."""
    dtype, (steps, batch, _), units = np.result_type(sums, kernel, h), sums.shape, len(kernel)
    states, gates = np.empty((steps, batch, units), dtype), np.empty((steps, batch, 4, units), dtype)
    turned, offset = _last_first(kernel, units), None if bias is None else _last_first(bias, units)
    for t in range(steps):
        four = gates[t].reshape(batch, 4 * units)
        state, two = four[:, : 3 * units], four[:, units : 3 * units]
        np.matmul(h, turned, out=state)
        if offset is not None:
            state += offset
        two += sums[t, :, : 2 * units]
        _squash(two, 0.5, 0.5)
        of_state, z, r, candidate = (gates[t, :, gate] for gate in range(4))
        np.multiply(r, of_state, out=candidate)
        candidate += sums[t, :, 2 * units :]
        np.tanh(candidate, out=candidate)
        h = np.subtract(h, candidate, out=states[t])
        h *= z
        h += candidate
    return states, (states, gates)


def _gru_shares(wanted, g, kept, sums, kernel, h, bias=None):
    states, gates = kept
    units, before = len(kernel), _before(h, states)
    by_sums, dh = _gru_slopes(gates, before), np.zeros_like(g[0])
    turned = _last_first(kernel, units).T
    for t in reversed(range(len(states))):
        dh += g[t]
        by_sums[t] *= dh[:, None]
        dh *= gates[t, :, 1]
        dh += by_sums[t].reshape(len(dh), -1)[:, : 3 * units] @ turned
    shares = {0: by_sums[:, :, 1:].reshape(sums.shape), 2: dh}
    if {1, 3} & {*wanted}:
        by_states = by_sums[:, :, :3].reshape(sums.shape)
        shares[1] = _first_last(_by_kernel(before, by_states), units)
        shares[3] = _first_last(by_states.sum(axis=(0, 1)), units)
    return [shares[position] for position in wanted]


def _gru_slopes(gates, h):
    """How h' changes with H of the candidate, and with the sums of z, r and the candidate: (steps, batch, 4, units)."""
    of_state, z, r, candidate = np.moveaxis(gates, 2, 0)
    slopes = gates - gates * gates  # σ' = σ - σ²
    slopes[:, :, 1] *= h - candidate
    slopes[:, :, 3] = (1 - z) * (1 - candidate * candidate)
    slopes[:, :, 2] *= slopes[:, :, 3] * of_state
    np.multiply(slopes[:, :, 3], r, out=slopes[:, :, 0])
    return slopes


def _last_first(columns, units: int):
    """The columns z, r, candidate in the order candidate, z, r."""
    return np.roll(columns, units, axis=-1)


def _first_last(columns, units: int):
    return np.roll(columns, -units, axis=-1)


defvjp_joint(gru_states, _gru_shares)
