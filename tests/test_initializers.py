"""Initializers give Keras's numbers to the bit, the spread that their names promise, and Keras's configurations."""

import json
import math
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from layerlab import initializers
from layerlab.initializers import compute_fans
from layerlab.random import SeedGenerator, set_random_seed

GOLDEN = json.loads((Path(__file__).parent / "golden" / "random.json").read_text())
# class: strings beside its own name, all accepted in Keras 3
NAMES = {
    "Zeros": ["zeros", "zero"],
    "Ones": ["ones", "one"],
    "RandomNormal": ["random_normal", "normal"],
    "RandomUniform": ["random_uniform", "uniform"],
    "TruncatedNormal": ["truncated_normal"],
    "VarianceScaling": ["variance_scaling"],
    "LecunNormal": ["lecun_normal"],
    "LecunUniform": ["lecun_uniform"],
    "GlorotNormal": ["glorot_normal"],
    "GlorotUniform": ["glorot_uniform"],
    "HeNormal": ["he_normal"],
    "HeUniform": ["he_uniform"],
    "Orthogonal": ["orthogonal", "OrthogonalInitializer"],
    "Identity": ["identity", "IdentityInitializer"],
    "STFT": ["stft", "STFTInitializer"],
}
RANDOM = [name for name in NAMES if name not in ("Zeros", "Ones", "Identity", "STFT")]
SCALED = [name for name in RANDOM if name.startswith(("Lecun", "Glorot", "He"))]


def identify(case):
    shown = ",".join(map(str, case["arguments"].values()))
    return f"{case['name']}({shown})-{'x'.join(map(str, case['shape']))}"


def make(case):
    return getattr(initializers, case["name"])(**case["arguments"])


@pytest.mark.parametrize("case", GOLDEN["initializers"], ids=identify)
def test_values_are_those_of_keras_to_the_bit(case):
    expected = np.array(case["result"]["values"], case["result"]["dtype"]).reshape(case["shape"])
    result = make(case)(tuple(case["shape"]))
    assert result.dtype == expected.dtype
    if case["name"] == "Orthogonal":  # LAPACK's last bit is the machine's own
        np.testing.assert_allclose(result, expected, rtol=1e-5, atol=1e-6)
    else:
        np.testing.assert_array_equal(result, expected)


@pytest.mark.parametrize("case", GOLDEN["initializers"] + GOLDEN["stft"], ids=identify)
def test_configurations_are_those_of_keras(case):
    expected = case["config"] | ({"gain": 1.5} if case["name"] == "Identity" else {})  # Keras forgets it
    initializer = make(case)
    assert initializer.get_config() == expected
    assert type(initializer).from_config(expected).get_config() == expected


@pytest.mark.parametrize("case", GOLDEN["stft"], ids=identify)
def test_fourier_kernels(case):
    expected = np.reshape(case["result"]["values"], case["shape"])
    np.testing.assert_allclose(make(case)(case["shape"]), expected, atol=1e-6)


def test_a_fourier_kernel_in_a_product_is_a_fourier_transform():
    signal = np.random.default_rng(0).normal(size=8)
    parts = [initializers.STFT(side, window=None)((8, 1, 5), "float64")[:, 0] for side in ("real", "imag")]
    np.testing.assert_allclose(signal @ parts[0] + 1j * (signal @ parts[1]), np.fft.rfft(signal), atol=1e-12)


@pytest.mark.parametrize(("name", "strings"), NAMES.items())
def test_every_string_and_attribute_names_the_class(name, strings):
    cls = getattr(initializers, name)
    for string in [name, *strings]:
        assert type(initializers.get(string)) is cls
    aliases = [string for string in strings if string not in ("zero", "one", "normal", "uniform")]
    assert all(getattr(initializers, alias) is cls for alias in aliases)
    assert type(initializers.get(cls)) is cls
    assert type(initializers.get({"class_name": name, "config": {}})) is cls
    assert type(initializers.deserialize(name)()) is cls
    assert initializers.constant is initializers.Constant


@pytest.mark.parametrize(
    "initializer",
    [
        initializers.Constant(3.0),
        initializers.Constant(np.array([1.0, 2.0])),
        initializers.Identity(2.0),
        initializers.VarianceScaling(2.0, "fan_out", "uniform", seed=3, input_axes=(0,), output_axes=(1,)),
        initializers.HeNormal(seed=SeedGenerator(4)),
        initializers.Orthogonal(gain=0.5, seed=1),
        initializers.STFT(side="imag", window=np.ones(2)),
    ],
)
def test_serialize_and_deserialize(initializer):
    config = initializers.serialize(initializer)
    assert (config["module"], config["registered_name"]) == ("keras.initializers", None)
    json.dumps(config)
    shape = (2, 1, 2) if isinstance(initializer, initializers.STFT) else (2, 2)
    for copy in (initializers.deserialize(config), initializers.get(config)):
        assert type(copy) is type(initializer)
        np.testing.assert_array_equal(copy(shape), type(initializer).from_config(initializer.get_config())(shape))
        assert initializers.serialize(copy) == config


