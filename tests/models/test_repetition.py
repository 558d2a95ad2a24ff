"""Steps that are run as a program: the same numbers to the last bit, and the plain way wherever that is not sure."""

import json
import sys
from pathlib import Path

import numpy as np
import pytest

import layerlab
from layerlab import Model, Sequential, activations, layers, losses, optimizers, regularizers
from layerlab.callbacks import LambdaCallback
from layerlab.layers import Dense, Input
from layerlab.models.repetition import Repetition

GOLDEN = Path(__file__).parents[1] / "golden"
sys.path.insert(0, str(GOLDEN))
from training_scenarios import SCENARIOS  # noqa: E402

RNG = np.random.default_rng(0)
X, Y = RNG.normal(size=(24, 4)).astype("float32"), RNG.integers(0, 3, 24)


def watched(monkeypatch, name):
    """A list that grows by True or False, whether there was a program, with every call of this method."""
    seen = []
    method = getattr(Repetition, name)

    def watch(self, *args):
        result = method(self, *args)
        seen.append(result is not None)
        return result

    monkeypatch.setattr(Repetition, name, watch)
    return seen


@pytest.fixture
def runs(monkeypatch):
    """Which steps were run as programs."""
    return watched(monkeypatch, "step")


def mlp(*more, loss=None, metrics=("accuracy",), **compile_arguments):
    model = Sequential([Input((4,)), Dense(5, activation="relu", kernel_initializer="ones"), *more, Dense(3)])
    loss = loss or losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile(optimizers.Adam(0.01), loss, metrics=list(metrics), **compile_arguments)
    return model


def trained(model, x=X, y=Y, **arguments):
    """History and weights after training from weights that are always the same."""
    rng = np.random.default_rng(1)
    drawn = ((w.name, rng.normal(size=w.shape)) for w in model.weights)
    model.set_weights([np.abs(numbers) if "variance" in name else numbers for name, numbers in drawn])
    history = model.fit(x, y, **{"batch_size": 8, "epochs": 3, "shuffle": False, "verbose": 0} | arguments).history
    return history, model.get_weights()


def assert_equal(found, expected):
    assert found[0] == expected[0]
    for a, b in zip(found[1], expected[1], strict=True):
        np.testing.assert_array_equal(a, b)


SEQUENCE = layers.Reshape((5, 1))
MODELS = {
    "mlp": mlp,
    "penalties": lambda **k: mlp(Dense(4, kernel_regularizer="l2", bias_regularizer=regularizers.L1(0.1)), **k),
    "frozen": lambda **k: mlp(Dense(4, trainable=False), **k),
    "convolution": lambda **k: mlp(
        layers.Reshape((5, 1)), layers.Conv1D(4, 3, activation="relu"), layers.MaxPooling1D(2), layers.Flatten(), **k
    ),
    "locally connected": lambda **k: mlp(
        layers.Reshape((5, 1)), layers.LocallyConnected1D(4, 3, activation="relu"), layers.Flatten(), **k
    ),
    "normalization": lambda **k: mlp(layers.LayerNormalization(), layers.Activation("tanh"), layers.PReLU(), **k),
    "moving averages": lambda **k: mlp(layers.BatchNormalization(), **k),
    "moving averages, frozen": lambda **k: mlp(layers.BatchNormalization(trainable=False), **k),
    "moving averages of averages": lambda **k: mlp(layers.BatchNormalization(renorm=True), **k),
    "dropout": lambda **k: mlp(layers.Dropout(0.5, seed=3), Dense(4), layers.Dropout(0.2, seed=3), **k),
    "dropout of everything": lambda **k: mlp(layers.Dropout(1.0), **k),
    "focal": lambda **k: mlp(layers.Softmax(), loss="sparse_categorical_crossentropy", **k),
    "recurrent": lambda **k: mlp(SEQUENCE, layers.LSTM(3, return_sequences=True), layers.GRU(2), **k),
    "recurrent backwards": lambda **k: mlp(
        SEQUENCE, layers.GRU(2, reset_after=False, go_backwards=True, return_sequences=True), layers.SimpleRNN(2), **k
    ),
    "stacked cells": lambda **k: mlp(SEQUENCE, layers.RNN([layers.LSTMCell(2), layers.GRUCell(3)]), **k),
    "both directions": lambda **k: mlp(SEQUENCE, layers.Bidirectional(layers.LSTM(2)), **k),
    "inside": lambda **k: mlp(Sequential([Dense(4, activation="gelu"), Dense(4)]), **k),
}


