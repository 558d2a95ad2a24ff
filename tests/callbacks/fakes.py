"""What callbacks touch of a model, without the model."""

import types

import numpy as np

from layerlab import callbacks


class FakeModel:
    """Weights are whatever was set last; saving notes the path."""

    def __init__(self, learning_rate=0.1, metrics=()):
        self.optimizer = types.SimpleNamespace(learning_rate=np.float32(learning_rate))
        self.metrics, self.stop_training, self.weights = list(metrics), False, None
        self.saved, self.built = [], True

    def get_weights(self):
        return self.weights

    def set_weights(self, weights):
        self.weights = weights

    def save(self, filepath, overwrite):
        self.saved.append(filepath)

    save_weights = save


def run(callback, values, monitor="val_loss", batches=0, model=None, **params):
    """Train a fake model for as many epochs as there are values; its weights are the number of the epoch."""
    model = model or FakeModel()
    members = callbacks.CallbackList(
        callback, add_history=True, model=model, **{"verbose": 0, "epochs": len(values), "steps": batches, **params}
    )
    members.on_train_begin()
    for epoch, value in enumerate(values):
        members.on_epoch_begin(epoch)
        for batch in range(batches):
            members.on_train_batch_begin(batch)
            members.on_train_batch_end(batch, {"loss": value})
        model.weights = epoch
        members.on_epoch_end(epoch, {monitor: value})
        if model.stop_training:
            break
    members.on_train_end()
    return model
