"""Masks: they stay with the object they were given to, and with nothing else."""

import gc

import numpy as np
import pytest

from layerlab import masking
from layerlab.masking import get_mask, set_mask


class Traced:
    """Stands for anything that takes attributes."""


@pytest.fixture(params=[lambda: np.ones((2, 3)), Traced], ids=["ndarray", "object"])
def x(request):
    return request.param()


def test_an_object_without_a_mask_has_none(x):
    assert get_mask(x) is None


def test_the_mask_comes_back_as_it_was_set(x):
    mask = np.array([True, False])
    set_mask(x, mask)
    assert get_mask(x) is mask


def test_a_later_mask_replaces_the_first(x):
    set_mask(x, "first")
    set_mask(x, "second")
    assert get_mask(x) == "second"


def test_none_takes_the_mask_away(x):
    set_mask(x, "mask")
    set_mask(x, None)
    set_mask(x, None)  # nothing to take away: no error
    assert get_mask(x) is None


def test_copies_views_and_results_carry_no_mask():
    x = np.ones((2, 3))
    set_mask(x, "mask")
    assert [get_mask(y) for y in (x.copy(), x[:], x + 1)] == [None] * 3


def test_the_table_forgets_collected_arrays():
    before = len(masking._masks)
    arrays = [np.ones(3) for _ in range(50)]
    for x in arrays:
        set_mask(x, "mask")
    assert len(masking._masks) == before + 50
    del arrays, x
    gc.collect()
    assert len(masking._masks) == before


def test_a_new_array_at_an_old_address_has_no_mask():
    for _ in range(100):
        x = np.ones(3)
        assert get_mask(x) is None
        set_mask(x, "mask")
        del x


@pytest.mark.parametrize("value", [1.5, [1, 2]])
def test_what_cannot_carry_a_mask_is_refused(value):
    with pytest.raises(TypeError, match="weak reference"):
        set_mask(value, "mask")
