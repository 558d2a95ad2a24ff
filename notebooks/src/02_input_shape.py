# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3 (ipykernel)
#     language: python
#     name: python3
# ---

# %% [markdown]
# # 2 · Input shape
#
# **When you have finished this chapter, you can**
#
# - read any shape aloud, `(3, 4, 2)` included, and draw the array that has it;
# - turn words, pictures and videos into arrays, and say what each axis counts;
# - say where the batch axis is, and why `input_shape=(16,)` leaves it out;
# - predict the shape after every layer of a model;
# - understand the error messages about shapes, and the mistakes that give none.
#
# **You need** [chapter 1](01_what_is_a_layer.ipynb), or its main point: a dense layer computes
# `activation(x @ kernel + bias)`. **Time:** 30 minutes.

# %%
import math
import textwrap
import warnings
from ast import literal_eval

import matplotlib.pyplot as plt
import numpy as np

from layerlab import plots
from layerlab.datasets import first_names, mnist10k, photograph
from layerlab.layers import Dense, Dropout, Flatten, Input, Permute, RepeatVector, Reshape
from layerlab.models import Sequential
from layerlab.utils import set_random_seed

np.set_printoptions(precision=4, suppress=True)
plots.use_style()

# %% [markdown]
# ## One digit in, twenty-eight answers out
#
# Here is a picture of a handwritten digit, and a model that gives ten probabilities. Somebody wrote `Input((28,))`,
# because the pictures are 28 pixels wide. One picture goes in.

# %%
(train_pictures, y_train), (test_pictures, y_test) = mnist10k.load_data()
digit = test_pictures[0] / 255

set_random_seed(0)
model = Sequential([Input((28,)), Dense(10, activation="softmax")])
answers = np.asarray(model(digit))

figure, (left, right) = plt.subplots(1, 2, figsize=(8, 3.6), layout="constrained")
plots.heatmap(digit, title=f"in: one picture {digit.shape}", ax=left)
plots.heatmap(
    answers,
    xlabel="digit (darker: more probable)",
    ylabel="sample, says the model",
    title=f"out: {answers.shape}",
    limits=(0, answers.max()),
    square=False,
    ax=right,
)
print("pictures in: 1, answers out:", len(answers))

# %% [markdown]
# No error. No warning. Twenty-eight answers to one question.
#
# The model took the 28 *rows* of the picture for 28 *samples* of 28 numbers each. The shapes fitted, so it went ahead.
# **A shape says how many. It never says of what.** That is for you to know, and this chapter is about knowing it.
#
# ## A shape is a tuple of counts
#
# An array is a block of cells with a number in each. Its shape says how many cells there are along each **axis**.
# `(4, 2)` has two axes: four rows, two columns.

# %%
plots.array_cells((4, 2))
print(np.zeros((4, 2)))

# %% [markdown]
# **What to see:** every cell shows its **index**: which row, which column, counted from 0. Row first, column second. There
# are $4 \times 2 = 8$ cells.
#
# Add an axis *in front*, and you get several such tables. `(3, 4, 2)` reads: **three collections of four rows and two
# columns**.

# %%
plots.array_cells((3, 4, 2), highlight=(2, 1, 0))
print(np.zeros((3, 4, 2)))

# %% [markdown]
# **What to see:** each sheet is a `(4, 2)` table like the one before. The filled cell has the index `[2, 1, 0]`: last
# collection, second row, first column. This is how NumPy prints it: one table after another, with an empty line between.
#
# <div style="border-left: 4px solid #D55E00; padding: 1px 16px">
#
# **The tutorial has it the wrong way round.** It calls `(3, 4, 2)` "three collections of 4x2 matrix (two rows and four
# columns)". It is four rows and two columns, as in its own example just before. Rows come first. The outputs printed
# there are not what NumPy prints, either: compare them with the cells above.
#
# </div>
#
# Read a shape from left to right, from the outside in. A function that finds the shape of nested lists does just that:


# %%
def shape_of(nested):
    if not isinstance(nested, list):
        return ()
    return (len(nested), *shape_of(nested[0]))


nested = np.zeros((3, 4, 2)).tolist()
print("by hand:", shape_of(nested))
print("NumPy:  ", np.shape(nested))

