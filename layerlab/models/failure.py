"""When a step goes wrong: the model goes back to what it was, and the message says where to look."""

import numpy as np

from layerlab import tree

__all__ = ["NoGuard", "Unchanged", "explain_nan"]


class NoGuard:
    """A block that nothing watches over."""

    def __enter__(self):
        return self

    def __exit__(self, *exception):
        return False


class Unchanged(NoGuard):
    """If an error that bad data causes ends the block, weights and optimizer are again what they were before it."""

    def __init__(self, model):
        self._saved = [(v, v.numpy()) for v in [*model.variables, *model.optimizer.variables]]

    def __exit__(self, kind, error, trace):
        if isinstance(error, ValueError | TypeError | IndexError):
            for variable, value in self._saved:
                variable.assign(value)
        return False


def explain_nan(loss: float, x, y) -> str:
    """Where a loss that is not finite probably comes from."""
    for name, part in (("x", x), ("y", y)):
        for leaf in tree.flatten(part):
            if isinstance(leaf, np.ndarray) and leaf.dtype.kind == "f" and not np.isfinite(leaf).all():
                row = int(np.argwhere(~np.isfinite(leaf))[0][0])
                return (
                    f"The loss is {loss}: `{name}` contains NaN or infinite values, first in sample {row} of the "
                    "batch. Clean the data (np.isfinite finds them). The weights have not been changed by this step."
                )
    return (
        f"The loss is {loss} although the data is finite: the weights have grown too large, or a formula took the "
        "logarithm or quotient of 0. Usual cures: a smaller learning_rate, scaled inputs, clipnorm=1.0 in the "
        "optimizer, from_logits=True instead of a softmax before the loss. The weights have not been changed by this "
        "step. (With the callback TerminateOnNaN, fit() stops without this error.)"
    )
