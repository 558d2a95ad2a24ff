"""Tables of vectors: a map of who lies near whom, a lookup with its one-hot twin, single rows, and similarities.

An embedding is a table with a row for each id; `names` says what the ids stand for.
"""

import numpy as np

from layerlab.plots.name_places import name_places
from layerlab.plots.style import COLORS, DIVERGING, INK, canvas, contrast, series

__all__ = ["embedding_lookup", "embedding_map", "row_values", "similarities"]


def embedding_map(vectors, names, groups=None, title=None, legend=True, limit=None, ax=None):
    """Each id's vector as a point of the plane, with its name beside it where the name has room.

    Vectors of more than two numbers are drawn along their two principal directions, those of the largest spread.

    Args:
        vectors: shape (ids, numbers), two numbers or more each; or a built Embedding layer.
        names: what each id stands for, of length ids.
        groups: a dict {label: names} of those that get a color of their own; the others stay gray.
        title: a text above.
        legend: False leaves the legend out, as for all but the last of several panels.
        limit: draw from -limit to limit both ways, to one scale; default what the points need.
        ax: the Axes to draw on; default a new figure.

    Returns:
        The places drawn, shape (ids, 2).

    >>> places = embedding_map(np.eye(3, 2), "abc", groups={"vowels": "a"})
    >>> places.tolist()
    [[1.0, 0.0], [0.0, 1.0], [0.0, 0.0]]
    """
    vectors = np.asarray(getattr(vectors, "embeddings", vectors))
    places, axis_names = _plane(vectors)
    ax = canvas(5.2, width=6.6)[1] if ax is None else ax
    colors = _group_colors(names, groups or {})
    ax.scatter(*places.T, c=colors, s=14, linewidths=0, zorder=2)
    ax.set(xlabel=axis_names[0], ylabel=axis_names[1], title=title)
    ax.margins(0.08, 0.13)
    ax.grid(True)
    if limit is not None:
        ax.set(xlim=(-limit, limit), ylim=(-limit, limit), aspect="equal")
    if groups and legend:
        marks = [ax.scatter([], [], color=c, s=40, label=g) for g, c in zip(groups, series(len(groups)), strict=True)]
        ax.legend(handles=marks, fontsize=9)
    _write_names(ax, places, names, colors)
    return places


def _plane(vectors):
    """Points of the plane, and what their two axes are."""
    if vectors.shape[1] == 2:
        return vectors, ("first number", "second number")
    centered = vectors - vectors.mean(axis=0)
    directions = np.linalg.svd(centered, full_matrices=False)[2][:2]
    strongest = np.take_along_axis(directions, np.abs(directions).argmax(axis=1)[:, None], axis=1)
    return centered @ (directions * np.sign(strongest)).T, ("direction of the largest spread", "of the second largest")


def _group_colors(names, groups) -> list[str]:
    color_of = {
        name: c for (_, members), c in zip(groups.items(), series(len(groups)), strict=True) for name in members
    }
    return [color_of.get(name, "#777777" if groups else COLORS["blue"]) for name in names]


def _write_names(ax, places, names, colors, size=12) -> None:
    """Names beside their points, with a line to the point where a name had to go far."""
    style = {"ha": "center", "va": "center", "fontsize": size, "fontweight": "bold"}
    texts = [ax.text(0, 0, name, **style) for name in names]
    ax.figure.canvas.draw()  # settles the layout, and with it what a pixel is
    pixel = 72 / ax.figure.dpi  # in points, as offsets are
    points = ax.transData.transform(places) * pixel
    sizes = np.array([text.get_window_extent().size for text in texts]) * pixel
    for text in texts:
        text.remove()
    offsets = name_places(points, sizes, ax.bbox.get_points() * pixel) - points
    gaps = np.linalg.norm(np.maximum(np.abs(offsets) - sizes / 2, 0), axis=1)
    for name, place, offset, gap, color in zip(names, places, offsets, gaps, colors, strict=True):
        line = {"arrowstyle": "-", "color": color, "lw": 0.6, "shrinkA": 0, "shrinkB": 1} if gap > 5 else None
        options = {"textcoords": "offset points", "annotation_clip": False, "arrowprops": line}
        ax.annotate(name, place, offset, color=color, **options, **style)


