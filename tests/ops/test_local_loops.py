"""The loops of locally connected sums against NumPy's way, uncompiled and, where numba is installed, compiled."""

import numpy as np
import pytest

from layerlab.autodiff import Tape
from layerlab.compiled import Loop
from layerlab.ops import local
from layerlab.ops.local import locally_connected
from layerlab.ops.local_loops import GRADIENTS, SUMS
from layerlab.ops.windows import Windows

RNG = np.random.default_rng(0)
# spatial sizes, window, strides, padding, channels, filters: inputs that nine or three divides or not, an odd filter
CASES = [
    ((6,), (3,), (1,), "valid", 1, 2),
    ((7,), (2,), (2,), "same", 2, 3),
    ((5, 4), (2, 3), (2, 1), "same", 1, 4),
    ((4, 5), (2, 2), (1, 2), "valid", 2, 1),
    ((3, 4, 3), (2, 2, 2), (1, 2, 1), "valid", 1, 3),
    ((3,), (1,), (1,), "valid", 1, 1),
    ((5, 4), (3, 3), (1, 1), "valid", 1, 3),
    ((4, 5), (3, 3), (1, 2), "same", 2, 2),
    ((7,), (5,), (1,), "valid", 2, 3),
    ((6, 6), (5, 5), (1, 1), "valid", 1, 1),
]


@pytest.fixture(params=["as Python", "compiled"])
def loops(request, monkeypatch):
    """How often each loop ran; from the first call on."""
    monkeypatch.setattr(local, "_MUCH", 1)
    ran = {}
    for name, loop in (("SUMS", SUMS), ("GRADIENTS", GRADIENTS)):
        function = loop.function
        if request.param == "compiled":
            pytest.importorskip("numba", reason="numba, of the extra [fast], is not installed")
            monkeypatch.setattr(Loop, "in_use", False)
            function = Loop(loop.function, loop.types, pays_from=0, fastmath=loop.options["fastmath"]).after(1)
        monkeypatch.setattr(local, name, Counted(function, ran, name))
    return ran


class Counted:
    """A loop that has been compiled, or need not be."""

    def __init__(self, function, ran, name):
        self.function, self.ran, self.name = function, ran, name
        ran[name] = 0

    def after(self, work):
        self.ran[self.name] += 1
        return self.function


def arrays(case, batch=3, dtype="float32"):
    spatial, size, strides, padding, channels, filters = case
    windows = Windows.over(spatial, size, strides, (1,) * len(size), padding)
    shapes = (batch, *spatial, channels), (np.prod(windows.outputs), np.prod(size) * channels, filters)
    x, kernel, bias = (RNG.normal(size=shape).astype(dtype) for shape in (*shapes, (*windows.outputs, filters)))
    return x, kernel, windows, bias


def results(x, kernel, windows, bias, rectified, wanted=("kernel", "bias")):
    """The sums, and the gradients by what is wanted of x, kernel and bias."""
    sources = {"x": x, "kernel": kernel} | ({} if bias is None else {"bias": bias})
    with Tape() as tape:
        watched = {name: tape.watch(array) if name in wanted else array for name, array in sources.items()}
        y = locally_connected(watched["x"], watched["kernel"], windows, watched.get("bias"), rectified)
        total = np.sum(y * np.cos(np.arange(np.size(y), dtype=x.dtype)).reshape(np.shape(y)))
    return [np.asarray(y), *tape.gradient(total, [watched[name] for name in wanted if name in watched])]


@pytest.mark.parametrize("case", CASES, ids=str)
@pytest.mark.parametrize("rectified", [False, True])
@pytest.mark.parametrize("with_bias", [False, True])
def test_they_give_the_sums_and_gradients_of_numpy(case, rectified, with_bias, loops):
    x, kernel, windows, bias = arrays(case)
    bias = bias if with_bias else None
    found = results(x, kernel, windows, bias, rectified)
    assert loops == {"SUMS": 1, "GRADIENTS": int(rectified)}
    exact = results(
        *(a.astype(float) for a in (x, kernel)), windows, bias if bias is None else bias.astype(float), rectified
    )
    assert loops["SUMS"] == 1  # float64 is NumPy's
    for ours, expected in zip(found, exact, strict=True):
        assert ours.dtype == np.float32
        np.testing.assert_allclose(ours, expected, rtol=1e-5, atol=1e-5)


