"""Many submissions: the same results for any number of workers, after interruptions, in shards, and on a cluster."""

import dataclasses
import io
import json
import os
import shutil
import signal
import subprocess
import sys
from concurrent.futures import Future
from concurrent.futures.process import BrokenProcessPool
from contextlib import nullcontext
from pathlib import Path

import pytest

from layerlab.grading import batch, workers
from layerlab.grading.batch import Batch, run
from layerlab.grading.results import read_results
from layerlab.grading.sandbox.probe import NoSandbox, choose
from tests.grading.processes import sandboxed, wait_until
from tests.grading.small import CHAPTER, HONEST, POINTS, lookup, notebook

ROOT = Path(__file__).resolve().parents[2]
COUNT = 6
SECRET = "s" * 32


@pytest.fixture(scope="module")
def sandbox():
    try:
        return choose("auto").name
    except NoSandbox:
        return "none"


@pytest.fixture(scope="module")
def submissions(tmp_path_factory):
    """Every third student answers everything, the others less."""
    folder = tmp_path_factory.mktemp("submissions")
    for i in range(COUNT):
        student = folder / f"student {i}"
        student.mkdir()
        (student / f"{CHAPTER}.ipynb").write_bytes(notebook(HONEST[: 1 + i % 3]))
    return folder


@pytest.fixture
def task(submissions, sandbox, tmp_path):
    secret = tmp_path / "secret"
    secret.write_text(SECRET)

    def make(out="out", **rest):
        return Batch(submissions, tmp_path / out, sandbox=sandbox, secret_file=secret, lookup=lookup, **rest)

    return make


@pytest.fixture(scope="module")
def expected(submissions, sandbox, tmp_path_factory):
    """What an undisturbed run with one worker gives."""
    folder = tmp_path_factory.mktemp("expected")
    (folder / "secret").write_text(SECRET)
    summary = graded(Batch(submissions, folder / "out", sandbox=sandbox, secret_file=folder / "secret", lookup=lookup))
    assert (summary.graded, summary.before, summary.failed, summary.stopped) == (COUNT, 0, [], False)
    return lines(folder / "out")


def graded(batch):
    return run(batch, io.StringIO())


def lines(out):
    """The lines of the file, which must all be whole and about different submissions, in order."""
    found = [json.loads(line) for line in (out / "results.jsonl").read_text().splitlines()]
    assert len({line["student"] for line in found}) == len(found)
    return sorted(found, key=lambda line: line["student"])


def test_the_points(expected):
    assert [line["points"] for line in expected] == [1, 3, POINTS] * 2
    assert len({line["seed"] for line in expected}) == COUNT


def test_two_workers_give_the_same(task, expected):
    assert graded(task(jobs=2)).graded == COUNT
    assert lines(task().out) == expected


def test_workers_import_nothing_from_the_current_folder(tmp_path, monkeypatch):
    """It may be a student's; processes start as `python -c`, which looks there first."""
    for name in ("multiprocessing", "pickle", "threading", "numpy"):
        (tmp_path / f"{name}.py").write_text(f"open({str(tmp_path / 'taken')!r}, 'w')")
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("PYTHONPATH", raising=False)  # a relative one is what its owner asked for
    with workers.here(2) as (executor, _):
        assert executor.submit(os.getcwd).result() == str(tmp_path)
    assert not (tmp_path / "taken").exists()


def test_shards_give_the_same_together(task, expected):
    for number in (1, 2, 3):
        graded(task(out=f"shard {number}", shard=(number, 3)))
        graded(task(shard=(number, 3), resume=True))
    apart = [line for number in (1, 2, 3) for line in read_results(task(out=f"shard {number}").out)]
    assert sorted(apart, key=lambda line: line["student"]) == lines(task().out) == expected


def test_a_run_that_is_complete_does_nothing_more(task, expected):
    graded(task())
    before = (task().out / "results.jsonl").read_bytes()
    summary = graded(task(resume=True))
    assert (summary.graded, summary.before) == (0, COUNT)
    assert (task().out / "results.jsonl").read_bytes() == before


def test_what_was_handed_in_anew_is_graded_again(task, submissions, expected, tmp_path):
    mine = shutil.copytree(submissions, tmp_path / "mine")
    graded(dataclasses.replace(task(), submissions=mine))
    first, second, third = (mine / f"student {i}" for i in range(3))
    for path in first.glob("*.ipynb"):
        path.write_bytes(next(third.glob("*.ipynb")).read_bytes())
    next(second.glob("*.ipynb")).write_bytes(b"")  # as a broken disk leaves it
    shutil.rmtree(third)
    again = dataclasses.replace(task(resume=True), submissions=mine)
    summary = graded(again)
    assert (summary.graded, summary.changed, summary.before) == (1, 1, COUNT - 2)
    points = {line["student"]: line["points"] for line in read_results(again.out)}
    assert points == {line["student"]: line["points"] for line in expected} | {"student 0": POINTS}
    assert graded(again).graded == 0


def test_an_own_secret_is_kept_for_the_next_run(submissions, sandbox, tmp_path):
    make = lambda **rest: Batch(submissions, tmp_path / "out", sandbox=sandbox, lookup=lookup, **rest)  # noqa: E731
    graded(make(shard=(1, 2)))
    secret = (tmp_path / "out" / ".secret").read_bytes()
    graded(make(resume=True))
    assert (tmp_path / "out" / ".secret").read_bytes() == secret
    assert len(lines(tmp_path / "out")) == COUNT


