# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3 (ipykernel)
#     language: python
#     name: python3
# ---

# %% [markdown]
# # 14 · Merging: models that branch
#
# **When you have finished this chapter, you can**
#
# - say what each of the eight merge layers computes, and what gradient it sends to each of its inputs;
# - build models with several inputs, branches and shared layers, and draw them;
# - explain why one `Add` makes a network of thirty layers train;
# - choose between `Add`, `Concatenate`, `Subtract` and `Dot`, and say what a wrong choice can never learn;
# - read the errors about shapes that do not fit.
#
# **You need** [chapter 7](07_dense.ipynb), and `Flatten` from [chapter 9](09_reshaping.ipynb). **Time:** 40 minutes.

# %%
import textwrap

import matplotlib.pyplot as plt
import numpy as np

from layerlab import layers, losses, plots
from layerlab.autodiff import Tape
from layerlab.datasets import mnist10k
from layerlab.layers import (
    Add,
    Average,
    Concatenate,
    Dense,
    Dot,
    Flatten,
    Input,
    Lambda,
    Masking,
    Maximum,
    Minimum,
    Multiply,
    Subtract,
    add,
    average,
    concatenate,
    dot,
    maximum,
    minimum,
    multiply,
    subtract,
)
from layerlab.models import Model, Sequential
from layerlab.optimizers import Adam
from layerlab.utils import plot_model, set_random_seed

np.set_printoptions(precision=4, suppress=True)
plots.use_style()

# %% [markdown]
# ## Thirty layers, with and without a plus sign
#
# Two networks read digits. Behind a first layer, both have thirty more of 32 units, with the same first weights, from
# `random_normal`. In the first, each layer gets the output of the one before. In the second there is one difference: what goes into a layer
# is *added* to what comes out of it.
#
# $$\text{plain:}\quad h \leftarrow f(h) \qquad\qquad \text{residual:}\quad h \leftarrow h + f(h)$$

# %%
(train_pictures, y_train), (test_pictures, y_test) = mnist10k.load_data()
x_train, x_test = (p.reshape(-1, 784).astype("float32") / 255 for p in (train_pictures, test_pictures))


def deep(depth, residual, initializer):
    """A model that reads digits with many small layers, each with a way around it or not."""
    set_random_seed(0)
    inputs = Input((784,))
    h = Dense(32, activation="tanh")(inputs)
    for _ in range(depth):
        f = Dense(32, activation="tanh", kernel_initializer=initializer)(h)
        h = Add()([h, f]) if residual else f
    return Model(inputs, Dense(10, activation="softmax")(h))


def train(model, epochs=2):
    model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
    model.fit(x_train, y_train, batch_size=128, epochs=epochs, verbose=0)
    return model.evaluate(x_test, y_test, verbose=0)[1]


plain, residual = deep(30, False, "random_normal"), deep(30, True, "random_normal")
weights = zip(plain.get_weights(), residual.get_weights(), strict=True)
print("same first weights:", all(np.array_equal(one, two) for one, two in weights))
accuracies = {"plain": train(plain), "residual": train(residual)}
print("parameters:", plain.count_params(), "and", residual.count_params())
ax = plots.bars(
    accuracies,
    xlabel="share of test digits that are read right",
    title="thirty layers, two epochs",
    mark=("guessing", 0.1),
)
ax.set_xlim(0, 1)
print("plain: below 20 %, like guessing:", accuracies["plain"] < 0.2)
print("residual: above 80 %:            ", accuracies["residual"] > 0.8)

# %% [markdown]
# The plain network has learned nothing. Same layers, same number of parameters. `Add` has no weights. What does it change?
#
# Look at the gradient of the loss at each kernel, from the first layer to the last of the thirty, before any training. And look at
# both networks once more with `glorot_uniform`, which was made for keeping gradients alive ([chapter
# 3](03_initializers.ipynb)).


# %%
def gradient_sizes(model):
    """How long the gradient of the loss is at each kernel, from the input on."""
    kernels = [weight for weight in model.weights if weight.name == "kernel"]
    with Tape() as tape:
        loss = losses.SparseCategoricalCrossentropy()(y_train[:128], model(x_train[:128]))
    return [np.linalg.norm(g) for g in tape.gradient(loss, kernels)][:-1]


sizes = {
    f"{kind}, {initializer}": gradient_sizes(deep(30, kind == "residual", initializer))
    for initializer in ("random_normal", "glorot_uniform")
    for kind in ("plain", "residual")
}
title = "how large is the gradient that reaches a layer?"
texts = {"xlabel": "layer, from the input", "ylabel": "length of the gradient", "title": title}
ax = plots.curves(np.arange(31), sizes, **texts, dashed=[name for name in sizes if "plain" in name])
ax.set_yscale("log")
ratio = np.mean(sizes["residual, random_normal"]) / np.mean(sizes["plain, random_normal"])
print("random_normal: with Add the gradient is larger by a factor of more than 10^12:", ratio > 1e12)

