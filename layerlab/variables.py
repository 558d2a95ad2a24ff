"""Variables: the arrays that a layer or an optimizer owns and training changes.

A `Variable` stands for its array in NumPy expressions; while a tape records, a trainable one is traced by itself.
"""

import contextlib
import contextvars
import math

import numpy as np

from layerlab.autodiff.arraylike import ArrayLike
from layerlab.autodiff.tape import active_tape
from layerlab.autodiff.traced import TracedArray, Watched, stop_gradient, unwatch
from layerlab.changes import count_change
from layerlab.config import floatx, standardize_dtype
from layerlab.naming import auto_name
from layerlab.registry import Family

__all__ = ["Variable", "current_scope", "name_scope", "room_for_variables", "room_is_limited"]

_scopes: contextvars.ContextVar[tuple[str, ...]] = contextvars.ContextVar("name_scopes", default=())


@contextlib.contextmanager
def name_scope(name: str):
    """Put `name/` before the paths of the variables made inside the block."""
    token = _scopes.set((*_scopes.get(), name))
    try:
        yield
    finally:
        _scopes.reset(token)


def current_scope() -> tuple[str, ...]:
    """The names of the scopes around this point, outermost first."""
    return _scopes.get()


_room: contextvars.ContextVar[list[int] | None] = contextvars.ContextVar("room_for_variables", default=None)


@contextlib.contextmanager
def room_for_variables(size: int):
    """Refuse variables inside the block once all of them together would take more than `size` bytes.

    A file that describes a model could otherwise ask for any amount of memory in a few words.
    """
    token = _room.set([size])
    try:
        yield
    finally:
        _room.reset(token)


def room_is_limited() -> bool:
    """Whether this runs inside a `room_for_variables` block: a file is being loaded."""
    return _room.get() is not None


def _claim(shape, dtype: str) -> None:
    room = _room.get()
    if room is None:
        return
    room[0] -= math.prod(shape) * np.dtype(dtype).itemsize
    if room[0] < 0:
        raise ValueError(f"A variable of shape {shape} was asked for, more than the file can hold weights for.")


