"""Normalizations: against slow loops, their moving averages, masks, axes of every kind and wrong ones."""

from layerlab import layers as L
from tests.contract import Case

MASKS = {"supports_masking": True}
BATCH = MASKS | {"training_differs": True}


def pair(*shape):
    return (("gamma", shape), ("beta", shape))


def averages(n):
    return (("moving_mean", (n,)), ("moving_variance", (n,)))


PENALTIES = {
    "beta_initializer": "ones",
    "gamma_initializer": "he_normal",
    "beta_regularizer": "l1",
    "gamma_regularizer": "l2",
    "beta_constraint": "non_neg",
    "gamma_constraint": "max_norm",
}

CASES = [
    Case(L.BatchNormalization, {}, (4, 3), (4, 3), pair(3) + averages(3), **BATCH),
    Case(L.BatchNormalization, {"axis": 1}, (2, 3, 2, 2), (2, 3, 2, 2), pair(3) + averages(3), **BATCH),
    Case(
        L.BatchNormalization,
        {"momentum": 0.5, "epsilon": 0.01, "scale": False, "center": False},
        (2, 3, 4),
        (2, 3, 4),
        averages(4),
        **BATCH,
    ),
    Case(
        L.BatchNormalization,
        PENALTIES | {"moving_mean_initializer": "ones", "moving_variance_initializer": "zeros"},
        (4, 3),
        (4, 3),
        pair(3) + averages(3),
        **BATCH,
    ),
    Case(L.LayerNormalization, {}, (2, 3, 4), (2, 3, 4), pair(4), **MASKS),
    Case(L.LayerNormalization, {"axis": (2, 1), "epsilon": 0.1}, (2, 3, 4), (2, 3, 4), pair(3, 4), **MASKS),
    Case(L.LayerNormalization, {"center": False, "scale": False}, (2, 3), (2, 3), **MASKS),
    Case(L.LayerNormalization, PENALTIES, (2, 3), (2, 3), pair(3), **MASKS),
    Case(L.GroupNormalization, {"groups": 2}, (2, 3, 4), (2, 3, 4), pair(4), **MASKS),
    Case(L.GroupNormalization, {"groups": -1, "axis": 1}, (2, 3, 4), (2, 3, 4), pair(3), **MASKS),
    Case(L.GroupNormalization, PENALTIES | {"groups": 1}, (2, 2, 2, 4), (2, 2, 2, 4), pair(4), **MASKS),
    Case(L.RMSNormalization, {}, (2, 3), (2, 3), (("scale", (3,)),)),
    Case(L.RMSNormalization, {"axis": [1, 2], "epsilon": 0.1}, (2, 3, 4), (2, 3, 4), (("scale", (3, 4)),)),
    Case(L.UnitNormalization, {}, (2, 3), (2, 3), **MASKS),
    Case(L.UnitNormalization, {"axis": (1, 2)}, (2, 3, 4), (2, 3, 4), **MASKS),
]
