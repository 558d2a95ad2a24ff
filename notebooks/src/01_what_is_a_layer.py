# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3 (ipykernel)
#     language: python
#     name: python3
# ---

# %% [markdown]
# # 1 · What is a layer?
#
# **When you have finished this chapter, you can**
#
# - say in one sentence what a layer is, and write one in ten lines of NumPy;
# - read the model that most Keras tutorials begin with, argument by argument;
# - count its 1,208 parameters by hand;
# - say what changes when a network learns, and what does not;
# - train the same kind of model on handwritten digits, and look inside it.
#
# **You need** Python, NumPy arrays, and what a matrix product is. **Time:** 30 to 40 minutes.
#
# Run the cells from top to bottom with <kbd>Shift</kbd>+<kbd>Enter</kbd>. Change them, run them again, break them.
# Everything here runs on your own computer in a few seconds.

# %%
import textwrap
import warnings

import matplotlib.pyplot as plt
import numpy as np

from layerlab import constraints, initializers, plots, regularizers
from layerlab.datasets import mnist10k
from layerlab.layers import Activation, Dense, Dropout, Input
from layerlab.models import Sequential
from layerlab.optimizers import SGD, Adam
from layerlab.utils import set_random_seed

np.set_printoptions(precision=4, suppress=True)
plots.use_style()

# %% [markdown]
# ## Three layers that are only one
#
# Here is a stack of three layers. It takes 16 numbers and turns them into 32, then 16, then 8.
# Its weights are random. Nothing has been trained.

# %%
set_random_seed(1)
stack = Sequential(
    [
        Input((16,)),
        Dense(32, bias_initializer="random_normal"),
        Dense(16, bias_initializer="random_normal"),
        Dense(8, bias_initializer="random_normal"),
    ]
)
print(f"the stack is made of {stack.count_params():,} numbers")

# %% [markdown]
# Now take the weights out of the three layers and multiply them together. Never mind yet what they are: look at the
# result.

# %%
(w1, b1), (w2, b2), (w3, b3) = (layer.get_weights() for layer in stack.layers)
matrix = w1 @ w2 @ w3
vector = (b1 @ w2 + b2) @ w3 + b3

x = np.random.default_rng(0).normal(size=(5, 16)).astype("float32")
difference = np.abs(stack(x) - (x @ matrix + vector)).max()
print("one matrix and one vector:", matrix.size, "+", vector.size, "numbers")
print("same outputs as the stack, to 5 decimals:", bool(difference < 1e-5))

# %% [markdown]
# Three layers and 1,208 numbers do exactly what one layer with 128 + 8 = 136 numbers does. You could stack a hundred of
# them and gain nothing.
#
# Now change one thing. Give the first two layers the word `relu`, and keep every weight as it is.

# %%
bent = Sequential(
    [
        Input((16,)),
        Dense(32, activation="relu"),
        Dense(16, activation="relu"),
        Dense(8),
    ]
)
bent.set_weights(stack.get_weights())


def keeps_midpoints(model):
    """Whether the output halfway between two inputs is halfway between their outputs."""
    a, b = x[0:1], x[1:2]
    return np.allclose(model((a + b) / 2), (model(a) + model(b)) / 2, atol=1e-4)


print("without relu, midpoints stay midpoints:", keeps_midpoints(stack))
print("with relu, midpoints stay midpoints:   ", keeps_midpoints(bent))

# %% [markdown]
# $x \mapsto xW + b$ always sends the point halfway between two inputs to the point halfway between the two outputs.
# The second model does not. So no single matrix can replace it, however clever.
#
# With one number in and one number out, you can see it.

# %%
line = np.linspace(-3, 3, 301, dtype="float32")[:, None]


def random_curve(units, activation, seed):
    """What an untrained 1 - units - units - 1 model makes of the numbers from -3 to 3."""
    set_random_seed(seed)
    spread = initializers.RandomNormal(stddev=1.0)
    model = Sequential([Input((1,))])
    model.add(Dense(units, activation, kernel_initializer="he_normal", bias_initializer=spread))
    model.add(Dense(units, activation, kernel_initializer="he_normal", bias_initializer=spread))
    model.add(Dense(1))
    return np.asarray(model(line))


