"""Features on a common scale: their mean and variance over many rows, and a new mean and scale in their place.

For a NumPy call with a number for each feature every row is a loop of its own, and to start a loop takes longer than a
row of 32 numbers. So here rows are laid side by side until they are long, and threads share blocks that fit the cache.
"""

from collections.abc import Callable, Iterator
from functools import cached_property, lru_cache
from typing import NamedTuple

import numpy as np

from layerlab.autodiff import primitive
from layerlab.autodiff.rule import RULES, constant, defvjp_joint, ones
from layerlab.threads import share

__all__ = ["feature_moments", "scale_features"]

_LONG = 1024  # numbers of a row, where there are so many
_BLOCK = 2**17  # numbers at a time: 512 kB of float32, which stay in the cache with what is made of them
_SHARED = 2**20  # numbers from which two threads pay


@primitive
def feature_moments(x, groups=None):
    """The mean and the variance (of a population) of each feature over the rows of each sample.

    Args:
        x: (samples, rows, features).
        groups: into how many groups of neighbors the features are cut, which share a mean and a variance; None where
            each has its own.

    Returns:
        (2, samples, features).

    >>> feature_moments(np.array([[[1.0, 5.0], [3.0, 5.0]]])).tolist()
    [[[2.0, 5.0]], [[1.0, 0.0]]]
    """
    x, rows = np.ascontiguousarray(x), _Rows(x.shape, groups)
    mean = rows.mean_of(rows.sums(lambda block: rows.of(x, block), x.dtype))
    centers = rows.long(mean)

    def squares(block):
        deviations = rows.of(x, block) - centers[block.samples]
        deviations *= deviations
        return deviations

    return np.stack([mean, rows.mean_of(rows.sums(squares, x.dtype))])


constant(feature_moments)  # that they change with x, the gradient of `scale_features` counts


@primitive
def scale_features(x, gamma, beta, moments, groups=None, epsilon=0.0, own=True):
    """(x - mean) / sqrt(variance + epsilon) * gamma + beta.

    Args:
        x: (samples, rows, features).
        gamma, beta: (features,), or None.
        moments: mean and variance, (2, samples, features).
        groups: as for `feature_moments`.
        epsilon: keeps the root from 0.
        own: whether the moments are those of x: then the gradient by x counts that they change with it.

    >>> x = np.array([[[1.0], [3.0]]])
    >>> scale_features(x, np.array([2.0]), np.array([5.0]), feature_moments(x)).ravel()
    array([3., 7.])
    """
    x, rows, y = np.ascontiguousarray(x), _Rows(x.shape, groups), np.empty(x.shape, x.dtype)
    centers, scales = rows.long(moments[0]), rows.long(_scale(moments[1], epsilon, gamma))
    offsets = None if beta is None else rows.long(beta)

    def work(block):
        part = rows.of(y, block)
        np.subtract(rows.of(x, block), centers[block.samples], out=part)
        part *= scales[block.samples]
        if offsets is not None:
            part += offsets

    rows.each(work)
    return y


def _scale(variance, epsilon, gamma=None):
    scale = 1 / np.sqrt(variance + epsilon)
    return scale if gamma is None else scale * gamma


_X, _GAMMA, _BETA = 0, 1, 2


def _shares(wanted, g, y, x, gamma, beta, moments, groups=None, epsilon=0.0, own=True):
    x, g, rows = np.ascontiguousarray(x), np.ascontiguousarray(g), _Rows(x.shape, groups)
    centers, scale, weights = rows.long(moments[0]), _scale(moments[1], epsilon), 1 if gamma is None else gamma
    shares = {}
    through = None  # the mean and the variance
    if own or wanted != [_X]:
        sums = rows.sums(lambda block: rows.of(g, block), g.dtype)
        products = scale * rows.sums(_times_deviations(rows, g, x, centers), g.dtype)
        shares = {_GAMMA: products.sum(axis=0), _BETA: sums.sum(axis=0)}
        if own:
            by_mean, by_variance = (-scale * rows.mean_of(weights * found) for found in (sums, products))
            through = centers, rows.long(scale * by_variance), rows.long(by_mean)
    if _X in wanted:
        shares[_X] = _by_x(rows, g, rows.long(scale * weights), x, through)
    return [shares[position] for position in wanted]


