"""fit, evaluate and predict: what they accept, what they report, and what is left when something goes wrong."""

import os
import signal
import threading
import warnings

import numpy as np
import pytest

import layerlab
from layerlab import Input, Model, Sequential, callbacks
from layerlab.layers import ActivityRegularization, Dense, Dropout, Layer

RNG = np.random.default_rng(0)
X = RNG.normal(size=(12, 3)).astype("float32")
Y = RNG.normal(size=(12, 2)).astype("float32")


@pytest.fixture
def model():
    model = Sequential([Input((3,)), Dense(4, "tanh", kernel_regularizer="l2"), Dense(2)])
    model.compile("adam", "mse", metrics=["mae"])
    return model


@pytest.fixture
def classifier():
    model = Sequential([Input((3,)), Dense(3, "softmax")])
    model.compile("adam", "sparse_categorical_crossentropy")
    return model


def test_before_compile_there_is_no_optimizer_and_no_loss():
    fresh = Sequential([Input((3,)), Dense(2)])
    with pytest.raises(AttributeError, match="'Sequential' object has no attribute 'optimizer'"):
        fresh.optimizer  # noqa: B018
    assert (fresh.loss, fresh.metrics, fresh.run_eagerly) == (None, [], False)


class TestRefusals:
    """Bad input: the message says what was expected, and the model stays what it was."""

    CASES = (
        ("different lengths", (X, Y[:5]), {}, ValueError, r"Data cardinality is ambiguous(?s:.*)'x' sizes: 12"),
        ("a list for x", ([[1.0, 2.0, 3.0]], Y), {}, ValueError, "Unrecognized data type: x=.*use np.array"),
        ("a list for y", (X, [1] * 12), {}, ValueError, "Unrecognized data type: y="),
        ("no targets", (X,), {}, ValueError, "Received: y=None"),
        ("targets of another width", (X, np.ones((12, 5))), {}, ValueError, r"\(12, 5\).*\(12, 2\)"),
        ("features of another size", (np.ones((12, 5)), Y), {}, ValueError, "expected axis -1 .* to have value 3"),
        ("a batch axis too few", (np.ones(3), np.ones((3, 2))), {}, ValueError, r"x\[None\]"),
        ("no samples", (X[:0], Y[:0]), {}, ValueError, "no batch of data"),
        (
            "a batch size of 0",
            (X, Y),
            {"batch_size": 0},
            ValueError,
            "must be a positive integer. Received: batch_size=0",
        ),
        (
            "class weights in a list",
            (X, Y),
            {"class_weight": [1, 2]},
            ValueError,
            "must be a dictionary, class -> weight",
        ),
        (
            "validation every 0 epochs",
            (X, Y),
            {"validation_data": (X, Y), "validation_freq": 0},
            ValueError,
            "must be a positive integer or a list of epochs",
        ),
        ("everything for validation", (X, Y), {"validation_split": 1.0}, ValueError, "must lie between 0 and 1"),
        (
            "both kinds of weights",
            (X, Y),
            {"class_weight": {0: 1}, "sample_weight": np.ones(12)},
            ValueError,
            "same time",
        ),
        ("NaN in x", (np.where(X > 1, np.nan, X), Y), {}, FloatingPointError, "`x` contains NaN"),
        ("NaN in y", (X, np.where(Y > 1, np.nan, Y)), {}, FloatingPointError, "`y` contains NaN"),
    )

    @pytest.mark.parametrize(
        ("arguments", "options", "error", "message"), [c[1:] for c in CASES], ids=[c[0] for c in CASES]
    )
    def test_fit_refuses_and_changes_nothing(self, model, arguments, options, error, message):
        before = model.get_weights()
        with pytest.raises(error, match=message):
            model.fit(*arguments, verbose=0, **options)
        for old, new in zip(before, model.get_weights(), strict=True):
            np.testing.assert_array_equal(old, new)

    @pytest.mark.parametrize("method", ["evaluate", "train_on_batch", "test_on_batch"])
    def test_no_samples(self, model, method):
        with pytest.raises(ValueError, match=r"got no batch of data|Expected at least one sample"):
            getattr(model, method)(X[:0], Y[:0])

    @pytest.mark.parametrize("inputs", [[X, X], (X, X), {"a": X}], ids=["list", "tuple", "dict"])
    def test_several_inputs(self, model, inputs):
        with pytest.raises(ValueError, match=r"structure of `inputs` doesn't match .* has one input"):
            model.predict(inputs, verbose=0)

    def test_fit_before_compile(self):
        with pytest.raises(ValueError, match=r"You must call `compile\(\)` before using the model"):
            Sequential([Input((3,)), Dense(2)]).fit(X, Y)

    def test_a_label_out_of_range_in_the_last_batch_undoes_the_first_ones(self, classifier):
        labels = np.array([0, 1, 2, 0, 1, 2, 0, 1, 2, 0, 1, 3])
        before = classifier.get_weights()
        with pytest.raises(ValueError, match=r"(?s)out of range.*numbered 0 to 2. Received: 3"):
            classifier.fit(X, labels, batch_size=4, shuffle=False, verbose=0)
        np.testing.assert_array_equal(classifier.get_weights()[0], before[0])
        assert int(classifier.optimizer.iterations) == 0

    def test_the_epoch_and_step_are_named(self, classifier):
        labels = np.array([0, 1, 2, 0, 1, 2, 0, 1, 2, 0, 1, -1])
        with pytest.raises(ValueError, match="out of range") as caught:
            classifier.fit(X, labels, batch_size=4, shuffle=False, verbose=0)
        assert "epoch 1, step 3" in "\n".join(caught.value.__notes__)

    @pytest.mark.parametrize(
        ("what", "compiled", "hint"),
        [("loss", {"loss": "mean_sqared_error"}, "mean_squared_error"), ("metric", {"metrics": ["maee"]}, "mae")],
    )
    def test_unknown_losses_and_metrics_are_found_at_the_first_batch(self, model, what, compiled, hint):
        model.compile("sgd", **{"loss": "mse"} | compiled)
        with pytest.raises(ValueError, match=f"Could not interpret {what} identifier: .*Did you mean '{hint}'"):
            model.fit(X, Y, verbose=0)

    def test_an_unknown_optimizer_is_found_by_compile(self, model):
        old = model.optimizer
        with pytest.raises(ValueError, match=r"Could not interpret optimizer identifier: adm. Did you mean 'adam'"):
            model.compile("adm", "mse")
        assert model.optimizer is old

    def test_metrics_come_in_a_list(self, model):
        with pytest.raises(
            ValueError, match=r"(?s)Expected `metrics` argument to be a list.*Did you mean metrics=\['mae'\]"
        ):
            model.compile("sgd", "mse", metrics="mae")

    def test_no_loss_at_all(self, model):
        model = Sequential([Input((3,)), Dense(2)])
        model.compile("sgd")
        with pytest.raises(ValueError, match="No loss to compute"):
            model.fit(X, Y, verbose=0)

    def test_growing_weights_stop_the_run_with_the_last_good_ones(self, model):
        model.compile(layerlab.optimizers.SGD(1e20), "mse")
        with pytest.raises(FloatingPointError, match="smaller learning_rate"):
            model.fit(1e6 * X, Y, epochs=20, verbose=0)
        assert all(np.isfinite(w).all() for w in model.get_weights())

    def test_terminate_on_nan_sees_the_loss_instead(self, model, capsys):
        history = model.fit(np.full_like(X, np.nan), Y, epochs=3, verbose=0, callbacks=[callbacks.TerminateOnNaN()])
        assert np.isnan(history.history["loss"]).tolist() == [True]
        assert "Invalid loss" in capsys.readouterr().out


