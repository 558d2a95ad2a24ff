"""Models: chains of layers that can be trained, copied, saved and loaded."""

from layerlab.models.cloning import clone_model, model_from_json
from layerlab.models.functional import Functional as Functional
from layerlab.models.model import Model
from layerlab.models.sequential import Sequential

__all__ = ["Model", "Sequential", "clone_model", "load_model", "model_from_json", "save_model"]


def __getattr__(name: str):
    if name in ("load_model", "save_model"):  # which stand on models themselves
        from layerlab import saving

        return getattr(saving, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
