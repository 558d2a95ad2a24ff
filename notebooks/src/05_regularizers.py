# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3 (ipykernel)
#     language: python
#     name: python3
# ---

# %% [markdown]
# # 5 · Regularizers
#
# **When you have finished this chapter, you can**
#
# - say what a penalty adds to the loss, and what it does to the weights;
# - explain why L1 makes weights exactly zero and L2 never does, and why plain training hides it;
# - put penalties on kernels, biases and outputs, and compute each by hand;
# - split a loss into its data term and its penalties during training;
# - tell regularizer, constraint and weight decay apart.
#
# **You need** [chapter 1](01_what_is_a_layer.ipynb), and from [chapter 4](04_constraints.ipynb) the plane of two weights. **Time:** 40
# minutes.

# %%
import contextlib
import io
import textwrap

import matplotlib.pyplot as plt
import numpy as np

from layerlab import plots, regularizers
from layerlab.autodiff import gradient
from layerlab.datasets import mnist10k
from layerlab.layers import Dense, Input
from layerlab.models import Sequential
from layerlab.optimizers import SGD, Adam, AdamW
from layerlab.utils import set_random_seed

np.set_printoptions(precision=4, suppress=True)
plots.use_style()

# %% [markdown]
# ## Twenty inputs, three that matter
#
# Somebody measured 20 things about each of 30 samples, and a result $y$. In truth, only the inputs 2, 7 and 13 have anything to
# do with $y$; the rest is noise. One unit without activation, 20 weights, three times: without a penalty, and with
# `kernel_regularizer` set to L2 and to L1.

# %%
rng = np.random.default_rng(21)
truth = np.zeros(20)
truth[[2, 7, 13]] = 3.0, -2.0, 1.5
x = rng.normal(size=(30, 20)).astype("float32")
y = (x @ truth + 1.5 * rng.normal(size=30)).astype("float32")[:, None]


def trained_unit(regularizer=None, constraint=None, optimizer=None, steps=600):
    set_random_seed(1)
    unit = Dense(1, use_bias=False, kernel_regularizer=regularizer, kernel_constraint=constraint)
    model = Sequential([Input((20,)), unit])
    model.compile(optimizer or SGD(0.03), "mse")
    for _ in range(steps):
        model.train_on_batch(x, y)
    return model.get_weights()[0][:, 0]


found = {
    "no penalty": trained_unit(),
    "l2(0.2)": trained_unit(regularizers.l2(0.2)),
    "l1(1.0)": trained_unit(regularizers.l1(1.0)),
}
plots.coefficients(found, truth, title="weights of one unit with 20 inputs")
for name, weights in found.items():
    others = np.delete(np.abs(weights), [2, 7, 13])
    small, exact = np.sum(others < 0.05), np.sum(others == 0)
    print(f"{name:10} of the 17 useless weights, more than 12 are below 0.05: {small > 12!s:5}  exactly 0: {exact}")

# %% [markdown]
# **What to see:** without a penalty (blue), the unit believes in everything: it uses all 20 inputs to explain the noise. L2 (orange) makes
# all weights smaller, the useless and the useful ones. L1 (green) switches most of the useless ones off, and keeps the three.
#
# Or does it? *Exactly* 0, says the last column, is none of them. That is the riddle of this chapter: L1 is famous for
# exact zeros. We will find out why there are none, and how to get them.
#
# ## What a penalty is
#
# A **regularizer** is a function that makes one number of a weight: the **penalty**. The penalty is added to the loss. So
# training has two aims at once: fit the data, and keep the penalty small.
#
# $$\text{L1:}\quad l_1 \sum_i |w_i| \qquad\qquad \text{L2:}\quad l_2 \sum_i w_i^2 \qquad\qquad \text{L1L2: both together}$$


# %%
def my_l1(w, factor=0.01):
    return factor * np.sum(np.abs(w))


def my_l2(w, factor=0.01):
    return factor * np.sum(w**2)


# %%
w = np.array([[1.0, -2.0], [3.0, -4.0]])
both = regularizers.l1_l2(l1=0.1, l2=0.2)
print("l1(0.1):", my_l1(w, 0.1), " the same:", np.allclose(my_l1(w, 0.1), regularizers.l1(0.1)(w)))
print("l2(0.1):", my_l2(w, 0.1), " the same:", np.allclose(my_l2(w, 0.1), regularizers.l2(0.1)(w)))
print("l1_l2:  ", my_l1(w, 0.1) + my_l2(w, 0.2), " the same:", np.allclose(my_l1(w, 0.1) + my_l2(w, 0.2), both(w)))

