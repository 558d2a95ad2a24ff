"""Every exercise proves itself: the reference is right, an empty answer is not, each slip draws its own hint."""

import numpy as np
import pytest

from layerlab.grading.catalog import chapters, exercises_of, find
from layerlab.grading.verdict import judge

EXERCISES = [exercise for chapter in chapters() for exercise in exercises_of(chapter)]
SLIPS = [(exercise, misconception) for exercise in EXERCISES for misconception in exercise.misconceptions]
SEEDS = range(5)

each_exercise = pytest.mark.parametrize("exercise", EXERCISES, ids=lambda exercise: exercise.id)
each_slip = pytest.mark.parametrize(
    ("exercise", "misconception"), SLIPS, ids=[f"{exercise.id}: {slip.slip}" for exercise, slip in SLIPS]
)


def verdict(exercise, answer, seed):
    cases = exercise.cases(np.random.default_rng(seed))
    return judge(exercise, cases, exercise.run(answer, cases))


@each_exercise
@pytest.mark.parametrize("seed", SEEDS)
def test_the_reference_is_right(exercise, seed):
    assert verdict(exercise, exercise.reference, seed).reason == "Right."


@each_slip
@pytest.mark.parametrize("seed", SEEDS)
def test_a_misconception_is_wrong_and_gets_its_own_hint(exercise, misconception, seed):
    found = verdict(exercise, misconception.answer, seed)
    assert (found.right, found.slip, found.hint) == (False, misconception.slip, misconception.hint)


EMPTY = {
    "nothing": lambda *args, **kwargs: None,
    "zero": lambda *args, **kwargs: 0.0,
    "zeros": lambda *args, **kwargs: np.zeros_like(args[0]) if args else 0.0,
    "its argument": lambda *args, **kwargs: args[0] if args else None,
}


@each_exercise
@pytest.mark.parametrize("empty", EMPTY.values(), ids=EMPTY)
def test_an_empty_answer_gets_nothing(exercise, empty):
    assert not verdict(exercise, empty, 0).right


@each_exercise
def test_an_unanswered_exercise_is_called_that(exercise):
    def unanswered(*args, **kwargs):
        raise NotImplementedError

    assert verdict(exercise, unanswered, 0).reason == "Not answered yet."


@each_exercise
def test_the_same_seed_makes_the_same_cases(exercise):
    first, second = (repr(exercise.cases(np.random.default_rng(3))) for _ in range(2))
    assert first == second
    assert len(exercise.cases(np.random.default_rng(3))) >= 1


@pytest.mark.parametrize("chapter", chapters())
def test_a_chapter_has_four_exercises_or_more(chapter):
    assert len(exercises_of(chapter)) >= 4


@each_exercise
def test_an_exercise_knows_at_least_two_slips(exercise):
    assert len(exercise.misconceptions) >= 2
    assert len({slip.hint for slip in exercise.misconceptions}) == len(exercise.misconceptions)


def test_ids_are_unique_and_lead_to_their_exercise():
    assert len({exercise.id for exercise in EXERCISES}) == len(EXERCISES)
    assert find(EXERCISES[0].id) is EXERCISES[0]


def test_an_unknown_id_is_named():
    with pytest.raises(ValueError, match=r"There is no exercise 'neurons'. Did you mean 'neuron'\?"):
        find("neurons")
