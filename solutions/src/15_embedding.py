# %% [markdown]
# # Exercises to chapter 15 · Embedding
#
# Six answers in code and one in words, 12 points. You need [chapter 15](../notebooks/15_embedding.ipynb).

# %%
import numpy as np

from layerlab.grading import check

# %% [markdown]
# ## A row for each id (1 point)
#
# The forward pass of `Embedding`.
#
# - `table`: (rows, features); `ids`: an array of integers of any shape. Returns: the shape of `ids`, then the features.


# %% exercise="lookup"
def lookup(table, ids):
    """The table's row for each id."""
    ### BEGIN SOLUTION
    return table[ids]
    ### END SOLUTION


# %% [markdown]
# ## Ids that no row has (1 point)
#
# Raise a `ValueError` if any id has no row in a table of `input_dim` rows; otherwise return the largest id. Mind what NumPy
# does with −1.
#
# - `ids`: an array of integers. Returns: an integer.


# %% exercise="check-ids"
def check_ids(ids, input_dim):
    """The largest id, if all of them have a row."""
    ### BEGIN SOLUTION
    if ids.min() < 0 or ids.max() >= input_dim:
        raise ValueError(f"ids must be from 0 to {input_dim - 1}")
    return int(ids.max())
    ### END SOLUTION


# %% [markdown]
# ## Back to the rows that were used (3 points)
#
# The gradient of the loss with respect to the table. Rows that no id asked for get zeros. Rows that were asked for several
# times get the sum.
#
# - `ids`: integers of any shape; `g`: the gradient with respect to the rows that were looked up, the shape of `ids` and then
#   the features; `rows`: how many the table has.
# - Returns: (rows, features).


# %% exercise="lookup-gradient"
def lookup_gradient(ids, g, rows):
    """The gradient with respect to the table."""
    ### BEGIN SOLUTION
    gradient = np.zeros((rows, g.shape[-1]))
    np.add.at(gradient, ids, g)
    return gradient
    ### END SOLUTION


# %% [markdown]
# ## What counts and what only fills (1 point)
#
# Short sequences are filled up with the id 0. Say for each place whether it counts, as `mask_zero=True` does.
#
# - `ids`: (samples, steps). Returns: an array of truth values of the same shape.


# %% exercise="padding-mask"
def padding_mask(ids):
    """True where an id is not filling."""
    ### BEGIN SOLUTION
    return ids != 0
    ### END SOLUTION


# %% [markdown]
# ## The mean of what counts (2 points)
#
# `GlobalAveragePooling1D` behind an embedding with a mask: the mean over the steps of each sample that count.
#
# - `x`: (samples, steps, features); `mask`: (samples, steps), truth values, at least one of each sample true.
# - Returns: (samples, features).


# %% exercise="masked-average"
def masked_average(x, mask):
    """The mean over the steps that count."""
    ### BEGIN SOLUTION
    counted = mask[:, :, np.newaxis]
    return np.sum(x * counted, axis=1) / np.sum(counted, axis=1)
    ### END SOLUTION


# %% [markdown]
# ## Who is alike (2 points)
#
# Which rows of a table point most nearly into the direction of a given row? Compare by the cosine.
#
# - `table`: (rows, features); `row`: the number of a row; `count`: how many neighbors.
# - Returns: a list of row numbers, the most alike first, without `row` itself.


# %% exercise="neighbors"
def neighbors(table, row, count):
    """The rows whose directions are nearest to that of one row."""
    ### BEGIN SOLUTION
    unit = table / np.linalg.norm(table, axis=1, keepdims=True)
    order = np.argsort(-(unit @ unit[row]))
    return [int(i) for i in order if i != row][:count]
    ### END SOLUTION


# %% [markdown]
# ## In your own words (2 points, graded by a person)
#
# A data set has a column with postal codes, 8,000 different ones. Compare three ways to feed it to a network: as a number,
# one-hot, and through an `Embedding`. Say what each lets the network learn, what it costs, and what happens with a
# postal code that was not in the training data.

# %% [markdown] open="postal-codes" points=2
# As a number, the network must treat 10,115 as a little more than 10,114: it can only learn what changes steadily with the
# code. One-hot, every code has a column of its own, so anything can be learned for each, at 8,000 weights per unit of the
# first layer, and nothing is shared between codes. An embedding is the same product without the zeros, with few
# numbers per code; the layers behind it see only these numbers, so codes that behave alike come to lie together and share
# what is learned. A code that is not in the training data has no trained row in either of the last two: keep an id for
# "unknown", and train it by sometimes replacing codes by it.