figure, axes = plt.subplots(1, 2, figsize=(8, 3), layout="constrained")
for ax, activation in zip(axes, ["linear", "relu"], strict=True):
    curves = {f"model {seed}": random_curve(8, activation, seed) for seed in (1, 2, 3)}
    plots.curves(line[:, 0], curves, title=activation, legend=activation == "relu", ax=ax)
    bend = np.abs(np.diff(curves["model 1"], n=2, axis=0)).max()
    print(f"{activation:6} model 1 has a bend:", bool(bend > 1e-4))

# %% [markdown]
# **What to see:** three layers without an activation draw a straight line, always. With relu, the line gets corners.
# Learning will be the art of putting the corners in the right places.
#
# Now we can say it. **A layer is a function on arrays that carries numbers of its own, and these numbers can learn.** For a
# dense layer, the function is: a matrix, a vector, and a bend. The rest of this chapter takes the two sentences apart.
#
# Run the next cell and move the sliders. (Without a running kernel you see nothing under it; the picture above shows
# two of its settings.)

# %% tags=["nbval-ignore-output"]
from ipywidgets import interact


def draw(units=8, activation="relu", seed=1):
    """One untrained model, drawn again at every move of a slider."""
    curve = {f"{units} units": random_curve(units, activation, seed)}
    plots.curves(line[:, 0], curve, title=f"a random model, activation = {activation}")
    plt.show()


kinds = ["relu", "linear", "tanh", "sigmoid"]
control = interact(draw, units=(1, 64), activation=kinds, seed=(1, 20))

# %% [markdown]
# ## One neuron
#
# A layer is made of **units**, also called neurons. One unit does four things: multiply each input by a weight, add
# up, add a bias, apply the activation.

# %%
output = plots.neuron(inputs=[1, 2, 3], weights=[0.5, -1, 1.25], bias=-1, activation="relu")
print("output of the neuron:", output)

# %% [markdown]
# **What to see:** thicker lines are larger weights; orange is positive, purple negative. The weight of $x_1$ is
# negative: the larger $x_1$, the smaller the sum. As a formula, with $a$ for the activation:
#
# $$y = a\Big(\sum_i x_i\, w_i + b\Big)$$
#
# The tutorials write the same as `result = Activation(SUMOF(input * weight) + bias)`. The activation here is `relu`:
# $\max(z, 0)$. It lets positive sums through and stops negative ones at zero.
#
# In Python, first as a loop, then as NumPy says it:

# %%
inputs, weights, bias = np.array([1.0, 2.0, 3.0]), np.array([0.5, -1.0, 1.25]), -1.0

total = bias
for value, weight in zip(inputs, weights, strict=True):
    total += value * weight

print("loop: ", max(total, 0.0))
print("NumPy:", np.maximum(inputs @ weights + bias, 0.0))

# %% [markdown]
# ## A layer is many neurons side by side
#
# Give several neurons the same inputs, and you have a **dense** layer: every input is joined to every unit. Write the
# weights of each unit as a column, put the columns side by side, and the layer is a matrix: the **kernel**.

# %%
kernel = np.array([[0.9, -0.4, 0.2], [-0.7, 1.0, 0.5], [0.3, 0.6, -1.1], [0.1, -0.8, 0.7]])
bias = np.array([0.1, -0.2, 0.3])

small = Dense(3, activation="relu")
small.build((None, 4))
small.set_weights([kernel, bias])
plots.dense_layer(small, unit=1)
print("kernel:", small.kernel.shape, " bias:", small.bias.shape)

# %% [markdown]
# **What to see:** the lines that lead into $y_1$ are the framed column, color by color. Row = input, column = unit. Like
# NumPy, we count from 0.
#
# We almost never compute one sample at a time. We stack $N$ samples as the rows of a matrix $X$, and one matrix
# product does all of them:
#
# $$\underset{(N,\ \text{units})}{Y} \;=\; a\big(\underset{(N,\ \text{inputs})}{X}\;\underset{(\text{inputs},\ \text{units})}{W} \;+\; \underset{(\text{units},)}{b}\big)$$
#
# The bias has one number per unit. NumPy adds it to every row.
#
# ## A layer in ten lines
#
# Here is all of it. The first weights are random numbers between $-\ell$ and $\ell$ with
# $\ell = \sqrt{6 / (\text{inputs} + \text{units})}$: that is what `Dense` does when you do not ask for anything else
# ([chapter 3](03_initializers.ipynb) says why).