@pytest.mark.parametrize("name", SCALED)
def test_the_spread_of_each_scaled_family(name):
    family, fan_in, fan_out = name.removesuffix("Normal").removesuffix("Uniform"), 300, 200
    numerator, n = {"Lecun": (1, fan_in), "He": (2, fan_in), "Glorot": (2, fan_in + fan_out)}[family]
    w = getattr(initializers, name)(seed=1)((fan_in, fan_out), "float64")
    stddev = math.sqrt(numerator / n)
    assert w.std() == pytest.approx(stddev, rel=0.01)
    assert w.mean() == pytest.approx(0, abs=0.02 * stddev)
    limit = math.sqrt(3) * stddev if name.endswith("Uniform") else 2 / 0.8796256610342398 * stddev
    assert 0.99 * limit < np.abs(w).max() <= limit


def test_untruncated_normals_have_tails():
    w = initializers.VarianceScaling(distribution="untruncated_normal", seed=1)((300, 200), "float64")
    assert w.std() == pytest.approx(math.sqrt(1 / 300), rel=0.01)
    assert np.abs(w).max() > 3.5 * w.std()


@pytest.mark.parametrize(
    ("shape", "fans"),
    [
        ((), (1, 1)),
        ((7,), (7, 7)),
        ((3, 4), (3, 4)),
        ((7, 3, 4), (21, 28)),
        ((3, 3, 8, 16), (72, 144)),
        ((3, 3, 8, 1), (72, 9)),
        ((3, 8, 1), (24, 3)),
        ((3, 3, 4, 6), (36, 54)),
        ([2, 3, 4, 5, 6], (2 * 3 * 4 * 5, 2 * 3 * 4 * 6)),
    ],
)
def test_fans(shape, fans):
    assert compute_fans(shape) == fans


def test_fans_along_given_axes():
    assert compute_fans((2, 3, 5, 7), input_axes=(0, 1), output_axes=(-1,)) == (6, 7)
    assert compute_fans((2, 3), input_axes=(1,)) == (2, 3)  # one alone is ignored, as in Keras


@given(st.lists(st.integers(1, 5), min_size=2, max_size=4), st.floats(0.1, 3), st.integers(0, 100))
def test_orthogonal_matrices_are(shape, gain, seed):
    w = initializers.Orthogonal(gain, seed)(tuple(shape), "float64").reshape(-1, shape[-1])
    product = w.T @ w if w.shape[0] >= w.shape[1] else w @ w.T
    np.testing.assert_allclose(product, gain**2 * np.eye(len(product)), atol=1e-9)


@pytest.mark.parametrize("name", RANDOM)
def test_seeds(name):
    cls, shape = getattr(initializers, name), (4, 3)
    unseeded = cls()
    first = unseeded(shape)
    assert unseeded.get_config()["seed"] is None
    np.testing.assert_array_equal(first, unseeded(shape))  # one instance repeats itself
    assert not np.array_equal(first, cls()(shape))
    assert not np.array_equal(first, unseeded.clone()(shape))
    np.testing.assert_array_equal(cls(seed=3)(shape), cls(seed=3)(shape))
    np.testing.assert_array_equal(cls(seed=3)(shape), cls(seed=3).clone()(shape))
    stream = SeedGenerator(3)
    flowing = cls(seed=stream)
    np.testing.assert_array_equal(flowing(shape), cls(seed=3)(shape))
    assert not np.array_equal(flowing(shape), cls(seed=3)(shape))


def test_seeds_are_drawn_when_an_initializer_is_made_and_only_by_random_ones():
    set_random_seed(7)
    makers = [initializers.HeNormal, initializers.Zeros, initializers.Orthogonal]
    assert [getattr(maker(), "seed", None) for maker in makers] == GOLDEN["unseeded"]["seeds"]


@pytest.mark.parametrize("name", [*NAMES, "Constant"])
@pytest.mark.parametrize("dtype", [None, "float32", "float64", "float16", np.float64])
def test_dtypes(name, dtype):
    shape = (4, 1, 3) if name == "STFT" else (3, 3)
    assert getattr(initializers, name)()(shape, dtype=dtype).dtype == (dtype or "float32")


