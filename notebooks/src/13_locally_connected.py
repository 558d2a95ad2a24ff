# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3 (ipykernel)
#     language: python
#     name: python3
# ---

# %% [markdown]
# # 13 · Locally connected layers
#
# **When you have finished this chapter, you can**
#
# - say what "shared weights" means, and see it in a matrix;
# - place `LocallyConnected1D` and `LocallyConnected2D` between `Dense` and `Conv`, and count their weights;
# - write a locally connected layer in NumPy, and as a layer of your own that trains;
# - say when sharing helps and when it hurts, from two experiments;
# - do without these layers in Keras 3, where they are gone.
#
# **You need** [chapter 11](11_convolution.ipynb) (windows, kernels, shuffled signals) and, from
# [chapter 12](12_pooling.ipynb), global max pooling. **Time:** 40 minutes.

# %%
import textwrap

import matplotlib.pyplot as plt
import numpy as np

from layerlab import plots
from layerlab.autodiff import Tape
from layerlab.datasets import mnist1d, mnist10k
from layerlab.layers import (
    Conv1D,
    Conv2D,
    Dense,
    Flatten,
    GlobalMaxPooling2D,
    Input,
    Layer,
    LocallyConnected1D,
    LocallyConnected2D,
    Reshape,
)
from layerlab.models import Sequential
from layerlab.optimizers import Adam
from layerlab.utils import set_random_seed

np.set_printoptions(precision=4, suppress=True)
plots.use_style()

# %% [markdown]
# ## Learn on the left, read on the right
#
# A page has room for two digits side by side. We write one digit on it, always in the **left** half, and train three networks
# to read it. They differ in their first layer only in this: what an output sees, and with which weights.
#
# - `Dense`: everything, each output with weights of its own.
# - `LocallyConnected2D`: a window of 6 × 6, each *place* with weights of its own.
# - `Conv2D`: a window of 6 × 6, all places with the same weights.
#
# Behind the last two comes global max pooling, as in chapter 12, and behind all three a dense layer that gives the answer.

# %%
(train_pictures, y_train), (test_pictures, y_test) = mnist10k.load_data()


def half_size(pictures):
    """The means of 2 x 2 pixels, from 0 to 1: pictures of 14 x 14."""
    return pictures.reshape(-1, 14, 2, 14, 2).mean(axis=(2, 4)).astype("float32") / 255


def page(digits, column):
    """Pages of 14 x 28 with the digits at this column."""
    paper = np.zeros((len(digits), 14, 28, 1), "float32")
    paper[:, :, column : column + 14, 0] = digits
    return paper


small_train, small_test = half_size(train_pictures)[:4000], half_size(test_pictures)[:1000]
labels, test_labels = y_train[:4000], y_test[:1000]
shown = [page(small_test[:1], column)[0, :, :, 0] for column in (0, 6, 14)]
titles = ["column 0: as in training", "column 6", "column 14"]
axes = plots.images(shown, titles=titles, columns=3, frames=True)
print("training pages:", page(small_train, 0).shape)


# %%
def first_layers(kind):
    if kind == "Dense":
        return [Flatten(), Dense(64, activation="relu")]
    layer = {"LocallyConnected2D": LocallyConnected2D, "Conv2D": Conv2D}[kind]
    return [layer(32, 6, strides=2, activation="relu"), GlobalMaxPooling2D()]


def train(kind, pages):
    set_random_seed(0)
    model = Sequential([Input((14, 28, 1)), *first_layers(kind), Dense(10, "softmax")])
    model.compile(Adam(0.005), "sparse_categorical_crossentropy", metrics=["accuracy"])
    before = model.get_weights()
    model.fit(pages, labels, batch_size=100, epochs=6, verbose=0)
    return model, before


columns = list(range(0, 15, 2))
trained, accuracies = {}, {}
for kind in ("Dense", "LocallyConnected2D", "Conv2D"):
    trained[kind] = train(kind, page(small_train, 0))
    model = trained[kind][0]
    accuracies[kind] = [model.evaluate(page(small_test, c), test_labels, verbose=0)[1] for c in columns]

