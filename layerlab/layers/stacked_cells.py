"""Several cells on top of each other that behave as one: each step goes through all of them."""

import numpy as np

from layerlab import tree
from layerlab.layers.configurations import deserialize
from layerlab.layers.kernel_cell import zero_state
from layerlab.layers.layer import Layer
from layerlab.serialization import serialize_keras_object

__all__ = ["StackedRNNCells"]


class StackedRNNCells(Layer):
    """One cell made of several: the output of each is the input of the next. `RNN([...])` makes it of a list.

    Args:
        cells: a list of cells.

    Shapes:
        in `(batch, features)` and a list with the states of each cell; out the last cell's output and the new states.

    Raises:
        ValueError: something in the list has no `call` or no `state_size`.

    >>> from layerlab.layers import GRUCell, LSTMCell
    >>> StackedRNNCells([LSTMCell(3), GRUCell(2)]).state_size
    [[3, 3], 2]

    Source: Keras page "StackedRNNCells layer".
    """

    def __init__(self, cells, **kwargs):
        super().__init__(**kwargs)
        for cell in cells:
            for demand in ("call", "state_size"):
                if not hasattr(cell, demand):
                    raise ValueError(_MISSING[demand].format(cell))
        self.cells = list(cells)

    @property
    def repeats(self) -> bool:  # type: ignore[override]
        """Whether all are layers: these say themselves whether they do."""
        return all(isinstance(cell, Layer) for cell in self.cells)

    @property
    def state_size(self) -> list:
        """The state sizes of each cell."""
        return [cell.state_size for cell in self.cells]

    @property
    def output_size(self) -> int:
        """The last cell's."""
        return output_size(self.cells[-1])

    def get_initial_state(self, batch_size=None):
        """The first states of each cell."""
        return [initial_state(cell, batch_size, self.compute_dtype) for cell in self.cells]

    def build(self, input_shape):
        for cell in self.cells:
            if isinstance(cell, Layer) and not cell.built:
                cell.build(input_shape)
            input_shape = (input_shape[0], output_size(cell))

    def call(self, inputs, states, training=False):
        new_states = []
        for cell, own in zip(self.cells, states, strict=True):
            inputs, new = cell(inputs, as_states(own))
            new_states.append(tree.pack_sequence_as(own, tree.flatten(new)))
        return inputs, new_states

    def get_config(self):
        return super().get_config() | {"cells": [serialize_keras_object(cell) for cell in self.cells]}

    @classmethod
    def from_config(cls, config, custom_objects=None):
        cells = [deserialize(cell, custom_objects) for cell in config["cells"]]
        return cls(**{**config, "cells": cells})


_MISSING = {
    "call": "All cells must have a `call` method. Received cell without a `call` method: {}",
    "state_size": "All cells must have a `state_size` attribute. Received cell without a `state_size`: {}",
}


def output_size(cell) -> int:
    """How many numbers a cell puts out: its `output_size`, or else the size of its first state."""
    size = getattr(cell, "output_size", None)
    if size is None:
        size = cell.state_size[0] if isinstance(cell.state_size, list | tuple) else cell.state_size
    if not isinstance(size, int | np.integer):
        raise ValueError(f"output_size must be an integer. Received: output_size={size} from the cell {cell}")
    return int(size)


def as_states(states) -> list:
    """States as a list, also where a cell gave a single one."""
    return list(states) if isinstance(states, list | tuple) else [states]


def initial_state(cell, batch_size, dtype):
    """The states that a cell starts with: its own wish, or else zeros in the structure of its `state_size`."""
    if hasattr(cell, "get_initial_state"):
        return cell.get_initial_state(batch_size=batch_size)
    return tree.map_structure(lambda size: zero_state((batch_size, size), dtype), cell.state_size)
