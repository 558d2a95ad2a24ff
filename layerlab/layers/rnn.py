"""RNN: the layer that runs a cell over time, with masks, states that can be given or kept, and either direction."""

from typing import ClassVar

import numpy as np

from layerlab import tree
from layerlab.layers.configurations import deserialize
from layerlab.layers.input_spec import InputSpec
from layerlab.layers.kernel_cell import KernelCell
from layerlab.layers.layer import Layer
from layerlab.layers.stacked_cells import StackedRNNCells, as_states, initial_state, output_size
from layerlab.serialization import serialize_keras_object
from layerlab.variables import Variable

__all__ = ["RNN"]


class RNN(Layer):
    """Runs a cell over the steps of a sequence: output, states = cell(step, states), from the first step to the last.

    A step that the mask leaves out changes nothing: the states stay, and the output is the one before. As in Keras, a
    mask that came with the inputs is not looked for when an `initial_state` is given: then pass `mask` too.

    Args:
        cell: a cell, or a list of cells for `StackedRNNCells`. A cell of your own is a layer with
            `call(inputs, states)`, which gives the output and a list of new states, and `state_size` (an integer or a
            list of them); `output_size` and `get_initial_state(batch_size)` if they differ from what follows from it.
        return_sequences: whether to give the outputs of all steps, or the last one.
        return_state: whether to give the last states too: (output, *states).
        go_backwards: start with the last step; outputs come in the order they were made.
        stateful: whether each batch goes on where the same rows of the batch before stopped; `reset_state()` ends it.
        unroll: accepted for Keras's sake; it has no effect here.
        zero_output_for_mask: give zeros for steps that the mask leaves out.

    Shapes:
        in `(batch, steps, features)`, out `(batch, units)`, or `(batch, steps, units)` with return_sequences; states
        `(batch, state_size)`; mask `(batch, steps)`.

    Raises:
        ValueError: the cell has no `call` or no `state_size`; there are no steps; the mask or the initial state has
            another shape; `stateful` and the batch size is not known, or changes.

    >>> class Sum(Layer):
    ...     state_size = 1
    ...     def call(self, inputs, states):
    ...         total = states[0] + inputs
    ...         return total, [total]
    >>> RNN(Sum(), return_sequences=True)(np.array([[[1.0], [2.0], [3.0]]]))
    array([[[1.],
            [3.],
            [6.]]], dtype=float32)

    Source: Keras page "Base RNN layer".
    """

    supports_masking = True
    config_names: ClassVar[tuple[str, ...] | None] = (
        "return_sequences",
        "return_state",
        "go_backwards",
        "stateful",
        "unroll",
        "zero_output_for_mask",
    )

    @property
    def repeats(self) -> bool:  # type: ignore[override]
        """Whether no state is kept; the cell says what it does itself."""
        return not self.stateful

    def __init__(
        self,
        cell,
        return_sequences=False,
        return_state=False,
        go_backwards=False,
        stateful=False,
        unroll=False,
        zero_output_for_mask=False,
        **kwargs,
    ):
        if isinstance(cell, list | tuple):
            cell = StackedRNNCells(cell)
        _check_cell(cell)
        super().__init__(**kwargs)
        self.cell = cell
        self.return_sequences, self.return_state, self.go_backwards = return_sequences, return_state, go_backwards
        self.stateful, self.unroll, self.zero_output_for_mask = stateful, unroll, zero_output_for_mask
        self._states: list | None = None
        self.input_spec = InputSpec(min_ndim=3)

    # --- states -------------------------------------------------------------------------------------------------

    @property
    def state_size(self) -> list:
        """The size of each state; a list in it for each of stacked cells."""
        return as_states(self.cell.state_size)

    @property
    def states(self):
        """The variables in which a stateful layer keeps its states, once it is built; else None."""
        return self._states

    def build(self, sequences_shape, initial_state_shape=None):
        if self.stateful and sequences_shape[0] is None:
            raise ValueError(
                "When using `stateful=True` in a RNN, the batch size must be static. Found dynamic batch size: "
                f"sequence.shape={sequences_shape}. Give it to the model's input: Input(batch_shape=(size, ...))."
            )
        if isinstance(self.cell, Layer) and not self.cell.built:
            self.cell.build((sequences_shape[0], *sequences_shape[2:]))
        if self.stateful:
            self._states = tree.map_structure(_state_variable, self.get_initial_state(sequences_shape[0]))

    def get_initial_state(self, batch_size) -> list:
        """The states that a sequence starts with: zeros, unless the cell wishes something else."""
        return as_states(initial_state(self.cell, batch_size, self.compute_dtype))

    def reset_state(self) -> None:
        """Make a stateful layer start anew with the next batch."""
        for variable in tree.flatten(self._states or []):
            variable.assign(np.zeros(variable.shape))

    reset_states = reset_state

    def _first_states(self, given, batch_size: int) -> list:
        usual = self.get_initial_state(batch_size)
        if given is None:
            return self._kept_states(batch_size) if self.stateful else usual
        leaves, wanted = tree.flatten(given), tree.flatten(usual)
        if [np.shape(leaf) for leaf in leaves] != [zeros.shape for zeros in wanted]:
            raise ValueError(
                "An `initial_state` was passed that is not compatible with `cell.state_size`. Expected: arrays of "
                f"shapes {[zeros.shape for zeros in wanted]}. Received: {[np.shape(leaf) for leaf in leaves]}, while "
                f"`cell.state_size` is {self.cell.state_size}"
            )
        return tree.pack_sequence_as(usual, [self._as_float(leaf) for leaf in leaves])

    def _kept_states(self, batch_size: int) -> list:
        expected = tree.flatten(self._states)[0].shape[0]
        if batch_size != expected:
            raise ValueError(
                "If an RNN is stateful, the batch size of the input sequences must be the same as the batch size of "
                f"the initial state. \n- Expected batch size: {expected}\n- Received batch size: {batch_size}"
            )
        return tree.map_structure(lambda variable: variable.value, self._states)

    # --- the call -----------------------------------------------------------------------------------------------

    def call(self, sequences, initial_state=None, mask=None, training=False):
        batch, steps = sequences.shape[:2]
        if not steps:
            raise ValueError(f"A recurrent layer needs at least one time step. Received: shape {sequences.shape}")
        counts = None if mask is None else _step_mask(mask, (batch, steps))
        states = self._first_states(initial_state, batch)
        try:
            outputs, states = self._run_cell(self._as_float(sequences), states, counts, training)
        finally:
            self._forget_dropout_masks()
        if self.stateful:
            tree.map_structure(lambda variable, state: variable.assign(state), self._states, states)
        output = _by_sample(outputs) if self.return_sequences else _last(outputs)
        return (output, *states) if self.return_state else output

    def _run_cell(self, sequences, states, counts, training):
        """The outputs of all steps, a list or an array, and the last states."""
        steps, cell = np.swapaxes(sequences, 0, 1), self.cell
        if not isinstance(cell, KernelCell) or type(cell).call is not KernelCell.call:
            return self._step_by_step(cell, steps, states, counts)
        parts = cell.project(steps, training)  # what is done to all steps at once
        if counts is None:
            found = cell.run(parts[::-1] if self.go_backwards else parts, states, training)
            if found is not None:
                return found
        return self._step_by_step(lambda part, states: cell.advance(part, states, training), parts, states, counts)

    def _step_by_step(self, step, parts, states, counts):
        outputs, before = [], 0.0 if self.zero_output_for_mask else self._output_before(states)
        for t in range(len(parts))[:: -1 if self.go_backwards else 1]:
            output, new = step(parts[t], states)
            if counts is not None and not counts[t].all():
                output = _chosen(counts[t], output, before)
                new = tree.map_structure(lambda a, b, t=t: _chosen(counts[t], a, b), as_states(new), states)
            states = as_states(new)
            before = before if self.zero_output_for_mask else output
            outputs.append(output)
        return outputs, states

    def _output_before(self, states):
        """What counts as the output before the first step: the first state, of the last of stacked cells."""
        return as_states(states[-1 if isinstance(self.cell, StackedRNNCells) else 0])[0]

    def _forget_dropout_masks(self) -> None:
        for cell in getattr(self.cell, "cells", [self.cell]):
            if isinstance(cell, KernelCell):
                cell.reset_dropout_mask()
                cell.reset_recurrent_dropout_mask()

    # --- what comes out -----------------------------------------------------------------------------------------

    def compute_output_shape(self, sequences_shape, initial_state_shape=None):
        batch, steps = sequences_shape[:2]
        size = output_size(self.cell)
        output = (batch, steps, size) if self.return_sequences else (batch, size)
        return (output, *_state_shapes(batch, self.state_size)) if self.return_state else output

    def compute_mask(self, sequences, mask):
        mask = tree.flatten(mask)[0] if self.return_sequences else None
        return [mask, *(None for _ in self.state_size)] if self.return_state else mask

    # --- configuration ------------------------------------------------------------------------------------------

    def get_config(self):
        return super().get_config() | {"cell": serialize_keras_object(self.cell)}

    @classmethod
    def from_config(cls, config, custom_objects=None):
        if "cell" in config:
            config = {**config, "cell": deserialize(config["cell"], custom_objects)}
        return super().from_config(config)


