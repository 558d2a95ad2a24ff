# %% [markdown]
# # Exercises to chapter 14 · Merging
#
# Six answers in code and one in words, 15 points. You need [chapter 14](../notebooks/14_merging.ipynb).
#
# The first axis counts the samples; `g` is the gradient of the loss with respect to what a layer gave.

# %%
import numpy as np

from layerlab.grading import check

# %% [markdown]
# ## Seven ways to merge (2 points)
#
# - `kind`: `"add"`, `"subtract"` (two inputs, the first minus the second), `"multiply"`, `"average"`, `"maximum"`,
#   `"minimum"` or `"concatenate"` (along the last axis).
# - `inputs`: a list of two or more arrays. Returns: one array.


# %% exercise="merge"
def merge(kind, inputs):
    """The inputs merged into one array."""
    ### BEGIN SOLUTION
    if kind == "concatenate":
        return np.concatenate(inputs, axis=-1)
    if kind == "subtract":
        return inputs[0] - inputs[1]
    combine = {"add": np.sum, "multiply": np.prod, "average": np.mean, "maximum": np.max, "minimum": np.min}[kind]
    return combine(np.stack(inputs), axis=0)
    ### END SOLUTION


# %% [markdown]
# ## Which shapes fit (2 points)
#
# The rule of broadcasting. Compare two shapes from their last axis on: lengths have to be equal, or one of them is 1 and is
# stretched. A shape that has no more axes counts as 1.
#
# - `a`, `b`: shapes of samples, tuples of integers, the batch axis left out. Returns: the shape of their sum, a tuple. Raises a
#   `ValueError` if they do not fit.


# %% exercise="merged-shape"
def merged_shape(a, b):
    """The shape that two shapes are broadcast to."""
    ### BEGIN SOLUTION
    axes = max(len(a), len(b))
    a, b = (1,) * (axes - len(a)) + a, (1,) * (axes - len(b)) + b
    for m, n in zip(a, b, strict=True):
        if m != n and 1 not in (m, n):
            raise ValueError(f"lengths {m} and {n} do not fit")
    return tuple(max(m, n) for m, n in zip(a, b, strict=True))
    ### END SOLUTION


# %% [markdown]
# ## How alike are two vectors (2 points)
#
# `Dot(axes=1, normalize=True)`: the cosine of the angle between the vectors of each pair of samples, from −1 to 1.
#
# - `a`, `b`: (samples, features). Returns: (samples, 1).


# %% exercise="cosine"
def cosine(a, b):
    """The cosine between the rows of a and the rows of b."""
    ### BEGIN SOLUTION
    products = np.sum(a * b, axis=1, keepdims=True)
    lengths = np.linalg.norm(a, axis=1, keepdims=True) * np.linalg.norm(b, axis=1, keepdims=True)
    return products / lengths
    ### END SOLUTION


# %% [markdown]
# ## Merging backward (3 points)
#
# - `kind`: `"add"`, `"subtract"`, `"multiply"`, `"average"`, `"maximum"` or `"concatenate"`.
# - `inputs`: a list of two arrays (samples, features), of equal shapes except for `"concatenate"`; no number of one is equal
#   to that of the other.
# - Returns: a list with the gradient with respect to each input.


# %% exercise="merge-gradients"
def merge_gradients(kind, inputs, g):
    """The gradients with respect to the two inputs."""
    ### BEGIN SOLUTION
    a, b = inputs
    if kind == "add":
        return [g, g]
    if kind == "subtract":
        return [g, -g]
    if kind == "multiply":
        return [g * b, g * a]
    if kind == "average":
        return [g / 2, g / 2]
    if kind == "maximum":
        return [g * (a > b), g * (b > a)]
    columns = a.shape[1]
    return [g[:, :columns], g[:, columns:]]
    ### END SOLUTION


# %% [markdown]
# ## Back from broadcasting (2 points)
#
# An input of shape `shape` was broadcast to the shape of `g`. Find the gradient with respect to that input: each of its numbers
# was used in several places.
#
# - Returns: an array of shape `shape`.


# %% exercise="unbroadcast"
def unbroadcast(g, shape):
    """The gradient with respect to an input that was broadcast."""
    ### BEGIN SOLUTION
    g = g.sum(axis=tuple(range(g.ndim - len(shape))))
    stretched = tuple(axis for axis, n in enumerate(shape) if n == 1)
    return g.sum(axis=stretched, keepdims=True)
    ### END SOLUTION


# %% [markdown]
# ## The road beside the layer (2 points)
#
# A residual block: $y = x + \operatorname{relu}(x W)$. Find the gradient with respect to $x$.
#
# - `x`, `g`: (samples, features); `kernel`: (features, features). Returns: the shape of `x`.


# %% exercise="residual-backward"
def residual_backward(x, kernel, g):
    """The gradient with respect to the input of a residual block."""
    ### BEGIN SOLUTION
    gate = x @ kernel > 0
    return g + (g * gate) @ kernel.T
    ### END SOLUTION


# %% [markdown]
# ## In your own words (2 points, graded by a person)
#
# A model is to say whether two photographs show the same person. Sketch it: which layers, which of them shared, how the two
# sides are merged, and why that way. What would go wrong if the two sides had weights of their own?

# %% [markdown] open="same-person" points=2
# Both photographs pass through the same encoder (convolutions, then a dense layer that gives a vector of perhaps 32
# numbers), so that equal faces give equal vectors. They are merged by the size of their difference or by the cosine: both
# give the same answer when the photographs are exchanged, which concatenation would have to learn. A dense layer with a
# sigmoid turns that into a probability. With weights of their own, the sides would need not agree on what a face is:
# twice the weights for the same data, and an answer that depends on which photograph comes first.
