# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3 (ipykernel)
#     language: python
#     name: python3
# ---

# %% [markdown]
# # 12 · Pooling
#
# **When you have finished this chapter, you can**
#
# - say what max pooling, average pooling and global pooling keep, and what they throw away;
# - predict the output shape for any pool size, stride and padding, and find the row that got lost;
# - write pooling in NumPy, and say which inputs its gradient goes to;
# - say how much pooling helps when things move, and how much it does not;
# - choose between pooling, a stride and global pooling.
#
# **You need** [chapter 11](11_convolution.ipynb): windows, strides, padding, feature maps. **Time:** 30 minutes.

# %%
import textwrap

import matplotlib.pyplot as plt
import numpy as np

from layerlab import plots
from layerlab.autodiff import Tape
from layerlab.datasets import mnist1d, mnist10k
from layerlab.layers import (
    AveragePooling1D,
    AveragePooling2D,
    AveragePooling3D,
    Conv2D,
    Dense,
    DepthwiseConv2D,
    Flatten,
    GlobalAveragePooling1D,
    GlobalAveragePooling2D,
    GlobalMaxPooling1D,
    GlobalMaxPooling2D,
    Input,
    MaxPooling1D,
    MaxPooling2D,
    MaxPooling3D,
)
from layerlab.models import Sequential
from layerlab.optimizers import Adam
from layerlab.utils import set_random_seed

np.set_printoptions(precision=4, suppress=True)
plots.use_style()

# %% [markdown]
# ## Throw away 195 of 196 numbers
#
# Two networks read digits. Both begin with the same two convolutions, which turn a picture into 32 feature maps of 14 × 14
# numbers. The first network lays these 6,272 numbers out in a row, and a dense layer reads the answer from them. The
# second keeps **one number of each map, the largest**, throws the other 195 away, and reads the answer from 32 numbers.

# %%
(train_pictures, y_train), (test_pictures, y_test) = mnist10k.load_data()
x_train, x_test = (p[..., None].astype("float32") / 255 for p in (train_pictures, test_pictures))


def reader(ending):
    set_random_seed(0)
    model = Sequential([Input((28, 28, 1))])
    model.add(Conv2D(8, 5, strides=2, padding="same", activation="relu"))
    model.add(Conv2D(32, 5, padding="same", activation="relu"))
    model.add(ending)
    model.add(Dense(10, activation="softmax"))
    model.compile(Adam(0.01), "sparse_categorical_crossentropy", metrics=["accuracy"])
    model.fit(x_train[:5000], y_train[:5000], batch_size=50, epochs=3, verbose=0)
    return model


keeps_all, keeps_one = reader(Flatten()), reader(GlobalMaxPooling2D())
for name, model in {"keeps all": keeps_all, "keeps one": keeps_one}.items():
    accuracy = model.evaluate(x_test, y_test, verbose=0)[1]
    print(f"{name}: {model.count_params():6,} weights, more than 85 % right: {accuracy > 0.85}")

# %% [markdown]
# Nearly as good, with one weight for every ten. That is the first surprise. For the second, move the test digits to the
# right, by a few pixels. The networks have been trained on centered digits, and are not trained again.


# %%
def moved(pictures, steps):
    """Pictures moved to the right; what comes in from the left is empty."""
    return np.pad(pictures, ((0, 0), (0, 0), (steps, 0), (0, 0)))[:, :, : pictures.shape[2]]


steps = range(5)
two = x_test[y_test == 2][:1]
some = np.concatenate([moved(two, k)[..., 0] for k in steps])
axes = plots.images(some, titles=[f"moved by {k}" for k in steps], columns=5, frames=True)

accuracies = {
    name: [model.evaluate(moved(x_test[:1000], k), y_test[:1000], verbose=0)[1] for k in steps]
    for name, model in {"keeps all": keeps_all, "keeps one": keeps_one}.items()
}
ax = plots.curves(list(steps), accuracies, "digit moved by (pixels)", "accuracy")
ax.set_xticks(list(steps))
print("moved by 4, keeps all: fewer than 70 % right:", accuracies["keeps all"][4] < 0.70)
print("moved by 4, keeps one: more than 80 % right: ", accuracies["keeps one"][4] > 0.80)

