"""What a layer owns: making, listing, freezing, reading and replacing weights, penalties, and copies of it all."""

import copy
import re

import numpy as np
import pytest

from layerlab import Variable
from layerlab.autodiff import Tape
from layerlab.layers import Dense, Dropout, Layer
from layerlab.metrics import Mean
from tests.layers.sample_layers import INNER, OWN, Block, X, paths


class TestWeights:
    @pytest.fixture
    def block(self):
        block = Block()
        block(X)
        return block

    def test_order_is_own_trainable_then_own_others_then_those_inside(self, block):
        assert paths(block.weights) == [*OWN, "frozen", *INNER]
        assert paths(block.trainable_weights) == paths(block.trainable_variables) == OWN + INNER
        assert paths(block.non_trainable_weights) == ["frozen"]

    def test_freezing_reaches_inside_and_keeps_the_order(self, block):
        before = paths(block.weights)
        block.trainable = False
        assert block.trainable_weights == []
        assert paths(block.non_trainable_weights) == paths(block.weights) == before
        assert not any(w.trainable for w in block.weights)
        assert not block.inner[1]["deep"].trainable
        block.trainable = True
        assert paths(block.trainable_weights) == OWN + INNER
        assert not block.frozen.trainable

    def test_a_frozen_layer_stays_frozen_when_one_inside_is_not(self, block):
        block.trainable = False
        block.inner[0].trainable = True
        assert block.trainable_weights == []

    def test_a_single_variable_can_be_frozen(self, block):
        before = paths(block.weights)
        block.first.trainable = False
        assert paths(block.weights) == before
        assert paths(block.non_trainable_weights) == ["first", "frozen"]

    def test_frozen_at_construction(self):
        layer = Dense(2, trainable=False)
        layer(X)
        assert (layer.trainable_weights, len(layer.non_trainable_weights)) == ([], 2)

    def test_a_tape_does_not_watch_what_is_frozen(self, block):
        block.inner[0].trainable = False
        with Tape() as tape:
            loss = np.sum(block(X))
        gradients = tape.gradient(loss, [block.inner[0].kernel, block.inner[1]["deep"].kernel])
        assert not np.any(gradients[0])
        assert np.any(gradients[1])

    def test_count(self, block):
        assert block.count_params() == 3 + 2 + 1 + (6 + 2) + (2 + 1)

    def test_counting_before_the_build(self):
        with pytest.raises(ValueError, match=r"`count_params` on layer 'd', but the layer isn't built"):
            Dense(2, name="d").count_params()

    def test_a_shared_layer_counts_once(self):
        class Twice(Layer):
            def __init__(self):
                super().__init__()
                self.one = self.two = Dense(3)

            def call(self, x):
                return self.two(self.one(x))

        layer = Twice()
        layer(X)
        assert len(layer.weights) == 2

    def test_variables_list_random_states_too(self):
        class Noisy(Layer):
            def __init__(self):
                super().__init__()
                self.dense, self.dropout = Dense(2), Dropout(0.5)

            def call(self, x):
                return self.dropout(self.dense(x))

        layer = Noisy()
        layer(X)
        assert len(layer.weights) == 2
        assert paths(layer.non_trainable_variables) == [paths(layer.variables)[-1]]
        assert paths(layer.variables)[-1].endswith("seed_generator_state")


class TestSettingWeights:
    @pytest.fixture
    def layer(self):
        layer = Dense(2, name="d")
        layer.build((None, 3))
        return layer

    def test_round_trip(self, layer):
        layer.set_weights([np.full((3, 2), 2.0), np.array([1, 2])])
        kernel, bias = layer.get_weights()
        assert (kernel.dtype, bias.tolist()) == ("float32", [1, 2])
        kernel[:] = 0  # a copy
        assert np.all(layer.kernel.numpy() == 2)

    @pytest.mark.parametrize(
        ("weights", "error", "message"),
        [
            ([1], ValueError, "on layer 'd' with a weight list of length 1, but the layer was expecting 2 weights"),
            (
                [np.ones((3, 2)), np.ones(3)],
                ValueError,
                r"Layer d weight shape \(2,\) is not compatible with provided weight shape \(3,\).*'d/bias'",
            ),
            ([np.ones((3, 2)), [1.0, 2.0]], AttributeError, r"'list' object has no attribute 'shape'.*np.array"),
        ],
    )
    def test_what_does_not_fit_changes_nothing(self, layer, weights, error, message):
        before = layer.get_weights()
        with pytest.raises(error, match=message):
            layer.set_weights(weights)
        for old, new in zip(before, layer.get_weights(), strict=True):
            np.testing.assert_array_equal(old, new)

    def test_an_unbuilt_layer_has_none(self):
        assert Dense(2).get_weights() == []
        with pytest.raises(ValueError, match="but the layer was expecting 0 weights"):
            Dense(2).set_weights([X])


