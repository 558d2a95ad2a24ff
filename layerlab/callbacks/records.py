"""What is kept of a training: in memory as a History, on disk as a table.

Both get the losses and metrics of each epoch, with whatever other callbacks added to them.
"""

import csv
import os
from typing import Any

import numpy as np

from layerlab.callbacks.callback import Callback

__all__ = ["CSVLogger", "History"]


class History(Callback):
    """What `fit` returns: the values of every epoch.

    Attributes:
        history: name -> list of one value an epoch.
        epoch: the numbers of the epochs, from 0.
        params: {"verbose", "epochs", "steps"} of the call.

    Source: Keras page "History".
    """

    def __init__(self):
        self.history: dict[str, list] = {}

    def on_train_begin(self, logs=None):
        self.epoch: list[int] = []

    def on_epoch_end(self, epoch, logs=None):
        self.epoch.append(epoch)
        for name, value in (logs or {}).items():
            self.history.setdefault(name, []).append(value)


class CSVLogger(Callback):
    """Writes the values of every epoch into a CSV file, a row at a time.

    Args:
        filename: of the file.
        separator: between two values.
        append: go on with a file that exists, instead of starting it anew.

    Source: Keras page "CSVLogger".
    """

    def __init__(self, filename, separator=",", append=False):
        self.filename, self.sep, self.append = os.fspath(filename), separator, append
        self.csv_file: Any = None
        self.writer: Any = None

    def on_train_begin(self, logs=None):
        self._close()
        goes_on = self.append and os.path.exists(self.filename) and os.path.getsize(self.filename) > 0
        self.append_header = not goes_on
        self.csv_file = open(self.filename, "a" if self.append else "w", newline="", encoding="utf-8")  # noqa: SIM115
        self.writer = None

    def on_epoch_end(self, epoch, logs=None):
        logs = logs or {}
        if self.writer is None:
            self.writer = csv.DictWriter(self.csv_file, ["epoch", *_columns(logs)], delimiter=self.sep, restval="NA")
            if self.append_header:
                self.writer.writeheader()
        known = {name: _cell(value) for name, value in logs.items() if name in self.writer.fieldnames}
        self.writer.writerow({"epoch": epoch, **known})
        self.csv_file.flush()

    def on_train_end(self, logs=None):
        self._close()

    def _close(self):
        if self.csv_file is not None:
            self.csv_file.close()


def _columns(logs) -> list[str]:
    """The names, with columns for a validation that may come in later epochs."""
    names = sorted(logs)
    return names if any(name.startswith("val_") for name in names) else names + [f"val_{name}" for name in names]


def _cell(value):
    is_list = not isinstance(value, str) and np.ndim(value) > 0
    return f'"[{", ".join(map(str, value))}]"' if is_list else value
