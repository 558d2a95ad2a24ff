# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3 (ipykernel)
#     language: python
#     name: python3
# ---

# %% [markdown]
# # 8 · Dropout
#
# **When you have finished this chapter, you can**
#
# - write dropout in three lines, and say what the division by `1 - rate` is for;
# - say what `rate`, `noise_shape` and `seed` do, and when the layer does nothing at all;
# - see overfitting in two curves, and what dropout does to them;
# - let a model say how sure it is, by asking it many times;
# - tell apart `Dropout`, `SpatialDropout1D`, `GaussianDropout`, `GaussianNoise` and `AlphaDropout`.
#
# **You need** [chapter 1](01_what_is_a_layer.ipynb), mean and standard deviation. **Time:** 35 minutes.

# %%
import textwrap

import matplotlib.pyplot as plt
import numpy as np

from layerlab import plots
from layerlab.autodiff import Tape
from layerlab.datasets import mnist10k
from layerlab.layers import (
    AlphaDropout,
    BatchNormalization,
    Dense,
    Dropout,
    GaussianDropout,
    GaussianNoise,
    Input,
    Layer,
    SpatialDropout1D,
)
from layerlab.models import Sequential
from layerlab.optimizers import Adam
from layerlab.utils import set_random_seed

np.set_printoptions(precision=4, suppress=True)
plots.use_style()

# %% [markdown]
# ## A model that learned the wrong lesson
#
# "While training, switch off half of the units at random." From this sentence alone, one would write this layer:


# %%
class Forgetful(Layer):
    """While training, a random half of the inputs becomes 0. Something is missing."""

    def __init__(self):
        super().__init__()
        self.rng = np.random.default_rng(0)

    def call(self, inputs, training=False):
        if not training:
            return inputs
        return inputs * (self.rng.random(inputs.shape) >= 0.5)


# %% [markdown]
# Let us try it on an easy task: how much ink is in a picture of a digit? Two models learn it. One uses our layer, the other
# the library's `Dropout(0.5)`.

# %%
(train_pictures, y_train), (test_pictures, y_test) = mnist10k.load_data()
x_train = train_pictures.reshape(8000, 784).astype("float32") / 255
x_test = test_pictures.reshape(2000, 784).astype("float32") / 255
ink, test_ink = x_train.sum(axis=1) / 100, x_test.sum(axis=1) / 100


def ink_meter(dropout):
    """A model with one hidden layer that learns the amount of ink; its hidden units pass through `dropout`."""
    set_random_seed(0)
    model = Sequential([Input((784,)), Dense(256, activation="relu"), dropout, Dense(1, use_bias=False)])
    model.compile("adam", "mse")
    history = model.fit(x_train[:4000], ink[:4000], epochs=6, batch_size=50, verbose=0)
    return model, history.history["loss"]


meters = {"our layer": ink_meter(Forgetful()), "Dropout(0.5)": ink_meter(Dropout(0.5))}
figure, axes = plt.subplots(1, 2, figsize=(8, 3.6), layout="constrained", sharey=True)
span = np.array([0.0, 2.5])
for ax, (name, (model, losses)) in zip(axes, meters.items(), strict=True):
    said = model.predict(x_test, verbose=0)[:, 0]
    labels = {"xlabel": "ink in the test picture", "ylabel": "ink, says the model"}
    plots.curves(span, {"right": span}, points=(test_ink, said), title=name, legend=False, **labels, ax=ax)
    ax.label_outer()
    ratio = said.mean() / test_ink.mean()
    print(f"{name:13} training loss below 0.05: {losses[-1] < 0.05}, says on average {ratio:.0f} times the ink")

# %% [markdown]
# **What to see:** each dot is a test picture, and the line is where the right answers lie. On the right, the dots lie along
# it. On the left, they lie twice as high: our model says twice what there is. Yet while training, nothing was wrong: both losses are small.
#
# The last layer has learned to make do with half of the units. When the training is over, all of them speak at once, and
# the sum is twice as large. What we forgot is to make the remaining units louder, so that the sum stays the same on
# average.
#
# ## Dropout in three lines
#
# While training, each number is set to 0 with the probability `rate`, and the others are divided by `1 - rate`. Each number has
# its own coin. Otherwise, nothing happens.
#
# $$y_i = \begin{cases} 0 & \text{with probability } r \\ x_i / (1 - r) & \text{else} \end{cases} \quad\text{while training,}
# \qquad y_i = x_i \quad\text{otherwise.}$$


