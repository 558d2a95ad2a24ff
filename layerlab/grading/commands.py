"""The commands of `layerlab` about exercises: check, grade, report, doctor and release; what they do is elsewhere.

What they need is imported when they run, so that the other commands start without it.
"""

from __future__ import annotations

import argparse
import dataclasses
import os
import re
import sys
from pathlib import Path
from typing import Any

__all__ = ["add_parsers", "examples"]


def examples(*lines: str) -> dict[str, Any]:
    """What makes a parser's help end with these commands, each on its line."""
    return {"epilog": "\n  ".join(["examples:", *lines]), "formatter_class": _Help}


class _Help(argparse.RawDescriptionHelpFormatter):
    """Keeps the lines of the examples; descriptions are filled as ever."""

    def _fill_text(self, text: str, width: int, indent: str) -> str:
        if text.startswith("examples:"):
            return super()._fill_text(text, width, indent)
        return argparse.HelpFormatter._fill_text(self, text, width, indent)


def add_parsers(commands: argparse._SubParsersAction) -> None:
    """Add the parsers; each sets `run`, a function from the options to the exit code."""
    _add_check(commands)
    _add_grade(commands)
    _add_report(commands)
    _add_release(commands)
    doctor = commands.add_parser(
        "doctor",
        help="say which sandboxes for grading work on this machine",
        description="Try every sandbox that submissions can be graded in, and say which work here, or why not.",
        **examples(
            "layerlab doctor",
        ),
    )
    doctor.set_defaults(run=_doctor)


def _add_check(commands: argparse._SubParsersAction) -> None:
    parser = commands.add_parser(
        "check",
        help="check the answers in an exercise notebook",
        description="Run an exercise notebook of yours as the grader would, and say what is right and what is not yet.",
        **examples(
            "layerlab check layerlab-course/exercises/03_initializers.ipynb",
        ),
    )
    parser.add_argument("notebook", type=Path, help="the file, by its name in the course: 03_initializers.ipynb")
    parser.set_defaults(run=_check)


def _add_grade(commands: argparse._SubParsersAction) -> None:
    parser = commands.add_parser(
        "grade",
        help="grade any number of submitted notebooks, isolated",
        description="Grade SUBMISSIONS/<student>/<notebook>.ipynb, or nbgrader's submitted/<student>/<assignment>/"
        "<notebook>.ipynb, into OUT/results.jsonl: one line a submission.",
        **examples(
            "layerlab grade submissions -o results --jobs 8",
            "layerlab grade submissions -o results --resume",
            "layerlab grade submissions -o results --shard 2/8 --secret-file secret",
        ),
    )
    parser.add_argument("submissions", type=Path, metavar="SUBMISSIONS", help="the folder with the students' folders")
    parser.add_argument("-o", "--out", type=Path, required=True, metavar="OUT", help="the folder for the results")
    parser.add_argument("--jobs", type=_positive, default=_cores(), metavar="N", help="so many at a time (%(default)s)")
    parser.add_argument("--resume", action="store_true", help="go on with an OUT that holds results; keep them")
    parser.add_argument(
        "--sandbox",
        choices=["auto", "bwrap", "landlock", "none"],
        default="auto",
        help="auto takes the best that works here (see layerlab doctor); none is for code you trust as your own",
    )
    parser.add_argument("--scheduler", default="", metavar="tcp://...", help="have a Dask cluster grade")
    parser.add_argument(
        "--shard",
        type=_shard,
        default=(0, 1),
        metavar="i/n",
        help="grade the i-th of n parts, from 1/n to n/n; give every shard the same --secret-file or the same OUT",
    )
    parser.add_argument("--secret-file", type=Path, metavar="FILE", help="the secret of the seeds (OUT/.secret)")
    parser.add_argument("--time-limit", type=_positive, default=20, metavar="S", help="seconds for each (%(default)s)")
    parser.set_defaults(run=_grade)


def _add_report(commands: argparse._SubParsersAction) -> None:
    parser = commands.add_parser(
        "report",
        help="make tables and feedback of graded submissions",
        description="Make reports of OUT/results.jsonl, in OUT; all of them if none is named.",
        **examples(
            "layerlab report results",
            "layerlab report results --csv",
        ),
    )
    parser.add_argument("out", type=Path, metavar="OUT", help="the folder that layerlab grade wrote to")
    parser.add_argument("--csv", action="store_true", help="grades.csv, with the columns of nbgrader export")
    parser.add_argument("--html", action="store_true", help="feedback/<student>/<notebook>.html")
    parser.add_argument("--gradescope", action="store_true", help="gradescope/<student>/<notebook>/results.json")
    parser.set_defaults(run=_report)


