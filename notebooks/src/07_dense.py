# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3 (ipykernel)
#     language: python
#     name: python3
# ---

# %% [markdown]
# # 7 · Dense
#
# **When you have finished this chapter, you can**
#
# - say what a dense layer can see in its input, and what it cannot;
# - draw what each of its units does in the plane;
# - write its forward and its backward pass in ten lines of NumPy;
# - name all of its arguments, and say what each is good for;
# - count its parameters, read and set its weights, and understand its errors.
#
# **You need** [chapter 1](01_what_is_a_layer.ipynb) and [chapter 2](02_input_shape.ipynb). For the backward pass, the chain
# rule. **Time:** 40 minutes.

# %%
import re
import textwrap
import warnings

import matplotlib.pyplot as plt
import numpy as np

from layerlab import constraints, initializers, plots, regularizers
from layerlab.autodiff import Tape
from layerlab.datasets import mnist10k
from layerlab.layers import Dense, Flatten, Input
from layerlab.models import Sequential
from layerlab.optimizers import SGD, Adam
from layerlab.utils import set_random_seed

np.set_printoptions(precision=4, suppress=True)
plots.use_style()

# %% [markdown]
# ## A puzzle that is no puzzle
#
# Take the 784 pixels of each digit and shuffle them: the same shuffle for every picture. Could you still read the digits?

# %%
(train_pictures, y_train), (test_pictures, y_test) = mnist10k.load_data()
x_train = train_pictures.reshape(8000, 784).astype("float32") / 255
x_test = test_pictures.reshape(2000, 784).astype("float32") / 255

shuffle = np.random.default_rng(0).permutation(784)
shown = np.concatenate([x_test[:8], x_test[:8][:, shuffle]]).reshape(16, 28, 28)
axes = plots.images(shown, titles=[*y_test[:8], *y_test[:8]], columns=8, frames=True)
print("pixel 400 now comes from place", shuffle[400], "in every picture")

# %% [markdown]
# A model of dense layers learns from the pictures above, and another from the scrambled ones below. Guess how much worse
# the second will be.


# %%
def trained(pictures, order=None):
    """A model of two dense layers after four epochs; `order` shuffles the rows of its first kernel beforehand."""
    set_random_seed(0)
    model = Sequential([Input((784,)), Dense(64, activation="relu"), Dense(10, activation="softmax")])
    if order is not None:
        kernel, *others = model.get_weights()
        model.set_weights([kernel[order], *others])
    model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
    model.fit(pictures, y_train, epochs=4, batch_size=64, verbose=0)
    return model


def accuracy(model, pictures):
    return model.evaluate(pictures, y_test, verbose=0)[1]


plain = trained(x_train)
scrambled = trained(x_train[:, shuffle])
rng = np.random.default_rng(1)
all_different = trained(rng.permuted(x_train, axis=1))
results = {
    "pictures as they are": accuracy(plain, x_test),
    "the same shuffle for all": accuracy(scrambled, x_test[:, shuffle]),
    "a shuffle of its own for each": accuracy(all_different, rng.permuted(x_test, axis=1)),
}
ax = plots.bars(results, "share of test digits read right", mark=("guessing", 0.1))
ax.set_xlim(0, 1.1)
first, second, third = results.values()
print("one shuffle for all costs less than 2 points:", abs(first - second) < 0.02)
print("a shuffle for each ruins it:                 ", third < 0.3)

# %% [markdown]
# **What to see:** the first two bars are alike. What to us is a picture, is to a dense layer a list of 784 numbers without
# neighbors, without above and below. Each number has a weight of its own, and a sum has no order. Only if
# every picture is shuffled in a way of its own, there is hardly anything left to learn (how much ink there is, for
# instance): a pixel has to mean the same each time.
#
# We can say it more sharply. If we shuffle the *rows of the kernel* in the same way, the second model is the first one,
# number by number, through the whole training.

# %%
twin = trained(x_train[:, shuffle], order=shuffle)
same_outputs = np.allclose(twin.predict(x_test[:, shuffle], verbose=0), plain.predict(x_test, verbose=0), atol=1e-3)
same_kernel = np.allclose(twin.get_weights()[0], plain.get_weights()[0][shuffle], atol=1e-3)
print("the same outputs:", same_outputs, "- the same kernel, shuffled:", same_kernel)