plots.curves(columns, accuracies, "column where the test digit begins", "accuracy")
for kind, values in accuracies.items():
    print(f"{kind:18} left: over 80 % {values[0] > 0.8}, right: under 25 % {values[-1] < 0.25}")

# %% [markdown]
# **What to see:** in the left half, where they have learned, all three read well. Move the digit by two columns of the small
# page, and two of them fall apart. On the right they guess. The convolution reads on as if nothing had happened. It has
# never seen a digit there, either. But what it learned at one place, it knows at all places.
#
# Is the locally connected layer just a bad convolution, then? Wait for the second experiment. First, what it is.
#
# ## Three ways to join inputs and outputs
#
# Eight inputs, six outputs. Each line is a connection, and its color is its weight.

# %%
set_random_seed(3)
three = {
    "Dense(6)": Dense(6, use_bias=False),
    "LocallyConnected1D(1, 3)": LocallyConnected1D(1, 3, use_bias=False),
    "Conv1D(1, 3)": Conv1D(1, 3, use_bias=False),
}
matrices = plots.connections(three, steps=8)
for name, matrix in zip(three, matrices, strict=True):
    print(f"{name:25} connections {np.count_nonzero(matrix):2}, weights {three[name].count_params():2}")

# %% [markdown]
# **What to see:** above, the dense layer joins everything with everything. The other two join each output to three neighbors,
# with the same lines. The difference is in the colors: on the right, three colors come again and again.
#
# Below, the same as matrices. Row = input, column = output, so a column is all that one output looks at. The dense matrix is
# full. The locally connected one is a **band**, with zeros elsewhere. The convolution is a band in which each diagonal holds a
# single number. (Such a matrix is called a *Toeplitz* matrix.)
#
# So there are two steps from `Dense` to `Conv1D`, and this layer stands between them:
#
# | | an output sees | the weights at another place are | the layer assumes |
# |---|---|---|---|
# | `Dense` | everything | others | nothing |
# | `LocallyConnected` | a window | others | neighbors belong together |
# | `Conv` | a window | the same | and a feature is the same everywhere |
#
# For pictures it is the same, with more stripes. An output of a 3 × 3 window sees three pixels in each of three rows, and
# rows lie 8 apart in the flattened picture.

# %%
figure, axes = plt.subplots(1, 2, figsize=(8, 4), layout="constrained")
local = plots.connection_matrix(LocallyConnected2D(1, 3), (8, 8, 1), ax=axes[0])
shared = plots.connection_matrix(Conv2D(1, 3), (8, 8, 1), ax=axes[1])
print("same places in both:", np.array_equal(local != 0, shared != 0), "- matrices of", local.shape)
print("different weights:", len(np.unique(local)) - 1, "and", len(np.unique(shared)) - 1)

# %% [markdown]
# ## The formula
#
# Take the formula of the convolution, and give the kernel and the bias an index more, the place $o$:
#
# $$y_{o,f} \;=\; \text{activation}\Big(b_{o,f} + \sum_{j,\,c} x_{o s + j,\;c}\; k_{o,\,j,\,c,\,f}\Big)$$
#
# In NumPy it is a matrix product for each place. `einsum` says it in one line: for each place `o`, the patch there (`p` numbers)
# times the kernel there (`p` by `f`).


# %%
def local_1d(x, kernel, bias, size, stride=1):
    windows = np.lib.stride_tricks.sliding_window_view(x, size, axis=1)[:, ::stride]
    patches = windows.swapaxes(2, 3).reshape(*windows.shape[:2], -1)  # (batch, o, size * channels)
    return np.einsum("nop,opf->nof", patches, kernel) + bias


x = np.random.default_rng(0).normal(size=(5, 11, 3)).astype("float32")
layer = LocallyConnected1D(4, 3, strides=2, bias_initializer="random_normal")
y = layer(x)
kernel, bias = layer.get_weights()
print(x.shape, "->", y.shape)
print("kernel:", kernel.shape, " (places, size * channels, filters)")
print("bias:  ", bias.shape, "    (places, filters)")
print("the same:", np.allclose(local_1d(x, kernel, bias, 3, stride=2), y, atol=1e-5))

