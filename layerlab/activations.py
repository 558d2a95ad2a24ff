"""Activation functions: what a layer does to its weighted sums, by function and by string.

All act on each number alone, for arrays of any shape, except softmax, log_softmax, sparsemax and glu, which couple the
numbers along an axis. Where a curve has a corner, the gradient takes one side of it, or 0: relu'(0) = 0, elu'(0) = 1,
leaky_relu'(0) = 1, hard_tanh'(±1) = 1; where relu6 and the hard sigmoids cut a value off, it is 0 from the corner on.
"""

import math
import warnings

import numpy as np

from layerlab import ops
from layerlab.ops.gelu import gelu as exact_gelu
from layerlab.registry import Family, known_as

__all__ = [
    "celu",
    "deserialize",
    "elu",
    "exponential",
    "gelu",
    "get",
    "glu",
    "hard_shrink",
    "hard_sigmoid",
    "hard_sigmoid_keras2",
    "hard_silu",
    "hard_swish",
    "hard_tanh",
    "leaky_relu",
    "linear",
    "log_sigmoid",
    "log_softmax",
    "mish",
    "relu",
    "relu6",
    "selu",
    "serialize",
    "sigmoid",
    "silu",
    "soft_shrink",
    "softmax",
    "softplus",
    "softsign",
    "sparse_plus",
    "sparse_sigmoid",
    "sparsemax",
    "squareplus",
    "swish",
    "tanh",
    "tanh_shrink",
    "threshold",
]


def linear(x):
    """x itself: what `activation=None` means.

    >>> linear(np.array([-1.0, 2.0]))
    array([-1.,  2.])

    Source: `keras.activations.linear`.
    """
    return x


def relu(x, negative_slope=0.0, max_value=None, threshold=0.0):
    """max(x, 0): negative numbers become 0.

    With all arguments: x above the threshold, but at most max_value; negative_slope · (x - threshold) below it.

    Args:
        x: an array.
        negative_slope: the slope below the threshold.
        max_value: the largest value returned; None is no limit.
        threshold: up to it, x counts as negative.

    >>> relu(np.array([-2.0, 0.5, 9.0]))
    array([0. , 0.5, 9. ])
    >>> relu(np.array([-2.0, 0.5, 9.0]), negative_slope=0.1, max_value=6, threshold=1)
    array([-0.3 , -0.05,  6.  ])

    Source: `keras.activations.relu`.
    """
    if negative_slope == 0 and max_value is None and threshold == 0:
        return ops.relu(x)
    if max_value is None and threshold == 0:
        return leaky_relu(x, negative_slope)
    y = np.where(x > threshold, x, 0.0)
    if max_value is not None:
        y = np.clip(y, 0.0, max_value)
    return y - negative_slope * ops.relu(threshold - x) if negative_slope else y


def leaky_relu(x, negative_slope=0.2):
    """x if x >= 0, else negative_slope · x. (The layer LeakyReLU has another default, 0.3.)

    >>> leaky_relu(np.array([-1.0, 2.0]))
    array([-0.2,  2. ])

    Source: `keras.activations.leaky_relu`.
    """
    return ops.leaky_relu(x, negative_slope)


def relu6(x):
    """min(max(x, 0), 6).

    >>> relu6(np.array([-1.0, 2.0, 9.0]))
    array([0., 2., 6.])

    Source: `keras.activations.relu6`.
    """
    return np.clip(x, 0.0, 6.0)


def elu(x, alpha=1.0):
    """x if x > 0, else alpha · (exp(x) - 1).

    >>> elu(np.array([-1.0, 2.0]))
    array([-0.63212056,  2.        ])

    Source: Clevert et al., 2016, https://arxiv.org/abs/1511.07289; `keras.activations.elu`.
    """
    return ops.exponential_linear(x, 1.0, alpha)


def celu(x, alpha=1.0):
    """x if x > 0, else alpha · (exp(x / alpha) - 1): an elu whose slope at 0 is 1 for every alpha.

    Raises:
        ValueError: alpha is 0.

    >>> celu(np.array([-1.0, 2.0]), alpha=0.5)
    array([-0.43233236,  2.        ])

    Source: Barron, 2017, https://arxiv.org/abs/1704.07483; `keras.activations.celu`.
    """
    if alpha == 0:
        raise ValueError(f"The argument `alpha` of celu divides x: it must not be 0. Received: alpha={alpha}")
    return ops.exponential_linear(x, 1.0, alpha, alpha)


