"""The peers: each a class that builds a workload its own users' way, trains it, and looks at its outputs.

`load(name)` imports the library behind a peer; nothing else here does, so that each runs in a process of its own.
"""

from __future__ import annotations

import importlib
from typing import Protocol

import numpy as np

from benchmarks.workloads import Workload

__all__ = ["PEERS", "Peer", "load"]

# name -> (module, what its constructor takes, the package to be installed)
PEERS: dict[str, tuple[str, tuple[str, ...], str]] = {
    "layerlab": ("keras_like", ("layerlab",), "numpy"),
    "torch": ("pytorch", (), "torch"),
    "Keras-jax": ("keras_like", ("jax",), "jax"),
    "Keras-tf": ("keras_like", ("tensorflow",), "tensorflow"),
    "Keras-torch": ("keras_like", ("torch",), "torch"),
    "tf.keras": ("keras_like", ("tf_keras",), "tf_keras"),
    "scikit-learn": ("scikit", (), "sklearn"),
    "autograd": ("autograd_mlp", (), "autograd"),
    "MyGrad": ("mygrad_mlp", (), "mygrad"),
}


class Peer(Protocol):
    """What a peer can do with a workload.

    Attributes:
        kinds: the layers that it has; workloads with others are left out.
        version: of the library, for the report.
    """

    kinds: set[str]
    version: str

    def build(self, workload: Workload, weights: list[np.ndarray]) -> None:
        """Make the model, with these first weights."""

    def train(self, x: np.ndarray, y: np.ndarray) -> None:
        """One pass over the batches in their order."""

    def loss(self, x: np.ndarray, y: np.ndarray) -> float:
        """The loss on one batch, as the model is now."""

    def infer(self, x: np.ndarray) -> None:
        """The outputs for one batch."""


def load(name: str) -> Peer:
    """The peer of this name; an ImportError when its library is not installed."""
    module, arguments, _ = PEERS[name]
    return importlib.import_module(f"benchmarks.peers.{module}").Subject(*arguments)