@pytest.mark.parametrize("name", MODELS)
@pytest.mark.parametrize("arguments", [{}, {"class_weight": {0: 1.0, 1: 2.0, 2: 0.5}}, {"batch_size": 7}])
def test_a_repeated_step_gives_the_plain_numbers_to_the_last_bit(name, arguments, runs):
    found = trained(MODELS[name](), **arguments)
    assert sum(runs) >= 5
    runs.clear()
    assert_equal(found, trained(MODELS[name](run_eagerly=True), **arguments))
    assert not any(runs)


def test_several_inputs_and_outputs_are_repeated(runs):
    def model(**arguments):
        a, b = Input((4,), name="a"), Input((4,), name="b")
        shared = Dense(3, kernel_initializer="ones")
        joined = layers.Concatenate()([shared(a), shared(b)])
        made = Model({"a": a, "b": b}, {"sum": Dense(1, name="sum")(joined), "same": Dense(4, name="same")(joined)})
        made.compile("rmsprop", {"sum": "mse", "same": "mae"}, {"sum": 2.0, "same": 1.0}, **arguments)
        return made

    data = {"x": {"a": X, "b": X[::-1].copy()}, "y": {"sum": X[:, :1], "same": X}}
    found = trained(model(), **data)
    assert sum(runs) >= 5
    assert set(found[0]) == {"loss", "sum_loss", "same_loss"}
    assert_equal(found, trained(model(run_eagerly=True), **data))


def test_averages_that_move_twice_in_a_step(runs):
    def model(**arguments):
        x, normalization = Input((4,)), layers.BatchNormalization(momentum=0.5)
        made = Model(x, normalization(Dense(4, activation="tanh")(normalization(x))))
        made.compile("sgd", "mse", **arguments)
        return made

    found = trained(model(), y=X)
    assert sum(runs) >= 5
    assert_equal(found, trained(model(run_eagerly=True), y=X))


def test_a_step_that_fails_moves_averages_no_more_than_the_plain_way(runs):
    def after_failure(**arguments):
        model = mlp(layers.BatchNormalization(), **arguments)
        found = trained(model)
        with pytest.raises(ValueError, match="A label is out of range"):
            model.train_on_batch(X[:8], Y[:8] + 3)
        return found[0], model.get_weights()

    found = after_failure()
    assert any(runs)
    assert_equal(found, after_failure(run_eagerly=True))


class Remembering(layers.Layer):
    """Keeps the batch that it saw last."""

    def build(self, input_shape):
        self.last = self.add_weight((8, 4), "zeros", trainable=False)

    def call(self, inputs):
        self.last.assign(inputs)
        return inputs


def test_a_variable_that_becomes_the_batch_is_a_copy_of_it(runs):
    layer, x = Remembering(), X[:8].copy()
    model = Sequential([Input(batch_shape=(8, 4)), layer, Dense(3)])
    model.compile("sgd", losses.SparseCategoricalCrossentropy(from_logits=True), jit_compile=True)
    for _ in range(3):
        model.train_on_batch(x, Y[:8])
    assert runs[-1]
    assert not np.shares_memory(layer.last.value, x)
    np.testing.assert_array_equal(layer.last, X[:8])


