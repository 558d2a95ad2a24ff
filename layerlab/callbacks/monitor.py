"""Callbacks that watch one number: what counts as better, and stopping when it gets no better or is no number.

`EarlyStopping` and the callbacks of checkpoints and learning rates share `MonitorCallback`.
"""

import warnings
from typing import Any

import numpy as np

from layerlab.callbacks.callback import Callback
from layerlab.callbacks.display import say

__all__ = ["EarlyStopping", "MonitorCallback", "TerminateOnNaN"]


class MonitorCallback(Callback):
    """Base of callbacks that ask whether a value has improved.

    Args:
        monitor: its name in the logs.
        mode: "min" if less is better, "max" if more is, "auto" to find out: the loss is to fall, and a metric of the
            model knows its direction.
        baseline: what has to be beaten at first.
        min_delta: by how much.
    """

    def __init__(self, monitor="val_loss", mode="auto", baseline=None, min_delta=0):
        if mode not in ("auto", "min", "max"):
            warnings.warn(f"{type(self).__name__} mode '{mode}' is unknown, fallback to auto mode.", stacklevel=3)
            mode = "auto"
        self.monitor, self.mode, self.best = monitor, mode, baseline
        self.min_delta = abs(min_delta)
        self.monitor_op: Any = None

    def _set_monitor_op(self):
        mode = self.mode if self.mode != "auto" else self._find_mode()
        self.monitor_op = np.less if mode == "min" else np.greater
        if mode == "min":
            self.min_delta = -self.min_delta

    def _find_mode(self) -> str:
        name = self.monitor.removeprefix("val_")
        for metric in _metrics_of(self.model):
            if metric.name == name and hasattr(metric, "_direction"):
                return "max" if metric._direction == "up" else "min"
        if name == "loss":
            return "min"
        raise ValueError(
            f"{type(self).__name__} callback received monitor={self.monitor}, but layerlab isn't able to automatically "
            "determine whether that metric should be maximized or minimized. Pass `mode='max'` in order to monitor "
            "based on the highest metric value, or pass `mode='min'` in order to use the lowest value."
        )

    def _is_improvement(self, value, reference) -> bool:
        return reference is None or bool(self.monitor_op(value - self.min_delta, reference))

    def _value(self, logs, consequence: str):
        """The watched value; None with a warning if there is none."""
        if self.monitor_op is None:
            self._set_monitor_op()
        value = (logs or {}).get(self.monitor)
        if value is None:
            warnings.warn(
                f"{consequence} metric `{self.monitor}` which is not available. "
                f"Available metrics are: {','.join(logs or {})}",
                stacklevel=3,
            )
        return value


def _metrics_of(model):
    for metric in getattr(model, "metrics", None) or ():
        yield from getattr(metric, "metrics", None) or (metric,)


class EarlyStopping(MonitorCallback):
    """Ends training when a value has stopped getting better.

    Args:
        monitor: the value's name in the logs, such as "val_loss" or "accuracy".
        min_delta: less than this is no improvement.
        patience: how many epochs without improvement are borne.
        verbose: 1 says when it stops.
        mode: "min", "max" or "auto".
        baseline: stop if this is not beaten within `patience` epochs either.
        restore_best_weights: end with the weights of the best epoch instead of the last.
        start_from_epoch: do not look before this epoch.

    Raises:
        ValueError: at the end of the first epoch, when mode="auto" cannot tell which way is better.

    Source: Keras page "EarlyStopping".
    """

    def __init__(
        self,
        monitor="val_loss",
        min_delta=0,
        patience=0,
        verbose=0,
        mode="auto",
        baseline=None,
        restore_best_weights=False,
        start_from_epoch=0,
    ):
        super().__init__(monitor, mode, min_delta=min_delta)
        self.patience, self.verbose, self.baseline = patience, verbose, baseline
        self.restore_best_weights, self.start_from_epoch = restore_best_weights, start_from_epoch
        self._reset()

    def _reset(self):
        self.wait = self.stopped_epoch = self.best_epoch = 0
        self.best = self.best_weights = None

    def on_train_begin(self, logs=None):
        self._reset()

    def on_epoch_end(self, epoch, logs=None):
        current = self.get_monitor_value(logs)
        if current is None or epoch < self.start_from_epoch:
            return
        self.wait += 1
        if self._is_improvement(current, self.best):
            self._remember(epoch, current)
            return
        if self.wait >= self.patience and epoch > 0:
            self.stopped_epoch = epoch
            self.model.stop_training = True

    def _remember(self, epoch, current):
        self.best, self.best_epoch = current, epoch
        if self.restore_best_weights:
            self.best_weights = self.model.get_weights()
        if self.baseline is None or self._is_improvement(current, self.baseline):
            self.wait = 0

    def on_train_end(self, logs=None):
        if self.stopped_epoch > 0 and self.verbose > 0:
            say(f"Epoch {self.stopped_epoch + 1}: early stopping")
        if self.restore_best_weights and self.best_weights is not None:
            if self.verbose > 0:
                say(f"Restoring model weights from the end of the best epoch: {self.best_epoch + 1}.")
            self.model.set_weights(self.best_weights)

    def get_monitor_value(self, logs):
        """The watched value of an epoch."""
        return self._value(logs, "Early stopping conditioned on")


class TerminateOnNaN(Callback):
    """Ends training as soon as the loss is NaN or infinite.

    Args:
        raise_error: raise an error instead of ending `fit` quietly.

    Raises:
        RuntimeError: with `raise_error`, at the batch that gave such a loss.

    Source: Keras page "TerminateOnNaN".
    """

    def __init__(self, raise_error: bool = False):
        self.raise_error = raise_error

    def on_batch_end(self, batch, logs=None):
        loss = (logs or {}).get("loss")
        if loss is None or np.isfinite(loss):
            return
        if self.raise_error:
            raise RuntimeError(
                f"NaN or Inf loss encountered at batch {batch}. Loss value: {loss}. Terminating training immediately."
            )
        say(f"Batch {batch}: Invalid loss, terminating training")
        self.model.stop_training = True
