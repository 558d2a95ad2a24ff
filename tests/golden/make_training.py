"""Makes the results in training.json anew: weights, history and evaluation after each training run described there.

Run with an interpreter that has Keras 3.15 and jax: `KERAS_BACKEND=jax python make_training.py`. Layers, optimizers,
data and first weights stay as they are in the file.
"""

import keras
import numpy as np
from refreshing import refresh, rounded


def results(case):
    """What real Keras makes of a run."""
    x, y = np.array(case["X"], "float32"), np.array(case["y"])
    y = y.astype("float32") if y.dtype.kind == "f" else y
    layers = [keras.layers.deserialize(config) for config in case["config"]]
    model = keras.Sequential([keras.Input(x.shape[1:]), *layers])
    model.set_weights([np.array(w, "float32") for w in case["start"]])
    metrics = [name for name in case["history"] if name != "loss"]
    model.compile(keras.optimizers.deserialize(case["optimizer"]), case["loss"], metrics=metrics)
    fit = dict(case["fit"])
    if "class_weight" in fit:
        fit["class_weight"] = {int(key): weight for key, weight in fit["class_weight"].items()}
    run = model.fit(x, y, batch_size=case["batch_size"], epochs=case["epochs"], shuffle=False, verbose=0, **fit)
    return {
        "end": [rounded(w) for w in model.get_weights()],
        "history": {name: rounded(np.array(values)) for name, values in run.history.items()},
        "evaluate": rounded(np.ravel(model.evaluate(x, y, verbose=0))),
    }


refresh("training.json", results)
