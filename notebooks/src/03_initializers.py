# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3 (ipykernel)
#     language: python
#     name: python3
# ---

# %% [markdown]
# # 3 · Initializers
#
# **When you have finished this chapter, you can**
#
# - say why the first weights must differ from each other, and why zeros may never leave zero;
# - choose a spread that keeps a signal alive through twenty layers, and derive it;
# - name all sixteen initializers of the tutorials, with their arguments and their formulas;
# - compute `fan_in` and `fan_out` of any kernel;
# - say what `stddev` means where it does not mean the standard deviation;
# - use seeds without giving two layers the same weights.
#
# **You need** [chapter 1](01_what_is_a_layer.ipynb): kernel, bias, relu, and what training changes. **Time:** 40 minutes.

# %%
import math
import textwrap

import matplotlib.pyplot as plt
import numpy as np

from layerlab import initializers, plots, random
from layerlab.autodiff import Tape
from layerlab.datasets import mnist10k
from layerlab.layers import Conv1D, Conv2D, Conv2DTranspose, Dense, DepthwiseConv2D, Input
from layerlab.models import Sequential
from layerlab.utils import set_random_seed

np.set_printoptions(precision=4, suppress=True)
plots.use_style()

# %% [markdown]
# ## Sixteen units that are one
#
# A network for the handwritten digits: 784 pixels, 16 hidden units with relu, 10 probabilities. Its first weights have to
# be *something*. The simplest something: every weight is 1. We train it, and beside it the same network with the weights
# that `Dense` takes by default.

# %%
(train_pictures, y_train), (test_pictures, y_test) = mnist10k.load_data()
x_train = train_pictures.reshape(8000, 784).astype("float32") / 255
x_test = test_pictures.reshape(2000, 784).astype("float32") / 255


def digits_model(hidden_start, output_start="glorot_uniform"):
    set_random_seed(1)
    model = Sequential([Input((784,))])
    model.add(Dense(16, activation="relu", kernel_initializer=hidden_start))
    model.add(Dense(10, activation="softmax", kernel_initializer=output_start))
    model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
    return model


def accuracy_after_training(model, epochs=3):
    model.fit(x_train, y_train, epochs=epochs, verbose=0)
    return model.evaluate(x_test, y_test, verbose=0)[1]


all_ones = digits_model("ones", "ones")
default = digits_model("glorot_uniform")
print("all ones: fewer than 30 of 100 test digits right:", accuracy_after_training(all_ones, epochs=2) < 0.3)
print("default:  more than 85 of 100 test digits right: ", accuracy_after_training(default, epochs=2) > 0.85)

# %% [markdown]
# Look inside. Each hidden unit has one weight per pixel, so its column of the kernel is a picture. Here is what training
# added to the ones: eight of the sixteen units.

# %%
kernel = all_ones.layers[0].get_weights()[0]
plots.kernels(kernel - 1, (28, 28), count=8, title="what eight units learned, starting from ones")
print("weights moved by more than 0.1:", bool(np.abs(kernel - 1).max() > 0.1))
print("largest difference between two units below 0.01:", bool(np.ptp(kernel, axis=1).max() < 1e-2))

# %%
pictures = plots.kernels(default.layers[0], (28, 28), count=8, title="eight units of the default start")
differences = np.ptp(default.layers[0].get_weights()[0], axis=1)
print("largest difference between two units above 0.3:", bool(differences.max() > 0.3))

# %% [markdown]
# **What to see:** above, the same picture eight times. The weights did move, all of them in step. Below, eight different
# units.
#
# The reason fits in three lines. Units with equal weights give equal outputs. Equal outputs, treated alike by the next
# layer, get equal gradients. Equal gradients make equal updates, so the weights are equal again: forever. This is the
# **symmetry** of a layer, and training alone does not break it. Sixteen units do the work of one. (We ask for 0.01 and not for
# 0, because the computer rounds, not always alike.)
#
# Here is the gradient itself. A `Tape` records what happens to numbers, and gives the gradient of the result. The second
# kernel gets equal *rows* here: it treats all 16 units alike, but not the ten digits. (For an initializer of your own, a function
# will do.)


# %%
def equal_rows(shape, dtype=None):
    return np.linspace(-1, 1, shape[1]) * np.ones(shape)


model = digits_model(initializers.Constant(value=0.01), equal_rows)
with Tape() as tape:
    probabilities = model(x_train[:64])
    loss = -np.mean(np.log(probabilities[np.arange(64), y_train[:64]]))
gradient = tape.gradient(loss, model.layers[0].kernel)
print("some of the gradient is not 0:     ", bool(np.abs(gradient).max() > 1e-3))
print("all 16 columns have equal gradients:", np.allclose(gradient, gradient[:, :1], atol=1e-6))

# %% [markdown]
# It takes *two* equal things to be stuck: equal units, and a next layer that treats them alike. Start only the hidden
# layer with ones, leave the second layer random, and the units come apart. (It is still a bad start: every unit begins by
# adding up all the ink.)

# %%
half_ones = digits_model("ones", "glorot_uniform")
accuracy = accuracy_after_training(half_ones)
kernel = half_ones.layers[0].get_weights()[0]
print("now two units differ by more than 0.1:", bool(np.ptp(kernel, axis=1).max() > 0.1))
print("and the model is still below 60 %:    ", accuracy < 0.6)

# %% [markdown]
# ## Zeros: nothing moves at all
#
# Zeros are worse than ones. Five epochs, 1,250 steps, and then look at the hidden layer:

# %%
zeros = digits_model("zeros")
accuracy_after_training(zeros, epochs=5)
hidden_kernel, hidden_bias, output_kernel, output_bias = zeros.get_weights()
print("hidden kernel exactly 0 after 5 epochs:", not hidden_kernel.any())
print("hidden bias exactly 0 after 5 epochs:  ", not hidden_bias.any())
print("output bias has learned something:     ", bool(output_bias.any()))

