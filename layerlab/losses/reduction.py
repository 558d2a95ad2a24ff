"""From a loss per sample to the number that training lowers: sample weights, masks, and the way to average."""

import math

import numpy as np

from layerlab.losses.shapes import cast, squeeze_or_expand_to_same_rank

__all__ = ["apply_mask", "reduce_weighted_values", "standardize_reduction"]

_REDUCTIONS = ("sum_over_batch_size", "sum", "mean", "mean_with_sample_weight", "none", None)


def standardize_reduction(reduction):
    """The argument `reduction`, if it is one that exists; ValueError otherwise."""
    if reduction not in _REDUCTIONS:
        hint = " In Keras 3 'auto' is called 'sum_over_batch_size'." if reduction == "auto" else ""
        raise ValueError(
            f"Invalid value for argument `reduction`. Expected one of {_REDUCTIONS}. "
            f"Received: reduction={reduction}.{hint}"
        )
    return reduction


def apply_mask(sample_weight, mask, dtype, reduction):
    """Sample weights that are zero where the mask is False.

    For the mean reductions the entries that count weigh total/valid, so that dividing by all entries later
    gives the mean over the valid ones.
    """
    if mask is None:
        return sample_weight
    weight = cast(mask, dtype)
    if reduction in ("mean", "sum_over_batch_size"):
        valid = float(np.sum(weight))
        weight = weight * (math.prod(mask.shape) / valid if valid else 0.0)
    if sample_weight is None:
        return weight
    weight, sample_weight = squeeze_or_expand_to_same_rank(weight, cast(sample_weight, dtype))
    return sample_weight * weight


def reduce_weighted_values(values, sample_weight=None, mask=None, reduction="sum_over_batch_size", dtype=None):
    """Weigh the losses and reduce them to one number (or not at all).

    Args:
        values: losses, one a sample or one a time step.
        sample_weight: weights that broadcast against `values`; (N,) and (N, 1) are lined up.
        mask: boolean, True where a loss counts.
        reduction: "sum_over_batch_size" or "mean": sum(w * l) / number of losses; "mean_with_sample_weight":
            sum(w * l) / sum(w); "sum"; "none" or None: the weighted losses themselves.
        dtype: of the computation; that of `values` by default.

    >>> float(reduce_weighted_values(np.array([1.0, 3.0]), np.array([1.0, 0.0])))
    0.5
    """
    standardize_reduction(reduction)
    values = cast(values, dtype or values.dtype)
    weight = apply_mask(sample_weight, mask, values.dtype, reduction)
    if weight is not None:
        values, weight = squeeze_or_expand_to_same_rank(values, cast(weight, values.dtype))
        values = _weighted(
            values, weight, "`sample_weight`" if mask is None else "`sample_weight` or the mask of `y_pred`"
        )
    return _reduce(values, weight, reduction)


def _weighted(values, weight, name):
    try:
        np.broadcast_shapes(values.shape, weight.shape)
    except ValueError:
        hint = ""
        if len(values.shape) > 1 and weight.shape == values.shape[:1]:
            hint = " For one weight a sample pass sample_weight[:, None], which applies to each of its time steps."
        raise ValueError(
            f"{name} has an incompatible shape for broadcasting with the losses. "
            f"Received: sample_weight.shape={weight.shape}, losses.shape={values.shape}.{hint}"
        ) from None
    return values * weight


def _reduce(values, weight, reduction):
    if reduction in (None, "none") or values.shape in ((), (0,)):
        return values
    if reduction == "sum":
        return np.sum(values)
    if reduction == "mean_with_sample_weight" and weight is not None:
        total = np.sum(weight)
        return np.sum(values) / (total if total else 1.0)
    return np.mean(values) if math.prod(values.shape) else np.sum(values)