@pytest.mark.parametrize("eagerly", [False, True])
def test_a_loss_that_is_not_finite_moves_no_state(eagerly, runs):
    model = mlp(layers.BatchNormalization(), layers.Dropout(0.5), run_eagerly=eagerly)
    trained(model)
    before = [v.numpy() for v in model.variables]
    with pytest.raises(FloatingPointError, match="The weights have not been changed by this step"):
        model.train_on_batch(X[:8] * np.float32(np.nan), Y[:8])
    assert any(runs) is not eagerly
    for variable, expected in zip(model.variables, before, strict=True):
        np.testing.assert_array_equal(variable, expected)


@pytest.mark.parametrize("name", SCENARIOS)
def test_golden_scenarios_are_the_same_both_ways(name, monkeypatch):
    found = SCENARIOS[name](layerlab)
    monkeypatch.setattr(Repetition, "step", lambda self, model, batch: None)
    assert json.dumps(found, default=repr) == json.dumps(SCENARIOS[name](layerlab), default=repr)


class Halving(layers.Layer):
    """A layer that does something else each time."""

    factor = 1.0
    repeats = True  # a promise that only classes of the package can make

    def call(self, inputs):
        self.factor *= 0.5
        return inputs * self.factor


class Summing(layers.Layer):
    """A cell."""

    state_size = 1

    def call(self, inputs, states):
        return states[0] + inputs, [states[0] + inputs]


class Sums:
    """A cell that is no layer."""

    state_size = 2

    def __call__(self, inputs, states):
        return states[0] + inputs, [states[0] + inputs]

    call = __call__


def noisy(x):
    return x + np.random.normal(size=x.shape).astype("float32")


class Mlp(Model):
    def __init__(self):
        super().__init__()
        self.dense = Dense(3)

    def call(self, inputs):
        return self.dense(inputs)


def subclass():
    model = Mlp()
    model.build((None, 4))
    model.compile("sgd", "mse")
    return model


NOT_REPEATED = {
    "a custom layer": lambda: mlp(Halving()),
    "a function that draws": lambda: mlp(layers.Activation(noisy)),
    "a Lambda": lambda: mlp(layers.Lambda(lambda x: x * 2.0)),
    "noise": lambda: mlp(layers.GaussianNoise(0.5)),
    "dropout of a state": lambda: mlp(SEQUENCE, layers.LSTM(2, recurrent_dropout=0.5)),
    "a cell of one's own": lambda: mlp(SEQUENCE, layers.RNN(Summing())),
    "a cell of one's own that is no layer": lambda: mlp(SEQUENCE, layers.RNN([layers.GRUCell(2), Sums()])),
    "a loss of one's own": lambda: mlp(loss=lambda t, p: np.mean(p**2, axis=-1), metrics=()),
    "a penalty of one's own": lambda: mlp(Dense(4, kernel_regularizer=lambda w: np.sum(w**2))),
    "an activity penalty": lambda: mlp(Dense(4, activity_regularizer="l2")),
    "a call exchanged": lambda: exchanged(),
    "run_eagerly": lambda: mlp(run_eagerly=True),
}


def exchanged():
    model = mlp()
    dense = model.layers[0]
    dense.call = lambda inputs: type(dense).call(dense, inputs) * 1.0
    return model


@pytest.mark.parametrize("name", NOT_REPEATED)
def test_what_may_not_repeat_itself_takes_the_plain_way(name, runs):
    trained(NOT_REPEATED[name]())
    assert runs
    assert not any(runs)


def test_recurrent_layers_with_masks_or_states_take_the_plain_way(runs, predictions):
    def masked(**arguments):
        ids = layers.Embedding(3, 4, mask_zero=True)
        model = Sequential([Input((5,), dtype="int32"), ids, layers.LSTM(2), Dense(1)])
        model.compile("sgd", "mse", **arguments)
        return model

    def stateful(**arguments):
        model = Sequential([Input(batch_shape=(8, 4, 1)), layers.GRU(2, stateful=True), Dense(1)])
        model.compile("sgd", "mse", **arguments)
        return model

    ids = RNG.integers(0, 3, (24, 5))
    for model, x in ((masked, ids), (stateful, X[:, :, None])):
        assert_equal(trained(model(), x, Y), trained(model(run_eagerly=True), x, Y))
        model().predict(x, batch_size=8, verbose=0)
    assert runs
    assert not any(runs + predictions)


