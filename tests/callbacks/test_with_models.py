"""Callbacks in a real `fit`: short trainings of a small model."""

import numpy as np
import pytest

from layerlab import Sequential, callbacks, layers, optimizers, saving, utils

X = np.random.default_rng(0).normal(size=(40, 3)).astype("float32")
Y = (X.sum(axis=1, keepdims=True) > 0).astype("float32")


def make(optimizer="sgd", **kwargs):
    utils.set_random_seed(3)
    model = Sequential([layers.Input((3,)), layers.Dense(4, activation="tanh"), layers.Dense(1, activation="sigmoid")])
    model.compile(optimizer, "binary_crossentropy", metrics=["accuracy"], **kwargs)
    return model


def fit(model, *members, epochs=3, verbose=0, **kwargs):
    return model.fit(X, Y, epochs=epochs, verbose=verbose, callbacks=list(members), batch_size=10, **kwargs)


def test_history_holds_what_other_callbacks_added():
    schedule = callbacks.LearningRateScheduler(lambda epoch: 0.1 / (epoch + 1))
    history = fit(make(), schedule, validation_split=0.2)
    assert list(history.history) == ["accuracy", "loss", "val_accuracy", "val_loss", "learning_rate"]
    np.testing.assert_allclose(history.history["learning_rate"], [0.1, 0.05, 0.1 / 3], rtol=1e-6)
    assert history.epoch == [0, 1, 2]
    assert history.params == {"verbose": 0, "epochs": 3, "steps": 4}


def test_early_stopping_restores_the_best_weights():
    weights = {}
    model = make()
    note = callbacks.LambdaCallback(on_epoch_end=lambda epoch, logs: weights.update({epoch: model.get_weights()}))
    stop = callbacks.EarlyStopping("accuracy", min_delta=1.0, patience=2, restore_best_weights=True)
    history = fit(model, note, stop, epochs=10)
    assert history.epoch == [0, 1, 2]
    for restored, first in zip(model.get_weights(), weights[0], strict=True):
        np.testing.assert_array_equal(restored, first)


def test_a_plateau_reduces_the_rate_of_the_optimizer_but_not_that_of_a_schedule():
    model = make(optimizers.SGD(0.5))
    fit(model, callbacks.ReduceLROnPlateau("loss", factor=0.5, patience=1, min_delta=10.0))
    assert float(model.optimizer.learning_rate) == 0.125
    model = make(optimizers.SGD(optimizers.schedules.CosineDecay(0.5, 10)))
    with pytest.raises(TypeError, match="This optimizer was created with a `LearningRateSchedule`"):
        fit(model, callbacks.ReduceLROnPlateau("loss", factor=0.5, patience=1, min_delta=10.0))


def test_a_loss_that_is_no_number_ends_fit_quietly(capsys):
    history = make().fit(X * np.nan, Y, epochs=5, verbose=0, callbacks=[callbacks.TerminateOnNaN()])
    assert len(history.epoch) < 5
    assert "Invalid loss, terminating training" in capsys.readouterr().out


@pytest.mark.filterwarnings("ignore:Skipping variable loading for optimizer")  # a new one has no momentums yet
@pytest.mark.parametrize(("name", "weights_only"), [("{epoch}.keras", False), ("{epoch}.weights.h5", True)])
def test_checkpoints_can_be_loaded(tmp_path, name, weights_only):
    model = make("adam")
    fit(model, callbacks.ModelCheckpoint(tmp_path / name, save_weights_only=weights_only), epochs=2)
    path = tmp_path / name.format(epoch=2)
    if weights_only:
        again = make("adam")
        again.load_weights(path)
    else:
        again = saving.load_model(path)
    np.testing.assert_array_equal(again.predict(X, verbose=0), model.predict(X, verbose=0))


def test_a_training_that_crashed_ends_with_the_same_weights(tmp_path):
    def crash(epoch, logs):
        if epoch == 2:
            raise RuntimeError("power failure")

    straight, broken = make("adam"), make("adam")
    fit(straight, epochs=4, shuffle=False)
    with pytest.raises(RuntimeError, match="power failure"):
        fit(
            broken,
            callbacks.BackupAndRestore(tmp_path / "backup"),
            callbacks.LambdaCallback(on_epoch_begin=crash),
            epochs=4,
            shuffle=False,
        )
    restarted = make("adam")
    history = fit(restarted, callbacks.BackupAndRestore(tmp_path / "backup"), epochs=4, shuffle=False)
    assert history.epoch == [2, 3]
    for a, b in zip(straight.get_weights(), restarted.get_weights(), strict=True):
        np.testing.assert_array_equal(a, b)
    assert fit(restarted, epochs=1).epoch == [0]


def test_averaged_weights_are_judged_and_kept():
    model = make(optimizers.SGD(0.5, use_ema=True, ema_momentum=0.5))
    fit(model, callbacks.SwapEMAWeights(swap_on_epoch=True))
    averages = [variable.value for variable in model.optimizer._model_variables_moving_average]
    for weight, average in zip(model.get_weights(), averages, strict=True):
        np.testing.assert_array_equal(weight, average)


def test_the_line_of_an_epoch_shows_the_loss_and_its_parts(capsys):
    fit(make(), epochs=2, verbose=2)
    lines = capsys.readouterr().out.splitlines()
    assert [line.split(" - ")[:2] for line in lines] == [["Epoch 1/2", "4/4"], ["Epoch 2/2", "4/4"]]
    fit(make(), epochs=1, verbose=3)
    assert "data_loss: " in capsys.readouterr().out
