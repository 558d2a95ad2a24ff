"""What a program says in place of a call once the shapes are known: the expression that the call comes to.

Of a product of two small matrices half the time goes into finding out that they are two matrices. Each entry states
what the function and its VJPs do for some arguments, bit for bit; the tests compare them.
"""

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from layerlab.autodiff.product import is_large, is_transposed, matmul, matmuls
from layerlab.autodiff.recording import is_mean_simple
from layerlab.autodiff.rule import ones, spread

__all__ = ["INLINED", "SHAPES_ONLY", "Inline", "inline", "sum_of_rows"]


class Inline(NamedTuple):
    """Text with {0}, {1} for the arguments, {g} for the gradient and {y} for the result.

    Where the gradients by all arguments are wanted, `both`, if it is there, says how to get them in one call: the call,
    and for each what is made of its part of the result, {h}.
    """

    forward: str
    vjps: tuple[str, ...]
    both: tuple[str, ...] = ()


# function -> what tells its text, or None, from a namer of constants and the arguments' values
INLINED: dict[Callable, Callable[..., Inline | None]] = {}
# Functions whose gradients depend on nothing but shapes: if g is a constant, they are constants.
SHAPES_ONLY = frozenset({np.mean, np.sum, np.add})


def inline(function: Callable):
    """Decorator: `tell(constant, *args)` gives the text for a call with these arguments, None where there is none.

    `constant(array, name)` is the name of an array that the program keeps.
    """

    def decorator(tell):
        INLINED[function] = tell
        return tell

    return decorator


def sum_of_rows(constant, g) -> str | None:
    """The text for the sum of a matrix over its rows: the gradient of a bias."""
    return f"{constant(ones(len(g), g.dtype), 'ones')}.dot({{}})" if _is_matrix(g) else None


def _is_matrix(x: Any) -> bool:
    return x.ndim == 2 and x.size > 0 and x.dtype.char in "fd"


@inline(np.matmul)
def _matmul(constant, a, b):
    if not (_is_matrix(a) and _is_matrix(b) and a.dtype == b.dtype):
        return None
    if not is_large(a, b):
        of_a = "{1}.dot({g}.T).T" if is_transposed(a) else "{g}.dot({1}.T)"
        return Inline("{0}.dot({1})", (of_a, "{0}.T.dot({g})"))
    one, several = constant(matmul, "product"), constant(matmuls, "products")
    factors, turned = ("{1}, {g}.T", ".T") if is_transposed(a) else ("{g}, {1}.T", "")
    return Inline(
        f"{one}({{0}}, {{1}})",
        (f"{one}({factors}){turned}", f"{one}({{0}}.T, {{g}})"),
        (f"{several}(({factors}), ({{0}}.T, {{g}}))", f"{{h}}{turned}", "{h}"),
    )


@inline(np.add)
def _add(constant, a, b):
    return Inline("{0} + {1}", ("{g}", "{g}"))


@inline(np.subtract)
def _subtract(constant, a, b):
    return Inline("{0} - {1}", ("{g}", "-{g}"))


@inline(np.multiply)
def _multiply(constant, a, b):
    return Inline("{0} * {1}", ("{g} * {1}", "{g} * {0}"))


@inline(np.mean)
def _mean(constant, a):
    if not is_mean_simple(a):
        return None
    total, size = constant(np.add.reduce, "total"), constant(a.dtype.type(a.size), "size")
    return Inline(f"{total}({{0}}, None) / {size}", (f"{constant(spread)}({{g}} / {a.size}, {a.shape})",))
