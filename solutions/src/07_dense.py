# %% [markdown]
# # Exercises to chapter 7 · Dense
#
# Five answers in code and one in words, 12 points. You need [chapter 7](../notebooks/07_dense.ipynb).
#
# Throughout, `x` holds samples along its first axis, a kernel has the shape (inputs, units), a bias the shape (units,), and
# `g` is the gradient of the loss with respect to what the layer gave: it has the shape of the output.

# %%
import numpy as np

from layerlab.grading import check

# %% [markdown]
# ## Along the last axis (1 point)
#
# The output of a dense layer without an activation, for inputs of any number of axes: (samples, inputs), (samples, steps,
# inputs), and so on. The last axis becomes the units; the others stay.


# %% exercise="dense-forward"
def dense_forward(x, kernel, bias):
    """The layer's output: the shape of x with the units in place of the inputs."""
    ### BEGIN SOLUTION
    return x @ kernel + bias
    ### END SOLUTION


# %% [markdown]
# ## What a forward pass costs (1 point)
#
# How many multiplications does a stack of dense layers need for a batch?
#
# - `samples`: the size of the batch; `sizes`: a list, the number of inputs and then the units of each layer.
# - Returns: an integer.


# %% exercise="multiplications"
def multiplications(samples, sizes):
    """The number of multiplications in a forward pass."""
    ### BEGIN SOLUTION
    return samples * sum(inputs * units for inputs, units in zip(sizes[:-1], sizes[1:], strict=True))
    ### END SOLUTION


# %% [markdown]
# ## The order of the inputs does not matter (2 points)
#
# Somebody shuffles the inputs of all samples in the same way: `x[:, order]` in place of `x`. Find the kernel with which the
# layer gives on the shuffled samples what `kernel` gave on the old ones.
#
# - `order`: an array with each of 0 ... inputs − 1 once. Returns: a kernel of the same shape.


# %% exercise="reorder-kernel"
def reorder_kernel(kernel, order):
    """The kernel for inputs that come in another order."""
    ### BEGIN SOLUTION
    return kernel[order]
    ### END SOLUTION


# %% [markdown]
# ## Backward through a dense layer (3 points)
#
# The layer without an activation computed $y = x W + b$. Given the gradient of the loss with respect to $y$, find those with
# respect to $x$, $W$ and $b$.
#
# - `x`: (samples, inputs); `kernel`: (inputs, units); `g`: (samples, units).
# - Returns: a tuple of three arrays of the shapes of `x`, `kernel` and the bias.
#
# Their shapes tell you most of it.


# %% exercise="dense-backward"
def dense_backward(x, kernel, g):
    """The gradients with respect to the inputs, the kernel and the bias."""
    ### BEGIN SOLUTION
    return g @ kernel.T, x.T @ g, g.sum(axis=0)
    ### END SOLUTION


# %% [markdown]
# ## A layer with a memory (3 points)
#
# Now as a class, with relu: `y = relu(x @ kernel + bias)`.
#
# - `DenseRelu(inputs, units)` makes the attributes `kernel` and `bias`, arrays of zeros to begin with. The check sets them.
# - `forward(x)` returns the output, and remembers what `backward` will need.
# - `backward(g)` returns the gradient with respect to the inputs of the last `forward`, and stores those of the weights in
#   `kernel_gradient` and `bias_gradient`.


# %% exercise="dense-relu-layer"
class DenseRelu:
    """A dense layer with relu, forward and backward."""

    def __init__(self, inputs, units):
        ### BEGIN SOLUTION
        self.kernel = np.zeros((inputs, units))
        self.bias = np.zeros(units)
        ### END SOLUTION

    def forward(self, x):
        ### BEGIN SOLUTION
        self.x = x
        self.z = x @ self.kernel + self.bias
        return np.maximum(self.z, 0)
        ### END SOLUTION

    def backward(self, g):
        ### BEGIN SOLUTION
        dx, self.kernel_gradient, self.bias_gradient = dense_backward(self.x, self.kernel, g * (self.z > 0))
        return dx
        ### END SOLUTION


# %% [markdown]
# ## In your own words (2 points, graded by a person)
#
# The photographs of your data set come from two cameras; one of them mirrors its pictures left to right. A dense network
# that was trained on the first camera is used on the second. What will happen, and why? Would it have helped to mirror all
# pictures *before* training? What about training on both? Compare with what you would expect of a person.

# %% [markdown] open="mirrored" points=2
# A dense layer has a weight for every place, and knows nothing of neighbors or sides: after mirroring, each weight meets
# another pixel, so the network fails wherever pictures are not symmetric. Mirroring all pictures before training would
# change nothing at all: the same accuracy, with the rows of the kernel in another order. Training on both helps, at the
# price of having to learn both cases from data and with the same units. A person recognizes a mirrored picture at once,
# because we see shapes; the layer sees a list of numbers.
