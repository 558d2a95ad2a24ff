"""What the checks of the course share: the chapters, their stored notebooks, and their text without code or formulas.

The builder is taken from scripts/ as it is, so that the checks and the build cannot disagree.
"""

import functools
import importlib.util
import re
from pathlib import Path

import nbformat
import pytest

ROOT = Path(__file__).resolve().parent.parent.parent
NOTEBOOKS, EXERCISES = ROOT / "notebooks", ROOT / "exercises"
COURSE = """
    00_start_here 01_what_is_a_layer 02_input_shape 03_initializers 04_constraints 05_regularizers 06_activations
    07_dense 08_dropout 09_reshaping 10_your_own_layer 11_convolution 12_pooling 13_locally_connected 14_merging
    15_embedding 16_capstone A_how_a_layer_learns B_keras_1_2_3
""".split()


def _builder():
    spec = importlib.util.spec_from_file_location("build_notebooks", ROOT / "scripts" / "build_notebooks.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


build_notebooks = _builder()


def parametrize(sources):
    """The mark of a test that runs once for every source, under the chapter's name."""
    return pytest.mark.parametrize("source", [pytest.param(source, id=source.stem) for source in sources])


SOURCES = build_notebooks.sources([])
every_notebook = parametrize(SOURCES)
every_chapter = parametrize([source for source in SOURCES if not source.stem.startswith("00")])


@functools.cache
def read(path):
    """A notebook; not to be changed."""
    return nbformat.read(path, as_version=4)


def stored(source):
    """The built notebook of a source; not to be changed."""
    return read(build_notebooks.notebook_of(source))


def markdown_cells(notebook):
    """The cells of text."""
    return [cell for cell in notebook.cells if cell.cell_type == "markdown"]


def text_of(notebook):
    """All the text of a notebook, as it was written."""
    return "\n\n".join(cell.source for cell in markdown_cells(notebook))


_NOT_PROSE = [
    re.compile(pattern, re.DOTALL)
    for pattern in (
        r"```.*?```",  # blocks of code
        r"``.+?``|`[^`]+`",  # code
        r"\$\$.*?\$\$",  # formulas
        r"(?<![\\$])\$[^$]+\$",
        r"<!--.*?-->|</?\w+[^>]*>",  # tags
        r"(?<=\])\([^()\s]*(\([^()\s]*\)[^()\s]*)*\)",  # where a link leads
        r"https?://\S+",
        r"&\w+;",
    )
]


def prose(markdown):
    """The words that a reader reads: no code, formulas, tags, addresses."""
    for pattern in _NOT_PROSE:
        markdown = pattern.sub(" ", markdown)
    return markdown