# %%
class MyDropout:
    def __init__(self, rate, seed=None):
        self.rate, self.rng = rate, np.random.default_rng(seed)

    def __call__(self, x, training=False):
        if not training:
            return x
        kept = self.rng.random(x.shape) >= self.rate
        return x * kept / (1 - self.rate)


print(MyDropout(0.5, seed=1)(np.arange(1.0, 9.0), training=True))
print(Dropout(0.5, seed=1)(np.arange(1.0, 9.0), training=True))

# %% [markdown]
# Both give zeros and doubled numbers. Their coins differ, since their random generators differ. To check the formula, take
# the library's mask (whatever has survived of an array of ones) and apply it by hand:

# %%
values = np.random.default_rng(0).normal(size=(50, 40)).astype("float32")
mask = np.asarray(Dropout(0.3, seed=5)(np.ones_like(values), training=True)) != 0
theirs = np.asarray(Dropout(0.3, seed=5)(values, training=True))
print("the same:", np.allclose(values * mask / (1 - 0.3), theirs, atol=1e-6))
print("not training, nothing changes:", np.array_equal(Dropout(0.3)(values), values))

# %% [markdown]
# This form is called *inverted* dropout: the correction is made while training, and **inference**, the use of the trained
# model, needs none. The paper of 2014 did it the other way round, and multiplied the weights by `1 - rate` afterward. The result is the same on average.
#
# ## The rate is what is dropped
#
# `Dropout(0.2)` drops 20 % and keeps 80 %. It is worth a look, because some libraries counted the other way: in
# TensorFlow 1, `keep_prob=0.2` meant that 20 % are *kept*.

# %%
rates = (0.0, 0.2, 0.5, 0.8)
ones = np.ones((12, 24), "float32")
masks = [np.asarray(Dropout(rate, seed=3)(ones, training=True)) for rate in rates]
titles = [f"rate = {rate}" for rate in rates]
axes = plots.images([mask > 0 for mask in masks], titles=titles, frames=True, vmin=0, vmax=1)
for rate, mask in zip(rates, masks, strict=True):
    print(f"rate {rate}: numbers that occur {np.unique(mask)}")

# %% [markdown]
# **What to see:** black cells are kept, white ones dropped. The higher the rate, the fewer survive, and the larger the
# survivors become: at 0.8, each counts five times.
#
# How exactly is the rate kept? Only on average. With $n$ coins, the share of zeros has the standard deviation
# $\sqrt{r(1 - r)/n}$:

# %%
rate = 0.2
for n in (100, 10_000, 1_000_000):
    dropped = np.mean(np.asarray(Dropout(rate, seed=0)(np.ones(n, "float32"), training=True)) == 0)
    error = np.sqrt(rate * (1 - rate) / n)
    print(f"n = {n:9,}  within 4 standard deviations ({4 * error:.4f}) of 0.2: {abs(dropped - rate) < 4 * error}")

# %% [markdown]
# At the two ends, `rate=0` changes nothing, and `rate=1` drops everything. Outside of 0 to 1 there is no rate.

# %%
print(Dropout(0)(np.ones(5), training=True), Dropout(1)(np.ones(5), training=True))
try:
    Dropout(50)
except ValueError as error:
    print(textwrap.fill(f"ValueError: {error}", 95))

# %% [markdown]
# Look at what a network would see. These are digits whose *pixels* pass through dropout.

# %%
noisy = [np.asarray(Dropout(rate, seed=1)(x_test[:8], training=True)) for rate in (0, 0.2, 0.5)]
pictures = np.concatenate(noisy).reshape(24, 28, 28)
titles = [f"rate {rate}" for rate in (0, 0.2, 0.5) for _ in range(8)]
axes = plots.images(pictures, titles=titles, columns=8, frames=True, vmin=0, vmax=2)
changes = [np.mean(part.sum(axis=1)) / np.mean(noisy[0].sum(axis=1)) for part in noisy]
print("ink in all, compared with rate 0, within 15 %:", [bool(abs(change - 1) < 0.15) for change in changes])