# %% [markdown]
# In textbooks, L2 often has a factor ½ in front, so that its gradient is $l_2 w$. Here it has none: the gradient is
# $2\, l_2\, w$. If you take a strength from a paper, check which form it means.

# %%
slope = gradient(regularizers.l2(0.1))(w)
print("gradient of l2(0.1) is 2 * 0.1 * w:", np.allclose(slope, 2 * 0.1 * w))

# %% [markdown]
# ### How it enters the loss
#
# A layer takes three penalties: one for the kernel, one for the bias, and one for its output.
# Take a layer of ones on an input of ones, so that all can be checked in the head: 4 samples, 3 inputs, 2 units. Each
# output is $3 + 1 = 4$.

# %%
layer = Dense(
    2,
    kernel_initializer="ones",
    bias_initializer="ones",
    kernel_regularizer="l2",
    bias_regularizer=regularizers.L1(0.5),
    activity_regularizer="l2",
)
model = Sequential([Input((3,)), layer])
model.compile("sgd", "mse", metrics=["mse"])
loss, mse = model.evaluate(np.ones((4, 3)), np.zeros((4, 2)), verbose=0)

print(f"kernel:  0.01 * 6 weights of 1      = {0.01 * 6:.2f}")
print(f"bias:    0.5 * 2 weights of 1       = {0.5 * 2:.2f}")
print(f"outputs: 0.01 * 8 squares of 4 / 4  = {0.01 * 8 * 16 / 4:.2f}")
print("the layer says (outputs first):", [round(float(penalty), 2) for penalty in model.losses])
print(f"data term {mse:.2f}, loss {loss:.2f}, difference {loss - mse:.2f}")

# %% [markdown]
# Three things to take along. The penalties go into the loss, *not* into the metrics: `mse` is 16, `loss` is 17.38. The penalty
# of the outputs (the **activity**) is divided by the number of samples in the batch, the ones of weights are not. And
# every weight has its own penalty: it is set per weight, not per layer.
#
# Check the division with batches of several sizes. Undivided, the penalty would grow with the batch:

# %%
layer = Dense(2, activity_regularizer=regularizers.l1(0.1), kernel_initializer="ones")
for batch in (1, 4, 100):
    outputs = layer(np.ones((batch, 3), "float32"))
    undivided = 0.1 * np.abs(outputs).sum()
    print(f"batch of {batch:3}: sum {undivided:5.1f}, penalty {float(layer.losses[0]):.2f}")

# %% [markdown]
# A frozen layer has no weight penalty, since nothing could be done about it. And any function from an array to a number is a regularizer:


# %%
def pull_to_one(w):
    """A penalty for being far from 1."""
    return 0.1 * np.sum((w - 1) ** 2)


layer = Dense(4, kernel_regularizer=pull_to_one, kernel_initializer="zeros")
layer.build((None, 3))
print("12 weights, each 1 away from 1:", [round(float(penalty), 2) for penalty in layer.losses])
layer.trainable = False
print("frozen:", layer.losses)

# %% [markdown]
# ## Watch the loss come apart
#
# `fit(verbose=3)` is layerlab's own: it prints, and records, the two parts of the loss.

# %%
model = Sequential([Input((3,)), Dense(2, kernel_initializer="ones", kernel_regularizer=regularizers.l2(0.5))])
model.compile(SGD(0.125), "mse")
history = model.fit(np.eye(3), np.zeros((3, 2)), epochs=4, batch_size=3, verbose=3)
print("recorded:", list(history.history))

# %% [markdown]
# Now on real digits, in a situation where it matters. We take 1,000 digits, and **30 % of the labels are wrong**, on purpose: a 3
# is called a 7, and so on. A network of 64 hidden units learns from them for 30 epochs, without and with
# `l2(0.01)` on both kernels. The test digits have their right labels.

# %%
(train_pictures, y_train), (test_pictures, y_test) = mnist10k.load_data()
x_train = train_pictures[:1000].reshape(1000, 784).astype("float32") / 255
x_test = test_pictures.reshape(2000, 784).astype("float32") / 255

rng = np.random.default_rng(0)
labels = y_train[:1000].copy()
spoiled = rng.random(1000) < 0.3
labels[spoiled] = (labels[spoiled] + rng.integers(1, 10, spoiled.sum())) % 10