# %% [markdown]
# **What to see:** in the plain network with `random_normal`, a gradient of about $10^{-16}$ reaches the layers: none. The three
# other curves are high. Either a good initializer keeps the gradient alive, or the plus sign does. With the plus sign, it
# matters much less how you start.
#
# Why? The gradient at a kernel is a product: what comes in from the front, times what comes back from the end. An early
# layer gets an input of full size, and a gradient that thirty layers have made small. A late layer gets its gradient
# fresh, and an input that thirty layers have made small. So all are equally bad off, and the curve is flat. Each layer
# multiplies by its slope $f'$, forward and back. With the sum, every factor has a 1 in it:
#
# $$\text{plain:}\quad \prod_{k=1}^{30} f_k' \qquad\qquad \text{residual:}\quad \prod_{k=1}^{30} (1 + f_k')$$

# %%
slope = 0.3
print(f"plain:    0.3 ** 30 = {slope**30:.0e}")
print(f"residual: 1.3 ** 30 = {(1 + slope) ** 30:.0e}")

# %% [markdown]
# (It can also grow too large: this is why the branches of very deep networks start small, or are normalized.) With good first
# weights, the plain network trains as well:

# %%
accuracy = train(deep(30, False, "glorot_uniform"))
print("plain with glorot_uniform, above 40 %:", accuracy > 0.4)

# %% [markdown]
# ## Eight ways to merge
#
# A merge layer takes a *list* of arrays and gives one. Six of them work number by number, and so the shapes must agree.
# `Concatenate` puts arrays side by side. `Dot` multiplies and sums.
#
# | layer | function | $y =$ | gradient $g$ goes to |
# |---|---|---|---|
# | `Add()` | `add` | $a + b$ | both: $g$ |
# | `Subtract()` | `subtract` | $a - b$ | $g$ and $-g$ |
# | `Multiply()` | `multiply` | $a \cdot b$ | $g\,b$ and $g\,a$ |
# | `Average()` | `average` | $(a + b) / 2$ | both: $g / 2$ |
# | `Maximum()` | `maximum` | $\max(a, b)$ | the larger one; at a tie, half and half |
# | `Minimum()` | `minimum` | $\min(a, b)$ | the smaller one; at a tie, half and half |
# | `Concatenate(axis=-1)` | `concatenate` | $[a, b]$ | each its own part of $g$ |
# | `Dot(axes, normalize=False)` | `dot` | $\sum_i a_i b_i$ | $g\,b$ and $g\,a$ |
#
# With numbers:

# %%
a, b = np.array([1.0, -2.0, 3.0]), np.array([2.0, -2.0, -1.0])
kinds = [Add(), Subtract(), Multiply(), Average(), Maximum(), Minimum(), Concatenate(), Dot(axes=1)]
named = {type(layer).__name__: layer for layer in kinds} | {"Dot, normalize": Dot(axes=1, normalize=True)}
title = "inputs, output, and what comes back if a gradient of 1 arrives at every output"
table = plots.merged(named, [a, b], title=title)
print("Maximum at the tie:", table["Maximum"][1][0][1], "and", table["Maximum"][1][1][1])

# %% [markdown]
# **What to see:** `Add` hands the gradient on as it is. `Multiply` gives each input the value of the *other* one: where `b` is
# 0, `a` gets nothing. That makes it a gate. `Maximum` sends everything to the winner: the loser learns nothing. The
# second numbers are equal, a tie, and there layerlab and JAX divide the gradient; TensorFlow gives all of it to the
# first.
#
# In NumPy, each is a line:

# %%
by_hand = {
    Add(): lambda a, b: a + b,
    Subtract(): lambda a, b: a - b,
    Multiply(): lambda a, b: a * b,
    Average(): lambda a, b: (a + b) / 2,
    Maximum(): np.maximum,
    Minimum(): np.minimum,
    Concatenate(): lambda a, b: np.concatenate([a, b], axis=-1),
    Dot(axes=1): lambda a, b: np.sum(a * b, axis=1, keepdims=True),
}
rng = np.random.default_rng(0)
left, right = rng.normal(size=(2, 5, 4)).astype("float32")
for layer, formula in by_hand.items():
    same = np.allclose(layer([left, right]), formula(left, right), atol=1e-6)
    print(f"{type(layer).__name__:12} the same: {same}")

# %% [markdown]
# All but `Subtract` and `Dot` take any number of inputs. And for each there is a function, which makes the layer and calls it at
# once.

