"""Writes summaries.json: the tables that real Keras prints for models of many kinds.

Run it where Keras is installed: `COLUMNS=80 KERAS_BACKEND=jax python tests/golden/make_summaries.py`.
Each case holds the model's configuration, what was done to it, the arguments of `summary`, and the text.
"""

import json
import os
from pathlib import Path

import keras
import numpy as np
from keras import Sequential
from keras.layers import Dense, Dropout, Flatten, Input, Reshape

LONG = "a_really_long_layer_name_for_wrapping"


def chain(*layers, name="model", **do):
    return {"layers": layers, "name": name, **do}


def stack():
    return [Input((16,), name="in"), Dense(32, name="first"), Dropout(0.5, name="drop"), Dense(8, name=LONG)]


def nested(depth=2):
    inner = Sequential([Input((8,), name="i"), Dense(4, name="d1"), Dense(4, name="d2", trainable=False)], name="inner")
    outer = Sequential([Input((8,), name="m"), Dense(8, name="d3"), inner], name="middle")
    return [Input((8,), name="in"), Dense(8, name="before"), outer, Dense(2, name="after")]


def images():
    return [Input((28, 28, 1), name="in"), Flatten(name="f"), Dense(3000, name="big"), Reshape((10, 300), name="r")]


def unbuilt():
    return [Dense(3, name="a"), Dropout(0.1, name="b"), Dense(2, name="c")]


def straight():
    source = Input((4,), name="source")
    return keras.Model(source, Dense(2, name="b")(Dropout(0.1, name="d")(Dense(3, name="a")(source))), name="straight")


def branching():
    left, right = Input((4,), name="left"), Input((4,), name="a_long_name_for_the_input_on_the_right_hand_side")
    both, up = Dense(3, name="both"), Dense(2, name="up")
    outputs = [up(both(left)), Dense(1, name="down", trainable=False)(both(right))]
    return keras.Model([left, right], outputs, name="branching")


def graphs_inside():
    source = Input((4,), name="source")
    return keras.Model(source, [straight()(source), Dense(1, name="c")(Dense(4, name="p")(source))], name="outside")


def graph(make, **do):
    return {"model": make(), **do}


def cases():
    yield "graph, straight", graph(straight)
    yield "graph, trained", graph(straight, compile="adam", fit=True)
    yield "graph, branching", graph(branching)
    yield "graph, branching on a wide terminal", graph(branching, columns=200)
    yield "graph, with everything", graph(branching, columns=200, summary={"show_trainable": True})
    yield (
        "graph, of a set width",
        graph(branching, columns=200, summary={"line_length": 90, "positions": [0.3, 0.5, 0.7, 1.0]}),
    )
    yield "graph, of graphs", graph(graphs_inside, columns=120)
    yield "graph, of graphs, expanded", graph(graphs_inside, columns=120, summary={"expand_nested": True})
    yield "simple", chain(*stack())
    for width in (40, 57, 66, 100, 130):
        yield f"line_length {width}", chain(*stack(), summary={"line_length": width}, columns=200)
    for columns in (60, 91, 92, 200):
        yield f"terminal of {columns} columns", chain(*stack(), columns=columns)
    for i, positions in enumerate(([0.2, 0.6, 1.0], [0.5, 0.7, 0.9], [0.3, 0.4, 0.55])):
        yield f"positions {i}", chain(*stack(), summary={"positions": positions})
    yield "big", chain(*images())
    yield "empty", chain()
    yield "unbuilt", chain(*unbuilt())
    yield "built by hand", chain(*unbuilt(), build=[None, 5])
    yield "built by a batch", chain(*unbuilt(), call=[4, 5])
    yield "nested", chain(*nested())
    yield "nested, expanded", chain(*nested(), summary={"expand_nested": True})
    yield "trainable", chain(*stack(), freeze=["first"], summary={"show_trainable": True})
    yield "everything", chain(*nested(), summary={"show_trainable": True, "expand_nested": True}, columns=150)
    for pair in (["first", "drop"], ["drop", "first"], ["f.*", LONG], ["d", "d"]):
        yield f"layer_range {pair}", chain(*stack(), summary={"layer_range": pair})
    yield "compiled", chain(*stack(), compile="adam")
    yield "trained with adam", chain(*stack(), compile="adam", fit=True)
    yield "trained with sgd", chain(*stack(), compile="sgd", fit=True)
    yield (
        "wide letters",
        chain(
            Input((3,), name="in"),
            Dense(2, name="隠れ層の名前がとても長い場合にはどうなるでしょうか"),
            Dense(1, name="ö"),
        ),
    )
    yield "spaces", chain(Input((3,), name="in"), Dense(2, name="a name with spaces that is rather long too"))


def record(name, case):
    model = case["model"] if "model" in case else Sequential(list(case["layers"]), name=case["name"])
    for layer in case.get("freeze", ()):
        model.get_layer(layer).trainable = False
    config = keras.saving.serialize_keras_object(model)
    config.pop("build_config", None)
    if "build" in case:
        model.build(tuple(case["build"]))
    if "call" in case:
        model(np.ones(case["call"], "float32"))
    if "compile" in case:
        model.compile(case["compile"], "mse")
    if case.get("fit"):
        model.fit(np.ones((4, *model.input_shape[1:])), np.ones((4, *model.output_shape[1:])), verbose=0)
    os.environ["COLUMNS"] = str(case.get("columns", 80))
    texts = []
    model.summary(print_fn=texts.append, **case.get("summary", {}))
    done = {key: value for key, value in case.items() if key not in ("layers", "name", "model")}
    return {"case": name, "config": config, **done, "text": texts[0]}


if __name__ == "__main__":
    golden = {"keras": keras.__version__, "cases": [record(name, case) for name, case in cases()]}
    path = Path(__file__).with_name("summaries.json")
    path.write_text(json.dumps(golden, indent=0, ensure_ascii=False) + "\n", encoding="utf-8")
