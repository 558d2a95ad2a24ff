# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3 (ipykernel)
#     language: python
#     name: python3
# ---

# %% [markdown]
# # 15 · Embedding
#
# **When you have finished this chapter, you can**
#
# - say what an embedding is, and why it is a matrix product that never multiplies;
# - choose `input_dim` and `output_dim`, and know what an id out of range does;
# - work out its gradient, and why letters that come twice count twice;
# - keep the filling of short sequences out of the sums with `mask_zero`;
# - read a map of vectors, find neighbors in it, and build models on words.
#
# **You need** [chapter 7](07_dense.ipynb) (`x @ kernel + bias`). One section uses a convolution from
# [chapter 11](11_convolution.ipynb). **Time:** 40 minutes.

# %%
import textwrap
import warnings

import matplotlib.pyplot as plt
import numpy as np

from layerlab import constraints, plots, regularizers
from layerlab.autodiff import Tape
from layerlab.datasets import first_names
from layerlab.layers import (
    LSTM,
    Conv1D,
    Dense,
    Embedding,
    Flatten,
    GlobalAveragePooling1D,
    GlobalMaxPooling1D,
    Input,
    Lambda,
)
from layerlab.models import Model, Sequential
from layerlab.optimizers import SGD, Adam
from layerlab.utils import set_random_seed

np.set_printoptions(precision=4, suppress=True)
plots.use_style()

# %% [markdown]
# ## Letters that find their places
#
# Here are 5,163 first names. Every letter is replaced by a number: its **id**. The dot, number 0, marks the beginning and
# the end of a name.

# %%
SIGNS = ".abcdefghijklmnopqrstuvwxyz"
ID = {sign: number for number, sign in enumerate(SIGNS)}
names = first_names.load_data()

framed = [f".{name}." for name in names]
triples = [word[i : i + 3] for word in framed for i in range(len(word) - 2)]
middle = np.array([ID[letter] for _, letter, _ in triples])
beside = np.array([[ID[left], ID[right]] for left, _, right in triples])
print("the letters of grace:", [ID[letter] for letter in "grace"])
print(f"{len(middle):,} letters with two neighbors each:", beside.shape)
print("a question:", beside[:1], "and its answer:", middle[:1])

# %% [markdown]
# A model gets a puzzle, again and again: here are two letters, which one stands between them? In `g_a` it may be an `r`, in
# `r_c` an `a`.
#
# The model has very little room. It may remember **two numbers per letter**, nothing else, and answers from the average
# of the two neighbors. The 27 × 2 numbers start at random. Two numbers are a point in the plane, so we can watch. Before
# training, after one pass through the names, after two, after ten:


# %%
def between(seed=2, regularizer=None, constraint=None):
    """A model that guesses a letter from its two neighbors, with two numbers per letter."""
    set_random_seed(seed)
    model = Sequential(name="between")
    model.add(Input((2,), dtype="int32"))
    table = Embedding(27, 2, embeddings_regularizer=regularizer, embeddings_constraint=constraint, name="letters")
    model.add(table)
    model.add(GlobalAveragePooling1D())
    model.add(Dense(27, activation="softmax"))
    model.compile(Adam(0.02), "sparse_categorical_crossentropy")
    return model


watched = between(regularizer=regularizers.L2(0.001))
snapshots = [watched.layers[0].get_weights()[0]]
for _ in range(10):
    watched.fit(beside, middle, batch_size=256, epochs=1, verbose=0)
    snapshots.append(watched.layers[0].get_weights()[0])

GROUPS = {"a e i o u": "aeiou", "y": "y", "the other 20": "bcdfghjklmnpqrstvwxz", "the dot": "."}
gaps = {"hspace": 0.06}  # between the rows
figure, axes = plt.subplots(2, 2, figsize=(8, 7.8), layout="constrained", gridspec_kw=gaps)
for ax, epoch in zip(axes.ravel(), [0, 1, 2, 10], strict=True):
    title = f"after {epoch} passes"
    plots.embedding_map(snapshots[epoch], SIGNS, GROUPS, title, legend=epoch == 10, ax=ax)

# %% [markdown]
# **What to see:** the vowels walk to one side, the consonants to the other. The letter `y` goes with the vowels, but keeps
# its distance: in "mary" it is one, in "yolanda" it is not.
#
# Nobody told the model what a vowel is. It has never heard a name. It only saw the ids 0 to 26, and they say nothing: `a` is 1,
# its neighbor `b` is 2, and `e` is 5. It found out because letters that live in the same places **are** alike: what stands
# beside an `a` can mostly stand beside an `e`, too.
#
# Is there really a line between the two groups? Look along the direction from the mean of one to the mean of the other.


