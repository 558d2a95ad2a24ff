"""Exercises of chapter 16: what surrounds a model, and one whole training step with penalty and constraint.

The references are layerlab's own losses, optimizers and callbacks, and NumPy.
"""

import numpy as np

from layerlab import constraints, losses, regularizers
from layerlab.autodiff import Tape
from layerlab.grading.exercise import Exercise, Misconception, calls
from layerlab.optimizers import SGD, Adam
from layerlab.variables import Variable

__all__ = ["EXERCISES"]


def standardize(train, test):
    mean, std = train.mean(axis=0), train.std(axis=0)
    return (train - mean) / std, (test - mean) / std


def each_by_itself(train, test):
    return tuple((x - x.mean(axis=0)) / x.std(axis=0) for x in (train, test))


def both_together(train, test):
    everything = np.concatenate([train, test])
    return tuple((x - everything.mean(axis=0)) / everything.std(axis=0) for x in (train, test))


def all_features_alike(train, test):
    return tuple((x - train.mean()) / train.std() for x in (train, test))


def by_the_variance(train, test):
    return tuple((x - train.mean(axis=0)) / train.var(axis=0) for x in (train, test))


def feature_cases(rng):
    scale, shift = np.array([0.5, 3.0, 10.0]), np.array([0.0, 5.0, -20.0])
    sizes = [(8, 4), (6, 6)]
    return calls(
        "standardize", *((rng.normal(size=(n, 3)) * scale + shift, rng.normal(size=(m, 3)) * scale) for n, m in sizes)
    )


STANDARDIZE = Exercise(
    id="standardize",
    name="standardize",
    title="Prepare the data without peeking",
    points=2,
    cases=feature_cases,
    reference=standardize,
    misconceptions=(
        Misconception(
            "test data by its own mean",
            "You treat the test data by its own mean and spread: the model would meet other numbers than it learned.",
            each_by_itself,
        ),
        Misconception(
            "test data used for the mean",
            "Your mean and spread include the test data: that is peeking. Take them from the training data alone.",
            both_together,
        ),
        Misconception(
            "one mean for all features",
            "You took one mean over everything. Each feature has its own scale.",
            all_features_alike,
        ),
        Misconception(
            "variance taken for the standard deviation",
            "You divide by the variance. After the division the spread should be 1.",
            by_the_variance,
        ),
    ),
)


def confusion(y_true, y_pred, classes):
    table = np.zeros((classes, classes), dtype=int)
    np.add.at(table, (y_true, y_pred), 1)
    return table


def confusion_assigned(y_true, y_pred, classes):
    table = np.zeros((classes, classes), dtype=int)
    table[y_true, y_pred] += 1
    return table


def confusion_cases(rng):
    y_true = np.array([0, 0, 0, 1, 1, 2, 2, 2, 2, 0])
    y_pred = np.array([0, 1, 1, 1, 2, 2, 2, 0, 0, 0])
    more_true, more_pred = rng.integers(3, size=(2, 8))
    y_true, y_pred = np.append(y_true, more_true), np.append(y_pred, more_pred)
    order = rng.permutation(18)
    return calls("confusion", (y_true[order], y_pred[order], 3), (y_true[order], y_pred[order], 5))


CONFUSION = Exercise(
    id="confusion",
    name="confusion",
    title="Who is taken for whom",
    points=2,
    cases=confusion_cases,
    reference=confusion,
    misconceptions=(
        Misconception(
            "rows and columns exchanged",
            "Your rows are the answers. The task wants a row for each true class.",
            lambda y_true, y_pred, classes: confusion(y_true, y_pred, classes).T,
        ),
        Misconception(
            "each pair counted once",
            "Your table holds zeros and ones: `table[a, b] += 1` counts a pair that comes again only once.",
            confusion_assigned,
        ),
        Misconception(
            "shares instead of counts",
            "You divided by the number of samples of the class. The task wants counts.",
            lambda y_true, y_pred, classes: (
                confusion(y_true, y_pred, classes)
                / np.maximum(confusion(y_true, y_pred, classes).sum(axis=1, keepdims=True), 1)
            ),
        ),
        Misconception(
            "only the mistakes",
            "You left out the right answers: they are the diagonal.",
            lambda y_true, y_pred, classes: confusion(y_true, y_pred, classes) * (1 - np.eye(classes, dtype=int)),
        ),
    ),
)


def stop_early(losses_, patience):
    best, best_epoch = np.inf, -1
    for epoch, loss in enumerate(losses_):
        if loss < best:
            best, best_epoch = loss, epoch
        elif epoch - best_epoch >= patience:
            return epoch, best_epoch
    return len(losses_) - 1, best_epoch


def stop_one_late(losses_, patience):
    return stop_early(losses_, patience + 1)


