"""One look for every figure: colors that color-blind readers can tell apart, and type that is readable in JupyterLab.

The palette is Okabe and Ito's ("Color Universal Design", 2008). Nothing here imports matplotlib before it is needed.
"""

__all__ = [
    "COLORS",
    "DIVERGING",
    "INK",
    "INK_ON_PAPER",
    "PAPER",
    "canvas",
    "contrast",
    "node",
    "series",
    "signed",
    "use_style",
]

COLORS = {
    "blue": "#0072B2",
    "orange": "#E69F00",
    "green": "#009E73",
    "vermilion": "#D55E00",
    "sky": "#56B4E9",
    "purple": "#CC79A7",
    "yellow": "#F0E442",
    "black": "#000000",
}
INK = "#333333"  # lines and text
PAPER = "#EDF3F7"  # the face of a quiet box or cell
DIVERGING = "PuOr_r"  # negative purple, zero white, positive orange
INK_ON_PAPER = "gray_r"  # small numbers white, large numbers black
WIDTH = 8.0  # inches: the width of a JupyterLab column

_RC: dict = {
    "figure.dpi": 96,
    "figure.figsize": (WIDTH, 3.4),
    "figure.constrained_layout.use": True,
    "font.size": 11,
    "axes.titlesize": 12,
    "axes.labelsize": 11,
    "axes.edgecolor": INK,
    "axes.labelcolor": INK,
    "axes.titlecolor": INK,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.axisbelow": True,
    "axes.grid": False,
    "grid.color": "#DDDDDD",
    "text.color": INK,
    "xtick.color": INK,
    "ytick.color": INK,
    "lines.linewidth": 2.0,
    "legend.frameon": False,
    "image.cmap": INK_ON_PAPER,
    "image.interpolation": "nearest",
}


def use_style() -> None:
    """Give every later figure of this session the look of the course.

    In a notebook, figures also become sharp on high-resolution screens, and carry no date or version inside.

    >>> use_style()
    >>> import matplotlib
    >>> matplotlib.rcParams["font.size"]
    11.0
    """
    import matplotlib
    from cycler import cycler

    matplotlib.rcParams.update(_RC, **{"axes.prop_cycle": cycler(color=series(7))})
    if "inline" in matplotlib.get_backend():
        from matplotlib_inline.backend_inline import set_matplotlib_formats

        set_matplotlib_formats("retina", metadata={"Software": None})


def series(count: int) -> list[str]:
    """The first colors for `count` lines in one plot; they repeat after eight.

    >>> series(2)
    ['#0072B2', '#D55E00']
    """
    order = ("blue", "vermilion", "green", "orange", "purple", "sky", "black", "yellow")
    return [COLORS[order[i % len(order)]] for i in range(count)]


def canvas(height: float = 3.4, columns: int = 1, rows: int = 1, width: float = WIDTH, **options):
    """A new figure of the course's width, and its Axes (one, or an array of them)."""
    import matplotlib.pyplot as plt

    return plt.subplots(rows, columns, figsize=(width, height), layout="constrained", **options)


def contrast(color) -> str:
    """Black or white, whichever can be read on `color`.

    >>> contrast("#000000"), contrast("#F0E442")
    ('white', 'black')
    """
    from matplotlib.colors import to_rgb

    red, green, blue = to_rgb(color)
    return "white" if 0.299 * red + 0.587 * green + 0.114 * blue < 0.5 else "black"


def signed(value, form: str = ".3g") -> str:
    """A number as text, with a minus sign as wide as a plus.

    >>> signed(-1.5), signed(0.25, ".1f")
    ('−1.5', '0.2')
    """
    return f"{value:{form}}".replace("-", "\N{MINUS SIGN}")


def node(ax, place, text, color, radius: float = 0.34) -> None:
    """Draw a disk with a text inside: a number, a unit, an activation."""
    from matplotlib.patches import Ellipse

    ax.add_patch(Ellipse(place, 2 * radius, 1.8 * radius, facecolor=color, edgecolor="white", zorder=2))
    ax.text(*place, text, ha="center", va="center", color=contrast(color), fontsize=10, zorder=3)
