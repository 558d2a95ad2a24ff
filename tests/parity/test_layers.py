"""Random configurations of every layer, in layerlab and in real Keras: the same numbers, gradients, shapes, and words.

LAYERLAB_PARITY_SEED draws other ones, LAYERLAB_PARITY_CASES more of each layer.
"""

import json
import os

import numpy as np
import pytest

import layerlab
from layerlab import tree
from layerlab.autodiff import Tape
from tests.parity import real_keras
from tests.parity.drawing import Drawn, Inner, draw
from tests.parity.layer_table import LAYERS, WITHOUT_ENTRY

keras = real_keras.get()
import jax  # noqa: E402 - not there where Keras is not

CASES_EACH = int(os.environ.get("LAYERLAB_PARITY_CASES", "5"))
SEED = int(os.environ.get("LAYERLAB_PARITY_SEED", "0"))
TOLERANCE = 1e-5

DRAWN = {
    f"{layer}-{number}": draw(layer, parts, number, SEED)
    for layer, parts in LAYERS.items()
    for number in range(CASES_EACH)
}


def make(library, value):
    """The layer that is described, of either library; layers among its arguments are made too."""
    if isinstance(value, Drawn | Inner):
        return getattr(library.layers, value.layer)(**{key: make(library, x) for key, x in value.kwargs.items()})
    return [make(library, x) for x in value] if isinstance(value, list) else value


def each(function, shape):
    """The function of a shape, or of each in a list."""
    return list(map(function, shape)) if isinstance(shape, list) else function(shape)


def inputs_of(drawn, rng):
    if drawn.ids is not None:
        return rng.integers(0, drawn.ids, drawn.shape).astype("int32")
    return each(lambda shape: rng.normal(size=shape).astype("float32"), drawn.shape)


def symbols_of(drawn, library):
    dtype = "float32" if drawn.ids is None else "int32"
    return each(lambda shape: library.Input(shape[1:], dtype=dtype), drawn.shape)


def weights_for(layer, rng):
    """Random weights of moderate size; what is a variance is positive."""
    values = [0.5 * rng.normal(size=w.shape).astype("float32") for w in layer.weights]
    return [np.abs(v) if "variance" in w.name else v for w, v in zip(layer.weights, values, strict=True)]


def run_ours(layer, x, cotangents, call):
    """Outputs, penalties, and gradients by the trainable weights and the inputs."""
    with Tape() as tape:
        watched = x if np.asarray(tree.flatten(x)[0]).dtype.kind == "i" else tree.map_structure(tape.watch, x)
        outputs = tree.flatten(layer(watched, **call))
        penalty = sum(layer.losses)
        target = sum(np.sum(y * c) for y, c in zip(outputs, cotangents, strict=True)) + penalty
    sources = [*layer.trainable_weights, *(tree.flatten(watched) if watched is not x else [])]
    return [np.asarray(layerlab.autodiff.stop_gradient(y)) for y in outputs], penalty, tape.gradient(target, sources)


def run_theirs(layer, x, cotangents, call):
    """The same, and the weights that do not train, as they are after the call."""
    trained, kept = layer.trainable_variables, layer.non_trainable_variables

    def target(values, x):  # not `stateless_call`, which leaves out the penalty on the output
        with keras.StatelessScope(zip(trained, values, strict=True), collect_losses=True):
            outputs = jax.tree.leaves(layer(x, **call))
            penalty, state = sum(layer.losses), [v.value for v in kept]
        total = sum((y * c).sum() for y, c in zip(outputs, cotangents, strict=True))
        return total + penalty, (outputs, penalty, state)

    wanted = (0,) if np.asarray(jax.tree.leaves(x)[0]).dtype.kind == "i" else (0, 1)
    values = [v.value for v in trained]
    gradients, (outputs, penalty, state) = jax.jit(jax.grad(target, wanted, has_aux=True))(values, x)
    return outputs, penalty, jax.tree.leaves(gradients), state


def close(ours, theirs):
    """The same shape, and the same numbers relative to the largest of them."""
    ours, theirs = np.asarray(ours), np.asarray(theirs)
    assert ours.shape == theirs.shape
    scale = max(1.0, float(np.max(np.abs(theirs), initial=0.0)))
    np.testing.assert_allclose(ours / scale, theirs / scale, rtol=0, atol=TOLERANCE)


def words(config):
    """A configuration as it would be read from a file."""
    return json.loads(json.dumps(config))


@pytest.mark.filterwarnings("ignore:You are using a softmax over axis")  # of size 1: both say so
@pytest.mark.parametrize("drawn", DRAWN.values(), ids=DRAWN)
def test_a_layer_is_keras_layer(drawn):
    keras.utils.clear_session()
    ours, theirs = make(layerlab, drawn), make(keras, drawn)
    assert words(ours.get_config()) == words(theirs.get_config())

    our_symbols, their_symbols = ours(symbols_of(drawn, layerlab)), theirs(symbols_of(drawn, keras))
    described = [[(t.shape, t.dtype) for t in flat] for flat in map(tree.flatten, (our_symbols, their_symbols))]
    assert described[0] == described[1]
    stated = [layer.compute_output_shape(drawn.shape) for layer in (ours, theirs)]
    assert words(stated[0]) == words(stated[1])
    assert [(w.name, w.shape) for w in ours.weights] == [(w.name, tuple(w.shape)) for w in theirs.weights]

    rng = drawn.rng()
    weights = weights_for(ours, rng)
    ours.set_weights(weights)
    theirs.set_weights(weights)
    x = inputs_of(drawn, rng)
    sizes = [(drawn_batch(drawn), *t.shape[1:]) for t in tree.flatten(our_symbols)]
    cotangents = [rng.normal(size=size).astype("float32") for size in sizes]

    our_outputs, our_penalty, our_gradients = run_ours(ours, x, cotangents, drawn.call)
    outputs, penalty, gradients, state = run_theirs(theirs, x, cotangents, drawn.call)
    for a, b in zip([*our_outputs, our_penalty], [*outputs, penalty], strict=True):
        close(a, b)
    for a, b in zip(our_gradients, gradients, strict=True):
        close(a, b)
    kept = [w.value for w in ours.non_trainable_weights]
    for a, w, b in zip(kept, theirs.non_trainable_weights, state[: len(kept)], strict=True):
        assert "seed" not in w.path
        close(a, b)


def drawn_batch(drawn):
    return (drawn.shape[0] if isinstance(drawn.shape, list) else drawn.shape)[0]


def test_every_layer_that_both_have_is_drawn():
    def classes(library):
        named = {n: c for n, c in vars(library.layers).items() if isinstance(c, type)}
        return {c.__name__ for n, c in named.items() if issubclass(c, library.layers.Layer)}

    assert (classes(layerlab) & classes(keras)) - set(LAYERS) == WITHOUT_ENTRY
    assert len(DRAWN) >= 300
