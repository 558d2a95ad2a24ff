"""Random numbers are those of Keras's NumPy backend, and seeds mean what Keras says they mean."""

import json
import random as python_random
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from layerlab import random
from layerlab.autodiff import check_gradients
from layerlab.random import SeedGenerator, draw_seed, set_random_seed
from layerlab.serialization import deserialize_keras_object, serialize_keras_object

GOLDEN = json.loads((Path(__file__).parent / "golden" / "random.json").read_text())
IDS = [f"{i}-{case['name']}" for i, case in enumerate(GOLDEN["draws"])]
SEEDED = [
    lambda seed: random.uniform((3,), seed=seed),
    lambda seed: random.normal((3,), seed=seed),
    lambda seed: random.truncated_normal((3,), seed=seed),
    lambda seed: random.randint((9,), 0, 1000, seed=seed),
    lambda seed: random.categorical(np.zeros((2, 50)), 9, seed=seed),
    lambda seed: random.shuffle(np.arange(50), seed=seed),
    lambda seed: random.dropout(np.ones(50), 0.5, seed=seed),
    lambda seed: random.gamma((3,), 2.0, seed=seed),
    lambda seed: random.beta((3,), 2.0, 3.0, seed=seed),
    lambda seed: random.binomial((50,), 9, 0.5, seed=seed),
]


def array_of(result):
    return np.array(result["values"], result["dtype"]).reshape(result["shape"])


@pytest.mark.parametrize("case", GOLDEN["draws"], ids=IDS)
def test_every_draw_is_that_of_keras_to_the_bit(case):
    arguments = {
        key: np.array(value, "float32") if key in ("logits", "x", "inputs") else value
        for key, value in case["arguments"].items()
    }
    expected = array_of(case["result"])
    result = getattr(random, case["name"])(**arguments)
    assert result.dtype == expected.dtype
    np.testing.assert_array_equal(result, expected)


def test_a_generator_counts_and_jumps_as_in_keras():
    stream = SeedGenerator(3)
    ordered = [True, False, True, False, True]
    assert [stream.next(ordered).tolist() for ordered in ordered] == GOLDEN["stream"]


def test_the_state_handed_out_is_a_copy():
    stream = SeedGenerator(3)
    stream.next()[:] = 0
    assert stream.next().tolist() == [3, 1]


def test_the_state_is_a_variable():
    stream = SeedGenerator(3, name="mine")
    stream.next()
    assert (stream.state.path, stream.state.dtype) == ("mine/seed_generator_state", "uint32")
    assert not stream.state.trainable
    assert stream.state.numpy().tolist() == [3, 1]
    stream.state.assign([8, 2])
    assert stream.next().tolist() == [8, 2]


def test_set_random_seed_reaches_every_source():
    golden = GOLDEN["unseeded"]
    set_random_seed(7)
    drawn = [random.make_default_seed() for seed in golden["seeds"] if seed is not None]
    assert drawn == [seed for seed in golden["seeds"] if seed is not None]
    for expected in golden["draws"]:
        np.testing.assert_array_equal(random.uniform((3,)), array_of(expected))
    assert python_random.random() == golden["python"]
    assert np.random.random() == golden["numpy"]


def test_a_forgotten_global_generator_is_made_anew_from_pythons_random():
    set_random_seed(7)
    first = random.uniform((3,))
    random.reset_global_generator()
    assert not np.array_equal(random.uniform((3,)), first)
    set_random_seed(7)
    np.testing.assert_array_equal(random.uniform((3,)), first)


@pytest.mark.parametrize("draw", SEEDED)
def test_an_integer_repeats_a_generator_goes_on_and_none_differs(draw):
    stream = SeedGenerator(11)
    first, second = draw(stream), draw(stream)
    np.testing.assert_array_equal(first, draw(11))
    np.testing.assert_array_equal(first, draw(SeedGenerator(11)))
    assert not np.array_equal(first, second)
    assert not np.array_equal(draw(None), draw(None))


@given(st.integers(0, 2**32 - 1), st.integers(0, 5))
def test_the_nth_draw_depends_on_the_seed_and_n_alone(seed, n):
    stream = SeedGenerator(seed)
    for _ in range(n):
        stream.next()
    expected = np.random.default_rng([seed, n]).uniform(size=2).astype("float32")
    np.testing.assert_array_equal(random.uniform((2,), seed=stream), expected)


@given(st.floats(-3, 3), st.floats(0.01, 5), st.integers(0, 1000))
def test_truncated_normals_stay_within_two_deviations(mean, stddev, seed):
    x = random.truncated_normal((50,), mean, stddev, "float64", seed)
    assert np.all(np.abs(x - mean) <= 2 * stddev * (1 + 1e-12))


