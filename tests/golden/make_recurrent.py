"""Makes recurrent.json and recurrent_dropout.json: what Keras's recurrent layers and wrappers give, and gradients.

Run with an interpreter that has Keras 3.15 and jax, once for each file: `KERAS_BACKEND=jax python make_recurrent.py`
for values and gradients, `KERAS_BACKEND=numpy python make_recurrent.py` for dropout, since only its NumPy backend draws
the random numbers that a NumPy library can draw too.
"""

import copy
import json
import pathlib

import keras
import numpy as np

X = (3, 4, 2)  # samples, steps, features


def of(class_name, **config):
    """A layer as a configuration, so that layers can stand in layers."""
    return {"module": "keras.layers", "class_name": class_name, "config": config}


SEQUENCES = {"return_sequences": True}
BOTH = SEQUENCES | {"return_state": True}
CELLS = [of("LSTMCell", units=2), of("GRUCell", units=3)]

VARIANTS = [  # of each layer with a cell of its own
    ({}, {}),
    (BOTH, {}),
    (BOTH, {"mask": True}),
    (BOTH | {"zero_output_for_mask": True}, {"mask": True}),
    (BOTH | {"go_backwards": True}, {"mask": True}),
    ({"go_backwards": True}, {}),
    (SEQUENCES, {"state": True}),
    (BOTH, {"state": True, "mask": True}),
    ({"use_bias": False, "activation": "relu", "unroll": True}, {}),
    ({"kernel_regularizer": "l2", "recurrent_regularizer": "l1", "bias_regularizer": "l2"}, {}),
]

CASES = [(of(name, units=2, **config), more) for name in ("SimpleRNN", "LSTM", "GRU") for config, more in VARIANTS]
CASES += [
    (of("LSTM", units=2, activity_regularizer="l2", **SEQUENCES), {}),  # SimpleRNN in Keras forgets it
    (of("GRU", units=2, activity_regularizer="l2"), {}),
    (of("LSTM", units=2, recurrent_activation="hard_sigmoid", activation="softsign", unit_forget_bias=False), {}),
    (of("GRU", units=2, recurrent_activation="hard_sigmoid", activation="softsign"), {}),
    (of("GRU", units=2, reset_after=False, use_bias=False), {}),
    (of("GRU", units=2, reset_after=False, **BOTH), {"mask": True, "state": True}),
    (of("GRU", units=2, use_bias=False), {}),
    (of("RNN", cell=CELLS[0], **BOTH), {"mask": True}),
    (of("RNN", cell=of("StackedRNNCells", cells=CELLS), **SEQUENCES), {"mask": True}),
    (of("RNN", cell=of("StackedRNNCells", cells=CELLS), zero_output_for_mask=True), {"mask": True}),
    *(
        (of("Bidirectional", layer=of("LSTM", units=2, **config), merge_mode=mode), more)
        for mode in ("concat", "sum", "mul", "ave", None)
        for config, more in (({}, {}), (SEQUENCES, {"mask": True}))
    ),
    (of("Bidirectional", layer=of("GRU", units=2, **BOTH)), {"mask": True}),
    (of("Bidirectional", layer=of("LSTM", units=2, **BOTH), merge_mode=None), {"state": True}),
    (of("Bidirectional", layer=of("SimpleRNN", units=2), merge_mode="sum"), {"state": True, "mask": True}),
    (
        of(
            "Bidirectional",
            layer=of("LSTM", units=2),
            backward_layer=of("GRU", units=2, go_backwards=True, name="back"),
        ),
        {},
    ),
    (of("TimeDistributed", layer=of("Dense", units=3, activation="tanh")), {"mask": True}),
    (of("TimeDistributed", layer=of("Conv1D", filters=2, kernel_size=2)), {"shape": (2, 3, 4, 2)}),
    (of("TimeDistributed", layer=of("LSTM", units=2)), {"shape": (2, 3, 4, 2)}),
    (of("TimeDistributed", layer=of("Flatten")), {"shape": (2, 3, 4, 2)}),
    (of("TimeDistributed", layer=of("TimeDistributed", layer=of("Dense", units=2))), {"shape": (2, 3, 4, 2)}),
]