def train_on_spoiled(regularizer, hidden=64, epochs=30):
    set_random_seed(2)
    model = Sequential([Input((784,))])
    if hidden:
        model.add(Dense(hidden, activation="relu", kernel_regularizer=regularizer))
    model.add(Dense(10, activation="softmax", kernel_regularizer=regularizer))
    model.compile(Adam(0.003), "sparse_categorical_crossentropy", metrics=["accuracy"])
    data = {"validation_data": (x_test[:1000], y_test[:1000]), "validation_batch_size": 1000}
    with contextlib.redirect_stdout(io.StringIO()):  # 30 lines of numbers, which we draw instead
        history = model.fit(x_train, labels, epochs=epochs, batch_size=50, verbose=3, **data)
    return model, history.history


results = {"no penalty": train_on_spoiled(None), "l2(0.01)": train_on_spoiled(regularizers.l2(0.01))}
figure, axes = plt.subplots(2, 1, figsize=(8, 5), layout="constrained", sharex=True)
for ax, (name, (_, history)) in zip(axes, results.items(), strict=True):
    data_term, penalty = plots.loss_parts(history, title=name, ax=ax)
    parts_make_the_loss = np.allclose(data_term + penalty, history["loss"], atol=1e-4)
    print(f"{name:10} data term + penalty = loss: {parts_make_the_loss}, penalty at the end: {penalty[-1] > 0}")
    ax.set_ylim(0, 3)
    ax.label_outer()

# %% [markdown]
# **What to see:** above, the loss on the training data goes toward zero, and the one on unseen digits (dashed) soon begins to climb.
# Below, the penalty (orange) has a share in the loss. The data term cannot go to zero, because the weights that it would
# take cost too much. And the dashed line stays down.
#
# Why? Because to learn wrong labels, you have to learn them one by one, and that takes large and intricate weights:

# %%
for name, (model, _) in results.items():
    seen = model.evaluate(x_train, labels, verbose=0, return_dict=True)["accuracy"]
    agreed = np.mean(model.predict(x_train, verbose=0).argmax(axis=1)[spoiled] == labels[spoiled])
    unseen = model.evaluate(x_test, y_test, verbose=0, return_dict=True)["accuracy"]
    print(f"{name:10} training labels learned, in tens of percent: {10 * round(10 * seen)}", end=", ")
    print(f"most of the wrong ones: {agreed > 0.5!s:5}  over 77 % of the test digits: {unseen > 0.77}")

# %% [markdown]
# The free network learned the lies by heart. The penalized one believes 70 % of its labels, which is about what is true. This is called
# **overfitting**, and *regularization* is whatever works against it. (With right labels, the same penalty
# gains nothing: try it below.)
#
# Note which curve we looked at. `val_loss` contains the penalty, too, so it does not show how good the predictions are: use
# the data term or a metric for that.
#
# ### Inside
#
# Without a hidden layer, each of the ten units has one weight per pixel. Free, with L2, with L1:

# %%
choices = {"no penalty": None, "l2(0.01)": regularizers.l2(0.01), "l1(0.001)": regularizers.l1(0.001)}
kernels = {}
for name, regularizer in choices.items():
    model, _ = train_on_spoiled(regularizer, hidden=0, epochs=30)
    kernels[name] = model.get_weights()[0]
    plots.kernels(kernels[name], (28, 28), count=10, columns=10, title=name)
inked = x_train.max(axis=0) > 0
for name, kernel in kernels.items():
    longest = np.linalg.norm(kernel, axis=0).max()
    tiny = np.mean(np.abs(kernel[inked]) < 0.01)
    print(f"{name:10} longest unit over 3: {longest > 3!s:5}  half of the weights below 0.01: {tiny > 0.5}")

# %% [markdown]
# **What to see:** look at the scales, too. Free, the strongest weights sit at the rim, on pixels that have ink in very few pictures: a fine
# place to learn single pictures by heart. With L2, they are gone, and you begin to see shapes. With L1, few pixels are left at
# all.
#
# ## Two forces
#
# Why do the two penalties act so differently? Look at one weight. The penalty pulls it down its slope:

# %%
w = np.linspace(-2, 2, 401)
figure, axes = plt.subplots(1, 2, figsize=(8, 3), layout="constrained")
penalties = {"L1: |w|": np.abs(w), "L2: w²": w**2}
forces = {"L1": np.sign(w), "L2": 2 * w}
plots.curves(w, penalties, xlabel="weight w", ylabel="penalty", title="penalty", legend=False, ax=axes[0])
ax = plots.curves(w, forces, xlabel="weight w", ylabel="slope", title="slope of the penalty", ax=axes[1])
at_zero = [float(gradient(regularizers.get(name))(np.zeros(1))[0]) for name in ("l1", "l2")]
print("slopes that layerlab uses at w = 0:", at_zero)

