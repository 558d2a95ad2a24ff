# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3 (ipykernel)
#     language: python
#     name: python3
# ---

# %% [markdown]
# # 4 · Constraints
#
# **When you have finished this chapter, you can**
#
# - say what a constraint does to a weight, and at which moment;
# - write `NonNeg`, `UnitNorm`, `MaxNorm` and `MinMaxNorm` in a line or two of NumPy each;
# - choose the `axis`, so that each unit has a norm of its own, in a dense layer and in a convolution;
# - predict where weights end up that want to leave the allowed region;
# - tell a constraint from a penalty, and know when it is *not* applied.
#
# **You need** [chapter 1](01_what_is_a_layer.ipynb): kernel, unit, training step. **Time:** 30 minutes.

# %%
import textwrap

import matplotlib.pyplot as plt
import numpy as np

from layerlab import constraints, initializers, plots
from layerlab.datasets import mnist10k
from layerlab.layers import Conv2D, Dense, Input
from layerlab.models import Sequential
from layerlab.optimizers import SGD, Adam
from layerlab.utils import set_random_seed

np.set_printoptions(precision=4, suppress=True)
plots.use_style()

# %% [markdown]
# ## The weights that never stop
#
# Sixty points in the plane, two classes, and a straight line between them. One unit with a sigmoid and two weights finds
# such a line at once. What do you expect of the weights after 10, 100, 1,000 steps?

# %%
rng = np.random.default_rng(0)
points = rng.normal(size=(60, 2)).astype("float32")
classes = (points @ [1.0, 0.5] > 0).astype("float32")[:, None]
points += (2 * classes - 1) * np.array([0.6, 0.3], "float32")


def train_two_weights(x, y, constraint=None, start=(0.0, 0.0), activation="sigmoid", rate=1.0, steps=1000):
    """Train a unit with two weights and no bias; its weights before each step and after the last."""
    model = Sequential([Input((2,))])
    model.add(Dense(1, activation, use_bias=False, kernel_constraint=constraint))
    model.set_weights([np.array(start, "float32")[:, None]])
    model.compile(SGD(rate), "binary_crossentropy" if activation == "sigmoid" else "mse")
    path = [model.get_weights()[0][:, 0]]
    for _ in range(steps):
        model.train_on_batch(x, y)
        path.append(model.get_weights()[0][:, 0])
    return np.array(path)


free = train_two_weights(points, classes)
for step in (0, 10, 100, 1000):
    right = np.mean((points @ free[step] > 0) == (classes[:, 0] == 1))
    print(f"after {step:4} steps: {right:4.0%} right, length of the weights {np.linalg.norm(free[step]):.1f}")

# %% [markdown]
# After ten steps all points are right, and there is nothing left to learn. Yet the weights grow on and on. Why? The
# farther they go, the surer the sigmoid gets, and the loss falls a little more. It has no lowest point. It only gets lower and
# lower, toward infinity.
#
# Now the same training with a leash: `kernel_constraint='MaxNorm'`.

# %%
leashed = train_two_weights(points, classes, "MaxNorm")
lengths = {"free": np.linalg.norm(free, axis=1), "MaxNorm": np.linalg.norm(leashed, axis=1)}
title = "all points are right from step 10 on"
ax = plots.curves(np.arange(1001), lengths, xlabel="step", ylabel="length of the weights", title=title)
ax.set(xscale="log", xlim=(1, 1000), ylim=(0, None))
right = np.mean((points @ leashed[-1] > 0) == (classes[:, 0] == 1))
print(f"with MaxNorm: {right:.0%} right, length of the weights {np.linalg.norm(leashed[-1]):.4f}")

# %% [markdown]
# **What to see:** the orange curve goes up to 2 and stays there. The blue one climbs on, even on a logarithmic axis: ten times
# the steps add as much again.
#
# Two weights are a point in a plane, so the whole training is a path. Below, the gray lines join points of equal loss.


# %%
def log_loss(w):
    """The loss of every column of w."""
    margins = (2 * classes - 1) * (points @ w)
    return np.log1p(np.exp(-margins)).mean(axis=0)


ball = constraints.MaxNorm(2)


def inside(w):
    return np.linalg.norm(w, axis=0) <= 2


ways = {"free": free, "MaxNorm": leashed}
plots.landscape(log_loss, ways, limits=(-2.5, 6.5, -3, 4), allowed=inside, title="loss of one unit with two weights")
print("the loss of the free weights is lower:", bool(log_loss(free[-1:].T) < log_loss(leashed[-1:].T)))

