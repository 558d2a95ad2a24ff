"""Writes metrics.json: results of every metric after each of several batches, from real Keras.

Run where Keras 3.15.1 and jax are installed: `KERAS_BACKEND=jax python make_metrics.py`.
A case is {call: [class, arguments], batches: [[arguments of update_state], ...], results: one after each batch,
config}; functions have {function, arguments, y_true, y_pred, value}.
"""

import json
import warnings
from pathlib import Path

import keras
import numpy as np

warnings.simplefilter("ignore")
rng = np.random.default_rng(11)


def rounded(x):
    return np.round(np.asarray(x, "float64"), 4).astype("float32")


def normal(*shape):
    return rounded(rng.normal(size=shape))


def probabilities(*shape):
    """Some of them exactly on a threshold."""
    p = rounded(rng.uniform(0, 1, size=shape))
    return np.where(rng.uniform(size=shape) < 0.2, np.round(p, 1), p).astype("float32")


def binary(*shape):
    return rng.integers(2, size=shape)


def signs(*shape):
    return 2 * binary(*shape) - 1


def one_hot(*shape):
    return np.eye(shape[-1], dtype="int64")[labels(*shape)]


def labels(*shape):
    return rng.integers(shape[-1], size=shape[:-1])


def counts(*shape):
    return rng.integers(5, size=shape)


def positive(*shape):
    return rounded(rng.uniform(0.1, 3.0, size=shape))


def ids(*shape):
    return rng.integers(3, size=shape[:-1])


def ranking(*shape):
    return np.argsort(rng.uniform(size=shape), axis=-1)


