# %% [markdown]
# # Exercises to chapter 8 · Dropout
#
# Six answers in code and one in words, 12 points. You need [chapter 8](../notebooks/08_dropout.ipynb).
#
# So that everybody drops the same, most functions are given their random numbers: `u` is uniform between 0 and 1, and what
# belongs to a number *below* `rate` is dropped.

# %%
import numpy as np

from layerlab.grading import check

# %% [markdown]
# ## Drop, and make up for it (2 points)
#
# Inverted dropout, as in training: drop, and scale what is kept so that the mean stays.
#
# - `x`, `u`: arrays of the same shape; `rate`: a number, at least 0 and below 1. Returns: the same shape.


# %% exercise="inverted-dropout"
def dropout(x, u, rate):
    """x after dropout, with the random numbers u."""
    ### BEGIN SOLUTION
    return x * (u >= rate) / (1 - rate)
    ### END SOLUTION


# %% [markdown]
# ## Only while training (2 points)
#
# The layer: it draws its own numbers, and does nothing when it is not training. Use `dropout` from above.
#
# - `x`: an array of any shape; `training`: True or False; `rng`: a generator of NumPy, `rng.random(shape)` gives numbers
#   from 0 to 1.
# - Returns: an array of the shape of `x`. Your numbers need not be ours: what counts is what happens on average.


# %% exercise="dropout-layer"
def dropout_layer(x, rate, training, rng):
    """The output of a Dropout layer."""
    ### BEGIN SOLUTION
    return dropout(x, rng.random(x.shape), rate) if training else x
    ### END SOLUTION


# %% [markdown]
# ## Dropout backward (1 point)
#
# The forward pass was `dropout(x, u, rate)`. Given the gradient with respect to its result, find the one with respect to `x`.


# %% exercise="dropout-gradient"
def dropout_gradient(g, u, rate):
    """The gradient with respect to the inputs of dropout."""
    ### BEGIN SOLUTION
    return dropout(g, u, rate)
    ### END SOLUTION


# %% [markdown]
# ## What dropout does on average (2 points)
#
# Mean and variance of each number after dropout, over many draws.
#
# - `x`: an array. Returns: the tuple `(mean, variance)`, two arrays of the same shape.
#
# Hint: a number becomes $x / (1 - \text{rate})$ with probability $1 - \text{rate}$, and 0 otherwise.


# %% exercise="dropout-moments"
def dropout_moments(x, rate):
    """The mean and the variance of x after dropout."""
    ### BEGIN SOLUTION
    return x, x**2 * rate / (1 - rate)
    ### END SOLUTION


# %% [markdown]
# ## Whole channels at once (2 points)
#
# `SpatialDropout1D`: neighbors in a sequence say nearly the same, so dropping single numbers hardly hides anything. Drop whole
# channels of a sample instead, over all its steps.
#
# - `x`: (samples, steps, channels); `u`: (samples, channels). Returns: the shape of `x`.


# %% exercise="spatial-dropout"
def spatial_dropout(x, u, rate):
    """x after dropout of whole channels."""
    ### BEGIN SOLUTION
    return dropout(x, u[:, np.newaxis, :], rate)
    ### END SOLUTION


# %% [markdown]
# ## Noise in place of holes (1 point)
#
# `GaussianDropout` multiplies each number by a factor that is 1 on average and has the variance of inverted dropout,
# $\text{rate} / (1 - \text{rate})$.
#
# - `z`: numbers from the normal distribution with mean 0 and standard deviation 1, of the shape of `x`.


# %% exercise="gaussian-dropout"
def gaussian_dropout(x, z, rate):
    """x times noise around 1."""
    ### BEGIN SOLUTION
    return x * (1 + np.sqrt(rate / (1 - rate)) * z)
    ### END SOLUTION


# %% [markdown]
# ## In your own words (2 points, graded by a person)
#
# With `Dropout(0.5)` the training loss of a model is higher than its validation loss, and a friend says: "Then something is
# wrong with the data." Give two reasons why this is to be expected, and a way to compare the two fairly.

# %% [markdown] open="training-above-validation" points=2
# The training loss is measured with half of the units switched off, the validation loss with all of them: the first model
# is handicapped. And the training loss is an average over an epoch in which the model still improved, while validation
# comes at its end. To compare fairly, evaluate the model on the training data after the epoch, with `evaluate`, which
# does not drop: now both losses come from the same weights and all units.