# %% [markdown]
# **What to see:** downhill is to the upper right, without end. The free weights go that way. With MaxNorm they stop at the rim of the
# yellow disk, which is the allowed region.
#
# ## Project after each step
#
# A **constraint** is a function `w -> w`. After *each* update, the weight is replaced by what the function makes of it. That
# is all. In a loop:

# %%
w = np.zeros((2, 1))
for _ in range(1000):
    probability = 1 / (1 + np.exp(-(points @ w)))
    w = w - 1.0 * points.T @ (probability - classes) / 60  # the update: one step of SGD
    norm = np.linalg.norm(w)
    w = w * min(norm, 2) / norm  # the constraint
print("the same:", np.allclose(w[:, 0], leashed[-1], atol=1e-3))

# %% [markdown]
# Where does it end, if the lowest loss lies outside? Not at the point of the disk that is nearest to it. Take a case with a
# lowest point: a unit without activation that should learn $y = 2.8\,x_1 + 0.4\,x_2$, from two inputs that resemble each other.

# %%
rng = np.random.default_rng(1)
common = rng.normal(size=(200, 1))
x = (common + 0.45 * rng.normal(size=(200, 2))).astype("float32")
y = x @ np.array([[2.8], [0.4]], "float32")


def squared_loss(w):
    return ((x @ w - y) ** 2).mean(axis=0)


settings = {"start": (-2.0, 1.5), "activation": "linear", "rate": 0.1, "steps": 150}
ways = {
    "free": train_two_weights(x, y, **settings),
    "MaxNorm(2)": train_two_weights(x, y, constraints.MaxNorm(max_value=2, axis=0), **settings),
}
angles = np.linspace(0, 2 * np.pi, 3601)
rim = 2 * np.stack([np.cos(angles), np.sin(angles)])
best = rim[:, squared_loss(rim).argmin()]
nearest = 2 * np.array([2.8, 0.4]) / np.linalg.norm([2.8, 0.4])
marks = {"lowest loss": (2.8, 0.4), "nearest to it": nearest}
plots.landscape(squared_loss, ways, allowed=inside, marks=marks, title="along the rim, to the lowest point of the rim")
print("ends at the point of the rim with the lowest loss:", np.allclose(ways["MaxNorm(2)"][-1], best, atol=0.01))
print("which is the point nearest to the free solution:  ", np.allclose(nearest, best, atol=0.1))

# %% [markdown]
# **What to see:** each step wants to leave the disk, and is pulled back onto the rim. What remains of it is a slide along the
# rim. It stops where the rim touches the lowest line. So a constraint does not just shorten the weights that you would have
# got without it: it finds the best ones among those that are allowed.
#
# ## Four constraints
#
# Write $N$ for the **norm** of a unit's weights: their length, $N = \sqrt{\sum_i w_i^2}$. Then
#
# | constraint | makes of $w$ | in words |
# |---|---|---|
# | `NonNeg()` | $\max(w, 0)$ | negative weights become 0 |
# | `UnitNorm(axis=0)` | $w\,/\,(N + \varepsilon)$ | every norm becomes 1 |
# | `MaxNorm(max_value=2, axis=0)` | $w \cdot \operatorname{clip}(N, 0, \text{max})\,/\,(N + \varepsilon)$ | too long ones are shortened |
# | `MinMaxNorm(min_value=0.0, max_value=1.0, rate=1.0, axis=0)` | $w \cdot [\text{rate}\cdot\operatorname{clip}(N, \text{min}, \text{max}) + (1 - \text{rate})\cdot N]\,/\,(N + \varepsilon)$ | too short ones are made longer, too |
#
# with $\varepsilon = 10^{-7}$, so that a norm of 0 does no harm. For a unit with two inputs, here is where they send the points
# of the plane:

# %%
four = {
    "NonNeg()": constraints.NonNeg(),
    "UnitNorm()": constraints.UnitNorm(axis=0),
    "MaxNorm(2)": constraints.MaxNorm(max_value=2, axis=0),
    "MinMaxNorm(1, 2)": constraints.MinMaxNorm(min_value=1.0, max_value=2.0, rate=1.0, axis=0),
}
figure, axes = plt.subplots(1, 4, figsize=(8.5, 2.6), layout="constrained")
for ax, (title, constraint) in zip(axes, four.items(), strict=True):
    before, after = plots.projection(constraint, count=9, title=title, ax=ax)
    ax.label_outer()
    stays = np.isclose(after, before, atol=1e-4).all(axis=0)
    print(f"{title:16} {stays.sum():2} of {stays.size} points stay")

