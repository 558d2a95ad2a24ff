"""Writes losses.json: values and gradients of every loss, from real Keras.

Run where Keras 3.15.1 and jax are installed: `KERAS_BACKEND=jax python make_losses.py`.
A case is {call: [class or function, arguments], y_true, y_pred, sample_weight, mask} -> {value, gradient}; arrays are
rounded to 4 digits before use, so that the file holds exactly what was computed with.
"""

import json
from pathlib import Path

import jax
import jax.numpy as jnp
import keras
import numpy as np

rng = np.random.default_rng(7)


def rounded(x):
    return np.round(np.asarray(x, "float64"), 4).astype("float32")


def normal(*shape):
    return rounded(rng.normal(size=shape))


def probabilities(*shape):
    return rounded(rng.uniform(0.02, 0.98, size=shape))


def softmax(*shape):
    e = np.exp(rng.normal(size=shape))
    return rounded(e / e.sum(-1, keepdims=True))


def one_hot(*shape):
    return np.eye(shape[-1], dtype="float32")[rng.integers(shape[-1], size=shape[:-1])]


def binary(*shape):
    return rng.integers(2, size=shape).astype("float32")


def signs(*shape):
    return 2 * binary(*shape) - 1


def counts(*shape):
    return rng.integers(5, size=shape).astype("float32")


def positive(*shape):
    return rounded(rng.uniform(0.1, 3.0, size=shape))


def labels(*shape):
    return rng.integers(shape[-1], size=shape[:-1])


def sequences(*shape):
    return np.array([[1, 2, 0], [1, 1, 0], [2, 0, 2], [0, 0, 0]])


def unit(*shape):
    x = rng.normal(size=shape)
    return rounded(x / np.linalg.norm(x, axis=-1, keepdims=True))


# class -> (targets, predictions, argument variations)
LOSSES = {
    "MeanSquaredError": (normal, normal, [{}]),
    "MeanAbsoluteError": (normal, normal, [{}]),
    "MeanAbsolutePercentageError": (normal, normal, [{}]),
    "MeanSquaredLogarithmicError": (positive, normal, [{}]),
    "CosineSimilarity": (normal, normal, [{}, {"axis": 1}]),
    "Huber": (normal, normal, [{}, {"delta": 0.3}]),
    "LogCosh": (normal, normal, [{}]),
    "Hinge": (signs, normal, [{}]),
    "SquaredHinge": (binary, normal, [{}]),
    "CategoricalHinge": (one_hot, normal, [{}]),
    "KLDivergence": (softmax, softmax, [{}]),
    "Poisson": (counts, positive, [{}]),
    "BinaryCrossentropy": (binary, probabilities, [{}, {"label_smoothing": 0.2}, {"axis": 0}]),
    "CategoricalCrossentropy": (one_hot, probabilities, [{}, {"label_smoothing": 0.2}]),
    "SparseCategoricalCrossentropy": (labels, probabilities, [{}, {"ignore_class": 1}]),
    "BinaryFocalCrossentropy": (
        binary,
        probabilities,
        [{}, {"apply_class_balancing": True, "gamma": 3.0, "alpha": 0.6}],
    ),
    "CategoricalFocalCrossentropy": (
        one_hot,
        probabilities,
        [{}, {"gamma": 1.5, "alpha": 0.6, "label_smoothing": 0.1}],
    ),
    "CategoricalGeneralizedCrossEntropy": (labels, softmax, [{}, {"q": 0.9}]),
    "Dice": (binary, probabilities, [{}, {"axis": -1}]),
    "Tversky": (binary, probabilities, [{"alpha": 0.3, "beta": 0.8}, {"axis": (1,)}]),
    "CTC": (sequences, normal, [{}]),
    "Circle": (labels, unit, [{}, {"gamma": 20.0, "margin": 0.25, "remove_diagonal": False}]),
}
FROM_LOGITS = {
    "BinaryCrossentropy": (binary, normal, [{}, {"label_smoothing": 0.2}]),
    "CategoricalCrossentropy": (one_hot, normal, [{}, {"label_smoothing": 0.2}]),
    "SparseCategoricalCrossentropy": (labels, normal, [{}, {"ignore_class": 2}]),
    "BinaryFocalCrossentropy": (binary, normal, [{}]),
    "CategoricalFocalCrossentropy": (one_hot, normal, [{}]),
}
REDUCTIONS = ["sum_over_batch_size", "sum", "mean", "mean_with_sample_weight", "none"]
cases = []


