"""Recurrent layers against real Keras (golden/make_recurrent.py), against formulas written out, and their messages."""

import copy
import json
import pathlib
import random as python_random

import numpy as np
import pytest

from layerlab import Input, Model, Sequential, layers, optimizers, saving, tree, utils
from layerlab.autodiff import Tape, check_gradients
from layerlab.masking import get_mask, set_mask
from tests.contract import Case

L = layers
FOLDER = pathlib.Path(__file__).parents[1] / "golden"
GOLDEN = json.loads((FOLDER / "recurrent.json").read_text())["cases"]
DROPOUT = json.loads((FOLDER / "recurrent_dropout.json").read_text())["cases"]

KINDS = [L.SimpleRNN, L.LSTM, L.GRU]
every_kind = pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
SEQUENCES, STATES = {"return_sequences": True}, {"return_state": True}
X = np.random.default_rng(0).normal(size=(3, 4, 2)).astype("float32")
MASK = np.array([[1, 1, 0, 0], [0, 1, 0, 1], [0, 0, 0, 0]], bool)


def weights_of(name, features, units, gates, bias):
    kernels = ((f"{name}/kernel", (features, gates * units)), (f"{name}/recurrent_kernel", (units, gates * units)))
    return (*kernels, *([(f"{name}/bias", bias)] if bias else []))


S = weights_of("simple_rnn_cell", 2, 2, 1, (2,))
M = weights_of("lstm_cell", 2, 2, 4, (8,))
G = weights_of("gru_cell", 2, 2, 3, (2, 6))
USES, PASSES = {"consumes_masks": True}, {"supports_masking": True}
NOISE = {"dropout": 0.4, "seed": 1}
BOTH_NOISES = NOISE | {"recurrent_dropout": 0.4}
IN, LAST, ALL = (2, 3, 2), (2, 2), (2, 3, 2)

CASES = [
    Case(L.SimpleRNN, {"units": 2}, IN, LAST, S, **USES),
    Case(L.SimpleRNN, {"units": 2} | SEQUENCES, IN, ALL, S, **PASSES),
    Case(L.SimpleRNN, {"units": 2} | BOTH_NOISES, (3, 3, 2), (3, 2), S, **USES, training_random=True),
    Case(L.LSTM, {"units": 2, "go_backwards": True}, IN, LAST, M, **USES),
    Case(L.LSTM, {"units": 2} | SEQUENCES, IN, ALL, M, **PASSES),
    Case(L.LSTM, {"units": 2} | NOISE, (3, 3, 2), (3, 2), M, **USES, training_random=True),
    Case(L.LSTM, {"units": 2} | BOTH_NOISES, (3, 3, 2), (3, 2), M, **USES, training_random=True),
    Case(
        L.LSTM,
        {
            "units": 2,
            "kernel_regularizer": "l2",
            "recurrent_regularizer": "l2",
            "bias_regularizer": "l1",
            "activity_regularizer": "l2",
            "kernel_constraint": "max_norm",
            "recurrent_constraint": "max_norm",
            "bias_constraint": "non_neg",
        },
        IN,
        LAST,
        M,
        **USES,
    ),
    Case(L.GRU, {"units": 2} | SEQUENCES, IN, ALL, G, **PASSES),
    Case(L.GRU, {"units": 2, "reset_after": False}, IN, LAST, weights_of("gru_cell", 2, 2, 3, (6,)), **USES),
    Case(L.GRU, {"units": 2, "use_bias": False}, IN, LAST, weights_of("gru_cell", 2, 2, 3, None), **USES),
    Case(L.GRU, {"units": 2} | BOTH_NOISES, (3, 3, 2), (3, 2), G, **USES, training_random=True),
]


# --- against Keras ----------------------------------------------------------------------------------------------------


def label(case):
    inner = case["layer"]["config"]
    words = [f"{key}={value['class_name'] if isinstance(value, dict) else value}" for key, value in inner.items()]
    return "-".join([case["layer"]["class_name"], *words, *(key for key in ("mask", "states") if case[key])])