# %%
def apart(table):
    """Whether a straight line separates a, e, i, o, u from the 20 consonants."""
    vowels = table[[ID[letter] for letter in "aeiou"]]
    others = table[[ID[letter] for letter in "bcdfghjklmnpqrstvwxz"]]
    direction = vowels.mean(axis=0) - others.mean(axis=0)
    return bool((vowels @ direction).min() > (others @ direction).max())


for epoch in (0, 2, 10):
    print(f"after {epoch:2} passes, a line separates vowels and consonants:", apart(snapshots[epoch]))

# %% [markdown]
# Run the next cell and play the training back and forth. (Without a running kernel you see nothing under it; the pictures
# above show four of its settings.)

# %% tags=["nbval-ignore-output"]
from ipywidgets import interact


def draw(epoch=3):
    """The map of the letters after so many passes."""
    plots.embedding_map(snapshots[epoch], SIGNS, GROUPS, f"after {epoch} passes")
    plt.show()


control = interact(draw, epoch=(0, 10))

# %% [markdown]
# ## An embedding is a table
#
# The layer in which this happened is `Embedding(27, 2)`. It is a table: a row for each id, here of two numbers. Ids come in,
# and each is **replaced by its row**. That is all it computes:
#
# $$y[\dots] \;=\; E\,[\,\text{id}[\dots]\,]$$
#
# It has one weight, called `embeddings`, of shape `(input_dim, output_dim)`. Here is a small one, for an alphabet of
# six letters, that reads the word "decade".

# %%
small_table = np.random.default_rng(4).uniform(-1, 1, size=(6, 3)).round(2)
word = ["abcdef".index(letter) for letter in "decade"]
picked = plots.embedding_lookup(small_table, word, names="abcdef")
print("ids in: ", np.shape(word), "- rows out:", picked.shape)

# %% [markdown]
# **What to see:** ignore the left table at first. In the middle, the table of the layer; the four rows that the word uses
# are framed. On the right, the output: row 3, row 4, row 2, and so on. Both `d` have the same row, always.
#
# Now the left table. It is the same word, **one-hot**: each letter a row of zeros with a single 1, in the column of
# its id ([chapter 2](02_input_shape.ipynb)). Multiply it by the table, and what do you get? In each sum, all products are
# 0, but for one: 1 times the row.
#
# $$\underset{(1,\ \text{input\_dim})}{\text{onehot}(k)}\;\underset{(\text{input\_dim},\ \text{output\_dim})}{E} \;=\; \underset{(1,\ \text{output\_dim})}{E_k}$$
#
# So an embedding **is** a dense layer, without bias and activation, on one-hot inputs. Only that it does not multiply: it
# looks up. In NumPy, both ways:


# %%
class MyEmbedding:
    def __init__(self, input_dim, output_dim, seed=0):
        rng = np.random.default_rng(seed)
        self.embeddings = rng.uniform(-0.05, 0.05, size=(input_dim, output_dim))

    def __call__(self, ids):
        return self.embeddings[ids]


mine = MyEmbedding(27, 4)
grace = np.array([[ID[letter] for letter in "grace"]])
looked_up = mine(grace)
multiplied = np.eye(27)[grace] @ mine.embeddings
print("looked up:", looked_up.shape, "- multiplied:", multiplied.shape)
print("the same:", np.allclose(looked_up, multiplied))

# %% [markdown]
# And the library's layers, with the same table:

# %%
lookup = Embedding(27, 4, weights=mine.embeddings)
product = Dense(4, use_bias=False)
product.build((None, 27))
product.set_weights([mine.embeddings])
print("Embedding, the same:       ", np.allclose(lookup(grace), looked_up))
print("Dense on one-hot, the same:", np.allclose(product(np.eye(27)[grace]), looked_up, atol=1e-6))
print("weights of the layer:", [(w.name, tuple(w.shape)) for w in lookup.weights])

# %% [markdown]
# ### What it saves
#
# For one word of 11 letters and 64 numbers per letter, the product multiplies 11 × (size of the alphabet) × 64 times.
# The lookup copies 11 × 64 numbers, and multiplies nothing. For 27 letters, that hardly matters. For the words
# of a language it does.

# %%
sizes = np.array([27, 100, 1_000, 10_000, 100_000])
costs = {"one-hot @ table": 11 * sizes * 64, "lookup": np.full(5, 11 * 64)}
ax = plots.curves(sizes, costs, xlabel="ids in the table", ylabel="numbers of the table read")
_ = ax.set(xscale="log", yscale="log", title="reading one sequence of 11 ids")
for size, product_cost in zip(sizes, costs["one-hot @ table"], strict=True):
    print(f"{size:7,} ids: {product_cost:11,} multiplications, or {11 * 64} numbers copied")

# %% [markdown]
# **What to see:** both axes count in powers of ten. The cost of the product grows with the table; the lookup does not even
# notice how large the table is.
#
# ## The arguments
#
# ### `input_dim`: how many rows
#
# One for each id, so **the largest id + 1**. We have 26 letters, numbered from 1, and 0 for the dot: 27. The usual mistake
# is to write 26.


