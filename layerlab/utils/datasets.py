"""Data that is made batch by batch, by an object of your own."""

__all__ = ["PyDataset"]


class PyDataset:
    """Base of data sets that give a batch an index, for `fit`, `evaluate` and `predict`.

    A subclass has `__len__`, the number of batches, and `__getitem__(index)`, which gives `(x, y)` or
    `(x, y, sample_weight)`. `on_epoch_end` is called after each pass over the data. In place of `__len__` it may have
    a property `num_batches`, which is None for data without an end; then `fit` needs `steps_per_epoch`.

    Args:
        workers, use_multiprocessing, max_queue_size: accepted for Keras's sake; batches are made one after another.

    >>> import numpy as np
    >>> class Squares(PyDataset):
    ...     def __len__(self):
    ...         return 3
    ...     def __getitem__(self, index):
    ...         x = np.full((2, 1), float(index))
    ...         return x, x**2
    >>> Squares().num_batches
    3

    Source: Keras page "PyDataset".
    """

    def __init__(self, workers=1, use_multiprocessing=False, max_queue_size=10):
        self.workers, self.use_multiprocessing, self.max_queue_size = workers, use_multiprocessing, max_queue_size

    def __getitem__(self, index):
        raise NotImplementedError(f"{type(self).__name__} needs a `__getitem__(index)` that gives a batch.")

    def __len__(self):
        raise NotImplementedError(f"{type(self).__name__} needs a `__len__()`: the number of batches.")

    @property
    def num_batches(self) -> int | None:
        """The number of batches; None if there is no end."""
        return len(self)

    def on_epoch_begin(self):
        """Called before each pass over the data."""

    def on_epoch_end(self):
        """Called after each pass over the data."""
