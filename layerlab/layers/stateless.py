"""Calling a layer as a pure function: its state goes in and comes out as arrays, and it stays as it was."""

import numpy as np

__all__ = ["StatelessCall"]


class StatelessCall:
    """What makes a pure function of a layer; a part of `Layer`."""

    def stateless_call(
        self, trainable_variables, non_trainable_variables, *args, return_losses=False, **kwargs
    ) -> tuple:
        """Call the layer with these values in place of its own, and change nothing in it.

        Args:
            trainable_variables, non_trainable_variables: arrays or variables, in the order of the layer's lists of the
                same names; the latter hold moving averages and the states of random streams.
            return_losses: also return the penalties of the call.
            *args, **kwargs: for the call itself.

        Returns:
            (outputs, new non-trainable values), and the list of penalties if asked for.

        Raises:
            ValueError: the layer is not built, or there are too many or too few values.

        >>> from layerlab.layers import BatchNormalization
        >>> layer = BatchNormalization(momentum=0.5)
        >>> layer.build((None, 1))
        >>> x = np.array([[1.0], [3.0]])
        >>> y, (mean, variance) = layer.stateless_call(
        ...     layer.trainable_variables, layer.non_trainable_variables, x, training=True
        ... )
        >>> mean, layer.moving_mean.numpy()
        (array([1.], dtype=float32), array([0.], dtype=float32))

        Source: Keras page "Base Layer class", `stateless_call`.
        """
        if not self.built:  # type: ignore[attr-defined]
            raise ValueError(
                f"To call stateless_call, {type(self).__name__} must be built (i.e. its variables must have been "
                "already created). You can build it by calling it on some data."
            )
        changed = [
            *_pairs(self, "trainable_variables", trainable_variables),
            *_pairs(self, "non_trainable_variables", non_trainable_variables),
        ]
        before = [(variable, variable._array) for variable, _ in changed]
        try:
            for variable, value in changed:
                variable._array = np.array(value, dtype=variable.dtype)  # a copy, which the call may write into
            outputs = self(*args, **kwargs)  # type: ignore[operator]
            losses = list(self.losses) if return_losses else []  # type: ignore[attr-defined]
            state = [variable._array for variable in self.non_trainable_variables]  # type: ignore[attr-defined]
        finally:
            self._clear_losses()  # type: ignore[attr-defined]
            for variable, value in before:
                variable._array = value
        return (outputs, state, losses) if return_losses else (outputs, state)


def _pairs(layer, name: str, values) -> list[tuple]:
    """The layer's variables of a kind, each with its value."""
    variables = getattr(layer, name)
    if len(values) != len(variables):
        raise ValueError(
            f"Argument `{name}` must be a list of tensors corresponding 1:1 to {type(layer).__name__}().{name}. "
            f"Received list with length {len(values)}, but expected {len(variables)} variables."
        )
    for variable, value in zip(variables, values, strict=True):
        if np.shape(value) != variable.shape:
            raise ValueError(
                f"Argument `{name}` holds an array of shape {np.shape(value)} for the variable "
                f"{variable.path!r} of shape {variable.shape}."
            )
    return list(zip(variables, values, strict=True))
