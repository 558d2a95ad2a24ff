"""What an optimizer remembers between steps: its variables, in the order in which files hold them.

First `iteration` and `learning_rate`, then whatever `build` adds for each weight (momentums, velocities, ...).
"""

import warnings

import numpy as np

from layerlab import initializers
from layerlab.registry import Registered
from layerlab.variables import Variable, name_scope

__all__ = ["OptimizerState"]


class OptimizerState(Registered):
    """The variables of an optimizer: making them, finding those of a weight, setting, saving and loading them."""

    name: str
    built: bool

    def _start(self, name: str) -> None:
        self.name, self.built = name, False
        self._variables: list[Variable] = []
        self._trainable_variables: list[Variable] = []
        self._trainable_variables_indices: dict[int, int] = {}
        self._iterations = self._track(0, "iteration", dtype="int32")

    def _track(self, value, name: str, shape=None, dtype=None) -> Variable:
        with name_scope(self.name):
            variable = Variable(value, shape=shape, dtype=dtype, trainable=False, name=name)
        self._variables.append(variable)
        return variable

    def _index(self, variables) -> None:
        self._trainable_variables = list(variables)
        self._trainable_variables_indices = {self._var_key(variable): i for i, variable in enumerate(variables)}

    def __setstate__(self, state):
        # a copied or unpickled optimizer holds new variables, with new ids
        self.__dict__.update(state, _joined=None)  # the copies are no longer parts of one array
        self._index(self._trainable_variables)

    @property
    def variables(self) -> list[Variable]:
        """Everything the optimizer remembers, in the order of files."""
        return self._variables[:]

    def add_variable(self, shape, initializer="zeros", dtype=None, name=None) -> Variable:
        """A new variable that is saved and loaded with the optimizer.

        Args:
            shape: of its value.
            initializer: a name or object of `layerlab.initializers`.
            dtype: the default float type by default.
            name: the last part of its path.
        """
        if not hasattr(self, "_variables"):
            raise RuntimeError(
                f"In optimizer '{type(self).__name__}', you forgot to call `super().__init__()` "
                "as the first statement in the `__init__()` method. Go add it!"
            )
        return self._track(initializers.get(initializer), name, shape=tuple(shape), dtype=dtype)

    def add_variable_from_reference(self, reference_variable, name=None, initializer="zeros") -> Variable:
        """A new variable of the shape and dtype of a weight, named after both: `dense_kernel_momentum`."""
        name = f"{reference_variable.path.replace('/', '_')}_{name or 'var'}"
        return self.add_variable(reference_variable.shape, initializer, reference_variable.dtype, name)

    def add_optimizer_variables(self, trainable_variables, name, initializer="zeros"):
        """One new variable a weight; with a list of names, a tuple of such lists, made weight by weight.

        Raises:
            ValueError: as many initializers as names are expected, or a single one.
        """
        names = [name] if isinstance(name, str) else list(name)
        starts = list(initializer) if isinstance(initializer, list | tuple) else [initializer] * len(names)
        if len(names) != len(starts):
            raise ValueError(
                "The number of provided names must match the number of provided initializers. "
                f"Received name='{name}', initializer='{initializer}'"
            )
        rows = [
            [self.add_variable_from_reference(variable, *one) for one in zip(names, starts, strict=True)]
            for variable in trainable_variables
        ]
        columns = tuple([row[i] for row in rows] for i in range(len(names)))
        return columns[0] if isinstance(name, str) else columns

    def _var_key(self, variable) -> int:
        """What a weight is known by."""
        return id(variable)

    def _get_variable_index(self, variable) -> int:
        return self._trainable_variables_indices[self._var_key(variable)]

    def _check_variables_are_known(self, variables) -> None:
        for variable in variables:
            if self._var_key(variable) not in self._trainable_variables_indices:
                raise ValueError(
                    f"Unknown variable: {variable}. This optimizer can only be called for the variables it was "
                    "originally built with. When working with a new set of variables, you should recreate a new "
                    "optimizer instance."
                )

    def set_weights(self, weights) -> None:
        """Set every variable, from arrays or variables in the order of `variables`; all or none.

        Raises:
            ValueError: before `build`, another number of arrays, or another shape.
        """
        if not self.built:
            raise ValueError(
                "You are calling `set_weights()` on an optimizer that has not yet been built. Please call "
                "`optimizer.build(trainable_variables)` to create the optimizer weights before calling "
                "`set_weights()`."
            )
        own, weights = self.variables, [np.asarray(weight) for weight in weights]
        if len(weights) != len(own):
            raise ValueError(f"Optimizer '{self.name}' has {len(own)} variables. Received: {len(weights)} weights.")
        for variable, weight in zip(own, weights, strict=True):
            if variable.shape != weight.shape:
                raise ValueError(
                    f"Optimizer variable {variable.path} has shape {variable.shape} not compatible with provided "
                    f"weight shape {weight.shape}."
                )
        for variable, weight in zip(own, weights, strict=True):
            variable.assign(weight)

    def save_own_variables(self, store) -> None:
        """Write the variables into a mapping, under "0", "1", ..."""
        for i, variable in enumerate(self.variables):
            store[str(i)] = variable.numpy()

    def load_own_variables(self, store) -> None:
        """Read what `save_own_variables` wrote; another number of variables is a warning, and changes nothing."""
        if len(store.keys()) != len(self.variables):
            warnings.warn(
                f"Skipping variable loading for optimizer '{self.name}', because it has {len(self.variables)} "
                f"variables whereas the saved optimizer has {len(store.keys())} variables. "
                + ("" if self.built else "This is likely because the optimizer has not been called/built yet."),
                stacklevel=2,
            )
            return
        for i, variable in enumerate(self.variables):
            variable.assign(store[str(i)])
