"""`training`, and arguments of one's own, reach the layers inside."""

import numpy as np
import pytest

from layerlab import Input, Model, Sequential
from layerlab.layers import Dense, Layer
from tests.layers.sample_layers import Around, Telling, X


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
