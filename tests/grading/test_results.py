"""The file of results: whole lines after every crash, and one writer at a time."""

import json

import pytest

from layerlab.grading.results import Results, read_results


def result(student, points=1, **rest):
    return {"student": student, "notebook": "01_a", "points": points, **rest}


def students(folder):
    return [line["student"] for line in read_results(folder)]


def test_lines_are_added_and_read(tmp_path):
    with Results(tmp_path / "out") as results:
        results.add(result("ann"))
        results.add(result("bob", assignment="ps1", sha256="c0ffee"))
        assert results.done == {("ann", "", "01_a"): None, ("bob", "ps1", "01_a"): "c0ffee"}
    assert students(tmp_path / "out") == ["ann", "bob"]
    assert (tmp_path / "out").stat().st_mode & 0o077 == 0


def test_a_folder_with_something_in_it_is_refused_unless_resumed(tmp_path):
    (tmp_path / "precious").touch()
    with pytest.raises(FileExistsError, match="--resume"):
        Results(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["precious"]
    with Results(tmp_path, resume=True) as results:
        assert results.done == {}


@pytest.mark.parametrize("torn", [b"", b'{"student": "bo', b"\0\0\0", b'{"student": "bob", "notebook": "01_a"}'])
def test_a_torn_last_line_is_cut_off(tmp_path, torn):
    with Results(tmp_path) as results:
        results.add(result("ann"))
    with open(tmp_path / "results.jsonl", "ab") as file:
        file.write(torn)
    with Results(tmp_path, resume=True) as results:
        assert results.done == {("ann", "", "01_a"): None}
        results.add(result("bob"))
    assert students(tmp_path) == ["ann", "bob"]
    assert all(json.loads(line) for line in (tmp_path / "results.jsonl").read_text().splitlines())


def test_spoiled_lines_are_left_out_and_the_last_of_a_submission_counts(tmp_path):
    lines = [result("ann", 1), result("ann", 2), [1], {"student": "x"}]
    (tmp_path / "results.jsonl").write_text("\n".join(map(json.dumps, lines)) + "\n\0\0{\n")
    assert read_results(tmp_path) == [result("ann", 2)]


def test_nothing_was_graded(tmp_path):
    with pytest.raises(FileNotFoundError):
        read_results(tmp_path)


def test_a_second_writer_is_kept_out(tmp_path):
    with Results(tmp_path), pytest.raises(BlockingIOError, match="Another run"):
        Results(tmp_path, resume=True)
    Results(tmp_path, resume=True).close()


def test_shards_write_to_one_file_together(tmp_path):
    with (
        Results(tmp_path, shard=(1, 2)) as first,
        Results(tmp_path, resume=True, shard=(2, 2)) as second,
    ):
        for name in ("ann", "bob"):
            first.add(result(name))
            second.add(result(name + " too"))
        with pytest.raises(BlockingIOError):
            Results(tmp_path, resume=True, shard=(1, 2))
        with pytest.raises(BlockingIOError):
            Results(tmp_path, resume=True)
    assert students(tmp_path) == ["ann", "ann too", "bob", "bob too"]
