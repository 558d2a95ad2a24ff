"""Exercises of chapter 5: the penalties, their gradients, and what they do to a loss, a step and a solution.

The references are layerlab's regularizers, their gradients by its tape, and NumPy for what has a closed form.
"""

import numpy as np

from layerlab import regularizers
from layerlab.autodiff import gradient
from layerlab.grading.exercise import Exercise, Misconception, calls

__all__ = ["EXERCISES"]


def l1_l2(w, l1, l2):
    return float(regularizers.L1L2(l1, l2)(w))


def kernels(rng):
    return [rng.normal(size=shape) + 0.3 for shape in [(3, 4), (5,), (2, 3, 2)]]


STRENGTHS = [(0.1, 0.0), (0.0, 0.2), (0.3, 0.05)]


def penalty_cases(rng):
    return calls("l1_l2", *((w, *strengths) for w, strengths in zip(kernels(rng), STRENGTHS, strict=True)))


PENALTY = Exercise(
    id="l1-l2",
    name="l1_l2",
    title="The price of weights",
    points=1,
    cases=penalty_cases,
    reference=l1_l2,
    misconceptions=(
        Misconception(
            "half of the squares",
            "Many books put a ½ before the squares. Keras does not.",
            lambda w, l1, l2: l1 * np.abs(w).sum() + l2 * np.square(w).sum() / 2,
        ),
        Misconception(
            "absolute value forgotten",
            "Negative weights lower your L1 penalty. Every weight costs, whatever its sign.",
            lambda w, l1, l2: l1 * w.sum() + l2 * np.square(w).sum(),
        ),
        Misconception(
            "mean instead of sum",
            "You divide by the number of weights. The penalty is a sum: a larger kernel pays more.",
            lambda w, l1, l2: l1 * np.abs(w).mean() + l2 * np.square(w).mean(),
        ),
        Misconception(
            "root of the squares",
            "You took the length of the weights. The L2 penalty is the squared length.",
            lambda w, l1, l2: l1 * np.abs(w).sum() + l2 * np.sqrt(np.square(w).sum()),
        ),
        Misconception(
            "strengths exchanged",
            "Your strengths are exchanged: `l1` goes with the absolute values, `l2` with the squares.",
            lambda w, l1, l2: l2 * np.abs(w).sum() + l1 * np.square(w).sum(),
        ),
    ),
)


def l1_l2_gradient(w, l1, l2):
    return gradient(regularizers.L1L2(l1, l2))(np.asarray(w))


def with_zeros(rng):
    """Kernels in which some weights are exactly 0, where the absolute value has its corner."""
    found = kernels(rng)
    for w in found:
        w.flat[1] = 0.0
    return found


def sign_without_zero(w):
    return np.where(w > 0, 1.0, -1.0)


GRADIENT = Exercise(
    id="l1-l2-gradient",
    name="l1_l2_gradient",
    title="How the price pulls",
    points=2,
    cases=lambda rng: calls(
        "l1_l2_gradient", *((w, *strengths) for w, strengths in zip(with_zeros(rng), STRENGTHS, strict=True))
    ),
    reference=l1_l2_gradient,
    misconceptions=(
        Misconception(
            "factor 2 forgotten",
            "The derivative of a square brings a factor down.",
            lambda w, l1, l2: l1 * np.sign(w) + l2 * w,
        ),
        Misconception(
            "L1 pulls in proportion",
            "L1 pulls every weight equally hard, large or small. Only L2 pulls in proportion.",
            lambda w, l1, l2: l1 * w + 2 * l2 * w,
        ),
        Misconception(
            "sign forgotten",
            "Negative weights are pulled the other way: up, to zero.",
            lambda w, l1, l2: l1 * np.ones_like(w) + 2 * l2 * w,
        ),
        Misconception(
            "a pull at zero",
            "A weight that is exactly 0 is where it should be: there is no pull on it.",
            lambda w, l1, l2: l1 * sign_without_zero(w) + 2 * l2 * w,
        ),
        Misconception(
            "one number",
            "Each weight has a derivative of its own: the result has the shape of the weights.",
            lambda w, l1, l2: np.sum(l1 * np.sign(w) + 2 * l2 * w),
        ),
    ),
)


def penalized_step(w, gradient, learning_rate, l2):
    return w - learning_rate * (gradient + l1_l2_gradient(w, 0.0, l2))


STEP = Exercise(
    id="penalized-step",
    name="penalized_step",
    title="A step that pays the price",
    points=1,
    cases=lambda rng: calls("penalized_step", *((w, rng.normal(size=w.shape), 0.5, 0.1) for w in kernels(rng))),
    reference=penalized_step,
    misconceptions=(
        Misconception(
            "penalty itself in the gradient",
            "You added the penalty to the gradient. It is the penalty's gradient that belongs there.",
            lambda w, gradient, learning_rate, l2: w - learning_rate * (gradient + l2 * np.square(w).sum()),
        ),
        Misconception(
            "penalty not scaled by the learning rate",
            "The penalty is a part of the loss, so its gradient is multiplied by the learning rate like the rest.",
            lambda w, gradient, learning_rate, l2: w - learning_rate * gradient - 2 * l2 * w,
        ),
        Misconception(
            "weights pushed away from zero",
            "Your penalty makes weights grow. It is added to the loss, and the step goes down.",
            lambda w, gradient, learning_rate, l2: w - learning_rate * (gradient - 2 * l2 * w),
        ),
        Misconception(
            "factor 2 forgotten",
            "The derivative of a square brings a factor down.",
            lambda w, gradient, learning_rate, l2: w - learning_rate * (gradient + l2 * w),
        ),
    ),
)


