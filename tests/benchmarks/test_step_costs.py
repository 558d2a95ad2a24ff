"""What a step of a small model may cost, counted instead of timed: calls of Python functions, lines of its program."""

import gc
import statistics
import sys
import tracemalloc

import numpy as np
import pytest

from benchmarks.workloads import WORKLOADS, batches
from layerlab import Sequential, layers, losses, optimizers
from layerlab.autodiff import Tape, tape
from layerlab.models.repetition import Repetition

W2 = WORKLOADS[1]


def model_of(**arguments):
    model = Sequential([layers.Input(W2.shape), *(layers.Dense(n, activation=name) for _, n, name in W2.layers)])
    loss = losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile(optimizers.Adam(0.001), loss, **arguments)
    return model


def fit(model, steps):
    x, y = batches(W2, steps)
    model.fit(x, y, batch_size=W2.batch, verbose=0)


def calls_in(function) -> int:
    """How many Python functions a call runs through."""
    seen = [0]

    def count(frame, event, argument):
        seen[0] += event == "call"

    gc.disable()  # what it calls back is not ours
    sys.setprofile(count)
    try:
        function()
    finally:
        sys.setprofile(None)
        gc.enable()
    return seen[0]


def calls_a_step(model) -> float:
    fit(model, 3)  # and of three counts the middle: something else may happen once, such as a look for numba
    return statistics.median(calls_in(lambda: fit(model, 12)) - calls_in(lambda: fit(model, 2)) for _ in range(3)) / 10


@pytest.mark.parametrize(("arguments", "most"), [({}, 105), ({"run_eagerly": True}, 760)])
def test_a_step_runs_through_few_functions(arguments, most):
    tape.unread.clear()  # tapes that other tests left would be looked at, too
    assert 30 < calls_a_step(model_of(**arguments)) <= most


def test_a_batch_alone_is_learned_from_without_looking_for_layers_and_metrics_again():
    model = Sequential([layers.Input(W2.shape), layers.Dense(8), layers.BatchNormalization()])
    model.compile("sgd", losses.SparseCategoricalCrossentropy(from_logits=True))
    x, y = batches(W2, 1)
    for _ in range(4):
        model.train_on_batch(x, y)
    assert 30 < calls_in(lambda: model.train_on_batch(x, y)) <= 480


def test_a_repeated_step_makes_no_tape(monkeypatch):
    model = model_of()
    fit(model, 3)
    monkeypatch.setattr(Tape, "__enter__", lambda self: pytest.fail("a tape in a repeated step"))
    fit(model, 3)


def test_the_program_of_a_step_holds_what_hand_written_code_would():
    model = model_of()
    fit(model, 3)
    (step,) = [step for step in model._repetition._programs.values() if step]
    lines = [line for line in step.program.source.splitlines() if "(" in line and " = " in line]
    assert sum(".dot(" in line for line in lines) == 3 + 5 + 3  # forward; none for the input; the biases
    assert not any(word in step.program.source for word in ("matmul", "unbroadcast", "relu"))
    assert len(lines) <= 23


def test_no_memory_grows_with_the_number_of_steps():
    model = model_of()
    fit(model, 50)
    tracemalloc.start()
    try:
        fit(model, 50)
        before = tracemalloc.get_traced_memory()[0]
        fit(model, 200)
        assert tracemalloc.get_traced_memory()[0] - before < 20_000
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("eagerly", [False, True])
def test_no_array_waits_for_the_garbage_collector(eagerly):
    model = Sequential([layers.Input((3, 2)), layers.GRU(2), layers.Dropout(0.5), layers.Dense(1)])
    model.compile("adam", "mse", metrics=["mae"], run_eagerly=eagerly)
    x, y = np.ones((4, 3, 2), "float32"), np.ones((4, 1), "float32")

    def use():
        model.fit(x, y, batch_size=2, verbose=0)
        model.evaluate(x, y, verbose=0)
        model.predict(x, verbose=0)
        model.train_on_batch(x, y)

    for _ in range(3):
        use()
    gc.collect()
    gc.disable()
    try:
        use()
        assert gc.collect() == 0
    finally:
        gc.enable()


def test_a_generator_of_any_length_takes_the_memory_of_a_few_batches():
    model = Sequential([layers.Input((10_000,)), layers.Dense(2)])
    model.compile("sgd", "mse")

    def most(steps: int) -> int:
        batches = ((np.full((32, 10_000), 1e-3, "float32"), np.zeros((32, 2), "float32")) for _ in range(steps))
        tracemalloc.start()
        try:
            model.fit(batches, steps_per_epoch=steps, verbose=0)
            return tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()

    batch = 32 * 10_000 * 4
    most(3)
    assert batch < most(4)
    assert most(64) < most(4) + batch / 2 < 5 * batch


def test_batches_of_many_lengths_do_not_fill_the_memory():
    model = Sequential([layers.Input((None, 2)), layers.Conv1D(2, 1), layers.GlobalAveragePooling1D()])
    model.compile("sgd", "mse")
    lengths = [n for n in range(1, 60) for _ in range(3)]
    model.fit(((np.ones((2, n, 2), "float32"), np.ones((2, 2), "float32")) for n in lengths), verbose=0)
    assert isinstance(model._repetition, Repetition)
    assert len(model._repetition._programs) == 32
