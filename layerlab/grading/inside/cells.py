"""The code cells of a submitted notebook, read with `json` from bytes that may be anything.

Cells that check are left out, whatever else was done to the notebook: the grader has its own.
"""

import json
import re
from typing import Any

__all__ = ["Unreadable", "code_cells", "without_magics"]

_KEPT_BODIES = ("time", "capture", "prun", "timeit")  # `%%time` is about the Python below it; `%%bash` is not Python
_MAGIC = re.compile(r"^(\s*)(?:(?:[\w, ]+=\s*)?[%!]|\?|[\w.]+\?{1,2}\s*$).*$")
_ONLY_CHECK = re.compile(r"\s*check\([^\n]*\s*\Z")  # what is written below it in the same cell may be an answer


class Unreadable(Exception):
    """The file is no Python notebook; the message says what it is instead."""


def code_cells(data: bytes) -> list[str]:
    """The sources of a notebook's code cells in their order, checks left out.

    Args:
        data: the bytes of the file.

    Raises:
        Unreadable: when it is no notebook, or not one for Python.
    """
    try:
        notebook = json.loads(data.decode("utf-8-sig"))
    except UnicodeDecodeError:
        raise Unreadable("The file is not UTF-8 text, so it is no notebook.") from None
    except RecursionError:
        raise Unreadable("The file is nested too deeply to be a notebook.") from None
    except MemoryError:
        raise Unreadable("The file needs more memory than a notebook may.") from None
    except ValueError as error:
        raise Unreadable(f"The file is not JSON, so it is no notebook: {error}") from None
    cells = notebook.get("cells") if isinstance(notebook, dict) else None
    if not isinstance(cells, list):
        raise Unreadable("The file has no list of cells, so it is no notebook of format 4.")
    language = _language(notebook)
    if language and language.lower() not in ("python", "ipython", "python3"):
        raise Unreadable(f"The notebook is for {language[:40]}; exercises are answered in Python.")
    return [_source(cell) for cell in cells if _is_code(cell) and not _is_check(cell)]


def _language(notebook: dict[str, Any]) -> str:
    """The language that the notebook says it is in; "" when it does not say."""
    metadata = _dict(notebook.get("metadata"))
    named = _dict(metadata.get("language_info")).get("name") or _dict(metadata.get("kernelspec")).get("language")
    return named if isinstance(named, str) else ""


def _dict(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _is_code(cell: Any) -> bool:
    return isinstance(cell, dict) and cell.get("cell_type") == "code"


def _is_check(cell: dict[str, Any]) -> bool:
    marks = _dict(_dict(cell.get("metadata")).get("nbgrader"))
    marked = marks.get("grade") is True and marks.get("solution") is not True
    return marked or _ONLY_CHECK.match(_source(cell)) is not None


def _source(cell: dict[str, Any]) -> str:
    source = cell.get("source")
    lines = source if isinstance(source, list) else [source]
    texts = [line for line in lines if isinstance(line, str)]
    return "".join(texts) if len(texts) == len(lines) else "raise TypeError('the source of this cell is no text')"


def without_magics(source: str) -> str:
    """A cell without what only IPython understands: `%magic` and `!shell` lines, `%%cell` magics, `help?`.

    A line of that kind becomes `pass`; under `%%bash` and the like nothing is left.

    >>> without_magics("%matplotlib inline\\nx = 1")
    'pass\\nx = 1'
    """
    lines = source.strip("\n").split("\n")
    if lines[0].startswith("%%"):
        name = lines[0][2:].split(None, 1)
        lines = lines[1:] if name and name[0] in _KEPT_BODIES else []
    return "\n".join(_MAGIC.sub(r"\1pass", line) for line in lines)
