"""The table of tricky calls: what each must do while a tape records.

One row a case; the tests run every row, and the README of layerlab.autodiff shows the table
(`python -m tests.autodiff.tricky` writes it there).
"""

from dataclasses import dataclass
from pathlib import Path

README = Path(__file__).parents[2] / "layerlab" / "autodiff" / "README.md"
BEGIN, END = "<!-- tricky calls: begin -->", "<!-- tricky calls: end -->"


@dataclass(frozen=True)
class Row:
    """A line of code; what comes of it (a gradient, a plain value or a refusal); and why, if it is not plain."""

    code: str
    gradient: list | float | None = None  # of the sum of the last expression
    of: str = "x"
    plain: object = None
    error: type[Exception] | tuple[type[Exception], ...] | None = None
    says: str = ""
    why: str = ""


def gradient(code, value, why="", of="x"):
    return Row(code, gradient=value, of=of, why=why)


def plain(code, value, why=""):
    return Row(code, plain=value, why=why)


def refused(code, says, why="", error=TypeError):
    return Row(code, error=error, says=says, why=why)


IN_PLACE = "cannot be changed in place"
OUT = "out=) would write over an array"
CUT = "would cut the gradient here"

# x = [1, -2, 3] and s = 2 are watched, v = [1, 2, 3] is a trainable Variable, frozen one that is not;
# a = [10, 20, 30] is a plain array, held = np.empty(2, object)
TABLE = {
    "Changing arrays in place": [
        refused("x += 1", IN_PLACE, "its old value is needed"),
        refused("x -= a", IN_PLACE),
        refused("x *= 2", IN_PLACE),
        refused("x **= 2", IN_PLACE),
        refused("x @= x", IN_PLACE),
        refused("x[0] = 5.0", IN_PLACE),
        refused("x[x < 0] = 0.0", IN_PLACE),
        refused("del x[0]", IN_PLACE),
        refused("x.fill(0)", IN_PLACE),
        refused("x.sort()", IN_PLACE, "np.sort(x) gives a sorted copy"),
        refused("a += x", OUT, "Python calls np.add(a, x, out=a)"),
        refused("a[:2] += x[:2]", OUT),
        refused("a[:] = x", CUT),
        refused("a[0:1] = x[0]", CUT),
        refused("a[0] = s", "array element with a sequence", "NumPy's message; ours is its cause", error=ValueError),
        refused("np.copyto(a, x)", "np.copyto has no gradient rule. It writes into its argument"),
        refused("np.put(a, [0], x)", "It writes into its argument"),
        refused("np.fill_diagonal(np.zeros((3, 3)), x)", CUT),
        refused("np.fill_diagonal(x[:, None] * x, 0.0)", "It writes into its argument"),
        refused("np.add.at(a, [0, 1, 2], x)", "np.add.at has no gradient rule"),
        refused("x.flags.writeable = True", "x.flags is not available", error=AttributeError),
        refused("stop_gradient(x)[0] = 1", "read-only", error=ValueError),
        gradient("y = x; y = y + 1; y * x", [3.0, -3.0, 7.0], "a new array under the same name"),
        gradient("t = 0.0\nfor y in x: t += y * y\nt",
            [2.0, -4.0, 6.0], "t is a scalar, which NumPy never changes in place"),
    ],
    "out=, where= and other options": [
        refused("np.add(x, 1, out=a)", OUT),
        refused("np.add(a, 1, out=x)", OUT),
        refused("np.exp(x, a)", OUT),
        refused("np.sum(x, out=np.zeros(()))", OUT),
        refused("np.argmax(x, out=np.zeros((), int))", OUT),
        refused("np.concatenate([x, x], out=np.zeros(6))", OUT),
        gradient("np.exp(x, out=None) * 0 + x", [1.0, 1.0, 1.0], "not given"),
        refused("np.add(x, 1, where=x > 0)", "for where= use np.where on the result"),
        refused("np.max(x, initial=0.0)", "does not cover this call. Received: initial="),
        gradient("np.sum(x, where=x > 0)", [1.0, 0.0, 1.0]),
        gradient("np.add(x, 1, dtype=None, casting='same_kind')", [1.0, 1.0, 1.0]),
        refused("np.add(x, 1, dtype=np.float32)", "Received: dtype="),
        gradient("np.sum(a=x, axis=0)", [1.0, 1.0, 1.0], "an array by keyword"),
        gradient("np.clip(a, a_min=s, a_max=15.0)", 0.0, "a is above 2 everywhere", of="s"),
        gradient("np.clip(x, 0.0, a_max=s)", 1.0, "x = 3 takes the bound", of="s"),
        refused("np.var(x, ddof=s)", "no gradient with respect to ddof="),
        gradient("x.clip(0)", [1.0, 0.0, 1.0], "one bound alone"),
        refused("np.reshape(x, (3,), order='F')", "Received: order="),
        refused("x.flatten('F')", "Received: order="),
        refused("np.sum(x, 0, np.float64)", "Received: 3 positional arguments. It understands"),
    ],
    "Leaving the tape": [
        refused("np.asarray(x)", CUT),
        refused("np.array(x)", CUT),
        refused("np.array([s, 2 * s])", CUT, "np.stack([s, 2 * s]) is the remedy"),
        gradient("np.stack([s, 2 * s])", 3.0, of="s"),
        refused("np.asarray([x, x])", CUT),
        refused("np.array(x, dtype=object)", CUT),
        refused("np.sum([s, s])", CUT, "a list becomes an array first"),
        refused("float(s)", CUT),
        refused("int(s)", CUT),
        refused("complex(s)", CUT),
        refused("s.item()", CUT),
        refused("x.tolist()", CUT),
        refused("x.numpy()", CUT),
        refused("math.exp(s)", CUT, "it calls float(s)"),
        refused("math.fsum(list(x))", CUT),
        refused("range(s)", "cannot be interpreted as an integer"),
        refused("np.full(3, s)", CUT, "np.broadcast_to(s, 3) is the remedy"),
        refused("np.full_like(a, s)", "np.stack, np.concatenate, np.broadcast_to"),
        gradient("np.broadcast_to(s, 3)", 3.0, of="s"),
        refused("np.ones(3)[x]", CUT, "as an index"),
        refused("x[x]", "getitem has no gradient with respect to argument 1"),
        refused("pickle.dumps(x)", CUT),
        refused("np.save(io.BytesIO(), x)", "Save stop_gradient(x)"),
        refused("np.testing.assert_allclose(x, x)", CUT),
        refused("np.vectorize(math.sin)(x)", CUT),
        refused("np.fromiter(x, float)", "array element with a sequence", error=ValueError),
        gradient("copy.deepcopy(x) * copy.copy(x)", [2.0, -4.0, 6.0], "copies are on the tape, as np.copy"),
        gradient("x * stop_gradient(x)", [1.0, -2.0, 3.0], "half of the derivative of x^2"),
        plain("stop_gradient(x) * 2", [2.0, -4.0, 6.0]),
    ],
    "Object arrays": [
        gradient("held[0] = x; held[0] * 2", [2.0, 2.0, 2.0], "what is held is still x"),
        gradient("held[0] = s; held[1] = 1.0; (held * 3)[0]", 3.0, "the loop over objects is recorded", of="s"),
        gradient("held[0] = s; held[1] = s; np.sum(held)", 2.0, of="s"),
        refused("held[0] = s; held[1] = s; held.astype(float)", "", "every way to plain floats",
            error=(TypeError, ValueError)),
        refused("held[0] = s; held[1] = s; np.exp(held)", "no callable exp method"),
        refused("held[0] = s; held[1] = s; held * s", "gives dtype object"),
        refused("held[:] = [s, s]", CUT),
        refused("x.astype(object)", "gives dtype object"),
    ],
    "Views and aliasing": [
        gradient("b = a * 1; y = x * b; b[:] = 0; y",
            [10.0, 20.0, 30.0], "constants are copied when they are recorded"),
        gradient("b = a.copy(); c = b[:]; c.flags.writeable = False; y = x * c; b[:] = 0; y",
            [10.0, 20.0, 30.0], "read-only views too"),
        gradient("i = [0, 0]; y = x[i]; i[0] = 2; y", [2.0, 0.0, 0.0], "lists too"),
        gradient("i = np.array([0, 1]); y = x[None, i]; i[0] = 2; y", [1.0, 1.0, 0.0], "and arrays in an index"),
        gradient("y = x[:2]; x[:2] * y", [2.0, -4.0, 0.0], "a view is an array of its own"),
        gradient("x.T * x.reshape(3) * x.ravel()", [3.0, 12.0, 27.0]),
        gradient("np.broadcast_to(x, (2, 3))", [2.0, 2.0, 2.0]),
        gradient("rows = list(np.stack([x, x])); rows[0] * rows[1]", [2.0, -4.0, 6.0]),
    ],
    "Types": [
        gradient("x * np.float32(2)", [2.0, 2.0, 2.0]),
        gradient("x.astype('float32') * 2", [2.0, 2.0, 2.0], "the gradient comes back as float64"),
        gradient("x.astype('float16').astype('float64', copy=False)", [1.0, 1.0, 1.0]),
        gradient("x * np.array([1, 2, 3])", [1.0, 2.0, 3.0], "integers as constants"),
        gradient("x * np.array([True, False, True])", [1.0, 0.0, 1.0]),
        gradient("np.where([True, False, True], [9, 9, 9], x)", [0.0, 1.0, 0.0], "lists as constants"),
        gradient("np.matmul([[1, 2, 3]], x)", [1.0, 2.0, 3.0]),
        refused("x.astype(int)", "gives dtype int"),
        refused("x * 1j", "gives dtype complex128"),
        refused("np.fft.fft(x)", "The tape knows real numbers only"),
        refused("tape.watch(np.arange(3))", "Only floating-point arrays have gradients"),
        refused("np.angle(x)", "The tape knows real numbers only"),
        refused("x * np.ma.array(a, mask=[0, 1, 0])", "a MaskedArray has no gradient rule",
            "a mask has its own arithmetic"),
        gradient("np.real(x) + np.conj(x)", [2.0, 2.0, 2.0]),
        plain("np.imag(x)", [0.0, 0.0, 0.0]),
    ],
    "Scalars and empty arrays": [
        gradient("s * 3", 3.0, of="s"),
        gradient("x[0]", [1.0, 0.0, 0.0]),
        gradient("s[()] + s[...]", 2.0, of="s"),
        gradient("np.squeeze(s[None]) * x", [2.0, 2.0, 2.0]),
        gradient("np.sum(s)", 1.0, of="s"),
        gradient("x[:0]", [0.0, 0.0, 0.0], "a sum over nothing"),
        gradient("np.concatenate([x[:0], x])", [1.0, 1.0, 1.0]),
        gradient("x[x > 99]", [0.0, 0.0, 0.0]),
        refused("len(s)", "len() of unsized object"),
        refused("np.max(x[:0])", "zero-size array", error=ValueError),
    ],
    "Ties and kinks": [
        gradient("np.maximum(x - 1, 0)", [0.0, 0.0, 1.0], "relu'(0) = 0"),
        gradient("np.maximum(0, x - 1)", [0.0, 0.0, 1.0]),
        gradient("np.maximum(x, 1 * x)", [1.0, 1.0, 1.0], "half to each of two traced arrays"),
        gradient("np.minimum(x, [1.0, -2.0, 9.0])", [0.0, 0.0, 1.0], "nothing against a constant"),
        gradient("np.max(np.stack([x, x]), axis=0)", [1.0, 1.0, 1.0], "shared equally"),
        gradient("np.max(x * 0)", [0.0, 0.0, 0.0]),
        gradient("np.max(x - stop_gradient(x))", [1 / 3, 1 / 3, 1 / 3], "three tied"),
        gradient("np.clip(x, 1.0, 3.0)", [0.0, 0.0, 0.0], "0 at the bounds and beyond"),
        gradient("abs(x - 1)", [0.0, -1.0, 1.0], "|0|' = 0"),
        gradient("np.linalg.norm(x * 0)", [0.0, 0.0, 0.0], "0 where the norm is 0"),
        gradient("np.std(x - stop_gradient(x))", [0.0, 0.0, 0.0]),
        gradient("(x - 1) ** 2", [0.0, -6.0, 4.0]),
        gradient("(x - 1) ** 0", [0.0, 0.0, 0.0]),
        gradient("x ** 3", [3.0, 12.0, 27.0], "negative bases"),
        gradient("np.prod(x - 1)", [-6.0, 0.0, 0.0], "a zero among the factors"),
        gradient("np.sinc(x - 1)", [0.0, 1 / 3, 0.5]),
        gradient("np.sort(x)", [1.0, 1.0, 1.0]),
        plain("np.sign(x)", [1.0, -1.0, 1.0], "its derivative is 0 wherever it exists"),
        plain("np.round(x / 2)", [0.0, -1.0, 2.0]),
        plain("x // 2", [0.0, -1.0, 1.0]),
    ],
    "NaN and infinity": [
        gradient("np.maximum(x * np.nan, 0)", [NAN := float("nan")] * 3, "they come through, never vanish"),
        gradient("np.max(x * [1.0, np.nan, 1.0])", [NAN] * 3),
        gradient("np.where(x > 0, np.sqrt(np.where(x > 0, x, 1.0)), 0.0)",
            [0.5, 0.0, 1 / 12**0.5], "guard the argument too"),
        gradient("np.sqrt(np.maximum(x, 0.0) + [0.0, 1.0, 0.0])", [0.5, 0.0, 1 / 12**0.5]),
        gradient("np.nansum(np.where(x > 0, x, np.nan))", [1.0, 0.0, 1.0]),
        gradient("np.nansum(x * [1.0, np.nan, 1.0])", [1.0, NAN, 1.0], "0 times NaN: guard the argument"),
        gradient("np.nan_to_num(np.where(x > 0, x, np.inf))", [1.0, 0.0, 1.0]),
        gradient("np.logaddexp(x, -np.inf)", [1.0, 1.0, 1.0]),
        gradient("np.logaddexp(1000 * x, 1000 * x)", [1000.0, 1000.0, 1000.0], "no overflow"),
    ],
    "Python's own functions": [
        gradient("sum([x, x, 2 * x])", [4.0, 4.0, 4.0]),
        gradient("max(x[0], x[2]) + min(x[0], x[1])", [0.0, 1.0, 1.0], "a branch on the values"),
        gradient("sorted([x[2], x[0]])[0]", [1.0, 0.0, 0.0]),
        gradient("abs(x)", [1.0, -1.0, 1.0]),
        gradient("pow(x, 2)", [2.0, -4.0, 6.0]),
        gradient("-x + +x + x", [1.0, 1.0, 1.0]),
        gradient("divmod(x, 2)[1]", [1.0, 1.0, 1.0]),
        plain("round(x)", [1.0, -2.0, 3.0]),
        gradient("p, q, r = x; p * r", [3.0, 0.0, 1.0]),
        gradient("[y for y in x][1]", [0.0, 1.0, 0.0]),
        gradient("x * 2 if s > 1 else x", [2.0, 2.0, 2.0], "a comparison is plain: the branch that was taken"),
        refused("1 if x > 0 else 2", "truth value of an array", "as with any array", error=ValueError),
        plain("x[0] in [1.0, 2.0]", True),
        plain("len(x)", 3),
        plain("f'{s:.2f}'", "2.00"),
        plain("str(x)", "[ 1. -2.  3.]"),
        plain("repr(x)", "TracedArray([ 1., -2.,  3.], dtype=float64)"),
        plain("x == x", [True, True, True]),
        plain("hash(x) == hash(x)", True),
        plain("np.argmax(x)", 2),
        plain("np.zeros_like(x)", [0.0, 0.0, 0.0]),
        plain("x.shape + (x.ndim, x.size, x.dtype == float)", (3, 1, 3, True)),
    ],
    "Picking elements": [
        gradient("x[[0, 0, 0, 2]]", [3.0, 0.0, 1.0], "picked thrice"),
        gradient("x[np.array([True, False, True])]", [1.0, 0.0, 1.0]),
        gradient("np.take(x, [[0, 2], [2, 2]])", [1.0, 0.0, 3.0]),
        gradient("x[::-1][0]", [0.0, 0.0, 1.0]),
        gradient("np.einsum('ii->i', x[:, None] * x)", [2.0, -4.0, 6.0], "a diagonal"),
        gradient("np.einsum('i,i', x, x)", [2.0, -4.0, 6.0], "the same array twice"),
        refused("np.einsum(x, [0], x, [0])", "no gradient with respect to argument 0", "use the string form"),
    ],
    "Functions without a rule": [
        refused("np.where(x)", "np.where gives a tuple, through which no gradient flows", "np.nonzero(x) is plain"),
        refused("np.linalg.eig(x[:, None] * x)", "np.linalg.eig has no gradient rule"),
        refused("np.unique(x)", "np.unique has no gradient rule. Its result does not depend smoothly on x"),
        refused("np.histogram(a, weights=x)", "Its result does not depend smoothly on x"),
        refused("np.apply_along_axis(np.sum, 0, x)", "Write it with whole-array functions and axis="),
        refused("np.frompyfunc(math.sin, 1, 1)(x)", "has no gradient rule"),
        refused("np.multiply.outer(x, x)", "np.multiply.outer has no gradient rule. Use x[:, None]"),
        refused("np.add.reduce(x)", "np.add.reduce has no gradient rule. Use np.sum"),
        refused("np.pad(x, 1, mode='linear_ramp')", "Received: mode='linear_ramp'", error=NotImplementedError),
        refused("x.view('int64')", "x.view is not available", error=AttributeError),
        refused("unruly(x)", "unruly.defvjp", "a @primitive whose gradient was not stated"),
    ],
    "Variables": [
        gradient("v * 2", [2.0, 2.0, 2.0], "trainable ones are watched when they are used", of="v"),
        gradient("v.value * v", [2.0, 4.0, 6.0], of="v"),
        gradient("np.concatenate([a, v])", [1.0, 1.0, 1.0], of="v"),
        gradient("y = v * v; v.assign(a); y + v * v", [22.0, 44.0, 66.0], "each use with the value it had", of="v"),
        gradient("w = v; w += 1; w * v", [3.0, 5.0, 7.0], "w is a new array, v is unchanged, as in Keras", of="v"),
        plain("frozen * 2", [2.0, 4.0, 6.0]),
        gradient("tape.watch(frozen); frozen * 2", [2.0, 2.0, 2.0], "unless it is watched by hand", of="frozen"),
        refused("v.assign(x)", CUT, "it stores a plain value"),
        plain("frozen.assign(x); frozen * 1", [1.0, -2.0, 3.0], "state, as a moving average"),
        refused("v[0] = 1", "Build the new value and use variable.assign(value)"),
        refused("v.value[0] = 1", IN_PLACE),
        refused("np.asarray(v)", CUT),
        refused("float(v[0])", CUT),
        refused("v.numpy()", CUT),
        refused("bool(v)", "cannot be used as a boolean"),
    ],
}  # fmt: skip

