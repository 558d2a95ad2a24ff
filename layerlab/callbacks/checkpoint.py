"""Callbacks that write the model to disk during training: to keep the best, or to go on after a crash.

What a file holds, and that it is never half written, is the business of `layerlab.saving`.
"""

import json
import os
import shutil
import warnings

import numpy as np

from layerlab.callbacks.callback import Callback
from layerlab.callbacks.display import say
from layerlab.callbacks.monitor import MonitorCallback

__all__ = ["BackupAndRestore", "ModelCheckpoint"]


class _BatchCounter:
    """Says after which batches something that happens every `save_freq` batches is due."""

    def __init__(self, save_freq):
        self.save_freq, self.since, self.last = save_freq, 0, -1

    def is_due(self, batch: int) -> bool:
        if self.save_freq == "epoch":
            return False
        self.since += batch - self.last if batch > self.last else batch + 1  # it falls when an epoch begins
        self.last = batch
        if self.since < self.save_freq:
            return False
        self.since = 0
        return True


class ModelCheckpoint(MonitorCallback):
    """Saves the model, or only its weights, as training goes on.

    Args:
        filepath: where; may contain fields such as "{epoch:02d}-{val_loss:.2f}.keras", filled from the epoch (from 1),
            the batch and the logs. Ends in ".keras", or ".weights.h5" for weights alone.
        monitor: the value that says which model is the best.
        verbose: 1 says what it saves.
        save_best_only: save only when that value has improved.
        save_weights_only: save the weights alone.
        mode: "min", "max" or "auto".
        save_freq: "epoch", or a number of batches.
        initial_value_threshold: what the first model has to beat.

    Raises:
        ValueError: a wrong suffix or save_freq.
        KeyError: the file path has a field that the logs lack.

    Source: Keras page "ModelCheckpoint".
    """

    def __init__(
        self,
        filepath,
        monitor="val_loss",
        verbose=0,
        save_best_only=False,
        save_weights_only=False,
        mode="auto",
        save_freq="epoch",
        initial_value_threshold=None,
    ):
        super().__init__(monitor, mode, initial_value_threshold)
        self.filepath, self.verbose, self.save_freq = os.fspath(filepath), verbose, save_freq
        self.save_best_only, self.save_weights_only = save_best_only, save_weights_only
        if save_freq != "epoch" and not isinstance(save_freq, int):
            raise ValueError(f"Unrecognized save_freq: {save_freq}. Expected save_freq are 'epoch' or integer values")
        self._check_suffix()
        self._counter = _BatchCounter(save_freq)
        self._current_epoch = 0

    def _check_suffix(self):
        if self.save_weights_only and not self.filepath.endswith(".weights.h5"):
            raise ValueError(
                "When using `save_weights_only=True` in `ModelCheckpoint`, the filepath provided must end in "
                f"`.weights.h5` (Keras weights format). Received: filepath={self.filepath}"
            )
        if not self.filepath.endswith((".keras", ".h5")):
            raise ValueError(
                f"The filepath provided must end in `.keras` (Keras model format). Received: filepath={self.filepath}"
            )

    def on_epoch_begin(self, epoch, logs=None):
        self._current_epoch = epoch

    def on_train_batch_end(self, batch, logs=None):
        if self._counter.is_due(batch):
            self._save_model(self._current_epoch, batch, logs or {})

    def on_epoch_end(self, epoch, logs=None):
        if self.save_freq == "epoch":
            self._save_model(epoch, None, logs or {})

    def _save_model(self, epoch, batch, logs):
        filepath = self._get_file_path(epoch, batch, logs)
        if not self._should_save_model(epoch, logs, filepath):
            return
        if os.path.isdir(filepath):
            raise OSError(
                "Please specify a non-directory filepath for ModelCheckpoint. Filepath used is an existing directory: "
                f"{filepath}"
            )
        os.makedirs(os.path.dirname(filepath) or ".", exist_ok=True)
        save = self.model.save_weights if self.save_weights_only else self.model.save
        save(filepath, overwrite=True)
        if self.verbose > 0:
            say(f"Epoch {epoch + 1}: finished saving model to {filepath}")

    def _get_file_path(self, epoch, batch, logs) -> str:
        numbers = {"epoch": epoch + 1} | ({} if batch is None else {"batch": batch + 1})
        try:
            return self.filepath.format(**numbers | logs)
        except KeyError as error:
            raise KeyError(
                f'Failed to format this callback filepath: "{self.filepath}". Reason: {error}. '
                f"Available are: {', '.join([*numbers, *logs])}"
            ) from None

    def _should_save_model(self, epoch, logs, filepath) -> bool:
        if not self.save_best_only:
            if self.verbose > 0:
                say(f"Epoch {epoch + 1}: saving model to {filepath}")
            return True
        current = logs.get(self.monitor)
        if current is None:
            warnings.warn(f"Can save best model only with {self.monitor} available.", stacklevel=2)
            return True
        if np.ndim(current) > 0:
            warnings.warn(
                f"Can save best model only when `monitor` is a scalar value. Received: {current}. "
                "Falling back to `save_best_only=False`.",
                stacklevel=2,
            )
            return True
        return self._is_best(epoch, current, filepath)

    def _is_best(self, epoch, current, filepath) -> bool:
        if self.monitor_op is None:
            self._set_monitor_op()
        old = "None" if self.best is None else f"{self.best:.5f}"
        better = self._is_improvement(current, self.best)
        if better:
            self.best = current
        if self.verbose > 0:
            news = f"improved from {old} to {current:.5f}, saving model to {filepath}"
            say(f"Epoch {epoch + 1}: {self.monitor} {news if better else f'did not improve from {old}'}")
        return better


