"""MyGrad: tensors with their own gradients, and Adam written beside them; dense layers with relu only."""

from __future__ import annotations

import mygrad as mg
import numpy as np
from mygrad.nnet.activations import relu
from mygrad.nnet.losses import softmax_crossentropy

from benchmarks.workloads import LEARNING_RATE, Workload

__all__ = ["Subject"]


class Subject:
    """MyGrad."""

    kinds = {"dense"}
    version = mg.__version__

    def build(self, workload: Workload, weights: list[np.ndarray]) -> None:
        self.batch = workload.batch
        self.weights = [mg.tensor(w.copy()) for w in weights]
        self.m = [np.zeros_like(w) for w in weights]
        self.v = [np.zeros_like(w) for w in weights]
        self.step = 0

    def _scores(self, x):
        *hidden, last = zip(self.weights[::2], self.weights[1::2], strict=True)
        for kernel, bias in hidden:
            x = relu(x @ kernel + bias)
        return x @ last[0] + last[1]

    def train(self, x: np.ndarray, y: np.ndarray) -> None:
        for start in range(0, len(x), self.batch):
            softmax_crossentropy(self._scores(x[start : start + self.batch]), y[start : start + self.batch]).backward()
            self._adam()

    def _adam(self, rate=LEARNING_RATE, b1=0.9, b2=0.999, eps=1e-7) -> None:
        self.step += 1
        for w, m, v in zip(self.weights, self.m, self.v, strict=True):
            m[...] = b1 * m + (1 - b1) * w.grad
            v[...] = b2 * v + (1 - b2) * w.grad * w.grad
            w.data -= rate * (m / (1 - b1**self.step)) / (np.sqrt(v / (1 - b2**self.step)) + eps)
            w.null_grad()

    def loss(self, x: np.ndarray, y: np.ndarray) -> float:
        with mg.no_autodiff:
            return float(softmax_crossentropy(self._scores(x), y))

    def infer(self, x: np.ndarray) -> None:
        with mg.no_autodiff:
            self._scores(x)