# %% [markdown]
# **What to see:** L2 pulls hard at large weights and hardly at all at small ones. Halfway to zero, the force is half. It never gets there.
# L1 pulls with the *same* force all the way. A weight whose use for the data is less than this force is pulled to zero, and
# held there from both sides.
#
# At $w = 0$ itself, $|w|$ has a corner. Every slope between -1 and 1 fits under it: such a slope is called a **subgradient**.
# layerlab and TensorFlow use 0 there.
#
# ## Diamond and circle
#
# With two weights, you can see it from above. Gray: lines of equal data loss for two inputs, the second of which matters
# little. Yellow: all weights with the same penalty or less. The best weights with this penalty lie where the yellow region first
# touches a gray line.

# %%
rng = np.random.default_rng(3)
x2 = rng.normal(size=(200, 2)) @ np.array([[1.0, 0.3], [0.0, 0.8]])
y2 = x2 @ np.array([[2.0], [0.5]])


def data_loss(w):
    return ((x2 @ w - y2) ** 2).mean(axis=0)


def best_weights(x, y, l1=0.0, l2=0.0, steps=1500):
    """The weights of least loss, one column for each strength: steps for the smooth part, shrinking steps for L1."""
    l1, l2 = np.broadcast_arrays(np.atleast_1d(l1), np.atleast_1d(l2))
    rate = 0.5 / (np.linalg.eigvalsh(x.T @ x / len(x)).max() + l2)
    w = np.zeros((x.shape[1], len(l1)))
    for _ in range(steps):
        w = w - rate * (2 * x.T @ (x @ w - y) / len(x) + 2 * l2 * w)
        w = np.sign(w) * np.maximum(np.abs(w) - rate * l1, 0)
    return w


best = {"L1": best_weights(x2, y2, l1=1.6)[:, 0], "L2": best_weights(x2, y2, l2=0.8)[:, 0]}
view = {"limits": (-2, 3, -2, 2), "marks": {"lowest data loss": (2.0, 0.5)}}
figure, axes = plt.subplots(1, 2, figsize=(8.5, 3.8), layout="constrained")
for ax, (name, order) in zip(axes, [("L1", 1), ("L2", 2)], strict=True):
    size = np.linalg.norm(best[name], order)

    def cheap(w, order=order, size=size):
        return np.linalg.norm(w, order, axis=0) <= size

    marks = view["marks"] | {"best with penalty": best[name]}
    plots.landscape(data_loss, **view | {"marks": marks}, allowed=cheap, legend=name == "L2", title=name, ax=ax)
    print(f"{name}: second weight exactly 0: {best[name][1] == 0}, first one smaller than 2: {best[name][0] < 2}")

# %% [markdown]
# **What to see:** the diamond of L1 has corners, and the corners lie on the axes, where a weight is 0. A line that comes from outside
# usually touches a corner first. The circle of L2 has no corners: it is touched at the side, where neither weight is 0.
#
# Let the strength grow from 0, and the best weights walk from the lowest point to the origin:

# %%
strengths = np.geomspace(0.01, 30, 60)
walks = {"L1": best_weights(x2, y2, l1=strengths).T, "L2": best_weights(x2, y2, l2=strengths).T}
title = "best weights, as the penalty grows"
plots.landscape(data_loss, walks, limits=(-0.5, 2.5, -0.5, 1), marks=view["marks"], title=title)
print("L1 arrives at the origin:", not walks["L1"][-1].any(), "- L2:", not walks["L2"][-1].any())

# %% [markdown]
# **What to see:** L1 goes down to the axis, and then along it, and reaches the origin. L2 goes there in a bow, slower and slower.
#
# ## Why SGD hovers around zero
#
# Back to the riddle. A single weight, a data loss $(w - 0.1)^2$, and an L1 penalty of 0.5. The best weight is exactly 0: the data pull with a
# force of 0.2 at most, the penalty with 0.5. What does gradient descent do?

# %%
rate, strength, steps = 0.05, 0.5, 40
sgd, shrunk = [1.0], [1.0]
for _ in range(steps):
    w = sgd[-1]
    sgd.append(w - rate * (2 * (w - 0.1) + strength * np.sign(w)))
    w = shrunk[-1]
    w = w - rate * 2 * (w - 0.1)  # a step for the data alone ...
    shrunk.append(np.sign(w) * max(abs(w) - rate * strength, 0.0))  # ... and toward 0, but not past it
