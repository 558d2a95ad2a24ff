"""Learning rates that change with the number of steps: give one to an optimizer in place of a number.

A schedule is a function of the step; it takes an array of steps too, which is how it is drawn.
"""

import math

import numpy as np

from layerlab.registry import Family, Registered

__all__ = [
    "CosineDecay",
    "CosineDecayRestarts",
    "ExponentialDecay",
    "InverseTimeDecay",
    "LearningRateSchedule",
    "PiecewiseConstantDecay",
    "PolynomialDecay",
    "deserialize",
    "serialize",
]


class LearningRateSchedule(Registered, named=False):
    """Base of schedules: override `__call__(step)`, and `get_config` so that a model with it can be saved.

    >>> class Halving(LearningRateSchedule):
    ...     def __call__(self, step):
    ...         return 0.1 * 0.5 ** int(step)
    >>> Halving()(2)
    0.025

    Source: Keras page "LearningRateSchedule".
    """

    family = "schedules"
    _keras_module = "keras.optimizers.schedules"

    def __call__(self, step):
        raise NotImplementedError(
            f"Learning rate schedule '{type(self).__name__}' must override `__call__(self, step)`."
        )

    def get_config(self) -> dict:
        """The constructor arguments that make an equal schedule."""
        raise NotImplementedError(
            f"Learning rate schedule '{type(self).__name__}' must override `get_config()` in order to be serializable."
        )


class _Formula(LearningRateSchedule):
    """A schedule of ours: every constructor argument is an attribute of the same name, `rate` is the formula."""

    settings: tuple[str, ...] = ()

    def rate(self, step: np.ndarray) -> np.ndarray:
        """The learning rates at these steps, in float64."""
        raise NotImplementedError

    def __call__(self, step):
        """The learning rate at a step (a float), or at each of an array of steps."""
        rates = self.rate(np.asarray(step, dtype="float64"))
        return rates if rates.ndim else float(rates)

    def get_config(self):
        return {name: getattr(self, name) for name in (*self.settings, "name")}


def _check_positive(name: str, value) -> None:
    if value <= 0:
        raise ValueError(f"Argument `{name}` must be > 0. Received: {name}={value}")


class ExponentialDecay(_Formula):
    """`initial_learning_rate * decay_rate ** (step / decay_steps)`.

    Args:
        initial_learning_rate: at step 0.
        decay_steps: steps after which it is multiplied by decay_rate; more than 0.
        decay_rate: the factor.
        staircase: fall in jumps, every decay_steps.
        name: of the schedule.

    Raises:
        ValueError: decay_steps is not positive.

    >>> ExponentialDecay(0.1, decay_steps=10, decay_rate=0.5)(20)
    0.025

    Source: Keras page "ExponentialDecay".
    """

    settings = ("initial_learning_rate", "decay_steps", "decay_rate", "staircase")

    def __init__(self, initial_learning_rate, decay_steps, decay_rate, staircase=False, name="ExponentialDecay"):
        _check_positive("decay_steps", decay_steps)
        self.initial_learning_rate, self.decay_steps, self.decay_rate = initial_learning_rate, decay_steps, decay_rate
        self.staircase, self.name = staircase, name

    def rate(self, step):
        return self.initial_learning_rate * self.decay_rate ** _periods(self, step)


class InverseTimeDecay(_Formula):
    """`initial_learning_rate / (1 + decay_rate * step / decay_steps)`.

    Args:
        initial_learning_rate: at step 0.
        decay_steps: how many steps make one unit of time; more than 0.
        decay_rate: how fast it falls.
        staircase: fall in jumps, every decay_steps.
        name: of the schedule.

    Raises:
        ValueError: decay_steps is not positive.

    >>> InverseTimeDecay(0.1, decay_steps=10, decay_rate=1.0)(10)
    0.05

    Source: Keras page "InverseTimeDecay".
    """

    settings = ("initial_learning_rate", "decay_steps", "decay_rate", "staircase")

    def __init__(self, initial_learning_rate, decay_steps, decay_rate, staircase=False, name="InverseTimeDecay"):
        _check_positive("decay_steps", decay_steps)
        self.initial_learning_rate, self.decay_steps, self.decay_rate = initial_learning_rate, decay_steps, decay_rate
        self.staircase, self.name = staircase, name

    def rate(self, step):
        return self.initial_learning_rate / (1 + self.decay_rate * _periods(self, step))