# %% [markdown]
# Remember this when you meet layers that *do* know what a neighbor is: convolution ([chapter 11](11_convolution.ipynb)) takes shuffled pixels
# badly. A dense layer is what you take when the inputs have no order: features of a table, or what other layers have
# found.
#
# ## The formula
#
# "The regular deeply connected neural network layer", says the tutorial. Every input is joined to every unit, and each
# joint has a weight. The weights of a unit are a column of the **kernel** $W$, and each unit has a **bias** $b$:
#
# $$\underset{(N,\ \text{units})}{Y} \;=\; a\big(\underset{(N,\ \text{inputs})}{X}\;\underset{(\text{inputs},\ \text{units})}{W} \;+\; \underset{(\text{units},)}{b}\big)$$

# %%
layer = Dense(3, activation="relu", kernel_initializer=initializers.RandomNormal(stddev=0.7, seed=3))
layer.build((None, 4))
neurons, matrix = plots.dense_layer(layer, unit=0, title="each line on the left is a cell on the right")
print("kernel", layer.kernel.shape, "bias", layer.bias.shape)

# %% [markdown]
# **What to see:** the framed column on the right is the bundle of thick lines that leads into $y_0$ on the left.
#
# In words of NumPy, first as loops, then as one product:

# %%
batch = np.random.default_rng(5).normal(size=(6, 4)).astype("float32")
kernel, bias = layer.get_weights()

slow = np.zeros((6, 3))
for sample in range(6):
    for unit in range(3):
        total = bias[unit] + sum(batch[sample, i] * kernel[i, unit] for i in range(4))
        slow[sample, unit] = max(total, 0.0)
fast = np.maximum(batch @ kernel + bias, 0)
print("loops, product and layer agree:", np.allclose(slow, fast, atol=1e-6), np.allclose(fast, layer(batch), atol=1e-6))

# %% [markdown]
# ## Only the last axis
#
# Give a dense layer an array with more axes, *(batch, steps, features)* for instance. It acts on the last axis, and treats
# all the others as "how many". So every step of every sample goes through the same kernel.

# %%
sequences = np.random.default_rng(6).normal(size=(2, 3, 2)).astype("float32")
per_step = Dense(3, activation="tanh")
outputs = np.asarray(per_step(sequences))

figure, axes = plt.subplots(1, 2, figsize=(8.2, 2.9), width_ratios=[2.5, 3.1])
names = ["samples", "steps", "features"]
plots.array_cells((2, 3, 2), highlight=(1, 2), names=names, title="in (2, 3, 2)", ax=axes[0])
plots.array_cells((2, 3, 3), highlight=(1, 2), names=names, title="out (2, 3, 3)", ax=axes[1])
print("kernel:", per_step.kernel.shape, "- one for all steps")

# %% [markdown]
# **What to see:** the filled row on the right is made from the filled row on the left, and from nothing else.

# %%
kernel, bias = per_step.get_weights()
one_by_one = [[np.tanh(step @ kernel + bias) for step in sample] for sample in sequences]
print("step by step, the same:  ", np.allclose(one_by_one, outputs, atol=1e-6))
print("as a formula with indices:", np.allclose(np.tanh(np.einsum("nti,iu->ntu", sequences, kernel) + bias), outputs))

changed = sequences.copy()
changed[1, 2] += 10
differs = (np.asarray(per_step(changed)) != outputs).any(axis=2)
print("change step 2 of sample 1, and these outputs change:", np.argwhere(differs).tolist())

# %% [markdown]
# This is the trap that [chapter 2](02_input_shape.ipynb) begins with. `Dense(10)` on an array of shape `(N, 28, 28)` is no error: it treats each picture as 28 rows
# that know nothing of each other, and gives 28 answers. To let it see the whole picture, put a `Flatten` in front.

# %%
rows = Sequential([Input((28, 28)), Dense(10)])
whole = Sequential([Input((28, 28)), Flatten(), Dense(10)])
for name, model in {"without Flatten": rows, "with Flatten": whole}.items():
    print(f"{name:16} output {model.output_shape}, parameters {model.count_params():,}")

# %% [markdown]
# ## A column is a picture
#
# When the inputs are pixels, the weights of a unit can be laid out as a picture: orange where ink raises its sum, purple
# where ink lowers it. The simplest model of all, a single dense layer, shows best what that means.

# %%
set_random_seed(0)
templates = Sequential([Input((784,)), Dense(10, activation="softmax", kernel_initializer="zeros")])
templates.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
templates.fit(x_train, y_train, epochs=5, batch_size=64, verbose=0)
pictures = plots.kernels(templates.layers[0], (28, 28), count=10, columns=5, title="ten units, one for each digit")
print("one layer reads more than 85 of 100 test digits right:", accuracy(templates, x_test) > 0.85)

