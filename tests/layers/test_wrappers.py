"""Wrappers: layers around layers. Their numbers are held against Keras in test_recurrent.py."""

import dataclasses
import json

import numpy as np
import pytest

from layerlab import Input, Sequential, layers, random, saving
from layerlab.autodiff import check_gradients
from layerlab.masking import get_mask
from tests.contract import Case

L = layers
X = np.random.default_rng(0).normal(size=(3, 4, 2)).astype("float32")
MASK = np.array([[1, 1, 0, 0], [0, 1, 0, 1], [0, 0, 0, 0]], bool)
SEQUENCES = {"return_sequences": True}


@dataclasses.dataclass(frozen=True)
class Wrapped(Case):
    """A wrapper around a new layer each time: `kwargs["layer"]` is a class with its arguments."""

    def make(self, **more):
        inner, kwargs = self.kwargs["layer"]
        shared = {key: value for key, value in more.items() if key == "dtype"}
        outer = {key: value for key, value in self.kwargs.items() if key != "layer"}
        return self.layer(inner(**{"name": "inner"} | kwargs, **shared), **outer, **more)

    def __str__(self):
        inner, kwargs = self.kwargs["layer"]
        return f"{self.layer.__name__}-{inner.__name__}-{kwargs}-{self.kwargs.get('merge_mode')}"


class Doubled(L.Wrapper):
    """What a user may write."""

    def call(self, inputs):
        return 2 * self.layer(inputs)

    def compute_output_shape(self, input_shape):
        return self.layer.compute_output_shape(input_shape)


def both(cell, units, gates, bias):
    shapes = (("kernel", (2, gates * units)), ("recurrent_kernel", (units, gates * units)), ("bias", bias))
    directions = ("forward_inner", "backward_inner")
    return tuple((f"{direction}/{cell}/{name}", shape) for direction in directions for name, shape in shapes)


DENSE = (("inner/kernel", (2, 3)), ("inner/bias", (3,)))
LSTM, GRU = both("lstm_cell", 2, 4, (8,)), both("gru_cell", 2, 3, (2, 6))
PASSES = {"supports_masking": True, "mask_shape": (2, 3)}
CASES = [
    Wrapped(Doubled, {"layer": (L.Dense, {"units": 3})}, (2, 2), (2, 3), DENSE),
    Wrapped(L.TimeDistributed, {"layer": (L.Dense, {"units": 3})}, (2, 3, 2), (2, 3, 3), DENSE, **PASSES),
    Wrapped(
        L.TimeDistributed,
        {"layer": (L.Dropout, {"rate": 0.5, "seed": 1})},
        (2, 3, 2),
        (2, 3, 2),
        **PASSES,
        training_random=True,
        keeps_integers=True,
    ),
    Wrapped(L.TimeDistributed, {"layer": (L.Flatten, {})}, (2, 3, 2, 2), (2, 3, 4), **PASSES, keeps_integers=True),
    Wrapped(L.Bidirectional, {"layer": (L.LSTM, {"units": 2})}, (2, 3, 2), (2, 4), LSTM, consumes_masks=True),
    Wrapped(
        L.Bidirectional,
        {"layer": (L.GRU, {"units": 2} | SEQUENCES), "merge_mode": "mul"},
        (2, 3, 2),
        (2, 3, 2),
        GRU,
        **PASSES,
    ),
    Wrapped(
        L.Bidirectional,
        {"layer": (L.GRU, {"units": 2, "dropout": 0.5, "recurrent_dropout": 0.5, "seed": 1}), "merge_mode": "ave"},
        (2, 3, 2),
        (2, 2),
        GRU,
        consumes_masks=True,
        training_random=True,
    ),
]


def with_random_weights(layer, x=X):
    layer(x)
    rng = np.random.default_rng(1)
    layer.set_weights([rng.normal(size=w.shape) for w in layer.weights])
    return layer


def close(found, expected):
    for one, other in zip(found, expected, strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-5, atol=1e-6)