# %%
def attempt(action):
    """Do something that fails, and print what the error says."""
    try:
        action()
        print("no error")
    except (ValueError, TypeError, IndexError) as error:
        print(textwrap.fill(f"{type(error).__name__}: {error}", 90, subsequent_indent="    "))


zoe = np.array([[ID[letter] for letter in "zoe"]])
attempt(lambda: Embedding(26, 4)(zoe))
attempt(lambda: Embedding(27, 4)(zoe - 27))
attempt(lambda: Embedding(26.0, 4))

# %% [markdown]
# Be glad of the error. Real Keras does not always give one: with JAX, an id that is too large silently becomes a row of
# `nan`, and a negative id counts from the end, as in Python.
#
# ### `output_dim`: how many numbers stand for an id
#
# As many as the task needs to tell the ids apart: 2 to look at, 8 or 16 for letters, 50 to 1,000 for words. The output has
# **one axis more than the input**, whatever shape the ids come in.

# %%
layer = Embedding(27, 16)
for shape in [(3,), (3, 11), (3, 4, 11)]:
    print(f"ids {shape!s:10} ->", layer.compute_output_shape(shape))
print("one letter, no batch:", layer(np.array(ID["g"])).shape)
print("parameters: 27 x 16 =", layer.count_params())

# %% [markdown]
# ### Ids are whole numbers
#
# Floats are cut down to whole numbers: 1.9 becomes 1. That is handy, because arrays of ids are often read as floats. It
# is also a trap: an embedding does not know "between 1 and 2".

# %%
table = Embedding(5, 3, weights=np.arange(15.0).reshape(5, 3))
print("row 1:  ", np.asarray(table(np.array([1]))))
print("id 1.9: ", np.asarray(table(np.array([1.9]))))

# %% [markdown]
# ### Must it be the first layer?
#
# "It performs embedding operations in input layer", says the tutorial. Usually it comes first, because ids usually come
# from outside. But any layer may compute ids. Here, a `Lambda` sorts ages into decades, in the middle of a model, and each
# decade gets its own row:

# %%
set_random_seed(0)
ages = Input((1,))
scaled = Dense(1, kernel_initializer="ones", name="scale")(ages)
decades = Lambda(lambda x: np.clip(x / 10, 0, 9), name="decade")(scaled)
rows = Flatten(name="flat")(Embedding(10, 2, name="decades")(decades))
in_the_middle = Model(ages, Dense(1, kernel_initializer="ones", name="last")(rows))
print("layers:", [layer.name for layer in in_the_middle.layers[1:]])

with Tape() as tape:
    total = np.sum(in_the_middle(np.array([[23.0], [27.0], [61.0]])))
weights = {weight.path: weight for weight in in_the_middle.trainable_variables}
gradients = tape.gradient(total, list(weights.values()))
for path, gradient in zip(weights, gradients, strict=True):
    print(f"{path:20} gets a gradient:", gradient is not None and bool(np.any(gradient)))

# %% [markdown]
# It works, and shows the real reason for "first". An id is a number by name only: making 23 a little larger does not change
# the row, until it jumps. So **no gradient flows through an id**. What lies before the embedding does not learn from what
# lies behind it.
#
# ### `embeddings_initializer='uniform'`
#
# The table starts with numbers between -0.05 and 0.05: `RandomUniform(minval=-0.05, maxval=0.05)`. Why not
# `glorot_uniform`, as in `Dense`? Glorot's limit is made for sums: the more inputs are added up, the smaller each must be. A
# lookup adds nothing up. With many ids, Glorot would start far too small.

# %%
set_random_seed(0)
start = Embedding(2_000, 16)
start.build((None,))
glorot = np.sqrt(6 / (100_000 + 16))
marks = {"-0.05": -0.05, "+0.05": 0.05, "Glorot's limit for 100,000 ids": glorot}
plots.histogram(start.get_weights()[0], marks, xlabel="number in the table", title="'uniform'")
print(f"limit of 'uniform': 0.05, for any size; Glorot's for 100,000 x 16: {glorot:.4f}")

# %% [markdown]
# **What to see:** flat between the limits, like every uniform draw. The third line is where `glorot_uniform` would end if
# there were 100,000 ids.
#
# ### `embeddings_constraint`: mind the axis
#
# A constraint is applied to the table after each update ([chapter 4](04_constraints.ipynb)). Say every letter's vector is
# to have the length 1. `UnitNorm()` looks right, and is wrong: its `axis=0` runs down the *columns*, over the whole
# alphabet. One id is one **row**, so it takes `axis=1`.