# %% [markdown]
# Play with the sizes and the index. (Without a running kernel you see nothing under the next cell; the picture above
# is one of its settings.)

# %% tags=["nbval-ignore-output"]
from ipywidgets import interact


def draw(collections=3, rows=4, columns=2, i=2, j=1, k=0):
    """An array of the chosen shape with one cell filled; an index out of range fills nothing."""
    plots.array_cells((collections, rows, columns), highlight=(i, j, k))
    plt.show()


sizes = {"collections": (1, 4), "rows": (1, 6), "columns": (1, 4)}
control = interact(draw, **sizes, i=(0, 3), j=(0, 5), k=(0, 3))

# %% [markdown]
# ### The comma matters
#
# A shape with one axis needs its comma. `(16)` is only the number 16 in parentheses.

# %%
for text in ("(16,)", "(16)"):
    print(f"{text:5} is of type", type(literal_eval(text)).__name__)

# %% [markdown]
# And four numbers are not always the same four numbers. Here are three different arrays of four cells.

# %%
figure, axes = plt.subplots(1, 3, figsize=(8, 2.6), width_ratios=[1.3, 0.8, 1.3])
for ax, shape in zip(axes, [(4,), (4, 1), (1, 4)], strict=True):
    plots.array_cells(shape, ax=ax)
    print(f"{shape!s:7} axes: {len(shape)}, cells: {math.prod(shape)}")

# %% [markdown]
# `(4,)` has one axis: it is neither a row nor a column. `(4, 1)` is four rows of one number, `(1, 4)` one row of four.
# To a layer these are three different things: the second is four samples, the third is one sample, and the first is no
# batch at all.
#
# <div style="border-left: 4px solid #0072B2; padding: 1px 16px">
#
# **"Dimension" has two meanings.** A list of 16 numbers is called a 16-dimensional vector, and it is a 1-dimensional
# array. To stay out of trouble, this course says **axis** for the second meaning: `(3, 4, 2)` has three axes,
# and NumPy calls that number `ndim`.
#
# </div>
#
# ## How the cells lie in memory
#
# Memory has only one axis. NumPy puts the cells one after another, row by row: the last index changes fastest.
# The number in each cell below is its place.

# %%
plots.array_cells((3, 4, 2), show="order", highlight=(2, 1, 0))
print("place of [2, 1, 0]:", np.arange(24).reshape(3, 4, 2)[2, 1, 0])

# %% [markdown]
# To go one step along an axis, you jump over everything that lies inside of it: one step along axis 0 jumps over
# $4 \times 2 = 8$ cells, along axis 1 over 2, along axis 2 over 1. So for the shape $(s_0, s_1, s_2)$
#
# $$\text{place of } [i, j, k] \;=\; (i \cdot s_1 + j)\cdot s_2 + k .$$


# %%
def place(index, shape):
    position = 0
    for i, size in zip(index, shape, strict=True):
        position = position * size + i
    return position


shape = (3, 4, 2)
same = [place(cell, shape) == np.ravel_multi_index(cell, shape) for cell in np.ndindex(shape)]
print("[2, 1, 0] lies at", place((2, 1, 0), shape))
print("NumPy agrees for all", len(same), "cells:", all(same))

# %% [markdown]
# This is all there is to `Flatten`: it reads the cells of each sample in this order. And to `reshape`: same cells, same
# order, counted in another way. Nothing is moved or copied.

# %%
block = np.arange(24, dtype="float32").reshape(1, 3, 4, 2)
flat = np.asarray(Flatten()(block))
print("Flatten:", block.shape, "->", flat.shape)
print("in the order of memory:", bool((flat[0] == np.arange(24)).all()))
print("reshape keeps the same memory:", np.shares_memory(block, block.reshape(6, 4)))

# %% [markdown]
# ## From things to arrays
#
# Layers take arrays of numbers. So whatever you want to feed them, you have to write as one. The art is to say what each
# axis counts.
#
# ### Text: one row per letter
#
# Take first names. There are 26 letters, and a dot to fill up short names: 27 signs. Each letter becomes a row of 27
# numbers: all 0, but for a 1 in its own column. This is called **one-hot**.