ROWS = [row for rows in TABLE.values() for row in rows]


def as_markdown() -> str:
    """The table as the README shows it."""
    lines = []
    for title, rows in TABLE.items():
        lines += [f"\n**{title}**\n", "| while the tape records | what it does | |", "|---|---|---|"]
        lines += [f"| {_code(row.code)} | {_cell(row)} | {row.why.replace('|', chr(92) + '|')} |" for row in rows]
    return "\n".join(lines) + "\n"


def _code(text) -> str:
    return "<br>".join(f"`{line}`".replace("|", "\\|") for line in str(text).split("\n"))


def _cell(row: Row) -> str:
    if row.error:
        return f"refused: “{row.says.replace('|', chr(92) + '|')}”" if row.says else "refused"
    if row.plain is not None:
        return f"plain `{row.plain}`"
    values = row.gradient if isinstance(row.gradient, list) else [row.gradient]
    text = ", ".join(f"{value:.4g}" for value in values)
    by = "" if row.of == "x" else f" by `{row.of}`"
    return f"gradient{by} `{text}`"


def shown() -> str:
    """The table that the README has now."""
    return README.read_text(encoding="utf-8").split(BEGIN)[1].split(END)[0]


if __name__ == "__main__":
    before, rest = README.read_text(encoding="utf-8").split(BEGIN)
    README.write_text(before + BEGIN + "\n" + as_markdown() + END + rest.split(END)[1], encoding="utf-8")
