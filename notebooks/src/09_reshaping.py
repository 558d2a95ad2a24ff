# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3 (ipykernel)
#     language: python
#     name: python3
# ---

# %% [markdown]
# # 9 · `Flatten`, `Reshape`, `Permute`, `RepeatVector`
#
# **When you have finished this chapter, you can**
#
# - say which of `Reshape` and `Permute` moves numbers, and which only counts them anew;
# - predict the output of all four layers, number by number, and write each in a line or two of NumPy;
# - undo each of them, and say what happens to a gradient on its way back;
# - cut a picture into patches with nothing but `Reshape` and `Permute`;
# - tell when a wrong order ruins a model, and when it does not matter at all.
#
# **You need** [chapter 2](02_input_shape.ipynb): shapes, the batch axis, and how cells lie in memory.
# **Time:** 30 minutes.

# %%
import textwrap

import matplotlib.pyplot as plt
import numpy as np

from layerlab import plots
from layerlab.autodiff import gradient
from layerlab.datasets import mnist10k, photograph
from layerlab.layers import Dense, Flatten, Input, Permute, RepeatVector, Reshape, SimpleRNN
from layerlab.models import Sequential
from layerlab.optimizers import Adam
from layerlab.utils import set_random_seed

np.set_printoptions(precision=4, suppress=True)
plots.use_style()

# %% [markdown]
# ## Two layers, one shape, one of them wrong
#
# A photograph is an array of rows, columns and channels: `(256, 256, 3)`. Some libraries want the channels first:
# `(3, 256, 256)`. Two layers give this shape, and neither complains.

# %%
photo = photograph.load_data()
batch = photo[np.newaxis]

permuted = Permute((3, 1, 2))(batch)
reshaped = Reshape((3, 256, 256))(batch)
print("Permute:", permuted.shape, " Reshape:", reshaped.shape)
print("same numbers, counted:", np.array_equal(np.sort(permuted, None), np.sort(reshaped, None)))

# %% [markdown]
# Now look at the three channels, and put each result together again as a color picture.

# %%
titles = ["Permute: [0], red", "[1], green", "[2], blue", "in color"]
titles += ["Reshape: [0]", "[1]", "[2]", "in color"]
pictures = []
for result in (permuted[0], reshaped[0]):
    pictures += [*result, np.moveaxis(result, 0, -1)]
axes = plots.images(pictures, titles=titles, columns=4, cmap="gray", vmin=0, vmax=255)

# %% [markdown]
# **What to see:** above, three gray pictures: how much red, green and blue there is. Below, each "channel" holds a third of
# the photograph's rows: every row is cut into three pieces that lie one under the other, and red, green and blue
# stand side by side. The *shape* is what was asked for. The *numbers* are in the wrong places.
#
# Everything about these layers comes down to one question: **does it keep the order of the numbers, or move them?**
#
# ## Follow the colors
#
# Take six numbers. Each has a color, and keeps it.

# %%
x = np.arange(6, dtype="float32").reshape(1, 2, 3)
arrays = {"x": x[0], "Reshape((3, 2))": Reshape((3, 2))(x)[0], "Permute((2, 1))": Permute((2, 1))(x)[0]}
axes = plots.rearranged(arrays)
print("order in memory kept by Reshape:", np.array_equal(Reshape((3, 2))(x).ravel(), x.ravel()))
print("order in memory kept by Permute:", np.array_equal(Permute((2, 1))(x).ravel(), x.ravel()))

# %% [markdown]
# **What to see:** the lowest row shows the numbers as they lie in memory: row by row, the last index changing fastest.
# This is called **C order**.
#
# - `Reshape` leaves that row alone and breaks it at other places. 2, which was at the end of a row, starts one now.
# - `Permute` exchanges the axes: rows become columns. Neighbors in a row become neighbors in a column, and the order in
#   memory is another one.
#
# With the photograph, the three numbers of a pixel lie side by side in memory: red, green, blue, red, green, blue. Four
# pixels are enough to see what went wrong.

