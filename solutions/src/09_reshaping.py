# %% [markdown]
# # Exercises to chapter 9 · Flatten, Reshape, Permute, RepeatVector
#
# Eight answers in code and one in words, 12 points. You need [chapter 9](../notebooks/09_reshaping.ipynb).
#
# The first axis of `x` and `g` counts the samples; `g` is the gradient of the loss with respect to what a layer gave.

# %%
import numpy as np

from layerlab.grading import check

# %% [markdown]
# ## One row per sample (1 point)
#
# `Flatten`: the numbers of each sample end to end, in the order in which they lie in memory.
#
# - `x`: (samples, ...), any number of axes. Returns: (samples, numbers).


# %% exercise="flatten"
def flatten(x):
    """A row of numbers for each sample."""
    ### BEGIN SOLUTION
    return x.reshape(len(x), -1)
    ### END SOLUTION


# %% [markdown]
# ## Back from the row (1 point)
#
# The inverse of `flatten`, which is also its way back for gradients.
#
# - `rows`: (samples, numbers); `shape`: the shape of one sample, a tuple. Returns: (samples, *shape).


# %% exercise="unflatten"
def unflatten(rows, shape):
    """The samples that `flatten` made rows of."""
    ### BEGIN SOLUTION
    return rows.reshape(len(rows), *shape)
    ### END SOLUTION


# %% [markdown]
# ## Another order of the axes (2 points)
#
# `Permute(dims)`: axis $k$ of the result is axis `dims[k]` of the sample. Like Keras, count the axes from 1 and leave the
# batch axis out: `dims=(2, 1)` exchanges the two axes of a sample.


# %% exercise="permute"
def permute(x, dims):
    """The samples with their axes in another order."""
    ### BEGIN SOLUTION
    return x.transpose(0, *dims)
    ### END SOLUTION


# %% [markdown]
# ## The permutation that undoes it (1 point)
#
# Which `dims` brings the axes back? `permute(permute(x, dims), inverse(dims))` is to be `x`.
#
# - `dims`: a tuple that counts from 1. Returns: a tuple of integers.


# %% exercise="inverse-permutation"
def inverse(dims):
    """The dims that undo dims."""
    ### BEGIN SOLUTION
    return tuple(dims.index(axis) + 1 for axis in range(1, len(dims) + 1))
    ### END SOLUTION


# %% [markdown]
# ## Permute backward (1 point)
#
# The forward pass was `permute(x, dims)`. Given the gradient with respect to its result, find the one with respect to `x`.


# %% exercise="permute-backward"
def permute_backward(g, dims):
    """The gradient with respect to the inputs of permute."""
    ### BEGIN SOLUTION
    return permute(g, inverse(dims))
    ### END SOLUTION


# %% [markdown]
# ## The same at every step (1 point)
#
# `RepeatVector(n)`.
#
# - `x`: (samples, features). Returns: (samples, n, features).


# %% exercise="repeat-vector"
def repeat_vector(x, n):
    """Every sample's vector, n times."""
    ### BEGIN SOLUTION
    return np.repeat(x[:, np.newaxis, :], n, axis=1)
    ### END SOLUTION


# %% [markdown]
# ## RepeatVector backward (1 point)
#
# - `g`: (samples, n, features). Returns: (samples, features).


# %% exercise="repeat-backward"
def repeat_backward(g):
    """The gradient with respect to the inputs of repeat_vector."""
    ### BEGIN SOLUTION
    return g.sum(axis=1)
    ### END SOLUTION


# %% [markdown]
# ## Cut a picture into patches (2 points)
#
# Squares of `size` × `size` pixels, from left to right and then from top to bottom, each as a row of numbers (its own
# rows end to end). With `reshape` and `transpose` only.
#
# - `picture`: (rows, columns), both multiples of `size`. Returns: (patches, size · size).


# %% exercise="patches"
def patches(picture, size):
    """A row of numbers for each patch of the picture."""
    ### BEGIN SOLUTION
    rows, columns = picture.shape
    cut = picture.reshape(rows // size, size, columns // size, size)
    return cut.transpose(0, 2, 1, 3).reshape(-1, size * size)
    ### END SOLUTION


# %% [markdown]
# ## In your own words (2 points, graded by a person)
#
# A colleague's pictures are stored as (channels, rows, columns), and the model wants (rows, columns, channels). The code says
# `Reshape((256, 256, 3))`, the model trains, and the accuracy is poor but above guessing. Explain what the model sees, why
# nobody got an error, and how you would find out in one minute.

# %% [markdown] open="reshape-for-permute" points=2
# Reshape keeps the order of the numbers and only cuts it anew: three neighbors of one row of the red channel now pose as
# the red, green and blue of one pixel, and the three thirds of the new picture come from different channels. The shape
# is what the model wants, so there is nothing to complain about; and since the scrambling is the same for all pictures,
# something can be learned all the same. In one minute: draw one picture after the layer. Permute((2, 3, 1)) is what
# was meant.
