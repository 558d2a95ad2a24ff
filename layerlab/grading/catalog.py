"""Where the exercises of the course are found: by chapter, and by their ids.

A chapter's exercises are the list `EXERCISES` of a module in `exercises/` named after its notebook; a chapter is only
imported when it is asked for, because a definition brings the layers along that it takes its reference from.
"""

from __future__ import annotations

import importlib
import pkgutil
from functools import cache

from layerlab.grading.exercise import Exercise
from layerlab.naming import did_you_mean

__all__ = ["chapters", "exercises_of", "find"]


def chapters() -> list[str]:
    """The notebooks that have exercises, in order: "01_what_is_a_layer", ..."""
    package = importlib.import_module("layerlab.grading.exercises")
    names = (module.name.removeprefix("chapter_") for module in pkgutil.iter_modules(package.__path__))
    return sorted(names)


@cache
def exercises_of(chapter: str) -> tuple[Exercise, ...]:
    """The exercises of a chapter, in the order of its notebook.

    Raises:
        ValueError: for a chapter that has none.
    """
    if chapter not in chapters():
        raise ValueError(f"No chapter {chapter!r} has exercises.{did_you_mean(chapter, chapters())}")
    return tuple(importlib.import_module(f"layerlab.grading.exercises.chapter_{chapter}").EXERCISES)


def find(exercise_id: str) -> Exercise:
    """The exercise of this id.

    Raises:
        ValueError: when there is none; the message says which one may be meant.
    """
    known = {exercise.id: exercise for chapter in chapters() for exercise in exercises_of(chapter)}
    if exercise_id not in known:
        raise ValueError(f"There is no exercise {exercise_id!r}.{did_you_mean(exercise_id, list(known))}")
    return known[exercise_id]
