"""The commands about exercises, as they are typed."""

import json
import re
import shutil
from pathlib import Path

import pytest

from layerlab.cli import main
from layerlab.grading import commands, doctor
from layerlab.grading.batch import Summary
from layerlab.grading.sandbox.probe import NoSandbox
from layerlab.grading.sandbox.tiers import TIERS

ROOT = Path(__file__).resolve().parents[2]
CHAPTER = "05_regularizers"


@pytest.fixture
def submissions(tmp_path):
    for student, kind in (("ann", "solutions"), ("bob", "exercises")):
        folder = tmp_path / "submissions" / student
        folder.mkdir(parents=True)
        shutil.copy(ROOT / kind / f"{CHAPTER}.ipynb", folder)
    return tmp_path / "submissions"


def test_from_submissions_to_reports(submissions, tmp_path, capsys):
    out = tmp_path / "out"
    assert main(["grade", str(submissions), "-o", str(out), "--jobs", "1", "--sandbox", "none"]) == 0
    assert "2 graded: " in capsys.readouterr().out
    results = {line["student"]: line for line in map(json.loads, (out / "results.jsonl").read_text().splitlines())}
    assert results["ann"]["points"] == results["ann"]["max_points"] > 5
    assert results["bob"]["points"] == 0
    assert main(["grade", str(submissions), "-o", str(out)]) == 1
    assert "--resume" in capsys.readouterr().err
    assert main(["grade", str(submissions), "-o", str(out), "--resume", "--sandbox", "none"]) == 0
    assert "0 graded, 2 before" in capsys.readouterr().out
    assert main(["report", str(out), "--csv"]) == 0
    assert capsys.readouterr().out == f"{out / 'grades.csv'}\n"
    assert main(["report", str(out)]) == 0
    assert (out / "feedback" / "ann" / f"{CHAPTER}.html").is_file()
    assert (out / "gradescope" / "bob" / CHAPTER / "results.json").is_file()


@pytest.mark.parametrize(("kind", "code", "says"), [("solutions", 0, "right"), ("exercises", 1, "not yet")])
def test_check(kind, code, says, capsys):
    assert main(["check", str(ROOT / kind / f"{CHAPTER}.ipynb")]) == code
    out = capsys.readouterr().out
    assert out.startswith(says)
    assert re.search(r"\n(\d+) of \d+ points\n$", out)


def test_check_does_not_need_a_sandbox(monkeypatch, capsys):
    def refuse(name, but):
        if name != but:
            raise NoSandbox("nothing works")
        return TIERS[-1]

    monkeypatch.setattr("layerlab.grading.grader.choose", lambda name: refuse(name, but="none"))
    assert main(["check", str(ROOT / "solutions" / f"{CHAPTER}.ipynb")]) == 0
    monkeypatch.setattr("layerlab.grading.grader.choose", lambda name: refuse(name, but=""))
    assert main(["check", str(ROOT / "solutions" / f"{CHAPTER}.ipynb")]) == 1
    assert "nothing works" in capsys.readouterr().err


def test_check_follows_a_link_of_the_learner(tmp_path):
    (tmp_path / f"{CHAPTER}.ipynb").symlink_to(ROOT / "solutions" / f"{CHAPTER}.ipynb")
    assert main(["check", str(tmp_path / f"{CHAPTER}.ipynb")]) == 0


