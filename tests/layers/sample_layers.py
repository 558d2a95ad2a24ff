"""Layers and arrays that several tests of the base class use."""

import numpy as np

from layerlab import Variable
from layerlab.layers import Dense, Layer

__all__ = ["INNER", "OWN", "STEPS", "Around", "Block", "Telling", "X", "paths"]

X = np.ones((2, 3), "float32")
STEPS = np.array([[[1.0], [0.0]], [[1.0], [2.0]]], "float32")  # the second step of the first sample is absent


class Block(Layer):
    """A layer of layers, with weights of its own of every kind."""

    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.first = Variable(np.ones(3), name="first")
        self.frozen = Variable(np.ones(2), trainable=False, name="frozen")
        self.made = self.add_weight(shape=(1,), name="made")
        self.inner = [Dense(2, name="a"), {"deep": Dense(1, name="b")}]

    def call(self, x):
        return self.inner[1]["deep"](self.inner[0](x))


def paths(variables):
    return [v.path for v in variables]


OWN, INNER = ["first", "block/made"], ["block/a/kernel", "block/a/bias", "block/b/kernel", "block/b/bias"]


class Telling(Layer):
    """Gives 1 in training, -1 at inference, 0 when nothing was said."""

    def call(self, x, training=None):
        return x * 0 + {None: 0, True: 1, False: -1}[training]


class Around(Layer):
    def __init__(self):
        super().__init__()
        self.telling = Telling()

    def call(self, x):
        return self.telling(x)
