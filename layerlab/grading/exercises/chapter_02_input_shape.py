"""Exercises of chapter 2: reading shapes, making arrays of samples, and where an index lies in memory.

NumPy itself is the reference for most of them, a built Dense layer for the shapes that flow through it.
"""

import math

import numpy as np

from layerlab.grading.exercise import Exercise, Misconception, calls
from layerlab.layers import Dense

__all__ = ["EXERCISES"]


def shape_of(nested):
    return np.shape(nested)


def shape_cases(rng):
    shapes = [(int(rng.integers(2, 6)),), (4, 2), (2, 5), (3, 4, 2), (2, 1, 3, 2)]
    return calls("shape_of", *((rng.integers(0, 9, size=shape).tolist(),) for shape in shapes))


def shape_innermost_first(nested):
    return shape_of(nested)[::-1]


def shape_of_the_first_two(nested):
    return (len(nested), len(nested[0])) if isinstance(nested[0], list) else (len(nested),)


SHAPE_OF = Exercise(
    id="shape-of",
    name="shape_of",
    title="The shape of nested lists",
    points=2,
    cases=shape_cases,
    reference=shape_of,
    misconceptions=(
        Misconception(
            "innermost first",
            "Your numbers are right, in the wrong order: the first is the number of entries of the outermost list.",
            shape_innermost_first,
        ),
        Misconception(
            "size instead of shape",
            "You counted all numbers. A shape keeps one count per axis, from the outside in.",
            lambda nested: int(np.size(nested)),
        ),
        Misconception(
            "number of axes",
            "You counted how deep the lists are nested. A shape says for each level how many entries it has.",
            lambda nested: np.ndim(nested),
        ),
        Misconception(
            "two levels only",
            "Right for rows and columns; a list can be nested deeper. Go on until you meet a number.",
            shape_of_the_first_two,
        ),
    ),
)


def dense_output_shape(input_shape, units):
    return Dense(units).compute_output_shape(input_shape)


DENSE_SHAPE = Exercise(
    id="dense-output-shape",
    name="dense_output_shape",
    title="The shape after a dense layer",
    points=1,
    cases=lambda rng: calls(
        "dense_output_shape",
        *(((None, *(int(n) for n in rng.integers(2, 9, size=k))), int(rng.integers(10, 20))) for k in (1, 2, 3)),
    ),
    reference=dense_output_shape,
    misconceptions=(
        Misconception(
            "everything flattened",
            "A dense layer does not flatten: it works along the last axis and leaves the axes before it alone.",
            lambda input_shape, units: (input_shape[0], units),
        ),
        Misconception(
            "batch axis left out",
            "`input_shape` has None in front for the batch; the output has a batch as well.",
            lambda input_shape, units: (*input_shape[1:-1], units),
        ),
        Misconception(
            "units appended",
            "You put the units behind the inputs. They take the place of the inputs: those were summed over.",
            lambda input_shape, units: (*input_shape, units),
        ),
        Misconception(
            "units at axis 1",
            "The units replace the last axis, and that is axis 1 only when there are no axes between.",
            lambda input_shape, units: (input_shape[0], units, *input_shape[2:]),
        ),
    ),
)


def flat_index(index, shape):
    return int(np.ravel_multi_index(index, shape))


def flat_index_cases(rng):
    shapes = [(6, 5), (4, 6), (4, 5, 6), (5, 4, 7, 6)]
    # no index 0 and none twice: a slip must not go unseen
    return calls(
        "flat_index",
        *((tuple(range(1, len(shape) + 1))[::-1], shape) for shape in shapes),
        *((tuple(int(rng.integers(1, n)) for n in (7, 9, 8)), (7, 9, 8)) for _ in range(2)),
    )


def flat_index_own_axis(index, shape):
    return sum(i * n for i, n in zip(index[:-1], shape, strict=False)) + index[-1]


FLAT_INDEX = Exercise(
    id="flat-index",
    name="flat_index",
    title="Where a cell lies in memory",
    points=2,
    cases=flat_index_cases,
    reference=flat_index,
    misconceptions=(
        Misconception(
            "first axis fastest",
            "You let the first index run fastest, as Fortran does. In NumPy's order it is the last one.",
            lambda index, shape: int(np.ravel_multi_index(index, shape, order="F")),
        ),
        Misconception(
            "counted from one",
            "You count the cells from 1. The first cell of an array lies at place 0.",
            lambda index, shape: int(np.ravel_multi_index(index, shape)) + 1,
        ),
        Misconception(
            "the axis's own length",
            "One step along an axis passes over all that lies inside it: look at the axes behind it, not at its own.",
            flat_index_own_axis,
        ),
        Misconception(
            "indices multiplied",
            "You multiplied the indices. Think of full blocks: how many cells lie before this row begins?",
            lambda index, shape: math.prod(index),
        ),
    ),
)