# %%
figure, panels = plt.subplots(1, 2, figsize=(8, 4), layout="constrained")
for ax, axis in zip(panels, [0, 1], strict=True):
    model = between(constraint=constraints.UnitNorm(axis=axis))
    model.fit(beside, middle, batch_size=256, epochs=6, verbose=0)
    letters = model.layers[0].get_weights()[0]
    title = f"UnitNorm(axis={axis})"
    plots.embedding_map(letters, SIGNS, GROUPS, title, legend=axis == 1, limit=1.35, ax=ax)
    columns = np.allclose(np.linalg.norm(letters, axis=0), 1, atol=1e-4)
    each_row = np.allclose(np.linalg.norm(letters, axis=1), 1, atol=1e-4)
    print(f"axis={axis}: the columns have length 1: {columns}, the letters have length 1: {each_row}")

# %% [markdown]
# **What to see:** on the right every letter sits on a circle around 0: only directions are left. Nearly all consonants point
# one way, the vowels another. On the left the two *columns* have length 1, and the letters lie where they like.
#
# ## The gradient: only the rows in use
#
# Which numbers of the table does a word pull at? Only the rows that it looked up. And a row that was looked up three times
# gets three pulls, which add up:
#
# $$\frac{\partial L}{\partial E_k} \;=\; \sum_{i\,:\;\text{id}_i = k} \frac{\partial L}{\partial y_i}$$
#
# This is called a **scatter-add**: spread the pieces over the rows, and add where they meet. Let us see it for
# "barbara", with the plainest loss: the sum of all outputs. Every output then pulls with 1.

# %%
barbara = np.array([ID[letter] for letter in "barbara"])
letters = Embedding(27, 3)
letters.build((None,))
with Tape() as tape:
    total = np.sum(letters(barbara))
right = tape.gradient(total, letters.embeddings)

wrong = np.zeros((27, 3))
wrong[barbara] += 1  # looks right, and counts each letter once

figure, panels = plt.subplots(2, 1, figsize=(8, 4.2), layout="constrained")
used = plots.row_values(right, SIGNS, "the gradient", "pull", limit=3, ax=panels[0])
plots.row_values(wrong, SIGNS, "gradient[ids] += g", "pull", limit=3, ax=panels[1])
print("rows with a gradient:", used)
for letter in used:
    print(f"{letter}: {'barbara'.count(letter)} times, gradient {right[ID[letter]]}")

# %% [markdown]
# **What to see:** three columns in color, 24 empty. Above, `a` is pulled at three times as hard as a letter that comes
# once would be. Below is the version that nearly everyone writes first. `gradient[ids] += g` reads the old
# rows, adds, and writes back: for an id that comes three times it writes three times *the same*. NumPy has a function
# that really adds every time: `np.add.at`.


# %%
def embedding_gradient(ids, pull, input_dim):
    gradient = np.zeros((input_dim, pull.shape[-1]))
    np.add.at(gradient, ids, pull)
    return gradient


pull = np.random.default_rng(0).normal(size=(7, 3))
with Tape() as tape:
    total = np.sum(letters(barbara) * pull)
theirs = tape.gradient(total, letters.embeddings)
ours = embedding_gradient(barbara, pull, 27)
wrong = np.zeros((27, 3))
wrong[barbara] += pull
print("np.add.at, the same as the tape:  ", np.allclose(ours, theirs, atol=1e-5))
print("gradient[ids] += g, the same:     ", np.allclose(wrong, theirs, atol=1e-5))
print("one-hot, transposed @ g, the same:", np.allclose(np.eye(27)[barbara].T @ pull, theirs, atol=1e-5))

# %% [markdown]
# ### Which rows move?
#
# With `SGD`, a step moves the rows in use, and leaves all others as they were, bit for bit. Two things can change
# that. A regularizer is paid for the **whole table**, so it pulls at every row at every step. And `Adam` remembers: a row
# used in an earlier step goes on moving by its momentum.


# %%
def moved(optimizer, regularizer=None):
    """Train one step on barbara, one on the letters of lou; which rows did the second step move?"""
    set_random_seed(0)
    table = Embedding(27, 3, embeddings_regularizer=regularizer)
    model = Sequential([Input((None,), dtype="int32"), table, GlobalAveragePooling1D(), Dense(1)])
    model.compile(optimizer, "mse")
    model.train_on_batch(barbara[None], np.ones((1, 1)))
    before = table.get_weights()[0]
    model.train_on_batch(np.array([[ID[letter] for letter in "lou"]]), np.ones((1, 1)))
    changed = (table.get_weights()[0] != before).any(axis=1)
    return "".join(np.array(list(SIGNS))[changed])


print("SGD:              ", moved(SGD(0.1)))
print("Adam:             ", moved(Adam(0.1)))
print("SGD, l2 on table: ", moved(SGD(0.1), regularizers.L2(0.01)))