def test_a_subclass_takes_the_plain_way(runs):
    trained(subclass(), y=X[:, :3])
    assert not any(runs)


CHANGES = {
    "frozen": lambda model: setattr(model.layers[0], "trainable", False),
    "activation": lambda model: setattr(model.layers[0], "activation", activations.tanh),
    "regularizer": lambda model: setattr(model.layers[1].kernel_regularizer, "l2", 0.5),
    "weights": lambda model: model.layers[0].kernel.assign(model.layers[0].kernel * 0.5),
    "learning rate": lambda model: setattr(model.optimizer, "learning_rate", 0.5),
    "constraint": lambda model: setattr(model.layers[0].kernel, "constraint", lambda w: w * 0.0),
    "popped": lambda model: model.pop(),
}


@pytest.mark.parametrize("when", ["on_epoch_end", "on_train_batch_end"])
@pytest.mark.parametrize("name", CHANGES)
def test_changes_on_the_way_take_effect_at_once(name, when, runs):
    def run(**arguments):
        model = mlp(Dense(3, kernel_regularizer="l2"), **arguments)
        count = iter(range(100))
        change = LambdaCallback(**{when: lambda *_: CHANGES[name](model) if next(count) == 1 else None})
        return trained(model, callbacks=[change], epochs=4)

    found = run()
    assert sum(runs) >= 3
    assert_equal(found, run(run_eagerly=True))


def test_a_bad_label_and_a_loss_that_is_not_finite_are_found_in_a_repeated_step(runs):
    bad = Y.copy()
    bad[-1] = 3
    with pytest.raises(ValueError, match="A label is out of range") as caught:
        mlp().fit(X, bad, batch_size=4, shuffle=False, verbose=0)
    assert "epoch 1, step 6" in caught.value.__notes__[-1]
    x = X.copy()
    x[-1, 0] = np.nan
    model = mlp()
    with pytest.raises(FloatingPointError, match="`x` contains NaN"):
        model.fit(x, Y, batch_size=4, shuffle=False, verbose=0)
    assert all(np.isfinite(w).all() for w in model.get_weights())


def test_predictions_that_metrics_see_are_read_only(runs):
    seen = []

    def writable(y_true, y_pred):
        seen.append(y_pred.flags.writeable)
        return np.zeros(len(y_pred))

    trained(mlp(metrics=[writable]))
    assert any(runs)
    assert not any(seen)


def test_a_model_can_be_copied_while_it_trains(runs):
    import copy
    import pickle

    model = mlp()
    copies = []
    keep = LambdaCallback(on_epoch_end=lambda *_: copies.append((copy.deepcopy(model), pickle.dumps(model))))
    trained(model, callbacks=[keep])
    assert len(copies) == 3
    assert_equal(trained(copies[-1][0]), trained(pickle.loads(copies[-1][1])))
    assert sum(runs) >= 3 * 5


# --- predictions ------------------------------------------------------------------------------------------------------


@pytest.fixture
def predictions(monkeypatch):
    """Which batches were predicted by programs."""
    return watched(monkeypatch, "prediction")


@pytest.mark.parametrize("name", MODELS)
def test_a_repeated_prediction_gives_the_plain_numbers_to_the_last_bit(name, predictions):
    model = MODELS[name]()
    found = model.predict(X, batch_size=5, verbose=0)
    assert predictions == [False, True, True, True, False]  # the last batch is shorter
    expected = np.concatenate([model(X[i : i + 5]) for i in range(0, 24, 5)])
    np.testing.assert_array_equal(found, expected)


ONLY_TRAINED_PLAINLY = {"noise", "dropout of a state"}


