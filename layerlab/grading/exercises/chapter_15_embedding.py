"""Exercises of chapter 15: looking rows up, the gradient that goes back to them, masks, and neighbors.

The references are layerlab's Embedding, its tape, and masked pooling.
"""

import numpy as np

from layerlab.autodiff import Tape
from layerlab.grading.exercise import Exercise, Misconception, calls
from layerlab.layers import Embedding, GlobalAveragePooling1D

__all__ = ["EXERCISES"]


def lookup(table, ids):
    layer = Embedding(*table.shape, dtype="float64")
    layer.build()
    layer.set_weights([table])
    return np.asarray(layer(ids))


LOOKUP = Exercise(
    id="lookup",
    name="lookup",
    title="A row for each id",
    points=1,
    cases=lambda rng: calls(
        "lookup",
        (rng.normal(size=(5, 5)), rng.permutation(5)),
        (rng.normal(size=(6, 3)), rng.permutation(6).reshape(2, 3)),
    ),
    reference=lookup,
    misconceptions=(
        Misconception(
            "counted from one",
            "Id 0 is the first row. Yours begin at 1.",
            lambda table, ids: table[ids - 1],
        ),
        Misconception(
            "columns looked up",
            "You took columns. The table has a row for each id.",
            lambda table, ids: table[:, ids % table.shape[1]],
        ),
        Misconception(
            "ids flattened",
            "The shape of the ids is kept; a vector takes the place of each id.",
            lambda table, ids: table[ids.ravel()],
        ),
        Misconception(
            "ids multiplied",
            "You multiplied by the ids. An id is a name: 4 is not twice 2.",
            lambda table, ids: table[0] * ids[..., None],
        ),
    ),
)


def lookup_gradient(ids, g, rows):
    with Tape() as tape:
        table = tape.watch(np.zeros((rows, g.shape[-1])))
        total = np.sum(table[ids] * g)
    return tape.gradient(total, table)


def last_one_wins(ids, g, rows):
    """`table[ids] += g` reads, adds and writes: the last of several gradients for a row is what stays."""
    table = np.zeros((rows, g.shape[-1]))
    table[ids] += g
    return table


def averaged_rows(ids, g, rows):
    counts = np.bincount(ids.ravel(), minlength=rows)[:, None]
    return lookup_gradient(ids, g, rows) / np.maximum(counts, 1)


def one_row_per_use(ids, g, rows):
    return g.reshape(-1, g.shape[-1])


def gradient_cases(rng):
    first = rng.permutation([0, 2, 2, 2, 5])  # an id three times, others never
    second = rng.permutation([1, 1, 3, 4, 1, 0]).reshape(2, 3)
    return calls("lookup_gradient", (first, rng.normal(size=(5, 3)), 6), (second, rng.normal(size=(2, 3, 4)), 5))


GRADIENT = Exercise(
    id="lookup-gradient",
    name="lookup_gradient",
    title="Back to the rows that were used",
    points=3,
    cases=gradient_cases,
    reference=lookup_gradient,
    misconceptions=(
        Misconception(
            "repeated ids added once",
            "When an id comes twice, only one of its gradients survives: `=` and even `+=` with a list of ids write "
            "each row once. NumPy has a function that adds them all.",
            last_one_wins,
        ),
        Misconception(
            "averaged over the uses",
            "You divide by how often an id came. A row that is used three times has three ways to change the loss.",
            averaged_rows,
        ),
        Misconception(
            "a row for each use",
            "You return a gradient for each use. The gradient of the table has the table's shape.",
            one_row_per_use,
        ),
    ),
)


def padding_mask(ids):
    return np.asarray(Embedding(100, 2, mask_zero=True).compute_mask(ids))


def padded(rng):
    """Ids with zeros behind them, of different lengths; row sums and places differ from each other."""
    ids = rng.integers(1, 20, size=(4, 6))
    for row, length in enumerate(rng.permutation((6, 4, 2, 1))):
        ids[row, length:] = 0
    return ids


MASK = Exercise(
    id="padding-mask",
    name="padding_mask",
    title="What counts and what only fills",
    points=1,
    cases=lambda rng: calls("padding_mask", (padded(rng),), (padded(rng)[1:3],)),
    reference=padding_mask,
    misconceptions=(
        Misconception(
            "the filling marked",
            "True is to mark what counts. You marked the filling.",
            lambda ids: ids == 0,
        ),
        Misconception(
            "lengths",
            "You counted. The mask says it for every place.",
            lambda ids: np.sum(ids != 0, axis=1),
        ),
        Misconception(
            "a mask per sample",
            "One truth value per sample does not say where its filling begins.",
            lambda ids: np.all(ids != 0, axis=1),
        ),
    ),
)


def masked_average(x, mask):
    return np.asarray(GlobalAveragePooling1D(dtype="float64")(x, mask=mask))


def average_cases(rng):
    mask = padded(rng) != 0
    return calls("masked_average", (rng.normal(size=(4, 6, 3)) + 1, mask), (rng.normal(size=(2, 6, 2)) + 1, mask[1:3]))


