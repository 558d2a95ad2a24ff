"""Layers that disturb their inputs while training, so that the network cannot rely on any single number.

At inference they do nothing. Each owns a stream of seeds: the same seed gives the same sequence of disturbances.
"""

import math
from typing import Any

import numpy as np

from layerlab import random
from layerlab.config import standardize_data_format
from layerlab.layers.input_spec import InputSpec
from layerlab.layers.layer import Layer

__all__ = [
    "AlphaDropout",
    "Dropout",
    "GaussianDropout",
    "GaussianNoise",
    "SpatialDropout1D",
    "SpatialDropout2D",
    "SpatialDropout3D",
]


class _Noise(Layer, named=False):
    """What the layers of this file share: a seed, and a call that only acts while training."""

    supports_masking = True
    keeps_integers = True
    repeats_predictions = True

    def __init__(self, amount, seed, **kwargs):
        super().__init__(**kwargs)
        self.seed = seed
        self.seed_generator: Any = random.SeedGenerator(seed) if amount > 0 else None

    def call(self, inputs, training=False):
        if not training or self.seed_generator is None:
            return inputs
        return self._disturbed(self._as_float(inputs))

    def _disturbed(self, x):
        raise NotImplementedError

    def compute_output_shape(self, input_shape):
        return input_shape


class Dropout(_Noise):
    """While training, a random share `rate` of the inputs becomes 0 and the others grow to x / (1 - rate).

    The sum so stays the same on average, and nothing needs to change at inference.

    Args:
        rate: the probability of a 0, from 0 to 1.
        noise_shape: the shape in which zeros are drawn, then broadcast over the inputs; None in it means the input's
            size. `(None, 1, None)` keeps or drops a feature in all time steps at once.
        seed: an integer for the same sequence of masks each time the program runs.

    Shapes:
        in any, out the same.

    Raises:
        ValueError: `rate` outside [0, 1], a `noise_shape` that is no shape or that does not broadcast.

    >>> Dropout(0.5, seed=1)(np.ones((2, 3)), training=True)
    array([[0., 0., 2.],
           [0., 2., 2.]], dtype=float32)

    Source: Srivastava et al., 2014, https://jmlr.org/papers/v15/srivastava14a.html; Keras page "Dropout layer".
    """

    repeats = True  # draws are a function of a state, which a program may read and assign
    config_names = ("rate", "seed", "noise_shape")

    def __init__(self, rate, noise_shape=None, seed=None, **kwargs):
        self.rate = _checked_share("rate", rate)
        self.noise_shape = _checked_noise_shape(noise_shape)
        super().__init__(rate, seed, **kwargs)

    def _noise_shape(self, x):
        return _concrete(self.noise_shape, x.shape)

    def _disturbed(self, x):
        shape = self._noise_shape(x)
        if self.rate == 1:  # nothing to draw
            return x * 0.0
        return x * random.dropout_factors(self.seed_generator.next(), shape, self.rate, x.dtype)


class _SpatialDropout(Dropout, named=False):
    """Dropout that drops whole channels."""

    spatial_axes: int

    def __init__(self, rate, data_format="channels_last", seed=None, name=None, dtype=None):
        super().__init__(rate, seed=seed, name=name, dtype=dtype)
        self.data_format = standardize_data_format(data_format)
        self.input_spec = InputSpec(ndim=2 + self.spatial_axes)

    def _noise_shape(self, x):
        ones = (1,) * self.spatial_axes
        if self.data_format == "channels_first":
            return (x.shape[0], x.shape[1], *ones)
        return (x.shape[0], *ones, x.shape[-1])

    def get_config(self):
        return {
            "rate": self.rate,
            "seed": self.seed,
            "name": self.name,
            "dtype": self.dtype,
            "data_format": self.data_format,
        }


class SpatialDropout1D(_SpatialDropout):
    """Dropout of whole features: each is kept or dropped in all time steps of a sample at once.

    Neighboring steps resemble each other, so dropping single numbers would hide little.

    Args:
        rate: the probability that a feature is dropped, from 0 to 1.
        seed: an integer for the same sequence of masks each time the program runs.

    Shapes:
        in `(batch, steps, features)`, out the same.

    Raises:
        ValueError: `rate` outside [0, 1], or inputs of another rank.

    >>> SpatialDropout1D(0.5, seed=1)(np.ones((1, 2, 4)), training=True)
    array([[[0., 0., 2., 0.],
            [0., 0., 2., 0.]]], dtype=float32)

    Source: Tompson et al., 2015, https://arxiv.org/abs/1411.4280; Keras page "SpatialDropout1D layer".
    """

    spatial_axes = 1

    def __init__(self, rate, seed=None, name=None, dtype=None):
        super().__init__(rate, seed=seed, name=name, dtype=dtype)

    def get_config(self):
        config = super().get_config()
        del config["data_format"]
        return config


