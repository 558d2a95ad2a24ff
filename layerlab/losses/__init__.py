"""Losses: what training lowers. Functions give one loss a sample; classes add weights, masks and a reduction.

Names, arguments and numbers are those of `keras.losses`; every formula is plain NumPy and can be differentiated.
"""

import inspect

from layerlab.losses.crossentropy import (
    BinaryCrossentropy,
    CategoricalCrossentropy,
    SparseCategoricalCrossentropy,
    binary_crossentropy,
    categorical_crossentropy,
    sparse_categorical_crossentropy,
)
from layerlab.losses.divergence import KLDivergence, Poisson, kl_divergence, poisson
from layerlab.losses.embedding_distance import Circle, circle
from layerlab.losses.focal import (
    BinaryFocalCrossentropy,
    CategoricalFocalCrossentropy,
    CategoricalGeneralizedCrossEntropy,
    binary_focal_crossentropy,
    categorical_focal_crossentropy,
    categorical_generalized_cross_entropy,
)
from layerlab.losses.loss import Loss
from layerlab.losses.margin import CategoricalHinge, Hinge, SquaredHinge, categorical_hinge, hinge, squared_hinge
from layerlab.losses.overlap import Dice, Tversky, dice, tversky
from layerlab.losses.regression import (
    CosineSimilarity,
    Huber,
    LogCosh,
    MeanAbsoluteError,
    MeanAbsolutePercentageError,
    MeanSquaredError,
    MeanSquaredLogarithmicError,
    cosine_similarity,
    huber,
    log_cosh,
    mean_absolute_error,
    mean_absolute_percentage_error,
    mean_squared_error,
    mean_squared_logarithmic_error,
)
from layerlab.losses.sequence import CTC, ctc
from layerlab.registry import Family, known_as

__all__ = [
    "CTC",
    "BinaryCrossentropy",
    "BinaryFocalCrossentropy",
    "CategoricalCrossentropy",
    "CategoricalFocalCrossentropy",
    "CategoricalGeneralizedCrossEntropy",
    "CategoricalHinge",
    "Circle",
    "CosineSimilarity",
    "Dice",
    "Hinge",
    "Huber",
    "KLDivergence",
    "LogCosh",
    "Loss",
    "MeanAbsoluteError",
    "MeanAbsolutePercentageError",
    "MeanSquaredError",
    "MeanSquaredLogarithmicError",
    "Poisson",
    "SparseCategoricalCrossentropy",
    "SquaredHinge",
    "Tversky",
    "binary_crossentropy",
    "binary_focal_crossentropy",
    "categorical_crossentropy",
    "categorical_focal_crossentropy",
    "categorical_generalized_cross_entropy",
    "categorical_hinge",
    "circle",
    "cosine_similarity",
    "ctc",
    "deserialize",
    "dice",
    "get",
    "hinge",
    "huber",
    "kl_divergence",
    "log_cosh",
    "mean_absolute_error",
    "mean_absolute_percentage_error",
    "mean_squared_error",
    "mean_squared_logarithmic_error",
    "poisson",
    "serialize",
    "sparse_categorical_crossentropy",
    "squared_hinge",
    "tversky",
]

_SHORT = {
    "bce": "binary_crossentropy",
    "kld": "kl_divergence",
    "mae": "mean_absolute_error",
    "mape": "mean_absolute_percentage_error",
    "mse": "mean_squared_error",
    "msle": "mean_squared_logarithmic_error",
}

known_as("losses", [value for value in list(globals().values()) if inspect.isfunction(value) and value is not known_as])
_family = Family("losses", "loss", aliases=_SHORT | {key.upper(): name for key, name in _SHORT.items()}, snake=False)


def get(identifier):
    """The loss that a string, a class, a configuration, a callable or a `Loss` means; None stays None.

    Strings are function names ("mean_squared_error"), class names ("MeanSquaredError") and the short names mse, mae,
    mape, msle, bce, kld (also in capitals).

    Raises:
        ValueError: `Could not interpret loss identifier: ...`, with the nearest spelling.

    >>> get("mse").__name__
    'mean_squared_error'
    """
    return _family.get(identifier)


def serialize(loss):
    """The configuration from which `deserialize` makes an equal loss.

    >>> serialize(Huber(delta=2.0))["config"]
    {'name': 'huber_loss', 'reduction': 'sum_over_batch_size', 'delta': 2.0}
    """
    return _family.serialize(loss)


def deserialize(name, custom_objects=None):
    """The loss that a configuration (or a name) describes.

    >>> deserialize(serialize(Huber(delta=2.0))).delta
    2.0
    """
    found = _family.deserialize(name, custom_objects)
    return found() if inspect.isclass(found) else found