# %%
tiny = np.arange(12).reshape(1, 2, 2, 3)  # 2 x 2 pixels of 3 channels
arrays = {"rows, columns, channels": tiny[0], "Permute((3, 1, 2))": Permute((3, 1, 2))(tiny)[0]}
arrays["Reshape((3, 2, 2))"] = Reshape((3, 2, 2))(tiny)[0]
arrays["Flatten()"] = Flatten()(tiny)[0]
axes = plots.rearranged(arrays, columns=2)

# %% [markdown]
# **What to see:** `[0]` of the permuted array holds 0, 3, 6, 9: the first channel of the four pixels. `[0]` of the
# reshaped one holds 0, 1, 2, 3: the first pixel, and a third of the second one. `Flatten` keeps the order in memory too:
# it is a `Reshape` to one axis.
#
# ## As formulas
#
# Let $n$ count the samples. The batch axis is never touched.
#
# $$\text{Permute((2, 1)):}\quad y_{n,i,j} = x_{n,j,i}$$
#
# $$\text{Reshape:}\quad y_{n,i,j} = x_{n,i',j'} \quad\text{where } [i, j] \text{ and } [i', j'] \text{ have the same place in memory}$$
#
# $$\text{RepeatVector(n):}\quad y_{n,t,i} = x_{n,i} \quad\text{for every } t$$
#
# In NumPy: slowly and cell by cell first, so that nothing is hidden.


# %%
def my_reshape(x, target_shape):
    y = np.empty((len(x), *target_shape), x.dtype)
    cells = zip(np.ndindex(y.shape), np.ndindex(x.shape), strict=True)
    for after, before in cells:  # both count in C order
        y[after] = x[before]
    return y


def my_permute(x, dims):
    y = np.empty([len(x), *(x.shape[axis] for axis in dims)], x.dtype)
    for after in np.ndindex(y.shape):
        before = [after[0]] * x.ndim
        for i, axis in enumerate(dims, start=1):
            before[axis] = after[i]
        y[after] = x[tuple(before)]
    return y


# %%
x = np.random.default_rng(0).normal(size=(5, 2, 3, 4)).astype("float32")
print("Reshape, the same:", np.array_equal(my_reshape(x, (8, 3)), Reshape((8, 3))(x)))
print("Permute, the same:", np.array_equal(my_permute(x, (3, 1, 2)), Permute((3, 1, 2))(x)))

# %% [markdown]
# And as one writes them: one line each, at the speed of NumPy.

# %%
in_one_line = {
    "Flatten()": (Flatten()(x), x.reshape(len(x), -1)),
    "Reshape((8, 3))": (Reshape((8, 3))(x), x.reshape(len(x), 8, 3)),
    "Permute((3, 1, 2))": (Permute((3, 1, 2))(x), np.transpose(x, (0, 3, 1, 2))),
    "RepeatVector(4)": (RepeatVector(4)(x[:, 0, 0]), np.repeat(x[:, 0, 0, :][:, None], 4, axis=1)),
}
for name, (theirs, ours) in in_one_line.items():
    print(f"{name:18} {theirs.shape!s:13} the same: {np.array_equal(theirs, ours)}")

# %% [markdown]
# None of the four has anything to learn.

# %%
for layer in (Flatten(), Reshape((2, 12)), Permute((2, 1)), RepeatVector(4)):
    print(f"{type(layer).__name__:13} weights: {layer.weights}")

# %% [markdown]
# ## The four, one by one
#
# ### `Flatten`: every sample becomes one row
#
# `(N, ...)` becomes `(N, product of the rest)`. A batch of single numbers, `(N,)`, becomes `(N, 1)`.

# %%
for shape in [(5, 28, 28), (5, 28, 28, 1), (5, 7), (5,)]:
    print(f"{shape!s:15} ->", Flatten()(np.zeros(shape)).shape)

# %% [markdown]
# Its one argument is `data_format`. Where the channels come first, `Flatten(data_format="channels_first")` moves them to
# the end before it flattens. So a model whose weights were learned on `channels_last` pictures gets its numbers in
# the order that it knows.

# %%
last = tiny  # (1, 2, 2, 3)
first = Permute((3, 1, 2))(tiny)  # (1, 3, 2, 2)
print("channels last:            ", Flatten()(last)[0])
print("channels first:           ", Flatten()(first)[0])
print("with data_format, the same", Flatten(data_format="channels_first")(first)[0])

