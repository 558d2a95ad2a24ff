"""Models that draw random numbers, as programs that run unchanged on Keras and on layerlab.

`make_seeded_models.py` stores what Keras's NumPy backend draws, `tests/models/test_seeded_models.py` compares.
"""

import numpy as np


def mnist_mlp(k):
    """The first model of every tutorial, shapes known from the start."""
    return k.Sequential(
        [k.Input((20,)), k.layers.Dense(6, "relu"), k.layers.Dropout(0.2), k.layers.Dense(3, "softmax")]
    )


def deferred(k):
    """Seeds are drawn when layers are made, not when they are built."""
    return k.Sequential([k.layers.Dense(5), k.layers.Dense(4, bias_initializer="random_normal")])


def every_initializer(k):
    names = "random_normal random_uniform truncated_normal variance_scaling lecun_normal lecun_uniform glorot_normal "
    names += "glorot_uniform he_normal he_uniform"
    return k.Sequential([k.Input((4,)), *(k.layers.Dense(4, kernel_initializer=name) for name in names.split())])


def orthogonal(k):
    return k.Sequential([k.Input((4,)), k.layers.Dense(6, kernel_initializer="orthogonal"), k.layers.Dense(2)])


def noise_takes_seeds_too(k):
    noise = [
        k.layers.GaussianNoise(0.1),
        k.layers.Dropout(0.0),
        k.layers.GaussianDropout(0.3),
        k.layers.AlphaDropout(0.4),
    ]
    return k.Sequential([k.Input((3,)), k.layers.Dense(3), *noise, k.layers.Dense(2)])


def shared_initializer(k):
    """One unseeded instance gives the same numbers to both layers."""
    initializer = k.initializers.HeNormal()
    return k.Sequential([k.Input((3,)), *(k.layers.Dense(3, kernel_initializer=initializer) for _ in range(2))])


MODELS = {
    f.__name__: f
    for f in (mnist_mlp, deferred, every_initializer, orthogonal, noise_takes_seeds_too, shared_initializer)
}


def numbers(k, name):
    """Weights, and two outputs in training mode (the second draws new noise)."""
    k.utils.set_random_seed(7)
    model = MODELS[name](k)
    x = np.linspace(-1, 1, 2 * (model.input_shape[1] if model.built else 20), dtype="float32").reshape(2, -1)
    outputs = [np.asarray(model(x, training=True)).tolist() for _ in range(2)]
    return {"weights": [w.tolist() for w in model.get_weights()], "outputs": outputs}