class TestReports:
    def test_the_loss_in_its_parts(self, model):
        history = model.fit(X, Y, epochs=2, verbose=3, validation_split=0.25).history
        assert list(history) == [
            "data_loss", "loss", "mae", "penalty", "val_data_loss", "val_loss", "val_mae", "val_penalty",
        ]  # fmt: skip
        np.testing.assert_allclose(np.add(history["data_loss"], history["penalty"]), history["loss"], rtol=1e-6)
        assert min(history["penalty"]) > 0
        assert len(model.evaluate(X, Y, verbose=0)) == 2  # loss and mae, as before
        assert list(model.fit(X, Y, verbose=0).history) == ["loss", "mae"]

    def test_penalties_are_in_the_loss_and_not_in_metrics(self):
        model = Sequential([Input((3,)), ActivityRegularization(l2=1.0), Dense(2, kernel_regularizer="l2")])
        model.compile("sgd", "mse", metrics=["mse"])
        loss, mse = model.evaluate(X, Y, batch_size=len(X), verbose=0)
        kernel = model.get_weights()[0]
        np.testing.assert_allclose(loss - mse, 0.01 * np.sum(kernel**2) + np.sum(X**2) / len(X), rtol=1e-5)

    def test_evaluate_returns_a_number_a_list_or_a_dictionary(self, model):
        as_list = model.evaluate(X, Y, verbose=0)
        as_dict = model.evaluate(X, Y, verbose=0, return_dict=True)
        assert as_dict == dict(zip(("loss", "mae"), as_list, strict=True))
        model.compile("sgd", "mse")
        assert isinstance(model.evaluate(X, Y, verbose=0), float)

    def test_dropout_is_active_in_fit_alone(self):
        model = Sequential([Input((3,)), Dropout(0.5, seed=1), Dense(2)])
        model.compile("sgd", "mse")
        np.testing.assert_array_equal(model.predict(X, verbose=0), model.predict(X, verbose=0))
        assert model.evaluate(X, Y, verbose=0) == model.evaluate(X, Y, verbose=0)

    def test_predict_keeps_the_order_and_the_rest(self, model):
        np.testing.assert_allclose(model.predict(X, batch_size=5, verbose=0), model(X), rtol=1e-5, atol=1e-6)
        assert model.predict(X[:0], verbose=0).shape == (0, 2)
        assert model.predict(iter([X[:4], X[4:5]]), verbose=0).shape == (5, 2)

    def test_epochs_are_counted_from_initial_epoch(self, model):
        assert model.fit(X, Y, initial_epoch=3, epochs=5, verbose=0).epoch == [3, 4]

    def test_predict_of_no_samples_has_no_rows(self, model):
        assert model.predict(X[:0], verbose=0).shape == model.predict_on_batch(X[:0]).shape == (0, 2)

    @pytest.mark.filterwarnings("ignore:the matrix subclass")
    @pytest.mark.parametrize("wrapped", [lambda x: [x], lambda x: (x,), np.asmatrix, np.asfortranarray, np.ma.array])
    def test_an_array_in_other_clothes(self, model, wrapped):
        np.testing.assert_allclose(model.predict(wrapped(X), verbose=0), model.predict(X, verbose=0), rtol=1e-6)
        model.fit(wrapped(X), Y, verbose=0)

    def test_the_data_is_not_changed(self, model):
        x, y = X.copy(), Y.copy()
        model.fit(x, y, epochs=2, verbose=0)
        np.testing.assert_array_equal(x, X)
        np.testing.assert_array_equal(y, Y)
        assert x.flags.writeable