# %% [markdown]
# So with `embeddings_regularizer`, an id that never comes is slowly shrunk to zero. That is often what you want: a row that
# no data speak for should not say much.
#
# ## Filling that does not count
#
# Names have 2 to 11 letters, an array has one length. So short names are filled up, here with id 0. The filling is looked
# up like any other id, and joins every sum and every mean. `mask_zero=True` marks it: the layer then hands on a **mask**,
# `ids != 0`, that says which steps count.

# %%
LENGTH = 11


def encode(words):
    """Ids of words, filled up with 0 to 11 letters."""
    return np.array([[ID[sign] for sign in word.ljust(LENGTH, ".")] for word in words])


few = encode(["al", "grace", "barbara", "christopher"])
reader = Embedding(27, 8, mask_zero=True)
mask = np.asarray(reader.compute_mask(few))
counted = plots.masked_words(few, SIGNS, mask, title="what the mask hides")
print("letters that count:", counted)

# %% [markdown]
# **What to see:** the crossed-out places are in the array, but not in the sums. What does it change? Take the mean of the
# rows of "al", whose two letters share the array with nine dots:

# %%
set_random_seed(3)
masked = Embedding(27, 8, mask_zero=True)
plain = Embedding(27, 8)
for layer in (masked, plain):
    layer.build((None,))
plain.set_weights(masked.get_weights())
mean = GlobalAveragePooling1D()

al = encode(["al"])
by_hand = masked.get_weights()[0][[ID["a"], ID["l"]]].mean(axis=0)
with_mask = np.asarray(mean(masked(al), mask=masked.compute_mask(al)))[0]
without = np.asarray(mean(plain(al)))[0]
print("with the mask, the mean of two letters:", np.allclose(with_mask, by_hand, atol=1e-6))
print("without, the mean of eleven signs:     ", not np.allclose(without, by_hand, atol=1e-3))

# %% [markdown]
# Inside a model you need not pass the mask along: it travels with the data. An `LSTM`, a layer that reads step by step and
# remembers, skips the steps that are masked. So the result does not depend on how far a word was filled up:


# %%
def reads_alike(mask_zero):
    """Whether a model says the same about a name, filled up or not."""
    set_random_seed(1)
    model = Sequential([Input((None,), dtype="int32"), Embedding(27, 8, mask_zero=mask_zero), LSTM(4)])
    filled, bare = encode(["grace"]), encode(["grace"])[:, :5]
    return np.allclose(model(filled), model(bare), atol=1e-6)


print("mask_zero=True:  grace and grace...... read alike:", reads_alike(True))
print("mask_zero=False: grace and grace...... read alike:", reads_alike(False))

# %% [markdown]
# Not every layer knows what to do with a mask. `Flatten`, `Conv1D` and the maximum do not. They warn, and go on without
# it:

# %%
for stranger in (Flatten(), Conv1D(4, 3), GlobalMaxPooling1D()):
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        model = Sequential([Input((LENGTH,), dtype="int32"), Embedding(27, 8, mask_zero=True), stranger])
        model(al)
    lost = any("destroy the mask" in str(warning.message) for warning in caught)
    print(f"{type(stranger).__name__:20} warns that the mask is lost: {lost}")

# %% [markdown]
# And keep id 0 free for the filling. Number your letters from 0 *and* write `mask_zero=True`, and every `a` is skipped
# without a word:

# %%
from_zero = np.array([["abcdefghijklmnopqrstuvwxyz".index(letter) for letter in "barbara"]])
skipped = ~np.asarray(masked.compute_mask(from_zero))
print("letters of barbara that would be skipped:", "".join(np.array(list("barbara"))[skipped[0]]))

# %% [markdown]
# ## A real use: is this a name?
#
# `first_names` comes without labels, so we make some. Take every name of four letters or more, and shuffle its letters:
# `grace` becomes `caegr`. (A few shuffles make a name again; never mind.) Can a model tell the two apart? About 2,000 of the
# 10,000 are kept for testing.

# %%
rng = np.random.default_rng(0)
real = [names[k] for k in rng.permutation(len(names)) if len(names[k]) >= 4]
shuffled = ["".join(rng.permutation(list(name))) for name in real]
x_all = np.stack([encode(real), encode(shuffled)], axis=1).reshape(-1, LENGTH)
y_all = np.tile([1, 0], len(real))
x_train, y_train, x_test, y_test = x_all[:8000], y_all[:8000], x_all[8000:], y_all[8000:]
print("name, shuffled:", real[:4], shuffled[:4])
print("training:", x_train.shape, "- test:", x_test.shape)

# %% [markdown]
# Three models, the same embedding in front. The first takes the **mean** of the letters. The second lays the letters end
# to end in a long row (`Flatten`). The third slides a window of three letters over the name (`Conv1D`), and asks whether
# anything in it rings a bell (`GlobalMaxPooling1D`).