class TestAddWeight:
    @pytest.mark.parametrize(
        ("arguments", "value"),
        [
            ({"shape": (2,), "initializer": "ones"}, [1, 1]),
            ({"shape": 2, "initializer": "ones"}, [1, 1]),
            ({"shape": (2,), "dtype": "int32"}, [0, 0]),
            ({"shape": (2,), "initializer": np.array([3.0, 4.0])}, [3, 4]),
            ({"shape": (2,), "initializer": lambda shape, dtype: np.full(shape, 5)}, [5, 5]),
            ({"initializer": "zeros"}, 0),
        ],
    )
    def test_values(self, arguments, value):
        assert Layer().add_weight(**arguments).numpy().tolist() == value

    def test_defaults(self):
        layer = Layer(name="mine", dtype="float64")
        weight = layer.add_weight(shape=(2, 2), regularizer="l2", constraint="non_neg", name="w")
        assert (weight.dtype, weight.path, weight.trainable) == ("float64", "mine/w", True)
        assert (type(weight.regularizer).__name__, type(weight.constraint).__name__) == ("L2", "NonNeg")
        assert np.any(weight.numpy())  # glorot_uniform

    @pytest.mark.parametrize(
        ("arguments", "message"),
        [
            (("kernel", (2,)), r"`name` must be passed as a keyword argument. Received: add_weight\('kernel'"),
            (((2, None),), r"Shapes used to initialize variables must be fully-defined"),
            (((2,), "foo"), "Could not interpret initializer identifier: foo"),
        ],
    )
    def test_errors(self, arguments, message):
        with pytest.raises(ValueError, match=message):
            Layer().add_weight(*arguments)

    def test_the_name_first_as_in_old_tutorials(self):
        with pytest.raises(ValueError, match=r"Use: add_weight\(shape=..., name='kernel'\)"):
            Layer().add_weight("kernel", shape=(2, 3))

    def test_positions_and_names(self):
        assert Layer().add_weight((2,), "ones", "float64").dtype == "float64"
        for arguments, name in [
            (((2,),), "shape"),
            (((2,), "ones"), "initializer"),
            (((2,), "ones", "int32"), "dtype"),
        ]:
            with pytest.raises(ValueError, match=f"`{name}` was passed both positionally and as a keyword argument"):
                Layer().add_weight(*arguments, **{name: arguments[-1]})
        with pytest.raises(TypeError, match="takes at most 3 positional arguments but 4 were given"):
            Layer().add_weight((2,), "ones", "float32", True)

    def test_a_weight_can_be_given_up(self):
        layer = Layer()
        layer.w = layer.add_weight(shape=(2,))
        layer.w = layer._untrack_variable(layer.w)
        assert layer.weights == []

    def test_not_in_call(self):
        class Careless(Layer):
            def call(self, x):
                self.w = self.add_weight(shape=())
                return x

        with pytest.raises(ValueError, match="You cannot add new elements of state"):
            Careless()(X)

    def test_not_after_the_build(self):
        layer = Dense(2)
        layer.build((None, 3))
        with pytest.raises(ValueError, match="You cannot add new elements of state"):
            layer.build((None, 4))
        assert [w.shape for w in layer.weights] == [(3, 2), (2,)]
        with pytest.raises(ValueError, match="You cannot add new elements of state"):
            layer.extra = Variable(1.0)

    def test_forgetting_super(self):
        class Forgetful(Layer):
            def __init__(self):
                self.units = 3

            def call(self, x):
                return x

        message = re.escape("In layer 'Forgetful', you forgot to call `super().__init__()`")
        with pytest.raises(RuntimeError, match=message):
            Forgetful()(X)
        with pytest.raises(AttributeError, match=message):
            _ = Forgetful().name

    def test_variables_before_super(self):
        class Hasty(Layer):
            def __init__(self):
                self.w = Variable(1.0, name="w")
                super().__init__()

        assert paths(Hasty().weights) == ["w"]