def one_hot(ids, classes):
    return np.eye(classes)[ids]


ONE_HOT = Exercise(
    id="one-hot",
    name="one_hot",
    title="From classes to rows of zeros and a one",
    points=1,
    cases=lambda rng: calls("one_hot", *((rng.permutation(n), n) for n in (5, 4)), (rng.integers(0, 6, size=9), 7)),
    reference=one_hot,
    misconceptions=(
        Misconception(
            "classes counted from one",
            "Your ones stand one column too far to the left: class 0 has column 0.",
            lambda ids, classes: np.eye(classes)[ids - 1],
        ),
        Misconception(
            "transposed",
            "You made a row per class. Samples are rows: one row for each id.",
            lambda ids, classes: np.eye(classes)[ids].T,
        ),
        Misconception(
            "the id written into the row",
            "The row says which class, by place. The number at that place is 1, whatever the class is called.",
            lambda ids, classes: np.eye(classes)[ids] * np.reshape(ids, (-1, 1)),
        ),
        Misconception(
            "as many columns as seen",
            "Your rows are as long as the largest id needs. A class that nobody drew today still needs its column.",
            lambda ids, classes: np.eye(int(np.max(ids)) + 1)[ids],
        ),
    ),
)


def encode(words, length):
    rows = [[ord(letter) - 96 for letter in word[:length]] for word in words]
    return np.array([row + [0] * (length - len(row)) for row in rows])


def encode_from_zero(words, length):
    codes = encode(words, length)
    return np.where(codes > 0, codes - 1, 0)


def encode_padded_in_front(words, length):
    rows = [[ord(letter) - 96 for letter in word[:length]] for word in words]
    return np.array([[0] * (length - len(row)) + row for row in rows])


def encode_last_letters(words, length):
    return encode([word[-length:] for word in words], length)


def encode_cases(rng):
    words = [
        "".join(chr(97 + int(i)) for i in rng.permutation(25)[:n] + 1) for n in (2, 5, 3, 8)
    ]  # no letter twice, none of them "a": its number would hide a slip
    return calls("encode", (words, 5), ([*words[::-1], "a"], 4), (["ada", "bob"], 3))


ENCODE = Exercise(
    id="encode-words",
    name="encode",
    title="Words as an array",
    points=2,
    cases=encode_cases,
    reference=encode,
    misconceptions=(
        Misconception(
            "a counted as zero",
            "With a = 0, nobody can tell an `a` from the padding. The letters begin at 1.",
            encode_from_zero,
        ),
        Misconception(
            "padded in front",
            "Your zeros stand in front of short words. The task wants them behind.",
            encode_padded_in_front,
        ),
        Misconception(
            "the last letters kept",
            "Long words lose their end, not their beginning.",
            encode_last_letters,
        ),
        Misconception(
            "a column per word",
            "Your words stand in columns. Samples are rows.",
            lambda words, length: encode(words, length).T,
        ),
    ),
)


def batch_of_one(sample):
    return np.asarray(sample)[np.newaxis]


BATCH = Exercise(
    id="batch-of-one",
    name="batch_of_one",
    title="One sample as a batch",
    points=1,
    cases=lambda rng: calls("batch_of_one", *((rng.normal(size=shape),) for shape in ((16,), (5, 4), (4, 3, 2)))),
    reference=batch_of_one,
    misconceptions=(
        Misconception(
            "axis at the end",
            "Your new axis is the last. The batch axis is the first of all.",
            lambda sample: sample[..., np.newaxis],
        ),
        Misconception(
            "flattened",
            "You laid the sample out as one row. It keeps its own axes, one more is put in front of them.",
            lambda sample: sample.reshape(1, -1),
        ),
        Misconception(
            "left as it was",
            "A model takes the first axis for samples. Give it a batch, even if there is only one sample in it.",
            lambda sample: sample.copy(),
        ),
    ),
)

EXERCISES = [SHAPE_OF, DENSE_SHAPE, BATCH, FLAT_INDEX, ONE_HOT, ENCODE]