def _periods(schedule, step: np.ndarray) -> np.ndarray:
    """How many decay_steps have passed; with staircase only whole ones count."""
    periods = step / schedule.decay_steps
    return np.floor(periods) if schedule.staircase else periods


class PiecewiseConstantDecay(_Formula):
    """`values[0]` up to and including step `boundaries[0]`, then `values[1]`, and so on.

    Args:
        boundaries: steps, growing.
        values: learning rates, one more than boundaries.
        name: of the schedule.

    Raises:
        ValueError: the lengths do not fit.

    >>> schedule = PiecewiseConstantDecay(boundaries=[100, 200], values=[0.1, 0.01, 0.001])
    >>> schedule(100), schedule(101), schedule(500)
    (0.1, 0.01, 0.001)

    Source: Keras page "PiecewiseConstantDecay".
    """

    settings = ("boundaries", "values")

    def __init__(self, boundaries, values, name="PiecewiseConstant"):
        if len(boundaries) != len(values) - 1:
            raise ValueError(
                "The length of boundaries should be 1 less than the length of values. Received: "
                f"boundaries={boundaries} of length {len(boundaries)}, and values={values} of length {len(values)}."
            )
        self.boundaries, self.values, self.name = boundaries, values, name

    def rate(self, step):
        return np.asarray(self.values, "float64")[np.searchsorted(self.boundaries, step, side="left")]


class PolynomialDecay(_Formula):
    """`(initial - end) * (1 - step / decay_steps) ** power + end`, a straight line by default.

    Args:
        initial_learning_rate: at step 0.
        decay_steps: steps until the end; more than 0.
        end_learning_rate: where it stays afterwards.
        power: the shape of the way.
        cycle: stretch decay_steps to the next multiple that lies beyond the step, instead of staying at the end.
        name: of the schedule.

    Raises:
        ValueError: decay_steps is not positive.

    >>> PolynomialDecay(0.1, decay_steps=10, end_learning_rate=0.0)(5)
    0.05

    Source: Keras page "PolynomialDecay".
    """

    settings = ("initial_learning_rate", "decay_steps", "end_learning_rate", "power", "cycle")

    def __init__(
        self,
        initial_learning_rate,
        decay_steps,
        end_learning_rate=0.0001,
        power=1.0,
        cycle=False,
        name="PolynomialDecay",
    ):
        _check_positive("decay_steps", decay_steps)
        self.initial_learning_rate, self.decay_steps = initial_learning_rate, decay_steps
        self.end_learning_rate, self.power, self.cycle, self.name = end_learning_rate, power, cycle, name

    def rate(self, step):
        whole = self.decay_steps * np.maximum(np.ceil(step / self.decay_steps), 1.0) if self.cycle else self.decay_steps
        done = np.minimum(step / whole, 1.0)
        span = self.initial_learning_rate - self.end_learning_rate
        return span * (1 - done) ** self.power + self.end_learning_rate


