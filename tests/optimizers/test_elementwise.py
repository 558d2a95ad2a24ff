"""Blocks: every entry of every weight is changed once, whatever the sizes, layouts and dtypes."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from layerlab.optimizers.elementwise import Elementwise, power, run_in_blocks
from layerlab.variables import Variable

SHAPES = hnp.array_shapes(min_dims=0, max_dims=3, min_side=0, max_side=9)


def rule(w, g, m):
    """An update whose order of writing would show, were an entry seen twice or not at all."""
    m *= 2
    m += g
    w -= m


@given(
    shapes=st.lists(SHAPES, max_size=6),
    dtypes=st.lists(st.sampled_from(["float32", "float64"]), min_size=6, max_size=6),
    orders=st.lists(st.sampled_from("CF"), min_size=6, max_size=6),
    block=st.integers(1, 60),
)
def test_blocks_of_any_size_give_what_the_whole_gives(shapes, dtypes, orders, block):
    rng = np.random.default_rng(0)
    weights, expected = [], []
    for shape, dtype, order in zip(shapes, dtypes, orders, strict=False):
        w, g, m = (np.array(rng.integers(-9, 9, size=shape), dtype=dtype, order=order) for _ in range(3))
        weights.append((w, g, m))
        expected.append((w - (2 * m + g), g.copy(), 2 * m + g))
    run_in_blocks(rule, weights, block)
    for ours, wanted in zip(weights, expected, strict=True):
        for array, target in zip(ours, wanted, strict=True):
            np.testing.assert_array_equal(array, target)
            assert array.dtype == ours[0].dtype


def test_formulas_see_flat_arrays_of_about_a_block():
    sizes = []
    weights = [(np.zeros((5, 5)), np.zeros((5, 5))), *((np.zeros(2), np.zeros(2)) for _ in range(5))]
    run_in_blocks(lambda w, g: sizes.append(w.shape), weights, block=8)
    assert sizes == [(8,), (8,), (8,), (1,), (8,), (2,)]


def test_powers_round_as_the_weights_do():
    assert power(0.999, 1, np.zeros(1, "float32")) == float(np.float32(0.999))
    assert power(0.999, 3, np.zeros(1)) == 0.999**3


class Signs(Elementwise):
    """The shortest rule of one's own."""

    def slots(self):
        return [{"count": 1.0}]

    def formula(self, lr, t, w, g, count):
        count += t
        w -= lr * np.sign(g)


@pytest.mark.parametrize("shape", [(3,), (300, 150)])
def test_a_formula_of_ones_own(shape):
    optimizer, w = Signs(learning_rate=0.5), Variable(np.ones(shape, "float32"))
    for _ in range(2):
        optimizer.apply([np.full(shape, -7.0)], [w])
    np.testing.assert_array_equal(w.value, np.full(shape, 2.0))
    np.testing.assert_array_equal(optimizer.variables[2].value, np.full(shape, 4.0))
