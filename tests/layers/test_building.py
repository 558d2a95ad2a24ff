"""Building: once, before the first call, for the shapes of its inputs, whatever `build` asks for."""

import numpy as np
import pytest

from layerlab.layers import Dense, Layer
from tests.layers.sample_layers import STEPS, X, paths


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
