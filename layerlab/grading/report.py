"""Reports from the lines of a run: a table for spreadsheets, pages for students, files for Gradescope.

Students choose what is in them: names, messages, even reasons. So every text is escaped for where it goes.
"""

from __future__ import annotations

import csv
import hashlib
import html
import json
import os
import re
from pathlib import Path
from typing import Any

from layerlab.grading.results import read_results

__all__ = ["as_csv", "as_gradescope", "as_html"]

Result = dict[str, Any]

# the columns of `nbgrader export`; what nbgrader takes from its database is left empty
_COLUMNS = ["assignment", "duedate", "timestamp", "student_id", "last_name", "first_name", "email"]
_COLUMNS += ["raw_score", "late_submission_penalty", "score", "max_score"]
_FORMULA = re.escape("=+-@\t\r\n＝＋－＠")  # what a spreadsheet would compute, and run commands with

_MAX_NAME = 200  # characters; file systems take 255

_PAGE = """<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>{title}</title>
<style>
body {{ font: 16px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem; }}
table {{ border-collapse: collapse; width: 100%; }}
th, td {{ text-align: left; vertical-align: top; padding: 0.4rem 0.8rem 0.4rem 0; border-bottom: 1px solid #ccc; }}
td.reason {{ white-space: pre-wrap; overflow-wrap: anywhere; }}
</style>
</head>
<body>
<h1>{title}</h1>
{body}
</body>
</html>
"""


def as_csv(folder: Path) -> Path:
    """Write grades.csv: a row a submission, nbgrader's columns and then one for each exercise.

    Args:
        folder: where a run left its results.

    Returns:
        The file.
    """
    results = _sorted_results(folder)
    exercises = list(dict.fromkeys(row["id"] for result in results for row in result["exercises"]))
    path = folder / "grades.csv"
    with open(path, "w", newline="", encoding="utf-8", errors="backslashreplace") as file:
        writer = csv.writer(file)
        writer.writerow([*_COLUMNS, *map(_cell, exercises)])
        for result in results:
            points = {row["id"]: row["points"] for row in result["exercises"]}
            known = {
                "assignment": _cell(_assignment(result)),
                "student_id": _cell(result["student"]),
                "raw_score": float(result["points"]),
                "late_submission_penalty": 0.0,
                "score": float(result["points"]),
                "max_score": float(result["max_points"]),
            }
            writer.writerow([known.get(column, "") for column in _COLUMNS] + [points.get(e, "") for e in exercises])
    return path


def _cell(text: str) -> str:
    """A text that no spreadsheet takes for a formula, nor what follows a sign that begins a cell in some countries."""
    return re.sub(rf"(^|[;,|\t\r\n])(?= *[{_FORMULA}])", r"\1'", text)


def as_html(folder: Path) -> Path:
    """Write feedback/<student>/<notebook>.html for every submission.

    Returns:
        The folder feedback.
    """
    for result in _sorted_results(folder):
        title = html.escape(f"{result['student']} · {_assignment(result)}")
        page = _PAGE.format(title=title, body=_body(result))
        place = _place(folder / "feedback", result)
        _write(place.with_name(place.name + ".html"), page)
    return folder / "feedback"


def _body(result: Result) -> str:
    rows = [
        f"<tr><td>{_text(row['id'])}</td><td>{_text(row['points'])} of {_text(row['max_points'])}</td>"
        f'<td class="reason">{_text(row["reason"])}</td></tr>'
        for row in result["exercises"]
    ]
    total = (
        f"<p>{_text(result['points'])} of {_text(result['max_points'])} points. {_text(result.get('reason', ''))}</p>"
    )
    head = "<tr><th>Exercise</th><th>Points</th><th>Why</th></tr>"
    return "\n".join([total, "<table>", head, *rows, "</table>"])


def _text(value: Any) -> str:
    return html.escape(str(value))


def as_gradescope(folder: Path) -> Path:
    """Write gradescope/<student>/<notebook>/results.json for every submission, as Gradescope's autograders do.

    Returns:
        The folder gradescope.
    """
    for result in _sorted_results(folder):
        tests = [
            {
                "name": row["id"],
                "score": row["points"],
                "max_score": row["max_points"],
                "status": "passed" if row["points"] == row["max_points"] else "failed",
                "output": row["reason"],
                "output_format": "text",  # Gradescope renders nothing of it
            }
            for row in result["exercises"]
        ]
        report = {
            "score": result["points"],
            "output": result.get("reason", ""),
            "output_format": "text",
            "visibility": "visible",
            "stdout_visibility": "hidden",
            "tests": tests,
        }
        _write(_place(folder / "gradescope", result) / "results.json", json.dumps(report, indent=2) + "\n")
    return folder / "gradescope"


def _sorted_results(folder: Path) -> list[Result]:
    return sorted(read_results(folder), key=lambda result: (_assignment(result), result["student"], result["notebook"]))


def _assignment(result: Result) -> str:
    """The assignment's name; a notebook that lies in no assignment's folder is one of its own."""
    return result.get("assignment") or result["notebook"]


def _place(folder: Path, result: Result) -> Path:
    """Where a submission's own report goes: never outside of `folder`, whatever the names are."""
    parts = [result["student"], result.get("assignment", ""), result["notebook"]]
    return folder.joinpath(*(_file_name(part) for part in parts if part))


def _file_name(name: str) -> str:
    """A name that is one folder's on every system: letters, digits, dots and dashes stay, the rest becomes its number.

    No folder is called like a report (page.html, results.json) that may have to lie beside it.
    """
    plain = re.sub(r"[^\w.-]|[^\x00-\x7f]|^\.|\.(?=(?:html|json)$)", lambda found: f"%{ord(found[0]):X}", name)
    if len(plain) <= _MAX_NAME:
        return plain
    return f"{plain[:_MAX_NAME]}~{hashlib.sha256(os.fsencode(name)).hexdigest()[:16]}"


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8", errors="backslashreplace")