# %% [markdown]
# Not one of 12,560 numbers has moved by a single bit. With zero weights and zero biases, each sum is 0. relu(0) is 0, and at 0
# its slope counts as 0 too. So the gradient that reaches the layer is multiplied by 0. The only part of the model that
# learns is the output bias: how frequent each digit is.
#
# Zeros are no sin in themselves. They are what *biases* start with. And a layer with nothing hidden behind it learns
# from zeros quite well, because its units get different gradients from the start: each has its own digit to say yes to.

# %%
set_random_seed(1)
single = Sequential([Input((784,)), Dense(10, activation="softmax", kernel_initializer="zeros")])
single.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
print("one layer from zeros, more than 85 % right:", accuracy_after_training(single) > 0.85)

# %% [markdown]
# So the weights of hidden units must differ, and chance is the easiest way to make them differ. The question is only:
# **how large?**
#
# ## How large? Twenty layers
#
# Stack twenty dense layers of 256 units with relu, and send 500 digits through, before any training. Three ways to
# draw the weights, all from normal distributions around 0. Only the spread differs:
#
# - `he_normal`: standard deviation $\sqrt{2/\text{inputs}}$, here 0.088;
# - `glorot_normal`: $\sqrt{2/(\text{inputs}+\text{units})}$, here 0.0625;
# - `RandomNormal(stddev=0.01)`: "small random numbers".

# %%
centered = (x_train - x_train.mean()) / x_train.std()
STARTS = {
    "he": initializers.he_normal,
    "glorot": initializers.glorot_normal,
    "0.01": lambda: initializers.RandomNormal(stddev=0.01),
}


def deep_model(start, activation="relu", units=256, layers=20):
    set_random_seed(1)
    model = Sequential([Input((784,))])
    for _ in range(layers):
        model.add(Dense(units, activation, kernel_initializer=start()))
    return model


def outputs_of_layers(model, x):
    outputs = []
    for layer in model.layers:
        x = np.asarray(layer(x))
        outputs.append(x)
    return outputs


runs = {label: outputs_of_layers(deep_model(start), centered[:500]) for label, start in STARTS.items()}
spreads = plots.layer_histograms(runs, layers=[1, 5, 10, 20], limits=(0, 4), title="500 digits on their way")
for label, row in zip(runs, spreads, strict=True):
    print(f"{label:6} spread kept in layer 20, as a power of ten: {np.log10(row[-1] / row[0]):.0f}")

# %% [markdown]
# **What to see:** with `he`, the signal in layer 20 looks like the one in layer 1. With `glorot`, it is smaller at every
# stop, and gone in layer 20: a thousandth. With 0.01, layer 5 is already a single bar at zero. In layer 20 its outputs have
# eighteen zeros after the point.
#
# On a logarithmic scale, this is a matter of slopes:

# %%
depth = np.arange(1, 21)
sizes = {label: [np.sqrt(np.mean(np.square(o, dtype="float64"))) for o in outputs] for label, outputs in runs.items()}
ax = plots.curves(depth, sizes, xlabel="layer", ylabel="size of the outputs", title="forward: the signal")
ax.set(yscale="log", xticks=range(2, 21, 2))
for label, values in sizes.items():
    print(f"{label:6} each layer multiplies the size by {(values[-1] / values[0]) ** (1 / 19):.1f}")

# %% [markdown]
# A constant factor per layer: 1, 0.7, 0.1. And the gradient, on its way back from the loss to the first layer? It passes
# the same weights in the other direction.


# %%
def gradient_sizes(model):
    with Tape() as tape:
        loss = np.mean(model(centered[:100]))
    gradients = tape.gradient(loss, [layer.kernel for layer in model.layers])
    return np.array([np.sqrt(np.mean(np.square(g, dtype="float64"))) for g in gradients])


backward = {label: gradient_sizes(deep_model(start)) for label, start in STARTS.items()}
relative = {label: sizes / backward["he"].mean() for label, sizes in backward.items()}
ax = plots.curves(depth, relative, xlabel="layer", ylabel="size, he = 1", title="backward: the gradients")
ax.set(yscale="log", xticks=range(2, 21, 2))
for label, values in relative.items():
    print(f"{label:6} all layers between {values.min():.0e} and {values.max():.0e}")

# %% [markdown]
# **What to see:** all 20 layers of `he` get gradients of about the same size. With 0.01, each layer's gradient is tiny: it
# has been multiplied by the small weights of all the other layers. Such a model does not learn slowly. It does not learn.


# %%
def train_deep(start):
    model = deep_model(start, units=64)
    model.add(Dense(10, activation="softmax"))
    model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
    return model.fit(centered, y_train, epochs=3, batch_size=64, verbose=0).history["accuracy"]


learned = {label: train_deep(start) for label, start in STARTS.items()}
title = "twenty relu layers of 64 units"
ax = plots.curves([1, 2, 3], learned, xlabel="epoch", ylabel="accuracy in training", title=title)
ax.set(xticks=[1, 2, 3], ylim=(0, 1))
print("he, above 80 %:     ", learned["he"][-1] > 0.8)
print("glorot, behind he:  ", learned["glorot"][-1] < learned["he"][-1])
print("0.01, below 15 %:   ", learned["0.01"][-1] < 0.15)

# %% [markdown]
# **What to see:** same layers, same optimizer, same data. Only the spread of the first weights differs. Guessing gets one
# digit in ten right, and so does the model that began with 0.01.
#
# Now you. `spread` multiplies the standard deviation of `he`. Find out what happens above 1, and with tanh. (Without a
# running kernel you see nothing under the second cell; the picture under the first is one of its settings.)


