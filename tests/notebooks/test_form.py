"""Every chapter has the parts of a chapter: a reader who knows one finds the way in all of them."""

import re

import matplotlib.pyplot as plt
import numpy as np
import pytest

from tests.notebooks.course import (
    COURSE,
    SOURCES,
    build_notebooks,
    every_chapter,
    every_notebook,
    markdown_cells,
    stored,
    text_of,
)

ORANGE, BLUE = (f'<div style="border-left: 4px solid {color}; padding: 1px 16px">' for color in ("#D55E00", "#0072B2"))
FOLD, UNFOLD = "<details><summary>Answer</summary>", "</details>"
SECTIONS = ["## Try it", "## Five quick questions", "## Further reading"]
EXERCISES = "The exercises of this chapter, which check your answers and name the slip:"


def section(text, heading):
    """The text under a heading, as far as the next of the same level."""
    return re.split(r"\n## ", text.split(f"\n{heading}\n", 1)[1], maxsplit=1)[0]


def folded(text):
    """The answers in a text that are folded away."""
    return re.findall(re.escape(FOLD) + r"\n\n(.*?)\n\n" + UNFOLD, text, re.DOTALL)


def code_of(source):
    return [cell.source for cell in build_notebooks.code_cells(stored(source))]


def test_the_course_is_complete():
    assert [source.stem for source in SOURCES] == COURSE


@every_chapter
def test_it_opens_with_what_it_gives_and_what_it_needs(source):
    number = source.stem.split("_")[0].lstrip("0")
    opening = stored(source).cells[0].source
    assert re.match(rf"# {number} · \S", opening)
    assert "**When you have finished this chapter, you can**" in opening
    assert 4 <= len(re.findall(r"^- ", opening, re.MULTILINE)) <= 6
    assert "**You need** " in opening
    assert re.search(r"\*\*Time:\*\* \d\d( to \d\d)? minutes\.", " ".join(opening.split()))


@every_chapter
def test_one_cell_imports_and_sets_the_style(source):
    first = code_of(source)[0]
    assert "np.set_printoptions(precision=4, suppress=True)" in first
    assert "plots.use_style()" in first


@every_chapter
def test_both_boxes_are_there(source):
    text = text_of(stored(source))
    assert f"{ORANGE}\n\n**What the tutorials get wrong, or leave out" in text
    assert re.search(re.escape(BLUE) + r"\n\n\*\*Keras 1, 2 and 3", text)
    assert text.count("<div") == text.count("</div>")


@every_chapter
def test_the_sections_at_the_end_stand_in_order(source):
    headings = re.findall(r"^## .*$", text_of(stored(source)), re.MULTILINE)
    assert headings[-3:] == SECTIONS


@every_chapter
def test_things_to_try_have_answers_and_a_cell_to_try_them_in(source):
    notebook = stored(source)
    tasks = section(text_of(notebook), SECTIONS[0])
    numbers = re.findall(r"^\*\*(\d)\. ", tasks, re.MULTILINE)
    assert numbers in ([*"123"], [*"1234"])
    assert len(folded(tasks)) == len(numbers)
    assert sum(code.startswith("# your turn") for code in code_of(source)) == len(numbers)


@every_chapter
def test_it_leads_to_its_exercises(source):
    if not source.stem[0].isdigit():
        pytest.skip("the appendices have no exercises")
    tasks = " ".join(section(text_of(stored(source)), SECTIONS[0]).split())
    assert tasks.endswith(f"{EXERCISES} [exercises](../exercises/{source.stem}.ipynb).")


@every_chapter
def test_there_are_five_questions_with_folded_answers(source):
    questions = section(text_of(stored(source)), SECTIONS[1])
    assert re.findall(r"^\*\*(\d)\.\*\*", questions, re.MULTILINE) == [*"12345"]
    assert len(folded(questions)) == 5


@every_chapter
def test_the_further_reading_is_a_short_list(source):
    reading = section(text_of(stored(source)), SECTIONS[2])
    assert 3 <= len(re.findall(r"^- ", reading, re.MULTILINE)) <= 9


@every_chapter
def test_it_names_the_next_chapter(source):
    following = dict(zip(COURSE, [*COURSE[1:], COURSE[0]], strict=True))[source.stem]
    last = stored(source).cells[-1].source.splitlines()[-1]
    word = "Next" if source.stem != COURSE[-1] else "Back"
    assert re.search(rf"\*\*{word}:\*\* \[[^\]]+\]\({following}\.ipynb\)", last)


@every_chapter
def test_details_are_closed(source):
    text = text_of(stored(source))
    assert text.count("<details>") == text.count(UNFOLD) == len(folded(text))


@every_chapter
def test_it_has_pictures_and_something_to_move(source):
    notebook = stored(source)
    outputs = [output for cell in build_notebooks.code_cells(notebook) for output in cell.outputs]
    assert sum("image/png" in output.get("data", {}) for output in outputs) >= 4
    assert any(build_notebooks.is_interactive(cell) for cell in notebook.cells)
    assert text_of(notebook).count("**What to see:**") >= 4


@every_chapter
def test_what_is_built_by_hand_is_compared_with_the_library(source):
    assert any("np.allclose(" in code or "np.array_equal(" in code for code in code_of(source))


@every_chapter
def test_no_cell_prints_what_changes_from_run_to_run(source):
    volatile = [code for code in code_of(source) if re.search(r";\s*$|^%%?time|perf_counter|clear_output", code, re.M)]
    assert volatile == []


@every_chapter
def test_the_code_in_folded_answers_runs(source):
    namespace = {}
    exec(code_of(source)[0], namespace)
    text = "\n".join(cell.source for cell in markdown_cells(stored(source)))
    blocks = re.findall(r"```python\n(.*?)```", text, flags=re.DOTALL)
    assert blocks
    with np.printoptions(), plt.rc_context():
        for block in blocks:
            exec(block, namespace)


@every_notebook
def test_no_cell_echoes_an_object(source):
    """`<Figure size 640x480>` as a result helps nobody, and the address of an object changes from run to run."""
    echoes = []
    for cell in build_notebooks.code_cells(stored(source)):
        for output in cell.outputs:
            data = output.get("data", {})
            text = output.get("text", "") + data.get("text/plain", "")
            if " at 0x" in text or ("<Figure size" in text and "image/png" not in data):
                echoes.append(cell.id)
    assert echoes == []
