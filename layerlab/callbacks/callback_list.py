"""The callbacks of one call of `fit`, `evaluate` or `predict`, as one callback.

Whoever does not listen to a moment costs nothing there, which matters at every batch.
"""

import inspect
from collections.abc import Callable, Mapping

import numpy as np

from layerlab.callbacks.callback import HOOKS, Callback, listens
from layerlab.callbacks.progress import ProgbarLogger
from layerlab.callbacks.records import History

__all__ = ["CallbackList"]


class CallbackList(Callback):
    """Passes every moment on to each of its callbacks, in order.

    `logs` reaches them as a new dictionary of floats, sorted by name, which they share: what one adds, the next ones
    see. A progress bar that was drawn a moment ago is not told about a batch.

    Args:
        callbacks: a callback, or a (nested) list of them.
        add_history: append a `History` if there is none.
        add_progbar: append a `ProgbarLogger` if there is none.
        model: the model they get; its `history` becomes the History.
        **params: what they get as `params`.

    Raises:
        TypeError: something that is no callback.

    >>> seen = CallbackList([], add_history=True, verbose=0, epochs=2, steps=1)
    >>> seen.on_train_begin()
    >>> seen.on_epoch_end(0, {"loss": 0.5, "accuracy": 0.75})
    >>> seen.callbacks[0].history
    {'accuracy': [0.75], 'loss': [0.5]}

    Source: Keras page "CallbackList".
    """

    def __init__(self, callbacks=None, add_history=False, add_progbar=False, model=None, **params):
        self.callbacks = [_checked(callback) for callback in _flat(callbacks)]
        self._history = self._find(History, add_history)
        self._progbar = self._find(ProgbarLogger, add_progbar)
        self._listeners: dict[str, list[Callback]] = {}
        self.set_model(model)
        self.set_params(params)

    def _find(self, kind: type[Callback], add: bool):
        found = [callback for callback in self.callbacks if isinstance(callback, kind)]
        if not found and add:
            found.append(kind())
            self.callbacks += found
        return found[-1] if found else None

    def set_params(self, params):
        self.params = params
        if params:
            for callback in self.callbacks:
                callback.set_params(params)

    def set_model(self, model):
        if model is None:
            return
        super().set_model(model)
        if self._history:
            model.history = self._history
        for callback in self.callbacks:
            callback.set_model(model)

    def __enter__(self):
        return self

    def __exit__(self, *exception):
        """End the line of an unfinished bar, so that no error message runs into it."""
        if self._progbar is not None:
            self._progbar.close()

    def _tell(self, hook: str, *args, logs=None):
        if hook not in self._listeners:
            self._listeners[hook] = [each for each in self.callbacks if listens(each, hook)]
        listeners = self._listeners[hook]
        if listeners and not (hook.endswith("batch_end") and self._can_wait(listeners, hook, *args)):
            logs = _plain(logs)
            for callback in listeners:
                getattr(callback, hook)(*args, logs)

    def _can_wait(self, listeners, hook: str, batch: int) -> bool:
        """Whether nobody listens to this batch but a progress bar that was drawn a moment ago."""
        bar = self._progbar
        return bar is not None and listeners == [bar] and not bar.is_due(hook, batch)


def _pass_on(hook: str) -> Callable:
    """The method of `CallbackList` for one moment."""
    if "batch" in hook or "epoch" in hook:
        return lambda self, number, logs=None: self._tell(hook, number, logs=logs)
    return lambda self, logs=None: self._tell(hook, logs=logs)


for _hook in HOOKS:
    setattr(CallbackList, _hook, _pass_on(_hook))


def _flat(callbacks) -> list:
    if callbacks is None:
        return []
    if isinstance(callbacks, list | tuple):
        return [each for item in callbacks for each in _flat(item)]
    return [callbacks]


def _checked(callback) -> Callback:
    if isinstance(callback, Callback):
        return callback
    hint = ""
    if inspect.isclass(callback) and issubclass(callback, Callback):
        hint = f" This is the class; did you mean `{callback.__name__}()`?"
    raise TypeError(f"`callbacks` must be `Callback` objects or a list of them. Received: {callback!r}.{hint}")


def _plain(logs: Mapping | None) -> dict:
    """The logs as a flat dictionary of Python floats where possible, sorted by name."""
    result: dict = {}
    for name, value in sorted((logs or {}).items()):
        if isinstance(value, Mapping):
            result.update(_plain(value))
            continue
        try:
            result[name] = float(np.asarray(value).item())  # of whatever holds a single number
        except (TypeError, ValueError):
            result[name] = value
    return result
