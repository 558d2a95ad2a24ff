"""Whether code inside a configuration may run: it may not, unless the user says so."""

import contextlib
import contextvars

__all__ = ["enable_unsafe_deserialization", "safe_mode", "safe_mode_scope"]

_current: contextvars.ContextVar[bool | None] = contextvars.ContextVar("safe_mode", default=None)


@contextlib.contextmanager
def safe_mode_scope(safe_mode: bool):
    """Whether code inside a configuration (a lambda's body) stays refused inside the block."""
    token = _current.set(safe_mode)
    try:
        yield
    finally:
        _current.reset(token)


def enable_unsafe_deserialization() -> None:
    """Allow code inside configurations from now on, in this context. Only for files you trust."""
    _current.set(False)


def safe_mode() -> bool | None:
    """The setting here; None if nothing around this point has set it."""
    return _current.get()