# %% [markdown]
# ### `Reshape`: the same order, other brackets
#
# `target_shape` is the shape of one sample. The batch axis is left out, as in `Input`. One entry may be `-1`, which
# means "whatever is left".

# %%
digit_batch = np.zeros((5, 28, 28))
for target_shape in [(784,), (14, 56), (28, 28, 1), (4, -1), (-1, 7, 7)]:
    print(f"Reshape({target_shape}):".ljust(22), Reshape(target_shape)(digit_batch).shape)

# %% [markdown]
# `Reshape((28, 28, 1))` is the one you will write most: it adds the channel axis that a convolution asks for.
#
# ### `Permute`: another order of the axes
#
# `dims` says which input axis each output axis is. Axis 0 is the batch, it stays, and it is not mentioned. So the
# counting starts at **1**. `Permute((3, 1, 2))` reads: first axis 3, then axis 1, then axis 2.

# %%
video = np.zeros((2, 8, 24, 32, 3))  # videos: frames, rows, columns, channels
for dims in [(4, 1, 2, 3), (2, 3, 1, 4), (1, 3, 2, 4)]:
    print(f"Permute({dims}):", Permute(dims)(video).shape)

# %% [markdown]
# The shape does not always tell. A square picture has the same shape after `Permute((2, 1))`, but it is lying on its
# side:

# %%
(train_pictures, y_train), (test_pictures, y_test) = mnist10k.load_data()
x_train, x_test = (pictures.astype("float32") / 255 for pictures in (train_pictures, test_pictures))

digits = x_test[:4]
turned = Permute((2, 1))(digits)
halved = Reshape((14, 56))(digits)
rows = [*digits, *turned]
axes = plots.images(rows, titles=["x"] * 4 + ["permuted"] * 4, columns=8, frames=True)
axes = plots.images(halved, titles=["Reshape((14, 56))"] * 4, columns=4, frames=True)
print("shapes:", digits.shape, turned.shape, halved.shape)

# %% [markdown]
# **What to see:** `Permute` mirrors each digit at its diagonal. It can be read, after a moment. `Reshape((14, 56))` lays every
# two rows of the picture side by side: the even rows make one thin digit, the odd rows another.
#
# ### `RepeatVector`: the same vector, n times
#
# `(N, features)` becomes `(N, n, features)`. It turns one vector into a sequence.

# %%
vectors = np.array([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]])
repeated = RepeatVector(n=4)(vectors)
axes = plots.rearranged({"x": vectors, "RepeatVector(4)": repeated}, memory=False)
print("every step is the same vector:", all(np.array_equal(repeated[:, t], vectors) for t in range(4)))

# %% [markdown]
# ## The way back
#
# Each of the four can be undone.
#
# | layer | its inverse |
# |---|---|
# | `Flatten()` on `(N, a, b)` | `Reshape((a, b))` |
# | `Reshape(new)` on `(N, *old)` | `Reshape(old)` |
# | `Permute(dims)` | `Permute` with the inverse permutation, `np.argsort(dims) + 1` |
# | `RepeatVector(n)` | take any one of the steps: `y[:, 0]` |
#
# Careful with the third. `(3, 1, 2)` does not undo itself: it takes the last axis to the front, and its inverse
# `(2, 3, 1)` takes the first axis to the end.


# %%
def inverse(dims):
    return tuple(int(place) + 1 for place in np.argsort(dims))


for dims in [(2, 1), (3, 1, 2), (2, 3, 1), (4, 1, 2, 3)]:
    sample = np.random.default_rng(0).normal(size=(5, *range(2, 2 + len(dims))))
    back = Permute(inverse(dims))(Permute(dims)(sample))
    print(f"{dims!s:13} inverse {inverse(dims)!s:13} undone: {np.allclose(back, sample)}")
print("(3, 1, 2) twice is (2, 3, 1), not nothing:", Permute((3, 1, 2))(permuted).shape)

# %% [markdown]
# ### Gradients take the inverse
#
# When a network learns, a gradient arrives at each output number of the layer. Where does it go? Each output *is* one of
# the inputs. So the gradient goes back to the place where the number came from: **the gradient of a rearrangement is the
# inverse rearrangement**. `RepeatVector` used each number n times, so n gradients come back to it, and they add up.

# %%
x = np.zeros((1, 2, 3))