def add(name, arguments, y_true, y_pred, sample_weight=None, mask=None):
    loss = getattr(keras.losses, name)(**arguments)

    def total(p):
        if mask is not None:
            keras.src.backend.set_keras_mask(p, jnp.asarray(mask))
        value = loss(y_true, p, sample_weight=sample_weight)
        return jnp.sum(value), value

    gradient, value = jax.grad(total, has_aux=True)(jnp.asarray(y_pred))
    case = {"call": [name, arguments], "y_true": y_true, "y_pred": y_pred, "sample_weight": sample_weight, "mask": mask}
    case |= {"value": value, "gradient": gradient}
    cases.append({key: plain(v) for key, v in case.items() if v is not None})


def plain(x):
    """Nested lists; floats by their shortest float32 digits."""
    if isinstance(x, list):
        return x
    x = np.asarray(x)
    if x.ndim:
        return [plain(item) for item in x]
    return x.item() if x.dtype.kind in "bi" else float(str(np.float32(x)))


def add_all(table, extra):
    for name, (targets, predictions, variations) in table.items():
        for arguments in variations:
            arguments = {**arguments, **extra}
            shape = (4, 5, 3) if name == "CTC" else (4, 3)
            add(name, arguments, targets(*shape), predictions(*shape))
            add(name, arguments | {"reduction": "none"}, targets(*shape), predictions(*shape))
            if name not in ("Circle", "CTC") and "axis" not in arguments:
                add(name, arguments, targets(2, 3, 4), predictions(2, 3, 4))


add_all(LOSSES, {})
add_all(FROM_LOGITS, {"from_logits": True})
for reduction in REDUCTIONS:
    for shape in [(4,), (4, 1), ()]:
        weight = rounded(rng.uniform(0, 2, size=shape))
        add("MeanSquaredError", {"reduction": reduction}, normal(4, 3), normal(4, 3), weight)
    for weight in [None, positive(2, 3), positive(2, 1)]:
        mask = np.array([[True, True, False], [True, False, False]])
        add("MeanSquaredError", {"reduction": reduction}, normal(2, 3, 4), normal(2, 3, 4), weight, mask)
    ignoring = {"reduction": reduction, "ignore_class": 1}
    add("SparseCategoricalCrossentropy", ignoring, labels(2, 3, 4), softmax(2, 3, 4), positive(2, 3))
for true_shape, pred_shape in [((4,), (4, 1)), ((4, 1), (4,)), ((2, 3), (2, 3, 1)), ((4, 2), (4, 1)), ((3,), (3,))]:
    add("MeanSquaredError", {}, normal(*true_shape), normal(*pred_shape))
for name, y_true in [
    ("BinaryCrossentropy", binary(4)),
    ("Hinge", signs(4)),
    ("Huber", normal(4)),
    ("Poisson", counts(4)),
]:
    add(name, {}, y_true, probabilities(4, 1))
# where probabilities were clipped no gradient flows; far logits stay finite
edge = np.array([[0.0, 1.0, 0.5], [1.0, 0.0, 0.0], [1e-9, 0.3, 0.7]], "float32")
far = np.array([[50.0, -50.0, 0.0], [500.0, -500.0, 3.0], [-1000.0, 0.0, 1000.0]], "float32")
for p, logits in [(edge, False), (far, True)]:
    for name, y in [
        ("BinaryCrossentropy", np.eye(3, dtype="float32")),
        ("CategoricalCrossentropy", np.eye(3, dtype="float32")),
        ("SparseCategoricalCrossentropy", np.arange(3)),
    ]:
        add(name, {"from_logits": logits}, y, p)
add("LogCosh", {}, np.zeros((3, 3), "float32"), far)

Path(__file__).with_name("losses.json").write_text(
    "[\n" + ",\n".join(json.dumps(case, separators=(",", ":")) for case in cases) + "\n]\n"
)
print(len(cases), "cases")
