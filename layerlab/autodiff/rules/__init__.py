"""The tables of VJP rules, one file a kind of function. Importing this package fills them."""

from layerlab.autodiff.rules import (
    arithmetic,
    constants,
    elementary,
    indexing,
    joining,
    linalg,
    products,
    reductions,
    shaping,
    statistics,
)

__all__ = [
    "arithmetic",
    "constants",
    "elementary",
    "indexing",
    "joining",
    "linalg",
    "products",
    "reductions",
    "shaping",
    "statistics",
]
