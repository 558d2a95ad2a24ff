"""Work shared by threads: each block is done once, errors arrive, and no number depends on the number of threads."""

import contextlib
import itertools
import os
import sys
import threading
import time
import warnings
from functools import cache

import numpy as np
import pytest

from layerlab import Sequential, layers, threads
from layerlab.autodiff import gradient
from layerlab.ops import windows
from layerlab.ops.conv import conv
from layerlab.ops.pool import max_pool
from layerlab.threads import number_of_threads, one_blas_thread, share


class Blas:
    """A BLAS with so many threads."""

    def __init__(self, count):
        self.count, self.said = count, []

    def get(self):
        return self.count

    def set(self, count):
        self.count = count
        self.said.append(count)


@pytest.fixture
def blas(monkeypatch):
    blas = Blas(3)
    monkeypatch.setattr(threads, "_blas", lambda: blas)
    return blas


def together(work=list, blocks=range(30), count=3):
    """What `share` gives if none of so many threads begins before all are there."""
    there = threading.Barrier(count, timeout=20)
    return share(lambda blocks: (there.wait(), work(blocks))[1], blocks)


def test_each_block_is_taken_once(blas):
    for _ in range(20):
        taken = share(list, range(1000))
        assert 1 <= len(taken) <= 3
        assert sorted(itertools.chain(*taken)) == list(range(1000))


def test_they_work_at_the_same_time(blas):
    assert len(together()) == 3


@pytest.mark.parametrize("blocks", [2, 3, 5])
def test_more_than_two_need_two_blocks_each(blas, blocks):
    assert len(together(blocks=range(blocks), count=2)) == 2


def test_nobody_waits_for_a_thread_that_has_not_begun(blas, monkeypatch):
    left, nobody = [], []
    monkeypatch.setattr(threads._Helpers, "give", lambda self, calls: left.extend(calls) or nobody)
    assert share(list, range(6)) == [[0, 1, 2, 3, 4, 5]]
    assert len(left) == 2
    for call in left:  # when they have time at last, there is nothing to do
        call.begin()
        assert call._result is None


@pytest.mark.parametrize(("seconds", "awake"), [(0.0, False), (60.0, True)])
def test_only_the_end_of_a_short_call_is_awaited_awake(blas, monkeypatch, seconds, awake):
    waited = []
    monkeypatch.setattr(threads, "_SHORT", seconds)
    monkeypatch.setattr(threads._Call, "wait", lambda call, awake: (waited.append(awake), call._done.acquire()))
    assert len(together()) == 3
    assert waited == [awake, awake]


def test_awake_it_looks_again_and_again(monkeypatch):
    call, looks = threads._Call(list, iter([1])), []
    monkeypatch.setattr(threads.np, "matmul", lambda *_: (looks.append(1), call.begin() if len(looks) == 3 else None))
    call.wait(awake=True)
    assert (len(looks), call.result()) == (3, [1])


def test_a_long_wait_ends_asleep(monkeypatch):
    call = threads._Call(list, iter([1]))
    later = threading.Timer(0.2, call.begin)
    later.start()
    call.wait(awake=True)
    assert call.result() == [1]


def test_for_some_calls_after_threads_have_met_they_are_kept_apart(blas, monkeypatch):
    met, told, kept = iter([False, True, *[False] * 20]), [], []
    monkeypatch.setattr(threads, "_helpers", cache(threads._Helpers))
    monkeypatch.setattr(threads, "spread", lambda helpers, firmly: (told.append(firmly), next(met))[1])
    monkeypatch.setattr(threads, "kept_apart", lambda helpers: kept.append(len(helpers)) or contextlib.nullcontext())
    for _ in range(22):
        share(list, range(6))
    assert kept == [0, *[2] * 20, 0]
    assert told == [False, False, *[True] * 20]


def test_blas_has_one_thread_meanwhile(blas):
    assert together(lambda blocks: blas.count) == [1, 1, 1]
    assert blas.count == 3


