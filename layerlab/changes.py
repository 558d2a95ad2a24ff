"""How often layers, losses, regularizers and variables were changed: whoever prepared something from them looks here.

Only attributes that are set count, not the values of weights: those are read anew each time.
"""

__all__ = ["Counted", "count_change", "number_of_changes"]

_changes = 0


def number_of_changes() -> int:
    """A number that stays the same as long as no attribute of a counted object is set."""
    return _changes


def count_change() -> None:
    """Say that something changed."""
    global _changes
    _changes += 1


class Counted:
    """Base of objects whose attributes are counted when they are set.

    >>> class Rate(Counted):
    ...     pass
    >>> rate, before = Rate(), number_of_changes()
    >>> rate.value = 0.5
    >>> number_of_changes() - before
    1
    """

    __slots__ = ()

    def __setattr__(self, name, value):
        count_change()
        super().__setattr__(name, value)
