"""Which weights go where in a file: the tree of layers, found by their attributes, with Keras's names for the branches.

In a list a layer is called by its class, numbered ("dense", "dense_1"), never by its own name, which may be automatic.
"""

import warnings
from collections import Counter
from collections.abc import Iterator

from layerlab.layers import Layer
from layerlab.models import Model, Sequential
from layerlab.models.functional import Functional
from layerlab.naming import to_snake_case
from layerlab.optimizers import Optimizer
from layerlab.saving.hdf5 import variables_at
from layerlab.variables import Variable

__all__ = ["load_state", "save_state"]

# Attributes of layerlab's own that hold layers a second time, or nothing to save.
_INTERNAL = frozenset(vars(Layer(name="bare"))) | {
    "_auto_config",
    "_compile_arguments",
    "_hidden_input",
    "_layers",
    "_tensors",
}


def save_state(model, file, skip=()) -> None:
    """Write the variables of a model, of all layers inside (but for some) and of its optimizer into an HDF5 file."""
    done = {id(layer) for layer in skip}
    for path, saveable in _walk(model, "", done):
        done.add(id(saveable))
        group = file.create_group(f"{path}/vars")
        if isinstance(getattr(saveable, "name", None), str):
            group.attrs["name"] = saveable.name
        saveable.save_own_variables(group)


def load_state(model, file, where, skip_mismatch: bool = False, skip=()) -> None:
    """Read what `save_state` wrote. If anything does not fit, the model stays as it was.

    Args:
        model: a built model.
        file: an open HDF5 file.
        where: the file's name, for messages.
        skip_mismatch: load what fits, and warn about the rest.
        skip: layers to leave alone.

    Raises:
        ValueError: an array is missing, has another shape, or cannot be read.
    """
    before = [(variable, variable.value, variable.value.copy()) for variable in _variables(model)]
    try:
        failures = _load_what_fits(model, file, where, done={id(layer) for layer in skip})
        if failures:
            _report(failures, where, skip_mismatch)
    except BaseException:
        for variable, array, values in before:
            array[...] = values
            variable.value = array
        raise


def _load_what_fits(model, file, where, done: set[int]) -> list:
    """The pairs (layer, error) of what could not be loaded. A layer that is reached again is tried again."""
    failures = {}
    for path, saveable in _walk(model, "", done):
        variables = variables_at(file, path, where)
        try:
            if not _never_used(saveable, variables):
                saveable.load_own_variables(variables)
        except Exception as error:  # whatever a layer of the user's own may raise
            failures[id(saveable)] = saveable, error
        else:
            done.add(id(saveable))
            failures.pop(id(saveable), None)
    return list(failures.values())


def _never_used(saveable, variables) -> bool:
    """Whether the file holds an optimizer before its first step, which has made no variables for the weights yet."""
    fewer = isinstance(saveable, Optimizer) and 0 < len(variables) < len(saveable.variables)
    return fewer and "0" in variables and not variables["0"].any()


def _report(failures, where, only_warn: bool) -> None:
    layer, error = failures[0]
    message = (
        f"A total of {len(failures)} objects could not be loaded. Example error message for object {layer}:\n\n"
        f"{error}\n\nList of objects that could not be loaded:\n{[layer for layer, _ in failures]}\n\nFile: {where}"
    )
    if not only_warn:
        raise ValueError(message) from error
    warnings.warn(message, stacklevel=4)


# --- the tree -------------------------------------------------------------------------------------------------------


def _walk(saveable, path: str, done: set[int], above: tuple[int, ...] = ()) -> Iterator:
    """(path, object) of an object and of everything inside it that has variables to save.

    An object in `done` is passed over, with what is inside it; the caller puts there what it has dealt with.
    """
    if id(saveable) in done or id(saveable) in above:
        return
    yield path, saveable
    for name, value in _parts(saveable):
        yield from _walk_value(value, f"{path}/{name}".lstrip("/"), done, (*above, id(saveable)))


def _walk_value(value, path: str, done, above) -> Iterator:
    if _is_saveable(value):
        yield from _walk(value, path, done, above)
    elif isinstance(value, list | tuple | dict) and id(value) not in above:
        items = list(value.values()) if isinstance(value, dict) else value
        for name, item in _named(items):
            yield from _walk_value(item, f"{path}/{name}", done, (*above, id(value)))


def _is_saveable(value) -> bool:
    return hasattr(value, "save_own_variables") and not isinstance(value, type)


def _named(items) -> Iterator:
    """The items of a list that matter, each with its name there."""
    used: Counter[str] = Counter()
    for item in items:
        if _is_saveable(item):
            name = to_snake_case(type(item).__name__)
        elif isinstance(item, list | tuple | dict):
            name = "container"
        else:
            continue
        yield (f"{name}_{used[name]}" if used[name] else name), item
        used[name] += 1


def _parts(saveable) -> Iterator:
    """The attributes of an object in Keras's order: by name, private ones last; a chain's layers before all."""
    parts = {name: value for name, value in vars(saveable).items() if name not in _INTERNAL}
    parts |= {name: getattr(saveable, name, None) for name in _own_properties(type(saveable))}
    if isinstance(saveable, Model):
        parts["layers"] = saveable.layers
    layers_first = isinstance(saveable, Sequential | Functional)
    return iter(sorted(parts.items(), key=lambda part: (_rank(part[0], layers_first), part[0])))


def _own_properties(cls) -> list[str]:
    """The properties of classes of the user's own, which may give a layer under a second name."""
    classes = [each for each in cls.__mro__ if each.__module__.partition(".")[0] not in ("layerlab", "builtins")]
    return [name for each in classes for name, value in vars(each).items() if isinstance(value, property)]


def _rank(name: str, layers_first: bool) -> int:
    return 0 if layers_first and name == "layers" else 2 if name.startswith("_") else 1


def _variables(model) -> list[Variable]:
    done: set[int] = set()
    found: dict[int, Variable] = {}
    for _, saveable in _walk(model, "", done):
        done.add(id(saveable))
        found |= {id(variable): variable for variable in saveable.variables}
    return list(found.values())