def test_blas_may_be_held_for_longer(blas):
    with one_blas_thread():
        assert blas.count == 1
        assert number_of_threads() == 3
        with one_blas_thread():
            assert len(together()) == 3
        assert blas.count == 1
    assert blas.count == number_of_threads() == 3
    assert blas.said == [1, 3]


def test_an_error_lets_blas_go(blas):
    with pytest.raises(ZeroDivisionError), one_blas_thread():
        raise ZeroDivisionError
    assert blas.count == 3


@pytest.mark.parametrize("step", ["fit", "evaluate", "predict", "train_on_batch", "test_on_batch", "predict_on_batch"])
def test_a_model_holds_blas_while_it_works(blas, step):
    class Asks(layers.Layer):
        def call(self, inputs):
            seen.append((blas.count, number_of_threads()))
            return inputs

    seen = []
    model = Sequential([layers.Input((3,)), Asks(), layers.Dense(2)])
    model.compile("sgd", "mse")
    seen.clear()
    data = (np.ones((4, 3)),) if "predict" in step else (np.ones((4, 3)), np.ones((4, 2)))
    getattr(model, step)(*data)
    assert set(seen) == {(1, 3)}
    assert blas.count == 3


@pytest.mark.parametrize("blocks", [0, 1])
def test_little_work_is_not_shared(blas, blocks):
    assert len(share(list, range(blocks))) == 1
    assert not blas.said


def test_work_inside_of_work_is_not_shared(blas):
    assert together(lambda blocks: len(share(list, range(10)))) == [1, 1, 1]


@pytest.mark.parametrize("in_main", [True, False])
@pytest.mark.parametrize("error", [ZeroDivisionError, KeyboardInterrupt])
def test_an_error_arrives_when_all_have_stopped(blas, in_main, error):
    running = []

    def work(blocks):
        running.append(1)
        for _ in blocks:
            time.sleep(0.001)
            if in_main == (threading.current_thread() is threading.main_thread()):
                running.pop()
                raise error
        running.pop()

    with pytest.raises(error):
        share(work, range(100))
    assert not running
    assert blas.count == 3
    assert len(together()) == 3  # and it goes on


def test_threads_know_what_errstate_says(blas):
    def work(blocks):
        return [np.ones(2) / np.zeros(2) for _ in blocks]

    with warnings.catch_warnings(), np.errstate(divide="ignore"):
        warnings.simplefilter("error")
        together(work)


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
@pytest.mark.filterwarnings("ignore:.*fork:DeprecationWarning")
def test_a_forked_process_has_threads_of_its_own(blas):
    share(list, range(30))
    child = os.fork()
    if child == 0:
        done = len(together()) == 3
        os._exit(0 if done else 1)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0


def test_the_numbers_are_the_same(blas, monkeypatch):
    monkeypatch.setattr(windows, "_BLOCK", 500)
    rng = np.random.default_rng(0)
    x, kernel = rng.normal(size=(20, 8, 8, 3)), rng.normal(size=(3, 3, 3, 4))

    def loss(x, kernel):
        return np.sum(max_pool(conv(x, kernel, (1, 1), "same", (1, 1)), (2, 2), (2, 2), "valid") ** 2)

    shared = gradient(loss, argnums=(0, 1))(x, kernel)
    assert blas.said
    blas.count = 1
    for got, expected in zip(shared, gradient(loss, argnums=(0, 1))(x, kernel), strict=True):
        np.testing.assert_allclose(got, expected, rtol=1e-10)


@pytest.mark.skipif(sys.platform != "linux", reason="other systems have other libraries")
def test_the_blas_of_numpy_is_found():
    blas = threads._blas()
    if blas is None:
        pytest.skip("NumPy is linked with another library")
    before = blas.get()
    blas.set(1)
    assert blas.get() == 1
    blas.set(before)