class SpatialDropout2D(_SpatialDropout):
    """Dropout of whole channels of images: each is kept or dropped in all pixels at once.

    Args:
        rate: the probability that a channel is dropped, from 0 to 1.
        data_format: "channels_last" or "channels_first"; the global setting by default.
        seed: an integer for the same sequence of masks each time the program runs.

    Shapes:
        in `(batch, rows, columns, channels)` (channels_last), out the same.

    Raises:
        ValueError: `rate` outside [0, 1], an unknown `data_format`, or inputs of another rank.

    >>> SpatialDropout2D(0.5, seed=1)(np.ones((1, 8, 8, 3)), training=True)[0, 0, 0]
    array([0., 0., 2.], dtype=float32)

    Source: Tompson et al., 2015, https://arxiv.org/abs/1411.4280; Keras page "SpatialDropout2D layer".
    """

    spatial_axes = 2

    def __init__(self, rate, data_format=None, seed=None, name=None, dtype=None):
        super().__init__(rate, data_format, seed, name, dtype)


class SpatialDropout3D(_SpatialDropout):
    """Dropout of whole channels of volumes or videos: each is kept or dropped everywhere at once.

    Args:
        rate: the probability that a channel is dropped, from 0 to 1.
        data_format: "channels_last" or "channels_first"; the global setting by default.
        seed: an integer for the same sequence of masks each time the program runs.

    Shapes:
        in `(batch, depth, rows, columns, channels)` (channels_last), out the same.

    Raises:
        ValueError: `rate` outside [0, 1], an unknown `data_format`, or inputs of another rank.

    >>> SpatialDropout3D(0.5, seed=1)(np.ones((1, 4, 4, 4, 3)), training=True)[0, 0, 0, 0]
    array([0., 0., 2.], dtype=float32)

    Source: Tompson et al., 2015, https://arxiv.org/abs/1411.4280; Keras page "SpatialDropout3D layer".
    """

    spatial_axes = 3

    def __init__(self, rate, data_format=None, seed=None, name=None, dtype=None):
        super().__init__(rate, data_format, seed, name, dtype)


class GaussianDropout(_Noise):
    """While training, every input is multiplied by a random number around 1: x · N(1, rate / (1 - rate)).

    The noise has the variance that Dropout of this rate would cause.

    Args:
        rate: from 0 to 1, without 1 itself (the variance would be infinite).
        seed: an integer for the same sequence of noise each time the program runs.

    Shapes:
        in any, out the same.

    Raises:
        ValueError: `rate` outside [0, 1].
        ZeroDivisionError: called while training with rate 1.

    >>> GaussianDropout(0.5, seed=1)(np.ones((1, 3)), training=True)
    array([[1.3455842, 1.8216182, 1.3304371]], dtype=float32)

    Source: Srivastava et al., 2014, section 10; Keras page "GaussianDropout layer".
    """

    config_names = ("rate", "seed")

    def __init__(self, rate, seed=None, **kwargs):
        self.rate = _checked_share("rate", rate)
        super().__init__(rate, seed, **kwargs)

    def _disturbed(self, x):
        _check_finite(self)
        stddev = math.sqrt(self.rate / (1.0 - self.rate))
        return x * random.normal(x.shape, mean=1.0, stddev=stddev, dtype=x.dtype, seed=self.seed_generator)


class GaussianNoise(_Noise):
    """While training, a random number is added to every input: x + N(0, stddev²).

    Args:
        stddev: the standard deviation of the noise, from 0 to 1.
        seed: an integer for the same sequence of noise each time the program runs.

    Shapes:
        in any, out the same.

    Raises:
        ValueError: `stddev` outside [0, 1].

    >>> GaussianNoise(0.1, seed=1)(np.ones((1, 3)), training=True)
    array([[1.0345584, 1.0821618, 1.0330437]], dtype=float32)

    Source: Keras page "GaussianNoise layer".
    """

    config_names = ("stddev", "seed")

    def __init__(self, stddev, seed=None, **kwargs):
        self.stddev = _checked_share("stddev", stddev)
        super().__init__(stddev, seed, **kwargs)

    def _disturbed(self, x):
        return x + random.normal(x.shape, stddev=self.stddev, dtype=x.dtype, seed=self.seed_generator)


