"""Nested structures of arrays: lists, tuples and dictionaries, as models with several inputs take and give them.

Same names as `keras.tree`, and `nesting`. Dictionaries are walked in the order of their sorted keys.
"""

__all__ = ["flatten", "flatten_with_path", "is_nested", "map_structure", "nesting", "pack_sequence_as"]


def is_nested(structure) -> bool:
    """Whether this is a container rather than a leaf."""
    return isinstance(structure, list | tuple | dict)


def flatten(structure) -> list:
    """The leaves, in order.

    >>> flatten({"b": [1, 2], "a": 3})
    [3, 1, 2]
    """
    if isinstance(structure, dict):
        return [leaf for key in sorted(structure) for leaf in flatten(structure[key])]
    if isinstance(structure, list | tuple):
        return [leaf for item in structure for leaf in flatten(item)]
    return [structure]


def flatten_with_path(structure, path=()) -> list[tuple]:
    """The leaves in order, each with the keys that lead to it.

    >>> flatten_with_path({"b": [1, 2], "a": 3})
    [(('a',), 3), (('b', 0), 1), (('b', 1), 2)]
    """
    if not is_nested(structure):
        return [(path, structure)]
    items = sorted(structure.items()) if isinstance(structure, dict) else enumerate(structure)
    return [leaf for key, item in items for leaf in flatten_with_path(item, (*path, key))]


def map_structure(function, structure, *others):
    """The same structure with `function` applied to each leaf (and to the leaves at its place in the others).

    >>> map_structure(lambda a, b: a + b, [1, (2, 3)], [10, (20, 30)])
    [11, (22, 33)]
    """
    if isinstance(structure, dict):
        return {key: map_structure(function, structure[key], *(other[key] for other in others)) for key in structure}
    if isinstance(structure, list | tuple):
        items = [map_structure(function, *group) for group in zip(structure, *others, strict=True)]
        return type(structure)(*items) if hasattr(structure, "_fields") else type(structure)(items)
    return function(structure, *others)


def nesting(structure):
    """The structure without its leaves, to compare with another; lists and tuples are the same.

    >>> nesting({"a": (1, 2)}) == nesting({"a": [3, 4]})
    True
    """
    if isinstance(structure, dict):
        return {key: nesting(item) for key, item in structure.items()}
    return [nesting(item) for item in structure] if isinstance(structure, list | tuple) else None


def pack_sequence_as(structure, leaves):
    """The leaves put into the shape of `structure`; the inverse of `flatten`.

    >>> pack_sequence_as({"b": [0, 0], "a": 0}, [3, 1, 2])
    {'b': [1, 2], 'a': 3}
    """
    return _packed(structure, iter(leaves))


def _packed(part, leaves):  # no closure: one that calls itself would keep the arrays until garbage is collected
    if isinstance(part, dict):
        packed = {key: _packed(part[key], leaves) for key in sorted(part)}
        return {key: packed[key] for key in part}
    if isinstance(part, list | tuple):
        items = [_packed(item, leaves) for item in part]
        return type(part)(*items) if hasattr(part, "_fields") else type(part)(items)
    return next(leaves)
