"""The weights of a small model as parts of one array: a rule then costs one set of calls, not one a weight.

Ten calls on six arrays of a hundred numbers take twenty times as long as the arithmetic in them.
"""

import operator
from collections.abc import Callable, Sequence

import numpy as np

from layerlab.variables import Variable

__all__ = ["Joined"]


class Joined:
    """Weights and what an optimizer remembers of them, each kind as views into one flat array.

    The variables' arrays are replaced by the views. Whoever assigns a variable gives it an array of its own again;
    `holds` tells, and then it takes another `Joined`: the old arrays are left as they are, a tape may still need them.

    Args:
        columns: the weights, and the variables of each slot in the same order; all of one dtype.

    >>> w, b = Variable(np.zeros((2, 2))), Variable(np.ones(2))
    >>> joined = Joined([[w, b]])
    >>> joined.run(lambda w, g: np.subtract(w, g, out=w), [np.ones((2, 2)), np.ones(2)])
    >>> w.numpy().tolist(), b.numpy().tolist()
    ([[-1.0, -1.0], [-1.0, -1.0]], [0.0, 0.0])
    >>> b.assign([5.0, 6.0])
    array([5., 6.], dtype=float32)
    >>> joined.holds([w, b])
    False
    """

    def __init__(self, columns: Sequence[Sequence[Variable]]):
        self._flat = [np.concatenate([variable._array.reshape(-1) for variable in column]) for column in columns]
        self._weights = list(columns[0])
        self._gradient = np.empty_like(self._flat[0])
        self._parts: list[tuple[Variable, np.ndarray]] = []
        for column, flat in zip(columns, self._flat, strict=True):
            start = 0
            for variable in column:
                part = flat[start : start + variable.size].reshape(variable.shape)
                variable._array = part
                self._parts.append((variable, part))
                start += variable.size

    def holds(self, weights: Sequence[Variable]) -> bool:
        """Whether these are the weights, and the arrays of all variables still the parts."""
        if len(weights) != len(self._weights) or not all(map(operator.is_, weights, self._weights)):
            return False
        return all([variable._array is part for variable, part in self._parts])  # noqa: C419 - a list is faster

    def run(self, formula: Callable[..., None], gradients: Sequence[np.ndarray]) -> None:
        """Call an in-place rule `formula(w, g, *slots)` once for all weights."""
        np.concatenate(gradients, axis=None, out=self._gradient)  # each flattened
        formula(self._flat[0], self._gradient, *self._flat[1:])