# %% [markdown]
# **What to see:** green dots stay where they are, all other points go along a line to an orange cross. `NonNeg` pushes each
# negative weight to 0 and leaves the others. The three norms keep the *direction* of the weights and change only their
# length. The point in the middle has no direction, and never moves.
#
# In NumPy:


# %%
def non_neg(w):
    return np.maximum(w, 0)


def min_max_norm(w, low, high, rate=1.0, axis=0, epsilon=1e-7):
    norm = np.sqrt(np.sum(w**2, axis=axis, keepdims=True))
    wanted = rate * np.clip(norm, low, high) + (1 - rate) * norm
    return w * wanted / (norm + epsilon)


# %%
kernel = initializers.RandomNormal(stddev=1.0, seed=3)((6, 5))
pairs = {
    "NonNeg": (non_neg(kernel), constraints.NonNeg()),
    "UnitNorm": (min_max_norm(kernel, 1, 1), constraints.UnitNorm()),
    "MaxNorm": (min_max_norm(kernel, 0, 2), constraints.MaxNorm(2)),
    "MinMaxNorm": (min_max_norm(kernel, 1, 2, rate=0.3), constraints.MinMaxNorm(1, 2, rate=0.3)),
}
for name, (mine, constraint) in pairs.items():
    print(f"{name:10} the same: {np.allclose(mine, constraint(kernel))}")

# %% [markdown]
# `min_max_norm` covers three of the four: `UnitNorm` is both bounds 1, `MaxNorm` is the lower bound 0.
#
# All of them send a weight to the *nearest* allowed one. This is called a **projection**, and taking a step and then
# projecting is *projected gradient descent*. No allowed point is nearer; here are 10,000 others, which the constraint made
# from other points:

# %%
for name, constraint in four.items():
    w = rng.normal(size=(2, 50)) * 3
    moved = np.linalg.norm(constraint(w) - w, axis=0)
    allowed = constraint(rng.normal(size=(2, 10_000)) * 3)
    others = np.linalg.norm(allowed[:, :, None] - w[:, None], axis=0).min(axis=0)
    print(f"{name:16} 50 points, none has a nearer allowed point: {bool((moved <= others + 1e-4).all())}")

# %% [markdown]
# ## `axis`: one norm per unit
#
# A dense kernel has the shape (inputs, units). The weights of one unit are a column, and to take the norm of each column
# you sum *along axis 0*. That is the default. `axis=1` gives one norm per *input* instead; it runs without complaint. And
# `axis=[0, 1]` takes one norm of everything.

# %%
kernel = 1.3 * initializers.RandomNormal(stddev=1.0, seed=8)((5, 4))
results = {"kernel (5, 4)": kernel}
results |= {f"MaxNorm(2, axis={a})": constraints.MaxNorm(2, axis=a)(kernel) for a in (0, 1, [0, 1])}
axes = plots.tables(results, height=2.0)
for ax in axes:
    ax.set(xlabel="unit", ylabel="input")
for name, result in results.items():
    norms = np.linalg.norm(result, axis=0)
    print(f"{name:23} norm of each unit: {norms}")

# %% [markdown]
# **What to see:** with `axis=0`, long columns are paler than before, and short ones are unchanged. With `axis=1`, rows are.
# With `axis=[0, 1]`, everything shrinks together.
#
# "Axis 0 denotes the first dimension", says the tutorial. But the axis you name is the one that *disappears*: for a weight
# of shape (2, 3, 4), there are as many norms as the other axes have cells.

# %%
weight = initializers.RandomNormal(stddev=3.0, seed=1)((2, 3, 4))
for axis in (0, 1, 2):
    norms = np.linalg.norm(constraints.MaxNorm(max_value=2, axis=axis)(weight), axis=axis)
    print(f"axis={axis}: {norms.size:2} norms of shape {norms.shape}, largest {norms.max():.2f}")

# %% [markdown]
# ### A convolution needs `axis=[0, 1, 2]`
#
# The kernel of a `Conv2D` ([chapter 11](11_convolution.ipynb)) has the shape (height, width, channels, filters). A **filter**
# is what a unit is called there, and all axes but the last belong to it. The default, `axis=0`, takes norms of three numbers each:

# %%
layer = Conv2D(16, 3, kernel_initializer=initializers.RandomNormal(stddev=1.0, seed=1))
layer.build((None, 28, 28, 8))
kernel = layer.get_weights()[0]
filters = {
    "free": kernel,
    "MaxNorm(2)": constraints.MaxNorm(2)(kernel),
    "MaxNorm(2, axis=[0, 1, 2])": constraints.MaxNorm(2, axis=[0, 1, 2])(kernel),
}
lengths = plots.norms(filters, axis=(0, 1, 2), limit=2, title=f"filters of a kernel {kernel.shape}")
for name, values in lengths.items():
    print(f"{name:27} longest filter {values.max():.1f}")

# %% [markdown]
# **What to see:** the default shortens the filters a little, and none of them to 2. With the three axes, all end on the line.
#
# A bias has only one axis. `bias_constraint='MaxNorm'` takes *one* norm, of the whole bias:

# %%
bias = np.array([3.0, 0.5, 4.0], "float32")
print("bias", bias, "->", constraints.MaxNorm(2)(bias))

# %% [markdown]
# ## When it is applied, and when not
#
# After an update, and only then. A kernel that starts with ones in 16 rows has columns of length 4. `MaxNorm(2)` lets it
# be, until the first step. Even a step of size 0 is a step:

# %%
layer = Dense(3, kernel_initializer="ones", kernel_constraint=constraints.MaxNorm(2))
model = Sequential([Input((16,)), layer])
model.compile(SGD(0.0), "mse")
data = np.ones((8, 16), "float32"), np.zeros((8, 3), "float32")


def longest():
    return f"{np.linalg.norm(layer.get_weights()[0], axis=0).max():.4f}"


print("at the start:               ", longest())
model.train_on_batch(*data)
print("after a step of size 0:     ", longest())
model.set_weights([np.full((16, 3), 5.0), np.zeros(3)])
print("after set_weights with fives:", longest())
model.predict(data[0], verbose=0)
print("after predict:              ", longest())
layer.trainable = False
model.compile(SGD(0.0), "mse")
model.train_on_batch(*data)
print("frozen, after a step:       ", longest())

# %% [markdown]
# The same holds for weights that you load from a file. If the first weights have to be legal too, give an initializer that
# makes them so.
#
# ### `rate`: how much of the way
#
# `MinMaxNorm` can go to the border in small steps. With `rate=0.1`, each update brings the norm 10 % of the way to the
# nearest allowed one. `rate=1` is the full projection, and with `rate=0` nothing happens.

# %%
steps = np.arange(31)
curves = {}
for rate in (1.0, 0.5, 0.1, 0.0):
    constraint = constraints.MinMaxNorm(min_value=1.0, max_value=2.0, rate=rate)
    w, lengths = np.array([[5.0, 0.2, 0.0]]), []
    for _ in steps:
        lengths.append(np.abs(w[0]))
        w = constraint(w)
    curves[f"rate={rate:g}"] = np.array(lengths)
figure, (left, right) = plt.subplots(1, 2, figsize=(8, 3), layout="constrained", sharey=True)
for ax, unit, start in [(left, 0, 5), (right, 1, 0.2)]:
    shown = {name: lengths[:, unit] for name, lengths in curves.items()}
    title = f"MinMaxNorm(1, 2), from norm {start}"
    plots.curves(steps, shown, xlabel="step", ylabel="norm", title=title, legend=unit == 1, ax=ax)
right.set_ylabel("")
above, below, _ = curves["rate=0.1"][1]
print(f"rate 0.1 after 1 step: from 5 to {above:.1f}, and from 0.2 to {below:.2f}")
print("a unit whose weights are all 0, after 30 steps at rate 1:", curves["rate=1"][30, 2])

# %% [markdown]
# **What to see:** one step at rate 1, an approach at 0.5 and 0.1. From above they go to 2, from below to 1.
#
# And the last line: a unit with all weights 0 stays at 0, whatever `min_value` says. There is no direction to make it longer
# in. `Zeros` and `MinMaxNorm` do not go together.
#
# ### Almost exactly
#
# The $\varepsilon$ in the denominator shrinks legal weights, too, by one part in ten million. A float32 keeps about seven digits, so you
# see it at times, in the last one:

# %%
for name, constraint in {"MaxNorm(2)": constraints.MaxNorm(2), "NonNeg()": constraints.NonNeg()}.items():
    print(f"{name:10} makes of 0.5: {constraint(np.array([[0.5]], 'float64'))[0, 0]:.9f}")