# %% [markdown]
# **What to see:** the more pixels are missing, the darker are those that remain. The ink of a whole picture stays about the
# same. Move the slider:

# %% tags=["nbval-ignore-output"]
from ipywidgets import interact


def draw(rate=0.5, seed=1):
    """Ten digits whose pixels pass through dropout."""
    left = np.asarray(Dropout(rate, seed=seed)(x_test[:10], training=True)).reshape(10, 28, 28)
    plots.images(left, title=f"rate = {rate}", frames=True, vmin=0, vmax=2)
    plt.show()


control = interact(draw, rate=(0.0, 0.95, 0.05), seed=(1, 20))

# %% [markdown]
# ## What stays, and what does not
#
# The mean stays: $(1 - r) \cdot \frac{x}{1 - r} + r \cdot 0 = x$. What comes in addition is *noise*, with the variance
#
# $$x^2\,\frac{r}{1 - r} .$$
#
# Take a unit that adds up 100 inputs of 1, behind a dropout of 0.5, twenty thousand times.

# %%
inputs = np.ones((20_000, 100), "float32")
right = np.asarray(Dropout(0.5, seed=0)(inputs, training=True)).sum(axis=1)
forgot = np.asarray(Forgetful()(inputs, training=True)).sum(axis=1)
figure, axes = plt.subplots(2, 1, figsize=(8, 4.2), layout="constrained", sharex=True)
inference = {"at inference": 100}
plots.histogram(forgot, marks=inference, bins=np.arange(25.5, 150), xlabel="", title="without the scale", ax=axes[0])
plots.histogram(right, marks=inference, bins=np.arange(25, 150, 2), xlabel="sum", title="Dropout(0.5)", ax=axes[1])
print(f"mean of the sum:     {right.mean():.0f}, without the scale {forgot.mean():.0f}")
print(f"standard deviation: {right.std():.1f}, by the formula {np.sqrt(100 * 0.5 / 0.5):.1f}")

# %% [markdown]
# **What to see:** the dashed line is what the unit gets at inference. The lower heap is centered on it, the upper one is not.
#
# ## What is it good for?
#
# A unit can never rely on its neighbors: any of them may be missing in this step. So it has to be useful by itself. Another
# way to see it: at each step, another, thinner network is trained, and all of them share their weights.

# %%
set_random_seed(4)
layers = [Dropout(0.2, seed=1), Dropout(0.5, seed=2)]
figure, axes = plt.subplots(1, 4, figsize=(8.2, 2.9), layout="constrained")
ones = [np.ones((1, 4)), np.ones((1, 5))]
every = [np.ones(4, bool), np.ones(5, bool), np.ones(2, bool)]
lines = [plots.thinned_network(every, title="inference", ax=axes[0])]
for step, ax in enumerate(axes[1:], start=1):
    kept = [np.asarray(layer(one, training=True))[0] > 0 for layer, one in zip(layers, ones, strict=True)]
    lines.append(plots.thinned_network([*kept, every[2]], title=f"training step {step}", ax=ax))
print("weights in use:", lines)

# %% [markdown]
# **What to see:** crossed units are switched off in this step, and with them all the lines that lead into them and out of
# them. At inference, all take part: something like the average of all the thin networks.
#
# A unit that is off gives 0 and learns nothing in this step. The mask is in the gradient, too:

# %%
numbers = np.array([[1.0, 2.0, 3.0, 4.0]], dtype="float32")
with Tape() as tape:
    x = tape.watch(numbers)
    y = Dropout(0.5, seed=1)(x, training=True)
    total = np.sum(y)
print("gradient of the sum:", tape.gradient(total, x), "- output:", np.asarray(y))

# %% [markdown]
# ### Few digits, many weights
#
# Now the real use. A model with 118,282 weights, and only 500 digits to learn from. It can simply learn them by heart.
# We train it without dropout, with a rate of 0.5, and with 0.8.