# %%
SIGNS = "abcdefghijklmnopqrstuvwxyz."
names = first_names.load_data()
longest = max(len(name) for name in names)


def encode(names):
    padded = [name.ljust(longest, ".") for name in names]
    codes = np.array([[SIGNS.index(letter) for letter in name] for name in padded])
    return np.eye(27, dtype="float32")[codes]


letters = encode(["grace"])[0]
plots.one_hot(letters, "grace".ljust(longest, "."), SIGNS, title=f"one name {letters.shape}")
print(f"{len(names):,} names, the longest of {longest} letters:", encode(names).shape)

# %% [markdown]
# **What to see:** one filled square per row. The shape of a sample is *(letters, signs)*. The shape of all the names together
# has one axis more, in front: which name. (A layer called `Embedding` makes better rows than
# these: [chapter 15](15_embedding.ipynb).)
#
# ### Images: rows, columns, and sometimes colors
#
# A gray picture is a table of brightness. Here are 12 × 12 of the 28 × 28 pixels of a digit.

# %%
corner = test_pictures[0][4:16, 8:20]
plots.pixel_values(corner, title=f"a piece of a digit {corner.shape}")
print("one digit:", test_pictures[0].shape, "- all training digits:", train_pictures.shape)

# %% [markdown]
# **What to see:** row 0 is on top, and the row comes first in the index. So a picture's shape is *(height, width)*:
# the other way round from the "640 × 480" on a screen.
#
# A color photograph has three numbers per pixel: red, green and blue. They form the last axis, the **channels**. Here
# is Rear Admiral Grace Hopper, who wrote one of the first compilers.

# %%
photo = photograph.load_data()[:, 32:224]
channels = [photo, *(photo[:, :, c] for c in range(3))]
titles = [f"photo {photo.shape}", "red [:, :, 0]", "green [:, :, 1]", "blue [:, :, 2]"]
axes = plots.images(channels, titles=titles, columns=4, cmap="gray", vmin=0, vmax=255)
print("the photograph:", photo.shape, "- one channel of it:", photo[:, :, 0].shape)

# %% [markdown]
# **What to see:** the red stripes of the flag, at the lower left, are dark in green and blue, and brighter in red: red cloth
# sends back red light. The blue wall behind her is brightest in blue. 256 rows, 192 columns, 3 channels.
#
# Keras puts the channels last, and calls that `channels_last`. Other libraries, and some older code, put them first. A
# shape such as `(3, 256, 192)` gives it away.
#
# ### Video: pictures in a row
#
# A video is a picture for each moment: *(frames, height, width, channels)*. Let us make one.


# %%
def frame(t):
    row, column = np.mgrid[:24, :24]
    height = 19 - 15 * abs(np.sin(0.45 * t + 0.4))
    ball = (row - height) ** 2 + (column - 4 - 2.2 * t) ** 2 < 10
    return ball[:, :, np.newaxis].astype("float32")


video = np.stack([frame(t) for t in range(8)])
titles = [f"frame {t}" for t in range(8)]
axes = plots.images(video[..., 0], titles=titles, columns=8, frames=True)
print("one video:", video.shape, "- a batch of one:", video[np.newaxis].shape)

# %% [markdown]
# Here they are together. The batch is the same every time: one axis more, in front.
#
# | what | one sample | a batch of N | what the axes count |
# |---|---|---|---|
# | a row of a table | `(16,)` | `(N, 16)` | features |
# | a name, one-hot | `(11, 27)` | `(N, 11, 27)` | letters, signs |
# | a second of stereo sound | `(44100, 2)` | `(N, 44100, 2)` | moments, channels |
# | a gray picture | `(28, 28)` | `(N, 28, 28)` | rows, columns |
# | a gray picture for a convolution | `(28, 28, 1)` | `(N, 28, 28, 1)` | rows, columns, channels |
# | a photograph | `(256, 192, 3)` | `(N, 256, 192, 3)` | rows, columns, channels |
# | a video | `(8, 24, 24, 1)` | `(N, 8, 24, 24, 1)` | frames, rows, columns, channels |

# %% [markdown]
# ## The batch axis
#
# Layers do not take samples. They take **batches** of samples. Axis 0 counts the samples: always, for every
# layer. Because it is always there, and may have any size, `input_shape=(16,)` and `Input((16,))` leave it out.

