"""Links lead somewhere: to notebooks that exist, to headings in them, to addresses that are well formed."""

import re
from urllib.parse import unquote, urlsplit

import pytest

from tests.notebooks.course import COURSE, EXERCISES, NOTEBOOKS, every_notebook, markdown_cells, read, stored, text_of

ONLY_HTTP = {"neuralnetworksanddeeplearning.com", "yann.lecun.com"}  # sites that do not answer to https
LINK = re.compile(r"(?<!!)\[(?:[^\[\]]|\[[^\[\]]*\])*\]\(((?:[^()\s]|\([^()\s]*\))*)\)")
HTML = re.compile(r"(?:href|src)=\"([^\"]*)\"")
EXERCISE_NAMES = [f"{stem}.ipynb" for stem in COURSE[1:] if stem[0].isdigit()]


def targets(markdown):
    """Where the links in a text lead."""
    text = re.sub(r"```.*?```|`[^`\n]+`", "", markdown, flags=re.DOTALL)
    return [match.strip("<>") for pattern in (LINK, HTML) for match in pattern.findall(text)]


def anchors(notebook):
    """The headings of a notebook as JupyterLab names them in an address."""
    lines = re.findall(r"^#{1,6} +(.*?) *$", text_of(notebook), re.MULTILINE)
    return {re.sub(r"[`*]", "", line).replace(" ", "-") for line in lines}


def complaint(target, home):
    """What is wrong with a link in a notebook of the folder `home`; None when all is well."""
    address = urlsplit(target)
    if address.scheme in ("http", "https"):
        return web_complaint(address)
    if address.scheme or address.netloc:
        return f"{target}: neither a file of the course nor a web address"
    return file_complaint(address, home)


def web_complaint(address):
    if not re.fullmatch(r"([\w-]+\.)+[a-z]{2,}", address.hostname or "") or re.search(r"\s", address.geturl()):
        return f"{address.geturl()}: not an address"
    if address.scheme == "http" and address.hostname not in ONLY_HTTP:
        return f"{address.geturl()}: write https"
    return None


def file_complaint(address, home):
    path = (home / unquote(address.path)).resolve()
    if path.parent == EXERCISES:  # that they are there is one test of its own
        return None if path.name in EXERCISE_NAMES else f"{address.path}: no exercises of that name"
    if address.path and not path.is_file():
        return f"{address.path}: no such file"
    return anchor_complaint(address, path)


def anchor_complaint(address, path):
    if not address.fragment or path.suffix != ".ipynb":
        return None
    known = anchors(read(path))
    return None if unquote(address.fragment) in known else f"{address.path}: no heading #{address.fragment}"


def complaints(notebook, home):
    """All broken links of a notebook, by cell."""
    found = {cell.id: [complaint(target, home) for target in targets(cell.source)] for cell in markdown_cells(notebook)}
    return {cell: broken for cell, all_ in found.items() if (broken := [text for text in all_ if text])}


@every_notebook
def test_links_of_the_chapters_lead_somewhere(source):
    assert complaints(stored(source), NOTEBOOKS) == {}


def test_every_chapter_has_the_exercises_that_it_leads_to():
    assert sorted(path.name for path in EXERCISES.glob("*.ipynb")) == EXERCISE_NAMES


@pytest.mark.parametrize("path", sorted(EXERCISES.glob("*.ipynb")), ids=lambda path: path.stem)
def test_links_of_the_exercises_lead_somewhere(path):
    assert complaints(read(path), EXERCISES) == {}


@pytest.mark.parametrize(
    ("markdown", "found"),
    [
        (
            "see [Dense](https://keras.io/api/layers/core_layers/dense/)",
            ["https://keras.io/api/layers/core_layers/dense/"],
        ),
        ("[a [b]](x.ipynb) and [c](y_(z).html)", ["x.ipynb", "y_(z).html"]),
        ("`kernel[0](x)` and $a[i](b)$", ["b"]),
        ('<a href="z.html">', ["z.html"]),
    ],
)
def test_links_are_found(markdown, found):
    assert targets(markdown) == found


@pytest.mark.parametrize(
    ("target", "trouble"),
    [
        ("01_what_is_a_layer.ipynb", None),
        ("01_what_is_a_layer.ipynb#One-neuron", None),
        ("01_what_is_a_layer.ipynb#Two-neurons", "no heading #Two-neurons"),
        ("01_what_is_a_leyer.ipynb", "no such file"),
        ("../exercises/03_initialisers.ipynb", "no exercises of that name"),
        ("https://numpy.org/doc/stable/", None),
        ("http://numpy.org/", "write https"),
        ("https://numpy/", "not an address"),
        ("file:///etc/hosts", "neither"),
    ],
)
def test_broken_links_are_named(target, trouble):
    said = complaint(target, NOTEBOOKS)
    assert said is None if trouble is None else trouble in said