class TestSources:
    """Where batches come from."""

    def batches(self, size=4):
        return [(X[i : i + size], Y[i : i + size]) for i in range(0, 12, size)]

    def fitted(self, *data, **kwargs):
        layerlab.utils.set_random_seed(0)
        model = Sequential([Input((3,)), Dense(2, kernel_initializer="ones")])
        model.compile("sgd", "mse")
        return model.fit(*data, verbose=0, epochs=2, shuffle=False, **kwargs).history["loss"]

    @pytest.mark.parametrize("kind", ["generator", "iterable", "indexed"])
    def test_each_source_gives_the_numbers_of_arrays(self, kind):
        class Iterable:
            def __iter__(inner):
                return iter(self.batches())

        class Indexed:
            def __len__(inner):
                return 3

            def __getitem__(inner, i):
                return self.batches()[i]

        def generator():
            for _ in range(2):
                yield from self.batches()

        source = {"generator": generator(), "iterable": Iterable(), "indexed": Indexed()}[kind]
        steps = {"steps_per_epoch": 3} if kind == "generator" else {}
        np.testing.assert_allclose(self.fitted(source, **steps), self.fitted(X, Y, batch_size=4), rtol=1e-6)

    @pytest.mark.parametrize("steps", [1, 2, 3, 4])
    def test_epochs_of_some_steps_go_on_and_begin_again(self, model, steps):
        class Count(layerlab.callbacks.Callback):
            seen = 0

            def on_train_batch_end(self, batch, logs=None):
                self.seen += 1

        count, x = Count(), np.concatenate([X, X, X, X])[:16]  # four batches of four
        with warnings.catch_warnings():
            warnings.simplefilter("ignore" if steps == 3 else "error")  # the fourth batch is an epoch cut short
            model.fit(x, x[:, :1], batch_size=4, steps_per_epoch=steps, epochs=4, callbacks=[count], verbose=0)
        assert count.seen == (8 if steps == 3 else 4 * steps)

    def test_a_generator_that_ends_early_warns(self, model):
        with pytest.warns(UserWarning, match="ran out of data"):
            model.fit(iter(self.batches()), steps_per_epoch=5, verbose=0)

    @pytest.mark.parametrize("method", ["evaluate", "predict"])
    def test_a_callback_ends_an_endless_generator(self, model, method):
        doing = {"evaluate": "evaluating", "predict": "predicting"}[method]
        steps = []

        def third_step(step, logs):
            steps.append(step)
            setattr(model, f"stop_{doing}", step == 2)

        hook = {"evaluate": "on_test_batch_end", "predict": "on_predict_batch_end"}[method]
        stopper = callbacks.Callback()
        setattr(stopper, hook, third_step)
        endless = ((X, Y) if method == "evaluate" else (X,) for _ in iter(int, 1))
        getattr(model, method)(endless, callbacks=[stopper], verbose=0)
        assert steps == [0, 1, 2]

    def test_a_generator_without_steps_gives_as_many_epochs_as_it_has(self, model):
        with pytest.warns(UserWarning, match="ran out of data after epoch 1; training ends here"):
            history = model.fit(iter(self.batches()), epochs=3, verbose=0)
        assert len(history.history["loss"]) == 1

    def test_a_data_set_of_your_own(self, model):
        class Batches(layerlab.utils.PyDataset):
            begun = ended = 0

            def __len__(inner):
                return 3

            def __getitem__(inner, i):
                return self.batches()[i]

            def on_epoch_begin(inner):
                inner.begun += 1

            def on_epoch_end(inner):
                inner.ended += 1

        batches = Batches()
        model.fit(batches, epochs=2, verbose=0)
        assert (batches.begun, batches.ended, batches.num_batches) == (2, 2, 3)

    @pytest.mark.parametrize("batches", [3, None])
    def test_a_data_set_that_names_its_batches(self, model, batches):
        class Named(layerlab.utils.PyDataset):
            num_batches = batches

            def __getitem__(self, index):
                return X, Y

        history = model.fit(Named(), steps_per_epoch=None if batches else 3, epochs=2, shuffle=bool(batches), verbose=0)
        assert len(history.history["loss"]) == 2
        assert model.optimizer.iterations == 6

    def test_targets_beside_a_generator_are_refused(self, model):
        with pytest.raises(ValueError, match="`y` comes inside the batches"):
            model.fit(iter(self.batches()), Y, verbose=0)

    def test_float64_data_trains_in_float32(self, model):
        model.fit(X.astype("float64"), Y.astype("float64"), verbose=0)
        assert {w.dtype for w in model.weights} == {"float32"}


