"""Makes merging_and_normalization.json: what Keras's merge layers, Embedding and normalizations give, masks included.

Run with an interpreter that has Keras 3.15 and jax: `KERAS_BACKEND=jax python make_merging_and_normalization.py`. Each
case has one call: its output and mask, the weights after it (moving averages change), and its gradients.
"""

import json
import pathlib

import jax
import keras
import numpy as np
from keras.src.backend import get_keras_mask, set_keras_mask

MASK = [[True, True, False], [True, False, False]]
OTHER = [[False, True, False], [True, True, False]]
THREE = [(2, 3, 4), (2, 3, 4)]
MERGES = ("Add", "Subtract", "Multiply", "Average", "Maximum", "Minimum", "Concatenate")

# (layer, arguments, shapes of the inputs, more of the case)
CASES = [
    *((name, {}, THREE, {}) for name in MERGES),
    *((name, {}, THREE, {"masks": [MASK, None]}) for name in MERGES),
    *((name, {}, THREE, {"masks": [None, MASK]}) for name in MERGES),
    *((name, {}, THREE, {"masks": [MASK, OTHER]}) for name in MERGES),
    *(
        (name, {}, [(2, 3, 4)] * 3, {"masks": [MASK, OTHER, MASK]})
        for name in ("Add", "Multiply", "Maximum", "Minimum")
    ),
    *((name, {}, [(2, 3, 4)] * 3, {"masks": [MASK, None, OTHER]}) for name in ("Multiply", "Maximum", "Minimum")),
    ("Multiply", {}, [(2, 3, 4), (2, 3, 1)], {"masks": [MASK, OTHER]}),
    ("Maximum", {}, [(2, 3, 1), (2, 3, 4)], {"masks": [MASK, OTHER]}),
    ("Average", {}, [(2, 3, 4)], {}),
    ("Add", {"activity_regularizer": "l2"}, [(2, 3, 4), (2, 4), (2, 3, 1)], {}),
    ("Subtract", {}, [(2, 4), (2, 3, 4)], {}),
    ("Concatenate", {"axis": 1}, [(2, 3, 4), (2, 3, 4)], {"masks": [MASK, None]}),
    ("Concatenate", {"axis": 1}, [(2, 3, 4), (2, 3, 4)], {"masks": [MASK, OTHER]}),
    ("Concatenate", {"axis": 0}, [(2, 3), (1, 3)], {}),
    ("Concatenate", {"axis": -2}, [(2, 3, 4), (2, 1, 4), (2, 2, 4)], {}),
    ("Dot", {"axes": 1}, [(2, 3, 4), (2, 3)], {}),
    ("Dot", {"axes": [-2, -1]}, [(1, 3, 2), (1, 1, 2, 3)], {}),
    ("Dot", {"axes": [3, 2]}, [(2, 3, 5, 4), (2, 6, 4, 2)], {}),
    ("Dot", {"axes": -1}, THREE, {"masks": [MASK, OTHER]}),
    ("Embedding", {"input_dim": 6, "output_dim": 3, "mask_zero": True}, [(2, 5)], {"ids": 6}),
    ("Embedding", {"input_dim": 6, "output_dim": 2, "embeddings_regularizer": "l2"}, [(2, 3, 2)], {"ids": 6}),
    ("Embedding", {"input_dim": 3, "output_dim": 2, "activity_regularizer": "l2"}, [(40,)], {"ids": 3}),
    ("BatchNormalization", {}, [(5, 3)], {"training": True}),
    ("BatchNormalization", {}, [(5, 3)], {}),
    ("BatchNormalization", {"momentum": 0.5, "epsilon": 0.1}, [(2, 3, 4)], {"training": True}),
    ("BatchNormalization", {"axis": 1}, [(2, 3, 2, 2)], {"training": True}),
    ("BatchNormalization", {"axis": 1}, [(2, 3, 2, 2)], {}),
    ("BatchNormalization", {"scale": False, "beta_regularizer": "l1"}, [(4, 2, 3)], {"training": True}),
    ("BatchNormalization", {"center": False, "gamma_regularizer": "l2"}, [(4, 2, 3)], {"training": True}),
    ("BatchNormalization", {"trainable": False}, [(5, 3)], {"training": True}),
    ("BatchNormalization", {}, [(2, 3, 4)], {"training": True, "masks": [MASK]}),
    ("BatchNormalization", {"axis": 1}, [(2, 3, 4)], {"training": True, "masks": [MASK]}),
    ("BatchNormalization", {}, [(2, 3, 4)], {"masks": [MASK]}),
    ("BatchNormalization", {}, [(2, 3, 4)], {"training": True, "masks": [[[False] * 3] * 2]}),
    ("BatchNormalization", {"renorm": True, "renorm_momentum": 0.8}, [(5, 3)], {"training": True}),
    ("BatchNormalization", {"renorm": True, "axis": 1}, [(2, 3, 4)], {}),
    (
        "BatchNormalization",
        {"renorm": True, "axis": 1, "renorm_clipping": {"rmax": 1.2, "rmin": 0.8, "dmax": 0.3}},
        [(2, 3, 4)],
        {"training": True},
    ),
    ("LayerNormalization", {}, [(2, 5)], {}),
    ("LayerNormalization", {"axis": 1}, [(2, 3, 4)], {}),
    ("LayerNormalization", {"axis": [2, 1], "epsilon": 0.1}, [(2, 3, 4)], {}),
    ("LayerNormalization", {"axis": [1, -1]}, [(2, 3, 2, 4)], {}),
    ("LayerNormalization", {"scale": False, "beta_regularizer": "l1"}, [(2, 4)], {}),
    ("LayerNormalization", {"center": False, "gamma_regularizer": "l2"}, [(2, 4)], {}),
    ("LayerNormalization", {"rms_scaling": True}, [(2, 4)], {}),
    ("LayerNormalization", {}, [(2, 3, 4)], {"masks": [MASK]}),
    ("GroupNormalization", {"groups": 2}, [(2, 3, 4)], {}),
    ("GroupNormalization", {"groups": 2, "axis": 1}, [(2, 4, 3, 2)], {}),
    ("GroupNormalization", {"groups": 3, "axis": -2, "epsilon": 0.1}, [(2, 6, 3)], {}),
    ("GroupNormalization", {"groups": -1}, [(2, 3, 4)], {}),
    ("GroupNormalization", {"groups": 1, "scale": False}, [(2, 4)], {}),
    ("RMSNormalization", {}, [(2, 5)], {}),
    ("RMSNormalization", {"axis": [2, 1], "epsilon": 0.1}, [(2, 3, 4)], {}),
    ("UnitNormalization", {}, [(2, 5)], {}),
    ("UnitNormalization", {"axis": [1, 2]}, [(2, 3, 4)], {}),
    ("UnitNormalization", {"axis": 1}, [(2, 3, 4)], {"masks": [MASK]}),
]


