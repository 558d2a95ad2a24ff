"""What is refused while a tape records, in words: what would go wrong, what was received, what to write instead.

Every message ends in a remedy; `INSTEAD` holds the ones for NumPy functions that people do reach for.
"""

from collections.abc import Callable
from typing import NoReturn

import numpy as np

__all__ = ["INSTEAD", "TracingError", "name_of"]


class TracingError(TypeError):
    """A call that would cut or corrupt a gradient while a tape records."""


_WRITES = "It writes into its argument; build a new array with np.where, np.stack, np.concatenate, np.broadcast_to."
_PYTHON_LOOP = "Write it with whole-array functions and axis=, or a Python loop and np.stack."
_COMPLEX = "The tape knows real numbers only; make it a @layerlab.autodiff.primitive with a gradient of your own."
_SETS = "Its result does not depend smoothly on x: call it on stop_gradient(x)."
INSTEAD: dict[Callable, str] = {
    **dict.fromkeys((np.copyto, np.put, np.place, np.putmask, np.fill_diagonal, np.put_along_axis), _WRITES),
    **dict.fromkeys((np.apply_along_axis, np.apply_over_axes), _PYTHON_LOOP),
    **dict.fromkeys((np.angle, np.linalg.eig, np.linalg.eigvals, np.roots), _COMPLEX),
    **dict.fromkeys(
        (
            np.unique,
            np.histogram,
            np.bincount,
            np.histogram2d,
            np.histogramdd,
            np.union1d,
            np.intersect1d,
            np.setdiff1d,
        ),
        _SETS,
    ),
    **dict.fromkeys((np.save, np.savez, np.savetxt), "Save stop_gradient(x)."),
    np.piecewise: "Write it with np.where(condition, this, that).",
    np.insert: "Write it with np.concatenate and slices.",
    np.resize: "Write it with np.tile and np.reshape.",
    np.modf: "x - np.trunc(x) is the fraction.",
    np.linalg.svd: "For singular values alone np.linalg.svdvals has a rule.",
    np.linalg.pinv: "Use np.linalg.solve or np.linalg.inv.",
    np.linalg.lstsq: "Use np.linalg.solve on the normal equations.",
}


def name_of(function) -> str:
    """A function's name as a user writes it."""
    module = getattr(function, "__module__", None) or "numpy"
    name = getattr(function, "__name__", str(function))
    return f"np{module.removeprefix('numpy')}.{name}" if module.startswith("numpy") else name


def no_rule(function) -> NoReturn:
    """A function that the tape does not know."""
    if (getattr(function, "__module__", None) or "").startswith("numpy.fft"):
        remedy = _COMPLEX
    elif hasattr(function, "defvjp"):
        remedy = f"State its gradient: {name_of(function)}.defvjp(lambda g, y, x: ...)."
    else:
        remedy = INSTEAD.get(function) or (
            "Write it with functions that have one, pass stop_gradient(x) if its gradient is not wanted, or state its "
            f"gradient with layerlab.autodiff.defvjp({name_of(function)}, lambda g, y, x: ...)."
        )
    raise TracingError(f"{name_of(function)} has no gradient rule. {remedy}")


def ufunc_method(ufunc, method: str) -> NoReturn:
    """np.add.reduce and its kind."""
    remedies = {
        "reduce": "np.sum, np.prod, np.max, np.min, np.any or np.all",
        "accumulate": "np.cumsum or np.cumprod",
        "outer": "x[:, None] + y[None, :] with the operator you need",
        "at": "np.where, np.concatenate or a product with a one-hot matrix",
    }
    instead = remedies.get(method, "indexing and np.concatenate")
    raise TracingError(f"np.{ufunc.__name__}.{method} has no gradient rule. Use {instead}.")


def arguments(function, options, args, unknown) -> NoReturn:
    """Arguments that the rule does not cover."""
    if "out" in unknown:
        raise TracingError(
            f"{name_of(function)}(..., out=) would write over an array that the gradient needs, or leave the tape. "
            "Use the result that the function returns: y = f(x); for `a += x` write a = a + x."
        )
    received = ", ".join(f"{key}=" for key in sorted(unknown)) or f"{len(args)} positional arguments"
    understood = f"It understands {sorted(options.keywords)}"
    remedy = "for where= use np.where on the result." if "where" in unknown else "pass options by keyword."
    raise TracingError(
        f"The gradient rule of {name_of(function)} does not cover this call. Received: {received}. "
        f"{understood}; {remedy}"
    )


def position(function, where: object) -> NoReturn:
    """A traced array where the rule has no gradient for it."""
    raise TracingError(
        f"{name_of(function)} has no gradient with respect to {where}, which is a traced array or a variable. "
        "Pass traced arrays as the arrays the function works on; where only the value matters, pass stop_gradient(x)."
    )


def subclass(function, array) -> NoReturn:
    """A masked array or a matrix, whose arithmetic is not that of an array."""
    raise TracingError(
        f"{name_of(function)} of a traced array and a {type(array).__name__} has no gradient rule: its arithmetic is "
        "not that of an array. Pass np.asarray(a); for a mask use np.where."
    )


def result(function, value) -> NoReturn:
    """A result that is no array of floats."""
    kind = f"dtype {value.dtype}" if hasattr(value, "dtype") else f"a {type(value).__name__}"
    raise TracingError(
        f"{name_of(function)} gives {kind}, through which no gradient flows. "
        "Work in float32 or float64; if that is what you want, call it on stop_gradient(x)."
    )


def leaving(what: str) -> NoReturn:
    """A plain value made from a traced array."""
    raise TracingError(
        f"{what} would cut the gradient here: the result is a plain value that the tape cannot follow. "
        "To combine traced arrays use np.stack or np.concatenate; to read a value without its gradient, "
        "layerlab.autodiff.stop_gradient(x)."
    )


def writing(self, *_) -> NoReturn:
    """An in-place change of a traced array (installed as its methods)."""
    raise TracingError(
        "A traced array cannot be changed in place: its old value is needed for the gradient. "
        "Write `x = x + y` for `x += y`; for `x[i] = y` build the result with np.where, np.concatenate or np.stack."
    )


def attribute(name: str) -> NoReturn:
    """An attribute of ndarray that a traced array does not have, or a name that neither has."""
    if name.startswith("_") or not hasattr(np.ndarray, name):
        raise AttributeError(f"'TracedArray' object has no attribute {name!r}")
    function = f"np.{name}(x), or " if hasattr(np, name) else ""
    raise AttributeError(
        f"x.{name} is not available on a traced array. "
        f"Use {function}layerlab.autodiff.stop_gradient(x).{name} for the value without its gradient."
    )


def other_tape() -> NoReturn:
    """A traced array of another tape."""
    raise TracingError(
        "Arrays of two different tapes meet in one call. Use one tape for the computation; to use a value of an "
        "earlier tape as a constant, pass stop_gradient(x)."
    )
