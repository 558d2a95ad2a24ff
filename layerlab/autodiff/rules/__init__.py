"""The tables of VJP rules, one file a kind of function. Importing this package fills them."""

from layerlab.autodiff.rules import arithmetic, constants, elementary, indexing, linalg, reductions, shaping

__all__ = ["arithmetic", "constants", "elementary", "indexing", "linalg", "reductions", "shaping"]
