"""The check script, without what it installs: which checks run, and what a failure does to the exit code."""

import importlib.util
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