def total_loss(data_loss, weights, l2):
    return data_loss + sum(l1_l2(kernel, 0.0, l2) for kernel, _ in weights)


def layers(rng, *sizes):
    return [(rng.normal(size=(i, u)), rng.normal(size=u)) for i, u in sizes]


TOTAL = Exercise(
    id="total-loss",
    name="total_loss",
    title="What the training sees",
    points=1,
    cases=lambda rng: calls(
        "total_loss",
        (1.5, layers(rng, (3, 2)), 0.1),
        (0.7, layers(rng, (4, 3), (3, 2)), 0.01),
        (2.2, layers(rng, (2, 4), (4, 4), (4, 1)), 0.05),
    ),
    reference=total_loss,
    misconceptions=(
        Misconception(
            "biases punished too",
            "`kernel_regularizer` is about the kernel. Biases go free unless they have a regularizer of their own.",
            lambda data_loss, weights, l2: data_loss + l2 * sum(np.square(p).sum() for pair in weights for p in pair),
        ),
        Misconception(
            "averaged over the layers",
            "You average over the layers. Every layer adds its own penalty.",
            lambda data_loss, weights, l2: data_loss + l2 * np.mean([np.square(k).sum() for k, _ in weights]),
        ),
        Misconception(
            "the data forgotten",
            "Penalties alone would be smallest with all weights 0. What the model is to learn is in the other part.",
            lambda data_loss, weights, l2: l2 * sum(np.square(k).sum() for k, _ in weights),
        ),
        Misconception(
            "last layer only",
            "You counted the last kernel only. Every layer adds its own penalty.",
            lambda data_loss, weights, l2: data_loss + l2 * np.square(weights[-1][0]).sum(),
        ),
    ),
)


def activity_penalty(outputs, l2):
    return l1_l2(outputs, 0.0, l2) / len(outputs)


ACTIVITY = Exercise(
    id="activity-penalty",
    name="activity_penalty",
    title="A price on outputs",
    points=1,
    cases=lambda rng: calls("activity_penalty", *((rng.normal(size=s), 0.1) for s in [(4, 3), (2, 5), (6, 2, 3)])),
    reference=activity_penalty,
    misconceptions=(
        Misconception(
            "sum over the batch",
            "With a larger batch your penalty grows. It is meant per sample.",
            lambda outputs, l2: l2 * np.square(outputs).sum(),
        ),
        Misconception(
            "mean of all outputs",
            "You divide by the number of outputs. Only the samples are averaged; the outputs of one sample are summed.",
            lambda outputs, l2: l2 * np.square(outputs).mean(),
        ),
        Misconception(
            "one number per sample",
            "A loss is one number: average what you have over the samples.",
            lambda outputs, l2: l2 * np.square(outputs).reshape(len(outputs), -1).sum(axis=1),
        ),
    ),
)


def soft_threshold(w, amount):
    return np.sign(w) * np.maximum(np.abs(w) - amount, 0.0)


SOFT = Exercise(
    id="soft-threshold",
    name="soft_threshold",
    title="How L1 reaches exactly zero",
    points=2,
    cases=lambda rng: calls(
        "soft_threshold", *((rng.permutation([-1.4, -0.6, -0.2, 0.1, 0.4, 0.9, 2.0]) + d, 0.5) for d in (0, 0.03))
    ),
    reference=soft_threshold,
    misconceptions=(
        Misconception(
            "small ones cut, large ones kept",
            "Small weights become 0, right; but the large ones have to pay the same amount.",
            lambda w, amount: np.where(np.abs(w) > amount, w, 0.0),
        ),
        Misconception(
            "subtracted whatever the sign",
            "You moved every weight down. Negative weights move up: all go toward zero.",
            lambda w, amount: w - amount,
        ),
        Misconception(
            "through zero",
            "Small weights came out on the other side of zero. They stop there.",
            lambda w, amount: w - amount * np.sign(w),
        ),
        Misconception(
            "sign lost",
            "Sizes are right. What was negative is still negative.",
            lambda w, amount: np.maximum(np.abs(w) - amount, 0.0),
        ),
    ),
)


def ridge(x, y, l2):
    return np.linalg.solve(x.T @ x + l2 * np.eye(x.shape[1]), x.T @ y)


RIDGE = Exercise(
    id="ridge",
    name="ridge",
    title="The best weights under L2, at once",
    points=2,
    cases=lambda rng: calls(
        "ridge", *((rng.normal(size=(n, i)), rng.normal(size=n), l2) for n, i, l2 in [(8, 3, 2.0), (6, 4, 0.7)])
    ),
    reference=ridge,
    misconceptions=(
        Misconception(
            "no penalty",
            "That is the solution without a price on the weights.",
            lambda x, y, l2: np.linalg.solve(x.T @ x, x.T @ y),
        ),
        Misconception(
            "added to every entry",
            "You added `l2` to the whole matrix. Each weight's square is punished by itself: think of the diagonal.",
            lambda x, y, l2: np.linalg.solve(x.T @ x + l2, x.T @ y),
        ),
        Misconception(
            "mean of the errors",
            "Your solution minimizes the mean of the squared errors plus the penalty. The task has their sum.",
            lambda x, y, l2: np.linalg.solve(x.T @ x + l2 * len(x) * np.eye(x.shape[1]), x.T @ y),
        ),
        Misconception(
            "half of the penalty",
            "The squared errors and the penalty both bring a factor 2 when you take the gradient: it cancels.",
            lambda x, y, l2: np.linalg.solve(x.T @ x + l2 / 2 * np.eye(x.shape[1]), x.T @ y),
        ),
    ),
)

EXERCISES = [PENALTY, GRADIENT, STEP, TOTAL, ACTIVITY, SOFT, RIDGE]
