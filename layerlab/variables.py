"""Variables: the arrays that a layer or an optimizer owns and training changes.

A `Variable` stands for its array in NumPy expressions; while a tape records, a trainable one is traced by itself.
"""

import contextlib
import contextvars
import math

import numpy as np

from layerlab.autodiff.tape import active_tape
from layerlab.autodiff.traced import Watched
from layerlab.config import standardize_dtype
from layerlab.naming import auto_name

__all__ = ["Variable", "current_scope", "name_scope", "room_for_variables"]

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


def _claim(shape, dtype: str) -> None:
    room = _room.get()
    if room is None:
        return
    room[0] -= math.prod(shape) * np.dtype(dtype).itemsize
    if room[0] < 0:
        raise ValueError(f"A variable of shape {shape} was asked for, more than the file can hold weights for.")


class Variable(Watched):
    """An array with a name that training may change.

    Args:
        initializer: the value (anything that np.asarray takes), or a callable `(shape, dtype) -> array`.
        shape: needed with a callable.
        dtype: of the values; the default float type otherwise.
        trainable: whether a tape watches it and an optimizer updates it.
        name: the last part of its path.
        regularizer: callable of the variable whose result joins the loss.
        constraint: callable applied to the value after each update.

    Raises:
        ValueError: a callable without a shape, or a name with a "/".

    >>> v = Variable(np.ones((2, 3)), name="kernel")
    >>> v.shape, v.dtype, (v + 1).sum()
    ((2, 3), 'float32', np.float32(12.0))

    Source: Keras page "Variable".
    """

    __slots__ = (
        "__weakref__",
        "constraint",
        "name",
        "overwrite_with_gradient",
        "path",
        "regularizer",
        "trainable",
        "value",
    )

    def __init__(
        self, initializer, shape=None, dtype=None, trainable=True, name=None, regularizer=None, constraint=None
    ):
        self.name = auto_name("variable") if name is None else name
        if not isinstance(self.name, str) or "/" in self.name:
            raise ValueError(
                f"Argument `name` must be a string and cannot contain character `/`. Received: name={name}"
            )
        self.path = "/".join((*_scopes.get(), self.name))
        self.trainable, self.regularizer, self.constraint = bool(trainable), regularizer, constraint
        self.overwrite_with_gradient = False
        self.value = self._initial_value(initializer, shape, dtype)

    def _initial_value(self, initializer, shape, dtype) -> np.ndarray:
        if not callable(initializer) or isinstance(initializer, Variable):
            value = np.asarray(initializer.value if isinstance(initializer, Variable) else initializer)
            default = value.dtype if isinstance(initializer, np.ndarray | np.generic) else None
            keep_integer = dtype is None and value.dtype.kind in "biu"
            return np.array(
                value, dtype=value.dtype if keep_integer and default is not None else standardize_dtype(dtype)
            )
        if shape is None:
            raise ValueError(
                "When creating a Variable from an initializer, the `shape` argument should be specified. "
                f"Received: initializer={initializer} and shape={shape}"
            )
        _claim(tuple(shape), standardize_dtype(dtype))
        return np.array(initializer(tuple(shape), dtype=standardize_dtype(dtype)), dtype=standardize_dtype(dtype))

    def _current(self):
        tape = active_tape()
        return tape.traced_variable(self, self.value, self.name) if tape is not None and self.trainable else self.value

    @property
    def shape(self) -> tuple[int, ...]:
        """The shape of the value."""
        return self.value.shape

    @property
    def dtype(self) -> str:
        """The name of the values' type, such as "float32"."""
        return self.value.dtype.name

    @property
    def size(self) -> int:
        """The number of values."""
        return self.value.size

    def numpy(self) -> np.ndarray:
        """A copy of the value."""
        return self.value.copy()

    def assign(self, value) -> "Variable":
        """Replace the value by another of the same shape, cast to the variable's dtype.

        The old array stays as it was, for a tape that still needs it.

        Raises:
            ValueError: another shape.
        """
        value = np.array(value, dtype=self.value.dtype)
        if value.shape != self.shape:
            raise ValueError(
                "The shape of the target variable and the shape of the target value in `variable.assign(value)` must "
                f"match. variable.shape={self.shape}, Received: value.shape={value.shape}. "
                f"Target variable: {self!r}"
            )
        self.value = value
        return self

    def assign_add(self, value) -> "Variable":
        """Add to the value."""
        return self.assign(self.value + value)

    def assign_sub(self, value) -> "Variable":
        """Subtract from the value."""
        return self.assign(self.value - value)

    def __array__(self, dtype=None, copy=None):
        current = self._current()
        return np.array(current, dtype=dtype) if copy is not False else np.asarray(current, dtype=dtype)

    def __float__(self):
        return float(self._current())

    def __int__(self):
        return int(self._current())

    def __bool__(self):
        return bool(self.value)

    def __repr__(self):
        return f"<Variable path={self.path}, shape={self.shape}, dtype={self.dtype}, value={self.value}>"
