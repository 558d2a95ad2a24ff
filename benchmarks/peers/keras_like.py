"""layerlab, Keras 3 on its backends, and Keras 2: one program for all, because they share their names.

Training is `fit`, as their users train; the batches come in order, without a progress bar.
"""

from __future__ import annotations

import importlib
import os
from typing import Any

import numpy as np

from benchmarks.workloads import LEARNING_RATE, Workload

__all__ = ["Subject"]

COMMON = {"dense", "conv", "maxpool", "flatten", "embedding", "average"}


class Subject:
    """A library with Keras's interface, by the name of its backend."""

    def __init__(self, backend: str):
        package = backend if backend in ("layerlab", "tf_keras") else "keras"
        if package == "keras":
            os.environ["KERAS_BACKEND"] = backend
        self.keras: Any = importlib.import_module(package)
        self.version = self.keras.__version__
        self.kinds = COMMON | ({"local"} if backend in ("layerlab", "tf_keras") else set())

    def build(self, workload: Workload, weights: list[np.ndarray]) -> None:
        dtype = "int32" if workload.vocabulary else "float32"
        layers = self.keras.layers
        rank = len(workload.shape) - 1
        self.model = self.keras.Sequential([layers.Input(workload.shape, dtype=dtype)])
        for layer in workload.layers:
            self.model.add(self._layer(layer, rank))
        self.model.set_weights(weights)
        loss = self.keras.losses.SparseCategoricalCrossentropy(from_logits=True)
        self.model.compile(optimizer=self.keras.optimizers.Adam(LEARNING_RATE, epsilon=1e-7), loss=loss)
        self.batch = workload.batch

    def _layer(self, layer: tuple, rank: int) -> Any:
        layers = self.keras.layers
        match layer:
            case ("dense", units, activation):
                return layers.Dense(units, activation=activation)
            case ("conv", filters, window, activation):
                return getattr(layers, f"Conv{rank}D")(filters, window, activation=activation)
            case ("local", filters, window, activation):
                return getattr(layers, f"LocallyConnected{rank}D")(filters, window, activation=activation)
            case ("maxpool", window):
                return getattr(layers, f"MaxPooling{rank}D")(window)
            case ("embedding", rows, columns):
                return layers.Embedding(rows, columns)
            case ("average",):
                return layers.GlobalAveragePooling1D()
            case ("flatten",):
                return layers.Flatten()
        raise ValueError(f"Expected a layer of a known kind. Received: {layer}")

    def train(self, x: np.ndarray, y: np.ndarray) -> None:
        self.model.fit(x, y, batch_size=self.batch, epochs=1, shuffle=False, verbose=0)

    def loss(self, x: np.ndarray, y: np.ndarray) -> float:
        return float(self.model.evaluate(x, y, batch_size=self.batch, verbose=0))

    def infer(self, x: np.ndarray) -> None:
        self.model.predict_on_batch(x)
