"""Names: how a class name becomes an automatic one, and how a misspelt one is guessed.

Automatic names follow Keras (`Dense` -> `dense`, `dense_1`, ...), from one counter a prefix in the process.
"""

import difflib
import re
from collections import Counter
from collections.abc import Iterable

__all__ = ["auto_name", "did_you_mean", "get_uid", "reset_names", "to_snake_case"]

_used: Counter[str] = Counter()
_KERAS_1 = {  # an argument's name in Keras 1 -> what it became in Keras 2, the first that the receiver knows
    "W_constraint": ("kernel_constraint", "embeddings_constraint"),
    "W_regularizer": ("kernel_regularizer", "embeddings_regularizer"),
    "b_constraint": ("bias_constraint",),
    "b_regularizer": ("bias_regularizer",),
    "bias": ("use_bias",),
    "border_mode": ("padding",),
    "dim_ordering": ("data_format",),
    "filter_length": ("kernel_size",),
    "init": ("kernel_initializer", "embeddings_initializer"),
    "inner_init": ("recurrent_initializer",),
    "input": ("inputs",),
    "nb_filter": ("filters",),
    "output": ("outputs",),
    "output_dim": ("units",),
    "p": ("rate",),
    "pool_length": ("pool_size",),
    "sigma": ("stddev",),
    "stride": ("strides",),
    "subsample": ("strides",),
    "subsample_length": ("strides",),
}


def to_snake_case(name: str) -> str:
    """Keras's snake form of a class name.

    >>> [to_snake_case(name) for name in ("Conv2DTranspose", "ReLU", "L1L2", "RMSprop")]
    ['conv2d_transpose', 're_lu', 'l1l2', 'rm_sprop']
    """
    name = re.sub(r"\W+", "", name)
    name = re.sub(r"(.)([A-Z][a-z]+)", r"\1_\2", name)
    return re.sub(r"([a-z])([A-Z])", r"\1_\2", name).lower()


def auto_name(prefix: str) -> str:
    """The next free name for `prefix`: the bare prefix first, then `prefix_1`, `prefix_2`, ..."""
    prefix = to_snake_case(prefix)
    taken = get_uid(prefix) - 1
    return f"{prefix}_{taken}" if taken else prefix


def get_uid(prefix: str = "") -> int:
    """How often this prefix has been asked for, this time included.

    >>> get_uid("the"), get_uid("the"), auto_name("the")
    (1, 2, 'the_2')
    """
    _used[prefix] += 1
    return _used[prefix]


def reset_names() -> None:
    """Start every counter again (`keras.utils.clear_session`)."""
    _used.clear()


def did_you_mean(word: object, options: Iterable[str]) -> str:
    """A sentence that offers today's name of an argument of Keras 1, or the nearest known spelling, or nothing.

    >>> did_you_mean("skernel_initializer", ["kernel_initializer", "units"])
    " Did you mean 'kernel_initializer'?"
    >>> did_you_mean("border_mode", ["filters", "padding"])
    " Did you mean 'padding', as it is called since Keras 2?"
    >>> did_you_mean("zebra", ["kernel_initializer"])
    ''
    """
    options = list(options)
    for renamed in _KERAS_1.get(str(word), ()):
        if renamed in options:
            return f" Did you mean {renamed!r}, as it is called since Keras 2?"
    by_lower = {option.lower(): option for option in reversed(options)}
    close = difflib.get_close_matches(str(word).lower(), by_lower, n=1, cutoff=0.6)
    return f" Did you mean {by_lower[close[0]]!r}?" if close else ""