# %% [markdown]
# **What to see:** you would hardly notice the move. When the digits have moved by 4, the network that keeps everything gets
# nearly half of them wrong. The one that threw away *where* each feature is reads on as if nothing had happened. The place
# was what it had to forget.
#
# Taking one number for many is called **pooling**. This was its extreme form, and the rest of the chapter is about all
# of them.
#
# ## One step in slow motion
#
# Usually one pools in small windows: 2 × 2 becomes 1.

# %%
picture = np.array(
    [
        [1, 3, 0, 2, 1, 0],
        [5, 2, 1, 1, 4, 2],
        [0, 0, 9, 7, 1, 1],
        [2, 1, 6, 8, 0, 3],
        [4, 4, 1, 0, 2, 2],
        [3, 8, 0, 0, 5, 1],
    ]
)
largest = plots.pooling_windows(MaxPooling2D(2), picture, title="MaxPooling2D(2)")
mean = plots.pooling_windows(AveragePooling2D(2), picture, title="AveragePooling2D(2)")
print(largest)
print(mean)

# %% [markdown]
# **What to see:** each color is a window, and the number that it becomes has the same color. Max pooling lets one number
# per window through: the framed one. Average pooling takes the mean of all four.
#
# Change the window. Where windows overlap, only one is colored. (Without a running kernel you see nothing under the next
# cell; the pictures above are two of its settings.)

# %% tags=["nbval-ignore-output"]
from ipywidgets import interact

KINDS = {"max": MaxPooling2D, "average": AveragePooling2D}


def draw(kind="max", pool_size=2, strides=2, padding="valid"):
    """The small picture under a pooling layer of the chosen form."""
    layer = KINDS[kind](pool_size, strides=strides, padding=padding)
    plots.pooling_windows(layer, picture, at=(1, 1) if strides < pool_size else None)
    plt.show()


sizes = {"pool_size": (1, 3), "strides": (1, 3)}
control = interact(draw, kind=list(KINDS), padding=["valid", "same"], **sizes)

# %% [markdown]
# ## The formula, and ten lines
#
# With windows of $A \times B$ and strides $s$ and $t$, in each channel $c$ alone:
#
# $$y_{i,j,c} \;=\; \max_{a<A,\;b<B}\; x_{i s+a,\;j t+b,\;c} \qquad\text{or}\qquad
# y_{i,j,c} \;=\; \frac{1}{AB}\sum_{a<A,\;b<B} x_{i s+a,\;j t+b,\;c}$$
#
# The windows are those of a convolution. Only there is no kernel: nothing to learn, no weights. And the channels do not
# meet: a convolution sums over them, pooling treats each alone.


# %%
def pool(x, size, strides=None, reduce=np.max):
    strides = strides or size
    windows = np.lib.stride_tricks.sliding_window_view(x, (size, size), axis=(1, 2))
    return reduce(windows[:, ::strides, ::strides], axis=(-2, -1))


x = np.random.default_rng(0).normal(size=(4, 9, 12, 3)).astype("float32")
print("max, the same:    ", np.allclose(pool(x, 3), MaxPooling2D(3)(x)))
print("average, the same:", np.allclose(pool(x, 3, 2, np.mean), AveragePooling2D(3, 2)(x), atol=1e-6))
print("weights:", MaxPooling2D(3).count_params())

# %% [markdown]
# When the windows do not overlap, a reshape is enough: cut each axis in two, and take the maximum over the inner ones.

# %%
inner = x.reshape(4, 3, 3, 4, 3, 3)  # (batch, 3 x 3 rows, 4 x 3 columns, channels)
print("the same:", np.array_equal(inner.max(axis=(2, 4)), MaxPooling2D(3)(x)))

