"""Makes noise_and_shape_layers.json: what Keras's noise, mask and reshaping layers give, call after call.

Run with an interpreter that has Keras 3.15 and jax: `KERAS_BACKEND=numpy python make_layers.py`. Only its NumPy backend
draws the random numbers that a NumPy library can draw too.
"""

import json
import pathlib

import keras
import numpy as np

CALLS = 3  # successive calls of one layer: each draws new noise

# (layer, arguments, shape of the input, more of the case)
CASES = [
    ("Dropout", {"rate": 0.4, "seed": 1}, (3, 5), {"training": True}),
    ("Dropout", {"rate": 0.4, "seed": 1}, (3, 5), {}),
    ("Dropout", {"rate": 0.0}, (3, 5), {"training": True}),
    ("Dropout", {"rate": 1.0, "seed": 1}, (3, 5), {"training": True}),
    ("Dropout", {"rate": 0.5, "seed": 2, "noise_shape": [None, 1, None]}, (2, 3, 4), {"training": True}),
    ("Dropout", {"rate": 0.5, "seed": 3, "noise_shape": [4]}, (3, 4), {"training": True}),
    ("Dropout", {"rate": 0.5, "seed": 3, "dtype": "float64"}, (3, 4), {"training": True}),
    ("SpatialDropout1D", {"rate": 0.5, "seed": 4}, (2, 3, 4), {"training": True}),
    ("SpatialDropout2D", {"rate": 0.5, "seed": 5}, (2, 2, 3, 4), {"training": True}),
    ("SpatialDropout2D", {"rate": 0.5, "seed": 5, "data_format": "channels_first"}, (2, 4, 2, 3), {"training": True}),
    ("SpatialDropout3D", {"rate": 0.5, "seed": 6}, (2, 2, 1, 3, 4), {"training": True}),
    (
        "SpatialDropout3D",
        {"rate": 0.5, "seed": 6, "data_format": "channels_first"},
        (2, 4, 1, 2, 3),
        {"training": True},
    ),
    ("GaussianDropout", {"rate": 0.3, "seed": 7}, (3, 4), {"training": True}),
    ("GaussianDropout", {"rate": 0.3, "seed": 7}, (3, 4), {}),
    ("GaussianNoise", {"stddev": 0.3, "seed": 8}, (3, 4), {"training": True}),
    ("GaussianNoise", {"stddev": 0.3, "seed": 8, "dtype": "float64"}, (3, 4), {"training": True}),
    ("AlphaDropout", {"rate": 0.3, "seed": 9}, (3, 4), {"training": True}),
    ("AlphaDropout", {"rate": 0.3, "seed": 9, "noise_shape": [None, 1]}, (3, 4), {"training": True}),
    ("ActivityRegularization", {"l1": 0.1, "l2": 0.2}, (4, 3), {}),
    ("Identity", {}, (2, 3), {}),
    ("Flatten", {}, (2, 3, 4), {}),
    ("Flatten", {"data_format": "channels_first"}, (2, 3, 2, 4), {}),
    ("Flatten", {"data_format": "channels_first"}, (2, 3), {}),
    ("Flatten", {}, (3,), {}),
    ("Reshape", {"target_shape": [2, -1, 3]}, (2, 12), {}),
    ("Reshape", {"target_shape": [6]}, (2, 3, 2), {}),
    ("Reshape", {"target_shape": []}, (3, 1), {}),
    ("Permute", {"dims": [2, 1]}, (2, 3, 4), {}),
    ("Permute", {"dims": [3, 1, 2]}, (2, 3, 4, 2), {}),
    ("RepeatVector", {"n": 3}, (2, 4), {}),
    ("Masking", {}, (2, 3, 2), {"blank": 0.0}),
    ("Masking", {"mask_value": -1.0}, (2, 3, 2), {"blank": -1.0}),
    ("ReLU", {}, (2, 5), {}),
    ("ReLU", {"max_value": 1.0}, (2, 5), {}),
    ("ReLU", {"max_value": 1.0, "negative_slope": 0.2, "threshold": 0.3}, (2, 5), {}),
    ("ReLU", {"negative_slope": 0.2, "threshold": 0.3}, (2, 5), {}),
    ("LeakyReLU", {"negative_slope": 0.05}, (2, 5), {}),
    ("ELU", {"alpha": 0.3}, (2, 5), {}),
    ("PReLU", {"alpha_initializer": "ones", "shared_axes": [1, 2]}, (2, 3, 2, 4), {}),
    ("Softmax", {"axis": [1, 2]}, (2, 3, 4), {}),
    ("Softmax", {}, (3, 4), {"mask": [[True, True, False, True], [False] * 4, [True] * 4]}),
    ("Softmax", {"axis": 1}, (2, 2, 2), {"mask": [[[True, False], [True, True]], [[False, False], [True, True]]]}),
    ("Activation", {"activation": "relu6"}, (2, 4), {}),
]


def tuples(kwargs):
    """The arguments as a person would write them: sequences as tuples."""
    return {key: tuple(value) if isinstance(value, list) else value for key, value in kwargs.items()}


def run(layer_name, kwargs, shape, more):
    """One case: inputs, the outputs of several calls, penalties, shapes, configuration."""
    rng = np.random.default_rng(len(shape))
    inputs = rng.normal(size=shape).round(3).astype("float32")
    if "blank" in more:
        inputs[0, 1:] = more["blank"]
    layer = getattr(keras.layers, layer_name)(**tuples(kwargs))
    call = {"training": more["training"]} if "training" in more else {}
    if "mask" in more:
        call["mask"] = np.array(more["mask"])
    outputs = [layer(inputs, **call) for _ in range(CALLS)]
    return {
        "layer": layer_name,
        "kwargs": kwargs,
        "inputs": inputs.tolist(),
        "training": more.get("training"),
        "mask": more.get("mask"),
        "outputs": [np.asarray(output, "float64").tolist() for output in outputs],
        "dtype": str(outputs[0].dtype),
        "losses": [float(loss) for loss in layer.losses],
        "symbolic_output_shape": list(layer(keras.Input(shape[1:])).shape),
        "config": {key: value for key, value in layer.get_config().items() if key != "name"},
    }


if __name__ == "__main__":
    path = pathlib.Path(__file__).with_name("noise_and_shape_layers.json")
    content = {"keras": keras.__version__, "backend": keras.backend.backend(), "cases": [run(*case) for case in CASES]}
    path.write_text(json.dumps(content) + "\n", encoding="utf-8")
