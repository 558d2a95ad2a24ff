"""The table of MNIST-1D: its models are those of the paper, every signal is shuffled alike, no row is missing."""

import importlib.util
from pathlib import Path

import numpy as np
import pytest

from layerlab.datasets import mnist1d

FILE = Path(__file__).parents[2] / "benchmarks" / "mnist1d_table.py"


@pytest.fixture(scope="module")
def script():
    spec = importlib.util.spec_from_file_location("mnist1d_table", FILE)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


# by hand: 40 inputs, 10 classes; two layers of 100; 25 filters over 5 x 1, 3 x 25 and 3 x 25, lengths 19, 10 and 5
PARAMETERS = {
    "Logistic regression": 410,
    "MLP": 4100 + 10100 + 1010,
    "CNN": 150 + 1900 + 1900 + 1260,
    "LocallyConnected1D": 19 * 150 + 10 * 1900 + 5 * 1900 + 1260,
}


def test_the_models_have_as_many_weights_as_they_should(script):
    assert {name: make().count_params() for name, (make, *_) in script.MODELS.items()} == PARAMETERS


def test_shuffling_moves_every_signal_alike(script):
    for (x, y), (moved, labels) in zip(mnist1d.load_data(), script.signals(shuffled=True), strict=True):
        order = [int(np.flatnonzero((x == column[:, None]).all(axis=0))[0]) for column in moved.T]
        assert sorted(order) == list(range(40))
        assert order != list(range(40))
        assert np.array_equal(labels, y)


def test_every_model_learns_and_has_its_row(script):
    _, _, *rows = script.table(steps=40, trainings=1)
    assert [row.split(" | ")[0] for row in rows] == [f"| {name}" for name in script.MODELS]
    for row in rows:
        accuracies = [float(cell.split()[0]) for cell in (row.split(" | ")[5], row.split(" | ")[7])]
        assert min(accuracies) > 12  # chance is 10