# %%
class MyDense:
    def __init__(self, units, activation=lambda z: z):
        self.units, self.activation = units, activation

    def build(self, inputs, rng):
        limit = np.sqrt(6 / (inputs + self.units))
        self.kernel = rng.uniform(-limit, limit, size=(inputs, self.units))
        self.bias = np.zeros(self.units)

    def __call__(self, x):
        return self.activation(x @ self.kernel + self.bias)


mine = MyDense(3, activation=lambda z: np.maximum(z, 0))
mine.build(4, rng=np.random.default_rng(0))
samples = np.random.default_rng(1).normal(size=(2, 4))
print(mine(samples))

# %% [markdown]
# Is that really what the library does? Give both the same weights and compare.

# %%
theirs = Dense(3, activation="relu")
theirs.build((None, 4))
theirs.set_weights([mine.kernel, mine.bias])
print(np.asarray(theirs(samples)))
print("the same:", np.allclose(mine(samples), theirs(samples), atol=1e-6))

# %% [markdown]
# That is `Dense`. What the library adds is around it: names, checks, penalties, constraints, and gradients.
#
# ## The tutorial's model, line by line
#
# Most introductions to Keras layers start from this model. In layerlab it is the same code: only the name in the
# imports changes. They write `from keras.models import Sequential`, `from keras.layers import Activation, Dense`,
# `from keras import initializers`, and the same for `regularizers` and `constraints`; here it is `layerlab` instead of `keras`.

# %%
with warnings.catch_warnings(record=True) as caught:
    warnings.simplefilter("always")
    old_style = Sequential()
    old_style.add(
        Dense(
            32,
            input_shape=(16,),
            kernel_initializer="he_uniform",
            kernel_regularizer=None,
            kernel_constraint="MaxNorm",
            activation="relu",
        )
    )
    old_style.add(Dense(16, activation="relu"))
    old_style.add(Dense(8))

print(f"{old_style.count_params():,} parameters")
for warning in caught:
    print(textwrap.fill(f"{warning.category.__name__}: {warning.message}", 90))

# %% [markdown]
# It works, and it warns. `input_shape=` inside the first layer is how Keras 1 and 2 did it. Since Keras 3 you say what
# comes in with an `Input` of its own, in front. The model is the same:

# %%
set_random_seed(7)
model = Sequential(name="tutorial")
model.add(Input((16,)))
model.add(
    Dense(
        32,
        kernel_initializer="he_uniform",
        kernel_constraint="MaxNorm",
        activation="relu",
        name="first",
    )
)
model.add(Dense(16, activation="relu", name="second"))
model.add(Dense(8, name="third"))
model.summary()

# %% [markdown]
# Read the table from top to bottom: shape after each layer, and how many numbers the layer has to learn. `None` stands
# for the number of samples, which may be anything ([chapter 2](02_input_shape.ipynb) is about that).

# %%
steps = plots.shape_flow(model, title="sixteen numbers in, eight numbers out")
for name, shape, weights in steps:
    print(f"{name:6} {shape!s:10} {weights:4} weights")

# %% [markdown]
# Now each argument, with the number that proves it.
#
# ### `32`: the units
#
# The number of neurons, so the number of columns of the kernel, so the number of outputs.

# %%
first = model.layers[0]
print("kernel:", first.kernel.shape, " bias:", first.bias.shape)
print("16 numbers in,", first(np.zeros((1, 16), "float32")).shape[1], "numbers out")

# %% [markdown]
# ### `input_shape=(16,)`: the shape of one sample
#
# It fixes the number of *rows* of the kernel, here 16. The second and the third layer are not told: they read it off
# the layer before. This is why only the first layer of a model mentions its input.

# %%
for layer in model.layers:
    print(f"{layer.name:7} kernel {layer.kernel.shape}")

# %% [markdown]
# ### Counting to 1,208
#
# Every unit has one weight per input, and one bias. So a dense layer has
#
# $$(\text{inputs} + 1) \times \text{units}$$
#
# numbers to learn. Try it on paper before you run the cell.

# %%
counted = 0
for inputs, units in [(16, 32), (32, 16), (16, 8)]:
    counted += (inputs + 1) * units
    print(f"({inputs} + 1) x {units:2} = {(inputs + 1) * units:4}")
