"""Convolutions against loops over single numbers, and their gradients against finite differences."""

import tracemalloc

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import layerlab.ops.conv as conv_module
from layerlab import threads
from layerlab.autodiff import check_gradients, gradient
from layerlab.ops import windows
from layerlab.ops.conv import _conv_shares, conv, conv_transpose
from layerlab.ops.depthwise import depthwise_conv
from tests.ops import loops
from tests.ops.spatial_cases import geometries, numbers

HERE = {"conv": conv, "depthwise_conv": depthwise_conv, "conv_transpose": conv_transpose}
BY_HAND = {name: getattr(loops, name) for name in HERE}
batches = st.integers(0, 2)


@st.composite
def conv_calls(draw):
    case = draw(geometries())
    groups, channels, filters = draw(st.integers(1, 2)), draw(st.sampled_from([1, 2, 4])), draw(st.integers(1, 2))
    shapes = (draw(batches), *case.spatial, channels * groups), (*case.size, channels, filters * groups)
    return "conv", *shapes, (case.strides, case.padding, case.dilation)


@st.composite
def depthwise_calls(draw):
    case = draw(geometries())
    channels, multiplier = draw(st.integers(1, 3)), draw(st.integers(1, 2))
    shapes = (draw(batches), *case.spatial, channels), (*case.size, channels, multiplier)
    return "depthwise_conv", *shapes, (case.strides, case.padding, case.dilation)


@st.composite
def transpose_calls(draw):
    rank = draw(st.integers(1, 3))
    spatial, size, strides = (draw(numbers(rank, 1, 3)) for _ in range(3))
    dilation = draw(numbers(rank, 1, 2))
    padding = draw(st.sampled_from(["valid", "same"]))
    extra = draw(st.none() | st.tuples(*[st.integers(0, s - 1) for s in strides]))
    channels, filters = draw(st.integers(1, 2)), draw(st.sampled_from([1, 2, 4]))
    shapes = (draw(batches), *spatial, channels), (*size, filters, channels)
    return "conv_transpose", *shapes, (strides, padding, dilation, extra)


calls = st.one_of(conv_calls(), depthwise_calls(), transpose_calls())


def numbers_for(*shapes, dtype="float64"):
    rng = np.random.default_rng(0)
    return [rng.normal(size=shape).astype(dtype) for shape in shapes]


@given(calls)
def test_against_one_number_at_a_time(call):
    name, x_shape, kernel_shape, options = call
    x, kernel = numbers_for(x_shape, kernel_shape)
    np.testing.assert_allclose(HERE[name](x, kernel, *options), BY_HAND[name](x, kernel, *options), atol=1e-12)


@given(calls)
@settings(max_examples=50)
def test_gradients(call):
    name, *shapes, options = call
    check_gradients(lambda x, kernel: HERE[name](x, kernel, *options), *numbers_for(*shapes))


@given(calls)
@settings(max_examples=30)
def test_types_stay(call):
    name, *shapes, options = call
    x, kernel = numbers_for(*shapes, dtype="float32")
    assert HERE[name](x, kernel, *options).dtype == np.float32
    total = gradient(lambda x, kernel: np.sum(HERE[name](x, kernel, *options)), argnums=(0, 1))
    assert [(g.dtype, g.shape) for g in total(x, kernel)] == [(a.dtype, a.shape) for a in (x, kernel)]