# %%
three = [left, right, left]
functions = {add: Add, multiply: Multiply, average: Average, maximum: Maximum, minimum: Minimum}
for function, layer in (functions | {concatenate: Concatenate}).items():
    same = np.array_equal(function(three), layer()(three))
    print(f"{function.__name__:12} of three, the same as the layer: {same}, shape {function(three).shape}")
print("subtract    ", np.array_equal(subtract([left, right]), left - right))
print("dot         ", np.array_equal(dot([left, right], axes=1), Dot(axes=1)([left, right])))

# %% [markdown]
# Two curves make it visible. Move the control in the cell after next. (Without a running kernel you see nothing under it; the
# picture here is one of its settings.)


# %%
def draw(layer="Maximum", shift=1.0):
    """Two waves, and what a merge layer makes of them."""
    x = np.linspace(0, 6, 241)
    one, two = np.sin(x)[None], np.sin(x + shift)[None]
    lines = {"a": one, "b": two, layer: getattr(layers, layer)()([one, two])}
    plots.curves(x, lines, xlabel="place", ylabel="value", title=f"{layer}()([a, b])")
    plt.show()


draw()

# %% tags=["nbval-ignore-output"]
from ipywidgets import interact

elementwise = ["Add", "Subtract", "Multiply", "Average", "Maximum", "Minimum"]
control = interact(draw, layer=elementwise, shift=(0.0, 3.1, 0.1))

# %% [markdown]
# ### Shapes: what fits, and what is stretched
#
# The batch axis must be the same. Of the other axes, one of size 1 is stretched, as in NumPy. And if one array has fewer axes,
# axes of size 1 are put in **after the batch axis**, so that the *last* axes are matched.

# %%
fits = [((5, 4), (5, 4)), ((5, 28, 28, 3), (5, 28, 28, 1)), ((5, 28, 28, 3), (5, 1, 1, 3)), ((5, 7, 4), (5, 4))]
for one, two in fits:
    print(f"{one!s:15} and {two!s:15} -> {Add()([np.zeros(one), np.zeros(two)]).shape}")
steps, vector = rng.normal(size=(5, 7, 4)), rng.normal(size=(5, 4))
same = np.allclose(Add()([steps, vector]), steps + vector[:, None, :], atol=1e-6)
print("a vector is added to every step:", same)

# %% [markdown]
# `Concatenate(axis)` wants all axes equal but one, the axis along which it joins. That axis is counted with the batch, so
# `axis=1` is the first axis of a sample, and the default, -1, is the last.

# %%
one, two = np.zeros((5, 28, 28, 3)), np.ones((5, 28, 28, 2))
print("axis=-1:", Concatenate()([one, two]).shape)
print("axis=1: ", Concatenate(axis=1)([one, one]).shape)

# %% [markdown]
# `Dot(axes)` sums along one axis of each input, sample by sample; `axes` counts the batch as 0 too. Two vectors give a
# number. Two matrices give a matrix product. `normalize=True` brings the vectors to length 1 first: then the product is
# the **cosine** of the angle between them, from -1 to 1, whatever their lengths.
#
# $$y_{n,i,j} = \sum_k a_{n,i,k}\, b_{n,k,j} \qquad\qquad \cos(a, b) = \frac{\sum_i a_i b_i}{|a|\,|b|}$$

# %%
m1, m2 = rng.normal(size=(5, 2, 3)), rng.normal(size=(5, 3, 4))
product = Dot(axes=(2, 1))([m1, m2])
print("matrices:", product.shape, "the same as @:", np.allclose(product, m1 @ m2, atol=1e-5))
cosine = Dot(axes=1, normalize=True)([left, right])[:, 0]
lengths = np.linalg.norm(left, axis=1) * np.linalg.norm(right, axis=1)
print("cosine, the same:", np.allclose(cosine, np.sum(left * right, axis=1) / lengths, atol=1e-6))

# %% [markdown]
# A cosine says how alike two things are. The mean pictures of the ten digits, each with each:

# %%
means = np.stack([x_train[y_train == digit].mean(axis=0) for digit in range(10)])
centered = means - means.mean(axis=0)
figure, ax = plt.subplots(figsize=(6, 5))
cosines = plots.similarities(centered, range(10), title="mean pictures of digits, compared", ax=ax)
ax.set(xlabel="digit", ylabel="digit")
with_layer = Dot(axes=2, normalize=True)([centered[None], centered[None]])[0]
print("Dot gives the same table:", np.allclose(cosines, with_layer, atol=1e-5))
pairs = [(cosines[i, j], i, j) for i in range(10) for j in range(i)]
print("most alike:", max(pairs)[1:], " most unlike:", min(pairs)[1:])