# %% [markdown]
# ## The layers and their arguments
#
# | | one axis | two axes | three axes |
# |---|---|---|---|
# | largest | `MaxPooling1D` | `MaxPooling2D` | `MaxPooling3D` |
# | mean | `AveragePooling1D` | `AveragePooling2D` | `AveragePooling3D` |
# | largest of all | `GlobalMaxPooling1D` | `GlobalMaxPooling2D` | `GlobalMaxPooling3D` |
# | mean of all | `GlobalAveragePooling1D` | `GlobalAveragePooling2D` | `GlobalAveragePooling3D` |
# | as many as one asks for | `AdaptiveMaxPooling1D`, `AdaptiveAveragePooling1D` | ... `2D` | ... `3D` |
#
# One axis is for signals and text, two for pictures, three for volumes and video.

# %%
samples = {1: (2, 40, 8), 2: (2, 28, 28, 8), 3: (2, 8, 24, 24, 8)}
families = [(MaxPooling1D, AveragePooling1D), (MaxPooling2D, AveragePooling2D)]
families.append((MaxPooling3D, AveragePooling3D))
for shape, (maximum, average) in zip(samples.values(), families, strict=True):
    out = maximum(2).compute_output_shape(shape)
    print(f"{maximum.__name__:12} {shape!s:19} -> {out}", out == average(2).compute_output_shape(shape))

# %% [markdown]
# Three arguments decide the shape: `pool_size`, `strides`, and `padding`. The lengths are those of a convolution with kernel
# size $p$ and stride $s$: $\lfloor (n - p)/s \rfloor + 1$ for `"valid"`, and $\lceil n/s \rceil$ for `"same"`. Two defaults
# are worth knowing: `strides=None` means **as far as the window is wide**, where a convolution moves by 1. And
# `pool_size` is 2 for max pooling; average pooling has no default.

# %%
signal = np.array([1.0, 3, 2, 5, 4, 0, 7]).reshape(1, 7, 1)
for layer in (
    MaxPooling1D(2),
    MaxPooling1D(2, strides=1),
    MaxPooling1D(3, strides=2),
    MaxPooling1D(2, padding="same"),
):
    config = f"pool_size={layer.pool_size} strides={layer.strides} {layer.padding}"
    print(f"{config:36} {np.ravel(layer(signal))}")

# %% [markdown]
# ### The row that got lost
#
# Look at the first line above: the 7 at the end is in no output. Seven numbers make three windows of two, and the last
# number has none. In a picture it is a row and a column.

# %%
seven = np.pad(picture, ((0, 1), (0, 1)), constant_values=50)
kept = plots.pooling_windows(MaxPooling2D(2), seven)
print("the last row and column hold 50s; the largest output is", kept.max(), "- shape", kept.shape)
print("once more, from outputs that had an odd size:", MaxPooling2D(2).compute_output_shape((1, 3, 3, 1)))
print('with padding="same":', MaxPooling2D(2, padding="same").compute_output_shape((1, 7, 7, 1)))

# %% [markdown]
# **What to see:** the gray cells are seen by no window. No error, no warning. A network that pools pictures of 28 × 28 three
# times has maps of 14, 7 and 3: the third pooling loses a row. If it matters, use `padding="same"`.
#
# ### What `padding="same"` puts around
#
# Nothing that counts. A maximum over negative numbers must not find a zero that is not there, so max pooling pads with
# $-\infty$. And average pooling divides by the number of *real* numbers in the window, not by its size.

# %%
below = -np.arange(1.0, 6).reshape(1, 5, 1)
print("max:    ", np.ravel(MaxPooling1D(2, padding="same")(below)))
above = np.arange(1.0, 6).reshape(1, 5, 1)
print("average:", np.ravel(AveragePooling1D(3, strides=1, padding="same")(above)))
padded = np.pad(above, ((0, 0), (1, 1), (0, 0)))
print("zeros counted in:", np.ravel(AveragePooling1D(3, strides=1)(padded)))

# %% [markdown]
# The first of the averages is (1 + 2) / 2, not (0 + 1 + 2) / 3. Other libraries count the zeros in, unless told otherwise:
# in PyTorch it is `count_include_pad`, and it is on.
#
# ## On a signal
#
# With one axis, pooling makes a signal shorter. Here is one of the MNIST-1D signals, its largest values and its means, four
# at a time.

