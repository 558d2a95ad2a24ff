"""Submissions of honest learners, in the shapes that real notebooks take, and what their results say."""

import hashlib

import numpy as np
import pytest

from layerlab.grading import grader
from layerlab.grading.grader import Submission, grade
from layerlab.grading.sandbox.probe import NoSandbox, choose
from tests.grading.small import (
    CHAPTER,
    DOUBLE,
    HONEST,
    HONEST_COUNTER,
    HONEST_DOUBLE,
    HONEST_NORM,
    POINTS,
    code,
    lookup,
    notebook,
)


@pytest.fixture(scope="module")
def sandbox():
    try:
        return choose("auto").name
    except NoSandbox as error:
        pytest.skip(str(error))


def points(sandbox, cells, **metadata):
    result = grade(Submission("ann", CHAPTER, notebook(cells, **metadata), "1f"), sandbox, lookup=lookup)
    return result["points"], [row["reason"] for row in result["exercises"]]


def test_the_line_of_a_result(sandbox):
    data = notebook(HONEST)
    submission = Submission("ann", CHAPTER, data, "1f" * 16)
    assert grade(submission, sandbox, lookup=lookup) == {
        "student": "ann",
        "notebook": CHAPTER,
        "points": 6,
        "max_points": 6,
        "exercises": [
            {"id": "double", "points": 1, "max_points": 1, "reason": "Right."},
            {"id": "norm", "points": 2, "max_points": 2, "reason": "Right."},
            {"id": "counter", "points": 3, "max_points": 3, "reason": "Right."},
        ],
        "sandbox": sandbox,
        "seed": "1f" * 16,
        "sha256": hashlib.sha256(data).hexdigest(),
    }


STUBS = [
    "import numpy as np\ndef double(x):\n    raise NotImplementedError()",
    "def norm(x):\n    raise NotImplementedError()",
]

HONEST_WAYS = {
    "as handed out": HONEST,
    "other names for helpers": [HONEST_DOUBLE, "def my_own_sum(x): return x.sum()", HONEST_NORM, HONEST_COUNTER],
    "in another order": HONEST[::-1],
    "a helper defined below": [
        "norm = by_hand(2)",
        *HONEST,
        "def by_hand(p):\n    return lambda x: (x**p).sum() ** 0.5",
    ],
    "metadata lost": [code(source) | {"metadata": {}} for source in HONEST],
    "an answer above its stub, which was deleted": [HONEST_NORM, *STUBS[:1], HONEST_DOUBLE, HONEST_COUNTER],
    "a cell that fails": ["1 / 0", *HONEST, "nonsense here"],
    "a cell that fails after its answer": [HONEST_DOUBLE + "\n1 / 0", HONEST_NORM, HONEST_COUNTER],
    "magics": ["%matplotlib inline\n" + HONEST_DOUBLE, "!pip install numpy", "%%time\n" + HONEST_NORM, HONEST_COUNTER],
    "pictures": [
        "import matplotlib.pyplot as plt\nfrom layerlab import plots\nimport seaborn as sns\n" + HONEST_DOUBLE,
        "fig, ax = plt.subplots()\nax.plot([1])\nplots.heatmap(1)\nn, bins, bars = plt.hist([1])\nplt.show()",
        HONEST_NORM,
        "with plt.style.context('x'):\n    display(fig)\n" + HONEST_COUNTER,
    ],
    "pictures taken apart": [
        "import matplotlib.pyplot as plt\nfig, ((a, b), (c, d)) = plt.subplots(2, ncols=2)\na.plot([1])\n"
        + HONEST_DOUBLE,
        "fig, (a, b, c) = plt.subplots(1, 3)\nline, = b.plot([1])\nfor ax in a, b:\n    ax.axis()\n" + HONEST_NORM,
        HONEST_COUNTER,
    ],
    "an import of what is not there above others": [
        "from __future__ import annotations\nimport pandas as pd\nfrom layerlab.layers import Dense\nimport math\n"
        "def double(x: not_there):\n    return 2 * x",
        "import nothing\nimport numpy as np\n" + HONEST_NORM,
        HONEST_COUNTER,
    ],
    "what a shell said": ["names = !ls\nseconds = %time 3\n" + HONEST_DOUBLE, HONEST_NORM, HONEST_COUNTER],
    "an answer below a check": [HONEST_DOUBLE, "check('double', double)\n" + HONEST_NORM, HONEST_COUNTER],
    "checks under the answers": [
        "from layerlab.grading import check",
        *HONEST,
        "check('double', double)",
        "print(1)\ncheck('x', 1)",
    ],
    "data sets": ["from layerlab.datasets import first_names\nassert first_names.load_data()", *HONEST],
    "prints and questions": ["print('x' * 1000)", *HONEST, "np.mean?"],
    "sys.exit at the end": [*HONEST, "import sys\nsys.exit()"],
    "dataclasses": ["from dataclasses import dataclass\n@dataclass\nclass A:\n    x: int = 1", *HONEST],
    "a stub that was answered further down": [*STUBS, *HONEST],
}


