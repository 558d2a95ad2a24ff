# %% [markdown]
# # Exercises to chapter 3 · Initializers
#
# Seven answers in code and one in words, 14 points. You need [chapter 3](../notebooks/03_initializers.ipynb).
#
# `shape` is a tuple of integers. Every function but the first returns an array of this shape.
#
# Where a function gets `rng`, it is a generator of NumPy: `rng.normal(mean, stddev, shape)`, `rng.uniform(low, high,
# shape)`, `rng.random(shape)`. Draw from it and from nothing else. Random answers are judged by their statistics, with
# room for chance.

# %%
import numpy as np

from layerlab.grading import check

# %% [markdown]
# ## fan_in and fan_out (2 points)
#
# How many inputs does one unit sum over, and how many outputs does one input go to? Kernels have the shapes of Keras:
#
# - a dense layer: `(inputs, units)`;
# - a convolution: `(window..., channels in, channels out)`, with one, two or three axes for the window.
#
# Returns: the tuple `(fan_in, fan_out)` of integers.


# %% exercise="fans"
def fans(shape):
    """fan_in and fan_out of a kernel of this shape."""
    ### BEGIN SOLUTION
    window = int(np.prod(shape[:-2]))
    return window * shape[-2], window * shape[-1]
    ### END SOLUTION


# %% [markdown]
# ## Every weight the same (1 point)
#
# The initializer that fills an array of the given shape with one value. Zeros and ones are the cases that you know.


# %% exercise="constant"
def constant(shape, value):
    """An array filled with `value`."""
    ### BEGIN SOLUTION
    return np.full(shape, float(value))
    ### END SOLUTION


# %% [markdown]
# ## A kernel that changes nothing (1 point)
#
# The identity: `gain` where the number of the row is that of the column, 0 elsewhere. The kernel need not be square.
#
# - `shape`: (inputs, units); `gain`: a number.


# %% exercise="identity-kernel"
def identity(shape, gain):
    """A kernel that passes its inputs on, times `gain`."""
    ### BEGIN SOLUTION
    return gain * np.eye(*shape)
    ### END SOLUTION


# %% [markdown]
# ## All values equally likely (1 point)
#
# Weights from `minval` (included) to `maxval` (excluded). For the exercise, use `rng.random`, which gives numbers from 0 to
# 1, and stretch and shift them yourself.


# %% exercise="random-uniform"
def random_uniform(shape, minval, maxval, rng):
    """Weights that are uniform between `minval` and `maxval`."""
    ### BEGIN SOLUTION
    return minval + (maxval - minval) * rng.random(shape)
    ### END SOLUTION


# %% [markdown]
# ## A bell without its tails (2 points)
#
# The truncated normal: draw from the normal distribution with this mean and this standard deviation, and draw again
# whatever lies more than two standard deviations from the mean, until nothing does.
#
# This is `TruncatedNormal`: `stddev` is that of the bell *before* the cut.


# %% exercise="truncated-normal"
def truncated_normal(shape, mean, stddev, rng):
    """Normal weights, none of them beyond two standard deviations from the mean."""
    ### BEGIN SOLUTION
    weights = rng.normal(mean, stddev, shape)
    while (outside := np.abs(weights - mean) > 2 * stddev).any():
        weights[outside] = rng.normal(mean, stddev, outside.sum())
    return weights
    ### END SOLUTION


# %% [markdown]
# ## Glorot, He and LeCun in one function (3 points)
#
# All six named initializers have the variance `scale / n`. `mode` says what $n$ is: `"fan_in"`, `"fan_out"`, or their
# average `"fan_avg"`. `distribution` is
#
# - `"uniform"`: between $-\ell$ and $\ell$, with the $\ell$ that gives this variance;
# - `"normal"`: truncated at two standard deviations, as above, from a bell that is wider by the factor 1 / 0.8796256610342398,
#   so that the variance is right *after* the cut.
#
# Use `fans` and `truncated_normal` from above.


# %% exercise="variance-scaling"
def variance_scaling(shape, scale, mode, distribution, rng):
    """Weights with the variance scale / n."""
    ### BEGIN SOLUTION
    fan_in, fan_out = fans(shape)
    n = {"fan_in": fan_in, "fan_out": fan_out, "fan_avg": (fan_in + fan_out) / 2}[mode]
    stddev = np.sqrt(scale / n)
    if distribution == "uniform":
        limit = np.sqrt(3) * stddev
        return rng.uniform(-limit, limit, shape)
    return truncated_normal(shape, 0, stddev / 0.8796256610342398, rng)
    ### END SOLUTION


# %% [markdown]
# ## Rows or columns at right angles (2 points)
#
# A random kernel whose columns are orthogonal to each other and have the length `gain`. If it has more columns than rows,
# that is impossible: then the rows are.
#
# `np.linalg.qr(a)` of a matrix with at least as many rows as columns gives `q, r`; the columns of `q` are orthogonal and
# have length 1.
#
# - `shape`: (inputs, units).


# %% exercise="orthogonal"
def orthogonal(shape, gain, rng):
    """A random kernel with orthogonal columns, or rows if there are fewer of them."""
    ### BEGIN SOLUTION
    rows, columns = shape
    q, _ = np.linalg.qr(rng.normal(size=(max(shape), min(shape))))
    return gain * (q if rows >= columns else q.T)
    ### END SOLUTION


# %% [markdown]
# ## In your own words (2 points, graded by a person)
#
# Somebody trains a network of 20 dense layers with relu. With `RandomNormal(stddev=0.01)` the loss does not move. Somebody
# else advises `stddev=1`, and the loss becomes `nan`. Explain both, and what you would choose instead and why. Which
# picture would you draw to convince them?

# %% [markdown] open="stddev-too-small-too-large" points=2
# Each layer multiplies the spread of its inputs by about stddev · √(fan_in / 2). With 0.01 and 512 inputs that is 0.16:
# after 20 layers nothing is left, and the gradients, which pass through the same kernels, vanish too. With 1 the factor
# is 16, and 20 layers give 10^24: the outputs, the loss and the gradients overflow. He's initializer chooses stddev =
# √(2 / fan_in), so that the factor is 1 at every layer. The picture: a histogram of the activations at each layer, for
# the three choices side by side.
