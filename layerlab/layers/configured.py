"""The part of a layer that turns it into a configuration and back.

A layer of the package lists its arguments in `config_names`; one of the user's is described by what it was made with.
"""

import inspect
import types
from typing import Any, ClassVar

from layerlab import activations, constraints, dtype_policies, initializers, regularizers
from layerlab.dtype_policies import DTypePolicy
from layerlab.layers.shapes import as_shape

__all__ = ["Configured", "dtype_name"]


class Configured:
    """Gives a layer `get_config`, `from_config` and their like for the shapes it was built for."""

    #: constructor arguments that `get_config` reports, each kept in an attribute of the same name
    config_names: ClassVar[tuple[str, ...] | None] = None
    name: str
    trainable: Any
    activity_regularizer: Any
    build: Any
    _dtype: str
    _auto_config: tuple[tuple, dict]
    _build_shapes: dict | None

    def __init_subclass__(cls, **kwargs):
        super().__init_subclass__(**kwargs)
        if "__init__" not in vars(cls) and cls.__module__.startswith("layerlab.layers."):
            cls.__init__ = _renamed(cls.__init__, cls)  # type: ignore[method-assign]

    def __new__(cls, *args, **kwargs):
        layer = super().__new__(cls)
        layer._auto_config = (args, kwargs)
        return layer

    def get_config(self) -> dict:
        """The constructor arguments that make an equal, unbuilt layer."""
        config = {
            "name": self.name,
            "trainable": self.trainable,
            "dtype": dtype_policies.serialize(DTypePolicy(self._dtype)),
        }
        if self.activity_regularizer is not None:
            config["activity_regularizer"] = regularizers.serialize(self.activity_regularizer)
        if self.config_names is not None:
            return config | {name: _serialized(name, getattr(self, name)) for name in self.config_names}
        if _defined_in_package(type(self).get_config) and not _defined_in_package(type(self).__init__):
            return self._automatic_config(config)
        return config

    def _automatic_config(self, base: dict) -> dict:
        """What the constructor was called with, for a custom layer that has no `get_config` of its own."""
        parameters = inspect.signature(type(self).__init__).parameters
        kinds = {parameter.kind: name for name, parameter in parameters.items()}
        args, kwargs = self._auto_config
        bound = inspect.signature(type(self).__init__).bind(self, *args, **kwargs)
        bound.apply_defaults()
        if bound.arguments.pop(kinds.get(inspect.Parameter.VAR_POSITIONAL, ""), ()):
            raise NotImplementedError(
                f"{_NOT_AUTOMATIC.format(type(self).__name__)} its `__init__()` takes `*args`, and got some."
            )
        config: dict = {}
        for key, value in list(bound.arguments.items())[1:]:
            config |= value if parameters[key].kind is inspect.Parameter.VAR_KEYWORD else {key: value}
        strange = [key for key, value in config.items() if not isinstance(value, _PLAIN)]
        if strange:
            raise NotImplementedError(
                f"{_NOT_AUTOMATIC.format(type(self).__name__)} it was created by passing non-serializable argument "
                f"values in `__init__()`: {', '.join(strange)}."
            )
        accepts_base = inspect.Parameter.VAR_KEYWORD in kinds
        return config | (base if accepts_base else {key: base[key] for key in base if key in config})

    @classmethod
    def from_config(cls, config: dict):
        """The layer that `get_config` described, unbuilt.

        Raises:
            TypeError: the constructor does not take these arguments, whatever it said.
        """
        try:
            return cls(**config)
        except Exception as error:
            raise TypeError(
                f"Error when deserializing class '{cls.__name__}' using config={config}.\n\n"
                f"Exception encountered: {error}"
            ) from error

    def get_build_config(self) -> dict | None:
        """The shapes that the layer was built for; None if it was not."""
        if not self._build_shapes:
            return None
        if len(self._build_shapes) == 1:
            return {"input_shape": next(iter(self._build_shapes.values()))}
        return {"shapes_dict": dict(self._build_shapes)}

    def build_from_config(self, config: dict) -> None:
        """Build for the shapes that `get_build_config` gave."""
        if config and "shapes_dict" in config:
            self.build(**{key: as_shape(value) for key, value in config["shapes_dict"].items()})
        elif config and config.get("input_shape") is not None:
            self.build(as_shape(config["input_shape"]))


def _renamed(init, cls):
    """The same constructor, called `cls.__init__` in Python's own messages: "Conv2D.__init__() missing ..."."""
    own = types.FunctionType(init.__code__, init.__globals__, "__init__", init.__defaults__, init.__closure__)
    own.__kwdefaults__, own.__qualname__ = init.__kwdefaults__, f"{cls.__name__}.__init__"
    own.__annotations__, own.__module__ = init.__annotations__, init.__module__
    return own


_PLAIN = (str, int, float, bool, list, tuple, dict, type(None))
_NOT_AUTOMATIC = "{} needs a `get_config()` (and perhaps a `from_config()`) of its own:"

# ending of an argument's name -> the module that describes such objects
_SERIALIZERS = {
    "initializer": initializers.serialize,
    "regularizer": regularizers.serialize,
    "constraint": constraints.serialize,
    "activation": activations.serialize,
}


def _serialized(name: str, value):
    serialize = _SERIALIZERS.get(name.rpartition("_")[2])
    return value if value is None or serialize is None else serialize(value)


def _defined_in_package(method) -> bool:
    return method.__module__.partition(".")[0] == "layerlab"


def dtype_name(dtype) -> str:
    """The name of a dtype given as a string, a NumPy type, a policy's configuration, or None (the default)."""
    if isinstance(dtype, dict):
        dtype = dtype["config"]["name"]
    return DTypePolicy(dtype).name
