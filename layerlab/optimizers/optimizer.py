"""The optimizer itself: what every update rule shares, from the checks of gradients to the constraints of weights.

A rule says in `update_step` (or, entry by entry, in the `formula` of `elementwise.py`) how one weight moves.
"""

import inspect
import warnings
from typing import ClassVar

import numpy as np

from layerlab import serialization
from layerlab.autodiff.tape import needed, off_tape
from layerlab.naming import auto_name, did_you_mean
from layerlab.optimizers.options import StepOptions
from layerlab.optimizers.schedules import LearningRateSchedule
from layerlab.optimizers.stateless import StatelessApply
from layerlab.variables import Variable

__all__ = ["Optimizer"]

COMMON = (
    "weight_decay",
    "clipnorm",
    "global_clipnorm",
    "clipvalue",
    "use_ema",
    "ema_momentum",
    "ema_overwrite_frequency",
    "loss_scale_factor",
    "gradient_accumulation_steps",
)


class Optimizer(StatelessApply, StepOptions, named=False):
    """Base of all optimizers: turns gradients into new weights.

    One step does, in this order: drop missing gradients, clip, weight decay `w -= w * weight_decay * learning_rate`,
    the rule's `update_step`, moving average, constraints, `iterations + 1`.

    A rule of your own overrides `update_step(gradient, variable, learning_rate)`, and `build` and `get_config`
    when it remembers something or has settings.

    Args:
        learning_rate: a float, a `schedules.LearningRateSchedule`, or a function without arguments.
        weight_decay: decoupled decay; see `exclude_from_weight_decay`.
        clipnorm: longest Euclidean norm of each weight's gradient.
        clipvalue: largest absolute value of a gradient entry.
        global_clipnorm: longest norm of all gradients together. At most one of the three.
        use_ema: keep a moving average of the weights, which replaces them at the end of `fit`
            (`finalize_variable_values`).
        ema_momentum: `average = ema_momentum * average + (1 - ema_momentum) * weight`.
        ema_overwrite_frequency: also replace the weights every so many steps.
        loss_scale_factor: gradients are divided by it, for a loss that was multiplied by it (`scale_loss`).
        gradient_accumulation_steps: update once in so many calls, with the mean of their gradients.
        name: of the optimizer; automatic by default.

    Raises:
        ValueError: a learning rate that is no float (`SGD(1)`), an unknown argument (`lr=`), two ways of clipping.

    >>> class SignDescent(Optimizer):
    ...     def update_step(self, gradient, variable, learning_rate):
    ...         variable.assign_sub(np.float32(learning_rate) * np.sign(gradient))
    >>> w = Variable(np.array([1.0, 2.0], "float32"))
    >>> SignDescent(learning_rate=0.5).apply([np.array([10.0, -0.1])], [w])
    >>> w.numpy()
    array([0.5, 2.5], dtype=float32)

    Source: Keras page "Optimizers".
    """

    family = "optimizers"
    __signature__: ClassVar[inspect.Signature]

    def __init__(
        self,
        learning_rate,
        weight_decay=None,
        clipnorm=None,
        clipvalue=None,
        global_clipnorm=None,
        use_ema=False,
        ema_momentum=0.99,
        ema_overwrite_frequency=None,
        loss_scale_factor=None,
        gradient_accumulation_steps=None,
        name=None,
        **kwargs,
    ):
        self._refuse_unknown(kwargs)
        self.weight_decay = weight_decay
        self.clipnorm, self.clipvalue, self.global_clipnorm = clipnorm, clipvalue, global_clipnorm
        self.use_ema, self.ema_momentum = use_ema, ema_momentum
        self.ema_overwrite_frequency = ema_overwrite_frequency
        self.loss_scale_factor = loss_scale_factor
        self.gradient_accumulation_steps = gradient_accumulation_steps
        self._check_settings()
        self.exclude_from_weight_decay()
        self._start(auto_name(type(self).__name__) if name is None else name)
        self._learning_rate = self._make_learning_rate(learning_rate)

    def __init_subclass__(cls, **kwargs):
        """Show the common arguments in `help` and completion, without every rule having to repeat them."""
        super().__init_subclass__(**kwargs)
        own = list(inspect.signature(cls.__init__).parameters.values())[1:]
        if not own or own[-1].kind != inspect.Parameter.VAR_KEYWORD:
            cls.__signature__ = inspect.Signature(own)
            return
        common = inspect.signature(Optimizer.__init__).parameters.values()
        taken = {"self", *(parameter.name for parameter in own)}
        rest = [p.replace(kind=inspect.Parameter.KEYWORD_ONLY) for p in common if p.name not in taken]
        cls.__signature__ = inspect.Signature([*own[:-1], *rest, own[-1]])

    def _refuse_unknown(self, kwargs) -> None:
        if kwargs.pop("decay", None) is not None:
            warnings.warn("Argument `decay` is no longer supported and will be ignored.", stacklevel=4)
        if kwargs:
            known = inspect.signature(type(self)).parameters
            word = next(iter(kwargs))
            guess = did_you_mean("learning_rate" if word == "lr" else word, known)
            raise ValueError(f"Argument(s) not recognized: {kwargs}.{guess}")

    # -- learning rate and time

    def _make_learning_rate(self, learning_rate):
        if callable(learning_rate):
            return learning_rate
        if not isinstance(learning_rate, float):
            raise ValueError(
                "Argument `learning_rate` should be float, or an instance of LearningRateSchedule, or a callable "
                "(that takes no argument and returns the current learning rate). "
                f"Received instead: learning_rate={learning_rate}{_as_float_hint(learning_rate)}"
            )
        return self._track(learning_rate, "learning_rate")

    @property
    def learning_rate(self):
        """The current learning rate: a variable, or the value of the schedule or function. Assign to change it.

        Raises:
            TypeError: a number assigned where a schedule or function decides.
        """
        rate = self._learning_rate
        if isinstance(rate, LearningRateSchedule):
            return rate(self._iterations)
        return rate() if callable(rate) else rate

    @learning_rate.setter
    def learning_rate(self, learning_rate):
        old = self._learning_rate
        if not callable(learning_rate):
            if callable(old):
                raise TypeError(
                    "This optimizer was created with a `LearningRateSchedule` object as its `learning_rate` "
                    "constructor argument, hence its learning rate is not settable. If you need the learning rate "
                    "to be settable, you should instantiate the optimizer with a float `learning_rate` argument."
                )
            old.assign(learning_rate)
            return
        self._learning_rate = learning_rate
        self._variables = [variable for variable in self._variables if variable is not old]

    # -- a step

    def build(self, variables) -> None:
        """Make the variables that these weights need. `apply` calls it with the first weights it sees."""
        variables = list(variables)
        self._build_options(variables)
        self._index(variables)
        self.built = True

    def update_step(self, gradient, variable, learning_rate) -> None:
        """Move one weight along its gradient: the rule of the optimizer."""
        raise NotImplementedError(f"Optimizer {type(self).__name__} must override `update_step`.")

    def apply_gradients(self, grads_and_vars):
        """`apply` for pairs (gradient, variable). Returns `iterations`."""
        grads, variables = zip(*grads_and_vars, strict=True)
        self.apply(grads, variables)
        return self._iterations

    def apply(self, grads, trainable_variables=None) -> None:
        """One step.

        Args:
            grads: one gradient a variable; None for a variable that the loss does not depend on.
            trainable_variables: the variables; those of `build` by default.

        Raises:
            ValueError: no gradient at all, variables that the optimizer was not built with, another number of
                gradients or another shape. Nothing has changed then.
        """
        grads = list(grads)
        if grads:
            with off_tape():
                self._apply(grads, trainable_variables)

    def _apply(self, grads, trainable_variables) -> None:
        variables = self._variables_of(grads, trainable_variables)
        if not _fit(grads, variables):
            grads, variables = connected(grads, variables)
            grads = [_checked(gradient, variable) for gradient, variable in zip(grads, variables, strict=True)]
        grads, variables = self._overwrite_with_gradients(grads, variables)
        if grads:
            if self.loss_scale_factor is not None:
                grads = [gradient / self.loss_scale_factor for gradient in grads]
            for variable in needed(variables):
                variable.assign(variable.value)  # a new array to write into
            self._step(grads, variables)
            for variable in [variable for variable in variables if variable._constraint is not None]:
                variable.assign(variable.constraint(variable.value))
        self._iterations.assign_add(1)

    def _variables_of(self, grads, variables):
        if variables is None:
            if not self.built:
                raise ValueError(
                    "When passing `grads` without `variables`, the optimizer must already be built on a list of "
                    "variables. Call `optimizer.build(trainable_variables)` first."
                )
            variables = self._trainable_variables
        else:
            variables = list(variables)
            if not self.built:
                self.build(variables)
                self.built = True
            self._check_variables_are_known(variables)
        if len(grads) != len(variables):
            raise ValueError(
                "When passing `grads` as a list of gradient tensors, the gradients must match "
                f"`optimizer.variables` one-to-on. Received a list of {len(grads)} gradients, but the optimizer is "
                f"tracking {len(variables)} trainable variables."
            )
        return variables

    def _step(self, grads, variables) -> None:
        if self.gradient_accumulation_steps:
            grads = self._accumulate(grads, variables)
        if grads is not None:
            self._update(grads, variables)
        if self.use_ema:
            self._update_average()

    def _update(self, grads, variables) -> None:
        grads = self._clip_gradients(grads)
        self._apply_weight_decay(variables)
        self._update_weights(grads, variables, self.learning_rate)

    def _update_weights(self, grads, variables, learning_rate) -> None:
        for gradient, variable in zip(grads, variables, strict=True):
            self.update_step(gradient, variable, learning_rate)

    # -- configuration

    def get_config(self) -> dict:
        """The constructor arguments that make an equal optimizer, without its state."""
        rate = self._learning_rate
        if isinstance(rate, Variable):
            rate = float(rate)
        return {
            "name": self.name,
            "learning_rate": serialization.serialize_keras_object(rate),
            **self._settings(*COMMON),
        }

    def _settings(self, *names: str) -> dict:
        return {name: getattr(self, name) for name in names}

    @classmethod
    def from_config(cls, config, custom_objects=None):
        """The optimizer that `get_config` described."""
        rate = serialization.deserialize_keras_object(config.get("learning_rate"), custom_objects=custom_objects)
        return cls(**config | ({"learning_rate": rate} if "learning_rate" in config else {}))