# class -> (targets, predictions, argument variations)
METRICS = {
    "MeanSquaredError": (normal, normal, [{}]),
    "MeanAbsoluteError": (normal, normal, [{}]),
    "MeanAbsolutePercentageError": (normal, normal, [{}]),
    "MeanSquaredLogarithmicError": (positive, normal, [{}]),
    "RootMeanSquaredError": (normal, normal, [{}]),
    "LogCoshError": (normal, normal, [{}]),
    "CosineSimilarity": (normal, normal, [{}]),
    "R2Score": (
        normal,
        normal,
        [{}, {"class_aggregation": None}, {"class_aggregation": "variance_weighted_average", "num_regressors": 2}],
    ),
    "PearsonCorrelation": (normal, normal, [{}]),
    "ConcordanceCorrelation": (normal, normal, [{}]),
    "Hinge": (signs, normal, [{}]),
    "SquaredHinge": (binary, normal, [{}]),
    "CategoricalHinge": (one_hot, normal, [{}]),
    "KLDivergence": (probabilities, probabilities, [{}]),
    "Poisson": (counts, positive, [{}]),
    "BinaryCrossentropy": (binary, probabilities, [{}, {"label_smoothing": 0.1}]),
    "CategoricalCrossentropy": (one_hot, normal, [{"from_logits": True, "label_smoothing": 0.2}]),
    "SparseCategoricalCrossentropy": (labels, probabilities, [{}, {"ignore_class": 1}]),
    "Accuracy": (labels, ids, [{}]),
    "BinaryAccuracy": (binary, probabilities, [{}, {"threshold": 0.3}]),
    "CategoricalAccuracy": (one_hot, probabilities, [{}]),
    "SparseCategoricalAccuracy": (labels, probabilities, [{}]),
    "TopKCategoricalAccuracy": (one_hot, probabilities, [{"k": 2}]),
    "SparseTopKCategoricalAccuracy": (labels, probabilities, [{"k": 2}]),
    "F1Score": (one_hot, probabilities, [{}, {"average": "macro", "threshold": 0.4}]),
    "FBetaScore": (binary, probabilities, [{"average": "micro", "beta": 2.0}, {"average": "weighted", "beta": 0.5}]),
    "TruePositives": (binary, probabilities, [{}, {"thresholds": [0.8, 0.2]}]),
    "TrueNegatives": (binary, probabilities, [{"thresholds": 0.3}]),
    "FalsePositives": (binary, probabilities, [{"thresholds": [0.0, 0.5, 1.0]}]),
    "FalseNegatives": (binary, probabilities, [{"thresholds": [0.1, 0.6, 0.7, 0.9]}]),
    "Precision": (
        binary,
        probabilities,
        [{}, {"top_k": 2}, {"class_id": 1, "thresholds": [0.3, 0.6]}, {"top_k": 1, "class_id": 2}],
    ),
    "Recall": (binary, probabilities, [{}, {"top_k": 2}, {"thresholds": [0.0, 0.25, 0.5, 0.75, 1.0]}]),
    "SensitivityAtSpecificity": (binary, probabilities, [{"specificity": 0.6}, {"specificity": 0.4, "class_id": 1}]),
    "SpecificityAtSensitivity": (binary, probabilities, [{"sensitivity": 0.6, "num_thresholds": 11}]),
    "PrecisionAtRecall": (binary, probabilities, [{"recall": 0.6}, {"recall": 0.2, "num_thresholds": 1}]),
    "RecallAtPrecision": (binary, probabilities, [{"precision": 0.5}]),
    "AUC": (
        binary,
        probabilities,
        [
            {},
            {"num_thresholds": 11, "summation_method": "majoring"},
            {"summation_method": "minoring"},
            {"curve": "PR"},
            {"curve": "PR", "summation_method": "majoring"},
            {"curve": "PRGAIN"},
            {"thresholds": [0.7, 0.3]},
            {"multi_label": True, "label_weights": [0.2, 0.5, 1.0]},
            {"multi_label": True, "num_labels": 3, "curve": "PR", "thresholds": [0.2, 0.3, 0.9]},
            {"label_weights": [0.2, 0.5, 1.0]},
        ],
    ),
}
WITHOUT_WEIGHTS = {
    "SparseTopKCategoricalAccuracy": (labels, ranking, [{"k": 2, "from_sorted_ids": True}]),
    "AUC": (binary, normal, [{"from_logits": True}]),
    "IoU": (ids, ids, [{"num_classes": 3, "target_class_ids": [0, 2]}]),
    "MeanIoU": (ids, ids, [{"num_classes": 3}, {"num_classes": 3, "ignore_class": 1}]),
    "BinaryIoU": (binary, probabilities, [{}, {"target_class_ids": [1], "threshold": 0.4}]),
    "OneHotIoU": (one_hot, probabilities, [{"num_classes": 3, "target_class_ids": [1, 2]}]),
    "OneHotMeanIoU": (one_hot, probabilities, [{"num_classes": 3}]),
}
# metrics of values, and weights of every rank
REDUCTIONS = [
    ("Mean", [[normal(4)], [normal(2, 3)], [3.0], [normal(3), positive(3)], [normal(2, 3), positive(2, 3)]]),
    ("Mean", [[normal(2, 3), positive(2)], [normal(2, 3), positive(2, 1)], [normal(2, 3, 2), positive(2, 3)]]),
    ("Sum", [[normal(4)], [normal(2, 3), positive(2)], [normal(2, 3), positive(2, 3)], [2.0]]),
    ("MeanSquaredError", [[normal(4), normal(4, 1)], [normal(2, 3, 2), normal(2, 3, 2), positive(2, 3)]]),
    ("MeanSquaredError", [[normal(2, 3, 2), normal(2, 3, 2), positive(2)], [normal(2, 3), normal(2, 3)]]),
    ("BinaryAccuracy", [[binary(4), probabilities(4, 1)], [binary(4, 1), probabilities(4), positive(4)]]),
    ("BinaryAccuracy", [[binary(2, 3, 1), probabilities(2, 3, 1), positive(2, 3)]]),
    ("SparseCategoricalAccuracy", [[labels(4, 3)[:, None], probabilities(4, 3)], [labels(2, 3, 4), normal(2, 3, 4)]]),
    ("CategoricalAccuracy", [[one_hot(2, 3, 4), normal(2, 3, 4), positive(2, 3)]]),
    ("TopKCategoricalAccuracy", [[one_hot(2, 3, 6), normal(2, 3, 6)]]),
    ("Precision", [[binary(5), probabilities(5), positive(5)], [binary(5), probabilities(5, 1), positive(5)]]),
    ("AUC", [[binary(5), probabilities(5), positive(5)], [binary(2, 3, 2), probabilities(2, 3, 2), positive(2, 3, 2)]]),
    ("AUC", [[binary(6), 3 * normal(6)]]),
]
FUNCTIONS = [
    ("binary_accuracy", {"threshold": 0.4}, binary(4, 3), probabilities(4, 3)),
    ("categorical_accuracy", {}, one_hot(4, 3), probabilities(4, 3)),
    ("sparse_categorical_accuracy", {}, labels(4, 3), probabilities(4, 3)),
    ("top_k_categorical_accuracy", {"k": 2}, one_hot(4, 3), probabilities(4, 3)),
    ("sparse_top_k_categorical_accuracy", {"k": 2}, labels(2, 4, 3), probabilities(2, 4, 3)),
    ("sparse_top_k_categorical_accuracy", {"k": 2}, np.array([1, 2]), np.array([[0.3, 0.3, 0.3], [0.4, 0.3, 0.3]])),
    ("sparse_top_k_categorical_accuracy", {"k": 9}, np.array([1, 2]), probabilities(2, 3)),
    ("pearson_correlation", {}, normal(4, 3), normal(4, 3)),
    ("pearson_correlation", {"axis": 0}, normal(4, 3), normal(4, 3)),
    ("concordance_correlation", {}, normal(4, 3), normal(4, 3)),
    ("concordance_correlation", {"axis": 0}, normal(4, 3), normal(4, 3)),
]


