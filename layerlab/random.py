"""Random numbers with a seed you can see: every draw is a function of `[seed, counter]` and of nothing else.

The numbers are, bit for bit, those of Keras's NumPy backend: drawn in float64, then cast.
"""

import math
import random as python_random

import numpy as np

from layerlab.autodiff import primitive
from layerlab.autodiff.rule import constant
from layerlab.config import standardize_dtype
from layerlab.naming import auto_name
from layerlab.registry import Registered
from layerlab.variables import Variable, name_scope

__all__ = [
    "SeedGenerator",
    "beta",
    "binomial",
    "categorical",
    "dropout",
    "gamma",
    "normal",
    "randint",
    "shuffle",
    "truncated_normal",
    "uniform",
]

_UINT32 = 2**32


class SeedGenerator(Registered):
    """A stream of seeds: `[seed, 0]`, `[seed, 1]`, `[seed, 2]`, ...

    Give one to a function of this module as `seed=` and each call draws new numbers, in a repeatable order;
    a plain integer gives the same numbers at each call, namely the first of the stream.

    Args:
        seed: an integer in [0, 2**32); None takes one from Python's `random`.
        name: a name for messages; "seed_generator", "seed_generator_1", ... by default.

    Raises:
        ValueError: `seed` is not a Python integer.
        OverflowError: `seed` is negative or needs more than 32 bits.

    >>> stream = SeedGenerator(42)
    >>> normal((2,), seed=stream), normal((2,), seed=stream)
    (array([ 0.3047171, -1.0399841], dtype=float32), array([-0.37361988,  1.0461612 ], dtype=float32))

    Source: `keras.random.SeedGenerator`.
    """

    family = "random"

    def __init__(self, seed: int | None = None, name: str | None = None, **kwargs):
        if kwargs:
            raise ValueError(f"Unrecognized keyword arguments: {kwargs}")
        if seed is not None and not isinstance(seed, int):
            raise ValueError(f"Argument `seed` must be an integer. Received: seed={seed}")
        self.name = name or auto_name(type(self).__name__)
        self._initial_seed = seed
        state = _first_state(make_default_seed() if seed is None else seed)
        with name_scope(self.name):
            self.state = Variable(state, dtype="uint32", trainable=False, name="seed_generator_state")

    def next(self, ordered: bool = True) -> np.ndarray:
        """The next `[seed, counter]`, two uint32; `ordered=False` jumps instead of counting.

        >>> stream = SeedGenerator(7)
        >>> stream.next(), stream.next()
        (array([7, 0], dtype=uint32), array([7, 1], dtype=uint32))
        """
        current = self.state._read()
        self.state.assign(_after(current, ordered))
        return current

    def get_config(self) -> dict:
        """The seed as the user gave it (None stays None) and the name."""
        return {"seed": self._initial_seed, "name": self.name}


@primitive
def _after(state, ordered=True):
    """The state that follows. uint32 wraps around in both updates, and the numbers drawn depend on it."""
    return state + np.array([0, 1], "uint32") if ordered else (state + 1) * 5387 % 933199


constant(_after)

_global_generator: SeedGenerator | None = None


def global_seed_generator() -> SeedGenerator:
    """The generator behind `seed=None`, made at its first use."""
    global _global_generator
    if _global_generator is None:
        _global_generator = SeedGenerator(name="global_seed_generator")
    return _global_generator


def reset_global_generator() -> None:
    """Forget the generator behind `seed=None`; the next use makes a new one."""
    global _global_generator
    _global_generator = None


def make_default_seed() -> int:
    """A seed for those who gave none, from Python's `random`, so that `set_random_seed` reaches it."""
    return python_random.randint(1, 10**9)


def draw_seed(seed) -> np.ndarray:
    """The `[seed, counter]` that a `seed` argument means: an integer, a SeedGenerator, or None.

    >>> draw_seed(3)
    array([3, 0], dtype=uint32)
    """
    if isinstance(seed, SeedGenerator):
        return seed.next()
    if isinstance(seed, int):
        return _first_state(seed)
    if seed is None:
        return global_seed_generator().next(ordered=False)
    raise ValueError(
        "Argument `seed` must be either an integer or an instance of `SeedGenerator`. "
        f"Received: seed={seed} (of type {type(seed)})"
    )


