"""Finding submissions in folders that students filled."""

import os

import pytest

from layerlab.grading.submissions import MAX_SIZE, Place, find, left_out, load

SECRET = b"s" * 32


def fill(folder, *names):
    for name in names:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("{}")
    return folder


def keys(folder):
    return [place.key for place in find(folder)]


def test_both_layouts(tmp_path):
    fill(tmp_path, "bob/01_a.ipynb", "ann/02_b.ipynb", "ann/01_a.ipynb", "eve/ps1/01_a.ipynb")
    assert keys(tmp_path) == [("ann", "", "01_a"), ("ann", "", "02_b"), ("bob", "", "01_a"), ("eve", "ps1", "01_a")]


def test_the_folder_of_a_course_with_nbgrader(tmp_path):
    fill(tmp_path, "submitted/ann/ps1/01_a.ipynb", "source/ps1/01_a.ipynb", "release/ps1/01_a.ipynb")
    assert keys(tmp_path) == keys(tmp_path / "submitted") == [("ann", "ps1", "01_a")]


def test_what_is_no_submission_is_left_alone(tmp_path):
    fill(
        tmp_path,
        "loose.ipynb",
        "ann/notes.txt",
        "ann/.hidden.ipynb",
        "ann/.ipynb_checkpoints/01_a.ipynb",
        "ann/ps1/deeper/01_a.ipynb",
        ".git/01_a.ipynb",
    )
    with pytest.raises(FileNotFoundError, match=r"expected .*/<student>/<notebook>"):
        find(tmp_path)


def test_links_to_folders_are_not_followed(tmp_path):
    fill(tmp_path / "elsewhere", "01_a.ipynb")
    fill(tmp_path / "here", "ann/01_a.ipynb")
    (tmp_path / "here" / "bob").symlink_to(tmp_path / "elsewhere")
    (tmp_path / "here" / "ann" / "ps1").symlink_to(tmp_path / "elsewhere")
    (tmp_path / "here" / "ann" / "02_b.ipynb").symlink_to(tmp_path / "elsewhere" / "01_a.ipynb")  # gets a result, of 0
    assert keys(tmp_path / "here") == [("ann", "", "01_a"), ("ann", "", "02_b")]
    assert left_out(tmp_path / "here") == [tmp_path / "here" / "ann" / "ps1", tmp_path / "here" / "bob"]


@pytest.mark.parametrize("target", ["x" * 300, "/" + "x/" * 1900, "link", "/proc/1/cwd/x", "\n"])
def test_links_that_lead_nowhere_change_nothing(tmp_path, target):
    fill(tmp_path, "ann/01_a.ipynb")
    (tmp_path / "ann" / "link").symlink_to(target)
    assert keys(tmp_path) == [("ann", "", "01_a")]
    assert left_out(tmp_path) == []


@pytest.mark.parametrize("locked", ["bob", "ann/ps1"])
def test_a_folder_that_is_locked_is_named_and_the_others_are_graded(tmp_path, locked, monkeypatch):
    fill(tmp_path, "ann/01_a.ipynb", f"{locked}/01_a.ipynb")
    scandir, access = os.scandir, os.access

    def refusing(path):  # root, who may run this test, is let in everywhere
        if path == tmp_path / locked:
            raise PermissionError(13, "Permission denied", str(path))
        return scandir(path)

    monkeypatch.setattr(os, "scandir", refusing)
    monkeypatch.setattr(os, "access", lambda path, mode: path != tmp_path / locked and access(path, mode))
    assert keys(tmp_path) == [("ann", "", "01_a")]
    assert left_out(tmp_path) == [tmp_path / locked]


@pytest.mark.parametrize("his", ["submitted/01_a.ipynb", "submitted/ps1/01_a.ipynb"])
@pytest.mark.parametrize("others", ["ann/01_a.ipynb", "ann/ps1/01_a.ipynb"])
def test_a_student_called_submitted_hides_nobody(tmp_path, his, others):
    fill(tmp_path, his, others)
    assert [student for student, _, _ in keys(tmp_path)] == ["ann", "submitted"]


def test_names_that_are_no_text(tmp_path):
    student = os.fsencode(tmp_path) + b"/\xff\n<b>"
    os.mkdir(student)
    with open(student + b"/=1+1.ipynb", "wb") as file:
        file.write(b"{}")
    (place,) = find(tmp_path)
    assert place.key == ("\udcff\n<b>", "", "=1+1")
    assert load(place, SECRET).data == b"{}"


def test_no_folder(tmp_path):
    with pytest.raises(NotADirectoryError, match="no folder"):
        find(tmp_path / "none")


def test_the_shards_are_the_whole(tmp_path):
    places = [Place(f"student {i}", "", "01_a", tmp_path) for i in range(100)]
    for numbers in ([1, 2, 3], [0, 1, 2]):  # counted from one, or from zero
        parts = [[place for place in places if place.is_in_shard(number, 3)] for number in numbers]
        assert sorted(place for part in parts for place in part) == sorted(places)
        assert all(len(part) > 15 for part in parts)


def test_a_file_is_read_with_its_seed(tmp_path):
    (place,) = find(fill(tmp_path, "ann/ps1/01_a.ipynb"))
    submission = load(place, SECRET)
    assert (submission.student, submission.assignment, submission.notebook) == ("ann", "ps1", "01_a")
    assert (submission.data, submission.problem) == (b"{}", "")
    assert submission.seed != load(Place("ann", "", "01_a", place.path), SECRET).seed


@pytest.mark.parametrize(
    ("make", "problem"),
    [
        (lambda path: None, "No such file"),
        (lambda path: path.mkdir(), "no regular file"),
        (lambda path: os.mkfifo(path), "no regular file"),
        (lambda path: path.symlink_to("/etc/passwd"), "symbolic link"),
        (lambda path: path.touch(), "empty"),
        (lambda path: path.write_bytes(bytes(MAX_SIZE + 1)), "more than the 16 MB"),
    ],
    ids=["missing", "folder", "pipe", "link", "empty", "large"],
)
def test_what_is_not_read(tmp_path, make, problem):
    path = tmp_path / "01_a.ipynb"
    make(path)
    submission = load(Place("ann", "", "01_a", path), SECRET)
    assert submission.data == b""
    assert problem in submission.problem