_SELU_SCALE, _SELU_ALPHA = 1.0507009873554805, 1.6732632423543772


def selu(x):
    """1.0507 · (x if x > 0, else 1.6733 · (exp(x) - 1)): keeps mean 0 and variance 1 from layer to layer.

    It does so for kernels started with lecun_normal, and with AlphaDropout as the only dropout.

    >>> selu(np.array([-1.0, 2.0]))
    array([-1.11133074,  2.10140197])

    Source: Klambauer et al., 2017, https://arxiv.org/abs/1706.02515; `keras.activations.selu`.
    """
    return ops.exponential_linear(x, _SELU_SCALE, _SELU_ALPHA)


def sigmoid(x):
    """1 / (1 + exp(-x)): from 0 to 1.

    >>> sigmoid(np.array([-2.0, 0.0, 2.0]))
    array([0.11920292, 0.5       , 0.88079708])

    Source: `keras.activations.sigmoid`.
    """
    return ops.sigmoid(x)


def hard_sigmoid(x):
    """x/6 + 1/2, cut off at 0 and 1: Keras 3's formula. Keras 2 had another: `hard_sigmoid_keras2`.

    >>> hard_sigmoid(np.array([-3.0, 0.0, 1.0, 3.0]))
    array([0.        , 0.5       , 0.66666667, 1.        ])

    Source: `keras.activations.hard_sigmoid`.
    """
    return np.clip(x / 6.0 + 0.5, 0.0, 1.0)


def hard_sigmoid_keras2(x):
    """0.2·x + 1/2, cut off at 0 and 1: what old tutorials mean by hard_sigmoid. Keras 3 has no name for it.

    >>> hard_sigmoid_keras2(np.array([-2.5, 0.0, 1.0, 2.5]))
    array([0. , 0.5, 0.7, 1. ])

    Source: `tf_keras.activations.hard_sigmoid`.
    """
    return np.clip(0.2 * x + 0.5, 0.0, 1.0)


def log_sigmoid(x):
    """log(sigmoid(x)) = -softplus(-x).

    >>> log_sigmoid(np.array([-1000.0, 0.0]))
    array([-1.00000000e+03, -6.93147181e-01])

    Source: `keras.activations.log_sigmoid`.
    """
    return -ops.softplus(-x)


def silu(x):
    """x · sigmoid(x), also called swish.

    >>> silu(np.array([-2.0, 0.0, 2.0]))
    array([-0.23840584,  0.        ,  1.76159416])

    Source: Ramachandran et al., 2017, https://arxiv.org/abs/1710.05941; `keras.activations.silu`.
    """
    return x * ops.sigmoid(x)


def hard_silu(x):
    """x · hard_sigmoid(x), also called hard_swish.

    >>> hard_silu(np.array([-3.0, 1.0, 3.0]))
    array([-0.        ,  0.66666667,  3.        ])

    Source: Howard et al., 2019, https://arxiv.org/abs/1905.02244; `keras.activations.hard_silu`.
    """
    return x * hard_sigmoid(x)


def gelu(x, approximate=False):
    """x · Φ(x), where Φ(x) = (1 + erf(x / √2)) / 2 is the probability that a normal number is below x.

    Args:
        x: an array.
        approximate: use x/2 · (1 + tanh(√(2/π) · (x + 0.044715·x³))) instead.

    >>> gelu(np.array([-1.0, 1.0])), gelu(np.array([-1.0, 1.0]), approximate=True)
    (array([-0.15865525,  0.84134475]), array([-0.15880801,  0.84119199]))

    Source: Hendrycks & Gimpel, 2016, https://arxiv.org/abs/1606.08415; `keras.activations.gelu`.
    """
    if approximate:
        u = np.clip(x, -10.0, 10.0)  # beyond, tanh is ±1 and u³ would only overflow
        return 0.5 * x * (1 + np.tanh(math.sqrt(2 / math.pi) * (u + 0.044715 * u * u * u)))
    return exact_gelu(x)


def mish(x):
    """x · tanh(softplus(x)).

    >>> mish(np.array([-1.0, 1.0]))
    array([-0.30340146,  0.86509839])

    Source: Misra, 2019, https://arxiv.org/abs/1908.08681; `keras.activations.mish`.
    """
    return x * np.tanh(ops.softplus(x))