# --- TimeDistributed --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("inner", "shape"),
    [
        (L.Dense(3), (2, 4, 5)),
        (L.Conv2D(2, 3), (2, 3, 5, 5, 1)),
        (Sequential([L.Dense(2), L.Flatten()]), (2, 3, 4, 2)),
        (L.GRU(2, return_sequences=True), (2, 3, 4, 2)),
        (L.Reshape((2, 2)), (2, 3, 4)),
    ],
    ids=lambda value: getattr(value, "name", None),
)
def test_each_step_goes_through_the_layer_alone(inner, shape):
    x = np.random.default_rng(0).normal(size=shape).astype("float32")
    layer = with_random_weights(L.TimeDistributed(inner), x)
    close([layer(x)], [np.stack([inner(x[:, t]) for t in range(shape[1])], axis=1)])
    symbol = layer(Input((None, *shape[2:])))
    assert symbol.shape == (None, None, *layer(x).shape[2:])


def test_a_layer_with_several_outputs_gives_a_sequence_of_each():
    layer = L.TimeDistributed(L.LSTM(3, return_state=True))
    x = np.ones((2, 5, 4, 2))
    assert [y.shape for y in layer(x)] == [(2, 5, 3)] * 3
    assert [y.shape for y in layer(Input((5, 4, 2)))] == [(None, 5, 3)] * 3


def test_ids_stay_ids():
    layer = L.TimeDistributed(L.Embedding(5, 3))
    assert layer(np.array([[[1, 2], [3, 4]]])).shape == (1, 2, 2, 3)


def test_a_layer_that_knows_masks_gets_the_one_of_its_step():
    inner = L.GRU(2)
    x, mask = np.repeat(X[None], 2, axis=0), np.stack([MASK, ~MASK])
    layer = with_random_weights(L.TimeDistributed(inner), x)
    y = layer(x, mask=mask)
    close([y], [np.stack([inner(x[:, t], mask=mask[:, t]) for t in range(3)], axis=1)])
    np.testing.assert_array_equal(get_mask(y), mask)


def test_the_mask_of_the_steps_stays_with_them():
    x = np.where(MASK[..., None], X, 0)
    np.testing.assert_array_equal(get_mask(L.TimeDistributed(L.Dense(2))(L.Masking()(x))), MASK)


def test_noise_is_new_in_each_step():
    layer = L.TimeDistributed(L.Dropout(0.5, seed=1))
    ones, stream = np.ones((2, 3, 8), "float32"), random.SeedGenerator(1)
    expected = np.stack([random.dropout(np.ones((2, 8), "float32"), 0.5, seed=stream) for _ in range(3)], axis=1)
    close([layer(ones, training=True)], [expected])
    close([layer(ones, training=False)], [ones])


def test_batch_statistics_are_those_of_each_step():
    y = L.TimeDistributed(L.BatchNormalization(epsilon=0.0))(X, training=True)
    close([y], [(X - X.mean(axis=0)) / X.std(axis=0)])


def test_penalties_of_the_layer_inside_count():
    layer = L.TimeDistributed(L.Dense(2, kernel_regularizer="l2", activity_regularizer="l2"))
    y = layer(X)
    activity = [0.01 * np.sum(y[:, t] ** 2) / len(X) for t in range(4)]
    close([sum(layer.losses)], [sum(activity) + 0.01 * np.sum(layer.layer.kernel**2)])


def test_gradients_of_time_distributed():
    layer = with_random_weights(L.TimeDistributed(L.GRU(2, dtype="float64"), dtype="float64"), X[None])
    check_gradients(layer, X[None])


# --- Bidirectional ----------------------------------------------------------------------------------------------------

MERGES = {
    "concat": lambda a, b: np.concatenate([a, b], axis=-1),
    "sum": lambda a, b: a + b,
    "ave": lambda a, b: (a + b) / 2,
    "mul": lambda a, b: a * b,
}


