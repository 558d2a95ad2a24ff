"""What a program says in place of a call is what the call and its VJPs give, to the last bit."""

import numpy as np
import pytest

from layerlab.autodiff import Tape, primitive
from layerlab.autodiff.inlining import INLINED
from layerlab.autodiff.program import ProgramTape
from layerlab.autodiff.recording import FASTER
from layerlab.autodiff.rule import RULES
from layerlab.ops.special import relu
from layerlab.variables import Variable

RNG = np.random.default_rng(0)


def normal(*shape, dtype="float32"):
    return RNG.normal(size=shape).astype(dtype)


CASES = [
    *((np.matmul, normal(n, m), normal(m, p)) for n, m, p in [(4, 3, 2), (1, 5, 1), (5, 1, 3), (2, 7, 1), (1, 1, 4)]),
    (np.matmul, normal(3, 4, dtype="float64"), normal(5, 4, dtype="float64").T),
    (np.matmul, normal(4, 3).T, normal(4, 5)),
    (np.matmul, normal(200, 210).T, normal(200, 211)),
    (np.matmul, normal(3, 4), normal(4, 5, dtype="float64")),
    (np.matmul, normal(210, 200), normal(200, 211)),  # large enough to be shared between threads
    (np.matmul, normal(2, 3, 4), normal(4, 5)),
    (np.matmul, normal(3, 4, dtype="float16"), normal(4, 5, dtype="float16")),
    *((f, normal(3, 4), normal(4)) for f in (np.add, np.subtract, np.multiply)),
    *((f, normal(3, 1), 2.5) for f in (np.add, np.subtract, np.multiply)),
    *((f, normal(3, 4), normal(1, 4, dtype="float64")) for f in (np.add, np.subtract, np.multiply)),
    (np.mean, normal(31)),
    (np.mean, normal(5, 7, dtype="float64")),
    (np.mean, normal(9, dtype="float16")),
    (relu, np.array([[-1.0, 0.0, np.nan, np.inf, 2.0]], "float32")),
    (relu, normal(4, 3, dtype="float16")),
    (relu, normal(5, 5, 700)),
]


def evaluated(text, names):
    return eval(text, {"__builtins__": {}}, names)


def test_every_entry_has_a_case():
    assert {function for function, *_ in CASES} == set(INLINED)


@pytest.mark.parametrize(("function", "args"), [(function, args) for function, *args in CASES])
def test_the_text_gives_what_the_function_and_its_rule_give(function, args):
    names = {}

    def constant(value, name=""):
        names[f"c{len(names)}"] = value
        return list(names)[-1]

    text = INLINED[function](constant, *args)
    y = FASTER.get(function, function)(*args)
    if text is None:  # the call itself is written
        assert function in (np.matmul, np.mean)
        assert args[0].ndim > 2 or args[0].dtype == "float16" or args[0].dtype != args[1].dtype
        return
    names |= {f"a{i}": argument for i, argument in enumerate(args)}
    slots = [f"a{i}" for i in range(len(args))]
    np.testing.assert_array_equal(evaluated(text.forward.format(*slots), names), y, strict=True)
    names |= {"g": np.asarray(RNG.normal(size=np.shape(y)), dtype=y.dtype)[()], "y": y}
    expected = [vjp(names["g"], y, *args) for vjp in RULES[function].vjps]
    for share, short in zip(expected, text.vjps, strict=True):
        np.testing.assert_array_equal(evaluated(short.format(*slots, g="g", y="y"), names), share, strict=True)
    if text.both:
        call, *forms = text.both
        parts = evaluated(call.format(*slots, g="g"), names)
        for share, form, part in zip(expected, forms, parts, strict=True):
            np.testing.assert_array_equal(evaluated(form.format(h="h"), {"h": part}), share, strict=True)


def test_both_gradients_of_a_large_product_come_of_one_call():
    w, v = (Variable(normal(250, 250), dtype="float32") for _ in range(2))
    with ProgramTape() as tape:
        x = tape.input(normal(250, 250))
        loss = np.sum(np.matmul(np.matmul(x, w), v)) + np.sum(np.matmul(w, w))
    program = tape.program([loss], loss, [w, v])
    assert program.source.count("products(") == 1  # of x w no gradient by x is wanted, and w w has one part alone
    with Tape() as tape:
        loss = np.sum(np.matmul(np.matmul(x._value, w), v)) + np.sum(np.matmul(w, w))
    for found, expected in zip(program.run(x._value)[1], tape.gradient(loss, [w, v]), strict=True):
        np.testing.assert_array_equal(found, expected)


@primitive
def cube(x):
    return x * x * x


@cube.keeping
def with_square(x):
    square = x * x
    return square * x, square


@cube.defvjp
def cube_vjp(g, square, x):
    return 3 * square * g


def test_what_a_function_keeps_comes_to_its_gradient():
    x = np.array([1.0, 2.0])
    assert cube(x).tolist() == [1.0, 8.0]
    with Tape(persistent=True) as tape:
        watched = tape.watch(x)
        y = np.sum(cube(watched))
    assert tape.gradient(y, watched).tolist() == tape.gradient(y, watched).tolist() == [3.0, 12.0]


def test_a_program_keeps_it_too_where_there_is_a_gradient():
    w = Variable(np.array([1.0, 2.0]), dtype="float64")
    with ProgramTape() as tape:
        x = tape.input(np.array([3.0, 4.0]))
        y = np.sum(cube(x) * cube(w))
    program = tape.program([y], y, [w])
    assert "s1 = cube(s0)" in program.source
    assert "s3, k3 = cube_1(s2)" in program.source
    assert "g2 = cube_vjp(g3, k3, s2)" in program.source
    w.assign([1.0, -1.0])
    (loss,), (g,) = program.run(np.array([1.0, 2.0]))
    assert (loss, g.tolist()) == (1.0 - 8.0, [3.0, 24.0])


def test_a_constant_gradient_is_written_once_and_never_handed_out():
    w = Variable(np.ones(3), dtype="float64")
    with ProgramTape() as tape:
        loss = np.sum(w + 1.0)
    program = tape.program([loss], loss, [w])
    (first,), (second,) = program.run()[1], program.run()[1]
    first += 1.0
    assert second.tolist() == program.run()[1][0].tolist() == [1.0, 1.0, 1.0]


def test_a_gradient_that_is_constant_in_part_is_not_constant():
    w = Variable(np.ones(3), dtype="float64")
    with ProgramTape() as tape:
        loss = np.sum(np.add(w, w * w)) + np.sum(np.add(w * w, w))
    program = tape.program([loss], loss, [w])
    w.assign([1.0, 2.0, 3.0])
    assert program.run()[1][0].tolist() == [6.0, 10.0, 14.0]
