# %% [markdown]
# # Exercises to chapter 4 · Constraints
#
# Six answers in code and one in words, 11 points. You need [chapter 4](../notebooks/04_constraints.ipynb).
#
# A constraint takes the weights and gives weights of the same shape that are allowed. Where you divide by a length, add
# $10^{-7}$ to it, as Keras does, so that a column of zeros does no harm. No function may change the array that it gets.

# %%
import numpy as np

from layerlab.grading import check

# %% [markdown]
# ## No negative weights (1 point)
#
# `NonNeg`: the nearest weights that are not negative.
#
# - `w`: an array of any shape. Returns: an array of the same shape.


# %% exercise="non-neg"
def non_neg(w):
    """The weights without what is negative in them."""
    ### BEGIN SOLUTION
    return np.maximum(w, 0)
    ### END SOLUTION


# %% [markdown]
# ## Every unit of length 1 (1 point)
#
# `UnitNorm`: each unit's weights, taken as a vector, get length 1 and keep their direction.
#
# - `w`: the kernel of a dense layer, (inputs, units). Returns: the same shape.


# %% exercise="unit-norm"
def unit_norm(w):
    """The kernel with every unit's weights scaled to length 1."""
    ### BEGIN SOLUTION
    lengths = np.sqrt(np.sum(w**2, axis=0, keepdims=True))
    return w / (lengths + 1e-7)
    ### END SOLUTION


# %% [markdown]
# ## No unit longer than the leash (2 points)
#
# `MaxNorm`: a unit whose weights are longer than `max_value` gets exactly that length; shorter ones stay.
#
# - `w`: the kernel of a dense layer, (inputs, units). Returns: the same shape.


# %% exercise="max-norm"
def max_norm(w, max_value):
    """The kernel with no unit's weights longer than `max_value`."""
    ### BEGIN SOLUTION
    lengths = np.sqrt(np.sum(w**2, axis=0, keepdims=True))
    return w * np.minimum(lengths, max_value) / (lengths + 1e-7)
    ### END SOLUTION


# %% [markdown]
# ## Not too short, not too long, and not at once (2 points)
#
# `MinMaxNorm`: the lengths are to lie between `min_value` and `max_value`, and each update goes only a part of the way
# there. The new length of a unit is
#
# $$\text{rate} \cdot \operatorname{clip}(N, \text{min}, \text{max}) + (1 - \text{rate}) \cdot N$$
#
# with $N$ for its present length.
#
# - `w`: (inputs, units); the rest are numbers. Returns: the shape of `w`.


# %% exercise="min-max-norm"
def min_max_norm(w, min_value, max_value, rate):
    """The kernel with the units' lengths moved toward the allowed interval."""
    ### BEGIN SOLUTION
    lengths = np.sqrt(np.sum(w**2, axis=0, keepdims=True))
    wanted = rate * np.clip(lengths, min_value, max_value) + (1 - rate) * lengths
    return w * wanted / (lengths + 1e-7)
    ### END SOLUTION


# %% [markdown]
# ## The leash of a filter (1 point)
#
# The kernel of a 2-D convolution has the shape (rows, columns, channels, filters). Limit the length of each filter.
#
# - `kernel`: four axes. Returns: the same shape.


# %% exercise="max-norm-conv"
def max_norm_conv(kernel, max_value):
    """The kernel of a convolution with no filter longer than `max_value`."""
    ### BEGIN SOLUTION
    lengths = np.sqrt(np.sum(kernel**2, axis=(0, 1, 2), keepdims=True))
    return kernel * np.minimum(lengths, max_value) / (lengths + 1e-7)
    ### END SOLUTION


# %% [markdown]
# ## First the step, then the leash (2 points)
#
# One step of gradient descent with `MaxNorm`, in the order in which an optimizer does it. Use `max_norm` from above.
#
# - `w`, `gradient`: (inputs, units); `learning_rate`, `max_value`: numbers. Returns: the new kernel.


# %% exercise="constrained-step"
def constrained_step(w, gradient, learning_rate, max_value):
    """The kernel after a step of gradient descent under MaxNorm."""
    ### BEGIN SOLUTION
    return max_norm(w - learning_rate * gradient, max_value)
    ### END SOLUTION


# %% [markdown]
# ## In your own words (2 points, graded by a person)
#
# "I set `MaxNorm(2)` so that no weight is larger than 2." What does this sentence get wrong, what is right in it, and when
# would `MaxNorm(2)` with `axis=1` on a dense kernel make sense?

# %% [markdown] open="leash-for-what" points=2
# The constraint limits the length of all incoming weights of a unit together, not each weight; it follows that no single
# weight is larger than 2, but a unit with 100 inputs may have weights of 0.2 only if all are alike. It acts after each
# update, not on the first weights. With axis=1 the limit is on a row: all weights that leave one input. That makes
# sense if no single input may dominate the layer, for example features of unknown scale, or the rows of an embedding.
