"""What a metric is: a few variables that `update_state` adds a batch to, and a `result` computed from them."""

import contextlib

import numpy as np

from layerlab import initializers
from layerlab.config import standardize_dtype
from layerlab.naming import auto_name
from layerlab.registry import Registered
from layerlab.variables import Variable, name_scope

__all__ = ["Metric", "divide_no_nan"]


def divide_no_nan(a, b):
    """a / b, and 0 where b is 0."""
    zero = b == 0
    return np.where(zero, 0.0, a) / np.where(zero, 1.0, b)


class Metric(Registered):
    """Base class of metrics: subclass it and define `update_state` and `result`.

    Make the variables in `__init__` with `add_variable`; `reset_state` sets them all to zero. Metrics kept in
    attributes are part of this one: their variables are reset with it.

    Args:
        dtype: of the computation and the variables; `config.floatx()` by default.
        name: any string; by default the class name in snake case.

    >>> class LargestError(Metric):
    ...     def __init__(self, name="largest_error"):
    ...         super().__init__(name=name)
    ...         self.largest = self.add_variable(shape=(), initializer="zeros", name="largest")
    ...     def update_state(self, y_true, y_pred, sample_weight=None):
    ...         self.largest.assign(np.maximum(self.largest, np.max(np.abs(y_true - y_pred))))
    ...     def result(self):
    ...         return self.largest.numpy()
    >>> metric = LargestError()
    >>> metric.update_state(np.array([1.0, 2.0]), np.array([1.0, 4.0]))
    >>> print(metric.result())
    2.0

    Source: the Keras page "Base Metric class".
    """

    family = "metrics"
    _direction: str | None = None  # "up" if more is better, "down" if less is; callbacks look at it

    def __init__(self, dtype=None, name=None):
        self.name = name or auto_name(type(self).__name__)
        self._dtype = standardize_dtype(dtype)
        self._variables: list[Variable] = []

    @property
    def dtype(self) -> str:
        """The name of the float type that the metric is computed in."""
        return self._dtype

    def add_variable(self, shape, initializer="zeros", dtype=None, aggregation="sum", name=None) -> Variable:
        """A new variable of this metric.

        Args:
            shape: of its value.
            initializer: anything that `initializers.get` takes.
            dtype: of its value; the default float type if None.
            aggregation: how replicas would be joined; there is one, so it changes nothing.
            name: the last part of its path.
        """
        self._check_super_called()
        with name_scope(self.name.replace("/", ">")):
            variable = Variable(initializers.get(initializer), tuple(shape), dtype, trainable=False, name=name)
        self._variables.append(variable)
        return variable

    def add_weight(self, shape=(), initializer="zeros", dtype=None, name=None) -> Variable:
        """`add_variable` under its older name."""
        return self.add_variable(shape, initializer, dtype, name=name)

    def _check_super_called(self):
        if not hasattr(self, "_variables"):
            raise RuntimeError("You forgot to call `super().__init__()` in the `__init__()` method. Go add it!")

    @property
    def variables(self) -> list[Variable]:
        """Every variable of this metric, then those of the metrics in its attributes."""
        self._check_super_called()
        return list({id(v): v for v in [*self._variables, *_variables_in(list(vars(self).values()))]}.values())

    def update_state(self, *args, **kwargs):
        """Take in a batch. Subclasses define it."""
        raise NotImplementedError(f"{type(self).__name__} must define `update_state`.")

    def result(self):
        """The value over all batches since the last reset. Subclasses define it."""
        raise NotImplementedError(f"{type(self).__name__} must define `result`.")

    def reset_state(self):
        """Set every variable to zero."""
        for variable in self.variables:
            variable.assign(np.zeros(variable.shape, variable.dtype))

    def __call__(self, *args, **kwargs):
        """Take in a batch and return the result so far."""
        self._check_super_called()
        self.update_state(*args, **kwargs)
        return self.result()

    def stateless_update_state(self, metric_variables, *args, **kwargs) -> list:
        """The values that the variables would have after `update_state`, starting from `metric_variables`."""
        with self._holding(metric_variables):
            self.update_state(*args, **kwargs)
            return [variable.numpy() for variable in self.variables]

    def stateless_result(self, metric_variables):
        """The result that these values of the variables give."""
        with self._holding(metric_variables):
            return self.result()

    def stateless_reset_state(self) -> list:
        """The values that the variables would have after `reset_state`."""
        with self._holding(self.variables):
            self.reset_state()
            return [variable.numpy() for variable in self.variables]

    @contextlib.contextmanager
    def _holding(self, values):
        """The variables hold these values inside the block, and their own again after it."""
        variables = self.variables
        if len(values) != len(variables):
            raise ValueError(
                "Argument `metric_variables` must be a list of tensors corresponding 1:1 to "
                f"{type(self).__name__}().variables. Received list with length {len(values)}, "
                f"but expected {len(variables)} variables."
            )
        before = [variable.numpy() for variable in variables]
        try:
            for variable, value in zip(variables, values, strict=True):
                variable.assign(value)
            yield
        finally:
            for variable, value in zip(variables, before, strict=True):
                variable.assign(value)

    def get_config(self) -> dict:
        """The constructor arguments that make an equal metric (without what it has counted)."""
        return {"name": self.name, "dtype": self.dtype}

    def __repr__(self):
        return f"<{type(self).__name__} name={self.name}>"


def _variables_in(value) -> list[Variable]:
    """The variables inside an attribute: itself, those of a metric, those of a list's or dictionary's items."""
    if isinstance(value, Variable):
        return [value]
    if isinstance(value, Metric):
        return value.variables
    if isinstance(value, dict):
        return _variables_in(list(value.values()))
    return [variable for item in value for variable in _variables_in(item)] if isinstance(value, list | tuple) else []