def _check_cell(cell) -> None:
    if not hasattr(cell, "call"):
        raise ValueError(f"Argument `cell` should have a `call` method. Received: cell={cell}")
    if not hasattr(cell, "state_size"):
        raise ValueError(
            "The RNN cell should have a `state_size` attribute (single integer or list of integers, one integer per "
            f"RNN state). Received: cell={cell}"
        )


def _state_variable(value) -> Variable:
    return Variable(value, trainable=False, dtype=value.dtype, name="rnn_state")


def _by_sample(outputs):
    """The outputs of all steps with the batch before the steps."""
    return np.stack(outputs, axis=1) if isinstance(outputs, list) else np.copy(np.swapaxes(outputs, 0, 1), order="C")


def _last(outputs):
    """The last one, not as a view: it would keep the others in memory."""
    return outputs[-1] if isinstance(outputs, list) else np.copy(outputs[-1])


def _step_mask(mask, shape) -> np.ndarray:
    """Which steps count, as `(steps, batch)`; a mask with more axes counts where any of their entries does."""
    if np.shape(mask)[:2] != shape:
        raise ValueError(
            "The mask of a recurrent layer has an entry for each step of each sample. "
            f"Expected: shape {shape}. Received: shape {np.shape(mask)}"
        )
    mask = np.asarray(mask, bool)
    return mask.any(axis=tuple(range(2, mask.ndim))).T


def _chosen(counts, new, old):
    """The new rows where the step counts, the old ones elsewhere."""
    if np.ndim(old) and np.shape(old) != np.shape(new):  # no output yet, and the first state is none
        old = 0.0
    return np.where(counts.reshape(-1, *(1,) * (np.ndim(new) - 1)), new, old)


def _state_shapes(batch, state_size) -> list:
    """The shape of each state, in lists where the cells are stacked."""
    return [_state_shapes(batch, size) if tree.is_nested(size) else (batch, size) for size in state_size]