print(f"together    {counted}, the model says {model.count_params()}")
print(f"as float32, 4 bytes each: {counted * 4 / 1024:.2f} KB")

# %% [markdown]
# ### `kernel_initializer='he_uniform'`: the first numbers
#
# Before training, the kernel has to hold *something*. `he_uniform` draws each weight between $-\ell$ and $\ell$ with
# $\ell = \sqrt{6 / \text{inputs}}$. The word is looked up in `layerlab.initializers`; it stands for an object.

# %%
limit = np.sqrt(6 / 16)
kernel = first.get_weights()[0]
plots.histogram(
    kernel,
    marks={f"-{limit:.4f}": -limit, f"+{limit:.4f}": limit},
    bins=24,
    xlabel="weight",
    title="the 512 first weights of the first layer",
)
print("'he_uniform' stands for", type(initializers.get("he_uniform")).__name__)
print(f"limit {limit:.4f}, largest weight {np.abs(kernel).max():.4f}")
print("all biases zero:", not first.get_weights()[1].any())

# %% [markdown]
# **What to see:** all heights about alike, and nothing beyond the two dashed lines. The data played no part:
# an initializer fills *weights*, and knows only the shape of the kernel ([chapter 3](03_initializers.ipynb)).
#
# ### `kernel_regularizer=None`: no penalty
#
# A regularizer adds a price for large weights to the loss. `None` means no price, and it is the default. So leaving
# the argument out changes nothing. With `regularizers.L2(0.01)`, the price would be a hundredth of the sum of all squares
# ([chapter 5](05_regularizers.ipynb)).

# %%
print("penalties of the first layer:", first.losses)
price = float(regularizers.L2(0.01)(kernel))
print(f"with L2(0.01) it would be {price:.4f}; 0.01 x the sum of squares is {0.01 * np.sum(kernel**2):.4f}")

# %% [markdown]
# ### `kernel_constraint='MaxNorm'`: a leash
#
# After every update, each column of the kernel (the weights of one unit) that is longer than 2 is shortened to length
# 2 ([chapter 4](04_constraints.ipynb)). The word stands for `MaxNorm(max_value=2, axis=0)`. Nothing happens at the start:
# the columns are short anyway. Make the kernel four times as large, and the leash tightens.

# %%
leash = constraints.get("MaxNorm")


def column_lengths(kernel):
    return np.linalg.norm(kernel, axis=0)


print(f"longest column of the kernel:        {column_lengths(kernel).max():.2f}")
print(f"of the kernel times 4:               {column_lengths(4 * kernel).max():.2f}")
print(f"the same, after MaxNorm:             {column_lengths(leash(4 * kernel)).max():.2f}")
print(f"largest single weight after MaxNorm: {np.abs(leash(4 * kernel)).max():.2f}")

# %% [markdown]
# ### `activation='relu'`: the bend
#
# You met it above. The third layer, `Dense(8)`, has none: its outputs may be any number, negative ones too.

# %%
outputs = np.asarray(first(x))
print("smallest output of the first layer, with relu:", outputs.min())
print("between 30 % and 70 % of them are 0:", bool(0.3 < np.mean(outputs == 0) < 0.7))
print("the third layer gives negative numbers too:", bool((np.asarray(model(x)) < 0).any()))

# %% [markdown]
# The tutorials also import a layer called `Activation`, and never use it. It is the bend alone. `Dense(32, activation="relu")`
# is a `Dense(32)` and an `Activation("relu")` in one ([chapter 6](06_activations.ipynb)):

# %%
apart = Sequential([Input((16,)), Dense(32), Activation("relu")])
apart.set_weights(first.get_weights())
print("in one or in two, the same:", np.array_equal(apart(x), first(x)))

# %% [markdown]
# ## What learning changes
#
# Only the numbers. The wiring, the shapes, the formula: all of that stays. Learning nudges each of the 1,208 numbers
# in the direction that makes the **loss** smaller. The loss is one number that says how wrong the outputs are.
#
# How do we find that direction? Wiggle one weight a little, and watch the loss. Do that for every weight: you have the
# **gradient**. Then take a small step against it. That is a training step, in ten lines.

# %%
rng = np.random.default_rng(3)
features = rng.normal(size=(20, 3))
targets = features @ np.array([[1.0], [-2.0], [0.5]])
weights = np.zeros((3, 1))