# %% [markdown]
# **What to see:** unit 0 has a purple hole in its middle: ink there speaks against a zero, and the ring around it speaks for
# one. Each unit lays its picture over the digit and adds up: a **template**. This is all that one layer can do. With a
# hidden layer in between, templates of parts can be combined.
#
# (`kernel_initializer="zeros"` does no harm here, because each unit has its own digit to learn and no layer comes before. In
# a hidden layer it would: [chapter 3](03_initializers.ipynb).)
#
# ## A unit is a line
#
# With two inputs, everything can be drawn in the plane. A unit's sum is $x_1 w_1 + x_2 w_2 + b$. It is zero on a straight
# line. The column of weights is an arrow that stands at a right angle on the line and points to the side where the sum is
# positive. The bias says how far from the origin the line lies: $-b / \lVert w \rVert$.

# %%
three = Dense(3)
three.build((None, 2))
three.set_weights([np.array([[1.0, -0.8, 0.0], [0.5, 0.9, -1.2]]), np.array([-1.0, 0.6, -0.9])])
distances = plots.unit_lines(three, title="three units, three lines")
print("distances of the lines from the origin:", distances)

# %% [markdown]
# **What to see:** each arrow starts on its line, and shows the way uphill. A longer arrow means a steeper slope.
#
# With three inputs the line becomes a plane, with 784 a **hyperplane**: flat, of one dimension less than the space. A unit
# with an activation asks on which side of it the input lies, and how far.
#
# One line can cut the plane in two. To fence in the inner class of these two rings, we need more units. How many?

# %%
rng = np.random.default_rng(0)
ring = np.arange(400) % 2
radius = 1.0 + 1.2 * ring + rng.normal(scale=0.18, size=400)
angle = rng.uniform(0, 2 * np.pi, size=400)
points = np.stack([radius * np.cos(angle), radius * np.sin(angle)], axis=1).astype("float32")


def fence(units, activation="relu", seed=1):
    """A model with one hidden layer that learns which ring a point belongs to."""
    set_random_seed(seed)
    hidden = Dense(units, activation, kernel_initializer="he_normal")
    model = Sequential([Input((2,)), hidden, Dense(1, activation="sigmoid")])
    model.compile(Adam(0.03), "binary_crossentropy", metrics=["accuracy"])
    model.fit(points, ring, epochs=40, batch_size=50, verbose=0)
    return model


figure, axes = plt.subplots(1, 4, figsize=(8.4, 2.9), layout="constrained", sharey=True)
right = {}
for ax, units in zip(axes, (1, 2, 3, 8), strict=True):
    model = fence(units)
    plots.decision_regions(model, points, ring, title=f"{units} unit{'s' * (units > 1)}", legend=False, ax=ax)
    ax.label_outer()
    right[units] = model.evaluate(points, ring, verbose=0)[1]
print("1 or 2 units, more than 90 % right:", right[1] > 0.9, right[2] > 0.9)
print("3 or 8 units, more than 90 % right:", right[3] > 0.9, right[8] > 0.9)

# %% [markdown]
# **What to see:** with one or two units the fence does not close. With three it does, and eight make it rounder. The last
# layer, a single unit, adds up how far a point lies beyond each line. So the fence is made of straight pieces, and has a
# corner where it crosses the line of a unit. Try other numbers, activations and first weights: some starts get stuck even
# with enough units.

# %% tags=["nbval-ignore-output"]
from ipywidgets import interact


def draw(units=3, activation="relu", seed=1):
    """Train a fence of some units, and show its regions and the lines of its hidden units."""
    model = fence(units, activation, seed)
    _, (left, other) = plt.subplots(1, 2, figsize=(8.4, 3.6), layout="constrained")
    plots.decision_regions(model, points, ring, legend=False, title="the answer", ax=left)
    plots.unit_lines(model.layers[0], points=points, labels=ring, title="the hidden units", ax=other)
    plt.show()


control = interact(draw, units=(1, 8), activation=["relu", "tanh", "linear"], seed=(1, 10))

# %% [markdown]
# ## A layer moves the plane
#
# There is another way to look at it. A layer with two inputs and two units sends every point of the plane to another point.
# Watch a square grid.

# %%
kernel = np.array([[1.0, 0.4], [-0.5, 0.9]], dtype="float32")
flat = np.array([[1.0, 0.5], [2.0, 1.0]], dtype="float32")