@pytest.mark.parametrize("sequences", [False, True])
@pytest.mark.parametrize("mode", MERGES)
def test_both_directions_are_layers_of_their_own(mode, sequences):
    layer = with_random_weights(L.Bidirectional(L.LSTM(2, return_sequences=sequences), merge_mode=mode))
    forward, backward = layer.forward_layer(X), layer.backward_layer(X)
    if sequences:
        backward = backward[:, ::-1]
    close([layer(X)], [MERGES[mode](forward, backward)])
    layer.merge_mode = None
    close(layer(X), [forward, backward])


def test_the_layers_are_copies_with_names_of_their_own():
    inner = L.LSTM(2, name="memory")
    layer = L.Bidirectional(inner)
    assert (layer.forward_layer.name, layer.backward_layer.name) == ("forward_memory", "backward_memory")
    assert (layer.forward_layer.go_backwards, layer.backward_layer.go_backwards) == (False, True)
    layer(X)
    assert not inner.built
    again = L.Bidirectional.from_config(json.loads(json.dumps(layer.get_config())))
    assert (again.forward_layer.name, again.backward_layer.name) == ("forward_memory", "backward_memory")


def test_the_layers_may_differ_in_kind_and_size():
    layer = L.Bidirectional(L.LSTM(2), backward_layer=L.GRU(3, go_backwards=True, name="back"))
    assert layer(Input((None, 2))).shape == (None, 5)
    assert layer(X).shape == (3, 5)
    assert [w.path.split("/")[1] for w in layer.weights[::3]] == [layer.forward_layer.name, "back"]


@pytest.mark.parametrize("kind", [L.LSTM, L.GRU])
def test_both_keep_what_the_layer_was_told_of_cudnn(kind):
    both = L.Bidirectional(kind(2, use_cudnn=False))
    assert both.forward_layer.use_cudnn is both.backward_layer.use_cudnn is False
    assert kind(2).use_cudnn == "auto"


def test_a_layer_of_ones_own_is_copied():
    class Mine(L.SimpleRNN):
        pass

    layer = L.Bidirectional(Mine(2))
    assert type(layer.backward_layer) is Mine
    assert layer(X).shape == (3, 4)


def test_with_states():
    layer = with_random_weights(L.Bidirectional(L.LSTM(2, return_state=True)))
    output, *states = layer(X)
    close([output], [np.concatenate([states[0], states[2]], axis=-1)])
    halves = [np.full((3, 2), 0.1 * i) for i in range(4)]
    expected = [one(X, initial_state=half) for one, half in zip(layer._both, (halves[:2], halves[2:]), strict=True)]
    close(layer(X, initial_state=halves)[1:], [*expected[0][1:], *expected[1][1:]])


@pytest.mark.parametrize("mode", [*MERGES, None])
@pytest.mark.parametrize("state", [False, True])
def test_symbolic_and_real_shapes_agree(mode, state):
    layer = L.Bidirectional(L.LSTM(2, return_sequences=True, return_state=state), merge_mode=mode)
    symbols, outputs = layer(Input((4, 2), batch_size=3)), layer(X)
    if not isinstance(outputs, tuple):
        symbols, outputs = [symbols], [outputs]
    assert [symbol.shape for symbol in symbols] == [output.shape for output in outputs]


def test_absent_steps_add_nothing():
    x = np.where(MASK[..., None], X, 0)
    layer = with_random_weights(L.Bidirectional(L.GRU(2, return_sequences=True), merge_mode="sum"))
    y = layer(L.Masking()(x))
    assert not y[~MASK].any()
    np.testing.assert_array_equal(get_mask(y), MASK)
    alone = layer(x[:1, :2])  # the same sample without its absent steps
    close([y[:1, :2]], [alone])


def test_stateful_layers_in_both_directions():
    layer = with_random_weights(L.Bidirectional(L.LSTM(2, stateful=True)))
    layer.reset_state()
    first, second = layer(X), layer(X)
    assert np.any(first != second)
    assert len(layer.states) == 4
    layer.reset_states()
    close([layer(X)], [first])
    assert L.Bidirectional(L.LSTM(2)).states is None