@pytest.mark.parametrize("name", sorted(ONLY_TRAINED_PLAINLY))
def test_a_model_may_predict_by_a_program_that_trains_the_plain_way(name, runs, predictions):
    model = NOT_REPEATED[name]()
    model.fit(X, Y, verbose=0)
    found = model.predict(X, batch_size=8, verbose=0)
    assert not any(runs)
    assert predictions == [False, True, True]
    np.testing.assert_array_equal(found, np.concatenate([model(X[i : i + 8]) for i in range(0, 24, 8)]))


@pytest.mark.parametrize("name", sorted(set(NOT_REPEATED) - ONLY_TRAINED_PLAINLY))
def test_what_may_not_repeat_itself_is_predicted_the_plain_way(name, predictions):
    NOT_REPEATED[name]().predict(X, batch_size=8, verbose=0)
    assert predictions == [False] * 3


@pytest.mark.parametrize("name", [name for name in CHANGES if name != "learning rate"])
def test_a_prediction_after_a_change_is_that_of_the_changed_model(name, predictions):
    model = mlp(Dense(3, kernel_regularizer="l2"))
    for _ in range(3):
        before = model.predict_on_batch(X)
    CHANGES[name](model)
    assert predictions[-1]
    for _ in range(3):
        np.testing.assert_array_equal(model.predict_on_batch(X), model(X))
    assert predictions[-1]
    assert np.array_equal(before, model(X)) == (name in {"frozen", "regularizer", "constraint"})


def test_predictions_go_on_while_a_model_trains(predictions):
    model = mlp()
    for _ in range(3):
        model.fit(X, Y, epochs=1, verbose=0)
        np.testing.assert_array_equal(model.predict_on_batch(X), model(X))
    assert predictions == [False, True, True]


def test_a_model_need_not_be_compiled_to_predict_by_a_program(predictions):
    a, b = Input((4,), name="a"), Input((4,), name="b")
    joined = layers.Concatenate()([a, b])
    model = Model({"a": a, "b": b}, {"sum": Dense(1)(joined), "all": [joined, Dense(2)(joined)]})
    for _ in range(3):
        found = model.predict_on_batch({"a": X, "b": X[::-1]})
    assert predictions == [False, True, True]
    expected = model({"a": X, "b": X[::-1]})
    np.testing.assert_array_equal(found["sum"], expected["sum"])
    for one, other in zip(found["all"], expected["all"], strict=True):
        np.testing.assert_array_equal(one, other)


def test_each_prediction_is_an_array_of_its_own():
    model = mlp()
    first, second, third = (model.predict_on_batch(X) for _ in range(3))
    third += 1.0
    np.testing.assert_array_equal(first, second)
    np.testing.assert_array_equal(model.predict_on_batch(X), first)


def test_a_bad_batch_is_refused_by_the_layer_that_it_is_bad_for(predictions):
    model = Sequential([Input((2,), dtype="int32"), layers.Embedding(5, 3, name="words")])
    for _ in range(2):
        model.predict_on_batch(np.ones((4, 2), "int32"))
    assert predictions[-1]
    with pytest.raises(IndexError, match=r"has the ids 0 to 4\. Received: id 7") as caught:
        model.predict_on_batch(np.full((4, 2), 7, "int32"))
    assert "words" in " ".join(caught.value.__notes__)


# --- evaluations ------------------------------------------------------------------------------------------------------


@pytest.fixture
def tests(monkeypatch):
    """Which batches were judged by programs."""
    return watched(monkeypatch, "test")


def judged(model, **arguments):
    rng = np.random.default_rng(1)
    model.set_weights([rng.uniform(0.1, 1.0, size=w.shape) for w in model.weights])
    return model.evaluate(X, Y, **{"batch_size": 5, "verbose": 0, "return_dict": True} | arguments)


@pytest.mark.parametrize("arguments", [{}, {"sample_weight": np.linspace(0, 1, 24)}])
@pytest.mark.parametrize("name", MODELS)
def test_a_repeated_evaluation_gives_the_plain_numbers_to_the_last_bit(name, arguments, tests):
    make = MODELS.get(name) or NOT_REPEATED[name]
    found = judged(make(), **arguments)
    assert tests[0] is tests[-1] is False  # the last batch is shorter
    assert tests[2] is tests[3] is True
    plain = make()
    plain.run_eagerly = True
    assert judged(plain, **arguments) == found


