"""Callbacks that change the learning rate between epochs: by a plan, or when nothing gets better.

Both note it in the logs as `learning_rate`, so that the history shows it.
"""

import inspect
import warnings

import numpy as np

from layerlab.callbacks.callback import Callback
from layerlab.callbacks.display import say
from layerlab.callbacks.monitor import MonitorCallback

__all__ = ["LearningRateScheduler", "ReduceLROnPlateau"]


class LearningRateScheduler(Callback):
    """Asks a function for the learning rate of each epoch.

    Args:
        schedule: a function of (epoch) or (epoch, present learning rate) that returns a float.
        verbose: 1 says what it sets.

    Raises:
        ValueError: the function returned something else than a float.

    >>> halve_later = LearningRateScheduler(lambda epoch, rate: rate if epoch < 10 else rate * 0.5)

    Source: Keras page "LearningRateScheduler".
    """

    def __init__(self, schedule, verbose=0):
        self.schedule, self.verbose = schedule, verbose

    def on_epoch_begin(self, epoch, logs=None):
        for optimizer, whose in _with_learning_rates(self.model.optimizer):
            rate = self._rate_of(optimizer, epoch)
            optimizer.learning_rate = rate
            if self.verbose > 0:
                say(f"Epoch {epoch + 1}: LearningRateScheduler setting {whose}learning rate to {rate}.")

    def _rate_of(self, optimizer, epoch):
        if not hasattr(optimizer, "learning_rate"):
            raise ValueError('Optimizer must have a "learning_rate" attribute.')
        both = _takes_two(self.schedule)
        rate = self.schedule(epoch, float(optimizer.learning_rate)) if both else self.schedule(epoch)
        if not isinstance(rate, float | np.floating):
            raise ValueError(f"The output of the `schedule` function should be a float. Got: {rate}")
        return rate

    def on_epoch_end(self, epoch, logs=None):
        if logs is not None:
            logs.update(learning_rates(self.model.optimizer))


def learning_rates(optimizer) -> dict[str, float]:
    """The present learning rate under its name in the logs; of a `MultiOptimizer`, that of each optimizer in it."""
    if hasattr(optimizer, "optimizers"):
        return {f"learning_rate_{each.name}": float(each.learning_rate) for each in optimizer.optimizers}
    return {"learning_rate": float(optimizer.learning_rate)}


def _with_learning_rates(optimizer) -> list[tuple]:
    """The optimizers that have a learning rate, each with what a message says before the word."""
    if hasattr(optimizer, "optimizers"):
        return [(each, f"{each.name} ") for each in optimizer.optimizers]
    return [(optimizer, "")]


def _takes_two(function) -> bool:
    try:
        inspect.signature(function).bind(0, 0.0)
    except TypeError:
        return False
    except ValueError:  # a builtin without a signature
        return True
    return True


class ReduceLROnPlateau(MonitorCallback):
    """Multiplies the learning rate by a factor when a value has stopped getting better.

    Args:
        monitor: the value's name in the logs.
        factor: less than 1.
        patience: how many epochs without improvement are borne.
        verbose: 1 says what it sets.
        mode: "min", "max" or "auto".
        min_delta: less than this is no improvement.
        cooldown: how many epochs to wait after a reduction.
        min_lr: the learning rate does not fall below.
        **kwargs: ignored, with a warning.

    Raises:
        ValueError: factor is 1 or more.

    Source: Keras page "ReduceLROnPlateau".
    """

    def __init__(
        self,
        monitor="val_loss",
        factor=0.1,
        patience=10,
        verbose=0,
        mode="auto",
        min_delta=1e-4,
        cooldown=0,
        min_lr=0.0,
        **kwargs,
    ):
        super().__init__(monitor, mode, min_delta=min_delta)
        if factor >= 1.0:
            raise ValueError(f"ReduceLROnPlateau does not support a factor >= 1.0. Received factor={factor}")
        if kwargs:
            warnings.warn(f"ReduceLROnPlateau ignores the arguments {kwargs}.", stacklevel=2)
        self.factor, self.patience, self.verbose = factor, patience, verbose
        self.cooldown, self.min_lr = cooldown, min_lr
        self._reset()

    def _reset(self):
        self.best = None
        self.cooldown_counter = self.wait = 0

    def in_cooldown(self) -> bool:
        """Whether the last reduction was only a few epochs ago."""
        return self.cooldown_counter > 0

    def on_train_begin(self, logs=None):
        self._reset()

    def on_epoch_end(self, epoch, logs=None):
        logs = {} if logs is None else logs
        logs.update(learning_rates(self.model.optimizer))
        current = self._value(logs, "Learning rate reduction is conditioned on")
        if current is None:
            return
        if self.in_cooldown():
            self.cooldown_counter -= 1
            self.wait = 0
        if self._is_improvement(current, self.best):
            self.best, self.wait = current, 0
        elif not self.in_cooldown():
            self.wait += 1
            if self.wait >= self.patience:
                reduced = [
                    self._reduce(each, whose, epoch) for each, whose in _with_learning_rates(self.model.optimizer)
                ]
                if any(reduced):
                    self.cooldown_counter, self.wait = self.cooldown, 0

    def _reduce(self, optimizer, whose: str, epoch: int) -> bool:
        old = float(optimizer.learning_rate)
        if old <= float(np.float32(self.min_lr)):
            return False
        new = max(old * self.factor, self.min_lr)
        optimizer.learning_rate = new
        if self.verbose > 0:
            say(f"Epoch {epoch + 1}: ReduceLROnPlateau reducing {whose}learning rate to {new:.6g}.")
        return True