AVERAGE = Exercise(
    id="masked-average",
    name="masked_average",
    title="The mean of what counts",
    points=2,
    cases=average_cases,
    reference=masked_average,
    misconceptions=(
        Misconception(
            "filling counted",
            "You average over all steps, the filling included.",
            lambda x, mask: x.mean(axis=1),
        ),
        Misconception(
            "divided by all steps",
            "The filling is left out of your sum, but still counted: divide by the number of steps that count.",
            lambda x, mask: (x * mask[..., None]).mean(axis=1),
        ),
        Misconception(
            "sum instead of mean",
            "Long sequences get larger numbers than short ones. Divide by the number of steps that count.",
            lambda x, mask: (x * mask[..., None]).sum(axis=1),
        ),
        Misconception(
            "mask the wrong way round",
            "You average the filling.",
            lambda x, mask: (x * ~mask[..., None]).sum(axis=1) / np.maximum((~mask).sum(axis=1, keepdims=True), 1),
        ),
        Misconception(
            "all samples together",
            "You divide by the number of steps in the whole batch. Each sample has its own length.",
            lambda x, mask: (x * mask[..., None]).sum(axis=1) / mask.sum(),
        ),
    ),
)


def neighbors(table, row, count):
    unit = table / np.linalg.norm(table, axis=1, keepdims=True)
    order = np.argsort(-(unit @ unit[row]), kind="stable")
    return [int(i) for i in order if i != row][:count]


def ranked(score, skip_itself=True):
    def wrong(table, row, count):
        order = np.argsort(-score(table, row), kind="stable")
        return [int(i) for i in order if not (skip_itself and i == row)][:count]

    return wrong


def directions(table):
    return table / np.linalg.norm(table, axis=1, keepdims=True)


# row 0 is asked for: 1 has its direction and is near, 2 nearly its direction and is far away and long, 3 is near in
# space, 4 is opposite, 5 to 7 fill up
CLOUD = np.array([[1, 0], [1.5, 0.1], [9, 2.2], [0.8, 0.6], [-1, -0.1], [0.1, 1.5], [-0.3, 1.2], [-0.6, -2.0]])


def turned(rng):
    """The cloud, turned and mirrored at random, its rows in another order, and the place of the row asked for."""
    angle, flip = rng.uniform(0, 2 * np.pi), rng.choice([-1.0, 1.0])
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]]) @ np.diag([1.0, flip])
    order = rng.permutation(len(CLOUD))
    return (CLOUD @ turn)[order], int(np.argsort(order)[0]), 3


NEIGHBORS = Exercise(
    id="neighbors",
    name="neighbors",
    title="Who is alike",
    points=2,
    cases=lambda rng: calls("neighbors", turned(rng), turned(rng)),
    reference=neighbors,
    misconceptions=(
        Misconception(
            "itself included",
            "Nothing is more alike to a row than the row itself. Leave it out.",
            ranked(lambda table, row: directions(table) @ directions(table)[row], skip_itself=False),
        ),
        Misconception(
            "products without lengths",
            "Long vectors win in your list, whatever their direction. Compare directions.",
            ranked(lambda table, row: table @ table[row]),
        ),
        Misconception(
            "distances",
            "You took those that lie nearest. A vector of the same direction is alike, even if it is longer.",
            ranked(lambda table, row: -np.linalg.norm(table - table[row], axis=1)),
        ),
        Misconception(
            "the least alike",
            "Your list begins with the least alike.",
            ranked(lambda table, row: -(directions(table) @ directions(table)[row])),
        ),
    ),
)


def check_ids(ids, input_dim):
    ids = np.asarray(ids)
    if ids.min() < 0 or ids.max() >= input_dim:
        raise ValueError(f"ids from {ids.min()} to {ids.max()}")
    return int(ids.max())


def id_cases(rng):
    n = int(rng.integers(5, 15))
    good = rng.permutation(n)
    return calls("check_ids", (good, n), (np.append(good, n), n), (np.append(good, -1), n), (good, n + 4))


def too_strict(ids, input_dim):
    if np.min(ids) < 0 or np.max(ids) >= input_dim - 1:
        raise ValueError
    return int(np.max(ids))


def one_too_many(ids, input_dim):
    if np.min(ids) < 0 or np.max(ids) > input_dim:
        raise ValueError
    return int(np.max(ids))


def negative_allowed(ids, input_dim):
    if np.max(ids) >= input_dim:
        raise ValueError
    return int(np.max(ids))


CHECK = Exercise(
    id="check-ids",
    name="check_ids",
    title="Ids that no row has",
    points=1,
    cases=id_cases,
    reference=check_ids,
    misconceptions=(
        Misconception(
            "one too many",
            "A table with 5 rows has the ids 0 to 4. You let 5 pass.",
            one_too_many,
        ),
        Misconception(
            "negative ids",
            "NumPy counts negative numbers from the end: -1 would silently get the last row. Refuse it.",
            negative_allowed,
        ),
        Misconception(
            "too strict",
            "You refuse the last row of the table.",
            too_strict,
        ),
    ),
)

EXERCISES = [LOOKUP, CHECK, GRADIENT, MASK, AVERAGE, NEIGHBORS]