# (call, steps, taps, options) -> what real Keras gives for the inputs 1, 2, ...
KNOWN = [
    ("conv", 5, [1, 1, 1], ((2,), "same", (1,)), [3, 9, 9]),
    ("conv", 6, [1, 1, 1], ((2,), "same", (1,)), [6, 12, 11]),
    ("conv", 5, [1, 1], ((1,), "same", (1,)), [3, 5, 7, 9, 5]),
    ("conv", 5, [1, 1, 1, 1], ((1,), "same", (1,)), [6, 10, 14, 12, 9]),
    ("conv", 5, [1, 1, 1], ((1,), "same", (2,)), [4, 6, 9, 6, 8]),
    ("conv", 5, [1, 1, 1], ((2,), "causal", (1,)), [1, 6, 12]),
    ("conv", 5, [1, 1, 1], ((1,), "causal", (2,)), [1, 2, 4, 6, 9]),
    ("conv", 5, [1, 10, 100], ((1,), "valid", (1,)), [321, 432, 543]),
    ("conv_transpose", 3, [1, 10, 100], ((2,), "valid", (1,)), [1, 10, 102, 20, 203, 30, 300]),
    ("conv_transpose", 3, [1, 10], ((3,), "valid", (1,)), [1, 10, 0, 2, 20, 0, 3, 30, 0]),
    ("conv_transpose", 3, [1, 10, 100], ((2,), "valid", (1,), (1,)), [1, 10, 102, 20, 203, 30, 300, 0]),
    ("conv_transpose", 3, [1, 10, 100], ((2,), "same", (1,)), [1, 10, 102, 20, 203, 30]),
    ("conv_transpose", 3, [1, 10, 100], ((2,), "same", (1,), (0,)), [10, 102, 20, 203, 30]),
    ("conv_transpose", 3, [1, 10, 100, 1000], ((2,), "same", (1,)), [10, 102, 1020, 203, 2030, 300]),
    ("conv_transpose", 3, [1, 10, 100], ((1,), "same", (2,)), [13, 20, 130]),
    ("conv_transpose", 3, [1, 10], ((3,), "same", (1,), (1,)), [1, 10, 0, 2, 20, 0, 3]),
]


@pytest.mark.parametrize(("name", "steps", "taps", "options", "expected"), KNOWN)
@pytest.mark.parametrize("table", [HERE, BY_HAND], ids=["ops", "loops"])
def test_known_numbers(table, name, steps, taps, options, expected):
    x = np.arange(1.0, steps + 1).reshape(1, steps, 1)
    kernel = np.array(taps, float).reshape(-1, 1, 1)
    assert table[name](x, kernel, *options).ravel().tolist() == expected


def test_a_transposed_convolution_is_the_gradient_of_a_convolution():
    x, kernel, y = numbers_for((2, 7, 6, 3), (3, 2, 3, 4), (2, 3, 5, 4))
    options = (2, 1), "valid", (1, 1)
    way_back = gradient(lambda x: np.sum(conv(x, kernel, *options) * y))(x)
    np.testing.assert_allclose(conv_transpose(y, kernel, *options), way_back, atol=1e-12)


@pytest.mark.parametrize("layout", [np.asfortranarray, lambda x: x[:, ::-1], lambda x: np.moveaxis(x, -1, 1)])
def test_any_memory_layout(layout):
    x, kernel = numbers_for((3, 5, 5, 5), (2, 2, 5, 2))
    x = layout(x)
    options = (1, 1), "same", (1, 1)
    np.testing.assert_allclose(conv(x, kernel, *options), conv(x.copy("C"), kernel, *options), rtol=1e-12)