# %% [markdown]
# Two axes need only another window.


# %%
def local_2d(x, kernel, bias, size, stride=1):
    windows = np.lib.stride_tricks.sliding_window_view(x, (size, size), axis=(1, 2))
    windows = np.moveaxis(windows[:, ::stride, ::stride], 3, -1)  # (batch, i, j, a, b, channels)
    patches = windows.reshape(len(x), len(kernel), -1)
    return np.einsum("nop,opf->nof", patches, kernel).reshape(len(x), *bias.shape) + bias


x = np.random.default_rng(0).normal(size=(5, 8, 9, 3)).astype("float32")
layer = LocallyConnected2D(4, 3, strides=2, bias_initializer="random_normal")
y = layer(x)
print("kernel:", layer.kernel.shape, "bias:", layer.bias.shape)
print("the same:", np.allclose(local_2d(x, *layer.get_weights(), 3, stride=2), y, atol=1e-5))

# %% [markdown]
# Now you can go from one layer to the next. Give all places the same kernel, and the locally connected layer is the
# convolution. Put zeros around its band, and it is a dense layer.

# %%
conv = Conv1D(1, 3, bias_initializer="random_normal")
signal = np.random.default_rng(1).normal(size=(5, 8, 1)).astype("float32")
y = conv(signal)
shared_kernel, shared_bias = conv.get_weights()

tied = LocallyConnected1D(1, 3)
tied.build((None, 8, 1))
tied.set_weights([np.tile(shared_kernel[:, :, 0], (6, 1, 1)), np.tile(shared_bias, (6, 1))])
print("all places alike, the same as Conv1D:", np.allclose(tied(signal), y, atol=1e-6))

band = plots.connection_matrix(tied, (8, 1), title="as a dense layer")
dense = Dense(6)
dense.build((None, 8))
dense.set_weights([band, np.tile(shared_bias, 6)])
print("a band in a Dense layer, the same:   ", np.allclose(dense(signal[..., 0]), y[..., 0], atol=1e-6))

# %% [markdown]
# **What to see:** with all places alike, the band shows three stripes of one color each. All three layers compute the same, with
# the same numbers. They differ in which of these numbers they are free to change.
#
# ### What sharing does to the gradient
#
# A shared weight is used at every place, so it hears from every place: its gradient is the **sum** of what the places would have
# asked for, each for itself.

# %%
with Tape() as tape:
    loss = np.sum(np.square(conv(signal)))
together = np.asarray(tape.gradient(loss, conv.kernel))
with Tape() as tape:
    loss = np.sum(np.square(tied(signal)))
each = np.asarray(tape.gradient(loss, tied.kernel))
print("shapes:", together.shape, "and", each.shape)
print("sum over the places, the same:", np.allclose(each.sum(axis=0), together[:, 0], rtol=1e-4))

# %% [markdown]
# This is why a convolution needs fewer examples. Each picture gives each of its weights as many lessons as there are places.
#
# ## Counting weights
#
# With $P$ places (the number of outputs of one filter), and windows of $k$ pixels with $C$ channels:
#
# $$\text{Conv:}\quad k\,C\,F + F \qquad \text{LocallyConnected:}\quad P\,(k\,C\,F + F) \qquad
# \text{Dense:}\quad (\text{inputs} + 1)\,P F$$
#
# The bias is not shared, either: one for each place and filter.

# %%
picture = (None, 28, 28, 1)
conv, local = Conv2D(8, 3), LocallyConnected2D(8, 3)
for layer in (conv, local):
    layer.build(picture)
places = 26 * 26
print(f"Conv2D(8, 3):             3 * 3 * 8 + 8         = {conv.count_params():9,}")
print(f"LocallyConnected2D(8, 3): 26 * 26 * (3 * 3 * 8 + 8) = {local.count_params():,}")
print(f"Dense, as many outputs:   (784 + 1) * 26 * 26 * 8 = {(784 + 1) * places * 8:,}")
print("the formulas agree:", local.count_params() == places * conv.count_params())