# %% [markdown]
# Play with the leash. (Without a running kernel you see nothing under the second cell; the picture under the first is one of
# its settings.)


# %%
def at_full_rate(constraint):
    """The constraint with rate 1, whose fixed points are the allowed region."""
    if isinstance(constraint, constraints.MinMaxNorm):
        return constraints.MinMaxNorm(constraint.min_value, constraint.max_value, 1.0)
    return constraint


def draw(constraint="MinMaxNorm", max_value=2.0, rate=0.2, learning_rate=0.05):
    """The way of two weights under a constraint."""
    kinds = {
        "none": None,
        "NonNeg": constraints.NonNeg(),
        "UnitNorm": constraints.UnitNorm(),
        "MaxNorm": constraints.MaxNorm(max_value),
        "MinMaxNorm": constraints.MinMaxNorm(0.0, max_value, rate),
    }
    chosen = kinds[constraint]
    path = train_two_weights(x, y, chosen, **settings | {"rate": learning_rate, "steps": 80})
    allowed = chosen and (lambda w: np.isclose(at_full_rate(chosen)(w), w, atol=0.02).all(axis=0))
    plots.landscape(squared_loss, {constraint: path}, allowed=allowed, title=f"{constraint} on the way down")
    plt.show()


draw()

# %% tags=["nbval-ignore-output"]
from ipywidgets import interact

names = ["none", "NonNeg", "UnitNorm", "MaxNorm", "MinMaxNorm"]
control = interact(draw, constraint=names, max_value=(0.5, 3.0), rate=(0.0, 1.0), learning_rate=(0.0, 0.3, 0.01))

# %% [markdown]
# **What to see in the stored picture:** with a rate of 0.2 the weights may stay outside forever. Each step pulls out, each
# constraint pulls back a fifth of the way, and they settle where the two are even.
#
# ## On real data: parts of digits
#
# Give a network a narrow waist: 784 pixels, 24 units, and back to 784 pixels, with the picture itself as the target. It has
# to find 24 building blocks from which digits can be put together. (Such a model is called an **autoencoder**.) We train it twice:
# free, and with `NonNeg` on both kernels.

# %%
(train_pictures, y_train), (test_pictures, y_test) = mnist10k.load_data()
x_train = train_pictures.reshape(8000, 784).astype("float32") / 255
x_test = test_pictures.reshape(2000, 784).astype("float32") / 255


def autoencoder(constraint):
    set_random_seed(1)
    model = Sequential([Input((784,))])
    model.add(Dense(24, activation="relu", kernel_constraint=constraint))
    model.add(Dense(784, kernel_constraint=constraint))
    model.compile(Adam(0.002), "mse")
    model.fit(x_train, x_train, epochs=8, batch_size=64, verbose=0)
    return model


coders = {"free": autoencoder(None), "NonNeg": autoencoder(constraints.NonNeg())}
for name, model in coders.items():
    blocks = model.layers[1].get_weights()[0]
    strongest = np.argsort(-np.linalg.norm(blocks, axis=1))
    title = f"{name}: the 16 strongest of 24 building blocks"
    plots.kernels(blocks.T, (28, 28), count=16, order=strongest, title=title)
    tiny = np.mean(np.abs(blocks) < 0.01)
    print(f"{name:6} some below 0: {bool((blocks < 0).any())!s:6} over 70 % below 0.01 in size: {tiny > 0.7}")

# %% [markdown]
# **What to see:** the free blocks are whole tangles of positive and negative ink, which add and cancel. Without negative
# numbers nothing can cancel: each block has to be a *part* that some digits have and others do not, such as a bit of a stroke. And most
# of its weights are 0, or nearly so.
#
# Put together, both give readable digits. The free one is a little closer, because it has more freedom:

# %%
rebuilt = [x_test[:8]] + [np.asarray(model(x_test[:8])) for model in coders.values()]
rows = np.concatenate(rebuilt).reshape(24, 28, 28)
titles = ["digit"] * 8 + ["free"] * 8 + ["NonNeg"] * 8
axes = plots.images(rows, titles=titles, columns=8, vmin=0, vmax=1)
errors = {name: model.evaluate(x_test, x_test, verbose=0) for name, model in coders.items()}
print("both far better than the mean picture:", all(e < 0.7 * x_test.var(axis=0).mean() for e in errors.values()))
print("free is closer:", errors["free"] < errors["NonNeg"])

