"""Every gradient rule against finite differences, and its result against NumPy's own."""

import numpy as np
import pytest

from layerlab.autodiff import Tape, check_gradients
from layerlab.autodiff.arraylike import map_nested
from layerlab.autodiff.rule import COMPOSITES, RULES
from tests.autodiff.rule_cases import CALLS, Array


def sample(call, dtype=np.float64):
    """The arrays of a row to differentiate by, and its function of them."""
    specs: list[Array] = []
    map_nested(lambda leaf: specs.append(leaf) if isinstance(leaf, Array) else None, flat(call))
    rng = np.random.default_rng(call.seed)
    arrays = [spec.sample(rng).astype(dtype) for spec in specs]

    def function(*arrays):
        rest = iter(arrays)
        args = [fill(x, rest) for x in call.args]  # before the keywords
        return call.function(*args, **{key: fill(x, rest) for key, x in call.kwargs.items()})

    return function, arrays


def flat(call):
    return [*call.args, *call.kwargs.values()]


def fill(x, rest):
    if isinstance(x, Array):
        return next(rest)
    return type(x)(fill(item, rest) for item in x) if isinstance(x, list | tuple) else x


def joined(result):
    """All of a result as one vector: some functions give several arrays."""
    return np.concatenate([np.ravel(part) for part in result]) if isinstance(result, list | tuple) else result


@pytest.mark.parametrize("call", CALLS, ids=repr)
def test_gradient_is_that_of_finite_differences(call):
    function, arrays = sample(call)
    check_gradients(lambda *xs: joined(function(*xs)), *arrays, tolerance=2e-5)


@pytest.mark.parametrize("call", CALLS, ids=repr)
def test_value_and_types_are_those_of_numpy(call):
    function, arrays = sample(call, np.float32)
    expected = joined(function(*arrays))
    with Tape() as tape:
        traced = [tape.watch(array) for array in arrays]
        result = joined(function(*traced))
    np.testing.assert_allclose(np.asarray(result), expected, rtol=1e-4, atol=1e-5)
    assert result.dtype == expected.dtype
    if isinstance(result, np.ndarray):
        return  # a constant
    gradients = tape.gradient(result, traced, output_gradients=np.ones(result.shape))
    assert [(g.shape, g.dtype) for g in gradients] == [(x.shape, x.dtype) for x in arrays]


def test_every_row_differentiates_something():
    assert [call for call in CALLS if not sample(call)[1]] == []


def test_every_rule_has_a_row():
    with_row = {call.function for call in CALLS} | CHECKED_ELSEWHERE
    ours = [f for f in (*RULES, *COMPOSITES) if isinstance(f, np.ufunc) or f.__module__.startswith(OURS)]
    assert sorted(f.__name__ for f in ours if f not in with_row) == []


CHECKED_ELSEWHERE = {np.linalg.cholesky}
OURS = ("numpy", "layerlab.autodiff")


@pytest.mark.parametrize("upper", [False, True])
def test_cholesky_of_a_symmetric_matrix(upper):
    a = np.random.default_rng(0).standard_normal((2, 3, 3))
    check_gradients(lambda a: np.linalg.cholesky(a @ a.mT + np.eye(3), upper=upper), a)