# %% [markdown]
# Change the sizes, and watch the three numbers. (Without a running kernel you see nothing under the next cell; the picture
# further up is one of its settings.)

# %% tags=["nbval-ignore-output"]
from ipywidgets import interact


def draw(steps=8, kernel_size=3, strides=1):
    """The three layers over a short signal, with the sizes of the sliders."""
    outputs = (steps - kernel_size) // strides + 1
    layers = [Dense(outputs), LocallyConnected1D(1, kernel_size, strides), Conv1D(1, kernel_size, strides)]
    plots.connections(layers, steps=steps)
    plt.show()


control = interact(draw, steps=(4, 12), kernel_size=(1, 4), strides=(1, 3))

# %% [markdown]
# ## What it learned, place by place
#
# Back to the network that learned on the left. Its first layer has 5 × 12 places, each with 32 kernels of 6 × 6. Take from one
# filter at each place the numbers that it started with: what is left is what training added.

# %%
model, before = trained["LocallyConnected2D"]
added = model.get_weights()[0] - before[0]  # (60 places, 36 pixels, 32 filters)
added = added.reshape(5, 12, 6, 6, 32)
strongest = int(np.argmax(np.abs(added).sum(axis=(0, 1, 2, 3))))
plots.kernel_mosaic(added[..., strongest], title="what training added to one filter, at each place")
right_half = added[:, 7:]
print("places that see nothing but the right half:", right_half.shape[0] * right_half.shape[1])
print("their kernels are what they were, bit for bit:", not right_half.any())

# %% [markdown]
# **What to see:** on the left, a few places have learned a kernel of their own, fitted to the strokes that come by there. The
# others hardly moved: of this filter, the global maximum behind it lets only the place that wins learn from a picture
# ([chapter 12](12_pooling.ipynb)). From column 7 on, the windows lie in the right half. There was never any ink, so the input was 0, so the gradient was 0, and nothing was learned.
# It is the white margin of chapter 1 again. A convolution has no such margin: its one kernel learns wherever there is ink.
#
# ## When the place matters
#
# Now the other experiment. The page gets **two** digits, and the answer is the **left** one. The right one is there to disturb.

# %%
rng = np.random.default_rng(1)


def two_digits(digits):
    return page(digits, 0) + page(digits[rng.permutation(len(digits))], 14)


pages, test_pages = two_digits(small_train), two_digits(small_test)
titles = [f"answer: {label}" for label in test_labels[:3]]
axes = plots.images(test_pages[:3, :, :, 0], titles=titles, columns=3, frames=True)

left_digit = {}
for kind in ("Dense", "LocallyConnected2D", "Conv2D"):
    left_digit[kind] = train(kind, pages)[0].evaluate(test_pages, test_labels, verbose=0)[1]
    print(f"{kind:18} over 80 %: {left_digit[kind] > 0.8!s:5}  under 65 %: {left_digit[kind] < 0.65}")

# %%
both = {
    "one digit, moved to the right": {kind: values[-1] for kind, values in accuracies.items()},
    "two digits, read the left": left_digit,
}
ax = plots.bars(both, xlabel="accuracy on test pages")
ax.set_xlim(0, 1)
on_the_right = both["one digit, moved to the right"]
print("best when the digit moves:  ", max(on_the_right, key=on_the_right.get))
print("worst when the place counts:", min(left_digit, key=left_digit.get))

# %% [markdown]
# **What to see:** now it is the other way round. The convolution finds both digits and cannot tell which is which: to a kernel that
# is the same everywhere, with a maximum over all places after it, left and right are one. The locally connected layer has
# other weights on the left than on the right, and learns to be deaf on the right.
#
# So neither is better. **Sharing weights is a claim about the world: what matters here matters there.** True for a digit that may
# stand anywhere. False where the place has a meaning: in faces that have been centered, where eyes are always above mouths; in
# a form with fields; in the frequencies of a sound, where low is not high.
#
# To be fair to the convolution: it is the global pooling behind it that forgets the place. A `Flatten` and a `Dense` layer bring
# it back, because the dense layer knows its inputs by their place. This is why most networks get by with `Conv`.

