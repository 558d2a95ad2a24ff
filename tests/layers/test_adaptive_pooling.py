"""Adaptive pooling against a loop over outputs, and its arguments."""

import math

import numpy as np
import pytest

from layerlab.layers import (
    AdaptiveAveragePooling1D,
    AdaptiveAveragePooling2D,
    AdaptiveAveragePooling3D,
    AdaptiveMaxPooling1D,
    AdaptiveMaxPooling2D,
    AdaptiveMaxPooling3D,
)
from tests.contract import Case

FIRST = {"data_format": "channels_first"}
INTEGERS = {"keeps_integers": True}
MAX = [AdaptiveMaxPooling1D, AdaptiveMaxPooling2D, AdaptiveMaxPooling3D]
AVERAGE = [AdaptiveAveragePooling1D, AdaptiveAveragePooling2D, AdaptiveAveragePooling3D]

CASES = [
    Case(AdaptiveMaxPooling1D, {"output_size": 3}, (2, 5, 2), (2, 3, 2), **INTEGERS),
    Case(AdaptiveMaxPooling2D, {"output_size": (2, 3), **FIRST}, (2, 3, 4, 5), (2, 3, 2, 3), **INTEGERS),
    Case(AdaptiveMaxPooling3D, {"output_size": 2}, (1, 3, 2, 4, 2), (1, 2, 2, 2, 2), **INTEGERS),
    Case(AdaptiveAveragePooling1D, {"output_size": (2,), **FIRST}, (2, 3, 5), (2, 3, 2)),
    Case(AdaptiveAveragePooling2D, {"output_size": (3, 1)}, (2, 4, 5, 2), (2, 3, 1, 2)),
    Case(AdaptiveAveragePooling3D, {"output_size": (1, 2, 3)}, (1, 3, 2, 4, 2), (1, 1, 2, 3, 2)),
]


def by_hand(x, output_size, function):
    """One number at a time, for channels last."""
    y = np.empty((len(x), *output_size, x.shape[-1]))
    for sample, *position, channel in np.ndindex(y.shape):
        window = tuple(
            slice(math.floor(i * n / m), math.ceil((i + 1) * n / m))
            for i, n, m in zip(position, x.shape[1:-1], output_size, strict=True)
        )
        y[(sample, *position, channel)] = function(x[sample][window][..., channel])
    return y


@pytest.mark.parametrize("sizes", [(1, 1, 1), (2, 3, 1), (5, 6, 4), (7, 2, 5)])
@pytest.mark.parametrize(("cls", "function"), [(c, np.max) for c in MAX] + [(c, np.mean) for c in AVERAGE])
def test_each_output_sees_its_share_of_the_input(cls, function, sizes):
    size = sizes[: cls.rank]
    x = np.random.default_rng(0).normal(size=(2, *(5, 6, 4)[: cls.rank], 3))
    expected = by_hand(x, size, function)
    np.testing.assert_allclose(cls(size, dtype="float64")(x), expected, rtol=1e-12)
    moved = cls(size, dtype="float64", **FIRST)(np.moveaxis(x, -1, 1))
    np.testing.assert_allclose(np.moveaxis(moved, 1, -1), expected, rtol=1e-12)


@pytest.mark.parametrize("cls", MAX + AVERAGE)
def test_one_number_stands_for_all_axes(cls):
    layer = cls(4)
    assert layer.get_config()["output_size"] == (4,) * cls.rank
    assert layer.compute_output_shape((None, *(None,) * cls.rank, 3)) == (None, *(4,) * cls.rank, 3)


@pytest.mark.parametrize(
    ("cls", "size", "error", "message"),
    [
        (AdaptiveMaxPooling1D, "2", TypeError, "`output_size` must be an integer or tuple of 1"),
        (AdaptiveMaxPooling2D, 2.0, TypeError, "`output_size` must be an integer or tuple of 2"),
        (AdaptiveMaxPooling1D, (2, 2), ValueError, "For 1D input, `output_size` tuple must have length 1"),
        (AdaptiveAveragePooling2D, (2,), ValueError, "For 2D input, `output_size` tuple must have length 2"),
        (AdaptiveAveragePooling2D, (2, 0), ValueError, "that do not satisfy `value > 0`"),
    ],
)
def test_sizes_that_are_none(cls, size, error, message):
    with pytest.raises(error, match=message):
        cls(size)