def embedding_lookup(table, ids, names=None):
    """A lookup drawn twice over: one-hot rows times the table, and the rows that it picks.

    Args:
        table: shape (rows, numbers), at most 12 x 6; or a built Embedding layer.
        ids: whole numbers of shape (n,), at most 8.
        names: what each id stands for; default the ids themselves.

    Returns:
        The rows picked, shape (n, numbers).

    Raises:
        ValueError: for more than that, which nobody could read.

    >>> embedding_lookup(np.array([[0.0, 0.5], [1.0, 1.5]]), [1, 1]).tolist()
    [[1.0, 1.5], [1.0, 1.5]]
    """
    table, ids = np.asarray(getattr(table, "embeddings", table)), np.asarray(ids)
    rows, width = table.shape
    if rows > 12 or width > 6 or len(ids) > 8:
        raise ValueError(
            "`embedding_lookup` draws at most 8 ids and a table of 12 x 6. "
            f"Received: {len(ids)} ids and a table of shape {table.shape}"
        )
    names = [str(k) for k in range(rows)] if names is None else list(names)
    labels = [f"{name} = {k}" if name != str(k) else name for k, name in enumerate(names)]
    one_hot, picked = np.eye(rows)[ids], table[ids]
    ratios = [rows, 2.2 + width, 2.2 + width]
    _, axes = canvas(1.3 + 0.3 * max(rows, len(ids)), columns=3, width_ratios=ratios)
    limit = float(np.abs(table).max()) or 1.0
    asked = [labels[k] for k in ids]
    _cells(axes[0], one_hot, asked, names, 3.0, "{:.0f}", f"one-hot {one_hot.shape}")
    _cells(axes[1], table, labels, range(width), limit, "{:.2f}", f"table {table.shape}")
    _cells(axes[2], picked, asked, range(width), limit, "{:.2f}", f"output {picked.shape}")
    for k in np.unique(ids):
        _frame_row(axes[1], k, width)
    axes[0].set_xlabel("id")
    for ax, sign in zip(axes[:2], ("@", "="), strict=True):
        ax.text(1.03, 1.03, sign, transform=ax.transAxes, fontsize=15, ha="left", va="bottom", fontweight="bold")
    return picked


def _cells(ax, matrix, row_names, column_names, limit, form, title) -> None:
    drawn = ax.imshow(matrix, cmap=DIVERGING, vmin=-1.3 * limit, vmax=1.3 * limit, aspect="auto")
    for (row, column), value in np.ndenumerate(matrix):
        ink = contrast(drawn.cmap(drawn.norm(value))[:3])
        text = form.format(value).replace("-", "\N{MINUS SIGN}")
        ax.text(column, row, text, ha="center", va="center", color=ink, fontsize=8.5)
    ax.set_xticks(range(matrix.shape[1]), column_names)
    ax.set_yticks(range(matrix.shape[0]), row_names)
    ax.tick_params(length=0, labelsize=9)
    ax.set_title(title, fontsize=11)
    ax.set_xlabel("number")
    ax.spines[:].set_visible(False)


def _frame_row(ax, row, width) -> None:
    from matplotlib.patches import Rectangle

    ax.add_patch(Rectangle((-0.47, row - 0.45), width - 0.06, 0.9, fill=False, edgecolor=COLORS["black"], lw=2))


def row_values(table, names, title=None, label="value", limit=None, ax=None):
    """A table of vectors as a strip of colors: a column for each id, with small marks under the ids that are not zero.

    Args:
        table: shape (ids, numbers), such as an embedding or its gradient.
        names: what each id stands for, of length ids.
        title: a text above.
        label: what the colors show.
        limit: the value of the strongest color; default the largest in the table.
        ax: the Axes to draw on; default a new figure.

    Returns:
        The names whose rows are not all zero, as a list.

    >>> row_values([[0.0, 0.0], [0.5, -1.0]], "ab")
    ['b']
    """
    table = np.asarray(table)
    if ax is None:
        ax = canvas(1.2 + 0.28 * table.shape[1])[1]
    limit = limit or float(np.abs(table).max()) or 1.0
    drawn = ax.pcolormesh(table.T, cmap=DIVERGING, vmin=-limit, vmax=limit, edgecolors="#DDDDDD", linewidth=0.5)
    ax.set_xticks(np.arange(len(table)) + 0.5, list(names))
    ax.set_yticks(np.arange(table.shape[1]) + 0.5, range(table.shape[1]))
    ax.set(xlabel="id", ylabel="number", title=title)
    ax.invert_yaxis()
    ax.tick_params(length=0)
    ax.spines[:].set_visible(False)
    used = table.any(axis=1)
    for tick, on in zip(ax.get_xticklabels(), used, strict=True):
        tick.set(color=COLORS["vermilion"] if on else INK, fontweight="bold" if on else "normal")
    bar = ax.figure.colorbar(drawn, ax=ax, label=label, aspect=8)
    bar.outline.set_visible(False)
    return [name for name, on in zip(names, used, strict=True) if on]


def similarities(vectors, names, title=None, ax=None):
    """How alike the directions of all pairs of vectors are: their cosine, from -1 (opposite) to 1 (the same).

    Args:
        vectors: shape (ids, numbers), none of them all zero; or a built Embedding layer.
        names: what each id stands for, of length ids, in the order to be drawn.
        title: a text above.
        ax: the Axes to draw on; default a new figure.

    Returns:
        The cosines, shape (ids, ids).

    >>> similarities([[1.0, 0.0], [0.0, 2.0]], "ab").tolist()
    [[1.0, 0.0], [0.0, 1.0]]
    """
    vectors = np.asarray(getattr(vectors, "embeddings", vectors))
    units = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    cosines = units @ units.T
    ax = canvas(5.6, width=6.6)[1] if ax is None else ax
    drawn = ax.imshow(cosines, cmap=DIVERGING, vmin=-1, vmax=1)
    ax.set_xticks(range(len(names)), list(names))
    ax.set_yticks(range(len(names)), list(names))
    ax.set(xlabel="id", ylabel="id", title=title)
    ax.tick_params(length=0, labelsize=10)
    ax.spines[:].set_visible(False)
    bar = ax.figure.colorbar(drawn, ax=ax, label="cosine", shrink=0.8, aspect=25)
    bar.outline.set_visible(False)
    return cosines
