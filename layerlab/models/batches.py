"""Data in batches: arrays that are cut and shuffled, generators and iterables that come cut already.

Shuffling draws from NumPy's global generator in Keras's order, so that a seeded run sees the samples in the same order.
"""

import itertools
import warnings
from collections.abc import Iterable, Iterator

import numpy as np

from layerlab import tree
from layerlab.autodiff import ArrayLike
from layerlab.config import max_steps_per_epoch

__all__ = [
    "Batches",
    "EpochIterator",
    "as_count",
    "batches_of",
    "limited",
    "split_validation",
    "unpack_x_y_sample_weight",
    "with_class_weight",
]

_LISTS = " Lists are for models with several inputs: use np.array(...)."


def unpack_x_y_sample_weight(data):
    """A batch as (x, y, sample_weight), None for what it does not hold.

    >>> unpack_x_y_sample_weight(([1], [2]))
    ([1], [2], None)
    """
    data = tuple(data) if isinstance(data, list) else data if isinstance(data, tuple) else (data,)
    if not 1 <= len(data) <= 3:
        raise ValueError(
            f"Data is expected to be in format `x`, `(x,)`, `(x, y)`, or `(x, y, sample_weight)`. "
            f"Received: a tuple of length {len(data)}"
        )
    return (*data, None, None)[:3]


class Batches:
    """Something that yields (x, y, sample_weight) batch by batch, once an epoch."""

    steps: int | None = None  # batches in an epoch, where it is known
    repeats = True  # whether a second epoch starts again from the beginning

    def is_used_up(self) -> bool:
        """Whether there is no batch left for another epoch."""
        return False

    def epoch(self) -> Iterator[tuple]:
        """One pass over the data."""
        raise NotImplementedError


