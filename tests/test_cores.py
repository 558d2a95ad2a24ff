"""Threads that work together run on different cores, if there are several and the system can be asked."""

import os
import threading
from types import SimpleNamespace

import pytest

from layerlab import cores
from layerlab.cores import current_core, kept_apart, spread

pytestmark = pytest.mark.skipif(not hasattr(os, "sched_setaffinity"), reason="only Linux can be asked")
several_cores = pytest.mark.skipif(
    len(os.sched_getaffinity(0) if hasattr(os, "sched_getaffinity") else "") < 2, reason="one core"
)


@pytest.fixture
def asked(monkeypatch):
    """(thread, cores) for each thread that was sent away; this thread runs on core 0 of four."""
    asked = []
    monkeypatch.setattr(cores, "current_core", lambda: 0)
    monkeypatch.setattr(os, "sched_getaffinity", lambda thread: {0, 1, 2, 3})
    monkeypatch.setattr(os, "sched_setaffinity", lambda thread, free: asked.append((thread, free)))
    return asked


def helpers(*at):
    return [SimpleNamespace(thread_id=100 + i, core=core) for i, core in enumerate(at)]


def test_who_is_elsewhere_stays(asked):
    assert not spread(helpers(1, 3, 2))
    assert not spread(helpers(-1, -1))  # not known yet
    assert asked == []


def test_from_the_core_of_this_thread_and_of_another_helper_they_are_sent_away(asked):
    threads = helpers(1, 0, 1)
    assert spread(threads)
    assert asked == [(101, {2, 3}), (102, {3})]
    assert [thread.core for thread in threads] == [1, 2, 3]


def test_firmly_all_are_told_where_to_stay(asked):
    threads = helpers(3, -1, 1)
    assert not spread(threads, firmly=True)
    assert asked == [(100, {1, 2, 3}), (102, {1, 2})]
    assert [thread.core for thread in threads] == [3, -1, 1]


def test_without_a_free_core_they_stay(asked, monkeypatch):
    monkeypatch.setattr(os, "sched_getaffinity", lambda thread: {0})
    threads = helpers(0)
    spread(threads)
    assert (asked, threads[0].core) == ([], 0)


def test_a_system_that_forbids_it_or_does_not_tell_is_left_alone(asked, monkeypatch):
    def forbidden(thread, free):
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr(os, "sched_setaffinity", forbidden)
    threads = helpers(0, 0)
    spread(threads)
    assert [thread.core for thread in threads] == [0, 0]
    monkeypatch.setattr(cores, "current_core", lambda: -1)
    spread(helpers(-1, -1))


def test_for_the_time_of_a_block_this_thread_leaves_them_their_cores(asked):
    with kept_apart(helpers(1, -1, 3)):
        assert asked == [(0, {0, 2})]
    assert asked == [(0, {0, 2}), (0, {0, 1, 2, 3})]


def test_after_an_error_too_it_may_go_everywhere_again(asked):
    def fail():
        with kept_apart(helpers(1)):
            raise KeyError

    with pytest.raises(KeyError):
        fail()
    assert asked == [(0, {0, 2, 3}), (0, {0, 1, 2, 3})]


@pytest.mark.parametrize("at", [(-1, -1), (0, 1, 2, 3), (4,), ()], ids=["unknown", "everywhere", "not ours", "none"])
def test_where_they_are_may_mean_that_this_thread_goes_on_as_it_is(asked, at):
    with kept_apart(helpers(*at)):
        pass
    assert asked == []


def test_where_it_is_forbidden_the_block_runs_all_the_same(asked, monkeypatch):
    def forbidden(thread, free):
        asked.append((thread, free))
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr(os, "sched_setaffinity", forbidden)
    with kept_apart(helpers(1)):
        pass
    assert asked == [(0, {0, 2, 3})]


@several_cores
def test_a_thread_is_sent_to_another_core(monkeypatch):
    """A real one. This thread may move at any time, so it is said to stay."""
    everywhere, here = os.sched_getaffinity(0), current_core()
    monkeypatch.setattr(cores, "current_core", lambda: here)
    told, go = [], threading.Event()
    thread = threading.Thread(target=lambda: (go.wait(20), told.append(current_core())))
    thread.start()
    try:
        spread([SimpleNamespace(thread_id=thread.native_id, core=here)])
        assert os.sched_getaffinity(thread.native_id) == everywhere - {here}
    finally:
        go.set()
        thread.join()
    assert told != [here]
    assert os.sched_getaffinity(0) == everywhere


@several_cores
def test_this_thread_is_kept_away_and_may_go_everywhere_again():
    """For real."""
    everywhere, here = os.sched_getaffinity(0), current_core()
    with kept_apart(helpers(here)):
        assert os.sched_getaffinity(0) == everywhere - {here}
        assert current_core() != here
    assert os.sched_getaffinity(0) == everywhere
