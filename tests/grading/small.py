"""A chapter of three exercises to try the grader on, and notebooks that answer them."""

import json

import numpy as np

from layerlab.grading.exercise import Exercise, Misconception, calls
from layerlab.grading.plan import Call, Get, New


class Counter:
    def __init__(self, start):
        self.total = start

    def add(self, x):
        self.total = self.total + np.sum(x)
        return self.total


DOUBLE = Exercise(
    id="double",
    name="double",
    title="Twice as much",
    points=1,
    cases=lambda rng: calls("double", (rng.normal(size=4),), (rng.normal(size=(2, 3)),)),
    reference=lambda x: 2 * x,
    misconceptions=(Misconception("squared", "Twice x is x + x. What is x * x?", lambda x: x * x),),
)
NORM = Exercise(
    id="norm",
    name="norm",
    title="The length of a vector",
    points=2,
    cases=lambda rng: calls("norm", (rng.normal(size=5),), (rng.normal(size=9),)),
    reference=lambda x: float(np.sqrt(np.sum(x**2))),
)
COUNTER = Exercise(
    id="counter",
    name="Counter",
    title="A class with state",
    points=3,
    cases=lambda rng: [[New("Counter", (1.5,)), Call(".add", (rng.normal(size=3),)), Get("total")]],
    reference=Counter,
)
CHAPTER = "small"
POINTS = 6

HONEST_DOUBLE = "import numpy as np\ndef double(x):\n    return 2 * x"
HONEST_NORM = "def norm(x):\n    return np.sqrt(np.sum(x ** 2))"
HONEST_COUNTER = """class Counter:
    def __init__(self, start):
        self.total = start
    def add(self, x):
        self.total = self.total + np.sum(x)
        return self.total"""
HONEST = [HONEST_DOUBLE, HONEST_NORM, HONEST_COUNTER]


def lookup(chapter):
    if chapter != CHAPTER:
        raise ValueError(f"No chapter {chapter!r} has exercises.")
    return (DOUBLE, NORM, COUNTER)


def code(source, **metadata):
    return {"cell_type": "code", "metadata": metadata, "source": source, "outputs": [], "execution_count": None}


def notebook(cells, **metadata):
    """The bytes of a notebook; a cell is its source, or a whole cell."""
    whole = [code(cell) if isinstance(cell, str) else cell for cell in cells]
    return json.dumps({"cells": whole, "metadata": metadata, "nbformat": 4, "nbformat_minor": 5}).encode()
