"""What happens beside training: records, progress bars, stopping early, checkpoints, learning rates.

>>> from layerlab import callbacks
>>> stop = callbacks.EarlyStopping(monitor="val_loss", patience=3)
"""

from layerlab.callbacks.averages import SwapEMAWeights
from layerlab.callbacks.callback import Callback, LambdaCallback
from layerlab.callbacks.callback_list import CallbackList
from layerlab.callbacks.checkpoint import BackupAndRestore, ModelCheckpoint
from layerlab.callbacks.learning_rate import LearningRateScheduler, ReduceLROnPlateau
from layerlab.callbacks.monitor import EarlyStopping, TerminateOnNaN
from layerlab.callbacks.monitor import MonitorCallback as MonitorCallback  # a base to build on, as in Keras unlisted
from layerlab.callbacks.progress import ProgbarLogger
from layerlab.callbacks.records import CSVLogger, History
from layerlab.callbacks.remote import RemoteMonitor

__all__ = [
    "BackupAndRestore",
    "CSVLogger",
    "Callback",
    "CallbackList",
    "EarlyStopping",
    "History",
    "LambdaCallback",
    "LearningRateScheduler",
    "ModelCheckpoint",
    "ProgbarLogger",
    "ReduceLROnPlateau",
    "RemoteMonitor",
    "SwapEMAWeights",
    "TerminateOnNaN",
]
