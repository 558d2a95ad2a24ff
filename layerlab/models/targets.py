"""Targets brought into the structure of a model's outputs, and the names that outputs go by."""

from layerlab import tree

__all__ = ["aligned", "output_names_in"]


def output_names_in(y_pred, output_names):
    """A name for each output, in the structure of the outputs; None where there is no name.

    >>> output_names_in({"a": 1.0, "b": (2.0, 3.0)}, ["x", "y", "z"])
    {'a': 'x', 'b': ('y', 'z')}
    """
    count = len(tree.flatten(y_pred))
    flat = list(output_names) if output_names and len(output_names) == count else [None] * count
    return tree.pack_sequence_as(y_pred, flat)


def aligned(y_true, y_pred, output_names=None, loss=None):
    """The targets in the structure of the outputs.

    Args:
        y_true: targets in that structure, in a flat list, or in a dictionary by the names of the outputs.
        loss: a structure of losses in which some are None; targets for the others are enough.

    Raises:
        ValueError: the structures differ.

    >>> aligned([1.0, 2.0], {"a": 0.0, "b": 0.0})
    {'a': 1.0, 'b': 2.0}
    """
    if isinstance(y_true, dict) and isinstance(y_pred, list | tuple) and set(y_true) == set(output_names or ()):
        y_true = [y_true[name] for name in output_names]
    given, outputs = tree.flatten(y_true), tree.flatten(y_pred)
    is_flat = not isinstance(y_true, dict) and len(given) == len(y_true if tree.is_nested(y_true) else given)
    if len(given) == len(outputs) and (is_flat or tree.nesting(y_true) == tree.nesting(y_pred)):
        return tree.pack_sequence_as(y_pred, given)
    losses = tree.flatten(loss)
    judged = [i for i, item in enumerate(losses) if item is not None]
    if len(given) == len(judged) and len(losses) == len(outputs):
        found = dict(zip(judged, given, strict=True))
        return tree.pack_sequence_as(y_pred, [found.get(i) for i in range(len(outputs))])
    raise ValueError(
        "y_true and y_pred have different structures.\n"
        f"y_true: {tree.map_structure(lambda _: '*', y_true)}\n"
        f"y_pred: {tree.map_structure(lambda _: '*', y_pred)}\n"
        f"The model has {len(outputs)} output(s), but `y` holds {len(given)} array(s)."
    )