# %%
def learn_by_heart(rate):
    """The History of a model that learns from 500 digits, with dropout behind both hidden layers."""
    set_random_seed(0)
    model = Sequential([Input((784,))])
    for _ in range(2):
        model.add(Dense(128, activation="relu"))
        model.add(Dropout(rate))
    model.add(Dense(10, activation="softmax"))
    model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
    data = {"validation_data": (x_test[:1000], y_test[:1000])}
    return model, model.fit(x_train[:500], y_train[:500], epochs=30, batch_size=50, verbose=0, **data).history


runs = {rate: learn_by_heart(rate) for rate in (0.0, 0.5, 0.8)}
figure, axes = plt.subplots(1, 3, figsize=(8.4, 3.2), layout="constrained", sharey=True)
for ax, (rate, (_, history)) in zip(axes, runs.items(), strict=True):
    both = {"training": history["loss"], "validation": history["val_loss"]}
    labels = {"xlabel": "epoch", "ylabel": "loss"}
    plots.curves(np.arange(1, 31), both, title=f"rate = {rate}", legend=rate == 0.8, **labels, ax=ax)
    ax.set_ylim(0, 2.9)
    ax.label_outer()
print(f"weights: {runs[0.0][0].count_params():,}")
ends = {rate: history["val_loss"][-1] for rate, (_, history) in runs.items()}
scores = {rate: history["val_accuracy"][-1] for rate, (_, history) in runs.items()}
print("without dropout, the training loss ends below 0.02: ", runs[0.0][1]["loss"][-1] < 0.02)
print("and the validation loss has risen from its lowest:  ", ends[0.0] > min(runs[0.0][1]["val_loss"]) + 0.03)
print("with 0.5, the validation loss ends lower, by 0.05:  ", ends[0.5] < ends[0.0] - 0.05)
print("with 0.8, both losses end higher than with 0.5:     ", ends[0.8] > ends[0.5], runs[0.8][1]["loss"][-1] > 0.5)

# %% [markdown]
# **What to see:** on the left, the training loss goes to zero, while the validation loss turns and climbs: the model gets ever
# surer, also where it is wrong. That is **overfitting**. In the middle, the gap between the curves is smaller, and the
# validation curve stays low. On the right, too little is left of each network to learn with.
#
# (In the middle and on the right, validation is *better* than training at first. The training loss is measured with units
# missing, the validation loss with all of them.)
#
# What does it bring? Not a wonder: here a better loss, and a point or so of accuracy. (How the gain depends on the amount of
# data is measured in section 7.4 of the paper by Srivastava and others.)

# %%
print("gain in validation accuracy is between -1 and 5 points:", -0.01 < scores[0.5] - scores[0.0] < 0.05)

# %% [markdown]
# ## Only while training
#
# `fit` calls the layers with `training=True`. `predict`, `evaluate` and `model(x)` do not. So answers are repeatable, although
# the layer is random. You can set `training` yourself when you call a layer or a model.

# %%
model = runs[0.5][0]
first, second = (model.predict(x_test[:5], verbose=0) for _ in range(2))
print("predict, twice the same:          ", np.array_equal(first, second))
print("model(x) gives the same as predict:", np.allclose(model(x_test[:5]), first, atol=1e-6))
one, other = (np.asarray(model(x_test[:5], training=True)) for _ in range(2))
print("with training=True, twice the same:", np.array_equal(one, other))

# %% [markdown]
# There is nothing in the layer to learn, so it has no parameters. It does not change shapes either.

# %%
layer = Dropout(0.5)
print("parameters:", layer.count_params(), "- output shape:", layer.compute_output_shape((None, 28, 28)))
print("configuration:", {name: layer.get_config()[name] for name in ("rate", "seed", "noise_shape")})

# %% [markdown]
# ## seed
#
# A layer with a `seed` draws the same sequence of masks each time the program runs. It is a *sequence*: the second call uses
# another mask than the first. A new layer with the same seed begins again.

# %%
seeded, again = Dropout(0.5, seed=7), Dropout(0.5, seed=7)
ones = np.ones(8)
calls = [np.asarray(seeded(ones, training=True)) for _ in range(2)]
print("first call: ", calls[0])
print("second call:", calls[1])
print("a new layer begins again:", np.array_equal(again(ones, training=True), calls[0]))

# %% [markdown]
# Without a `seed`, `set_random_seed` at the top of your program does the same for all layers together.