# %%
set_random_seed(0)
placed = Sequential([Input((14, 28, 1)), Conv2D(8, 6, strides=2, activation="relu")])
placed.add(Flatten())
placed.add(Dense(10, "softmax"))
placed.compile(Adam(0.005), "sparse_categorical_crossentropy", metrics=["accuracy"])
placed.fit(pages, labels, batch_size=100, epochs=6, verbose=0)
accuracy = placed.evaluate(test_pages, test_labels, verbose=0)[1]
print("Conv2D, Flatten, Dense: reads the left digit, over 80 %:", accuracy > 0.8)

# %% [markdown]
# ## The column in the middle
#
# [Chapter 11](11_convolution.ipynb) trained a dense network and a CNN on MNIST-1D, and then shuffled the 40 positions. Here is
# the network in between: the same as the CNN, with `LocallyConnected1D` in place of `Conv1D`. (Both without padding this
# time; you will see why.)

# %%
(signals, kinds), (test_signals, test_kinds) = mnist1d.load_data()
order = np.random.default_rng(42).permutation(40)


def reader(layer):
    model = Sequential([Input((40,)), Reshape((40, 1))])
    for _ in range(3):
        model.add(layer(25, 3, strides=2, activation="relu"))
    model.add(Flatten())
    model.add(Dense(10, "softmax"))
    return model


def accuracy_on_signals(model, positions):
    model.compile(Adam(0.01), "sparse_categorical_crossentropy", metrics=["accuracy"])
    model.fit(signals[:, positions], kinds, batch_size=100, epochs=10, verbose=0)
    return model.evaluate(test_signals[:, positions], test_kinds, verbose=0)[1]


table = {"in order": {}, "shuffled": {}}
for name, positions in {"in order": np.arange(40), "shuffled": order}.items():
    for layer in (LocallyConnected1D, Conv1D):
        set_random_seed(0)
        table[name][layer.__name__] = accuracy_on_signals(reader(layer), positions)

ax = plots.bars(table, xlabel="accuracy on the test signals", mark=("guessing", 0.1))
ax.set_xlim(0, 1)
lost = {name: table["in order"][name] - table["shuffled"][name] for name in table["shuffled"]}
print("in order, Conv1D is ahead:  ", table["in order"]["Conv1D"] > table["in order"]["LocallyConnected1D"] + 0.05)
print("shuffled, Conv1D loses more:", lost["Conv1D"] > lost["LocallyConnected1D"] + 0.05)

# %% [markdown]
# **What to see:** in order, sharing is worth a lot: the shapes of MNIST-1D may stand anywhere. Shuffled, both lose, since both
# count on neighbors. But the convolution loses more: the same kernel everywhere makes no sense any more, and that was its
# strength.
#
# These are short trainings. The long ones in `benchmarks/`, means of three to twelve, with the networks of the paper:
#
# | | weights | in order | shuffled |
# |---|---:|---:|---:|
# | dense, two hidden layers | 15,210 | 66 % | 66 % |
# | `LocallyConnected1D` | 32,610 | 84 % | 68 % |
# | `Conv1D` | 5,210 | 92 % | 57 % |
#
# ## The arguments
#
# `filters`, `kernel_size`, `strides`, `padding`, `data_format`, `activation`, `use_bias`, and an initializer, a regularizer and a
# constraint for kernel and bias: all as in `Conv1D` and `Conv2D`. There is no `dilation_rate` and no `groups`. Three things
# are different.
#
# **The size of the input must be known.** A convolution does not care how long the signal is. Here each place has weights of its
# own, so the number of places must be fixed.


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


print("Conv1D:", Sequential([Input((None, 1)), Conv1D(4, 3)]).output_shape)
attempt(lambda: Sequential([Input((None, 1)), LocallyConnected1D(4, 3, name="local")], name="model"))

# %% [markdown]
# **`implementation`: three ways to store the same kernels.** 1, the default, keeps a small kernel for each place. 2 keeps
# the whole matrix that you saw above, and multiplies all outside of the band by 0. 3 keeps a plain list with one number for each
# connection. Take one matrix, and store it in all three.