# %% [markdown]
# **What to see:** the same digits from 24 numbers each.
#
# ## On real data: few examples, and the wrong axis
#
# With 500 digits to learn from, a network of 128 units soon knows all of them by heart. Its weights go on growing to make the
# loss smaller still, as in the first section. A `MaxNorm` holds them. We also try it along the wrong axis.


# %%
def few_digits(constraint):
    set_random_seed(2)
    model = Sequential([Input((784,))])
    model.add(Dense(128, activation="relu", kernel_constraint=constraint))
    model.add(Dense(10, activation="softmax", kernel_constraint=constraint))
    model.compile(Adam(0.003), "sparse_categorical_crossentropy", metrics=["accuracy"])
    model.fit(x_train[:500], y_train[:500], epochs=40, verbose=0)
    return model


leashes = {"free": None, "MaxNorm(1)": constraints.MaxNorm(1), "MaxNorm(1, axis=1)": constraints.MaxNorm(1, axis=1)}
models = {name: few_digits(constraint) for name, constraint in leashes.items()}
kernels = {name: model.get_weights()[0] for name, model in models.items()}
lengths = plots.norms(kernels, limit=1, title="norms of the 128 hidden units after training")

results = {name: model.evaluate(x_test, y_test, verbose=0) for name, model in models.items()}
for name in models:
    print(f"{name:18} all units within the limit: {bool(lengths[name].max() < 1.00001)}")
print("lower loss on the test digits with MaxNorm(1):", results["MaxNorm(1)"][0] < results["free"][0])
print("all three read more than 80 % of them:", all(accuracy > 0.8 for _, accuracy in results.values()))

# %% [markdown]
# **What to see:** blue, the norms without a constraint. Orange, all of them at the line or below. Green, the wrong axis, lies
# on the blue: it limits what leaves each *pixel*, and the units go where they like.
#
# The constrained model is less sure of itself, and so its mistakes cost less: a lower loss. It does not read more
# digits right here. Those who made `MaxNorm` popular use it together with dropout (chapter 8): it lets them train with large
# steps, and the weights cannot run away (Srivastava and others, below).
#
# ### `UnitNorm`: outputs that are cosines
#
# If the weights of a unit have length 1, and the input too, then the output $x \cdot w$ is the cosine of the angle between them: 1 for
# the same direction, 0 for a right angle. So a layer with `UnitNorm` and no bias compares directions only.

# %%
set_random_seed(1)
layer = Dense(3, use_bias=False, kernel_constraint=constraints.UnitNorm(axis=0))
model = Sequential([Input((5,)), layer])
model.compile("sgd", "mse")
data = rng.normal(size=(40, 5)).astype("float32")
model.fit(data, data[:, :3], epochs=2, verbose=0)

w = layer.get_weights()[0]
x_unit = data / np.linalg.norm(data, axis=1, keepdims=True)
cosines = [[np.dot(a, b) / (np.linalg.norm(a) * np.linalg.norm(b)) for b in w.T] for a in x_unit]
print("norms of the three units:", np.linalg.norm(w, axis=0))
print("outputs are cosines:", np.allclose(model(x_unit), cosines, atol=1e-5))

# %% [markdown]
# ### Your own constraint
#
# Any function `w -> w` will do. This one keeps a kernel symmetric:


# %%
def symmetric(w):
    return (w + w.T) / 2


layer = Dense(5, use_bias=False, kernel_constraint=symmetric)
model = Sequential([Input((5,)), layer])
model.compile("sgd", "mse")
model.fit(data, data[:, ::-1], epochs=2, verbose=0)
w = layer.get_weights()[0]
print("symmetric after training:", np.allclose(w, w.T))

# %% [markdown]
# ## Constraint, penalty, or decay?
#
# Three ways to keep weights small, and people mix them up.
#
# | | where it acts | what it does |
# |---|---|---|
# | constraint (this chapter) | after the update | replaces the weight. A border: inside of it, nothing happens |
# | regularizer ([chapter 5](05_regularizers.ipynb)) | in the loss, so in the gradient | pulls at every weight, always, more or less strongly |
# | weight decay (`AdamW`) | in the optimizer, before the update | multiplies every weight by a number just below 1 |
#
# The loss shows which is which. A penalty raises the loss. A constraint does not touch it.