def arrays(values):
    return [np.array(value, "float32") for value in values]


def close(found, expected):
    for one, other in zip(found, expected, strict=True):
        np.testing.assert_allclose(one, np.array(other), rtol=2e-5, atol=2e-6)


def plain(config):
    """A configuration as JSON gives it back, without names, which depend on what was made before."""
    if isinstance(config, dict):
        return {key: plain(value) for key, value in config.items() if key != "name"}
    return [plain(item) for item in config] if isinstance(config, list | tuple) else config


def built(case, inputs):
    layer = L.deserialize(copy.deepcopy(case["layer"]))
    layer(inputs)
    assert [list(w.shape) for w in layer.weights] == [list(np.shape(value)) for _, value in case["weights"]]
    layer.set_weights(arrays(value for _, value in case["weights"]))
    return layer


def called(layer, inputs, states, mask):
    call = {"initial_state": states} if states else {}
    return tree.flatten(layer(inputs, **call, **({} if mask is None else {"mask": np.array(mask)})))


golden = pytest.mark.parametrize("case", GOLDEN, ids=label)


@golden
def test_outputs_and_penalties_are_those_of_keras(case):
    inputs = np.array(case["inputs"], "float32")
    layer = built(case, inputs)
    outputs = called(layer, inputs, arrays(case["states"]), case["mask"])
    assert all(output.dtype == np.float32 for output in outputs)
    close(outputs, case["outputs"])
    close([sum(float(loss) for loss in layer.losses)], [sum(case["losses"])])


@golden
def test_gradients_are_those_of_keras(case):
    inputs = np.array(case["inputs"], "float32")
    layer = built(case, inputs)
    with Tape() as tape:
        watched, states = tape.watch(inputs), [tape.watch(state) for state in arrays(case["states"])]
        outputs = called(layer, watched, states, case["mask"])
        loss = sum(np.sum(y * c) for y, c in zip(outputs, arrays(case["cotangents"]), strict=True))
    close(tape.gradient(loss, [watched, *states, *layer.trainable_weights]), case["gradients"])


@golden
def test_symbolic_shapes_are_those_of_keras(case):
    layer = L.deserialize(copy.deepcopy(case["layer"]))
    symbols = tree.flatten(layer(Input((None, *np.shape(case["inputs"])[2:]))))
    assert [list(symbol.shape) for symbol in symbols] == case["symbolic_shapes"]


@pytest.mark.parametrize("case", [case for case in GOLDEN if case["config"]], ids=label)
def test_configurations_are_those_of_keras(case):
    config = L.deserialize(copy.deepcopy(case["layer"])).get_config()
    assert plain(json.loads(json.dumps(config))) == plain(case["config"])


@pytest.mark.parametrize("case", DROPOUT, ids=lambda case: json.dumps(case["layer"]["config"]))
def test_dropout_draws_the_numbers_of_keras(case):
    inputs = np.array(case["inputs"], "float32")
    layer = L.deserialize(copy.deepcopy(case["layer"]))
    layer(inputs)  # draws nothing; in Keras it would
    layer.set_weights(arrays(case["weights"]))
    close([layer(inputs, training=True) for _ in range(3)], case["outputs"])


# --- against formulas written out -------------------------------------------------------------------------------------


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


def simple_step(x, states, kernel, recurrent, bias):
    h = np.tanh(x @ kernel + states[0] @ recurrent + bias)
    return h, [h]


def lstm_step(x, states, kernel, recurrent, bias):
    h, c = states
    i, f, new, o = np.split(x @ kernel + h @ recurrent + bias, 4, axis=-1)
    c = sigmoid(f) * c + sigmoid(i) * np.tanh(new)
    h = sigmoid(o) * np.tanh(c)
    return h, [h, c]