# %%
figure, axes = plt.subplots(1, 2, figsize=(8, 2.6), layout="constrained")
plots.array_cells((4,), names=["features"], title="one sample: (4,)", ax=axes[0])
names_of_axes = ["samples", "features"]
plots.array_cells((3, 4), names=names_of_axes, title="a batch: (3, 4)", highlight=1, ax=axes[1])

set_random_seed(0)
tutorial = Sequential(name="tutorial")
tutorial.add(Input((16,)))
tutorial.add(Dense(32, activation="relu"))
tutorial.add(Dense(16, activation="relu"))
tutorial.add(Dense(8))
print("you write (16,), the model means", tutorial.input_shape)

# %% [markdown]
# `None` stands for "any number". Batches of one, five or a thousand are all welcome:

# %%
for count in (1, 5, 1000):
    print((count, 16), "->", tutorial(np.zeros((count, 16), "float32")).shape)

# %% [markdown]
# And a single sample, without the batch axis? Now there *is* an error, and it says what is missing.


# %%
def attempt(action):
    """Do something that fails, and print what the error says."""
    try:
        action()
        print("no error")
    except (ValueError, TypeError) as error:
        message = f"{type(error).__name__}: {error}"
        for part in [message, *getattr(error, "__notes__", [])]:
            for line in part.splitlines():
                print(textwrap.fill(line, 90, subsequent_indent="    "))


sample = np.zeros(16, "float32")
attempt(lambda: tutorial(sample))

# %% [markdown]
# The remedy is to make a batch of one. `sample[np.newaxis]` and `sample[None]` put an axis of size 1 in front.

# %%
print(sample.shape, "->", sample[np.newaxis].shape, "->", tutorial(sample[np.newaxis]).shape)

# %% [markdown]
# Samples in a batch do not see each other. Each row of the output depends on its own row of the input alone: mix the
# rows, and the outputs are mixed the same way.

# %%
rng = np.random.default_rng(0)
batch = rng.normal(size=(5, 16)).astype("float32")
mixed = rng.permutation(5)
together = np.asarray(tutorial(batch))
alone = np.concatenate([tutorial(batch[i : i + 1]) for i in range(5)])
print("one by one, the same:", np.allclose(together, alone, atol=1e-5))
print("mixed, the same:     ", np.allclose(tutorial(batch[mixed]), together[mixed], atol=1e-5))

# %% [markdown]
# So the size of the batch is no property of the model. It is a choice for training: `fit(..., batch_size=32)` takes 32
# samples for each step. 8,000 digits make 250 steps an epoch.
#
# ## How a shape flows through a model
#
# You know the input shape. Each layer turns it into an output shape, which is the input shape of the next. No data is
# needed for that: every layer can say it with `compute_output_shape`.

# %%
set_random_seed(1)
reader = Sequential(name="reader")
reader.add(Input((28, 28)))
reader.add(Flatten())
reader.add(Dense(128, activation="relu"))
reader.add(Dropout(0.2))
reader.add(Dense(10, activation="softmax"))

shape = reader.input_shape
print(f"{'input':9}", shape)
for layer in reader.layers:
    shape = layer.compute_output_shape(shape)
    print(f"{type(layer).__name__:9}", shape)

# %% [markdown]
# The same as a picture:

# %%
steps = plots.shape_flow(reader, title="a digit flows through a model")
print("weights in each layer:", [weights for _, _, weights in steps[1:]])

# %% [markdown]
# **What to see:** a square becomes a long bar (784 = 28 × 28), then shorter ones. `Flatten` and `Dropout` hold no
# weights. The bars show the size roughly: each doubling adds the same length.
#
# The rules for the simple layers fit in a dozen lines. Guess them first, then read.


# %%
def output_shape(layer, shape):
    match layer:
        case Dense():
            return (*shape[:-1], layer.units)
        case Flatten():
            return (shape[0], math.prod(shape[1:]))
        case Reshape():
            return (shape[0], *layer.target_shape)
        case Permute():
            return (shape[0], *(shape[axis] for axis in layer.dims))
        case RepeatVector():
            return (shape[0], layer.n, shape[1])
    return shape


