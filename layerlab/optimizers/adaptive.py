"""A step size for every entry, from the size of its past gradients: Adagrad, RMSprop, Adadelta, Ftrl."""

import numpy as np

from layerlab.optimizers.elementwise import Elementwise

__all__ = ["Adadelta", "Adagrad", "Ftrl", "RMSprop"]


class Adagrad(Elementwise):
    """Divides by the root of all squared gradients so far: `a += g**2; w -= learning_rate * g / sqrt(a + epsilon)`.

    Args:
        learning_rate: a float, a schedule, or a function without arguments.
        initial_accumulator_value: where `a` starts.
        epsilon: keeps the root away from zero.
        **kwargs: the common arguments of `Optimizer`.

    Source: Keras page "Adagrad"; Duchi et al. 2011, "Adaptive Subgradient Methods".
    """

    def __init__(self, learning_rate=0.001, initial_accumulator_value=0.1, epsilon=1e-7, **kwargs):
        super().__init__(learning_rate, **kwargs)
        self.initial_accumulator_value, self.epsilon = initial_accumulator_value, epsilon

    def slots(self):
        return [{"accumulator": self.initial_accumulator_value}]

    def formula(self, lr, t, w, g, a):
        a += g * g
        w -= lr * g / np.sqrt(a + self.epsilon)

    def get_config(self):
        return super().get_config() | self._settings("initial_accumulator_value", "epsilon")


class RMSprop(Elementwise):
    """Divides by the root of a moving average of squared gradients.

    `v = rho * v + (1 - rho) * g**2; step = learning_rate * g / sqrt(v + epsilon); w -= step`. With `centered`,
    the squared moving average of g is taken from v; with momentum, `m = momentum * m + step; w -= m`.

    Args:
        learning_rate: a float, a schedule, or a function without arguments.
        rho: how slowly the averages forget.
        momentum: how much of the last step goes on.
        epsilon: keeps the root away from zero; note that it stands inside.
        centered: use the variance of the gradient instead of its mean square.
        **kwargs: the common arguments of `Optimizer`.

    Source: Keras page "RMSprop"; Hinton's lecture 6e, 2012.
    """

    def __init__(self, learning_rate=0.001, rho=0.9, momentum=0.0, epsilon=1e-7, centered=False, **kwargs):
        super().__init__(learning_rate, **kwargs)
        self.rho, self.momentum, self.epsilon, self.centered = rho, momentum, epsilon, centered

    def slots(self):
        wanted = {"velocity": True, "momentum": self.momentum > 0, "average_gradient": self.centered}
        return [{name: 0.0} for name, is_wanted in wanted.items() if is_wanted]

    def formula(self, lr, t, w, g, v, *others):
        v *= self.rho
        v += (1 - self.rho) * (g * g)
        spread = v
        if self.centered:
            average = others[-1]
            average *= self.rho
            average += (1 - self.rho) * g
            spread = v - average * average
        step = lr * g / np.sqrt(spread + self.epsilon)
        if self.momentum > 0:
            m = others[0]
            m *= self.momentum
            m += step
            step = m
        w -= step

    def get_config(self):
        return super().get_config() | self._settings("rho", "momentum", "epsilon", "centered")


class Adadelta(Elementwise):
    """Scales the gradient by the typical size of past steps over that of past gradients.

    `a = rho * a + (1 - rho) * g**2; step = -g * sqrt(d + epsilon) / sqrt(a + epsilon)`,
    `d = rho * d + (1 - rho) * step**2; w += learning_rate * step`. The paper's learning rate is 1.0.

    Args:
        learning_rate: a float, a schedule, or a function without arguments.
        rho: how slowly the averages forget.
        epsilon: lets the first steps start.
        **kwargs: the common arguments of `Optimizer`.

    Source: Keras page "Adadelta"; Zeiler 2012, "ADADELTA: An Adaptive Learning Rate Method".
    """

    def __init__(self, learning_rate=0.001, rho=0.95, epsilon=1e-7, **kwargs):
        super().__init__(learning_rate, **kwargs)
        self.rho, self.epsilon = rho, epsilon

    def slots(self):
        return [{"accumulated_grad": 0.0, "accumulated_delta_var": 0.0}]

    def formula(self, lr, t, w, g, a, d):
        a *= self.rho
        a += (1 - self.rho) * (g * g)
        step = -np.sqrt(d + self.epsilon) * g / np.sqrt(a + self.epsilon)
        d *= self.rho
        d += (1 - self.rho) * (step * step)
        w += lr * step

    def get_config(self):
        return super().get_config() | self._settings("rho", "epsilon")


