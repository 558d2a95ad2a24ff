"""What layers that call other layers share during one outermost call: whether it is training.

It is kept per thread and task, so that two models may run at once.
"""

import contextvars

__all__ = ["call_scope", "current_training", "in_call"]

# (training,) while some layer's call runs, else None
_current: contextvars.ContextVar[tuple[bool | None] | None] = contextvars.ContextVar("call", default=None)


def current_training() -> bool | None:
    """The `training` value of the call that this one is part of."""
    current = _current.get()
    return current[0] if current is not None else None


def in_call() -> bool:
    """Whether some layer's call is running."""
    return _current.get() is not None


class call_scope:
    """`with call_scope(training):` runs a layer's call; inner layers see its `training` value."""

    __slots__ = ("_token", "_training")

    def __init__(self, training: bool | None):
        self._training = training

    def __enter__(self):
        self._token = _current.set((self._training,))

    def __exit__(self, *exception):
        _current.reset(self._token)
