"""Rules that look at a whole weight at once: Lamb at its norm, Adafactor at rows and columns, Muon at directions.

They run on whole arrays, since no entry moves without the others.
"""

import math
import re

import numpy as np

from layerlab.optimizers.elementwise import power
from layerlab.optimizers.optimizer import Optimizer
from layerlab.variables import Variable

__all__ = ["Adafactor", "Lamb", "Muon"]


class Lamb(Optimizer):
    """Adam whose step in each weight is as long as a fixed share of the weight: for very large batches.

    With m and v as in Adam and both corrected for their bias, `step = m / (sqrt(v) + epsilon)` and
    `w -= learning_rate * norm(w) / norm(step) * step` (a norm of zero counts as a ratio of 1).

    Args:
        learning_rate: a float, a schedule, or a function without arguments.
        beta_1, beta_2: how slowly m and v forget.
        epsilon: keeps the divisor away from zero.
        **kwargs: the common arguments of `Optimizer`.

    Source: Keras page "Lamb"; You et al. 2019, "Large Batch Optimization for Deep Learning".
    """

    def __init__(self, learning_rate=0.001, beta_1=0.9, beta_2=0.999, epsilon=1e-7, **kwargs):
        super().__init__(learning_rate, **kwargs)
        self.beta_1, self.beta_2, self.epsilon = beta_1, beta_2, epsilon

    def build(self, variables):
        if self.built:
            return
        super().build(variables)
        self._momentums, self._velocities = self.add_optimizer_variables(variables, ["momentum", "velocity"])

    def update_step(self, gradient, variable, learning_rate):
        i, t, w = self._get_variable_index(variable), self._time, variable.value
        m, v = self._momentums[i].value, self._velocities[i].value
        m += (gradient - m) * (1 - self.beta_1)
        v += (gradient * gradient - v) * (1 - self.beta_2)
        m_hat, v_hat = m / (1 - power(self.beta_1, t, w)), v / (1 - power(self.beta_2, t, w))
        step = m_hat / (np.sqrt(v_hat) + self.epsilon)
        w_norm, step_norm = float(np.linalg.norm(w)), float(np.linalg.norm(step))
        ratio = w_norm / step_norm if w_norm > 0 and step_norm > 0 else 1.0
        w -= ratio * float(learning_rate) * step

    def get_config(self):
        return super().get_config() | self._settings("beta_1", "beta_2", "epsilon")