def loss(weights):
    return np.mean((features @ weights - targets) ** 2)


def wiggle(weights, step=1e-4):
    gradient = np.zeros_like(weights)
    for i in range(len(weights)):
        nudge = np.zeros_like(weights)
        nudge[i] = step
        gradient[i] = (loss(weights + nudge) - loss(weights - nudge)) / (2 * step)
    return gradient


stepped = weights - 0.1 * wiggle(weights)
print(f"loss before {loss(weights):.4f}, after one step {loss(stepped):.4f}")
print("weights after one step:", stepped.ravel())

# %% [markdown]
# The library takes the same step: `SGD(0.1)` is "go a tenth of the gradient downhill", `mse` the mean squared error.

# %%
neuron = Sequential([Input((3,)), Dense(1, use_bias=False, kernel_initializer="zeros")])
neuron.compile(optimizer=SGD(0.1), loss="mse")
neuron.train_on_batch(features, targets)
print("weights after one step:", neuron.get_weights()[0].ravel())
print("the same:", np.allclose(neuron.get_weights()[0], stepped, atol=1e-5))

# %% [markdown]
# Wiggling 1,208 weights one by one would be slow. The library finds the whole gradient in one sweep backward through
# the model ([appendix A](A_how_a_layer_learns.ipynb)).
#
# Now many steps. A model with one input, one output and two **hidden** layers of 32 units is to learn a wave. (Hidden layers
# are those whose outputs only the next layer sees.) `compile` says how it is to learn: with which loss, and with which
# **optimizer**, the rule that makes a step of a gradient. `SGD` goes the same fraction of the gradient every time. `Adam`, a
# popular choice, finds a length of step for each weight.

# %%
wave = np.sin(2 * line)
set_random_seed(1)
learner = Sequential([Input((1,)), Dense(32, "tanh"), Dense(32, "tanh"), Dense(1)])
learner.compile(optimizer=Adam(0.01), loss="mse")

before = learner.get_weights()
snapshots = {"after 0 steps": learner.predict(line, verbose=0)}
losses = [learner.evaluate(line, wave, verbose=0)]
for start, stop in [(0, 20), (20, 100), (100, 500)]:
    learner.fit(line, wave, batch_size=301, initial_epoch=start, epochs=stop, verbose=0)
    snapshots[f"after {stop} steps"] = learner.predict(line, verbose=0)
    losses.append(learner.evaluate(line, wave, verbose=0))

data = line[::6, 0], wave[::6, 0]
plots.curves(line[:, 0], snapshots, points=data, title="a model learns a wave")
after = learner.get_weights()
print("the loss fell every time:", losses == sorted(losses, reverse=True))
print("and ended below 0.01:", losses[-1] < 0.01)
print("same shapes:", [a.shape == b.shape for a, b in zip(before, after, strict=True)])
print("same numbers:", [bool(np.array_equal(a, b)) for a, b in zip(before, after, strict=True)])

# %% [markdown]
# **What to see:** at the start a random curve, at the end the wave. Six arrays had the same shapes before and after.
# All that the model learned is in their numbers.
#
# ## On real data: handwritten digits
#
# The same kind of model, on pictures. The package brings 10,000 digits from the MNIST database: 8,000 to learn from,
# 2,000 to test with.

# %%
(train_pictures, y_train), (test_pictures, y_test) = mnist10k.load_data()
print("training pictures:", train_pictures.shape, "- test pictures:", test_pictures.shape)
print("gray values from", train_pictures.min(), "to", train_pictures.max())
axes = plots.images(test_pictures[:20], titles=y_test[:20], columns=10)

# %% [markdown]
# A dense layer wants one row of numbers per sample. So we lay the 28 rows of each picture end to end: 28 × 28 = 784
# numbers. And we divide by 255, so that they lie between 0 and 1.

# %%
x_train = train_pictures.reshape(8000, 784).astype("float32") / 255
x_test = test_pictures.reshape(2000, 784).astype("float32") / 255

set_random_seed(0)
digits = Sequential(name="digits")
digits.add(Input((784,)))
digits.add(Dense(512, activation="relu", name="hidden"))
digits.add(Dropout(0.2, name="dropout"))
digits.add(Dense(10, activation="softmax", name="output"))
digits.compile(optimizer="adam", loss="sparse_categorical_crossentropy", metrics=["accuracy"])