# %%
probe = np.ones((4, 16), "float32"), np.zeros((4, 3), "float32")
for argument in ({}, {"kernel_constraint": "MaxNorm"}, {"kernel_regularizer": "l2"}):
    model = Sequential([Input((16,)), Dense(3, kernel_initializer="ones", **argument)])
    model.compile("sgd", "mse")
    print(f"{argument!s:34} loss {model.evaluate(*probe, verbose=0):.2f}, penalties {len(model.losses)}")

# %% [markdown]
# <div style="border-left: 4px solid #D55E00; padding: 1px 16px">
#
# **What the tutorials get wrong, or leave out**
#
# - On `MaxNorm`: *"the weights should have a value equal to or less than the specified value."* The norm along the axis is limited, not
#   each weight. One weight alone may be as large as the limit, and 512 weights of 2 each would have a norm of 45.
# - They do not say *per unit*. `axis=0` of a dense kernel means one norm for each unit; a convolution needs `[0, 1, 2]`.
# - The code under *NonNeg* has no constraint in it. It passes `initializers.Identity` as `kernel_initializer`.
# - *"rate represents the rate at which the weight constraint is applied."* Not how often: how much of the way. Only `MinMaxNorm`
#   has it.
# - *"A constraint will be set on the parameter during the optimization phase."* After each update, to be exact: not to the first
#   weights, not in `set_weights`, not when loading, not to frozen layers.
# - Regularizers and constraints are told together, as things of the "optimization phase". One changes the loss, the other the weights.
# - `kernel_constraint='MaxNorm'` as a string means `MaxNorm(max_value=2, axis=0)`: no way to give a limit.
# - `MinMaxNorm` cannot lift a unit whose weights are all 0.
#
# </div>

# %%
snippet = Dense(512, activation="relu", kernel_initializer=initializers.Identity(gain=1.0))
print("constraint of the tutorial's NonNeg layer:", snippet.kernel_constraint)
mended = Dense(512, activation="relu", kernel_constraint=constraints.NonNeg())
print("constraint of the mended one:", type(mended.kernel_constraint).__name__)

print("'MaxNorm' stands for", constraints.get("MaxNorm").get_config())
print(f"norm of 512 weights of 2: {np.linalg.norm(np.full(512, 2.0)):.0f}")
print("one weight of 2 and zeros, unchanged:", constraints.MaxNorm(2)(np.array([[2.0], [0.0]])).ravel())

# %% [markdown]
# <div style="border-left: 4px solid #0072B2; padding: 1px 16px">
#
# **Keras 1, 2 and 3**
#
# | | |
# |---|---|
# | Keras 1 | `W_constraint=maxnorm(2)`, `b_constraint=nonneg()`; `maxnorm(m=2, axis=0)`, `unitnorm()` |
# | Keras 2 | `kernel_constraint=`, `bias_constraint=`; `MaxNorm(max_value=2)`. The strings `'maxnorm'`, `'nonneg'`, `'unitnorm'` still work |
# | Keras 3 | only `'MaxNorm'` or `'max_norm'`, and so on: `'maxnorm'` is an error. `RadialConstraint` is gone |
#
# The formulas are the same in all three.
#
# </div>

# %%
for name in ("MaxNorm", "max_norm", "non_neg", "unit_norm", "min_max_norm", "maxnorm"):
    try:
        print(f"{name!r:15} {type(constraints.get(name)).__name__}")
    except ValueError as error:
        print(textwrap.fill(f"{name!r:15} {type(error).__name__}: {error}", 90, subsequent_indent="    "))

# %% [markdown]
# ## Try it

# %% [markdown]
# **1. By hand.** A unit has the weights 6 and 8. What do `MaxNorm(5)`, `UnitNorm()`, `MinMaxNorm(1, 5, rate=0.2)` and `NonNeg()` make of
# them?
#
# <details><summary>Answer</summary>
#
# The norm is 10. So 3 and 4; 0.6 and 0.8; the norm goes a fifth of the way from 10 to 5, to 9: 5.4 and 7.2; 6 and 8.
#
# ```python
# w = np.array([[6.0], [8.0]])
# five = constraints.MinMaxNorm(1, 5, rate=0.2)
# for constraint in (constraints.MaxNorm(5), constraints.UnitNorm(), five, constraints.NonNeg()):
#     print(constraint(w).ravel())
# ```
#
# </details>

# %%
# your turn: constraints.MaxNorm(5)(np.array([[6.0], [8.0]]))

