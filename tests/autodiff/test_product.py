"""Products that threads share: the numbers of np.matmul for every form, and no sharing where it would not pay."""

import numpy as np
import pytest

from layerlab import threads
from layerlab.autodiff import product
from layerlab.autodiff.product import is_large, matmul, matmuls, small_pieces

RNG = np.random.default_rng(0)


class Blas:
    """A BLAS that would use three threads."""

    count = 3

    def get(self):
        return self.count

    def set(self, count):
        self.count = count


@pytest.fixture
def shared(monkeypatch):
    """How many parts each product was cut into."""
    calls = []
    monkeypatch.setattr(threads, "_blas", Blas)
    monkeypatch.setattr(product, "LARGE", 50)
    share = threads.share
    monkeypatch.setattr(product, "share", lambda work, parts: calls.append(len(parts)) or share(work, parts))
    return calls


def draw(*shape, dtype="float32"):
    return RNG.normal(size=shape).astype(dtype)


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ((7, 5), (5, 19)),
        ((19, 5), (5, 7)),
        ((6, 4), (4, 6)),
        ((4, 3, 5), (5, 9)),
        ((8, 3, 5), (8, 5, 4)),
        ((1, 9), (9, 30)),
        ((3, 50), (50, 2)),
        ((2, 1200), (1200, 3)),
    ],
)
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_a_shared_product_is_the_product(shared, left, right, dtype):
    a, b = draw(*left, dtype=dtype), draw(*right, dtype=dtype)
    found = matmul(a, b)
    np.testing.assert_allclose(found, np.matmul(a, b), rtol=1e-5, atol=1e-6)
    assert found.dtype == dtype
    assert len(shared) == 1
    assert shared[0] >= 4


@pytest.mark.parametrize(
    ("left", "right", "large"),
    [
        ((128, 1024), (1024, 100), True),
        ((128, 512), (512, 100), False),
        ((128, 5408), (5408, 10), True),  # thin ones take twice as long
        ((5408, 10), (10, 128), True),
        ((10, 128), (128, 5408), True),
        ((128, 2704), (2704, 10), False),
    ],
)
def test_products_are_shared_that_take_long_enough(left, right, large):
    assert is_large(np.empty(left), np.empty(right)) == large


def test_transposed_views_and_a_given_output(shared):
    a, b = draw(5, 12).T, draw(9, 5).T
    np.testing.assert_allclose(matmul(a, b), np.matmul(a, b), rtol=1e-5, atol=1e-6)
    a, b, y = draw(6, 7, 3), draw(6, 3, 4), np.zeros((7, 6, 4), "float32")
    matmul(a, b, out=np.moveaxis(y, 1, 0))
    np.testing.assert_allclose(np.moveaxis(y, 1, 0), np.matmul(a, b), rtol=1e-5, atol=1e-6)
    assert len(shared) == 2


@pytest.mark.parametrize(
    ("a", "b"),
    [
        (draw(4, 5), draw(5, 1)),  # small
        (draw(30, 5), draw(5, 7, dtype="float64")),
        (RNG.integers(0, 9, (30, 5)), RNG.integers(0, 9, (5, 7))),
        (draw(30), draw(30)),
        (draw(1, 30, 5), draw(6, 5, 7)),  # broadcast
        (draw(30, 5), draw(6, 5, 7)),
    ],
)
def test_everything_else_is_numpys(shared, a, b):
    np.testing.assert_array_equal(matmul(a, b), np.matmul(a, b))
    assert not shared


@pytest.mark.parametrize(("left", "right"), [((30, 5), (6, 7)), ((3, 60), (50, 2)), ((3, 50), (60, 2))])
def test_shapes_that_do_not_fit_get_numpys_error(shared, left, right):
    with pytest.raises(ValueError, match="mismatch in its core dimension"):
        matmul(draw(*left), draw(*right))


def test_several_products_are_shared_at_once(shared):
    pairs = [((7, 5), (5, 19)), ((2, 2), (2, 2)), ((3, 60), (60, 2)), ((19, 5), (5, 7))]
    pairs = [(draw(*left), draw(*right)) for left, right in pairs]
    for found, (a, b) in zip(matmuls(*pairs), pairs, strict=True):
        np.testing.assert_allclose(found, np.matmul(a, b), rtol=1e-5, atol=1e-5)
    assert len(shared) == 2  # long sums have a way of their own


@pytest.mark.parametrize("length", [2000, 2001])  # with eight small pieces, with none
def test_long_sums_are_cut_into_pieces(shared, monkeypatch, length):
    monkeypatch.setattr(product, "SMALL", 6 * 250)
    dimensions = []
    monkeypatch.setattr(product, "_multiply", lambda parts: dimensions.extend(multiplied(part) for part in parts))
    a, b, y = draw(length, 3).T, draw(length, 2), np.empty((3, 2), "float32")
    assert matmul(a, b, out=y) is y
    np.testing.assert_allclose(y, np.matmul(a, b), rtol=1e-5, atol=2e-4)  # the sums are of 2,000 numbers
    assert shared == [6]
    assert set(dimensions) == {3 if length == 2000 else 2}


def multiplied(part):
    x1, x2, y = part
    np.matmul(x1, x2, out=y)
    return y.ndim


@pytest.mark.parametrize("layout", [np.ascontiguousarray, np.asfortranarray])
def test_a_long_product_is_cut_into_small_ones(shared, monkeypatch, layout):
    monkeypatch.setattr(product, "SMALL", 6 * 400)
    a, b, y = layout(draw(3200, 3)), draw(2, 3).T, np.zeros((2, 3200), "float32").T
    np.testing.assert_allclose(matmul(a, b), np.matmul(a, b), rtol=1e-5, atol=1e-5)
    assert matmul(a, b, out=y) is y
    np.testing.assert_allclose(y, np.matmul(a, b), rtol=1e-5, atol=1e-5)
    assert len(shared) == 2


@pytest.mark.parametrize(
    ("count", "work", "pieces"),
    [
        (1984, 1024, 4),  # W6: tiles of eight samples, 32 to 32 channels
        (63_488, 64, 8),  # and their transform
        (498, 1024, 1),  # small as it is
        (1985, 1024, 5),
        (1987, 1024, 1),  # a prime
        (33 * 676, 320, 11),  # the first convolution of W3, for a batch that is no power of two
        (4096, 289 * 64, 1),  # pieces would have too few rows
        (0, 64, 1),
    ],
)
def test_it_is_cut_into_as_few_equal_pieces_as_are_small(count, work, pieces):
    assert small_pieces(count, work) == pieces