first_kernel = digits.layers[0].get_weights()[0]
_, accuracy = digits.evaluate(x_test, y_test, verbose=0)
steps = plots.shape_flow(digits, title="784 gray values in, ten probabilities out")
print(f"(784 + 1) x 512 + (512 + 1) x 10 = {digits.count_params():,} parameters")
print("untrained, fewer than 20 in 100 test digits are read right:", accuracy < 0.2)

# %% [markdown]
# Untrained, the model is no better than guessing, which gets about one digit in ten. What is new:
#
# - `softmax` turns the ten outputs into probabilities: all positive, and together 1. The largest is the answer.
# - `Dropout(0.2)` switches off about one in five of the hidden units, different ones at every step, in training only. It
#   has no weights. It keeps the model from leaning on single units
#   ([chapter 8](08_dropout.ipynb)).
# - `sparse_categorical_crossentropy` is the loss for classes: minus the logarithm of the probability that the model gives to
#   the right digit, averaged over the pictures. To be sure and right costs nothing, to be sure and wrong costs much.
# - `accuracy` is the share of right answers. It is a **metric**: it is reported, and nothing is trained with it.

# %%
guesses = digits.predict(x_test, verbose=0)
by_hand = -np.mean(np.log(guesses[np.arange(2000), y_test]))
print("the loss by hand, the same:", np.allclose(by_hand, digits.evaluate(x_test, y_test, verbose=0)[0], atol=1e-4))

# %% [markdown]
# `fit` takes the training pictures in **batches** of 32, with one step for each batch. Once through all 8,000 is an **epoch**.
# After each epoch it looks at the pictures in `validation_data`, from which it does not learn.

# %%
history = digits.fit(x_train, y_train, epochs=5, validation_data=(x_test, y_test), verbose=0)
axes = plots.training_curves(history)

_, accuracy = digits.evaluate(x_test, y_test, verbose=0)
print("trained, more than 94 in 100 test digits are read right:", accuracy > 0.94)

# %% [markdown]
# **What to see:** five looks at 8,000 pictures, a few seconds, and about 95 of 100 digits that the model has never seen
# are right. Why is the validation curve ahead of the training curve at first? The training numbers are an average over an
# epoch in which the model was still getting better, with units switched off by dropout. The validation numbers are taken
# at the end of it, with all units on.
#
# ### Look inside
#
# Each unit of the hidden layer has 784 weights: one per pixel. So its column of the kernel *is* a picture. Take from it
# the random numbers that it started with, and you see what training added.

# %%
last_kernel = digits.layers[0].get_weights()[0]
learned = last_kernel - first_kernel
most = np.argsort(-np.linalg.norm(learned, axis=0))
title = "what the 24 busiest units learned"
pictures = plots.kernels(learned, (28, 28), count=24, order=most, title=title)
print("pictures drawn:", pictures.shape)

# %% [markdown]
# **What to see:** ink on an orange pixel drives the unit up, ink on a purple one holds it back. Units look for strokes,
# ends and curves, in certain places. Nobody told them to.
#
# And the white margins? There, nothing was learned at all. In those pixels no training picture has any ink: the input
# is 0 every time, so wiggling the weight never changes the loss. It has no reason to move.

# %%
never_inked = x_train.max(axis=0) == 0
untouched = (last_kernel == first_kernel).all(axis=1)
print(f"pixels without ink in all 8,000 training pictures: {never_inked.sum()} of 784")
print("their weights are what they were, bit for bit:", bool(untouched[never_inked].all()))
print("of the other pixels, the weights moved:", bool((~untouched[~never_inked]).mean() > 0.99))

# %% [markdown]
# ### Look at the mistakes
#
# Look at what a model gets wrong before you trust what it gets right. Here are eight of its mistakes, from the one it
# was most sure of to the one it hesitated at most.

# %%
probabilities = digits.predict(x_test, verbose=0)
answers = probabilities.argmax(axis=1)
wrong = np.flatnonzero(answers != y_test)
by_certainty = wrong[np.argsort(-probabilities[wrong].max(axis=1))]
shown = by_certainty[np.linspace(0, len(wrong) - 1, 8).astype(int)]
said = plots.predictions(test_pictures[shown], y_test[shown], probabilities[shown])
print("fewer than 120 of 2,000 wrong:", len(wrong) < 120)
print("all eight shown are wrong:", bool((said != y_test[shown]).all()))

