"""The tape itself: what it records, shows, gives back and refuses."""

import threading

import numpy as np
import pytest

from layerlab.autodiff import Tape, TracedArray, TracingError, primitive, stop_gradient
from layerlab.autodiff.arraylike import getitem
from layerlab.autodiff.rule import RULES
from layerlab.autodiff.tape import active_tape
from layerlab.variables import Variable


def read_only(array):
    array.flags.writeable = False
    return array


def test_a_printed_tape_is_the_computation_line_by_line():
    kernel = Variable(np.ones((5, 4)), name="kernel")
    with Tape(persistent=True) as tape:
        x = tape.watch(np.ones((8, 5), "float32"))
        h = np.maximum(x @ kernel, 0)
        y = np.mean(np.concatenate([h, h[:, :1]], axis=1), axis=1, keepdims=True)
    assert str(tape).split("\n") == [
        "watch -> (8, 5)",
        "kernel -> (5, 4)",
        "matmul (8, 5) (5, 4) -> (8, 4)",
        "maximum (8, 4) 0 -> (8, 4)",
        "getitem (8, 4) (slice(None, None, None), slice(None, 1, None)) -> (8, 1)",
        "concatenate [(8, 4) (8, 1)] axis=1 -> (8, 5)",
        "mean (8, 5) axis=1 keepdims=True -> (8, 1)",
    ]
    assert len(tape) == 5
    assert y.shape == (8, 1)


def test_a_used_up_tape_says_so():
    with Tape() as tape:
        x = tape.watch(np.ones(3))
        y = np.sum(x * x)
    tape.gradient(y, x)
    assert "released by gradient()" in str(tape)
    assert len(tape) == 0  # memory is given back
    with pytest.raises(TracingError, match=r"uses up the tape's record. Tape\(persistent=True\)"):
        tape.gradient(y, x)


def test_a_persistent_tape_answers_again_and_for_values_on_the_way():
    with Tape(persistent=True) as tape:
        x = tape.watch(np.array([1.0, 2.0]))
        h = x * x
        y = np.sum(h * h)
    for _ in range(2):
        np.testing.assert_array_equal(tape.gradient(y, x), [4.0, 32.0])
    np.testing.assert_array_equal(tape.gradient(y, h), [2.0, 8.0])
    np.testing.assert_array_equal(tape.gradient(y, y), 1.0)
    np.testing.assert_array_equal(tape.gradient(h, x, output_gradients=[1.0, 10.0]), [2.0, 40.0])


def test_a_value_on_the_way_and_its_source_in_one_call():
    with Tape() as tape:
        x = tape.watch(np.array([1.0, 2.0]))
        h = x * x
        y = np.sum(h * x)
    by_h, by_x = tape.gradient(y, [h, x])
    np.testing.assert_array_equal(by_h, [1.0, 2.0])
    np.testing.assert_array_equal(by_x, [3.0, 12.0])


def test_sources_may_be_nested_and_gradients_are_nested_alike():
    with Tape() as tape:
        w, b = tape.watch(np.ones((2, 3))), tape.watch(np.ones(3))
        y = np.sum(np.ones((4, 2)) @ w + b)
    found = tape.gradient(y, {"dense": (w, b), "again": [b]})
    np.testing.assert_array_equal(found["dense"][0], np.full((2, 3), 4.0))
    np.testing.assert_array_equal(found["dense"][1], [4.0, 4.0, 4.0])
    np.testing.assert_array_equal(found["again"][0], [4.0, 4.0, 4.0])


def test_what_the_target_does_not_depend_on_has_zeros():
    unused = Variable(np.ones((2, 2)))
    with Tape() as tape:
        x, other = tape.watch(np.ones(3, "float32")), tape.watch(np.ones((1, 2)))
        y = np.sum(x)
    by_other, by_unused = tape.gradient(y, [other, unused])
    assert (by_other.shape, by_other.dtype) == ((1, 2), np.float64)
    assert (by_unused.shape, by_unused.dtype) == ((2, 2), np.float32)
    assert not by_other.any()
    assert not by_unused.any()


def test_gradients_are_arrays_of_their_own():
    with Tape() as tape:
        x, z = tape.watch(np.ones(3)), tape.watch(np.ones(3))
        y = np.sum(x + z)
    by_x, by_z = tape.gradient(y, [x, z])
    by_x += 1  # neither read-only nor shared
    np.testing.assert_array_equal(by_z, np.ones(3))


