"""What a page tells the reader to type is typed here, in the order of the page; what its examples print is compared.

A command that would run for minutes, or needs a network, stands in a table with what is run in its place, and why.
"""

import doctest
import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from layerlab import cli
from layerlab.grading.sandbox import probe

ROOT = Path(__file__).parent.parent
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
CHAPTER = "03_initializers.ipynb"

IN_PLACE = {  # command -> what is run in its place, and why
    "python3 scripts/start.py": ("python3 scripts/start.py --help", "opens a browser until it is closed"),
    "python3 scripts/check.py": ("python3 scripts/check.py --help", "runs these very tests"),
    "python3 scripts/build_lite.py": (
        "python3 scripts/build_lite.py --help",
        "needs a package index, to install what it builds with",
    ),
    "python3 -m http.server -b 127.0.0.1 -d build/lite 8000": (
        "python3 -m http.server --help",
        "serves until it is stopped",
    ),
    "pip install .": ("pip --version", "needs a package index; scripts/release.py installs the wheel"),
    "pip install '.[course]'": ("pip --version", "needs a package index; scripts/release.py installs the wheel"),
    "layerlab start /srv/course --no-open --port 8888": (
        "layerlab start srv/course --no-open --port 8888",
        "/srv may belong to somebody",
    ),
}
EXIT_CODES = {f"layerlab check exercises/{CHAPTER}": 1}  # the answers are not written yet


def commands(page):
    """Every line of every shell block of a page, without its remark."""
    blocks = re.findall(r"```shell\n(.*?)```", page.read_text(encoding="utf-8"), re.DOTALL)
    return [line.partition("  #")[0].strip() for block in blocks for line in block.splitlines()]


WITH_COMMANDS = [page for page in PAGES if commands(page)]


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """An instructor's folder: one solved notebook, which one learner has handed in; JupyterLab does not start."""
    for name in ("solutions", "submissions/ada"):
        (tmp_path / name).mkdir(parents=True)
        shutil.copy(ROOT / "solutions" / CHAPTER, tmp_path / name)
    (tmp_path / "secret").write_bytes(b"x" * 32)
    monkeypatch.setattr(cli, "_run_jupyterlab", lambda *arguments: 0)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def sandboxed():
    try:
        return bool(probe.choose("auto"))
    except probe.NoSandbox:
        return False


def typed(command):
    """The exit code of a command as it stands on the page."""
    program, *arguments = shlex.split(command)
    if arguments[:1] == ["start"]:
        return cli.main(arguments)
    path = {"layerlab": ["-m", "layerlab"], "pip": ["-m", "pip"], "python3": []}[program]
    arguments = [str(ROOT / a) if a.startswith("scripts/") else a for a in arguments]
    env = {**os.environ, "PYTHONPATH": str(ROOT), "OPENBLAS_NUM_THREADS": "1"}
    return subprocess.run([sys.executable, *path, *arguments], env=env, timeout=120).returncode


@pytest.mark.parametrize("page", WITH_COMMANDS, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_the_commands_of_a_page_work(page, folder):
    told = commands(page)
    if any(command.startswith("layerlab grade") for command in told) and not sandboxed():
        pytest.skip("no sandbox works on this machine, and `layerlab grade` says so")
    for command in told:
        instead, _ = IN_PLACE.get(command, (command, ""))
        assert (command, typed(instead)) == (command, EXIT_CODES.get(command, 0))


def test_what_is_run_in_place_of_a_command_is_needed():
    told = {command for page in PAGES for command in commands(page)}
    assert {*IN_PLACE, *EXIT_CODES} <= told


@pytest.mark.parametrize("page", sorted((ROOT / "docs").rglob("*.md")), ids=lambda page: page.stem)
def test_the_examples_of_a_page_print_what_it_says(page):
    flags = doctest.NORMALIZE_WHITESPACE | doctest.ELLIPSIS
    failed, _ = doctest.testfile(str(page), module_relative=False, optionflags=flags, encoding="utf-8")
    assert not failed
