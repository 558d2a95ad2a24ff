"""Pictures hold the pixels they were given, in the right place, under the right title."""

import matplotlib.pyplot as plt
import numpy as np
import pytest

from layerlab import plots

RNG = np.random.default_rng(0)


def test_images_shows_each_picture_under_its_title():
    pictures = RNG.random((3, 5, 4))
    axes = plots.images(pictures, titles=[7, 8, 9], columns=2)
    assert [ax.get_title() for ax in axes] == ["7", "8", "9"]
    for ax, picture in zip(axes, pictures, strict=True):
        np.testing.assert_array_equal(ax.images[0].get_array(), picture)


def test_images_takes_colors_and_axis_labels():
    (ax,) = plots.images(RNG.random((1, 6, 5, 3)), labels=True, title="a photograph")
    assert (ax.get_xlabel(), ax.get_ylabel()) == ("column (axis 1)", "row (axis 0)")
    assert ax.images[0].get_array().shape == (6, 5, 3)


def test_kernels_lays_columns_out_as_pictures():
    kernel = RNG.normal(size=(6, 4))
    pictures = plots.kernels(kernel, (2, 3), count=2, order=[3, 1, 0, 2])
    np.testing.assert_array_equal(pictures, kernel.T[[3, 1]].reshape(2, 2, 3))


def test_kernels_keeps_zero_white():
    plots.kernels(RNG.normal(size=(6, 4)) + 1, (2, 3), count=1)
    low, high = plt.gcf().axes[0].images[0].get_clim()
    assert low == -high


def test_kernels_refuses_a_picture_shape_that_does_not_fit():
    with pytest.raises(ValueError, match=r"28 x 28 = 784 rows, one per pixel. Received: kernel of shape \(6, 4\)"):
        plots.kernels(np.zeros((6, 4)), (28, 28))


def test_one_hot_names_rows_and_columns():
    ax = plots.one_hot(np.eye(3)[[2, 0]], "ca", "abc")
    assert [text.get_text() for text in ax.get_xticklabels()] == ["a", "b", "c"]
    np.testing.assert_array_equal(ax.collections[0].get_array().reshape(2, 3), np.eye(3)[[2, 0]])


def test_pixel_values_writes_every_number_in_a_color_that_can_be_read():
    ax = plots.pixel_values([[0, 255], [30, 200]])
    assert [(text.get_text(), text.get_color()) for text in ax.texts] == [
        ("0", "black"),
        ("255", "white"),
        ("30", "black"),
        ("200", "white"),
    ]


def test_pixel_values_on_a_scale_of_your_own():
    ax = plots.pixel_values(np.full((2, 2), 0.25), vmin=0, vmax=1)
    assert ax.images[0].get_clim() == (0, 1)


@pytest.mark.parametrize("shape", [(28, 28), (4, 4, 3)])
def test_pixel_values_refuses_what_it_cannot_write_down(shape):
    with pytest.raises(ValueError, match=r"at most 16 x 16 gray pixels. Received: shape \("):
        plots.pixel_values(np.zeros(shape))


@pytest.mark.parametrize("frames", [True, False])
def test_images_draws_frames_when_asked(frames):
    (ax,) = plots.images(np.zeros((1, 4, 4)), frames=frames)
    assert all(spine.get_visible() is frames for spine in ax.spines.values())
