# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3 (ipykernel)
#     language: python
#     name: python3
# ---

# %% [markdown]
# # B · Keras 1, 2 and 3: what changed, layer by layer
#
# **When you have finished this chapter, you can**
#
# - read code of 2016, 2019 and today, and say which it is;
# - translate old arguments, and understand the errors that old code gives now;
# - name the changes that give **no** error, only other numbers;
# - find a weight by its path, and load old files;
# - say which version layerlab follows where.
#
# **You need** [chapter 7](07_dense.ipynb); the rest is for looking up. **Time:** 30 minutes.

# %%
import logging
import sys
import tempfile
import textwrap
import warnings
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np

from layerlab import activations, constraints, initializers, layers, plots, regularizers
from layerlab.layers import Conv1D, Conv2D, Dense, Flatten, Input, LocallyConnected1D
from layerlab.models import Model, Sequential
from layerlab.optimizers import SGD, Adam
from layerlab.utils import set_random_seed

np.set_printoptions(precision=4, suppress=True)
plots.use_style()

# %% [markdown]
# ## Same code, same weights, other answers
#
# Somebody trained this model with Keras 2, years ago, and saved its weights. It draws a wave, and its hidden layer says
# `activation="hard_sigmoid"`.

# %%
x = np.linspace(-2.2, 2.2, 301, dtype="float32")[:, None]
wave = np.sin(2 * x)


def wave_model(activation):
    set_random_seed(1)
    hidden = Dense(32, activation=activation, kernel_initializer="he_normal", name="hidden")
    return Sequential([Input((1,)), hidden, Dense(1, name="output")])


old = wave_model(activations.hard_sigmoid_keras2)
old.compile(Adam(0.03), "mse")
old.fit(x, wave, batch_size=301, epochs=600, verbose=0)

new = wave_model("hard_sigmoid")
new.set_weights(old.get_weights())

answers = {"in Keras 2": old.predict(x, verbose=0), "in Keras 3": new.predict(x, verbose=0)}
title = "one model, one set of weights"
plots.curves(x[:, 0], answers, points=(x[::10, 0], wave[::10, 0]), title=title)
error = {version: np.abs(values - wave).mean() for version, values in answers.items()}
print("the weights are equal:", all(map(np.array_equal, old.get_weights(), new.get_weights())))
print("the mean error is more than doubled:", error["in Keras 3"] > 2 * error["in Keras 2"])

# %% [markdown]
# **What to see:** the blue curve follows the data. The other has the same weights, the same code, and no error message; it
# is simply wrong. The word `hard_sigmoid` means another function since Keras 3.
#
# There are three kinds of change between versions. Those that **stop** you with an error cost an afternoon. Those that
# **warn** you cost a minute. Those that are **silent** cost the result. This chapter lists all three, for everything that
# the two tutorials of this course name.
#
# Where it says what Keras 2 does, it was tried with the last one, `tf_keras` 2.21; for Keras 3, with 3.15.1. Keras 1 is
# told from its documentation.
#
# ## Nine years in one line

# %%
events = [
    (2015.25, "first Keras", "Keras 1"),
    (2016.3, "Keras 1.0", "Keras 1"),
    (2017.2, "Keras 2.0", "Keras 2"),
    (2017.85, "tf.keras in\nTensorFlow 1.4", "Keras 2"),
    (2019.72, "Keras 2.3, TensorFlow 2.0", "Keras 2"),
    (2020.45, "Keras 2.4:\nTensorFlow only", "Keras 2"),
    (2023.9, "Keras 3.0:\nJAX, TensorFlow, PyTorch", "Keras 3"),
    (2024.2, "TensorFlow 2.16\nbrings Keras 3", "Keras 3"),
]
palette = {
    "Keras 1": plots.COLORS["blue"],
    "Keras 2": plots.COLORS["orange"],
    "Keras 3": plots.COLORS["green"],
}
ax = plots.timeline(events, palette)
print("events:", len(events), "- years:", round(max(e[0] for e in events) - min(e[0] for e in events)))

