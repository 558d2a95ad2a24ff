"""The loop that numba compiles gives what NumPy's passes give, to the last bit, and is left alone until it pays."""

import importlib
import sys
from types import SimpleNamespace

import numpy as np
import pytest

from layerlab.optimizers import SGD, Adam, AdamW, compiled
from layerlab.variables import Variable

RNG = np.random.default_rng(0)


def normal(*shape, dtype="float32"):
    return RNG.normal(size=shape).astype(dtype)


def trained(optimizer, weights, gradients):
    variables = [Variable(w, dtype=w.dtype) for w in weights]
    for step in gradients:
        optimizer.apply(step, variables)
    return [np.array(v) for v in [*variables, *optimizer.variables]]


@pytest.fixture
def forget():
    compile_once = compiled._compiled
    compile_once.cache_clear()
    yield
    compile_once.cache_clear()


@pytest.fixture
def in_use(monkeypatch):
    """The loop is in use from the first step on, not compiled: it is slow, and needs no numba."""
    calls = []

    def loop(*arguments):
        calls.append(arguments[0].size)
        compiled.adam(*arguments)

    monkeypatch.setattr(compiled, "_PAYS_FROM", 0)
    monkeypatch.setattr(compiled, "_compiled", lambda: loop)
    return calls


WEIGHTS = [normal(3, 5), normal(400, 90), normal(7)]  # more than are kept in one array
GRADIENTS = [[normal(3, 5), normal(400, 90), normal(7)] for _ in range(3)]
MAKERS = [Adam, AdamW, lambda: Adam(0.1, beta_1=0.5, beta_2=0.9, epsilon=1e-3), lambda: Adam(clipnorm=1.0)]


@pytest.mark.parametrize("make", MAKERS)
def test_the_loop_gives_the_numbers_of_numpy(make, in_use, monkeypatch):
    found = trained(make(), WEIGHTS, GRADIENTS)
    assert in_use == [15, 36_000, 7] * 3
    monkeypatch.setattr(compiled, "_compiled", lambda: None)
    for ours, expected in zip(found, trained(make(), WEIGHTS, GRADIENTS), strict=True):
        np.testing.assert_array_equal(ours, expected)


def test_compiled_the_loop_gives_them_too(monkeypatch, forget):
    pytest.importorskip("numba", reason="numba, of the extra [fast], is not installed")
    expected = trained(Adam(), WEIGHTS, GRADIENTS)
    monkeypatch.setattr(compiled, "_PAYS_FROM", 0)
    for ours, wanted in zip(trained(Adam(), WEIGHTS, GRADIENTS), expected, strict=True):
        np.testing.assert_array_equal(ours, wanted)
    assert compiled._compiled() is not None


def test_where_nothing_can_be_kept_it_is_compiled_each_time(monkeypatch, forget):
    asked = []

    def njit(types, cache=False, **options):
        asked.append(cache)
        if cache:
            raise RuntimeError("cannot cache function 'adam': no locator available for file")
        return lambda function: function

    monkeypatch.setitem(sys.modules, "numba", SimpleNamespace(njit=njit))
    assert compiled._compiled() is compiled.adam
    assert asked == [True, False]


@pytest.mark.parametrize(
    ("weight", "gradient"),
    [
        (normal(200, 200, dtype="float64"), normal(200, 200, dtype="float64")),
        (normal(200, 200), normal(200, 200).T),
        (normal(200, 200), np.broadcast_to(np.float32(0.5), (200, 200))),
    ],
    ids=["float64", "another order", "read-only"],
)
def test_what_the_loop_does_not_take_numpy_does(weight, gradient, in_use, monkeypatch):
    found = trained(Adam(), [weight], [[gradient]])
    assert in_use == []
    monkeypatch.setattr(compiled, "_compiled", lambda: None)
    for ours, expected in zip(found, trained(Adam(), [weight], [[gradient]]), strict=True):
        np.testing.assert_array_equal(ours, expected)


class HalfAdam(Adam):
    """A formula of one's own."""

    def formula(self, lr, t, w, g, m, v):
        super().formula(lr / 2, t, w, g, m, v)


@pytest.mark.parametrize("make", [HalfAdam, lambda: Adam(amsgrad=True), SGD])
def test_other_formulas_are_left_to_numpy(make, in_use):
    trained(make(), WEIGHTS, GRADIENTS)
    assert in_use == []


def test_nothing_is_imported_before_it_pays(monkeypatch, forget):
    asked = []
    monkeypatch.setattr(importlib, "import_module", lambda name: asked.append(name) or sys.modules["no such"])
    weights = sum(w.size for w in WEIGHTS)
    monkeypatch.setattr(compiled, "_PAYS_FROM", 3 * weights)
    trained(Adam(), WEIGHTS, GRADIENTS[:2])
    assert asked == []
    trained(Adam(), WEIGHTS, GRADIENTS * 2)  # without numba it goes on as before
    assert asked == ["numba"]
