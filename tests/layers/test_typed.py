"""The number type of a layer, and what becomes of inputs and outputs of other types."""

import numpy as np
import pytest

from layerlab import Variable, config
from layerlab.layers import Dense, Layer
from tests.layers.sample_layers import X


class TestTypes:
    def test_floats_are_cast_and_integers_are_not(self):
        class Same(Layer):
            def call(self, x):
                return x

        assert {Same()(X.astype(kind)).dtype.name for kind in ("float16", "float32", "float64")} == {"float32"}
        assert Same()(X.astype("int64")).dtype == "int64"
        assert Same(dtype="float64")(X).dtype == "float64"
        assert Same(autocast=False)(X.astype("float64")).dtype == "float64"

    def test_numpys_own_scalars_do_not_widen_the_output(self):
        class Widening(Layer):
            def call(self, x):
                return x * np.sqrt(2) + np.arange(3)

        assert Widening()(X).dtype == "float32"
        assert Widening(autocast=False)(X).dtype == "float64"
        assert Widening().compute_output_shape((None, 3)) == (None, 3)

    def test_the_default_follows_the_global_setting(self):
        config.set_floatx("float64")
        layer = Dense(2)
        assert layer(X).dtype == layer.dtype == layer.kernel.dtype == "float64"

    @pytest.mark.parametrize("x", [np.array(["a"]), np.array([[None]]), np.ones((2, 3), complex)])
    def test_other_things_than_real_numbers_are_refused(self, x):
        with pytest.raises(ValueError, match=r"computes with real numbers\. Received: an array of dtype"):
            Dense(2)(x)

    def test_whatever_can_become_an_array_is_welcome(self):
        class Frame:
            def __array__(self, dtype=None, copy=None):
                return X

        assert Dense(2)(Frame()).shape == (2, 2)
        assert Dense(2)(Variable(X)).shape == (2, 2)

    def test_an_unknown_type(self):
        with pytest.raises(ValueError, match="Invalid dtype: foo"):
            Dense(2, dtype="foo")


def test_dtype_policy_names_the_dtype():
    layer = Dense(2, dtype="float64")
    assert layer.dtype_policy.name == layer.dtype_policy.compute_dtype == layer.dtype == "float64"
    assert Dense(2, dtype=layer.dtype_policy).dtype_policy == layer.dtype_policy
    with pytest.raises(ValueError, match="no mixed precision"):
        Dense(2, dtype="mixed_float16")


def test_dtype_policy_can_be_set_until_there_are_weights():
    layer = Dense(2)
    layer.dtype_policy = "float64"
    assert layer(X).dtype == layer.kernel.dtype == "float64"
    layer.dtype_policy = layer.dtype_policy
    with pytest.raises(ValueError, match=r"The weights of layer '.*' are float64 already"):
        layer.dtype_policy = "float32"
