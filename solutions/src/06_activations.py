# %% [markdown]
# # Exercises to chapter 6 · Activations
#
# Eight answers in code and one in words, 16 points. You need [chapter 6](../notebooks/06_activations.ipynb).
#
# All functions take arrays of any shape and give arrays of the same shape, unless it is said otherwise. Inputs may be as
# large as 800 and as small as −800: the results have to be right there, too.

# %%
import numpy as np

from layerlab.grading import check

# %% [markdown]
# ## Four bends (2 points)
#
# - `relu`: negative numbers become 0.
# - `softsign`: $x / (1 + |x|)$.
# - `hard_sigmoid`, of Keras 3: $x / 6 + 1/2$, cut off at 0 and at 1.
# - `elu`, with $\alpha = 1$: $x$ on the right of 0, $e^x - 1$ on the left.
#
# Returns: a dictionary with these four names and an array for each.


# %% exercise="bends"
def bends(x):
    """relu, softsign, hard_sigmoid and elu of x, by their names."""
    ### BEGIN SOLUTION
    return {
        "relu": np.maximum(x, 0),
        "softsign": x / (1 + np.abs(x)),
        "hard_sigmoid": np.clip(x / 6 + 0.5, 0, 1),
        "elu": np.where(x > 0, x, np.expm1(np.minimum(x, 0))),
    }
    ### END SOLUTION


# %% [markdown]
# ## The bend that normalizes itself (1 point)
#
# `selu` is a scaled elu: $\lambda x$ on the right, $\lambda \alpha (e^x - 1)$ on the left.


# %% exercise="selu"
def selu(x):
    """The scaled exponential linear unit."""
    alpha, scale = 1.6732632423543772, 1.0507009873554805
    ### BEGIN SOLUTION
    return scale * np.where(x > 0, x, alpha * np.expm1(np.minimum(x, 0)))
    ### END SOLUTION


# %% [markdown]
# ## A sigmoid that does not overflow (1 point)
#
# $1 / (1 + e^{-x})$. Mind what happens at 800 and at −800. Hint: `np.where`, or `np.exp` of something that is never
# positive, or a relation to `np.tanh`.


# %% exercise="sigmoid"
def sigmoid(x):
    """The sigmoid, for any x."""
    ### BEGIN SOLUTION
    return 0.5 * (1 + np.tanh(0.5 * x))
    ### END SOLUTION


# %% [markdown]
# ## A soft relu that does not overflow (1 point)
#
# `softplus`: $\log(1 + e^x)$. At 800 the result is 800.


# %% exercise="softplus"
def softplus(x):
    """The softplus, for any x."""
    ### BEGIN SOLUTION
    return np.maximum(x, 0) + np.log1p(np.exp(-np.abs(x)))
    ### END SOLUTION


# %% [markdown]
# ## Six slopes (3 points)
#
# The derivatives of `relu` (0 at 0), `sigmoid`, `tanh`, `softplus`, `elu` and `softsign`, at the places `x`.
#
# Returns: a dictionary with these six names and an array for each. Use what you have written above.


# %% exercise="slopes"
def slopes(x):
    """The derivatives of six activations at x, by their names."""
    ### BEGIN SOLUTION
    s = sigmoid(x)
    return {
        "relu": np.where(x > 0, 1.0, 0.0),
        "sigmoid": s * (1 - s),
        "tanh": 1 - np.tanh(x) ** 2,
        "softplus": s,
        "elu": np.where(x > 0, 1.0, np.exp(np.minimum(x, 0))),
        "softsign": 1 / (1 + np.abs(x)) ** 2,
    }
    ### END SOLUTION


# %% [markdown]
# ## Softmax that does not overflow (2 points)
#
# $e^{x_i} / \sum_j e^{x_j}$, the sum over the last axis, for every sample by itself.
#
# - `x`: (samples, units). Returns: the same shape.


# %% exercise="softmax"
def softmax(x):
    """A distribution over the last axis, for any x."""
    ### BEGIN SOLUTION
    powers = np.exp(x - x.max(axis=-1, keepdims=True))
    return powers / powers.sum(axis=-1, keepdims=True)
    ### END SOLUTION


# %% [markdown]
# ## Softmax backward (3 points)
#
# Each output of a softmax depends on all sums of its sample. So the gradient with respect to the sums is
#
# $$\frac{\partial L}{\partial x_i} = \sum_j g_j \frac{\partial p_j}{\partial x_i}
# \qquad\text{with}\qquad \frac{\partial p_j}{\partial x_i} = p_j\,([i = j] - p_i)$$
#
# Write it without a loop.
#
# - `p`: what softmax gave, (samples, units); `g`: the gradient of the loss with respect to `p`, same shape.
# - Returns: the gradient with respect to the sums, same shape.


# %% exercise="softmax-gradient"
def softmax_gradient(p, g):
    """The gradient with respect to what softmax was given."""
    ### BEGIN SOLUTION
    return p * (g - np.sum(g * p, axis=-1, keepdims=True))
    ### END SOLUTION


# %% [markdown]
# ## Find the dead units (1 point)
#
# A unit with relu is dead if it is off, so 0, for every sample.
#
# - `outputs`: (samples, units), of a layer with relu. Returns: an array of truth values, (units,).


# %% exercise="dead-units"
def dead_units(outputs):
    """Which units are off for all samples."""
    ### BEGIN SOLUTION
    return np.all(outputs == 0, axis=0)
    ### END SOLUTION


# %% [markdown]
# ## In your own words (2 points, graded by a person)
#
# A colleague replaces relu by sigmoid in all ten hidden layers "because its outputs can be read as probabilities". The
# network stops learning. Explain why, what you would measure to be sure, and where in a network a sigmoid belongs.

# %% [markdown] open="ten-sigmoids" points=2
# The slope of a sigmoid is at most 1/4, and near 0 where it is saturated. On its way back the gradient is multiplied by
# such a slope at every layer: after ten layers at most a millionth is left (times the kernels), and the first layers do
# not move. To be sure, print the length of the gradient of every layer's kernel: it shrinks by a constant factor from
# layer to layer. A sigmoid belongs where a number between 0 and 1 is needed: at the output, for a yes or no, and in
# gates such as those of an LSTM.