# %%
repeated = []
for _ in range(2):
    set_random_seed(0)
    repeated.append([np.asarray(layer(ones, training=True)) for layer in (Dropout(0.5), Dropout(0.5))])
print("both runs the same:", np.array_equal(*repeated), "- both layers the same:", np.array_equal(*repeated[0]))

# %% [markdown]
# ## noise_shape
#
# Usually each number has its own coin. `noise_shape` says that some of them share one: an axis of size 1 in it means "one
# coin for the whole axis". `None` in it means "as many as there are". Here are the coins of one sample with 6 steps of 8
# features.

# %%
sequence = np.ones((1, 6, 8), "float32")
shapes = {"None (a coin each)": None, "(None, 1, 8)": (None, 1, 8), "(None, 6, 1)": (None, 6, 1)}
masks = [
    np.asarray(Dropout(0.5, noise_shape=shape, seed=4)(sequence, training=True))[0] > 0 for shape in shapes.values()
]
axes = plots.images(masks, titles=list(shapes), columns=3, frames=True, vmin=0, vmax=1, labels=True)
for ax in axes:
    ax.set(xlabel="feature", ylabel="step")
print("whole columns alike:", [bool((mask == mask[:1]).all()) for mask in masks])
print("whole rows alike:   ", [bool((mask == mask[:, :1]).all()) for mask in masks])

# %% [markdown]
# **What to see:** in the middle, a feature is dropped in all steps or in none; on the right, a step is dropped as a whole.
#
# The middle one has a layer of its own, `SpatialDropout1D`. Why would one want it? In a sound or a text, neighboring steps
# are alike. If one step of a feature is dropped, the next one still gives it away.

# %%
spatial = np.asarray(SpatialDropout1D(0.5, seed=4)(sequence, training=True))
same = np.asarray(Dropout(0.5, noise_shape=(None, 1, None), seed=4)(sequence, training=True))
print("SpatialDropout1D is that noise_shape:", np.array_equal(spatial, same))
try:
    Dropout(0.5, noise_shape=(1, 5, 8))(sequence, training=True)
except ValueError as error:
    print(textwrap.fill(f"ValueError: {error}", 95))

# %% [markdown]
# `SpatialDropout2D` and `SpatialDropout3D` do the same for whole channels of images and videos.
#
# ## Its relatives
#
# | layer | while training | mean | made for |
# |---|---|---|---|
# | `Dropout(rate)` | 0, or `x / (1 - rate)` | stays | hidden layers |
# | `SpatialDropout1D(rate)` | the same, whole features at once | stays | behind convolutions |
# | `GaussianDropout(rate)` | `x` times a normal number around 1, of variance `rate / (1 - rate)` | stays | like Dropout, nothing is quite 0 |
# | `GaussianNoise(stddev)` | `x` plus a normal number around 0 | stays | inputs |
# | `AlphaDropout(rate)` | `-1.7581` instead of 0, then scaled and shifted | stays, and the variance too | selu ([chapter 6](06_activations.ipynb)) |
#
# Send a hundred thousand normal numbers, shifted by 2, through each of them.

# %%
shifted = np.random.default_rng(1).normal(loc=2.0, size=100_000).astype("float32")  # another seed than the layers
relatives = [Dropout(0.3, seed=0), GaussianDropout(0.3, seed=0), GaussianNoise(0.5, seed=0)]
figure, axes = plt.subplots(1, 3, figsize=(8.4, 2.8), layout="constrained", sharey=True)
for ax, layer in zip(axes, relatives, strict=True):
    out = np.asarray(layer(shifted, training=True))
    title = f"{type(layer).__name__}({layer.get_config().get('rate', 0.5)})"
    plots.histogram(out, bins=np.linspace(-2, 9, 45), marks={"mean": out.mean()}, title=title, ax=ax)
    ax.get_legend().remove()
    ax.label_outer()
    print(f"{title:21} mean {out.mean():.1f}, zeros: {np.mean(out == 0):.0%}, standard deviation {out.std():.1f}")

# %% [markdown]
# **What to see:** the dashed line is the mean: the same for all three. Only `Dropout` has the tall bar at zero. It and
# `GaussianDropout` have the same standard deviation. For `AlphaDropout`, the inputs must have mean 0 and variance 1, as
# `selu` makes them:

# %%
standard = shifted - 2
for layer in (Dropout(0.3, seed=0), AlphaDropout(0.3, seed=0)):
    out = np.asarray(layer(standard, training=True))
    print(f"{type(layer).__name__:13} mean within 0.02 of 0: {abs(out.mean()) < 0.02}, variance {out.var():.1f}")

# %% [markdown]
# ## How sure are you?
#
# A model answers every question, also one it has never learned anything about. Leave the dropout *on* at inference, ask the
# same question a hundred times, and look at how much the answers differ. This is **Monte Carlo dropout**.
#
# Here a model learns a wave from 60 points. For the questions we give its twin the `noise_shape` `(1, 128)`: one mask for the
# whole batch, so that each answer is a curve, drawn by one thin network.

# %%
rng = np.random.default_rng(1)
known = rng.uniform(-1.5, 1.5, size=(60, 1)).astype("float32")
heights = np.sin(2 * known) + rng.normal(scale=0.1, size=known.shape)
line = np.linspace(-4.5, 4.5, 181, dtype="float32")[:, None]


def wave_model(noise_shape=None):
    """Two hidden layers of 128 units with dropout."""
    model = Sequential([Input((1,))])
    for _ in range(2):
        model.add(Dense(128, "relu", kernel_initializer="he_normal", bias_initializer="random_normal"))
        model.add(Dropout(0.1, noise_shape=noise_shape))
    model.add(Dense(1))
    return model


set_random_seed(0)
learner, twin = wave_model(), wave_model(noise_shape=(1, 128))
learner.compile(Adam(0.01), "mse")
learner.fit(known, heights, epochs=500, batch_size=60, verbose=0)
twin.set_weights(learner.get_weights())

answers = np.stack([np.asarray(twin(line, training=True))[:, 0] for _ in range(100)])
title = "a hundred answers of one model"
mean, spread = plots.band(line[:, 0], answers, points=(known[:, 0], heights[:, 0]), title=title)
far, near = np.abs(line[:, 0]) > 3, np.abs(line[:, 0]) < 1.4
ratio = spread[far].mean() / spread[near].mean()
print("far from the data, the answers differ more than twice as much:", bool(ratio > 2))

# %% [markdown]
# **What to see:** thin gray lines are single answers, blue is their mean, and the band holds most of them. Where there are data
# (orange dots), the answers agree. Beyond them, they drift apart: the model hints that it is guessing.
#
# Only a hint: the width of the band depends on the rate and on the size of the model. And the wave goes on, while the answers
# do not. On the digits it is of use all the same. Take the model from above, ask it 30 times about each test digit, and sort
# the digits by how much the answers differ.

# %%
votes = np.stack([np.asarray(model(x_test, training=True)) for _ in range(30)])
average = votes.mean(axis=0)
chosen = average.argmax(axis=1)
wrong = chosen != y_test
doubt = votes[:, np.arange(2000), chosen].std(axis=0)
order = np.argsort(doubt)
print("wrong among the 1,000 with the least doubt: fewer than 30:   ", wrong[order[:1000]].sum() < 30)
print("wrong among the 1,000 with the most doubt:  more than 150:   ", wrong[order[1000:]].sum() > 150)
title = "the twelve digits that the model doubts most"
labels = [f"is {truth}, says {said}" for truth, said in zip(y_test[order[-12:]], chosen[order[-12:]], strict=True)]
axes = plots.images(test_pictures[order[-12:]], titles=labels, columns=6, title=title, frames=True)

# %% [markdown]
# **What to see:** thick strokes, loops that are nearly filled, a four that could be a nine. Several of the answers are wrong.
# Such digits are what you would hand to a person.
#
# ## Where to put it
#
# **Behind the activation of hidden layers**, usually. With `relu` the order does not matter: setting to 0 and scaling by a
# positive number can be done before or after it.

# %%
sums = np.random.default_rng(2).normal(size=(4, 6)).astype("float32")
before = np.maximum(Dropout(0.5, seed=9)(sums, training=True), 0)
after = np.asarray(Dropout(0.5, seed=9)(np.maximum(sums, 0), training=True))
print("relu then dropout = dropout then relu:", np.array_equal(before, after))

