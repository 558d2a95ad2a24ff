"""Shapes as layers pass them around: tuples, or lists and dictionaries of tuples for several inputs.

Each function here takes either, and says so in no other way than by working for both.
"""

import inspect

import numpy as np

from layerlab import tree
from layerlab.autodiff import ArrayLike
from layerlab.layers.symbolic import KerasTensor

__all__ = ["as_shape", "is_tensors", "map_shapes", "shape_of", "shapes_by_parameter", "tree_of_tensors"]


def _is_shape(value) -> bool:
    return isinstance(value, list | tuple) and all(item is None or isinstance(item, int | np.integer) for item in value)


def as_shape(value):
    """A shape as a tuple, also where JSON has made a list of it; None and nested shapes are kept.

    >>> as_shape([[None, 3], [None, 2]])
    [(None, 3), (None, 2)]
    """
    return map_shapes(lambda shape: tuple(None if item is None else int(item) for item in shape), value)


def map_shapes(function, value):
    """Apply `function` to every shape in nested lists, tuples and dictionaries of shapes.

    >>> map_shapes(len, [(None, 3), (None, 3, 2)])
    [2, 3]
    """
    if isinstance(value, dict):
        return {key: map_shapes(function, item) for key, item in value.items()}
    if _is_shape(value):
        return function(value)
    return type(value)(map_shapes(function, item) for item in value) if isinstance(value, list | tuple) else value


def shape_of(value):
    """The shape of an array, or of each in a nested structure."""
    return tree.map_structure(lambda leaf: tuple(leaf.shape) if hasattr(leaf, "shape") else None, value)


def is_tensors(value) -> bool:
    """Whether this is an array, or a nested structure of arrays only."""
    leaves = tree.flatten(value)
    return bool(leaves) and all(isinstance(leaf, np.ndarray | ArrayLike) for leaf in leaves)


def tree_of_tensors(shape, dtype):
    """Symbolic tensors for a shape, or for lists and dictionaries of shapes."""
    if isinstance(shape, dict):
        return {key: tree_of_tensors(value, dtype) for key, value in shape.items()}
    if _is_shape(shape):
        return KerasTensor(shape, dtype=dtype)
    return type(shape)(tree_of_tensors(item, dtype) for item in shape)


def shapes_by_parameter(function, tensors: dict, known=()) -> dict:
    """The shapes that `build` or `compute_output_shape` gets: the first input's, or one for each `<input>_shape`.

    Args:
        function: a bound method.
        tensors: argument of `call` -> its value.
        known: all arguments of `call`.

    Raises:
        ValueError: several parameters, one of which is not called `<input>_shape`.
    """
    kinds = (inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD)
    parameters = [p.name for p in inspect.signature(function).parameters.values() if p.kind not in kinds]
    shapes = {name: shape_of(value) for name, value in tensors.items()}
    if len(parameters) < 2:
        return dict(zip(parameters, shapes.values(), strict=False))
    inputs = {name: name.removesuffix("_shape") for name in parameters}
    for name, source in inputs.items():
        problem = "which does not end in `_shape`" if name == source else None
        if problem is None and source not in {*known, *shapes}:
            problem = f"but `call()` does not have argument `{source}`"
        if problem:
            raise ValueError(
                f"For a `{function.__name__}()` method with more than one argument, all arguments should have a "
                "`_shape` suffix and match an argument from `call()`. E.g. "
                f"`{function.__name__}(self, foo_shape, bar_shape)`. For layer '{function.__self__.name}', received "
                f"`{function.__name__}()` argument `{name}`, {problem}."
            )
    return {name: shapes[source] for name, source in inputs.items() if source in shapes}