@pytest.mark.parametrize(
    ("wrong", "error", "message"),
    [
        (lambda tape, x, y: tape.gradient(x * 1, x), TracingError, "was not computed from watched arrays"),
        (lambda tape, x, y: tape.gradient(np.ones(3), x), TracingError, "Received: ndarray"),
        (lambda tape, x, y: tape.gradient(None, x), TracingError, "Received: NoneType"),
        (lambda tape, x, y: tape.gradient(y, np.ones(3)), TracingError, "A source of gradient.. must be an array from"),
        (lambda tape, x, y: tape.gradient(y, "x"), TracingError, "Received: str"),
        (lambda tape, x, y: Tape().gradient(y, x), TracingError, "was not computed from watched arrays"),
        (
            lambda tape, x, y: tape.gradient(y, x),
            TracingError,
            r"needs a scalar to differentiate. Received: shape \(3,\)",
        ),
        (
            lambda tape, x, y: tape.gradient(y, x, output_gradients=1.0),
            ValueError,
            r"the target's shape \(3,\). Received",
        ),
        (lambda tape, x, y: tape.watch(x), RuntimeError, "works only inside"),
        (lambda tape, x, y: tape.__enter__(), RuntimeError, "A tape records once"),
    ],
)
def test_wrong_questions(wrong, error, message):
    with Tape() as tape:
        x = tape.watch(np.ones(3))
        y = x * 2
    with pytest.raises(error, match=message):
        wrong(tape, x, y)
    np.testing.assert_array_equal(tape.gradient(y, x, output_gradients=np.ones(3)), [2.0, 2.0, 2.0])  # still usable


@pytest.mark.parametrize("values", [[1, 2], np.array(["a"]), np.array([1j]), np.array([True])], ids=repr)
def test_only_floats_can_be_watched(values):
    with Tape() as tape, pytest.raises(TypeError, match=r"Only floating-point arrays have gradients. Received: dtype"):
        tape.watch(values)


def test_nested_tapes_are_refused():
    with Tape(), pytest.raises(RuntimeError, match="Nested tapes"), Tape():
        pass
    assert active_tape() is None


def test_an_exception_leaves_no_tape_behind():
    tape = Tape()

    def fails():
        with tape:
            seen.append(tape.watch(np.ones(3)))
            raise ZeroDivisionError

    seen = []
    with pytest.raises(ZeroDivisionError):
        fails()
    assert active_tape() is None
    assert not tape.recording
    assert isinstance(seen[0] + 1, np.ndarray)
    with Tape():
        pass


def test_after_the_tape_traced_arrays_are_read_only_arrays():
    with Tape() as tape:
        x = tape.watch(np.array([1.0, -2.0]))
        y = np.sum(x * x)
    assert isinstance(x + 1, np.ndarray)
    assert isinstance(np.linalg.norm(x), np.floating)
    assert (float(y), y.item(), x.tolist(), int(y)) == (5.0, 5.0, [1.0, -2.0], 5)
    np.testing.assert_array_equal(np.asarray(x), [1.0, -2.0])
    np.testing.assert_array_equal(np.unique(x), [-2.0, 1.0])  # no rule is needed
    for write in (lambda: np.add(x, 1, out=x), lambda: x.__setitem__(0, 9), lambda: np.reshape(x, -1).fill(0)):
        with pytest.raises((ValueError, TypeError), match=r"read-only|out=|in place|out"):
            write()
    np.testing.assert_array_equal(tape.gradient(y, x), [2.0, -4.0])


def test_arrays_of_two_tapes_do_not_meet():
    with Tape() as first:
        x = first.watch(np.ones(3))
    with Tape() as second:
        z = second.watch(np.ones(3))
        for meet in (lambda: z + x, lambda: x + z, lambda: second.watch(x), lambda: np.concatenate([x, z])):
            with pytest.raises(TracingError, match="two different tapes"):
                meet()
        y = np.sum(z * stop_gradient(x))
    np.testing.assert_array_equal(second.gradient(y, z), np.ones(3))


