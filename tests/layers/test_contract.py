"""Every public layer keeps the contract (tests/contract.py), and none is forgotten.

The cases of a family stand in its own test file, in a list called CASES; those of the first families stand here.
"""

from importlib import import_module
from pathlib import Path

import pytest

from layerlab import layers
from layerlab.saving import register_keras_serializable
from tests.contract import CHECKS, Case, run_layer_test


@register_keras_serializable("tests")
def halve(x):
    return x / 2


KEEPS = {"supports_masking": True, "keeps_integers": True}
NOISE = KEEPS | {"training_random": True}
MASKS = {"supports_masking": True}
DENSE = (("kernel", (3, 4)), ("bias", (4,)))
L = layers

CASES = [
    Case(L.Activation, {"activation": "tanh"}, (2, 3), (2, 3), **MASKS),
    Case(L.Activation, {"activation": "relu"}, (2, 3, 2), (2, 3, 2), **KEEPS),
    Case(L.Activation, {"activation": "glu"}, (2, 4), (2, 2), **MASKS),
    Case(L.Activation, {"activation": "softmax", "activity_regularizer": "l2"}, (2, 3), (2, 3), **MASKS),
    Case(L.ActivityRegularization, {"l1": 0.1, "l2": 0.2}, (2, 3), (2, 3), **KEEPS),
    Case(L.AlphaDropout, {"rate": 0.4, "seed": 1}, (3, 4), (3, 4), **NOISE),
    Case(L.AlphaDropout, {"rate": 0.4, "noise_shape": (None, 1)}, (30, 2), (30, 2), **NOISE),
    Case(L.Dense, {"units": 4}, (2, 3), (2, 4), DENSE, **MASKS),
    Case(L.Dense, {"units": 4, "use_bias": False}, (2, 3), (2, 4), DENSE[:1], **MASKS),
    Case(
        L.Dense,
        {
            "units": 4,
            "activation": "tanh",
            "kernel_initializer": "he_normal",
            "kernel_regularizer": "l2",
            "bias_regularizer": "l1",
            "activity_regularizer": "l2",
            "kernel_constraint": "max_norm",
            "bias_constraint": "non_neg",
        },
        (2, 2, 3),
        (2, 2, 4),
        DENSE,
        **MASKS,
    ),
    Case(L.Dropout, {"rate": 0.5, "seed": 1}, (3, 4), (3, 4), **NOISE),
    Case(L.Dropout, {"rate": 0.5, "noise_shape": (None, 1, 2)}, (20, 3, 2), (20, 3, 2), **NOISE),
    Case(L.Dropout, {"rate": 0}, (3, 4), (3, 4), **KEEPS),
    Case(L.ELU, {"alpha": 0.5}, (2, 3), (2, 3), **MASKS),
    Case(L.Flatten, {}, (2, 3, 2), (2, 6), keeps_integers=True),
    Case(L.Flatten, {"data_format": "channels_first"}, (2, 3, 2, 2), (2, 12), keeps_integers=True),
    Case(L.Flatten, {}, (3,), (3, 1), keeps_integers=True),
    Case(L.GaussianDropout, {"rate": 0.5, "seed": 1}, (3, 4), (3, 4), **NOISE),
    Case(L.GaussianNoise, {"stddev": 0.5, "seed": 1}, (3, 4), (3, 4), **NOISE),
    Case(L.Identity, {}, (2, 3), (2, 3), **KEEPS),
    Case(L.Lambda, {"function": halve}, (2, 3), (2, 3)),
    Case(L.LeakyReLU, {"negative_slope": 0.1}, (2, 3), (2, 3), **MASKS),
    Case(L.Masking, {"mask_value": 1.0}, (2, 3, 2), (2, 3, 2), **KEEPS),
    Case(L.PReLU, {}, (2, 3, 2), (2, 3, 2), (("alpha", (3, 2)),), **MASKS),
    Case(
        L.PReLU,
        {"shared_axes": (1, 2), "alpha_regularizer": "l2", "alpha_constraint": "non_neg"},
        (2, 3, 2, 4),
        (2, 3, 2, 4),
        (("alpha", (1, 1, 4)),),
        **MASKS,
    ),
    Case(L.Permute, {"dims": (2, 1)}, (2, 3, 4), (2, 4, 3), keeps_integers=True),
    Case(L.Permute, {"dims": (3, 1, 2)}, (2, 3, 4, 5), (2, 5, 3, 4), keeps_integers=True),
    Case(L.ReLU, {}, (2, 3), (2, 3), **KEEPS),
    Case(L.ReLU, {"max_value": 1.0, "negative_slope": 0.1, "threshold": 0.05}, (2, 3), (2, 3), **MASKS),
    Case(L.RepeatVector, {"n": 3}, (2, 4), (2, 3, 4), keeps_integers=True),
    Case(L.Reshape, {"target_shape": (3, 4)}, (2, 12), (2, 3, 4), keeps_integers=True),
    Case(L.Reshape, {"target_shape": (-1, 2)}, (2, 3, 4), (2, 6, 2), keeps_integers=True),
    Case(L.Softmax, {}, (2, 3), (2, 3), mask_shape=(2, 3), **MASKS),
    Case(L.Softmax, {"axis": (1, 2)}, (2, 3, 4), (2, 3, 4), mask_shape=(2, 3, 1), **MASKS),
    Case(L.SpatialDropout1D, {"rate": 0.5, "seed": 1}, (3, 2, 4), (3, 2, 4), **NOISE),
    Case(L.SpatialDropout2D, {"rate": 0.5, "seed": 1}, (3, 2, 2, 4), (3, 2, 2, 4), **NOISE),
    Case(
        L.SpatialDropout2D,
        {"rate": 0.5, "seed": 1, "data_format": "channels_first"},
        (3, 4, 2, 2),
        (3, 4, 2, 2),
        **NOISE,
    ),
    Case(L.SpatialDropout3D, {"rate": 0.5, "seed": 1}, (3, 2, 1, 2, 4), (3, 2, 1, 2, 4), **NOISE),
]