def mover(kernel, activation):
    """A layer that sends the plane into the plane."""
    layer = Dense(2, activation=activation, bias_initializer=initializers.Constant(0.5))
    layer.build((None, 2))
    layer.set_weights([kernel, *layer.get_weights()[1:]])
    return layer


panels = {
    "the plane": lambda x: x,
    "x @ W + b": mover(kernel, None),
    "relu(x @ W + b)": mover(kernel, "relu"),
    "W of rank 1": mover(flat, None),
}
corners = plots.plane_map(panels)
print("area of the grid:", abs(np.linalg.det(kernel)).round(4), "times what it was - with rank 1:", np.linalg.det(flat))

# %% [markdown]
# **What to see:** without an activation, lines stay lines and parallels stay parallel: the grid is turned, sheared, stretched
# and shifted. `relu` folds it onto the two axes: all that lies where both sums are negative ends in
# one point. The last kernel squeezes the
# plane onto a line: its second row is twice the first.
#
# The number of independent directions that survive is the **rank** of the matrix. It is never more than the smaller side of
# the kernel, and a narrow layer limits everything behind it.

# %%
wide_again = Sequential([Input((784,)), Dense(3), Dense(100)])
product = wide_again.layers[0].get_weights()[0] @ wide_again.layers[1].get_weights()[0]
print("784 -> 3 -> 100, without activation: a matrix of shape", product.shape)
print("rank of it:", np.linalg.matrix_rank(product), "- rank of a Dense(100) of its own:", end=" ")
alone = Dense(100)
alone.build((None, 784))
print(np.linalg.matrix_rank(alone.get_weights()[0]))

# %% [markdown]
# ## Backward, by hand
#
# To learn, a layer needs three gradients. Suppose somebody has told us $G$: how the loss changes with each number of
# $Z = XW + b$. It has the shape of $Z$, *(N, units)*. Then the chain rule gives
#
# $$\frac{\partial L}{\partial W} = X^\top G, \qquad \frac{\partial L}{\partial b} = \sum_n G_n, \qquad \frac{\partial L}{\partial X} = G\,W^\top .$$
#
# You need not learn this by heart: the shapes leave no choice. $\partial L/\partial W$ has the shape of $W$, *(inputs, units)*,
# and from an $X$ of *(N, inputs)* and a $G$ of *(N, units)* there is one product that has it. The bias is added to every
# sample, so its gradient is the sum over the samples.


# %%
class MyDense:
    def __init__(self, kernel, bias):
        self.kernel, self.bias = kernel, bias

    def forward(self, x):
        self.x, self.z = x, x @ self.kernel + self.bias
        return np.maximum(self.z, 0)

    def backward(self, gradient):
        g = gradient * (self.z > 0)
        return self.x.T @ g, g.sum(axis=0), g @ self.kernel.T


# %% [markdown]
# The line `g = gradient * (self.z > 0)` goes back through the relu: its slope is 1 or 0
# ([chapter 6](06_activations.ipynb)). Is it right? layerlab's tape finds gradients without being told these formulas.

# %%
layer = Dense(3, activation="relu", bias_initializer="random_normal")
layer.build((None, 4))
targets = np.random.default_rng(7).normal(size=(6, 3)).astype("float32")

with Tape() as tape:
    x = tape.watch(batch)
    loss = np.sum((layer(x) - targets) ** 2)
by_tape = tape.gradient(loss, [layer.kernel, layer.bias, x])

mine = MyDense(*layer.get_weights())
by_hand = mine.backward(2 * (mine.forward(batch) - targets))
for name, one, other in zip(["kernel", "bias", "input"], by_hand, by_tape, strict=True):
    print(f"gradient of the {name:7} {one.shape!s:7} the same: {np.allclose(one, other, atol=1e-5)}")

# %% [markdown]
# ### What the first gradient looks like
#
# $X^\top G$ has a meaning that you can see. Take the one-layer model on the digits, with kernel zero. Softmax gives every
# digit the probability 0.1, and the gradient of the loss by the sums turns out to be probability minus truth: $G = P - T$. So
# column $k$ of $-X^\top G$ adds up all pictures of the digit $k$, and subtracts a tenth of all pictures. (The loss is a mean
# over the samples, so we divide by their number.)

# %%
truth = np.eye(10, dtype="float32")[y_train]
by_hand = x_train.T @ (0.1 - truth) / len(x_train)

