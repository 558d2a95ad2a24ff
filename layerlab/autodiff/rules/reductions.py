"""VJPs of sums, means, extrema and their kin over axes."""

import numpy as np

from layerlab.autodiff.rule import defvjp


def _expand(g, x, axis, keepdims):
    """The gradient of a reduction with the reduced axes back as size 1."""
    if axis is None:
        return np.reshape(g, (1,) * np.ndim(x))
    return g if keepdims else np.expand_dims(g, axis)


def _sum(g, y, x, axis=None, *, dtype=None, keepdims=False):
    return np.broadcast_to(_expand(g, x, axis, keepdims), x.shape)


defvjp(np.sum, _sum)
