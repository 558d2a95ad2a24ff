"""The `layerlab` command: what it copies, what it leaves alone, what it says, and JupyterLab really answering."""

import json
import os
import re
import shlex
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

import pytest

import layerlab
from layerlab import cli

COURSE = {
    "notebooks/01_first.ipynb": "one",
    "notebooks/02_second.ipynb": "two",
    "notebooks/A_aside.ipynb": "aside",
    "exercises/01_first.ipynb": "do",
}
FIRST = "notebooks/" + min(path.name for path in (Path(__file__).parent.parent / "notebooks").glob("*.ipynb"))


@pytest.fixture
def source(tmp_path, monkeypatch):
    """A small course, among other things that are none of the learner's business."""
    source = tmp_path / "source"
    for name, text in {**COURSE, "notebooks/src/01_first.py": "text", "README.md": "read"}.items():
        (source / name).parent.mkdir(parents=True, exist_ok=True)
        (source / name).write_text(text)
    monkeypatch.setattr(cli, "course_source", lambda: source)
    return source


@pytest.fixture
def opened(monkeypatch):
    """The calls that would have started JupyterLab."""
    calls = []
    monkeypatch.setattr(cli, "_run_jupyterlab", lambda *arguments: calls.append(arguments) or 0)
    return calls


def contents(folder):
    files = (path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): path.read_text() for path in files}


def test_start_copies_the_course_and_opens_its_first_page(source, opened, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    assert cli.main(["start"]) == 0
    assert contents(tmp_path / "layerlab-course") == COURSE
    folder = Path("layerlab-course")
    assert opened == [(folder, folder / "notebooks" / "01_first.ipynb", True, None)]
    assert f"Added: {', '.join(COURSE)}\n" in capsys.readouterr().out


def test_start_never_overwrites(source, opened, tmp_path, capsys):
    mine = tmp_path / "deep" / "mine"
    notes = {"notebooks/01_first.ipynb": "my notes", "shopping.txt": "milk"}
    for name, text in notes.items():
        (mine / name).parent.mkdir(parents=True, exist_ok=True)
        (mine / name).write_text(text)
    assert cli.main(["start", str(mine), "--no-open", "--port", "9000"]) == 0
    assert contents(mine) == COURSE | notes
    assert "Added: notebooks/02_second.ipynb" in (out := capsys.readouterr().out)
    assert "Kept as it is: notebooks/01_first.ipynb" in out
    assert opened == [(mine, mine / "notebooks" / "01_first.ipynb", False, 9000)]


def test_chapters_that_an_earlier_version_put_into_the_folder_itself_stay(source, opened, tmp_path, capsys):
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "02_second.ipynb").write_text("my notes")
    assert cli.main(["start", str(tmp_path / "mine")]) == 0
    assert contents(tmp_path / "mine") == {**COURSE, "02_second.ipynb": "my notes"}
    assert "Kept from an earlier version: 02_second.ipynb" in capsys.readouterr().out


def test_a_course_without_exercises_is_copied(source, tmp_path):
    (source / "exercises" / "01_first.ipynb").unlink()
    (source / "exercises").rmdir()
    chapters = cli.copy_course(source, tmp_path / "mine")
    assert [path.name for path in chapters] == ["01_first.ipynb", "02_second.ipynb", "A_aside.ipynb"]


def test_a_course_without_notebooks_is_an_error(source, opened, tmp_path, capsys):
    for notebook in (source / "notebooks").glob("*.ipynb"):
        notebook.unlink()
    assert cli.main(["start", str(tmp_path / "mine")]) == 1
    assert "no notebooks in" in capsys.readouterr().err
    assert not opened


def test_a_second_start_adds_nothing(source, opened, tmp_path, capsys):
    cli.main(["start", str(tmp_path / "mine")])
    capsys.readouterr()
    cli.main(["start", str(tmp_path / "mine")])
    assert "Added" not in capsys.readouterr().out


def test_a_file_where_the_folder_should_be(source, opened, tmp_path, capsys):
    (tmp_path / "taken").write_text("")
    assert cli.main(["start", str(tmp_path / "taken")]) == 1
    assert "Expected a folder" in (message := capsys.readouterr().err)
    assert "layerlab start FOLDER" in message
    assert not opened


def test_a_folder_that_cannot_be_made(source, opened, tmp_path, capsys):
    (tmp_path / "taken").write_text("")
    assert cli.main(["start", str(tmp_path / "taken" / "below")]) == 1
    assert "could not be copied" in capsys.readouterr().err
    assert not opened