# %%
def draw(activation="tanh", spread=1.0):
    """The outputs of four layers when the weights are `spread` times as wide as he_normal's."""

    def start():
        return initializers.VarianceScaling(scale=2 * spread**2, mode="fan_in")

    with np.errstate(over="ignore", invalid="ignore"):
        outputs = outputs_of_layers(deep_model(start, activation), centered[:500])
    limits = (-1, 1) if activation == "tanh" else (0, 4)
    plots.layer_histograms({f"{spread:g} × he": outputs}, layers=[1, 5, 10, 20], limits=limits)
    plt.show()


draw("tanh", 3.0)

# %% tags=["nbval-ignore-output"]
from ipywidgets import interact

control = interact(draw, activation=["relu", "tanh"], spread=(0.2, 4.0, 0.1))

# %% [markdown]
# **What to see in the stored picture:** tanh keeps its outputs between -1 and 1. Weights three times too wide push them all to
# the two ends, where tanh is flat and its slope nearly 0. Nothing explodes, and yet the gradient is lost.
#
# ## The formula
#
# One unit adds up $n$ products: $z = \sum_i w_i x_i$. The weights are drawn around 0, independently of the inputs and of each
# other, with variance $\sigma^2$. Then
#
# $$\operatorname{Var}(z) \;=\; n\,\sigma^2 \cdot \overline{x^2}.$$
#
# Here $n$ is the number of inputs of the unit, **fan_in**, and $\overline{x^2}$ the mean square of the inputs. relu sets the
# negative half of the sums to 0, and that halves the mean square. So from one layer's outputs to the next,
#
# $$\overline{y^2} \;=\; \tfrac12\, n\, \sigma^2 \cdot \overline{x^2} .$$
#
# To keep it, $\sigma^2 = 2/n$. That is **`he`**. Without relu there is no halving: $\sigma^2 = 1/n$. That is **`lecun`**. The
# gradient on its way back is a sum over the *outputs* of an input, **fan_out**, so it would like $1/\text{fan\_out}$; the
# compromise takes the mean of the two: $\sigma^2 = 2/(\text{fan\_in}+\text{fan\_out})$. That is **`glorot`**.
#
# The names are people: Kaiming He, Yann LeCun, and Xavier Glorot, so that elsewhere you read "Kaiming" and "Xavier".
#
# Does the formula predict what we saw? Per layer, in size (the root of the mean square):

# %%
for label, start in STARTS.items():
    sigma = start()((256, 256)).std()
    seen = (sizes[label][-1] / sizes[label][0]) ** (1 / 19)
    print(f"{label:6} predicted {math.sqrt(256 * sigma**2 / 2):.1f}, seen {seen:.1f}")

# %% [markdown]
# All of this is one initializer with three knobs:
#
# `VarianceScaling(scale=1.0, mode='fan_in', distribution='truncated_normal', seed=None)`
#
# - `scale`: the number over the fraction line;
# - `mode`: what $n$ is: `'fan_in'`, `'fan_out'`, or `'fan_avg'`, their mean;
# - `distribution`: the shape, `'normal'` or `'uniform'`.
#
# $$\text{normal:}\quad \text{stddev} = \sqrt{\text{scale}/n} \qquad\qquad \text{uniform:}\quad \text{limit} = \sqrt{3 \cdot \text{scale}/n}$$
#
# Why the 3? Numbers spread evenly between $-\ell$ and $\ell$ have the variance $\ell^2/3$. Both shapes have the variance
# $\text{scale}/n$. (If $n$ is below 1, Keras takes 1.) The six names are six settings:
#
# | name | scale | mode | formula |
# |---|---|---|---|
# | `lecun_normal` | 1 | `fan_in` | `stddev = sqrt(1 / fan_in)` |
# | `lecun_uniform` | 1 | `fan_in` | `limit = sqrt(3 / fan_in)` |
# | `glorot_normal` | 1 | `fan_avg` | `stddev = sqrt(2 / (fan_in + fan_out))` |
# | `glorot_uniform` | 1 | `fan_avg` | `limit = sqrt(6 / (fan_in + fan_out))` |
# | `he_normal` | 2 | `fan_in` | `stddev = sqrt(2 / fan_in)` |
# | `he_uniform` | 2 | `fan_in` | `limit = sqrt(6 / fan_in)` |
#
# The uniform half takes a few lines of NumPy. With layerlab's own generator, it gives layerlab's numbers, bit for bit:


# %%
def scaled_uniform(shape, scale, mode, seed):
    fan_in, fan_out = shape
    n = {"fan_in": fan_in, "fan_out": fan_out, "fan_avg": (fan_in + fan_out) / 2}[mode]
    limit = math.sqrt(3 * scale / max(1, n))
    return np.random.default_rng([seed, 0]).uniform(-limit, limit, shape).astype("float32")


# %%
settings = {"lecun_uniform": (1, "fan_in"), "glorot_uniform": (1, "fan_avg"), "he_uniform": (2, "fan_in")}
for name, (scale, mode) in settings.items():
    theirs = getattr(initializers, name)(seed=5)((784, 512))
    mine = scaled_uniform((784, 512), scale, mode, seed=5)
    print(f"{name:14} limit {theirs.max():.4f}, the same: {np.array_equal(mine, theirs)}")

# %% [markdown]
# ## fan_in and fan_out
#
# "Number of input units, number of output units", say the tutorials. For a dense layer that is right. For any layer:
# **fan_in** is how many numbers enter one unit's sum. **fan_out** is in how many sums one input takes part.

# %%
figure, axes = plt.subplots(1, 2, figsize=(8, 3.6), layout="constrained")
counts = [
    plots.fans((4, 3), title="Dense: kernel (4, 3)", ax=axes[0]),
    plots.fans((3, 2, 3), title="Conv1D, window 3: kernel (3, 2, 3)", ax=axes[1]),
]
print("lines drawn into the blue unit and out of the orange input:", counts)

