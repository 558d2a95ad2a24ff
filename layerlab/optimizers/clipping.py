"""Keeping gradients short: by the norm of each, by their common norm, or entry by entry.

A length that is not finite gives NaN by the common norm, so that the trouble shows instead of a silent stop.
"""

import math

import numpy as np

__all__ = ["clip_by_global_norm", "clip_by_norm", "clip_by_value"]


def _squared_norm(gradient: np.ndarray) -> float:
    return float(np.vdot(gradient, gradient))


def clip_by_norm(gradients, limit: float) -> list[np.ndarray]:
    """Each gradient, scaled down to a Euclidean norm of `limit` if it is longer.

    >>> clip_by_norm([np.array([3.0, 4.0]), np.array([0.3])], limit=1.0)
    [array([0.6, 0.8]), array([0.3])]
    """
    return [gradient * (limit / max(math.sqrt(_squared_norm(gradient)), limit)) for gradient in gradients]


def clip_by_global_norm(gradients, limit: float) -> list[np.ndarray]:
    """All gradients by one factor, so that their common norm is at most `limit`.

    >>> clip_by_global_norm([np.array([3.0]), np.array([4.0])], limit=1.0)
    [array([0.6]), array([0.8])]
    """
    norm = math.sqrt(sum(map(_squared_norm, gradients)))
    scale = limit / max(norm, limit) if math.isfinite(norm) else math.nan
    return [gradient * scale for gradient in gradients]


def clip_by_value(gradients, limit: float) -> list[np.ndarray]:
    """Every entry cut to [-limit, limit].

    >>> clip_by_value([np.array([-3.0, 0.5])], limit=1.0)
    [array([-1. ,  0.5])]
    """
    return [np.clip(gradient, -limit, limit) for gradient in gradients]