def at_the_input(layer, x, arriving):
    """What arrives at x, when `arriving` arrives at layer(x)."""
    return gradient(lambda x: np.sum(layer(x) * arriving))(x)


arriving = np.arange(1.0, 7.0).reshape(1, 3, 2)
arrays = {}
for layer, back in [(Reshape((3, 2)), Reshape((2, 3))), (Permute((2, 1)), Permute((2, 1)))]:
    name = type(layer).__name__
    arrays[f"arrives at the output of {name}:"] = arriving[0]
    arrays[f"and at the input of {name}:"] = at_the_input(layer, x, arriving)[0]
    same = np.array_equal(at_the_input(layer, x, arriving), back(arriving))
    print(f"{name}: the gradient went back by the inverse:", same)
axes = plots.rearranged(arrays, memory=False, columns=2)

# %% [markdown]
# **What to see:** the same gradient arrives at both outputs, left. On the right, `Reshape` has only counted it anew, and
# `Permute` has permuted it back.

# %%
arriving = np.array([[[1.0, 10.0], [2.0, 20.0], [3.0, 30.0]]])
print("at the output of RepeatVector(3):", arriving[0].tolist())
print("at its input, the sum:           ", at_the_input(RepeatVector(3), np.zeros((1, 2)), arriving)[0])

# %% [markdown]
# ## When they refuse
#
# These layers check sizes, and nothing else. Say what is wrong before you read the message.


# %%
def attempt(action):
    """Do something that fails, and print what the error says."""
    try:
        action()
        print("no error")
    except (ValueError, TypeError) as error:
        print(textwrap.fill(f"{type(error).__name__}: {error}", 90, subsequent_indent="    "))


attempt(lambda: Reshape((14, 14))(digit_batch))

# %% [markdown]
# **The batch size in the target shape.** The five samples do not belong there:

# %%
attempt(lambda: Reshape((5, 784))(digit_batch))

# %% [markdown]
# **A `-1` that cannot be found.** 784 is not a multiple of 10. And two `-1` leave too much open.

# %%
attempt(lambda: Reshape((10, -1))(digit_batch))
attempt(lambda: Reshape((-1, -1)))

# %% [markdown]
# **A number where a tuple is due.**

# %%
attempt(lambda: Reshape(784))

# %% [markdown]
# **`dims` that count from 0, or name an axis twice.** This one is NumPy's habit: `np.transpose` does count from 0, and
# does mention the batch.

# %%
attempt(lambda: Permute((0, 2, 1)))
attempt(lambda: Permute((2, 2)))

# %% [markdown]
# **Another number of axes than `dims` names.**

# %%
attempt(lambda: Permute((2, 1))(np.zeros((5, 28, 28, 1))))

# %% [markdown]
# **`RepeatVector` for something that is no vector**, and an `n` that is no count.

# %%
attempt(lambda: RepeatVector(3)(digit_batch))
attempt(lambda: RepeatVector(0))
attempt(lambda: RepeatVector(2.0))

# %% [markdown]
# ## On real data: patches
#
# Cut a picture into squares, and you have a *sequence* of small pictures. Vision transformers begin like that. It takes three
# layers and no loop: split both axes in two, bring the two "which patch" axes to the front, flatten the rest.
#
# $$(H, W, C) \xrightarrow{\text{Reshape}} (\tfrac Hp, p, \tfrac Wp, p, C) \xrightarrow{\text{Permute((1, 3, 2, 4, 5))}} (\tfrac Hp, \tfrac Wp, p, p, C) \xrightarrow{\text{Reshape}} (\tfrac{H}{p} \cdot \tfrac{W}{p},\; p \cdot p \cdot C)$$
#
# On 4 × 4 pixels and with $p = 2$:

# %%
small = np.arange(16).reshape(1, 4, 4, 1)
split = Reshape((2, 2, 2, 2))(small)
patches = Reshape((4, 4))(Permute((1, 3, 2, 4))(split))
arrays = {"the picture": small[0, :, :, 0], "patches, one a row": patches[0]}
arrays["Reshape((4, 4)) alone"] = Reshape((4, 4))(small)[0]
axes = plots.rearranged(arrays)
print("first patch:", patches[0, 0], " upper left corner:", small[0, :2, :2, 0].ravel())