def draw(rng, shape):
    return rng.normal(size=shape).round(3).astype("float32")


def describe(name, kwargs, shapes, training=False, masks=None, ids=None, seed=0):
    """One call of a layer with random weights, as plain lists."""
    rng = np.random.default_rng(seed)
    inputs = [draw(rng, s) if ids is None else rng.integers(0, ids, s).astype("int32") for s in shapes]
    masks = [None if mask is None else np.array(mask) for mask in masks or [None] * len(shapes)]
    layer = getattr(keras.layers, name)(**kwargs)
    several = name in (*MERGES, "Dot")
    layer.build([x.shape for x in inputs] if several else inputs[0].shape)
    for weight in layer.weights:
        value = draw(rng, weight.shape)
        weight.assign(np.abs(value) if weight.name.endswith(("variance", "stddev")) else value)
    before = [np.asarray(w.value) for w in layer.weights]
    cotangent = draw(rng, layer.compute_output_shape([x.shape for x in inputs] if several else inputs[0].shape))
    others = [w.value for w in layer.non_trainable_variables]
    option = {"training": training} if training else {}
    wanted = {"mask": masks[0]} if name == "BatchNormalization" else {}  # a stateless call does not fill it in

    def masked(inputs):
        arrays = [jax.numpy.asarray(x) + 0 for x in inputs]  # new ones, which may carry masks
        for x, mask in zip(arrays, masks, strict=True):
            if mask is not None:
                set_keras_mask(x, mask)
        return arrays if several else arrays[0]

    def call(trainable, inputs):
        output, changed = layer.stateless_call(trainable, others, masked(inputs), **option, **wanted)
        return jax.numpy.sum(output * cotangent), (output, changed)

    trainable = [w.value for w in layer.trainable_variables]
    _, (output, changed) = call(trainable, inputs)
    by = (0,) if ids is not None else (0, 1)
    gradients = jax.grad(lambda *args: call(*args)[0], by)(trainable, inputs)
    mask = get_keras_mask(layer(masked(inputs), **option))
    return {
        "layer": name,
        "kwargs": kwargs,
        "inputs": plain(inputs),
        "masks": plain(masks),
        "training": training,
        "several": several,
        "integers": ids is not None,
        "weights": plain(before),
        "cotangent": plain(cotangent),
        "output": plain(output),
        "mask": plain(mask),
        "losses": plain(layer.losses),
        "moved": plain(changed),
        "gradients": plain([*gradients[0], *(gradients[1] if ids is None else [])]),
        "config": layer.get_config(),
    }


def plain(x):
    """Arrays as lists, with as many digits as float32 has."""
    if x is None or isinstance(x, list | tuple):
        return x and [plain(item) for item in x]
    x = np.asarray(x)
    return x.tolist() if x.dtype == bool else np.round(x.astype("float64"), 7).tolist()


if __name__ == "__main__":
    cases = [describe(name, kwargs, shapes, seed=i, **more) for i, (name, kwargs, shapes, more) in enumerate(CASES)]
    text = ",\n".join(json.dumps(case) for case in cases)
    path = pathlib.Path(__file__).parent / "merging_and_normalization.json"
    path.write_text(f'{{"keras": "{keras.__version__}", "cases": [\n{text}\n]}}\n')