@pytest.mark.parametrize("name", sorted(set(NOT_REPEATED) - ONLY_TRAINED_PLAINLY))
def test_what_may_not_repeat_itself_is_judged_the_plain_way(name, tests):
    judged(NOT_REPEATED[name]())
    assert not any(tests)


def test_masks_reach_loss_and_metrics(runs, tests, predictions):
    ids = RNG.integers(0, 3, (24, 5))
    words = layers.Embedding(3, 4, mask_zero=True, embeddings_initializer="ones")
    model = Sequential([Input((5,), dtype="int32"), words, Dense(3, kernel_initializer="ones")])
    model.compile("sgd", losses.SparseCategoricalCrossentropy(from_logits=True), weighted_metrics=["accuracy"])
    found = model.evaluate(ids, ids, batch_size=8, verbose=0)
    np.testing.assert_allclose(found, [np.log(3.0), 0.0], atol=1e-6)  # the first class, 0, is what the mask leaves out
    model.predict(ids, batch_size=8, verbose=0)
    assert not any(tests)
    assert not any(predictions)


def test_an_evaluation_after_a_change_is_that_of_the_changed_model(tests):
    model = mlp(Dense(3, kernel_regularizer="l2"))
    for change in (None, *CHANGES):
        if change not in (None, "popped"):
            CHANGES[change](model)
        for _ in range(3):
            found = model.evaluate(X, Y, verbose=0, return_dict=True)
        assert tests[-1]
        model.run_eagerly = True
        assert model.evaluate(X, Y, verbose=0, return_dict=True) == found
        model.run_eagerly = False


# --- with jit_compile -------------------------------------------------------------------------------------------------


class Scale(layers.Layer):
    def build(self, input_shape):
        self.scale = self.add_weight(shape=input_shape[-1:], initializer="ones")

    def call(self, inputs):
        return np.tanh(inputs * self.scale)


class Drawing(layers.Layer):
    """A layer that draws from the stream of its own, and from NumPy's."""

    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.seed_generator = layerlab.random.SeedGenerator(7)

    def call(self, inputs):
        noise = layerlab.random.normal(inputs.shape, seed=self.seed_generator)
        return inputs + 0.1 * noise + 0.1 * np.random.normal(size=inputs.shape).astype("float32")


class Running(layers.Layer):
    """Subtracts an average that moves, which is kept in a variable."""

    def build(self, input_shape):
        self.mean = self.add_weight((), "zeros", trainable=False, dtype="float32")

    def call(self, inputs):
        self.mean.assign(0.9 * self.mean + 0.1 * np.mean(inputs))
        return inputs - self.mean


PROMISED = {
    "a custom layer": lambda **k: mlp(Scale(), **k),
    "a layer beside moving averages": lambda **k: mlp(layers.BatchNormalization(), Scale(), **k),
    "a state": lambda **k: mlp(Running(), **k),
    "a cell": lambda **k: mlp(SEQUENCE, layers.RNN(Summing()), **k),
    "dropout": lambda **k: mlp(layers.Dropout(0.5, seed=3), Scale(), **k),
    "a Lambda": lambda **k: mlp(layers.Lambda(lambda x: x * 2.0), **k),
    "an activation of one's own": lambda **k: mlp(Dense(3, activation=lambda x: x * x), **k),
    "a penalty of one's own": lambda **k: mlp(Dense(4, kernel_regularizer=lambda w: 0.1 * np.sum(w**2)), **k),
    "a loss of one's own": lambda **k: mlp(loss=lambda t, p: np.mean(p**2, axis=-1), metrics=(), **k),
}


@pytest.mark.parametrize("name", PROMISED)
def test_what_users_promise_to_repeat_is_repeated(name, runs, tests):
    found = trained(PROMISED[name](jit_compile=True), validation_data=(X, Y))
    assert runs[2] is tests[-1] is True
    runs.clear()
    assert_equal(found, trained(PROMISED[name](), validation_data=(X, Y)))
    assert not any(runs)