# %% [markdown]
# **What to see:** blue lines are summed in the blue unit. Orange lines leave the orange input. In a convolution (chapter
# 11), a unit looks at a window of positions, and at all channels there: 3 × 2 = 6 numbers enter. The last two axes of a
# kernel are inputs and units; what stands before them is the window, and multiplies both:


# %%
def my_fans(shape):
    *window, inputs, units = shape
    return inputs * math.prod(window), units * math.prod(window)


cases = [
    (Dense(512), (None, 784)),
    (Conv1D(4, 7), (None, 100, 3)),
    (Conv2D(16, 3), (None, 28, 28, 8)),
    (DepthwiseConv2D(3), (None, 28, 28, 8)),
    (Conv2DTranspose(4, 3), (None, 28, 28, 6)),
]
for layer, input_shape in cases:
    layer.build(input_shape)
    shape = layer.kernel.shape
    fans = initializers.compute_fans(shape)
    print(f"{type(layer).__name__:15} {shape!s:14} fans {fans!s:11} the same: {my_fans(shape) == fans}")

# %% [markdown]
# The rule looks at the shape alone, and for two layers that is not the whole truth. A unit of a depthwise convolution sums 9
# numbers, not 72. And the kernel of a transposed convolution stores its units *before* its inputs, so that the two fans
# swap. Keras counts like that, layerlab too. With `mode="fan_avg"`, the swap makes no difference.
#
# ## All sixteen, as pictures
#
# Here is every initializer of the tutorials, written as they write it, with a kernel of 16 inputs and 24 units.

# %%
set_random_seed(3)
SIXTEEN = {
    "Zeros": initializers.Zeros(),
    "Ones": initializers.Ones(),
    "Constant": initializers.Constant(value=0.2),
    "Identity": initializers.Identity(gain=1.0),
    "RandomNormal": initializers.RandomNormal(mean=0.0, stddev=0.05, seed=None),
    "RandomUniform": initializers.RandomUniform(minval=-0.05, maxval=0.05, seed=None),
    "TruncatedNormal": initializers.TruncatedNormal(mean=0.0, stddev=0.05, seed=None),
    "Orthogonal": initializers.Orthogonal(gain=1.0, seed=None),
    "VarianceScaling": initializers.VarianceScaling(scale=1.0, mode="fan_in", distribution="normal", seed=None),
    "lecun_normal": initializers.lecun_normal(seed=None),
    "glorot_normal": initializers.glorot_normal(seed=None),
    "he_normal": initializers.he_normal(seed=None),
    "VarianceScaling, uniform": initializers.VarianceScaling(scale=1.0, mode="fan_out", distribution="uniform"),
    "lecun_uniform": initializers.lecun_uniform(seed=None),
    "glorot_uniform": initializers.glorot_uniform(seed=None),
    "he_uniform": initializers.he_uniform(seed=None),
}
kernels = {name: initializer((16, 24)) for name, initializer in SIXTEEN.items()}
axes = plots.tables(kernels, limit=0.7, height=1.5, title="one kernel (16, 24) from each")
for name in ["Zeros", "Ones", "Constant", "Identity"]:
    print(f"{name:9} values {np.unique(kernels[name])}, first row sums to {kernels[name][0].sum():.1f}")

# %% [markdown]
# **What to see:** the first row is without chance. The second has one fixed spread, whatever the size of the layer (but
# for `Orthogonal`). The third and the fourth adapt to the size: `lecun` and `he` look at 16 inputs, `glorot` at the mean
# of 16 and 24.
#
# (Fifteen names and `VarianceScaling` twice, to show its two shapes.) The names in lower case are the same classes:

# %%
pairs = [("he_normal", "HeNormal"), ("orthogonal", "Orthogonal"), ("zeros", "Zeros"), ("identity", "Identity")]
for snake, camel in pairs:
    print(f"{snake:10} is {camel:10}:", getattr(initializers, snake) is getattr(initializers, camel))
print("the string 'he_uniform' stands for", type(initializers.get("he_uniform")).__name__)

# %% [markdown]
# ### In a layer
#
# Any of them goes into `kernel_initializer` or `bias_initializer`, as an object or as a string:

# %%
my_init = initializers.Constant(value=5)
layer = Dense(512, activation="relu", kernel_initializer=my_init, bias_initializer="ones")
layer.build((None, 784))
print("kernel", layer.kernel.shape, "all 5:", bool((layer.get_weights()[0] == 5).all()))
print("bias  ", layer.bias.shape, "  all 1:", bool((layer.get_weights()[1] == 1).all()))

# %% [markdown]
# Notice that no data was needed. An initializer gets a shape and gives an array of that shape. It has never seen a picture.
# Whatever you feed the layer afterwards, its first weights are the same:

# %%
first_weights = []
for data in (np.zeros((1, 784)), np.full((1, 784), 1e6)):
    set_random_seed(1)
    layer = Dense(512, kernel_initializer="random_normal")
    layer(data.astype("float32"))
    first_weights.append(layer.get_weights()[0])
print("zeros or millions as data, same kernel:", np.array_equal(*first_weights))

# %% [markdown]
# ## What `stddev` means: the cut-off normal
#
# A normal distribution has no end. Among 400,000 weights some are four standard deviations out, and such a weight can
# spoil a unit. So Keras cuts the tails off: numbers beyond two standard deviations are drawn again. This is a
# **truncated normal** distribution. But cutting the tails makes what remains narrower. How much, is an integral with
# a known answer:
#
# $$\sqrt{1 - \frac{2\cdot 2\,\varphi(2)}{2\,\Phi(2) - 1}} \;=\; 0.8796\ldots$$
#
# with the normal density $\varphi$ and its distribution function $\Phi$.

# %%
phi = math.exp(-(2**2) / 2) / math.sqrt(2 * math.pi)
inside = math.erf(2 / math.sqrt(2))  # 2 * Phi(2) - 1
shrink = math.sqrt(1 - 2 * 2 * phi / inside)
print(f"{shrink:.6f}")

