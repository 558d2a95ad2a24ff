"""The `layerlab` command: `layerlab start` gives a learner a copy of the course and opens it in JupyterLab.

What is already in the learner's folder is never overwritten; new chapters and exercises are added beside it. The
commands that check and grade answers are in `grading/commands.py`.
"""

import argparse
import importlib.util
import os
import shutil
import sys
from collections.abc import Sequence
from pathlib import Path
from urllib.parse import quote

from layerlab import __version__
from layerlab.grading.commands import add_parsers

__all__ = ["copy_course", "course_source", "main", "start"]

_PACKAGE = Path(__file__).parent
_PARTS = ("notebooks", "exercises")  # the chapters link to ../exercises, so the copy keeps these two folders


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command; the exit code is 0 when it did what was asked.

    Args:
        argv: the arguments after the program's name; those of the process by default.
    """
    parser = _parser()
    options = parser.parse_args(argv)
    if options.command is None:
        parser.print_help()
        return 0
    try:
        return options.run(options)
    except KeyboardInterrupt:  # while JupyterLab was being imported, say; later it ends by itself
        return _fail("Stopped.")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="layerlab",
        description="layerlab: what a neural-network layer is, in NumPy, under Keras's names.",
        epilog="New here? Type: layerlab start",
    )
    parser.add_argument("--version", action="version", version=f"layerlab {__version__}")
    commands = parser.add_subparsers(dest="command", title="commands", metavar="")
    begin = commands.add_parser(
        "start",
        help="copy the course into a folder of yours and open it in JupyterLab",
        description="Copy the course into a folder of yours, leaving alone what is there, and open its first page.",
    )
    begin.add_argument("folder", nargs="?", type=Path, default=Path("layerlab-course"), help="default: %(default)s")
    begin.add_argument("--no-open", dest="open", action="store_false", help="do not open a browser (on a server)")
    begin.add_argument("--port", type=_port, help="the port that JupyterLab listens on; a free one by default")
    begin.set_defaults(run=lambda options: start(options.folder, open_browser=options.open, port=options.port))
    add_parsers(commands)
    return parser


def _port(text: str) -> int:
    if text.isdecimal() and 0 < int(text) < 65536:
        return int(text)
    raise argparse.ArgumentTypeError(f"expected a number from 1 to 65535. Received: {text!r}")


def start(folder: Path, open_browser: bool = True, port: int | None = None) -> int:
    """Copy the course into `folder` and run JupyterLab there until it is closed; the exit code.

    Args:
        folder: the learner's folder, made if missing.
        open_browser: False prints the address only.
        port: where JupyterLab listens; the first free port from 8888 on by default.
    """
    if importlib.util.find_spec("jupyterlab") is None:
        return _fail("The course opens in JupyterLab, which is missing here. Type: pip install 'layerlab[course]'")
    if folder.exists() and not folder.is_dir():
        return _fail(f"Expected a folder for the course, but {folder} is a file. Name another: layerlab start FOLDER")
    try:
        notebooks = copy_course(course_source(), folder)
    except OSError as error:
        return _fail(f"The course could not be copied to {folder}: {error}. Name another: layerlab start FOLDER")
    what = "Opening the course in JupyterLab." if open_browser else "JupyterLab serves the course at the address below."
    print(f"{what} To end: Ctrl-C here.", flush=True)
    return _run_jupyterlab(folder, notebooks[0], open_browser, port)


def _fail(message: str) -> int:
    print(f"layerlab: {message}", file=sys.stderr)
    return 1


def course_source() -> Path:
    """Where notebooks/ and exercises/ lie: inside an installed package, or beside the package in a checkout."""
    installed = _PACKAGE / "course"
    return installed if installed.is_dir() else _PACKAGE.parent


def copy_course(source: Path, folder: Path) -> list[Path]:
    """Copy each notebook that `folder` does not have yet, and say what was added and what was kept.

    Args:
        source: a folder that holds notebooks/, and exercises/ where there are any.
        folder: the learner's folder, which gets the same two.

    Returns:
        The paths of all the course's notebooks inside `folder`, in order: the chapters first.
    """
    names = [path.relative_to(source) for part in _PARTS for path in sorted((source / part).glob("*.ipynb"))]
    if not any(name.parent.name == "notebooks" for name in names):
        raise FileNotFoundError(f"no notebooks in {source / 'notebooks'}")
    kept = [name for name in names if (folder / name).exists()]
    added = [name for name in names if name not in kept]
    for name in added:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(source / name, folder / name)
    print(f"The course is in {folder.resolve()}")
    # where an earlier layerlab put the chapters: a learner's work, so it stays
    flat = [Path(name.name) for name in names if (folder / name.name).exists()]
    for verb, which in (("Added", added), ("Kept as it is", kept), ("Kept from an earlier version", flat)):
        if which:
            print(f"  {verb}: {', '.join(name.as_posix() for name in which)}")
    return [folder / name for name in names]


def _run_jupyterlab(folder: Path, first: Path, open_browser: bool, port: int | None) -> int:
    """JupyterLab in this process, so that its kernel is this Python and Ctrl-C is its own."""
    # a kernel "python3" that some other Python left in the user's home must not take precedence
    os.environ.setdefault("JUPYTER_PREFER_ENV_PATH", "1")
    from jupyterlab.labapp import LabApp

    page = quote(first.relative_to(folder).as_posix())
    arguments = [
        f"--ServerApp.root_dir={folder.resolve()}",
        f"--LabApp.default_url=/lab/tree/{page}",  # the address printed leads there, too
        "--ServerApp.answer_yes=True",  # end on the first Ctrl-C, without a question
        "--Application.log_level=WARN",
    ]
    if not open_browser:
        arguments.append("--no-browser")
    if port is not None:
        arguments += [f"--ServerApp.port={port}", "--ServerApp.port_retries=0"]  # that port or none
    if hasattr(os, "geteuid") and os.geteuid() == 0:  # in a container, say: Jupyter asks for this to be said
        arguments.append("--allow-root")
    LabApp.launch_instance(arguments)
    return 0
