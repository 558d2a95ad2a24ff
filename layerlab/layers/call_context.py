"""What layers that call other layers share during one outermost call: whether it is training."""

import contextlib
import contextvars

__all__ = ["call_scope", "current_training", "in_call"]

_training: contextvars.ContextVar[bool | None] = contextvars.ContextVar("training", default=None)
_depth: contextvars.ContextVar[int] = contextvars.ContextVar("call_depth", default=0)


def current_training() -> bool | None:
    """The `training` value of the call that this one is part of."""
    return _training.get()


def in_call() -> bool:
    """Whether some layer's call is running."""
    return _depth.get() > 0


@contextlib.contextmanager
def call_scope(training: bool | None):
    """Run a layer's call: inner layers see its `training` value."""
    training_token, depth_token = _training.set(training), _depth.set(_depth.get() + 1)
    try:
        yield
    finally:
        _training.reset(training_token)
        _depth.reset(depth_token)