# %%
(signals, labels), _ = mnist1d.load_data()
wave = signals[np.flatnonzero(labels == 0)[0]].reshape(1, 40, 1)
largest, mean = MaxPooling1D(4)(wave), AveragePooling1D(4)(wave)
lines = {"max of four": np.repeat(np.ravel(largest), 4), "mean of four": np.repeat(np.ravel(mean), 4)}
ax = plots.curves(np.arange(40), lines, "step", "value", points=(np.arange(40), np.ravel(wave)))
plt.setp(ax.lines[1:], drawstyle="steps-mid")
print(wave.shape, "->", largest.shape)
print("no mean is above its maximum:", bool((np.ravel(mean) <= np.ravel(largest)).all()))

# %% [markdown]
# **What to see:** each stair is one output. The maximum keeps the peaks and forgets the valleys. The mean flattens both.
# After a relu, a large number means "the feature is here", and a peak is the news: this is why max pooling is the more
# common of the two inside networks.
#
# ## When things move a little
#
# Why do people say that pooling makes a network robust against small moves? Take four kernels that find edges in four
# directions, lay them over a digit, and over the same digit moved by 2 pixels.

# %%
sobel = np.array([[-1, 0, 1], [-2, 0, 2], [-1, 0, 1]], dtype="float32")
four = np.stack([sobel, -sobel, sobel.T, -sobel.T], axis=-1)[:, :, None]
edges = Conv2D(4, 3, activation="relu", use_bias=False)
edges.build((None, 28, 28, 1))
edges.set_weights([four])

digits = x_test[:300]
here, there = np.asarray(edges(digits)), np.asarray(edges(moved(digits, 2)))
pooled = [np.asarray(MaxPooling2D(4)(maps)) for maps in (here, there)]
which = int(np.flatnonzero(y_test == 2)[0])
panels = [maps[which, ..., 0] for maps in (here, there, *pooled)]
titles = ["edges", "moved by 2", "after MaxPooling2D(4)", "moved by 2"]
axes = plots.images(panels, titles=titles, columns=4, frames=True)
print("maps", here.shape[1:], "-> pooled", pooled[0].shape[1:])

# %% [markdown]
# **What to see:** laid on top of each other, the two maps on the left would hardly meet: the lines are thin, and 2 pixels is
# more than a line's width. The two on the right have most of their dark cells in common.
#
# How much do they have in common? Lay two maps on top of each other. At each place, the smaller of the two numbers is what
# both have, the larger is what at least one has. The sum of the first over the sum of the second is the **overlap**: 1 for
# equal maps, 0 for maps that never meet.


# %%
def overlap(maps, others):
    """What two sets of maps have in common, as a share; the mean over the samples."""
    axes = tuple(range(1, maps.ndim))
    return np.mean(np.minimum(maps, others).sum(axes) / np.maximum(maps, others).sum(axes))


layers = {
    "no pooling": MaxPooling2D(1),
    "MaxPooling2D(2)": MaxPooling2D(2),
    "MaxPooling2D(4)": MaxPooling2D(4),
    "GlobalMaxPooling2D()": GlobalMaxPooling2D(),
}
maps_of_moved = [edges(moved(digits, k)) for k in steps]
similar = {}
for name, layer in layers.items():
    similar[name] = [overlap(layer(here), layer(maps)) for maps in maps_of_moved]
ax = plots.curves(list(steps), similar, "digit moved by (pixels)", "overlap with the maps before")
ax.set_xticks(list(steps))
by_two = [values[2] for values in similar.values()]
print("moved by 2, each overlaps more than the one before:", np.diff(by_two) > 0.05)

# %% [markdown]
# **What to see:** without pooling, a move by one pixel destroys more than half of the overlap. With a pooling by 2 it takes
# nearly two pixels to do as much damage, with a pooling by 4 it takes three. Only global pooling, which forgets the place
# altogether, does not care.
#
# So "pooling makes a network invariant to shifts" is too much to say. Small windows make it *less sensitive* to *small*
# shifts. And the windows themselves have fixed borders: a feature that moves across a border moves to another output.

# %%
line = np.array([0, 0, 0, 9, 0, 0, 0, 0], "float32")
for k in (0, 1, 2):
    print(f"moved by {k}:", np.roll(line, k), "->", np.ravel(MaxPooling1D(2)(np.roll(line, k).reshape(1, 8, 1))))