# %% [markdown]
# **What to see:** orange pairs are alike, purple ones opposite (each mean picture is taken relative to the mean of all ten). 4,
# 7 and 9 form a group. 0 and 1 have the least in common.
#
# ## Models with several inputs
#
# `Sequential` is a chain. For everything else there is the **functional API**: call layers on `Input`s as if they were arrays,
# and make a `Model` from the first and the last.
#
# Cut each digit into a left and a right half, and give each half to a layer of its own. Then merge.

# %%
halves = [x.reshape(-1, 28, 28) for x in (x_train, x_test)]
left_train, left_test = (x[:, :, :14] for x in halves)
right_train, right_test = (x[:, :, 14:] for x in halves)


def two_halves(merge):
    """A model that reads the two halves of a digit by different layers, and merges what they say."""
    set_random_seed(0)
    left = Input((28, 14), name="left")
    right = Input((28, 14), name="right")
    from_left = Dense(16, activation="relu")(Flatten()(left))
    from_right = Dense(16, activation="relu")(Flatten()(right))
    merged = merge([from_left, from_right])
    return Model([left, right], Dense(10, activation="softmax")(merged))


plot_model(two_halves(Concatenate()), to_file=None, show_shapes=True)

# %% [markdown]
# **What to see:** boxes are layers, blue ones have weights, arrows are arrays on their way. The two halves meet in one box,
# and 16 + 16 = 32 numbers leave it. `plot_model(model)` without `to_file=None` also writes the picture to `model.png`.
#
# Data go in as a list, in the order of the inputs, or as a dictionary of their names.

# %%
model = two_halves(Concatenate())
as_list = model.predict([left_test, right_test], verbose=0)
as_names = model.predict({"right": right_test, "left": left_test}, verbose=0)
print("list and dictionary, the same:", np.array_equal(as_list, as_names))

# %% [markdown]
# `Add()([a, b])` may also be written `a + b`, as for arrays: NumPy's operators and functions work on what `Input` gives.

# %%
inputs = Input((784,))
layer = Dense(784)
by_layer, by_sign = Model(inputs, Add()([inputs, layer(inputs)])), Model(inputs, inputs + layer(inputs))
same = np.allclose(by_layer(x_test[:5]), by_sign(x_test[:5]), atol=1e-6)
print("Add and +, the same:", same)

# %% [markdown]
# ### `Add` or `Concatenate`?
#
# Train the model with each.

# %%
parameters, scores = {}, {}
for merge in (Concatenate(), Add(), Maximum(), Multiply()):
    model = two_halves(merge)
    model.compile(Adam(0.005), "sparse_categorical_crossentropy", metrics=["accuracy"])
    model.fit([left_train, right_train], y_train, batch_size=128, epochs=2, verbose=0)
    name = type(merge).__name__
    parameters[name] = model.count_params()
    scores[name] = model.evaluate([left_test, right_test], y_test, verbose=0)[1]
ax = plots.bars(scores, xlabel="share of test digits that are read right", title="two halves of a digit, merged by")
ax.set_xlim(0, 1)
print("parameters:", parameters)
print("all above 85 %:", min(scores.values()) > 0.85)

# %% [markdown]
# **What to see:** they end close together. But they are not the same model. `Concatenate` keeps the two apart, and the `Dense`
# layer after it has a kernel row for each number of each half. `Add` mixes them, with half as many rows.
#
# In fact **`Concatenate`, then `Dense`, is the sum of two `Dense`s**, one for each input:
#
# $$[a, b]\, W = a\, W_1 + b\, W_2 \quad\text{where } W_1 \text{ are the upper rows of } W \text{, } W_2 \text{ the lower rows.}$$
#
# `Add`, then `Dense`, is the special case $W_1 = W_2$.

# %%
dense = Dense(3)
joined = dense(Concatenate()([left, right]))
kernel, bias = dense.get_weights()
print("the same:", np.allclose(joined, left @ kernel[:4] + right @ kernel[4:] + bias, atol=1e-5))

tied = Dense(3)
tied.build((None, 8))
tied.set_weights([np.concatenate([kernel[:4], kernel[:4]]), bias])
added = Add()([left, right]) @ kernel[:4] + bias
print("Add is the case of equal halves:", np.allclose(tied(Concatenate()([left, right])), added, atol=1e-5))

# %% [markdown]
# ## Are these two digits the same?
#
# Now a task that *needs* merging. Two pictures go in, and the answer is yes or no: do they show the same digit? Nobody tells
# the model which digits they are.
#
# Both pictures should be looked at in the same way. So we make *one* encoder, and call it twice. A layer that is called
# twice is **shared**: it has one set of weights, and its gradient is the sum of what comes from both calls. A model of
# this form is called **siamese**, or a two-tower model.


