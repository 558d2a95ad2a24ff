"""Bidirectional: a recurrent layer that reads forward, a copy of it that reads backward, and both outputs merged."""

from collections.abc import Callable

import numpy as np

from layerlab import tree
from layerlab.layers.configurations import deserialize
from layerlab.layers.input_spec import InputSpec
from layerlab.layers.layer import Layer
from layerlab.layers.wrappers import class_hint
from layerlab.naming import did_you_mean
from layerlab.serialization import serialize_keras_object

__all__ = ["Bidirectional"]

_MERGES: dict[str, Callable] = {
    "sum": np.add,
    "mul": np.multiply,
    "ave": lambda forward, backward: (forward + backward) / 2,
    "concat": lambda forward, backward: np.concatenate([forward, backward], axis=-1),
}


class Bidirectional(Layer):
    """Reads sequences in both directions: merge(forward_layer(x), backward_layer(x) put back into the order of time).

    Args:
        layer: a recurrent layer. `forward_layer` is a copy of it called "forward_<name>".
        merge_mode: "concat" (one after the other), "sum", "mul", "ave", or None for both outputs.
        weights: what `set_weights` is called with when the layer is built.
        backward_layer: a recurrent layer with the opposite `go_backwards`; by default a copy of `layer` called
            "backward_<name>".

    Shapes:
        in `(batch, steps, features)`, out as the layer inside, with twice the units for "concat". With return_state:
        (output, *forward states, *backward states). `initial_state` is a list in that order too.

    Raises:
        ValueError: `layer` is no layer, `merge_mode` is unknown, the two layers do not go together, or
            `initial_state` has no half for each.
        TypeError: `layer` is not recurrent.

    >>> from layerlab.layers import LSTM
    >>> Bidirectional(LSTM(4, return_sequences=True))(np.ones((2, 3, 5))).shape
    (2, 3, 8)

    Source: Schuster and Paliwal, 1997, https://doi.org/10.1109/78.650093; Keras page "Bidirectional layer".
    """

    supports_masking = True
    config_names = ("merge_mode",)

    repeats = True  # if the layers inside do

    def __init__(self, layer, merge_mode="concat", weights=None, backward_layer=None, **kwargs):
        _check_layers(layer, backward_layer)
        if merge_mode is not None and merge_mode not in _MERGES:
            raise ValueError(
                f"Invalid merge mode. Received: {merge_mode}. Merge mode should be one of "
                f'{{"sum", "mul", "ave", "concat", None}}{did_you_mean(merge_mode, _MERGES)}'
            )
        super().__init__(**kwargs)
        self.merge_mode, self._first_weights = merge_mode, weights
        self.forward_layer = _copy(layer, "forward_")
        if backward_layer is None:
            backward_layer = _copy(layer, "backward_", go_backwards=not layer.go_backwards)
        self.backward_layer = backward_layer
        self._check_that_they_go_together()
        for one in self._both:  # so that a sum has nothing added where a step is absent
            if hasattr(one, "zero_output_for_mask"):
                one.zero_output_for_mask = one.return_sequences
        self.input_spec = InputSpec(ndim=3)

    def _check_that_they_go_together(self):
        forward, backward = self._both
        if forward.go_backwards == backward.go_backwards:
            raise ValueError(
                "Forward layer and backward layer should have different `go_backwards` value. Received: "
                f"forward_layer.go_backwards {forward.go_backwards}, "
                f"backward_layer.go_backwards={backward.go_backwards}"
            )
        for name in ("stateful", "return_sequences", "return_state"):
            one, other = getattr(forward, name), getattr(backward, name)
            if one != other:
                raise ValueError(
                    "Forward layer and backward layer are expected to have the same value for attribute "
                    f'"{name}", got "{one}" for forward layer and "{other}" for backward layer'
                )

    @property
    def _both(self) -> tuple:
        return self.forward_layer, self.backward_layer

    stateful = property(lambda self: self.forward_layer.stateful, doc="Whether states are kept between batches.")
    return_sequences = property(lambda self: self.forward_layer.return_sequences, doc="Whether all outputs are given.")
    return_state = property(lambda self: self.forward_layer.return_state, doc="Whether the last states are given.")

    # --- states -------------------------------------------------------------------------------------------------

    @property
    def states(self):
        """The kept states of the forward layer, then those of the backward layer; None if none are kept."""
        return None if self.forward_layer.states is None else [state for one in self._both for state in one.states]

    def reset_state(self) -> None:
        """Make stateful layers start anew with the next batch."""
        for layer in self._both:
            layer.reset_state()

    reset_states = reset_state

    # --- the call -----------------------------------------------------------------------------------------------

    def build(self, sequences_shape, initial_state_shape=None):
        for layer in self._both:
            if not layer.built:
                layer.build(sequences_shape)
        if self._first_weights:
            self.set_weights(self._first_weights)

    def call(self, sequences, initial_state=None, mask=None, training=None):
        halves = _halves(initial_state) if initial_state is not None else (None, None)
        results = [
            layer(sequences, initial_state=half, mask=mask) for layer, half in zip(self._both, halves, strict=True)
        ]
        states = []
        if self.return_state:
            states = [state for result in results for state in result[1:]]
            results = [result[0] for result in results]
        forward, backward = results
        if self.return_sequences:
            backward = backward[:, ::-1]
        output = (forward, backward) if self.merge_mode is None else _MERGES[self.merge_mode](forward, backward)
        if not self.return_state:
            return output
        return (*output, *states) if self.merge_mode is None else (output, *states)

    def compute_output_shape(self, sequences_shape, initial_state_shape=None):
        forward, backward = (layer.compute_output_shape(sequences_shape) for layer in self._both)
        states = []
        if self.return_state:
            states = [*forward[1:], *backward[1:]]
            forward, backward = forward[0], backward[0]
        if self.merge_mode is None:
            return (forward, backward, *states)
        output = (*forward[:-1], forward[-1] + backward[-1]) if self.merge_mode == "concat" else forward
        return (output, *states) if self.return_state else output

    def compute_mask(self, sequences, mask):
        mask = tree.flatten(mask)[0] if self.return_sequences else None
        return (mask, mask) if self.merge_mode is None else mask

    # --- configuration ------------------------------------------------------------------------------------------

    def get_config(self):
        layers = {"layer": self.forward_layer, "backward_layer": self.backward_layer}
        return super().get_config() | {name: serialize_keras_object(layer) for name, layer in layers.items()}

    @classmethod
    def from_config(cls, config, custom_objects=None):
        layers = {name: config[name] for name in ("layer", "backward_layer") if config.get(name) is not None}
        return super().from_config(
            config | {name: deserialize(layer, custom_objects) for name, layer in layers.items()}
        )


