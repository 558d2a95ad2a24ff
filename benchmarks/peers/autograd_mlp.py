"""HIPS autograd: the model as a function of its weights, its own Adam step by step; dense layers with relu only."""

from __future__ import annotations

from importlib.metadata import version

import autograd.numpy as anp
import numpy as np
from autograd import grad
from autograd.scipy.special import logsumexp

from benchmarks.workloads import LEARNING_RATE, Workload

__all__ = ["Subject"]


def scores(weights, x):
    """The last layer's outputs."""
    *hidden, last = zip(weights[::2], weights[1::2], strict=True)
    for kernel, bias in hidden:
        x = anp.maximum(anp.dot(x, kernel) + bias, 0)
    return anp.dot(x, last[0]) + last[1]


def cross_entropy(weights, x, y):
    """The mean over the batch."""
    outputs = scores(weights, x)
    return anp.mean(logsumexp(outputs, axis=1) - outputs[anp.arange(len(y)), y])


class Subject:
    """autograd."""

    kinds = {"dense"}
    version = version("autograd")

    def build(self, workload: Workload, weights: list[np.ndarray]) -> None:
        self.batch = workload.batch
        self.weights = [w.copy() for w in weights]
        self.m = [np.zeros_like(w) for w in weights]
        self.v = [np.zeros_like(w) for w in weights]
        self.step = 0
        self.gradient = grad(cross_entropy)

    def train(self, x: np.ndarray, y: np.ndarray) -> None:
        for start in range(0, len(x), self.batch):
            self._adam(self.gradient(self.weights, x[start : start + self.batch], y[start : start + self.batch]))

    def _adam(self, gradients, rate=LEARNING_RATE, b1=0.9, b2=0.999, eps=1e-7) -> None:
        self.step += 1
        for w, g, m, v in zip(self.weights, gradients, self.m, self.v, strict=True):
            m[...] = b1 * m + (1 - b1) * g
            v[...] = b2 * v + (1 - b2) * g * g
            w -= rate * (m / (1 - b1**self.step)) / (np.sqrt(v / (1 - b2**self.step)) + eps)

    def loss(self, x: np.ndarray, y: np.ndarray) -> float:
        return float(cross_entropy(self.weights, x, y))

    def infer(self, x: np.ndarray) -> None:
        scores(self.weights, x)
