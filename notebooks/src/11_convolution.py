# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3 (ipykernel)
#     language: python
#     name: python3
# ---

# %% [markdown]
# # 11 · Convolution
#
# **When you have finished this chapter, you can**
#
# - slide a kernel over a picture by hand, and say what it answers to;
# - write a convolution in NumPy, once with loops and once as a single matrix product;
# - predict the output shape for any kernel size, stride, padding and dilation;
# - count the weights of a convolution, and say how far one of its outputs sees;
# - say what a convolution takes for granted about its data, and what happens when that is wrong.
#
# **You need** [chapter 1](01_what_is_a_layer.ipynb) and [chapter 2](02_input_shape.ipynb), and for one paragraph the fans
# of [chapter 3](03_initializers.ipynb). **Time:** 40 minutes.

# %%
import textwrap

import matplotlib.pyplot as plt
import numpy as np

from layerlab import constraints, plots
from layerlab.autodiff import Tape
from layerlab.datasets import mnist1d, mnist10k, photograph
from layerlab.layers import (
    Conv1D,
    Conv1DTranspose,
    Conv2D,
    Conv2DTranspose,
    Conv3D,
    Dense,
    DepthwiseConv2D,
    Flatten,
    Input,
    Reshape,
    SeparableConv2D,
    ZeroPadding1D,
)
from layerlab.models import Sequential
from layerlab.optimizers import Adam
from layerlab.utils import set_random_seed

np.set_printoptions(precision=4, suppress=True)
plots.use_style()

# %% [markdown]
# ## Nine numbers find edges
#
# Here are nine numbers in a square. We lay the square on a corner of a photograph, multiply each number by the pixel under
# it, and add up the nine products: one number. Then we move the square by one pixel and do it again, until it has been
# everywhere.

# %%
photo = photograph.load_data().astype("float32").mean(axis=-1) / 255
nine = np.array([[-1, 0, 1], [-2, 0, 2], [-1, 0, 1]], dtype="float32")


def slide(picture, kernel):
    rows, columns = kernel.shape
    height, width = picture.shape
    out = np.zeros((height - rows + 1, width - columns + 1), "float32")
    for i in range(out.shape[0]):
        for j in range(out.shape[1]):
            out[i, j] = np.sum(picture[i : i + rows, j : j + columns] * kernel)
    return out


edges = slide(photo, nine)
turned = slide(photo, nine.T)
titles = ["the photograph", "the nine numbers", "the same, turned"]
panels = [photo, np.abs(edges) / 2, np.abs(turned) / 2]
axes = plots.images(panels, titles=titles, columns=3, cmap="gray", vmin=0, vmax=1)
print("photograph", photo.shape, "-> result", edges.shape)

# %% [markdown]
# **What to see:** bright means a number far from zero, whatever its sign. In the middle panel the folds of the flag
# light up, the sides of the hat, the collar: there the picture changes from left to right. On the right, with the square
# turned on its side, it is the brim of the hat, the glasses, the mouth: there it changes from top to bottom.
#
# No training, no labels. Why does it work? The nine numbers add up to 0, so an even gray gives 0, however bright it is.
# Where the right is brighter than the left, the +2 side wins, and where it is darker, the −2 side.

# %%
for name, patch in {
    "even gray": [[0.6, 0.6, 0.6]] * 3,
    "dark, then bright": [[0.1, 0.5, 0.9]] * 3,
    "bright, then dark": [[0.9, 0.5, 0.1]] * 3,
}.items():
    print(f"{name:18} {np.sum(np.array(patch) * nine) + 0.0:5.2f}")

# %% [markdown]
# Such a square is called a **kernel** (or filter, or mask), sliding it is called a **convolution**, and what comes out is a
# **feature map**: at each place, how much of the feature is there. This kernel is Sobel's, from 1968.
#
# ## A network finds the same nine numbers
#
# People used to design kernels by hand. Now forget the nine numbers. A network gets the photograph in 64 pieces, and the
# edges of each piece. Its only layer is `Conv2D(1, 3)`: one kernel of 3 × 3, of which nothing is known but the size. It
# starts at random, and is to make the second from the first.

# %%
pieces = photo.reshape(8, 32, 8, 32).transpose(0, 2, 1, 3).reshape(64, 32, 32)
wanted = np.stack([slide(piece, nine) for piece in pieces])

set_random_seed(0)
imitator = Sequential([Input((32, 32, 1)), Conv2D(1, 3, use_bias=False)])
imitator.compile(Adam(0.1), "mse")
found = [imitator.get_weights()[0]]
for epochs in (2, 8, 90):
    imitator.fit(pieces[..., None], wanted[..., None], batch_size=8, epochs=epochs, verbose=0)
    found.append(imitator.get_weights()[0])

everything = np.concatenate([*found, nine[:, :, None, None]], axis=-1)
stages = ["at first", "2 epochs", "10 epochs", "100 epochs", "Sobel's"]
pictures = plots.filters(everything, titles=stages, columns=5)
print("all nine within 0.02 of Sobel's:", bool(np.abs(pictures[3] - nine).max() < 0.02))
print(np.round(pictures[3], 1) + 0.0)

# %% [markdown]
# **What to see:** noise becomes the kernel that a person designed, number by number. Nobody told the layer that it was
# looking for edges. It had to be 3 × 3 numbers, slid over the picture, and the loss did the rest.
#
# This is what a **convolutional layer** is: kernels that slide, and learn what to look for.
#
# ## One step in slow motion
#
# Here is a small picture, a kernel on it, and what comes out.

# %%
seven = np.zeros((8, 8), int)
seven[1, 1:7] = 2
for row, column in [(2, 5), (3, 5), (4, 4), (5, 3), (6, 3)]:
    seven[row, column] = 2
    seven[row, column - 1] = 1
