# %% [markdown]
# # Exercises to chapter 11 · Convolution
#
# Nine answers in code and one in words, 17 points. You need [chapter 11](../notebooks/11_convolution.ipynb).
#
# Throughout, `x` is a batch of signals (samples, steps, channels) or of pictures (samples, rows, columns, channels); `g` is
# the gradient of the loss with respect to what a convolution gave, and has its shape. There are no activations.

# %%
import math

import numpy as np

from layerlab.grading import check

# %% [markdown]
# ## How many outputs (1 point)
#
# The number of outputs of a convolution along one axis.
#
# - `n`: the number of inputs; `kernel_size`: the number of taps; `stride`; `dilation`: neighboring taps lie that many inputs
#   apart; `padding`: `"valid"`, `"same"` or `"causal"`.
# - Returns: an integer. (Keras refuses a stride together with a dilation; the formula does not mind.)


# %% exercise="conv-output-length"
def output_length(n, kernel_size, stride, dilation, padding):
    """How many windows there are along an axis."""
    ### BEGIN SOLUTION
    if padding == "valid":
        reach = (kernel_size - 1) * dilation + 1
        return (n - reach) // stride + 1
    return -(-n // stride)  # rounded up
    ### END SOLUTION


# %% [markdown]
# ## How many zeros (1 point)
#
# With `padding="same"` there are n / stride outputs, rounded up. Keras puts zeros around the input, just as many as the last
# window needs to fit, and never fewer than none. Half of them go in front; when their number is odd, the additional one goes
# to the end.
#
# - Returns: a tuple of two integers, the zeros in front and the zeros at the end.


# %% exercise="same-padding"
def same_padding(n, kernel_size, stride):
    """The zeros in front of an axis of n inputs, and those at its end."""
    ### BEGIN SOLUTION
    last_begins = (-(-n // stride) - 1) * stride
    total = max(last_begins + kernel_size - n, 0)
    return total // 2, total - total // 2
    ### END SOLUTION


# %% [markdown]
# ## How many weights (1 point)
#
# Count the weights, biases included, of a convolution and of a *separable* convolution: first a kernel for each channel alone,
# then a convolution with windows of a single place that mixes the channels into filters and adds the only biases.
#
# - `kernel_size`: a tuple with the size of the window along each axis, of any length; `channels`: how many come in;
#   `filters`: how many go out.
# - Returns: a tuple of two integers, for the convolution and for the separable one.


# %% exercise="conv-parameters"
def conv_parameters(kernel_size, channels, filters):
    """The number of weights of a convolution, and of a separable convolution."""
    ### BEGIN SOLUTION
    window = math.prod(kernel_size)
    return window * channels * filters + filters, window * channels + channels * filters + filters
    ### END SOLUTION


# %% [markdown]
# ## How far an output sees (1 point)
#
# The receptive field of one output of a stack of convolutions along one axis: the number of inputs from the first to the
# last that it sees. (With a dilation, it does not see all of them. Count the gaps in.)
#
# - `layers`: a list with a tuple `(kernel_size, stride, dilation)` for each layer, the one at the input first.
# - Returns: an integer.


# %% exercise="receptive-field"
def receptive_field(layers):
    """How many inputs lie under one output of the last layer."""
    ### BEGIN SOLUTION
    seen, step = 1, 1
    for kernel_size, stride, dilation in layers:
        seen += (kernel_size - 1) * dilation * step
        step *= stride
    return seen
    ### END SOLUTION


# %% [markdown]
# ## A convolution by loops (2 points)
#
# A convolution along one axis, without padding, dilation and activation. Loops are welcome.
#
# - `x`: (samples, steps, channels); `kernel`: (taps, channels, filters); `bias`: (filters,); `stride`: an integer.
# - Returns: (samples, new steps, filters).
#
# $$y_{n,o,f} = b_f + \sum_{t,\,c} x_{n,\;o\,s + t,\;c}\; k_{t,c,f} \qquad \text{with the stride } s$$


# %% exercise="conv1d"
def conv1d(x, kernel, bias, stride):
    """The outputs of a convolution over signals."""
    ### BEGIN SOLUTION
    taps, _, filters = kernel.shape
    places = output_length(x.shape[1], taps, stride, 1, "valid")
    y = np.zeros((len(x), places, filters))
    for o in range(places):
        window = x[:, o * stride : o * stride + taps]  # (samples, taps, channels)
        for f in range(filters):
            y[:, o, f] = np.sum(window * kernel[:, :, f], axis=(1, 2)) + bias[f]
    return y
    ### END SOLUTION


# %% [markdown]
# ## Every window a row (2 points)
#
# `im2col`: the windows of pictures, each laid out as one row, so that a convolution becomes a matrix product. The numbers of a
# window come in the order in which `kernel.reshape(-1, filters)` has its rows: the first row of the window, pixel by pixel,
# each with all of its channels; then the second row; and so on.
#
# - `x`: (samples, rows, columns, channels); `window`: a tuple, its rows and columns; `stride`: an integer, for both axes. No
#   padding.
# - Returns: (samples, new rows, new columns, window rows · window columns · channels).


# %% exercise="im2col"
def im2col(x, window, stride):
    """The windows of pictures as rows of numbers."""
    ### BEGIN SOLUTION
    (rows, columns), (batch, height, width, channels) = window, x.shape
    places = (height - rows) // stride + 1, (width - columns) // stride + 1
    patches = np.zeros((batch, *places, rows * columns * channels))
    for i, j in np.ndindex(places):
        patch = x[:, i * stride : i * stride + rows, j * stride : j * stride + columns]
        patches[:, i, j] = patch.reshape(batch, -1)
    return patches
    ### END SOLUTION


# %% [markdown]
# ## A convolution as one matrix product (1 point)
#
# A convolution of pictures, with the help of `im2col`.
#
# - `x`: (samples, rows, columns, channels); `kernel`: (window rows, window columns, channels, filters); `bias`: (filters,);
#   `stride`: an integer, for both axes. No padding.
# - Returns: (samples, new rows, new columns, filters).


# %% exercise="conv2d"
def conv2d(x, kernel, bias, stride):
    """The outputs of a convolution over pictures."""
    ### BEGIN SOLUTION
    return im2col(x, kernel.shape[:2], stride) @ kernel.reshape(-1, kernel.shape[-1]) + bias
    ### END SOLUTION


# %% [markdown]
# ## Backward through a convolution (3 points)
#
# The forward pass was `conv1d(x, kernel, bias, 1)`. Given the gradient of the loss with respect to its result, find those with
# respect to `x`, `kernel` and the bias.
#
# - `x`: (samples, steps, channels); `kernel`: (taps, channels, filters); `g`: (samples, steps − taps + 1, filters).
# - Returns: a tuple of three arrays of the shapes of `x`, `kernel` and the bias.
#
# Each product in the forward pass joined one input, one weight and one output. Go through the same products again, and ask
# where each of them sends its share of `g`.


# %% exercise="conv1d-backward"
def conv1d_backward(x, kernel, g):
    """The gradients with respect to the inputs, the kernel and the bias."""
    ### BEGIN SOLUTION
    dx, dkernel = np.zeros_like(x), np.zeros_like(kernel)
    places = g.shape[1]
    for tap in range(len(kernel)):
        dx[:, tap : tap + places] += g @ kernel[tap].T
        dkernel[tap] = np.einsum("noc,nof->cf", x[:, tap : tap + places], g)
    return dx, dkernel, g.sum(axis=(0, 1))
    ### END SOLUTION


# %% [markdown]
# ## A convolutional layer (3 points)
#
# Now for pictures, as a class. Windows are one step apart, there is no padding and no activation.
#
# - `Convolution(window, channels, filters)`, where `window` is a tuple of its rows and columns, makes the attributes `kernel`
#   (window rows, window columns, channels, filters) and `bias` (filters,), arrays of zeros to begin with. The check sets them.
# - `forward(x)` returns the outputs for pictures, and remembers what `backward` will need.
# - `backward(g)` returns the gradient with respect to the inputs of the last `forward`, and stores those of the weights in
#   `kernel_gradient` and `bias_gradient`.
#
# With the windows as rows it is a dense layer. Only at the end, the gradients of the windows have to find home.


# %% exercise="conv-layer"
class Convolution:
    """A convolution over pictures, forward and backward."""

    def __init__(self, window, channels, filters):
        ### BEGIN SOLUTION
        self.kernel = np.zeros((*window, channels, filters))
        self.bias = np.zeros(filters)
        ### END SOLUTION

    def forward(self, x):
        ### BEGIN SOLUTION
        self.x = x
        return conv2d(x, self.kernel, self.bias, 1)
        ### END SOLUTION

    def backward(self, g):
        ### BEGIN SOLUTION
        rows, columns, channels, filters = self.kernel.shape
        patches, matrix = im2col(self.x, (rows, columns), 1), self.kernel.reshape(-1, filters)
        self.kernel_gradient = np.einsum("nijp,nijf->pf", patches, g).reshape(self.kernel.shape)
        self.bias_gradient = g.sum(axis=(0, 1, 2))
        for_patches = (g @ matrix.T).reshape(*g.shape[:3], rows, columns, channels)
        dx = np.zeros_like(self.x)
        for i, j in np.ndindex(g.shape[1:3]):
            dx[:, i : i + rows, j : j + columns] += for_patches[:, i, j]
        return dx
        ### END SOLUTION


# %% [markdown]
# ## In your own words (2 points, graded by a person)
#
# A table holds the water level of a river at 48 stations, every hour for ten years. A model is to forecast the level at the
# last station. One colleague slides a `Conv1D` along the hours with the stations as channels, another one along the stations
# with the hours as channels, a third one treats the table as a picture and takes `Conv2D`. What does each of them take for
# granted? Which would you choose, with which padding, and how would you test whether its assumptions hold?

# %% [markdown] open="river" points=2
# A convolution assumes that neighbors belong together, and that what matters here matters there. Along the hours both
# are plausible: a wave has the same shape at any time, and all stations are in view at once as channels. Along the stations
# the second is doubtful: a kernel would treat a mountain stream like the wide river, and the numbering has to follow the
# water, tributaries included, for neighbors to be neighbors. `Conv2D` assumes all of this in both directions. I would slide
# along the hours, with causal padding, since with `"same"` an output looks into hours that a forecast cannot know, and dilated
# layers to look back for days. Tests: exchange the stations at random (nothing should change along the hours, much along the
# stations), shuffle the hours (accuracy has to fall, or else their order was not used), and compare with a dense layer on the
# same hours, on years that were not trained on.