# %%
def digit_pairs(pictures, labels, count, seed):
    """Pairs of pictures, half of them of the same digit, and whether they are."""
    rng = np.random.default_rng(seed)
    places = [np.flatnonzero(labels == digit) for digit in range(10)]
    same = np.arange(count) % 2 == 0
    first = rng.integers(0, 10, count)
    second = np.where(same, first, (first + rng.integers(1, 10, count)) % 10)
    one, two = ([rng.choice(places[digit]) for digit in digits] for digits in (first, second))
    return [pictures[one], pictures[two]], same.astype("float32")[:, None]


pairs, same = digit_pairs(x_train, y_train, 6000, seed=0)
new_pairs, new_same = digit_pairs(x_test, y_test, 1500, seed=1)


def encoder(name):
    return Sequential([Input((784,)), Dense(64, activation="relu"), Dense(16)], name=name)


def comparer(join, shared=True):
    """Two pictures, an encoder for each (the same one, or two), merged into the chance that they are the same."""
    set_random_seed(0)
    left, right = Input((784,), name="left"), Input((784,), name="right")
    first = encoder("encoder")
    second = first if shared else encoder("other_encoder")
    merged = join([first(left), second(right)])
    answer = Dense(1, activation="sigmoid", name="answer")(merged)
    model = Model([left, right], answer)
    model.compile(Adam(0.01), "binary_crossentropy", metrics=["accuracy"])
    return model


def mean_square(difference):
    return np.mean(difference**2, axis=1, keepdims=True)


def distance(codes):
    """The mean squared difference of two codes: one number."""
    return Lambda(mean_square, name="mean_square")(Subtract(name="difference")(codes))


siamese = comparer(distance)
plot_model(siamese, to_file=None, show_shapes=True, show_layer_names=True)

# %% [markdown]
# **What to see:** one box for the encoder, with two arrows in: it is called twice. The two codes go to `Subtract`, and a `Lambda`
# ([chapter 10](10_your_own_layer.ipynb)) makes one number of the difference.
#
# The summary of such a model has one column more:

# %%
siamese.summary()

# %% [markdown]
# **Connected to** says where each layer gets its inputs from: `encoder[0][0]` is what the first call of the encoder gave,
# `encoder[1][0]` what the second call gave. (The last number counts the outputs of a call.) The encoder's parameters are counted
# once.
#
# Three versions: the shared encoder with a distance; two different encoders with a distance; and the shared encoder with
# `Concatenate`, followed by the same single unit.

# %%
versions = {
    "shared encoder, Subtract": siamese,
    "two encoders, Subtract": comparer(distance, shared=False),
    "shared encoder, Concatenate": comparer(Concatenate()),
}
scores = {}
for name, model in versions.items():
    model.fit(pairs, same, batch_size=128, epochs=4, verbose=0)
    scores[name] = model.evaluate(new_pairs, new_same, verbose=0)[1]
    print(f"{name:27} {model.count_params():7,} parameters")
ax = plots.bars(scores, xlabel="share of new pairs that are answered right", mark=("guessing", 0.5))
ax.set_xlim(0, 1)
best, apart, side_by_side = scores.values()
print("shared and Subtract, above 80 %:       ", best > 0.8)
print("two encoders, at least 5 points lower: ", apart < best - 0.05)
print("Concatenate, no better than 60 %:      ", side_by_side < 0.6)

# %% [markdown]
# **What to see:** the first is the best by far, with half the parameters of the second. The two encoders of the second have to
# find out, each for itself, how to write down a digit, *and* agree with each other.
#
# The third is no better than guessing, and never will be. Why? After `Concatenate`, a single unit computes $a \cdot w_1 + b
# \cdot w_2 + c$: a number for the left picture plus a number for the right one. Whether they are the *same* is not a sum. If
# 3-3 and 5-5 are to get high scores, then so do 3-5 or 5-3, for the scores of the two pairs have the same total. To compare
# things, multiply or subtract them, or put a hidden layer after `Concatenate`.

# %%
score = versions["shared encoder, Concatenate"]
logit = Model(score.inputs, score.layers[-1].output)
three, five = x_test[y_test == 3][:1], x_test[y_test == 5][:1]


def before_sigmoid(one, two):
    chance = np.asarray(logit([one, two]), "float64")[0, 0]
    return np.log(chance / (1 - chance))


equal = before_sigmoid(three, three) + before_sigmoid(five, five)
unequal = before_sigmoid(three, five) + before_sigmoid(five, three)
print("3-3 plus 5-5 is 3-5 plus 5-3:", np.isclose(equal, unequal, atol=1e-3))

# %% [markdown]
# Some things need not be learned, because the form of the model sees to them:

