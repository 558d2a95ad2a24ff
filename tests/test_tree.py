"""Nested structures: taken apart and put together again, in Keras's order."""

import gc
import weakref

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from layerlab import tree

LEAVES = st.integers() | st.text(max_size=2) | st.none()
STRUCTURES = st.recursive(
    LEAVES,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.lists(inner, max_size=3).map(tuple)
        | st.dictionaries(st.text(max_size=2), inner, max_size=3)
    ),
    max_leaves=8,
)


@given(STRUCTURES)
def test_packing_undoes_flattening(structure):
    assert tree.pack_sequence_as(structure, tree.flatten(structure)) == structure


def test_packing_keeps_no_leaf():
    leaf = np.ones(3)
    gone = weakref.ref(leaf)
    gc.disable()  # it would find a cycle, some time later
    try:
        tree.pack_sequence_as({"a": 0}, [leaf])
        del leaf
        assert gone() is None
    finally:
        gc.enable()


@given(STRUCTURES)
def test_mapping_is_flattening_mapping_packing(structure):
    mapped = tree.map_structure(lambda leaf: [leaf], structure)
    leaves = tree.flatten(structure)
    assert mapped == tree.pack_sequence_as(structure, [[leaf] for leaf in leaves])


def test_dictionaries_are_walked_in_the_order_of_their_keys():
    assert tree.flatten({"b": 1, "a": [2, (3,)]}) == [2, 3, 1]


@pytest.mark.parametrize(("structure", "nested"), [([], True), ((), True), ({}, True), ("ab", False), (None, False)])
def test_is_nested(structure, nested):
    assert tree.is_nested(structure) is nested