def gru_step(x, states, kernel, recurrent, bias):
    x_z, x_r, x_h = np.split(x @ kernel + bias[0], 3, axis=-1)
    h_z, h_r, h_h = np.split(states[0] @ recurrent + bias[1], 3, axis=-1)
    z = sigmoid(x_z + h_z)
    h = z * states[0] + (1 - z) * np.tanh(x_h + sigmoid(x_r + h_r) * h_h)
    return h, [h]


STEPS = {L.SimpleRNN: simple_step, L.LSTM: lstm_step, L.GRU: gru_step}


def with_random_weights(layer, x=X):
    layer(x)
    rng = np.random.default_rng(1)
    layer.set_weights([rng.normal(size=w.shape) for w in layer.weights])
    return layer


@every_kind
@pytest.mark.parametrize("backwards", [False, True])
@pytest.mark.parametrize("masked", [False, True])
def test_each_sample_is_the_loop_over_its_own_steps(kind, backwards, masked):
    """A masked step is as good as not there: each sample alone, without those steps, ends in the same state."""
    layer = with_random_weights(kind(5, return_state=True, go_backwards=backwards))
    output, *states = layer(X, mask=MASK) if masked else layer(X)
    for sample in range(len(X)):
        steps = X[sample][MASK[sample]] if masked else X[sample]
        expected = [np.zeros(5) for _ in states]
        for x in steps[::-1] if backwards else steps:
            _, expected = STEPS[kind](x, expected, *layer.get_weights())
        close([output[sample], *(state[sample] for state in states)], [expected[0], *expected])


@every_kind
@pytest.mark.parametrize("config", [SEQUENCES, {"go_backwards": True}, {"zero_output_for_mask": True} | SEQUENCES])
def test_gradients_agree_with_finite_differences(kind, config):
    layer = with_random_weights(kind(3, dtype="float64", **config))

    def run(x, *weights):
        return layer(x, mask=MASK, initial_state=list(weights))

    check_gradients(run, X, *(np.full((3, 3), 0.3 + i) for i in range(len(layer.state_size))))


# --- states -----------------------------------------------------------------------------------------------------------


@pytest.fixture
def steps(monkeypatch):
    """The cells that were asked to advance, once for each step."""
    seen = []
    for kind in (L.SimpleRNNCell, L.LSTMCell, L.GRUCell):
        advance = kind.advance

        def counted(self, *args, advance=advance):
            seen.append(self)
            return advance(self, *args)

        monkeypatch.setattr(kind, "advance", counted)
    return seen


@every_kind
@pytest.mark.parametrize(
    "config", [{}, SEQUENCES | STATES, {"go_backwards": True, "dropout": 0.5}, {"use_bias": False}]
)
def test_usual_cells_take_all_steps_at_once(kind, config, steps):
    layer = kind(2, **config)
    layer(X, training=True)
    L.Bidirectional(layer)(X, initial_state=None)
    L.RNN(layer.cell)(X)
    assert not steps


@every_kind
@pytest.mark.parametrize("config", [STATES, SEQUENCES | STATES])
def test_what_comes_out_keeps_no_other_steps_in_memory(kind, config):
    for array in kind(2, **config)(X):
        assert array.flags.owndata
        assert array.flags.c_contiguous


class Louder(L.LSTMCell):
    """An LSTM with twice the output."""

    def advance(self, part, states, training=False):
        h, states = super().advance(part, states, training)
        return 2 * h, states


STEP_BY_STEP = {
    "another activation": lambda: (L.LSTM(2, activation="relu"), {}),
    "no activation": lambda: (L.SimpleRNN(2, activation=None), {}),
    "another activation of the gates": lambda: (L.GRU(2, recurrent_activation="hard_sigmoid"), {}),
    "reset before": lambda: (L.GRU(2, reset_after=False), {}),
    "dropout of the state": lambda: (L.LSTM(2, recurrent_dropout=0.5), {"training": True}),
    "a mask": lambda: (L.LSTM(2), {"mask": MASK}),
    "a cell of one's own": lambda: (L.RNN(Louder(2)), {}),
    "stacked cells": lambda: (L.RNN([L.LSTMCell(2)]), {}),
}