# %%
one, two = new_pairs[0][:50], new_pairs[1][:50]
forward, backward = siamese([one, two]), siamese([two, one])
print("the order of the two does not matter:", np.allclose(forward, backward, atol=1e-6))
codes = siamese.get_layer("encoder")(one)
print("a picture is at distance 0 of itself:", not np.any(distance([codes, codes])))
itself = siamese([one, one])
print("a far picture is never more alike:   ", bool(np.all(np.asarray(itself) >= np.asarray(forward))))

# %% [markdown]
# Some new pairs, and the chance the model gives that they are the same:

# %%
chances = siamese.predict([new_pairs[0][:8], new_pairs[1][:8]], verbose=0)[:, 0]
shown = [picture for pair in zip(new_pairs[0][:8], new_pairs[1][:8], strict=True) for picture in pair]
titles = [text for chance in chances for text in ("same?", f"{chance:.0%}")]
axes = plots.images(np.reshape(shown, (16, 28, 28)), titles=titles, columns=8, frames=True)
right = (chances > 0.5) == (new_same[:8, 0] > 0.5)
print("of these eight pairs, at least six are answered right:", right.sum() >= 6)

# %% [markdown]
# ### A trap with `Dot`
#
# `Dot(axes=1, normalize=True)` compares too: the cosine of two codes is 1 if they point the same way. But look at the unit
# that turns it into a chance. If its first weight happens to be negative, "alike" means "no" to it.

# %%
cosine = Dot(axes=1, normalize=True)


def cosine_comparer(first_weight):
    model = comparer(lambda codes: 5 * cosine(codes))
    answer = model.get_layer("answer")
    answer.set_weights([np.full((1, 1), first_weight), np.zeros(1)])
    model.fit(pairs, same, batch_size=128, epochs=4, verbose=0)
    return model.evaluate(new_pairs, new_same, verbose=0)[1], float(answer.kernel.value[0, 0])


started = {weight: cosine_comparer(weight) for weight in (-0.1, 1.0)}
print("first weight -0.1, no better than 60 %:", started[-0.1][0] < 0.6)
print("first weight  1.0, above 80 %:         ", started[1.0][0] > 0.8)
print("the weight -0.1 has moved toward 0:    ", -0.1 < started[-0.1][1] < 0.1)

# %% [markdown]
# With the negative weight, the encoder at first has to make the same digits *unlike*, and others alike, which it cannot. So the
# weight shrinks toward 0. And then hardly any gradient reaches the encoder, for what reaches it is multiplied by this
# weight. One good first weight, and it learns.
#
# ## Shared layers learn from both sides
#
# Count on your fingers: the encoder is called twice, its gradient is the sum of two. Here is a shared layer with one weight, $w$,
# in $y = w\,a + w\,b$.

# %%
shared = Dense(1, use_bias=False, kernel_initializer="ones")
shared.build((None, 1))
a, b = np.array([[2.0]], "float32"), np.array([[5.0]], "float32")
with Tape() as tape:
    y = np.sum(Add()([shared(a), shared(b)]))
print("dy/dw =", tape.gradient(y, shared.kernel)[0, 0], "= 2 + 5")

# %% [markdown]
# ## Masks
#
# In sequences of different lengths, a **mask** says which steps count ([chapter 15](15_embedding.ipynb)). Merge layers merge masks
# too: a step counts if it does in *any* of the inputs, and if one input has no mask, the output has none. `Maximum` and
# `Minimum` leave masked numbers out of the comparison.

# %%
first = np.array([[[1.0], [0.0], [3.0]]], "float32")  # a step of zeros is masked
second = np.array([[[-2.0], [-5.0], [0.0]]], "float32")
masks = [Masking().compute_mask(x, None) for x in (first, second)]
print("masks:         ", masks[0][0], masks[1][0])
print("mask of Add:   ", Add().compute_mask([first, second], masks)[0])
print("one has none:  ", Add().compute_mask([first, second], [masks[0], None]))
print("Maximum, masks:", Maximum()([Masking()(first), Masking()(second)])[0, :, 0])
print("without masks: ", Maximum()([first, second])[0, :, 0])

# %% [markdown]
# ## What goes wrong
#
# **No list.** A merge layer takes its inputs in *one* list.


# %%
def attempt(action):
    """Do something that fails, and print what the error says."""
    try:
        action()
        print("no error")
    except (ValueError, TypeError, ImportError) as error:
        print(textwrap.fill(f"{type(error).__name__}: {error}", 90, subsequent_indent="    "))


left, right = np.zeros((5, 4)), np.zeros((5, 3))
attempt(lambda: Add()(left, left))
attempt(lambda: Add()(left))

