"""What `compile` was given, matched with what the model puts out: one loss and one list of metrics an output.

The matching waits for the first batch, because names such as "accuracy" mean different things for different shapes.
"""

from collections.abc import Sequence

import numpy as np

from layerlab import tree
from layerlab.losses import Loss
from layerlab.metrics import Mean, Metric
from layerlab.metrics.choosing import loss_for, metric_for
from layerlab.naming import did_you_mean

__all__ = ["CompiledLoss", "CompiledMetrics"]


def _outputs(y_pred, output_names: Sequence[str] | None) -> list[str]:
    """A name for each output, in the order of its leaves."""
    if isinstance(y_pred, dict):
        return sorted(y_pred)
    count = len(tree.flatten(y_pred))
    return list(output_names) if output_names and len(output_names) == count else [f"output_{i}" for i in range(count)]


def _per_output(value, names: list[str], what: str, container: bool) -> list:
    """The value meant for each output: given one by one, by name, or one for all.

    Args:
        container: whether a list is itself one value (a list of metrics) unless it holds lists.
    """
    if isinstance(value, dict):
        unknown = [key for key in value if key not in names]
        if unknown:
            raise ValueError(
                f"In the dict argument `{what}`, key '{unknown[0]}' does not correspond to any model output. "
                f"Expected one of {names}. Received: {what}={value}.{did_you_mean(unknown[0], names)}"
            )
        return [value.get(name) for name in names]
    is_list = isinstance(value, list | tuple)
    if is_list and (not container or (any(isinstance(item, list | tuple) for item in value) and len(names) > 1)):
        if len(value) != len(names):
            raise ValueError(
                f"For a model with {len(names)} output(s), the `{what}` argument must be a list of that length. "
                f"Received: {what} of length {len(value)}"
            )
        return list(value)
    return [value] * len(names)


class CompiledLoss:
    """The data term of the loss: the weighted sum of one loss an output.

    Args:
        loss: a string, a function, a Loss, or a list or dictionary of them, one an output.
        loss_weights: numbers, matched the same way.
        output_names: of a model with several outputs.
    """

    def __init__(self, loss, loss_weights=None, output_names=None):
        self.loss, self.loss_weights, self.output_names = loss, loss_weights, output_names
        self._functions: list[Loss | None] | None = None
        self._trackers: list[Mean] = []

    @property
    def metrics(self) -> list[Mean]:
        """One running mean an output, when there are several."""
        return self._trackers

    def build(self, y_true, y_pred) -> None:
        """Match the losses with the outputs."""
        names = _outputs(y_pred, self.output_names)
        wanted = _per_output(self.loss, names, "loss", container=False)
        pairs = zip(wanted, _aligned(y_true, names), tree.flatten(y_pred), strict=True)
        self._functions = [loss_for(item, np.shape(truth), prediction.shape) for item, truth, prediction in pairs]
        weights = self.loss_weights if self.loss_weights is not None else 1.0
        self._weights = [1.0 if w is None else float(w) for w in _per_output(weights, names, "loss_weights", False)]
        self._names = names
        if len(names) > 1:
            self._trackers = [Mean(name=f"{name}_loss") for name in names]

    def __call__(self, y_true, y_pred, sample_weight=None):
        """The total, a scalar; None if no output has a loss."""
        if self._functions is None:
            self.build(y_true, y_pred)
        truths = _aligned(y_true, self._names)
        weights = _per_output(sample_weight, self._names, "sample_weight", container=False)
        total = None
        self.last = []
        for i, prediction in enumerate(tree.flatten(y_pred)):
            function = self._functions[i]  # type: ignore[index]
            if function is None:
                self.last.append(0.0)
                continue
            value = function(truths[i], prediction, sample_weight=weights[i])
            self.last.append(value)
            value = value if self._weights[i] == 1.0 else value * self._weights[i]
            total = value if total is None else total + value
        return total


def _aligned(y_true, names) -> list:
    """The leaves of y_true in the order of the outputs."""
    if isinstance(y_true, dict) and len(names) > 1:
        missing = [name for name in names if name not in y_true]
        if missing:
            raise ValueError(f"`y` has no entry for the output {missing[0]!r}. Received: keys {sorted(y_true)}")
        return [y_true[name] for name in names]
    if y_true is None:
        return [None] * len(names)
    leaves = tree.flatten(y_true)
    if len(leaves) != len(names):
        raise ValueError(f"The model has {len(names)} output(s), but `y` holds {len(leaves)} array(s).")
    return leaves


class CompiledMetrics:
    """The metrics of every output, updated and read together.

    Args:
        metrics: a list (for one output or for all), a list of lists, or a dictionary by output name.
        weighted_metrics: likewise; these see the sample weights.
        output_names: of a model with several outputs.
    """

    def __init__(self, metrics=None, weighted_metrics=None, output_names=None):
        for name, value in (("metrics", metrics), ("weighted_metrics", weighted_metrics)):
            if value is not None and not isinstance(value, list | tuple | dict):
                raise ValueError(
                    f"Expected `{name}` argument to be a list, tuple, or dict. Received instead: {name}={value} of "
                    f"type {type(value)}. Did you mean {name}=[{value!r}]?"
                )
        self._given = (metrics, weighted_metrics)
        self.output_names = output_names
        self._entries: list[tuple[str, Metric, int, bool]] | None = None  # (name, metric, output, weighted)

    @property
    def built(self) -> bool:
        """Whether the metrics have been matched with outputs."""
        return self._entries is not None

    @property
    def metrics(self) -> list[Metric]:
        """The metric objects, once they are known."""
        return [metric for _, metric, _, _ in self._entries or ()]

    def build(self, y_true, y_pred) -> None:
        """Match the metrics with the outputs."""
        names = _outputs(y_pred, self.output_names)
        self._names = names
        truths, predictions = _aligned(y_true, names), tree.flatten(y_pred)
        entries: list[tuple[str, Metric, int, bool]] = []
        for weighted, given in enumerate(self._given):
            for i, wanted in enumerate(_per_output(given, names, "metrics", container=True) if given else []):
                for item in wanted if isinstance(wanted, list | tuple) else [wanted]:
                    if item is None:
                        continue
                    metric = metric_for(item, np.shape(truths[i]), predictions[i].shape)
                    name = metric.name if len(names) == 1 else f"{names[i]}_{metric.name}"
                    taken = any(name == entry[0] for entry in entries)
                    entries.append((f"weighted_{name}" if taken and weighted else name, metric, i, bool(weighted)))
        self._entries = entries

    def update_state(self, y_true, y_pred, sample_weight=None) -> None:
        """Take a batch into account."""
        if self._entries is None:
            self.build(y_true, y_pred)
        if not self._entries:
            return
        truths, predictions = _aligned(y_true, self._names), tree.flatten(y_pred)
        weights = _per_output(sample_weight, self._names, "sample_weight", container=False)
        for _, metric, i, weighted in self._entries:
            metric.update_state(truths[i], predictions[i], sample_weight=weights[i] if weighted else None)

    def result(self) -> dict:
        """Name -> value so far."""
        found: dict = {}
        for name, metric, _, _ in self._entries or ():
            value = metric.result()
            found |= value if isinstance(value, dict) else {name: value}
        return found

    def reset_state(self) -> None:
        """Start counting again."""
        for metric in self.metrics:
            metric.reset_state()