@pytest.mark.parametrize("name", STEP_BY_STEP)
def test_others_go_step_by_step(name, steps):
    layer, options = STEP_BY_STEP[name]()
    layer(X, **options)
    assert len(steps) == X.shape[1]


def test_an_lstm_of_ones_own_is_asked_in_each_step():
    layer, usual = L.RNN(Louder(2), return_sequences=True), L.LSTM(2, return_sequences=True)
    usual(X)
    layer(X)
    layer.set_weights(usual.get_weights())
    close(layer(X), 2 * usual(X))


def test_dropout_of_the_state_counts_in_training_alone(steps):
    layer = L.LSTM(2, recurrent_dropout=0.5)
    layer(X)
    assert not steps


@every_kind
def test_a_sequence_in_two_halves_is_the_whole_sequence(kind):
    layer = with_random_weights(kind(3, return_state=True, return_sequences=True))
    whole = layer(X)
    first, *states = layer(X[:, :2])
    second, *states = layer(X[:, 2:], initial_state=states)
    close([np.concatenate([first, second], axis=1), *states], whole)


@every_kind
def test_a_stateful_layer_goes_on_until_it_is_reset(kind):
    layer = kind(3, stateful=True)
    layer.reset_state()  # nothing to do yet
    assert layer.states is None
    with_random_weights(layer)
    layer.reset_state()
    plain_layer = with_random_weights(kind(3))
    layer(X[:, :2])
    close([layer(X[:, 2:])], [plain_layer(X)])
    assert all(np.any(state.numpy()) for state in layer.states)
    layer.reset_states()
    close([layer(X)], [plain_layer(X)])
    assert len(layer.weights) == len(plain_layer.weights)
    assert [w.path for w in layer.weights] == [
        w.path.replace(plain_layer.name, layer.name) for w in plain_layer.weights
    ]


def test_a_given_state_goes_before_the_kept_one():
    layer = L.SimpleRNN(1, activation=None, stateful=True, kernel_initializer="ones", recurrent_initializer="ones")
    x = np.ones((1, 2, 1))
    assert layer(x, initial_state=np.array([[10.0]])) == 12
    assert layer.states[0].numpy() == 12
    assert layer(x) == 14


def test_stateful_layers_keep_their_state_through_fit_and_predict():
    model = Sequential([Input(batch_shape=(2, 3, 1)), L.LSTM(2, stateful=True), L.Dense(1)])
    model.compile("sgd", "mse")
    model.fit(np.ones((4, 3, 1)), np.ones((4, 1)), batch_size=2, shuffle=False, verbose=0)
    kept = [state.numpy() for state in model.layers[0].states]
    model.layers[0].reset_state()
    one = model.predict(np.ones((4, 3, 1)), batch_size=2, verbose=0)
    assert np.all(one[:2] != one[2:])
    assert all(np.any(state) for state in kept)


def test_states_have_no_part_in_a_copy():
    layer = with_random_weights(L.GRU(2, stateful=True))
    again = copy.deepcopy(layer)
    again.reset_state()
    assert np.any(layer.states[0].numpy())


# --- masks ------------------------------------------------------------------------------------------------------------


@every_kind
def test_a_mask_that_comes_with_the_inputs_counts(kind):
    layer = with_random_weights(kind(3, return_sequences=True, return_state=True))
    x = np.where(MASK[..., None], X, 0)
    outputs = layer(L.Masking()(x))
    close(outputs, layer(x, mask=MASK))
    np.testing.assert_array_equal(get_mask(outputs[0]), MASK)
    assert all(get_mask(state) is None for state in outputs[1:])


def test_the_mask_ends_with_the_last_output():
    assert get_mask(L.LSTM(2)(L.Masking()(X))) is None


def test_a_mask_is_lost_to_an_initial_state_unless_it_is_passed_as_in_keras():
    x, states = X.copy(), [np.ones((3, 2), "float32")]
    layer = with_random_weights(L.GRU(2))
    unmasked = layer(x, initial_state=states)
    set_mask(x, MASK)
    close([layer(x, initial_state=states)], [unmasked])
    assert not np.allclose(layer(x, initial_state=states, mask=MASK), unmasked)


