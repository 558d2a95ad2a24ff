"""A copy has the numbers of the array in the order of its axes, however that array lies in memory."""

import itertools

import numpy as np
import pytest

from layerlab.autodiff.layout import by_sample, contiguous

SHAPES = [(3,), (2, 3), (128, 100), (5, 7, 2), (100, 9, 9, 17), (1, 4, 1), (0, 3, 2), (2, 0)]


@pytest.mark.parametrize("shape", SHAPES, ids=str)
@pytest.mark.parametrize("dtype", ["float32", "float64", "int8"])
def test_every_order_of_axes_is_copied(shape, dtype):
    numbers = np.arange(np.prod(shape)).astype(dtype).reshape(shape)
    for axes in itertools.permutations(range(len(shape))):
        x = np.transpose(numbers, axes)
        y = contiguous(x)
        assert y.flags.c_contiguous
        assert (y.dtype, y.shape) == (x.dtype, x.shape)
        assert y.tolist() == x.tolist()


def test_what_lies_in_order_is_not_copied():
    x = np.ones((3, 4))
    assert np.shares_memory(contiguous(x), x)
    assert not np.shares_memory(contiguous(x.T), x)


@pytest.mark.parametrize(
    "x",
    [
        np.broadcast_to(np.arange(3.0), (4, 5, 3)),
        np.broadcast_to(np.arange(3.0)[:, None], (3, 5)),
        np.arange(60.0).reshape(3, 4, 5)[:, ::-2, 1:],
        np.arange(60.0).reshape(5, 12).T[::2],
    ],
    ids=["repeated", "repeated along the last", "parts", "every second"],
)
def test_other_views_are_copied_too(x):
    y = contiguous(x)
    assert y.flags.c_contiguous
    assert y.tolist() == x.tolist()


def test_by_sample_copies_only_where_the_batch_lies_innermost():
    numbers = np.arange(24.0).reshape(2, 3, 4)
    innermost = np.moveaxis(numbers, -1, 0)
    y = by_sample(innermost)
    assert y.flags.c_contiguous
    assert y.tolist() == innermost.tolist()
    others = (
        numbers,
        numbers[:, 1:],
        np.moveaxis(numbers, 0, -1),
        np.broadcast_to(1.0, (2, 3)),
        numbers[0, 0],
        numbers[:0],
    )
    assert all(by_sample(x) is x for x in others)