# %% [markdown]
# **Shapes that do not fit.** (The message leaves the batch axis out.)

# %%
attempt(lambda: Add()([left, right]))
attempt(lambda: Concatenate()([np.zeros((5, 7, 4)), np.zeros((5, 6, 4))]))
attempt(lambda: Dot(axes=1)([left, right]))

# %% [markdown]
# **Batches of different size.** Other axes of size 1 are stretched, this one is not: one sample is not a stand-in for five.

# %%
attempt(lambda: Add()([left, left[:1]]))

# %% [markdown]
# **Three inputs for `Subtract`, and the batch axis for `Dot`.**

# %%
attempt(lambda: Subtract()([left, left, left]))
attempt(lambda: Dot(axes=0)([left, left]))

# %% [markdown]
# **The list of one input.** `Add()([x])` is no error, and does nothing. It happens when brackets are in the wrong place:

# %%
h, f = np.ones((5, 4)), np.full((5, 4), 2.0)
print("Add()([h]):   ", Add()([h])[0])
print("Add()([h, f]):", Add()([h, f])[0])

# %% [markdown]
# **Data in the wrong order.** Two inputs of the same shape can be exchanged, and nothing complains. Names help: a
# dictionary says what is what.

# %%
model = two_halves(Concatenate())
exchanged = model.predict([right_test, left_test], verbose=0)
print("exchanged halves, same predictions:", np.allclose(exchanged, model.predict([left_test, right_test], verbose=0)))

# %% [markdown]
# <div style="border-left: 4px solid #D55E00; padding: 1px 16px">
#
# **What the tutorials get wrong, or leave out**
#
# - *"Merge Layer: It is used to merge a list of inputs."* There is no `Merge` layer: it belonged to Keras 1. Keras 2, from
#   2017 on, has layers with names of their own in its place, eight by now: `Add`, `Subtract`, `Multiply`, `Average`,
#   `Maximum`, `Minimum`, `Concatenate`, `Dot`.
# - A merge layer needs a model that branches, and the tutorials only show `Sequential`, which cannot.
# - They do not say that the choice decides what can be learned: see `Concatenate` in the comparison of digits.
#
# </div>

# %%
print("a layer called Merge:", hasattr(layers, "Merge"))
names = ["Add", "Subtract", "Multiply", "Average", "Maximum", "Minimum", "Concatenate", "Dot"]
print("the eight:", all(hasattr(layers, name) for name in names))
attempt(lambda: Sequential([Input((4,)), Add()])(left))

# %% [markdown]
# <div style="border-left: 4px solid #0072B2; padding: 1px 16px">
#
# **Keras 1, 2 and 3**
#
# | Keras 1 | Keras 2, Keras 3 and layerlab |
# |---|---|
# | `merge([a, b], mode='sum')` | `add([a, b])` or `Add()([a, b])` |
# | `merge([a, b], mode='mul')` | `multiply([a, b])` |
# | `merge([a, b], mode='ave')`, `mode='max'` | `average([a, b])`, `maximum([a, b])` |
# | `merge([a, b], mode='concat', concat_axis=-1)` | `concatenate([a, b], axis=-1)` |
# | `merge([a, b], mode='dot', dot_axes=1)` | `dot([a, b], axes=1)` |
# | `merge([a, b], mode='cos', dot_axes=1)` | `dot([a, b], axes=1, normalize=True)` |
# | `Sequential` with `Merge([left, right], mode='concat')` as first layer | the functional API |
# | `Model(input=..., output=...)` | `Model(inputs=..., outputs=...)` |
#
# A list of one input was refused by the `Add` of the first Keras 2, and is accepted today.
#
# </div>

# %% [markdown]
# ## Try it

# %% [markdown]
# **1. Predict.** `a = [1, 5]`, `b = [4, 5]`, `c = [2, 0]`. What are `Add`, `Average`, `Maximum` and `Concatenate` of the
# three, and what is the gradient that `Maximum` sends to each?
#
# <details><summary>Answer</summary>
#
# `[7, 10]`, `[2.33, 3.33]`, `[4, 5]`, `[1, 5, 4, 5, 2, 0]`. `Maximum` sends `[0, 0.5]` to a, `[1, 0.5]` to b, nothing to c.
#
# ```python
# kinds = {"Add": Add(), "Average": Average(), "Maximum": Maximum(), "Concatenate": Concatenate()}
# table = plots.merged(kinds, [[1, 5], [4, 5], [2, 0]])
# ```
#
# </details>

# %%
# your turn: plots.merged({...}, [[1, 5], [4, 5], [2, 0]])