# %% [markdown]
# `TruncatedNormal(stddev=0.05)` draws with 0.05 and cuts. Its result has a standard deviation of
# 0.8796 × 0.05 = 0.04398, and ends at ±0.1. `he_normal` and its siblings want the *result* to have the standard
# deviation of the formula. So they divide by 0.8796 first:


# %%
def my_he_normal(shape, seed, shrink=0.87962566103423978):
    sigma = math.sqrt(2 / shape[0]) / shrink
    rng, kept = np.random.default_rng([seed, 0]), np.empty(0)
    while kept.size < math.prod(shape):
        drawn = rng.normal(0, sigma, math.prod(shape))
        kept = np.concatenate([kept, drawn[np.abs(drawn) <= 2 * sigma]])
    return kept[: math.prod(shape)].reshape(shape).astype("float32")


# %%
theirs = initializers.he_normal(seed=5)((1000, 800))
print("the same:", np.array_equal(my_he_normal((1000, 800), seed=5), theirs))
print(f"standard deviation {theirs.std():.4f}, formula {math.sqrt(2 / 1000):.4f}")
print(f"largest weight {np.abs(theirs).max():.4f}, 2 / 0.8796 times the formula {2 * math.sqrt(2 / 1000) / shrink:.4f}")

# %% [markdown]
# Two plausible versions are wrong. A plain `rng.normal(0, sqrt(2 / fan_in))` has the right spread and the wrong shape.
# Cutting without the correction has the right shape and the wrong spread. Draw all three beside the theory:

# %%
target = math.sqrt(2 / 1000)
variants = {
    "he_normal": theirs,
    "plain normal": np.random.default_rng(0).normal(0, target, (1000, 800)),
    "cut, not corrected": my_he_normal((1000, 800), seed=5, shrink=1.0),
}


def truncated_density(x, sigma=target / shrink):
    normal = np.exp(-0.5 * (x / sigma) ** 2) / (sigma * math.sqrt(2 * math.pi))
    return np.where(np.abs(x) <= 2 * sigma, normal / inside, 0)


figure, axes = plt.subplots(1, 3, figsize=(8.5, 2.9), layout="constrained", sharey=True)
bins = np.linspace(-0.16, 0.16, 65)
for ax, (label, weights) in zip(axes, variants.items(), strict=True):
    last = ax is axes[-1]
    plots.densities(weights, {"theory": truncated_density}, bins=bins, title=label, legend=last, ax=ax)
    ax.label_outer()
    beyond = np.mean(np.abs(weights) > 2 * target / shrink)
    print(f"{label:19} std / formula {weights.std() / target:.2f}   beyond the cut {beyond:.1%}")

# %% [markdown]
# **What to see:** left, the drawn weights fill the theory exactly and end with it. Middle: the same spread, but 2.3 % of the
# weights lie outside the cut. Right: 12 % too narrow, and so too high. After twenty layers, 0.88 to the power of 20 is 0.08.
#
# The word `'normal'` for `distribution` means this truncated normal. For one with tails, you have to say
# `'untruncated_normal'`:

# %%
for distribution in ["normal", "truncated_normal", "untruncated_normal", "uniform"]:
    weights = initializers.VarianceScaling(2.0, "fan_in", distribution, seed=1)((1000, 800))
    largest = np.abs(weights).max() / target
    print(f"{distribution:18} std / formula {weights.std() / target:.2f}, largest / formula {largest:.1f}")

# %% [markdown]
# And the three with a fixed spread, beside *their* theory:

# %%
fixed = {
    "RandomNormal": (initializers.RandomNormal(mean=0.0, stddev=0.05, seed=1), 0.05),
    "TruncatedNormal": (initializers.TruncatedNormal(mean=0.0, stddev=0.05, seed=1), 0.05 * shrink),
    "RandomUniform": (initializers.RandomUniform(minval=-0.05, maxval=0.05, seed=1), 0.1 / math.sqrt(12)),
}
theory = {
    "RandomNormal": lambda x: np.exp(-((x / 0.05) ** 2) / 2) / (0.05 * math.sqrt(2 * math.pi)),
    "TruncatedNormal": lambda x: truncated_density(x, sigma=0.05),
    "RandomUniform": lambda x: np.where(np.abs(x) < 0.05, 10.0, 0),
}
figure, axes = plt.subplots(1, 3, figsize=(8.5, 2.7), layout="constrained", sharey=True)
bins = np.linspace(-0.2, 0.2, 81)
for ax, (label, (initializer, stddev)) in zip(axes, fixed.items(), strict=True):
    weights = initializer((784, 512))
    last = ax is axes[-1]
    plots.densities(weights, {"theory": theory[label]}, bins=bins, title=label, legend=last, ax=ax)
    ax.label_outer()
    print(f"{label:15} std {weights.std():.4f}, theory {stddev:.4f}, largest {np.abs(weights).max():.4f}")

# %% [markdown]
# **What to see:** all three were given "0.05", and their standard deviations are 0.05, 0.044 and 0.029.
#
# `minval` and `maxval` are the bounds of the interval $[\text{minval}, \text{maxval})$. The upper bound itself does not belong
# to it. With integers you can see it:

# %%
integers = random.randint((1000,), minval=0, maxval=3, seed=1)
floats = initializers.RandomUniform(minval=-0.05, maxval=0.05, seed=1)((1000, 1000))
print("integers from 0 to 3:", np.unique(integers))
print("in a million numbers, maxval itself came up:", bool((floats == np.float32(0.05)).any()))

# %% [markdown]
# ## Orthogonal and Identity: not the size of the numbers, but of the matrix
#
# `he` keeps the size of the signal *on average*. A random matrix still stretches some directions and squeezes others, and a
# product of many such matrices does it extremely. The stretch factors of a matrix are its **singular values**. Multiply
# 1, 5 and 20 random matrices of 64 × 64 and look at all 64 factors:


# %%
def product_of(start, count):
    return np.linalg.multi_dot([start()((64, 64)) for _ in range(count)] + [np.eye(64)])


set_random_seed(1)
factors = {}
for count in (1, 5, 20):
    factors[f"lecun_normal, {count}"] = np.linalg.svd(product_of(initializers.lecun_normal, count))[1]
factors["Orthogonal, 20"] = np.linalg.svd(product_of(initializers.Orthogonal, 20))[1]
numbers = np.arange(1, 65)
ax = plots.curves(numbers, factors, xlabel="direction, sorted", ylabel="stretch factor", title="products of matrices")
ax.set(yscale="log", ylim=(1e-12, 1e2))
print("20 orthogonal matrices, all factors 1:", np.allclose(factors["Orthogonal, 20"], 1, atol=1e-3))
lost = factors["lecun_normal, 20"] < 1e-3
print("20 random matrices, more than 20 factors below a thousandth:", bool(lost.sum() > 20))

# %% [markdown]
# **What to see:** after 20 random matrices, half of the directions have shrunk to less than a thousandth, some to nothing.
# What lies in those directions is lost to all later layers. A product of orthogonal matrices turns and mirrors, and stretches
# nothing, however many there are.
#
# `Orthogonal(gain=1.0, seed=None)` gives a matrix whose columns stand at right angles to each other and all have the
# length `gain`. If there are fewer rows than columns, the rows do. The recipe: split a random normal matrix with `np.linalg.qr` into a matrix
# Q with orthogonal columns and a triangular one, and keep Q.


# %%
def my_orthogonal(shape, gain, seed):
    rows, columns = shape
    drawn = np.random.default_rng([seed, 0]).normal(size=(max(shape), min(shape))).astype("float32")
    q, r = np.linalg.qr(drawn)
    q = q * np.sign(np.diag(r))  # makes the result unique
    return gain * (q if rows >= columns else q.T)


tall = initializers.Orthogonal(gain=2.0, seed=5)((6, 3))
wide = initializers.Orthogonal(gain=2.0, seed=5)((3, 6))
print("the same:", np.allclose(my_orthogonal((6, 3), 2.0, seed=5), tall, atol=1e-6))
print("tall, columns: W^T W =", *(np.round(tall.T @ tall, 4) + 0.0))
print("wide, rows:    W W^T =", *(np.round(wide @ wide.T, 4) + 0.0))

# %% [markdown]
# `Identity(gain=1.0)` has `gain` on the diagonal. A layer that starts with it passes its input on. The kernel need not be
# square: with too few units, the last inputs are dropped, with too many, the last units get 0. But it must have two
# axes.


# %%
def attempt(action):
    """Do something that fails, and print what the error says."""
    try:
        action()
        print("no error")
    except ValueError as error:
        text = f"{type(error).__name__}: {error}"
        for part in [text, *getattr(error, "__notes__", [])]:
            print(textwrap.fill(part, 100, subsequent_indent="    "))


sample = np.array([[1.0, 2.0, 3.0]], "float32")
for units, gain in [(3, 1.0), (2, 1.0), (5, 1.0), (3, 0.5)]:
    layer = Dense(units, kernel_initializer=initializers.Identity(gain=gain))
    print(f"Identity(gain={gain}), {units} units: {np.asarray(layer(sample))[0]}")
print("its configuration:", initializers.Identity(gain=0.5).get_config())
attempt(lambda: initializers.Identity()((3, 3, 8, 16)))

# %% [markdown]
# ## Seeds
#
# `seed` does not stand for the random numbers, and not for their range. It is the starting point of the generator: the
# same seed gives the same numbers. Three habits, and one trap:


# %%
def same_kernels(first_start, second_start):
    layers = [Dense(16, kernel_initializer=start) for start in (first_start, second_start)]
    for layer in layers:
        layer.build((None, 16))
    return np.array_equal(*(layer.get_weights()[0] for layer in layers))


one_instance = initializers.he_normal(seed=None)
generator = random.SeedGenerator(1)
habits = {
    "the string twice": ("he_normal", "he_normal"),
    "two instances, seed=None": (initializers.he_normal(), initializers.he_normal()),
    "two instances, seed=1 and seed=2": (initializers.he_normal(seed=1), initializers.he_normal(seed=2)),
    "two instances, seed=1 both": (initializers.he_normal(seed=1), initializers.he_normal(seed=1)),
    "ONE INSTANCE, seed=None": (one_instance, one_instance),
    "one instance with a SeedGenerator": (initializers.he_normal(seed=generator),) * 2,
}
for habit, starts in habits.items():
    print(f"{habit:34} equal kernels: {same_kernels(*starts)}")

# %% [markdown]
# The trap is the fifth line. `seed=None` draws a seed *when the initializer is made*, not when it is used. One instance in
# two layers of the same shape makes them equal. That is why the tutorials' habit of making one `my_init` is safe for one
# layer only. Give a string, or make an instance for each layer. (A `SeedGenerator`, in the last line, counts how often it was
# asked, and gives new numbers each time.)
#
# For results that others can repeat, set the seed of everything at once:

# %%
kernels_of_runs = []
for _ in range(2):
    set_random_seed(42)
    kernels_of_runs.append(digits_model("he_normal").get_weights()[0])
print("two runs, same kernel:", np.array_equal(*kernels_of_runs))