class Ftrl(Elementwise):
    """Follow the regularized leader: penalties that set weights to exactly zero, for sparse linear models.

    With `n = a + g**2`, `p = -learning_rate_power` and `s = 2 * l2_shrinkage`:
    `z += g + s * w - (n**p - a**p) / learning_rate * w; a = n`,
    `w = (clip(z, -l1, l1) - z) / (n**p / learning_rate + 2 * l2 + beta / learning_rate)`.

    Args:
        learning_rate: a float, a schedule, or a function without arguments.
        learning_rate_power: 0 or less; -0.5 lets the step shrink with the root of n.
        initial_accumulator_value: where `a` starts; 0 or more.
        l1_regularization_strength: `l1`, 0 or more.
        l2_regularization_strength: `l2`, 0 or more.
        l2_shrinkage_regularization_strength: a penalty on the size that does not slow the step; 0 or more.
        beta: as in the paper.
        **kwargs: the common arguments of `Optimizer`.

    Raises:
        ValueError: an argument of the wrong sign.

    Source: Keras page "Ftrl"; McMahan et al. 2013, "Ad Click Prediction: a View from the Trenches".
    """

    def __init__(
        self,
        learning_rate=0.001,
        learning_rate_power=-0.5,
        initial_accumulator_value=0.1,
        l1_regularization_strength=0.0,
        l2_regularization_strength=0.0,
        l2_shrinkage_regularization_strength=0.0,
        beta=0.0,
        **kwargs,
    ):
        super().__init__(learning_rate, **kwargs)
        self.learning_rate_power, self.beta = learning_rate_power, beta
        self.initial_accumulator_value = initial_accumulator_value
        self.l1_regularization_strength = l1_regularization_strength
        self.l2_regularization_strength = l2_regularization_strength
        self.l2_shrinkage_regularization_strength = l2_shrinkage_regularization_strength
        self._check_signs()

    def _check_signs(self):
        if self.learning_rate_power > 0:
            raise ValueError(
                "`learning_rate_power` needs to be negative or zero. "
                f"Received: learning_rate_power={self.learning_rate_power}."
            )
        kinds = ("l1_regularization", "l2_regularization", "l2_shrinkage_regularization")
        for name in ("initial_accumulator_value", *(f"{kind}_strength" for kind in kinds)):
            if getattr(self, name) < 0:
                raise ValueError(f"`{name}` needs to be positive or zero. Received: {name}={getattr(self, name)}.")

    def slots(self):
        return [{"accumulator": self.initial_accumulator_value, "linear": 0.0}]

    def formula(self, lr, t, w, g, a, z):
        p, l1 = -self.learning_rate_power, self.l1_regularization_strength
        n = a + g * g
        n_power = n**p
        z += g + (2 * self.l2_shrinkage_regularization_strength) * w - (n_power - a**p) / lr * w
        w[...] = (np.clip(z, -l1, l1) - z) / (n_power / lr + (2 * self.l2_regularization_strength + self.beta / lr))
        a[...] = n

    def get_config(self):
        return super().get_config() | self._settings(
            "learning_rate_power",
            "initial_accumulator_value",
            "l1_regularization_strength",
            "l2_regularization_strength",
            "l2_shrinkage_regularization_strength",
            "beta",
        )