SEED = {"seed": 5}
DROPOUT_CASES = [
    of(name, units=2, dropout=dropout, recurrent_dropout=recurrent, **more, **SEED)
    for name, options in (("SimpleRNN", [{}]), ("LSTM", [{}]), ("GRU", [{}, {"reset_after": False}]))
    for more in options
    for dropout, recurrent in ((0.3, 0.0), (0.0, 0.3), (0.3, 0.4))
]
DROPOUT_CASES += [
    of("Bidirectional", layer=of("LSTM", units=2, dropout=0.3, recurrent_dropout=0.4, **SEED)),
    of("RNN", cell=of("StackedRNNCells", cells=[of("LSTMCell", units=2, dropout=0.5, **SEED), CELLS[1]])),
    of("TimeDistributed", layer=of("Dropout", rate=0.5, **SEED)),
    of("TimeDistributed", layer=of("BatchNormalization")),
]


def made(config):
    return keras.layers.deserialize(copy.deepcopy(config))  # Keras takes configurations apart


def states_of(layer, rng, batch):
    """Random first states for a layer."""
    layers = [layer.forward_layer, layer.backward_layer] if hasattr(layer, "forward_layer") else [layer]
    sizes = [size for one in layers for size in one.state_size]
    return [random(rng, (batch, size)) for size in sizes]


def random(rng, shape):
    return rng.normal(size=shape).round(3).astype("float32")


def lists(arrays):
    return [np.asarray(array).round(7).tolist() for array in arrays]


def prepared(config, shape):
    """A layer with random weights, and inputs."""
    rng = np.random.default_rng(0)
    layer = made(config)
    inputs = random(rng, shape)
    layer.build(inputs.shape)  # a call would draw numbers, even one that is not training
    for weight in layer.weights:
        weight.assign(np.abs(random(rng, weight.shape)) if "variance" in weight.name else random(rng, weight.shape))
    return layer, inputs, rng


def run(config, more):
    """One case with values and gradients."""
    import jax

    layer, inputs, rng = prepared(config, more.get("shape", X))
    call = {}
    if more.get("mask"):
        call["mask"] = np.array([[True, True, False, False], [False, True, False, True], [False] * 4])
    if more.get("state"):
        call["initial_state"] = states_of(layer, rng, len(inputs))
    states = call.pop("initial_state", [])
    outputs = outputs_of(layer, inputs, states, call)
    losses = [float(value) for value in layer.losses]
    cotangents = [random(rng, output.shape) for output in outputs]

    def loss(inputs, states, weights):
        mapping = list(zip(layer.trainable_variables, weights, strict=True))
        with keras.StatelessScope(state_mapping=mapping):
            found = outputs_of(layer, inputs, states, call)
        return sum((c * y).sum() for c, y in zip(cotangents, found, strict=True))

    weights = [weight.value for weight in layer.trainable_variables]
    gradients = jax.grad(loss, argnums=(0, 1, 2))(inputs, states, weights)
    symbol = keras.Input((None, *inputs.shape[2:]))
    shapes = [list(tensor.shape) for tensor in keras.tree.flatten(made(config)(symbol))]
    return {
        "layer": config,
        "inputs": inputs.tolist(),
        "mask": call["mask"].tolist() if "mask" in call else None,
        "states": lists(states),
        "weights": [[w.path.partition("/")[2], w.numpy().tolist()] for w in layer.weights],
        "outputs": lists(outputs),
        "cotangents": lists(cotangents),
        "gradients": lists(keras.tree.flatten(gradients)),
        "losses": losses,
        "symbolic_shapes": shapes,
        "config": made(config).get_config() if more == {} else None,
    }


def outputs_of(layer, inputs, states, call):
    if states:
        call = call | {"initial_state": list(states)}
    return keras.tree.flatten(layer(inputs, **call))


def run_dropout(config):
    """Three calls in training of one layer."""
    layer, inputs, _ = prepared(config, X)
    outputs = [layer(inputs, training=True) for _ in range(3)]
    return {
        "layer": config,
        "inputs": inputs.tolist(),
        "weights": [w.numpy().tolist() for w in layer.weights],
        "outputs": lists(outputs),
    }


def main():
    folder = pathlib.Path(__file__).parent
    if keras.backend.backend() == "numpy":
        name, cases = "recurrent_dropout.json", [run_dropout(config) for config in DROPOUT_CASES]
    else:
        name, cases = "recurrent.json", [run(config, more) for config, more in CASES]
    made_with = {"keras": keras.__version__, "backend": keras.backend.backend()}
    text = ",\n".join(json.dumps(case) for case in cases)
    (folder / name).write_text(f'{{"made_with": {json.dumps(made_with)}, "cases": [\n{text}\n]}}\n')


if __name__ == "__main__":
    main()
