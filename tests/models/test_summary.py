"""The summary is Keras's, character by character."""

import io
import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from layerlab import Model, Sequential
from layerlab.layers import Dense, Input, Layer
from layerlab.models.summary import readable_memory_size
from layerlab.models.text_table import fit_widths
from layerlab.saving import deserialize_keras_object

GOLDEN = json.loads((Path(__file__).parents[1] / "golden" / "summaries.json").read_text(encoding="utf-8"))


def prepared(case):
    model = deserialize_keras_object(case["config"])
    if "build" in case:
        model.build(tuple(case["build"]))
    if "call" in case:
        model(np.ones(case["call"], "float32"))
    if "compile" in case:
        model.compile(case["compile"], "mse")
    if case.get("fit"):
        model.fit(np.ones((4, *model.input_shape[1:])), np.ones((4, *model.output_shape[1:])), verbose=0)
    return model


@pytest.mark.parametrize("case", GOLDEN["cases"], ids=lambda case: case["case"])
def test_it_is_the_table_of_keras(case, monkeypatch):
    monkeypatch.setenv("COLUMNS", str(case.get("columns", 80)))
    texts = []
    prepared(case).summary(print_fn=texts.append, **case.get("summary", {}))
    assert texts == [case["text"]]


def test_optional_arguments_are_checked():
    model = Sequential([Input((3,)), Dense(2, name="only")])
    for arguments, message in (
        ({"layer_range": ["only"]}, "layer_range must be a list or tuple of length 2. Received: layer_range = "),
        ({"layer_range": ["only", 3]}, "layer_range should contain string type only. Received: "),
        ({"layer_range": ["only", "x"]}, r"Passed layer_names do not match .* The model has the layers \['only'\]"),
        ({"line_length": 15}, "Insufficient console width to print summary."),
    ):
        with pytest.raises(ValueError, match=message):
            model.summary(print_fn=lambda text: None, **arguments)


def test_positions_can_be_counted_in_characters():
    model, texts = Sequential([Input((3,)), Dense(2)]), []
    model.summary(line_length=100, positions=[0.5, 0.75, 1.0], print_fn=texts.append)
    model.summary(line_length=100, positions=[50, 75, 100], print_fn=texts.append)
    model.summary(line_length=100, positions=[50, 75, 100], show_trainable=True, print_fn=texts.append)
    assert texts[0] == texts[1]
    assert {len(line) for line in texts[2].splitlines()[1:-3]} == {100}


def test_it_is_printed_without_a_print_fn(capsys):
    Sequential(name="tiny").summary(line_length=40)
    printed = capsys.readouterr().out
    assert printed.startswith('Model: "tiny"\n┏━')
    assert printed.endswith(" Non-trainable params: 0 (0.00 B)\n")


def test_a_terminal_without_box_characters_gets_plain_ones(monkeypatch):
    stream = io.TextIOWrapper(io.BytesIO(), encoding="ascii")
    monkeypatch.setattr("sys.stdout", stream)
    Sequential([Input((3,)), Dense(2, name="a_long_name_" * 5)]).summary()
    stream.flush()
    lines = stream.buffer.getvalue().decode("ascii").splitlines()
    assert lines[1].startswith("+---")
    assert "a_long_name_a_long_name_a_long. | (None, 2)" in lines[4]


def test_an_output_of_several_tensors_shows_all_shapes():
    class Two(Layer):
        def call(self, inputs):
            return inputs, inputs[:, :1]

    texts = []
    Sequential([Input((3,)), Two(name="two")]).summary(print_fn=texts.append)
    assert "[(None, 3), (None, 1)]" in texts[0]


def test_layers_of_a_class_of_ones_own_are_listed():
    class Mine(Model):
        def __init__(self):
            super().__init__(name="mine")
            self.first, self.second = Dense(4, name="one"), Dense(1, name="two")

        def call(self, inputs):
            return self.second(self.first(inputs))

    model, texts = Mine(), []
    model.summary(print_fn=texts.append)
    model(np.ones((2, 3)))
    model.summary(print_fn=texts.append)
    assert [row.split("│")[2].strip() for row in texts[0].splitlines() if "(Dense)" in row] == ["?", "?"]
    assert [row.split("│")[2].strip() for row in texts[1].splitlines() if "(Dense)" in row] == ["(2, 4)", "(2, 1)"]


@pytest.mark.parametrize(
    ("size", "text"),
    [(0, "0.00 B"), (1023, "1023.00 B"), (1024, "1.00 KB"), (1024**2 * 2.5, "2.50 MB"), (1024**6 * 3, "3072.00 PB")],
)
def test_memory_units(size, text):
    assert readable_memory_size(size) == text


@given(st.lists(st.integers(4, 200), min_size=1, max_size=5), st.integers(60, 400))
def test_fitted_columns_fill_the_line(widths, total):
    fitted = fit_widths(widths, total)
    assert sum(fitted) + 2 * len(fitted) + len(fitted) + 1 == total


def test_a_layer_of_ones_own_without_weights_shows_the_shapes_of_its_first_call(capsys):
    class Heads(Layer):
        def __init__(self):
            super().__init__()
            self.first = Dense(7)

        def call(self, x):
            return {"first": self.first(x), "second": x}

    class Headed(Model):
        def __init__(self):
            super().__init__()
            self.heads = Heads()

        def call(self, x):
            return self.heads(x)

    model = Headed()
    model.summary()
    assert "?" in capsys.readouterr().out
    model(np.zeros((2, 3)))
    model.summary()
    assert "[(2, 7), (2, 3)]" in capsys.readouterr().out
