"""Makes the results in layers.json anew: outputs, penalties, gradients and configurations for the weights given there.

Run with an interpreter that has Keras 3.15 and jax: `KERAS_BACKEND=jax python make_layer_gradients.py`. Layers, inputs,
weights and the factors of the gradients stay as they are in the file.
"""

import json

import jax
import keras
import numpy as np
from refreshing import refresh, rounded


def results(case):
    """What Keras's layer makes of a case."""
    keras.utils.clear_session()
    inputs = [np.array(value, "int32" if case["int_inputs"] else "float32") for value in case["inputs"]]
    layer = layer_of(case)
    layer(packed(inputs))
    layer.set_weights([np.array(w["value"], "float32") for w in case["weights"]])
    output = layer(packed(inputs), training=case.get("training"))
    found = {
        "output": rounded(np.asarray(output)),
        "output_shape": list(output.shape),
        "losses": [rounded(np.asarray(loss)) for loss in layer.losses],
        "symbolic_output_shape": list(symbolic(case, inputs).shape),
        "config": config_like(case, layer),
    }
    return found | (gradients(case, layer, inputs) if "cotangent" in case else {})


def layer_of(case):
    kwargs = {key: tuple(value) if isinstance(value, list) else value for key, value in case["kwargs"].items()}
    return getattr(keras.layers, case["layer"])(**kwargs)


def packed(inputs):
    return list(inputs) if len(inputs) > 1 else inputs[0]


def symbolic(case, inputs):
    return layer_of(case)(packed([keras.Input(x.shape[1:], dtype=str(x.dtype)) for x in inputs]))


def config_like(case, layer):
    """The configuration, under the stored name: that depends on what was made before."""
    return {**json.loads(json.dumps(layer.get_config())), "name": case["config"]["name"]}


def gradients(case, layer, inputs):
    """Those of sum(output * cotangent)."""
    fixed = [v.value for v in layer.non_trainable_variables]

    def loss(weights, inputs):
        output, _ = layer.stateless_call(weights, fixed, packed(inputs))
        return (output * np.array(case["cotangent"], "float32")).sum()

    weights = [v.value for v in layer.trainable_variables]
    by_weights = jax.grad(loss)(weights, inputs) if weights else []
    named = zip(layer.trainable_variables, by_weights, strict=True)
    found = {"grad_weights": [{"name": v.name, "value": rounded(np.asarray(g))} for v, g in named]}
    if "grad_inputs" in case:
        by_inputs = jax.grad(loss, argnums=1)(weights, inputs)
        found["grad_inputs"] = [rounded(np.asarray(g)) for g in by_inputs]
    return found


refresh("layers.json", results)
