"""What the tape knows about each NumPy function: how its gradient is computed, or that it has none.

A VJP (vector-Jacobian product) takes `g`, the gradient of the loss with respect to the function's result `y`, and
gives the gradient with respect to one argument. A rule is the tuple of VJPs of one function, one an argument.
"""

import functools
import inspect
import math
import sys
from collections.abc import Callable, Container, Iterable
from typing import Any

import numpy as np

__all__ = [
    "COMPOSITES",
    "CONSTANTS",
    "KEEPING",
    "RULES",
    "Rule",
    "composite",
    "constant",
    "defvjp",
    "defvjp_joint",
    "defvjp_sequence",
    "moves",
    "ones",
    "spread",
    "unbroadcast",
]

RULES: dict[Callable, "Rule"] = {}
# Functions whose derivative is zero wherever it exists, or whose result is no float: they give plain arrays.
CONSTANTS: set[Callable] = set()
# Functions written with other NumPy functions, which are recorded instead.
COMPOSITES: dict[Callable, tuple[Callable, "Options"]] = {}
# Functions that leave something for the way back: what runs in their place and gives (result, what is kept).
KEEPING: dict[Callable, Callable] = {}


class Rule:
    """The VJPs of one function and the calls they are valid for.

    A VJP is called as `vjp(g, y, *args, **kwargs)`. The parameters after `g, y` say which positional and keyword
    arguments are understood; any other is refused when the call is recorded, not in the backward pass.
    A joint VJP is called once for several arguments, as `vjp(wanted, g, y, *args, **kwargs)` with the list of their
    positions, and gives a list; over a sequence (np.stack) these are positions in args[0].
    `add_to(total, g, *args)`, if there is one, adds the first argument's gradient to `total` in place: for functions
    that touch a part of their argument, whose gradient is mostly zeros.
    Where the function is in `KEEPING`, the VJP gets in the place of `y` what was kept.
    """

    __slots__ = ("add_to", "differentiable", "is_joint", "is_sequence", "options", "vjps")

    def __init__(self, vjps: tuple[Any, ...], options: "Options", is_joint=False, is_sequence=False):
        self.vjps, self.options, self.is_joint, self.is_sequence = vjps, options, is_joint, is_sequence
        self.add_to: Callable | None = None
        self.differentiable: Container[int] = frozenset(i for i, vjp in enumerate(vjps) if vjp is not None)

    def shares(self, wanted: list[int], g, y, args, kwargs) -> Iterable:
        """The gradients with respect to the arguments at the positions `wanted`."""
        if self.is_joint:
            return self.vjps[0](wanted, g, y, *args, **kwargs)
        return [self.vjps[position](g, y, *args, **kwargs) for position in wanted]


class Options:
    """Which positional arguments and keywords a function takes, read from its signature."""

    __slots__ = ("defaults", "keywords", "names", "positional")

    def __init__(self, function: Callable, skipped: int = 0):
        parameters = list(inspect.signature(function).parameters.values())[skipped:]
        placed = [p for p in parameters if p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD)]
        self.names = [p.name for p in placed]
        self.defaults = [p.default for p in placed]
        self.positional = 64 if any(p.kind is p.VAR_POSITIONAL for p in parameters) else len(placed)
        self.keywords = frozenset(p.name for p in parameters if p.kind is not p.POSITIONAL_ONLY) - {"out"}


def defvjp(function: Callable, *vjps: Callable | None) -> None:
    """State the VJPs of a function, one for each array argument in order; None where it has no gradient."""
    stated = next(vjp for vjp in vjps if vjp is not None)
    RULES[function] = Rule(vjps, Options(stated, skipped=2))


def defvjp_joint(function: Callable, vjp: Callable, first: int = 0) -> None:
    """State one VJP for all the array arguments, from the `first`: where they share work or depend on each other."""
    rule = RULES[function] = Rule((vjp,), Options(vjp, skipped=3), is_joint=True)
    rule.differentiable = range(first, rule.options.positional)


def defvjp_sequence(function: Callable, vjp: Callable) -> None:
    """State the joint VJP of a function whose first argument is a sequence of arrays."""
    rule = RULES[function] = Rule((vjp,), Options(vjp, skipped=3), is_joint=True, is_sequence=True)
    rule.differentiable = range(sys.maxsize)


def moves(function: Callable) -> None:
    """Give a rule to a function that only picks, repeats and moves elements of its first argument, or puts in zeros.

    Applied to the numbers 1, 2, ... of the elements it tells where each element of the result came from.
    """

    def vjp(g, y, a, *args, **kwargs):
        origin = function(np.arange(1, a.size + 1).reshape(a.shape), *args, **kwargs)
        share = np.zeros(a.size + 1, g.dtype)  # the first for the zeros
        np.add.at(share, origin.reshape(-1), g.reshape(-1))
        return share[1:].reshape(a.shape)

    RULES[function] = Rule((vjp,), Options(function))


def constant(*functions: Callable) -> None:
    """Declare functions whose results are plain arrays, since no gradient flows through them."""
    CONSTANTS.update(functions)


def composite(function: Callable):
    """Decorator: record `function` as the NumPy calls that the decorated one makes."""

    def decorator(implementation):
        COMPOSITES[function] = (implementation, Options(implementation))
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
    if g.ndim == 0:  # a scalar gradient for an array argument (np.mean of one) is the same for every element
        return spread(g, shape)
    lead = g.ndim - len(shape)
    if lead > 0:
        kept = g.shape[lead:]
        if kept and g.size:
            rows = g if g.ndim == 2 else g.reshape(-1, math.prod(kept))
            g = ones(len(rows), g.dtype) @ rows  # 2-5 times faster than sum(axis=0)
            g = g if len(kept) == 1 else g.reshape(kept)
        else:
            g = g.sum(axis=tuple(range(lead)))
        if g.shape == shape:
            return g
    stretched = tuple(axis for axis, n in enumerate(shape) if n == 1 and g.shape[axis] != 1)
    g = g.sum(axis=stretched, keepdims=True) if stretched else g
    return g if g.shape == shape else np.broadcast_to(g, shape)


def spread(g, shape: tuple[int, ...]):
    """np.broadcast_to(g, shape) for a number g, in a tenth of its time: a view in which no axis moves on."""
    view: np.ndarray = np.ndarray(shape, g.dtype, np.asarray(g), 0, (0,) * len(shape))
    view.flags.writeable = False
    return view


def ones(n: int, dtype) -> np.ndarray:
    """A row of ones to be read, kept if it is short: making it takes as long as the product of a small layer."""
    return _kept_ones(n, dtype) if n <= 4096 else np.ones(n, dtype)


@functools.lru_cache(maxsize=64)
def _kept_ones(n: int, dtype):
    row = np.ones(n, dtype)
    row.flags.writeable = False
    return row
