"""The base of every layer: weights, building, freezing, losses, masks, training, types, and its messages."""

import copy
import re

import numpy as np
import pytest

from layerlab import Input, Model, Sequential, Variable, config
from layerlab.autodiff import Tape
from layerlab.layers import Dense, Dropout, Flatten, Layer, Masking, Reshape, Softmax
from layerlab.masking import get_mask
from layerlab.metrics import Mean

X = np.ones((2, 3), "float32")
STEPS = np.array([[[1.0], [0.0]], [[1.0], [2.0]]], "float32")  # the second step of the first sample is absent


class Block(Layer):
    """A layer of layers, with weights of its own of every kind."""

    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.first = Variable(np.ones(3), name="first")
        self.frozen = Variable(np.ones(2), trainable=False, name="frozen")
        self.made = self.add_weight(shape=(1,), name="made")
        self.inner = [Dense(2, name="a"), {"deep": Dense(1, name="b")}]

    def call(self, x):
        return self.inner[1]["deep"](self.inner[0](x))


def paths(variables):
    return [v.path for v in variables]


OWN, INNER = ["first", "block/made"], ["block/a/kernel", "block/a/bias", "block/b/kernel", "block/b/bias"]


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


class Recorder(Layer):
    """Remembers what `build` got."""

    def _remember(self, *shapes):
        self.got = shapes


class ByInput(Recorder):
    def build(self, input_shape):
        self._remember(input_shape)

    def call(self, a, b=None):
        return a


class ByName(Recorder):
    def build(self, b_shape, a_shape):
        self._remember(a_shape, b_shape)

    def call(self, a, b):
        return a


class ByNothing(Recorder):
    def build(self):
        self._remember()

    def call(self, a):
        return a


class OfDictionary(Recorder):
    def build(self, shapes):
        self._remember(shapes)

    def call(self, inputs):
        return inputs["a"]


class TestBuilding:
    @pytest.mark.parametrize(
        ("cls", "args", "kwargs", "got", "config"),
        [
            (ByInput, (X,), {}, ((2, 3),), {"input_shape": (2, 3)}),
            (ByInput, (X, STEPS), {}, ((2, 3),), {"input_shape": (2, 3)}),
            (ByInput, (), {"a": X}, ((2, 3),), {"input_shape": (2, 3)}),
            (ByInput, ([X, STEPS],), {}, ([(2, 3), (2, 2, 1)],), {"input_shape": [(2, 3), (2, 2, 1)]}),
            (
                ByName,
                (X, STEPS),
                {},
                ((2, 3), (2, 2, 1)),
                {"shapes_dict": {"a_shape": (2, 3), "b_shape": (2, 2, 1)}},
            ),
            (
                ByName,
                (X,),
                {"b": STEPS},
                ((2, 3), (2, 2, 1)),
                {"shapes_dict": {"a_shape": (2, 3), "b_shape": (2, 2, 1)}},
            ),
            (ByNothing, (X,), {}, (), None),
            (
                OfDictionary,
                ({"a": X, "b": X},),
                {},
                ({"a": (2, 3), "b": (2, 3)},),
                {"input_shape": {"a": (2, 3), "b": (2, 3)}},
            ),
        ],
    )
    def test_build_gets_the_shapes_it_asks_for(self, cls, args, kwargs, got, config):
        layer = cls()
        assert not layer.built
        layer(*args, **kwargs)
        assert layer.built
        assert layer.got == got
        assert layer.get_build_config() == config

    @pytest.mark.parametrize("cls", [ByInput, ByName])
    def test_rebuilding_from_a_configuration(self, cls):
        layer, again = cls(), cls()
        layer(X, STEPS)
        again.build_from_config(layer.get_build_config())
        assert again.got == layer.got

    def test_parameters_of_build_are_named_after_inputs(self):
        class Bare(ByName):
            def build(self, a_shape, b):
                """Never runs."""

        class Unmatched(ByName):
            def build(self, a_shape, c_shape):
                """Never runs."""

        with pytest.raises(ValueError, match="argument `b`, which does not end in `_shape`"):
            Bare()(X, X)
        with pytest.raises(ValueError, match=r"argument `c_shape`, but `call\(\)` does not have argument `c`"):
            Unmatched()(X, X)

    def test_a_mask_given_by_hand_has_a_shape_too(self):
        class Attentive(Recorder):
            def build(self, a_shape, a_mask_shape=None):
                self._remember(a_shape, a_mask_shape)

            def call(self, a, a_mask=None):
                return a

        layer = Attentive()
        layer(X, a_mask=np.ones((2, 1), bool))
        assert layer.got == ((2, 3), (2, 1))

    def test_a_build_that_fails_leaves_no_weights(self):
        class Failing(Layer):
            def build(self, input_shape):
                self.w = self.add_weight(shape=(2,))
                raise ZeroDivisionError

        layer = Failing()
        with pytest.raises(ZeroDivisionError):
            layer.build((None, 3))
        assert (layer.built, layer.weights) == (False, [])

    def test_build_of_the_base_may_be_called(self):
        class Polite(Layer):
            def build(self, input_shape):
                self.w = self.add_weight(shape=(input_shape[-1],), name="w")
                super().build(input_shape)

        layer = Polite(name="polite")
        layer.build([None, 3])  # a list, as JSON has it
        assert (layer.built, paths(layer.weights)) == (True, ["polite/w"])

    def test_a_number_is_no_shape(self):
        with pytest.raises(TypeError, match=r"takes a shape, batch axis included: build\(\(None, 3\)\)"):
            Dense(2).build(3)

    def test_paths_say_where_a_weight_is(self):
        class Outer(Layer):
            def __init__(self, **kwargs):
                super().__init__(**kwargs)
                self.inner = Dense(2, name="inner")

            def build(self, input_shape):
                self.inner.build(input_shape)
                self.own = self.add_weight(shape=(), name="own")

            def call(self, x):
                return self.inner(x)

        layer = Outer(name="outer")
        layer(X)
        assert paths(layer.weights) == ["outer/own", "outer/inner/kernel", "outer/inner/bias"]
        assert (layer.path, layer.inner.path) == ("outer", "outer/inner")


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