ways = {"SGD": sgd, "shrinking step": shrunk}
plots.curves(np.arange(steps + 1), ways, xlabel="step", ylabel="weight", title="one weight that should be 0")
print("SGD, last four steps:           ", np.array(sgd[-4:]))
print("shrinking step, last four steps:", np.array(shrunk[-4:]) + 0.0)

# %% [markdown]
# **What to see:** SGD comes down and then hops over zero and back, forever. Its steps have a fixed length, the learning
# rate times the strength, and zero does not lie on one. The other method splits the step in two. It first follows the
# data, and then moves toward zero by rate × strength, *but not past it*. Whoever would pass, stops:
#
# $$w \;\leftarrow\; \operatorname{sign}(w)\,\max(|w| - \text{rate}\cdot l_1,\; 0)$$
#
# This is called **soft thresholding**, and the method a *proximal* one. Where in Keras does a function go that replaces the
# weight after each update? Into `kernel_constraint`, from chapter 4! So this trains the unit of the first section with L1, and gets exact zeros:


# %%
def soft_threshold(w, rate=0.03, l1=1.0):
    return np.sign(w) * np.maximum(np.abs(w) - rate * l1, 0)


exact = trained_unit(constraint=soft_threshold)
useless = np.delete(exact, [2, 7, 13])
print("exactly 0, of the 17 useless ones:", np.sum(useless == 0))
print("exactly 0, of the 3 useful ones:  ", np.sum(exact[[2, 7, 13]] == 0))
print("nearly the weights of l1(1.0):", np.allclose(exact, found["l1(1.0)"], atol=0.05))
print("the same as best_weights:     ", np.allclose(exact, best_weights(x, y, l1=1.0)[:, 0], atol=1e-3))

# %% [markdown]
# With `kernel_regularizer=l1(...)` alone, take for zero what is not much larger than the learning rate times the strength.
#
# ## Regularization paths
#
# Now all twenty weights, for 40 strengths from weak to strong:

# %%
strengths, paths = np.geomspace(0.01, 30, 40), {}
figure, axes = plt.subplots(2, 1, figsize=(8, 5.2), layout="constrained", sharex=True)
for ax, name in zip(axes, ["l1", "l2"], strict=True):
    paths[name] = best_weights(x, y, **{name: strengths})
    named = {"emphasized": [2, 7, 13], "title": name, "legend": name == "l1"}
    zeros = plots.regularization_paths(strengths, paths[name].T, **named, ax=ax)
    print(f"{name}: weights that are exactly 0, from weak to strong:", zeros[::6])
    ax.label_outer()

# %% [markdown]
# **What to see:** with L1, one gray line after another ends in zero, and the three useful weights (in color) hold out the longest. With
# L2 all lines shrink together, and none ends.
#
# Look at the useful ones, too: long before the last useless weight is gone, they have become smaller than they should be. The penalty does not know
# which ones are useful. Strength is a trade, and you choose it by looking at data that were not trained on:

# %%
rng = np.random.default_rng(9)
x_new = rng.normal(size=(500, 20))
y_new = (x_new @ truth + 1.5 * rng.normal(size=500))[:, None]
errors = {name: np.mean((x_new @ weights - y_new) ** 2, axis=0) for name, weights in paths.items()}
errors["no penalty"] = np.full(40, np.mean((x_new @ found["no penalty"][:, None] - y_new) ** 2))
ax = plots.curves(strengths, errors, xlabel="strength", ylabel="mean squared error", title="error on 500 new samples")
ax.set(xscale="log")
for name in ("l1", "l2"):
    best = int(np.argmin(errors[name]))
    print(f"{name}: better than no penalty at its best: {errors[name][best] < errors['no penalty'][0]}", end=", ")
    print(f"worse at its strongest: {errors[name][-1] > errors['no penalty'][0]}")

# %% [markdown]
# **What to see:** a valley. Too little does nothing, too much ruins everything. L1 has the deeper valley here, because the
# truth *is* sparse: few inputs matter. Where all of them matter a little, L2 is the better choice.
#
# Now mix the two yourself: `l1_l2(l1=..., l2=...)`. (Without a running kernel you see nothing under the second cell; the picture under the first is
# one of its settings.)


# %%
def total_loss(w, l1, l2):
    return data_loss(w) + l1 * np.abs(w).sum(axis=0) + l2 * (w**2).sum(axis=0)


def draw(l1=1.6, l2=0.3):
    """The loss with its penalties, and its lowest point."""
    marks = view["marks"] | {"lowest loss": best_weights(x2, y2, l1=l1, l2=l2, steps=500)[:, 0]}
    title = f"data loss with l1_l2(l1={l1:g}, l2={l2:g})"
    plots.landscape(lambda w: total_loss(w, l1, l2), **view | {"marks": marks}, title=title)
    plt.show()


