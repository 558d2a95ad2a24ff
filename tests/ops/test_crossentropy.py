"""Cross-entropies against slow loops, against each other, far out, and their gradients in both arguments."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as st_numpy

from layerlab.autodiff import check_gradients, gradient
from layerlab.ops import crossentropy as ce
from layerlab.ops import sigmoid, softmax
from layerlab.ops.ctc import ctc_loss

rng = np.random.default_rng(5)
P = rng.uniform(0.05, 0.95, size=(4, 3))
Y = rng.uniform(0.05, 0.95, size=(4, 3))
Z = rng.normal(size=(4, 3)) * 3
LABELS = np.array([0, 2, 1, 2])


def test_binary_by_a_loop():
    losses = ce.binary_crossentropy(Y, P)
    for i, y in np.ndenumerate(Y):
        assert losses[i] == pytest.approx(-(y * math.log(P[i]) + (1 - y) * math.log(1 - P[i])))


def test_categorical_by_a_loop():
    losses = ce.categorical_crossentropy(Y, P)
    for i in range(4):
        assert losses[i] == pytest.approx(-sum(Y[i, j] * math.log(P[i, j] / sum(P[i])) for j in range(3)))


def test_sparse_is_categorical_of_one_hot():
    one_hot = np.eye(3)[LABELS]
    np.testing.assert_allclose(ce.sparse_crossentropy(P, LABELS), ce.categorical_crossentropy(one_hot, P))
    np.testing.assert_allclose(
        ce.sparse_crossentropy_from_logits(Z, LABELS), ce.categorical_crossentropy_from_logits(one_hot, Z)
    )


def test_logits_are_probabilities_after_sigmoid_or_softmax():
    np.testing.assert_allclose(ce.binary_crossentropy_from_logits(Y, Z), ce.binary_crossentropy(Y, sigmoid(Z)))
    np.testing.assert_allclose(
        ce.categorical_crossentropy_from_logits(Y, Z), ce.categorical_crossentropy(Y, softmax(Z))
    )


@pytest.mark.parametrize("axis", [-1, 0, 1])
@pytest.mark.parametrize(
    ("function", "x"),
    [(ce.categorical_crossentropy, P), (ce.categorical_crossentropy_from_logits, Z)],
)
def test_categorical_gradients(function, x, axis):
    check_gradients(lambda y, x: function(y, x, axis=axis), Y, x)


@pytest.mark.parametrize(("function", "x"), [(ce.binary_crossentropy, P), (ce.binary_crossentropy_from_logits, Z)])
def test_binary_gradients(function, x):
    check_gradients(function, Y, x)


@pytest.mark.parametrize(("function", "x"), [(ce.sparse_crossentropy, P), (ce.sparse_crossentropy_from_logits, Z)])
def test_sparse_gradients(function, x):
    check_gradients(lambda x: function(x, LABELS), x)
    check_gradients(lambda x: function(x.reshape(2, 2, 3), LABELS.reshape(2, 2)), x)


@given(st_numpy.arrays(np.float32, (2, 3), elements=st.floats(-(2.0**100), 2.0**100, width=32)))
def test_logits_may_be_any_finite_numbers(z):
    labels = np.array([0, 2])
    for loss in (
        lambda z: ce.sparse_crossentropy_from_logits(z, labels),
        lambda z: ce.categorical_crossentropy_from_logits(np.eye(3, dtype="float32")[labels], z),
        lambda z: ce.binary_crossentropy_from_logits(np.eye(3, dtype="float32")[labels], z),
    ):
        assert np.all(np.isfinite(loss(z)))
        slope = gradient(lambda z, loss=loss: np.sum(loss(z)))(z)
        assert np.all(np.abs(slope) <= 1.0)


@given(st_numpy.arrays(np.float32, (2, 3), elements=st.sampled_from([0.0, 1e-30, 1e-8, 0.5, 1.0])))
def test_probabilities_may_be_zero_and_one(p):
    labels = np.array([0, 2])
    one_hot = np.eye(3, dtype="float32")[labels]
    for loss in (
        lambda p: ce.sparse_crossentropy(p, labels),
        lambda p: ce.categorical_crossentropy(one_hot, p),
        lambda p: ce.binary_crossentropy(one_hot, p),
    ):
        assert np.all(loss(p) <= 16.2)
        assert np.all(np.isfinite(gradient(lambda p, loss=loss: np.sum(loss(p)))(p)))


def test_the_gradient_at_zero_logits_is_half_minus_the_label():
    slope = gradient(lambda z: np.sum(ce.binary_crossentropy_from_logits(np.array([0.0, 1.0]), z)))(np.zeros(2))
    np.testing.assert_array_equal(slope, [0.5, -0.5])


def test_no_gradient_where_probabilities_were_clipped():
    p = np.array([[1.0, 0.0], [0.5, 0.5]])
    slope = gradient(lambda p: np.sum(ce.sparse_crossentropy(p, np.array([1, 1]))))(p)
    np.testing.assert_array_equal(slope, [[0.0, 0.0], [1.0, -1.0]])


# ------------------------------------------------------------------------------------------------------------- CTC


def collapse(path):
    """What a path of classes spells: repetitions joined, blanks (0) left out."""
    return [c for i, c in enumerate(path) if c and (i == 0 or path[i - 1] != c)]


def ctc_by_enumeration(logits, labels):
    """Minus the log of the summed probability of every path that spells the labels."""
    p = softmax(logits)
    wanted = [label for label in labels if label]
    paths = np.ndindex(*[p.shape[1]] * p.shape[0])
    fitting = (path for path in paths if collapse(path) == wanted)
    return -math.log(sum(math.prod(p[t, c] for t, c in enumerate(path)) for path in fitting))


@pytest.mark.parametrize(
    "labels", [[0, 0, 0], [1, 0, 0], [2, 1, 0], [1, 1, 0], [1, 2, 1], [2, 2, 2], [1, 2, 0]], ids=str
)
def test_ctc_sums_over_all_alignments(labels):
    logits = rng.normal(size=(1, 5, 3))
    np.testing.assert_allclose(ctc_loss(logits, np.array([labels])), [ctc_by_enumeration(logits[0], labels)])
    check_gradients(lambda z: ctc_loss(z, np.array([labels])), logits, tolerance=1e-5)


def test_ctc_treats_each_sequence_for_itself():
    logits, labels = rng.normal(size=(3, 6, 4)), np.array([[1, 2, 3], [3, 3, 0], [0, 0, 0]])
    alone = [ctc_loss(logits[i : i + 1], labels[i : i + 1])[0] for i in range(3)]
    np.testing.assert_allclose(ctc_loss(logits, labels), alone)


def test_a_sequence_that_does_not_fit_costs_a_lot_and_stays_finite():
    logits, labels = np.zeros((1, 3, 3), "float32"), np.array([[1, 1, 1]])  # needs 5 steps
    assert 9e4 < ctc_loss(logits, labels)[0] < 3e5
    assert np.all(np.isfinite(gradient(lambda z: np.sum(ctc_loss(z, labels)))(logits)))


@pytest.mark.parametrize("order", [(0, 1, 2), (2, 1, 0), (1, 2, 0), (0, 2, 1)])
def test_sparse_gradient_does_not_depend_on_how_the_logits_lie_in_memory(order):
    z = np.random.default_rng(0).normal(size=(3, 3, 3)).transpose(order)
    labels = np.array([[0, 1, 2], [2, 2, 0], [1, 0, 1]])
    slope = gradient(lambda z: np.sum(ce.sparse_crossentropy_from_logits(z, labels)))
    np.testing.assert_array_equal(slope(z), slope(np.ascontiguousarray(z)))