# %%
matrix = matrices[1]  # the locally connected one of the first figure: 8 inputs, 6 outputs
stored = {
    1: np.stack([matrix[o : o + 3, o : o + 1] for o in range(6)]),
    2: matrix.reshape(8, 1, 6, 1),
    3: matrix.T[matrix.T != 0],
}
for implementation, kernel in stored.items():
    layer = LocallyConnected1D(1, 3, implementation=implementation, use_bias=False)
    layer.build((None, 8, 1))
    layer.set_weights([kernel])
    same = np.allclose(layer(signal)[..., 0], signal[..., 0] @ matrix, atol=1e-5)
    print(f"implementation={implementation}: kernel {kernel.shape!s:12} weights {kernel.size:2} the same: {same}")

# %% [markdown]
# Beware of 2: `count_params()` and weight penalties count the numbers outside of the band as well. In Keras 2 the three
# differed in speed and memory. Here only the storage differs, and the work is the same.
#
# **`padding="same"`** works with 2 and 3 only, and puts the windows elsewhere than a convolution does. A convolution adds up
# how many zeros it needs, and puts half of them on the left. A locally connected layer centers window $o$ on input
# $o \cdot s$.

# %%
ones = {"kernel_initializer": "ones", "strides": 2, "padding": "same"}
aligned = {
    "LocallyConnected1D": LocallyConnected1D(1, 3, implementation=2, **ones),
    "Conv1D": Conv1D(1, 3, **ones),
}
drawn = plots.connections(aligned, steps=6, title='padding="same", strides=2')
row = np.arange(1.0, 7).reshape(1, 6, 1)
for name, layer in aligned.items():
    print(f"{name:18}", np.ravel(layer(row)))
attempt(lambda: LocallyConnected1D(1, 3, padding="same"))

# %% [markdown]
# **What to see:** the first output on the left has only two connections: its window is centered on input 0, and its first tap
# hangs over the edge. On the right it is the last output that hangs over.
#
# ## Gone from Keras 3, and how to live without
#
# Keras 3 has no locally connected layers. They have very many weights, and few networks used them. layerlab has them, with the numbers of Keras 2, because the tutorials name them, and because you understand a convolution better when
# you have seen what it would be without sharing.
#
# If you need one in Keras 3, write it. With [chapter 10](10_your_own_layer.ipynb) it is a dozen lines, and here they are, in
# layerlab:


# %%
class Local1D(Layer):
    def __init__(self, filters, size, **options):
        super().__init__(**options)
        self.filters, self.size = filters, size

    def build(self, shape):
        places = shape[1] - self.size + 1
        self.kernel = self.add_weight((places, self.size * shape[2], self.filters), name="kernel")
        self.bias = self.add_weight((places, self.filters), "zeros", name="bias")

    def call(self, x):
        places = len(self.bias)
        taps = [x[:, j : j + places] for j in range(self.size)]  # what tap j sees at each place
        return np.einsum("nop,opf->nof", np.concatenate(taps, axis=-1), self.kernel) + self.bias


mine, theirs = Local1D(4, 3), LocallyConnected1D(4, 3)
x = np.random.default_rng(0).normal(size=(5, 11, 2)).astype("float32")
y = mine(x)
theirs.build(x.shape)
theirs.set_weights(mine.get_weights())
print("the same:", np.allclose(y, theirs(x), atol=1e-5))

small = Sequential([Input((11, 2)), mine, Flatten(), Dense(1)])
small.compile(Adam(0.05), "mse")
losses = small.fit(x, np.arange(5.0)[:, None], epochs=100, verbose=0).history["loss"]
print("it trains, the loss falls to less than a hundredth:", losses[-1] < losses[0] / 100)

