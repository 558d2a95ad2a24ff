"""Depthwise convolution in blocks, against one number at a time; its geometries are tested with those of `conv`."""

import numpy as np
import pytest

from layerlab.autodiff import check_gradients
from layerlab.ops import windows
from layerlab.ops.depthwise import depthwise_conv
from tests.ops import loops

RNG = np.random.default_rng(0)


@pytest.mark.parametrize("strides", [(1, 1), (1, 2), (2, 1)])
@pytest.mark.parametrize("multiplier", [1, 3])
@pytest.mark.parametrize("padding", ["valid", "same"])
def test_blocks_of_the_batch_are_put_together(strides, multiplier, padding, monkeypatch):
    monkeypatch.setattr(windows, "_BLOCK", 300)
    x, kernel = RNG.normal(size=(7, 5, 6, 2)), RNG.normal(size=(3, 2, 2, multiplier))
    options = strides, padding, (1, 1)
    np.testing.assert_allclose(depthwise_conv(x, kernel, *options), loops.depthwise_conv(x, kernel, *options))
    check_gradients(lambda x, kernel: depthwise_conv(x, kernel, *options), x, kernel)


@pytest.mark.parametrize("layout", [np.asfortranarray, lambda x: x[:, ::-1], lambda x: np.moveaxis(x, -1, 1)])
def test_any_memory_layout(layout):
    x, kernel = layout(RNG.normal(size=(3, 5, 5, 5))), RNG.normal(size=(2, 2, 5, 2))
    options = (1, 1), "valid", (1, 1)
    found = depthwise_conv(x, np.asfortranarray(kernel), *options)
    np.testing.assert_allclose(found, depthwise_conv(x.copy("C"), kernel, *options), rtol=1e-12)


def test_no_samples():
    y = depthwise_conv(np.ones((0, 5, 2), "float32"), np.ones((2, 2, 3), "float32"), (1,), "valid", (1,))
    assert (y.shape, y.dtype) == ((0, 4, 6), np.float32)