def stop_at_rises(losses_, patience):
    """Counts epochs that are worse than the one before."""
    rises = 0
    for epoch in range(1, len(losses_)):
        rises = rises + 1 if losses_[epoch] > losses_[epoch - 1] else 0
        if rises >= patience:
            return epoch, int(np.argmin(losses_[: epoch + 1]))
    return len(losses_) - 1, int(np.argmin(losses_))


def stop_keeps_last(losses_, patience):
    stopped, _ = stop_early(losses_, patience)
    return stopped, stopped


def never_stop(losses_, patience):
    return len(losses_) - 1, int(np.argmin(losses_))


CURVES = [
    ([0.9, 0.6, 0.5, 0.7, 0.65, 0.62, 0.61, 0.3], 3),
    ([1.0, 0.8, 0.9, 0.7, 0.8, 0.75, 0.74, 0.73, 0.72, 0.6], 4),
    ([0.9, 0.8, 0.7, 0.6], 2),
    ([0.5, 0.6, 0.7, 0.8, 0.4], 2),
]


def later(rng, curve):
    """A curve at another height, behind some epochs that went well."""
    before = np.linspace(1.4, 1.1, int(rng.integers(7)))
    return np.round(np.append(before, curve) * rng.uniform(1, 2), 4).tolist()


EARLY = Exercise(
    id="early-stopping",
    name="stop_early",
    title="When to stop",
    points=2,
    cases=lambda rng: calls(
        "stop_early",
        *((later(rng, curve), patience) for curve, patience in CURVES),
    ),
    reference=stop_early,
    misconceptions=(
        Misconception(
            "one epoch too late",
            "You wait one epoch longer than your patience.",
            stop_one_late,
        ),
        Misconception(
            "compared with the epoch before",
            "You count epochs that are worse than the one before. What counts is the best so far: a loss may fall "
            "again and still be no improvement.",
            stop_at_rises,
        ),
        Misconception(
            "the last weights kept",
            "The second number is the epoch of the best loss, not the one at which you stop.",
            stop_keeps_last,
        ),
        Misconception(
            "never stops",
            "You know the whole curve. In training nobody does: stop when patience has run out.",
            never_stop,
        ),
    ),
)


def cross_entropy(scores, y):
    value = losses.SparseCategoricalCrossentropy(from_logits=True)(y, np.asarray(scores, dtype="float64"))
    return float(np.asarray(value))


def naive_cross_entropy(scores, y):
    probabilities = np.exp(scores) / np.exp(scores).sum(axis=1, keepdims=True)
    return -np.mean(np.log(probabilities[np.arange(len(y)), y]))


def log_probabilities(scores):
    shifted = scores - scores.max(axis=1, keepdims=True)
    return shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))


def entropy_cases(rng):
    far = rng.normal(size=(3, 4)) + np.array([[0.0], [900.0], [-900.0]])
    return calls("cross_entropy", *((s, rng.integers(0, s.shape[1], len(s))) for s in (rng.normal(size=(5, 3)), far)))


CROSS_ENTROPY = Exercise(
    id="cross-entropy",
    name="cross_entropy",
    title="The loss of a classifier",
    points=2,
    cases=entropy_cases,
    reference=cross_entropy,
    misconceptions=(
        Misconception(
            "overflow",
            "Right for small scores; exp(900) is infinite. Subtract the largest score of each sample first.",
            naive_cross_entropy,
        ),
        Misconception(
            "sum over the batch",
            "You add up the samples. The loss is their mean, so that it does not depend on the batch size.",
            lambda scores, y: -log_probabilities(scores)[np.arange(len(y)), y].sum(),
        ),
        Misconception(
            "sign",
            "A loss is to be made small. Yours is largest where the model is right.",
            lambda scores, y: log_probabilities(scores)[np.arange(len(y)), y].mean(),
        ),
        Misconception(
            "mean over the classes too",
            "You divide by the number of classes as well. Only the score of the true class's logarithm is counted.",
            lambda scores, y: -log_probabilities(scores)[np.arange(len(y)), y].sum() / scores.size,
        ),
        Misconception(
            "largest instead of true class",
            "You took the class that the model believes in. What counts is the one that is true.",
            lambda scores, y: -log_probabilities(scores).max(axis=1).mean(),
        ),
    ),
)


RATE, PENALTY, LEASH = 0.5, 0.05, 1.2


def train_step(x, y, kernel, bias, learning_rate, l2, max_norm):
    weights = Variable(kernel, dtype="float64", constraint=constraints.MaxNorm(max_norm))
    shifts = Variable(bias, dtype="float64")
    loss = losses.SparseCategoricalCrossentropy(from_logits=True)
    with Tape() as tape:
        total = loss(y, x @ weights + shifts) + regularizers.L2(l2)(weights)
    SGD(learning_rate).apply(tape.gradient(total, [weights, shifts]), [weights, shifts])
    return weights.numpy(), shifts.numpy()