class Telling(Layer):
    """Gives 1 in training, -1 at inference, 0 when nothing was said."""

    def call(self, x, training=None):
        return x * 0 + {None: 0, True: 1, False: -1}[training]


class Around(Layer):
    def __init__(self):
        super().__init__()
        self.telling = Telling()

    def call(self, x):
        return self.telling(x)


class AroundTraining(Around):
    def call(self, x, training=True):
        return self.telling(x)


@pytest.mark.parametrize(
    ("cls", "told"),
    [
        (Telling, {None: 0, True: 1, False: -1}),
        (Around, {None: 0, True: 1, False: -1}),
        (AroundTraining, {None: 1, True: 1, False: -1}),
    ],
)
def test_training_reaches_the_layers_inside(cls, told):
    for training, expected in told.items():
        assert np.all(cls()(X, training=training) == expected)
    assert np.all(cls()(X) == told[None])


def test_training_is_accepted_and_dropped_where_it_means_nothing():
    assert Dense(2)(X, training=True).shape == (2, 2)


class Speaking(Layer):
    """Adds what its callers say, if it listens."""

    def __init__(self, listens=True):
        super().__init__()
        if listens:
            self._register_call_context_args("said")

    def call(self, x, said=0):
        return x * 0 + said


class AroundSpeaking(Layer):
    def __init__(self, **options):
        super().__init__()
        self.inner = Speaking(**options)

    def call(self, x):
        return self.inner(x)


class TestCallContextArguments:
    @pytest.mark.parametrize(
        "make",
        [
            lambda: AroundSpeaking(),
            lambda: Sequential([Dense(3), AroundSpeaking()]),
            lambda: Sequential([Input((3,)), AroundSpeaking()]),
            lambda: Model(x := Input((3,)), AroundSpeaking()(x)),
        ],
    )
    def test_reach_the_layers_inside(self, make):
        outer = make()
        outer._register_call_context_args("said")
        assert outer._call_context_args == {"said", "training"}
        for said in (4, 5):
            assert np.all(outer(X, said=said) == said)
        assert np.all(outer(X) == 0)

    def test_only_those_that_registered_them(self):
        outer = AroundSpeaking(listens=False)
        outer._register_call_context_args("said")
        assert np.all(outer(X, said=4) == 0)
        with pytest.raises(TypeError, match="unexpected keyword argument 'said'"):
            AroundSpeaking()(X, said=4)

    def test_the_nearest_caller_is_heard(self):
        class Corrects(AroundSpeaking):
            def call(self, x):
                return self.inner(x, said=7) + self.inner(x)

        outer = Corrects()
        outer._register_call_context_args("said")
        assert np.all(outer(X, said=4) == 11)

    def test_are_registered_before_the_first_call(self):
        layer = Speaking()
        layer(X)
        with pytest.raises(RuntimeError, match="Cannot add call-context args after the layer has been called"):
            layer._register_call_context_args("more")


