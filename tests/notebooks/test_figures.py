"""Every figure of the course is drawn by layerlab.plots, whose functions readers can call too, and fits the page."""

import ast
import base64
import struct

import pytest

from tests.notebooks.course import build_notebooks, every_notebook, stored

DRAWING = """
    annotate arrow axhline axhspan axvline axvspan bar bar_label barh boxplot contour contourf errorbar
    fill_between fill_betweenx hexbin hist hist2d hlines imshow loglog matshow pcolor pcolormesh pie plot plot_surface
    plot_wireframe quiver scatter semilogx semilogy specgram spy stackplot stairs stem step streamplot text tripcolor
    violinplot vlines
""".split()
DOTS_PER_INCH = 2 * 96  # Jupyter stores figures for sharp screens
WIDEST = 8.75  # inches: a JupyterLab column, and the margin that is added to a figure of 8.5


def drawn_by_hand(code):
    """Calls of matplotlib's own drawing methods: `ax.plot(...)`, not `plots.curves(...)`."""
    calls = [node.func for node in ast.walk(ast.parse(code)) if isinstance(node, ast.Call)]
    methods = [call for call in calls if isinstance(call, ast.Attribute) and call.attr in DRAWING]
    return [ast.unparse(call) for call in methods if ast.unparse(call.value) != "plots"]


@pytest.mark.parametrize(
    ("code", "found"),
    [
        ("plots.curves(x, {'y': y}, ax=axes[0])", []),
        ("ax.set(title='a')\nplt.show()\nplt.subplots(1, 2)", []),
        ("ax.plot(x, y)", ["ax.plot"]),
        ("for a in axes:\n    a.imshow(x)", ["a.imshow"]),
        ("plt.figure().gca().scatter(x, y)", ["plt.figure().gca().scatter"]),
    ],
)
def test_drawing_by_hand_is_seen(code, found):
    assert drawn_by_hand(code) == found


@every_notebook
def test_figures_are_drawn_by_plots(source):
    cells = build_notebooks.code_cells(stored(source))
    assert {cell.id: calls for cell in cells if (calls := drawn_by_hand(cell.source))} == {}


def sizes(notebook):
    """(cell, width and height in inches) of each stored figure."""
    for cell in build_notebooks.code_cells(notebook):
        for output in cell.outputs:
            if png := output.get("data", {}).get("image/png"):
                width, height = struct.unpack(">II", base64.b64decode(png)[16:24])
                yield cell.id, width / DOTS_PER_INCH, height / DOTS_PER_INCH


@every_notebook
def test_figures_fit_the_page(source):
    assert [(cell, width) for cell, width, height in sizes(stored(source)) if width > WIDEST or height > 10] == []