def _times_deviations(rows, g, x, centers):
    def products(block):
        deviations = rows.of(x, block) - centers[block.samples]
        deviations *= rows.of(g, block)
        return deviations

    return products


def _by_x(rows, g, scales, x, through):
    """g * scale, and what goes through the mean and the variance: (x - mean) * slope + offset."""
    dx = np.empty(x.shape, g.dtype)

    def work(block):
        of, part = block.samples, rows.of(dx, block)
        if through is None:
            np.multiply(rows.of(g, block), scales[of], out=part)
            return
        centers, slopes, offsets = (numbers[of] for numbers in through)
        np.subtract(rows.of(x, block), centers, out=part)
        part *= slopes
        part += offsets
        part += rows.of(g, block) * scales[of]

    rows.each(work)
    return dx


defvjp_joint(scale_features, _shares)
RULES[scale_features].differentiable = (_X, _GAMMA, _BETA)


class _Block(NamedTuple):
    """A part of an array of long rows, and its number among those of the same samples."""

    samples: slice
    rows: slice
    number: int


class _Rows:
    """How arrays (samples, rows, features) are cut.

    Args:
        shape: of these arrays.
        groups: of the features; None: one for each.
    """

    def __init__(self, shape: tuple[int, int, int], groups: int | None):
        self._samples, self._count, self._features = shape
        self._groups = self._features if groups is None else groups
        self._beside = _side_by_side(self._count, self._features)
        self._shape = self._samples, self._count // self._beside, self._beside * self._features

    @cached_property
    def _blocks(self) -> list[_Block]:
        samples, rows, length = self._shape
        some, several = max(1, _BLOCK // max(1, length)), max(1, _BLOCK // max(1, rows * length))
        return [
            _Block(slice(sample, sample + several), slice(row, row + some), row // some)
            for sample in range(0, samples, several)
            for row in range(0, rows, some)
        ]

    def of(self, array, block: _Block):
        """A block of an array in one piece: (samples, long rows, their numbers)."""
        return array.reshape(self._shape)[block.samples, block.rows]

    def long(self, numbers):
        """Numbers for each feature, (samples, features) or (features,), as long as a long row: (samples, 1, length)."""
        numbers = numbers.reshape(-1, 1, self._features)
        if self._beside == 1:
            return numbers
        repeated = np.empty((len(numbers), self._beside, self._features), numbers.dtype)  # np.tile takes 10 µs
        repeated[...] = numbers
        return repeated.reshape(len(numbers), 1, self._shape[2])

    def each(self, work: Callable[[_Block], None]) -> None:
        """Do something with every block."""

        def some(blocks: Iterator[_Block]) -> None:
            for block in blocks:
                work(block)

        if self._samples * self._count * self._features < _SHARED:
            some(iter(self._blocks))
        else:
            share(some, self._blocks)

    def sums(self, make: Callable[[_Block], np.ndarray], dtype):
        """The sums over all rows of what is made of each block: (samples, features)."""
        samples, rows, length = self._shape
        found = np.zeros((1 + max((block.number for block in self._blocks), default=0), samples, 1, length), dtype)
        row = ones(rows, dtype)[None]

        def work(block):
            made = make(block)
            np.matmul(row[:, : made.shape[1]], made, out=found[block.number, block.samples])

        self.each(work)
        return found.sum(axis=(0, 2)).reshape(samples, self._beside, self._features).sum(axis=1)

    def mean_of(self, sums):
        """The means, over the rows and over the features of a group, of which these are the sums."""
        if self._groups == self._features:
            return sums / self._count
        by_group = sums.reshape(self._samples, self._groups, self._features // self._groups)
        means = by_group.mean(axis=2, keepdims=True) / self._count
        return np.repeat(means, by_group.shape[2], axis=2).reshape(sums.shape)


@lru_cache(maxsize=256)
def _side_by_side(rows: int, features: int) -> int:
    """How many rows are one long row: a divisor of their number."""
    most = min(rows, _LONG // max(1, features))
    return next((number for number in range(most, 1, -1) if rows % number == 0), 1)