class Variable(Watched):
    """An array with a name that training may change.

    In NumPy expressions it stands for its value. While a tape records, a trainable variable of floats is traced by
    itself, and so is its `value`. Assigning keeps the tape right: each use counts with the value it had then.

    Args:
        initializer: the value (anything that np.asarray takes), or what makes it: a callable
            `(shape, dtype) -> array`, or the name of an initializer.
        shape: needed to make the value.
        dtype: of the values. By default that of the value, with the default float type for float64 and int32 for int64.
        trainable: whether a tape watches it and an optimizer updates it.
        name: the last part of its path.
        regularizer: callable of the variable whose result joins the loss.
        constraint: callable applied to the value after each update.
        autocast, aggregation, synchronization: accepted for Keras's sake; they have no effect here.

    Raises:
        ValueError: no shape to make the value with, a name with a "/", an unknown initializer or dtype.

    >>> v = Variable(np.ones((2, 3)), name="kernel")
    >>> v.shape, v.dtype, (v + 1).sum()
    ((2, 3), 'float32', np.float32(12.0))

    Source: Keras page "Variable".
    """

    __slots__ = (
        "__weakref__",
        "_array",
        "_constraint",
        "_regularizer",
        "_trainable",
        "name",
        "overwrite_with_gradient",
        "path",
    )

    def __init__(
        self,
        initializer,
        shape=None,
        dtype=None,
        trainable=True,
        name=None,
        regularizer=None,
        constraint=None,
        *,
        autocast=True,
        aggregation="none",
        synchronization="auto",
    ):
        self.name = auto_name("variable") if name is None else name
        if not isinstance(self.name, str) or "/" in self.name:
            raise ValueError(
                f"Argument `name` must be a string and cannot contain character `/`. Received: name={name}"
            )
        self.path = "/".join((*_scopes.get(), self.name))
        self.trainable, self.regularizer, self.constraint = trainable, regularizer, constraint
        self.overwrite_with_gradient = False
        if isinstance(initializer, str):
            initializer = Family("initializers", "initializer").get(initializer)
        given = not callable(initializer) or isinstance(initializer, Variable)
        self._array = _given(initializer, dtype) if given else _made(initializer, shape, standardize_dtype(dtype))

    def _current(self):
        tape = active_tape()
        if tape is None or self._array.dtype.kind != "f" or not (self._trainable or tape.watches(self)):
            return self._array
        return tape.traced_variable(self, self._array, self.name)

    def _read(self):
        """The value for something that has no gradient; what stands for it while a program is written."""
        tape = active_tape()
        return self._array if tape is None else tape.read(self)

    @property
    def value(self):
        """The array itself; a trainable variable's is traced while a tape records.

        Optimizers write into it; anyone else who sets it assigns.
        """
        return self._current()

    @value.setter
    def value(self, value):
        if value is not self._array:  # v.value -= x has written already
            self.assign(value)

    @property
    def shape(self) -> tuple[int, ...]:  # type: ignore[override]
        """The shape of the value."""
        return self._array.shape

    @property
    def dtype(self) -> str:
        """The name of the values' type, such as "float32"."""
        return self._array.dtype.name

    @property
    def size(self) -> int:
        """The number of values."""
        return self._array.size

    @property
    def trainable(self) -> bool:
        """Whether a tape watches it and an optimizer updates it."""
        return self._trainable

    @trainable.setter
    def trainable(self, trainable):
        if hasattr(self, "_trainable"):
            count_change()
        self._trainable = bool(trainable)

    @property
    def regularizer(self):
        """The callable that gives its penalty, or None."""
        return self._regularizer

    @regularizer.setter
    def regularizer(self, regularizer):
        if hasattr(self, "_regularizer"):
            count_change()
        self._regularizer = _callable_or_none("regularizer", "regularizers.Regularizer", regularizer)

    @property
    def constraint(self):
        """The callable applied after each update, or None."""
        return self._constraint

    @constraint.setter
    def constraint(self, constraint):
        self._constraint = _callable_or_none("constraint", "constraints.Constraint", constraint)

    def numpy(self) -> np.ndarray:
        """A copy of the value."""
        return np.array(self)

    def assign(self, value) -> np.ndarray:
        """Replace the value by another of the same shape, cast to the variable's dtype; returns the new value.

        The old array stays as it was, for a tape that still needs it. What is assigned is a plain value: no gradient
        flows from it to where it came from. So a traced one is taken only by a variable that is not trained.

        Raises:
            ValueError: another shape.
            TracingError: a traced value for a trainable variable, while the tape records.
        """
        if isinstance(value, ArrayLike):
            value = unwatch(value) if self._trainable else stop_gradient(value)
        if isinstance(value, TracedArray) and not self._trainable:  # of a program that is being written
            return value._tape.assign(self, value)
        value = np.array(value, dtype=self._array.dtype)
        if value.shape != self._array.shape:
            raise ValueError(
                "The shape of the target variable and the shape of the target value in `variable.assign(value)` must "
                f"match. variable.shape={self.shape}, Received: value.shape={value.shape}. "
                f"Target variable: {self!r}"
            )
        return self._put(value)

    def _put(self, array) -> np.ndarray:
        if (tape := active_tape()) is not None:
            tape.overwritten.append((self, self._array))
        self._array = array
        return array

    def assign_add(self, value) -> np.ndarray:
        """Add to the value."""
        return self._become(self._operand() + value)

    def assign_sub(self, value) -> np.ndarray:
        """Subtract from the value."""
        return self._become(self._operand() - value)

    def _operand(self):
        """The array; of one without axes the number, with which NumPy calculates ten times as fast."""
        return self._array if self._array.ndim else self._array[()]

    def _become(self, new) -> np.ndarray:
        """`assign` for the result of a calculation: an array that fits is nobody else's, and taken without a copy."""
        old = self._array
        if type(new) is old.dtype.type:  # NumPy makes numbers of arrays without axes
            new = np.asarray(new)
        if type(new) is not np.ndarray or new.dtype != old.dtype or new.shape != old.shape:
            return self.assign(new)
        return self._put(new)

    def __setitem__(self, index, value):
        raise TypeError(
            "'Variable' object does not support item assignment. Build the new value and use variable.assign(value)."
        )

    def __array__(self, dtype=None, copy=None):
        return np.array(self._current(), dtype=dtype) if copy is not False else np.asarray(self._current(), dtype)

    def __float__(self):
        return float(self._current())

    def __int__(self):
        return int(self._current())

    def __bool__(self):
        raise TypeError("A Keras Variable cannot be used as a boolean. Compare its value: `if v > 0:`, or `v is None`.")

    def __repr__(self):
        return f"<Variable path={self.path}, shape={self.shape}, dtype={self.dtype}, value={self._array}>"


_STORED_AS = {"int64": lambda: "int32", "float64": floatx}


def _given(value, dtype) -> np.ndarray:
    """A copy of a value in the dtype asked for, or the one that Keras would store it in."""
    value = np.asarray(value)
    if dtype is None:
        name = value.dtype.name
        return np.array(value, _STORED_AS[name]() if name in _STORED_AS else name)
    return np.array(value, standardize_dtype(dtype))


def _made(initializer, shape, dtype: str) -> np.ndarray:
    """The array that an initializer makes."""
    if shape is None:
        raise ValueError(
            "When creating a Variable from an initializer, the `shape` argument should be specified. "
            f"Received: initializer={initializer} and shape={shape}"
        )
    _claim(tuple(shape), dtype)
    return np.array(initializer(tuple(shape), dtype=dtype), dtype)


def _callable_or_none(attribute, example, value):
    if value is not None and not callable(value):
        raise ValueError(
            f"Invalid value for attribute `{attribute}`. Expected a callable (such as a `keras.{example}` instance) or "
            f"`None`. Received: {attribute}={value}"
        )
    return value