class Masked(Layer):
    supports_masking = True

    def call(self, inputs, mask=None):
        return inputs * (0 if mask is None else 5)


class OfTwo(Layer):
    supports_masking = True

    def call(self, a, b, a_mask=None, b_mask=None, mask=None):
        return a * 0 + sum(
            n for n, given in zip((1, 10, 100), (a_mask, b_mask, mask), strict=True) if given is not None
        )


class OfList(Layer):
    supports_masking = True

    def call(self, inputs, mask=None):
        self.seen = mask
        return inputs[0] * 1


class Making(Layer):
    def call(self, inputs):
        return inputs

    def compute_mask(self, inputs, previous_mask):
        return np.all(inputs > 0, axis=-1)


class TestMasks:
    MASK = [[True, False], [True, True]]

    def masked(self):
        return Masking()(STEPS)

    def test_reach_the_call_and_go_on(self):
        y = Masked()(self.masked())
        assert np.all(y == 5 * STEPS)
        assert get_mask(y).tolist() == self.MASK

    def test_may_be_given_by_hand(self):
        y = Masked()(STEPS, mask=np.ones((2, 2), bool))
        assert np.all(y == 5 * STEPS)
        assert np.all(get_mask(y))

    def test_each_of_several_inputs_has_its_own(self):
        assert np.all(OfTwo()(self.masked(), self.masked()) == 11)
        assert np.all(OfTwo()(self.masked(), b=STEPS) == 1)

    def test_of_a_list_are_a_list(self):
        layer = OfList()
        y = layer([self.masked(), STEPS])
        assert (layer.seen[0].tolist(), layer.seen[1]) == (self.MASK, None)
        assert get_mask(y).tolist() == self.MASK
        layer([STEPS, STEPS])
        assert layer.seen is None

    def test_end_with_a_warning_where_they_are_not_known(self):
        class Unaware(Layer):
            def call(self, x):
                return x + 1

        with pytest.warns(UserWarning, match=r"Layer 'unaware' \(of type Unaware\) was passed an input with a mask"):
            assert get_mask(Unaware()(self.masked())) is None
        with pytest.warns(UserWarning, match="does not support masking"):
            assert get_mask(Flatten()(self.masked())) is None

    def test_are_made_without_marking_the_input(self):
        y = Making()(STEPS)
        assert get_mask(y).tolist() == self.MASK
        assert get_mask(STEPS) is None

    def test_survive_the_cast_to_the_type_of_a_layer(self):
        assert get_mask(Dense(2, dtype="float64")(self.masked())).tolist() == self.MASK

    def test_travel_with_traced_arrays(self):
        with Tape() as tape:
            y = Dense(2)(Masking()(tape.watch(STEPS)))
        assert get_mask(y).tolist() == self.MASK


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


