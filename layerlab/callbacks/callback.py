"""What can happen during training, and a callback that does nothing at any of it: the base to build on.

`HOOKS` is the list of all moments; `CallbackList` passes each on to those who listen.
"""

from typing import Any

from layerlab.naming import did_you_mean

__all__ = ["HOOKS", "Callback", "LambdaCallback", "listens"]

HOOKS = (
    *(f"on_{phase}_{edge}" for phase in ("train", "test", "predict") for edge in ("begin", "end")),
    *(f"on_{phase}_batch_{edge}" for phase in ("train", "test", "predict") for edge in ("begin", "end")),
    *(f"on_{unit}_{edge}" for unit in ("epoch", "batch") for edge in ("begin", "end")),
)


class Callback:
    """Base of callbacks: override the moments you need, and pass an instance to `fit`, `evaluate` or `predict`.

    Every method gets `logs`, the current losses and metrics by name; a batch or epoch counts from 0.

    Attributes:
        model: the model that is being trained.
        params: {"verbose", "epochs", "steps"} of the call.

    >>> class Stop(Callback):
    ...     def on_epoch_end(self, epoch, logs=None):
    ...         self.model.stop_training = logs["accuracy"] > 0.95

    Source: Keras page "Callback".
    """

    params: Any = None
    _model: Any = None

    def set_params(self, params):
        """Called with `params` before anything starts."""
        self.params = params

    def set_model(self, model):
        """Called with the model before anything starts."""
        self._model = model

    @property
    def model(self):
        """The model that is being trained, evaluated or asked."""
        return self._model

    def on_train_begin(self, logs=None):
        """Called when `fit` starts."""

    def on_train_end(self, logs=None):
        """Called when `fit` is over."""

    def on_epoch_begin(self, epoch, logs=None):
        """Called before each epoch of `fit`."""

    def on_epoch_end(self, epoch, logs=None):
        """Called after each epoch and its validation (whose logs start with `val_`); what is added to logs is kept."""

    def on_train_batch_begin(self, batch, logs=None):
        """Called before each batch of `fit`."""
        self.on_batch_begin(batch, logs)

    def on_train_batch_end(self, batch, logs=None):
        """Called after each batch of `fit`."""
        self.on_batch_end(batch, logs)

    def on_batch_begin(self, batch, logs=None):
        """The same as `on_train_batch_begin`."""

    def on_batch_end(self, batch, logs=None):
        """The same as `on_train_batch_end`."""

    def on_test_begin(self, logs=None):
        """Called when `evaluate`, or the validation of an epoch, starts."""

    def on_test_end(self, logs=None):
        """Called when `evaluate` or validation is over."""

    def on_test_batch_begin(self, batch, logs=None):
        """Called before each batch of `evaluate` or validation."""

    def on_test_batch_end(self, batch, logs=None):
        """Called after each batch of `evaluate` or validation."""

    def on_predict_begin(self, logs=None):
        """Called when `predict` starts."""

    def on_predict_end(self, logs=None):
        """Called when `predict` is over."""

    def on_predict_batch_begin(self, batch, logs=None):
        """Called before each batch of `predict`."""

    def on_predict_batch_end(self, batch, logs=None):
        """Called after each batch of `predict`."""


def listens(callback: Callback, hook: str) -> bool:
    """Whether a callback does anything of its own at this moment.

    >>> listens(LambdaCallback(on_epoch_end=print), "on_epoch_end"), listens(Callback(), "on_epoch_end")
    (True, False)
    """
    method = getattr(callback, hook)
    if getattr(method, "__func__", method) is not getattr(Callback, hook):
        return True
    return hook.startswith("on_train_batch") and listens(callback, hook.replace("_train", ""))


class LambdaCallback(Callback):
    """A callback made of functions: `LambdaCallback(on_epoch_end=lambda epoch, logs: print(logs["loss"]))`.

    Args:
        on_epoch_begin, on_epoch_end: functions of (epoch, logs).
        on_train_begin, on_train_end: functions of (logs).
        on_train_batch_begin, on_train_batch_end: functions of (batch, logs).
        **kwargs: functions for the other moments of `Callback`, or attributes of your own.

    Raises:
        ValueError: a moment that does not exist.

    Source: Keras page "LambdaCallback".
    """

    def __init__(
        self,
        on_epoch_begin=None,
        on_epoch_end=None,
        on_train_begin=None,
        on_train_end=None,
        on_train_batch_begin=None,
        on_train_batch_end=None,
        **kwargs,
    ):
        for name in kwargs:
            if name.startswith("on_") and name not in HOOKS:
                guess = did_you_mean(name, HOOKS)
                raise ValueError(f"LambdaCallback received a function for `{name}`, which is never called.{guess}")
        functions = kwargs | {
            "on_epoch_begin": on_epoch_begin,
            "on_epoch_end": on_epoch_end,
            "on_train_begin": on_train_begin,
            "on_train_end": on_train_end,
            "on_train_batch_begin": on_train_batch_begin,
            "on_train_batch_end": on_train_batch_end,
        }
        self.__dict__.update({name: value for name, value in functions.items() if value is not None})