draw()
lowest = best_weights(x2, y2, l1=1.6, l2=0.3)
angles = np.linspace(0, 2 * np.pi, 100)
around = lowest + 0.05 * np.stack([np.cos(angles), np.sin(angles)])
print("uphill in every direction:", bool((total_loss(around, 1.6, 0.3) > total_loss(lowest, 1.6, 0.3)).all()))

# %% tags=["nbval-ignore-output"]
from ipywidgets import interact

control = interact(draw, l1=(0.0, 4.0), l2=(0.0, 4.0))

# %% [markdown]
# **What to see in the stored picture:** with L1, the contour lines have kinks where they cross an axis. That is where weights get
# stuck at zero, as the second one does here.
#
# ## Quiet outputs: `activity_regularizer`
#
# A penalty on the *outputs* of a layer makes it speak less. With L1 and relu, most units are silent for most inputs.

# %%
outputs = {}
for name, regularizer in {"free": None, "l1(0.02)": regularizers.l1(0.02)}.items():
    set_random_seed(3)
    hidden = Dense(64, activation="relu", activity_regularizer=regularizer)
    model = Sequential([Input((784,)), hidden, Dense(10, activation="softmax")])
    model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
    model.fit(x_train, y_train[:1000], epochs=15, verbose=0)
    outputs[name] = [np.asarray(hidden(x_test))]
    _, accuracy = model.evaluate(x_test, y_test, verbose=0)
    print(f"{name:10} over 85 % of the test digits: {accuracy > 0.85}", end=", ")
    print(f"silent more than half of the time: {np.mean(outputs[name][0] == 0) > 0.5}")
spreads = plots.layer_histograms(outputs, limits=(0, 3), title="outputs of 64 hidden units on test digits")

# %% [markdown]
# **What to see:** fewer units speak, and more quietly, and the digits are read all the same.
#
# ## Regularizer, constraint, weight decay
#
# [Chapter 4](04_constraints.ipynb) compared the three. Here is the part that surprises people: for plain SGD, L2 and weight decay are the same thing. The
# gradient of the penalty is $2\,l_2\,w$, so each step takes $\text{rate}\cdot 2\,l_2\,w$ off: a weight decay of $2\,l_2$. For Adam they
# are not the same, because Adam divides by the size of the gradient, the penalty's part included. `AdamW` keeps the decay out of
# that division.

# %%
optimizers = {
    "SGD": (SGD(0.03), SGD(0.03, weight_decay=0.1)),
    "Adam": (Adam(0.01), AdamW(0.01, weight_decay=0.1)),
}
for name, (plain, decaying) in optimizers.items():
    penalized = trained_unit(regularizers.l2(0.05), optimizer=plain, steps=200)
    decayed = trained_unit(optimizer=decaying, steps=200)
    print(f"{name:4} l2(0.05) and a weight decay of 0.1, same weights: {np.allclose(penalized, decayed, atol=1e-4)}")

# %% [markdown]
# | | acts on | exact zeros | in the reported loss |
# |---|---|---|---|
# | `l2` | the gradient, in proportion to the weight | no | yes |
# | `l1` | the gradient, always with the same force | nearly | yes |
# | weight decay | the weight, before the update | no | no |
# | `MaxNorm` and others | the weight, after the update, and only beyond a border | no | no |
#
# ## Defaults, and what is refused
#
# How much is `'l2'`? The string stands for a factor of 0.01. And the factor `0.` of the tutorials stands for nothing at all:

# %%
w = np.full((10, 10), 2.0, "float32")
for name in ("l1", "l2", "L1L2"):
    print(f"the string {name!r:7} is a penalty of {float(regularizers.get(name)(w)):.1f}")
nothing = {"l1(0.)": regularizers.l1(0.0), "l2(0.)": regularizers.l2(0.0), "l1_l2()": regularizers.l1_l2()}
for name, regularizer in nothing.items():
    print(f"{name:19} is a penalty of {float(regularizer(w)):.1f}")

zero = Dense(512, activation="relu", kernel_regularizer=regularizers.l1(0.0))
zero.build((None, 784))
print("the tutorial's layer adds to the loss:", [float(penalty) for penalty in zero.losses])


# %%
def attempt(action):
    """Do something that fails, and print what the error says."""
    try:
        action()
        print("no error")
    except ValueError as error:
        for part in [f"{type(error).__name__}: {error}", *getattr(error, "__notes__", [])]:
            print(textwrap.fill(part, 100, subsequent_indent="    "))