# %% [markdown]
# **What to see:** Keras 2 lasted nearly seven years, so most tutorials are written for it; the two of this course are.
#
# How do you tell the age of a piece of code?
#
# | you see | it is |
# |---|---|
# | `Convolution2D(32, 3, 3, border_mode='same')`, `init=`, `nb_epoch=`, `W_regularizer=`, `merge(..., mode='sum')` | Keras 1 |
# | `from keras.layers import ...`, `input_shape=` in the first layer, `kernel_initializer=`, `epochs=` | Keras 2 |
# | `from tensorflow.keras.layers import ...`, `tf.keras...` | Keras 2 (or, with TensorFlow 2.16 or later, Keras 3) |
# | `keras.Input((784,))` in front, `keras.ops`, `keras.random`, files ending in `.keras` | Keras 3 |
#
# ## New names for arguments
#
# From 1 to 2, nearly every argument got a new name. Here is the list for the layers of the tutorials, as a Python dict, and
# a translator in a few lines.

# %%
RENAMED = {
    "output_dim": "units",
    "init": "kernel_initializer",
    "W_regularizer": "kernel_regularizer",
    "b_regularizer": "bias_regularizer",
    "W_constraint": "kernel_constraint",
    "b_constraint": "bias_constraint",
    "bias": "use_bias",
    "nb_filter": "filters",
    "filter_length": "kernel_size",
    "border_mode": "padding",
    "subsample": "strides",
    "subsample_length": "strides",
    "pool_length": "pool_size",
    "stride": "strides",
    "dim_ordering": "data_format",
    "p": "rate",
    "sigma": "stddev",
}
CLASSES = {"Convolution1D": "Conv1D", "Convolution2D": "Conv2D"}
VALUES = {"maxnorm": "MaxNorm", "nonneg": "NonNeg", "unitnorm": "UnitNorm", "tf": "channels_last"}


def translate(name, **arguments):
    """A layer of Keras 1, made with today's class and arguments."""
    if {"nb_row", "nb_col"} <= set(arguments):
        arguments["kernel_size"] = (arguments.pop("nb_row"), arguments.pop("nb_col"))
    today = {RENAMED.get(key, key): VALUES.get(str(value), value) for key, value in arguments.items()}
    if name == "Embedding":
        today = {"output_dim" if key == "units" else key: value for key, value in today.items()}
        today = {key.replace("kernel", "embeddings"): value for key, value in today.items()}
    name = CLASSES.get(name, name)
    print(f"{name}({', '.join(f'{key}={value!r}' for key, value in today.items())})")
    return getattr(layers, name)(**today)


dense = translate("Dense", output_dim=32, init="he_uniform", W_constraint="maxnorm", bias=False)
conv = translate("Convolution2D", nb_filter=8, nb_row=3, nb_col=3, border_mode="same", subsample=(2, 2))
pool = translate("MaxPooling1D", pool_length=2, stride=2, border_mode="valid")
drop = translate("Dropout", p=0.5)
noise = translate("GaussianNoise", sigma=0.1)
words = translate("Embedding", input_dim=27, output_dim=8, init="uniform", W_regularizer="l2")

# %% [markdown]
# Each line is a layer that was really built. What happens if you type the old form? You are stopped, and told the name of
# today. (Real Keras stops you, too, but does not say what it is called now.)


