"""The first page tells the truth about the others: it leads to each of them, under its name and with its time."""

import re

import pytest

from tests.notebooks.course import COURSE, SOURCES, build_notebooks, every_chapter, stored, text_of

PAGE = SOURCES[0]
ROW = re.compile(r"^\| (\w+) \| \[(.+?)\]\((\w+)\.ipynb\) \| (.+) \| (\d+) \|(.*)\|$", re.MULTILINE)


@pytest.fixture
def rows():
    """The table of chapters: {stem: (label, title, what it shows, minutes, link to the exercises)}."""
    return {stem: (label, title, *rest) for label, title, stem, *rest in ROW.findall(text_of(stored(PAGE)))}


def test_the_first_page_comes_first():
    assert PAGE.stem == COURSE[0]


def test_all_chapters_are_in_the_table_in_order(rows):
    assert list(rows) == COURSE[1:]


@every_chapter
def test_the_time_is_that_of_the_chapter(source, rows):
    opening = " ".join(stored(source).cells[0].source.split())
    assert rows[source.stem][3] == re.search(r"\*\*Time:\*\* (?:\d+ to )?(\d+) minutes", opening)[1]


@every_chapter
def test_the_path_has_the_same_labels_and_times(source, rows):
    label, title, _, minutes, _ = rows[source.stem]
    (path,) = [cell.source for cell in build_notebooks.code_cells(stored(PAGE)) if "learning_path" in cell.source]
    assert f'("{label}", "{title}", {minutes}, ' in path


@every_chapter
def test_the_exercises_are_beside_their_chapter(source, rows):
    link = f"[exercises](../exercises/{source.stem}.ipynb)" if source.stem[0].isdigit() else ""
    assert rows[source.stem][4].strip() == link


def test_both_tables_of_sections_lead_to_every_chapter_on_layers():
    text = text_of(stored(PAGE))
    tables = text.split("| section of the ")[1:]
    linked = [set(re.findall(r"\((\w+)\.ipynb\)", table.split("\n\n")[0])) for table in tables]
    assert linked[0] == set(COURSE[1:])
    assert set(COURSE[1:8]) - linked[1] == set()