# %% [markdown]
# **What to see:** green is the truth, orange what the model says. Some of these you might have got wrong too. And
# look at the first ones: a high probability is not the same as being right.

# %% [markdown]
# <div style="border-left: 4px solid #D55E00; padding: 1px 16px">
#
# **What the tutorials get wrong, or leave out**
#
# - They list input shape, units, initializers, regularizers, constraints and activations as the "minimum details to create
#   a complete layer". The minimum is the units. Everything else has a default, as the next cell shows.
# - *"Weight will be assigned to all input data."* There is a weight for each pair of input and unit, and the same weights
#   serve all samples. Initializers never see the data.
# - *"Used to find whether a specific neuron is activated or not."* Only a step function does that. `relu` lets amounts
#   through, and `linear`, the default, changes nothing.
# - On `MaxNorm`: *"the weights should have a value equal to or less than the specified value."* It limits the length of a
#   whole column, after each update. A single weight may be anything up to that length.
# - A constraint is said to set *"the range between which all the input data must have their weights"*. It sees weights,
#   never data, and is no range for single weights.
# - They import `Activation` in every example, and never use it.
# - *"The output of the particular layer acts as the values of input for other models."* For the next layer.
# - They stack layers, and never say that without an activation between them the stack is one layer.
#
# </div>

# %%
bare = Dense(8)
print("weights before the first call:", len(bare.weights))
bare(np.zeros((1, 16), "float32"))
print("weights after it: shapes", [weight.shape for weight in bare.weights])

defaults = bare.get_config()
print("activation: ", defaults["activation"])
print("initializer:", defaults["kernel_initializer"]["class_name"])
print("regularizer:", defaults["kernel_regularizer"])
print("constraint: ", defaults["kernel_constraint"])

# %% [markdown]
# <div style="border-left: 4px solid #0072B2; padding: 1px 16px">
#
# **Keras 1, 2 and 3: the first layer of this model**
#
# | | |
# |---|---|
# | Keras 1 (2016) | `Dense(32, input_dim=16, init='he_uniform', W_constraint=maxnorm(2), activation='relu')` |
# | Keras 2 (2017) | `Dense(32, input_shape=(16,), kernel_initializer='he_uniform', kernel_constraint='MaxNorm', activation='relu')` |
# | Keras 3 (2023) | `Input((16,))` first, then `Dense(32, kernel_initializer='he_uniform', kernel_constraint='MaxNorm', activation='relu')`; the form of Keras 2 runs, with a warning |
#
# Keras 2 accepted `units` given as a float such as `32.0`; Keras 3 does not. Keras 2 called the weights
# `dense/kernel:0`; Keras 3 calls them `kernel`, with the path `sequential/dense/kernel`. layerlab follows Keras 3: take
# `Dense`, `Dropout`, `Input`, `Sequential` and the rest from `keras` instead, and the models of this chapter run there.
#
# </div>

# %% [markdown]
# ## Try it

# %% [markdown]
# **1. Count.** How many parameters has a model 784 → 128 → 64 → 10 of dense layers? Count on paper, then with
# `count_params()`.
#
# <details><summary>Answer</summary>
#
# (784 + 1) × 128 + (128 + 1) × 64 + (64 + 1) × 10 = 100,480 + 8,256 + 650 = **109,386**.
#
# ```python
# Sequential([Input((784,)), Dense(128), Dense(64), Dense(10)]).count_params()
# ```
#
# </details>

# %%
# your turn: the model is Sequential([Input((784,)), ...])

# %% [markdown]
# **2. Without the bend.** Train the digits model again without `activation="relu"`. Then without the hidden layer at all:
# 784 → 10. Compare the accuracies, and the numbers of parameters. What does the first section say about them?
#
# <details><summary>Answer</summary>
#
# Both stay near 90 %, several points below the model with relu: without the bend, 407,050 parameters can express
# nothing that 7,850 could not. (They do not end at the very same numbers, because dropout and the path of the training
# differ.)
#
# </details>

# %%
# your turn: start from a copy of the cells that build and train `digits`

