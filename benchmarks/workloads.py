"""The workloads as data: shapes, layers and batch size, from which every peer builds its own model.

A layer is a tuple: its kind and what the kind takes. Peers that lack a kind leave the workload out.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

__all__ = ["LEARNING_RATE", "WORKLOADS", "Workload", "batches", "first_weights", "scaling"]

Layer = tuple

LEARNING_RATE = 1e-4  # small, so that the peers' losses stay comparable although their sums round differently


@dataclass(frozen=True)
class Workload:
    """One model and the batches that it is trained on, with Adam and the cross-entropy of integer classes.

    Args:
        name: "W1".
        title: what it is, for the table.
        shape: of one sample.
        layers: the model.
        classes: how many there are.
        batch: samples a step.
        vocabulary: how many different ids the samples are made of; 0 for samples of normal numbers.
    """

    name: str
    title: str
    shape: tuple[int, ...]
    layers: tuple[Layer, ...]
    classes: int = 10
    batch: int = 128
    vocabulary: int = 0

    @property
    def kinds(self) -> set[str]:
        """The kinds of layers that a peer needs."""
        return {kind for kind, *_ in self.layers}


WORKLOADS = (
    Workload(
        "W1",
        "MLP 784-512-512-10",
        (784,),
        (("dense", 512, "relu"), ("dense", 512, "relu"), ("dense", 10, None)),
    ),
    Workload(
        "W2",
        "MLP 16-32-16-8",
        (16,),
        (("dense", 32, "relu"), ("dense", 16, "relu"), ("dense", 8, None)),
        classes=8,
        batch=32,
    ),
    Workload(
        "W3",
        "CNN on 28x28x1",
        (28, 28, 1),
        (
            ("conv", 32, 3, "relu"),
            ("conv", 64, 3, "relu"),
            ("maxpool", 2),
            ("flatten",),
            ("dense", 128, "relu"),
            ("dense", 10, None),
        ),
    ),
    Workload(
        "W4",
        "Embedding(10000, 64) over 100 tokens",
        (100,),
        (("embedding", 10_000, 64), ("average",), ("dense", 10, None)),
        vocabulary=10_000,
    ),
    Workload(
        "W5",
        "LocallyConnected2D on 28x28x1",
        (28, 28, 1),
        (("local", 16, 3, "relu"), ("flatten",), ("dense", 10, None)),
    ),
    Workload(
        "W6",
        "Conv1D stack over 1000x16",
        (1000, 16),
        (("conv", 32, 5, "relu"), ("conv", 32, 5, "relu"), ("average",), ("dense", 10, None)),
    ),
)


def scaling() -> tuple[Workload, ...]:
    """The same kind of model at growing sizes: batch, width, depth and the side of a picture."""

    def mlp(axis: str, at: int, batch: int = 128, width: int = 256, depth: int = 2) -> Workload:
        hidden = (("dense", width, "relu"),) * depth
        return Workload(f"{axis} {at}", "MLP", (784,), (*hidden, ("dense", 10, None)), batch=batch)

    def cnn(side: int) -> Workload:
        layers = (("conv", 16, 3, "relu"), ("maxpool", 2), ("flatten",), ("dense", 10, None))
        return Workload(f"image {side}", "CNN", (side, side, 3), layers, batch=32)

    return (
        *(mlp("batch", batch, batch=batch) for batch in (1, 4, 16, 64, 256, 1024, 4096)),
        *(mlp("width", width, width=width) for width in (16, 64, 256, 1024)),
        *(mlp("depth", depth, depth=depth) for depth in (1, 4, 16, 64)),
        *(cnn(side) for side in (8, 16, 32, 64, 128)),
    )


def batches(workload: Workload, count: int, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Inputs and classes for some steps, made up, the same each time."""
    rng = np.random.default_rng(seed)
    shape = (workload.batch * count, *workload.shape)
    if workload.vocabulary:
        x = rng.integers(0, workload.vocabulary, size=shape).astype("int32")
    else:
        x = rng.standard_normal(shape, dtype="float32")
    return x, rng.integers(0, workload.classes, size=len(x)).astype("int32")


def first_weights(workload: Workload, seed: int = 0) -> list[np.ndarray]:
    """Kernels and biases in Keras's shapes and order, from which every peer starts."""
    rng = np.random.default_rng(seed)
    shape, weights = workload.shape, []
    for layer in workload.layers:
        shapes, shape = _sizes(layer, shape)
        for size in shapes:
            bound = np.sqrt(3.0 / max(1, int(np.prod(size[:-1])))) if len(size) > 1 else 0.0
            weights.append(rng.uniform(-bound, bound, size=size).astype("float32"))
    return weights


def _sizes(layer: Layer, shape: tuple[int, ...]) -> tuple[list[tuple[int, ...]], tuple[int, ...]]:
    """The shapes of a layer's weights, and the shape that comes out of it."""
    match layer:
        case ("dense", units, _):
            return [(shape[-1], units), (units,)], (*shape[:-1], units)
        case ("conv", filters, window, _):
            places = tuple(n - window + 1 for n in shape[:-1])
            return [(*(window,) * len(places), shape[-1], filters), (filters,)], (*places, filters)
        case ("local", filters, window, _):
            places = tuple(n - window + 1 for n in shape[:-1])
            positions = int(np.prod(places))
            kernel = (positions, window ** len(places) * shape[-1], filters)
            return [kernel, (*places, filters)], (*places, filters)
        case ("embedding", rows, columns):
            return [(rows, columns)], (*shape, columns)
        case ("maxpool", window):
            return [], (*(n // window for n in shape[:-1]), shape[-1])
        case ("average",):
            return [], (shape[-1],)
        case ("flatten",):
            return [], (int(np.prod(shape)),)
    raise ValueError(f"Expected a layer of a known kind. Received: {layer}")