# %% [markdown]
# The move by one changed the output as much as the move by two. (Place 3 is the second of its window, place 4 the
# first of the next.)
#
# ## Where the gradient goes
#
# In the forward pass, one number per window won. Only this number decided the output, so only it gets the gradient. The others
# could have been a little larger or smaller, and nothing would have changed: their gradient is 0. The mean listens to
# all of its numbers alike, so they share the gradient.


# %%
def gradient(layer, picture):
    """The gradient of the sum of all outputs, at each input."""
    with Tape() as tape:
        x = tape.watch(np.asarray(picture, "float32")[None, :, :, None])
        total = np.sum(layer(x))
    return np.asarray(tape.gradient(total, x))[0, :, :, 0]


figure, (left, right) = plt.subplots(1, 2, figsize=(8, 3.6), layout="constrained")
for_max, for_mean = (gradient(layer, picture) for layer in (MaxPooling2D(2), AveragePooling2D(2)))
plots.pixel_values(for_max, "gradient through MaxPooling2D(2)", vmin=0, vmax=1, ax=left)
plots.pixel_values(for_mean, "through AveragePooling2D(2)", vmin=0, vmax=1, ax=right)
print("max: inputs with a gradient:", int((for_max > 0).sum()), "of 36, together", for_max.sum())
print("mean: inputs with a gradient:", int((for_mean > 0).sum()), "of 36, together", for_mean.sum())

# %% [markdown]
# **What to see:** on the left a 1 for the winner of each window, the places framed further up. On the right 1/4 for all.
#
# What if two numbers win together? `MaxPooling` gives all of the gradient to the **first** of them, row by row.
# `GlobalMaxPooling` shares it among them. Both are what Keras does.

# %%
tie = np.array([[5.0, 5.0], [1.0, 5.0]])
print("MaxPooling2D(2):\n", gradient(MaxPooling2D(2), tie))
print("GlobalMaxPooling2D():\n", gradient(GlobalMaxPooling2D(), tie))

# %% [markdown]
# ## Pooling or a stride?
#
# Both make maps smaller. A convolution with stride 2 computes every other output and never knows what the rest would have
# been. A convolution with stride 1 and a pooling computes all of them, four times the work, and then chooses.
#
# Average pooling *is* a convolution with a stride: each channel has the same fixed kernel, 1/4 everywhere. `DepthwiseConv2D`
# is the layer that has a kernel for each channel.

# %%
quarter = DepthwiseConv2D(2, strides=2, use_bias=False, depthwise_initializer="ones")
x = np.random.default_rng(0).normal(size=(2, 8, 8, 3)).astype("float32")
print("the same:", np.allclose(quarter(x) / 4, AveragePooling2D(2)(x), atol=1e-6))

# %% [markdown]
# Max pooling is not: no weighted sum finds the largest number. Many newer networks have strides where older ones had max
# pooling, and let the network learn how to shrink. What both must watch out for is the next thing.
#
# ### Fine patterns turn into wrong ones
#
# Stripes, one pixel wide: black, white, black, white. Make them half as large in three ways, and then once more with the
# picture moved by one pixel.

# %%
stripes = np.zeros((16, 16), "float32")
stripes[:, ::2] = 1


def halves(picture):
    """Three ways to make a picture half as large."""
    x = picture[None, :, :, None]
    ways = [picture[::2, ::2], MaxPooling2D(2)(x)[0, :, :, 0], AveragePooling2D(2)(x)[0, :, :, 0]]
    return [np.asarray(way) for way in ways]


shifted = np.roll(stripes, 1, axis=1)
names = ["every other", "max", "average"]
panels = [stripes, *halves(stripes), shifted, *halves(shifted)]
titles = ["stripes", *names, "moved by one", *names]
axes = plots.images(panels, titles=titles, columns=4, frames=True, vmin=0, vmax=1)
for picture_of, name in ((stripes, "stripes"), (shifted, "moved by one")):
    print(f"{name:13}", {n: float(way.mean()) for n, way in zip(names, halves(picture_of), strict=True)})