class TestCalling:
    @pytest.mark.parametrize("x", [[[1.0, 2.0]], [1.0, 2.0], 3.0, "a", Dense])
    def test_inputs_are_arrays(self, x):
        with pytest.raises(ValueError, match="Only input tensors may be passed as positional arguments"):
            Dense(2)(x)

    def test_a_list_is_several_inputs(self):
        with pytest.raises(ValueError, match=r"A Python list means several inputs.*np.array\(x\)"):
            Dense(2)([[1.0, 2.0]])
        with pytest.raises(ValueError, match=r'Layer "d" expects 1 input\(s\), but it received 2 input tensors'):
            Dense(2, name="d")([X, X])

    def test_none_is_no_input(self):
        with pytest.raises(ValueError, match=r"Inputs to a layer should be tensors\. Got 'None'"):
            Dense(2)(None)

    @pytest.mark.parametrize(
        ("args", "kwargs", "message"),
        [
            ((), {}, "missing a required argument: 'inputs'"),
            ((X,), {"foo": 1}, "got an unexpected keyword argument 'foo'"),
            ((X,), {"input": X}, "Did you mean 'inputs'"),
            ((X, X), {}, r"too many positional arguments.*layer\(\[a, b\]\)"),
        ],
    )
    def test_arguments_of_call(self, args, kwargs, message):
        layer = Dense(2)
        with pytest.raises(TypeError, match=message):
            layer(*args, **kwargs)
        assert not layer.built

    def test_a_shape_needs_a_formula(self):
        with pytest.raises(NotImplementedError, match="does not have a `compute_output_shape` method implemented"):
            Layer().compute_output_shape((None, 3))

    def test_a_layer_needs_a_call(self):
        with pytest.raises(NotImplementedError, match="Layer Layer does not have a `call` method implemented"):
            Layer()(X)

    def test_an_error_in_call_keeps_its_type_and_says_what_came_in(self):
        class Broken(Layer):
            def call(self, inputs, factor=1):
                raise KeyError("original")

        with pytest.raises(KeyError, match="original") as caught:
            Broken(name="mine")(X, factor=3)
        note = "\n".join(caught.value.__notes__)
        assert "Exception encountered when calling Broken.call() (layer 'mine')" in note
        assert "inputs=array(shape=(2, 3), dtype=float32)" in note
        assert "factor=3" in note

    def test_several_inputs_by_position_and_keyword(self):
        class Plus(Layer):
            def call(self, a, b):
                return a + b

        assert np.all(Plus()(X, X) == 2)
        assert np.all(Plus()(a=X, b=X) == 2)
        assert Plus()(Input((3,)), b=Input((3,))).shape == (None, 3)

    def test_nested_inputs_and_outputs(self):
        class Swap(Layer):
            def call(self, inputs):
                return {"a": inputs["b"], "b": inputs["a"] + 1}

        y = Swap()({"a": X, "b": 2 * X})
        assert (np.all(y["a"] == 2), np.all(y["b"] == 2)) == (True, True)
        symbols = Swap()({"a": Input((3,)), "b": Input((4,))})
        assert (symbols["a"].shape, symbols["b"].shape) == ((None, 4), (None, 3))


class TestConstructing:
    @pytest.mark.parametrize(
        ("kwargs", "message"),
        [
            (
                {"skernel_initializer": "ones"},
                r"passed to Dense: \{'skernel_initializer': 'ones'\}.*'kernel_initializer'",
            ),
            ({"batch_input_shape": (2, 3)}, r"Unrecognized keyword arguments.*Input\(batch_shape=...\)"),
            ({"weights": [X]}, r"(?s)Unrecognized keyword arguments.*set_weights"),
            ({"name": 3}, "Argument `name` must be a string and cannot contain character `/`. Received: name=3"),
            ({"name": "a/b"}, "Argument `name` must be a string and cannot contain character `/`"),
            ({"trainable": "a"}, "Expected `trainable` to be a boolean. Received: trainable=a"),
            ({"trainable": 1}, "Expected `trainable` to be a boolean. Received: trainable=1"),
        ],
    )
    def test_wrong_arguments(self, kwargs, message):
        with pytest.raises(ValueError, match=message):
            Dense(2, **kwargs)

    @pytest.mark.parametrize(("kwargs", "shape"), [({"input_shape": (4, 3)}, (4, 3)), ({"input_dim": 3}, (3,))])
    def test_the_old_way_to_state_an_input_shape(self, kwargs, shape):
        with pytest.warns(UserWarning, match="Do not pass an `input_shape`/`input_dim` argument to a layer") as caught:
            layer = Dense(2, **kwargs)
        assert caught[0].filename == __file__
        assert Sequential([layer]).input_shape == (None, *shape)

    def test_a_number_is_no_input_shape(self):
        hint = r"Did you mean input_shape=\(16,\)"
        with pytest.warns(UserWarning, match="Do not pass"), pytest.raises(ValueError, match=hint):
            Dense(2, input_shape=16)

    @pytest.mark.parametrize("cls", [Flatten, Softmax, Masking])
    def test_a_tensor_is_no_argument(self, cls):
        with pytest.raises(TypeError, match=rf"make it first, then call it, {cls.__name__}\(...\)\(x\)"):
            cls(Input((3,)))

    def test_names_count_up(self):
        assert [Dense(1).name, Dense(1).name, Softmax().name] == ["dense", "dense_1", "softmax"]

    def test_repr(self):
        assert repr(Dense(2, name="d")) == "<Dense name=d, built=False>"


