"""The `layerlab` command: `layerlab start` gives a learner a copy of the course and opens it in JupyterLab.

What is already in the learner's folder is never overwritten; new chapters and exercises are added beside it. The
commands that check and grade answers are in `grading/commands.py`.

The exit code is 0 when all was done, 1 when something was wrong (the last line says what), 2 when the command was not
understood, 130 after Ctrl-C.
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
from layerlab.grading.commands import add_parsers, examples

__all__ = ["bench", "copy_course", "course_source", "main", "start"]

_PACKAGE = Path(__file__).parent
_PARTS = ("notebooks", "exercises")  # the chapters link to ../exercises, so the copy keeps these two folders
_FOR_INSTRUCTORS = "solutions"
_JUPYTER = _PACKAGE / "jupyter"  # no question about Jupyter's news over a corner of the first page
_INTERRUPTED = 130  # what shells say of a program that Ctrl-C ended
_EXIT_CODES = "The exit code is 0 when all was done, 1 when something was wrong, 2 when the command was not understood."


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command; the exit code is 0 when it did what was asked.

    Args:
        argv: the arguments after the program's name; those of the process by default.
    """
    parser = _parser()
    options, rest = parser.parse_known_args(argv)
    if options.command == "bench":  # has a parser of its own
        return bench(rest)
    if rest:
        parser.error(f"unrecognized arguments: {' '.join(rest)}")
    if options.command is None:
        parser.print_help()
        return 0
    try:
        return options.run(options)
    except KeyboardInterrupt:  # while JupyterLab was being imported, say; later it ends by itself
        _fail("Stopped.")
        return _INTERRUPTED


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="layerlab",
        description="layerlab: what a neural-network layer is, in NumPy, under Keras's names.",
        epilog=f"New here? Type: layerlab start\n\n{_EXIT_CODES}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action="version", version=f"layerlab {__version__}")
    commands = parser.add_subparsers(dest="command", title="commands", metavar="")
    _add_start(commands)
    add_parsers(commands)
    _add_bench(commands)
    version = commands.add_parser("version", help="say which layerlab this is", **examples("layerlab version"))
    version.set_defaults(run=lambda options: print(f"layerlab {__version__}") or 0)
    return parser


def _add_start(commands: argparse._SubParsersAction) -> None:
    begin = commands.add_parser(
        "start",
        help="copy the course into a folder of yours and open it in JupyterLab",
        description="Copy the course into a folder of yours, leaving alone what is there, and open its first page.",
        **examples(
            "layerlab start",
            "layerlab start my-course",
            "layerlab start /srv/course --no-open --port 8888",
            "layerlab start teaching --solutions",
        ),
    )
    begin.add_argument("folder", nargs="?", type=Path, default=Path("layerlab-course"), help="default: %(default)s")
    begin.add_argument("--no-open", dest="open", action="store_false", help="do not open a browser (on a server)")
    begin.add_argument("--port", type=_port, help="the port that JupyterLab listens on; a free one by default")
    begin.add_argument("--solutions", action="store_true", help="copy the solved exercises too (for instructors)")
    begin.set_defaults(run=lambda given: start(given.folder, given.open, given.port, given.solutions))


def _add_bench(commands: argparse._SubParsersAction) -> None:
    commands.add_parser(
        "bench",
        help="measure layerlab beside the libraries that are installed",
        description="Time training steps and predictions of layerlab and its peers, in turns, and print the ratios. "
        "What follows is given to the benchmarks; -h says what they take.",
        add_help=False,  # -h is answered there
    )


def _port(text: str) -> int:
    if text.isdecimal() and 0 < int(text) < 65536:
        return int(text)
    raise argparse.ArgumentTypeError(f"expected a number from 1 to 65535. Received: {text!r}")


def start(folder: Path, open_browser: bool = True, port: int | None = None, solutions: bool = False) -> int:
    """Copy the course into `folder` and run JupyterLab there until it is closed; the exit code.

    Args:
        folder: the learner's folder, made if missing.
        open_browser: False prints the address only.
        port: where JupyterLab listens; the first free port from 8888 on by default.
        solutions: copy the solved exercises too.
    """
    if importlib.util.find_spec("jupyterlab") is None:
        return _fail("The course opens in JupyterLab, which is missing here. Type: pip install 'layerlab[course]'")
    if folder.exists() and not folder.is_dir():
        return _fail(f"Expected a folder for the course, but {folder} is a file. Name another: layerlab start FOLDER")
    try:
        parts = (*_PARTS, _FOR_INSTRUCTORS) if solutions else _PARTS
        notebooks = copy_course(course_source(), folder, parts)
    except OSError as error:
        return _fail(f"The course could not be copied to {folder}: {error}. Name another: layerlab start FOLDER")
    what = "Opening the course in JupyterLab." if open_browser else "JupyterLab serves the course at the address below."
    print(f"{what} To end: Ctrl-C here.", flush=True)
    return _run_jupyterlab(folder, notebooks[0], open_browser, port)


def _fail(message: str) -> int:
    print(f"layerlab: {message}", file=sys.stderr)
    return 1


def bench(arguments: Sequence[str]) -> int:
    """Run the benchmarks, which lie beside the course; the exit code.

    Args:
        arguments: what `python -m benchmarks` takes in a checkout.
    """
    sys.path.insert(0, str(course_source()))  # the processes of the peers inherit it
    from benchmarks.__main__ import main as run

    return run(list(arguments), "layerlab bench")


def course_source() -> Path:
    """Where the course, its solutions and the benchmarks lie: in an installed package, or beside it in a checkout."""
    installed = _PACKAGE / "course"
    return installed if installed.is_dir() else _PACKAGE.parent


def copy_course(source: Path, folder: Path, parts: Sequence[str] = _PARTS) -> list[Path]:
    """Copy each notebook that `folder` does not have yet, and say what was added and what was kept.

    Args:
        source: a folder that holds notebooks/, and exercises/ where there are any.
        folder: the learner's folder, which gets the same.
        parts: the folders to copy.

    Returns:
        The paths of all the course's notebooks inside `folder`, in order: the chapters first.
    """
    names = [path.relative_to(source) for part in parts for path in sorted((source / part).glob("*.ipynb"))]
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
    # defaults for this server alone; what users have chosen themselves counts for more, and stays as it is
    folders = [str(_JUPYTER), os.environ.get("JUPYTER_CONFIG_PATH", "")]
    os.environ["JUPYTER_CONFIG_PATH"] = os.pathsep.join(filter(None, folders))
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
