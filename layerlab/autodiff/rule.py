"""What the tape knows about each NumPy function: how its gradient is computed, or that it has none.

A VJP (vector-Jacobian product) takes `g`, the gradient of the loss with respect to the function's result `y`, and
gives the gradient with respect to one argument. A rule is the tuple of VJPs of one function, one an argument.
"""

import inspect
from collections.abc import Callable, Iterable

import numpy as np

__all__ = [
    "COMPOSITES",
    "CONSTANTS",
    "RULES",
    "Rule",
    "composite",
    "constant",
    "defvjp",
    "defvjp_joint",
    "defvjp_sequence",
    "unbroadcast",
    "understood",
]

RULES: dict[Callable, "Rule"] = {}
# Functions whose derivative is zero wherever it exists, or whose result is no float: they give plain arrays.
CONSTANTS: set[Callable] = set()
# Functions written with other NumPy functions, which are recorded instead.
COMPOSITES: dict[Callable, Callable] = {}


class Rule:
    """The VJPs of one function and the calls they are valid for.

    A VJP is called as `vjp(g, y, *args, **kwargs)`. The parameters after `g, y` say which positional and keyword
    arguments are understood; any other is refused when the call is recorded, not in the backward pass.
    A joint VJP is called once for several arguments, as `vjp(wanted, g, y, *args, **kwargs)` with the list of their
    positions, and gives a list; over a sequence (np.stack) these are positions in args[0].
    """

    __slots__ = ("is_joint", "is_sequence", "keywords", "positional", "vjps")

    def __init__(self, vjps: tuple[Callable, ...], is_joint: bool = False, is_sequence: bool = False):
        self.vjps, self.is_joint, self.is_sequence = vjps, is_joint, is_sequence
        self.positional, self.keywords = understood(vjps[0], skipped=3 if is_joint else 2)

    def shares(self, wanted: list[int], g, y, args, kwargs) -> Iterable:
        """The gradients with respect to the arguments at the positions `wanted`."""
        if self.is_joint:
            return self.vjps[0](wanted, g, y, *args, **kwargs)
        return [self.vjps[position](g, y, *args, **kwargs) for position in wanted]


def understood(function: Callable, skipped: int = 0) -> tuple[int, frozenset[str]]:
    """How many positional arguments a function takes and which keywords, after the first `skipped` parameters."""
    parameters = list(inspect.signature(function).parameters.values())[skipped:]
    kinds = [parameter.kind for parameter in parameters]
    positional = 64 if inspect.Parameter.VAR_POSITIONAL in kinds else kinds.count(_BY_POSITION)
    return positional, frozenset(parameter.name for parameter in parameters)


_BY_POSITION = inspect.Parameter.POSITIONAL_OR_KEYWORD


def defvjp(function: Callable, *vjps: Callable) -> None:
    """State the VJPs of a function, one for each array argument in order."""
    RULES[function] = Rule(vjps)


def defvjp_joint(function: Callable, vjp: Callable) -> None:
    """State one VJP for all the array arguments: where they share work, or depend on each other."""
    RULES[function] = Rule((vjp,), is_joint=True)


def defvjp_sequence(function: Callable, vjp: Callable) -> None:
    """State the joint VJP of a function whose first argument is a sequence of arrays."""
    RULES[function] = Rule((vjp,), is_joint=True, is_sequence=True)


def constant(*functions: Callable) -> None:
    """Declare functions whose results are plain arrays, since no gradient flows through them."""
    CONSTANTS.update(functions)


def composite(function: Callable):
    """Decorator: record `function` as the NumPy calls that the decorated one makes."""

    def decorator(implementation):
        COMPOSITES[function] = implementation
        return implementation

    return decorator


def unbroadcast(g, shape: tuple[int, ...]):
    """Sum a gradient over the axes along which its argument had been broadcast.

    >>> unbroadcast(np.ones((5, 3)), (3,))
    array([5., 5., 5.])
    """
    g = np.asarray(g)
    if g.shape == shape:
        return g
    lead = g.ndim - len(shape)
    if lead > 0:
        kept = g.shape[lead:]
        if kept and g.size:
            rows = g.reshape(-1, int(np.prod(kept)))
            g = (np.ones(len(rows), g.dtype) @ rows).reshape(kept)  # 2-5 times faster than sum(axis=0)
        else:
            g = g.sum(axis=tuple(range(lead)))
    stretched = tuple(axis for axis, n in enumerate(shape) if n == 1 and g.shape[axis] != 1)
    g = g.sum(axis=stretched, keepdims=True) if stretched else g
    # A scalar gradient for an array argument (np.mean of one) is the same for every element.
    return g if g.shape == shape else np.broadcast_to(g, shape)