# %% [markdown]
# **3. No bias.** Give `MyDense` an argument `use_bias=True`, and check your version against `Dense(3, use_bias=False)`.
#
# <details><summary>Answer</summary>
#
# ```python
# class MyDense:
#     def __init__(self, units, activation=lambda z: z, use_bias=True):
#         self.units, self.activation, self.use_bias = units, activation, use_bias
#
#     def build(self, inputs, rng):
#         limit = np.sqrt(6 / (inputs + self.units))
#         self.kernel = rng.uniform(-limit, limit, size=(inputs, self.units))
#         self.bias = np.zeros(self.units) if self.use_bias else 0.0
#
#     def __call__(self, x):
#         return self.activation(x @ self.kernel + self.bias)
# ```
#
# `Dense(3, use_bias=False)` has one weight array, so `set_weights([mine.kernel])`.
#
# </details>

# %%
# your turn: set_weights([mine.kernel]) gives both layers the same kernel

# %% [markdown]
# **4. Two units that are one.** Build `Dense(2, kernel_initializer="ones")` on three inputs, and look at its two
# outputs. Could training ever make them differ, if the layer after it treats them alike?
#
# <details><summary>Answer</summary>
#
# The outputs are equal for every input, so their gradients are equal too, and they stay equal: two units do the work of
# one. This is why the first weights are random. [Chapter 3](03_initializers.ipynb) watches it happen.
#
# </details>

# %%
# your turn: layer = Dense(2, kernel_initializer="ones")

# %% [markdown]
# The exercises of this chapter, which check your answers and name the slip:
# [exercises](../exercises/01_what_is_a_layer.ipynb).

# %% [markdown]
# ## Five quick questions

# %% [markdown]
# **1.** What does a dense layer compute? Say it in one line.
#
# <details><summary>Answer</summary>
#
# `activation(x @ kernel + bias)`.
#
# </details>

# %% [markdown]
# **2.** The kernel of a layer has the shape (32, 16). How many inputs has the layer, how many units, how many parameters?
#
# <details><summary>Answer</summary>
#
# 32 inputs, 16 units, (32 + 1) × 16 = 528 parameters with the bias.
#
# </details>

# %% [markdown]
# **3.** Why does a stack of dense layers need activations between them?
#
# <details><summary>Answer</summary>
#
# Because a product of matrices is a matrix: without a bend in between, the stack can do no more than a single layer.
#
# </details>

# %% [markdown]
# **4.** What is different in a model after training: its layers, its shapes, its formula, or its numbers?
#
# <details><summary>Answer</summary>
#
# Only its numbers: the kernels and the biases.
#
# </details>

# %% [markdown]
# **5.** `Dropout(0.2)` has no parameters. Why not?
#
# <details><summary>Answer</summary>
#
# It draws at random which units to switch off, each time anew. There is nothing to learn in it.
#
# </details>

# %% [markdown]
# ## Further reading
#
# - Keras documentation: [Dense layer](https://keras.io/api/layers/core_layers/dense/) and
#   [The Sequential model](https://keras.io/guides/sequential_model/).
# - I. Goodfellow, Y. Bengio, A. Courville, [*Deep Learning*](https://www.deeplearningbook.org/), MIT Press 2016, chapter 6:
#   what stacked layers can express.
# - M. Nielsen, [*Neural Networks and Deep Learning*](http://neuralnetworksanddeeplearning.com/), chapter 4: a visual proof
#   that enough bends make any curve.
# - F. Rosenblatt, "The perceptron", *Psychological Review* 65 (1958) 386–408: the neuron of this chapter, with a step.
# - D. Rumelhart, G. Hinton, R. Williams, "Learning representations by back-propagating errors", *Nature* 323 (1986)
#   533–536: how to find the gradient in one sweep.
# - Y. LeCun, L. Bottou, Y. Bengio, P. Haffner, "Gradient-based learning applied to document recognition",
#   *Proceedings of the IEEE* 86 (1998) 2278–2324: where the digits come from.
# - N. Srivastava, G. Hinton, A. Krizhevsky, I. Sutskever, R. Salakhutdinov, "Dropout: a simple way to prevent neural
#   networks from overfitting", *JMLR* 15 (2014) 1929–1958: dropout, and the max-norm constraint beside it.
#
# **Next:** [2 · Input shape](02_input_shape.ipynb).