# %% [markdown]
# **2. A hidden layer after `Concatenate`.** Give the third version of the comparison a `Dense(32, activation="relu")` between
# `Concatenate` and the answer. Can it compare now?
#
# <details><summary>Answer</summary>
#
# Yes, it gets well above guessing: the hidden layer bends the sum, so the two pictures can act on each other. It needs more
# weights for it, and the order of the two pictures matters again.
#
# ```python
# def bent(codes):
#     return Dense(32, activation="relu")(Concatenate()(codes))
#
#
# print(bent([Input((16,)), Input((16,))]).shape)
# ```
#
# Then `comparer(bent)`, and train it as above.
#
# </details>

# %%
# your turn: comparer(lambda codes: Dense(32, activation="relu")(Concatenate()(codes)))

# %% [markdown]
# **3. A gate.** Build a model in which one branch says *how much* of the other gets through: `Multiply()` of `Dense(16)(x)` and
# `Dense(16, activation="sigmoid")(x)`. What gradient reaches the first branch where the gate is shut?
#
# <details><summary>Answer</summary>
#
# None: the gradient is multiplied by the gate, which is 0.
#
# ```python
# x = Input((8,))
# gated = Multiply()([Dense(16)(x), Dense(16, activation="sigmoid")(x)])
# print(Model(x, gated).count_params())
# value, gate = np.ones((1, 3)), np.array([[0.0, 0.5, 1.0]])
# with Tape() as tape:
#     value = tape.watch(value)
#     print(tape.gradient(np.sum(Multiply()([value, gate])), value))
# ```
#
# </details>

# %%
# your turn: gated = Multiply()([...])

# %% [markdown]
# **4. An ensemble.** Train three models on the digits from different seeds, and merge their outputs by `Average`. Is the ensemble
# better than the best of the three?
#
# <details><summary>Answer</summary>
#
# Usually a little: their mistakes are not the same. Here is the merging; train the three before.
#
# ```python
# set_random_seed(1)
# experts = [Sequential([Input((784,)), Dense(32, "relu"), Dense(10, "softmax")]) for _ in range(3)]
# x = Input((784,))
# ensemble = Model(x, Average()([expert(x) for expert in experts]))
# print(ensemble.count_params())
# ```
#
# </details>

# %%
# your turn: ensemble = Model(x, Average()([...]))

# %% [markdown]
# The exercises of this chapter, which check your answers and name the slip:
# [exercises](../exercises/14_merging.ipynb).

# %% [markdown]
# ## Five quick questions

# %% [markdown]
# **1.** Why does $h + f(h)$ help a deep network to learn?
#
# <details><summary>Answer</summary>
#
# Its slope is $1 + f'$: the gradient has a way around every layer and does not vanish.
#
# </details>

# %% [markdown]
# **2.** `a` has the shape `(32, 10, 8)` and `b` the shape `(32, 8)`. What is the shape of `Add()([a, b])`?
#
# <details><summary>Answer</summary>
#
# `(32, 10, 8)`: `b` becomes `(32, 1, 8)` and is added to each of the ten steps.
#
# </details>

# %% [markdown]
# **3.** Which merge layers give an input no gradient at all in some places?
#
# <details><summary>Answer</summary>
#
# `Maximum` and `Minimum` (the loser), and `Multiply` and `Dot` where the other input is 0.
#
# </details>

# %% [markdown]
# **4.** Why can one unit after `Concatenate` not tell whether two codes are equal?
#
# <details><summary>Answer</summary>
#
# It adds up a number from the first code and a number from the second. Equality depends on both at once.
#
# </details>

# %% [markdown]
# **5.** A layer with 100 weights is called three times in a model. How many weights has the model from it?
#
# <details><summary>Answer</summary>
#
# 100. It is shared, and its gradient is the sum over the three calls.
#
# </details>

# %% [markdown]
# ## Further reading
#
# - Keras documentation: [merging layers](https://keras.io/api/layers/merging_layers/), and the guide
#   [The Functional API](https://keras.io/guides/functional_api/).
# - K. He, X. Zhang, S. Ren, J. Sun, "Deep residual learning for image recognition", *CVPR* 2016: the plus sign that made a
#   hundred layers trainable.
# - R. Srivastava, K. Greff, J. Schmidhuber, "Highway networks", 2015: the same way around, with a gate.
# - J. Bromley and others, "Signature verification using a 'siamese' time delay neural network", *NIPS* 1993: the first
#   twins.
# - S. Chopra, R. Hadsell, Y. LeCun, "Learning a similarity metric discriminatively, with application to face verification",
#   *CVPR* 2005: distances that are learned.
# - G. Huang, Z. Liu, L. van der Maaten, K. Weinberger, "Densely connected convolutional networks", *CVPR* 2017: `Concatenate`
#   instead of `Add`.
#
# **Next:** [15 · Embedding](15_embedding.ipynb).
