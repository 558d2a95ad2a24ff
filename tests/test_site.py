"""The site, without Sphinx: every public name is on a page of the reference, and no page would ask another host."""

import importlib.util
import json
import re
from pathlib import Path

import pytest

import layerlab

ROOT = Path(__file__).parent.parent
TREE = (ROOT / "docs" / "index.md").read_text(encoding="utf-8")


def script(name, monkeypatch):
    monkeypatch.syspath_prepend(ROOT / "scripts")
    spec = importlib.util.spec_from_file_location(name, ROOT / "scripts" / f"{name}.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def reference():
    with pytest.MonkeyPatch.context() as patch:
        return script("api_reference", patch)


@pytest.fixture(scope="module")
def pages(reference):
    return reference.pages()


@pytest.mark.parametrize("module", layerlab._MODULES)
def test_every_public_name_is_in_the_reference(pages, public_names, module):
    text = pages[f"{module}.md"]
    described = re.findall(rf"^:+\{{py:\w+\}} layerlab\.{module}\.(\w+)", text, re.MULTILINE)
    assert set(public_names(getattr(layerlab, module))) <= set(described)
    listed = re.findall(rf"^\| \{{py:obj\}}`\w+ <layerlab\.{module}\.(\w+)>`", text, re.MULTILINE)
    assert sorted(public_names(getattr(layerlab, module))) == sorted(listed)


def test_what_the_package_itself_offers_is_in_the_reference(pages):
    described = re.findall(r"^:+\{py:\w+\} layerlab\.(\w+)", pages["layerlab.md"], re.MULTILINE)
    assert {*described, *layerlab._MODULES} == set(layerlab.__all__)


def test_signatures_defaults_and_methods_are_there(pages):
    assert "{py:class} layerlab.layers.Dense(units, activation=None, use_bias=True," in pages["layers.md"]
    assert "{py:method} fit(x=None, y=None, " in pages["models.md"]
    assert (
        "{py:function} layerlab.activations.relu(x, negative_slope=0.0, max_value=None, threshold=0.0)"
        in (pages["activations.md"])
    )
    assert "<function" not in "".join(pages.values())


def test_a_docstring_becomes_markdown(reference):
    docstring = (
        "Doubles x_0: a * b.\n\nArgs:\n    x, y: arrays of `g`,\n        or `lists`.\n\n>>> f(1)\n2\n\nSource: a paper."
    )
    assert reference._markdown(docstring, {"g": "m.g"}) == (
        "Doubles x\\_0: a \\* b.\n\n**Args**\n\n- `x`, `y`: arrays of {py:obj}`g <m.g>`, or `lists`.\n\n"
        "```pycon\n>>> f(1)\n2\n```\n\nSource: a paper."
    )


@pytest.mark.parametrize("notebook", sorted((ROOT / "notebooks").glob("*.ipynb")), ids=lambda path: path.stem)
def test_every_chapter_is_in_the_contents(notebook):
    assert f"\nnotebooks/{notebook.stem}\n" in TREE


@pytest.mark.parametrize("page", sorted((ROOT / "docs" / "howto").glob("*.md")), ids=lambda path: path.stem)
def test_every_how_to_page_is_in_the_contents(page):
    assert page.stem == "index" or f"\n{page.stem}\n" in (page.parent / "index.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("page", sorted((ROOT / "docs").glob("*.md")), ids=lambda path: path.stem)
def test_every_page_is_in_the_contents(page):
    assert page.stem == "index" or f"\n{page.stem}\n" in TREE


def test_links_to_headings_are_spelled_as_the_site_does(monkeypatch, tmp_path):
    path = tmp_path / "a.ipynb"
    path.write_text(json.dumps({"cells": [{"cell_type": "markdown", "source": ["[A](b.ipynb#The-Errors)"]}]}))
    assert "[A](b.ipynb#the-errors)" in script("build_site", monkeypatch).page_of(path)


@pytest.mark.parametrize(
    ("tag", "fetched"),
    [
        ('<script src="https://cdn.example/a.js"></script>', True),
        ('<link rel="stylesheet" href="//cdn.example/a.css">', True),
        ("<img alt='' src='http://example/a.png'>", True),
        ('<script src="_static/a.js"></script>', False),
        ('<a href="https://example/">a link is not fetched</a>', False),
    ],
)
def test_a_page_that_asks_another_host_is_found(monkeypatch, tmp_path, tag, fetched):
    (tmp_path / "page.html").write_text(f"<html>{tag}</html>")
    assert bool(script("build_site", monkeypatch).elsewhere(tmp_path)) is fetched


def built_site(folder, pages):
    for page in (*pages, "_static/webpack"):
        path = folder / f"{page}.html"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(page)
    (folder / "_static" / "versions.js").touch()
    return folder


def said(folder):
    """What the pages of a version know of the others."""
    text = (folder / "_static" / "versions.js").read_text(encoding="utf-8")
    return json.loads(re.fullmatch(r"const layerlabSite = (.*);\n", text)[1])


def test_versions_stand_beside_each_other_and_know_of_each_other(monkeypatch, tmp_path):
    versions, folder = script("site_versions", monkeypatch), tmp_path / "all"
    new = built_site(tmp_path / "new", ["index", "notebooks/17_new"])
    old = built_site(tmp_path / "old", ["index", "lite/index"])
    versions.add(new, folder, "0.10.0")
    index = versions.add(old, folder, "0.9.0")  # mended after the newer one came out
    pages = {"0.10.0": ["index", "notebooks/17_new"], "0.9.0": ["index"]}
    assert said(folder / "0.9.0") == {"here": "0.9.0", "pages": pages}
    assert said(folder / "0.10.0") == said(folder / "latest") == {"here": "0.10.0", "pages": pages}
    assert list(said(folder / "latest")["pages"]) == ["0.10.0", "0.9.0"]  # the newest comes first
    assert (folder / "latest" / "notebooks" / "17_new.html").is_file()
    links = re.findall(r'href="([^"]*)"', index.read_text(encoding="utf-8"))
    assert links == ["latest/index.html", "0.10.0/index.html", "0.9.0/index.html"]


def test_a_version_that_is_added_again_is_replaced(monkeypatch, tmp_path):
    versions = script("site_versions", monkeypatch)
    versions.add(built_site(tmp_path / "a", ["index", "gone"]), tmp_path / "all", "1.0")
    versions.add(built_site(tmp_path / "b", ["index"]), tmp_path / "all", "1.0")
    assert not (tmp_path / "all" / "1.0" / "gone.html").exists()
    assert said(tmp_path / "all" / "latest") == {"here": "1.0", "pages": {"1.0": ["index"]}}


def test_the_links_of_pages_from_elsewhere_lead_to_pages_of_the_site(monkeypatch):
    site = script("build_site", monkeypatch)
    pages = {f"{name}.md" for name in site.PAGES} | {path.name for path in (ROOT / "docs").glob("*.md")}
    for path in site.PAGES.values():
        text = site.linked_on_site((ROOT / path).read_text(encoding="utf-8"))
        links = re.findall(r"\]\(([^):#]+\.md)", text)
        assert [link for link in links if link not in pages and not (ROOT / "docs" / link).exists()] == [], path
    assert "(speed.md)" in site.linked_on_site("[why](../docs/speed.md)")