output = plots.sliding_kernel(seven, nine.T, at=(1, 2))
print("output at (1, 2):", int(output[1, 2]))

# %% [markdown]
# **What to see:** the frame on the left is the **window**. Its nine pixels times the nine weights, added up: the framed
# cell on the right. There is more ink at the top of the window than at the bottom, so it is negative. The output is smaller
# than the input, because the window has to stay inside: 8 − 3 + 1 = 6.
#
# Move the window, and change the kernel. (Without a running kernel you see nothing under the next cell; the picture
# above is one of its settings.)

# %% tags=["nbval-ignore-output"]
from ipywidgets import interact

CHOICES = {
    "edges left to right": nine,
    "edges top to bottom": nine.T,
    "blur": np.full((3, 3), 1 / 9),
    "sharpen": np.array([[0, -1, 0], [-1, 5, -1], [0, -1, 0]]),
    "move to the left": np.array([[0, 0, 0], [0, 0, 1], [0, 0, 0]]),
}


def draw(row=1, column=2, kernel="edges top to bottom"):
    """One position of the window over the small picture."""
    plots.sliding_kernel(seven, CHOICES[kernel], at=(row, column), title=kernel)
    plt.show()


control = interact(draw, row=(0, 5), column=(0, 5), kernel=list(CHOICES))

# %% [markdown]
# ## The formula
#
# For a picture $x$ and a kernel $k$ with $A$ rows and $B$ columns:
#
# $$y_{i,j} \;=\; \sum_{a=0}^{A-1}\,\sum_{b=0}^{B-1} x_{i+a,\;j+b}\; k_{a,b}$$
#
# Mathematicians call this a *cross-correlation*. Their convolution flips the kernel first, so that it runs against the
# picture. Deep learning leaves the flip out and keeps the name. You meet the difference when you compare with NumPy:

# %%
signal, taps = np.array([1.0, 2, 3, 4, 5]), np.array([1.0, 10, 100])

layer = Conv1D(1, 3, use_bias=False)
layer.build((None, 5, 1))
layer.set_weights([taps.reshape(3, 1, 1)])
print("Conv1D:              ", np.ravel(layer(signal.reshape(1, 5, 1))))
print("np.correlate:        ", np.correlate(signal, taps, "valid"))
print("np.convolve:         ", np.convolve(signal, taps, "valid"))
print("np.convolve, flipped:", np.convolve(signal, taps[::-1], "valid"))

# %% [markdown]
# To a network it makes no difference. It learns its kernels, and would learn them flipped.
#
# ## Channels in, filters out
#
# A color photograph has three numbers per pixel, so a kernel for it has three numbers per place: it looks at all
# **channels** at once, and still gives one number. And one kernel is not enough: a layer has many, called **filters**, and
# stacks their outputs as the channels of its own output. So all kernels of a layer together have four axes, and each filter
# has one bias:
#
# $$y_{i,j,f} \;=\; \text{activation}\Big(b_f + \sum_{a,\,b,\,c} x_{i+a,\;j+b,\;c}\; k_{a,b,c,f}\Big)$$
#
# Nothing slides over the channels. $c$ runs over all of them, as the inputs of a dense layer do.

# %%
color = photograph.load_data()[None].astype("float32") / 255  # (1, 256, 256, 3)
set_random_seed(1)
layer = Conv2D(8, (3, 5), bias_initializer="random_normal")
y = layer(color)
print("kernel:", layer.kernel.shape, " (rows, columns, channels in, filters out)")
print("bias:  ", layer.bias.shape)
print(color.shape, "->", y.shape)

# %% [markdown]
# Now write it. First with loops over the places:


# %%
def conv_loops(x, kernel, bias):
    rows, columns, _, filters = kernel.shape
    batch, height, width, _ = x.shape
    y = np.zeros((batch, height - rows + 1, width - columns + 1, filters))
    for i, j in np.ndindex(y.shape[1:3]):
        window = x[:, i : i + rows, j : j + columns]  # (batch, rows, columns, channels)
        y[:, i, j] = np.tensordot(window, kernel, axes=3) + bias
    return y


small = color[:, 60:84, 100:124]
weights = layer.get_weights()
print("the same:", np.allclose(conv_loops(small, *weights), layer(small), atol=1e-5))

# %% [markdown]
# Then without loops. Lay every window out as one long row. The windows become a matrix, and the kernels too, with one
# column per filter. A convolution is then one matrix product. (The trick is called `im2col`, and many libraries
# compute convolutions this way.)


# %%
def conv_matrix(x, kernel, bias):
    rows, columns, _, filters = kernel.shape
    windows = np.lib.stride_tricks.sliding_window_view(x, (rows, columns), axis=(1, 2))
    windows = np.moveaxis(windows, 3, -1)  # (batch, i, j, rows, columns, channels)
    patches = windows.reshape(*windows.shape[:3], -1)  # every window is a row
    return patches @ kernel.reshape(-1, filters) + bias


print("the same:", np.allclose(conv_matrix(color, *weights), layer(color), atol=1e-5))

# %% [markdown]
# Read the last line again: `patches @ kernel + bias`. **A convolution is a dense layer, applied to every window, with the
# same weights each time.** Everything that makes it special is in these two restrictions: an output sees only a window,
# and all windows share their weights.
#
# ## Counting weights
#
# The size of the picture plays no part. The number of weights is
#
# $$\text{rows} \times \text{columns} \times \text{channels} \times \text{filters} \;+\; \text{filters}$$

# %%
first = Sequential([Input((28, 28, 1)), Conv2D(8, 3)])
outputs = 26 * 26 * 8
print(f"Conv2D(8, 3):  3 x 3 x 1 x 8 + 8 = {first.count_params()}")
print(f"a Dense layer with the same {outputs:,} outputs: {(784 + 1) * outputs:,}")
print("the same on a photograph of 1000 x 1000:", end=" ")
print(Sequential([Input((1000, 1000, 1)), Conv2D(8, 3)]).count_params())

