"""How weights start: every initializer, by class, by snake-case alias and by string.

>>> from layerlab import initializers
>>> initializers.get("he_normal").__class__ is initializers.he_normal
True
"""

import numpy as np

from layerlab.config import standardize_dtype
from layerlab.initializers.constant_initializers import STFT, Constant, Identity, Ones, Zeros
from layerlab.initializers.initializer import Initializer
from layerlab.initializers.random_initializers import (
    GlorotNormal,
    GlorotUniform,
    HeNormal,
    HeUniform,
    LecunNormal,
    LecunUniform,
    Orthogonal,
    RandomNormal,
    RandomUniform,
    TruncatedNormal,
    VarianceScaling,
    compute_fans,
)
from layerlab.registry import Family

__all__ = [
    "STFT",
    "Constant",
    "GlorotNormal",
    "GlorotUniform",
    "HeNormal",
    "HeUniform",
    "Identity",
    "IdentityInitializer",
    "Initializer",
    "LecunNormal",
    "LecunUniform",
    "Ones",
    "Orthogonal",
    "OrthogonalInitializer",
    "RandomNormal",
    "RandomUniform",
    "STFTInitializer",
    "TruncatedNormal",
    "VarianceScaling",
    "Zeros",
    "compute_fans",
    "constant",
    "deserialize",
    "get",
    "glorot_normal",
    "glorot_uniform",
    "he_normal",
    "he_uniform",
    "identity",
    "lecun_normal",
    "lecun_uniform",
    "ones",
    "orthogonal",
    "random_normal",
    "random_uniform",
    "serialize",
    "stft",
    "truncated_normal",
    "variance_scaling",
    "zeros",
]

constant, zeros, ones = Constant, Zeros, Ones
identity = IdentityInitializer = Identity
stft = STFTInitializer = STFT
random_normal, random_uniform, truncated_normal = RandomNormal, RandomUniform, TruncatedNormal
variance_scaling = VarianceScaling
lecun_normal, lecun_uniform = LecunNormal, LecunUniform
glorot_normal, glorot_uniform = GlorotNormal, GlorotUniform
he_normal, he_uniform = HeNormal, HeUniform
orthogonal = OrthogonalInitializer = Orthogonal

_family = Family(
    "initializers",
    "initializer",
    aliases={
        "zero": "Zeros",
        "one": "Ones",
        "normal": "RandomNormal",
        "uniform": "RandomUniform",
        "IdentityInitializer": "Identity",
        "OrthogonalInitializer": "Orthogonal",
        "STFTInitializer": "STFT",
    },
)
serialize, deserialize = _family.serialize, _family.deserialize


def get(identifier):
    """The initializer that an identifier means.

    Args:
        identifier: a string ("he_normal" or "HeNormal"), a class, a configuration dictionary, an object or any
            callable `(shape, dtype)`, an array (which becomes the weight's first value), or None.

    Raises:
        ValueError: nothing is called that; the message offers the nearest name. The string "constant" is
            refused, because it says no value.

    >>> get("glorot")
    Traceback (most recent call last):
    ValueError: Could not interpret initializer identifier: glorot. Did you mean 'GlorotNormal'?
    """
    if isinstance(identifier, np.ndarray | np.generic):
        return _starting_as(identifier)
    if isinstance(identifier, str) and _family.find(identifier) is Constant:
        return Constant.from_config({})  # which explains what is missing
    return _family.get(identifier)


def _starting_as(array):
    """An initializer that returns this very array, for weights of its shape only."""

    def initialize(shape, dtype=None):
        if tuple(shape) != array.shape:
            raise ValueError(
                f"Expected `shape` to be {array.shape} for direct tensor as initializer. Received shape={shape}"
            )
        return array.astype(standardize_dtype(dtype))

    return initialize