model = Sequential([Input((784,)), Dense(10, activation="softmax", kernel_initializer="zeros")])
model.compile(SGD(1.0), "sparse_categorical_crossentropy")
model.train_on_batch(x_train, y_train)
title = "the kernel after one step on all 8,000 digits: averages"
pictures = plots.kernels(model.layers[0], (28, 28), count=10, columns=5, title=title)
print("one step of SGD(1.0) is minus the gradient:", np.allclose(model.get_weights()[0], -by_hand, atol=1e-4))

# %% [markdown]
# **What to see:** the first step of learning is nothing but averaging: "looks like the mean of my digit, unlike the mean of
# all". Everything finer comes later.
#
# ## Every argument
#
# Only `units` is required. Here is the whole signature, with every default:

# %%
full = Dense(
    32,
    activation=None,
    use_bias=True,
    kernel_initializer="glorot_uniform",
    bias_initializer="zeros",
    kernel_regularizer=None,
    bias_regularizer=None,
    activity_regularizer=None,
    kernel_constraint=None,
    bias_constraint=None,
)
short = Dense(32)
same = {name for name, value in full.get_config().items() if value == short.get_config()[name]}
print("settings that differ from Dense(32):", set(full.get_config()) - same - {"name"} or "none")

# %% [markdown]
# | argument | what it does | typical use |
# |---|---|---|
# | `units` | number of columns of the kernel, so of outputs | |
# | `activation` | applied to the sums; `None` is `linear` | `"relu"` in hidden layers ([chapter 6](06_activations.ipynb)) |
# | `use_bias` | `False`: no bias | before a layer that shifts anyway |
# | `kernel_initializer` | first values of the kernel ([chapter 3](03_initializers.ipynb)) | `"he_normal"` with relu |
# | `bias_initializer` | first values of the bias | zeros; the log-odds of a rare class (below) |
# | `kernel_regularizer` | a price for large weights, in the loss ([chapter 5](05_regularizers.ipynb)) | `regularizers.L2(1e-4)` |
# | `bias_regularizer` | the same for the bias | seldom |
# | `activity_regularizer` | a price for large *outputs*, divided by the number of samples | sparse codes |
# | `kernel_constraint` | a rule the kernel is brought back to after each step ([chapter 4](04_constraints.ipynb)) | `constraints.MaxNorm(2)` |
# | `bias_constraint` | the same for the bias | `"NonNeg"` |
# | `input_shape` | Keras 2's way to announce the input; use `Input` | old code |
#
# ### use_bias
#
# Without a bias, every unit's line goes through the origin, and an input of zeros always gives zeros.

# %%
unbiased = Dense(3, use_bias=False)
print("output for zeros:", np.asarray(unbiased(np.zeros((1, 2), "float32")))[0])
print("weight arrays:", len(unbiased.get_weights()))

# %% [markdown]
# ### bias_initializer
#
# Which answer should a model give before it has learned anything? The frequency of the class. If one picture in ten is a
# zero, start a `sigmoid` unit for "is it a zero?" with the bias $\log(0.1 / 0.9)$, and the first loss is already that of
# the best constant answer.

# %%
is_zero = (y_train == 0).astype("float32")
share = is_zero.mean()
first_losses = {}
for name, start in {"zeros": "zeros", "log-odds": initializers.Constant(np.log(share / (1 - share)))}.items():
    model = Sequential([Input((784,)), Dense(1, "sigmoid", kernel_initializer="zeros", bias_initializer=start)])
    model.compile("sgd", "binary_crossentropy")
    first_losses[name] = model.evaluate(x_train, is_zero, verbose=0)
print({name: round(value, 3) for name, value in first_losses.items()})

# %% [markdown]
# ### The three regularizers
#
# Each adds an entry to `layer.losses`, and `fit` adds these to the loss. The one for the activity is divided by the number of
# samples, so that the size of the batch does not matter. By hand:

# %%
priced = Dense(
    3,
    kernel_regularizer=regularizers.L2(0.01),
    bias_regularizer=regularizers.L1(0.1),
    activity_regularizer=regularizers.L1(0.001),
    bias_initializer="ones",
)
outputs = np.asarray(priced(batch))
kernel, bias = priced.get_weights()
activity_price, kernel_price, bias_price = (float(price) for price in priced.losses)
print("activity:", np.isclose(activity_price, 0.001 * np.sum(np.abs(outputs)) / len(batch)))
print("kernel:  ", np.isclose(kernel_price, 0.01 * np.sum(kernel**2)))
print("bias:    ", np.isclose(bias_price, 0.1 * np.sum(np.abs(bias))))