# %% [markdown]
# Is that what the library says?

# %%
trials = [
    (Dense(8), (None, 16)),
    (Dense(8), (None, 11, 27)),
    (Flatten(), (None, 3, 4, 2)),
    (Reshape((2, 12)), (None, 3, 4, 2)),
    (Permute((2, 1)), (None, 11, 27)),
    (RepeatVector(5), (None, 16)),
    (Dropout(0.5), (None, 28, 28)),
]
for layer, before in trials:
    after = tuple(layer.compute_output_shape(before))
    agrees = output_shape(layer, before) == after
    print(f"{type(layer).__name__:12} {before!s:15} -> {after!s:15} rule agrees: {agrees}")

# %% [markdown]
# Look at the second line. `Dense` changes **the last axis only**, and treats all the axes before it like a batch: each
# of the 11 letters goes through the same kernel of shape `(27, 8)`. Now you know what happened at the start of this
# chapter, too: to `Dense`, the last axis is the features, and everything else is "how many".

# %%
per_letter = Dense(8)
encoded = np.asarray(per_letter(encode(["grace", "ada"])))
same_kernel = encode(["grace", "ada"]) @ per_letter.get_weights()[0]
print("kernel", per_letter.kernel.shape, "- output", encoded.shape)
print("each letter times the same kernel:", np.allclose(encoded, same_kernel, atol=1e-5))

# %% [markdown]
# ## Same shape, other meaning
#
# Errors about shapes are the friendly kind: they stop you. Here is the unfriendly kind. Somebody has the pictures as one
# big array with the 784 pixels first, `(784, 8000)`, and needs `(8000, 784)`. Two ways to get there:

# %%
x_train = train_pictures.reshape(8000, 784).astype("float32") / 255
x_test = test_pictures.reshape(2000, 784).astype("float32") / 255
pixels_first = np.ascontiguousarray(x_train.T)

turned = pixels_first.T
reshaped = pixels_first.reshape(8000, 784)
print("both have the shape", turned.shape, "and", reshaped.shape)
both = np.concatenate([turned[4140:4147], reshaped[4140:4147]]).reshape(14, 28, 28)
axes = plots.images(both, titles=[".T"] * 7 + [".reshape"] * 7, columns=7, frames=True)

# %% [markdown]
# **What to see:** `.T` exchanges the axes, and the digits are digits. `.reshape` keeps the order in memory and only counts
# anew: each "picture" is a slice of one pixel through hundreds of digits. Same shape, same numbers, all in the wrong
# place.
#
# Does a model notice? It trains without complaint.


# %%
def accuracy_after_training(pictures):
    set_random_seed(2)
    model = Sequential([Input((784,)), Dense(10, activation="softmax")])
    model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
    model.fit(pictures, y_train, epochs=3, verbose=0)
    return model.evaluate(x_test, y_test, verbose=0)[1]


right, wrong = accuracy_after_training(turned), accuracy_after_training(reshaped)
print("with .T, more than 85 % of the test digits are right:  ", right > 0.85)
print("with .reshape, fewer than 25 % (guessing would be 10 %):", wrong < 0.25)

# %% [markdown]
# So look at your data *after* you have shaped it. One picture of a sample is worth a hundred printed shapes.
#
# ## The errors people meet
#
# Each of these has cost someone an afternoon. Try to say what is wrong before you read the message.
#
# **Too few features.** The model was built for 16 numbers a sample, and gets 15.

# %%
attempt(lambda: tutorial(np.zeros((5, 15), "float32")))

# %% [markdown]
# **Pictures for a model that wants rows.** Remedy: flatten them, or put a `Flatten` in front.

# %%
rows_only = Sequential([Input((784,)), Dense(10)])
attempt(lambda: rows_only(np.zeros((5, 28, 28), "float32")))

# %% [markdown]
# **The number of samples written into the shape.** There are 8,000 training pictures, but `Input((8000, 784))` announces
# *samples* of 8,000 rows each. Remedy: leave the batch axis out. (The message ends with two guesses. Here the second is
# right: the data are fine, the model is not.)

# %%
too_much = Sequential([Input((8000, 784)), Dense(10)])
print("the model expects", too_much.input_shape)
attempt(lambda: too_much(x_train))

