"""PyTorch, eager, as its tutorials train: zero the gradients, forward, loss, backward, step.

Channels come before the places here, so inputs and kernels are turned once, outside of what is timed.
"""

from __future__ import annotations

import numpy as np
import torch
from torch import nn

from benchmarks.workloads import LEARNING_RATE, Workload

__all__ = ["Subject"]


class Average(nn.Module):
    """The mean over the places, wherever they are."""

    def __init__(self, axis: int):
        super().__init__()
        self.axis = axis

    def forward(self, x):
        return x.mean(self.axis)


class Subject:
    """PyTorch."""

    kinds = {"dense", "conv", "maxpool", "flatten", "embedding", "average"}
    version = torch.__version__

    def build(self, workload: Workload, weights: list[np.ndarray]) -> None:
        self.workload = workload
        self.model = nn.Sequential(*self._modules(workload, iter(weights)))
        self.optimizer = torch.optim.Adam(self.model.parameters(), lr=LEARNING_RATE, eps=1e-7)
        self.criterion = nn.CrossEntropyLoss()

    def _modules(self, workload: Workload, weights):
        shape = workload.shape
        rank = len(shape) - 1
        for layer in workload.layers:
            match layer:
                case ("dense", units, activation):
                    yield _filled(nn.Linear(shape[-1], units), self._kernel(next(weights), shape), next(weights))
                    shape = (units,)
                    yield from _bend(activation)
                case ("conv", filters, window, activation):
                    kind = {1: nn.Conv1d, 2: nn.Conv2d}[rank]
                    kernel = np.moveaxis(next(weights), (-1, -2), (0, 1))
                    yield _filled(kind(shape[-1], filters, window), kernel, next(weights))
                    shape = (*(n - window + 1 for n in shape[:-1]), filters)
                    yield from _bend(activation)
                case ("maxpool", window):
                    yield {1: nn.MaxPool1d, 2: nn.MaxPool2d}[rank](window)
                    shape = (*(n // window for n in shape[:-1]), shape[-1])
                case ("embedding", rows, columns):
                    yield _filled(nn.Embedding(rows, columns), next(weights))
                    shape = (*shape, columns)
                case ("average",):
                    yield Average(1 if workload.vocabulary else 2)
                    shape = (shape[-1],)
                case ("flatten",):
                    yield nn.Flatten()
                    self.flattened, shape = shape, (int(np.prod(shape)),)

    def _kernel(self, kernel: np.ndarray, shape: tuple[int, ...]) -> np.ndarray:
        """A dense kernel as (units, inputs); behind a Flatten its rows are sorted by channel first."""
        flattened, self.flattened = getattr(self, "flattened", None), None
        if flattened is not None:
            kernel = np.moveaxis(kernel.reshape(*flattened, -1), -2, 0).reshape(kernel.shape)
        return kernel.T

    def _inputs(self, x: np.ndarray) -> torch.Tensor:
        if self.workload.vocabulary:
            return torch.from_numpy(x).long()
        return torch.from_numpy(x if x.ndim == 2 else np.ascontiguousarray(np.moveaxis(x, -1, 1)))

    def prepare(self, x: np.ndarray, y: np.ndarray):
        return self._inputs(x), torch.from_numpy(y).long()

    def train(self, x, y) -> None:
        size = self.workload.batch
        for start in range(0, len(x), size):
            self.optimizer.zero_grad()
            loss = self.criterion(self.model(x[start : start + size]), y[start : start + size])
            loss.backward()
            self.optimizer.step()

    def loss(self, x, y) -> float:
        with torch.no_grad():
            return float(self.criterion(self.model(x), y))

    def infer(self, x) -> None:
        with torch.no_grad():
            self.model(x)


def _filled(module: nn.Module, *arrays: np.ndarray) -> nn.Module:
    with torch.no_grad():
        for parameter, array in zip(module.parameters(), arrays, strict=True):
            parameter.copy_(torch.from_numpy(np.ascontiguousarray(array)))
    return module


def _bend(activation: str | None):
    if activation == "relu":
        yield nn.ReLU()
