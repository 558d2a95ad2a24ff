"""The losses that `compile` was given, matched with what the model puts out.

The matching waits for the first batch, because names such as "crossentropy" mean different things for different shapes.
"""

from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from layerlab import tree
from layerlab.losses import Loss
from layerlab.metrics import Mean
from layerlab.metrics.choosing import loss_for
from layerlab.models.targets import aligned, output_names_in
from layerlab.naming import did_you_mean

__all__ = ["CompiledLoss"]


@dataclass(frozen=True)
class _Weighted:
    """A loss as the user gave it, and its factor."""

    loss: Any
    factor: float


class _Term(NamedTuple):
    """A loss in its place: the keys that lead to the output it judges, and its name in the logs."""

    path: tuple
    function: Loss
    factor: float
    name: str


class CompiledLoss:
    """The data term of the loss: the weighted sum of the losses of all outputs.

    Args:
        loss: a string, a function or a Loss for all outputs; or lists and dictionaries of them in the structure of the
            outputs. A list of several losses for one output adds them. A loss that stands where outputs are nested
            gets all of them, in their structure.
        loss_weights: a number for all, or numbers in the structure of `loss`.
        output_names: of a functional model; a dictionary of losses may use them.

    Raises:
        ValueError: losses, weights or targets do not fit the outputs.
        KeyError: a loss for an output that the model does not have.
    """

    def __init__(self, loss, loss_weights=None, output_names=None):
        if loss_weights is not None and not isinstance(loss_weights, int | float | list | tuple | dict):
            raise ValueError(
                "Expected `loss_weights` argument to be a float (single output case) or a list, tuple, or dict "
                f"(multiple output case). Received instead: loss_weights={loss_weights} of type {type(loss_weights)}"
            )
        self.loss, self.loss_weights, self.output_names = loss, loss_weights, output_names
        self._terms: list[_Term] | None = None
        self._trackers: list[Mean] = []
        self.last: list = []  # the value of each term for the batch just seen

    @property
    def metrics(self) -> list[Mean]:
        """One running mean a loss, when there are several."""
        return self._trackers

    @property
    def functions(self) -> list[Loss]:
        """The losses that are computed, once they are known."""
        return [term.function for term in self._terms or ()]

    def build(self, y_true, y_pred) -> None:
        """Match the losses with the outputs."""
        loss, factors = self._in_order(y_pred)
        if not tree.is_nested(loss):  # one for all
            loss = tree.map_structure(lambda _: self.loss, y_pred)
        names = output_names_in(y_pred, self.output_names)
        self._terms = list(_terms(_weighted(loss, factors), y_true, y_pred, names, ()))
        if len(self._terms) > 1:
            self._trackers = [Mean(name=f"{term.name}_loss") for term in self._terms]

    def _in_order(self, y_pred):
        """Losses and factors that go by the names of outputs, in a list, unless the outputs have names themselves."""
        loss, factors, names = self.loss, self.loss_weights, self.output_names
        if not isinstance(loss, dict) or isinstance(y_pred, dict) or not names:
            return loss, factors
        if set(loss) != set(names):
            hints = "".join(did_you_mean(key, names) for key in loss if key not in names)
            raise ValueError(f"Expected keys {names} in loss dict, but found loss.keys()={list(loss)}{hints}")
        if isinstance(factors, dict) and set(factors) == set(names):
            factors = [factors[name] for name in names]
        return [loss[name] for name in names], factors

    def __call__(self, y_true, y_pred, sample_weight=None):
        """The total, a scalar; None if no output has a loss."""
        y_true = aligned(y_true, y_pred, self.output_names, self.loss)
        if self._terms is None:
            self.build(y_true, y_pred)
        if isinstance(sample_weight, dict) and not isinstance(y_pred, dict) and self.output_names:
            sample_weight = [sample_weight.get(name) for name in self.output_names]
        total, self.last = None, []
        for path, function, factor, _ in self._terms or ():
            weight = _weight_at(path, sample_weight)
            value = function(_at(path, y_true), _at(path, y_pred), sample_weight=weight)
            self.last.append(value)
            value = value if factor == 1.0 else value * factor
            total = value if total is None else total + value
        return total


def _weighted(loss, factors):
    """Each loss with its factor; None stays None."""

    def pair(item, factor):
        return None if item is None else _Weighted(item, 1.0 if factor is None else float(factor))

    if not tree.is_nested(factors):
        return tree.map_structure(lambda item: pair(item, factors), loss)
    losses, numbers = tree.flatten(loss), tree.flatten(factors)
    if len(losses) != len(numbers):
        raise ValueError(
            f"`loss_weights` must match the number of losses, got {len(losses)} losses and {len(numbers)} weights."
        )
    return tree.pack_sequence_as(loss, [pair(*both) for both in zip(losses, numbers, strict=True)])


def _terms(loss, y_true, y_pred, names, path: tuple):
    """The terms that a structure of losses means at this place of the outputs."""
    if loss is None:
        return
    if isinstance(loss, list | tuple):
        flat = not any(tree.is_nested(item) for item in loss)
        if flat and len(loss) == len(tree.flatten(y_pred)):
            loss = tree.pack_sequence_as(y_pred, loss)
        elif not isinstance(y_pred, type(loss)):  # several losses for the same output
            for item in loss:
                yield from _terms(item, y_true, y_pred, names, path)
            return
    if isinstance(loss, _Weighted):
        function = loss_for(loss.loss, _shape(y_true), _shape(y_pred))
        assert function is not None
        yield _Term(path, function, loss.factor, _name(path, names, function))
        return
    for key, item in loss.items() if isinstance(loss, dict) else enumerate(loss):
        if item is not None:
            _check_key(key, path, y_true, y_pred)
            yield from _terms(item, y_true[key], y_pred[key], names[key], (*path, key))


def _check_key(key, path: tuple, y_true, y_pred) -> None:
    for part in (y_true, y_pred):
        keys = part if isinstance(part, dict) else range(len(part)) if isinstance(part, list | tuple) else ()
        if key not in keys:
            raise KeyError(
                f"The path: {(*path, key)} in the `loss` argument, can't be found in either the model's output "
                f"(`y_pred`) or in the labels (`y_true`).{did_you_mean(key, map(str, keys))}"
            )


def _shape(x) -> tuple:
    return () if tree.is_nested(x) else np.shape(x)


def _name(path: tuple, names, function: Loss) -> str:
    """The keys on the way, with the name of the output in place of a number; or the names of all outputs."""
    if tree.is_nested(names):
        flat = names if isinstance(names, dict) else [name for name in tree.flatten(names) if name]
        return "/".join(map(str, path)) or "_".join(flat) or function.name
    if not path or isinstance(path[-1], int):
        path = (*path[:-1], names or function.name)
    return "/".join(map(str, path))


def _at(path: tuple, structure):
    for key in path:
        structure = structure[key]
    return structure


def _weight_at(path: tuple, weights):
    """The sample weights for an output; those that are given for all of them hold for each."""
    for key in path:
        if not tree.is_nested(weights):
            break
        weights = weights.get(key) if isinstance(weights, dict) else weights[key]
    return weights