def test_the_gradient_by_the_input_is_numpys(loops):
    x, kernel, windows, bias = arrays(CASES[2])
    found = results(x, kernel, windows, bias, True, ("x", "kernel", "bias"))
    assert loops == {"SUMS": 1, "GRADIENTS": 0}
    exact = results(*(a.astype(float) for a in (x, kernel)), windows, bias.astype(float), True, ("x", "kernel", "bias"))
    for ours, expected in zip(found, exact, strict=True):
        np.testing.assert_allclose(ours, expected, rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize("name", ["SUMS", "GRADIENTS"])
def test_one_of_them_may_come_later(name, loops, monkeypatch):
    x, kernel, windows, bias = arrays(CASES[2])
    expected = results(x, kernel, windows, bias, True)
    monkeypatch.setattr(getattr(local, name), "after", lambda work: None)
    for ours, exact in zip(results(x, kernel, windows, bias, True), expected, strict=True):
        np.testing.assert_allclose(ours, exact, rtol=1e-5, atol=1e-5)
    assert loops == {"SUMS": 1, "GRADIENTS": 1} | {other: 2 for other in loops if other != name}


def test_a_nan_stays_one_and_passes_no_gradient(loops):
    windows = Windows.over((4,), (1,), (1,), (1,), "valid")
    x = np.array([1.0, -1.0, 0.0, np.nan], "float32").reshape(1, 4, 1)
    y, share = results(x, np.ones((4, 1, 1), "float32"), windows, np.zeros((4, 1), "float32"), True, ("bias",))
    np.testing.assert_array_equal(y.ravel(), [1, 0, 0, np.nan])
    np.testing.assert_array_equal(share.ravel(), [1, 0, 0, 0])


@pytest.mark.parametrize("taps", [1, 2, 3, 8, 9, 10])
def test_infinity_stays_infinity(taps, loops):
    windows = Windows.over((taps,), (taps,), (1,), (1,), "valid")
    x, kernel = np.full((1, taps, 1), np.inf, "float32"), np.ones((1, taps, 1), "float32")
    assert locally_connected(x, kernel, windows).item() == np.inf
    assert locally_connected(-x, kernel, windows).item() == -np.inf


def test_no_samples_and_other_layouts(loops):
    x, kernel, windows, bias = arrays(CASES[2])
    assert locally_connected(x[:0], kernel, windows, bias, True).shape == (0, *bias.shape)
    expected = locally_connected(x, kernel, windows, bias, True)
    found = locally_connected(np.asfortranarray(x), np.asfortranarray(kernel), windows, np.asfortranarray(bias), True)
    np.testing.assert_array_equal(found, expected)


def test_what_is_read_only_or_of_another_type_is_taken_all_the_same(loops):
    x, kernel, windows, bias = arrays(CASES[2], batch=1)  # a view with the batch last has no gaps then
    expected = results(x, kernel, windows, bias, True)
    x.flags.writeable = kernel.flags.writeable = False
    found = results(x, kernel, windows, bias.astype(float), True)
    assert loops == {"SUMS": 2, "GRADIENTS": 2}
    for ours, exact in zip(found, expected, strict=True):
        np.testing.assert_allclose(ours, exact, rtol=1e-6)


@pytest.mark.parametrize(("steps", "taps"), [(34, 33), (4, 3)])
def test_long_windows_and_little_work_are_left_to_numpy(steps, taps, loops, monkeypatch):
    monkeypatch.setattr(local, "_MUCH", 2 * 32 + 1)
    results(*arrays(((steps,), (taps,), (1,), "valid", 1, 1)), rectified=True)
    assert loops == {"SUMS": 0, "GRADIENTS": 0}
    results(*arrays(((33,), (32,), (1,), "valid", 1, 1)), rectified=True)
    assert loops == {"SUMS": 1, "GRADIENTS": 1}