# %% [markdown]
# **What to see:** 0, 1, 4, 5 are the upper left square, and they make the first row of the patches. With `Reshape` alone,
# the first row is a row of the picture, 0, 1, 2, 3: a strip, not a square.


# %%
def patch_layers(height, width, channels, size, permute=True):
    """Layers from (height, width, channels) to (patches, numbers of a patch)."""
    down, across = height // size, width // size
    middle = [Permute((1, 3, 2, 4, 5))] if permute else []
    split = Reshape((down, size, across, size, channels))
    return [split, *middle, Reshape((down * across, size * size * channels))]


def mosaic(patches, size):
    """All patches of a photograph at their places, with a white frame around each."""
    across = 256 // size
    grid = patches.reshape(across, across, size, size, 3)
    framed = np.pad(grid, [(0, 0), (0, 0), (3, 3), (3, 3), (0, 0)], constant_values=255)
    return np.concatenate(np.concatenate(framed, axis=1), axis=1)


def draw(size=64):
    """The photograph in patches, as a model would get them, with and without the Permute in the middle."""
    pictures = []
    for permute in (True, False):
        patches = batch
        for layer in patch_layers(256, 256, 3, size, permute):
            patches = layer(patches)
        pictures.append(mosaic(patches, size))
    kinds = [f"{(256 // size) ** 2} patches of {size} x {size}", "Permute forgotten"]
    plots.images(pictures, titles=kinds, columns=2)
    plt.show()


draw(size=64)
shape = (None, 256, 256, 3)
for layer in patch_layers(256, 256, 3, size=64):
    after = layer.compute_output_shape(shape)
    print(f"{type(layer).__name__:8} {shape} -> {after}")
    shape = after

# %% [markdown]
# **What to see:** on the left, sixteen squares of the photograph. On the right, the `Permute` in the middle was forgotten:
# every "patch" holds sixteen rows of the picture, rolled up. Both have the shape `(16, 12288)`.
#
# Choose another size. (Without a running kernel you see nothing under the next cell; the picture above is one of its
# settings.)

# %% tags=["nbval-ignore-output"]
from ipywidgets import interact

control = interact(draw, size=[16, 32, 64, 128])

# %% [markdown]
# ## When the wrong order hurts
#
# ### Before a dense layer, it does not
#
# Shuffle the 784 pixels of all digits, always in the same way. No human can read them any more. A dense model can, as well
# as before: its units join *all* pixels, and do not know which of them are neighbors. Shuffled pixels only mean
# shuffled rows of the kernel.


# %%
def accuracy_of(front, x, y, x_new, y_new, back=(), epochs=3):
    """Train a small model behind some reshaping layers; the share of new samples it gets right."""
    set_random_seed(0)
    model = Sequential([Input(x.shape[1:]), *front, Dense(64, activation="relu"), *back])
    model.add(Dense(10, activation="softmax"))
    model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
    model.fit(x, y, epochs=epochs, verbose=0)
    return model.evaluate(x_new, y_new, verbose=0)[1]


order = np.random.default_rng(0).permutation(784)
flat, flat_test = Flatten()(x_train), Flatten()(x_test)
plain = accuracy_of([], flat, y_train, flat_test, y_test)
shuffled = accuracy_of([], flat[:, order], y_train, flat_test[:, order], y_test)

shown = [*x_test[:4], *flat_test[:4, order].reshape(4, 28, 28)]
axes = plots.images(shown, titles=["digit"] * 4 + ["shuffled"] * 4, columns=8, frames=True)
print("both read more than 90 % of the test digits:", min(plain, shuffled) > 0.9)
print("and differ by less than 2 points:           ", abs(plain - shuffled) < 0.02)

# %% [markdown]
# And exactly so: take a dense layer, shuffle its inputs and the rows of its kernel alike, and the outputs are the same.

# %%
layer = Dense(5)
before = np.asarray(layer(flat_test[:8]))
kernel, bias = layer.get_weights()
layer.set_weights([kernel[order], bias])
after = np.asarray(layer(flat_test[:8][:, order]))
print("the same outputs:", np.allclose(before, after, atol=1e-5))

