"""The metrics that `compile` was given, matched with what the model puts out.

The matching waits for the first batch, because names such as "accuracy" mean different things for different shapes.
"""

from collections.abc import Iterable
from typing import NamedTuple

import numpy as np

from layerlab import tree
from layerlab.metrics import Metric
from layerlab.metrics.choosing import metric_for
from layerlab.models.targets import aligned, output_names_in

__all__ = ["CompiledMetrics"]


class _Entry(NamedTuple):
    """A metric, the number of its output, whether it sees the sample weights, and its name in the logs."""

    metric: Metric
    output: int
    weighted: bool
    name: str


class CompiledMetrics:
    """The metrics of every output, updated and read together.

    Args:
        metrics: a list for the one output; for several, lists (or single metrics) in the structure of the outputs, or
            in a dictionary by output name.
        weighted_metrics: likewise; these see the sample weights.
        output_names: of a functional model.

    Raises:
        ValueError: no list or dictionary, or one that does not fit the outputs.
    """

    def __init__(self, metrics=None, weighted_metrics=None, output_names=None):
        self._given = {"metrics": metrics, "weighted_metrics": weighted_metrics}
        for name, value in self._given.items():
            if value and not isinstance(value, list | tuple | dict):
                raise ValueError(
                    f"Expected `{name}` argument to be a list, tuple, or dict. Received instead: {name}={value} of "
                    f"type {type(value)}. Did you mean {name}=[{value!r}]?"
                )
        self.output_names = output_names
        self._entries: list[_Entry] | None = None

    @property
    def built(self) -> bool:
        """Whether the metrics have been matched with outputs."""
        return self._entries is not None

    @property
    def metrics(self) -> list[Metric]:
        """The metric objects, once they are known."""
        return [entry.metric for entry in self._entries or ()]

    def build(self, y_true, y_pred) -> None:
        """Match the metrics with the outputs."""
        truths, predictions = tree.flatten(self._aligned(y_true, y_pred)), tree.flatten(y_pred)
        names = self._names(y_pred)
        entries: list[_Entry] = []
        for argument, given in self._given.items():
            weighted = argument == "weighted_metrics"
            for i, wanted in enumerate(self._per_output(given, argument, y_pred, names) if given else ()):
                for item in tree.flatten(wanted):
                    if item is not None:
                        metric = metric_for(item, np.shape(truths[i]), predictions[i].shape)
                        name = _unused_name(metric.name, names[i], weighted, {entry.name for entry in entries})
                        entries.append(_Entry(metric, i, weighted, name))
        self._entries = entries

    def _names(self, y_pred) -> list[str | None]:
        """What comes before the names of the metrics of each output: nothing, if there is only one."""
        names = tree.flatten(output_names_in(y_pred, self.output_names))
        if len(names) == 1:
            return [None]
        return sorted(y_pred) if isinstance(y_pred, dict) and len(y_pred) == len(names) else names

    def _per_output(self, given, argument: str, y_pred, names) -> list:
        """The metrics meant for each output, in the order of the leaves of `y_pred`."""
        if len(names) == 1:
            return [tree.flatten(given)]
        if len(y_pred) == len(names):  # nothing nested
            if isinstance(given, list | tuple) and len(given) == len(names):
                return list(given)
            if isinstance(given, dict) and set(given) <= set(names):
                return [given.get(name) for name in names]
        found = _up_to(y_pred, given)
        if found is None:
            by_name = f" the output names of the model {self.output_names} or" if self.output_names else ""
            raise ValueError(
                f"Invalid `{argument}`. `{argument}` should contain metrics objects and either be a dict or a list "
                f"matching{by_name} the output structure of the model: {tree.map_structure(lambda _: 'X', y_pred)}.\n"
                f"Received: {argument}={given}"
            )
        return found

    def _aligned(self, y_true, y_pred):
        if y_true is None:
            return tree.map_structure(lambda _: None, y_pred)
        return aligned(y_true, y_pred, self.output_names)

    def update_state(self, y_true, y_pred, sample_weight=None) -> None:
        """Take a batch into account."""
        if not any(self._given.values()):
            self._entries = []
            return
        if self._entries is None:
            self.build(y_true, y_pred)
        truths, predictions = tree.flatten(self._aligned(y_true, y_pred)), tree.flatten(y_pred)
        weights = self._weights(sample_weight, y_pred)
        for metric, i, weighted, _ in self._entries or ():
            metric.update_state(truths[i], predictions[i], sample_weight=weights[i] if weighted else None)

    def _weights(self, sample_weight, y_pred) -> list:
        """Sample weights for each output; those that are given for all of them hold for each."""
        count = len(tree.flatten(y_pred))
        if isinstance(sample_weight, dict):
            return [sample_weight.get(name) for name in self._names(y_pred)]
        weights = tree.flatten(sample_weight)
        return weights if len(weights) == count else weights[:1] * count

    def result(self) -> dict:
        """Name -> value so far."""
        found: dict = {}
        for metric, _, _, name in self._entries or ():
            value = metric.result()
            found |= value if isinstance(value, dict) else {name: value}
        return found

    def reset_state(self) -> None:
        """Start counting again."""
        for metric in self.metrics:
            metric.reset_state()


def _unused_name(metric: str, output: str | None, weighted: bool, taken: Iterable[str]) -> str:
    """A name in the logs: output_metric; output_weighted_metric if that is taken; a number at the end if need be."""
    prefix = f"{output}_" if output else ""
    name = f"{prefix}{metric}"
    if weighted and name in taken:
        name = f"{prefix}weighted_{metric}"
    candidates = [name, *(f"{name}_{i}" for i in range(1, len(list(taken)) + 1))]
    return next(candidate for candidate in candidates if candidate not in taken)


def _up_to(structure, value) -> list | None:
    """What `value` holds at the place of each leaf of the structure; None if it has another structure."""
    if isinstance(structure, dict):
        fits = isinstance(value, dict) and set(value) == set(structure)
        parts = [_up_to(structure[key], value[key]) for key in sorted(structure)] if fits else [None]
    elif isinstance(structure, list | tuple):
        fits = isinstance(value, list | tuple) and len(value) == len(structure)
        parts = [_up_to(*both) for both in zip(structure, value, strict=True)] if fits else [None]
    else:
        return [value]
    return None if any(part is None for part in parts) else [item for part in parts for item in part or ()]