class Adafactor(Optimizer):
    """Adam's division by the size of gradients, remembering for a matrix only its row and column means.

    With `q = g**2 + epsilon_1` and `b = 1 - t**beta_2_decay`: `r = b * r + (1 - b) * mean(q, -1)`,
    `c = b * c + (1 - b) * mean(q, -2); v = (r / mean(r)) * c` (vectors and scalars: `v = b * v + (1 - b) * q`),
    `u = g / sqrt(v); size = max(epsilon_2, rms(w)) * min(learning_rate, 1 / sqrt(t))`,
    `w -= size * u / max(1, rms(u) / clip_threshold)`.

    Args:
        learning_rate: a float, a schedule, or a function without arguments.
        beta_2_decay: how fast the memory lengthens.
        epsilon_1: keeps the root away from zero.
        epsilon_2: smallest scale of a weight.
        clip_threshold: largest root mean square of u.
        relative_step: the learning rate is at most `1 / sqrt(t)`; it is anyway where the rule uses it.
        **kwargs: the common arguments of `Optimizer`.

    Source: Keras page "Adafactor"; Shazeer & Stern 2018, "Adafactor: Adaptive Learning Rates with Sublinear Memory".
    """

    def __init__(
        self,
        learning_rate=0.001,
        beta_2_decay=-0.8,
        epsilon_1=1e-30,
        epsilon_2=1e-3,
        clip_threshold=1.0,
        relative_step=True,
        **kwargs,
    ):
        super().__init__(learning_rate, **kwargs)
        self.beta_2_decay, self.clip_threshold, self.relative_step = beta_2_decay, clip_threshold, relative_step
        self.epsilon_1, self.epsilon_2 = epsilon_1, epsilon_2

    def build(self, variables):
        if self.built:
            return
        super().build(variables)
        self._r: list[Variable] = []
        self._c: list[Variable] = []
        self._v: list[Variable] = []
        for variable in self._trainable_variables:
            *outer, rows, columns = variable.shape if len(variable.shape) >= 2 else (None, None)
            for slots, shape in ((self._r, (*outer, rows)), (self._c, (*outer, columns))):
                shape = shape if rows is not None else ()  # files hold a zero for vectors too
                slots.append(self.add_variable(shape, dtype=variable.dtype, name=variable.name))
            self._v.append(self.add_variable_from_reference(variable, name="velocity"))

    def update_step(self, gradient, variable, learning_rate):
        t, w = self._time, variable.value
        size = max(self.epsilon_2, _rms(w)) * min(float(learning_rate), 1 / math.sqrt(t))
        u = gradient / np.sqrt(self._mean_square(gradient, self._get_variable_index(variable), t))
        w -= size / max(1.0, _rms(u) / self.clip_threshold) * u

    def _mean_square(self, gradient, i: int, t: int) -> np.ndarray:
        """The moving mean of g**2, exact for a vector, of rank one for a matrix."""
        r, c, v = self._r[i].value, self._c[i].value, self._v[i].value
        keep = 1 - t**self.beta_2_decay
        square = gradient * gradient + self.epsilon_1
        if gradient.ndim < 2:
            v[...] = keep * v + (1 - keep) * square
            return v
        r[...] = keep * r + (1 - keep) * square.mean(axis=-1)
        c[...] = keep * c + (1 - keep) * square.mean(axis=-2)
        v[...] = (r / r.mean(axis=-1, keepdims=True))[..., :, None] * c[..., None, :]
        return v

    def get_config(self):
        return super().get_config() | self._settings(
            "beta_2_decay", "epsilon_1", "epsilon_2", "clip_threshold", "relative_step"
        )


def _rms(x: np.ndarray) -> float:
    return math.sqrt(float(np.mean(x * x)))


