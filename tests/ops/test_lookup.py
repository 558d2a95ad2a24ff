"""Rows of a table: the same as indexing, with a gradient that adds up where a row is shown more than once."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as st_numpy

from layerlab.autodiff import Tape, check_gradients
from layerlab.ops import lookup as module
from layerlab.ops.lookup import lookup

TABLE = np.arange(12.0).reshape(6, 2)
IDS = st_numpy.arrays(np.int64, st_numpy.array_shapes(min_dims=0, min_side=0), elements=st.integers(0, 5))


@given(IDS)
def test_lookup_is_indexing(ids):
    np.testing.assert_array_equal(lookup(TABLE, ids), TABLE[ids])


@given(IDS)
def test_the_gradient_adds_up_over_all_places_of_a_row(ids):
    g = np.random.default_rng(0).normal(size=(*ids.shape, 2))
    with Tape() as tape:
        table = tape.watch(TABLE)
        loss = np.sum(lookup(table, ids) * g)
    expected = np.zeros_like(TABLE)
    for place in np.ndindex(ids.shape):
        expected[ids[place]] += g[place]
    np.testing.assert_allclose(tape.gradient(loss, table), expected, atol=1e-12)


@pytest.mark.parametrize("ids", [[0, 1, 2], [3, 3, 3], [5, 0, 5, 1], [[2]], 4])
def test_the_gradient_agrees_with_differences(ids):
    check_gradients(lambda table: lookup(table, np.array(ids)) ** 2, TABLE)


def test_the_gradient_keeps_the_type_of_the_table():
    with Tape() as tape:
        table = tape.watch(TABLE.astype("float32"))
        loss = np.sum(lookup(table, np.array([1, 1, 2])))
    assert tape.gradient(loss, table).dtype == "float32"


@pytest.mark.parametrize("id_", [6, -1])
def test_an_id_that_no_row_has_is_refused(id_):
    with pytest.raises(IndexError, match=f"A table of 6 rows has the ids 0 to 5. Received: id {id_} at position"):
        lookup(TABLE, np.array([[1, id_]]))


@pytest.mark.parametrize("rows", [1, 3, 300, 70_000])
@pytest.mark.parametrize("has_scipy", [False, True])
def test_rows_that_are_shown_often(rows, has_scipy, monkeypatch):
    sparse = pytest.importorskip("scipy.sparse") if has_scipy else None
    monkeypatch.setattr(module, "_scipy_sparse", lambda: sparse)
    rng = np.random.default_rng(0)
    ids = np.where(rng.random(2000) < 0.3, 0, rng.integers(0, rows, 2000))
    table, g = np.zeros((rows, 2)), rng.normal(size=(2000, 2))
    with Tape() as tape:
        watched = tape.watch(table)
        loss = np.sum(lookup(watched, ids) * g)
    expected = np.zeros_like(table)
    np.add.at(expected, ids, g)
    np.testing.assert_allclose(tape.gradient(loss, watched), expected, atol=1e-12)


@pytest.mark.parametrize("often", [1, 31, 32, 33, 200])
@pytest.mark.parametrize("width", [(), (3,), (2, 3)])
def test_rows_that_are_shown_about_as_often_as_there_are_rounds(often, width, monkeypatch):
    monkeypatch.setattr(module, "_scipy_sparse", lambda: None)
    rng = np.random.default_rng(0)
    ids = rng.permutation(np.concatenate([np.repeat([1, 4], often), [0, 0, 5]]))
    table, g = np.zeros((6, *width)), rng.normal(size=(len(ids), *width))
    expected = np.zeros_like(table)
    np.add.at(expected, ids, g)
    np.testing.assert_allclose(module._lookup_vjp(g, None, table, ids), expected, atol=1e-12)


@pytest.mark.parametrize("shape", [(4,), (3, 4), (2, 3, 4), (3, 1), (0, 4), (3, 0)])
@pytest.mark.parametrize("has_scipy", [False, True])
def test_a_gradient_that_is_the_same_at_all_places_is_not_copied_to_them(shape, has_scipy, monkeypatch):
    sparse = pytest.importorskip("scipy.sparse") if has_scipy else None
    monkeypatch.setattr(module, "_scipy_sparse", lambda: sparse)
    rng = np.random.default_rng(0)
    ids, g = rng.integers(0, 6, shape), rng.normal(size=(*shape[:-1], 1, 2))
    spread = np.broadcast_to(g, (*shape, 2))
    found = module._lookup_vjp(spread, None, TABLE, ids)
    np.testing.assert_allclose(found, module._lookup_vjp(spread.copy(), None, TABLE, ids), atol=1e-12)
    expected = np.zeros_like(TABLE)
    np.add.at(expected, ids, spread)
    np.testing.assert_allclose(found, expected, atol=1e-12)
