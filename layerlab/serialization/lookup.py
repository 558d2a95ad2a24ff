"""What a name in a configuration means: a class or function of the user's, or one of layerlab's own tables."""

import inspect
import itertools

from layerlab import registry
from layerlab.naming import did_you_mean

__all__ = ["find_class", "find_function"]

# What a configuration may name. Callbacks, say, are not here: one of them opens any file it is told to.
_FAMILIES = (
    "activations",
    "constraints",
    "initializers",
    "layers",
    "losses",
    "metrics",
    "optimizers",
    "random",
    "regularizers",
    "schedules",
)
_FUNCTION_FAMILIES = ("activations", "losses", "metrics")
_NAMED_AS_IN_FILES = ("activations", "layers")  # looked for like any object in a file; unknown, a TypeError


def find_class(config: dict, family):
    """The user's class of the registered name, then layerlab's of the class name, then the user's of the class name.

    Asked for an activation, a class of another family (a layer) must name its module.
    """
    name = config["class_name"]
    registered = config.get("registered_name", name)
    found = registry.get_registered_object(registered) if isinstance(registered, str) else None
    if found is not None:
        return found
    if family is not None:
        found = family.lookup(name) if _means_ours(config) else None
    named = family is None or (family.name in _NAMED_AS_IN_FILES and config.get("module") is not None)
    if found is None and named and _means_ours(config):
        found = _builtin(name, config.get("module"))
    if found is not None:
        _refuse_registered_name(config, name)
    elif registered is not None:
        found = registry.lookup_custom(name)
    return _located(found, name, "class", config, family)


def find_function(name: str, config: dict, family):
    """The user's function of this full name, then layerlab's, then the user's of the bare name."""
    found = registry.get_registered_object(name)
    if found is not None:
        return found
    if family is not None:
        found = family.lookup(name)
    if found is None:
        found = next((f for table in _FUNCTION_FAMILIES if _is_function(f := registry.find_builtin(name, table))), None)
    if found is not None:
        _refuse_registered_name(config, name)
    else:
        found = registry.lookup_custom(name)
    return _located(found, name, "function", config, family)


def _refuse_registered_name(config: dict, name: str) -> None:
    """One of ours is meant, under a name that says otherwise: such a configuration was made by hand, to mislead."""
    registered = config.get("registered_name")
    if registered and registered not in (name, config["class_name"]):
        raise ValueError(
            f"`registered_name={registered!r}` was provided in the config, but '{name}' resolved to a Keras built-in "
            "and does not use registered names. Remove the `registered_name` field from the config. Full object "
            f"config: {config}"
        )


def _is_function(obj) -> bool:
    return callable(obj) and not inspect.isclass(obj)


def _means_ours(config: dict) -> bool:
    """Whether a configuration speaks of Keras's (and so layerlab's) own class, not of a user's with the same name."""
    module = config.get("module")
    if isinstance(module, str) and module != "builtins":
        return module.partition(".")[0] in ("keras", "layerlab")
    return config.get("registered_name") is None


def _builtin(name: str, module: str | None):
    family = (module or "").rpartition(".")[2]
    places = (family,) if family in _FAMILIES else _FAMILIES
    return next((found for place in places if (found := registry.find_builtin(name, place)) is not None), None)


def _located(found, name: str, kind: str, config: dict, family):
    if found is not None:
        return found
    known = itertools.chain.from_iterable(registry.names(place) for place in _FAMILIES)
    if family is not None and family.name not in _NAMED_AS_IN_FILES:
        raise ValueError(
            f"Could not interpret {family.noun} identifier: {config}.{did_you_mean(name, known)} A {kind} of your own "
            "must be registered, or passed in `custom_objects`."
        )
    raise TypeError(
        f"Could not locate {kind} '{name}'.{did_you_mean(name, known)} Make sure custom classes and functions are "
        "decorated with `@layerlab.saving.register_keras_serializable()`, or pass them in `custom_objects`. If they "
        "are already decorated, make sure they are all imported so that the decorator is run before trying to load "
        f"them. Full object config: {config}"
    )