for path in sorted(Path(__file__).parent.glob("test_*.py")):
    if path.stem != "test_contract":
        CASES += getattr(import_module(f"tests.layers.{path.stem}"), "CASES", [])

# They have no formula of their own (bases, the layer that stands for a model's input, layers of cells), or are called
# with states, or change a weight when they are called: files of their own have their tests.
WITHOUT_CASE = set(
    "Layer InputLayer Wrapper RNN StackedRNNCells SimpleRNNCell LSTMCell GRUCell SpectralNormalization".split()
)


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
@pytest.mark.parametrize("case", CASES, ids=str)
def test_contract(case, check):
    check(case)


def test_every_public_layer_has_a_case():
    public = {value for value in vars(layers).values() if isinstance(value, type) and issubclass(value, L.Layer)}
    assert {cls.__name__ for cls in public - {case.layer for case in CASES}} == WITHOUT_CASE


def test_a_layer_that_breaks_the_contract_fails():
    expected = {"supports_masking": True}
    run_layer_test(Scaled, {"factor": 2.0}, (2, 3), (2, 3), **expected)
    with pytest.raises(AssertionError):
        run_layer_test(ForgetfulScaled, {"factor": 2.0}, (2, 3), (2, 3), **expected)


class Scaled(L.Layer):
    supports_masking = True

    def __init__(self, factor, **kwargs):
        super().__init__(**kwargs)
        self.factor = factor

    def call(self, inputs):
        return inputs * self.factor

    def get_config(self):
        return super().get_config() | {"factor": self.factor}


class ForgetfulScaled(Scaled):
    def get_config(self):
        return super().get_config() | {"factor": 1.0}
