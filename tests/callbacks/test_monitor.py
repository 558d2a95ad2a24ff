"""Stopping, reducing and scheduling against Keras's decisions (tests/golden/make_callbacks.py), and their refusals."""

import json
import pathlib
import types

import numpy as np
import pytest

from layerlab import callbacks, optimizers
from layerlab.callbacks import EarlyStopping, LearningRateScheduler, ReduceLROnPlateau, TerminateOnNaN

from .fakes import FakeModel, run

GOLDEN = json.loads((pathlib.Path(__file__).parents[1] / "golden" / "callbacks.json").read_text())


def label(case):
    return "-".join(f"{key}={value}" for key, value in case["kwargs"].items()) or "defaults"


# -- early stopping


@pytest.mark.parametrize("case", GOLDEN["early_stopping"], ids=label)
def test_early_stopping_decides_as_keras_does(case):
    callback = EarlyStopping(**case["kwargs"])
    model = run(callback, case["values"])
    assert model.history.epoch[-1] == case["last"]
    assert (callback.stopped_epoch, callback.best_epoch) == (case["stopped_epoch"], case["best_epoch"])
    assert model.weights == case["weights"]


def test_early_stopping_starts_afresh_with_each_fit():
    callback = EarlyStopping(patience=1)
    run(callback, [0.1, 0.2, 0.3])
    assert run(callback, [5.0, 4.0, 3.0]).history.epoch == [0, 1, 2]


def test_early_stopping_tells_what_it_does(capsys):
    run(EarlyStopping(patience=1, verbose=1, restore_best_weights=True), [0.1, 0.2, 0.3])
    expected = "Epoch 2: early stopping\nRestoring model weights from the end of the best epoch: 1.\n"
    assert capsys.readouterr().out == expected


def test_a_value_that_is_not_there_is_warned_about():
    with pytest.warns(UserWarning, match="Early stopping conditioned on metric `val_loss` which is not available. Ava"):
        run(EarlyStopping(), [1.0], monitor="loss")
    with pytest.warns(UserWarning, match="Learning rate reduction is conditioned on metric `val_loss` which is not"):
        run(ReduceLROnPlateau(), [1.0], monitor="loss")


# -- which way is better


def metric(name, direction=None):
    return types.SimpleNamespace(name=name, **({"_direction": direction} if direction else {}))


METRICS = [metric("loss"), metric("accuracy", "up"), types.SimpleNamespace(metrics=[metric("mse", "down")])]


@pytest.mark.parametrize(
    ("mode", "monitor", "better"),
    [
        ("auto", "loss", np.less),
        ("auto", "val_loss", np.less),
        ("auto", "val_accuracy", np.greater),
        ("auto", "mse", np.less),
        ("max", "val_mse", np.greater),
        ("min", "anything", np.less),
    ],
)
def test_the_metrics_of_the_model_tell_which_way_is_better(mode, monitor, better):
    callback = callbacks.MonitorCallback(monitor, mode)
    callback.set_model(FakeModel(metrics=METRICS))
    callback._set_monitor_op()
    assert callback.monitor_op is better


def test_an_unknown_way_is_an_error_and_an_unknown_mode_a_warning():
    with pytest.raises(
        ValueError, match=r"EarlyStopping callback received monitor=unknown, but layerlab isn't able to"
    ):
        run(EarlyStopping(monitor="unknown"), [1.0])
    with pytest.warns(UserWarning, match="EarlyStopping mode 'upwards' is unknown, fallback to auto mode"):
        assert EarlyStopping(mode="upwards").mode == "auto"


def test_an_improvement_must_exceed_min_delta():
    callback = callbacks.MonitorCallback(mode="max", min_delta=0.5)
    callback._set_monitor_op()
    cases = [(0.75, 0, True), (0.5, None, True), (0.5, 0, False), (0.2, 0.5, False)]
    assert [callback._is_improvement(value, best) for value, best, _ in cases] == [wanted for *_, wanted in cases]


# -- learning rates


@pytest.mark.parametrize("case", GOLDEN["reduce_lr_on_plateau"], ids=label)
def test_plateaus_reduce_the_learning_rate_as_in_keras(case):
    history = run(ReduceLROnPlateau(**case["kwargs"]), [*case["values"], 0.0]).history.history
    assert history["learning_rate"][0] == pytest.approx(0.1)
    np.testing.assert_allclose(history["learning_rate"][1:], case["rates"], rtol=1e-6)


def test_a_reduction_is_told(capsys):
    run(ReduceLROnPlateau(patience=1, factor=0.5, verbose=1), [1.0, 1.0], model=FakeModel(1.0))
    assert capsys.readouterr().out == "Epoch 2: ReduceLROnPlateau reducing learning rate to 0.5.\n"


def test_plateau_refuses_a_factor_that_does_not_reduce_and_warns_of_unknown_arguments():
    with pytest.raises(ValueError, match=r"ReduceLROnPlateau does not support a factor >= 1.0. Received factor=1.0"):
        ReduceLROnPlateau(factor=1.0)
    with pytest.warns(UserWarning, match="ReduceLROnPlateau ignores the arguments {'epsilon': 0.1}"):
        ReduceLROnPlateau(epsilon=0.1)


@pytest.mark.parametrize(
    ("schedule", "expected"),
    [
        (lambda epoch: 1.0 / (epoch + 1), [1.0, 0.5, 1 / 3]),
        (lambda epoch, rate: rate * 0.5, [0.05, 0.025, 0.0125]),
        (lambda epoch, rate=9.0: np.float32(rate + 1), [1.1, 2.1, 3.1]),
        (optimizers.schedules.ExponentialDecay(1.0, 1, 0.5), [1.0, 0.5, 0.25]),
    ],
)
def test_a_scheduler_sets_the_rate_of_each_epoch(schedule, expected):
    model = run(LearningRateScheduler(schedule), [1.0, 1.0, 1.0])
    np.testing.assert_allclose(model.history.history["learning_rate"], expected, rtol=1e-6)


def test_a_scheduler_tells_and_refuses(capsys):
    run(LearningRateScheduler(lambda epoch: 0.5, verbose=1), [1.0])
    assert capsys.readouterr().out == "Epoch 1: LearningRateScheduler setting learning rate to 0.5.\n"
    with pytest.raises(ValueError, match=r"The output of the `schedule` function should be a float. Got: 1"):
        run(LearningRateScheduler(lambda epoch: 1), [1.0])
    model = FakeModel()
    model.optimizer = object()
    with pytest.raises(ValueError, match='Optimizer must have a "learning_rate" attribute'):
        run(LearningRateScheduler(lambda epoch: 1.0), [1.0], model=model)


def test_an_error_inside_a_schedule_is_not_mistaken_for_another_signature():
    def broken(epoch, rate):
        raise TypeError("my own mistake")

    with pytest.raises(TypeError, match="my own mistake"):
        run(LearningRateScheduler(broken), [1.0])


# -- NaN


@pytest.mark.parametrize("loss", [np.nan, np.inf, -np.inf])
def test_a_loss_that_is_no_number_ends_training(capsys, loss):
    model = run(TerminateOnNaN(), [1.0, loss, 1.0], batches=2)
    assert model.history.epoch == [0, 1]
    assert capsys.readouterr().out.startswith("Batch 0: Invalid loss, terminating training\n")
    with pytest.raises(RuntimeError, match=r"NaN or Inf loss encountered at batch 0. Loss value: -?(nan|inf)"):
        run(TerminateOnNaN(raise_error=True), [loss], batches=1)
