"""Gradients of functions, and the test that a gradient is right.

`gradient` and `value_and_grad` turn a function of arrays into one that returns its derivative; `check_gradients` holds
the tape's answer against finite differences in float64.
"""

import functools
from collections.abc import Callable, Sequence

import numpy as np

from layerlab.autodiff.tape import Tape
from layerlab.autodiff.traced import TracedArray, stop_gradient, unwatch

__all__ = ["check_gradients", "gradient", "value_and_grad"]


def value_and_grad(function: Callable, argnums: int | Sequence[int] = 0) -> Callable:
    """A function that returns `(function(*args), its gradient)`.

    Args:
        function: arrays in, a scalar out, written with NumPy.
        argnums: which positional argument (or arguments, for a tuple of gradients) to differentiate.

    >>> value_and_grad(lambda x: np.sum(x**2))(np.array([1.0, 2.0]))
    (array(5.), array([2., 4.]))
    """
    several = not isinstance(argnums, int)
    positions: tuple[int, ...] = tuple(argnums) if isinstance(argnums, Sequence) else (argnums,)

    @functools.wraps(function)
    def wrapped(*args, **kwargs):
        if not all(-len(args) <= position < len(args) for position in positions):
            raise TypeError(f"argnums names positional arguments. Received: argnums={argnums} and {len(args)} of them.")
        with Tape() as tape:
            traced = list(args)
            for position in positions:
                traced[position] = tape.watch(args[position])
            value = unwatch(function(*traced, **kwargs))
        sources = [traced[position] for position in positions]
        if not isinstance(value, TracedArray):  # does not depend on the arguments
            gradients = [np.zeros(source.shape, source.dtype) for source in sources]
        else:
            gradients = tape.gradient(value, sources)
        return stop_gradient(value), tuple(gradients) if several else gradients[0]

    return wrapped


def gradient(function: Callable, argnums: int | Sequence[int] = 0) -> Callable:
    """A function that returns the gradient of `function` with respect to one or more arguments.

    >>> gradient(lambda x, y: np.sum(x * y), argnums=1)(np.array([2.0, 3.0]), np.ones(2))
    array([2., 3.])
    """
    with_value = value_and_grad(function, argnums)

    @functools.wraps(function)
    def wrapped(*args, **kwargs):
        return with_value(*args, **kwargs)[1]

    return wrapped


def check_gradients(function: Callable, *arrays, tolerance: float = 1e-6, step: float = 1e-6, seed: int = 0) -> float:
    """Compare the tape's gradient with central differences along random directions, in float64.

    For a random direction v and a random cotangent c it checks <c, f(x + hv) - f(x - hv)> / 2h = <gradient, v>.

    Args:
        function: float arrays in, a float array of any shape out, by differentiable NumPy calls.
        *arrays: the point; each array gets a check of its own.
        tolerance: the largest error allowed, relative to the size of the derivative (at least 1).
        step: h.
        seed: of the directions.

    Returns:
        The largest error found.

    Raises:
        AssertionError: an error above the tolerance; names the argument and both derivatives.

    >>> check_gradients(np.tanh, np.linspace(-2, 2, 5)) < 1e-8
    True
    """
    rng = np.random.default_rng(seed)
    points = [np.array(array, dtype=np.float64) for array in arrays]
    cotangent = rng.standard_normal(np.shape(stop_gradient(function(*points))))
    gradients = gradient(lambda *xs: np.sum(function(*xs) * cotangent), tuple(range(len(points))))(*points)
    worst = 0.0
    for i, (point, found) in enumerate(zip(points, gradients, strict=True)):
        direction = rng.standard_normal(point.shape)
        moved = [[*points[:i], point + sign * step * direction, *points[i + 1 :]] for sign in (1, -1)]
        ahead, behind = (np.sum(np.asarray(stop_gradient(function(*xs))) * cotangent) for xs in moved)
        expected, actual = (ahead - behind) / (2 * step), np.sum(found * direction)
        error = abs(actual - expected) / max(1.0, abs(expected))
        worst = max(worst, float(error))
        if not error <= tolerance:  # NaN fails too
            name = getattr(function, "__name__", repr(function))
            raise AssertionError(
                f"The gradient of {name} with respect to argument {i} is wrong: along a random direction the tape "
                f"gives {actual:.9g}, finite differences {expected:.9g} (relative error {error:.2g} > {tolerance:g})."
            )
    return worst