def test_of_a_mask_with_more_axes_any_entry_makes_a_step_count():
    layer = with_random_weights(L.SimpleRNN(2))
    wide = np.stack([MASK, np.zeros_like(MASK)], axis=-1)
    close([layer(X, mask=wide), layer(X, mask=MASK.astype("float32"))], [layer(X, mask=MASK)] * 2)


def test_before_the_first_step_that_counts_the_output_is_the_first_state():
    layer = L.SimpleRNN(1, activation=None, return_sequences=True, kernel_initializer="ones")
    y = layer(np.ones((1, 2, 1)), mask=np.array([[False, True]]), initial_state=np.full((1, 1), 5.0))
    assert y[0, 0] == 5
    layer.zero_output_for_mask = True
    assert layer(np.ones((1, 2, 1)), mask=np.array([[False, True]]))[0, 0] == 0


# --- dropout ----------------------------------------------------------------------------------------------------------


@every_kind
def test_dropout_is_the_same_in_all_steps_and_new_in_each_call(kind):
    layer = kind(4, dropout=0.5, seed=1)
    layer(np.ones((5, 3, 4)))
    masks = [layer.cell.get_dropout_mask(np.ones((5, 4)))[0] for _ in range(2)]
    np.testing.assert_array_equal(*masks)
    assert set(np.unique(masks[0])) == {0.0, 2.0}
    layer(np.ones((5, 3, 4)), training=True)
    assert np.any(layer.cell.get_dropout_mask(np.ones((5, 4)))[0] != masks[0])


@every_kind
def test_dropout_keeps_the_mean(kind):
    layer = kind(3, dropout=0.3, recurrent_dropout=0.2, seed=1, activation=None)
    inputs, state = np.ones((200, 5)), np.ones((200, 3))
    for mask in layer.cell.get_dropout_mask(inputs) + layer.cell.get_recurrent_dropout_mask(state):
        assert abs(mask.mean() - 1) < 0.1


def test_rate_1_drops_everything():
    layer = L.SimpleRNN(2, dropout=1.0, bias_initializer="ones")
    close([layer(X, training=True)], [layer(np.zeros_like(X))])


# --- cells of one's own, and stacked cells ----------------------------------------------------------------------------


class Sum(L.Layer):
    """A cell whose output is not its state."""

    state_size = 2

    def call(self, inputs, states):
        total = states[0] + inputs
        return np.sum(total, axis=-1, keepdims=True), total

    output_size = 1


class Plain:
    """A cell that is no layer."""

    state_size = [2]

    def call(self, inputs, states):
        return states[0] + inputs, [states[0] + inputs]

    __call__ = call


def test_a_cell_of_ones_own_may_give_another_output_than_its_state():
    layer = L.RNN(Sum(), return_sequences=True, return_state=True)
    outputs, state = layer(X, mask=MASK)
    totals = np.cumsum(np.where(MASK[..., None], X, 0), axis=1)
    close([outputs, state], [totals.sum(axis=-1, keepdims=True), totals[:, -1]])
    assert [symbol.shape for symbol in layer(Input((4, 2)))] == [(None, 4, 1), (None, 2)]


def test_a_cell_need_not_be_a_layer():
    close([L.RNN(Plain())(X)], [X.sum(axis=1)])


def test_a_cell_that_changes_the_call_of_another_is_called():
    class Doubled(L.SimpleRNNCell):
        def call(self, inputs, states, training=False):
            output, states = super().call(inputs, states, training)
            return 2 * output, states

    plain_layer = with_random_weights(L.RNN(L.SimpleRNNCell(3)))
    doubled = with_random_weights(L.RNN(Doubled(3)))
    close([doubled(X)], [2 * plain_layer(X)])


