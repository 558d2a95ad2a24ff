"""What layers that call other layers share during one outermost call: whether it is training, and what else is stated.

It is kept per thread and task, so that two models may run at once.
"""

import contextvars

__all__ = ["call_scope", "current_arguments", "current_training", "in_call"]

# (training, other arguments) while some layer's call runs, else None
_current: contextvars.ContextVar[tuple[bool | None, dict] | None] = contextvars.ContextVar("call", default=None)


def current_training() -> bool | None:
    """The `training` value of the call that this one is part of."""
    current = _current.get()
    return current[0] if current is not None else None


def current_arguments() -> dict:
    """The other arguments that the calls around this one hand on, by name."""
    current = _current.get()
    return current[1] if current is not None else {}


def in_call() -> bool:
    """Whether some layer's call is running."""
    return _current.get() is not None


class call_scope:
    """`with call_scope(training):` runs a layer's call; inner layers see its `training` value, and `arguments` if any.

    Args:
        training: for the layers inside.
        arguments: others by name; those of the calls around are handed on by default.
    """

    __slots__ = ("_arguments", "_token", "_training")

    def __init__(self, training: bool | None, arguments: dict | None = None):
        self._training, self._arguments = training, arguments

    def __enter__(self):
        arguments = current_arguments() if self._arguments is None else self._arguments
        self._token = _current.set((self._training, arguments))

    def __exit__(self, *exception):
        _current.reset(self._token)
