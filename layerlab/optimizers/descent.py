"""Plain steps along the gradient: SGD with momentum, and Lion, which keeps only the signs."""

import numpy as np

from layerlab.optimizers.elementwise import Elementwise

__all__ = ["SGD", "Lion"]


class SGD(Elementwise):
    """Gradient descent: `w -= learning_rate * g`, with momentum if asked for.

    With momentum: `m = momentum * m - learning_rate * g`, then `w += m`; with `nesterov`, the step looks ahead:
    `w += momentum * m - learning_rate * g`.

    Args:
        learning_rate: a float, a schedule, or a function without arguments.
        momentum: a float in [0, 1]: how much of the last step goes on.
        nesterov: look ahead.
        **kwargs: the common arguments of `Optimizer`.

    Raises:
        ValueError: momentum is no float in [0, 1].

    >>> from layerlab import Variable
    >>> w = Variable(np.array([1.0, 2.0], "float32"))
    >>> SGD(learning_rate=0.5).apply([np.array([1.0, -1.0])], [w])
    >>> w.numpy()
    array([0.5, 2.5], dtype=float32)

    Source: Keras page "SGD"; Sutskever et al. 2013, "On the importance of initialization and momentum".
    """

    def __init__(self, learning_rate=0.01, momentum=0.0, nesterov=False, **kwargs):
        super().__init__(learning_rate, **kwargs)
        if not isinstance(momentum, float) or not 0 <= momentum <= 1:
            raise ValueError(f"`momentum` must be a float between [0, 1]. Received: momentum={momentum}")
        self.momentum, self.nesterov = momentum, nesterov

    def slots(self):
        return [{"momentum": 0.0}] if self.momentum else []

    def formula(self, lr, t, w, g, m=None):
        if m is None:
            w -= lr * g
            return
        step = lr * g
        m *= self.momentum
        m -= step
        w += self.momentum * m - step if self.nesterov else m

    def get_config(self):
        return super().get_config() | self._settings("momentum", "nesterov")


class Lion(Elementwise):
    """Steps of one size in the direction of a sign: needs a small learning rate, and half of Adam's memory.

    `w -= learning_rate * sign(beta_1 * m + (1 - beta_1) * g)`, then `m = beta_2 * m + (1 - beta_2) * g`.

    Args:
        learning_rate: a float, a schedule, or a function without arguments.
        beta_1: weight of the past in the sign, in (0, 1].
        beta_2: weight of the past in what is remembered.
        **kwargs: the common arguments of `Optimizer`.

    Raises:
        ValueError: beta_1 outside (0, 1].

    Source: Keras page "Lion"; Chen et al. 2023, "Symbolic Discovery of Optimization Algorithms".
    """

    def __init__(self, learning_rate=0.001, beta_1=0.9, beta_2=0.99, **kwargs):
        super().__init__(learning_rate, **kwargs)
        if not 0 < beta_1 <= 1:
            raise ValueError(
                "Argument `beta_1` must be in the [0, 1] range. Otherwise, the optimizer degenerates to SignSGD. "
                f"Received: beta_1={beta_1}."
            )
        self.beta_1, self.beta_2 = beta_1, beta_2

    def slots(self):
        return [{"momentum": 0.0}]

    def formula(self, lr, t, w, g, m):
        w -= lr * np.sign(self.beta_1 * m + (1 - self.beta_1) * g)
        m *= self.beta_2
        m += (1 - self.beta_2) * g

    def get_config(self):
        return super().get_config() | self._settings("beta_1", "beta_2")