def test_ctrl_c_while_jupyterlab_is_imported(source, tmp_path, monkeypatch, capsys):
    def interrupted(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(cli, "_run_jupyterlab", interrupted)
    assert cli.main(["start", str(tmp_path / "mine")]) == 130
    assert capsys.readouterr().err == "layerlab: Stopped.\n"


def test_without_jupyterlab_it_says_what_to_install(source, opened, tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(cli.importlib.util, "find_spec", lambda name: None)
    assert cli.main(["start", str(tmp_path / "mine")]) == 1
    assert "pip install 'layerlab[course]'" in capsys.readouterr().err
    assert not (tmp_path / "mine").exists()


@pytest.mark.parametrize("port", ["0", "65536", "-1", "eighty"])
def test_a_port_that_is_none(port, capsys):
    with pytest.raises(SystemExit):
        cli.main(["start", "--port", port])
    assert f"expected a number from 1 to 65535. Received: '{port}'" in capsys.readouterr().err


def test_without_arguments_it_says_what_it_can_do(capsys):
    assert cli.main([]) == 0
    assert "New here? Type: layerlab start" in capsys.readouterr().out


def test_version():
    run = subprocess.run([sys.executable, "-m", "layerlab", "--version"], capture_output=True, text=True, check=True)
    assert run.stdout == f"layerlab {layerlab.__version__}\n"


def test_the_command_version(capsys):
    assert cli.main(["version"]) == 0
    assert capsys.readouterr().out == f"layerlab {layerlab.__version__}\n"


@pytest.mark.parametrize("command", "start check grade report release doctor bench version".split())
def test_the_help_of_every_command_ends_with_examples(command, capsys):
    with pytest.raises(SystemExit, match="0"):
        cli.main([command, "--help"])
    _, examples = capsys.readouterr().out.split("\nexamples:\n")
    lines = examples.strip().splitlines()
    assert lines
    for line in lines:
        program, name, *arguments = shlex.split(line)
        assert (program, name) == ("layerlab", command)
        assert cli._parser().parse_known_args([name, *arguments])[1] == (arguments if command == "bench" else [])


def test_what_no_command_takes_is_an_error(capsys):
    with pytest.raises(SystemExit, match="2"):
        cli.main(["start", "--quick"])
    assert "unrecognized arguments: --quick" in capsys.readouterr().err


def test_bench_hands_over_to_the_benchmarks(capsys, monkeypatch):
    monkeypatch.setattr(sys, "path", list(sys.path))
    assert cli.main(["bench", "W0", "--rounds", "1"]) == 2  # there is no W0
    assert "Expected some of W1" in capsys.readouterr().err


def test_solutions_are_for_those_who_ask(source, opened, tmp_path):
    (source / "solutions").mkdir()
    (source / "solutions" / "01_first.ipynb").write_text("done")
    cli.main(["start", str(tmp_path / "mine")])
    assert contents(tmp_path / "mine") == COURSE
    cli.main(["start", str(tmp_path / "mine"), "--solutions"])
    assert contents(tmp_path / "mine") == COURSE | {"solutions/01_first.ipynb": "done"}


def test_an_installed_package_brings_its_own_course(tmp_path, monkeypatch):
    monkeypatch.setattr(cli, "_PACKAGE", tmp_path / "layerlab")
    assert cli.course_source() == tmp_path
    (tmp_path / "layerlab" / "course").mkdir(parents=True)
    assert cli.course_source() == tmp_path / "layerlab" / "course"


def test_the_course_begins_at_the_beginning(tmp_path):
    first, *_ = cli.copy_course(cli.course_source(), tmp_path)
    assert first == tmp_path / FIRST
    assert json.loads(first.read_text(encoding="utf-8"))["nbformat"] == 4


@pytest.fixture
def terminal():
    """The end of a terminal that a program may read from, so that it takes Ctrl-C as a person's."""
    ours, theirs = pytest.importorskip("pty", reason="terminals are POSIX's").openpty()
    yield theirs
    os.close(ours)
    os.close(theirs)


def fetch(address, patience=60):
    """The JSON at an address of a server that may be about to listen."""
    try:
        with urllib.request.urlopen(address, timeout=60) as answer:
            return json.load(answer)
    except urllib.error.URLError:
        if not patience:
            raise
        time.sleep(1)
        return fetch(address, patience - 1)


def test_jupyterlab_serves_the_course_until_ctrl_c(tmp_path, terminal):
    command = [sys.executable, "-m", "layerlab", "start", str(tmp_path / "mine"), "--no-open"]
    env = {**os.environ, "JUPYTER_CONFIG_DIR": str(tmp_path), "JUPYTER_RUNTIME_DIR": str(tmp_path / "runtime")}
    output = {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT, "text": True}
    with subprocess.Popen(command, stdin=terminal, env=env, **output) as server:
        try:
            address = next(found[0] for line in server.stdout if (found := re.search(r"http://127\S+", line)))
            host, chapter, token = re.fullmatch(r"(http://[^/]+)/lab/tree/(\S+)\?(token=\S+)", address).groups()
            assert chapter == FIRST
            notebook = fetch(f"{host}/api/contents/{chapter}?{token}")["content"]
            assert notebook["metadata"]["kernelspec"]["name"] == "python3"
            settings = fetch(f"{host}/lab/api/settings/@jupyterlab/apputils-extension:notification?{token}")
            assert settings["schema"]["properties"]["fetchNews"]["default"] == "false"  # no question on the first page
            assert settings["settings"] == {}  # and nothing was set for the user
            server.send_signal(signal.SIGINT)
            assert server.wait(60) == 0
        finally:
            server.kill()