# %% [markdown]
# ### Where weights are shared along an axis, it does
#
# Now samples with two digits each, one behind the other, as the two channels of a picture: `(28, 28, 2)`. The model is
# to read both. It has one reader, `Dense(64)` and `Dense(10)`, that works on the last axis, so it must get `(2, 784)`: two
# rows, a digit in each. Both rows go through the same weights.

# %%
pairs, pair_labels = np.stack([x_train[:4000], x_train[4000:]], -1), np.stack([y_train[:4000], y_train[4000:]], -1)
new_pairs, new_labels = np.stack([x_test[:1000], x_test[1000:]], -1), np.stack([y_test[:1000], y_test[1000:]], -1)
print("pairs:", pairs.shape, "labels:", pair_labels.shape)

ways = {
    "Permute, then Reshape": [Permute((3, 1, 2)), Reshape((2, 784))],
    "Reshape alone": [Reshape((2, 784))],
}
seen, titles, accuracies = [], [], {}
for name, front in ways.items():
    both = new_pairs[:2]
    for layer in front:
        both = layer(both)
    seen += list(both.reshape(4, 28, 28))
    titles += [f"{name}\nsample {i}, row {j}" for i in (0, 1) for j in (0, 1)]
    accuracies[name] = accuracy_of(front, pairs, pair_labels, new_pairs, new_labels, epochs=4)

axes = plots.images(seen, titles=titles, columns=4, frames=True)
right, wrong = accuracies.values()
print("with Permute, more than 90 % of the new digits are right:", right > 0.9)
print("with Reshape alone, fewer than 85 %:                     ", wrong < 0.85)

# %% [markdown]
# **What to see:** above, each row that the reader gets is a digit. Below, row 0 holds the upper halves of *both* digits,
# with their columns in turns, and row 1 the lower halves. Both models have the same layers with weights and the same
# (784 + 1) · 64 + (64 + 1) · 10 = 50,890 parameters, and both train without complaint. One of them makes at least twice as
# many mistakes.
#
# The rule: a wrong order that is the same for all samples costs nothing **as long as every number has a weight of its own**.
# It costs a lot as soon as a layer uses the same weights at several places: `Dense` on the last of several axes,
# convolutions, pooling, recurrent layers. And an order that mixes samples ruins everything ([chapter
# 2](02_input_shape.ipynb)).

# %%
row = Reshape((2, 784))(new_pairs)[0, 0]
print("row 0 is the upper half of both digits:", np.array_equal(row, new_pairs[0, :14].ravel()))
print("at least twice as many mistakes:       ", (1 - wrong) > 2 * (1 - right))

# %% [markdown]
# ## `RepeatVector` at work: from one vector to a sequence
#
# A **decoder** makes a sequence from a single vector: a sentence from its meaning, a tune from its genre. `RepeatVector`
# hands it the vector at every step. Here the vector says which digit, and the sequence is the 28 rows of its picture. A
# `SimpleRNN` is a layer that goes through the steps and carries a memory from each to the next.

# %%
wanted = np.stack([x_train[y_train == digit].mean(axis=0) for digit in range(10)])
labels = np.eye(10, dtype="float32")

set_random_seed(0)
decoder = Sequential(name="decoder")
decoder.add(Input((10,)))
decoder.add(RepeatVector(28))
decoder.add(SimpleRNN(64, return_sequences=True))
decoder.add(Dense(28, activation="sigmoid"))
decoder.compile(Adam(0.005), "mse")
steps = plots.shape_flow(decoder, title="which digit -> the 28 rows of its picture")

decoder.fit(labels, wanted, batch_size=10, epochs=700, verbose=0)
drawn = decoder.predict(labels, verbose=0)
titles = [f"mean {digit}" for digit in range(10)] + [f"drawn {digit}" for digit in range(10)]
axes = plots.images([*wanted, *drawn], titles=titles, columns=10)
print("mean squared error below 0.01:", float(np.mean((drawn - wanted) ** 2)) < 0.01)

# %% [markdown]
# **What to see:** above, the mean of all training pictures of each digit; below, what the decoder draws, row by row, from
# the digit alone. Its input is the same at each of the 28 steps. What makes the rows differ is the memory of the
# recurrent layer. A `Dense` layer in its place could not do it: same input, same row.