# %% [markdown]
# ## Which one, then?
#
# | the layer has | take | because |
# |---|---|---|
# | relu and its family | `he_normal`, `he_uniform` | half of the sums are lost: scale 2 |
# | tanh, sigmoid, softmax, nothing | `glorot_uniform` (the default), `glorot_normal` | forward and backward in balance |
# | selu | `lecun_normal` | selu is made for it (chapter 6) |
# | its own outputs as inputs (recurrent), or very many layers before it | `orthogonal` | no direction grows or dies |
# | a bias | `zeros` (the default) | the kernel breaks the symmetry already |
# | a layer that should begin by doing nothing | `identity`, or `zeros` in a branch that is added | the signal passes unharmed |
#
# The first three lines can be checked. Twenty layers of each activation, and the size of the signal in the last layer
# divided by that in the first, as a power of ten:

# %%
starts = ["he_normal", "glorot_normal", "lecun_normal", "orthogonal"]
print(f"{'':8}", *(f"{name:>14}" for name in [*starts, "stddev=0.01"]))
for activation in ["relu", "linear", "tanh", "selu"]:
    row = []
    for start in [*starts, "0.01"]:
        model = deep_model(STARTS.get(start, lambda start=start: start), activation)
        outputs = outputs_of_layers(model, centered[:100])
        first, last = (np.sqrt(np.mean(np.square(o, dtype="float64"))) for o in (outputs[0], outputs[-1]))
        row.append(np.round(np.log10(last / first)) + 0.0)
    print(f"{activation:8}", *(f"{power:14.0f}" for power in row))

# %% [markdown]
# **0** is what you want. relu needs `he`, and `he` is too much for a linear stack. tanh makes every number a little smaller,
# so that even `glorot` loses a factor of ten in twenty layers; `he` happens to make up for it. (Too wide is no good for tanh
# either: it keeps the size of the signal, but the slopes are lost, as you saw with the slider.) For two or three layers all
# of the adapting ones work. Normal or uniform hardly matters; the spread does.

# %% [markdown]
# <div style="border-left: 4px solid #D55E00; padding: 1px 16px">
#
# **What the tutorials get wrong, or leave out**
#
# - *"Generates 0 for all input data", "using normal distribution of input data".* Initializers fill weights. They see a shape,
#   never the data.
# - Their `Zeros` layer with relu never trains. Nor do they say that `Ones` and `Constant` make all units the same.
# - *`Constant`: "a constant value (say, 5)"*, and the code has `value = 0`. That is `Zeros`.
# - The code for `lecun_normal` and `he_normal` uses `RandomUniform(minval=-0.05, maxval=0.05)`, and the one for `he_uniform`
#   uses `he_normal`. The spreads are not the same: see the cell below.
# - `TruncatedNormal`: a bracket is missing. `Constant`, `glorot_normal`, `Identity`: a line break is missing. None of them
#   runs.
# - `skernel_initializer` is a slip of the pen. An unknown argument is an error.
# - Most snippets lack `model = Sequential()`. Run one after another, they stack up layers in one model:
#   [chapter 7](07_dense.ipynb) counts its parameters.
# - The formulas are right for the *resulting* standard deviation. That the normal ones are truncated, and corrected for
#   it, is left out. So is that `TruncatedNormal(stddev=0.05)` is *not* corrected.
# - *"`fan_in`: number of input units".* For dense layers. A convolution multiplies by its window.
# - *"`maxval`: upper bound".* Never reached. *"`seed`: the values to generate random number".* The start of the generator.
# - *"The initializers module provides functions."* They are classes; the lower-case names are the same classes.
# - *"Orthogonal: gain is the multiplication factor of the matrix."* True. But a factor of what: of columns (or rows) of length 1.
#   `Identity` needs two axes, but no square.
#
# </div>

# %%
weights = {
    "RandomUniform(-0.05, 0.05)": initializers.RandomUniform(minval=-0.05, maxval=0.05, seed=1),
    "lecun_normal": initializers.lecun_normal(seed=1),
    "he_normal": initializers.he_normal(seed=1),
    "he_uniform": initializers.he_uniform(seed=1),
}
for name, initializer in weights.items():
    drawn = initializer((784, 512))
    print(f"{name:27} std {drawn.std():.4f}, largest {np.abs(drawn).max():.4f}")

snippets = {
    "TruncatedNormal": "my_init = TruncatedNormal(mean = 0.0, stddev = 0.05, seed = None\nmodel.add(1)",
    "Constant": "my_init = Constant(value = 0) model.add(1)",
}
for name, code in snippets.items():
    try:
        compile(code, "tutorial", "exec")
    except SyntaxError:
        print(f"{name}, as printed in the tutorial: SyntaxError")
attempt(lambda: Dense(512, activation="relu", skernel_initializer="he_normal"))

# %%
attempt(lambda: Dense(8, kernel_initializer="constant"))

# %% [markdown]
# <div style="border-left: 4px solid #0072B2; padding: 1px 16px">
#
# **Keras 1, 2 and 3**
#
# | | |
# |---|---|
# | Keras 1 | `Dense(512, init='glorot_uniform')`: one `init` for the kernel, a string or a function; biases always started with zeros |
# | Keras 2 | `kernel_initializer=`, `bias_initializer=`, classes with arguments. `VarianceScaling` with `'normal'` was truncated *without* the correction at first, 12 % too narrow; the factor 0.8796 came in 2018. The string `'constant'` means 0. Reusing an unseeded instance warns |
# | Keras 3 | `'normal'` is another word for `'truncated_normal'`. The string `'constant'` is an error: it says no value. Reusing an instance is silent, and gives the same numbers as before. `Identity` forgets its `gain` when a model is saved; layerlab keeps it |
#
# The numbers that a seed gives differ between TensorFlow, JAX and PyTorch. layerlab draws those of Keras's NumPy
# backend.
#
# </div>

# %% [markdown]
# ## Try it

# %% [markdown]
# **1. Predict.** A dense layer has 300 inputs and 100 units. What are the limit of `glorot_uniform`, the limit of `he_uniform`,
# and the standard deviation of `lecun_normal`? Compute them, then measure.
#
# <details><summary>Answer</summary>
#
# $\sqrt{6/400} = 0.1225$, $\sqrt{6/300} = 0.1414$, $\sqrt{1/300} = 0.0577$.
#
# ```python
# for name in ("glorot_uniform", "he_uniform", "lecun_normal"):
#     drawn = initializers.get(name)((300, 100))
#     print(name, np.abs(drawn).max(), drawn.std())
# ```
#
# </details>

