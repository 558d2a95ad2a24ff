"""Kernels and feature maps are drawn channel by channel, on one scale."""

import matplotlib.pyplot as plt
import numpy as np
import pytest

from layerlab import layers, plots

RNG = np.random.default_rng(0)


def pictures_drawn():
    return [np.asarray(ax.images[0].get_array()) for ax in plt.gcf().axes if ax.images]


def test_filters_draws_a_picture_per_filter():
    kernel = RNG.normal(size=(3, 5, 2, 4))
    pictures = plots.filters(kernel, channel=1)
    np.testing.assert_array_equal(pictures, np.moveaxis(kernel[:, :, 1], -1, 0))
    np.testing.assert_array_equal(pictures_drawn(), pictures)


def test_filters_reads_a_layer_and_draws_1d_kernels_with_a_row_per_channel():
    layer = layers.Conv1D(4, 5)
    layer.build((None, 9, 3))
    assert plots.filters(layer, titles="abcd").shape == (4, 3, 5)
    assert [ax.get_title() for ax in plt.gcf().axes[:4]] == list("abcd")


@pytest.mark.parametrize(("maps", "low"), [(RNG.normal(size=(4, 6, 3)), -1), (RNG.random((4, 6, 3)), 0)])
def test_feature_maps_share_a_scale_that_is_symmetric_only_for_signed_maps(maps, low):
    pictures = plots.feature_maps(maps, label="strength")
    np.testing.assert_array_equal(pictures, np.moveaxis(maps, -1, 0))
    axes = [ax for ax in plt.gcf().axes if ax.images]
    assert {ax.images[0].get_clim() for ax in axes} == {(low * np.abs(maps).max(), np.abs(maps).max())}
    assert plt.gcf().axes[-1].get_ylabel() == "strength"


def test_feature_maps_draws_the_picture_they_were_made_of_first():
    picture, maps = 5 * RNG.random((8, 8)), RNG.random((4, 4, 2))
    plots.feature_maps(maps, picture=picture)
    first, second, third = (ax for ax in plt.gcf().axes if ax.images)
    np.testing.assert_array_equal(first.images[0].get_array(), picture)
    assert [ax.get_title() for ax in (first, second, third)] == ["input", "channel 0", "channel 1"]
    assert first.images[0].get_clim() == (picture.min(), picture.max())
    assert second.images[0].get_clim() == third.images[0].get_clim() == (0, maps.max())


def test_kernel_mosaic_puts_each_kernel_in_its_place():
    kernels = RNG.normal(size=(2, 3, 4, 5))
    mosaic = plots.kernel_mosaic(kernels)
    assert mosaic.shape == (2 * 5 - 1, 3 * 6 - 1)
    np.testing.assert_array_equal(mosaic[5:9, 12:17], kernels[1, 2])
    assert np.isnan(mosaic[4]).all()
    assert plt.gcf().axes[0].get_xlabel() == "output column"


@pytest.mark.parametrize(
    ("function", "shape", "message"),
    [
        (plots.filters, (3, 3), r"kernels of 1-D and 2-D convolutions. Received: shape \(3, 3\)"),
        (plots.feature_maps, (1, 4, 4, 3), r"Received: shape \(1, 4, 4, 3\). Of a batch, choose a sample: maps\[0\]"),
        (plots.kernel_mosaic, (3, 3), r"one 2-D kernel a position, 4 axes. Received: shape \(3, 3\)"),
    ],
)
def test_other_ranks_are_refused(function, shape, message):
    with pytest.raises(ValueError, match=message):
        function(np.zeros(shape))