def _check_layers(layer, backward_layer) -> None:
    if not isinstance(layer, Layer):
        raise ValueError(
            f"Please initialize `Bidirectional` layer with a `keras.layers.Layer` instance. Received: {layer}"
            f"{class_hint(layer)}"
        )
    if backward_layer is not None and not isinstance(backward_layer, Layer):
        raise ValueError(
            f"`backward_layer` need to be a `keras.layers.Layer` instance. Received: {backward_layer}"
            f"{class_hint(backward_layer)}"
        )
    for one in (layer, backward_layer):
        if one is not None and not hasattr(one, "go_backwards"):
            raise TypeError(
                f"`Bidirectional` wraps a recurrent layer, such as SimpleRNN, LSTM or GRU. Received: {one}, which has "
                "no `go_backwards`. Does `TimeDistributed` fit?"
            )


def _copy(layer, prefix: str, **changes) -> Layer:
    """A new layer with the same configuration, but for the name and the changes."""
    config = serialize_keras_object(layer)
    name = prefix + layer.name.removeprefix("forward_").removeprefix("backward_")
    config["config"] |= {"name": name, **changes}
    config.pop("build_config", None)
    copy = deserialize(config, {type(layer).__name__: type(layer)})
    if hasattr(layer, "use_cudnn"):  # which no configuration keeps
        copy.use_cudnn = layer.use_cudnn
    return copy


def _halves(states) -> tuple[list, list]:
    """The states for the forward layer and those for the backward layer."""
    if not isinstance(states, list | tuple) or len(states) % 2:
        received = f"{len(states)} states" if isinstance(states, list | tuple) else f"{type(states).__name__}"
        raise ValueError(
            "The `initial_state` of a Bidirectional layer is a list: the forward layer's states, then the backward "
            f"layer's. Received: {received}"
        )
    middle = len(states) // 2
    return list(states[:middle]), list(states[middle:])
