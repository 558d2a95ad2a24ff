"""Who is called what: the tables behind `get("he_normal")`, custom objects and class names in saved files.

Every layerlab class that a string can name registers itself here when it is defined; a user's class enters
by `register_keras_serializable` or a `custom_object_scope`.
"""

import contextlib
import contextvars
import inspect
from collections.abc import Callable, Iterable, Iterator, Mapping
from types import MappingProxyType
from typing import Any

from layerlab.naming import did_you_mean, to_snake_case

__all__ = [
    "Family",
    "Registered",
    "custom_object_scope",
    "find_builtin",
    "get_custom_objects",
    "get_registered_name",
    "get_registered_object",
    "known_as",
    "lookup_custom",
    "names",
    "register_keras_serializable",
]

# family ("initializers", "layers", ...) -> class or function name -> the object
_builtins: dict[str, dict[str, Any]] = {}
_custom: dict[str, Any] = {}  # "package>Name" -> object, by register_keras_serializable
_custom_names: dict[Any, str] = {}
_scoped: contextvars.ContextVar[Mapping[str, Any]] = contextvars.ContextVar(
    "custom_objects", default=MappingProxyType({})
)


def _is_ours(obj) -> bool:
    return (getattr(obj, "__module__", None) or "").partition(".")[0] == "layerlab"


class Registered:
    """Base of every class that a string or a configuration dictionary can name.

    A subclass defined inside layerlab enters the table of its `family` under its class name, unless it says
    `named=False` (a base that no file can name). Subclasses elsewhere do not, so that a user's own `Dense` never
    replaces ours behind their back.
    """

    family: str = ""

    def __init_subclass__(cls, named: bool = True, **kwargs):
        super().__init_subclass__(**kwargs)
        if named and cls.family and _is_ours(cls) and not cls.__name__.startswith("_"):
            _builtins.setdefault(cls.family, {})[cls.__name__] = cls

    def get_config(self) -> dict:
        """The constructor arguments that make an equal object."""
        return {}

    @classmethod
    def from_config(cls, config: dict):
        """The object that `get_config` described."""
        return cls(**config)


def known_as(family: str, functions: Iterable[Callable]) -> None:
    """Enter plain functions (activations, losses) into the table of a family."""
    _builtins.setdefault(family, {}).update({function.__name__: function for function in functions})


def find_builtin(name: str, family: str | None = None):
    """layerlab's own object called `name`, in one family or in any; None if there is none."""
    if family:
        return _builtins.get(family, {}).get(name)
    return next((table[name] for table in _builtins.values() if name in table), None)


def names(family: str) -> Iterable[str]:
    """The names of layerlab's own objects of a family."""
    return _builtins.get(family, {}).keys()


def register_keras_serializable(package: str = "Custom", name: str | None = None):
    """Class decorator: let saved files name this class or function as `package>name`.

    Args:
        package: whose it is; keeps two classes of the same name apart.
        name: the name to store; the class's own by default.

    >>> @register_keras_serializable("docs")
    ... class Mine:
    ...     def get_config(self): return {}
    >>> get_registered_name(Mine), get_registered_object("docs>Mine") is Mine
    ('docs>Mine', True)
    """

    def decorator(obj):
        registered_name = f"{package}>{name or obj.__name__}"
        if inspect.isclass(obj) and not hasattr(obj, "get_config"):
            raise ValueError("Cannot register a class that does not have a get_config() method.")
        _custom[registered_name] = obj
        _custom_names[obj] = registered_name
        return obj

    return decorator


def get_registered_name(obj) -> str:
    """The name that a saved file gives to this class or function.

    >>> get_registered_name(dict)
    'dict'
    """
    return _custom_names.get(obj, getattr(obj, "__name__", type(obj).__name__))


def get_registered_object(name: str, custom_objects: Mapping | None = None, module_objects: Mapping | None = None):
    """The object registered under `name`, from the scope, the registry, or the tables given; else None.

    >>> get_registered_object("Mine", custom_objects={"Mine": dict})
    <class 'dict'>
    """
    for table in (_scoped.get(), _custom, custom_objects or {}, module_objects or {}):
        if name in table:
            return table[name]
    return None


