"""Every row of the table of tricky calls does what the table says."""

import ast
import copy
import io
import math
import pickle

import numpy as np
import pytest

from layerlab.autodiff import Tape, TracedArray, primitive, stop_gradient
from layerlab.variables import Variable
from tests.autodiff import tricky


def run(code, names):
    """Run statements; the value of the last one if it is an expression."""
    *body, last = ast.parse(code).body
    exec(compile(ast.Module(body, []), "<row>", "exec"), names)
    if isinstance(last, ast.Expr):
        return eval(compile(ast.Expression(last.value), "<row>", "eval"), names)
    return exec(compile(ast.Module([last], []), "<row>", "exec"), names)


@pytest.fixture
def recording():
    """A tape that records, and the names that the rows use."""
    unruly = primitive(lambda x: x)
    unruly.__name__ = "unruly"
    with Tape() as tape:
        yield {
            "np": np, "math": math, "copy": copy, "io": io, "pickle": pickle, "tape": tape, "unruly": unruly,
            "x": tape.watch(np.array([1.0, -2.0, 3.0])), "s": tape.watch(2.0), "a": np.array([10.0, 20.0, 30.0]),
            "v": Variable([1.0, 2.0, 3.0], dtype="float64"),
            "frozen": Variable([1.0, 2.0, 3.0], dtype="float64", trainable=False),
            "held": np.empty(2, object), "stop_gradient": stop_gradient,
        }  # fmt: skip


@pytest.mark.parametrize("row", tricky.ROWS, ids=lambda row: row.code)
def test_tricky_call(row, recording):
    names = dict(recording)
    if row.error:
        with pytest.raises(row.error) as caught:
            run(row.code, names)
        assert row.says in str(caught.value)
        return
    result = run(row.code, names)
    if row.plain is not None:
        assert not isinstance(result, TracedArray)
        np.testing.assert_array_equal(result, row.plain)
        return
    source = recording[row.of]
    found = recording["tape"].gradient(np.sum(result), source)
    assert found.dtype == source.dtype
    np.testing.assert_allclose(found, row.gradient, rtol=1e-6)


def test_an_element_written_into_a_plain_array_tells_the_remedy_as_its_cause(recording):
    with pytest.raises(ValueError, match="sequence") as caught:
        recording["a"][0] = recording["s"]
    assert "stop_gradient" in str(caught.value.__cause__)


def test_the_table_is_long_and_without_repetition():
    codes = [row.code for row in tricky.ROWS]
    assert len(codes) >= 80
    assert len(set(codes)) == len(codes)


def test_the_readme_shows_the_table():
    assert tricky.shown().strip() == tricky.as_markdown().strip(), "run python -m tests.autodiff.tricky"
