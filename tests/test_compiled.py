"""Loops are left to NumPy until compiling them pays, and for good where there is no numba."""

import importlib
import sys
from types import SimpleNamespace

import numpy as np
import pytest

from layerlab.compiled import Loop


@pytest.fixture(autouse=True)
def _nothing_in_use(monkeypatch):
    monkeypatch.setattr(Loop, "in_use", False)


@pytest.fixture
def numba(monkeypatch):
    """What a numba that compiles nothing is asked for."""
    asked = []

    def njit(types, **options):
        asked.append((types, options))
        return lambda function: function

    monkeypatch.setitem(sys.modules, "numba", SimpleNamespace(njit=njit))
    return asked


def double(x):
    x *= 2


def test_nothing_is_imported_before_it_pays(monkeypatch):
    asked = []
    monkeypatch.setattr(importlib, "import_module", lambda name: asked.append(name) or sys.modules["no such"])
    loop = Loop(double, "void(f4[::1])", pays_from=100)
    assert loop.after(60) is None
    assert loop.after(39) is None
    assert asked == []
    assert loop.after(1) is None  # there is no numba
    assert loop.after(1000) is None
    assert asked == ["numba"]
    assert not Loop.in_use


def test_then_it_is_compiled_once(numba):
    loop = Loop(double, "void(f4[::1])", pays_from=100, fastmath=True)
    assert [loop.after(50), loop.after(50), loop.after(50)] == [None, double, double]
    options = {"error_model": "numpy", "nogil": True, "fastmath": True, "cache": True}
    assert numba == [("void(f4[::1])", options)]


def test_once_one_is_compiled_the_others_follow(numba):
    first, second = (Loop(double, "void(f4[::1])", pays_from=pays) for pays in (10, 10**9))
    assert second.after(1) is None
    assert first.after(10) is double
    assert second.after(1) is double


def test_where_nothing_can_be_kept_it_is_compiled_each_time(monkeypatch):
    asked = []

    def njit(types, cache=False, **options):
        asked.append(cache)
        if cache:
            raise RuntimeError("cannot cache function 'double': no locator available for file")
        return lambda function: function

    monkeypatch.setitem(sys.modules, "numba", SimpleNamespace(njit=njit))
    assert Loop(double, "void(f4[::1])", pays_from=0).after(1) is double
    assert asked == [True, False]


def test_what_numba_cannot_compile_numpy_does():
    pytest.importorskip("numba", reason="numba, of the extra [fast], is not installed")
    assert Loop(double, "void(of no type)", pays_from=0).after(1) is None


def test_compiled_it_does_the_same():
    pytest.importorskip("numba", reason="numba, of the extra [fast], is not installed")
    x = np.ones(3, "float32")
    Loop(double, "void(f4[::1])", pays_from=0).after(1)(x)
    np.testing.assert_array_equal(x, [2, 2, 2])