def get_custom_objects() -> dict[str, Any]:
    """The live global table of custom objects (name -> class or function).

    >>> get_custom_objects()["Mine"] = dict
    >>> get_registered_object("Mine")
    <class 'dict'>
    >>> del get_custom_objects()["Mine"]
    """
    return _custom


@contextlib.contextmanager
def custom_object_scope(custom_objects: Mapping[str, Any] | None) -> Iterator[None]:
    """Make these names loadable inside the `with` block.

    >>> with custom_object_scope({"Mine": dict}):
    ...     print(get_registered_object("Mine"))
    <class 'dict'>
    >>> print(get_registered_object("Mine"))
    None
    """
    token = _scoped.set({**_scoped.get(), **(custom_objects or {})})
    try:
        yield
    finally:
        _scoped.reset(token)


def lookup_custom(name: str, custom_objects: Mapping | None = None):
    """A user's object by bare or registered name: the argument first, then the scope, then the registry."""
    found = _lookup_exact(name, custom_objects)
    if found is not None:
        return found
    return next((obj for key, obj in _custom.items() if key.partition(">")[2] == name), None)


def _lookup_exact(name: str, custom_objects: Mapping | None = None):
    """A user's object by the very name it was given: not one registered as package>name by its bare name."""
    tables: tuple[Mapping, ...] = (custom_objects or {}, _scoped.get(), _custom)
    return next((table[name] for table in tables if name in table), None)


class Family:
    """The `get`, `serialize` and `deserialize` of one module, over one table of names.

    Args:
        name: the module and table, "initializers".
        noun: what an error calls one of them, "initializer".
        aliases: extra strings that `get` accepts -> class or function name.
        snake: also accept the snake form of every class name ("he_normal").
        ignore_case: compare strings without case (optimizers).
    """

    def __init__(self, name, noun, aliases: Mapping[str, str] | None = None, snake=True, ignore_case=False):
        self.name, self.noun = name, noun
        self.aliases, self.snake, self.ignore_case = dict(aliases or {}), snake, ignore_case

    def names(self) -> dict[str, Any]:
        """Every accepted string -> the class or function it names."""
        table = dict(_builtins.get(self.name, {}))
        if self.snake:
            table |= {to_snake_case(key): obj for key, obj in table.items() if inspect.isclass(obj)}
        table |= {alias: table[target] for alias, target in self.aliases.items()}
        return {key.lower(): obj for key, obj in table.items()} if self.ignore_case else table

    def lookup(self, name: str):
        """layerlab's class or function of this name; None if there is none."""
        return self.names().get(name.lower() if self.ignore_case else name)

    def find(self, name: str, custom_objects: Mapping | None = None):
        """The class or function that a string names; ValueError with the nearest spelling otherwise."""
        # Our own names come before the bare names of registered objects: registering a `mse` changes no get("mse").
        found = _lookup_exact(name, custom_objects) or self.lookup(name) or lookup_custom(name)
        if found is None:
            raise ValueError(f"Could not interpret {self.noun} identifier: {name}.{did_you_mean(name, self.names())}")
        return found

    def get(self, identifier):
        """The object that a string, class, dictionary, callable or object means; None is None."""
        if identifier is None:
            return None
        if isinstance(identifier, dict):
            return self.deserialize(identifier)
        obj = self.find(identifier) if isinstance(identifier, str) else identifier
        if inspect.isclass(obj):
            obj = obj()
        if callable(obj) or isinstance(obj, Registered):
            return obj
        raise ValueError(f"Could not interpret {self.noun} identifier: {identifier}")

    def serialize(self, obj):
        """The dictionary (or name, for a function) that `deserialize` reads back."""
        from layerlab import serialization

        return serialization.serialize_keras_object(obj)

    def deserialize(self, config, custom_objects: Mapping | None = None):
        """The object that `serialize` described."""
        from layerlab import serialization

        return serialization.deserialize_keras_object(config, custom_objects, family=self)