def test_two_threads_each_have_a_tape():
    found = {}

    def work(name, factor, barrier):
        with Tape() as tape:
            x = tape.watch(np.full(3, factor))
            barrier.wait()
            y = np.sum(x * x)
            barrier.wait()
        found[name] = tape.gradient(y, x)

    barrier = threading.Barrier(2)
    threads = [threading.Thread(target=work, args=(i, float(i), barrier)) for i in (1, 2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    np.testing.assert_array_equal(found[1], np.full(3, 2.0))
    np.testing.assert_array_equal(found[2], np.full(3, 4.0))


def test_a_value_used_in_many_places_gets_all_its_shares():
    with Tape() as tape:
        x = tape.watch(np.array([1.0, 2.0]))
        h = np.tanh(x)
        y = np.sum(h) + np.sum(h * h) + np.sum(np.stack([h, h, x])) + h[0]
    h = np.tanh([1.0, 2.0])
    expected = (1 - h * h) * (1 + 2 * h + 2 + np.array([1.0, 0.0])) + 1
    np.testing.assert_allclose(tape.gradient(y, x), expected)


def test_only_what_depends_on_a_source_is_computed_on_the_way_back():
    asked = []

    @primitive
    def product(a, b):
        return a * b

    product.defvjp(lambda g, y, a, b: asked.append("a") or g * b, lambda g, y, a, b: asked.append("b") or g * a)
    with Tape() as tape:
        x = tape.watch(np.ones(3))
        y = np.sum(product(np.full(3, 2.0), x))
    np.testing.assert_array_equal(tape.gradient(y, x), np.full(3, 2.0))
    assert asked == ["b"]


def test_a_traced_array_has_the_attributes_and_methods_of_an_array():
    with Tape() as tape:
        x = tape.watch(np.arange(6.0).reshape(2, 3))
        assert (x.shape, x.ndim, x.size, x.dtype, x.nbytes, x.itemsize, len(x)) == ((2, 3), 2, 6, float, 48, 8, 2)
        for method in "sum mean max min var std prod cumsum cumprod ravel flatten copy squeeze diagonal trace".split():
            result = getattr(x, method)()
            assert isinstance(result, TracedArray), method
            np.testing.assert_array_equal(stop_gradient(result), getattr(stop_gradient(x), method)())
        for result in (x.T, x.mT, x.transpose(1, 0), x.reshape(3, 2), x.reshape((3, -1)), x.astype("float32")):
            assert isinstance(result, TracedArray)
        np.testing.assert_array_equal(x.argmax(axis=1), [2, 2])
        assert x.any()


def test_an_error_on_the_way_back_names_the_step():
    with Tape() as tape:
        x = tape.watch(np.ones((2, 2)))
        y = np.linalg.det(x)
    with pytest.raises(np.linalg.LinAlgError, match="Singular") as caught:
        tape.gradient(y, x)
    assert caught.value.__notes__ == ["This happened in the gradient of: det (2, 2) -> ()"]


@pytest.mark.parametrize(
    ("make", "is_copied"),
    [
        (lambda a: a, True),
        (lambda a: a[:], True),
        (lambda a: np.broadcast_to(a, (2, 3)), True),  # read-only, but what it shows is not
        (read_only, False),
        (lambda a: read_only(a)[:2], False),
    ],
)
def test_constants_are_copied_unless_nobody_can_change_them(make, is_copied):
    array = np.ones(3)
    constant = make(array)
    with Tape(persistent=True) as tape:
        np.sum(tape.watch(np.ones(constant.shape)) * constant)
    assert (tape._steps[0].args[1] is not constant) == is_copied


@pytest.mark.parametrize("first", ["slice", "rows", "sum"])
def test_many_gradients_of_one_array_are_added_up_and_nobody_elses_array_changes(first):
    uses = {"slice": lambda x: x[1:3] * 2.0, "rows": lambda x: x[np.array([0, 0, 3])] * 3.0, "sum": lambda x: x + 0.0}
    order = [first, *(use for use in uses if use != first), *uses]
    with Tape(persistent=True) as tape:
        x = tape.watch(np.arange(4.0))
        h = x * 1.0
        y = sum(np.sum(uses[use](h)) for use in order)
    expected = 2 * (np.array([0, 2, 2, 0]) + np.array([6, 0, 0, 3]) + 1.0)
    for _ in range(2):
        for gradient in tape.gradient(y, [x, h]):
            np.testing.assert_array_equal(gradient, expected)
    ones = np.ones(4)
    np.testing.assert_array_equal(tape.gradient(h, x, output_gradients=ones), ones)


def test_a_loop_over_steps_makes_one_array_for_their_gradients(monkeypatch):
    """Otherwise each step would make an array as large as all of them together."""
    rule, made = RULES[getitem], []

    def counted(g, y, x, index):
        made.append(index)
        return whole(g, y, x, index)

    (whole,) = rule.vjps
    monkeypatch.setattr(rule, "vjps", (counted,))
    with Tape() as tape:
        x = tape.watch(np.ones((5, 2)))
        y = sum(np.sum(x[t] * x[t]) for t in range(5))
    np.testing.assert_array_equal(tape.gradient(y, x), 2.0)
    assert made == [4]