def plain(x):
    """Nested lists; floats by their shortest float32 digits."""
    if isinstance(x, list | tuple):
        return [plain(item) for item in x]
    x = np.asarray(x)
    if x.ndim:
        return [plain(item) for item in x]
    return x.item() if x.dtype.kind in "bi" else float(str(np.float32(x)))


def run(name, arguments, batches):
    metric = getattr(keras.metrics, name)(**arguments)
    results = [plain(metric(*batch)) for batch in batches]
    config = {key: value for key, value in metric.get_config().items() if key != "name"}
    config = json.loads(json.dumps(config, default=lambda x: np.asarray(x).tolist()))
    return {"call": [name, arguments], "batches": plain(batches), "results": results, "config": config}


def run_function(name, arguments, y_true, y_pred):
    value = getattr(keras.metrics, name)(y_true, y_pred, **arguments)
    return {
        "function": name,
        "arguments": arguments,
        "y_true": plain(y_true),
        "y_pred": plain(y_pred),
        "value": plain(value),
    }


cases = []
for table, weighted in [(METRICS, True), (WITHOUT_WEIGHTS, False)]:
    for name, (targets, predictions, variations) in table.items():
        for arguments in variations:
            batches = [[targets(6, 3), predictions(6, 3)], [targets(4, 3), predictions(4, 3)]]
            batches += [[targets(5, 3), predictions(5, 3), positive(5)]] if weighted else []
            cases.append(run(name, arguments, batches))
cases += [run(name, {}, batches) for name, batches in REDUCTIONS]
cases.append(run("SensitivityAtSpecificity", {"specificity": 0.4}, [[binary(6), 3 * normal(6)]]))
weights = rng.integers(4, size=6)
cases.append(run("MeanIoU", {"num_classes": 3}, [[ids(6, 1), ids(6, 1), weights]]))
cases.append(run("MeanIoU", {"num_classes": 3, "dtype": "float32"}, [[ids(6, 1), ids(6, 1), positive(6)]]))
functions = [run_function(*case) for case in FUNCTIONS]

text = ",\n".join(json.dumps(case, separators=(",", ":")) for case in cases + functions)
Path(__file__).with_name("metrics.json").write_text(f"[\n{text}\n]\n")
print(len(cases), "metrics,", len(functions), "functions")