# %% [markdown]
# **What to see:** "every other" is all black, or all white, depending on one pixel. This is called **aliasing**: what is too
# fine for the new size does not vanish, it comes back as something else. Max pooling says "black somewhere here" both times.
# The average tells the truth: gray. In photographs, and in feature maps, aliasing makes the answers of a network flicker when
# the picture moves. The remedy, known to every camera, is to blur a little before you shrink (R. Zhang, 2019).
#
# ## Global pooling instead of Flatten
#
# Back to the start of the chapter. There are two ways from maps to an answer. `Flatten` keeps every number, place and all.
# Global pooling keeps one number per map. Two more things speak for it. The dense layer behind it has few weights:

# %%
for side in (28, 56, 224):
    shape = (None, side, side, 64)
    flat = Flatten().compute_output_shape(shape)[1]
    pooled = GlobalAveragePooling2D().compute_output_shape(shape)[1]
    after = [f"{(size + 1) * 10:>10,}" for size in (flat, pooled)]
    print(f"64 maps of {side:3} x {side:3}: Dense(10) after Flatten {after[0]}, after pooling {after[1]}")

# %% [markdown]
# And it takes pictures of any size: the largest of a map is one number, however large the map. Give the model of the first
# section an input of unknown height and width, and its weights still fit.

# %%
any_size = Sequential([Input((None, None, 1))])
any_size.add(Conv2D(8, 5, strides=2, padding="same", activation="relu"))
any_size.add(Conv2D(32, 5, padding="same", activation="relu"))
any_size.add(GlobalMaxPooling2D())
any_size.add(Dense(10, activation="softmax"))
any_size.set_weights(keeps_one.get_weights())

wide = np.zeros((2000, 40, 90, 1), "float32")
wide[:, 8:36, 54:82] = x_test
right = np.mean(np.argmax(any_size.predict(wide[:500], verbose=0), axis=1) == y_test[:500])
print("pictures of", wide.shape[1:], "- more than 70 % right:", bool(right > 0.70))

# %% [markdown]
# It was trained on 28 × 28, and reads the digit on a page of 40 × 90. (A few points are lost: a page of that size holds windows
# that it never saw in training.) But it cannot say where the digit stands, nor read two digits in order:
# [chapter 13](13_locally_connected.ipynb) shows a task at which such a network fails.
#
# `GlobalMaxPooling` asks "is it there, somewhere?", `GlobalAveragePooling` "how much of it is there?". The second became
# the usual end of image networks after *Network in network* (2013). With `keepdims=True` both leave axes of size 1.
#
# On sequences of different lengths, the shorter ones are filled up, and a **mask** says which steps are real.
# `GlobalAveragePooling1D` is the one pooling layer that listens to it.

# %%
x = np.array([[2.0, 4.0, 0.0, 0.0]]).reshape(1, 4, 1)
mask = np.array([[True, True, False, False]])
print("mean of four:", np.ravel(GlobalAveragePooling1D()(x)))
print("mean of the two that are real:", np.ravel(GlobalAveragePooling1D()(x, mask=mask)))
print("largest:", np.ravel(GlobalMaxPooling1D()(x)), "- with keepdims:", GlobalMaxPooling1D(keepdims=True)(x).shape)

# %% [markdown]
# <div style="border-left: 4px solid #D55E00; padding: 1px 16px">
#
# **What the tutorials get wrong, or leave out**
#
# - *"Pooling Layer: It is used to perform max pooling operations on temporal data."* That is the description of one layer,
#   `MaxPooling1D`. There are eighteen (see the table above), and most are used on pictures. Some take no maximum.
# - The other tutorial lists a *"pooling locally connected layer"*. A comma is missing: they are two, and have nothing to do
#   with each other.
# - Neither says that pooling has no weights, that `strides` follows `pool_size`, or that the end of an odd input gets lost.
#
# </div>

