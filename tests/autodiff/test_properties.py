"""Gradient rules on inputs that nobody chose: shapes, axes, indices and subscripts made by hypothesis."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from layerlab.autodiff import check_gradients, gradient
from layerlab.autodiff.rule import unbroadcast

few = settings(max_examples=60)
shapes = hnp.array_shapes(min_dims=0, max_dims=4, min_side=0, max_side=3)


def values(shape, seed=0):
    return np.random.default_rng(seed).standard_normal(shape)


@few
@given(st.data())
def test_any_index(data):
    shape = data.draw(hnp.array_shapes(min_dims=1, max_dims=3, max_side=4))
    index = data.draw(
        st.one_of(
            hnp.basic_indices(shape, allow_newaxis=True),
            hnp.integer_array_indices(shape),
            hnp.arrays(bool, shape),
            hnp.arrays(bool, shape[:1]),
            hnp.arrays(int, hnp.array_shapes(max_dims=2), elements=st.integers(-shape[0], shape[0] - 1)),
        )
    )
    found = gradient(lambda x: np.sum(x[index] * cotangent))
    x = values(shape)
    cotangent = values(np.shape(x[index]), 1)
    expected = np.zeros(shape)
    np.add.at(expected, index, cotangent)  # the definition: slow, one element at a time
    np.testing.assert_allclose(found(x), expected, atol=1e-12)


@few
@given(hnp.mutually_broadcastable_shapes(num_shapes=2, max_dims=4, min_side=0, max_side=3))
def test_any_broadcasting(shapes):
    a, b = (values(shape, i) for i, shape in enumerate(shapes.input_shapes))
    check_gradients(lambda a, b: np.multiply(a, b) - a / (2 + np.tanh(b)), a, b, tolerance=1e-5)


@few
@given(hnp.mutually_broadcastable_shapes(num_shapes=1, base_shape=(2, 3, 2), max_dims=3))
def test_unbroadcast_undoes_broadcast_to(shapes):
    (shape,) = shapes.input_shapes
    g, x = values(shapes.result_shape), values(shape, 1)
    shared = unbroadcast(g, shape)
    assert shared.shape == shape
    np.testing.assert_allclose(np.sum(g * np.broadcast_to(x, g.shape)), np.sum(shared * x))  # the adjoint


@few
@given(st.data())
def test_any_axes_of_a_reduction(data):
    shape = data.draw(hnp.array_shapes(min_dims=1, max_dims=4, max_side=3))
    axis = data.draw(st.one_of(st.none(), st.integers(-len(shape), len(shape) - 1), hnp.valid_tuple_axes(len(shape))))
    keepdims = data.draw(st.booleans())
    for function in (np.sum, np.mean, np.max, np.var, np.prod):
        check_gradients(lambda x, f=function: f(x, axis=axis, keepdims=keepdims), values(shape), tolerance=1e-5)


@few
@given(st.data())
def test_any_einsum(data):
    sizes = {"a": 2, "b": 3, "c": 1, "d": 2}
    terms = data.draw(st.lists(st.text("abcd", max_size=3), min_size=1, max_size=3))
    letters = sorted(set("".join(terms)))
    output = "".join(data.draw(st.permutations(letters))[: data.draw(st.integers(0, len(letters)))])
    subscripts = ",".join(terms) + data.draw(st.sampled_from(["", f"->{output}"]))
    operands = [values([sizes[c] for c in term], i) for i, term in enumerate(terms)]
    check_gradients(lambda *xs: np.einsum(subscripts, *xs), *operands, tolerance=1e-5)


@few
@given(hnp.mutually_broadcastable_shapes(signature="(n?,k),(k,m?)->(n?,m?)", max_dims=2, max_side=3))
def test_any_matmul(shapes):
    a, b = (values(shape, i) for i, shape in enumerate(shapes.input_shapes))
    check_gradients(np.matmul, a, b, tolerance=1e-5)


@few
@given(st.data())
def test_any_tensordot(data):
    a, b = data.draw(st.permutations(range(3))), data.draw(st.permutations(range(3)))
    n = data.draw(st.integers(0, 3))
    sizes_a, sizes_b = [2, 3, 4], [0, 0, 0]
    for i in range(3):
        sizes_b[b[i]] = sizes_a[a[i]]
    axes = (a[:n], [axis - 3 for axis in b[:n]])
    check_gradients(lambda x, y: np.tensordot(x, y, axes), values(sizes_a), values(sizes_b, 1), tolerance=1e-5)


@few
@given(st.data())
def test_any_shuffle_of_axes_and_elements(data):
    shape = data.draw(hnp.array_shapes(min_dims=1, max_dims=3, max_side=3))
    ndim = len(shape)
    order = data.draw(st.permutations(range(ndim)))
    width = data.draw(st.lists(st.tuples(st.integers(0, 2), st.integers(0, 2)), min_size=ndim, max_size=ndim))
    mode = data.draw(st.sampled_from(["constant", "edge", "symmetric", "wrap"]))
    reps = data.draw(st.lists(st.integers(0, 2), min_size=1, max_size=3))

    def shuffled(x):
        x = np.pad(np.transpose(x, order), width, mode)
        return np.tile(np.roll(np.flip(x, 0), 1, -1), reps) * 2

    check_gradients(shuffled, values(shape), tolerance=1e-5)
