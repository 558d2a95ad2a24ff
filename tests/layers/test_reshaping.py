"""Flatten, Reshape, Permute and RepeatVector: where each number goes, unknown axes, and what does not fit."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from layerlab import Input
from layerlab.layers import Flatten, Permute, RepeatVector, Reshape


def numbered(*shape):
    return np.arange(np.prod(shape), dtype="float32").reshape(shape)


class TestFlatten:
    def test_the_last_axis_runs_fastest(self):
        assert Flatten()(numbered(1, 2, 3)).tolist() == [[0, 1, 2, 3, 4, 5]]

    def test_channels_first_gives_the_rows_of_channels_last(self):
        x = np.array([[[1, 2, 3], [4, 5, 6]]])
        assert Flatten("channels_first")(x).tolist() == [[1, 4, 2, 5, 3, 6]]

    @pytest.mark.parametrize(
        ("shape", "expected"),
        [
            ((None, 3, 4), (None, 12)),
            ((2, 3), (2, 3)),
            ((None,), (None, 1)),
            ((None, None, 3), (None, None)),
            ((5, 0), (5, 0)),
        ],
    )
    @pytest.mark.parametrize("data_format", ["channels_last", "channels_first"])
    def test_shapes(self, shape, expected, data_format):
        layer = Flatten(data_format)
        assert layer.compute_output_shape(shape) == expected
        assert layer(Input(batch_shape=shape)).shape == expected

    def test_a_single_number_is_no_batch(self):
        with pytest.raises(ValueError, match="expected min_ndim=1, found ndim=0"):
            Flatten()(np.float32(3))

    def test_data_format(self):
        with pytest.raises(ValueError, match="The `data_format` argument must be one of"):
            Flatten("foo")


class TestReshape:
    @pytest.mark.parametrize(
        ("target", "shape", "expected"),
        [
            ((3, 4), (None, 12), (None, 3, 4)),
            ([3, 4], (None, 12), (None, 3, 4)),
            ((-1,), (None, 3, 4), (None, 12)),
            ((2, -1), (None, 3, 4), (None, 2, 6)),
            ((), (None, 1), (None,)),
            ((-1, 4), (None, None, None), (None, None, 4)),
            ((5, 2), (None, None, 4), (None, 5, 2)),
            ((3, -1), (None, 0), (None, 3, 0)),
            ((np.int64(3), 4), (None, 12), (None, 3, 4)),
        ],
    )
    def test_shapes(self, target, shape, expected):
        layer = Reshape(target)
        assert layer.compute_output_shape(shape) == expected
        assert layer(Input(shape[1:])).shape == expected

    @given(st.permutations([2, 3, 4]), st.integers(0, 2))
    def test_the_order_of_the_numbers_stays(self, shape, hole):
        target = tuple(-1 if axis == hole else n for axis, n in enumerate(shape))
        y = Reshape(target)(numbered(5, 24))
        assert y.shape == (5, *shape)
        np.testing.assert_array_equal(y.reshape(5, -1), numbered(5, 24))

    @pytest.mark.parametrize(
        ("target", "message"),
        [
            ((-1, -1), r"There must be at most one unknown dimension \(-1\) in `target_shape`"),
            ((-2, 3), "Each dimension in `target_shape` must be a non-negative integer"),
            (("a",), "Each dimension in `target_shape` must be a non-negative integer"),
            ((None, 3), "Each dimension in `target_shape` must be a non-negative integer"),
            ((2.0, 3), "Each dimension in `target_shape` must be a non-negative integer"),
        ],
    )
    def test_impossible_targets(self, target, message):
        with pytest.raises(ValueError, match=message):
            Reshape(target)

    def test_a_target_is_a_tuple(self):
        with pytest.raises(TypeError, match=r"Received: target_shape=3. Did you mean \(3,\)"):
            Reshape(3)

    @pytest.mark.parametrize("make_input", [lambda shape: Input(shape), lambda shape: np.ones((2, *shape))])
    @pytest.mark.parametrize(
        ("target", "message"),
        [
            ((5,), r"must be unchanged. Received: input_shape=\(3, 4\), target_shape=\(5,\)"),
            ((5, -1), "cannot by divided by the specified dimensions in target_shape"),
            ((0, -1), "cannot by divided by the specified dimensions in target_shape"),
            ((2, 3, 4), r"Is 2 the batch size\? target_shape leaves the batch axis out: \(3, 4\)"),
        ],
    )
    def test_a_size_that_does_not_fit(self, target, message, make_input):
        with pytest.raises(ValueError, match="The total size of the tensor must be unchanged") as caught:
            Reshape(target)(make_input((3, 4)))
        assert caught.match(message)


class TestPermute:
    def test_axes_count_from_one(self):
        x = numbered(2, 3, 4, 5)
        np.testing.assert_array_equal(Permute((3, 1, 2))(x), np.transpose(x, (0, 3, 1, 2)))

    def test_unknown_axes(self):
        assert Permute((2, 1)).compute_output_shape((None, 3, None)) == (None, None, 3)
        assert Permute([2, 1])(Input((3, None))).shape == (None, None, 3)

    @pytest.mark.parametrize("dims", [(1, 1), (0, 1), (2, 3), (1.5, 1)])
    def test_dims_are_a_permutation(self, dims):
        with pytest.raises(ValueError, match="Invalid permutation argument `dims` for Permute Layer"):
            Permute(dims)

    def test_dims_are_a_tuple(self):
        with pytest.raises(TypeError, match="`dims` must be a tuple"):
            Permute(2)

    def test_the_rank_is_fixed(self):
        with pytest.raises(ValueError, match=r"expected ndim=3, found ndim=2. Full shape received: \(2, 3\)"):
            Permute((2, 1))(np.ones((2, 3)))


class TestRepeatVector:
    def test_each_sample_is_repeated(self):
        assert RepeatVector(2)(np.array([[1, 2], [3, 4]])).tolist() == [[[1, 2], [1, 2]], [[3, 4], [3, 4]]]
        assert RepeatVector(2)(Input((None,))).shape == (None, 2, None)

    @pytest.mark.parametrize(
        ("n", "error", "message"),
        [
            ("a", TypeError, "Expected an integer value for `n`, got <class 'str'>"),
            (2.0, TypeError, "Expected an integer value for `n`, got <class 'float'>"),
            (0, ValueError, "Argument `n` should be a positive integer. Received: n=0"),
        ],
    )
    def test_n_is_a_positive_integer(self, n, error, message):
        with pytest.raises(error, match=message):
            RepeatVector(n)

    def test_the_rank_is_fixed(self):
        with pytest.raises(ValueError, match="expected ndim=2, found ndim=3"):
            RepeatVector(2)(np.ones((2, 3, 4)))


@pytest.mark.parametrize("layer", [Flatten(), Reshape((6,)), Permute((2, 1))], ids=lambda layer: layer.name)
@pytest.mark.parametrize("dtype", ["int32", "int64", "bool"])
def test_integers_and_booleans_stay_what_they_are(layer, dtype):
    assert layer(np.ones((2, 2, 3), dtype)).dtype == dtype
    assert layer(Input((2, 3), dtype=dtype)).dtype == dtype