def test_a_mistake_of_the_grader_is_no_result(task, monkeypatch):
    def broken(submission, *rest):
        if submission.student == "student 1":
            raise ZeroDivisionError("in an exercise")
        return {"student": submission.student, "notebook": submission.notebook, "points": 0}

    monkeypatch.setattr(batch, "grade", broken)
    summary = graded(task())
    assert summary.graded == COUNT - 1
    (line,) = summary.failed
    assert "student 1" in line
    assert summary.skipped == []
    assert line.endswith("ZeroDivisionError: in an exercise")
    monkeypatch.undo()
    assert graded(task(resume=True)).graded == 1


class Fragile:
    """An executor whose workers are killed now and then."""

    def __init__(self, dies_at):
        self.left = dies_at

    def submit(self, function, *arguments):
        future = Future()
        self.left -= 1
        future.set_exception(BrokenProcessPool()) if self.left < 0 else future.set_result(function(*arguments))
        return future


@pytest.mark.parametrize(("dies_at", "survives"), [(5, True), (0, False)])
def test_workers_that_are_killed_are_replaced_for_a_while(task, expected, monkeypatch, dies_at, survives):
    monkeypatch.setattr(workers, "here", lambda jobs: nullcontext((Fragile(dies_at), 2)))
    if survives:
        assert graded(task()).graded == COUNT
        assert lines(task().out) == expected
    else:
        with pytest.raises(OSError, match="killed again and again"):
            graded(task())


PROGRAM = """
import sys
from pathlib import Path
from layerlab.grading.batch import Batch, run
from tests.grading.small import lookup
submissions, out, secret, sandbox, jobs = sys.argv[1:]
summary = run(Batch(Path(submissions), Path(out), int(jobs), sandbox, secret_file=Path(secret), lookup=lookup))
sys.exit(130 if summary.stopped else 0)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="signals are those of POSIX")
@pytest.mark.parametrize("jobs", [1, 2])
@pytest.mark.parametrize("blow", [signal.SIGINT, signal.SIGKILL])
def test_a_run_that_is_ended_goes_on_where_it_was(task, expected, blow, jobs):
    begun = task(jobs=jobs)
    arguments = [begun.submissions, begun.out, begun.secret_file, begun.sandbox, jobs]
    process = subprocess.Popen(
        [sys.executable, "-c", PROGRAM, *map(str, arguments)],
        cwd=ROOT,
        env=os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, [str(ROOT), os.environ.get("PYTHONPATH")]))},
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    results = begun.out / "results.jsonl"
    wait_until(lambda: results.exists() and results.read_bytes().count(b"\n") >= 2)
    os.killpg(process.pid, blow) if blow == signal.SIGINT else process.kill()  # Ctrl-C goes to the workers, too
    assert process.wait(30) in (130, -signal.SIGKILL, 0)
    wait_until(lambda: not sandboxed())
    before = results.read_bytes().count(b"\n")
    summary = graded(task(resume=True))
    assert summary.before == before
    assert summary.graded == COUNT - before
    assert lines(begun.out) == expected


def test_a_cluster_gives_the_same(task, expected):
    distributed = pytest.importorskip("distributed", reason="needs Dask: pip install 'layerlab[cluster]'")
    cluster = distributed.LocalCluster(n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None)
    with cluster:
        assert graded(task(scheduler=cluster.scheduler_address)).graded == COUNT
    assert lines(task().out) == expected


def test_no_scheduler_there(task, monkeypatch):
    pytest.importorskip("distributed", reason="needs Dask: pip install 'layerlab[cluster]'")
    monkeypatch.setattr(workers, "CONNECT_SECONDS", 0.3)
    with pytest.raises(OSError, match=r"127\.0\.0\.1:1"):
        graded(task(scheduler="tcp://127.0.0.1:1"))


def test_a_cluster_without_dask_says_what_to_install(task, monkeypatch):
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(OSError, match="cluster"):
        graded(task(scheduler="tcp://127.0.0.1:1"))


def test_nothing_is_made_when_it_cannot_begin(task, tmp_path):
    (tmp_path / "short").touch()
    for wrong in ({"secret_file": tmp_path / "short"}, {"sandbox": "docker"}, {"submissions": tmp_path / "none"}):
        with pytest.raises((OSError, ValueError, NoSandbox)):
            graded(Batch(**vars(task()) | wrong))
    assert not task().out.exists()


def test_a_name_that_a_terminal_would_obey_is_shown_as_text(submissions, sandbox, tmp_path, monkeypatch):
    student = tmp_path / "submissions" / "\x1b]0;owned\x07\udcff"
    student.mkdir(parents=True)
    (student / f"{CHAPTER}.ipynb").write_bytes(notebook(HONEST))

    def broken(*arguments):
        raise ZeroDivisionError

    monkeypatch.setattr(batch, "grade", broken)
    (line,) = graded(Batch(tmp_path / "submissions", tmp_path / "out", sandbox=sandbox, lookup=lookup)).failed
    assert line.isprintable()