def set_random_seed(seed: int) -> None:
    """Make everything random repeatable: Python's `random`, NumPy's global generator and `seed=None`.

    >>> set_random_seed(7)
    >>> uniform((2,))
    array([0.15733854, 0.9748515 ], dtype=float32)

    Source: `keras.utils.set_random_seed`.
    """
    if not isinstance(seed, int):
        raise ValueError(f"Expected `seed` argument to be an integer. Received: seed={seed} (of type {type(seed)})")
    np.random.seed(seed)  # first: it refuses what is out of range before anything has changed
    python_random.seed(seed)
    reset_global_generator()


def uniform(shape, minval=0.0, maxval=1.0, dtype=None, seed=None) -> np.ndarray:
    """Numbers from the uniform distribution on [minval, maxval).

    >>> uniform((2, 2), seed=1)
    array([[0.5118216 , 0.9504637 ],
           [0.14415962, 0.94864947]], dtype=float32)

    Source: `keras.random.uniform`.
    """
    dtype = _float_dtype(dtype, "uniform")
    return _rng(seed).uniform(minval, maxval, _as_shape(shape)).astype(dtype)


def normal(shape, mean=0.0, stddev=1.0, dtype=None, seed=None) -> np.ndarray:
    """Numbers from the normal distribution N(mean, stddev²).

    >>> normal((3,), seed=1)
    array([0.34558418, 0.82161814, 0.33043706], dtype=float32)

    Source: `keras.random.normal`.
    """
    dtype = _float_dtype(dtype, "normal")
    return _rng(seed).normal(mean, stddev, _as_shape(shape)).astype(dtype)


def truncated_normal(shape, mean=0.0, stddev=1.0, dtype=None, seed=None) -> np.ndarray:
    """Normal numbers, drawn again until all lie within mean ± 2·stddev.

    Cutting the tails off makes them narrower: their standard deviation is 0.8796256610342398·stddev.

    >>> float(abs(truncated_normal((10_000,), stddev=0.5, seed=1)).max()) <= 1.0
    True

    Source: `keras.random.truncated_normal`.
    """
    dtype, shape, rng = _float_dtype(dtype, "truncated_normal"), _as_shape(shape), _rng(seed)
    size, low, high = math.prod(shape), mean - 2 * stddev, mean + 2 * stddev
    kept = np.empty(0)
    while kept.size < size:
        batch = rng.normal(mean, stddev, size)
        kept = np.concatenate([kept, batch[(batch >= low) & (batch <= high)]])
    return kept[:size].astype(dtype).reshape(shape)


def randint(shape, minval, maxval, dtype="int32", seed=None) -> np.ndarray:
    """Integers from minval to maxval - 1, each as likely.

    >>> randint((5,), 0, 10, seed=1)
    array([4, 5, 7, 9, 0], dtype=int32)

    Source: `keras.random.randint`.
    """
    dtype = standardize_dtype(dtype)
    if not np.issubdtype(dtype, np.integer):
        raise ValueError(f"`keras.random.randint` requires an integer `dtype`. Received: dtype={dtype} ")
    return _rng(seed).integers(minval, maxval, _as_shape(shape), dtype=dtype)


def categorical(logits, num_samples, dtype="int32", seed=None) -> np.ndarray:
    """For each row of logits (batch, classes): `num_samples` class numbers, drawn with its softmax.

    >>> categorical(np.array([[0.0, 0.0], [0.0, 99.0]]), 4, seed=1)
    array([[1, 1, 0, 1],
           [1, 1, 1, 1]], dtype=int32)

    Source: `keras.random.categorical`.
    """
    logits = np.asarray(logits)
    if logits.ndim != 2:
        raise ValueError(
            f"`logits` should be a 2-D tensor with shape [batch_size, num_classes]. Received: logits={logits}"
        )
    rng = _rng(seed)
    odds = np.exp(logits - np.max(logits, axis=-1, keepdims=True))
    rows = [rng.choice(len(p), num_samples, p=p) for p in odds / np.sum(odds, axis=-1, keepdims=True)]
    return np.array(rows).astype(standardize_dtype(dtype))