# %% [markdown]
# ### How many inputs has a unit?
#
# Chapter 3 scales the first weights by `fan_in`, "the number of input units". For a dense layer that is the number of rows
# of the kernel. For a convolution it is the size of the *window*, all channels counted: rows × columns × channels. And
# `fan_out` is rows × columns × filters.

# %%
figure, (left, right) = plt.subplots(1, 2, figsize=(8, 3.4), layout="constrained")
into, out_of = plots.fans((3, 2, 4), title="Conv1D kernel (3, 2, 4)", ax=left)
print("Conv1D, 3 taps, 2 channels, 4 filters: fan_in", into, "fan_out", out_of)

set_random_seed(0)
layer = Conv2D(16, 3)
layer.build((None, 28, 28, 8))
limit = np.sqrt(6 / (3 * 3 * 8 + 3 * 3 * 16))
kernel = layer.get_weights()[0]
marks = {f"-{limit:.3f}": -limit, f"+{limit:.3f}": limit}
plots.histogram(kernel, marks=marks, bins=24, xlabel="first weight", title="Conv2D(16, 3) on 8 channels", ax=right)
right.get_legend().remove()
print(f"Conv2D(16, 3) on 8 channels: fan_in 72, fan_out 144, limit {limit:.4f}")
print("all first weights inside:", bool(np.abs(kernel).max() <= limit))
print("and they fill it:        ", bool(np.abs(kernel).max() > 0.99 * limit))

# %% [markdown]
# **What to see:** on the left, the blue lines lead into one output: 3 taps × 2 channels = 6. The orange lines lead out of
# one input: 3 taps × 4 filters = 12. On the right, the dashed lines: the default
# `glorot_uniform` reaches just to $\sqrt{6 / (\text{fan\_in} + \text{fan\_out})}$ with these fans.
#
# ## The arguments, one by one
#
# `Conv1D`, `Conv2D` and `Conv3D` have the same arguments. They differ in how many axes they slide along: steps of a signal;
# rows and columns of a picture; depth, rows and columns of a volume, or frames, rows and columns of a video. One axis is
# enough to understand them all.

# %%
variants = {
    "kernel_size=3": Conv1D(1, 3),
    "kernel_size=3, strides=2": Conv1D(1, 3, strides=2),
    'padding="same"': Conv1D(1, 3, padding="same"),
    'padding="causal"': Conv1D(1, 3, padding="causal"),
    "dilation_rate=2": Conv1D(1, 3, dilation_rate=2),
    'strides=2, padding="same"': Conv1D(1, 3, strides=2, padding="same"),
}
figure, axes = plt.subplots(3, 2, figsize=(8, 6.2), layout="constrained")
for ax, (name, layer) in zip(axes.ravel(), variants.items(), strict=True):
    taps = plots.window_taps(layer, 8, at=2, title=name, ax=ax)
    print(f"{name:26} output 2 looks at {taps[2]}, {len(taps)} outputs")

# %% [markdown]
# **What to see:** blue are the inputs, yellow the outputs, dashed the zeros put around.
#
# - `kernel_size`: how many inputs a window has.
# - `strides`: how far the window moves. 2 skips every other place and halves the output.
# - `padding`: `"valid"`, the default, adds nothing. `"same"` adds zeros on both sides, so that with stride 1 the output is as
#   long as the input. `"causal"` (`Conv1D` only) adds them all on the left: an output never sees what comes after it.
# - `dilation_rate`: gaps between the taps of the kernel. The window gets wider with no more weights.
#
# With $n$ inputs, kernel size $k$, dilation $d$ and stride $s$, a window reaches over $(k - 1)\,d + 1$ inputs, and
#
# $$\text{valid:}\quad \Big\lfloor \frac{n - (k-1)\,d - 1}{s} \Big\rfloor + 1 \qquad\qquad
# \text{same, causal:}\quad \Big\lceil \frac{n}{s} \Big\rceil$$
#
# You can check the six numbers of outputs above in your head. Here are a few hundred more.