# %% [markdown]
# ### The two constraints
#
# They act after each step of the optimizer. `NonNeg` on the kernel of the one-layer model forbids all purple: a unit can only
# say what speaks *for* its digit.

# %%
set_random_seed(0)
positive = Sequential([Input((784,))])
positive.add(Dense(10, "softmax", kernel_constraint=constraints.NonNeg(), bias_constraint="NonNeg"))
positive.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
positive.fit(x_train, y_train, epochs=3, batch_size=64, verbose=0)
pictures = plots.kernels(positive.layers[0], (28, 28), count=10, columns=5, title="kernels that may not be negative")
print("smallest weight of the kernel:", pictures.min(), "- of the bias:", positive.get_weights()[1].min() >= 0)
print("it costs accuracy:", accuracy(positive, x_test) < accuracy(templates, x_test))

# %% [markdown]
# **What to see:** nothing is purple. Compare with the first templates: what speaks against a digit carried information. The
# specks in the margins are first weights that never moved: no picture has ink there.
#
# ## Counting
#
# Each unit has one weight per input, and one bias:
#
# $$\text{parameters} = (\text{inputs} + 1) \times \text{units}$$
#
# The model of the tutorial's introduction, and its usual example `Dense(512, activation='relu', input_shape=(784,))`:

# %%
introduction = Sequential(name="introduction")
introduction.add(Input((16,)))
for name, units in {"first": 32, "second": 16, "third": 8}.items():
    introduction.add(Dense(units, name=name))
print([layer.count_params() for layer in introduction.layers], "together", introduction.count_params())
print([(16 + 1) * 32, (32 + 1) * 16, (16 + 1) * 8], "by hand")
print("784 inputs, 512 units:", (784 + 1) * 512, "=", Sequential([Input((784,)), Dense(512)]).count_params())

# %% [markdown]
# Several examples of the tutorial leave out the line `model = Sequential()`. If you run two of them one after the other, the
# second layer lands on top of the first, and its `input_shape` is ignored. You wanted 401,920 parameters, and get

# %%
with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    model = Sequential()
    model.add(Dense(512, activation="relu", input_shape=(784,), kernel_initializer=initializers.Ones()))
    model.add(Dense(512, activation="relu", input_shape=(784,), kernel_initializer=initializers.Constant(value=0)))
print(f"{model.count_params():,} parameters in", len(model.layers), "layers")
print("kernels:", [layer.kernel.shape for layer in model.layers])

# %% [markdown]
# ## Reading and setting weights
#
# `get_weights()` gives copies, in the order kernel, bias. `set_weights()` takes arrays of the same shapes. Each weight has a
# name and a path.

# %%
model = Sequential([Input((4,)), Dense(2, name="small")], name="demo")
for weight in model.weights:
    print(weight.path, weight.shape, weight.dtype)
model.layers[0].set_weights([np.ones((4, 2)), np.array([10.0, 20.0])])
print(np.asarray(model(np.ones((1, 4), "float32"))))

copied = model.get_weights()[0]
copied[:] = 0
print("a copy does not change the layer:", bool(model.get_weights()[0].any()))

# %% [markdown]
# ## The errors people meet


# %%
def attempt(action):
    """Do something that fails, and print what the error says."""
    try:
        action()
        print("no error")
    except (ValueError, TypeError) as error:
        message = f"{type(error).__name__}: {re.sub(' at 0x[0-9a-f]+', '', str(error))}"
        for part in [message, *getattr(error, "__notes__", [])]:
            for line in part.splitlines():
                print(textwrap.fill(line, 95, subsequent_indent="    "))


# %% [markdown]
# **A single sample.** The layer wants a batch. Remedy: `sample[np.newaxis]`.

# %%
sample = np.zeros(16, "float32")
attempt(lambda: introduction(sample))
print("with a batch axis:", introduction(sample[np.newaxis]).shape)

# %% [markdown]
# **Another number of features.** The kernel has 16 rows once and for all.

# %%
attempt(lambda: introduction(np.zeros((5, 15), "float32")))

# %% [markdown]
# **A misspelled argument.** The tutorial's example for `VarianceScaling` says `skernel_initializer`. It has never run.

# %%
my_init = initializers.VarianceScaling(scale=1.0, mode="fan_in", distribution="normal", seed=None)
attempt(lambda: Dense(512, activation="relu", skernel_initializer=my_init))

# %% [markdown]
# **Units that are no count.**

# %%
for units in (0, 32.0, (32,)):
    attempt(lambda units=units: Dense(units))
attempt(Dense)

