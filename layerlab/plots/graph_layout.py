"""Where the boxes of a graph go: rows by depth, few crossings within them, and ways around the boxes for long arrows.

The method is Sugiyama's ("Methods for visual understanding of hierarchical system structures", 1981): rows by longest
path, an invisible box in each row that an arrow passes, orders by the mean place of the neighbors.
"""

import itertools

__all__ = ["layered"]

GAP = 0.35  # inches between boxes of a row
SWEEPS = 8
LANE = 0.12  # the width that a passing arrow takes


def layered(widths, edges):
    """Rows and places of boxes whose arrows all point to a later row.

    Args:
        widths: the width of each box.
        edges: (from, to) pairs of box numbers, without cycles.

    Returns:
        The rows (lists of box numbers, the first row first), the x of every box's middle, and for each edge the places
        (row, x) that it passes on its way.

    >>> rows, places, ways = layered([1, 1, 1], [(0, 1), (1, 2), (0, 2)])
    >>> rows[0], rows[2], len(ways[0, 2])
    ([0], [2], 1)
    """
    row_of = _rows_by_longest_path(len(widths), edges)
    widths, chains = list(widths), {}
    for source, target in edges:
        passed = range(row_of[source] + 1, row_of[target])
        chains[source, target] = [source, *range(len(widths), len(widths) + len(passed)), target]
        widths += [LANE] * len(passed)
        row_of += passed
    rows = [[box for box, row in enumerate(row_of) if row == r] for r in range(max(row_of) + 1)]
    links = [link for chain in chains.values() for link in itertools.pairwise(chain)]
    neighbors = _neighbors(len(widths), links)
    rows = _fewest_crossings(rows, neighbors, links)
    places = _places(rows, neighbors, widths)
    ways = {edge: [(row_of[box], places[box]) for box in chain[1:-1]] for edge, chain in chains.items()}
    real = len(row_of) - sum(len(way) for way in ways.values())
    return [[box for box in row if box < real] for row in rows], places[:real], ways


def _rows_by_longest_path(count, edges) -> list[int]:
    """The row of each box: below all it comes from; a box that comes from nothing right above what it goes to."""
    rows = [0] * count
    for _ in range(count):
        for source, target in edges:
            rows[target] = max(rows[target], rows[source] + 1)
    fed = {target for _, target in edges}
    for box in set(range(count)) - fed:
        rows[box] = min((rows[target] - 1 for source, target in edges if source == box), default=0)
    return rows


def _neighbors(count, links):
    """For each box, those it is linked to in the row before, and in the row after."""
    before: list[list[int]] = [[] for _ in range(count)]
    after: list[list[int]] = [[] for _ in range(count)]
    for source, target in links:
        after[source].append(target)
        before[target].append(source)
    return before, after


def _fewest_crossings(rows, neighbors, links):
    """Sort each row by the mean position of its neighbors, down and up again; the best of all tries."""
    best, fewest = rows, _crossings(rows, links)
    for sweep in range(SWEEPS):
        down = sweep % 2 == 0
        rows = [list(row) for row in rows]
        for row in rows if down else rows[::-1]:
            position = {box: i for other in rows for i, box in enumerate(other)}
            row.sort(
                key=lambda box, position=position, near=neighbors[not down]: _mean(
                    [position[other] for other in near[box]], position[box]
                )
            )
        if (crossings := _crossings(rows, links)) < fewest:
            best, fewest = rows, crossings
    return best


def _crossings(rows, links) -> int:
    position = {box: (r, i) for r, row in enumerate(rows) for i, box in enumerate(row)}
    ends = [(*position[source], position[target][1]) for source, target in links]
    return sum(a[0] == b[0] and (a[1] - b[1]) * (a[2] - b[2]) < 0 for i, a in enumerate(ends) for b in ends[:i])


def _mean(values, default):
    return sum(values) / len(values) if values else default


def _places(rows, neighbors, widths) -> list[float]:
    """The middles of the boxes: near their neighbors', in the order of the row, without overlap."""
    places = [0.0] * len(widths)
    for row in rows:
        _spread(row, dict.fromkeys(row, 0.0), widths, places)
    for sweep in range(SWEEPS):
        down = sweep % 2 == 0
        for row in rows if down else rows[::-1]:
            near = neighbors[not down]
            wanted = {box: _mean([places[other] for other in near[box]], places[box]) for box in row}
            _spread(row, wanted, widths, places)
    return places


def _spread(row, wanted, widths, places) -> None:
    """Put the boxes of a row where they want to be, as far as there is room; the row as a whole does not drift."""
    edge = float("-inf")
    for box in row:
        places[box] = max(wanted[box], edge + widths[box] / 2)
        edge = places[box] + widths[box] / 2 + GAP
    drift = _mean([places[box] - wanted[box] for box in row], 0.0)
    for box in row:
        places[box] -= drift