class Muon(Optimizer):
    """Turns the momentum of a matrix into the nearest orthogonal one: a step as long in every direction.

    `m = momentum * m + g; d = g + momentum * m` (without `nesterov`: m); d is made orthogonal by `ns_steps` of the
    Newton-Schulz iteration `X = a * X + (b * A + c * A @ A) @ X` with `A = X @ X.T`, and
    `w -= learning_rate * rms_rate * sqrt(max(rows, columns)) * X`. Whatever is not a matrix, embeddings and excluded
    layers follow AdamW.

    Args:
        learning_rate: a float, a schedule, or a function without arguments.
        adam_beta_1, adam_beta_2, epsilon: of the AdamW steps.
        adam_weight_decay: weight decay of what follows AdamW; None for none.
        weight_decay: weight decay of the matrices.
        exclude_layers: regular expressions of variable paths that follow AdamW.
        exclude_embeddings: also whatever has "embedding" in its path.
        muon_a, muon_b, muon_c: coefficients of the iteration.
        adam_lr_ratio: learning rate of the AdamW steps over that of the matrices.
        momentum: how much of the past directions goes on.
        ns_steps: number of iterations.
        nesterov: look ahead.
        rms_rate: typical size of a step's entries; None for the bare orthogonal matrix.
        **kwargs: the common arguments of `Optimizer`.

    Source: Keras page "Muon"; Jordan et al. 2024; Liu et al. 2025, "Muon is Scalable for LLM Training".
    """

    def __init__(
        self,
        learning_rate=0.001,
        adam_beta_1=0.9,
        adam_beta_2=0.999,
        adam_weight_decay=0.004,
        epsilon=1e-7,
        weight_decay=0.004,
        exclude_layers=None,
        exclude_embeddings=True,
        muon_a=3.4445,
        muon_b=-4.775,
        muon_c=2.0315,
        adam_lr_ratio=1,
        momentum=0.95,
        ns_steps=5,
        nesterov=True,
        rms_rate=0.2,
        **kwargs,
    ):
        super().__init__(learning_rate, weight_decay=weight_decay, **kwargs)
        self.adam_beta_1, self.adam_beta_2, self.adam_lr_ratio = adam_beta_1, adam_beta_2, adam_lr_ratio
        self.adam_weight_decay, self.epsilon = adam_weight_decay, epsilon
        self.exclude_layers, self.exclude_embeddings = exclude_layers or [], exclude_embeddings
        self.muon_a, self.muon_b, self.muon_c, self.ns_steps = muon_a, muon_b, muon_c, ns_steps
        self.momentum, self.nesterov, self.rms_rate = momentum, nesterov, rms_rate

    def _should_use_adamw(self, variable) -> bool:
        if len(variable.shape) != 2 or (self.exclude_embeddings and "embedding" in variable.path.lower()):
            return True
        return any(re.search(keyword, variable.path) for keyword in self.exclude_layers)

    def build(self, variables):
        if self.built:
            return
        super().build(variables)
        self.momentums, self.adam_velocities = [], []
        for variable in self._trainable_variables:
            self.momentums.append(self.add_variable_from_reference(variable, name="momentum"))
            adam = self._should_use_adamw(variable)
            self.adam_velocities.append(self.add_variable_from_reference(variable, name="velocity") if adam else None)

    def update_step(self, gradient, variable, learning_rate):
        i, lr = self._get_variable_index(variable), float(learning_rate)
        m, v = self.momentums[i].value, self.adam_velocities[i]
        if v is None:
            variable.value -= lr * self._direction(gradient, m)
        else:
            self._adamw_step(lr * self.adam_lr_ratio, variable.value, gradient, m, v.value)

    def _adamw_step(self, lr, w, g, m, v):
        t = self._time
        lr *= math.sqrt(1 - power(self.adam_beta_2, t, w)) / (1 - power(self.adam_beta_1, t, w))
        m += (g - m) * (1 - self.adam_beta_1)
        v += (g * g - v) * (1 - self.adam_beta_2)
        w -= lr * m / (np.sqrt(v) + self.epsilon)

    def _direction(self, gradient, m):
        m *= self.momentum
        m += gradient
        ahead = gradient + self.momentum * m if self.nesterov else m
        return self.lr_adjust(self.zeropower_via_newtonschulz5(ahead, self.ns_steps))

    def lr_adjust(self, x):
        """x, scaled so that its entries have a typical size of `rms_rate` if it is orthogonal."""
        return x if self.rms_rate is None else x * (math.sqrt(max(x.shape[0], x.shape[1])) * self.rms_rate)

    def zeropower_via_newtonschulz5(self, x, steps: int):
        """Roughly the orthogonal matrix nearest to x: all singular values pushed toward 1."""
        x = np.asarray(x)
        if x.ndim < 2:
            raise ValueError(f"Expected gradient or momentum to have at least 2 dimensions. Received: shape={x.shape}")
        tall = x.shape[-2] > x.shape[-1]
        x = x.swapaxes(-2, -1) if tall else x
        x = x / (np.linalg.norm(x, axis=(-2, -1), keepdims=True) + 1e-7)
        for _ in range(steps):
            a = x @ x.swapaxes(-2, -1)
            x = self.muon_a * x + (self.muon_b * a + self.muon_c * a @ a) @ x
        return x.swapaxes(-2, -1) if tall else x

    def _weight_decay_of(self, variable):
        if not self._use_weight_decay(variable):
            return None
        return self.adam_weight_decay if self._should_use_adamw(variable) else self.weight_decay

    def get_config(self):
        return super().get_config() | self._settings(
            "adam_beta_1",
            "adam_beta_2",
            "adam_weight_decay",
            "epsilon",
            "exclude_layers",
            "exclude_embeddings",
            "muon_a",
            "muon_b",
            "muon_c",
            "adam_lr_ratio",
            "momentum",
            "ns_steps",
            "nesterov",
            "rms_rate",
        )