# %%
def output_length(n, k, s=1, d=1, padding="valid"):
    if padding == "valid":
        return (n - (k - 1) * d - 1) // s + 1
    return -(-n // s)  # n / s, rounded up


trials = [
    (n, k, s, d, padding)
    for n in range(7, 20)
    for k in (1, 2, 3, 4)
    for s, d in ((1, 1), (2, 1), (3, 1), (1, 2))
    for padding in ("valid", "same", "causal")
]
agrees = []
for n, k, s, d, padding in trials:
    layer = Conv1D(1, k, strides=s, dilation_rate=d, padding=padding)
    agrees.append(layer.compute_output_shape((None, n, 1))[1] == output_length(n, k, s, d, padding))
print("the same in all", len(trials), "cases:", all(agrees))

# %% [markdown]
# ### `strides`: every other place
#
# A stride computes no new numbers. It leaves some out.


# %%
def ones(filters=1, size=3, **options):
    """A convolution that adds up its window: all weights 1."""
    return Conv1D(filters, size, kernel_initializer="ones", **options)


row = np.arange(1.0, 9).reshape(1, 8, 1)
every = np.ravel(ones()(row))
print("stride 1:", every)
print("stride 2:", np.ravel(ones(strides=2)(row)))
print("the same as every other one of the first:", np.ravel(ones(strides=2)(row)) == every[::2])

# %% [markdown]
# ### `padding="same"` is not always the same on both sides
#
# With stride 1 and an odd kernel, as many zeros go left as right. With a stride, only as many are added as the last window
# needs, and the odd one goes to the **right**. Six inputs, three taps, stride 2: one zero is needed, and it goes to the
# right. In PyTorch, `padding=1` puts one on each side. The lengths agree, the numbers do not.

# %%
row = np.arange(1.0, 7).reshape(1, 6, 1)
figure, (left, right) = plt.subplots(1, 2, figsize=(8, 2.3), layout="constrained")
same = Conv1D(1, 3, strides=2, padding="same")
print("inputs under each output:", plots.window_taps(same, 6, at=0, title='"same" here', ax=left))
both_sides = Conv1D(1, 3, strides=2)  # on 6 inputs with a zero on each side
around = plots.window_taps(both_sides, 8, at=0, title="a zero on each side", ax=right)

print("same here:          ", np.ravel(ones(strides=2, padding="same")(row)))
print("a zero on each side:", np.ravel(ones(strides=2)(ZeroPadding1D(1)(row))))

# %% [markdown]
# **What to see:** on the right, the cells 0 and 7 are the two added zeros, so the windows are centered on the real inputs 0, 2
# and 4. On the left they are centered on 1, 3 and 5. This is one of the reasons why weights that were trained in one
# library may give other numbers in another.
#
# ### `padding="causal"`: no look into the future
#
# If you predict the next step of a signal, an output must not see later inputs. Change the future, and look which outputs
# change.

# %%
past = np.random.default_rng(0).normal(size=(1, 10, 1)).astype("float32")
future = past.copy()
future[0, 6:] += 1.0
for padding in ("same", "causal"):
    layer = ones(padding=padding)
    changed = np.flatnonzero(np.ravel(layer(past) != layer(future)))
    print(f"{padding:6} input changed from step 6 on, outputs changed: {changed}")

# %% [markdown]
# ### `dilation_rate`: a kernel with holes
#
# A dilated kernel is the kernel with zeros between its numbers. It reaches farther, and costs no weights.

# %%
dilated = Conv1D(1, 3, dilation_rate=2, use_bias=False)
wide = Conv1D(1, 5, use_bias=False)
for layer in (dilated, wide):
    layer.build((None, 10, 1))
dilated.set_weights([np.array([1.0, 10, 100]).reshape(3, 1, 1)])
wide.set_weights([np.array([1.0, 0, 10, 0, 100]).reshape(5, 1, 1)])
print("weights:", dilated.count_params(), "and", wide.count_params())
print("the same:", np.allclose(dilated(past), wide(past), atol=1e-4))


# %% [markdown]
# A stride together with a dilation is refused.


# %%
def attempt(action):
    """Do something that fails, and print what the error says."""
    try:
        action()
        print("no error")
    except (ValueError, TypeError) as error:
        for part in [f"{type(error).__name__}: {error}", *getattr(error, "__notes__", [])]:
            for line in part.splitlines():
                print(textwrap.fill(line, 90, subsequent_indent="    "))


attempt(lambda: Conv1D(1, 3, strides=2, dilation_rate=2))

# %% [markdown]
# ### `groups`: channels that do not meet
#
# With `groups=2` the channels are cut into two halves. The first half of the filters sees the first half of the channels, the
# second half the second. Each filter has half the weights.

# %%
set_random_seed(0)
x = np.random.default_rng(0).normal(size=(1, 6, 6, 4)).astype("float32")
whole, halves = Conv2D(8, 3), Conv2D(8, 3, groups=2)
for layer in (whole, halves):
    y = layer(x)
    print(f"groups={layer.groups}: kernel {layer.kernel.shape}, output {y.shape}")

kernel, bias = halves.get_weights()
parts = [conv_matrix(x[..., 2 * g : 2 * g + 2], kernel[..., 4 * g : 4 * g + 4], 0) for g in (0, 1)]
print("two convolutions side by side, the same:", np.allclose(np.concatenate(parts, -1), y, atol=1e-5))

# %% [markdown]
# ### `data_format`: where the channels are
#
# `"channels_last"`, the default, means *(batch, rows, columns, channels)*. `"channels_first"` means *(batch, channels, rows,
# columns)*. The numbers are the same, and so is the shape of the kernel.

# %%
last, first = Conv2D(8, 3), Conv2D(8, 3, data_format="channels_first")
y = last(color)
first.build((None, 3, 256, 256))
first.set_weights(last.get_weights())
moved = np.moveaxis(color, -1, 1)
print(moved.shape, "->", first(moved).shape, " kernel", first.kernel.shape)
print("the same:", np.allclose(np.moveaxis(first(moved), 1, -1), y, atol=1e-5))

# %% [markdown]
# The other arguments are those of `Dense`: `activation`, `use_bias`, and an initializer, a regularizer and a constraint for
# kernel and bias. The error you will meet most often is a forgotten channel axis. Gray pictures have one channel, and it must
# be there: `x[..., np.newaxis]`.

# %%
(train_pictures, y_train), (test_pictures, y_test) = mnist10k.load_data()
attempt(lambda: Conv2D(8, 3, name="first")(test_pictures))
print(test_pictures.shape, "->", test_pictures[..., np.newaxis].shape)

# %% [markdown]
# ## How far does an output see?
#
# An output of one layer sees a window. An output of the second layer sees a window of windows. The inputs that an output
# depends on are its **receptive field**.

# %%
stack = [Conv1D(1, 3), Conv1D(1, 3), Conv1D(1, 3, strides=2), Conv1D(1, 3)]
levels = plots.receptive_field(stack, 19)
print("seen at each level, the input first:", [len(level) for level in levels])

# %% [markdown]
# **What to see:** follow the orange lines down. Each layer with 3 taps adds 2, and after a stride of 2 each tap counts twice.
# So, with kernel sizes $k_l$, dilations $d_l$ and strides $s_l$, from the input up:
#
# $$r \;=\; 1 + \sum_l (k_l - 1)\, d_l \prod_{m<l} s_m$$


# %%
def receptive_field(layers):
    seen, step = 1, 1
    for layer in layers:
        seen += (layer.kernel_size[0] - 1) * layer.dilation_rate[0] * step
        step *= layer.strides[0]
    return seen


dilated = [Conv1D(1, 2, dilation_rate=rate, padding="causal") for rate in (1, 2, 4, 8)]
print("the stack above:", receptive_field(stack), "and drawn:", len(levels[0]))
levels = plots.receptive_field(dilated, 16, at=15, title="dilation rates 1, 2, 4, 8")
print("the stack below:", receptive_field(dilated), "and drawn:", len(levels[0]))

# %% [markdown]
# **What to see:** four layers of two taps each, eight weights in all, see 16 inputs. Each layer doubles the reach. This is how
# WaveNet, a model that writes sound sample by sample, hears thousands of samples back.
#
# Two 3 × 3 layers see 5 × 5 inputs. With $C$ channels everywhere they have $2 \cdot 9\,C^2$ weights, where one 5 × 5 layer has
# $25\,C^2$. And there is room for a bend in between. So modern networks stack small kernels.

# %%
print("two layers of 3 see as far as one of 5:", receptive_field([Conv2D(8, 3)] * 2))
two, one = [Conv2D(8, 3), Conv2D(8, 3)], [Conv2D(8, 5)]
for layers in (two, one):
    model = Sequential([Input((28, 28, 8)), *layers])
    print(len(layers), "layer(s):", f"{model.count_params():,} weights, output {model.output_shape}")

# %% [markdown]
# ## What moves in, moves out
#
# Because all windows share their weights, a feature is found wherever it is. Move the picture, and the feature map moves
# along. This is called **equivariance**.

# %%
to_right = np.zeros_like(photo)
to_right[:, 20:] = photo[:, :-20]
moved = slide(to_right, nine)
print("the map moved by 20 columns, too:", bool(np.array_equal(moved[:, 20:], edges[:, :-20])))

# %% [markdown]
# Two limits. At the edges of the picture something comes in and something goes out, and with `padding="same"` the zeros are an
# edge of their own. And with a stride of 2, only moves by 2, 4, 6 pixels come out as moves by 1, 2, 3. A move by one pixel
# gives *other* numbers: the windows fall on other places. ([Chapter 12](12_pooling.ipynb) has more of this.)

# %%
bump = np.array([0, 0, 0, 1, 3, 1, 0, 0, 0, 0, 0, 0], "float32").reshape(1, 12, 1)
for steps in (0, 1, 2):
    print(f"moved by {steps}:", np.ravel(ones(strides=2)(np.roll(bump, steps, axis=1))))

# %% [markdown]
# ## On real data: what a CNN sees in a digit
#
# A network made of convolutions is a **CNN**, a convolutional neural network. This one has two convolutions with stride 2,
# and a dense layer that reads the answer off the last maps.

# %%
x_train, x_test = (p[..., None].astype("float32") / 255 for p in (train_pictures, test_pictures))

set_random_seed(0)
cnn = Sequential(name="cnn")
cnn.add(Input((28, 28, 1)))
cnn.add(Conv2D(8, 5, strides=2, activation="relu", name="first"))
cnn.add(Conv2D(16, 3, strides=2, activation="relu", name="second"))
cnn.add(Flatten(name="flat"))
cnn.add(Dense(10, activation="softmax", name="answer"))
cnn.compile(Adam(0.005), "sparse_categorical_crossentropy", metrics=["accuracy"])
history = cnn.fit(x_train, y_train, epochs=3, batch_size=64, verbose=0)

steps = plots.shape_flow(cnn)
accuracy = cnn.evaluate(x_test, y_test, verbose=0)[1]
print(f"{cnn.count_params():,} weights; chapter 1 had 407,050")
print("more than 91 in 100 test digits are read right:", accuracy > 0.91)

# %% [markdown]
# **What to see:** the maps get smaller and more numerous. Where on the page a stroke is matters less and less, which stroke
# it is matters more. The model reads about as well as that of chapter 1, with one weight for every 75.
#
# Look at the eight kernels of the first layer, and at what they make of a digit.

# %%
kernels = plots.filters(cnn.get_layer("first"), title="what the first layer looks for")
print("kernels:", kernels.shape)

# %%
digit = x_test[np.flatnonzero(y_test == 4)[3]]
maps = np.asarray(cnn.get_layer("first")(digit[None]))[0]
look = {"title": "what it finds in a 4", "label": "after relu", "columns": 5}
pictures = plots.feature_maps(maps, picture=digit[..., 0], **look)
strongest = pictures.reshape(len(pictures), -1).max(axis=1)
print("maps:", pictures.shape, "- filters that find something:", int((strongest > 0).sum()), "of 8")

# %% [markdown]
# **What to see:** each map shows where its kernel fits. Kernels that are orange on one side and purple on the other find one
# side of a stroke, in one direction. They are Sobel's relatives, and nobody designed them.
#
# ## What a convolution takes for granted
#
# It looks at windows. So it assumes that **neighbors belong together**. And it uses the same kernels everywhere. So it assumes
# that **a feature is worth finding wherever it is**. How much are these two assumptions worth? Take them away.
#
# MNIST-1D has signals of 40 numbers: ten shapes, shifted, scaled and noisy. We shuffle the 40 positions, in the same way for
# all signals. No number is lost. Only the neighbors are gone.

# %%
(signals, labels), (test_signals, test_labels) = mnist1d.load_data()
order = np.random.default_rng(42).permutation(40)

figure, axes = plt.subplots(1, 2, figsize=(8, 3), sharey=True, layout="constrained")
some = [int(np.flatnonzero(labels == digit)[0]) for digit in (0, 3, 7)]
for ax, places, title in ((axes[0], np.arange(40), "as it is"), (axes[1], order, "shuffled")):
    lines = {f"a {labels[i]}": signals[i, places] for i in some}
    ylabel = "value" if title == "as it is" else ""
    plots.curves(np.arange(40), lines, "position", ylabel, title, legend=not ylabel, ax=ax)
print("the same numbers in each:", bool((np.sort(signals[:, order]) == np.sort(signals)).all()))


# %%
def convolutional():
    layers = [Conv1D(25, 3, strides=2, padding="same", activation="relu") for _ in range(3)]
    return Sequential([Input((40,)), Reshape((40, 1)), *layers, Flatten(), Dense(10, "softmax")])


def dense():
    return Sequential([Input((40,)), Dense(100, "relu"), Dense(100, "relu"), Dense(10, "softmax")])


def train(make, places, epochs=12):
    """The model's accuracy on the test signals after every third epoch."""
    set_random_seed(0)
    model = make()
    model.compile(Adam(0.01), "sparse_categorical_crossentropy", metrics=["accuracy"])
    tests = test_signals[:, places], test_labels
    often = {"validation_data": tests, "validation_freq": 3}
    return model.fit(signals[:, places], labels, 100, epochs, verbose=0, **often).history["val_accuracy"]


results = {}
for name, make in {"CNN": convolutional, "dense": dense}.items():
    results[name] = train(make, np.arange(40))
    results[f"{name}, shuffled"] = train(make, order)

shuffled = [name for name in results if "shuffled" in name]
plots.curves([3, 6, 9, 12], results, "epoch", "accuracy on the test signals", dashed=shuffled)
end = {name: accuracies[-1] for name, accuracies in results.items()}
print(f"weights: CNN {convolutional().count_params():,}, dense {dense().count_params():,}")
print("in order, the CNN is ahead by more than 15 points:", end["CNN"] > end["dense"] + 0.15)
print("shuffled, by less than 7:", end["CNN, shuffled"] < end["dense, shuffled"] + 0.07)
print("the dense model does not mind:", abs(end["dense"] - end["dense, shuffled"]) < 0.07)

# %% [markdown]
# **What to see:** in order, the CNN is far ahead, with a third of the weights. Shuffled, its advantage is gone. The dense
# model never knew who was whose neighbor, and loses nothing. A convolution is good because what it takes for granted is
# *true* of signals and pictures. On a table of measurements with columns in any order, it would be false.
#
# The whole table, with longer trainings, three seeds each and the numbers of the paper, is in `benchmarks/`. There the CNN
# goes from 93 % to 57 %.
#
# ## The gradient of a convolution is a convolution
#
# To learn, a layer needs two gradients. Let $g_o$ be the gradient of the loss with respect to output $o$. Each weight met all
# the windows, so its gradient is a sum over all of them. Each input lay under several taps, so its gradient is a sum over
# these:
#
# $$\frac{\partial L}{\partial k_a} = \sum_o g_o\, x_{o+a} \qquad\qquad
# \frac{\partial L}{\partial x_i} = \sum_a g_{i-a}\, k_a$$
#
# The left one slides $g$ over $x$: a cross-correlation. The right one has $i - a$ in it: a convolution as mathematicians mean
# it, with the flip. NumPy has both. The tape of [chapter A](A_how_a_layer_learns.ipynb) finds the same.

# %%
rng = np.random.default_rng(0)
layer = Conv1D(1, 3, use_bias=False)
layer.build((None, 8, 1))
kernel = layer.get_weights()[0].ravel()
signal, g = rng.normal(size=8).astype("float32"), rng.normal(size=6).astype("float32")

with Tape() as tape:
    x = tape.watch(signal.reshape(1, 8, 1))
    loss = np.sum(layer(x) * g.reshape(1, 6, 1))
for_x, for_kernel = tape.gradient(loss, [x, layer.kernel])

by_hand = np.correlate(signal, g, "valid")
print("kernel, the same:", np.allclose(np.ravel(for_kernel), by_hand, atol=1e-5))
print("input, the same: ", np.allclose(np.ravel(for_x), np.convolve(g, kernel, "full"), atol=1e-5))

# %% [markdown]
# ## Relatives
#
# | layer | what is different | kernel on 16 channels |
# |---|---|---|
# | `Conv3D(8, 3)` | slides along three axes | `(3, 3, 3, 16, 8)` |
# | `DepthwiseConv2D(3)` | each channel has a kernel of its own, channels never meet | `(3, 3, 16, 1)` |
# | `SeparableConv2D(32, 3)` | a depthwise convolution, then a 1 × 1 convolution that mixes the channels | `(3, 3, 16, 1)` and `(1, 1, 16, 32)` |
# | `Conv2DTranspose(8, 3, strides=2)` | the way back: each input adds a scaled kernel to the output | `(3, 3, 8, 16)` |

# %%
x = np.ones((1, 4, 10, 10, 16), "float32")
relatives = [
    (Conv2D(32, 3), x[:, 0]),
    (Conv3D(8, 3), x),
    (DepthwiseConv2D(3), x[:, 0]),
    (SeparableConv2D(32, 3), x[:, 0]),
    (Conv2DTranspose(8, 3, strides=2), x[:, 0]),
]
for layer, batch in relatives:
    y = layer(batch)
    print(f"{type(layer).__name__:15} {batch.shape!s:20} -> {y.shape!s:19} {layer.count_params():,} weights")

# %% [markdown]
# `SeparableConv2D` does the work of the `Conv2D` above it in two steps: first where, then what. It has 688 weights
# instead of 4,640. Networks for phones are built of such layers.
#
# `Conv2DTranspose` makes pictures larger: it is what draws in networks that make images. In one axis, with
# stride 2, you see how it works. Each input puts down a copy of the kernel, two steps further each time, and where
# copies overlap they add up.

# %%
layer = Conv1DTranspose(1, 3, strides=2, use_bias=False)
layer.build((None, 3, 1))
layer.set_weights([np.array([1.0, 10, 100]).reshape(3, 1, 1)])
print(np.ravel(layer(np.array([1.0, 2, 3]).reshape(1, 3, 1))))

# %% [markdown]
# 102 is 100 × 1 from the first copy and 1 × 2 from the second. It is the right one of the two gradients above, used as a
# layer: this is what "transpose" means.
#
# <div style="border-left: 4px solid #D55E00; padding: 1px 16px">
#
# **What the tutorials get wrong, or leave out**
#
# - One line is all they have: *"Keras contains a lot of layers for creating Convolution based ANN, popularly called as
#   Convolution Neural Network (CNN)."* Not one is named, and not one argument. You have met the most important of them
#   above.
# - `fan_in` is *"the number of input units"*, they say under `lecun_normal` and `he_normal`. Only for `Dense`. For a
#   convolution it is channels × kernel size. For a `DepthwiseConv2D` kernel `(3, 3, C, 1)` Keras takes 9 C, although each
#   output sees only 9 inputs. For `Conv2DTranspose` the last two axes are exchanged, and so are the fans. The next cell
#   measures it.
# - *"Axis represent the dimension in which the constraint to be applied"*: for the kernel of a `Conv2D`, the `axis=0` of
#   their `MaxNorm` runs over the three rows of each kernel. One norm per filter needs `axis=[0, 1, 2]`.
#
# </div>

# %%
set_random_seed(0)
for layer, fan_in in [
    (Dense(64, kernel_initializer="he_uniform"), 64),
    (Conv2D(64, 3, kernel_initializer="he_uniform"), 9 * 64),
    (DepthwiseConv2D(3, depthwise_initializer="he_uniform"), 9 * 64),
    (Conv2DTranspose(16, 3, kernel_initializer="he_uniform"), 9 * 16),
]:
    layer.build((None, 8, 8, 64))
    largest = np.abs(layer.get_weights()[0]).max()
    fits = 0.97 < largest / np.sqrt(6 / fan_in) <= 1
    print(f"{type(layer).__name__:15} kernel {layer.kernel.shape!s:15} fan_in {fan_in:3} fits: {fits}")

# %%
kernel = 4 * cnn.get_layer("second").get_weights()[0]
for axis in (0, [0, 1, 2]):
    limited = constraints.MaxNorm(max_value=2, axis=axis)(kernel)
    lengths = np.sqrt(np.sum(np.square(limited), axis=(0, 1, 2)))
    print(f"axis={axis!s:10} filters longer than 2: {(lengths > 2.001).sum():2} of {len(lengths)}")

# %% [markdown]
# <div style="border-left: 4px solid #0072B2; padding: 1px 16px">
#
# **Keras 1, 2 and 3**
#
# | | |
# |---|---|
# | Keras 1 | `Convolution2D(8, 3, 3, subsample=(2, 2), border_mode='same', dim_ordering='tf', init='he_uniform', bias=True)`; `Convolution1D(nb_filter, filter_length, subsample_length=2)`; dilated: `AtrousConvolution2D`; transposed: `Deconvolution2D` |
# | Keras 2 | `Conv2D(8, (3, 3), strides=(2, 2), padding='same', data_format='channels_last', kernel_initializer='he_uniform', use_bias=True)`; `dilation_rate` is an argument; `groups` since TensorFlow 2.3 |
# | Keras 3 | as Keras 2. Inputs with more than one batch axis are refused now, and `SeparableConv1D` has lost `padding='causal'` |
#
# The trap is `Convolution2D(8, 3, 3)` in old code. The name still exists, as another name of `Conv2D`, and takes it for
# `kernel_size=3, strides=3`. No error, and the pictures shrink to a third. layerlab follows Keras 3.
#
# </div>

# %%
old_style = Conv2D(8, 3, 3)
print("Conv2D(8, 3, 3): kernel_size", old_style.kernel_size, "strides", old_style.strides)
print("(None, 28, 28, 1) ->", old_style.compute_output_shape((None, 28, 28, 1)))
attempt(lambda: Conv2D(8, 3)(np.zeros((2, 5, 28, 28, 1), "float32")))

# %% [markdown]
# ## Try it

# %% [markdown]
# **1. Your own kernel.** Find a 3 × 3 kernel that blurs the photograph without making it brighter or darker, and one that
# leaves it as it is. Look at both with `plots.images`.
#
# <details><summary>Answer</summary>
#
# Nine times 1/9 takes the mean of each window. A single 1 in the middle copies.
#
# ```python
# gray = photograph.load_data().astype("float32").mean(axis=-1, keepdims=True)[None] / 255
# kernels = np.zeros((3, 3, 1, 2), "float32")
# kernels[..., 0] = 1 / 9
# kernels[1, 1, 0, 1] = 1
# two_kernels = Conv2D(2, 3, use_bias=False)
# two_kernels.build(gray.shape)
# two_kernels.set_weights([kernels])
# blurred, copied = np.moveaxis(np.asarray(two_kernels(gray))[0], -1, 0)
# plots.images([blurred, copied], titles=["blurred", "copied"], cmap="gray", vmin=0, vmax=1)
# ```
#
# </details>

# %%
# your turn: slide(photo, np.array([[...], [...], [...]]))

# %% [markdown]
# **2. Predict the shapes.** Pictures of 32 × 32 × 3 go through `Conv2D(16, 5)`, `Conv2D(16, 3, strides=2, padding="same")`
# and `Conv2D(32, 3, dilation_rate=2)`. What is the shape after each, and how many weights has each?
#
# <details><summary>Answer</summary>
#
# `(None, 28, 28, 16)` with 5·5·3·16 + 16 = 1,216; `(None, 14, 14, 16)` with 3·3·16·16 + 16 = 2,320; a dilated window reaches
# over 5, so `(None, 10, 10, 32)` with 3·3·16·32 + 32 = 4,640.
#
# ```python
# layers = [Conv2D(16, 5), Conv2D(16, 3, strides=2, padding="same"), Conv2D(32, 3, dilation_rate=2)]
# Sequential([Input((32, 32, 3)), *layers]).summary()
# ```
#
# </details>

# %%
# your turn: on paper first, then Sequential([Input((32, 32, 3)), ...]).summary()

# %% [markdown]
# **3. Padding and strides.** Give `conv_matrix` an argument `stride`, and one `padding` that may be `"same"`. Check against
# `Conv2D(4, 3, strides=2, padding="same")` on pictures of 6 × 6.
#
# <details><summary>Answer</summary>
#
# ```python
# def conv_padded(x, kernel, bias, stride=1, padding="valid"):
#     size, filters = kernel.shape[0], kernel.shape[-1]
#     if padding == "same":
#         n = x.shape[1]
#         total = max((-(-n // stride) - 1) * stride + size - n, 0)
#         pads = (total // 2, total - total // 2)  # the odd one after
#         x = np.pad(x, ((0, 0), pads, pads, (0, 0)))
#     windows = np.lib.stride_tricks.sliding_window_view(x, (size, size), axis=(1, 2))
#     windows = np.moveaxis(windows[:, ::stride, ::stride], 3, -1)
#     return windows.reshape(*windows.shape[:3], -1) @ kernel.reshape(-1, filters) + bias
#
#
# squares = np.random.default_rng(0).normal(size=(2, 6, 6, 3))
# theirs = Conv2D(4, 3, strides=2, padding="same")
# expected = theirs(squares)
# found = conv_padded(squares, *theirs.get_weights(), stride=2, padding="same")
# assert np.allclose(found, expected, atol=1e-5)
# ```
#
# </details>

# %%
# your turn: how many zeros are needed, and how many of them go before?

# %% [markdown]
# **4. See farther.** You have signals of 1,000 steps and layers with 3 taps, stride 1. How many layers does it take until
# an output sees 100 steps? How many if the dilation rates are 1, 2, 4, 8, ...?
#
# <details><summary>Answer</summary>
#
# Without dilation each layer adds 2: 1 + 2 l ≥ 100 needs 50 layers. With doubling it is 1 + 2 (1 + 2 + 4 + ...) =
# 2 · 2^l − 1, and 6 layers see 127.
#
# ```python
# rates = [2**i for i in range(6)]
# assert 1 + sum(2 * rate for rate in rates) == 127
# ```
#
# </details>

# %%
# your turn: receptive_field([Conv1D(1, 3)] * 50)

# %% [markdown]
# The exercises of this chapter, which check your answers and name the slip: [exercises](../exercises/11_convolution.ipynb).
#
# ## Five quick questions

# %% [markdown]
# **1.** The kernel of a `Conv2D` has the shape `(5, 5, 3, 64)`. How many channels come in, how many go out, and how many
# biases are there?
#
# <details><summary>Answer</summary>
#
# 3 come in, 64 go out, and there are 64 biases: one per filter, not one per place.
#
# </details>

# %% [markdown]
# **2.** Does `Conv2D(64, 3)` have more weights on larger pictures?
#
# <details><summary>Answer</summary>
#
# No. It has 3 × 3 × channels × 64 + 64, whatever the height and width.
#
# </details>

# %% [markdown]
# **3.** What does a 1 × 1 convolution do?
#
# <details><summary>Answer</summary>
#
# It is a dense layer at each pixel: it mixes the channels, and sees no neighbors.
#
# </details>

# %% [markdown]
# **4.** Why did the CNN lose so much on the shuffled signals, and the dense model nothing?
#
# <details><summary>Answer</summary>
#
# A convolution only sees windows. After the shuffle, the numbers in a window have nothing to do with each other. A dense layer
# sees all numbers, in any order: it learns the same with its rows exchanged.
#
# </details>

# %% [markdown]
# **5.** In which of these is a convolution the same as a cross-correlation: NumPy's `convolve`, signal processing, deep
# learning?
#
# <details><summary>Answer</summary>
#
# In deep learning only. The other two flip the kernel.
#
# </details>

# %% [markdown]
# ## Further reading
#
# - Keras documentation: [Convolution layers](https://keras.io/api/layers/convolution_layers/), every argument.
# - V. Dumoulin, F. Visin, ["A guide to convolution arithmetic for deep learning"](https://arxiv.org/abs/1603.07285), 2016:
#   all paddings, strides and transposes as drawings.
# - I. Sobel, G. Feldman, "A 3 × 3 isotropic gradient operator for image processing", talk at the Stanford Artificial Intelligence
#   Project, 1968: the nine numbers.
# - K. Simonyan, A. Zisserman, ["Very deep convolutional networks for large-scale image
#   recognition"](https://arxiv.org/abs/1409.1556), 2014: stacks of 3 × 3 kernels, and why.
# - A. van den Oord and others, ["WaveNet"](https://arxiv.org/abs/1609.03499), 2016: causal and dilated.
# - A. Howard and others, ["MobileNets"](https://arxiv.org/abs/1704.04861), 2017: separable convolutions, for phones.
# - S. Greydanus, D. Kobak, ["Scaling down deep learning with MNIST-1D"](https://arxiv.org/abs/2011.14439), ICML 2024: the
#   signals, and the shuffling.
#
# **Next:** [12 · Pooling](12_pooling.ipynb).
