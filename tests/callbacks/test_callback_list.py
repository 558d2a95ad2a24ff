"""Who is told what, in which order, and that nobody is told for nothing."""

import re

import numpy as np
import pytest

from layerlab import callbacks
from layerlab.callbacks.callback import HOOKS, Callback, LambdaCallback, listens
from layerlab.callbacks.callback_list import CallbackList

from .fakes import FakeModel, run


@pytest.mark.parametrize("hook", HOOKS)
def test_every_moment_reaches_a_lambda(hook):
    seen = []
    members = CallbackList([LambdaCallback(**{hook: lambda *args: seen.append(args)})])
    number = (3,) if "batch" in hook or "epoch" in hook else ()
    getattr(members, hook)(*number, {"loss": np.float32(0.5)})
    assert seen == [(*number, {"loss": 0.5})]
    assert type(seen[0][-1]["loss"]) is float


@pytest.mark.parametrize("edge", ["begin", "end"])
def test_batch_moments_are_also_those_of_training(edge):
    seen = []
    members = CallbackList(LambdaCallback(**{f"on_batch_{edge}": lambda batch, logs: seen.append(batch)}))
    getattr(members, f"on_train_batch_{edge}")(5, {})
    getattr(members, f"on_test_batch_{edge}")(6, {})
    assert seen == [5]


def test_only_those_who_listen_are_told():
    class Busy(Callback):
        def on_epoch_end(self, epoch, logs=None):
            pass

    assert [hook for hook in HOOKS if listens(Busy(), hook)] == ["on_epoch_end"]
    assert [hook for hook in HOOKS if listens(Callback(), hook)] == []


def test_logs_are_shared_sorted_flat_and_new():
    def add(epoch, logs):
        logs["added"] = epoch

    given = {"b": 1, "a": np.array(2.0), "nested": {"d": 3, "c": 4}, "text": "x", "list": [1, 2], "one": [0.5]}
    members = CallbackList([LambdaCallback(on_epoch_end=add)], add_history=True)
    members.on_train_begin()
    members.on_epoch_end(7, given)
    history = members.callbacks[-1]
    assert history.epoch == [7]
    expected = {
        "a": [2.0],
        "b": [1.0],
        "list": [[1, 2]],
        "c": [4.0],
        "d": [3.0],
        "one": [0.5],
        "text": ["x"],
        "added": [7],
    }
    assert history.history == expected
    assert list(history.history) == list(expected)
    assert "added" not in given


def test_lists_may_be_nested_and_defaults_are_added_once():
    mine = [callbacks.History(), [callbacks.ProgbarLogger(), (Callback(),)]]
    members = CallbackList(mine, add_history=True, add_progbar=True, verbose=0, epochs=1, steps=1)
    assert [type(each).__name__ for each in members.callbacks] == ["History", "ProgbarLogger", "Callback"]
    added = CallbackList(add_history=True, add_progbar=True, verbose=0, epochs=1, steps=1)
    assert [type(each).__name__ for each in added.callbacks] == ["History", "ProgbarLogger"]


def test_everyone_gets_the_model_and_the_parameters():
    model, callback = FakeModel(), Callback()
    members = CallbackList([callback], add_history=True, model=model, verbose=0, epochs=3, steps=None)
    assert callback.model is model is members.model
    assert callback.params == model.history.params == {"verbose": 0, "epochs": 3, "steps": None}


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        (callbacks.History, "This is the class; did you mean `History()`?"),
        ("EarlyStopping", "Received: 'EarlyStopping'"),
        ([3], "Received: 3"),
    ],
)
def test_what_is_no_callback_is_refused(wrong, message):
    with pytest.raises(TypeError, match=re.escape(message)):
        CallbackList(wrong)


def test_a_bar_that_was_just_drawn_does_not_cost_the_logs():
    class Counting(dict):
        asked = 0

        def items(self):
            Counting.asked += 1
            return super().items()

    members = CallbackList(add_progbar=True, verbose=1, epochs=1, steps=1000)
    members.on_train_begin()
    members.on_epoch_begin(0)
    for batch in range(1000):
        members.on_train_batch_end(batch, Counting(loss=1.0))
    assert Counting.asked < 5
    assert members.callbacks[0].seen == 1000


def test_lambdas_take_attributes_but_no_misspelt_moments():
    assert LambdaCallback(color="red").color == "red"
    with pytest.raises(ValueError, match=r"`on_epch_end`, which is never called. Did you mean 'on_epoch_end'"):
        LambdaCallback(on_epch_end=print)


def test_the_model_is_trained_in_order():
    diary = []
    callback = LambdaCallback(
        **{hook: lambda *args, hook=hook: diary.append(hook) for hook in HOOKS if "test" not in hook}
    )
    run(callback, [1.0], batches=1)
    assert diary == [
        "on_train_begin",
        "on_epoch_begin",
        "on_train_batch_begin",
        "on_train_batch_end",
        "on_epoch_end",
        "on_train_end",
    ]