# %% [markdown]
# **The comma forgotten.** `Input((16))` is the same as `Input(16)`.

# %%
attempt(lambda: Input(16))

# %% [markdown]
# **A shape that does not divide.** 16 numbers cannot be laid out as 5 × 5.

# %%
attempt(lambda: Reshape((5, 5))(np.zeros((1, 16), "float32")))

# %% [markdown]
# **A list instead of an array.** A list of lists has no shape that a layer could ask for. Remedy: `np.array(...)`.

# %%
attempt(lambda: tutorial([[0.0] * 16]))

# %% [markdown]
# **Ten samples, nine labels.**

# %%
tutorial.compile(optimizer="sgd", loss="mse")
attempt(lambda: tutorial.fit(np.zeros((10, 16)), np.zeros((9, 8)), verbose=0))

# %% [markdown]
# **No shape at all.** A model without `Input` does not know its shapes before it has seen data. Until then it has no
# weights to count.

# %%
shapeless = Sequential([Dense(8)])
attempt(lambda: shapeless.count_params())
shapeless(np.zeros((5, 16), "float32"))
print("after the first batch:", shapeless.count_params(), "parameters")

# %% [markdown]
# <div style="border-left: 4px solid #D55E00; padding: 1px 16px">
#
# **What the tutorials get wrong, or leave out**
#
# - *"Three collections of 4x2 matrix (two rows and four columns)."* Four rows, two columns: see above.
# - *"Just a tuple or pair of integers."* A shape has as many integers as the array has axes: one, two, five, or none for
#   a single number.
# - They never mention the batch axis. `input_shape=(16,)` means batches of shape `(N, 16)`, and a single sample of
#   shape `(16,)` is refused.
# - *"All types of input data are first converted into arrays of numbers."* True. But how, and which axis then counts what,
#   is the part that goes wrong, and they leave it out.
# - A layer *"requires"* the input shape, they say. It does not. Without it, the layer makes its weights when it first
#   sees data.
# - They name an array `input`. That hides Python's own function `input()`, as the next cell shows.
# - They write `input_shape=(784,)` into every layer they add, one after another to the same model. Only in the first layer
#   does it mean anything.
#
# </div>

# %%
import builtins

input = np.zeros((4, 2))  # as the tutorials do
print("input can be called:", callable(input), "- Python's own could:", callable(builtins.input))
del input

with warnings.catch_warnings(record=True):
    warnings.simplefilter("always")
    late = Sequential([Input((16,)), Dense(32), Dense(8, input_shape=(784,))])
print("kernel of the second layer:", late.layers[1].kernel.shape, "- its input_shape=(784,) was ignored")

# %% [markdown]
# <div style="border-left: 4px solid #0072B2; padding: 1px 16px">
#
# **Keras 1, 2 and 3**
#
# | | the input shape | channels |
# |---|---|---|
# | Keras 1 | `input_dim=16` or `input_shape=(16,)` in the first layer; `batch_input_shape=(32, 16)` with a fixed batch | `dim_ordering='tf'` or `'th'` |
# | Keras 2 | the same | `data_format='channels_last'` or `'channels_first'` |
# | Keras 3 | `Input((16,))` in front; `input_shape=` and `input_dim=` still run, with a warning; `batch_input_shape=` is refused: write `Input(batch_shape=(32, 16))` | as in Keras 2 |
#
# In Keras 2 and 3, `input_shape` on any layer but the first has no effect. layerlab follows Keras 3.
#
# </div>

# %% [markdown]
# ## Try it

# %% [markdown]
# **1. Read aloud.** What is `(32, 10, 64, 64, 3)`, if it is a batch of something you know?
#
# <details><summary>Answer</summary>
#
# 32 videos of 10 frames, each frame 64 rows by 64 columns, in color (3 channels).
#
# </details>

# %%
# your turn: say it; then make a smaller array of that kind with np.zeros and look at len(...) of its parts