attempt(lambda: regularizers.get("l1_l2"))
attempt(lambda: regularizers.l2(-0.01))

# %% [markdown]
# Useful strengths for `l2` are mostly between 0.0001 and 0.01. The penalty of a weight is a *sum*: a kernel of 784 × 512 has 401,408 terms in it.
# One more regularizer, which the tutorials do not have: `OrthogonalRegularizer` penalizes units that resemble each other.

# %%
for kernel in (np.eye(3), np.ones((3, 3))):
    penalty = regularizers.OrthogonalRegularizer(factor=0.01, mode="columns")(kernel)
    print("three", "different" if kernel[0, 1] == 0 else "equal", f"units: {float(penalty):.2f}")

# %% [markdown]
# <div style="border-left: 4px solid #D55E00; padding: 1px 16px">
#
# **What the tutorials get wrong, or leave out**
#
# - All their code has the factor `0.`: `l1(0.)`, `l2(0.)`. A penalty of zero. It does nothing, as shown above.
# - The code under *L1 and L2 Regularizer* is `regularizers.l2(0.)` once more. Meant is `regularizers.l1_l2(l1=..., l2=...)`.
# - *"kernel_regularizer represents the rate at which the weight constraint is applied."* A sentence about `MinMaxNorm`, pasted
#   here. It is the penalty of the kernel, an object.
# - *"Regularization applies on a per-layer basis only."* Per *weight*: `kernel_regularizer` and `bias_regularizer`. And
#   `activity_regularizer`, on the output, which they leave out. It is divided by the batch size, the others are not.
# - *"It applies some penalties on the layer parameters during optimization."* In the loss, and so also in the loss that
#   `evaluate` reports, and in `val_loss`. Not in the metrics.
# - Formulas are missing. L2 has no ½ here.
# - They do not say that L1 finds zeros and L2 does not, nor that plain gradient descent does not quite reach them.
#
# </div>
#
# <div style="border-left: 4px solid #0072B2; padding: 1px 16px">
#
# **Keras 1, 2 and 3**
#
# | | |
# |---|---|
# | Keras 1 | `Dense(32, W_regularizer=l2(0.01), b_regularizer=l1(0.01), activity_regularizer=activity_l2(0.01))`; both together: `l1l2(l1=0.01, l2=0.01)` |
# | Keras 2 | `kernel_regularizer=`, `bias_regularizer=`, `activity_regularizer=`; `l1_l2()` and the string `'l1_l2'` mean 0.01 and 0.01 |
# | Keras 3 | `l1_l2()` means 0 and 0: no penalty. The string `'l1_l2'` is an error; `'L1L2'` is accepted, and means no penalty. Negative factors are refused |
#
# In all of them `l1()`, `l2()`, `'l1'` and `'l2'` mean 0.01. At $w = 0$, Keras takes the slope of $|w|$ as 1 on JAX and as 0 on TensorFlow; layerlab
# takes 0. `fit(verbose=3)` exists in layerlab only.
#
# </div>

# %% [markdown]
# ## Try it

# %% [markdown]
# **1. By hand.** A `Dense(3)` on 2 inputs has a kernel of all 2, `kernel_regularizer=l1_l2(l1=0.1, l2=0.01)`. What is its penalty, and what is the
# gradient of the penalty at each weight?
#
# <details><summary>Answer</summary>
#
# Six weights: $0.1 \cdot 12 + 0.01 \cdot 24 = 1.44$. The gradient is $0.1 + 2 \cdot 0.01 \cdot 2 = 0.14$ everywhere.
#
# ```python
# twos = np.full((2, 3), 2.0)
# penalty = regularizers.l1_l2(l1=0.1, l2=0.01)
# print(penalty(twos), gradient(penalty)(twos))
# ```
#
# </details>

# %%
# your turn: regularizers.l1_l2(l1=0.1, l2=0.01)(np.full((2, 3), 2.0))

# %% [markdown]
# **2. Right labels.** Train the network of 64 units on the *right* labels, `y_train[:1000]`, with and without `l2(0.01)`. How much does the
# penalty gain now?
#
# <details><summary>Answer</summary>
#
# Nothing: the accuracy is even a little lower. Where the labels are right, there is little to be skeptical about, and a strong penalty only holds the
# model back. A weaker one, `l2(0.001)`, does no harm, and lowers the data term on the test digits.
#
# </details>

# %%
# your turn: in train_on_spoiled, take y_train[:1000] in place of labels

