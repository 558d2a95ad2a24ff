"""Makes the results in locally_connected.json anew: outputs and gradients of Keras 2, the last to have these layers.

Run with an interpreter that has tf-keras: `KERAS_BACKEND=tensorflow python make_locally_connected.py`. Layers, inputs,
weights and the factors of the gradients stay as they are in the file.
"""

import numpy as np
import tensorflow as tf
import tf_keras
from refreshing import refresh, rounded


def results(case):
    """What the layer of Keras 2 makes of a case."""
    kwargs = {key: tuple(value) if isinstance(value, list) else value for key, value in case["kwargs"].items()}
    layer = getattr(tf_keras.layers, case["layer"])(**kwargs)
    x = tf.constant(np.array(case["input"], "float32"))
    layer(x)
    layer.set_weights([np.array(w["value"], "float32") for w in case["weights"]])
    with tf.GradientTape() as tape:
        tape.watch(x)
        output = layer(x)
        loss = tf.reduce_sum(output * np.array(case["cotangent"], "float32"))
    by_input, *by_weights = tape.gradient(loss, [x, *layer.trainable_weights])
    return {
        "output": rounded(output.numpy()),
        "grad_input": rounded(by_input.numpy()),
        "grad_weights": [rounded(gradient.numpy()) for gradient in by_weights],
    }


refresh("locally_connected.json", results)
