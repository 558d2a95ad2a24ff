"""A neuron computes what it shows."""

import matplotlib.pyplot as plt
import numpy as np
import pytest

from layerlab import plots


@pytest.mark.parametrize(("bias", "output"), [(-1.0, 1.25), (-3.0, 0.0)])
def test_neuron_computes_what_it_shows(bias, output):
    assert plots.neuron([1, 2, 3], [0.5, -1, 1.25], bias=bias, activation="relu") == output
    texts = [text.get_text() for text in plt.gca().texts]
    assert {"× 0.5", "× −1", "× 1.25", "2.25", "relu"} <= set(texts)


def test_neuron_takes_a_function_and_its_name():
    assert plots.neuron([2.0], [3.0], activation=np.square) == 36.0
    assert "square" in [text.get_text() for text in plt.gca().texts]