# %%
# your turn: initializers.get("glorot_uniform")((300, 100))

# %% [markdown]
# **2. Break the symmetry with less.** Start both kernels of `digits_model` with ones, but add a tiny bit of chance to the
# first: `RandomNormal(mean=1.0, stddev=0.001)`. Do the units come apart?
#
# <details><summary>Answer</summary>
#
# They do. Small differences between units make small differences between their gradients, and these grow from step to step:
# after three epochs, some weights differ by more than 1. Symmetry has to be exact to last. But the model is still far behind the
# default one, since all its units begin by adding up the ink.
#
# ```python
# almost = initializers.RandomNormal(mean=1.0, stddev=0.001)
# layer = Dense(16, kernel_initializer=almost)
# layer.build((None, 784))
# print(np.ptp(layer.get_weights()[0], axis=1).max())
# ```
#
# </details>

# %%
# your turn: digits_model(initializers.RandomNormal(mean=1.0, stddev=0.001), "ones")

# %% [markdown]
# **3. Your own initializer.** Any function `(shape, dtype)` will do. Write one for which each unit looks at only 10 randomly
# chosen inputs, and give it to a layer. What spread should those ten weights have for relu?
#
# <details><summary>Answer</summary>
#
# Ten numbers enter each sum, so the variance is 2/10.
#
# ```python
# def sparse(shape, dtype=None):
#     rng = np.random.default_rng(0)
#     kernel = np.zeros(shape, "float32")
#     for unit in range(shape[1]):
#         chosen = rng.choice(shape[0], size=10, replace=False)
#         kernel[chosen, unit] = rng.normal(0, np.sqrt(2 / 10), size=10)
#     return kernel
#
#
# layer = Dense(32, activation="relu", kernel_initializer=sparse)
# layer.build((None, 784))
# print(np.count_nonzero(layer.get_weights()[0], axis=0))
# ```
#
# </details>

# %%
# your turn: def sparse(shape, dtype=None): ...

# %% [markdown]
# **4. Where the half comes from.** In the formula for relu there is a ½. Check it: draw many sums from a normal distribution, and
# compare their mean square before and after relu. What factor would you need for `leaky_relu` with slope 0.2?
#
# <details><summary>Answer</summary>
#
# The negative half keeps $0.2^2$ of its square: $(1 + 0.04)/2 = 0.52$, so the variance should be $2/(1.04\,n)$.
#
# ```python
# z = np.random.default_rng(0).normal(size=100_000)
# print(np.mean(np.maximum(z, 0) ** 2) / np.mean(z**2))
# print(np.mean(np.where(z > 0, z, 0.2 * z) ** 2) / np.mean(z**2))
# ```
#
# </details>

# %%
# your turn

# %% [markdown]
# The exercises of this chapter, which check your answers and name the slip: [exercises](../exercises/03_initializers.ipynb).

# %% [markdown]
# ## Five quick questions

# %% [markdown]
# **1.** Why is it no problem that all biases start with 0?
#
# <details><summary>Answer</summary>
#
# The random kernel makes the units differ already, so they get different gradients, and so do their biases.
#
# </details>

# %% [markdown]
# **2.** What is the fan_in of a `Conv2D` with a 5 × 5 window on a color picture?
#
# <details><summary>Answer</summary>
#
# 5 × 5 × 3 = 75.
#
# </details>

# %% [markdown]
# **3.** You double the number of inputs of a layer. By what factor should the standard deviation of its weights change?
#
# <details><summary>Answer</summary>
#
# $1/\sqrt 2$: twice the numbers in the sum, half the variance each.
#
# </details>

# %% [markdown]
# **4.** `TruncatedNormal(stddev=0.1)` and `VarianceScaling(scale=1, mode="fan_in")` on 100 inputs both talk of 0.1. What are
# the standard deviations of their results?
#
# <details><summary>Answer</summary>
#
# 0.088 and 0.1. Only the second makes up for the tails that were cut.
#
# </details>

# %% [markdown]
# **5.** `init = he_normal(); Dense(8, kernel_initializer=init)` twice, on inputs of the same size. What is wrong?
#
# <details><summary>Answer</summary>
#
# Both layers get the same kernel: the seed is drawn when `init` is made.
#
# </details>

# %% [markdown]
# ## Further reading
#
# - X. Glorot, Y. Bengio, "Understanding the difficulty of training deep feedforward neural networks", *AISTATS* 2010: the
#   histograms per layer of this chapter, for tanh, and the compromise between forward and backward.
# - K. He, X. Zhang, S. Ren, J. Sun, [Delving deep into rectifiers](https://arxiv.org/abs/1502.01852), *ICCV* 2015: the factor
#   2 for relu.
# - Y. LeCun, L. Bottou, G. Orr, K.-R. Müller, "Efficient BackProp", in *Neural Networks: Tricks of the Trade*, Springer
#   1998: the 1 / fan_in, and why inputs should be centered.
# - A. Saxe, J. McClelland, S. Ganguli, [Exact solutions to the nonlinear dynamics of learning in deep linear neural
#   networks](https://arxiv.org/abs/1312.6120), *ICLR* 2014: orthogonal matrices.
# - Keras documentation: [Layer weight initializers](https://keras.io/api/layers/initializers/).
# - [Pull request 9963 of Keras](https://github.com/keras-team/keras/pull/9963), 2018: how the factor 0.8796 came in, and why
#   it took a while.
#
# **Back:** [2 · Input shape](02_input_shape.ipynb) · **Next:** [4 · Constraints](04_constraints.ipynb).