# %% [markdown]
# In Keras 3, write `keras.layers.Layer` and `keras.ops` for `np`: `concatenate` and `einsum` have the same names there. Or build it
# from two parts that Keras 3 has: one cuts the patches, the other is a dense layer with an index more.
#
# ```text
# patches = keras.ops.image.extract_patches(pictures, size=(3, 3), strides=1)
# outputs = keras.layers.EinsumDense("nijp,ijpf->nijf", output_shape=(26, 26, 8), bias_axes="ijf")(patches)
# ```
#
# Often you do not need it. If the place matters, tell the convolution the place: give it the coordinates as additional
# channels (Liu and others, 2018), or let a `Flatten` and a `Dense` layer follow.
#
# <div style="border-left: 4px solid #D55E00; padding: 1px 16px">
#
# **What the tutorials get wrong, or leave out**
#
# - *"Locally connected layers are similar to `Conv1D` layer but the difference is `Conv1D` layer weights are shared but here weights
#   are unshared."* True, and all they say. There is a `LocallyConnected2D` as well; the bias is unshared, too; and the number of
#   weights grows with the size of the input. The next cell shows it.
# - They do not say that these layers are gone. Code with `from keras.layers import LocallyConnected1D` ends with an `ImportError` in
#   Keras 3.
# - Two more differences from `Conv1D` hide behind "similar": `padding="same"` needs `implementation=2` or `3` and is aligned
#   differently, and the input must have a known length. Both are shown above.
# - The default `glorot_uniform` takes the number of places for the size of a window: the kernel has three axes,
#   `(places, size * channels, filters)`, like that of a `Conv1D`. So the first weights get smaller as the input gets
#   longer, although each output still sees the same few numbers.
#
# </div>

# %%
for steps in (10, 100, 1000):
    conv, local = Conv1D(8, 3), LocallyConnected1D(8, 3)
    for layer in (conv, local):
        layer.build((None, steps, 4))
    largest = np.abs(local.get_weights()[0]).max()
    limit = np.sqrt(6 / (local.kernel.shape[0] * (12 + 8)))
    fits = 0.95 * limit < largest <= limit
    print(f"{steps:4} steps: Conv1D {conv.count_params()} weights,", end=" ")
    print(f"LocallyConnected1D {local.count_params():6,}, first weights up to {limit:.3f}: {fits}")

# %% [markdown]
# <div style="border-left: 4px solid #0072B2; padding: 1px 16px">
#
# **Keras 1, 2 and 3**
#
# | | |
# |---|---|
# | Keras 1 | `LocallyConnected1D(nb_filter, filter_length, subsample_length=1, border_mode='valid')`; `LocallyConnected2D(nb_filter, nb_row, nb_col, subsample=(1, 1), border_mode='valid', dim_ordering='default')`; only `'valid'` |
# | Keras 2 | `LocallyConnected1D(filters, kernel_size, strides=1, padding='valid', data_format=None, ..., implementation=1)`, and the same in two dimensions; `implementation`, and with it `'same'`, came later |
# | Keras 3 | gone, both |
#
# layerlab gives Keras 2's numbers, weight for weight: shapes, order and alignment. So weights from an old model fit.
#
# </div>

# %% [markdown]
# ## Try it

# %% [markdown]
# **1. Count.** `LocallyConnected2D(16, 5, strides=2)` on pictures of 32 × 32 × 3: how many places, how many weights? And the
# `Conv2D` with the same arguments?
#
# <details><summary>Answer</summary>
#
# (32 − 5) // 2 + 1 = 14, so 14 × 14 = 196 places. Each has 5 · 5 · 3 · 16 + 16 = 1,216 weights, together 238,336. The convolution
# has the 1,216 once.
#
# ```python
# layer = LocallyConnected2D(16, 5, strides=2)
# layer.build((None, 32, 32, 3))
# assert layer.count_params() == 196 * 1216 == 238336
# ```
#
# </details>

# %%
# your turn: layer = LocallyConnected2D(16, 5, strides=2)

# %% [markdown]
# **2. Read the right digit.** Train the three networks on the pages with two digits, with the right digit as the answer. What do
# you expect of each before you run it?
#
# <details><summary>Answer</summary>
#
# The same as for the left one. `Dense` and `LocallyConnected2D` have weights for the right half, too, and learn to be deaf on the
# left. The convolution sees the same features whichever digit is asked for, and stays near a half: it may guess one of
# the two digits that it sees.
#
# </details>

# %%
# your turn: keep the permutation that two_digits draws, and train on labels[permutation]