# %% [markdown]
# **On the inputs** with a small rate, 0.1 or 0.2, if at all: what is dropped there is lost for the whole network.
#
# **Not behind the output.** Probabilities would no longer add up to 1, and a share of the answers would be 0.

# %%
probabilities = model.predict(x_test[:4], verbose=0)
sums = np.asarray(Dropout(0.5, seed=0)(probabilities, training=True)).sum(axis=1)
print("sums that are 1 before:", np.isclose(probabilities.sum(axis=1), 1).sum(), "- after:", np.isclose(sums, 1).sum())

# %% [markdown]
# **Not right in front of a `BatchNormalization`.** That layer learns, while training, how large the variance of its inputs is,
# and divides by its root. Dropout has raised this variance, and at inference it is gone: the outputs are too small.

# %%
signals = np.abs(np.random.default_rng(3).normal(size=(5000, 20))).astype("float32")
for rate in (0.0, 0.5):
    normalize = BatchNormalization(momentum=0.0)
    normalize(Dropout(rate, seed=0)(signals, training=True), training=True)
    print(f"rate {rate}: standard deviation at inference {np.asarray(normalize(signals)).std():.1f}")

# %% [markdown]
# <div style="border-left: 4px solid #D55E00; padding: 1px 16px">
#
# **What the tutorials get wrong, or leave out**
#
# - *"Dropout is one of the important concept in the machine learning."* That is the whole entry in the table of layers. What
#   it does, its `rate`, and an example are missing.
# - The `rate` is the share that is **dropped**, not the share that is kept.
# - What is kept is multiplied by `1 / (1 - rate)`. Without that, the model of the first section said twice the truth.
# - It acts while training only. `predict` and `evaluate` do not drop anything.
# - It has no weights, and does not change shapes.
# - It is no cure for everything: with a rate too high, the model learned less than without.
#
# </div>

# %% [markdown]
# <div style="border-left: 4px solid #0072B2; padding: 1px 16px">
#
# **Keras 1, 2 and 3**
#
# | | Keras 1 | Keras 2 | Keras 3 |
# |---|---|---|---|
# | the argument | `Dropout(p=0.5)` | `Dropout(rate=0.5)` | `Dropout(rate=0.5)` |
# | noise | `GaussianNoise(sigma=0.1)` | `GaussianNoise(stddev=0.1)` | the same, but `stddev` must be between 0 and 1 |
# | training or not | a global "learning phase" | the same, then `training=` | `training=` |
# | seeds | of the backend | of the backend | a `SeedGenerator` in each layer, whose state is in `variables` but not in `weights` |
#
# In all three the rate is what is dropped. layerlab follows Keras 3.
#
# </div>

# %% [markdown]
# ## Try it

# %% [markdown]
# **1. The other way round.** Write the dropout of 2014: while training, zeros only; at inference, multiply by `1 - rate`. Show
# that the mean of the outputs is the same in both.
#
# <details><summary>Answer</summary>
#
# ```python
# def old_dropout(x, rate, rng, training):
#     return x * (rng.random(x.shape) >= rate) if training else x * (1 - rate)
#
#
# rng, ones = np.random.default_rng(0), np.ones(100_000)
# print(old_dropout(ones, 0.2, rng, True).mean(), old_dropout(ones, 0.2, rng, False).mean())
# ```
#
# Both are 0.8, while inverted dropout gives 1 in both.
#
# </details>

# %%
# your turn: def old_dropout(x, rate, rng, training): ...

# %% [markdown]
# **2. Which rate?** Run `learn_by_heart` with rates of 0.2, 0.4 and 0.6. Which gives the lowest validation loss? Would you
# trust the order?
#
# <details><summary>Answer</summary>
#
# The middle rates are close together, and the order changes with the seed: try `set_random_seed(1)`. What you can trust is
# that 0 and 0.8 are worse. To choose between the others, average over several seeds.
#
# </details>

# %%
# your turn: runs = {rate: learn_by_heart(rate) for rate in (0.2, 0.4, 0.6)}