# %%
frames = np.random.default_rng(0).normal(size=(2, 10, 8, 8, 3)).astype("float32")
for layer, x in [(MaxPooling1D(2), frames[:, :, 0, 0]), (MaxPooling2D(2), frames[:, 0]), (MaxPooling3D(2), frames)]:
    y = layer(x)
    print(f"{type(layer).__name__} {x.shape!s:18} -> {y.shape!s:16} weights: {len(layer.weights)}")


def attempt(action):
    """Do something that fails, and print what the error says."""
    try:
        action()
        print("no error")
    except (ValueError, TypeError) as error:
        for part in [f"{type(error).__name__}: {error}", *getattr(error, "__notes__", [])]:
            for line in part.splitlines():
                print(textwrap.fill(line, 90, subsequent_indent="    "))


attempt(lambda: MaxPooling1D(2, name="temporal")(frames[:, 0]))

# %% [markdown]
# <div style="border-left: 4px solid #0072B2; padding: 1px 16px">
#
# **Keras 1, 2 and 3**
#
# | | |
# |---|---|
# | Keras 1 | `MaxPooling1D(pool_length=2, stride=None, border_mode='valid')`; `MaxPooling2D(pool_size=(2, 2), strides=None, border_mode='valid', dim_ordering='default')` |
# | Keras 2 | `MaxPooling1D(pool_size=2, strides=None, padding='valid', data_format='channels_last')`, the same for all; short names such as `MaxPool2D`, `AvgPool2D`, `GlobalAvgPool2D` |
# | Keras 3 | as Keras 2, but `AveragePooling1D()` and its relatives without a `pool_size` are an error; Keras 2 took 2 |
#
# Keras 3 does not look at `padding` until the layer is called. layerlab refuses a wrong one at once, and also a window larger
# than its input, which gives an empty array in Keras on JAX.
#
# </div>

# %%
attempt(lambda: AveragePooling2D())
attempt(lambda: MaxPooling1D(pool_length=2))
attempt(lambda: MaxPooling2D(2, padding="full"))
attempt(lambda: MaxPooling2D(5, name="large")(np.zeros((1, 4, 4, 1), "float32")))

# %% [markdown]
# ## Try it

# %% [markdown]
# **1. Predict the shapes.** Pictures of 30 × 45 × 3 go through `Conv2D(8, 3)`, `MaxPooling2D()`, `Conv2D(16, 3)`,
# `MaxPooling2D((2, 3))`, `GlobalAveragePooling2D()` and `Dense(5)`. Which rows or columns get lost? How many weights are there?
#
# <details><summary>Answer</summary>
#
# (28, 43, 8) → (14, 21, 8), where one column gets lost → (12, 19, 16) → (6, 6, 16), where one column gets lost → (16,) → (5,).
# 224 + 1,168 + 85 = 1,477 weights.
#
# ```python
# layers = [Conv2D(8, 3), MaxPooling2D(), Conv2D(16, 3), MaxPooling2D((2, 3))]
# model = Sequential([Input((30, 45, 3)), *layers, GlobalAveragePooling2D(), Dense(5)])
# model.summary()
# assert model.count_params() == 1477
# ```
#
# </details>

# %%
# your turn: on paper first, then Sequential([Input((30, 45, 3)), ...]).summary()

# %% [markdown]
# **2. Min pooling.** There is no `MinPooling2D`. Make one of a `MaxPooling2D` and two minus signs. What does it do to the
# strokes of a digit?
#
# <details><summary>Answer</summary>
#
# −max(−x) is the smallest. Ink is 1, paper 0, so the strokes get thinner, and thin ones vanish.
#
# ```python
# (_, _), (pictures, _) = mnist10k.load_data()
# ink = pictures[:8, :, :, None].astype("float32") / 255
# thin = -np.asarray(MaxPooling2D(2)(-ink))
# plots.images([*ink[..., 0], *thin[..., 0]], columns=8)
# ```
#
# </details>

# %%
# your turn: -MaxPooling2D(2)(-x_test[:8])