# %% [markdown]
# **2. Predict.** `Input((12,))`, then `RepeatVector(5)`, `Dense(7)`, `Permute((2, 1))`, `Flatten()`, `Dense(2)`. Write down
# the shape after each layer and the number of weights, then check with `plots.shape_flow`.
#
# <details><summary>Answer</summary>
#
# `(None, 12)` → `(None, 5, 12)` → `(None, 5, 7)` → `(None, 7, 5)` → `(None, 35)` → `(None, 2)`. Weights: 0,
# (12 + 1) × 7 = 91, 0, 0, (35 + 1) × 2 = 72.
#
# ```python
# layers = [Input((12,)), RepeatVector(5), Dense(7), Permute((2, 1)), Flatten(), Dense(2)]
# plots.shape_flow(Sequential(layers))
# ```
#
# </details>

# %%
# your turn: plots.shape_flow(Sequential([Input((12,)), ...]))

# %% [markdown]
# **3. Back again.** Write `index_of(place, shape)`, the inverse of `place`: from the position in memory to the index.
#
# <details><summary>Answer</summary>
#
# ```python
# def index_of(place, shape):
#     index = []
#     for size in reversed(shape):
#         place, i = divmod(place, size)
#         index.insert(0, i)
#     return tuple(index)
# ```
#
# `index_of(18, (3, 4, 2))` gives `(2, 1, 0)`. NumPy has it as `np.unravel_index`.
#
# </details>

# %%
# your turn: index_of(18, (3, 4, 2)) is (2, 1, 0)

# %% [markdown]
# **4. Repair.** Mend the model of the first section so that one picture gives one answer. There are two places where you
# could do it.
#
# <details><summary>Answer</summary>
#
# In the model: `Sequential([Input((28, 28)), Flatten(), Dense(10, activation="softmax")])`, called with
# `digit[np.newaxis]`. Or in the data: `Input((784,))`, called with `digit.reshape(1, 784)`.
#
# </details>

# %%
# your turn: repaired = Sequential([Input(...), ...]), then repaired(...).shape

# %% [markdown]
# The exercises of this chapter, which check your answers and name the slip:
# [exercises](../exercises/02_input_shape.ipynb).

# %% [markdown]
# ## Five quick questions

# %% [markdown]
# **1.** An array has the shape `(6, 5)`. How many rows, how many columns? What is the index of the last cell?
#
# <details><summary>Answer</summary>
#
# Six rows, five columns. The last cell is `[5, 4]`.
#
# </details>

# %% [markdown]
# **2.** Your data have the shape `(1000, 20)`: a thousand samples. What do you write in `Input(...)`?
#
# <details><summary>Answer</summary>
#
# `Input((20,))`. The batch axis is left out.
#
# </details>

# %% [markdown]
# **3.** What is the `None` in `(None, 16)`?
#
# <details><summary>Answer</summary>
#
# The size of the batch, which may be anything.
#
# </details>

# %% [markdown]
# **4.** `Dense(5)` gets `(32, 10, 64)`. What comes out, and what is the shape of its kernel?
#
# <details><summary>Answer</summary>
#
# `(32, 10, 5)`; the kernel is `(64, 5)`.
#
# </details>

# %% [markdown]
# **5.** When do `a.T` and `a.reshape(a.shape[::-1])` differ?
#
# <details><summary>Answer</summary>
#
# They always have the same shape. But `.T` exchanges rows and columns, while `reshape` leaves the numbers in their
# order. For a table of more than one row and more than one column, the cells hold other numbers (unless the numbers
# happen to agree).
#
# </details>

# %% [markdown]
# ## Further reading
#
# - Keras documentation: [The Sequential model](https://keras.io/guides/sequential_model/), on models with and without an
#   input shape, and [Input object](https://keras.io/api/layers/core_layers/input/).
# - NumPy documentation: [the absolute basics](https://numpy.org/doc/stable/user/absolute_beginners.html), on axes and shapes,
#   and [the ndarray](https://numpy.org/doc/stable/reference/arrays.ndarray.html), on the layout in memory.
# - C. R. Harris and others, "Array programming with NumPy", *Nature* 585 (2020) 357–362.
# - A. Rogozhnikov, "Einops: clear and reliable tensor manipulations with Einstein-like notation", *ICLR* 2022: a
#   notation in which axes have names, against the mistakes of this chapter.
#
# **Next:** [3 · Initializers](03_initializers.ipynb).
