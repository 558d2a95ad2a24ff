"""Several optimizers for one model: each weight is moved by the one that its path, or a function, chooses."""

import re
from collections.abc import Iterator, MutableMapping

from layerlab import serialization
from layerlab.optimizers.loss_scaling import LossScaleOptimizer
from layerlab.optimizers.optimizer import Optimizer, connected
from layerlab.registry import Registered
from layerlab.variables import Variable

__all__ = ["MultiOptimizer", "OptimizerMap"]


class OptimizerMap(MutableMapping[str, Optimizer], Registered):
    """Which optimizer a weight gets: patterns (regular expressions) of whole paths, each with its optimizer.

    Args:
        default_optimizer: for weights that no pattern fits.
        optimizer_map: {pattern: optimizer}; more can be set like items of a dictionary.

    Raises:
        TypeError: another kind of argument.
        ValueError: a pattern that is set twice; a weight that two patterns fit.

    >>> from layerlab.optimizers import SGD, Adam
    >>> choice = OptimizerMap(SGD(), {"encoder/.*": Adam()})
    >>> choice["encoder/dense/kernel"].name, choice["decoder/dense/kernel"].name
    ('adam', 'sgd')

    Source: `keras.optimizers.OptimizerMap`.
    """

    family = "optimizers"

    def __init__(self, default_optimizer, optimizer_map=None):
        if not isinstance(default_optimizer, Optimizer):
            raise TypeError(f"default_optimizer must be a Keras Optimizer instance. Received: {default_optimizer}")
        if optimizer_map is not None and not isinstance(optimizer_map, dict):
            raise TypeError(f"optimizer_map must be a dictionary. Received: {optimizer_map}")
        self.default_optimizer = default_optimizer
        self._optimizer_map: dict[str, Optimizer] = {}
        self.update(optimizer_map or {})

    def __getitem__(self, key: str) -> Optimizer:
        """The optimizer of this pattern, or else of the one that fits this path."""
        if key in self._optimizer_map:
            return self._optimizer_map[key]
        fitting = [optimizer for pattern, optimizer in self.items() if re.fullmatch(pattern, key)]
        if len(fitting) > 1:
            raise ValueError(f"Multiple optimizers assigned to variable {key}.")
        return fitting[0] if fitting else self.default_optimizer

    def __setitem__(self, key: str, optimizer: Optimizer) -> None:
        if key in self._optimizer_map:
            raise ValueError(
                f"'{key}' already exists in the OptimizerMap with value {self._optimizer_map[key]}. Please make sure "
                "to not use duplicated keys."
            )
        if not isinstance(key, str):
            raise ValueError(f"key must be a string. Received: {key}")
        if not isinstance(optimizer, Optimizer):
            raise ValueError(f"optimizer must be a Keras Optimizer instance. Received: {optimizer}")
        if isinstance(optimizer, _AROUND_OTHERS):
            raise ValueError(f"optimizer cannot be {type(optimizer).__name__}.")
        self._optimizer_map[key] = optimizer

    def __delitem__(self, key: str) -> None:
        del self._optimizer_map[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self._optimizer_map)

    def __len__(self) -> int:
        return len(self._optimizer_map)

    def values(self):
        return self._optimizer_map.values()

    def items(self):
        return self._optimizer_map.items()

    def __call__(self, variable: Variable) -> Optimizer:
        return self[variable.path]

    def get_config(self) -> dict:
        """The arguments that make an equal map."""
        return serialization.serialize_keras_object(
            {"default_optimizer": self.default_optimizer, "optimizer_map": self._optimizer_map}
        )

    @classmethod
    def from_config(cls, config, custom_objects=None):
        """The map that `get_config` described."""
        return cls(**serialization.deserialize_keras_object(config, custom_objects))