def softplus(x):
    """log(1 + exp(x)): a relu without the corner.

    >>> softplus(np.array([-20.0, 0.0, 20.0]))
    array([2.06115362e-09, 6.93147181e-01, 2.00000000e+01])

    Source: `keras.activations.softplus`.
    """
    return ops.softplus(x)


def squareplus(x, b=4):
    """(x + √(x² + b)) / 2: like softplus, by algebra alone.

    Args:
        x: an array.
        b: how round the corner is; 0 makes it a relu.

    >>> squareplus(np.array([-1.5, 0.0, 1.5]))
    array([0.5, 1. , 2. ])

    Source: Barron, 2021, https://arxiv.org/abs/2112.11687; `keras.activations.squareplus`.
    """
    return 0.5 * x + 0.5 * np.hypot(x, math.sqrt(b))


def softsign(x):
    """x / (1 + |x|): from -1 to 1.

    >>> softsign(np.array([-1.0, 0.0, 3.0]))
    array([-0.5 ,  0.  ,  0.75])

    Source: `keras.activations.softsign`.
    """
    return x / (1 + np.abs(x))


def tanh(x):
    """The hyperbolic tangent: from -1 to 1.

    >>> tanh(np.array([-1.0, 0.0, 1.0]))
    array([-0.76159416,  0.        ,  0.76159416])

    Source: `keras.activations.tanh`.
    """
    return np.tanh(x)


def hard_tanh(x):
    """x, cut off at -1 and 1.

    >>> hard_tanh(np.array([-3.0, 0.5, 3.0]))
    array([-1. ,  0.5,  1. ])

    Source: `keras.activations.hard_tanh`.
    """
    return np.where(x > 1, 1.0, np.where(x < -1, -1.0, x))


def tanh_shrink(x):
    """x - tanh(x).

    >>> tanh_shrink(np.array([-1.0, 0.0, 1.0]))
    array([-0.23840584,  0.        ,  0.23840584])

    Source: `keras.activations.tanh_shrink`.
    """
    return x - np.tanh(x)


def hard_shrink(x, threshold=0.5):
    """x where |x| > threshold, else 0.

    >>> hard_shrink(np.array([-1.0, 0.5, 1.0]))
    array([-1.,  0.,  1.])

    Source: `keras.activations.hard_shrink`.
    """
    return np.where(np.abs(x) > threshold, x, 0.0)


def soft_shrink(x, threshold=0.5):
    """x moved toward 0 by the threshold, and 0 where it would cross it.

    >>> soft_shrink(np.array([-1.0, 0.25, 1.0]))
    array([-0.5,  0. ,  0.5])

    Source: `keras.activations.soft_shrink`.
    """
    return ops.relu(x - threshold) - ops.relu(-x - threshold)


def threshold(x, threshold, default_value):
    """x where x > threshold, else default_value. It has no defaults, so no string can name it.

    >>> threshold(np.array([-1.0, 0.5, 1.0]), threshold=0.5, default_value=9)
    array([9., 9., 1.])

    Source: `keras.activations.threshold`.
    """
    return np.where(x > threshold, x, default_value)


def exponential(x):
    """exp(x), which is inf above 88.7 in float32.

    >>> exponential(np.array([-1.0, 0.0, 1.0]))
    array([0.36787944, 1.        , 2.71828183])

    Source: `keras.activations.exponential`.
    """
    with np.errstate(over="ignore"):
        return np.exp(x)


def sparse_plus(x):
    """0 up to -1, (x + 1)²/4 up to 1, then x: like softplus, with a true 0.

    >>> sparse_plus(np.array([-2.0, 0.0, 1.0, 2.0]))
    array([0.  , 0.25, 1.  , 2.  ])

    Source: `keras.activations.sparse_plus`.
    """
    return np.where(x < 1, np.square(np.clip(x + 1, 0.0, 2.0)) / 4, x)


def sparse_sigmoid(x):
    """(x + 1)/2, cut off at 0 and 1: the derivative of sparse_plus.

    >>> sparse_sigmoid(np.array([-2.0, 0.0, 0.5, 2.0]))
    array([0.  , 0.5 , 0.75, 1.  ])

    Source: `keras.activations.sparse_sigmoid`.
    """
    return np.clip(0.5 * x + 0.5, 0.0, 1.0)