# %%
def attempt(action):
    """Do something old, and print what comes of it."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        try:
            outcome = f"works: {action()}"
        except (ValueError, TypeError, AttributeError, KeyError) as error:
            outcome = f"{type(error).__name__}: {error}"
    for text in [outcome, *(f"{w.category.__name__}: {w.message}" for w in caught)]:
        print(textwrap.fill(text, 92, subsequent_indent="    "))


attempt(lambda: Dense(32, init="he_normal"))
attempt(lambda: Dense(32, W_constraint="MaxNorm"))
attempt(lambda: Dense(output_dim=32))
attempt(lambda: Conv2D(8, 3, border_mode="same"))

# %% [markdown]
# One old form is **not** stopped, and it is the worst of them. In Keras 1, the two numbers after the filters were rows and
# columns of the kernel. Now the second is the kernel size, and the third the **stride**:

# %%
was_meant = Conv2D(8, (3, 3))
old_form = Conv2D(8, 3, 3)
for text, layer in [("Conv2D(8, (3, 3))", was_meant), ("Conv2D(8, 3, 3)  ", old_form)]:
    shape = layer.compute_output_shape((None, 28, 28, 1))
    print(f"{text} kernel {layer.kernel_size}, strides {layer.strides}: {shape}")

# %% [markdown]
# ## Layer by layer
#
# The twelve layers of the tutorial's table, and what was new in each.
#
# | layer | Keras 1 | Keras 2 | Keras 3 |
# |---|---|---|---|
# | `Dense` | `Dense(output_dim, init=, W_regularizer=, W_constraint=, bias=, input_dim=)` | `Dense(units, kernel_initializer=, kernel_regularizer=, kernel_constraint=, use_bias=)` | `units` must be an `int`: `32.0` is refused |
# | `Dropout` | `Dropout(p)` | `Dropout(rate, noise_shape=, seed=)` | the same |
# | `Flatten` | `Flatten()` | `Flatten(data_format=)` | the same |
# | `Reshape` | `Reshape(target_shape)` | the same | the same |
# | `Permute` | `Permute(dims)` | the same | the same |
# | `RepeatVector` | `RepeatVector(n)` | the same | the same |
# | `Lambda` | `Lambda(function, output_shape=, arguments=)` | the same, with `mask=` | the function should use `keras.ops`; anonymous functions load only with `safe_mode=False` |
# | convolution | `Convolution2D(nb_filter, nb_row, nb_col, border_mode=, subsample=, dim_ordering='tf')` | `Conv2D(filters, kernel_size, padding=, strides=, data_format='channels_last')` | the same; both names still work |
# | pooling | `MaxPooling1D(pool_length=2, stride=None)` | `MaxPooling1D(pool_size=2, strides=None)` | `AveragePooling` has lost its default `pool_size` |
# | locally connected | `LocallyConnected2D(nb_filter, nb_row, nb_col)` | `LocallyConnected2D(filters, kernel_size, implementation=1)` | **removed** |
# | merge | `Merge(models, mode='sum')`, `merge(tensors, mode='concat')` | `Add()`, `Concatenate()`, `Dot(axes)` and so on; `Merge` removed | the same |
# | `Embedding` | `Embedding(input_dim, output_dim, init=, input_length=, dropout=)` | `embeddings_initializer=`; no `dropout` | `input_length` is ignored with a warning |
#
# The rest of what the tutorials name:
#
# | | Keras 1 | Keras 2 | Keras 3 |
# |---|---|---|---|
# | `input_shape` | `input_shape=` or `input_dim=` in the first layer | the same | `Input(shape)` in front; the old form warns |
# | batch size | `batch_input_shape=` | the same | refused; `Input(batch_shape=)` |
# | initializers | functions, by name: `'zero'`, `'one'`, `'uniform'`, `'normal'`, ... | classes: `Zeros`, `Ones`, `RandomUniform`, ... | the same; `'constant'` by name fails |
# | regularizers | `l1(l)`, `l2(l)`, `l1l2(l1, l2)`, `activity_l2` | `l1(l)`, `l2(l)`, `l1_l2(l1, l2)`; `activity_regularizer=` | classes `L1`, `L2`, `L1L2`; `l1_l2` is `L1L2` |
# | constraints | `maxnorm(m=2)`, `nonneg()`, `unitnorm()` | `max_norm(2)`, `MaxNorm(max_value=2, axis=0)`, ... | the short strings are gone |
# | activations | `'hard_sigmoid'` = clip(0.2x + 0.5) | the same | clip(x/6 + 0.5) |
# | `relu` with a slope | `relu(x, alpha=0.1)` | the same | `relu(x, negative_slope=0.1)` |
# | `LeakyReLU` | `alpha=0.3` | the same | `negative_slope=0.3`; `alpha=` warns |
# | noise | `GaussianNoise(sigma)`, `GaussianDropout(p)` | `stddev`, `rate` | `stddev` above 1 is refused |
#
# Here is what happens in layerlab, which follows Keras 3, with the forms of Keras 2:

# %%
attempt(lambda: Dense(32.0))
attempt(lambda: layers.AveragePooling2D())
attempt(lambda: layers.GaussianNoise(2.0))
attempt(lambda: type(layers.LeakyReLU(alpha=0.1)).__name__)
attempt(lambda: activations.relu(np.array([-1.0]), alpha=0.1))
attempt(lambda: Sequential([Dense(3, input_shape=(4,))]).count_params())
attempt(lambda: Sequential([Dense(3, batch_input_shape=(8, 4))]))

# %% [markdown]
# ### Merge became eight classes
#
# In Keras 1, one class did it all, told by a word. Each word is a layer of its own now, and layers are called with a list:

# %%
MODES = {"sum": "Add", "mul": "Multiply", "ave": "Average", "max": "Maximum", "concat": "Concatenate"}
a, b = np.array([[1.0, 2.0]]), np.array([[3.0, 4.0]])
for mode, name in MODES.items():
    merged = np.asarray(getattr(layers, name)()([a, b]))
    print(f"mode={mode!r:9} -> {name + '()':14} {merged}")
dot, cosine = layers.Dot(axes=-1), layers.Dot(axes=-1, normalize=True)
print(f"mode='dot'     -> Dot(axes=-1)   {np.asarray(dot([a, b]))}")
print(f"mode='cos'     -> Dot(axes=-1, normalize=True) {np.asarray(cosine([a, b]))}")
attempt(lambda: layers.Merge)

# %% [markdown]
# ## Changes that say nothing: the numbers
#
# ### `hard_sigmoid`
#
# $$\text{Keras 1, 2:}\quad \operatorname{clip}(0.2\,x + 0.5,\ 0,\ 1) \qquad\qquad \text{Keras 3:}\quad \operatorname{clip}\Big(\frac{x}{6} + 0.5,\ 0,\ 1\Big)$$

# %%
places = np.array([-4, -3, -2.5, -1, -0.5, 0, 0.5, 1, 2.5, 3, 4])
keras2 = np.array([0, 0, 0, 0.3, 0.4, 0.5, 0.6, 0.7, 1, 1, 1])  # printed by tf_keras 2.21
keras3 = np.array([0, 0, 0.083333, 0.333333, 0.416667, 0.5, 0.583333, 0.666667, 0.916667, 1, 1])  # by keras 3.15.1

z = np.linspace(-5, 5, 401)
shapes = {
    "Keras 1 and 2": activations.hard_sigmoid_keras2(z),
    "Keras 3": activations.hard_sigmoid(z),
    "sigmoid": activations.sigmoid(z),
}
ax = plots.curves(z, shapes, title="hard_sigmoid")
print("our hard_sigmoid is Keras 3's:      ", np.allclose(activations.hard_sigmoid(places), keras3, atol=1e-6))
print("our hard_sigmoid_keras2 is Keras 2's:", np.allclose(activations.hard_sigmoid_keras2(places), keras2))
gap = np.abs(shapes["Keras 1 and 2"] - shapes["Keras 3"])
print(f"largest difference {gap.max():.4f}, at x = {abs(z[gap.argmax()]):.1f} and its negative")

# %% [markdown]
# **What to see:** both are three straight pieces that imitate the green curve. The new one is flatter, and reaches 0 and 1 at
# ±3 instead of ±2.5. At $x = 2.5$ they are $1/12$ apart.
#
# Choose a place, and read off what the three say. (Without a running kernel you see nothing under the next cell; the picture
# above shows the curves.)

# %% tags=["nbval-ignore-output"]
from ipywidgets import interact


def draw(place=1.0):
    """The two hard sigmoids and the smooth one, and their values at a place."""
    functions = activations.hard_sigmoid_keras2, activations.hard_sigmoid, activations.sigmoid
    values = [float(function(np.array(place))) for function in functions]
    plots.curves(z, shapes, points=([place] * 3, values), title=f"at x = {place:.1f}")
    plt.show()
    for label, value in zip(shapes, values, strict=True):
        print(f"{label:14} {value:.4f}")


control = interact(draw, place=(-5.0, 5.0, 0.1))

# %% [markdown]
# ### The spread of `he_normal`
#
# The formula for the standard deviation has always been $\sqrt{2/\text{fan\_in}}$. What is drawn with it has changed twice.
# Keras 1 drew plain normal numbers. Keras 2 cut them off at two standard deviations, which made the spread 12 % too
# small. Since 2018 the numbers are drawn wider first, so that the spread is right *after* the cut.

# %%
fan_in, units = 200, 2000
spread = np.sqrt(2 / fan_in)
rng = np.random.default_rng(0)
cut = initializers.TruncatedNormal(stddev=spread, seed=0)((fan_in, units))
today = initializers.HeNormal(seed=0)((fan_in, units))
draws = {
    "Keras 1: plain": rng.normal(0, spread, size=(fan_in, units)),
    "early Keras 2: cut": cut,
    "today: cut, corrected": today,
}


def plain(w):
    """The density of a normal distribution with the spread of the formula."""
    return np.exp(-(w**2) / (2 * spread**2)) / (spread * np.sqrt(2 * np.pi))


figure, panels = plt.subplots(1, 3, figsize=(8, 2.8), layout="constrained", sharey=True)
for ax, (label, weights) in zip(panels, draws.items(), strict=True):
    edges = np.linspace(-0.4, 0.4, 61)
    plots.densities(weights, {"plain normal": plain}, bins=edges, title=label, legend=False, ax=ax)
    inside = np.abs(weights).max() < 0.24
    print(f"{label:22} spread / formula = {weights.std() / spread:.2f}, ends before 0.24: {inside}")

# %% [markdown]
# **What to see:** the line is a plain normal density with the spread of the formula, the same in all three. On the left the
# weights follow it, out to four standard deviations. In the middle the tails are cut off. On the right they are cut too, but the
# rest is stretched until the spread fits
# again. The string `distribution='normal'` of `VarianceScaling` means the right-hand one; the plain one is called
# `'untruncated_normal'` now.

# %%
normal = initializers.VarianceScaling(scale=2.0, mode="fan_in", distribution="normal", seed=0)
print("'normal' is stored as:", normal.get_config()["distribution"])
print("and is he_normal:", np.array_equal(normal((fan_in, units)), today))

# %% [markdown]
# ### `l1_l2()` without numbers
#
# In Keras 2, `regularizers.l1_l2()` was a function with the defaults 0.01 and 0.01. In Keras 3, `l1_l2` is another name of
# the class `L1L2`, whose defaults are 0 and 0. No error; no penalty, either.

# %%
kernel = np.array([[1.0, -2.0], [3.0, -4.0]], "float32")
then = regularizers.L1L2(l1=0.01, l2=0.01)  # what Keras 2's l1_l2() made
now = regularizers.l1_l2()
print(f"l1_l2() in Keras 2: penalty {float(then(kernel)):.2f}")
print(f"l1_l2() in Keras 3: penalty {float(now(kernel)):.2f}")
print(f"l2() in both:       penalty {float(regularizers.l2()(kernel)):.2f}")

# %% [markdown]
# ### Adam's epsilon
#
# Adam divides by $\sqrt{v} + \varepsilon$. Keras 1 had $\varepsilon = 10^{-8}$, the last Keras 2 and Keras 3 have $10^{-7}$. It matters only where
# gradients are tiny. After the first step, $\sqrt v$ is about 3 % of the size of the gradient. So:

# %%
print("default epsilon:", Adam().epsilon)
for gradient in (1e-3, 1e-5, 1e-7):
    moved = {}
    for epsilon in (1e-8, 1e-7):
        weight = Dense(1, use_bias=False, kernel_initializer="zeros")
        weight.build((None, 1))
        Adam(0.1, epsilon=epsilon).apply([np.full((1, 1), gradient, "float32")], weight.trainable_variables)
        moved[epsilon] = abs(float(weight.get_weights()[0][0, 0]))
    print(f"gradient {gradient:.0e}: first step {moved[1e-8]:.3f} with 1e-8, {moved[1e-7]:.3f} with 1e-7")

# %% [markdown]
# ### Other numbers that changed
#
# | | before | now |
# |---|---|---|
# | `Orthogonal` | Keras 1: `scale=1.1` | `gain=1.0` |
# | `Identity(gain=2)` saved and loaded | Keras 2: 2 | Keras 3 forgets it: 1. layerlab keeps it |
# | recurrent layers, inner activation | Keras 1 and early Keras 2: `hard_sigmoid` | `sigmoid` |
# | `GRU` | Keras 2 before TensorFlow 2: `reset_after=False` | `reset_after=True`, another formula |
# | accuracy in the history | `acc` | `accuracy` |
#
# ## Words that are gone
#
# Four strings of old code, and what layerlab says to them. In Keras 2 all four worked.

# %%
attempt(lambda: constraints.get("maxnorm"))
attempt(lambda: constraints.get("nonneg"))
attempt(lambda: regularizers.get("l1_l2"))
attempt(lambda: initializers.get("constant"))

# %% [markdown]
# The tutorials' `kernel_constraint='MaxNorm'` is safe in all versions from 2 on, and means the same:

# %%
for word in ("MaxNorm", "max_norm"):
    leash = constraints.get(word)
    print(f"{word!r:11} {type(leash).__name__}(max_value={leash.max_value}, axis={leash.axis})")

# %% [markdown]
# ## How weights are called
#
# | | a kernel's name |
# |---|---|
# | Keras 1 | `strokes_W`, with `_b` for the bias |
# | Keras 2 | `strokes/kernel:0` |
# | Keras 3 | `kernel`, with the path `reader/strokes/kernel` |
#
# A name used to be for the whole graph of the model; a path says where in the model the weight stands.

# %%
reader = Sequential(name="reader")
reader.add(Input((28, 28, 1)))
reader.add(Conv2D(8, 3, strides=2, name="strokes"))
reader.add(Flatten(name="flat"))
reader.add(Dense(10, name="digits"))
paths = plots.weight_paths(reader, title="every weight has a path")
for weight in reader.weights:
    layer = weight.path.split("/")[1]
    print(f"Keras 2: {layer + '/' + weight.name + ':0':17} Keras 3: {weight.name:6} {weight.path}")

# %% [markdown]
# **What to see:** model, layer, weight, from left to right, with the shape at the end. Layers without weights have no branch.
#
# ## A layer that is gone: locally connected
#
# Keras 3 has no `LocallyConnected1D` and `LocallyConnected2D` any more ([chapter 13](13_locally_connected.ipynb) is about
# them). layerlab has them still, with the numbers of Keras 2. Among these numbers is one that surprises: `padding="same"` does
# not mean the same thing there. `Conv1D` centers the windows on the input as a whole; `LocallyConnected1D` centers the
# first window on the first input.

# %%
set_random_seed(0)
options = {"strides": 2, "padding": "same", "use_bias": False}
local = LocallyConnected1D(1, 3, implementation=2, **options)
shared = Conv1D(1, 3, **options)
plots.connections({"LocallyConnected1D": local, "Conv1D": shared}, steps=6)

numbers = np.arange(1.0, 7.0).reshape(1, 6, 1)
for layer in (local, shared):
    layer.set_weights([np.ones_like(weight) for weight in layer.get_weights()])
outputs = {type(layer).__name__: np.asarray(layer(numbers)).ravel() for layer in (local, shared)}
for name, output in outputs.items():
    print(f"{name:19} {output}")
print("as tf_keras 2.21 gives them:", np.array_equal(outputs["LocallyConnected1D"], [3, 9, 15]))
print("as keras 3.15.1 gives them: ", np.array_equal(outputs["Conv1D"], [6, 12, 11]))

# %% [markdown]
# **What to see:** six inputs below, three outputs above, each a sum of up to three inputs. On the left the first window hangs
# over the beginning, on the right the last one hangs over the end. Every wire on the left has a color, that is a weight, of
# its own.
#
# So even where all weights are equal, one cannot stand in for the other in an old model.
#
# ## Training and saving
#
# | | Keras 1 | Keras 2 | Keras 3 |
# |---|---|---|---|
# | functional model | `Model(input=, output=)` | `Model(inputs=, outputs=)` | the same |
# | length of training | `nb_epoch=` | `epochs=` | `epochs=` |
# | generators | `fit_generator(samples_per_epoch=)` | `fit_generator(steps_per_epoch=)`, later `fit` | `fit`, with a `PyDataset` or a generator |
# | learning rate | `SGD(lr=0.01, decay=1e-6)` | `learning_rate=`; schedules | `learning_rate` must be a float; `lr=` is refused, `decay=` ignored with a warning |
# | losses | `'mse'`, `objectives.mse` | `'mse'`, `losses.mse` | `'mse'`, `losses.mean_squared_error` |
# | a class from a model | `predict_classes` | removed in TensorFlow 2.6 | `predict(...).argmax(axis=-1)` |
# | whole model | `.h5`, or JSON and weights apart | `.h5`, SavedModel folder, in the end `.keras` | `.keras`; `.h5` still works |
# | weights only | `.h5` | `.h5` or TensorFlow checkpoint | `.weights.h5` |
# | backend | Theano, TensorFlow | also CNTK; from 2.4 TensorFlow only | JAX, TensorFlow, PyTorch |

# %%
attempt(lambda: Adam(lr=0.01))
attempt(lambda: type(SGD(0.1, decay=1e-6)).__name__)
attempt(lambda: SGD(1))
attempt(lambda: Model(input=Input((3,)), output=Input((3,))))
attempt(lambda: reader.fit(np.zeros((1, 28, 28, 1)), np.zeros((1, 10)), nb_epoch=1))
logging.basicConfig(stream=sys.stdout, format="%(levelname)s: %(message)s", force=True)
with tempfile.TemporaryDirectory() as folder:
    for name in ("reader.keras", "reader.h5"):
        reader.save(Path(folder) / name)
    print("saved:", sorted(path.name for path in Path(folder).iterdir()))

# %% [markdown]
# ## Which version layerlab follows
#
# **Keras 3**, names, numbers and errors, with these exceptions:
#
# | | layerlab |
# |---|---|
# | `LocallyConnected1D`, `LocallyConnected2D` | kept, with Keras 2's numbers |
# | `hard_sigmoid` of Keras 2 | kept as `activations.hard_sigmoid_keras2` |
# | ids out of range in `Embedding` | an error, as with TensorFlow; Keras 3 with JAX gives `nan` |
# | `Identity(gain=2)` | keeps its gain when saved |
# | old names and strings | refused as in Keras 3, with the name of today |
# | files | reads and writes `.keras`, `.weights.h5` and the legacy `.h5`; no SavedModel |
#
# <div style="border-left: 4px solid #D55E00; padding: 1px 16px">
#
# **What the tutorials get wrong, or leave out**
#
# - They do not say which version they are for. It is Keras 2: `input_shape=` in every first layer, `kernel_initializer`,
#   `LocallyConnected`. Their code runs in Keras 3, once its slips are mended; each `input_shape=` then warns.
# - They list a *"Merge Layer"*. There has been no such class since Keras 2.0: see above.
# - They list the *"Locally connected layer"*, which Keras 3 removed.
# - They give no formula for `hard_sigmoid`. There are two.
# - Under *"L1 and L2 Regularizer"* they show `regularizers.l2(0.)`. What was meant is `regularizers.l1_l2(l1=..., l2=...)`,
#   and the numbers must be given: without them it is 0.01 in one version, and nothing in the next.
# - One line says `skernel_initializer`. Every version refuses it: Keras 2 with a `TypeError`, Keras 3 with a `ValueError`.
# - They show `Constant(value=0)` and say "5". In Keras 2 the bare string `'constant'` meant 0; in Keras 3 it fails.
#
# </div>

# %%
attempt(lambda: Dense(512, skernel_initializer="zeros"))
mended = regularizers.l1_l2(l1=0.01, l2=0.02)
print("l1_l2(l1=0.01, l2=0.02):", {key: round(value, 4) for key, value in mended.get_config().items()})
print("Constant(value=5):", np.asarray(initializers.Constant(value=5)((2,))))

# %% [markdown]
# <div style="border-left: 4px solid #0072B2; padding: 1px 16px">
#
# **Keras 1, 2 and 3: moving old code, in this order**
#
# 1. Rename the arguments (the dict above), and every `Convolution2D(n, r, c)` to `Conv2D(n, (r, c))`.
# 2. Put `Input(...)` in front; take `input_shape=` out.
# 3. Search for the silent ones: `hard_sigmoid`, `l1_l2()`, recurrent layers, `LocallyConnected`.
# 4. Load the old weights, and **compare outputs** on a fixed input before you train on.
#
# </div>

# %% [markdown]
# ## Try it

# %% [markdown]
# **1. How old?** `model.add(Convolution1D(64, 3, border_mode='same', input_dim=27, input_length=11))`. Which version? Write it for
# Keras 3.
#
# <details><summary>Answer</summary>
#
# Keras 1: `border_mode`, and `input_dim` with `input_length`.
#
# ```python
# today = Sequential([Input((11, 27)), Conv1D(64, 3, padding="same")])
# print(today.output_shape)
# ```
#
# </details>

# %%
# your turn: Sequential([Input((..., ...)), Conv1D(...)])

# %% [markdown]
# **2. Make it right again.** Take `new` from the first section. Change nothing but its weights, so that it gives the answers of
# `old` again. (Hint: $0.2\,x = \tfrac{1.2\,x}{6}$.)
#
# <details><summary>Answer</summary>
#
# Multiply kernel and bias of the hidden layer by 1.2: then $\tfrac{1.2\,x}{6} + 0.5 = 0.2\,x + 0.5$.
#
# ```python
# z = np.linspace(-4, 4, 9)
# print(np.allclose(activations.hard_sigmoid(1.2 * z), activations.hard_sigmoid_keras2(z)))
# ```
#
# </details>

# %%
# your turn: kernel, bias, *rest = new.get_weights()

# %% [markdown]
# **3. A better translator.** `translate` knows no `Merge`. Write `merge(arrays, mode)` with the dict `MODES`.
#
# <details><summary>Answer</summary>
#
# ```python
# def merge(arrays, mode):
#     names = {"sum": "Add", "mul": "Multiply", "ave": "Average", "max": "Maximum", "concat": "Concatenate"}
#     return getattr(layers, names[mode])()(arrays)
#
#
# print(merge([np.ones((1, 2)), np.ones((1, 2))], "sum"))
# ```
#
# </details>

# %%
# your turn: getattr(layers, MODES[mode])()

# %% [markdown]
# ## Five quick questions

# %% [markdown]
# **1.** Which word for the number of epochs tells you that code is from Keras 1?
#
# <details><summary>Answer</summary>
#
# `nb_epoch`.
#
# </details>

# %% [markdown]
# **2.** What is `hard_sigmoid(1)` in Keras 2, and in Keras 3?
#
# <details><summary>Answer</summary>
#
# 0.7, and 2/3.
#
# </details>

# %% [markdown]
# **3.** `Conv2D(32, 3, 3)`: what did the writer probably mean, and what does it do now?
#
# <details><summary>Answer</summary>
#
# A kernel of 3 × 3. Now it is a kernel of 3 × 3 with **strides of 3**.
#
# </details>

# %% [markdown]
# **4.** Why is a silent change worse than an error?
#
# <details><summary>Answer</summary>
#
# The program runs on with wrong numbers, and nobody looks for a mistake.
#
# </details>

# %% [markdown]
# **5.** A Keras 2 model has `LocallyConnected1D(..., padding="same")`. May you put `Conv1D(..., padding="same")` in its place?
#
# <details><summary>Answer</summary>
#
# No: the one has a kernel for each position, the other one kernel for all. And the windows stand at other places.
#
# </details>

# %% [markdown]
# ## Further reading
#
# - Keras documentation: [Migrating Keras 2 code to multi-backend Keras 3](https://keras.io/guides/migrating_to_keras_3/): the
#   official list, with ways around.
# - Keras, [release notes](https://github.com/keras-team/keras/releases): all versions.
# - F. Chollet, [Introducing Keras 2](https://blog.keras.io/introducing-keras-2.html), 2017: why the arguments were renamed.
# - [Introducing Keras 3.0](https://keras.io/keras_3/), 2023.
# - [tf_keras](https://github.com/keras-team/tf-keras): Keras 2, kept alive for old code.
#
# **Back:** [0 · Start here](00_start_here.ipynb)