class MultiOptimizer(Optimizer):
    """Leaves each weight to one of several optimizers.

    It has no learning rate: each of its `optimizers` has its own, and its own clipping, decay and averages.

    Args:
        optimizer_map: an `OptimizerMap`, or a function from a variable to its optimizer.
        loss_scale_factor: takes the place of that of each optimizer.
        name: automatic by default.

    Raises:
        ValueError: when built, if the function gives no optimizer, or another MultiOptimizer.

    >>> from layerlab.optimizers import SGD, Adam
    >>> optimizer = MultiOptimizer(OptimizerMap(SGD(), {".*/embeddings": Adam()}))
    >>> [type(each).__name__ for each in optimizer.optimizers]
    ['Adam', 'SGD']

    Source: `keras.optimizers.MultiOptimizer`.
    """

    def __init__(self, optimizer_map, loss_scale_factor=None, name=None):
        if not callable(optimizer_map) and not isinstance(optimizer_map, Optimizer):  # that is for `build` to refuse
            raise _no_map(optimizer_map)
        self.optimizers: list[Optimizer] = []
        self._places: list[int] = []  # of each weight's optimizer
        super().__init__(0.0, loss_scale_factor=loss_scale_factor, name=name)
        self._optimizer_map = optimizer_map
        for optimizer in [*getattr(optimizer_map, "values", list)(), getattr(optimizer_map, "default_optimizer", None)]:
            if optimizer is not None:
                self._place_of(optimizer)

    def _place_of(self, optimizer) -> int:
        """Where an optimizer stands in `optimizers`; a new one is added at the end."""
        if optimizer not in self.optimizers:
            optimizer.loss_scale_factor = self.loss_scale_factor
            self.optimizers.append(optimizer)
        return self.optimizers.index(optimizer)

    def build(self, variables) -> None:
        if self.built:
            return
        if not callable(self._optimizer_map):
            raise _no_map(self._optimizer_map)
        variables = list(variables)
        self._places = [self._place_of(self._checked_choice(variable)) for variable in variables]
        super().build(variables)
        for optimizer, (mine,) in self._parts(variables):
            optimizer.build(mine)

    def _checked_choice(self, variable) -> Optimizer:
        optimizer = self._optimizer_map(variable)
        if not isinstance(optimizer, Optimizer):
            raise ValueError(f"Optimizer for variable {variable} is not an Optimizer instance.")
        if isinstance(optimizer, _AROUND_OTHERS):
            raise ValueError(f"{type(optimizer).__name__} cannot be used inside an MultiOptimizer.")
        return optimizer

    def _index(self, variables) -> None:
        super()._index(variables)
        self._var_to_optimizer_idx = dict(zip(self._trainable_variables_indices, self._places, strict=True))

    def _parts(self, variables, *columns) -> Iterator[tuple[Optimizer, list[list]]]:
        """Each optimizer that has weights among these, with its own of them and of other lists in the same order."""
        for i, optimizer in enumerate(self.optimizers):
            mine = [self._var_to_optimizer_idx[self._var_key(variable)] == i for variable in variables]
            if any(mine):
                yield (
                    optimizer,
                    [[x for x, is_mine in zip(c, mine, strict=True) if is_mine] for c in (variables, *columns)],
                )

    def _apply(self, grads, trainable_variables) -> None:
        grads, variables = connected(grads, self._variables_of(grads, trainable_variables))
        for optimizer, (mine, gradients) in self._parts(variables, grads):
            optimizer.apply(gradients, mine)
        self._iterations.assign_add(1)

    def finalize_variable_values(self, var_list) -> None:
        """Put the moving averages of the optimizers that keep some into the weights; `fit` calls it at its end."""
        for optimizer, (mine,) in self._parts(list(var_list)):
            optimizer.finalize_variable_values(mine)

    # -- what is theirs

    @property
    def variables(self) -> list[Variable]:
        """Its own iteration and (unused) learning rate, then what each optimizer remembers."""
        return [*self._variables, *(variable for optimizer in self.optimizers for variable in optimizer.variables)]

    @property
    def learning_rate(self):
        """None of its own.

        Raises:
            AttributeError: always.
        """
        raise AttributeError(
            "Learning rate cannot be accessed on a MultiOptimizer. Access the learning rate on the individual "
            "sub-optimizers instead."
        )

    @learning_rate.setter
    def learning_rate(self, value):
        raise AttributeError(
            "Learning rate cannot be set on a MultiOptimizer. Set the learning rate on the individual sub-optimizers "
            "instead."
        )

    @property
    def loss_scale_factor(self):
        """What gradients are divided by; setting it sets it in each optimizer."""
        return self._loss_scale_factor

    @loss_scale_factor.setter
    def loss_scale_factor(self, value):
        self._loss_scale_factor = value
        for optimizer in self.optimizers:
            optimizer.loss_scale_factor = value

    # -- configuration

    def get_config(self) -> dict:
        """The constructor arguments that make an equal optimizer, without its state."""
        choice = serialization.serialize_keras_object(self._optimizer_map)
        return {"optimizer_map": choice, "loss_scale_factor": self.loss_scale_factor, "name": self.name}

    @classmethod
    def from_config(cls, config, custom_objects=None):
        """The optimizer that `get_config` described."""
        choice = serialization.deserialize_keras_object(config["optimizer_map"], custom_objects)
        return cls(**config | {"optimizer_map": choice})


_AROUND_OTHERS = (MultiOptimizer, LossScaleOptimizer)


def _no_map(received) -> TypeError:
    return TypeError(
        "MultiOptimizer expects an OptimizerMap, or a function from a weight to its optimizer. "
        f"Received: optimizer_map={received!r}"
    )
