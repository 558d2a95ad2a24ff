"""Which time steps of an array count: the mask that travels beside the data from `Masking` to the loss.

A mask is a boolean array (True: the entry counts). Objects that take attributes carry it as `_keras_mask`;
plain ndarrays cannot, so theirs is kept in a table that forgets an array when it is collected.
"""

import weakref

__all__ = ["get_mask", "set_mask"]

_masks: dict[int, tuple[weakref.ref, object]] = {}  # id of an array -> (the array, its mask)


def set_mask(x, mask) -> None:
    """Attach `mask` to `x`; None takes the mask away.

    Only this very object is marked: a copy or a view of `x`, or the result of a computation on it, has no mask.

    Raises:
        TypeError: `x` can neither hold an attribute nor be referred to weakly (a number, a list).

    >>> import numpy as np
    >>> x = np.zeros((2, 3))
    >>> set_mask(x, np.array([True, False]))
    >>> get_mask(x), get_mask(x.copy())
    (array([ True, False]), None)
    """
    try:
        x._keras_mask = mask
    except AttributeError:
        _remember(x, mask)


def _remember(x, mask) -> None:
    key = id(x)
    if mask is None:
        _masks.pop(key, None)
    else:
        _masks[key] = (weakref.ref(x, lambda _: _masks.pop(key, None)), mask)


def get_mask(x):
    """The mask attached to `x`, or None."""
    if hasattr(x, "_keras_mask"):
        return x._keras_mask
    ref, mask = _masks.get(id(x), (None, None))
    return mask if ref is not None and ref() is x else None