# %%
set_random_seed(0)
no_memory = Sequential([Input((10,)), RepeatVector(28), Dense(64, "relu"), Dense(28, "sigmoid")])
rows = no_memory.predict(labels, verbose=0)
print("without a memory, all 28 rows are alike:", np.allclose(rows, rows[:, :1], atol=1e-6))

# %% [markdown]
# <div style="border-left: 4px solid #D55E00; padding: 1px 16px">
#
# **What the tutorials get wrong, or leave out**
#
# - *"Reshape is used to change the shape of the input." "Permute is also used to change the shape of the input using
#   pattern."* This makes them look like two ways to one end. `Reshape` changes the shape and keeps the order of the
#   numbers. `Permute` changes their order: on a square picture the shape is the same afterwards, and the picture is not.
# - They do not say that the "pattern" counts from 1 and leaves the batch axis out, nor that `target_shape` does.
# - *"Flatten is used to flatten the input."* Each *sample* of it: the batch axis stays. And "flatten" means C order.
# - *"`RepeatVector` is used to repeat the input for set number, n of times."* Along a new axis, and only for inputs of shape
#   `(N, features)`. The samples are not repeated: the batch stays as long as it was.
#
# </div>

# %%
square = x_test[:1]
print("Permute((2, 1)) on a square: shape", Permute((2, 1))(square).shape)
print("same numbers in the same cells:", np.array_equal(Permute((2, 1))(square), square))
print("Flatten keeps the samples apart:", Flatten()(np.zeros((3, 2, 2))).shape)
print("RepeatVector keeps the batch:   ", RepeatVector(5)(np.zeros((3, 2))).shape)

# %% [markdown]
# <div style="border-left: 4px solid #0072B2; padding: 1px 16px">
#
# **Keras 1, 2 and 3**
#
# The four layers have had their names and their arguments `target_shape`, `dims` and `n` since Keras 1. `Flatten` had no
# argument then; `data_format` came with Keras 2.
#
# | | Keras 2 | Keras 3 and layerlab |
# |---|---|---|
# | `Reshape((-1, -1))` | accepted, and fails later | refused at once |
# | `RepeatVector(0)` | accepted | refused at once |
# | `RepeatVector(2.0)` | refused | refused |
# | numbers that do not fit | a message of the backend | `The total size of the tensor must be unchanged` |
#
# In layerlab the message also counts the numbers, and guesses when you wrote the batch size. For the rest: take the same
# names from `keras.layers`, and the models of this chapter run there.
#
# </div>

# %% [markdown]
# ## Try it

# %% [markdown]
# **1. Predict.** `np.arange(8)` as a sample of shape `(2, 4)`. Write down, on paper, what `Reshape((4, 2))` and
# `Permute((2, 1))` make of it. Then look.
#
# <details><summary>Answer</summary>
#
# `Reshape`: rows 0 1, 2 3, 4 5, 6 7. `Permute`: rows 0 4, 1 5, 2 6, 3 7.
#
# ```python
# x = np.arange(8).reshape(1, 2, 4)
# plots.rearranged({"x": x[0], "Reshape": Reshape((4, 2))(x)[0], "Permute": Permute((2, 1))(x)[0]})
# ```
#
# </details>

# %%
# your turn: x = np.arange(8).reshape(1, 2, 4)

# %% [markdown]
# **2. Unfold the patches.** `patch_layers` cuts a picture up. Write the layers that put it together again, and check that
# nothing was lost.
#
# <details><summary>Answer</summary>
#
# The inverses, in the opposite order. `(1, 3, 2, 4, 5)` exchanges two axes, so it is its own inverse.
#
# ```python
# x = photograph.load_data()[np.newaxis]
# cut = [Reshape((4, 64, 4, 64, 3)), Permute((1, 3, 2, 4, 5)), Reshape((16, 12288))]
# mend = [Reshape((4, 4, 64, 64, 3)), Permute((1, 3, 2, 4, 5)), Reshape((256, 256, 3))]
# y = x
# for layer in cut + mend:
#     y = layer(y)
# print(np.array_equal(x, y))
# ```
#
# </details>

# %%
# your turn: mend = [Reshape(...), Permute(...), Reshape(...)]