# %% [markdown]
# **3. How different are the places?** Take a trained `LocallyConnected1D` and replace the kernel at each place by the mean over
# all places. Now it is a convolution. What happens to its answers on MNIST-1D?
#
# <details><summary>Answer</summary>
#
# They break down: the filters with the same number at different places have nothing to do with each other. Filter 7 here may look
# for a peak, filter 7 there for a slope. The mean of the two is neither.
#
# </details>

# %%
# your turn: kernel, bias = layer.get_weights(); np.broadcast_to(kernel.mean(0), kernel.shape)

# %% [markdown]
# **4. From the matrix to the layer.** Write `is_shared(matrix)`: whether each diagonal of a matrix holds a single number. Test it
# on the matrices of the first figure.
#
# <details><summary>Answer</summary>
#
# ```python
# def is_shared(matrix):
#     return bool(np.allclose(matrix[1:, 1:], matrix[:-1, :-1]))
#
#
# set_random_seed(3)
# trio = [Dense(6), LocallyConnected1D(1, 3), Conv1D(1, 3)]
# assert [is_shared(m) for m in plots.connections(trio, steps=8)] == [False, False, True]
# ```
#
# One step down and one to the right must change nothing. This is the equivariance of chapter 11, as a matrix.
#
# </details>

# %%
# your turn: def is_shared(matrix): ...

# %% [markdown]
# The exercises of this chapter, which check your answers and name the slip:
# [exercises](../exercises/13_locally_connected.ipynb).
#
# ## Five quick questions

# %% [markdown]
# **1.** What do a locally connected layer and a convolution have in common, and what not?
#
# <details><summary>Answer</summary>
#
# The windows: each output sees only its neighborhood. Not the weights: the convolution uses the same ones at every place.
#
# </details>

# %% [markdown]
# **2.** How many biases has `LocallyConnected1D(8, 3)` on signals of 20 steps?
#
# <details><summary>Answer</summary>
#
# 18 × 8 = 144: one for each place and filter.
#
# </details>

# %% [markdown]
# **3.** Why can the weights of a locally connected layer not be used on longer signals?
#
# <details><summary>Answer</summary>
#
# The new places would have no weights.
#
# </details>

# %% [markdown]
# **4.** All your digits stand in the same place, in training and later. Which of the three networks of the first section would you
# take, and which not?
#
# <details><summary>Answer</summary>
#
# The locally connected one or the dense one. The convolution with global pooling after it cannot use that a stroke at the top is
# not a stroke at the bottom. Look at the left end of the first curves: there it is the weakest of the three.
#
# </details>

# %% [markdown]
# **5.** What does the matrix of a convolution along one axis look like?
#
# <details><summary>Answer</summary>
#
# A band around the diagonal, zeros elsewhere, and along each diagonal of the band a single number.
#
# </details>

# %% [markdown]
# ## Further reading
#
# - Y. Taigman, M. Yang, M. Ranzato, L. Wolf, "DeepFace: closing the gap to human-level performance in face verification", CVPR
#   2014: locally connected layers on faces that were centered first.
# - K. Gregor, Y. LeCun, ["Emergence of complex-like cells in a temporal product network with local receptive
#   fields"](https://arxiv.org/abs/1006.0448), 2010: local windows without sharing, as in the visual cortex.
# - Y. LeCun, "Generalization and network design strategies", 1989: local, shared or neither, measured on small digits. The first
#   experiment of this chapter is in its spirit.
# - R. Liu and others, ["An intriguing failing of convolutional neural networks and the CoordConv
#   solution"](https://arxiv.org/abs/1807.03247), 2018: telling a convolution where it is.
# - I. Goodfellow, Y. Bengio, A. Courville, [*Deep Learning*](https://www.deeplearningbook.org/), MIT Press 2016, section 9.5:
#   unshared convolution.
# - S. Greydanus, D. Kobak, ["Scaling down deep learning with MNIST-1D"](https://arxiv.org/abs/2011.14439), ICML 2024: the signals.
#
# **Next:** [14 · Merging](14_merging.ipynb).