def test_stacked_cells_are_layers_one_after_the_other():
    stack = with_random_weights(L.RNN([L.LSTMCell(3), L.GRUCell(2)], return_state=True))
    lower = L.LSTM(3, return_sequences=True, return_state=True)
    hidden, h, c = lower(X)
    upper = L.GRU(2)
    upper(hidden)
    lower.set_weights(stack.get_weights()[:3])
    upper.set_weights(stack.get_weights()[3:])
    hidden, h, c = lower(X)
    output, (first_h, first_c), (second,) = stack(X)
    close([output, first_h, first_c, second], [upper(hidden), h, c, upper(hidden)])


def test_stacked_cells_of_a_single_state_give_it_as_it_is():
    class Adder(L.Layer):
        def __init__(self, size):
            super().__init__()
            self.state_size = size

        def call(self, inputs, states):
            state = states[0] + np.sum(inputs, axis=-1, keepdims=True)
            return state, [state]

    layer = L.RNN([Adder(3), Adder(2)], return_state=True, return_sequences=True)
    outputs, first, second = layer(X, mask=MASK)
    assert (first.shape, second.shape) == ((3, 3), (3, 2))
    steps = np.where(MASK[..., None], X.sum(axis=-1, keepdims=True), 0)
    lower = np.cumsum(steps, axis=1)
    upper = np.cumsum(np.where(MASK[..., None], 3 * lower, 0), axis=1)
    close([first, second, outputs], [lower[:, -1].repeat(3, 1), upper[:, -1].repeat(2, 1), upper.repeat(2, 2)])
    assert [symbol.shape for symbol in layer(Input((4, 2)))] == [(None, 4, 2), (None, 3), (None, 2)]


def test_states_for_stacked_cells_may_come_flat():
    stack = with_random_weights(L.RNN([L.LSTMCell(3), L.GRUCell(2)]))
    h, c, last = np.ones((3, 3)), np.zeros((3, 3)), np.ones((3, 2))
    close([stack(X, initial_state=[h, c, last])], [stack(X, initial_state=[[h, c], [last]])])
    assert not np.allclose(stack(X, initial_state=[h, c, last]), stack(X))


@pytest.mark.parametrize("kind", [L.SimpleRNNCell, L.LSTMCell, L.GRUCell], ids=lambda kind: kind.__name__)
def test_a_cell_alone_does_one_step(kind):
    cell = kind(3)
    output, states = cell(X[:, 0], cell.get_initial_state(batch_size=3))
    layer = L.RNN(cell, return_state=True)
    close([output, *states], layer(X[:, :1]))
    again = kind.from_config(json.loads(json.dumps(cell.get_config())))
    assert plain(again.get_config()) == plain(cell.get_config())
    symbol, symbols = cell(Input((2,)), [Input((3,)) for _ in states])
    assert symbol.shape == (None, 3)
    assert len(symbols) == len(states)


@pytest.mark.parametrize("cell", [L.LSTMCell(2), [L.LSTMCell(2), L.GRUCell(3)]], ids=["one", "stacked"])
def test_the_configuration_of_a_layer_holds_its_cells(cell):
    layer = with_random_weights(L.RNN(cell, return_sequences=True))
    again = L.deserialize(json.loads(json.dumps(L.serialize(layer))))
    again(X)
    again.set_weights(layer.get_weights())
    close([again(X)], [layer(X)])


# --- what one can look at ---------------------------------------------------------------------------------------------


@every_kind
def test_the_arguments_of_the_cell_are_attributes_of_the_layer(kind):
    layer = kind(np.int64(3), dropout=2, recurrent_dropout=-1, kernel_regularizer="l2", implementation=2)
    assert (layer.units, layer.dropout, layer.recurrent_dropout) == (3, 1.0, 0.0)
    assert layer.kernel_regularizer is layer.cell.kernel_regularizer
    assert type(layer).from_config(layer.get_config()).get_config() == layer.get_config()