# %%
def classifier(*middle):
    set_random_seed(0)
    layers = [Input((LENGTH,), dtype="int32"), Embedding(27, 16), *middle]
    model = Sequential([*layers, Dense(1, activation="sigmoid")])
    model.compile(Adam(0.003), "binary_crossentropy", metrics=["accuracy"])
    return model


contenders = {
    "mean of the letters": classifier(GlobalAveragePooling1D(), Dense(64, "relu")),
    "Flatten": classifier(Flatten(), Dense(64, "relu")),
    "Conv1D": classifier(Conv1D(64, 3, padding="same", activation="relu"), GlobalMaxPooling1D()),
}
accuracies = {}
for label, model in contenders.items():
    history = model.fit(x_train, y_train, batch_size=64, epochs=6, validation_data=(x_test, y_test), verbose=0)
    accuracies[label] = history.history["val_accuracy"]

labels = {"xlabel": "epoch", "ylabel": "accuracy on test names"}
ax = plots.curves(range(1, 7), accuracies, **labels, title="name, or shuffled letters?")
for label, values in accuracies.items():
    model = contenders[label]
    print(f"{label:20} {model.count_params():6,} parameters, above 80 %: {values[-1] > 0.8}")

# %% [markdown]
# **What to see:** two curves climb to nearly 90 %. The mean stays at 50 %, where guessing is, and no training will ever
# help it: a mean does not depend on the order, so a name and its shuffled twin give *the same* output.

# %%
same = contenders["mean of the letters"].predict(x_test, verbose=0).reshape(-1, 2)
print("a name and its twin, same output:", np.allclose(same[:, 0], same[:, 1], atol=1e-5))
print("accuracy of the mean:", round(accuracies["mean of the letters"][-1], 2))
at_the_end = {label: values[-1] for label, values in accuracies.items()}
print("Conv1D is best:", max(at_the_end, key=at_the_end.get) == "Conv1D")

# %% [markdown]
# So embed, then mind the order. A row of an embedding says *which* letter, never *where* it stands. For some tasks (what
# is this text about?) the mean is enough, and very fast. For others you need a layer that looks at neighbors.
#
# ## A model that invents names
#
# One more puzzle: given the last four letters, which comes next? A model that can answer can also **write**: let it guess,
# take its guess as given, and ask again. The embedding gets 8 numbers per letter this time.

# %%
CONTEXT = 4


def windows(words):
    """All (four signs, next sign) of some words, as ids."""
    padded = ["." * CONTEXT + word + "." for word in words]
    pieces = [p[i : i + CONTEXT + 1] for p in padded for i in range(len(p) - CONTEXT)]
    ids = np.array([[ID[sign] for sign in piece] for piece in pieces])
    return ids[:, :-1], ids[:, -1]


before, following = windows(names)
set_random_seed(1)
writer = Sequential(name="writer")
writer.add(Input((CONTEXT,), dtype="int32"))
writer.add(Embedding(27, 8, name="letters"))
writer.add(Flatten())
writer.add(Dense(128, activation="relu"))
writer.add(Dense(27, activation="softmax"))
writer.compile(Adam(0.003), "sparse_categorical_crossentropy")
history = writer.fit(before, following, batch_size=256, epochs=12, verbose=0)
steps = plots.shape_flow(writer, title="four ids in, 27 probabilities out")
print(f"{len(before):,} windows; the loss fell from above 2.4 to below 2.0:", end=" ")
print(history.history["loss"][0] > 2.4 and history.history["loss"][-1] < 2.0)

# %% [markdown]
# Writing a name is a loop. The next letter is *drawn* with the probabilities that the model gives, not always the
# likeliest: otherwise it would write the same name every time.


# %%
def invent(rng, longest=LENGTH):
    """One name, letter by letter, and the probabilities at each step."""
    ids, chances = [0] * CONTEXT, []
    while len(chances) < longest and (not chances or ids[-1] != 0):
        chances.append(np.asarray(writer(np.array([ids[-CONTEXT:]])))[0])
        ids.append(int(rng.choice(27, p=chances[-1].astype(float) / chances[-1].sum(dtype=float))))
    return ids[CONTEXT:], np.array(chances)


rng = np.random.default_rng(12)
inventions = [invent(rng) for _ in range(100)]
ids, chances = inventions[4]
drawn = plots.next_letters(chances, SIGNS, ids, title="the model writes a name")
print("at every step the probabilities add up to 1:", np.allclose(chances.sum(axis=1), 1))
print("not always the likeliest was drawn:", bool((drawn < chances.max(axis=1)).any()))

# %% [markdown]
# **What to see:** a row is a moment; dark squares are letters that the model thinks likely, the frame is the one drawn. After
# a consonant, the vowels are dark. After two or three letters, the model becomes surer. The dot ends the name.
#
# Here are twelve of its inventions:

