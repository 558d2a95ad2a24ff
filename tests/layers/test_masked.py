"""Masks: from the inputs that bring them to `call`, and on to the outputs."""

import numpy as np
import pytest

from layerlab.autodiff import Tape
from layerlab.layers import Dense, Flatten, Layer, Masking
from layerlab.masking import get_mask
from tests.layers.sample_layers import STEPS


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
