"""Tables drawn with box characters, for terminals and notebooks.

Words wrap inside their column, and a word that is too long for it is cut with "…".
"""

import re
import unicodedata
from math import ceil

__all__ = ["draw_table", "fit_widths"]

# left corner, line, crossing, right corner of each horizontal line
_TOP, _HEAD, _BETWEEN, _BOTTOM = "┏━┳┓", "┡━╇┩", "├─┼┤", "└─┴┘"


def fit_widths(widths: list[int], total: int) -> list[int]:
    """Change the widths so that, with their borders and margins, they fill `total` characters.

    What is too much is taken from all columns alike; what is missing goes to each in proportion to its width.

    >>> fit_widths([34, 26, 16], 76)
    [31, 22, 13]
    """
    spare = total - (len(widths) + 1) - sum(width + 2 for width in widths)
    if spare < 0:
        return [width - cut for width, cut in zip(widths, _shares(-spare, [1] * len(widths), round), strict=True)]
    padded = [width + 2 for width in widths]
    return [width + more for width, more in zip(widths, _shares(spare, padded, ceil), strict=True)]


def _shares(amount: int, ratios: list[int], rounding) -> list[int]:
    """Whole shares of an amount that stand to each other as the ratios and add up to it."""
    shares = []
    for i, ratio in enumerate(ratios):
        shares.append(rounding(ratio * amount / sum(ratios[i:])))
        amount -= shares[-1]
    return shares


def draw_table(header: list[str], rows: list[list[str]], widths: list[int], alignment: list[str]) -> str:
    """The table as text, without a line break at its end.

    Args:
        header: one title a column.
        rows: the cells, one list a row.
        widths: of the columns, margins and borders not counted.
        alignment: "left", "right" or "center", one a column.

    >>> print(draw_table(["Layer", "#"], [["dense (Dense)", "12"]], [7, 3], ["left", "right"]))
    ┏━━━━━━━━━┳━━━━━┓
    ┃ Layer   ┃   # ┃
    ┡━━━━━━━━━╇━━━━━┩
    │ dense   │  12 │
    │ (Dense) │     │
    └─────────┴─────┘
    """

    def row(cells, side, at_bottom=False):
        columns = [_wrap(cell, width) for cell, width in zip(cells, widths, strict=True)]
        height = max(len(lines) for lines in columns)
        for lines, width, align in zip(columns, widths, alignment, strict=True):
            blank = [""] * (height - len(lines))
            lines[:] = [_align(line, width, align) for line in (blank + lines if at_bottom else lines + blank)]
        return [f"{side} " + f" {side} ".join(line) + f" {side}" for line in zip(*columns, strict=True)]

    drawn = [_line(_TOP, widths), *row(header, "┃", at_bottom=True), _line(_HEAD, widths)]
    for i, cells in enumerate(rows):
        drawn += [_line(_BETWEEN, widths)] * (i > 0) + row(cells, "│")
    return "\n".join([*drawn, _line(_BOTTOM, widths)])


def _line(characters: str, widths: list[int]) -> str:
    left, middle, crossing, right = list(characters)
    return left + crossing.join(middle * (width + 2) for width in widths) + right


def _wrap(text: str, width: int) -> list[str]:
    lines = [""]
    for word in re.findall(r"\s*\S+\s*", text):
        if lines[-1] and _length(lines[-1]) + _length(word.rstrip()) > width:
            lines.append("")
        lines[-1] += word
    return [_cut(line.rstrip(), width) for line in lines]


def _cut(text: str, width: int) -> str:
    if _length(text) <= width:
        return text
    while text and _length(text) > width - 1:
        text = text[:-1]
    return text + "…"


def _align(text: str, width: int, align: str) -> str:
    space = width - _length(text)
    before = {"left": 0, "center": space // 2, "right": space}[align]
    return " " * before + text + " " * (space - before)


def _length(text: str) -> int:
    """How many columns of a terminal the text takes: Chinese, Japanese and Korean characters take two."""
    return sum(0 if unicodedata.combining(c) else 1 + (unicodedata.east_asian_width(c) in "WF") for c in text)