class CosineDecay(_Formula):
    """Half a cosine down to `alpha` times the start, after an optional linear warm-up.

    Without warm-up: `initial * ((1 - alpha) * (1 + cos(pi * step / decay_steps)) / 2 + alpha)`. With it: a line from
    `initial_learning_rate` to `warmup_target` over warmup_steps, then the cosine from there.

    Args:
        initial_learning_rate: at step 0.
        decay_steps: steps of the cosine; more than 0.
        alpha: the end, as a share of the start of the cosine.
        name: of the schedule.
        warmup_target: where the warm-up leads; None for no warm-up.
        warmup_steps: how long the warm-up takes.

    Raises:
        ValueError: decay_steps is not positive.

    >>> schedule = CosineDecay(0.0, decay_steps=100, warmup_target=0.1, warmup_steps=10)
    >>> [round(schedule(step), 3) for step in (0, 5, 10, 60, 110)]
    [0.0, 0.05, 0.1, 0.05, 0.0]

    Source: Keras page "CosineDecay"; Loshchilov & Hutter 2016, "SGDR".
    """

    settings = ("initial_learning_rate", "decay_steps", "alpha", "warmup_target", "warmup_steps")

    def __init__(
        self,
        initial_learning_rate,
        decay_steps,
        alpha=0.0,
        name="CosineDecay",
        warmup_target=None,
        warmup_steps=0,
    ):
        _check_positive("decay_steps", decay_steps)
        self.initial_learning_rate, self.decay_steps, self.alpha = initial_learning_rate, decay_steps, alpha
        self.name, self.warmup_target, self.warmup_steps = name, warmup_target, warmup_steps

    def rate(self, step):
        if self.warmup_target is None:
            return self._cosine(self.initial_learning_rate, step)
        rise = (self.warmup_target - self.initial_learning_rate) * (step / max(self.warmup_steps, 1))
        decayed = self._cosine(self.warmup_target, step - self.warmup_steps)
        return np.where(step < self.warmup_steps, self.initial_learning_rate + rise, decayed)

    def _cosine(self, start, step):
        half = 0.5 * (1 + np.cos(math.pi * np.minimum(step / self.decay_steps, 1.0)))
        return start * ((1 - self.alpha) * half + self.alpha)


class CosineDecayRestarts(_Formula):
    """Half cosines one after the other, each `t_mul` times as long and starting `m_mul` times as high.

    Args:
        initial_learning_rate: at step 0.
        first_decay_steps: length of the first; more than 0.
        t_mul: how much longer each is than the one before.
        m_mul: how high each starts, as a share of the one before.
        alpha: the end, as a share of initial_learning_rate.
        name: of the schedule.

    Raises:
        ValueError: first_decay_steps is not positive.

    >>> schedule = CosineDecayRestarts(0.1, first_decay_steps=10)
    >>> [round(schedule(step), 3) for step in (0, 5, 10, 20, 30)]
    [0.1, 0.05, 0.1, 0.05, 0.1]

    Source: Keras page "CosineDecayRestarts"; Loshchilov & Hutter 2016, "SGDR".
    """

    settings = ("initial_learning_rate", "first_decay_steps", "t_mul", "m_mul", "alpha")

    def __init__(self, initial_learning_rate, first_decay_steps, t_mul=2.0, m_mul=1.0, alpha=0.0, name="SGDRDecay"):
        _check_positive("first_decay_steps", first_decay_steps)
        self.initial_learning_rate, self.first_decay_steps = initial_learning_rate, first_decay_steps
        self.t_mul, self.m_mul, self.alpha, self.name = t_mul, m_mul, alpha, name

    def rate(self, step):
        restarts, done = self._position(step / self.first_decay_steps)
        half = 0.5 * self.m_mul**restarts * (1 + np.cos(math.pi * done))
        return self.initial_learning_rate * ((1 - self.alpha) * half + self.alpha)

    def _position(self, lengths):
        """How often it has restarted, and which share of the present cosine is done, after so many first lengths."""
        if self.t_mul == 1:
            return np.floor(lengths), lengths % 1.0
        # 1 + t + ... + t**(k-1) first lengths are over at the k-th restart; the logarithm may fall short by a rounding
        restarts = np.floor(np.log(1 + lengths * (self.t_mul - 1)) / math.log(self.t_mul) + 1e-9)
        start = (self.t_mul**restarts - 1) / (self.t_mul - 1)
        return restarts, (lengths - start) / self.t_mul**restarts


_family = Family("schedules", "decay", snake=False)
serialize = _family.serialize
deserialize = _family.deserialize