def test_the_spread_of_large_samples():
    n = 200_000
    truncated = random.truncated_normal((n,), stddev=2.0, seed=1)
    assert truncated.std() == pytest.approx(2 * 0.8796256610342398, rel=0.005)
    assert random.normal((n,), mean=3.0, stddev=2.0, seed=1).mean() == pytest.approx(3, abs=0.02)
    uniform = random.uniform((n,), minval=-1.0, maxval=3.0, seed=1)
    assert (uniform.min() >= -1, uniform.max() < 3) == (True, True)
    assert uniform.std() == pytest.approx(4 / np.sqrt(12), rel=0.005)
    shares = np.bincount(random.categorical(np.log([[0.2, 0.3, 0.5]]), n, seed=1)[0]) / n
    np.testing.assert_allclose(shares, [0.2, 0.3, 0.5], atol=0.005)


def test_dropout_keeps_the_mean_and_the_dtype():
    x = np.full((400, 500), 3.0, "float32")
    y = random.dropout(x, 0.25, seed=1)
    assert y.dtype == np.float32
    assert set(np.unique(y)) == {0.0, np.float32(4.0)}
    assert y.mean() == pytest.approx(3.0, rel=0.01)


def test_dropout_shares_its_mask_along_noise_shape():
    y = random.dropout(np.ones((6, 7, 5)), 0.5, noise_shape=(None, 1, 5), seed=2)
    assert np.all(y == y[:, :1])
    assert np.any(y != y[:1])


def test_the_gradient_of_dropout():
    check_gradients(lambda x: random.dropout(x, 0.4, seed=3), np.random.default_rng(0).normal(size=(4, 5)))


def test_a_shape_may_be_an_integer_or_a_list():
    for shape in (3, [3], (np.int64(3),)):
        np.testing.assert_array_equal(random.normal(shape, seed=1), random.normal((3,), seed=1))
        np.testing.assert_array_equal(random.truncated_normal(shape, seed=1), random.truncated_normal((3,), seed=1))


def test_generators_have_configurations():
    assert SeedGenerator(3, name="mine").get_config() == {"seed": 3, "name": "mine"}
    assert SeedGenerator().get_config()["seed"] is None
    config = serialize_keras_object(SeedGenerator(3, name="mine"))
    assert (config["module"], config["class_name"]) == ("keras.random", "SeedGenerator")
    copy = deserialize_keras_object(config)
    assert copy.next().tolist() == [3, 0]


INTEGER_SEED = "Argument `seed` must be either an integer or an instance of `SeedGenerator`"


@pytest.mark.parametrize(
    ("call", "exception", "message"),
    [
        (lambda: draw_seed(1.0), ValueError, INTEGER_SEED),
        (lambda: random.normal((2,), seed="a"), ValueError, INTEGER_SEED + r".*Received: seed=a"),
        (lambda: draw_seed(np.int64(3)), ValueError, INTEGER_SEED),
        (lambda: draw_seed(-1), OverflowError, "seed=-1"),
        (lambda: draw_seed(2**32), OverflowError, "seed=4294967296"),
        (lambda: SeedGenerator("a"), ValueError, "Argument `seed` must be an integer. Received: seed=a"),
        (lambda: SeedGenerator(-1), OverflowError, "seed=-1"),
        (lambda: SeedGenerator(extra=1), ValueError, "Unrecognized keyword arguments: {'extra': 1}"),
        (lambda: set_random_seed(1.0), ValueError, "Expected `seed` argument to be an integer. Received: seed=1.0"),
        (lambda: set_random_seed(-1), ValueError, "Seed must be between 0 and"),
        (lambda: random.uniform((2,), dtype="int32"), ValueError, "requires a floating point `dtype`. Rec.*int32"),
        (lambda: random.randint((2,), 0, 3, dtype="float32"), ValueError, "requires an integer `dtype`. Rec.*float32"),
        (lambda: random.categorical(np.ones(3), 2), ValueError, r"`logits` should be a 2-D tensor with shape"),
    ],
)
def test_bad_arguments_are_refused_in_keras_words(call, exception, message):
    with pytest.raises(exception, match=message):
        call()


def test_a_refused_seed_changes_nothing():
    set_random_seed(7)
    expected = random.uniform((2,)), python_random.random()
    set_random_seed(7)
    with pytest.raises(ValueError, match="Seed must be between"):
        set_random_seed(2**40)
    assert (random.uniform((2,)).tolist(), python_random.random()) == (expected[0].tolist(), expected[1])