# %% [markdown]
# **No input shape** is *no* error. "Requires shape of the input", say the tutorials; but a layer without it waits, and makes
# its weights when it sees the first batch.

# %%
waiting = Dense(32)
print("before:", len(waiting.weights), "weights")
waiting(np.zeros((5, 16), "float32"))
print("after: ", [weight.shape for weight in waiting.weights])

# %% [markdown]
# <div style="border-left: 4px solid #D55E00; padding: 1px 16px">
#
# **What the tutorials get wrong, or leave out**
#
# - *"Keras layer requires below minimum details"*: shape of the input, units, initializers, regularizers, constraints,
#   activations. Only the units are required.
# - `skernel_initializer = my_init`: no such argument. Keras 3 and layerlab raise a `ValueError`, Keras 2 a `TypeError`.
# - A parenthesis is missing, four line breaks are lost: a `SyntaxError` each ([chapter 3](03_initializers.ipynb)). Where
#   `model = Sequential()` is missing, layers pile up: 664,576 parameters instead of 401,920.
# - Every example imports `Activation`, and none uses it. With `activation=` in the layer it is not needed
#   ([chapter 6](06_activations.ipynb)).
# - Every example passes `input_shape=`. It works, with a warning since Keras 3; write `Input((784,))` in front.
# - *"Deeply connected"*: the usual word is *densely*, or *fully* connected. It has nothing to do with depth.
# - They never say that a dense layer does not see the order of its inputs, nor that it acts on the last axis only.
# - They never mention the batch axis: `input_shape=(16,)` means `(N, 16)`, and one sample of shape `(16,)` is refused.
#
# </div>

# %%
with warnings.catch_warnings(record=True) as caught:
    warnings.simplefilter("always")
    Sequential([Dense(512, activation="relu", input_shape=(784,))])
print(textwrap.fill(str(caught[0].message), 95))

# %% [markdown]
# <div style="border-left: 4px solid #0072B2; padding: 1px 16px">
#
# **Keras 1, 2 and 3**
#
# | | Keras 1 | Keras 2 | Keras 3 |
# |---|---|---|---|
# | units | `output_dim` | `units`, also as `32.0` | `units`, a whole number |
# | arguments | `init`, `W_regularizer`, `b_constraint`, `bias=True` | `kernel_initializer`, `kernel_regularizer`, `bias_constraint`, `use_bias=True` | as in Keras 2 |
# | input | `input_dim=16` | `input_shape=(16,)` | `Input((16,))` in front |
# | more than two axes | in the first versions a layer of its own, `TimeDistributedDense` | acts on the last axis; `EinsumDense` on any | the same |
# | unknown argument | an error | `TypeError` | `ValueError` |
#
# Keras 3 has three arguments more, `lora_rank`, `lora_alpha` and `quantization_config`, for adapting very large models. layerlab
# accepts them only as `None`.
#
# </div>

# %% [markdown]
# ## Try it

# %% [markdown]
# **1. A layer that counts.** Set the weights of a `Dense(2)` on three inputs so that the first output is the sum of the
# inputs, and the second is the difference of the first two, plus 5.
#
# <details><summary>Answer</summary>
#
# ```python
# counter = Dense(2)
# counter.build((None, 3))
# counter.set_weights([np.array([[1.0, 1.0], [1.0, -1.0], [1.0, 0.0]]), np.array([0.0, 5.0])])
# assert np.allclose(counter(np.array([[3.0, 2.0, 1.0]])), [[6.0, 6.0]])
# ```
#
# </details>

# %%
# your turn: counter = Dense(2), then build and set_weights

# %% [markdown]
# **2. Exclusive or.** The four points (0, 0), (0, 1), (1, 0), (1, 1) have the classes 0, 1, 1, 0. No single line separates
# them. Find weights for a hidden `Dense(2, activation="relu")` and a `Dense(1)` that give these classes exactly, on paper.
#
# <details><summary>Answer</summary>
#
# Units $\max(x_1 + x_2, 0)$ and $\max(x_1 + x_2 - 1, 0)$; the output is the first minus twice the second.
#
# ```python
# xor = Sequential([Input((2,)), Dense(2, activation="relu"), Dense(1)])
# xor.set_weights([np.ones((2, 2)), np.array([0.0, -1.0]), np.array([[1.0], [-2.0]]), np.zeros(1)])
# corners = np.array([[0, 0], [0, 1], [1, 0], [1, 1]], dtype="float32")
# plots.decision_regions(xor, corners, [0, 1, 1, 0])
# assert np.allclose(xor(corners)[:, 0], [0, 1, 1, 0])
# ```
#
# </details>

