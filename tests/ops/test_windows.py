"""Windows over arrays: where they lie, what their taps see, and how a batch is cut."""

from itertools import chain

import numpy as np
import pytest
from hypothesis import given

from layerlab.ops import windows as windows_module
from layerlab.ops.windows import Windows, blocks_of, placed
from tests.ops import loops
from tests.ops.spatial_cases import geometries


def windows_of(case):
    return Windows.over(case.spatial, case.size, case.strides, case.dilation, case.padding)


@given(geometries())
def test_windows_lie_where_the_definition_says(case):
    windows = windows_of(case)
    names = np.arange(1, np.prod(case.spatial) + 1).reshape(1, *case.spatial, 1)  # 0 is padding
    patches = windows.patches(windows.pad(names))
    expected = np.zeros_like(patches)
    for o, seen in loops.windows(case.spatial, case.size, case.strides, case.dilation, case.padding):
        for tap, i in seen:
            expected[(0, *o, *tap, 0)] = names[(0, *i, 0)]
    np.testing.assert_array_equal(patches, expected)


@given(geometries())
def test_a_tap_sees_its_part_of_every_patch(case):
    windows = windows_of(case)
    x = windows.pad(np.random.default_rng(0).normal(size=(2, *case.spatial, 2)))
    everywhere = (slice(None),) * (1 + len(case.size))
    for tap, seen in windows.taps():
        np.testing.assert_array_equal(x[seen], windows.patches(x)[everywhere + tap])


@given(geometries())
def test_the_input_is_inside_its_padding(case):
    windows = windows_of(case)
    x = np.ones((2, *case.spatial, 3))
    padded = windows.pad(x, 5.0)
    np.testing.assert_array_equal(windows.unpad(padded, case.spatial), x)
    assert padded.sum() - x.sum() == 5 * (padded.size - x.size)
    assert all(covered <= n for covered, n in zip(windows.covered, padded.shape[1:-1], strict=True))


@given(geometries())
def test_what_the_taps_say_is_added_up(case):
    windows = windows_of(case)
    rng = np.random.default_rng(0)
    x, found = rng.normal(size=(2, 2, *case.spatial, 3))
    shares = [(seen, rng.normal(size=(2, *windows.outputs, 3))) for _, seen in windows.taps()]
    windows.add_up(iter(shares), found)
    total = sum(np.sum(windows.pad(x)[seen] * share) for seen, share in shares)
    np.testing.assert_allclose(np.sum(x * found), total, atol=1e-9)  # each is the other's transpose


def test_a_smaller_array_lies_in_a_larger_one():
    x = np.ones((1, 2, 1))
    assert placed(x, (5,), (1,), 7).ravel().tolist() == [7, 1, 1, 7, 7]
    assert placed(x, (2,), (0,)) is x


@pytest.mark.parametrize(("batch", "elements"), [(0, 5), (7, 1), (7, 10**6), (7, 0), (100, 2**14), (3, 2**18)])
@pytest.mark.parametrize("least", [0, 1])
@pytest.mark.parametrize("threads", [1, 2])
def test_blocks_cover_the_batch(batch, elements, least, threads, monkeypatch):
    monkeypatch.setattr(windows_module, "number_of_threads", lambda: threads)
    samples = [list(range(batch))[block] for block in blocks_of(batch, elements, least)]
    assert list(chain.from_iterable(samples)) == list(range(batch))
    assert all(len(part) * elements <= 2**19 or len(part) == 1 for part in samples)


@pytest.mark.parametrize(("threads", "blocks"), [(1, 4), (2, 2), (4, 2)])
def test_two_halves_that_fit_the_cache_are_for_two_threads(threads, blocks, monkeypatch):
    monkeypatch.setattr(windows_module, "number_of_threads", lambda: threads)
    assert [block.stop - block.start for block in blocks_of(8, 2**17, least=3)] == [8 // blocks] * blocks
    assert len(blocks_of(8, 2**16)) == 1


def test_windows_that_need_no_padding_copy_nothing():
    windows = Windows.over((4,), (2,), (1,), (1,), "valid")
    x = np.ones((1, 4, 1))
    assert windows.pad(x) is x
    assert windows.unpad(x, (4,)) is x
    assert np.shares_memory(windows.patches(x), x)


def test_the_same_windows_are_worked_out_once():
    windows = Windows.over((6, 5), (3, 2), (1, 1), (1, 1), "same")
    assert Windows.over((6, 5), (3, 2), (1, 1), (1, 1), "same") is windows
    assert list(windows.taps()) == list(windows.taps())


@pytest.mark.parametrize("padding", ["valid", "same", "causal"])
@pytest.mark.parametrize(
    ("spatial", "size", "strides", "dilation"),
    [((50,), (3,), (1,), (1,)), ((99,), (4,), (2,), (3,)), ((49, 5), (3, 2), (1, 1), (1, 1))],
)
@pytest.mark.parametrize("count", [1, 3, 8])
def test_strips_are_all_windows_once_more(spatial, size, strides, dilation, padding, count):
    windows = Windows.over(spatial, size, strides, dilation, padding)
    padded = windows.pad(np.random.default_rng(0).normal(size=(1, *spatial, 2)))
    found = []
    for strip, start, number in windows.strips(count):
        inputs = strip.stacked(padded[:, start * strides[0] :], number)
        assert np.shares_memory(inputs, padded)
        found.extend(strip.patches(inputs))
    np.testing.assert_array_equal(np.concatenate(found), windows.patches(padded)[0])
