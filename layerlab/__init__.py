"""layerlab: what a neural-network layer is, in NumPy, under Keras's names. This file is the table of contents.

Each name below is imported when it is first used, so that `import layerlab` costs next to nothing.
"""

from importlib import import_module

__version__ = "0.1.0"

_MODULES = (
    "activations",
    "autodiff",
    "backend",
    "callbacks",
    "config",
    "constraints",
    "datasets",
    "dtype_policies",
    "initializers",
    "layers",
    "losses",
    "metrics",
    "models",
    "ops",
    "optimizers",
    "plots",
    "random",
    "regularizers",
    "saving",
    "tree",
    "utils",
)
_OBJECTS = {  # name here -> the module that has it
    "DTypePolicy": "dtype_policies",
    "Initializer": "initializers",
    "Input": "layers",
    "InputSpec": "layers",
    "KerasTensor": "layers.symbolic",
    "Layer": "layers",
    "Loss": "losses",
    "Metric": "metrics",
    "Model": "models",
    "Optimizer": "optimizers",
    "Regularizer": "regularizers",
    "Sequential": "models",
    "Variable": "variables",
    "name_scope": "variables",
}

__all__ = ["__version__", *_MODULES, *_OBJECTS, "version"]


def version() -> str:
    """The version of layerlab; `__version__` says the same."""
    return __version__


def __getattr__(name: str):
    if name in _MODULES:
        return import_module(f"layerlab.{name}")
    if name in _OBJECTS:
        return getattr(import_module(f"layerlab.{_OBJECTS[name]}"), name)
    from layerlab.naming import did_you_mean

    raise AttributeError(f"module 'layerlab' has no attribute {name!r}.{did_you_mean(name, __all__)}")


def __dir__() -> list[str]:
    return sorted(__all__)