class Adding(Layer):
    """Adds the sum of its inputs to the loss."""

    def call(self, x):
        self.add_loss(np.sum(x))
        return x


class Penalized(Layer):
    def __init__(self):
        super().__init__()
        self.dense = Dense(
            3, kernel_initializer="ones", kernel_regularizer="l2", activity_regularizer="l1", name="dense"
        )
        self.adding = Adding()

    def call(self, x):
        self.add_loss(7.0)
        return self.adding(self.dense(self.dense(x)))


class TestLosses:
    AFTER_A_CALL = [7.0, 0.09, 0.27, 54.0, 0.09]  # numbers of Keras: own, each call of dense, adding, kernel

    def test_order_and_values(self):
        layer = Penalized()
        assert layer.losses == []
        for _ in range(2):  # a call clears what the one before left
            layer(X)
            np.testing.assert_allclose(layer.losses, self.AFTER_A_CALL)
        np.testing.assert_allclose(layer.dense.losses, [0.09, 0.27, 0.09])

    def test_a_call_of_an_inner_layer_clears_its_own(self):
        layer = Penalized()
        layer(X)
        layer.dense(X)
        np.testing.assert_allclose(layer.losses, [7.0, 0.09, 54.0, 0.09])

    def test_frozen_weights_are_not_penalized_but_their_outputs_are(self):
        layer = Penalized()
        layer.dense.trainable = False
        layer(X)
        np.testing.assert_allclose(layer.losses, self.AFTER_A_CALL[:-1])

    def test_activity_penalties_are_divided_by_the_batch_size(self):
        layer = Dense(2, kernel_initializer="ones", activity_regularizer="l2")
        layer(np.ones((4, 3)))
        np.testing.assert_allclose(layer.losses, [0.01 * 4 * 2 * 9 / 4])

    def test_activity_penalties_have_gradients(self):
        layer = Dense(2, use_bias=False, activity_regularizer="l2", dtype="float64")
        layer.build((None, 3))
        with Tape() as tape:
            layer(X)
            loss = sum(layer.losses)
        expected = 0.01 * 2 * X.T @ (X @ layer.kernel.numpy()) / 2
        np.testing.assert_allclose(tape.gradient(loss, layer.kernel), expected)

    @pytest.mark.parametrize("loss", [np.ones(3), "a", lambda: 3.0, [1.0, None]])
    def test_only_numbers_are_losses(self, loss):
        with pytest.raises(ValueError, match=r"`add_loss\(\)` takes"):
            Layer().add_loss(loss)

    def test_a_list_of_losses(self):
        layer = Layer()
        layer.add_loss([1.0, np.float32(2.0)])
        assert layer.losses == [1.0, 2.0]


def test_copies_are_independent():
    block = Block()
    block(X)
    again = copy.deepcopy(block)
    for w in again.weights:
        w.assign(np.zeros(w.shape))
    assert np.any(block.inner[0].kernel.numpy())
    assert not np.any(again(X))


def test_copies_have_no_losses_of_earlier_calls():
    layer = Penalized()
    layer(X)
    again = copy.deepcopy(layer)
    assert len(again.losses) == 1  # that of the kernel
    again(X)
    assert len(again.losses) == len(layer.losses)


def test_metrics_in_attributes_are_found_also_in_layers_inside():
    class Watching(Layer):
        def __init__(self):
            super().__init__()
            self.seen = Mean(name="seen")

    outer = Watching()
    outer.inner = Watching()
    assert outer.metrics == [outer.seen, outer.inner.seen]
