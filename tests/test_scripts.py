"""The scripts, without what they install: which checks run, what a failure does, when the environment is made anew."""

import importlib.util
import runpy
import subprocess
import sys
from pathlib import Path

import pytest

SCRIPTS = Path(__file__).parent.parent / "scripts"


@pytest.fixture
def check(monkeypatch):
    """scripts/check.py as a module that installs nothing and runs nothing, but notes what it would run."""
    monkeypatch.syspath_prepend(SCRIPTS)
    spec = importlib.util.spec_from_file_location("check", SCRIPTS / "check.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    module.ran, module.failing = [], set()
    monkeypatch.setattr(module, "set_up", lambda extras: None)
    monkeypatch.setattr(
        module, "call", lambda command: module.ran.append(command[0]) or command[0] not in module.failing
    )
    return module


def exit_code(module, monkeypatch, *arguments):
    monkeypatch.setattr(sys, "argv", ["check.py", *arguments])
    with pytest.raises(SystemExit) as end:
        module.main()
    return int(end.value.code)


def test_all_checks_run_by_default(check, monkeypatch):
    assert exit_code(check, monkeypatch) == 0
    assert check.ran == ["ruff", "ruff", "mypy", "pytest"]


@pytest.mark.parametrize("program", ["ruff", "mypy", "pytest"])
def test_one_failure_fails_all_but_the_rest_still_runs(check, monkeypatch, program, capsys):
    check.failing.add(program)
    assert exit_code(check, monkeypatch) == 1
    assert check.ran == ["ruff", "ruff", "mypy", "pytest"]
    assert f"Failed: {program}" in capsys.readouterr().out


def test_some_checks_can_be_chosen(check, monkeypatch):
    exit_code(check, monkeypatch, "types")
    exit_code(check, monkeypatch, "--fix", "lint")
    assert check.ran == ["mypy", "ruff", "ruff", "ruff", "ruff"]


def test_an_unknown_check_is_named(check, monkeypatch, capsys):
    assert exit_code(check, monkeypatch, "lnit") == 2
    assert "unknown check: lnit. Choose from lint, types, tests." in capsys.readouterr().err


@pytest.fixture
def environment(monkeypatch, tmp_path):
    """scripts/environment.py for an empty project, with commands noted in place of run."""
    monkeypatch.syspath_prepend(SCRIPTS)
    spec = importlib.util.spec_from_file_location("environment", SCRIPTS / "environment.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    monkeypatch.setattr(module, "ROOT", tmp_path)
    monkeypatch.setattr(module, "VENV", tmp_path / ".venv")
    monkeypatch.setattr(module, "_STAMP", tmp_path / ".venv" / "installed.json")
    (tmp_path / "pyproject.toml").write_text("one")
    module.ran, module.code = [], 0

    def call(command, cwd):
        module.ran.append(command[2])
        Path(module.program("python")).parent.mkdir(parents=True, exist_ok=True)
        Path(module.program("python")).touch()
        module.installed = command[-1].removeprefix(str(tmp_path))
        return module.code

    monkeypatch.setattr(module.subprocess, "call", call)
    return module


def test_the_environment_is_made_once(environment):
    environment.set_up(["course"])
    assert environment.ran == ["venv", "pip"]
    assert environment.installed == "[course]"
    environment.set_up(["course"])
    assert environment.ran == ["venv", "pip"]


def test_more_extras_are_added_to_those_that_are_there(environment):
    environment.set_up(["course", "test"])
    environment.set_up(["course"])
    assert environment.ran == ["venv", "pip"]
    environment.set_up(["browser"])
    assert environment.ran == ["venv", "pip", "pip"]
    assert environment.installed == "[browser,course,test]"


def test_a_changed_pyproject_is_installed_again(environment):
    environment.set_up(["course"])
    (environment.ROOT / "pyproject.toml").write_text("two")
    environment.set_up(["course"])
    assert environment.ran == ["venv", "pip", "pip"]


def test_an_installation_that_failed_is_done_again(environment):
    environment.code = 3
    with pytest.raises(SystemExit, match="3"):
        environment.set_up(["course"])
    environment.code = 0
    environment.set_up(["course"])
    assert environment.ran == ["venv", "venv", "pip"]


def test_an_old_python_is_told_so(environment, monkeypatch):
    monkeypatch.setattr(environment, "OLDEST", (99, 0))
    with pytest.raises(SystemExit, match=r"layerlab needs Python 99\.0 or newer; this is 3\."):
        environment.set_up(["course"])
    assert not environment.ran


@pytest.fixture
def golden(monkeypatch):
    """scripts/make_golden.py, with commands noted in place of run: (file, backend)."""
    spec = importlib.util.spec_from_file_location("make_golden", SCRIPTS / "make_golden.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    module.ran = []
    monkeypatch.setattr(
        module.subprocess,
        "call",
        lambda command, cwd, env: module.ran.append((command[1], env["KERAS_BACKEND"])) or int("losses" in command[1]),
    )
    return module


def test_every_golden_script_runs_with_the_backends_that_it_names(golden, monkeypatch):
    assert exit_code(golden, monkeypatch) == 1  # one of them fails here
    assert {name for name, _ in golden.ran} == {path.name for path in golden.GOLDEN.glob("make_*.py")}
    assert {("make_recurrent.py", "jax"), ("make_recurrent.py", "numpy"), ("make_layers.py", "numpy")} < set(golden.ran)


def test_some_golden_numbers_can_be_chosen(golden, monkeypatch, capsys):
    assert exit_code(golden, monkeypatch, "random", "optimizers") == 0
    assert golden.ran == [("make_random.py", "numpy"), ("make_optimizers.py", "jax")]
    assert exit_code(golden, monkeypatch, "rnadom") == 2
    assert "unknown: rnadom. Choose from" in capsys.readouterr().err


@pytest.fixture
def release(monkeypatch):
    """scripts/release.py, with every point holding until it is made to fail."""
    monkeypatch.syspath_prepend(SCRIPTS)
    spec = importlib.util.spec_from_file_location("release", SCRIPTS / "release.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    monkeypatch.setattr(module, "VENV", Path(sys.prefix))
    return module


def test_a_release_is_ready_when_every_point_holds(release, monkeypatch, capsys):
    monkeypatch.setattr(release, "POINTS", {name: lambda: None for name in release.POINTS})
    assert exit_code(release, monkeypatch) == 0
    assert "All of it holds.\nTo release: git tag v0." in capsys.readouterr().out


def test_a_release_is_not_ready_when_one_point_fails(release, monkeypatch, capsys):
    def version():
        raise AssertionError("CITATION.cff has no version")

    monkeypatch.setitem(release.POINTS, "version", version)
    assert exit_code(release, monkeypatch, "--only", "version") == 1
    out = capsys.readouterr().out
    assert "version: no: CITATION.cff has no version" in out
    assert "Not ready: version" in out


def test_a_version_without_a_section_in_the_changelog_is_not_ready(release, monkeypatch):
    monkeypatch.setattr(release, "current_version", lambda: "99.0")
    with pytest.raises(AssertionError, match=r"CITATION.cff says [\d.]+, layerlab says 99.0"):
        release.version()


def test_the_oldest_versions_are_those_of_the_project(release):
    assert {"numpy==2.0.*", "matplotlib==3.9.*", "jupyterlab==4.2.*"} <= set(release.oldest_versions())


def test_help_with_the_start_sets_nothing_up(monkeypatch, capsys):
    def not_now(*_):
        raise AssertionError("this would install")

    monkeypatch.setattr(subprocess, "call", not_now)
    monkeypatch.syspath_prepend(SCRIPTS)
    monkeypatch.setattr(sys, "argv", ["start.py", "mine", "--help"])
    with pytest.raises(SystemExit) as end:
        runpy.run_path(str(SCRIPTS / "start.py"), run_name="__main__")
    assert not end.value.code
    assert "[FOLDER] [--no-open] [--port N] [--solutions]" in capsys.readouterr().out


@pytest.fixture
def browser_check(monkeypatch):
    """Call with the path of chromium or None, and arguments: the commands that were run."""
    monkeypatch.syspath_prepend(SCRIPTS)
    spec = importlib.util.spec_from_file_location("browser_check", SCRIPTS / "browser_check.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    ran = []
    monkeypatch.setattr(module, "run", ran.append)
    monkeypatch.setattr(module, "become", ran.append)
    monkeypatch.chdir(SCRIPTS)

    def check(found, *arguments):
        monkeypatch.setattr(module.shutil, "which", lambda name: found)
        monkeypatch.setattr(sys, "argv", ["browser_check.py", *arguments, "--here"])
        module.main()
        return ran

    return check


@pytest.mark.parametrize(("tests", "built"), [("", True), ("site", True), ("not chapter", True), ("chapter", False)])
def test_the_browser_check_builds_the_site_that_it_tests(browser_check, tests, built):
    *before, last = browser_check("/usr/bin/chromium", "02", "-k", tests)
    assert [command[1].endswith("build_site.py") for command in before] == [True] * built
    assert last[4:9] == ["tests/browser", "-k", tests, "--chapters", "02"]


def test_the_browser_check_is_skipped_where_there_is_no_browser(browser_check, capsys):
    with pytest.raises(SystemExit) as end:
        browser_check(None)
    assert not end.value.code
    assert "Skipped: no chromium" in capsys.readouterr().out
