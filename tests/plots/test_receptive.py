"""The cone of a receptive field holds the inputs that an output depends on, and no others."""

import matplotlib.pyplot as plt
import numpy as np
import pytest

from layerlab import layers, plots
from layerlab.layers import AveragePooling1D, Conv1D

STACKS = [
    [Conv1D(1, 3), Conv1D(1, 3), AveragePooling1D(2), Conv1D(1, 3)],
    [Conv1D(1, 3, padding="same", strides=2), Conv1D(1, 3, padding="same", strides=2)],
    [Conv1D(1, 2, padding="causal", dilation_rate=rate) for rate in (1, 2, 4)],
]


@pytest.mark.parametrize("stack", STACKS)
@pytest.mark.parametrize("at", [0, -1])
def test_receptive_field_is_what_an_output_depends_on(stack, at):
    x = np.eye(16, dtype="float32")[:, :, None]
    for layer in stack:
        options = {} if isinstance(layer, AveragePooling1D) else {"kernel_initializer": "ones"}
        x = np.asarray(type(layer).from_config(layer.get_config() | options)(x))
    output = at % x.shape[1]
    assert plots.receptive_field(stack, 16, at=output)[0] == np.flatnonzero(x[:, output, 0]).tolist()


def test_receptive_field_says_how_much_is_seen_at_each_level():
    levels = plots.receptive_field(STACKS[0], 16)
    ax = plt.gca()
    assert [len(level) for level in levels] == [10, 8, 6, 3, 1]
    labels = [text.get_text() for text in ax.texts]
    expected = ["input: 10 of 16", "Conv1D: 8 of 14", "Conv1D: 6 of 12", "AveragePooling1D: 3 of 6", "Conv1D: 1 of 4"]
    assert labels == expected
    assert ax.get_title() == "one output sees 10 inputs"


def test_receptive_field_needs_windows():
    with pytest.raises(ValueError, match="over 1 axes"):
        plots.receptive_field([layers.Dense(3)], 8)