def limited(kernel, length):
    lengths = np.sqrt(np.square(kernel).sum(axis=0, keepdims=True))
    return kernel * np.minimum(lengths, length) / (lengths + 1e-7)


def step_by_hand(penalize_kernel=True, penalize_bias=False, mean=True, early=False, late=True):
    """A training step with parts that can be switched to what people get wrong."""

    def step(x, y, kernel, bias, learning_rate, l2, max_norm):
        start = limited(kernel, max_norm) if early else kernel
        error = np.exp(log_probabilities(x @ start + bias))
        error[np.arange(len(y)), y] -= 1
        error = error / len(y) if mean else error
        kernel_gradient = x.T @ error + 2 * l2 * start * penalize_kernel
        bias_gradient = error.sum(axis=0) + 2 * l2 * bias * penalize_bias
        moved = start - learning_rate * kernel_gradient
        return limited(moved, max_norm) if late else moved, bias - learning_rate * bias_gradient

    return step


def train_cases(rng):
    def case(samples, inputs, classes):
        kernel = rng.normal(size=(inputs, classes)) * np.linspace(0.3, 1.5, classes)
        y = np.resize(np.arange(classes), samples)
        return rng.normal(size=(samples, inputs)), y, kernel, rng.normal(size=classes), RATE, PENALTY, LEASH

    return calls("train_step", case(6, 4, 3), case(8, 3, 5))


TRAIN_STEP = Exercise(
    id="train-step",
    name="train_step",
    title="One whole training step",
    points=4,
    cases=train_cases,
    reference=train_step,
    misconceptions=(
        Misconception(
            "penalty left out",
            "The loss has a penalty on the kernel, and its gradient is missing in your step.",
            step_by_hand(penalize_kernel=False),
        ),
        Misconception(
            "bias punished too",
            "Only the kernel has a regularizer. The bias goes free.",
            step_by_hand(penalize_bias=True),
        ),
        Misconception(
            "gradient of a sum",
            "Your gradient grows with the batch. The loss is a mean over the samples.",
            step_by_hand(mean=False),
        ),
        Misconception(
            "constraint before the update",
            "You put the kernel on its leash before the step. The optimizer does it after.",
            step_by_hand(early=True, late=False),
        ),
        Misconception(
            "constraint forgotten",
            "After your step, units may be longer than the leash.",
            step_by_hand(late=False),
        ),
    ),
)


def adam_step(w, g, m, v, t):
    optimizer = Adam(0.1)
    kernel = Variable(w, dtype="float64")
    optimizer.build([kernel])
    iterations, first, second = (variable for variable in optimizer.variables if variable.name != "learning_rate")
    for variable, value in [(iterations, t - 1), (first, m), (second, v)]:
        variable.assign(value)
    optimizer.apply([g], [kernel])
    return kernel.numpy(), first.numpy(), second.numpy()


def adam_by_hand(correct=True, square=True, root=True, fresh=False):
    def step(w, g, m, v, t):
        m = 0.9 * m + 0.1 * g
        v = 0.999 * v + 0.001 * (np.square(g) if square else np.abs(g))
        m_hat, v_hat = (m / (1 - 0.9**t), v / (1 - 0.999**t)) if correct else (m, v)
        return w - 0.1 * (g if fresh else m_hat) / ((np.sqrt(v_hat) if root else v_hat) + 1e-7), m, v

    return step


def adam_cases(rng):
    first = (rng.normal(size=4), rng.normal(size=4) + 2, np.zeros(4), np.zeros(4), 1)
    later = (rng.normal(size=(2, 3)), rng.normal(size=(2, 3)), *(0.1 * rng.random(size=(2, 2, 3)) + 0.02), 7)
    return calls("adam_step", first, later)


ADAM = Exercise(
    id="adam-step",
    name="adam_step",
    title="One step of Adam",
    points=2,
    cases=adam_cases,
    reference=adam_step,
    rtol=1e-3,
    misconceptions=(
        Misconception(
            "not corrected",
            "The running means begin at 0 and are too small at first. Divide them by what they are short of.",
            adam_by_hand(correct=False),
        ),
        Misconception(
            "absolute value for the square",
            "The second mean is one of squares.",
            adam_by_hand(square=False),
        ),
        Misconception(
            "root forgotten",
            "You divide by the mean of the squares: its root has the size of a gradient.",
            adam_by_hand(root=False),
        ),
        Misconception(
            "the fresh gradient",
            "You step along the gradient of this batch. Adam goes along the running mean.",
            adam_by_hand(fresh=True),
        ),
    ),
)

EXERCISES = [STANDARDIZE, CONFUSION, EARLY, CROSS_ENTROPY, ADAM, TRAIN_STEP]