@pytest.mark.parametrize("groups", [1, 2])
def test_a_bias_and_a_relu_ride_along(groups):
    x, kernel, bias = numbers_for((2, 5, 6, 4), (3, 2, 4 // groups, 6), (6,))
    options = (2, 1), "same", (1, 1)
    plain = conv(x, kernel, *options) + bias
    np.testing.assert_allclose(conv(x, kernel, *options, bias), plain, atol=1e-12)
    np.testing.assert_allclose(conv(x, kernel, *options, bias, True), np.maximum(plain, 0), atol=1e-12)
    np.testing.assert_allclose(conv(x, kernel, *options, None, True), np.maximum(plain - bias, 0), atol=1e-12)
    check_gradients(lambda x, kernel, bias: conv(x, kernel, *options, bias) ** 2, x, kernel, bias)
    check_gradients(lambda x, kernel, bias: conv(x, kernel, *options, bias, True) ** 2, x, kernel, bias)


@pytest.mark.parametrize("block", [1, 200, 10**9])
@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_the_size_of_blocks_changes_no_number(monkeypatch, block, dtype):
    x, kernel, bias = numbers_for((3, 12, 7, 32), (3, 3, 32, 64), (64,), dtype=dtype)

    def everything():
        found = gradient(lambda *arrays: np.sum(conv(*arrays[:2], *options, arrays[2], True)), argnums=(0, 1, 2))
        return [conv(x, kernel, *options, bias, True), *found(x, kernel, bias)]

    options = (1, 1), "same", (1, 1)
    whole = everything()
    monkeypatch.setattr(windows, "_BLOCK", block)
    for ours, expected in zip(everything(), whole, strict=True):
        np.testing.assert_allclose(ours, expected, rtol=1e-12 if dtype == "float64" else 1e-4, atol=1e-4)


@pytest.mark.parametrize("name", ["conv", "conv_transpose"])
@pytest.mark.parametrize(("spatial", "size", "channels"), [((12, 7), (3, 3), 64), ((30,), (5,), 64)])
@pytest.mark.parametrize("groups", [1, 2])
def test_the_quick_way_in_float32_is_the_exact_one_rounded(name, spatial, size, channels, groups):
    if name == "conv_transpose":
        groups = 1
    shapes = (2, *spatial, channels * groups), (*size, channels, channels * groups)
    options = (1,) * len(size), "same", (1,) * len(size)

    def everything(dtype):
        x, kernel = numbers_for(*shapes, dtype=dtype)
        y = HERE[name](x, kernel, *options)
        return y, *gradient(lambda x, kernel: np.sum(HERE[name](x, kernel, *options) * y), argnums=(0, 1))(x, kernel)

    for ours, exact in zip(everything("float32"), everything("float64"), strict=True):
        assert ours.dtype == np.float32
        np.testing.assert_allclose(ours, exact, atol=5e-6 * np.abs(exact).max())


@pytest.mark.parametrize("samples", [1, 3])
@pytest.mark.parametrize(
    ("spatial", "size", "strides", "dilation", "groups"),
    [
        ((70,), (3,), (1,), (1,), 1),
        ((203,), (5,), (3,), (2,), 2),
        ((61, 9), (3, 3), (1, 1), (1, 1), 1),
        ((110, 8), (4, 3), (2, 1), (1, 2), 2),
        ((60, 4, 3), (2, 2, 2), (1, 1, 1), (1, 1, 1), 1),
    ],
)
@pytest.mark.parametrize("padding", ["valid", "same"])
def test_a_large_sample_is_cut_into_strips(monkeypatch, samples, spatial, size, strides, dilation, groups, padding):
    x, kernel, bias = numbers_for((samples, *spatial, 2 * groups), (*size, 2, 4), (4,))
    options = strides, padding, dilation, bias, True
    whole = conv(x, kernel, *options)
    batches = []

    def share(work, blocks):
        batches.append(blocks[-1].stop)
        return threads.share(work, blocks)

    monkeypatch.setattr(conv_module, "_LARGE", 0)
    monkeypatch.setattr(conv_module, "share", share)
    np.testing.assert_allclose(conv(x, kernel, *options), whole, atol=1e-12)
    assert max(batches) >= 12


def test_a_sample_of_more_windows_than_a_block_has_rows_is_a_block():
    x, kernel = np.ones((2, 14, 14, 4), "float32"), np.ones((7, 7, 3, 4), "float32")
    y = conv_transpose(x, kernel, (16, 16), "same", (1, 1))
    assert y.shape == (2, 224, 224, 3)
    np.testing.assert_array_equal(y[0], y[1])
    y = conv(np.ones((2, 80, 80, 64), "float32"), np.ones((3, 3, 64, 16), "float32"), (1, 1), "same", (1, 1))
    np.testing.assert_allclose(y[:, 1:-1, 1:-1], 9 * 64, rtol=1e-5)


@pytest.mark.parametrize("padding", ["valid", "same"])
@pytest.mark.parametrize("channels", [2, 32])  # by unrolling, by tiles
def test_beside_its_results_a_convolution_needs_blocks_alone(monkeypatch, padding, channels):
    monkeypatch.setattr(threads, "number_of_threads", lambda: 1)  # each has its own
    x, kernel = numbers_for((64, 26, 26, channels), (3, 3, channels, 32), dtype="float32")
    options = (1, 1), padding, (1, 1), None, True

    def beside(call, results):
        tracemalloc.start()
        found = call()
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return peak - sum(array.nbytes for array in results(found))

    y = conv(x, kernel, *options)  # unrolled, 64 samples of 32 channels are 50 MB
    assert beside(lambda: conv(x, kernel, *options), lambda found: [found]) < 8e6
    assert beside(lambda: _conv_shares([0, 1], y, y, x, kernel, *options), list) < 12e6
