"""The activation layers: their arguments, what they refuse, masks of Softmax, integers."""

import numpy as np
import pytest

from layerlab import Input, activations
from layerlab.layers import ELU, Activation, Dense, LeakyReLU, PReLU, ReLU, Softmax

X = np.array([[-2.0, -0.5, 0.5, 2.0]], "float32")


@pytest.mark.parametrize(
    ("layer", "expected"),
    [
        (Activation("relu"), [0, 0, 0.5, 2]),
        (Activation(None), [-2, -0.5, 0.5, 2]),
        (Activation(np.square), [4, 0.25, 0.25, 4]),
        (Activation(LeakyReLU()), [-0.6, -0.15, 0.5, 2]),
        (ReLU(), [0, 0, 0.5, 2]),
        (ReLU(1.0), [0, 0, 0.5, 1]),
        (ReLU(negative_slope=0.1), [-0.2, -0.05, 0.5, 2]),
        (ReLU(max_value=1, negative_slope=0.1, threshold=0.6), [-0.26, -0.11, -0.01, 1]),
        (LeakyReLU(), [-0.6, -0.15, 0.5, 2]),
        (LeakyReLU(0.5), [-1, -0.25, 0.5, 2]),
        (ELU(2.0), [2 * np.expm1(-2), 2 * np.expm1(-0.5), 0.5, 2]),
        (PReLU(), [0, 0, 0.5, 2]),
        (PReLU("ones"), [-2, -0.5, 0.5, 2]),
    ],
    ids=lambda value: getattr(value, "name", ""),
)
def test_values(layer, expected):
    np.testing.assert_allclose(layer(X), [expected], rtol=1e-6)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: ReLU(max_value=-1), "max_value of a ReLU layer cannot be a negative value. Received: max_value=-1"),
        (lambda: ReLU(negative_slope=-1), "negative_slope of a ReLU layer cannot be None or a negative value"),
        (lambda: ReLU(negative_slope=None), "negative_slope of a ReLU layer cannot be None or a negative value"),
        (lambda: ReLU(threshold=-1), "threshold of a ReLU layer cannot be None or a negative value"),
        (lambda: ReLU(alpha=0.1), "negative_slope="),
        (lambda: LeakyReLU(None), "The negative_slope value of a Leaky ReLU layer cannot be None or negative value"),
        (lambda: LeakyReLU(-0.1), "The negative_slope value of a Leaky ReLU layer cannot be None or negative value"),
        (lambda: Activation("reul"), "Could not interpret activation function identifier: reul. Did you mean 'relu'?"),
        (lambda: Activation(3), "Could not interpret activation function identifier: 3"),
        (lambda: Dense(2, "foo"), "Could not interpret activation function identifier: foo"),
    ],
)
def test_wrong_arguments(make, message):
    with pytest.raises(ValueError) as caught:
        make()
    assert message in str(caught.value)


def test_activation_needs_a_function():
    with pytest.raises(TypeError, match="missing 1 required positional argument: 'activation'"):
        Activation()


def test_alpha_of_leaky_relu_is_accepted_with_a_warning():
    with pytest.warns(UserWarning, match="Argument `alpha` is deprecated. Use `negative_slope` instead"):
        layer = LeakyReLU(alpha=0.1)
    assert layer.negative_slope == 0.1


def test_a_layer_as_activation_is_described_as_a_layer():
    config = Activation(ReLU(max_value=6)).get_config()
    assert config["activation"]["class_name"] == "ReLU"
    assert Activation.from_config(config).activation.max_value == 6


@pytest.mark.parametrize(("layer", "dtype"), [(Activation("relu"), "int32"), (ReLU(), "int32"), (ReLU(6), "float32")])
def test_only_plain_relu_keeps_integers(layer, dtype):
    assert layer(np.array([[-1, 2]], "int32")).dtype == dtype
    assert layer(np.array([[-1, 2]], "int32")).tolist() == [[0, 2]]


class TestPReLU:
    def test_shared_axes_share_a_slope(self):
        layer = PReLU(shared_axes=1)
        layer.build((None, 5, 3))
        assert layer.alpha.shape == (1, 3)
        assert layer.shared_axes == [1]
        layer.alpha.assign([[0.0, 0.5, 1.0]])
        np.testing.assert_allclose(layer(-np.ones((1, 2, 3))), [[[0, -0.5, -1.0]] * 2])  # any length of axis 1

    def test_other_axes_are_fixed_after_the_build(self):
        layer = PReLU(shared_axes=[1])
        layer.build((None, 5, 3))
        with pytest.raises(ValueError, match="expected axis 2 of input shape to have value 3"):
            layer(np.ones((2, 5, 4)))

    def test_an_unknown_axis_must_be_shared(self):
        with pytest.raises(ValueError, match="Shapes used to initialize variables must be fully-defined"):
            PReLU()(Input((None, 3)))
        assert PReLU(shared_axes=[1])(Input((None, 3))).shape == (None, None, 3)


class TestSoftmax:
    def test_masked_entries_get_nothing(self):
        mask = np.array([[True, False, True, True], [False] * 4])
        y = Softmax()(np.repeat(X, 2, axis=0), mask=mask)
        np.testing.assert_allclose(y[0, mask[0]], activations.softmax(X[0, mask[0]]), rtol=1e-6)
        assert y[0, 1] == 0
        assert not np.any(y[1])

    def test_a_mask_that_does_not_fit(self):
        with pytest.raises(ValueError, match="The `mask` must be broadcastable to `inputs`"):
            Softmax()(np.ones((2, 3, 4)), mask=np.ones((2, 3), bool))
        with pytest.raises(ValueError, match="must not have more dimensions"):
            Softmax()(np.ones((1, 3)), mask=np.ones((1, 1, 3), bool))

    @pytest.mark.parametrize("axis", [-1, 1, (1, 2), [2, 1], (-1,)])
    def test_sums_over_the_axes_are_one(self, axis):
        y = Softmax(axis)(np.random.default_rng(0).normal(size=(2, 3, 4)))
        np.testing.assert_allclose(y.sum(axis if isinstance(axis, int) else tuple(axis)), 1, rtol=1e-6)

    def test_huge_logits_are_safe(self):
        for axis in (-1, (0, 1)):
            assert Softmax(axis)(np.array([[1e30, 0.0]])).tolist() == [[1, 0]]