# %% [markdown]
# **3. Turn a digit upright.** Which of these rotate a picture, which mirror it, which do neither: `Permute((2, 1))`,
# `x[:, ::-1]`, `Permute((2, 1))` followed by `x[:, ::-1]`? Draw them.
#
# <details><summary>Answer</summary>
#
# The first mirrors it at the diagonal, the second turns it upside down (a mirror too), and two mirrors are a rotation:
# the third turns it by a quarter, against the clock.
#
# ```python
# x = mnist10k.load_data()[1][0][:1]
# turned = Permute((2, 1))(x)
# plots.images([x[0], turned[0], x[:, ::-1][0], turned[:, ::-1][0]], titles=["x", "1", "2", "3"])
# ```
#
# </details>

# %%
# your turn

# %% [markdown]
# **4. Columns instead of rows.** Put `Permute((2, 1))` in front of the digits of a model of your choice, for example
# `Flatten()`, `Dense(64)`, `Dense(10)`. Does its accuracy change? And with `SimpleRNN(32)`, which reads row after row?
#
# <details><summary>Answer</summary>
#
# Before a dense layer it makes no difference, but for the luck of the first weights. The recurrent layer reads columns from left
# to right then, instead of rows from top to bottom: another task, and it can be learned as well.
#
# ```python
# front = [Input((28, 28)), Permute((2, 1)), Flatten()]
# model = Sequential([*front, Dense(64, "relu"), Dense(10, "softmax")])
# print(model.count_params())
# ```
#
# </details>

# %%
# your turn: accuracy_of([Permute((2, 1)), Flatten()], x_train, y_train, x_test, y_test)

# %% [markdown]
# The exercises of this chapter, which check your answers and name the slip:
# [exercises](../exercises/09_reshaping.ipynb).

# %% [markdown]
# ## Five quick questions

# %% [markdown]
# **1.** Which of the four layers change the order of the numbers in memory?
#
# <details><summary>Answer</summary>
#
# Only `Permute`. (`RepeatVector` writes them several times; `Flatten` with `data_format="channels_first"` has a `Permute`
# inside.)
#
# </details>

# %% [markdown]
# **2.** Samples have the shape `(10, 64, 64, 3)`. What is the shape after `Permute((4, 1, 2, 3))`, and what undoes it?
#
# <details><summary>Answer</summary>
#
# `(3, 10, 64, 64)`; undone by `Permute((2, 3, 4, 1))`.
#
# </details>

# %% [markdown]
# **3.** What does `Reshape((-1, 3))` make of samples of shape `(4, 6)`?
#
# <details><summary>Answer</summary>
#
# 24 numbers in rows of 3: `(8, 3)`.
#
# </details>

# %% [markdown]
# **4.** What is the gradient of `RepeatVector(5)`?
#
# <details><summary>Answer</summary>
#
# The sum over the five steps of what arrives at each.
#
# </details>

# %% [markdown]
# **5.** A colleague used `Reshape` instead of `Permute`, right before `Flatten` and `Dense`. Is the model ruined?
#
# <details><summary>Answer</summary>
#
# No. Every number still has a weight of its own in the dense layer, and the order is the same for all samples. With a
# convolution in place of `Flatten` and `Dense`, it would be.
#
# </details>

# %% [markdown]
# ## Further reading
#
# - Keras documentation: [reshaping layers](https://keras.io/api/layers/reshaping_layers/), all of them on one page.
# - NumPy documentation: [`numpy.reshape`](https://numpy.org/doc/stable/reference/generated/numpy.reshape.html), on C order
#   and Fortran order, and
#   [`numpy.transpose`](https://numpy.org/doc/stable/reference/generated/numpy.transpose.html).
# - A. Dosovitskiy and others, "An image is worth 16x16 words: transformers for image recognition at scale", *ICLR* 2021: what
#   patches are good for.
# - A. Rogozhnikov, "Einops: clear and reliable tensor manipulations with Einstein-like notation", *ICLR* 2022:
#   `"n (h p) (w q) c -> n (h w) (p q c)"` is the three patch layers in one line that says what it means.
# - I. Sutskever, O. Vinyals, Q. Le, "Sequence to sequence learning with neural networks", *NeurIPS* 2014: encoders and
#   decoders.
#
# **Next:** [10 · Your own layer](10_your_own_layer.ipynb).