# %% [markdown]
# **3. The gradient by hand.** Write `max_gradient(x, g)` for windows of 2 on a signal of even length: `g` is the gradient at
# the outputs, the result the gradient at the inputs. Let the first win in a tie. Check with `Tape`.
#
# <details><summary>Answer</summary>
#
# ```python
# def max_gradient(x, g):
#     pairs = x.reshape(-1, 2)
#     found = np.zeros_like(pairs)
#     found[np.arange(len(pairs)), pairs.argmax(axis=1)] = g
#     return found.ravel()
#
#
# x = np.array([1.0, 4, 3, 3, 5, 2], "float32")
# with Tape() as tape:
#     watched = tape.watch(x.reshape(1, 6, 1))
#     total = np.sum(MaxPooling1D(2)(watched) * np.array([10.0, 20, 30], "float32").reshape(1, 3, 1))
# expected = np.ravel(tape.gradient(total, watched))
# assert np.array_equal(max_gradient(x, np.array([10, 20, 30])), expected)
# ```
#
# `argmax` gives the first of the largest, just as needed.
#
# </details>

# %%
# your turn: def max_gradient(x, g): ...

# %% [markdown]
# **4. Average instead of max.** Train the second network of the first section with `GlobalAveragePooling2D()` instead of
# `GlobalMaxPooling2D()`. Which one reads digits better? Why?
#
# <details><summary>Answer</summary>
#
# The maximum does, here: after three epochs the average is several points behind. A digit is told by whether a stroke of some
# form is *there*. In the average, a stroke that fills three of 64 places counts little, and its strength and its length are
# mixed up.
#
# </details>

# %%
# your turn: keeps_mean = reader(GlobalAveragePooling2D())

# %% [markdown]
# The exercises of this chapter, which check your answers and name the slip: [exercises](../exercises/12_pooling.ipynb).
#
# ## Five quick questions

# %% [markdown]
# **1.** How many weights has `MaxPooling2D(3)` on 64 channels?
#
# <details><summary>Answer</summary>
#
# None. There is nothing to learn in a maximum.
#
# </details>

# %% [markdown]
# **2.** What is the output shape of `MaxPooling2D()` on `(None, 7, 7, 32)`?
#
# <details><summary>Answer</summary>
#
# `(None, 3, 3, 32)`: windows of 2 × 2, moved by 2, and the last row and column are left out.
#
# </details>

# %% [markdown]
# **3.** A window holds 2, 8, 3, 8. Which of the four gets the gradient of the maximum?
#
# <details><summary>Answer</summary>
#
# The first 8, all of it. In global max pooling the two 8s share it.
#
# </details>

# %% [markdown]
# **4.** Does a network with `MaxPooling2D(2)` give the same answer when the picture moves by one pixel?
#
# <details><summary>Answer</summary>
#
# Not in general. It is less sensitive to the move, but windows have fixed borders, and what crosses one moves to
# another output.
#
# </details>

# %% [markdown]
# **5.** Why can a network that ends in global pooling take pictures of different sizes, and one with `Flatten` cannot?
#
# <details><summary>Answer</summary>
#
# Global pooling gives one number per channel, whatever the size, so the dense layer behind it always gets the same number of
# inputs. After `Flatten` their number grows with the picture.
#
# </details>

# %% [markdown]
# ## Further reading
#
# - Keras documentation: [Pooling layers](https://keras.io/api/layers/pooling_layers/).
# - M. Lin, Q. Chen, S. Yan, ["Network in network"](https://arxiv.org/abs/1312.4400), 2013: global average pooling instead
#   of dense layers.
# - J. Springenberg and others, ["Striving for simplicity: the all convolutional net"](https://arxiv.org/abs/1412.6806), 2014:
#   strides instead of pooling.
# - R. Zhang, ["Making convolutional networks shift-invariant again"](https://arxiv.org/abs/1904.11486), ICML 2019: aliasing in
#   networks, and blurring as the remedy.
# - A. Azulay, Y. Weiss, ["Why do deep convolutional networks generalize so poorly to small image
#   transformations?"](https://arxiv.org/abs/1805.12177), *JMLR* 20 (2019): measured on large networks.
# - B. Zhou and others, ["Learning deep features for discriminative localization"](https://arxiv.org/abs/1512.04150), CVPR 2016:
#   what global average pooling reveals about where a network looks.
#
# **Next:** [13 · Locally connected layers](13_locally_connected.ipynb).