def dropout(inputs, rate, noise_shape=None, seed=None):
    """Set a random share `rate` of the inputs to zero and divide the others by 1 - rate.

    Args:
        inputs: an array of any shape.
        rate: the probability of a zero, from 0 to 1.
        noise_shape: the shape that the mask is drawn in, then broadcast; None in it means the input's own size.
        seed: an integer, a SeedGenerator or None.

    >>> dropout(np.ones((2, 3), "float32"), rate=0.5, seed=1)
    array([[0., 0., 2.],
           [0., 2., 2.]], dtype=float32)

    Source: `keras.random.dropout`.
    """
    if rate == 0:
        return inputs
    if rate == 1:
        return np.zeros_like(inputs)
    shape = inputs.shape
    if noise_shape is not None:
        shape = [shape[axis] if size is None else size for axis, size in enumerate(noise_shape)]
    keep = 1.0 - rate
    mask = _rng(seed).uniform(size=shape) < keep
    return inputs / keep * mask.astype(inputs.dtype)  # np.where would cost ten times as much


@primitive
def dropout_factors(state, shape, rate, dtype) -> np.ndarray:
    """What `dropout` makes of ones for a state `[seed, counter]`: 0, or 1 / (1 - rate); it is read-only.

    >>> dropout_factors(SeedGenerator(1).next(), (2, 3), 0.5, "float32")
    array([[0., 0., 2.],
           [0., 2., 2.]], dtype=float32)
    """
    keep = 1.0 - rate
    factors = np.ones(shape, dtype) / keep * (np.random.default_rng(state).uniform(size=shape) < keep).astype(dtype)
    factors.flags.writeable = False
    return factors


constant(dropout_factors)


def shuffle(x, axis=0, seed=None) -> np.ndarray:
    """The entries of x in random order along an axis, in another order for each slice.

    >>> shuffle(np.arange(5), seed=3)
    array([4, 2, 1, 3, 0])

    Source: `keras.random.shuffle`.
    """
    return _rng(seed).permuted(x, axis=axis)


def gamma(shape, alpha, dtype=None, seed=None) -> np.ndarray:
    """Numbers from the gamma distribution of shape `alpha` and scale 1."""
    return _rng(seed).gamma(alpha, 1.0, _as_shape(shape)).astype(_float_dtype(dtype, "gamma"))


def binomial(shape, counts, probabilities, dtype=None, seed=None) -> np.ndarray:
    """How many of `counts` trials succeed when each does with probability `probabilities`."""
    return _rng(seed).binomial(counts, probabilities, _as_shape(shape)).astype(_float_dtype(dtype, "binomial"))


def beta(shape, alpha, beta, dtype=None, seed=None) -> np.ndarray:
    """Numbers in (0, 1) from the beta distribution."""
    return _rng(seed).beta(alpha, beta, _as_shape(shape)).astype(_float_dtype(dtype, "beta"))


def _rng(seed) -> np.random.Generator:
    return np.random.default_rng(draw_seed(seed))


def _first_state(seed: int) -> np.ndarray:
    if not 0 <= seed < _UINT32:
        raise OverflowError(f"Argument `seed` must lie in [0, 2**32) to fit into uint32. Received: seed={seed}")
    return np.array([seed, 0], "uint32")


def _as_shape(shape) -> tuple[int, ...]:
    return (int(shape),) if np.ndim(shape) == 0 else tuple(shape)


def _float_dtype(dtype, function: str) -> str:
    dtype = standardize_dtype(dtype)
    if not np.issubdtype(dtype, np.floating):
        raise ValueError(f"`keras.random.{function}` requires a floating point `dtype`. Received: dtype={dtype} ")
    return dtype