class Started(Summing):
    """A cell that draws the state that it starts with."""

    def get_initial_state(self, batch_size=None):
        return [np.random.normal(size=(batch_size, 1)).astype("float32")]


REFUSED = {
    "draws a state": lambda **k: mlp(SEQUENCE, layers.RNN(Started()), **k),
    "draws": lambda **k: mlp(Drawing(), **k),
    "noise": lambda **k: mlp(layers.GaussianNoise(0.5, seed=3), Scale(), **k),
    "a state of another type": lambda **k: mlp(Running(dtype="float64"), **k),
    "a table from nowhere": lambda **k: mlp(layers.Lambda(lambda x: x + np.arange(5, dtype="float32")), **k),
    "a branch": lambda **k: mlp(layers.Lambda(lambda x: x if np.sum(x) > 0 else -x), **k),
}


@pytest.mark.parametrize("name", REFUSED)
def test_a_promise_that_cannot_be_kept_changes_nothing(name, runs):
    def run(**arguments):
        np.random.seed(0)
        return trained(REFUSED[name](**arguments), shuffle=True)

    found = run(jit_compile=True)
    assert not any(runs)
    assert_equal(found, run())


def test_a_layer_that_counts_in_an_attribute_counts_every_step(runs):
    assert_equal(trained(mlp(Halving(), jit_compile=True)), trained(mlp(Halving())))


def test_jit_compile_is_told_and_saved():
    assert mlp(jit_compile=True).jit_compile is True
    assert mlp(jit_compile=True).get_compile_config()["jit_compile"] is True
    assert mlp().jit_compile is False
    assert mlp(jit_compile=1).jit_compile is True


def test_another_word_for_jit_compile_is_refused():
    with pytest.raises(ValueError, match="must be True, False or \"auto\"\\. Received: jit_compile='yes'"):
        mlp(jit_compile="yes")


# --- single batches ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("change", [None, *CHANGES])
def test_single_batches_give_the_plain_numbers_and_see_every_change(change, runs, tests):
    def numbers(**arguments):
        model = mlp(
            Dense(3, kernel_regularizer="l2"), metrics=["accuracy", "sparse_categorical_crossentropy"], **arguments
        )
        model.set_weights([np.random.default_rng(1).normal(size=w.shape) for w in model.weights])
        for i in range(6):
            if i == 3 and change:
                CHANGES[change](model)
            yield model.train_on_batch(X, Y)
            yield model.test_on_batch(X[:7], Y[:7], return_dict=True)
        yield [w.tolist() for w in model.get_weights()]

    found = list(numbers())
    assert runs[2] is tests[2] is runs[-1] is tests[-1] is True
    assert found == list(numbers(run_eagerly=True))


def test_a_metric_that_a_model_gets_later_is_reset_and_reported(runs):
    model = mlp(metrics=())
    for _ in range(3):
        assert isinstance(model.train_on_batch(X, Y), float)
    model.seen = layerlab.metrics.Sum(name="seen")
    for _ in range(3):
        model.seen.update_state(1.0)
        assert set(model.train_on_batch(X, Y, return_dict=True)) == {"loss", "seen"}
        assert model.seen.result() == 0.0
    assert runs[-1]


def test_a_single_batch_that_fails_leaves_the_model_as_it_was(runs):
    model = mlp()
    for _ in range(3):
        model.train_on_batch(X, Y)
    before = [v.numpy() for v in (*model.variables, *model.optimizer.variables)]
    with pytest.raises(ValueError, match="A label is out of range"):
        model.train_on_batch(X, Y + 3)
    with pytest.raises(FloatingPointError, match="`x` contains NaN"):
        model.train_on_batch(X * np.float32(np.nan), Y)
    for old, variable in zip(before, (*model.variables, *model.optimizer.variables), strict=True):
        np.testing.assert_array_equal(variable, old)
    assert runs[2]
