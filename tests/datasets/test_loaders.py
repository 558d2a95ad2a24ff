"""The data sets: shapes and types as documented, recognizable values, arrays of one's own at each call."""

import numpy as np
import pytest

from layerlab.datasets import first_names, mnist1d, mnist10k, photograph

SPLITS = {
    mnist10k: ("uint8", (8000, 28, 28), (2000, 28, 28)),
    mnist1d: ("float32", (4000, 40), (1000, 40)),
}
each_split = pytest.mark.parametrize("module", SPLITS, ids=lambda m: m.__name__.rpartition(".")[2])


@each_split
def test_shapes_and_types_are_those_of_the_docstring(module):
    dtype, train_shape, test_shape = SPLITS[module]
    for (x, y), shape in zip(module.load_data(), (train_shape, test_shape), strict=True):
        assert (x.shape, x.dtype) == (shape, dtype)
        assert (y.shape, y.dtype) == (shape[:1], "uint8")


@each_split
def test_labels_are_the_ten_classes_in_fair_shares(module):
    for _, y in module.load_data():
        share = np.bincount(y) / len(y)
        assert len(share) == 10
        assert 0.08 < share.min() <= share.max() < 0.12


@each_split
def test_no_sample_is_in_both_parts(module):
    (x_train, _), (x_test, _) = module.load_data()
    assert not {x.tobytes() for x in x_train} & {x.tobytes() for x in x_test}


@each_split
def test_each_call_gives_arrays_of_ones_own(module):
    (x, y), _ = module.load_data()
    x[:], y[:] = 0, 0
    (again, labels), _ = module.load_data()
    assert again.any()
    assert labels.any()


def test_digits_look_like_digits():
    (x, y), _ = mnist10k.load_data()
    assert x.min() == 0
    assert x.max() == 255
    assert (x[:, [0, -1]] == 0).mean() > 0.99  # the border is paper
    ink = {digit: x[y == digit].mean() for digit in range(10)}
    assert min(ink, key=ink.get) == 1  # a one is the least ink, a zero the most
    assert max(ink, key=ink.get) == 0


def test_the_nearest_class_mean_already_reads_most_digits():
    (x, y), (x_test, y_test) = (
        (images.reshape(len(images), -1).astype("float32") / 255, labels) for images, labels in mnist10k.load_data()
    )
    means = np.stack([x[y == digit].mean(0) for digit in range(10)])
    distance = ((x_test[:, None] - means) ** 2).sum(-1)
    assert (distance.argmin(1) == y_test).mean() > 0.78


def test_names_are_a_list_in_alphabetical_order():
    names = first_names.load_data()
    assert len(names) == len(set(names)) == 5163
    assert names == sorted(names)
    assert set("".join(names)) == set("abcdefghijklmnopqrstuvwxyz")
    assert {"ada", "alan", "emmy", "grace"} <= set(names)
    names.clear()
    assert first_names.load_data()


def test_the_photograph_is_the_right_way_up_and_in_color():
    picture = photograph.load_data()
    assert (picture.shape, picture.dtype) == ((256, 256, 3), "uint8")
    red, _, blue = picture[:60, -40:].mean((0, 1))  # the blue background at the top right
    assert blue > 2 * red
    assert picture[-30:].mean() < picture[:30].mean()  # the dark uniform is below
    picture[:] = 0
    assert photograph.load_data().any()
