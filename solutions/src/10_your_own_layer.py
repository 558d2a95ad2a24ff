# %% [markdown]
# # Exercises to chapter 10 · Lambda and your own layer
#
# Six answers in code and one in words, 14 points. You need [chapter 10](../notebooks/10_your_own_layer.ipynb).
#
# The layers here are plain Python classes with the methods that a Keras layer has, so that nothing is hidden.

# %%
import numpy as np

from layerlab.grading import check

# %% [markdown]
# ## A weight for each feature (2 points)
#
# A layer that multiplies each feature (the last axis) by a weight of its own.
#
# - `build(input_shape)`: makes `self.scale`, an array of ones, a number per feature. `input_shape` has the batch axis in
#   front: `(None, 5, 4)`.
# - `call(x)`: the output.
# - `compute_output_shape(input_shape)`: the shape of the output, as a tuple with the batch axis.


# %% exercise="scale-layer"
class Scale:
    """A layer with a factor per feature."""

    def build(self, input_shape):
        ### BEGIN SOLUTION
        self.scale = np.ones(input_shape[-1])
        ### END SOLUTION

    def call(self, x):
        ### BEGIN SOLUTION
        return x * self.scale
        ### END SOLUTION

    def compute_output_shape(self, input_shape):
        ### BEGIN SOLUTION
        return tuple(input_shape)
        ### END SOLUTION


# %% [markdown]
# ## Different in training (1 point)
#
# A layer that adds `stddev` times the random numbers `z` in training, and nothing otherwise. A call that does not say
# whether it trains is a prediction; `training` is `None` then.
#
# - `call(x, z, training=None)`: `x` and `z` have the same shape.


# %% exercise="noise-layer"
class Noise:
    """Noise in training."""

    def __init__(self, stddev):
        ### BEGIN SOLUTION
        self.stddev = stddev
        ### END SOLUTION

    def call(self, x, z, training=None):
        ### BEGIN SOLUTION
        return x + self.stddev * z if training else x
        ### END SOLUTION


# %% [markdown]
# ## A layer that can be saved (2 points)
#
# `Power(exponent, offset=0.0, name=None)` computes $(x + \text{offset})^{\text{exponent}}$. Its `get_config` returns what is
# needed to make it again: `Power(**layer.get_config())` has to be the same layer.


# %% exercise="get-config"
class Power:
    """(x + offset) to the power of exponent."""

    def __init__(self, exponent, offset=0.0, name=None):
        ### BEGIN SOLUTION
        self.exponent, self.offset, self.name = exponent, offset, name
        ### END SOLUTION

    def call(self, x):
        ### BEGIN SOLUTION
        return (x + self.offset) ** self.exponent
        ### END SOLUTION

    def get_config(self):
        ### BEGIN SOLUTION
        return {"exponent": self.exponent, "offset": self.offset, "name": self.name}
        ### END SOLUTION


# %% [markdown]
# ## Check a gradient by wiggling (2 points)
#
# Whoever writes a gradient by hand checks it like this: move one number of `x` up by `h` and down by `h`, and divide the
# difference of the two values of `f` by the distance between the two places. Do that for each number.
#
# - `f`: a function from an array to a number; `x`: an array of any shape; `h`: a number. Returns: an array of the shape of
#   `x`. The caller's `x` stays as it is.


# %% exercise="numeric-gradient"
def numeric_gradient(f, x, h):
    """The gradient of f at x, from differences."""
    ### BEGIN SOLUTION
    gradient = np.zeros(x.shape)
    for index in np.ndindex(x.shape):
        up, down = x.copy(), x.copy()
        up[index] += h
        down[index] -= h
        gradient[index] = (f(up) - f(down)) / (2 * h)
    return gradient
    ### END SOLUTION


# %% [markdown]
# ## How far from each prototype (2 points)
#
# A layer whose units are points, the prototypes: the output is the squared distance of each sample from each of them.
#
# - `x`: (samples, features); `prototypes`: (prototypes, features). Returns: (samples, prototypes).


# %% exercise="distances"
def distances(x, prototypes):
    """Squared distances between all samples and all prototypes."""
    ### BEGIN SOLUTION
    return np.sum((x[:, np.newaxis, :] - prototypes) ** 2, axis=2)
    ### END SOLUTION


# %% [markdown]
# ## Where the prototypes want to go (3 points)
#
# The gradient of the loss with respect to the prototypes.
#
# - `g`: the gradient with respect to the distances, (samples, prototypes). Returns: the shape of `prototypes`.
#
# Check yourself with `numeric_gradient` before you run the check.


# %% exercise="prototypes-gradient"
def prototypes_gradient(x, prototypes, g):
    """The gradient with respect to the prototypes."""
    ### BEGIN SOLUTION
    difference = prototypes - x[:, np.newaxis, :]  # (samples, prototypes, features)
    return 2 * np.sum(g[:, :, np.newaxis] * difference, axis=0)
    ### END SOLUTION


# %% [markdown]
# ## In your own words (2 points, graded by a person)
#
# When is a `Lambda` the right choice, when a class of your own? Give an example for each, and one reason why a file with a
# `Lambda` from somebody else is not opened without asking.

# %% [markdown] open="lambda-or-class" points=2
# A Lambda suits a fixed formula without weights that only this program uses: dividing pixels by 255, or a difference of two
# inputs. As soon as there are weights, a different behavior in training, arguments to be saved, or somebody else who
# should use or test it, a class is right: its weights are found and trained, and it can be made again from its
# configuration. A file with a Lambda contains the function's code, and loading it would run what a stranger wrote.
