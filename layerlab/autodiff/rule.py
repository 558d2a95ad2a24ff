"""What the tape knows about each NumPy function: how its gradient is computed, or that it has none.

A VJP (vector-Jacobian product) takes `g`, the gradient of the loss with respect to the function's result `y`, and
gives the gradient with respect to one argument. A rule is the tuple of VJPs of one function, one an argument.
"""

import inspect
from collections.abc import Callable

import numpy as np

__all__ = ["COMPOSITES", "CONSTANTS", "RULES", "Rule", "composite", "constant", "defvjp", "defvjp_sequence", "unbroadcast"]

RULES: dict[Callable, "Rule"] = {}
# Functions whose derivative is zero wherever it exists, or whose result is no float: they give plain arrays.
CONSTANTS: set[Callable] = set()
# Functions written with other NumPy functions, which are recorded instead.
COMPOSITES: dict[Callable, Callable] = {}


class Rule:
    """The VJPs of one function and the calls they are valid for.

    Each VJP is called as `vjp(g, y, *args, **kwargs)`. The parameters after `g, y` say which positional and
    keyword arguments are understood; any other is refused when the call is recorded, not in the backward pass.
    A rule over a sequence (np.stack) has one `vjp(i, g, y, sequence, **kwargs)` for the i-th array in it.
    """

    __slots__ = ("is_sequence", "keywords", "positional", "vjps")

    def __init__(self, vjps: tuple[Callable, ...], is_sequence: bool = False):
        self.vjps, self.is_sequence = vjps, is_sequence
        skipped = 3 if is_sequence else 2  # (i,) g, y
        parameters = list(inspect.signature(vjps[0]).parameters.values())[skipped:]
        kinds = [parameter.kind for parameter in parameters]
        self.positional = 64 if inspect.Parameter.VAR_POSITIONAL in kinds else kinds.count(_BY_POSITION)
        self.keywords = frozenset(parameter.name for parameter in parameters)

    def vjp(self, position: int, g, y, args, kwargs):
        """The gradient with respect to the argument at `position`."""
        if self.is_sequence:
            return self.vjps[0](position, g, y, *args, **kwargs)
        return self.vjps[position](g, y, *args, **kwargs)


_BY_POSITION = inspect.Parameter.POSITIONAL_OR_KEYWORD


def defvjp(function: Callable, *vjps: Callable) -> None:
    """State the VJPs of a function, one for each array argument in order."""
    RULES[function] = Rule(vjps)


def defvjp_sequence(function: Callable, vjp: Callable) -> None:
    """State the VJP of a function whose first argument is a sequence of arrays."""
    RULES[function] = Rule((vjp,), is_sequence=True)


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