# %% [markdown]
# **3. Your own penalty.** Write a regularizer that pulls each weight toward its neighbors: the sum of the squared differences between adjacent
# rows of the kernel, times a factor. What would you use it for?
#
# <details><summary>Answer</summary>
#
# ```python
# def smooth(w, factor=0.1):
#     return factor * np.sum((w[1:] - w[:-1]) ** 2)
#
#
# layer = Dense(2, kernel_regularizer=smooth)
# layer.build((None, 40))
# print([float(penalty) for penalty in layer.losses])
# ```
#
# For inputs with an order, such as signals and pictures, where neighbors should have similar weights: it makes kernels smooth.
#
# </details>

# %%
# your turn: def smooth(w, factor=0.1): ...

# %% [markdown]
# **4. Group the zeros.** L1 makes single weights zero. To switch off whole *inputs* of a layer with several units, penalize the norm of each row. Write this
# regularizer (it is called group lasso).
#
# <details><summary>Answer</summary>
#
# ```python
# def group_lasso(w, factor=0.01):
#     return factor * np.sum(np.sqrt(np.sum(w**2, axis=1) + 1e-12))
#
#
# print(group_lasso(np.array([[3.0, 4.0], [0.0, 0.0]])))
# ```
#
# The tiny number keeps the slope of the root finite at zero.
#
# </details>

# %%
# your turn: def group_lasso(w, factor=0.01): ...

# %% [markdown]
# The exercises of this chapter, which check your answers and name the slip: [exercises](../exercises/05_regularizers.ipynb).

# %% [markdown]
# ## Five quick questions

# %% [markdown]
# **1.** Which of the two penalties pulls harder at a weight of 0.01, `l1(0.1)` or `l2(0.1)`? At a weight of 10?
#
# <details><summary>Answer</summary>
#
# At 0.01: L1 with 0.1, L2 with 0.002. At 10: L1 with 0.1, L2 with 2.
#
# </details>

# %% [markdown]
# **2.** You double the batch size. What happens to the penalty of a kernel, and to that of the outputs?
#
# <details><summary>Answer</summary>
#
# Both stay as they are: the kernel's has nothing to do with the batch, the outputs' is divided by its size.
#
# </details>

# %% [markdown]
# **3.** A model reports `loss: 0.9` and `val_loss: 0.8`. Does it predict well?
#
# <details><summary>Answer</summary>
#
# You cannot tell: a part of both may be penalty. Look at a metric, or at the data term.
#
# </details>

# %% [markdown]
# **4.** What does `regularizers.l1_l2()` do in Keras 3?
#
# <details><summary>Answer</summary>
#
# Nothing. Both factors are 0 unless you give them.
#
# </details>

# %% [markdown]
# **5.** After training with `l1(0.01)` and a learning rate of 0.1, the weights 0.0007 and 0.3 are left. Which of them would you call zero?
#
# <details><summary>Answer</summary>
#
# The first. Gradient descent hovers about as near to zero as 0.1 × 0.01 = 0.001.
#
# </details>

# %% [markdown]
# ## Further reading
#
# - R. Tibshirani, "Regression shrinkage and selection via the lasso", *Journal of the Royal Statistical Society B* 58 (1996) 267–288: L1, with
#   the diamond.
# - A. E. Hoerl, R. W. Kennard, "Ridge regression: biased estimation for nonorthogonal problems", *Technometrics* 12 (1970) 55–67: L2.
# - T. Hastie, R. Tibshirani, J. Friedman, [*The Elements of Statistical Learning*](https://hastie.su.domains/ElemStatLearn/), Springer 2009, chapter 3:
#   both, with their paths.
# - I. Goodfellow, Y. Bengio, A. Courville, [*Deep Learning*](https://www.deeplearningbook.org/), MIT Press 2016, chapter 7: regularization in
#   networks.
# - N. Parikh, S. Boyd, "Proximal algorithms", *Foundations and Trends in Optimization* 1 (2014) 127–239: soft thresholding, and why it is right.
# - I. Loshchilov, F. Hutter, [Decoupled weight decay regularization](https://arxiv.org/abs/1711.05101), *ICLR* 2019: why Adam needs `AdamW`.
# - C. Zhang, S. Bengio, M. Hardt, B. Recht, O. Vinyals, [Understanding deep learning requires rethinking
#   generalization](https://arxiv.org/abs/1611.03530), *ICLR* 2017: networks that learn wrong labels by heart.
#
# **Back:** [4 · Constraints](04_constraints.ipynb) · **Next:** [6 · Activations](06_activations.ipynb).
