"""Where the course treats what the two tutorials name: `python scripts/seed_coverage.py` prints it as a table.

The table of what to look for is notebooks/src/seed_coverage.toml. Exit code 1 when anything has no cell.
"""

import argparse
import re
import sys
import tomllib
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import nbformat

NOTEBOOKS = Path(__file__).resolve().parent.parent / "notebooks"
TABLE = NOTEBOOKS / "src" / "seed_coverage.toml"
UNWRITTEN, MISSING = "not yet written", "MISSING"
TEXT_FIRST = ("formula", "remark")


class Entry(NamedTuple):
    """Something to find: its kind and name, the chapter it belongs to, and what a cell must have to treat it."""

    kind: str
    name: str
    chapter: str
    patterns: tuple[str, ...]


class Cell(NamedTuple):
    """A cell as the search sees it."""

    id: str
    is_code: bool
    text: str  # source and printed output, with one kind of quote
    formula: str  # the same, with TeX and code reduced to what they share


def entries(table: dict) -> Iterator[Entry]:
    """All that the table asks for."""
    for chapter, lines in table["identifiers"].items():
        for line in lines.strip().splitlines():
            name, *arguments = line.split()
            yield Entry("identifier", name, chapter, (word(name),))
            for argument in arguments:
                yield Entry("argument", f"{name}({argument})", chapter, (word(name), word(argument)))
    for kind in ("formula", "row", "finding", "remark"):
        for item in table[kind]:
            yield Entry(kind, item["name"], item["chapter"], tuple(item["patterns"]))


def word(text: str) -> str:
    """The pattern that finds a name, a `'string'` or a `'name=value'` as a whole."""
    before = r"(?<![\w'])" if text[0].isalnum() else ""
    after = r"(?!\w)" if text[-1].isalnum() else ""
    return before + re.escape(text).replace("=", r"\s*=\s*") + after


def cells(chapter: str) -> list[Cell] | None:
    """The cells of a chapter after its opening and its imports, which only announce; None while it is not written."""
    path = NOTEBOOKS / f"{chapter}.ipynb"
    if not path.exists():
        return None
    seen = [as_seen(cell) for cell in nbformat.read(path, as_version=4).cells]
    return seen[1 + next(number for number, cell in enumerate(seen) if cell.is_code) :]


def as_seen(cell) -> Cell:
    """A cell with what it prints."""
    outputs = [output.get("text", output.get("data", {}).get("text/plain", "")) for output in cell.get("outputs", [])]
    text = "\n".join([cell.source, *outputs]).replace('"', "'")
    return Cell(cell.id, cell.cell_type == "code", text, reduced(text))


def reduced(text: str) -> str:
    r"""Formulas in TeX and in code, without what tells them apart.

    >>> reduced(r"$\sqrt{\frac{2}{\text{fan}_\text{in}}}$")
    'sqrt(2/fanin)'
    >>> reduced("np.sqrt(2 / fan_in)")
    'sqrt(2/fanin)'
    """
    text = re.sub(r"\\(text|mathrm|operatorname|mathit)\{([^{}]*)\}", r"\2", text)
    for _ in range(3):  # fractions inside of roots, roots inside of fractions
        text = re.sub(r"\\[dt]?frac\{([^{}]*)\}\{([^{}]*)\}", r"\1/\2", text)
        text = re.sub(r"\\sqrt\{([^{}]*)\}", r"sqrt(\1)", text)
    return re.sub(r"\bnp\.|\bmath\.|\\[,;!]|\\cdot|\\times|[\s$\\_{}*]", "", text)


def find(entry: Entry, chapter: list[Cell] | None) -> str:
    """The id of the first cell that treats an entry, code before text; the proof of a finding is code."""
    if chapter is None:
        return UNWRITTEN
    for cell in sorted(chapter, key=lambda cell: not cell.is_code and entry.kind not in TEXT_FIRST):
        text = cell.formula if entry.kind == "formula" else cell.text
        if (cell.is_code or entry.kind != "finding") and all(re.search(pattern, text) for pattern in entry.patterns):
            return cell.id
    return MISSING


def coverage() -> list[tuple[Entry, str]]:
    """Every entry with the cell that treats it, or why there is none."""
    wanted = list(entries(tomllib.loads(TABLE.read_text(encoding="utf-8"))))
    chapters = {name: cells(name) for name in {entry.chapter for entry in wanted}}
    return [(entry, find(entry, chapters[entry.chapter])) for entry in wanted]


def main(arguments: list[str] | None = None) -> int:
    """Print the table; 1 when something has no cell."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("chapters", nargs="*", metavar="NN", help="only these chapters (default: all)")
    parser.add_argument("--missing", action="store_true", help="print only what has no cell")
    options = parser.parse_args(arguments)
    found = [row for row in coverage() if row[0].chapter.startswith(tuple(options.chapters) or "")]
    lacking = [row for row in found if row[1] in (MISSING, UNWRITTEN)]
    for entry, cell in lacking if options.missing else found:
        print(f"{entry.chapter:22} {cell:16} {entry.kind:11} {entry.name}")
    if not lacking:
        print(f"none missing: {len(found)} entries have their cells")
        return 0
    counts = Counter(f"{entry.chapter}: {cell}" for entry, cell in lacking)
    print("\n".join(f"{place}, {count} entries" for place, count in counts.items()), file=sys.stderr)
    return 1


if __name__ == "__main__":
    raise SystemExit(main())
