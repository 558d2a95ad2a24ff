"""Models: chains of layers that can be trained."""

from layerlab.models.model import Model
from layerlab.models.sequential import Sequential

__all__ = ["Model", "Sequential"]
