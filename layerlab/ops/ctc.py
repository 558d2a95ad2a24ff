"""Connectionist temporal classification: the probability of a label sequence, over all ways to align it in time.

The labels are laid out with a blank before, between and after them; `alpha` sums the paths that lead to a place of
this lattice, `beta` those that lead on from it. Source: Graves et al. 2006.
"""

import numpy as np

from layerlab.autodiff import primitive
from layerlab.ops.special import log_softmax

__all__ = ["ctc_loss"]

# The log-probability of what cannot happen: a sequence that does not fit costs this much instead of infinity.
IMPOSSIBLE = -1e5


@primitive
def ctc_loss(logits, labels):
    """Minus the log-probability of each label sequence.

    Args:
        logits: shape (batch, steps, classes); class 0 is the blank.
        labels: integers of shape (batch, length), filled up with 0 at the end.

    Returns:
        Losses of shape (batch,).

    >>> ctc_loss(np.zeros((1, 2, 3)), np.array([[1, 0]])).round(4)  # 3 of 9 equal paths read "1": 11, 01, 10
    array([1.0986])
    """
    log_p, _, skip = _lattice(logits, labels)
    return -_log_likelihood(_alpha(log_p, skip), labels)


@ctc_loss.defvjp
def _ctc_vjp(g, loss, logits, labels):
    log_p, places, skip = _lattice(logits, labels)
    # The probability of being at each place at each time, given the labels: (steps, batch, places)
    visits = np.exp(_alpha(log_p, skip) + _beta(log_p, skip, labels) + loss[:, None])
    is_class = (places[..., None] == np.arange(logits.shape[-1])).astype(logits.dtype)
    return g[:, None, None] * (np.exp(log_softmax(logits)) - np.einsum("tbs,bsk->btk", visits, is_class))


def _lattice(logits, labels):
    """Log-probabilities (steps, batch, places), the class at each place, and the cost of a jump over a blank to it."""
    places = np.zeros((len(labels), 2 * labels.shape[1] + 1), labels.dtype)
    places[:, 1::2] = labels
    skip = np.full(places.shape, IMPOSSIBLE, logits.dtype)
    skip[:, 3::2] = np.where(labels[:, 1:] != labels[:, :-1], 0.0, IMPOSSIBLE)  # equal labels need the blank between
    log_p = np.take_along_axis(log_softmax(logits), places[:, None, :], axis=2)
    return log_p.transpose(1, 0, 2), places, skip


def _shifted(x, by):
    """Log-probabilities moved by so many places to the right (negative: to the left); what moves in is impossible."""
    moved = np.full_like(x, -np.inf)
    if by > 0:
        moved[..., by:] = x[..., :-by]
    else:
        moved[..., :by] = x[..., -by:]
    return moved


def _alpha(log_p, skip):
    alpha = np.full_like(log_p, IMPOSSIBLE)
    alpha[0, :, :2] = 0.0  # a path starts with the first blank or the first label
    alpha[0] += log_p[0]
    for t in range(1, len(log_p)):
        stay, step, jump = alpha[t - 1], _shifted(alpha[t - 1], 1), _shifted(alpha[t - 1], 2)
        alpha[t] = np.logaddexp(np.logaddexp(stay, step), jump + skip) + log_p[t]
    return alpha


def _beta(log_p, skip, labels):
    beta = np.full_like(log_p, -np.inf)
    last = 2 * np.count_nonzero(labels, axis=1)[:, None] - np.arange(log_p.shape[2])
    beta[-1][(last == 0) | (last == 1)] = 0.0  # a path ends with the last label or the blank after it
    for t in range(len(log_p) - 2, -1, -1):
        ahead = beta[t + 1] + log_p[t + 1]
        step, jump = _shifted(ahead, -1), _shifted(ahead + skip, -2)
        beta[t] = np.logaddexp(np.logaddexp(ahead, step), jump)
    return beta


def _log_likelihood(alpha, labels):
    last = 2 * np.count_nonzero(labels, axis=1)[:, None]
    at_blank = np.take_along_axis(alpha[-1], last, axis=1)[:, 0]
    at_label = np.take_along_axis(alpha[-1], np.maximum(last - 1, 0), axis=1)[:, 0]
    return np.where(last[:, 0] > 0, np.logaddexp(at_blank, at_label), at_blank)