class AlphaDropout(_Noise):
    """Dropout for self-normalizing networks (`selu`): mean 0 and variance 1 stay, on average.

    Dropped inputs become α' = -1.758 (what selu gives for very negative inputs) instead of 0; then everything is
    scaled and shifted: y = a · (x where kept, α' elsewhere) + b, with a = ((1 - rate)(1 + rate · α'²))^(-1/2) and
    b = -a · α' · rate.

    Args:
        rate: the probability that an input is dropped, from 0 to 1, without 1 itself.
        noise_shape: as in Dropout.
        seed: an integer for the same sequence of masks each time the program runs.

    Shapes:
        in any, out the same.

    Raises:
        ValueError: `rate` outside [0, 1], a `noise_shape` that is no shape or that does not broadcast.
        ZeroDivisionError: called while training with rate 1.

    >>> AlphaDropout(0.3, seed=1)(np.ones((1, 4)), training=True)
    array([[ 1.3150446,  1.3150446, -1.0595483,  1.3150446]], dtype=float32)

    Source: Klambauer et al., 2017, https://arxiv.org/abs/1706.02515; Keras page "AlphaDropout layer".
    """

    config_names = ("rate", "seed", "noise_shape")

    def __init__(self, rate, noise_shape=None, seed=None, **kwargs):
        self.rate = _checked_share("rate", rate)
        self.noise_shape = _checked_noise_shape(noise_shape)
        super().__init__(rate, seed, **kwargs)

    def _disturbed(self, x):
        _check_finite(self)
        shape = _concrete(self.noise_shape, x.shape)
        kept = (random.uniform(shape, seed=self.seed_generator) >= self.rate).astype(x.dtype)
        a = ((1.0 - self.rate) * (1.0 + self.rate * _SELU_FLOOR**2)) ** -0.5
        b = -a * _SELU_FLOOR * self.rate
        return x * (a * kept) + (a * _SELU_FLOOR * (1.0 - kept) + b)


_SELU_FLOOR = -1.7580993408473766  # α': selu(-∞), minus the product of selu's two constants


def _checked_share(name: str, value):
    if not isinstance(value, int | float | np.number) or not 0 <= value <= 1:
        raise ValueError(
            f"Invalid value received for argument `{name}`. Expected a float value between 0 and 1. "
            f"Received: {name}={value}"
        )
    return value


def _check_finite(layer):
    if layer.rate == 1:
        raise ZeroDivisionError(f"{type(layer).__name__} with rate=1 means infinite noise. Use a rate below 1.")


def _checked_noise_shape(noise_shape) -> tuple | None:
    if noise_shape is None:
        return None
    problem = "Invalid value received for argument `noise_shape`. "
    if isinstance(noise_shape, str):
        raise ValueError(f"{problem}Expected a tuple or list of integers. Received: noise_shape={noise_shape}")
    if not hasattr(noise_shape, "__iter__"):
        raise ValueError(
            f"{problem}Expected an iterable of integers (e.g., a tuple or list). Received: noise_shape={noise_shape}"
        )
    for i, size in enumerate(noise_shape):
        if size is not None and not isinstance(size, int | np.integer):
            raise ValueError(
                f"{problem}Expected all elements to be integers or None. Received element at index {i}: {size} "
                f"(type: {type(size).__name__})"
            )
        if size is not None and size <= 0:
            raise ValueError(
                f"{problem}Expected all dimensions to be positive integers or None. Received negative or zero value at "
                f"index {i}: {size}"
            )
    return tuple(noise_shape)


def _concrete(noise_shape, shape) -> tuple[int, ...]:
    """The shape to draw in: the inputs' own sizes for None."""
    if noise_shape is None:
        return tuple(shape)
    drawn = tuple(shape[i] if size is None and i < len(shape) else size for i, size in enumerate(noise_shape))
    padded = (1,) * (len(shape) - len(drawn)) + drawn
    if len(padded) != len(shape) or any(n not in (1, size) for n, size in zip(padded, shape, strict=True)):
        raise ValueError(
            f"`noise_shape` must be the shape of the inputs with some axes 1 (or None, which means the input's size). "
            f"Received: noise_shape={tuple(noise_shape)} for inputs of shape {tuple(shape)}"
        )
    return drawn