def softmax(x, axis=-1):
    """exp(x) / sum(exp(x)): positive numbers that sum to 1 along an axis.

    Args:
        x: an array of at least one dimension.
        axis: an integer, or several for one sum over all of them.

    Warns:
        UserWarning: the axis has size 1, so that every result is 1.

    >>> softmax(np.array([[0.0, 0.0], [0.0, np.log(3)]]))
    array([[0.5 , 0.5 ],
           [0.25, 0.75]])

    Source: `keras.activations.softmax`.
    """
    axis = _axes(x, axis)
    if isinstance(axis, int) and -x.ndim <= axis < x.ndim and x.shape[axis] == 1:
        warnings.warn(
            f"You are using a softmax over axis {axis} of a tensor of shape {x.shape}. This axis has size 1. The "
            "softmax operation will always return the value 1, which is likely not what you intended. Did you mean to "
            "use a sigmoid instead?",
            stacklevel=2,
        )
    return ops.softmax(x, axis=axis)


def log_softmax(x, axis=-1):
    """log(softmax(x)), exact even where softmax(x) rounds to 0.

    Args:
        x: an array of at least one dimension.
        axis: an integer, or several for one sum over all of them.

    >>> log_softmax(np.array([0.0, 1000.0]))
    array([-1000.,     0.])

    Source: `keras.activations.log_softmax`.
    """
    return ops.log_softmax(x, axis=_axes(x, axis))


def _axes(x, axis):
    """The axis or axes as NumPy takes them; a single number has none, though NumPy would let that pass."""
    if x.ndim == 0:
        raise ValueError(f"axis {axis} is out of bounds for array of dimension 0")
    return tuple(axis) if isinstance(axis, list) else axis


def sparsemax(x, axis=-1):
    """The nearest point of the simplex: positive numbers or true zeros that sum to 1 along an axis.

    Keras 3.15 returns other numbers wherever two or more are not zero; these are the paper's.

    >>> sparsemax(np.array([1.0, 2.0, 2.5]))
    array([0.  , 0.25, 0.75])

    Source: Martins & Astudillo, 2016, https://arxiv.org/abs/1602.02068; `keras.activations.sparsemax`.
    """
    return ops.sparsemax(x, axis=axis)


def glu(x, axis=-1):
    """a · sigmoid(b), where a and b are the two halves of x along an axis; the result has half its size.

    Raises:
        ValueError: the size of the axis is odd.

    >>> glu(np.array([3.0, 4.0, 0.0, 0.0]))
    array([1.5, 2. ])

    Source: Dauphin et al., 2017, https://arxiv.org/abs/1612.08083; `keras.activations.glu`.
    """
    if (x.shape[axis] or 0) % 2:
        raise ValueError(f"axis size must be divisible by 2. Received: x.shape={x.shape}, axis={axis}")
    a, b = np.split(x, 2, axis=axis)
    return a * ops.sigmoid(b)


swish, hard_swish = silu, hard_silu

_family = Family("activations", "activation function", aliases={"swish": "silu", "hard_swish": "hard_silu"})
known_as("activations", [globals()[name] for name in __all__ if name not in ("get", "serialize", "deserialize")])
deserialize = _family.deserialize


def get(identifier):
    """The activation function that an identifier means.

    Args:
        identifier: a string ("relu"), a function, a layer such as `LeakyReLU()`, a configuration dictionary, or None,
            which is `linear`.

    Raises:
        ValueError: nothing is called that; the message offers the nearest name.

    >>> get("swish") is silu, get(None) is linear
    (True, True)
    >>> get("reul")
    Traceback (most recent call last):
    ValueError: Could not interpret activation function identifier: reul. Did you mean 'relu'?
    """
    return linear if identifier is None else _family.get(identifier)


def serialize(activation):
    """The name of an activation function ("silu" for `swish`), or the configuration of another callable.

    >>> serialize(relu)
    'relu'
    """
    if activation is not None and not callable(activation):
        raise ValueError(
            f"Unknown activation function '{activation}' cannot be serialized: expected a function or a layer. "
            f"Received: {activation!r}"
        )
    function = get(activation)
    name = getattr(function, "__name__", "")
    return name if _family.lookup(name) is function else _family.serialize(function)
