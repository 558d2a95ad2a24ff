"""Makes callbacks.json: what real Keras's callbacks decide on given series of values.

Run with an interpreter that has Keras 3.15 and jax: `KERAS_BACKEND=jax python make_callbacks.py`.
"""

import json
import pathlib
import types

import keras
import numpy as np

STOPPING = [
    {},
    {"patience": 2},
    {"patience": 2, "min_delta": 0.1},
    {"patience": 3, "baseline": 0.8},
    {"patience": 1, "start_from_epoch": 4},
    {"patience": 2, "mode": "max"},
    {"patience": 2, "restore_best_weights": True},
    {"patience": 2, "restore_best_weights": True, "start_from_epoch": 3, "min_delta": 0.05},
]
PLATEAU = [
    {"patience": 2},
    {"patience": 1, "factor": 0.5, "cooldown": 2},
    {"patience": 1, "factor": 0.5, "min_lr": 0.02},
    {"patience": 2, "factor": 0.3, "mode": "max", "min_delta": 0.05},
]
EPOCHS = 14


class Model:
    """What the callbacks touch of a model; its weights are the number of the epoch."""

    def __init__(self):
        self.stop_training, self.weights, self.metrics = False, None, []
        self.optimizer = types.SimpleNamespace(learning_rate=np.float32(0.1))

    def get_weights(self):
        return self.weights

    def set_weights(self, weights):
        self.weights = weights


def series(seed):
    rng = np.random.default_rng(seed)
    noise = rng.normal(scale=0.15, size=EPOCHS)
    values = (1.5 * 0.8 ** np.arange(EPOCHS) + noise + 0.2).round(3)
    return values.tolist()


def stop(kwargs, values):
    callback, model = keras.callbacks.EarlyStopping(**kwargs), Model()
    callback.set_model(model)
    callback.on_train_begin()
    for epoch, value in enumerate(values):
        model.weights = epoch
        callback.on_epoch_end(epoch, {"val_loss": value})
        if model.stop_training:
            break
    callback.on_train_end()
    result = {"last": epoch, "stopped_epoch": callback.stopped_epoch, "best_epoch": callback.best_epoch}
    return {"kwargs": kwargs, "values": values, **result, "weights": model.weights}


def plateau(kwargs, values):
    callback, model = keras.callbacks.ReduceLROnPlateau(**kwargs), Model()
    callback.set_model(model)
    callback.on_train_begin()
    rates = []
    for epoch, value in enumerate(values):
        callback.on_epoch_end(epoch, {"val_loss": value})
        rates.append(float(f"{float(model.optimizer.learning_rate):.7g}"))
    return {"kwargs": kwargs, "values": values, "rates": rates}


def main():
    golden = {
        "keras": keras.__version__,
        "early_stopping": [stop(kwargs, series(seed)) for seed in range(4) for kwargs in STOPPING],
        "reduce_lr_on_plateau": [plateau(kwargs, series(seed)) for seed in range(4) for kwargs in PLATEAU],
    }
    path = pathlib.Path(__file__).with_name("callbacks.json")
    path.write_text(json.dumps(golden, separators=(",", ":")).replace('{"kwargs"', '\n{"kwargs"') + "\n")


if __name__ == "__main__":
    main()
