"""Nothing that the two tutorials name is left out of the course, and the search that says so can tell."""

import importlib.util

import pytest

from tests.notebooks.course import COURSE, ROOT

SPEC = importlib.util.spec_from_file_location("seed_coverage", ROOT / "scripts" / "seed_coverage.py")
seed_coverage = importlib.util.module_from_spec(SPEC)
SPEC.loader.exec_module(seed_coverage)
Cell, Entry = seed_coverage.Cell, seed_coverage.Entry


def test_nothing_is_missing():
    lacking = [(entry.chapter, entry.name) for entry, cell in seed_coverage.coverage() if cell == seed_coverage.MISSING]
    assert lacking == []


def test_every_chapter_is_there_to_be_searched():
    assert {entry.chapter for entry, cell in seed_coverage.coverage() if cell == seed_coverage.UNWRITTEN} == set()


def test_the_table_names_chapters_of_the_course():
    assert {entry.chapter for entry, _ in seed_coverage.coverage()} <= set(COURSE)


@pytest.mark.parametrize(
    ("name", "text", "found"),
    [
        ("Add", "model.add(Add())", True),
        ("Add", "model.add(AddOne())", False),
        ("'MaxNorm'", "constraint='MaxNorm'", True),
        ("'MaxNorm'", "constraint='MaxNorms'", False),
        ("mode='fan_in'", "mode = 'fan_in'", True),
        ("l1", "regularizers.l1(0.1)", True),
        ("l1", "l1_l2(0.1)", False),
        ("8", "Dense(8)", True),
        ("8", "Dense(128)", False),
    ],
)
def test_names_are_found_as_whole_words(name, text, found):
    cell = Cell("01-00", True, text, "")
    entry = Entry("identifier", name, COURSE[1], (seed_coverage.word(name),))
    assert (seed_coverage.find(entry, [cell]) == "01-00") is found


@pytest.mark.parametrize(
    "formula",
    [
        r"$$\sqrt{\frac{6}{\text{fan}_\text{in}}}$$",
        r"$\sqrt{6 / \text{fan\_in}}$",
        r"$\sqrt{\dfrac{6}{\mathrm{fan\_in}}}$",
        "`limit = sqrt(6 / fan_in)`",
        "np.sqrt(6 / fan_in)",
        "math.sqrt(6/fan_in)",
    ],
)
def test_formulas_are_the_same_in_tex_and_in_code(formula):
    assert "sqrt(6/fanin)" in seed_coverage.reduced(formula).replace("`", "")


def test_the_proof_of_a_finding_is_code():
    claim, proof = Cell("01-00", False, "it is 5", ""), Cell("01-01", True, "print(5)", "")
    assert seed_coverage.find(Entry("finding", "five", COURSE[1], ("5",)), [claim, proof]) == "01-01"
    assert seed_coverage.find(Entry("remark", "five", COURSE[1], ("5",)), [claim, proof]) == "01-00"
    assert seed_coverage.find(Entry("finding", "five", COURSE[1], ("5",)), [claim]) == seed_coverage.MISSING


@pytest.mark.parametrize(("cell", "exit_code", "word"), [("01-00", 0, "none missing"), ("MISSING", 1, "MISSING")])
def test_the_command_fails_when_something_is_missing(cell, exit_code, word, monkeypatch, capsys):
    row = (Entry("row", "Dense", "07_dense", ("Dense",)), cell)
    monkeypatch.setattr(seed_coverage, "coverage", lambda: [row])
    assert seed_coverage.main([]) == exit_code
    assert word in capsys.readouterr().out
