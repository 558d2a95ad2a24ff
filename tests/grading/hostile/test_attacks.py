"""Every attack is graded among honest submissions, in each sandbox that works here; then we look what came of it."""

import io
import os
import socket
import time

import pytest

from layerlab.grading.batch import Batch, run
from layerlab.grading.report import as_html
from layerlab.grading.results import read_results
from layerlab.grading.sandbox.limits import Limits
from layerlab.grading.sandbox.probe import choose, fault
from layerlab.grading.sandbox.tiers import TIERS
from tests.grading.hostile.files import FILES
from tests.grading.hostile.reach import REACH
from tests.grading.hostile.score import SCORE
from tests.grading.hostile.spoil import SPOIL
from tests.grading.processes import sandboxed, wait_until
from tests.grading.small import CHAPTER, HONEST, POINTS, lookup, notebook

ATTACKS = [*SCORE, *REACH, *SPOIL, *FILES]
LIMITS = Limits(seconds=5.0, step_seconds=0.5)
SECRET = "the secret of the grader"


class Run:
    """What a run over all attacks left behind."""

    def __init__(self, tier, attacks, folder):
        self.attacks = attacks
        self.outside = folder / "outside"
        self.outside.mkdir(mode=0o777)
        self.outside.chmod(0o777)  # the sandbox has to keep them out, not the rights of files
        with socket.create_server(("127.0.0.1", 0)) as calls, socket.socket(type=socket.SOCK_DGRAM) as letters:
            letters.bind(calls.getsockname())
            calls.settimeout(0.01)
            letters.settimeout(0.01)
            self._furnish(calls.getsockname()[1])
            before = self._look()
            self._hand_in(folder / "submissions")
            started = time.monotonic()
            batch = Batch(folder / "submissions", folder / "out", 2, tier.name, limits=LIMITS, lookup=lookup)
            self.summary = run(batch, io.StringIO())
            self.seconds = time.monotonic() - started
            self.untouched = self._look() == before
            self.received = [_anything(calls.accept), _anything(lambda: letters.recv(1))]
        self.results = {result["student"]: result for result in read_results(folder / "out")}
        self.pages = [page.read_text() for page in as_html(folder / "out").rglob("*.html")]

    def _furnish(self, port):
        contents = {".secret": SECRET, "other": HONEST[1], "results.jsonl": "{}\n", "numbers": f"{port} {os.getpid()}"}
        for name, content in contents.items():
            (self.outside / name).write_text(content)
            (self.outside / name).chmod(0o666)

    def _look(self):
        return {
            path.name: (path.read_text(), path.stat().st_mtime, path.stat().st_mode) for path in self.outside.iterdir()
        }

    def _hand_in(self, folder):
        for i, attack in enumerate(self.attacks):
            student = folder / attack.name
            student.mkdir(parents=True)
            attack.make(student / f"{CHAPTER}.ipynb", self.outside)
            if i % 10 == 0:
                honest = folder / f"honest {i}"
                honest.mkdir()
                (honest / f"{CHAPTER}.ipynb").write_bytes(notebook(HONEST))


def _anything(receive):
    try:
        receive()
    except OSError:
        return False
    return True


@pytest.fixture(scope="module", params=[tier for tier in TIERS if tier.name != "none"], ids=lambda tier: tier.name)
def graded(request, tmp_path_factory):
    tier = request.param
    if reason := fault(tier):
        pytest.skip(f"no {tier.name} here: {reason}")
    # what a notebook says is judged outside, the same for every sandbox; what it can reach depends on it
    attacks = ATTACKS if tier is choose("auto") else [*REACH, *SPOIL]
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("LAYERLAB_SECRET", SECRET)
        return Run(tier, attacks, tmp_path_factory.mktemp(tier.name))


def reasons(result):
    return "\n".join(row["reason"] for row in result["exercises"])


def test_there_are_many_different_attacks():
    assert len({attack.name for attack in ATTACKS}) == len(ATTACKS) > 100


def test_no_attack_gets_more_than_its_honest_part(graded):
    gained = {a.name: graded.results[a.name]["points"] - a.points for a in graded.attacks}
    assert {name: points for name, points in gained.items() if points > 0} == {}


def test_every_attack_ends_with_its_reasons(graded):
    for attack in graded.attacks:
        result = graded.results[attack.name]
        assert [row["id"] for row in result["exercises"]] == ["double", "norm", "counter"]
        assert all(row["reason"] for row in result["exercises"]), attack.name
        assert attack.says in reasons(result), attack.name


def test_no_attack_learns_a_secret(graded):
    assert [name for name, result in graded.results.items() if SECRET in reasons(result)] == []


def test_what_was_earned_honestly_stays_when_a_sandbox_refuses_or_stops(graded):
    lost = {a.name: graded.results[a.name]["points"] - a.points for a in graded.attacks if a in (*REACH, *SPOIL)}
    assert {name: points for name, points in lost.items() if points < 0} == {}


def test_honest_submissions_among_them_get_all_points(graded):
    honest = [result for student, result in graded.results.items() if student.startswith("honest")]
    assert len(honest) > 5
    assert {result["points"] for result in honest} == {POINTS}


def test_every_submission_has_a_result(graded):
    assert graded.summary.failed == []
    assert graded.results.keys() >= {attack.name for attack in graded.attacks}


def test_nothing_outside_was_touched_or_told(graded):
    assert graded.untouched
    assert graded.received == [False, False]


def test_nothing_outlives_its_submission(graded):
    wait_until(lambda: not sandboxed(), seconds=5)


def test_feedback_of_attacks_is_text(graded):
    assert not any("<script" in page or "<img" in page for page in graded.pages)