def _add_release(commands: argparse._SubParsersAction) -> None:
    parser = commands.add_parser(
        "release",
        help="make the exercise notebooks out of those with solutions",
        description="Copy notebooks without their answers and outputs, ready to be handed out.",
        **examples(
            "layerlab release solutions exercises",
            "layerlab release solutions course --nbgrader",
        ),
    )
    parser.add_argument("source", nargs="?", type=Path, default=Path("solutions"), help="default: %(default)s")
    parser.add_argument("target", nargs="?", type=Path, default=Path("exercises"), help="default: %(default)s")
    parser.add_argument("--nbgrader", action="store_true", help="make TARGET a course for nbgrader instead")
    parser.set_defaults(run=_release)


def _cores() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _positive(text: str) -> int:
    if text.isdecimal() and int(text) > 0:
        return int(text)
    raise argparse.ArgumentTypeError(f"expected a number from 1 on. Received: {text!r}")


def _shard(text: str) -> tuple[int, int]:
    """Parts count from 1; 0/n is taken for n/n, so that job arrays that count from 0 do all of it, too."""
    match = re.fullmatch(r"(\d+)/(\d+)", text, re.ASCII)
    if match and 0 <= int(match[1]) <= int(match[2]) and int(match[2]) > 0:
        return int(match[1]), int(match[2])
    raise argparse.ArgumentTypeError(f"expected i/n, such as 2/8 for the second of eight parts. Received: {text!r}")


def _grade(options: argparse.Namespace) -> int:
    from layerlab.grading.batch import Batch, run
    from layerlab.grading.sandbox.limits import Limits
    from layerlab.grading.sandbox.probe import NoSandbox

    limits = Limits(seconds=options.time_limit, step_seconds=options.time_limit / 5)
    names = ("submissions", "out", "jobs", "sandbox", "scheduler", "shard", "resume", "secret_file")
    batch = Batch(**{name: getattr(options, name) for name in names}, limits=limits)
    try:
        summary = run(batch)
    except (NoSandbox, OSError, ValueError) as error:
        return _fail(str(error))
    changed = f" ({summary.changed} of them again: the files have changed)" if summary.changed else ""
    before = f", {summary.before} before" if summary.before else ""
    print(f"{summary.graded} graded{changed}{before}: {options.out / 'results.jsonl'}")
    for path in summary.skipped:
        _fail(f"not looked into, for it is a link or locked: {str(path)!r}")
    for line in summary.failed:
        _fail(f"not graded: {line}")
    if summary.stopped:
        _fail("Stopped. Nothing is lost: type the same with --resume to go on.")
        return 130
    return 1 if summary.failed else 0


def _report(options: argparse.Namespace) -> int:
    from layerlab.grading import report

    makers = {"csv": report.as_csv, "html": report.as_html, "gradescope": report.as_gradescope}
    wanted = [name for name in makers if getattr(options, name)] or list(makers)
    try:
        for name in wanted:
            print(makers[name](options.out))
    except FileNotFoundError:
        return _fail(f"There are no results in {options.out}. Type: layerlab grade SUBMISSIONS -o {options.out}")
    return 0


def _check(options: argparse.Namespace) -> int:
    from layerlab.grading.grader import grade
    from layerlab.grading.sandbox.probe import NoSandbox
    from layerlab.grading.submissions import Place, load

    submission = load(Place("", "", options.notebook.stem, options.notebook.resolve()), secret=b"")
    submission = dataclasses.replace(submission, seed="0")  # the same inputs every time: a change shows what it did
    try:
        try:
            result = grade(submission)
        except NoSandbox:
            result = grade(submission, "none")  # it is the learner's own code, on the learner's own machine
    except NoSandbox as error:
        return _fail(str(error))
    if "reason" in result:
        return _fail(f"{options.notebook}: {result['reason']}")
    for row in result["exercises"]:
        right = row["points"] == row["max_points"]
        reason = "" if right else "\n    " + row["reason"].replace("\n", "\n    ")
        print(f"{'right' if right else 'not yet':8} {row['id']}: {row['points']} of {row['max_points']}{reason}")
    print(f"{result['points']} of {result['max_points']} points")
    return 0 if result["points"] == result["max_points"] else 1


def _release(options: argparse.Namespace) -> int:
    from layerlab.grading.release import nbgrader_course, release

    try:
        for path in (nbgrader_course if options.nbgrader else release)(options.source, options.target):
            print(path)
    except (OSError, ValueError) as error:
        return _fail(str(error))
    return 0


def _doctor(options: argparse.Namespace) -> int:
    from layerlab.grading.doctor import diagnosis

    for line in diagnosis():
        print(line, flush=True)
    return 0


def _fail(message: str) -> int:
    print(f"layerlab: {message}", file=sys.stderr)
    return 1