# %%
written = ["".join(SIGNS[k] for k in ids).strip(".") for ids, _ in inventions]
shown = encode(written[:12])
plots.masked_words(shown, SIGNS, shown != 0, title="twelve names that the model wrote")
known = np.mean([name in set(names) for name in written])
print("on the list of real names: between 2 % and 40 %:", bool(0.02 < known < 0.4))
print("all have a vowel or y, nearly:", np.mean([any(v in name for v in "aeiouy") for name in written]) > 0.9)

# %% [markdown]
# **What to see:** most of them are on no list, and nearly all can be pronounced. The model has 27 × 8 numbers for the
# letters and one dense layer for the habits.
#
# ### Who is like whom?
#
# Eight numbers per letter cannot be drawn as a map without losing something. But we can compare directions. The **cosine
# similarity** of two vectors is 1 if they point the same way, 0 if they have nothing in common, -1 if they are opposite:
#
# $$\cos(a, b) \;=\; \frac{a \cdot b}{\lVert a\rVert\,\lVert b\rVert}$$

# %%
order = "aeiouy" + "bcdfghjklmnpqrstvwxz"
vectors = writer.layers[0].get_weights()[0][[ID[letter] for letter in order]]
cosines = plots.similarities(vectors, order, title="letters of the model that writes")
within = cosines[:5, :5][~np.eye(5, dtype=bool)].mean()
across = cosines[:5, 6:].mean()
print("vowels are more like vowels than like consonants:", bool(within > across + 0.2))

# %% [markdown]
# **What to see:** the vowels, in the upper left corner, are alike; toward the consonants they have less in common. The
# **nearest neighbor** of a letter is the largest number of its row, itself left out:


# %%
def nearest(name, names, vectors, count=1):
    """The names whose vectors point most in the direction of this one."""
    units = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    ranked = np.argsort(-(units @ units[names.index(name)]))
    return [names[k] for k in ranked if names[k] != name][:count]


best = {letter: nearest(letter, order, vectors)[0] for letter in "aeiou"}
print("the nearest neighbor of each vowel is a vowel or y:", all(n in "aeiouy" for n in best.values()))

# %% [markdown]
# <div style="border-left: 4px solid #D55E00; padding: 1px 16px">
#
# **What the tutorials get wrong, or leave out**
#
# - *"It performs embedding operations in input layer."* That is the whole entry. It takes integer ids and gives a row of a
#   learned table for each. It works in any position; what matters is that no gradient flows back through the ids.
# - They name no argument. The two that must be given are `input_dim` (the largest id + 1, not the number of words in your
#   sentence) and `output_dim`.
# - They do not say what comes in. Not text: whole numbers, each below `input_dim`. You number the words yourself.
# - The second tutorial only lists *"an embedding layer"*.
# - Neither says that it is a `Dense` layer on one-hot inputs, with the same gradient, only cheaper.
# - Neither mentions masks, although nearly every use on text needs one.
#
# </div>

# %%
attempt(lambda: Embedding(27))
attempt(lambda: Embedding(27, 2)(np.array(["g", "r"])))

# %% [markdown]
# <div style="border-left: 4px solid #0072B2; padding: 1px 16px">
#
# **Keras 1, 2 and 3: Embedding**
#
# | | |
# |---|---|
# | Keras 1 | `Embedding(input_dim, output_dim, init='uniform', input_length=None, W_regularizer=None, W_constraint=None, mask_zero=False, weights=None, dropout=0.)` |
# | Keras 2 | `embeddings_initializer='uniform'`, `embeddings_regularizer`, `embeddings_constraint`; `dropout` is gone; `input_length=4` fixes the length, so that `Flatten` and `Dense` may follow |
# | Keras 3 | `input_length` is ignored with a warning: write `Input((4,))` in front; `weights=` may be given again |
#
# An id that is too large: TensorFlow raises an error, JAX gives `nan` without a word. layerlab always raises, and says where.
#
# </div>

# %%
with warnings.catch_warnings(record=True) as caught:
    warnings.simplefilter("always")
    Embedding(27, 2, input_length=4)
print(caught[0].category.__name__, "-", caught[0].message)

# %% [markdown]
# ## Try it

# %% [markdown]
# **1. Shapes.** A model reads batches of 32 texts of 200 word ids each, from a vocabulary of 10,000, with 50 numbers per
# word. What are `input_dim` and `output_dim`, how many weights are there, and what shape comes out?
#
# <details><summary>Answer</summary>
#
# `Embedding(10_000, 50)`: 500,000 weights, output `(32, 200, 50)`. (One row more if 0 is kept for the filling.)
#
# ```python
# layer = Embedding(10_000, 50)
# print(layer.compute_output_shape((32, 200)))
# ```
#
# </details>

