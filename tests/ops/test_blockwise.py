"""Formulas block by block, against the same formulas at once."""

import threading

import numpy as np
import pytest

from layerlab.ops import blockwise, special
from layerlab.ops.blockwise import by_number, each_block

RNG = np.random.default_rng(0)


@pytest.fixture
def small(monkeypatch):
    """Arrays of 25 numbers are large, and a block has ten."""
    monkeypatch.setattr(blockwise, "_BLOCK", 10)
    monkeypatch.setattr(blockwise, "_LARGE", 25)


def seen_by(formula):
    sizes = []

    @by_number
    def seen(*args, **options):
        sizes.append(np.size(args[0]))
        return formula(*args, **options)

    return seen, sizes


@pytest.mark.parametrize(("shape", "blocks"), [((24,), [24]), ((25,), [1, 5, 10, 10]), ((5, 2, 4), [1, *[10] * 4])])
def test_large_arrays_go_block_by_block(shape, blocks, small):
    x, y = RNG.normal(size=(2, *shape))
    seen, sizes = seen_by(lambda x, y, factor, offset=0.0: x * y * factor + offset)
    np.testing.assert_array_equal(seen(x, y, 3, offset=2.0), x * y * 3 + 2.0)
    assert sorted(sizes) == blocks


LARGE = RNG.normal(size=(6, 5))
WHOLE = {  # whose places do not belong together by their order in memory
    "columns": (LARGE.T.copy().T, 2.0),
    "one of two in columns": (LARGE, LARGE.T.copy().T),
    "broadcasting": (LARGE, LARGE[0]),
    "an array behind a number": (LARGE, 2.0, LARGE),
    "a number before": (2.0, LARGE),
    "a view that repeats": (np.broadcast_to(LARGE[0], LARGE.shape),),
}


@pytest.mark.parametrize("name", WHOLE)
def test_other_arrays_are_taken_at_once(name, small):
    seen, sizes = seen_by(lambda *args: sum(args))
    np.testing.assert_array_equal(seen(*WHOLE[name]), sum(WHOLE[name]))
    assert len(sizes) == 1


def test_an_array_among_the_options_is_taken_at_once(small):
    seen, sizes = seen_by(lambda x, y: x * y)
    np.testing.assert_array_equal(seen(LARGE, y=LARGE[0]), LARGE * LARGE[0])
    assert len(sizes) == 1


def test_results_may_have_another_type(small):
    found = by_number(lambda x: x > 0)(LARGE)
    assert found.dtype == bool
    np.testing.assert_array_equal(found, LARGE > 0)


def test_an_error_in_a_block_comes_out(small):
    with pytest.raises(ZeroDivisionError):
        by_number(lambda x: x if len(x) == 1 else 1 / 0)(LARGE)


def test_a_block_alone_stays_in_its_thread():
    seen = set()
    each_block(lambda x: seen.add(threading.current_thread()), 2, np.ones(100), shared=False)
    assert seen == {threading.current_thread()}


FORMULAS = {
    "sigmoid": (special.sigmoid, special._sigmoid_vjp, ()),
    "softplus": (special.softplus, special._softplus_vjp, ()),
    "leaky_relu": (special.leaky_relu, special._leaky_relu_vjp, (0.3,)),
    "exponential_linear": (special.exponential_linear, special._exponential_linear_vjp, (1.1, 0.5, 2.0)),
}


@pytest.mark.parametrize("name", FORMULAS)
def test_large_activations_and_their_gradients_are_those_of_small_ones(name, small):
    function, vjp, numbers = FORMULAS[name]
    x, g = RNG.normal(size=(2, 7, 9)).astype("float32") * 4
    y = function(x, *numbers)
    assert (y.shape, y.dtype) == (x.shape, x.dtype)
    np.testing.assert_array_equal(y, [function(row, *numbers) for row in x])
    expected = [vjp(*row, *numbers) for row in zip(g, y, x, strict=True)]
    np.testing.assert_array_equal(vjp(g, y, x, *numbers), expected)
