"""Initializers that draw: from fixed distributions, from ones scaled to the layer's size, and orthogonal matrices.

An initializer without a seed draws one when it is made: called twice, it gives the same numbers twice.
"""

import math

import numpy as np

from layerlab import random
from layerlab.config import standardize_dtype
from layerlab.initializers.initializer import Initializer
from layerlab.serialization import deserialize_keras_object, serialize_keras_object

__all__ = [
    "GlorotNormal",
    "GlorotUniform",
    "HeNormal",
    "HeUniform",
    "LecunNormal",
    "LecunUniform",
    "Orthogonal",
    "RandomNormal",
    "RandomUniform",
    "TruncatedNormal",
    "VarianceScaling",
    "compute_fans",
]


class _Random(Initializer):
    """What all random initializers share: a seed, which may be None, an integer or a SeedGenerator."""

    def __init__(self, seed=None):
        self._init_seed = seed
        if seed is None:
            seed = random.make_default_seed()
        elif isinstance(seed, dict):
            seed = deserialize_keras_object(seed)
        if not isinstance(seed, int | random.SeedGenerator):
            raise ValueError(
                "`seed` argument should be an instance of `keras.random.SeedGenerator()` or an integer. "
                f"Received: seed={seed}"
            )
        self.seed = seed

    def get_config(self):
        return {"seed": serialize_keras_object(self._init_seed)}


class RandomNormal(_Random):
    """Numbers from the normal distribution N(mean, stddev²), of any size.

    >>> RandomNormal(stddev=0.05, seed=1)((3,))
    array([0.01727921, 0.04108091, 0.01652185], dtype=float32)

    Source: `keras.initializers.RandomNormal`.
    """

    def __init__(self, mean=0.0, stddev=0.05, seed=None):
        self.mean, self.stddev = mean, stddev
        super().__init__(seed)

    def __call__(self, shape, dtype=None):
        return random.normal(shape, self.mean, self.stddev, dtype, self.seed)

    def get_config(self):
        return {**super().get_config(), "mean": self.mean, "stddev": self.stddev}


class TruncatedNormal(_Random):
    """Normal numbers, drawn again until they lie within mean ± 2·stddev.

    The result's standard deviation is 0.8796256610342398·stddev: nothing makes up for the tails cut off.

    >>> float(abs(TruncatedNormal(stddev=0.05, seed=1)((1000,))).max()) <= 0.1
    True

    Source: `keras.initializers.TruncatedNormal`.
    """

    def __init__(self, mean=0.0, stddev=0.05, seed=None):
        self.mean, self.stddev = mean, stddev
        super().__init__(seed)

    def __call__(self, shape, dtype=None):
        return random.truncated_normal(shape, self.mean, self.stddev, dtype, self.seed)

    def get_config(self):
        return {**super().get_config(), "mean": self.mean, "stddev": self.stddev}


class RandomUniform(_Random):
    """Numbers from the uniform distribution on [minval, maxval).

    >>> RandomUniform(-1, 1, seed=1)((3,))
    array([ 0.02364325,  0.90092736, -0.71168077], dtype=float32)

    Source: `keras.initializers.RandomUniform`.
    """

    def __init__(self, minval=-0.05, maxval=0.05, seed=None):
        self.minval, self.maxval = minval, maxval
        super().__init__(seed)

    def __call__(self, shape, dtype=None):
        return random.uniform(shape, self.minval, self.maxval, dtype, self.seed)

    def get_config(self):
        return {**super().get_config(), "minval": self.minval, "maxval": self.maxval}


# The standard deviation of a standard normal distribution cut off at ±2.
_TRUNCATED_STDDEV = 0.87962566103423978
_MODES = ("fan_in", "fan_out", "fan_avg")
_DISTRIBUTIONS = ("uniform", "truncated_normal", "untruncated_normal")


