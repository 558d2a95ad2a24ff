"""Makes formulas.json: values and gradients of activations, constraints and regularizers in real Keras, in float64.

Run with an interpreter that has Keras 3.15 and jax: `KERAS_BACKEND=jax python make_formulas.py`.
"""

import json
import pathlib

import jax

jax.config.update("jax_enable_x64", True)

import keras  # noqa: E402 - jax must know its precision first
import numpy as np  # noqa: E402

keras.config.set_floatx("float64")

GRID = [-50.0, -7.3, -6.0, -4.0, -3.0, -2.5, -1.3, -1.0, -0.5, -0.2, -1e-5, 0.0]
GRID = GRID + [-x for x in GRID[-2::-1]]
TABLE = [[0.1, -2.0, 0.7, 1.4], [3.0, 2.0, -1.0, 0.0], [-30.0, 0.2, 0.1, 30.0]]

ACTIVATIONS = [
    ("linear", {}),
    ("relu", {}),
    ("relu", {"negative_slope": 0.1}),
    ("relu", {"max_value": 2.0}),
    ("relu", {"threshold": 1.1}),
    ("relu", {"threshold": -1.1, "max_value": 2.2}),
    ("relu", {"negative_slope": 0.1, "max_value": 3.3, "threshold": 1.1}),
    ("relu", {"negative_slope": 0.1, "max_value": 3.3}),
    ("relu", {"negative_slope": 0.1, "threshold": -1.1}),
    ("leaky_relu", {}),
    ("leaky_relu", {"negative_slope": 1.5}),
    ("relu6", {}),
    ("elu", {}),
    ("elu", {"alpha": 0.3}),
    ("celu", {}),
    ("celu", {"alpha": 0.3}),
    ("selu", {}),
    ("softplus", {}),
    ("softsign", {}),
    ("tanh", {}),
    ("sigmoid", {}),
    ("exponential", {}),
    ("hard_sigmoid", {}),
    ("silu", {}),
    ("swish", {}),
    ("hard_silu", {}),
    ("hard_swish", {}),
    ("gelu", {}),
    ("gelu", {"approximate": True}),
    ("mish", {}),
    ("hard_tanh", {}),
    ("tanh_shrink", {}),
    ("hard_shrink", {}),
    ("hard_shrink", {"threshold": 1.1}),
    ("soft_shrink", {}),
    ("soft_shrink", {"threshold": 1.1}),
    ("threshold", {"threshold": 1.1, "default_value": 7.0}),
    ("squareplus", {}),
    ("squareplus", {"b": 1}),
    ("sparse_plus", {}),
    ("sparse_sigmoid", {}),
    ("log_sigmoid", {}),
]
COUPLED = [
    ("softmax", {}),
    ("softmax", {"axis": 0}),
    ("softmax", {"axis": [0, 1]}),
    ("log_softmax", {}),
    ("log_softmax", {"axis": 0}),
    ("glu", {}),
]

KERNEL = [[3.0, 0.0, 0.5, 1.0], [4.0, 0.0, -0.5, 1.0]]
CUBE = np.random.default_rng(0).normal(size=(2, 3, 2, 2)).round(3).tolist()
CONSTRAINTS = [
    ("NonNeg", {}),
    ("UnitNorm", {}),
    ("UnitNorm", {"axis": 1}),
    ("UnitNorm", {"axis": [0, 1]}),
    ("MaxNorm", {}),
    ("MaxNorm", {"max_value": 1.2, "axis": 1}),
    ("MaxNorm", {"max_value": 2, "axis": [0, 1]}),
    ("MinMaxNorm", {}),
    ("MinMaxNorm", {"min_value": 1, "max_value": 2}),
    ("MinMaxNorm", {"min_value": 1, "max_value": 2, "rate": 0.5}),
    ("MinMaxNorm", {"min_value": 0.5, "max_value": 1.5, "rate": 0.25, "axis": 1}),
    ("Constraint", {}),
]
REGULARIZERS = [
    ("L1", {}),
    ("L1", {"l1": 0.1}),
    ("L2", {}),
    ("L2", {"l2": 0.1}),
    ("L2", {"l2": 0.0}),
    ("L1L2", {}),
    ("L1L2", {"l1": 0.1, "l2": 0.2}),
    ("L1L2", {"l2": 0.2}),
    ("OrthogonalRegularizer", {}),
    ("OrthogonalRegularizer", {"factor": 0.5, "mode": "columns"}),
    ("OrthogonalRegularizer", {"factor": 1.0, "mode": "rows"}),
]
WEIGHT = [[1.0, -2.0, 0.3], [3.0, -4.0, 0.1], [0.5, 0.25, -1.0], [2.0, 2.0, 2.0]]


def listed(array):
    return np.asarray(array).tolist()


def elementwise(name, arguments):
    def function(x):
        return getattr(keras.activations, name)(x, **arguments)

    x = jax.numpy.array(GRID)
    return {"y": listed(function(x)), "dy": listed(jax.grad(lambda x: function(x).sum())(x))}


def coupled(name, arguments):
    """With a cotangent that is not constant, since the sum of a softmax has no gradient."""

    def function(x):
        return getattr(keras.activations, name)(x, **arguments)

    x = jax.numpy.array(TABLE)
    y = function(x)
    cotangent = np.cos(np.arange(y.size)).reshape(y.shape)
    return {"y": listed(y), "dy": listed(jax.grad(lambda x: (function(x) * cotangent).sum())(x))}


def constrained(name, arguments):
    constraint = getattr(keras.constraints, name)(**arguments)
    return {"config": constraint.get_config(), "results": [listed(constraint(np.array(w))) for w in (KERNEL, CUBE)]}


def penalized(name, arguments):
    regularizer = getattr(keras.regularizers, name)(**arguments)
    w = jax.numpy.array(WEIGHT)  # a NumPy array would meet a defect of OrthogonalRegularizer(mode="columns")
    value, gradient = jax.value_and_grad(regularizer)(w)
    return {"config": regularizer.get_config(), "value": float(value), "gradient": listed(gradient)}


def cases(calls, run):
    return [{"name": name, "arguments": arguments} | run(name, arguments) for name, arguments in calls]


golden = {
    "grid": GRID,
    "elementwise": cases(ACTIVATIONS, elementwise),
    "table": TABLE,
    "coupled": cases(COUPLED, coupled),
    "kernels": [KERNEL, CUBE],
    "constraints": cases(CONSTRAINTS, constrained),
    "weight": WEIGHT,
    "regularizers": cases(REGULARIZERS, penalized),
}
pathlib.Path(__file__).with_name("formulas.json").write_text(json.dumps(golden) + "\n")