def _as_float_hint(value) -> str:
    return f". Did you mean {float(value)!r}?" if isinstance(value, int | np.number) else ""


def _unzip(pairs):
    return [pair[0] for pair in pairs], [pair[1] for pair in pairs]


def _fit(grads, variables) -> bool:
    """Whether every gradient is an array of its variable's shape and dtype: then nothing is left to check."""
    pairs = zip(grads, [variable._array for variable in variables], strict=True)
    return all([type(g) is np.ndarray and g.shape == w.shape and g.dtype is w.dtype for g, w in pairs])  # noqa: C419


def connected(grads, variables):
    """Without the variables that have no gradient, of which there must not be all."""
    missing = [variable.path for gradient, variable in zip(grads, variables, strict=True) if gradient is None]
    if not missing:
        return grads, variables
    if len(missing) == len(grads):
        raise ValueError("No gradients provided for any variable.")
    warnings.warn(
        f"Gradients do not exist for variables {missing} when minimizing the loss. If using `model.compile()`, did "
        "you forget to provide a `loss` argument?",
        stacklevel=3,
    )
    return _unzip([pair for pair in zip(grads, variables, strict=True) if pair[0] is not None])


def _checked(gradient, variable) -> np.ndarray:
    array = variable._array
    if type(gradient) is not np.ndarray or gradient.dtype != array.dtype:
        gradient = np.asarray(gradient, dtype=array.dtype)
    if gradient.shape != array.shape:
        raise ValueError(
            f"The gradient of variable '{variable.path}' must have the variable's shape {variable.shape}. "
            f"Received: gradient.shape={gradient.shape}"
        )
    return gradient
