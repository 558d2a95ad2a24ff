# %% [markdown]
# # Exercises to chapter 12 · Pooling
#
# Nine answers in code and one in words, 15 points. You need [chapter 12](../notebooks/12_pooling.ipynb).
#
# Throughout, `x` is a batch of signals (samples, steps, channels) or of pictures (samples, rows, columns, channels); `g` is
# the gradient of the loss with respect to what a pooling gave, and has its shape. Every channel is pooled by itself.

# %%
import numpy as np

from layerlab.grading import check

# %% [markdown]
# ## How many windows (1 point)
#
# The number of outputs of a pooling along one axis, as Keras counts them.
#
# - `n`: the number of inputs; `pool_size`: the size of the window; `strides`: how far it moves, or None for its own size;
#   `padding`: `"valid"` or `"same"`.
# - Returns: an integer.


# %% exercise="pool-length"
def pool_length(n, pool_size, strides, padding):
    """How many windows there are along an axis."""
    ### BEGIN SOLUTION
    strides = strides or pool_size
    if padding == "same":
        return -(-n // strides)  # rounded up
    return (n - pool_size) // strides + 1
    ### END SOLUTION


# %% [markdown]
# ## The largest in each window (1 point)
#
# Max pooling of signals, without padding: what is left at the end and fills no window is dropped.
#
# - `x`: (samples, steps, channels); `size`, `stride`: integers. Windows may overlap, or leave gaps.
# - Returns: (samples, windows, channels).


# %% exercise="max-pool-1d"
def max_pool_1d(x, size, stride):
    """The largest number of each window."""
    ### BEGIN SOLUTION
    begins = range(0, x.shape[1] - size + 1, stride)
    return np.stack([x[:, begin : begin + size].max(axis=1) for begin in begins], axis=1)
    ### END SOLUTION


# %% [markdown]
# ## The largest in each square (1 point)
#
# Max pooling of pictures, with windows side by side. Rows and columns at the end that fill no window are dropped.
#
# - `x`: (samples, rows, columns, channels); `window`: a tuple, its rows and columns.
# - Returns: (samples, rows of windows, columns of windows, channels).


# %% exercise="max-pool-2d"
def max_pool_2d(x, window):
    """The largest number of each window."""
    ### BEGIN SOLUTION
    (height, width), (rows, columns) = window, (x.shape[1] // window[0], x.shape[2] // window[1])
    whole = x[:, : rows * height, : columns * width]
    return whole.reshape(len(x), rows, height, columns, width, -1).max(axis=(2, 4))
    ### END SOLUTION


# %% [markdown]
# ## Who gets the gradient of a maximum (2 points)
#
# The forward pass was `max_pool_2d(x, window)`. Find the gradient with respect to `x`.
#
# - `x`: (samples, rows, columns, channels); `g`: the shape of the pooled pictures; `window`: a tuple.
# - Returns: an array of the shape of `x`.
#
# If several pixels of a window are the largest together, the first of them gets all of the gradient, read like a text: from left
# to right, then from top to bottom. `argmax` gives the first of the largest.


# %% exercise="max-pool-backward"
def max_pool_backward(x, g, window):
    """The gradient with respect to the inputs of max_pool_2d."""
    ### BEGIN SOLUTION
    found, (height, width) = np.zeros_like(x), window
    for i, j in np.ndindex(g.shape[1:3]):
        place = (slice(None), slice(i * height, (i + 1) * height), slice(j * width, (j + 1) * width))
        pixels = x[place].reshape(len(x), height * width, -1)
        wins = np.arange(height * width)[:, np.newaxis] == pixels.argmax(axis=1)[:, np.newaxis]
        found[place] = (wins * g[:, i, j][:, np.newaxis]).reshape(x[place].shape)
    return found
    ### END SOLUTION


# %% [markdown]
# ## Means at the edge (2 points)
#
# Average pooling of signals with `padding="same"`. There are steps / stride windows, rounded up. Together they reach over just
# as many places as needed; what hangs over is put half before the signal and half behind it, and the odd place goes behind.
# A window that hangs over takes the mean of the numbers that are really there.
#
# - `x`: (samples, steps, channels); `size`, `stride`: integers. Returns: (samples, windows, channels).


# %% exercise="average-pool-same"
def average_pool_same(x, size, stride):
    """The mean of what each window sees."""
    ### BEGIN SOLUTION
    steps = x.shape[1]
    windows = pool_length(steps, size, stride, "same")
    before = max((windows - 1) * stride + size - steps, 0) // 2
    begins = [place * stride - before for place in range(windows)]
    return np.stack([x[:, max(begin, 0) : begin + size].mean(axis=1) for begin in begins], axis=1)
    ### END SOLUTION


# %% [markdown]
# ## Who gets the gradient of a mean (1 point)
#
# The forward pass was average pooling of signals, without padding. Find the gradient with respect to its input.
#
# - `g`: (samples, windows, channels); `steps`: the length of the input; `size`, `stride`: integers.
# - Returns: (samples, steps, channels).


# %% exercise="average-pool-backward"
def average_pool_backward(g, steps, size, stride):
    """The gradient with respect to the inputs of an average pooling."""
    ### BEGIN SOLUTION
    found = np.zeros((len(g), steps, g.shape[2]))
    for place in range(g.shape[1]):
        found[:, place * stride : place * stride + size] += g[:, place : place + 1] / size
    return found
    ### END SOLUTION


# %% [markdown]
# ## One number for each map (1 point)
#
# Global average pooling and global max pooling.
#
# - `x`: (samples, rows, columns, channels).
# - Returns: a tuple of two arrays (samples, channels), first the means and then the maxima.


# %% exercise="global-pooling"
def global_pooling(x):
    """The mean and the maximum of each map."""
    ### BEGIN SOLUTION
    return x.mean(axis=(1, 2)), x.max(axis=(1, 2))
    ### END SOLUTION


# %% [markdown]
# ## The whole map and its gradient (1 point)
#
# The gradients with respect to `x` of global average pooling and of global max pooling. Unlike max pooling in windows, Keras's
# global max pooling shares the gradient equally among the pixels of a map that are the largest together.
#
# - `x`: (samples, rows, columns, channels); `g_mean`, `g_max`: (samples, channels), the gradients with respect to the two.
# - Returns: a tuple of two arrays of the shape of `x`, first through the mean and then through the maximum.


# %% exercise="global-pooling-backward"
def global_backward(x, g_mean, g_max):
    """The gradients with respect to the inputs, through the mean and through the maximum."""
    ### BEGIN SOLUTION
    through_mean = np.ones_like(x) * g_mean[:, np.newaxis, np.newaxis] / (x.shape[1] * x.shape[2])
    wins = x == x.max(axis=(1, 2), keepdims=True)
    through_max = wins * g_max[:, np.newaxis, np.newaxis] / wins.sum(axis=(1, 2), keepdims=True)
    return through_mean, through_max
    ### END SOLUTION


# %% [markdown]
# ## A pooling layer whose windows overlap (3 points)
#
# Max pooling of signals as a class.
#
# - `MaxPool(size, stride)`: the windows may overlap.
# - `forward(x)` returns what `max_pool_1d` gives, and remembers what `backward` will need.
# - `backward(g)` returns the gradient with respect to the inputs of the last `forward`. In a tie, the first number of the window
#   gets all. A number can win in more than one window.


# %% exercise="max-pool-layer"
class MaxPool:
    """Max pooling of signals, forward and backward."""

    def __init__(self, size, stride):
        ### BEGIN SOLUTION
        self.size, self.stride = size, stride
        ### END SOLUTION

    def forward(self, x):
        ### BEGIN SOLUTION
        self.x = x
        return max_pool_1d(x, self.size, self.stride)
        ### END SOLUTION

    def backward(self, g):
        ### BEGIN SOLUTION
        found = np.zeros_like(self.x)
        samples, channels = np.ogrid[: len(self.x), : self.x.shape[2]]
        for place in range(g.shape[1]):
            begin = place * self.stride
            winners = begin + self.x[:, begin : begin + self.size].argmax(axis=1)  # (samples, channels)
            found[samples, winners, channels] += g[:, place]
        return found
        ### END SOLUTION


# %% [markdown]
# ## In your own words (2 points, graded by a person)
#
# A network is to count the birds in a photograph. It ends in convolutions and `GlobalMaxPooling2D`, and learns badly. Why is
# that no surprise? What would you put in its place, and what can still go wrong when the photographs are larger than those in
# training? Name one task for which the maximum is the better choice.

# %% [markdown] open="birds" points=2
# The maximum says whether there is a bird somewhere, and how clearly: two birds give the same number as one, so the count is
# lost before the last layer sees it. Only the gradient of one place a map comes back, too. The sum over the map would add up
# the birds; the mean does nearly that, as long as all photographs have the same size. On photographs four times as large, the
# mean of the same birds is a quarter, so the network counts too few: there I would take the sum, or multiply by the area.
# Birds that are nearer are larger as well and light up more places, so sizes like those in training are needed. The
# maximum is better when one clear sign is enough and most of the picture is beside the point: "is there a crack in this
# weld?".
