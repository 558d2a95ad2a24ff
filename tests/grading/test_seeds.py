"""Seeds: the same for the same submission, unlike for any other, and a secret that stays one."""

import stat

import pytest

from layerlab.grading.seeds import exercise_generator, read_secret, submission_seed

SECRET = b"s" * 32


def test_a_seed_depends_on_everything_and_nothing_else():
    seeds = {
        submission_seed(secret, student, notebook, contents)
        for secret in (SECRET, b"t" * 32)
        for contents in (b"", b"x")
        for student, notebook in [("a", "bc"), ("ab", "c"), ("a", "b"), ("\udcff", "c")]
    }
    assert len(seeds) == 16
    assert submission_seed(SECRET, "a", "b", b"x") == submission_seed(SECRET, "a", "b", b"x")
    assert all(len(seed) == 32 for seed in seeds)


def test_exercises_of_a_submission_get_inputs_of_their_own():
    draws = {exercise_generator(seed, exercise).random() for seed in ("ab", "cd") for exercise in ("x", "y")}
    assert len(draws) == 4
    assert exercise_generator("ab", "x").random() == exercise_generator("ab", "x").random()


def test_a_secret_is_made_once_and_for_its_owner_alone(tmp_path):
    path = tmp_path / ".secret"
    secret = read_secret(path, create=True)
    assert len(secret) == 64
    assert read_secret(path, create=True) == secret == read_secret(path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert list(tmp_path.iterdir()) == [path]


def test_a_secret_that_is_missing_or_short(tmp_path):
    with pytest.raises(FileNotFoundError):
        read_secret(tmp_path / "none")
    (tmp_path / "short").write_text("abc")
    with pytest.raises(ValueError, match="3 bytes"):
        read_secret(tmp_path / "short")
