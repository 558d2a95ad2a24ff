"""Clipping against the definition, on gradients of any size."""

import math

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from layerlab.optimizers.clipping import clip_by_global_norm, clip_by_norm, clip_by_value

NUMBERS = st.floats(-1e3, 1e3, allow_subnormal=False, width=32)
GRADIENTS = st.lists(hnp.arrays("float32", hnp.array_shapes(max_dims=3, max_side=4), elements=NUMBERS), min_size=1)
LIMITS = st.floats(0.01, 100.0)


def length(*gradients):
    return math.sqrt(sum(float(x) ** 2 for gradient in gradients for x in gradient.ravel()))


def same_direction(clipped, gradients):
    for ours, given_one in zip(clipped, gradients, strict=True):
        assert ours.dtype == "float32"
        assert ours.shape == given_one.shape
        assert (np.sign(ours) * np.sign(given_one) >= 0).all()


@given(GRADIENTS, LIMITS)
def test_each_norm_is_at_most_the_limit_and_short_gradients_stay(gradients, limit):
    clipped = clip_by_norm(gradients, limit)
    same_direction(clipped, gradients)
    for ours, given_one in zip(clipped, gradients, strict=True):
        assert math.isclose(length(ours), min(length(given_one), limit), rel_tol=1e-4, abs_tol=1e-6)


@given(GRADIENTS, LIMITS)
def test_the_common_norm_is_at_most_the_limit(gradients, limit):
    clipped = clip_by_global_norm(gradients, limit)
    same_direction(clipped, gradients)
    assert math.isclose(length(*clipped), min(length(*gradients), limit), rel_tol=1e-4, abs_tol=1e-6)


@given(GRADIENTS, LIMITS)
def test_each_entry_is_at_most_the_limit(gradients, limit):
    for ours, given_one in zip(clip_by_value(gradients, limit), gradients, strict=True):
        np.testing.assert_array_equal(ours, np.minimum(np.maximum(given_one, np.float32(-limit)), np.float32(limit)))
