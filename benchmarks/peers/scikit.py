"""scikit-learn's MLPClassifier: stacks of dense layers with relu only; a step is `partial_fit` on one batch."""

from __future__ import annotations

import warnings

import numpy as np
import sklearn
from sklearn.neural_network import MLPClassifier

from benchmarks.workloads import LEARNING_RATE, Workload

__all__ = ["Subject"]


class Subject:
    """scikit-learn."""

    kinds = {"dense"}
    version = sklearn.__version__

    def build(self, workload: Workload, weights: list[np.ndarray]) -> None:
        warnings.simplefilter("ignore")  # it says at each step that it has not converged
        hidden = tuple(units for _, units, _ in workload.layers[:-1])
        self.batch, self.classes = workload.batch, np.arange(workload.classes)
        self.model = MLPClassifier(
            hidden, alpha=0.0, batch_size=self.batch, epsilon=1e-7, learning_rate_init=LEARNING_RATE
        )
        x = np.zeros((self.batch, *workload.shape), dtype="float32")
        self.model.partial_fit(x, np.resize(self.classes, self.batch), classes=self.classes)
        for name, start in (("coefs_", 0), ("intercepts_", 1)):
            for own, given in zip(getattr(self.model, name), weights[start::2], strict=True):
                own[...] = given
        optimizer = self.model._optimizer  # forget the step that made the arrays
        optimizer.t = 0
        for moment in (*optimizer.ms, *optimizer.vs):
            moment[...] = 0

    def train(self, x: np.ndarray, y: np.ndarray) -> None:
        for start in range(0, len(x), self.batch):
            self.model.partial_fit(x[start : start + self.batch], y[start : start + self.batch])

    def loss(self, x: np.ndarray, y: np.ndarray) -> float:
        probabilities = self.model.predict_proba(x)
        return float(-np.mean(np.log(probabilities[np.arange(len(y)), y])))

    def infer(self, x: np.ndarray) -> None:
        self.model.predict_proba(x)
