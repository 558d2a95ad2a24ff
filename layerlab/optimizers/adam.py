"""Adam and its relatives: a moving average of the gradient over the root of one of its square."""

import math
from functools import partial

import numpy as np

from layerlab.optimizers.compiled import ADAM, takes
from layerlab.optimizers.elementwise import Elementwise, numbers, power

__all__ = ["Adam", "AdamW", "Adamax", "Nadam", "ScheduleFreeAdamW"]


class Adam(Elementwise):
    """Steps of about the learning rate in every entry, whatever the size of its gradient.

    `m += (1 - beta_1) * (g - m); v += (1 - beta_2) * (g**2 - v)`,
    `w -= learning_rate * sqrt(1 - beta_2**t) / (1 - beta_1**t) * m / (sqrt(v) + epsilon)`.

    Args:
        learning_rate: a float, a schedule, or a function without arguments.
        beta_1: how slowly m, the direction, forgets.
        beta_2: how slowly v, the size, forgets.
        epsilon: "epsilon hat" of the paper, added before the bias of v is corrected.
        amsgrad: divide by the largest v so far.
        **kwargs: the common arguments of `Optimizer`.

    >>> from layerlab import Variable
    >>> w = Variable(np.array([1.0, 2.0], "float32"))
    >>> Adam(learning_rate=0.5).apply([np.array([1000.0, -0.01])], [w])
    >>> w.numpy().round(3)
    array([0.5, 2.5], dtype=float32)

    Source: Keras page "Adam"; Kingma & Ba 2014, "Adam: A Method for Stochastic Optimization"; Reddi et al. 2018.
    """

    def __init__(self, learning_rate=0.001, beta_1=0.9, beta_2=0.999, epsilon=1e-7, amsgrad=False, **kwargs):
        super().__init__(learning_rate, **kwargs)
        self.beta_1, self.beta_2, self.epsilon, self.amsgrad = beta_1, beta_2, epsilon, amsgrad

    def slots(self):
        return [{"momentum": 0.0, "velocity": 0.0}] + ([{"velocity_hat": 0.0}] if self.amsgrad else [])

    def _step_size(self, lr, t, w) -> float:
        """The learning rate, and what makes up for moving averages that began with 0."""
        return lr * math.sqrt(1 - power(self.beta_2, t, w)) / (1 - power(self.beta_1, t, w))

    def formula(self, lr, t, w, g, m, v, largest=None):
        step = self._step_size(lr, t, w)
        of_gradient, of_square, epsilon = numbers(w.dtype, 1 - self.beta_1, 1 - self.beta_2, self.epsilon)
        change = g - m  # one scratch array for all that follows: a sixth less time than an array an operation
        change *= of_gradient
        m += change
        np.multiply(g, g, out=change)
        change -= v
        change *= of_square
        v += change
        if largest is not None:
            v = np.maximum(largest, v, out=largest)
        np.sqrt(v, out=change)
        change += epsilon
        np.divide(m, change, out=change)
        change *= step
        w -= change

    def _run_large(self, formula: partial, weights):
        is_as_compiled = type(self).formula is Adam.formula and not self.amsgrad
        loop = ADAM.after(sum(arrays[0].size for arrays in weights)) if is_as_compiled else None
        (lr, t), rest = formula.args, []
        for arrays in weights:
            if loop is None or not takes(arrays):
                rest.append(arrays)
                continue
            numbers = (self._step_size(lr, t, arrays[0]), 1 - self.beta_1, 1 - self.beta_2, self.epsilon)
            loop(*(array.reshape(-1) for array in arrays), *map(np.float32, numbers))
        super()._run_large(formula, rest)

    def get_config(self):
        return super().get_config() | self._settings("beta_1", "beta_2", "epsilon", "amsgrad")


class AdamW(Adam):
    """Adam with decoupled weight decay, `w -= w * weight_decay * learning_rate` before each step.

    Args:
        learning_rate: a float, a schedule, or a function without arguments.
        weight_decay: a float.
        beta_1, beta_2, epsilon, amsgrad: as in `Adam`.
        **kwargs: the common arguments of `Optimizer`.

    Raises:
        ValueError: weight_decay is None.

    Source: Keras page "AdamW"; Loshchilov & Hutter 2017, "Decoupled Weight Decay Regularization".
    """

    def __init__(
        self, learning_rate=0.001, weight_decay=0.004, beta_1=0.9, beta_2=0.999, epsilon=1e-7, amsgrad=False, **kwargs
    ):
        super().__init__(learning_rate, beta_1, beta_2, epsilon, amsgrad, weight_decay=weight_decay, **kwargs)
        if weight_decay is None:
            raise ValueError("Argument `weight_decay` must be a float. Received: weight_decay=None")