# %% [markdown]
# **3. Drop whole pictures.** How would you drop, in a batch of pictures `(N, 28, 28)`, whole rows of pixels? And whole pictures?
#
# <details><summary>Answer</summary>
#
# ```python
# pictures = np.ones((5, 28, 28))
# rows = Dropout(0.5, noise_shape=(None, 28, 1), seed=0)(pictures, training=True)
# whole = Dropout(0.5, noise_shape=(None, 1, 1), seed=0)(pictures, training=True)
# assert all(len(np.unique(row)) == 1 for picture in np.asarray(rows) for row in picture)
# assert all(len(np.unique(picture)) == 1 for picture in np.asarray(whole))
# ```
#
# </details>

# %%
# your turn: Dropout(0.5, noise_shape=...)

# %% [markdown]
# **4. Twice.** Is `Dropout(0.5)` behind `Dropout(0.5)` the same as one dropout? Of which rate?
#
# <details><summary>Answer</summary>
#
# A number survives both with probability 0.5 × 0.5 = 0.25 and is multiplied by 2 × 2 = 4 = 1 / 0.25: it is a `Dropout(0.75)`.
#
# ```python
# ones = np.ones(100_000)
# twice = np.asarray(Dropout(0.5, seed=1)(Dropout(0.5, seed=0)(ones, training=True), training=True))
# assert set(np.unique(twice)) == {0.0, 4.0}
# assert abs(np.mean(twice == 0) - 0.75) < 0.01
# ```
#
# </details>

# %%
# your turn: Dropout(0.5, seed=1)(Dropout(0.5, seed=0)(ones, training=True), training=True)

# %% [markdown]
# The exercises of this chapter, which check your answers and name the slip:
# [exercises](../exercises/08_dropout.ipynb).

# %% [markdown]
# ## Five quick questions

# %% [markdown]
# **1.** `Dropout(0.2)` gets a 10 while training. What can come out?
#
# <details><summary>Answer</summary>
#
# 0 with probability 0.2, and 10 / 0.8 = 12.5 with probability 0.8.
#
# </details>

# %% [markdown]
# **2.** You call a model with dropout twice on the same `x`, first with `model.predict(x)`, then with
# `model(x, training=True)`. Which of the two would give the same again?
#
# <details><summary>Answer</summary>
#
# `predict`: nothing is dropped there. With `training=True`, each call draws another mask.
#
# </details>

# %% [markdown]
# **3.** Why can the training loss be higher than the validation loss?
#
# <details><summary>Answer</summary>
#
# The training loss is measured while units are missing (and over an epoch in which the model was still getting better).
#
# </details>

# %% [markdown]
# **4.** How many parameters does `Dropout(0.5)` add to a model?
#
# <details><summary>Answer</summary>
#
# None.
#
# </details>

# %% [markdown]
# **5.** What does `noise_shape=(None, 1, None)` mean for an input of shape `(batch, steps, features)`?
#
# <details><summary>Answer</summary>
#
# Each feature of a sample is dropped in all steps, or in none.
#
# </details>

# %% [markdown]
# ## Further reading
#
# - Keras documentation: [Dropout layer](https://keras.io/api/layers/regularization_layers/dropout/) and its neighbors.
# - N. Srivastava, G. Hinton, A. Krizhevsky, I. Sutskever, R. Salakhutdinov,
#   [Dropout: a simple way to prevent neural networks from overfitting](https://jmlr.org/papers/v15/srivastava14a.html),
#   *JMLR* 15 (2014) 1929–1958. With the `MaxNorm` of [chapter 4](04_constraints.ipynb) beside it. Section 10: Gaussian
#   noise instead of zeros.
# - J. Tompson and others, [Efficient object localization using convolutional networks](https://arxiv.org/abs/1411.4280), 2015:
#   spatial dropout.
# - Y. Gal, Z. Ghahramani, [Dropout as a Bayesian approximation](https://arxiv.org/abs/1506.02142), *ICML* 2016: asking a
#   model many times.
# - X. Li, S. Chen, X. Hu, J. Yang, [Understanding the disharmony between dropout and batch
#   normalization by variance shift](https://arxiv.org/abs/1801.05134), *CVPR* 2019.
#
# **Next:** [9 · Flatten, Reshape, Permute, RepeatVector](09_reshaping.ipynb).