class Automatic(Layer):
    """A layer of a user's, without a get_config."""

    def __init__(self, units, activation="relu", **kwargs):
        super().__init__(**kwargs)
        self.units = units


class Strict(Layer):
    def __init__(self, units):
        super().__init__()
        self.units = units


class TestConfiguration:
    def test_of_a_layer_that_states_none(self):
        config = Automatic(3, activation="tanh", name="mine").get_config()
        assert {key: config[key] for key in ("units", "activation", "name")} == {
            "units": 3,
            "activation": "tanh",
            "name": "mine",
        }
        assert Automatic.from_config(config).units == 3

    def test_of_a_constructor_without_kwargs(self):
        assert Strict.from_config(Strict(3).get_config()).units == 3

    @pytest.mark.parametrize("value", [object(), np.ones(2), lambda x: x, Dense(2)])
    def test_objects_cannot_be_described_by_themselves(self, value):
        with pytest.raises(NotImplementedError, match=r"Automatic needs a `get_config\(\)`.*units"):
            Automatic(value).get_config()

    def test_star_arguments_cannot_either(self):
        class Starred(Layer):
            def __init__(self, *sizes):
                super().__init__()

        with pytest.raises(NotImplementedError, match=r"takes `\*args`"):
            Starred(1, 2).get_config()
        assert Starred().get_config() == {}

    def test_a_configuration_that_does_not_fit(self):
        with pytest.raises(TypeError, match="Error when deserializing class 'Dense'"):
            Dense.from_config({"units": 2, "unit": 3})
        with pytest.raises(TypeError, match="missing 1 required positional argument: 'units'"):
            Dense.from_config({})

    def test_the_base_entries(self):
        config = Dense(2, dtype="float64", trainable=False, activity_regularizer="l1", name="d").get_config()
        assert (config["name"], config["trainable"]) == ("d", False)
        assert config["dtype"]["config"] == {"name": "float64"}
        assert config["activity_regularizer"]["class_name"] == "L1"
        again = Dense.from_config(config)
        assert (again.dtype, again.trainable, again.get_config()) == ("float64", False, config)


class Counting(Layer):
    """Counts its calls in a variable."""

    def __init__(self):
        super().__init__()
        self.calls = self.add_weight(shape=(), initializer="zeros", trainable=False, name="calls")

    def call(self, x):
        self.calls.assign_add(1)
        self.add_loss(1.0)
        return x[:, :2]


class TestSymbolicCalls:
    def test_a_dry_run_changes_nothing(self):
        layer = Counting()
        assert layer(Input((3,))).shape == layer.compute_output_shape((None, 3)) == (None, 2)
        assert layer.calls.numpy() == 0
        assert layer.losses == []

    def test_weights_are_made(self):
        block = Block()
        assert block(Input((3,))).shape == (None, 1)
        assert paths(block.weights) == [*OWN, "frozen", *INNER]

    def test_layers_inside_are_built_even_if_the_shape_is_stated(self):
        class Stated(Around):
            def __init__(self):
                super().__init__()
                self.dense = Dense(4)

            def call(self, x):
                return self.dense(x)

            def compute_output_shape(self, input_shape):
                return (*input_shape[:-1], 4)

        layer = Stated()
        layer(Input((3,)))
        assert len(layer.weights) == 2

    def test_input_and_output(self):
        layer = Dense(2, name="d")
        with pytest.raises(AttributeError, match="The layer d has never been called and thus has no defined input"):
            _ = layer.input
        x = Input((3,))
        y = layer(x)
        layer(Input((3,)))
        assert layer.input is x
        assert layer.output is y

    def test_an_error_says_where(self):
        with pytest.raises(ValueError, match="The total size of the tensor must be unchanged") as caught:
            Reshape((5,), name="r")(Input((3, 4)))
        assert "(layer 'r')" in caught.value.__notes__[0]


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


def test_metrics_in_attributes_are_found_also_in_layers_inside():
    class Watching(Layer):
        def __init__(self):
            super().__init__()
            self.seen = Mean(name="seen")

    outer = Watching()
    outer.inner = Watching()
    assert outer.metrics == [outer.seen, outer.inner.seen]