@pytest.mark.parametrize("steps", [0, -1, 2.5, "3", None])
def test_steps_per_execution_must_be_a_count(model, steps):
    old = model.optimizer
    with pytest.raises(
        ValueError, match=r"`steps_per_execution` must be a positive integer. Received: steps_per_execution="
    ):
        model.compile("sgd", "mse", steps_per_execution=steps)
    assert model.optimizer is old


def test_callbacks_are_called_between_executions(model):
    """The last step is counted as if the last execution were full, as in Keras."""
    calls = []
    hooks = {
        f"on_{kind}_batch_{end}": lambda step, logs, name=f"{kind} {end}": calls.append((name, step))
        for kind in ("train", "test", "predict")
        for end in ("begin", "end")
    }
    watch = callbacks.Callback()
    for name, hook in hooks.items():
        setattr(watch, name, lambda step, logs=None, hook=hook: hook(step, logs))
    model.compile("sgd", "mse", steps_per_execution=3)
    options = {"batch_size": 3, "verbose": 0, "callbacks": [watch]}
    model.fit(X, Y, **options)
    model.evaluate(X, Y, **options)
    assert model.predict(X, **options).shape == (12, 2)
    expected = [("begin", 0), ("end", 2), ("begin", 3), ("end", 5)]
    assert calls == [(f"{kind} {end}", step) for kind in ("train", "test", "predict") for end, step in expected]
    assert int(model.optimizer.iterations) == 4


def test_an_execution_is_whole_also_at_the_end_of_an_epoch(model):
    """As in Keras: 3 steps an epoch in executions of 2 use up 4 batches."""
    model.compile("sgd", "mse", steps_per_execution=2)
    seen = []
    observer = callbacks.LambdaCallback(on_train_batch_end=lambda batch, logs: seen.append(batch))
    model.fit(X, Y, batch_size=2, epochs=1, steps_per_epoch=3, verbose=0, callbacks=[observer])
    assert seen == [1, 3]
    assert model.optimizer.iterations == 4


