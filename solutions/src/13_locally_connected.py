# %% [markdown]
# # Exercises to chapter 13 · Locally connected layers
#
# Seven answers in code and one in words, 13 points. You need [chapter 13](../notebooks/13_locally_connected.ipynb).
#
# Throughout, `x` holds signals (samples, steps, channels). A place is a window's: there are (steps − size) // stride + 1 of
# them, without padding. A locally connected kernel has the shape (places, size · channels, filters), as in Keras: its middle
# axis holds the window step by step, each step with all of its channels. Its bias has the shape (places, filters). There are
# no activations.

# %%
import numpy as np

from layerlab.grading import check

# %% [markdown]
# ## Three layers, three counts (1 point)
#
# How many weights, biases included, has each of three layers on the same signals: a dense layer behind a `Flatten`, with as
# many outputs as the other two have, a locally connected layer, and a convolution?
#
# - `steps`, `channels`: of the signals; `filters`, `size`, `stride`: of the two layers with windows. All are integers.
# - Returns: a tuple of three integers, in the order above.


# %% exercise="count-three-layers"
def count_weights(steps, channels, filters, size, stride):
    """The numbers of weights of a dense, a locally connected and a convolutional layer."""
    ### BEGIN SOLUTION
    places = (steps - size) // stride + 1
    conv = size * channels * filters + filters
    return (steps * channels + 1) * places * filters, places * conv, conv
    ### END SOLUTION


# %% [markdown]
# ## A kernel for each place (2 points)
#
# The output of a locally connected layer: at each place, the window there times the kernel there, plus the bias there.
#
# - `x`: (samples, steps, channels); `kernel`, `bias`: as above; `size`, `stride`: integers.
# - Returns: (samples, places, filters).


# %% exercise="local-1d"
def local_1d(x, kernel, bias, size, stride):
    """The outputs of a locally connected layer."""
    ### BEGIN SOLUTION
    y = np.zeros((len(x), *bias.shape))
    for place in range(len(kernel)):
        window = x[:, place * stride : place * stride + size].reshape(len(x), -1)
        y[:, place] = window @ kernel[place] + bias[place]
    return y
    ### END SOLUTION


# %% [markdown]
# ## A convolution as a matrix (1 point)
#
# The matrix $W$ with which `signal @ W` is the convolution of a signal of `n` numbers: one channel, one filter, stride 1, no
# padding, no bias, and no flip.
#
# - `kernel`: (size,). Returns: (n, n − size + 1), a row for each input and a column for each output.


# %% exercise="conv-matrix"
def conv_matrix(kernel, n):
    """The convolution as the kernel of a dense layer."""
    ### BEGIN SOLUTION
    matrix = np.zeros((n, n - len(kernel) + 1))
    for place in range(matrix.shape[1]):
        matrix[place : place + len(kernel), place] = kernel
    return matrix
    ### END SOLUTION


# %% [markdown]
# ## A locally connected layer as a dense one (2 points)
#
# Now with channels, filters and a stride, and with a kernel for each place: find the kernel of the dense layer that gives the
# same when it gets the signals flattened. Its outputs are the flattened outputs of the locally connected layer.
#
# - `kernel`: (places, size · channels, filters); `steps`, `size`, `stride`: integers.
# - Returns: (steps · channels, places · filters).


# %% exercise="local-matrix"
def local_matrix(kernel, steps, size, stride):
    """The locally connected layer as the kernel of a dense layer."""
    ### BEGIN SOLUTION
    places, window, filters = kernel.shape
    channels = window // size
    matrix = np.zeros((steps * channels, places * filters))
    for place in range(places):
        row, column = place * stride * channels, place * filters
        matrix[row : row + window, column : column + filters] = kernel[place]
    return matrix
    ### END SOLUTION


# %% [markdown]
# ## The same layer without sharing (1 point)
#
# A convolution has learned something. Give a locally connected layer the weights with which it computes the same, so that it
# can go on learning from there, each place by itself.
#
# - `kernel`: (size, channels, filters) and `bias`: (filters,), those of the convolution; `places`: an integer.
# - Returns: a tuple of two arrays, the locally connected kernel and bias.