def test_weights_may_be_given():
    source = with_random_weights(L.Bidirectional(L.GRU(2)))
    close([L.Bidirectional(L.GRU(2), weights=source.get_weights())(X)], [source(X)])


def test_files_keep_both_directions(tmp_path):
    inner = L.TimeDistributed(L.Dense(3, activation="relu"))
    model = Sequential([Input((None, 2)), inner, L.Bidirectional(L.LSTM(2, return_sequences=True)), L.LSTM(1)])
    model.save(tmp_path / "model.keras")
    again = saving.load_model(tmp_path / "model.keras")
    np.testing.assert_array_equal(again(X), model(X))


# --- messages ---------------------------------------------------------------------------------------------------------

BACK = {"go_backwards": True}
INITIALIZE = "layer with a `keras.layers.Layer` instance. Received: "
PROBLEMS = [
    (lambda: L.Wrapper(3), ValueError, "Layer 3 supplied to Wrapper isn't a supported layer type"),
    (lambda: L.TimeDistributed(3), ValueError, f"Please initialize `TimeDistributed` {INITIALIZE}3"),
    (lambda: L.TimeDistributed(L.Dense), ValueError, r"Is Dense meant to be called first: Dense\(\.\.\.\)\?"),
    (lambda: L.TimeDistributed(L.Dense(2))(X[0]), ValueError, r"with at least 3 dimensions, received: \(4, 2\)"),
    (lambda: L.TimeDistributed(L.Dense(2))(X[:, :0]), ValueError, r"at least one time step. Received: shape \(3, 0, 2"),
    (
        lambda: L.TimeDistributed(L.Dense(2))(X, mask=MASK[:, :3]),
        ValueError,
        r"has a shape \(3, 3\) that is incompatible with the input shape \(3, 4, 2\)",
    ),
    (lambda: L.TimeDistributed(L.Dense(2))(X, mask=MASK[:, 0]), ValueError, r"must be at least 2D .* has 1 dimension"),
    (lambda: L.Bidirectional(3), ValueError, f"Please initialize `Bidirectional` {INITIALIZE}3"),
    (lambda: L.Bidirectional(L.LSTM), ValueError, r"Is LSTM meant to be called first: LSTM\(\.\.\.\)\?"),
    (lambda: L.Bidirectional(L.Dense(2)), TypeError, "`Bidirectional` wraps a recurrent layer.*Does `TimeDistributed`"),
    (
        lambda: L.Bidirectional(L.LSTM(2), "concatenate"),
        ValueError,
        r'Invalid merge mode. Received: concatenate. Merge mode should be one of {"sum", "mul", "ave", "concat", None}',
    ),
    (
        lambda: L.Bidirectional(L.LSTM(2), backward_layer=3),
        ValueError,
        "`backward_layer` need to be a `keras.layers.Layer` instance. Received: 3",
    ),
    (
        lambda: L.Bidirectional(L.LSTM(2), backward_layer=L.LSTM(2)),
        ValueError,
        "Forward layer and backward layer should have different `go_backwards` value. Received: forward_layer",
    ),
    (
        lambda: L.Bidirectional(L.LSTM(2), backward_layer=L.LSTM(2, **BACK, **SEQUENCES)),
        ValueError,
        'expected to have the same value for attribute "return_sequences", got "False" for forward layer and "True"',
    ),
    (lambda: L.Bidirectional(L.LSTM(2), name="b")(X[0]), ValueError, "of layer 'b' .*: expected ndim=3, found ndim=2"),
    (
        lambda: L.Bidirectional(L.GRU(2))(X, initial_state=np.ones((3, 2))),
        ValueError,
        "is a list: the forward layer's states, then the backward layer's. Received: ndarray",
    ),
    (
        lambda: L.Bidirectional(L.LSTM(2))(X, initial_state=[np.ones((3, 2))] * 3),
        ValueError,
        "is a list: the forward layer's states, then the backward layer's. Received: 3 states",
    ),
]


@pytest.mark.parametrize(("call", "error", "message"), PROBLEMS)
def test_mistakes_are_named(call, error, message):
    with pytest.raises(error, match=message):
        call()