class Adamax(Elementwise):
    """Adam with the largest recent gradient in place of the mean square.

    `m += (1 - beta_1) * (g - m); u = max(beta_2 * u, |g|)`,
    `w -= learning_rate / (1 - beta_1**t) * m / (u + epsilon)`.

    Args:
        learning_rate: a float, a schedule, or a function without arguments.
        beta_1: how slowly m forgets.
        beta_2: how slowly the largest gradient fades.
        epsilon: keeps the divisor away from zero.
        **kwargs: the common arguments of `Optimizer`.

    Source: Keras page "Adamax"; Kingma & Ba 2014, section 7.1.
    """

    def __init__(self, learning_rate=0.001, beta_1=0.9, beta_2=0.999, epsilon=1e-7, **kwargs):
        super().__init__(learning_rate, **kwargs)
        self.beta_1, self.beta_2, self.epsilon = beta_1, beta_2, epsilon

    def slots(self):
        return [{"momentum": 0.0, "norm": 0.0}]

    def formula(self, lr, t, w, g, m, u):
        m += (g - m) * (1 - self.beta_1)
        u *= self.beta_2
        np.maximum(u, np.abs(g), out=u)
        w -= lr / (1 - power(self.beta_1, t, w)) * m / (u + self.epsilon)

    def get_config(self):
        return super().get_config() | self._settings("beta_1", "beta_2", "epsilon")


class Nadam(Elementwise):
    """Adam that looks one step of momentum ahead.

    With `U(t) = beta_1 * (1 - 0.5 * 0.96**t)`, P the product of U(1) ... U(t), and m and v as in Adam:
    `m_hat = U(t+1) * m / (1 - P * U(t+1)) + (1 - U(t)) * g / (1 - P); v_hat = v / (1 - beta_2**t)`,
    `w -= learning_rate * m_hat / (sqrt(v_hat) + epsilon)`.

    Args:
        learning_rate: a float, a schedule, or a function without arguments.
        beta_1, beta_2: how slowly m and v forget.
        epsilon: keeps the divisor away from zero.
        **kwargs: the common arguments of `Optimizer`.

    Source: Keras page "Nadam"; Dozat 2016, "Incorporating Nesterov Momentum into Adam".
    """

    def __init__(self, learning_rate=0.001, beta_1=0.9, beta_2=0.999, epsilon=1e-7, **kwargs):
        super().__init__(learning_rate, **kwargs)
        self.beta_1, self.beta_2, self.epsilon = beta_1, beta_2, epsilon

    def slots(self):
        return [{"momentum": 0.0, "velocity": 0.0}]

    def build(self, variables):
        if not self.built:
            super().build(variables)
            self._u_product = self.add_variable((), "ones", name="u_product")

    def _u(self, t: int) -> float:
        return self.beta_1 * (1 - 0.5 * 0.96**t)

    def _update_weights(self, grads, variables, learning_rate):
        self._u_product.value *= self._u(self._time)
        super()._update_weights(grads, variables, learning_rate)

    def formula(self, lr, t, w, g, m, v):
        now, following, product = self._u(t), self._u(t + 1), float(self._u_product)
        m += (g - m) * (1 - power(self.beta_1, 1, w))
        v += (g * g - v) * (1 - power(self.beta_2, 1, w))
        m_hat = following / (1 - product * following) * m + (1 - now) / (1 - product) * g
        v_hat = v / (1 - power(self.beta_2, t, w))
        w -= lr * m_hat / (np.sqrt(v_hat) + self.epsilon)

    def get_config(self):
        return super().get_config() | self._settings("beta_1", "beta_2", "epsilon")


class ScheduleFreeAdamW(Elementwise):
    """Adam that averages its own path, so that no learning-rate schedule is needed.

    z takes the fast steps, x is the mean of all z, and the weights are the point y between them where gradients are
    taken: `v += (1 - beta_2) * (g**2 - v); z -= learning_rate * g / (sqrt(v / (1 - beta_2**t)) + epsilon)`,
    `x += (z - x) / t; w = (1 - beta_1) * z + beta_1 * x`.

    Args:
        learning_rate: a float, a schedule, or a function without arguments.
        beta_1: where w lies between z (0) and x (1).
        beta_2: how slowly v forgets.
        epsilon: keeps the divisor away from zero.
        warmup_steps: the learning rate grows linearly over so many steps.
        **kwargs: the common arguments of `Optimizer`.

    Source: Keras page "ScheduleFreeAdamW"; Defazio et al. 2024, "The Road Less Scheduled".
    """

    def __init__(self, learning_rate=0.0025, beta_1=0.9, beta_2=0.999, epsilon=1e-8, warmup_steps=0, **kwargs):
        super().__init__(learning_rate, **kwargs)
        self.beta_1, self.beta_2, self.epsilon, self.warmup_steps = beta_1, beta_2, epsilon, warmup_steps

    def slots(self):
        return [{"momentum": 0.0, "velocity": 0.0}]

    def build(self, variables):
        if self.built:
            return
        super().build(variables)
        for variable, (z, _) in zip(self._trainable_variables, self._slots, strict=True):
            z.assign(variable.value)

    def formula(self, lr, t, w, g, z, v):
        if self.warmup_steps > 0:
            lr *= min(t / self.warmup_steps, 1.0)
        x = (w - (1 - self.beta_1) * z) / self.beta_1  # x is not stored: w and z tell it
        v += (g * g - v) * (1 - power(self.beta_2, 1, w))
        z -= lr * g / (np.sqrt(v / (1 - power(self.beta_2, t, w))) + self.epsilon)
        x += (z - x) / t
        w[...] = (1 - self.beta_1) * z + self.beta_1 * x

    def get_config(self):
        return super().get_config() | self._settings("beta_1", "beta_2", "epsilon", "warmup_steps")
