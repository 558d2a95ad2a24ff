"""An optimizer's step as a pure function: weights and memory go in and come out as arrays, and it stays as it was."""

from collections.abc import Sequence
from typing import Any

from layerlab.variables import Variable

__all__ = ["StatelessApply"]


class StatelessApply:
    """What makes a pure function of a step; a part of `Optimizer`."""

    built: bool
    apply: Any
    variables: Any
    _trainable_variables: list[Variable]

    def stateless_apply(self, optimizer_variables, grads, trainable_variables) -> tuple[list, list]:
        """Make a step from these values in place of the present ones, and change neither weights nor optimizer.

        Args:
            optimizer_variables: arrays in the order of `variables`.
            grads: one gradient a weight.
            trainable_variables: arrays in the order of the weights that the optimizer was built with.

        Returns:
            (new weights, new values of `variables`), two lists of arrays.

        Raises:
            ValueError: the optimizer is not built, or there are too many or too few values.

        >>> import numpy as np
        >>> from layerlab.optimizers import SGD
        >>> optimizer, w = SGD(0.5), Variable(np.ones(2))
        >>> optimizer.build([w])
        >>> (new,), (iteration, rate) = optimizer.stateless_apply(optimizer.variables, [np.ones(2)], [w])
        >>> new, int(iteration), w.numpy(), int(optimizer.iterations)
        (array([0.5, 0.5], dtype=float32), 1, array([1., 1.], dtype=float32), 0)

        Source: Keras page "Optimizers", `stateless_apply`.
        """
        kind, memory, weights = type(self).__name__, list(self.variables), list(self._trainable_variables)
        if not self.built:
            raise ValueError(
                f"To call `stateless_apply`, {kind} must be built (i.e. its variables must have been created). You can "
                "build it via `optimizer.build(trainable_variables)`."
            )
        _check_number("optimizer_variables", optimizer_variables, f"{kind}().variables", memory)
        _check_number("trainable_variables", trainable_variables, "the weights it was built with", weights)
        before = [(variable, variable._array) for variable in (*weights, *memory)]
        try:
            for variable, value in zip((*weights, *memory), (*trainable_variables, *optimizer_variables), strict=True):
                variable.assign(value)
            self.apply(grads)
            return [variable.numpy() for variable in weights], [variable.numpy() for variable in memory]
        finally:
            for variable, array in before:
                variable._array = array


def _check_number(argument: str, values: Sequence, what: str, variables: Sequence) -> None:
    if len(values) != len(variables):
        raise ValueError(
            f"Argument `{argument}` must be a list of tensors corresponding 1:1 to {what}. Received list with length "
            f"{len(values)}, but expected {len(variables)} variables."
        )
