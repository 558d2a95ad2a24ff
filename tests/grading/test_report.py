"""Reports: complete, and nothing in them but text, whatever students call themselves and say."""

import csv
import json
import re

import pytest

from layerlab.grading.report import as_csv, as_gradescope, as_html

ROW = {"id": "fans", "points": 2, "max_points": 2, "reason": "Right."}
WRONG = {"id": "bias", "points": 0, "max_points": 1, "reason": "expected 1.\nHint: a <b> & c"}
BASE = {"notebook": "01_a", "points": 2, "max_points": 3, "exercises": [ROW, WRONG], "sandbox": "bwrap"}


@pytest.fixture
def folder(tmp_path):
    def write(*results):
        with open(tmp_path / "results.jsonl", "w") as file:
            file.writelines(json.dumps(BASE | result) + "\n" for result in results)
        return tmp_path

    return write


def rows(path):
    with open(path, newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def test_csv_has_the_columns_of_nbgrader_and_of_the_exercises(folder):
    other = {"student": "bob", "notebook": "02_b", "exercises": [ROW | {"id": "norm"}], "points": 2, "max_points": 2}
    path = as_csv(folder({"student": "zoe", "assignment": "ps1"}, {"student": "ann"}, other))
    assert path.read_text().splitlines()[0] == (
        "assignment,duedate,timestamp,student_id,last_name,first_name,email,raw_score,late_submission_penalty,score,"
        "max_score,fans,bias,norm"
    )
    assert [(row["assignment"], row["student_id"], row["score"]) for row in rows(path)] == [
        ("01_a", "ann", "2.0"),
        ("02_b", "bob", "2.0"),
        ("ps1", "zoe", "2.0"),
    ]
    assert [(row["fans"], row["bias"], row["norm"]) for row in rows(path)] == [
        ("2", "0", ""),
        ("", "", "2"),
        ("2", "0", ""),
    ]


@pytest.mark.parametrize("name", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "  =1", "＝1"])
def test_csv_computes_nothing(folder, name):
    (row,) = rows(as_csv(folder({"student": name, "notebook": name})))
    assert row["student_id"].startswith("'")
    assert row["assignment"].startswith("'")


@pytest.mark.parametrize("name", ["a;=1+1", "a\t=1+1", "a,  @SUM(A1)"])
def test_csv_computes_nothing_where_other_signs_separate_cells(folder, name):
    path = as_csv(folder({"student": name}))
    assert not re.search(r"[;,\t] *[=@]", path.read_text())


def test_csv_keeps_names_with_commas_quotes_and_lines_whole(folder):
    name = 'a,"b"\nc'
    (row,) = rows(as_csv(folder({"student": name})))
    assert row["student_id"] == name


def test_html_is_text(folder):
    name = "<script>alert(1)</script>"
    (page,) = as_html(folder({"student": name, "exercises": [WRONG | {"id": name}], "reason": name})).rglob("*.html")
    text = page.read_text()
    assert "<script" not in text
    assert "a &lt;b&gt; &amp; c" in text
    assert "default-src 'none'" in text  # should anything get through, no browser runs it


def test_html_says_points_and_reasons(folder):
    page = as_html(folder({"student": "ann"})) / "ann" / "01_a.html"
    assert "2 of 3 points" in page.read_text()
    assert "Right." in page.read_text()


def test_gradescope_gets_a_file_for_each(folder):
    path = as_gradescope(folder({"student": "ann", "assignment": "ps1"})) / "ann" / "ps1" / "01_a" / "results.json"
    report = json.loads(path.read_text())
    assert report["score"] == 2
    assert [(test["name"], test["score"], test["max_score"]) for test in report["tests"]] == [
        ("fans", 2, 2),
        ("bias", 0, 1),
    ]
    assert report["tests"][1]["output_format"] == "text"


@pytest.mark.parametrize("name", ["..", "../../x", "/etc/x", "a/b", ".hidden", "\udcff", "a\x00b", "C:\\x", "é", "%2E"])
def test_names_do_not_lead_out_of_the_folder(folder, name):
    where = folder({"student": name, "assignment": name, "notebook": name})
    made = [*as_html(where).rglob("*.html"), *as_gradescope(where).rglob("results.json")]
    assert len(made) == 2
    assert all(path.resolve().is_relative_to(where) and len(path.relative_to(where).parts) > 3 for path in made)


def test_names_as_long_as_files_may_have_get_reports_too(folder):
    names = ["学" * 85, "学" * 84 + "字", " " * 255, "a" * 255]
    where = folder(*({"student": name, "assignment": name, "notebook": name} for name in names))
    assert len([*as_html(where).rglob("*.html")]) == len([*as_gradescope(where).rglob("results.json")]) == len(names)


def test_a_folder_of_reports_is_never_where_a_report_should_be(folder):
    """A notebook y beside an assignment y.html, and one called results.json: both were paths of a file and a folder."""
    where = folder(
        *({"student": "eve", "notebook": name} for name in ("x", "y")),
        {"student": "eve", "assignment": "y.html", "notebook": "z"},
        {"student": "eve", "assignment": "x", "notebook": "results.json"},
    )
    assert sum(path.is_file() for path in as_html(where).rglob("*")) == 4
    assert sum(path.is_file() for path in as_gradescope(where).rglob("*")) == 4


def test_different_students_have_different_files(folder):
    names = ["a/b", "a%2Fb", "a b", "A B", ".a", "%2Ea", "%.a"]
    pages = [*as_html(folder(*({"student": name} for name in names))).rglob("*.html")]
    assert len(pages) == len(names)