@pytest.mark.parametrize("optional", [True, False])
def test_an_input_may_be_left_out_if_it_is_optional(optional):
    class AddIfGiven(Layer):
        def call(self, x, y=None):
            return x if y is None else x + y

        def compute_output_shape(self, x_shape):
            return x_shape

    a, b = Input((3,)), Input((3,), name="b", optional=optional)
    model = Model([a, b], Dense(2)(AddIfGiven()(a, b)))
    model.compile("sgd", "mse")
    if optional:
        assert len(model.fit([X, None], Y, verbose=0).history["loss"]) == 1
        assert model.predict([X, None], verbose=0).shape == (12, 2)
        return
    with pytest.raises(ValueError, match="The input 'b' is not optional, but None was passed"):
        model.fit([X, None], Y, verbose=0)


def test_none_for_the_only_input_is_named(model):
    a = Input((3,), name="a")
    model = Model(a, Dense(2)(a))
    model.compile("sgd", "mse")
    with pytest.raises(ValueError, match="The input 'a' is not optional, but None was passed"):
        model.fit([None], Y, verbose=0)


class TestCustomSteps:
    def test_a_train_step_of_your_own(self):
        from layerlab.autodiff import Tape

        class Doubled(Sequential):
            def train_step(self, data):
                x, y = data[:2]
                with Tape() as tape:
                    loss = 2 * np.mean((self(x, training=True) - y) ** 2)
                self.optimizer.apply(tape.gradient(loss, self.trainable_variables), self.trainable_variables)
                return {"twice": float(loss)}

        model = Doubled([Input((3,)), Dense(2)])
        model.compile("sgd", "mse")
        assert list(model.fit(X, Y, epochs=2, verbose=0).history) == ["twice"]

    def test_a_compute_loss_of_your_own(self):
        class Absolute(Sequential):
            def compute_loss(self, x=None, y=None, y_pred=None, sample_weight=None, training=True):
                return np.mean(np.abs(y - y_pred))

        model = Absolute([Input((3,)), Dense(2)])
        model.compile("sgd")
        losses = model.fit(X, Y, epochs=5, verbose=0).history["loss"]
        assert losses[-1] < losses[0]

    def test_a_compute_loss_from_before_it_had_an_argument_training(self):
        class Doubled(Sequential):
            def compute_loss(self, x=None, y=None, y_pred=None, sample_weight=None):
                return 2 * super().compute_loss(x, y, y_pred, sample_weight)

        model = Doubled([Input((3,)), Dense(2)])
        model.compile("sgd", "mse")
        np.testing.assert_allclose(model.evaluate(X, Y, verbose=0), 2 * np.mean((model(X) - Y) ** 2), rtol=1e-6)
        model.fit(X, Y, verbose=0)

    def test_a_loss_and_a_metric_in_plain_numpy(self):
        model = Sequential([Input((3,)), Dense(2)])
        largest = lambda y, p: np.max(np.abs(y - p), axis=-1)  # noqa: E731
        model.compile("sgd", lambda y, p: np.mean(np.abs(y - p) ** 1.5, axis=-1), metrics=[largest])
        history = model.fit(X, Y, epochs=20, verbose=0).history
        assert history["loss"][-1] < history["loss"][0]


class TestInterrupt:
    """Ctrl-C: fit ends between two steps, with a model that works."""

    @pytest.fixture(autouse=True)
    def pythons_own_handler(self):
        """A shell that runs the tests in the background has them ignore Ctrl-C."""
        before = signal.signal(signal.SIGINT, signal.default_int_handler)
        yield
        signal.signal(signal.SIGINT, before)

    @pytest.mark.skipif(
        threading.current_thread() is not threading.main_thread(), reason="signals need the main thread"
    )
    def test_ctrl_c_leaves_a_usable_model(self, model):
        class PressCtrlC(callbacks.Callback):
            steps = 0

            def on_train_batch_begin(self, batch, logs=None):
                if batch == 1:
                    os.kill(os.getpid(), signal.SIGINT)

            def on_train_batch_end(self, batch, logs=None):
                self.steps += 1

        watch = PressCtrlC()
        with pytest.raises(KeyboardInterrupt):
            model.fit(X, Y, batch_size=3, verbose=0, callbacks=[watch])
        assert watch.steps == 2  # the step that was running came to its end, the next did not begin
        assert int(model.optimizer.iterations) == 2
        assert signal.getsignal(signal.SIGINT) is signal.default_int_handler
        assert len(model.fit(X, Y, verbose=0).history["loss"]) == 1


def test_a_list_of_numbers_is_named_as_one():
    model = Sequential([Input((1,)), Dense(1)])
    model.compile("sgd", "mse")
    for y in ([1.0, 2.0], list(np.array([1.0, 2.0]))):  # numbers of Python, and of NumPy
        with pytest.raises(ValueError, match=r"Lists are for models with several inputs: use np\.array"):
            model.fit(np.ones((2, 1)), y, verbose=0)