# %%
# your turn: xor.set_weights([...]), then plots.decision_regions(xor, corners, [0, 1, 1, 0])

# %% [markdown]
# **3. Train without a library.** Write the training of a single `MyDense` with ten units in NumPy: forward, `backward`, and a step
# against the gradient, fifty times, on data of your own.
#
# <details><summary>Answer</summary>
#
# ```python
# rng = np.random.default_rng(0)
# x, targets = rng.normal(size=(200, 5)), np.abs(rng.normal(size=(200, 10)))
# kernel, bias = rng.normal(size=(5, 10)) * 0.5, np.zeros(10)
# losses = []
# for _ in range(50):
#     z = x @ kernel + bias
#     error = np.maximum(z, 0) - targets
#     losses.append(np.mean(error**2))
#     g = 2 * error * (z > 0) / error.size
#     kernel, bias = kernel - 0.5 * x.T @ g, bias - 0.5 * g.sum(axis=0)
# assert losses[-1] < losses[0]
# ```
#
# </details>

# %%
# your turn: kernel = kernel - 0.5 * x.T @ g

# %% [markdown]
# **4. Shuffle the units.** The order of the inputs is arbitrary, if the rows of the kernel follow. What about the order of the
# hidden units? Permute the units of a model with one hidden layer so that its answers do not change.
#
# <details><summary>Answer</summary>
#
# ```python
# model = Sequential([Input((4,)), Dense(6, activation="relu"), Dense(2)])
# x = np.random.default_rng(0).normal(size=(5, 4)).astype("float32")
# before, order = np.asarray(model(x)), np.random.default_rng(1).permutation(6)
# kernel, bias, last, last_bias = model.get_weights()
# model.set_weights([kernel[:, order], bias[order], last[order], last_bias])
# assert np.allclose(model(x), before, atol=1e-6)
# ```
#
# Columns of the first kernel, its bias, and *rows* of the next kernel. So each model with 6 hidden units can be
# written in $6! = 720$ ways.
#
# </details>

# %%
# your turn: model.set_weights([kernel[:, order], ...])

# %% [markdown]
# The exercises of this chapter, which check your answers and name the slip:
# [exercises](../exercises/07_dense.ipynb).

# %% [markdown]
# ## Five quick questions

# %% [markdown]
# **1.** A `Dense(7)` gets an array of shape `(32, 10, 5)`. Shapes of output, kernel and bias?
#
# <details><summary>Answer</summary>
#
# `(32, 10, 7)`, `(5, 7)`, `(7,)`.
#
# </details>

# %% [markdown]
# **2.** How many parameters has `Dense(100)` on 50 inputs? And with `use_bias=False`?
#
# <details><summary>Answer</summary>
#
# (50 + 1) × 100 = 5,100; without bias 5,000.
#
# </details>

# %% [markdown]
# **3.** $X$ is `(N, inputs)`, $G$ is `(N, units)`. Which product is the gradient of the kernel?
#
# <details><summary>Answer</summary>
#
# `X.T @ G`, of shape `(inputs, units)`.
#
# </details>

# %% [markdown]
# **4.** You mirror all pictures, in training and in testing. What happens to the accuracy of a dense model?
#
# <details><summary>Answer</summary>
#
# Nothing, but for chance: mirroring is one fixed shuffle of the pixels.
#
# </details>

# %% [markdown]
# **5.** What does the bias of a unit do to its line in the plane?
#
# <details><summary>Answer</summary>
#
# It moves it without turning it: the distance from the origin is $-b / \lVert w\rVert$.
#
# </details>

# %% [markdown]
# ## Further reading
#
# - Keras documentation: [Dense layer](https://keras.io/api/layers/core_layers/dense/), with every argument.
# - G. Strang, *Introduction to Linear Algebra*, Wellesley-Cambridge Press: rank, and what a matrix does with space.
# - I. Goodfellow, Y. Bengio, A. Courville, [*Deep Learning*](https://www.deeplearningbook.org/), MIT Press 2016, chapter 6:
#   exclusive or, hidden units, and the backward pass.
# - M. Minsky, S. Papert, *Perceptrons*, MIT Press 1969: what one layer cannot do.
# - G. Cybenko, "Approximation by superpositions of a sigmoidal function", *Mathematics of Control, Signals and Systems* 2
#   (1989) 303–314: what one hidden layer can do.
#
# **Next:** [8 · Dropout](08_dropout.ipynb).