class ArrayBatches(Batches):
    """Arrays of equal length, cut into batches in order or at random."""

    def __init__(self, arrays: tuple, batch_size: int | None, shuffle=False):
        self.arrays, self.shuffle = arrays, shuffle
        self.n = _common_length(arrays)
        self.batch_size = min(32 if batch_size is None else as_count(batch_size, "batch_size"), max(self.n, 1))
        self.steps: int = -(-self.n // self.batch_size)

    def epoch(self):
        order = self._order()
        for start in range(0, self.n, self.batch_size):
            rows = slice(start, start + self.batch_size) if order is None else order[start : start + self.batch_size]
            yield _rows_of(self.arrays, rows)

    def _order(self):
        if self.shuffle == "batch":
            starts = _permutation(self.steps) * self.batch_size
            return np.concatenate([np.arange(s, min(s + self.batch_size, self.n)) for s in starts])
        return _permutation(self.n) if self.shuffle else None

    def discard_draw(self) -> None:
        """The draw that Keras makes, and does not use, before the first epoch after `compile`."""
        if self.shuffle:
            _permutation(self.n)


class IterableBatches(Batches):
    """An iterable of batches; one that can be iterated again (not a generator) gives epoch after epoch."""

    def __init__(self, batches: Iterable):
        self.batches = batches
        self.repeats = not isinstance(batches, Iterator)
        self.steps = len(batches) if hasattr(batches, "__len__") else None  # type: ignore[arg-type]

    def is_used_up(self):
        if self.repeats:
            return False
        first = list(itertools.islice(self.batches, 1))
        self.batches = itertools.chain(first, self.batches)
        return not first

    def epoch(self):
        for batch in self.batches:
            yield tuple(tree.map_structure(_as_array, part) for part in unpack_x_y_sample_weight(batch))


class IndexedBatches(Batches):
    """An object with `len()` and `[i]` that gives batches (`keras.utils.PyDataset`, or a list-like of your own)."""

    def __init__(self, batches, shuffle=False):
        self.batches, self.shuffle = batches, shuffle
        self.steps = batches.num_batches if hasattr(batches, "num_batches") else len(batches)

    def epoch(self):
        if hasattr(self.batches, "on_epoch_begin"):
            self.batches.on_epoch_begin()
        for i in self._order():
            yield tuple(tree.map_structure(_as_array, part) for part in unpack_x_y_sample_weight(self.batches[int(i)]))
        if hasattr(self.batches, "on_epoch_end"):
            self.batches.on_epoch_end()

    def _order(self) -> Iterable:
        if self.steps is None:
            return itertools.count()
        return _permutation(self.steps) if self.shuffle else range(self.steps)


def batches_of(x, y=None, sample_weight=None, batch_size=None, shuffle=False) -> Batches:
    """The batches that the arguments of `fit`, `evaluate` or `predict` mean.

    Raises:
        ValueError: data of no kind that is known, arrays of different lengths, or arguments that do not go together.
    """
    if _is_arrays(x):
        arrays = tuple(tree.map_structure(_as_array, part) for part in (x, y, sample_weight))
        for name, part in (("y", y), ("sample_weight", sample_weight)):
            if part is not None and not _is_arrays(part):
                raise _unrecognized(name, part)
        return ArrayBatches(arrays, batch_size, shuffle)
    if isinstance(x, list | tuple | dict | str) or (not hasattr(x, "__iter__") and not hasattr(x, "__getitem__")):
        raise _unrecognized("x", x)
    for name, part in (("y", y), ("sample_weight", sample_weight)):
        if part is not None:
            raise ValueError(
                f"`{name}` comes inside the batches when `x` is a generator or an iterable of batches: "
                f"yield (x, y) or (x, y, sample_weight). Received: {name} of type {type(part)}"
            )
    if hasattr(x, "__len__") and hasattr(x, "__getitem__"):
        return IndexedBatches(x, shuffle=bool(shuffle))
    return IterableBatches(x)


def _permutation(n: int) -> np.ndarray:
    return np.random.permutation(n)  # noqa: NPY002 - the global generator is the one that Keras draws from


def _unrecognized(name: str, value) -> ValueError:
    shown = repr(value)
    shown = shown if len(shown) < 80 else shown[:77] + "..."
    hint = _LISTS if isinstance(value, list | tuple) else ""
    return ValueError(f"Unrecognized data type: {name}={shown} (of type {type(value)}).{hint}")


def _is_array(x) -> bool:
    return isinstance(x, np.ndarray | ArrayLike) or (hasattr(x, "__array__") and hasattr(x, "shape"))


def _is_arrays(structure) -> bool:
    """Whether this is arrays, with None for inputs that are left out."""
    leaves = tree.flatten(structure)
    return structure is not None and bool(leaves) and all(leaf is None or _is_array(leaf) for leaf in leaves)


def _as_array(x):
    return x if x is None or type(x) is np.ndarray else np.asarray(x)  # a matrix becomes an array


def _rows_of(parts: tuple, rows) -> tuple:
    """The same rows of every array in (x, y, sample_weight)."""
    return tuple([_take(part, rows) if type(part) is np.ndarray else _rows_in(part, rows) for part in parts])


def _rows_in(part, rows):
    """The rows of nested arrays; None stays None."""
    return part and tree.map_structure(lambda a: a if a is None else _take(_as_array(a), rows), part)


def _take(array, rows):
    """Rows of an array, read-only: layers must not change the caller's data."""
    part = array[rows] if type(rows) is slice else array.take(rows, 0)  # four times as fast as array[rows] for a batch
    part.setflags(write=False)
    return part


def as_count(value, name: str) -> int:
    """An argument that counts something; ValueError if it is no positive integer."""
    if not isinstance(value, int | np.integer) or value <= 0:
        raise ValueError(f"`{name}` must be a positive integer. Received: {name}={value}")
    return int(value)


def _common_length(parts) -> int:
    named = list(zip(("x", "y", "sample_weight"), parts, strict=True))
    scalars = [name for name, part in named for a in tree.flatten(part) if a is not None and a.ndim == 0]
    if scalars:
        hint = _LISTS if isinstance(dict(named)[scalars[0]], list | tuple) else ""
        raise ValueError(f"Expected arrays with a batch axis. Received: a 0-dimensional array in `{scalars[0]}`.{hint}")
    sizes = {name: [len(a) for a in tree.flatten(part) if a is not None] for name, part in named}
    lengths = {n for found in sizes.values() for n in found}
    if len(lengths) != 1:
        listed = "\n".join(f"'{name}' sizes: {', '.join(map(str, found))}" for name, found in sizes.items() if found)
        raise ValueError(
            f"Data cardinality is ambiguous. Make sure all arrays contain the same number of samples.\n{listed}\n"
        )
    return lengths.pop()


def split_validation(arrays: tuple, validation_split: float):
    """The first part of each array for training and the last part for validation, before any shuffling.

    Raises:
        ValueError: a fraction outside (0, 1), data that is not arrays, or one part that would be empty.
    """
    if not 0 < validation_split < 1:
        raise ValueError(f"`validation_split` must lie between 0 and 1. Received: {validation_split}")
    if not all(part is None or _is_arrays(part) for part in arrays):
        raise ValueError(
            "Argument `validation_split` is only supported for NumPy arrays. "
            f"Received: x of type {type(arrays[0])}. Pass `validation_data` instead."
        )
    n = _common_length(tuple(tree.map_structure(_as_array, part) for part in (*arrays, None, None)[:3]))
    split_at = int(np.floor(n * (1.0 - validation_split)))
    if split_at in (0, n):
        raise ValueError(
            f"Training data contains {n} samples, which is not sufficient to split it into a validation and training "
            f"set as specified by `validation_split={validation_split}`. Either provide more data, or a different "
            "value for the `validation_split` argument."
        )
    return _rows_of(arrays, slice(None, split_at)), _rows_of(arrays, slice(split_at, None))


def limited(name: str, wanted: int | None, limit: int | None, otherwise: int | None = None) -> int | None:
    """A number, or the limit that `layerlab.config` sets for trial runs; says so if that is less.

    Args:
        otherwise: what not to want any number comes to.
    """
    expected = otherwise if wanted is None else wanted
    if not limit or (expected is not None and expected <= limit):
        return wanted
    warnings.warn(f"Limiting {name} to {limit}", stacklevel=2)
    return limit


class EpochIterator:
    """Steps through batches epoch by epoch; with `steps`, an epoch goes on where the last one stopped."""

    def __init__(self, batches: Batches, steps: int | None = None):
        self.batches = batches
        steps = steps if steps is None else as_count(steps, "steps_per_epoch")
        self.steps = limited("steps_per_epoch", steps, max_steps_per_epoch(), otherwise=batches.steps)
        self._rest: Iterator | None = None

    @property
    def num_batches(self) -> int | None:
        """Batches in an epoch, where it is known."""
        return self.steps if self.steps is not None else self.batches.steps

    def epoch(self, multiple_of: int = 1) -> Iterator[tuple[int, tuple]]:
        """(step, batch) for one epoch; warns when the data runs out before `steps`, rounded up to a multiple."""
        if self.steps is None:
            yield from enumerate(self.batches.epoch())
            return
        for step in range(-(-self.steps // multiple_of) * multiple_of):
            batch = self._next(first=step == 0)
            if batch is None:
                warnings.warn(
                    "Your input ran out of data; interrupting epoch. Make sure that your dataset or generator can "
                    "generate at least `steps_per_epoch * epochs` batches.",
                    stacklevel=3,
                )
                self._rest = None
                return
            yield step, batch

    def executions(self, size: int) -> Iterator[tuple[int, int, list]]:
        """(first step, last step, batches) for one epoch, `size` steps at a time: `steps_per_execution`."""
        if size == 1:
            for step, batch in self.epoch():
                yield step, step, [batch]
            return
        steps = self.epoch(size)
        while group := list(itertools.islice(steps, size)):
            yield group[0][0], group[0][0] + size - 1, [batch for _, batch in group]

    def _next(self, first: bool):
        if self._rest is None:
            self._rest = self.batches.epoch()
        batch = next(self._rest, None)
        if batch is None and self.batches.repeats and (first or self.batches.steps is None):
            self._rest = self.batches.epoch()
            batch = next(self._rest, None)
        return batch


def with_class_weight(batch, class_weight):
    """The batch with a weight for each sample, looked up by its class."""
    if class_weight is None:
        return batch
    x, y, sample_weight = unpack_x_y_sample_weight(batch)
    if sample_weight is not None:
        raise ValueError("You cannot pass `class_weight` and `sample_weight` at the same time.")
    if y is None or tree.is_nested(y):
        raise ValueError("`class_weight` is only supported for Models with a single output.")
    if not isinstance(class_weight, dict):
        raise ValueError(f"`class_weight` must be a dictionary, class -> weight. Received: class_weight={class_weight}")
    classes = y.argmax(-1) if y.ndim > 1 and y.shape[-1] > 1 else np.round(y).astype(int).reshape(len(y), -1)[:, 0]
    weights = np.array([class_weight.get(int(c), 1.0) for c in classes.reshape(-1)], dtype="float32")
    return x, y, weights.reshape(classes.shape)