# %% exercise="untie"
def untie(kernel, bias, places):
    """The weights of the locally connected layer that does what the convolution does."""
    ### BEGIN SOLUTION
    flat = kernel.reshape(-1, kernel.shape[-1])
    return np.tile(flat, (places, 1, 1)), np.tile(bias, (places, 1))
    ### END SOLUTION


# %% [markdown]
# ## What a shared weight hears (1 point)
#
# Of the layer that `untie` gives, you know the gradients of the kernel and of the bias. What are those of the convolution?
#
# - `kernel_gradient`: (places, size · channels, filters); `bias_gradient`: (places, filters); `size`: an integer.
# - Returns: a tuple of two arrays, of the shapes (size, channels, filters) and (filters,).


# %% exercise="shared-gradients"
def shared_gradients(kernel_gradient, bias_gradient, size):
    """The gradients of a convolution, from those of the same layer without sharing."""
    ### BEGIN SOLUTION
    total = kernel_gradient.sum(axis=0)
    return total.reshape(size, -1, total.shape[-1]), bias_gradient.sum(axis=0)
    ### END SOLUTION


# %% [markdown]
# ## A locally connected layer (3 points)
#
# - `LocalLayer(steps, channels, filters, size, stride)` makes the attributes `kernel` and `bias`, arrays of zeros in the shapes
#   given at the top. The check sets other numbers.
# - `forward(x)` returns the output, and remembers what `backward` will need.
# - `backward(g)` gets the gradient of the loss with respect to the output. It returns the gradient with respect to the inputs of
#   the last `forward`, and stores those of the weights in `kernel_gradient` and `bias_gradient`.


# %% exercise="local-layer"
class LocalLayer:
    """A locally connected layer, forward and backward."""

    def __init__(self, steps, channels, filters, size, stride):
        ### BEGIN SOLUTION
        places = (steps - size) // stride + 1
        self.size, self.stride = size, stride
        self.kernel = np.zeros((places, size * channels, filters))
        self.bias = np.zeros((places, filters))
        ### END SOLUTION

    def forward(self, x):
        ### BEGIN SOLUTION
        self.x = x
        return local_1d(x, self.kernel, self.bias, self.size, self.stride)
        ### END SOLUTION

    def backward(self, g):
        ### BEGIN SOLUTION
        dx, self.kernel_gradient = np.zeros_like(self.x), np.zeros_like(self.kernel)
        for place, kernel in enumerate(self.kernel):
            seen = slice(place * self.stride, place * self.stride + self.size)
            self.kernel_gradient[place] = self.x[:, seen].reshape(len(g), -1).T @ g[:, place]
            dx[:, seen] += (g[:, place] @ kernel.T).reshape(len(g), self.size, -1)
        self.bias_gradient = g.sum(axis=0)
        return dx
        ### END SOLUTION


# %% [markdown]
# ## In your own words (2 points, graded by a person)
#
# You have passport photographs, all with the eyes in the same place, and want to tell who is smiling. One colleague takes
# convolutions, another one locally connected layers, each with the same windows. Who needs more photographs, and why? Name
# something that the second network can learn and the first, up to its last convolution, cannot. What happens to both when the
# booth is replaced by one with a camera that sits a hand's breadth lower?

# %% [markdown] open="passport" points=2
# The locally connected one: at each place it has weights of its own, which learn only from what comes by at that place, while
# the kernels of a convolution learn from every place of every photograph. It can learn that a curved line matters where the
# mouth is and not where the eyebrows are, and spend its filters on other things at other places; a convolution answers alike
# to the same pixels wherever they are, and leaves it to the layers behind it to know the place. With the lower camera all
# faces move upward. What the locally connected layers learned about the mouth now looks at the chin, so they fail until they
# are trained again. The feature maps of the convolutions only move along; what happens then depends on what comes after:
# global pooling does not mind, `Flatten` and `Dense` fail as well.
