"""Where names stand beside their points, so that none covers another name or the line that leads to another's point.

Every name begins above its point, and moves as long as it finds a better spot among the others. Lengths are in points.
"""

import numpy as np

__all__: list[str] = []  # for the other plots, not for notebooks

TURNS = 2 * np.pi * (np.arange(24) + 6) / 24  # above first
RINGS = (1, 1.5, 2, 2.7, 3.5, 4.5, 6)  # how far out, in steps from the point
COVERS = 100  # what it costs to meet another name,
CROSSES = 30  # to hide a point, or cross another's line,
CONFUSES = 3  # and to look as if it were the name of another point
GAP, NEAR = 1.5, 5  # what keeps two names apart; what makes a point look like that of a name
HEATS = np.concatenate([np.geomspace(30, 0.5, 25), np.zeros(5)])  # how much luck has a say, round by round
TRIES = 4


def name_places(points, sizes, frame):
    """The centers of the names, shape (n, 2).

    Args:
        points: shape (n, 2).
        sizes: the names' widths and heights, shape (n, 2).
        frame: the corners ((left, bottom), (right, top)) between which they have to stay, if they can.
    """
    choices = points[:, None] + _around(sizes)
    outside = (choices < frame[0] + sizes[:, None] / 2) | (choices > frame[1] - sizes[:, None] / 2)
    alone = np.repeat(RINGS, len(TURNS)) + COVERS * outside.any(axis=-1)  # what the spots cost without other names
    spots, rng = choices[:, 0].copy(), np.random.default_rng(0)
    tries = []  # (what the worst name costs, all the spots)
    for heats in (np.zeros(5), *[HEATS] * TRIES):  # in a crowd, one has to make room before another can move
        for heat in heats:
            if heat:
                _swap_ends(spots, points)
            worst = 0
            for k in range(len(points)):
                costs = alone[k] + _costs(choices[k], k, spots, points, sizes)
                best = np.argmin(costs - heat * rng.gumbel(size=len(costs)))
                spots[k], worst = choices[k, best], max(worst, costs[best])
        tries.append((worst, spots.copy()))
        if worst < CROSSES:
            break
    return min(tries, key=lambda attempt: attempt[0])[1]


def _swap_ends(spots, points):
    """Two names whose lines cross change places: both lines get shorter, and do not cross any more."""
    for k in range(len(points)):
        for other in np.flatnonzero(lines_cross(points[k], spots[k], points, spots)):
            if lines_cross(points[k], spots[k], points[other], spots[other]):
                spots[[k, other]] = spots[[other, k]]


def _around(sizes):
    """Offsets of the names from their points, shape (n, choices, 2): all turns close by, then all turns farther out."""
    circle = np.stack([np.cos(TURNS), np.sin(TURNS)], axis=1) * (sizes[:, None] / 2 + [4, 3])
    return np.concatenate([ring * circle for ring in RINGS], axis=1)


def _costs(choice, k, spots, points, sizes):
    """What name k would meet at each of the spots in `choice`, shape (choices,)."""
    others = np.arange(len(points)) != k
    spot, point, half = choice[:, None], points[k], sizes[k] / 2
    names, ends, halves = spots[others], points[others], sizes[others] / 2
    covers = (np.abs(spot - names) < half + halves + GAP).all(axis=-1)
    covers |= lines_meet_boxes(point, spot, names, halves + GAP / 2)
    covers |= lines_meet_boxes(ends, names, spot, half + GAP / 2)
    crosses = lines_cross(point, spot, ends, names) | (np.abs(spot - ends) < half + GAP).all(axis=-1)
    nears = lines_meet_boxes(point, spot, ends, GAP) | (np.abs(spot - ends) < half + NEAR).all(axis=-1)
    return COVERS * covers.sum(axis=1) + CROSSES * crosses.sum(axis=1) + CONFUSES * nears.sum(axis=1)


def lines_meet_boxes(start, end, center, half):
    """Whether the line from start to end meets the box around center; all of shape (..., 2)."""
    middle, along = (start + end) / 2 - center, (end - start) / 2
    beside = (np.abs(middle) > half + np.abs(along)).any(axis=-1)  # an axis of the box separates the two
    half = np.broadcast_to(half, middle.shape)
    reach = half[..., 0] * np.abs(along[..., 1]) + half[..., 1] * np.abs(along[..., 0])
    return ~beside & (np.abs(_turn(along, middle)) <= reach)  # or the line's own normal does


def lines_cross(a, b, c, d):
    """Whether the line from a to b crosses the one from c to d; all of shape (..., 2)."""
    parted = _turn(b - a, c - a) * _turn(b - a, d - a) < 0
    return parted & (_turn(d - c, a - c) * _turn(d - c, b - c) < 0)


def _turn(u, v):
    """Positive if v points to the left of u."""
    return u[..., 0] * v[..., 1] - u[..., 1] * v[..., 0]