# %%
# your turn: layer = Embedding(..., ...)

# %% [markdown]
# **2. What is `y`?** Find the nearest neighbors of `y` in `snapshots[10]`, by distance rather than by cosine. Do the same
# for `h`. Do you agree with the model?
#
# <details><summary>Answer</summary>
#
# ```python
# def closest(letter, table, signs, count=3):
#     k = signs.index(letter)
#     distance = np.linalg.norm(table - table[k], axis=1)
#     return [signs[i] for i in np.argsort(distance)[1 : count + 1]]
# ```
#
# `closest("y", snapshots[10], SIGNS)` gives vowels. `h` follows `c`, `s`, `t` and vowels, and lies by itself.
#
# </details>

# %%
# your turn: distance = np.linalg.norm(table - table[k], axis=1)

# %% [markdown]
# **3. Bolder or safer.** `invent` draws with the probabilities as they are. Raise them to the power `1 / temperature` first
# (and divide by their sum). What do names look like for the temperatures 0.3 and 2?
#
# <details><summary>Answer</summary>
#
# ```python
# def warmed(chances, temperature):
#     powers = chances ** (1 / temperature)
#     return powers / powers.sum()
#
#
# print(warmed(np.array([0.7, 0.2, 0.1]), 0.3))
# print(warmed(np.array([0.7, 0.2, 0.1]), 2.0))
# ```
#
# A low temperature makes the likely letters likelier: the names are common, and come again. A high one makes all letters
# more equal: the names are new, and hard to say.
#
# </details>

# %%
# your turn: in invent, chances[-1] ** (1 / temperature)

# %% [markdown]
# **4. Another order.** Number the letters in the order of a keyboard, `qwertyuiop...`, and train `between` again. Do
# the vowels still meet?
#
# <details><summary>Answer</summary>
#
# Yes. The ids are only names of rows: another numbering means the same rows in another order. (The map is another one,
# because the random start is: it may be turned or mirrored. Nothing in the task fixes up and down.)
#
# </details>

# %%
# your turn: SIGNS = ".qwertyuiopasdfghjklzxcvbnm"

# %% [markdown]
# The exercises of this chapter, which check your answers and name the slip: [exercises](../exercises/15_embedding.ipynb).

# %% [markdown]
# ## Five quick questions

# %% [markdown]
# **1.** What does `Embedding` compute? Say it in one line of NumPy.
#
# <details><summary>Answer</summary>
#
# `embeddings[ids]`.
#
# </details>

# %% [markdown]
# **2.** Your ids are 1 to 500, and 0 is the filling. What is `input_dim`?
#
# <details><summary>Answer</summary>
#
# 501: the largest id + 1.
#
# </details>

# %% [markdown]
# **3.** Which dense layer does the same as `Embedding(27, 2)`, and on what input?
#
# <details><summary>Answer</summary>
#
# `Dense(2, use_bias=False)` on one-hot rows of 27 numbers.
#
# </details>

# %% [markdown]
# **4.** A word contains the id 7 twice, with the gradients `g` and `h` at its two places. What is the gradient of row 7? And
# what would `gradient[ids] += ...` give?
#
# <details><summary>Answer</summary>
#
# `g + h`. The other gives only one of them, the one written last.
#
# </details>

# %% [markdown]
# **5.** What does `mask_zero=True` change in the output of the layer itself?
#
# <details><summary>Answer</summary>
#
# Nothing: row 0 is still looked up. It adds a mask, and the layers that follow leave those steps out, if they can.
#
# </details>

# %% [markdown]
# ## Further reading
#
# - Keras documentation: [Embedding layer](https://keras.io/api/layers/core_layers/embedding/) and
#   [Understanding masking and padding](https://keras.io/guides/understanding_masking_and_padding/).
# - Y. Bengio, R. Ducharme, P. Vincent, C. Jauvin, "A neural probabilistic language model", *JMLR* 3 (2003) 1137–1155: the model
#   that invents names here, with words in place of letters. The first learned embeddings.
# - T. Mikolov, K. Chen, G. Corrado, J. Dean, "Efficient estimation of word representations in vector space",
#   [arXiv:1301.3781](https://arxiv.org/abs/1301.3781) (2013): the puzzle of the first section, on a billion words (word2vec).
# - J. Pennington, R. Socher, C. Manning, "GloVe: global vectors for word representation", *EMNLP* 2014: the same from a table
#   of counts.
# - J. R. Firth, "A synopsis of linguistic theory, 1930–1955" (1957): "You shall know a word by the company it keeps."
# - NumPy documentation: [ufunc.at](https://numpy.org/doc/stable/reference/generated/numpy.ufunc.at.html): why `a[ids] += 1`
#   counts repeated ids once.
#
# **Next:** [16 · From the digits to a model of your own](16_capstone.ipynb).