def test_check_tries_the_same_inputs_after_a_change(tmp_path, capsys):
    path = tmp_path / f"{CHAPTER}.ipynb"
    said = []
    for comment in ("", " "):
        notebook = json.loads((ROOT / "exercises" / f"{CHAPTER}.ipynb").read_text())
        notebook["cells"].append({"cell_type": "code", "source": f"def l1_l2(*args): return 0.5{comment}"})
        path.write_text(json.dumps(notebook))
        main(["check", str(path)])
        said.append(capsys.readouterr().out)
    assert said[0] == said[1]
    assert "Received: 0.5" in said[0]


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("05_regularizer.ipynb", "{}", "Did you mean '05_regularizers'?"),
        (f"{CHAPTER}.ipynb", None, "No such file"),
        (f"{CHAPTER}.ipynb", "", "empty"),
    ],
)
def test_check_of_what_is_no_exercise(tmp_path, capsys, name, content, says):
    path = tmp_path / name
    if content is not None:
        path.write_text(content)
    assert main(["check", str(path)]) == 1
    assert says in capsys.readouterr().err


def test_report_of_nothing(tmp_path, capsys):
    assert main(["report", str(tmp_path)]) == 1
    assert "layerlab grade" in capsys.readouterr().err


@pytest.mark.parametrize("arguments", [["--jobs", "0"], ["--shard", "3/2"], ["--shard", "1"], ["--sandbox", "docker"]])
def test_arguments_that_cannot_be(arguments, capsys):
    with pytest.raises(SystemExit):
        main(["grade", "x", "-o", "y", *arguments])
    assert arguments[1] in capsys.readouterr().err


def test_what_is_graded_where(monkeypatch, tmp_path, capsys):
    tasks = []

    def run(batch):
        tasks.append(batch)
        return Summary(
            before=3, graded=4, failed=["x: ZeroDivisionError"], skipped=[Path("\x1b[2J")], stopped=len(tasks) == 2
        )

    monkeypatch.setattr("layerlab.grading.batch.run", run)
    options = ["--jobs", "3", "--shard", "2/8", "--scheduler", "tcp://a:1", "--secret-file", "s", "--time-limit", "10"]
    assert main(["grade", "in", "-o", "out", *options]) == 1
    (task,) = tasks
    assert (task.submissions, task.out, task.secret_file) == (Path("in"), Path("out"), Path("s"))
    assert (task.jobs, task.shard, task.scheduler, task.sandbox) == (3, (2, 8), "tcp://a:1", "auto")
    assert (task.limits.seconds, task.limits.step_seconds) == (10, 2)
    told = capsys.readouterr().err
    assert "not graded: x: ZeroDivisionError" in told
    assert "not looked into, for it is a link or locked: '\\x1b[2J'" in told
    assert main(["grade", "in", "-o", "out"]) == 130
    assert "--resume" in capsys.readouterr().err


def test_release(tmp_path, capsys):
    shutil.copytree(ROOT / "solutions", tmp_path / "solutions", ignore=shutil.ignore_patterns("src"))
    assert main(["release", str(tmp_path / "solutions"), str(tmp_path / "exercises")]) == 0
    made = (tmp_path / "exercises" / f"{CHAPTER}.ipynb").read_text()
    assert made == (ROOT / "exercises" / f"{CHAPTER}.ipynb").read_text()
    assert main(["release", str(tmp_path / "none"), str(tmp_path / "exercises")]) == 1
    assert "no notebook" in capsys.readouterr().err


def test_doctor_says_what_works_and_why_not(monkeypatch, capsys):
    monkeypatch.setattr(doctor, "fault", lambda tier: {"bwrap": "no user namespaces"}.get(tier.name, ""))
    assert main(["doctor"]) == 0
    out = capsys.readouterr().out
    assert "sandbox bwrap     does not work: no user namespaces" in out
    assert "sandbox landlock  works: " in out
    assert "layerlab grade takes landlock" in out
    monkeypatch.setattr(doctor, "fault", lambda tier: "" if tier.name == "none" else "no")
    main(["doctor"])
    assert "takes no sandbox here unless one is named" in capsys.readouterr().out


def test_every_command_has_help(capsys):
    main([])
    out = capsys.readouterr().out
    for name in ("start", "check", "grade", "report", "release", "doctor"):
        assert re.search(rf"^ +{name} +\w", out, re.MULTILINE)
    assert commands._cores() >= 1