class BackupAndRestore(Callback):
    """Keeps the state of training on disk, so that `fit`, called again after a crash, goes on where it was.

    Args:
        backup_dir: a folder of its own for this training.
        save_freq: "epoch", or a number of batches.
        double_checkpoint: also keep the backup before the last.
        delete_checkpoint: remove the folder when training is over.

    Raises:
        ValueError: an empty backup_dir, another save_freq, or `fit` of a model that is not built.

    Source: Keras page "BackupAndRestore".
    """

    def __init__(self, backup_dir, save_freq="epoch", double_checkpoint=False, delete_checkpoint=True):
        if not backup_dir:
            raise ValueError("Empty `backup_dir` argument passed")
        if save_freq != "epoch" and not isinstance(save_freq, int):
            raise ValueError(
                f"Invalid value for argument `save_freq`. Received: save_freq={save_freq}. "
                "Expected either 'epoch' or an integer value."
            )
        self.backup_dir, self.save_freq = os.fspath(backup_dir), save_freq
        self.double_checkpoint, self.delete_checkpoint = double_checkpoint, delete_checkpoint
        self._weights_path = os.path.join(self.backup_dir, "latest.weights.h5")
        self._training_metadata_path = os.path.join(self.backup_dir, "training_metadata.json")
        self._prev_weights_path = f"{self._weights_path}.bkp"
        self._prev_training_metadata_path = f"{self._training_metadata_path}.bkp"
        self._counter = _BatchCounter(save_freq)
        self._current_epoch = self._last_batch_seen = 0

    def on_train_begin(self, logs=None):
        if not self.model.built:
            raise ValueError(
                "To use the BackupAndRestore callback, you model must be built before you call `fit()`. Model "
                f"{self.model} is unbuilt. You can build it beforehand by calling it on a batch of data."
            )
        try:
            self._restore()
        except (OSError, ValueError):
            if not os.path.exists(self._prev_weights_path):
                raise
            shutil.copy(self._prev_weights_path, self._weights_path)
            shutil.copy(self._prev_training_metadata_path, self._training_metadata_path)
            self._restore()

    def _has_backup(self) -> bool:
        return os.path.exists(self._weights_path) and os.path.exists(self._training_metadata_path)

    def _restore(self):
        if not self._has_backup():
            return
        optimizer = self.model.optimizer
        if optimizer is not None and not optimizer.built:
            optimizer.build(self.model.trainable_variables)
        self.model.load_weights(self._weights_path)
        with open(self._training_metadata_path, encoding="utf-8") as file:
            self.model._initial_epoch = self._current_epoch = json.load(file)["epoch"]

    def on_epoch_end(self, epoch, logs=None):
        self._current_epoch, self._last_batch_seen = epoch + 1, 0
        if self.save_freq == "epoch":
            self._back_up()

    def on_train_batch_end(self, batch, logs=None):
        self._last_batch_seen = batch
        if self._counter.is_due(batch):
            self._back_up()

    def _back_up(self):
        os.makedirs(self.backup_dir, exist_ok=True)
        if self.double_checkpoint and self._has_backup():
            shutil.copy(self._weights_path, self._prev_weights_path)
            shutil.copy(self._training_metadata_path, self._prev_training_metadata_path)
        self.model.save_weights(self._weights_path, overwrite=True)
        with open(self._training_metadata_path, "w", encoding="utf-8") as file:
            json.dump({"epoch": self._current_epoch, "batch": self._last_batch_seen}, file)

    def on_train_end(self, logs=None):
        if self.delete_checkpoint and os.path.exists(self.backup_dir):
            shutil.rmtree(self.backup_dir)