def test_gains_stay_in_the_dtype():
    for initializer in (initializers.Identity(np.float64(2)), initializers.Orthogonal(np.float64(2), seed=1)):
        assert initializer((2, 2)).dtype == np.float32


def test_a_constant_broadcasts_or_says_why_not():
    np.testing.assert_array_equal(initializers.Constant([1, 2])((3, 2)), [[1, 2]] * 3)
    assert initializers.Constant(5)(()) == 5
    with pytest.raises(ValueError, match=r"value of shape \(2,\), shape=\(3,\)"):
        initializers.Constant([1, 2])((3,))


def test_callables_and_arrays_are_initializers():
    def counting(shape, dtype=None):
        return np.arange(math.prod(shape), dtype=dtype).reshape(shape)

    assert initializers.get(counting) is counting
    start = np.array([[1.0, 2.0]])
    value = initializers.get(start)((1, 2))
    assert (value.tolist(), value.dtype) == (start.tolist(), np.float32)
    value[:] = 0
    assert start.tolist() == [[1.0, 2.0]]
    with pytest.raises(ValueError, match=r"Expected `shape` to be \(1, 2\) for direct tensor as initializer"):
        initializers.get(start)((2, 1))


class Halves(initializers.Initializer):
    def __init__(self, sign=1):
        self.sign = sign

    def __call__(self, shape, dtype=None):
        return np.full(shape, self.sign * 0.5, dtype)

    def get_config(self):
        return {"sign": self.sign}


def test_a_subclass_of_ones_own():
    config = initializers.serialize(Halves(-1))
    assert config["registered_name"] == "Halves"
    copy = initializers.deserialize(config, custom_objects={"Halves": Halves})
    assert copy.clone()((1,)).tolist() == [-0.5]
    with pytest.raises(ValueError, match="Halves"):
        initializers.deserialize(config)


UNKNOWN = "Could not interpret initializer identifier: "


@pytest.mark.parametrize(
    ("call", "exception", "message"),
    [
        (lambda: initializers.get("glorot_unifrom"), ValueError, UNKNOWN + "glorot_unifrom. Did you mean 'glorot_uni"),
        (lambda: initializers.get("quagga"), ValueError, UNKNOWN + r"quagga\.$"),
        (lambda: initializers.get("Xavier"), ValueError, UNKNOWN + "Xavier"),
        (lambda: initializers.get(3), ValueError, UNKNOWN + "3"),
        (lambda: initializers.get({"class_name": "zebra", "config": {}}), ValueError, "zebra"),
        (lambda: initializers.get("constant"), ValueError, r"needs a `value`.*Pass `Constant\(value=...\)`"),
        (lambda: initializers.get("Constant"), KeyError, "needs a `value`"),
        (lambda: initializers.get({"class_name": "Constant", "config": {}}), KeyError, "needs a `value`"),
        (lambda: initializers.HeNormal(seed="a"), ValueError, "`seed` argument should be an instance of .*seed=a"),
        (lambda: initializers.HeNormal(seed=np.int64(2)), ValueError, "`seed` argument should be an instance of"),
        (lambda: initializers.HeNormal(seed=-1)((2, 2)), OverflowError, "seed=-1"),
        (
            lambda: initializers.VarianceScaling(scale=0),
            ValueError,
            "`scale` must be positive float. Received: scale=0",
        ),
        (lambda: initializers.VarianceScaling(mode="fan"), ValueError, "Invalid `mode` argument: fan"),
        (
            lambda: initializers.VarianceScaling(distribution="flat"),
            ValueError,
            "Invalid `distribution` argument: flat",
        ),
        (lambda: initializers.Orthogonal()((3,)), ValueError, "must be at least two-dimensional. Received: shape="),
        (lambda: initializers.Identity()((3,)), ValueError, "Identity matrix initializer can only be used for 2D"),
        (lambda: initializers.STFT(side="left"), ValueError, "side should be 'real' or 'imag', not left"),
        (lambda: initializers.STFT(window="han"), ValueError, "Unknown window type.*Did you mean 'hann'"),
        (lambda: initializers.STFT(window=np.ones(3))((4, 1, 3)), ValueError, "The shape of `window` must be equal"),
        (lambda: initializers.STFT(scaling="loud"), ValueError, "Scaling is invalid.*scaling=loud"),
        (lambda: initializers.Initializer()((2,)), NotImplementedError, "must implement the `__call__"),
        (lambda: initializers.HeNormal(sed=1), TypeError, "unexpected keyword argument 'sed'"),
    ],
)
def test_bad_arguments_are_refused_in_keras_words(call, exception, message):
    with pytest.raises(exception, match=message):
        call()


def test_none_stays_none():
    assert initializers.get(None) is None
