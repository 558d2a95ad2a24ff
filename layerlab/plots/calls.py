"""Which methods of a class run when: a table of statements and methods, filled in by running the statements.

Nothing in it is told: the class is watched while it works.
"""

import contextlib
import functools
import inspect

from layerlab.plots.style import COLORS, INK, WIDTH, canvas

__all__ = ["method_calls"]

_LETTER = 0.095  # inches of a letter in a fixed-width font of 10 points
_ROW, _COLUMN = 0.42, 0.8  # inches, the most that a column gets


def method_calls(cls, statements, title=None):
    """Run some statements, and draw which methods of a class each of them called, and in which order.

    Args:
        cls: a class of your own, such as a layer; only the methods that it defines itself are watched.
        statements: a dict {text: function without arguments}, run in order.
        title: a text above.

    Returns:
        A list with the names of the methods called, for each statement.

    >>> import numpy as np
    >>> from layerlab.layers import Layer
    >>> class Twice(Layer):
    ...     def build(self, input_shape):
    ...         pass
    ...     def call(self, x):
    ...         return 2 * x
    >>> layer, x = Twice(), np.ones((1, 3))
    >>> method_calls(Twice, {"layer(x)": lambda: layer(x), "layer(x) again": lambda: layer(x)})
    [['build', 'call'], ['call']]
    """
    methods = [name for name, value in vars(cls).items() if _is_method(value)]
    called: list[str] = []
    runs = []
    with contextlib.ExitStack() as stack:
        for name in methods:
            stack.enter_context(_watched(cls, name, called))
        for function in statements.values():
            called.clear()
            function()
            runs.append(list(called))
    _draw(list(statements), methods, runs, title)
    return runs


def _is_method(value) -> bool:
    return isinstance(value, classmethod) or inspect.isfunction(value)


@contextlib.contextmanager
def _watched(cls, name, called):
    """For the time of the block, calls of the method are written down."""
    original = vars(cls)[name]
    function = original.__func__ if isinstance(original, classmethod) else original

    @functools.wraps(function)
    def watched(*args, **kwargs):
        called.append(name)
        return function(*args, **kwargs)

    setattr(cls, name, classmethod(watched) if isinstance(original, classmethod) else watched)
    try:
        yield
    finally:
        setattr(cls, name, original)


def _draw(statements, methods, runs, title) -> None:
    """Statements downward, methods to the right; in a dot, the place of the call within its statement."""
    text = _LETTER * max(map(len, statements)) + 0.2
    column = min(_COLUMN, (WIDTH - text - 1.0) / len(methods))
    head = 0.5 + 0.42 * _LETTER * max(map(len, methods))  # the names stand at a slant
    height = _ROW * len(statements) + head
    ends = [text, text + column * len(methods)]
    _, ax = canvas(height + 0.3 * bool(title))
    for row, (statement, run) in enumerate(zip(statements, runs, strict=True)):
        y = -_ROW * row
        ax.plot(ends, [y, y], color="#DDDDDD", linewidth=1, zorder=0)
        ax.text(0, y, statement, ha="left", va="center", family="monospace", fontsize=10, color=INK)
        for place, name in enumerate(dict.fromkeys(run), start=1):
            x = text + column * (methods.index(name) + 0.5)
            ax.plot(x, y, "o", color=COLORS["blue"], markersize=17, zorder=2)
            ax.text(x, y, str(place), ha="center", va="center", color="white", fontsize=9, zorder=3)
    for i, name in enumerate(methods):
        x = text + column * (i + 0.5) - 0.08
        ax.text(x, 0.32, name, ha="left", va="bottom", rotation=25, family="monospace", fontsize=10, color=INK)
    ax.set(xlim=(-0.1, WIDTH - 0.1), ylim=(-_ROW * (len(statements) - 0.4), height - _ROW * len(statements)))
    ax.set_title(title or "")
    ax.axis("off")