@pytest.mark.parametrize("way", HONEST_WAYS)
def test_answers_get_their_points_whatever_the_notebook_looks_like(sandbox, way):
    total, reasons = points(sandbox, HONEST_WAYS[way])
    assert total == POINTS, reasons


def test_unanswered_exercises_get_nothing(sandbox):
    total, reasons = points(sandbox, STUBS)
    assert total == 0
    assert reasons == ["Not answered yet.", "Not answered yet.", "The notebook does not define `Counter`."]


def test_a_misconception_draws_its_hint(sandbox):
    total, reasons = points(sandbox, ["def double(x):\n    return x * x", HONEST_NORM])
    assert total == 0  # norm needs the import that was deleted
    assert reasons[0].endswith("Hint: Twice x is x + x. What is x * x?")
    assert "raised NameError: name 'np' is not defined" in reasons[1]


@pytest.mark.parametrize(
    ("cell", "reason"),
    [
        ("def norm(x:\n    return 1", "Code cell 2 ended with SyntaxError: '(' was never closed"),
        ("norm = unknown", "Code cell 2 ended with NameError: name 'unknown' is not defined"),
        ("def nrom(x): return 1", "The notebook does not define `norm`."),
    ],
)
def test_a_missing_answer_says_which_cell_failed(sandbox, cell, reason):
    _, reasons = points(sandbox, [HONEST_DOUBLE, cell])
    assert reason in reasons[1]


def test_global_randomness_is_repeatable(sandbox):
    cell = "import random\na = random.random() + np.random.rand()\ndef norm(x):\n    return a"
    first, second = (points(sandbox, [HONEST_DOUBLE, cell])[1][1] for _ in range(2))
    assert first == second


def test_an_unknown_chapter_says_so(sandbox):
    result = grade(Submission("ann", "99_nothing", notebook(HONEST)), sandbox, lookup=lookup)
    assert (result["points"], result["max_points"], result["exercises"]) == (0, 0, [])
    assert result["reason"] == "No chapter '99_nothing' has exercises."


def test_a_file_that_was_not_read_says_so_under_each_exercise(sandbox):
    result = grade(Submission("ann", CHAPTER, problem="The file is empty."), sandbox, lookup=lookup)
    assert (result["points"], result["max_points"], result["sha256"]) == (0, POINTS, "")
    assert {row["reason"] for row in result["exercises"]} == {"The file is empty."}


def test_a_comparison_that_fails_is_a_wrong_answer(sandbox, monkeypatch):
    def broken(exercise, cases, observed):
        raise TypeError("cannot compare")

    monkeypatch.setattr(grader, "judge", broken)
    total, reasons = points(sandbox, HONEST)
    assert total == 0
    assert reasons[0] == "What came back cannot be compared with what was expected (TypeError)."


def test_the_sandbox_is_never_another_than_the_one_asked_for():
    assert grade(Submission("ann", CHAPTER, notebook(HONEST)), "none", lookup=lookup)["sandbox"] == "none"
    with pytest.raises(NoSandbox, match="Choose from auto, bwrap, landlock, none"):
        grade(Submission("ann", CHAPTER, notebook(HONEST)), "docker", lookup=lookup)


def test_inputs_differ_between_students_and_are_the_same_again():
    cases = [DOUBLE.cases(grader.exercise_generator(seed, "double"))[0][0].args[0] for seed in ("1", "2", "1")]
    assert not np.array_equal(cases[0], cases[1])
    np.testing.assert_array_equal(cases[0], cases[2])
