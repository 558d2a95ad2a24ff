"""One object in several places of a configuration: it carries a number there, and is read as one object again."""

import contextlib
import contextvars
from collections import Counter

__all__ = ["number_of", "numbering", "shared_objects", "sharing_scope", "without_lonely_numbers"]

_numbers: contextvars.ContextVar[dict | None] = contextvars.ContextVar("numbers_of_written_objects", default=None)
_shared: contextvars.ContextVar[dict | None] = contextvars.ContextVar("shared_objects_read", default=None)


@contextlib.contextmanager
def sharing_scope():
    """Inside the block, configurations with the same `shared_object_id` are read as one object."""
    token = _shared.set({})
    try:
        yield
    finally:
        _shared.reset(token)


def shared_objects() -> dict | None:
    """Number -> object, of what the surrounding `sharing_scope` has read so far; None outside of one."""
    return _shared.get()


@contextlib.contextmanager
def numbering():
    """Inside the block, every object that is written gets a number."""
    token = _numbers.set({})
    try:
        yield
    finally:
        _numbers.reset(token)


def number_of(obj) -> dict:
    """The entry that marks this very object; nothing outside of `numbering`."""
    numbers = _numbers.get()
    if numbers is None:
        return {}
    number, _ = numbers.setdefault(id(obj), (len(numbers) + 1, obj))  # the object stays alive, and so its id
    return {"shared_object_id": number}


def without_lonely_numbers(config):
    """The configuration, its numbers taken away where they are found only once."""
    found = [part for part in _dictionaries(config) if "shared_object_id" in part]
    count = Counter(part["shared_object_id"] for part in found)
    for part in found:
        if count[part["shared_object_id"]] == 1:
            del part["shared_object_id"]
    return config


def _dictionaries(config):
    if isinstance(config, dict):
        yield config
    if isinstance(config, dict | list | tuple):
        for part in config.values() if isinstance(config, dict) else config:
            yield from _dictionaries(part)