def test_the_forget_gate_starts_with_1():
    layer = L.LSTM(2)
    layer(X)
    np.testing.assert_array_equal(layer.cell.bias, [0, 0, 1, 1, 0, 0, 0, 0])
    layer = L.LSTM(1, bias_initializer="ones", unit_forget_bias=False, recurrent_initializer="zeros")
    layer(X)
    np.testing.assert_array_equal(layer.cell.bias, [1, 1, 1, 1])


def test_seeds_are_drawn_in_the_order_of_keras():
    """One for the kernel, one for the recurrent kernel, one for the dropout."""
    utils.set_random_seed(3)
    layer = L.LSTM(2, dropout=0.3)
    drawn = python_random.Random(3)
    expected = [drawn.randint(1, 10**9) for _ in range(3)]
    cell = layer.cell
    found = [cell.kernel_initializer.seed, cell.recurrent_initializer.seed]
    assert [*found, cell.seed_generator.state.value[0]] == expected


def test_only_the_axes_of_one_step_must_be_known():
    symbol = L.LSTM(2, return_sequences=True, unroll=True)(Input((None, 3)))
    assert symbol.shape == (None, None, 2)


# --- in models --------------------------------------------------------------------------------------------------------


def remembered(rng, samples=256, steps=6):
    """Sequences of ±1; the target is the first step."""
    x = rng.choice([-1.0, 1.0], (samples, steps, 1)).astype("float32")
    return x, (x[:, 0] > 0).astype("float32")


@every_kind
def test_it_learns_to_remember(kind):
    utils.set_random_seed(1)
    x, y = remembered(np.random.default_rng(0))
    model = Sequential([Input((None, 1)), kind(8), L.Dense(1, activation="sigmoid")])
    model.compile(optimizers.Adam(0.03), "binary_crossentropy", metrics=["accuracy"])
    history = model.fit(x, y, epochs=12, verbose=0).history
    assert history["accuracy"][-1] > 0.95
    assert model.evaluate(*remembered(np.random.default_rng(1), steps=5), verbose=0)[1] > 0.9


def test_an_encoder_hands_its_states_to_a_decoder():
    first, second = Input((None, 2)), Input((None, 3))
    _, *states = L.LSTM(4, return_state=True)(first)
    model = Model([first, second], L.LSTM(4, return_sequences=True)(second, initial_state=states))
    assert model.output_shape == (None, None, 4)
    a, b = np.ones((2, 3, 2), "float32"), np.ones((2, 5, 3), "float32")
    y = model.predict([a, b], verbose=0)
    assert np.any(y != model.predict([2 * a, b], verbose=0))
    model.compile("sgd", "mse")
    assert np.isfinite(model.train_on_batch([a, b], np.zeros((2, 5, 4))))


def test_embedding_with_a_mask_into_lstm_into_bidirectional(tmp_path):
    model = Sequential(
        [
            Input((None,), dtype="int32"),
            L.Embedding(5, 3, mask_zero=True),
            L.LSTM(4, return_sequences=True),
            L.Bidirectional(L.GRU(2, return_sequences=True)),
            L.TimeDistributed(L.Dense(2)),
            L.RNN([L.LSTMCell(3), L.SimpleRNNCell(2)]),
        ]
    )
    ids = np.array([[1, 2, 0, 0], [3, 4, 1, 0]])
    np.testing.assert_allclose(model(ids)[:1], model(ids[:1, :2]), atol=1e-6)  # padding changes nothing
    model.save(tmp_path / "model.keras")
    again = saving.load_model(tmp_path / "model.keras")
    np.testing.assert_array_equal(again.predict(ids, verbose=0), model.predict(ids, verbose=0))
    model.save_weights(tmp_path / "only.weights.h5")
    again.set_weights([0 * w for w in again.get_weights()])
    again.load_weights(tmp_path / "only.weights.h5")
    np.testing.assert_array_equal(again.predict(ids, verbose=0), model.predict(ids, verbose=0))


# --- messages ---------------------------------------------------------------------------------------------------------


def layer_for(features):
    layer = L.LSTM(2, name="memory")
    layer(np.ones((2, 3, features)))
    return layer