class VarianceScaling(_Random):
    """Numbers whose spread fits the size of the layer: variance = scale / n.

    n is the number of inputs of a unit (fan_in), of outputs of an input (fan_out), or the mean of both (fan_avg).

    Args:
        scale: a positive number.
        mode: "fan_in", "fan_out" or "fan_avg".
        distribution: "truncated_normal" (also called "normal"): redrawn beyond two standard deviations of a normal
            distribution wide enough that the result has the variance; "untruncated_normal": N(0, variance);
            "uniform": U(-L, L) with L = sqrt(3·variance).
        seed: None, an integer or a SeedGenerator.
        input_axes, output_axes: the axes of the weight whose sizes make fan_in and fan_out; the usual rule by default.

    Raises:
        ValueError: scale is not positive, or mode, distribution or seed is none of these.

    >>> VarianceScaling(scale=2.0, mode="fan_avg", distribution="uniform", seed=1)((2, 2))
    array([[ 0.04095131,  1.560452  ],
           [-1.2326672 ,  1.5541673 ]], dtype=float32)

    Source: `keras.initializers.VarianceScaling`.
    """

    def __init__(
        self,
        scale=1.0,
        mode="fan_in",
        distribution="truncated_normal",
        seed=None,
        input_axes=None,
        output_axes=None,
    ):
        if scale <= 0:
            raise ValueError(f"Argument `scale` must be positive float. Received: scale={scale}")
        if mode not in _MODES:
            raise ValueError(f"Invalid `mode` argument: {mode}. Please use one of {_MODES}")
        distribution = distribution.lower()
        if distribution == "normal":
            distribution = "truncated_normal"
        if distribution not in _DISTRIBUTIONS:
            raise ValueError(f"Invalid `distribution` argument: {distribution}.Please use one of {_DISTRIBUTIONS}")
        self.scale, self.mode, self.distribution = scale, mode, distribution
        self.input_axes, self.output_axes = input_axes, output_axes
        super().__init__(seed)

    def __call__(self, shape, dtype=None):
        fan_in, fan_out = compute_fans(shape, self.input_axes, self.output_axes)
        n = {"fan_in": fan_in, "fan_out": fan_out, "fan_avg": (fan_in + fan_out) / 2.0}[self.mode]
        variance = self.scale / max(1.0, n)
        if self.distribution == "uniform":
            limit = math.sqrt(3.0 * variance)
            return random.uniform(shape, -limit, limit, dtype, self.seed)
        if self.distribution == "untruncated_normal":
            return random.normal(shape, 0.0, math.sqrt(variance), dtype, self.seed)
        return random.truncated_normal(shape, 0.0, math.sqrt(variance) / _TRUNCATED_STDDEV, dtype, self.seed)

    def get_config(self):
        return {
            **super().get_config(),
            "scale": self.scale,
            "mode": self.mode,
            "distribution": self.distribution,
            "input_axes": self.input_axes,
            "output_axes": self.output_axes,
        }


class _Preset(VarianceScaling):
    """A VarianceScaling whose `(scale, mode, distribution)` has a name."""

    preset: tuple[float, str, str]

    def __init__(self, seed=None, input_axes=None, output_axes=None):
        super().__init__(*self.preset, seed=seed, input_axes=input_axes, output_axes=output_axes)

    def get_config(self):
        config = super().get_config()
        return {key: config[key] for key in ("seed", "input_axes", "output_axes")}


class LecunNormal(_Preset):
    """Truncated normal of standard deviation sqrt(1 / fan_in).

    Source: LeCun et al., 1998, Efficient BackProp; `keras.initializers.LecunNormal`.
    """

    preset = (1.0, "fan_in", "truncated_normal")


class LecunUniform(_Preset):
    """Uniform on [-L, L) with L = sqrt(3 / fan_in).

    Source: LeCun et al., 1998, Efficient BackProp; `keras.initializers.LecunUniform`.
    """

    preset = (1.0, "fan_in", "uniform")


class GlorotNormal(_Preset):
    """Truncated normal of standard deviation sqrt(2 / (fan_in + fan_out)), also called Xavier.

    Source: Glorot & Bengio, 2010; `keras.initializers.GlorotNormal`.
    """

    preset = (1.0, "fan_avg", "truncated_normal")


