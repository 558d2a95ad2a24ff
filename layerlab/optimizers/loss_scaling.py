"""A loss made large, so that gradients in float16 do not vanish, and as large as it goes without overflowing."""

import inspect

import numpy as np

from layerlab import serialization
from layerlab.optimizers.optimizer import COMMON, Optimizer

__all__ = ["LossScaleOptimizer"]


class LossScaleOptimizer(Optimizer):
    """Lets another optimizer step with gradients of a scaled loss, and finds the scale while it trains.

    In a step with a gradient that is infinite or NaN nothing moves, and the scale is halved; after
    `dynamic_growth_steps` good steps in a row it is doubled.

    Args:
        inner_optimizer: makes the steps, with a learning rate and options of its own.
        initial_scale: rather too large than too small: it falls in every bad step.
        dynamic_growth_steps: good steps until the scale grows.
        name: automatic by default.

    Raises:
        ValueError: an option that belongs to the inner optimizer, or `dynamic=False`.

    >>> from layerlab import Variable
    >>> from layerlab.optimizers import SGD
    >>> optimizer, w = LossScaleOptimizer(SGD(0.5), initial_scale=4.0), Variable(np.ones(1))
    >>> for gradient in (np.inf, 2.0):
    ...     optimizer.apply([np.array([gradient])], [w])
    ...     print(w.numpy(), optimizer.scale_loss(1.0))
    [1.] 2.0
    [0.5] 2.0

    Source: Micikevicius et al., 2018, "Mixed Precision Training"; `keras.optimizers.LossScaleOptimizer`.
    """

    def __init__(self, inner_optimizer, initial_scale=2.0**15, dynamic_growth_steps=2000, name=None, **kwargs):
        if not kwargs.pop("dynamic", True):
            raise ValueError(
                "LossScaleOptimizer no longer supports `dynamic=False`. Instead, simply set `loss_scale_factor` "
                "directly on the `inner_optimizer`."
            )
        _refuse_options(kwargs)
        if not isinstance(inner_optimizer, Optimizer):
            raise TypeError(
                "LossScaleOptimizer expects the optimizer that it scales the loss for, such as Adam(). "
                f"Received: inner_optimizer={inner_optimizer!r}"
            )
        if not initial_scale > 0:
            raise ValueError(f"`initial_scale` must be positive. Received: initial_scale={initial_scale}")
        super().__init__(0.0, name=name)
        self.inner_optimizer = inner_optimizer
        self.initial_scale, self.dynamic_growth_steps = initial_scale, dynamic_growth_steps
        inner_optimizer.loss_scale_factor = None

    def build(self, variables) -> None:
        if self.built:
            return
        self.step_counter = self.add_variable((), dtype="int32", name="step_counter")
        self.dynamic_scale = self.add_variable((), dtype="float32", name="dynamic_scale")
        self.dynamic_scale.assign(self.initial_scale)
        self.inner_optimizer.build(variables)
        super().build(variables)

    def _apply(self, grads, trainable_variables) -> None:
        variables = self._variables_of(grads, trainable_variables)
        good = all(np.all(np.isfinite(gradient)) for gradient in grads if gradient is not None)
        if good:
            scale = self.dynamic_scale.numpy()
            pairs = zip(grads, variables, strict=True)
            self.inner_optimizer.apply(
                [g if g is None or w.overwrite_with_gradient else g / scale for g, w in pairs], variables
            )
        grows = good and self.step_counter.value == self.dynamic_growth_steps - 1
        self.step_counter.assign(0 if grows or not good else self.step_counter.value + 1)
        if grows or not good:
            self.dynamic_scale.assign(self.dynamic_scale.value * (2 if grows else 0.5))

    def scale_loss(self, loss):
        """The loss times the present scale."""
        return loss * float(self.dynamic_scale if self.built else self.initial_scale)

    scales_loss = True

    def finalize_variable_values(self, var_list) -> None:
        """Put the inner optimizer's moving averages, if it keeps some, into the weights."""
        self.inner_optimizer.finalize_variable_values(var_list)

    # -- what is the inner optimizer's

    @property
    def variables(self) -> list:
        """Its own, then those of the inner optimizer."""
        return [*self._variables, *self.inner_optimizer.variables]

    @property
    def learning_rate(self):
        """That of the inner optimizer."""
        return self.inner_optimizer.learning_rate

    @learning_rate.setter
    def learning_rate(self, value):
        self.inner_optimizer.learning_rate = value

    @property
    def iterations(self):
        """How many updates the inner optimizer has made."""
        return self.inner_optimizer.iterations

    # -- configuration

    def get_config(self) -> dict:
        """The constructor arguments that make an equal optimizer, without its state."""
        inner = serialization.serialize_keras_object(self.inner_optimizer)
        return {"name": self.name, "inner_optimizer": inner, **self._settings("initial_scale", "dynamic_growth_steps")}

    @classmethod
    def from_config(cls, config, custom_objects=None):
        """The optimizer that `get_config` described."""
        inner = serialization.deserialize_keras_object(config["inner_optimizer"], custom_objects)
        return cls(**config | {"inner_optimizer": inner})


def _refuse_options(kwargs: dict) -> None:
    """Defaults of the common options may be stated, as old configurations do."""
    common = inspect.signature(Optimizer.__init__).parameters
    for name in COMMON:
        if kwargs.pop(name, common[name].default) != common[name].default:
            raise ValueError(
                f"LossScaleOptimizer does not support `{name}`. Instead, set `{name}` on the `inner_optimizer`."
            )
    if kwargs:
        raise ValueError(f"LossScaleOptimizer does not support arguments: `{'`, `'.join(kwargs)}`.")
