"""The table of method calls is what happened, and the class is left as it was."""

import matplotlib.pyplot as plt
import numpy as np
import pytest

from layerlab import plots
from layerlab.layers import Dense, Layer

X = np.ones((2, 3), "float32")


class Gain(Layer):
    def __init__(self, start=1.0, **kwargs):
        super().__init__(**kwargs)
        self.start = start

    def build(self, input_shape):
        self.factor = self.add_weight(shape=(), initializer="ones", name="factor")

    def call(self, inputs):
        return inputs * self.factor

    def get_config(self):
        return super().get_config() | {"start": self.start}

    @classmethod
    def from_config(cls, config):
        return cls(**config)


def test_each_statement_gets_the_methods_it_called():
    made = {}
    runs = plots.method_calls(
        Gain,
        {
            "layer = Gain()": lambda: made.update(layer=Gain()),
            "layer(x)": lambda: made["layer"](X),
            "layer(x) again": lambda: made["layer"](X),
            "Gain.from_config(layer.get_config())": lambda: Gain.from_config(made["layer"].get_config()),
        },
    )
    assert runs == [["__init__"], ["build", "call"], ["call"], ["get_config", "from_config", "__init__"]]


def test_the_class_is_left_as_it_was():
    before = dict(vars(Gain))
    plots.method_calls(Gain, {"Gain()(x)": lambda: Gain()(X)})
    assert dict(vars(Gain)) == before
    with pytest.raises(ZeroDivisionError):
        plots.method_calls(Gain, {"1 / 0": lambda: 1 / 0})
    assert dict(vars(Gain)) == before


def test_the_drawing_names_statements_and_methods():
    plots.method_calls(Gain, {"Gain()(x)": lambda: Gain()(X)}, title="one call")
    (ax,) = plt.gcf().axes
    texts = [text.get_text() for text in ax.texts]
    assert texts == ["Gain()(x)", "1", "2", "3", "__init__", "build", "call", "get_config", "from_config"]
    assert ax.get_title() == "one call"


def test_methods_that_are_inherited_are_not_watched():
    class Mine(Dense):
        def call(self, inputs):
            return super().call(inputs)

    assert plots.method_calls(Mine, {"Mine(2)(x)": lambda: Mine(2)(X)}) == [["call"]]