class GlorotUniform(_Preset):
    """Uniform on [-L, L) with L = sqrt(6 / (fan_in + fan_out)): the default kernel of most layers.

    >>> GlorotUniform(seed=1)((2, 2))
    array([[ 0.02895695,  1.1034062 ],
           [-0.8716274 ,  1.0989622 ]], dtype=float32)

    Source: Glorot & Bengio, 2010; `keras.initializers.GlorotUniform`.
    """

    preset = (1.0, "fan_avg", "uniform")


class HeNormal(_Preset):
    """Truncated normal of standard deviation sqrt(2 / fan_in): keeps the signal's size through relu layers.

    >>> HeNormal(seed=1)((2, 2))
    array([[ 0.39287645,  0.9340543 ],
           [ 0.3756565 , -1.4814907 ]], dtype=float32)

    Source: He et al., 2015, https://arxiv.org/abs/1502.01852; `keras.initializers.HeNormal`.
    """

    preset = (2.0, "fan_in", "truncated_normal")


class HeUniform(_Preset):
    """Uniform on [-L, L) with L = sqrt(6 / fan_in).

    Source: He et al., 2015, https://arxiv.org/abs/1502.01852; `keras.initializers.HeUniform`.
    """

    preset = (2.0, "fan_in", "uniform")


def compute_fans(shape, input_axes=None, output_axes=None) -> tuple[int, int]:
    """How many inputs feed one unit, and how many outputs one input feeds, for a weight of this shape.

    A kernel (*window, in, out) has window · in and window · out. The two last axes are taken to be in and out
    whatever the layer: so a depthwise kernel (3, 3, 8, 1) has 72 and 9.

    >>> compute_fans((784, 512)), compute_fans((3, 3, 8, 16)), compute_fans((5,)), compute_fans(())
    ((784, 512), (72, 144), (5, 5), (1, 1))
    """
    if input_axes is not None and output_axes is not None:
        return math.prod(int(shape[axis]) for axis in input_axes), math.prod(int(shape[axis]) for axis in output_axes)
    if len(shape) < 2:
        return (math.prod(shape),) * 2
    *window, fan_in, fan_out = (int(size) for size in shape)
    return fan_in * math.prod(window), fan_out * math.prod(window)


class Orthogonal(_Random):
    """A matrix whose columns (or rows, if there are fewer) are orthogonal and all have the length `gain`.

    With W = w.reshape(-1, w.shape[-1]): WᵀW = gain²·I if W is tall, else WWᵀ = gain²·I. It is the Q of a QR
    decomposition of a normal matrix, with the signs that make R's diagonal positive.

    Args:
        gain: the length of the columns (rows).
        seed: None, an integer or a SeedGenerator.

    Raises:
        ValueError: at the call, if the shape has less than two dimensions.

    >>> Orthogonal(seed=1)((2, 2)).round(4)
    array([[ 0.7228,  0.6911],
           [ 0.6911, -0.7228]], dtype=float32)

    Source: Saxe et al., 2014, https://arxiv.org/abs/1312.6120; `keras.initializers.Orthogonal`.
    """

    def __init__(self, gain=1.0, seed=None):
        self.gain = gain
        super().__init__(seed)

    def __call__(self, shape, dtype=None):
        if len(shape) < 2:
            raise ValueError(
                "The tensor to initialize must be at least two-dimensional. "
                f"Received: shape={shape} of rank {len(shape)}."
            )
        rows, columns = math.prod(shape[:-1]), shape[-1]
        dtype = standardize_dtype(dtype)
        drawn = random.normal((max(rows, columns), min(rows, columns)), dtype=dtype, seed=self.seed)
        q, r = np.linalg.qr(drawn.astype(np.promote_types(dtype, "float32")))  # LAPACK has no half precision
        q = q * np.sign(np.diag(r))
        if rows < columns:
            q = q.T
        return (self.gain * q.reshape(shape)).astype(dtype, copy=False)

    def get_config(self):
        return {**super().get_config(), "gain": self.gain}