# %% [markdown]
# **2. A box.** Write a constraint that limits *each weight* to between -1 and 1: what the tutorial says about
# `MaxNorm`. Where do the two weights end that should learn $y = 2.8\,x_1 + 0.4\,x_2$?
#
# <details><summary>Answer</summary>
#
# ```python
# def box(w):
#     return np.clip(w, -1, 1)
#
#
# print(box(np.array([[2.0], [-0.5]])).ravel())
# ```
#
# Both end at 1, in the corner of the square: `train_two_weights(x, y, box, **settings)[-1]`.
#
# </details>

# %%
# your turn: def box(w): ...

# %% [markdown]
# **3. A mask.** Choose a random half of the weights of a kernel, and write a constraint that keeps them at 0. Train with it, and check.
#
# <details><summary>Answer</summary>
#
# ```python
# mask = np.random.default_rng(0).integers(0, 2, size=(784, 32)).astype("float32")
#
#
# def masked(w):
#     return w * mask
#
#
# layer = Dense(32, activation="relu", kernel_constraint=masked)
# model = Sequential([Input((784,)), layer, Dense(784)])
# model.compile("sgd", "mse")
# model.train_on_batch(np.ones((4, 784)), np.ones((4, 784)))
# print((layer.get_weights()[0][mask == 0] == 0).all())
# ```
#
# With a mask that joins only neighbors, this is a locally connected layer (chapter 13).
#
# </details>

# %%
# your turn: kernel_constraint=lambda w: w * mask

# %% [markdown]
# **4. Parts.** Train the `NonNeg` autoencoder with 8, and with 64 units. How do the building blocks change?
#
# <details><summary>Answer</summary>
#
# With 8, each block is a larger piece: a long stroke, or both sides of a ring. With 64 they look much like those of the 24:
# the parts stay parts, there are only more of them.
#
# </details>

# %%
# your turn: copy autoencoder(), and make the 24 an argument

# %% [markdown]
# The exercises of this chapter, which check your answers and name the slip: [exercises](../exercises/04_constraints.ipynb).

# %% [markdown]
# ## Five quick questions

# %% [markdown]
# **1.** In one training step, what comes first: gradient, constraint, update?
#
# <details><summary>Answer</summary>
#
# Gradient, update, constraint.
#
# </details>

# %% [markdown]
# **2.** `Dense(64, kernel_constraint=MaxNorm(3))` on 100 inputs: how many norms are limited?
#
# <details><summary>Answer</summary>
#
# 64, one for each unit.
#
# </details>

# %% [markdown]
# **3.** Which constraint can make a weight larger?
#
# <details><summary>Answer</summary>
#
# `MinMaxNorm` and `UnitNorm`, when the norm is too small but not 0. (`NonNeg` raises negative weights to 0.)
#
# </details>

# %% [markdown]
# **4.** You load weights of norm 7 into a layer with `MaxNorm(2)` and call `predict`. Which norm do they have there?
#
# <details><summary>Answer</summary>
#
# 7. The constraint waits for an update.
#
# </details>

# %% [markdown]
# **5.** A model with `MaxNorm` has a loss of 0.40 on some data. You take the constraint away, and evaluate again without training. What is
# the loss?
#
# <details><summary>Answer</summary>
#
# 0.40. A constraint is no part of the loss.
#
# </details>

# %% [markdown]
# ## Further reading
#
# - N. Srivastava, G. Hinton, A. Krizhevsky, I. Sutskever, R. Salakhutdinov, "Dropout: a simple way to prevent neural networks from
#   overfitting", *JMLR* 15 (2014) 1929–1958: the max-norm constraint, and why it goes well with dropout.
# - D. D. Lee, H. S. Seung, "Learning the parts of objects by non-negative matrix factorization", *Nature* 401 (1999) 788–791:
#   why non-negative weights find parts.
# - D. Soudry, E. Hoffer, M. S. Nacson, S. Gunasekar, N. Srebro, "The implicit bias of gradient descent on separable data",
#   *JMLR* 19 (2018): the weights of the first section, which grow forever with the logarithm of the steps.
# - S. Boyd, L. Vandenberghe, [*Convex Optimization*](https://web.stanford.edu/~boyd/cvxbook/), Cambridge University Press 2004: section 8.1 on
#   projection.
# - Keras documentation: [Layer weight constraints](https://keras.io/api/layers/constraints/).
#
# **Back:** [3 · Initializers](03_initializers.ipynb) · **Next:** [5 · Regularizers](05_regularizers.ipynb).