class WithoutSize(L.Layer):
    def call(self, inputs, states):
        return inputs, states


UNITS = r"Received an invalid value for argument `units`, expected a positive integer, got "
STATE = r"An `initial_state` was passed that is not compatible with `cell.state_size`"
PROBLEMS = [
    (lambda: L.LSTM(0), ValueError, UNITS + "0"),
    (lambda: L.GRU(-1), ValueError, UNITS + "-1"),
    (lambda: L.SimpleRNN(2.0), ValueError, UNITS + r"2\.0\. Did you mean units=2\?"),
    (lambda: L.GRUCell("two"), ValueError, UNITS + "two"),
    (lambda: L.LSTM(), TypeError, r"__init__\(\) missing 1 required positional argument: 'units'"),
    (lambda: L.LSTM(2, time_major=True), ValueError, "Unrecognized keyword arguments passed to LSTM: {'time_major'"),
    (lambda: L.LSTM(2, activation="tan"), ValueError, "Could not interpret activation function identifier: tan"),
    (lambda: L.GRU(2, dropout="much"), TypeError, "are numbers from 0 to 1. Received: 'much'"),
    (lambda: L.RNN(3), ValueError, "Argument `cell` should have a `call` method. Received: cell=3"),
    (lambda: L.RNN(WithoutSize()), ValueError, r"The RNN cell should have a `state_size` attribute \(single integer"),
    (lambda: L.RNN([L.LSTMCell(2), 3]), ValueError, "All cells must have a `call` method. Received cell without a"),
    (lambda: L.RNN([WithoutSize()]), ValueError, "All cells must have a `state_size` attribute. Received cell"),
    (lambda: L.LSTM(2, name="m")(X[0]), ValueError, "of layer 'm' is incompatible with the layer: expected ndim=3"),
    (lambda: L.RNN(L.LSTMCell(2), name="r")(X[0]), ValueError, "of layer 'r' .*: expected min_ndim=3, found ndim=2"),
    (lambda: layer_for(4)(X), ValueError, "'memory' .*: expected axis -1 of input shape to have value 4"),
    (lambda: layer_for(4).cell(X[:, 0], []), ValueError, "'lstm_cell' .*: expected axis -1 of input shape to have"),
    (lambda: L.LSTM(2)(Input((3, None))), ValueError, "Shapes used to initialize variables must be fully-defined"),
    (lambda: L.LSTM(2)(X[:, :0]), ValueError, r"at least one time step. Received: shape \(3, 0, 2\)"),
    (lambda: L.LSTM(2)(X, mask=MASK[:, :2]), ValueError, r"Expected: shape \(3, 4\). Received: shape \(3, 2\)"),
    (lambda: L.LSTM(2)(X, mask=MASK[:, 0]), ValueError, r"Expected: shape \(3, 4\). Received: shape \(3,\)"),
    (lambda: L.LSTM(2)(X, initial_state=np.ones((3, 2))), ValueError, STATE),
    (lambda: L.LSTM(2)(X, initial_state=[np.ones((1, 2))] * 2), ValueError, STATE),
    (lambda: L.GRU(2)(X, initial_state=[np.ones((3, 5))]), ValueError, STATE),
    (lambda: L.GRU(2, stateful=True)(Input((4, 2))), ValueError, "When using `stateful=True` in a RNN, the batch size"),
    (lambda: kept()(X[:1]), ValueError, "If an RNN is stateful, the batch size .*\n- Expected batch size: 3"),
    (lambda: L.GRU(2).kernel, AttributeError, "'GRU' object has no attribute 'kernel'"),
    (lambda: L.GRU(2).cell.kernel, AttributeError, "You must build the layer before accessing `kernel`"),
]


def kept():
    layer = L.SimpleRNN(2, stateful=True)
    layer(X)
    return layer


@pytest.mark.parametrize(("call", "error", "message"), PROBLEMS)
def test_mistakes_are_named(call, error, message):
    with pytest.raises(error, match=message):
        call()
