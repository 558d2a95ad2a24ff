"""Writes legacy_chain.h5, legacy_graph.h5, legacy_weights.h5 and legacy_files.json: what Keras 2 saved and predicts.

Run with an interpreter that has tf-keras: `KERAS_BACKEND=tensorflow python make_legacy_files.py`.
"""

import json
import warnings
from pathlib import Path

import numpy as np
import tf_keras as keras
from refreshing import rounded
from tf_keras import layers

HERE = Path(__file__).parent
rng = np.random.default_rng(4)


def chain():
    """With batch normalization, whose moving averages come last here, and Keras 2's way of stating the input shape."""
    return keras.Sequential(
        [
            layers.Conv1D(3, 2, activation="relu", kernel_regularizer="l2", input_shape=(5, 2)),
            layers.BatchNormalization(),
            layers.LSTM(2),
            layers.Dense(2, name="last"),
        ]
    )


def graph():
    """With a shared layer, and a model inside that is called twice."""
    left, right = (keras.Input((2,), name=name) for name in ("left", "right"))
    shared = layers.Dense(2, "tanh")
    inner = keras.Sequential([keras.Input((2,)), layers.Dense(2)], name="inner")
    both = layers.Concatenate()([layers.Add()([inner(shared(left)), inner(shared(right))]), left])
    return keras.Model([left, right], layers.Dense(1, name="end")(both))


def main():
    warnings.simplefilter("ignore")
    keras.utils.set_random_seed(3)
    golden = {}
    for make, optimizer, loss, shapes in (
        (chain, "adam", "mse", [(4, 5, 2)]),
        (graph, keras.optimizers.SGD(0.1, momentum=0.9), keras.losses.MeanSquaredError(), [(4, 2)] * 2),
    ):
        model, name = make(), make.__name__
        arrays = [rng.normal(size=shape).astype("float32").round(3) for shape in shapes]
        x = arrays[0] if len(arrays) == 1 else arrays
        y = np.ones(model(x).shape, "float32")
        model.compile(optimizer, loss, metrics=["mae"])
        model.fit(x, y, epochs=2, verbose=0)
        model.save(HERE / f"legacy_{name}.h5")
        golden[name] = {"x": rounded(arrays), "predictions": rounded(model.predict(x, verbose=0))}
        model.fit(x, y, epochs=1, verbose=0)
        golden[name]["after one more step"] = rounded(model.predict(x, verbose=0))
    model.save_weights(HERE / "legacy_weights.h5")
    golden["weights"] = {"x": golden["graph"]["x"], "predictions": golden["graph"]["after one more step"]}
    (HERE / "legacy_files.json").write_text(json.dumps(golden, indent=0) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
