# %% [markdown]
# # Exercises to chapter 1 · What is a layer?
#
# Five answers in code and one in words, 9 points. You need what [chapter 1](../notebooks/01_what_is_a_layer.ipynb)
# shows, and NumPy.
#
# Write your answer where it says `YOUR CODE HERE`, run the cell, then run the check under it. A check tries your
# function on random numbers and says what it expected and what came. If it knows the slip, it gives you a hint. Try as
# often as you like. You may add cells and helper functions of your own.

# %%
import numpy as np

from layerlab.grading import check

# %% [markdown]
# ## One neuron (1 point)
#
# A neuron multiplies each input by its weight, adds the products up, adds its bias, and bends the sum with relu:
#
# $$y = \max\Big(\sum_i x_i\, w_i + b,\; 0\Big)$$
#
# - `inputs` and `weights`: arrays of the same length; `bias`: a number.
# - Returns: a number.


# %% exercise="neuron"
def neuron(inputs, weights, bias):
    """The output of one neuron with relu."""
    ### BEGIN SOLUTION
    return np.maximum(inputs @ weights + bias, 0)
    ### END SOLUTION


# %% [markdown]
# ## A layer of neurons, for a batch (2 points)
#
# Now many neurons and many samples, with a single matrix product. The layer has relu again.
#
# - `x`: (samples, inputs); `kernel`: (inputs, units); `bias`: (units,).
# - Returns: (samples, units).


# %% exercise="dense-batch"
def dense(x, kernel, bias):
    """The outputs of a dense layer with relu, a row per sample."""
    ### BEGIN SOLUTION
    return np.maximum(x @ kernel + bias, 0)
    ### END SOLUTION


# %% [markdown]
# ## Count the parameters (1 point)
#
# How many numbers does a stack of dense layers learn?
#
# - `sizes`: a list; first the number of inputs, then the units of each layer: `[16, 32, 16, 8]` is the model of the chapter.
# - Returns: the number of parameters, 1208 for that model.


# %% exercise="count-parameters"
def count_parameters(sizes):
    """The number of weights and biases in a stack of dense layers."""
    ### BEGIN SOLUTION
    return sum((inputs + 1) * units for inputs, units in zip(sizes[:-1], sizes[1:], strict=True))
    ### END SOLUTION


# %% [markdown]
# ## Two layers that are one (2 points)
#
# Two dense layers without activations between them: $(x W_1 + b_1) W_2 + b_2$. Find the one layer that does the same:
# the matrix $W$ and the vector $b$ with $x W + b$ equal to it for every $x$.
#
# - `w1`: (inputs, hidden); `b1`: (hidden,); `w2`: (hidden, outputs); `b2`: (outputs,).
# - Returns: the tuple `(w, b)`, of shapes (inputs, outputs) and (outputs,).


# %% exercise="collapse"
def collapse(w1, b1, w2, b2):
    """The kernel and the bias of the one layer that equals both."""
    ### BEGIN SOLUTION
    return w1 @ w2, b1 @ w2 + b2
    ### END SOLUTION


# %% [markdown]
# ## One step downhill (1 point)
#
# Gradient descent: move the weights against the gradient, by `learning_rate` times its length.
#
# - `weights` and `gradient`: arrays of the same shape; `learning_rate`: a number.
# - Returns: the new weights. The array that came in stays as it is.


# %% exercise="sgd-step"
def sgd_step(weights, gradient, learning_rate):
    """The weights after one step of gradient descent."""
    ### BEGIN SOLUTION
    return weights - learning_rate * gradient
    ### END SOLUTION


# %% [markdown]
# ## In your own words (2 points, graded by a person)
#
# A friend has built a network of 50 dense layers without activations and says that it must be smarter than yours with
# two layers and relu, because it has far more parameters. Explain in three to five sentences what is wrong, and propose
# an experiment that would convince your friend.

# %% [markdown] open="fifty-layers" points=2
# Without activations every layer is a matrix and a vector, and a product of matrices is one matrix: the 50 layers can
# compute nothing that one layer could not, whatever their parameters are. The network with relu bends, so it can
# follow curves that no matrix can. An experiment: let both learn a wave, or the XOR of two inputs. The deep linear one
# ends with the best straight line and stays there; multiplying its kernels together gives one matrix with the same outputs.
