"""What a step does around its rule: clipping, weight decay, accumulated gradients, moving averages.

Each is off until an argument of the optimizer asks for it.
"""

import re
from typing import Any

import numpy as np

from layerlab.optimizers import clipping
from layerlab.optimizers.state import OptimizerState
from layerlab.variables import Variable

__all__ = ["StepOptions"]


class StepOptions(OptimizerState):
    """The common arguments of optimizers other than the learning rate, and what they do in a step."""

    weight_decay: float | None
    clipnorm: float | None
    clipvalue: float | None
    global_clipnorm: float | None
    use_ema: bool
    ema_momentum: float
    ema_overwrite_frequency: int | None
    loss_scale_factor: float | None
    gradient_accumulation_steps: int | None
    learning_rate: Any
    _accumulated_gradients: list[Variable]
    _model_variables_moving_average: list[Variable]

    def _check_settings(self) -> None:
        clips = {name: getattr(self, name) for name in ("clipnorm", "clipvalue", "global_clipnorm")}
        if sum(value is not None for value in clips.values()) > 1:
            received = ", ".join(f"{name}={value}" for name, value in clips.items())
            raise ValueError(
                "Only one of `clipnorm`, `clipvalue` and `global_clipnorm` can be set. Received: " + received
            )
        steps = self.gradient_accumulation_steps
        if steps and not steps >= 2:
            raise ValueError(
                f"`gradient_accumulation_steps` must be an integer >= 2. Received: gradient_accumulation_steps={steps}"
            )
        if self.use_ema:
            self._check_average()

    def _check_average(self) -> None:
        if not 0 <= self.ema_momentum <= 1:
            raise ValueError(f"`ema_momentum` must be in the range [0, 1]. Received: ema_momentum={self.ema_momentum}")
        every = self.ema_overwrite_frequency
        if every and (not isinstance(every, int) or every < 1):
            raise ValueError(
                f"`ema_overwrite_frequency` must be an integer >= 1 or None. Received: ema_overwrite_frequency={every}"
            )

    def _build_options(self, variables) -> None:
        if self.use_ema:
            self._model_variables_moving_average = self.add_optimizer_variables(variables, "average")
        if self.gradient_accumulation_steps:
            self._accumulated_gradients = self.add_optimizer_variables(variables, "gradient_accumulator")

    @property
    def iterations(self):
        """How many updates were made."""
        steps = self.gradient_accumulation_steps
        return self._iterations.value // steps if steps else self._iterations

    @property
    def _time(self) -> int:
        """The number of the update that is being made, from 1."""
        return int(self.iterations) + 1

    # -- gradients

    def _clip_gradients(self, grads):
        if self.clipnorm and self.clipnorm > 0:
            return clipping.clip_by_norm(grads, self.clipnorm)
        if self.global_clipnorm and self.global_clipnorm > 0:
            return clipping.clip_by_global_norm(grads, self.global_clipnorm)
        if self.clipvalue and self.clipvalue > 0:
            return clipping.clip_by_value(grads, self.clipvalue)
        return grads

    @property
    def scales_loss(self) -> bool:
        """Whether gradients are to be those of `scale_loss(loss)`."""
        return self.loss_scale_factor is not None

    def scale_loss(self, loss):
        """The loss, multiplied by `loss_scale_factor` if there is one."""
        return loss if self.loss_scale_factor is None else loss * self.loss_scale_factor

    def _accumulate(self, grads, variables):
        """The mean of the gradients since the last update when another is due, else None."""
        sums = [self._accumulated_gradients[self._get_variable_index(variable)].value for variable in variables]
        for total, gradient in zip(sums, grads, strict=True):
            total += gradient
        if not self._is_update_call():
            return None
        means = [total / self.gradient_accumulation_steps for total in sums]
        for accumulated in self._accumulated_gradients:
            accumulated.value[...] = 0
        return means

    def _is_update_call(self) -> bool:
        return (int(self._iterations) + 1) % (self.gradient_accumulation_steps or 1) == 0

    def _overwrite_with_gradients(self, grads, variables):
        """Variables that say so are replaced by their gradient, and need no update."""
        if not [variable for variable in variables if variable.overwrite_with_gradient]:
            return grads, variables
        rest: tuple[list, list] = ([], [])
        for gradient, variable in zip(grads, variables, strict=True):
            if variable.overwrite_with_gradient:
                self._overwrite(gradient, variable)
            else:
                rest[0].append(gradient)
                rest[1].append(variable)
        return rest

    def _overwrite(self, gradient, variable) -> None:
        if not self.gradient_accumulation_steps:
            variable.assign(gradient)
            return
        largest = self._accumulated_gradients[self._get_variable_index(variable)]
        np.maximum(largest.value, gradient, out=largest.value)
        if self._is_update_call():
            variable.assign(largest)
            largest.value[...] = 0

    # -- weight decay

    def exclude_from_weight_decay(self, var_list=None, var_names=None) -> None:
        """Spare some weights from weight decay.

        Args:
            var_list: the variables to spare.
            var_names: also every variable whose name contains one of these strings (regular expressions).
        """
        self._no_decay = list(var_list or ())
        self._no_decay_names = re.compile("|".join(var_names)) if var_names else None

    def _use_weight_decay(self, variable) -> bool:
        if self._no_decay_names is not None and self._no_decay_names.search(variable.name):
            return False
        return not any(variable is spared for spared in self._no_decay)

    def _weight_decay_of(self, variable) -> float | None:
        return self.weight_decay if self._use_weight_decay(variable) else None

    def _apply_weight_decay(self, variables) -> None:
        if self.weight_decay is None and type(self)._weight_decay_of is StepOptions._weight_decay_of:
            return
        for variable in variables:
            decay = self._weight_decay_of(variable)
            if decay is not None:
                variable.value *= 1 - decay * float(self.learning_rate)

    # -- moving average

    def _update_average(self) -> None:
        keep = self.ema_momentum if self._time > 1 else 0.0
        for variable, average in zip(self._trainable_variables, self._model_variables_moving_average, strict=True):
            average.value[...] = keep * average.value + (1 - keep) * variable.value
        if self.ema_overwrite_frequency and self._time % self.ema_overwrite_frequency == 0:
            self._overwrite_model_variables_with_average_value(self._trainable_variables)

    def _overwrite_model_variables_with_average_value(self, variables) -> None:
        averages = self._model_variables_moving_average
        if len(variables) != len(averages):
            raise ValueError(
                f"The length of model variables ({len(variables)}) to override does not match the length of model "
                f"variables stored in the optimizer ({len(averages)}). Please check if the optimizer was called on "
                "your model."
            )
        for variable, average in zip(variables, averages, strict=True):
            variable.assign(average.value)

    def finalize_variable_values(self, var_list) -> None:
        """Put the moving averages into the weights (with `use_ema`); `fit` calls it at its end."""
        if self.use_ema:
            self._overwrite_model_variables_with_average_value(list(var_list))
