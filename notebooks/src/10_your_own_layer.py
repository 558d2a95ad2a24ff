# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3 (ipykernel)
#     language: python
#     name: python3
# ---

# %% [markdown]
# # 10 · Lambda, and a layer of your own
#
# **When you have finished this chapter, you can**
#
# - put any NumPy formula into a model with `Lambda`, and say when you must not;
# - write a layer of your own in plain NumPy: weights, penalties, behavior in training, layers inside;
# - train it without a line of calculus, and check its gradient;
# - save it, load it, and take it to real Keras;
# - read the error messages that await everyone who writes a first layer.
#
# **You need** [chapter 1](01_what_is_a_layer.ipynb), and from Python: classes with `__init__` and inheritance.
# **Time:** 40 minutes.

# %%
import tempfile
import textwrap
import warnings
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np

from layerlab import Variable, activations, initializers, plots, random
from layerlab.autodiff import Tape, check_gradients, gradient, stop_gradient
from layerlab.datasets import mnist10k
from layerlab.layers import Dense, GaussianNoise, Input, Lambda, Layer, Masking, Softmax
from layerlab.models import Sequential, load_model
from layerlab.optimizers import SGD, Adam
from layerlab.saving import register_keras_serializable
from layerlab.utils import set_random_seed

np.set_printoptions(precision=4, suppress=True)
plots.use_style()

# %% [markdown]
# ## A weight that never learns
#
# The simplest thing there is to learn: $y = 3x$. One weight, `factor`, starts at 1 and should become 3. We put the formula
# $x \cdot \text{factor}$ into a `Lambda`, a layer made of a function, and train.

# %%
x = np.linspace(-1, 1, 64, dtype="float32")[:, np.newaxis]
y = 3 * x

set_random_seed(0)
factor = Variable(1.0, name="factor")
hidden = Sequential([Input((1,)), Lambda(lambda x: x * factor)])
hidden.compile(SGD(0.1), "mse")
loss_hidden = hidden.fit(x, y, epochs=30, verbose=0).history["loss"]
print(f"factor after 30 epochs: {float(factor):.4f}")

# %% [markdown]
# No error, no warning, and nothing was learned. Here is the same formula and the same weight, in a class.


# %%
class Scale(Layer):
    def build(self, input_shape):
        self.factor = self.add_weight(shape=(), initializer="ones", name="factor")

    def call(self, inputs):
        return inputs * self.factor


set_random_seed(0)
seen = Sequential([Input((1,)), Scale()])
seen.compile(SGD(0.1), "mse")
loss_seen = seen.fit(x, y, epochs=30, verbose=0).history["loss"]

epochs = np.arange(1, 31)
lines = {"Lambda with a Variable": loss_hidden, "a layer of one's own": loss_seen}
ax = plots.curves(epochs, lines, xlabel="epoch", ylabel="loss", title="the same formula, the same weight")
print(f"factor after 30 epochs: {float(seen.layers[0].factor):.4f}")
print("weights that the models know of:", len(hidden.weights), "and", len(seen.weights))

# %% [markdown]
# **What to see:** one loss falls to zero, the other is a flat line. A model trains the weights that it *knows*. It asks each
# layer for them, and a `Lambda` has none: what its function uses from outside, it cannot see. Here the model is small and
# the flat line speaks. Among layers that do learn, nobody may notice that one is frozen.
#
# So the rule of this chapter: **`Lambda` for formulas, a class for everything that has weights, randomness, or a name.**
#
# ## `Lambda`: a formula as a layer
#
# $$y = f(x, \ldots)$$
#
# That is all: `Lambda(function)` calls the function. It may be any function of arrays, written with NumPy, and gradients go
# through it. Here is an activation that Keras calls `mish`, by hand:


# %%
def my_mish(x):
    return x * np.tanh(np.log1p(np.exp(x)))


bend = Lambda(my_mish)
z = np.linspace(-4, 4, 161, dtype="float32")[:, np.newaxis]
slope = gradient(lambda z: np.sum(bend(z)))(z)
ax = plots.curves(z[:, 0], {"Lambda(my_mish)": bend(z), "its derivative, by the tape": slope})
print("the same as activations.mish:", np.allclose(bend(z), activations.mish(z), atol=1e-6))

# %% [markdown]
# **What to see:** nobody wrote down the derivative. While a **tape** records, every NumPy call on a traced array is noted, and
# gradients are found by going through the notes backward ([appendix A](A_how_a_layer_learns.ipynb)). This is why your own
# formulas train.
#
# `Lambda(function, output_shape=None, mask=None, arguments=None)` has three more arguments.
#
# **`arguments`**: a dictionary of what the function gets besides `x`. If it has a parameter called `training`, it gets that
# from the model.


# %%
def stretched(x, by=2.0, training=False):
    return x if training else x * by


ones = np.ones((1, 3), "float32")
print("by=2, the default:", Lambda(stretched)(ones)[0])
print("by=5:             ", Lambda(stretched, arguments={"by": 5.0})(ones)[0])
print("while training:   ", Lambda(stretched)(ones, training=True)[0])

# %% [markdown]
# **`output_shape`**: the shape of one output sample, without the batch axis. You rarely need it: the layer tries the
# function out on ones and looks. But a function that works for a certain batch only cannot be tried out.


# %%
def attempt(action, notes=False):
    """Do something that fails, and print what the error says."""
    try:
        action()
        print("no error")
    except Exception as error:
        message = f"{type(error).__name__}: {error}"
        for part in [message, *(getattr(error, "__notes__", []) if notes else [])]:
            for line in part.splitlines():
                print(textwrap.fill(line, 90, subsequent_indent="    "))


def pairs_of_32(x):
    return np.reshape(x, (32, 2, -1))


attempt(lambda: Lambda(pairs_of_32)(Input((6,))))
print()
print("with output_shape:", Lambda(pairs_of_32, output_shape=(2, 3))(Input((6,))).shape)

# %% [markdown]
# What you state is believed, not checked. A wrong `output_shape` builds the next layer for the wrong size, and the error
# comes later, somewhere else.

# %%
liar = Lambda(lambda x: x[:, :1], output_shape=(3,))
print("states:", liar.compute_output_shape((None, 3)), " gives:", liar(ones).shape)

# %% [markdown]
# **`mask`**: where some steps of a sequence do not count, a mask says which. By default a `Lambda` loses it, with a warning.
# Give it a `mask`, or a function `(inputs, mask) -> mask`, and it goes on.

# %%
steps = Masking()(np.array([[[1.0], [0.0], [2.0]]], "float32"))  # a step of zeros does not count
with warnings.catch_warnings(record=True) as caught:
    warnings.simplefilter("always")
    Lambda(np.tanh)(steps)
for warning in caught:
    print(textwrap.fill(f"{warning.category.__name__}: {warning.message}", 90))
keeps = Lambda(np.tanh, mask=lambda inputs, mask: mask)
print("kept:", keeps.compute_mask(steps, np.array([[True, False, True]])))

# %% [markdown]
# ### Randomness does not belong in a `Lambda`
#
# Noise on the inputs makes a model robust, in training. A tempting line:

# %%
noisy = Sequential([Input((3,)), Lambda(lambda x: x + np.random.default_rng().normal(size=x.shape))])
proper = Sequential([Input((3,)), GaussianNoise(1.0)])
for name, model in {"Lambda": noisy, "GaussianNoise": proper}.items():
    first, second = model.predict(ones, verbose=0), model.predict(ones, verbose=0)
    print(f"{name:14} two predictions agree: {np.array_equal(first, second)}")

# %% [markdown]
# The `Lambda` adds its noise to every *prediction* too, and `set_random_seed` does not reach it. In real Keras it is worse:
# there the model is compiled, the NumPy call runs once, while compiling, and the same "noise" is added ever after. (Tried
# with Keras 3.15 on JAX: two predictions are identical.) Below you will write this layer properly.
#
# ### A `Lambda` in a file
#
# A model is saved as text and numbers. But a `lambda` is *code*. layerlab, like Keras, writes its byte code into the file,
# and then refuses to load it: a model file from a stranger must not be able to run code on your machine.

# %%
folder = Path(tempfile.mkdtemp())
with_lambda = Sequential([Input((3,)), Lambda(lambda x: 2 * x)])
with_lambda.save(folder / "with_lambda.keras")
attempt(lambda: load_model(folder / "with_lambda.keras"))

# %% [markdown]
# If the file is your own, say so. Better still, give the function a name and register it: then only the name is in the
# file, and nothing needs to be trusted.


# %%
@register_keras_serializable(package="course")
def doubled(x):
    return 2 * x


trusted = load_model(folder / "with_lambda.keras", safe_mode=False)
with_name = Sequential([Input((3,)), Lambda(doubled)])
with_name.save(folder / "with_name.keras")
print("safe_mode=False:", trusted(ones)[0])
print("registered name:", load_model(folder / "with_name.keras")(ones)[0])

# %% [markdown]
# ## A layer of your own
#
# A layer is a class with three methods:
#
# - `__init__` keeps the configuration. It does not know the shape of the inputs yet.
# - `build(input_shape)` makes the weights, with `add_weight`. It runs once, before the first call.
# - `call(inputs)` is the formula. It runs every time.
#
# Here is `Dense`, in ten lines:


# %%
class MyDense(Layer):
    def __init__(self, units, **kwargs):
        super().__init__(**kwargs)
        self.units = units

    def build(self, input_shape):
        self.kernel = self.add_weight(shape=(input_shape[-1], self.units), name="kernel")
        self.bias = self.add_weight(shape=(self.units,), initializer="zeros", name="bias")

    def call(self, inputs):
        return np.matmul(inputs, self.kernel) + self.bias


# %% [markdown]
# Is it one? Train it and the library's `Dense` from the same seed on the digits, and compare every weight.

# %%
(train_pictures, y_train), (test_pictures, y_test) = mnist10k.load_data()
x_train, x_test = (p.reshape(-1, 784).astype("float32") / 255 for p in (train_pictures, test_pictures))


def trained(kind, *arguments, epochs=1, learning_rate=0.001, **options):
    """A model with one layer of this kind and a softmax, made and trained from the seed 1."""
    set_random_seed(1)
    model = Sequential([Input((784,)), kind(*arguments, **options), Softmax()])
    model.compile(Adam(learning_rate), "sparse_categorical_crossentropy", metrics=["accuracy"])
    model.fit(x_train, y_train, batch_size=64, epochs=epochs, verbose=0)
    return model


mine, theirs = trained(MyDense, 10), trained(Dense, 10)
for a, b in zip(mine.weights, theirs.weights, strict=True):
    print(f"{a.name:6} {a.shape!s:9} the same after training: {np.allclose(a, b, atol=1e-5)}")

# %% [markdown]
# You have not written a gradient, an update, or a count of parameters. All of that comes with `Layer`, because the formula is
# NumPy and the weights are known.
#
# ### The life of a layer
#
# When does which method run? Let us watch a layer with a few more methods, and note down the calls.


# %%
class Watched(MyDense):
    def __init__(self, units, **kwargs):
        super().__init__(units, **kwargs)

    def build(self, input_shape):
        super().build(input_shape)

    def call(self, inputs):
        return super().call(inputs)

    def compute_output_shape(self, input_shape):
        return (*input_shape[:-1], self.units)

    def get_config(self):
        return super().get_config() | {"units": self.units}


made = {}
statements = {
    "layer = Watched(2)": lambda: made.update(layer=Watched(2)),
    "y = layer(x)": lambda: made["layer"](ones),
    "y = layer(x), again": lambda: made["layer"](ones),
    "layer.compute_output_shape((None, 3))": lambda: made["layer"].compute_output_shape((None, 3)),
    "model = Sequential([Input((3,)), layer])": lambda: made.update(model=Sequential([Input((3,)), made["layer"]])),
    "model.predict(x)": lambda: made["model"].predict(ones, verbose=0),
    "config = layer.get_config()": lambda: made.update(config=made["layer"].get_config()),
    "again = Watched.from_config(config)": lambda: Watched.from_config(made["config"]),
}
runs = plots.method_calls(Watched, statements, title="the numbers: in which order the methods ran")

# %% [markdown]
# **What to see:** `build` runs once, at the first call. When a model is put together, only shapes are asked for: a layer that
# says its output shape is not even called. (Without `compute_output_shape`, the layer is tried out on ones.) A copy is
# made by `__init__` from what `get_config` told, and it has no weights yet.
#
# ## A layer that you can read
#
# Now a layer that is not in Keras. `Dense` gives each class a column of weights, which look like smoke. Instead, keep a few
# **prototypes** of each digit, as pictures, and ask how far the input is from each. The squared distance of $x$ to the
# prototype $p_k$ is
#
# $$d_k(x) = \sum_i (x_i - p_{k,i})^2 = \sum_i x_i^2 - 2\sum_i x_i\, p_{k,i} + \sum_i p_{k,i}^2 .$$
#
# The right-hand side needs one matrix product for a whole batch:


# %%
def squared_distances(x, prototypes):
    products = np.matmul(x, np.transpose(prototypes))
    return np.sum(x**2, axis=1, keepdims=True) - 2 * products + np.sum(prototypes**2, axis=1)


rng = np.random.default_rng(0)
points, centers = rng.normal(size=(5, 4)), rng.normal(size=(3, 4))
slow = [[np.sum((point - center) ** 2) for center in centers] for point in points]
print("the same as a loop:", np.allclose(slow, squared_distances(points, centers)))

# %% [markdown]
# Is its gradient right? `check_gradients` moves the arguments a little, in random directions, watches the result, and
# holds that against the tape. It raises an error when the two differ, and returns the largest error that it found.

# %%
error = check_gradients(squared_distances, points, centers)
print("gradient is right:", error < 1e-6)

# %% [markdown]
# And this is what the tape has noted, line by line: your formula, as the machine saw it.

# %%
with Tape() as tape:
    distances = squared_distances(points, tape.watch(centers))
    print(tape)

# %% [markdown]
# The layer holds several prototypes of each class. A class should get a high number, its **logit**, if *any* of its prototypes is near. A
# soft maximum over the negative distances does that: $\log\sum_j e^{-s\,d_j}$. The sharpness $s$ is one more weight.


# %%
def soft_maximum(x):
    """log(sum(exp(x))) over the last axis, without overflow."""
    top = np.max(x, axis=-1, keepdims=True)
    return np.log(np.sum(np.exp(x - top), axis=-1)) + top[..., 0]


@register_keras_serializable(package="course")
class Prototypes(Layer):
    def __init__(self, classes, each=1, pull=0.0, **kwargs):
        super().__init__(**kwargs)
        self.classes, self.each, self.pull = classes, each, pull

    def build(self, input_shape):
        shape = (self.classes * self.each, input_shape[-1])
        first = initializers.RandomNormal(mean=0.1, stddev=0.1)
        self.prototypes = self.add_weight(shape=shape, initializer=first, name="prototypes")
        sharp = initializers.Constant(0.1)
        self.sharpness = self.add_weight(shape=(), initializer=sharp, name="sharpness")

    def call(self, inputs):
        distances = squared_distances(inputs, self.prototypes)
        if self.pull:
            self.add_loss(self.pull * np.mean(np.min(distances, axis=1)))
        groups = np.reshape(-self.sharpness * distances, (-1, self.classes, self.each))
        return soft_maximum(groups)

    def compute_output_shape(self, input_shape):
        return (input_shape[0], self.classes)

    def get_config(self):
        return super().get_config() | {"classes": self.classes, "each": self.each, "pull": self.pull}


# %% [markdown]
# One thing is new: **`add_loss`**. What a layer adds there joins the loss of the model. Here it is the mean distance of a
# sample to the nearest prototype, times `pull`: it pulls prototypes toward real digits.
#
# Train it without the pull, with it, and beside them a plain `Dense(10)`.

# %%
models = {
    "Dense(10)": trained(Dense, 10, epochs=3, learning_rate=0.01),
    "no pull": trained(Prototypes, 10, each=3, epochs=3, learning_rate=0.01),
    "pull": trained(Prototypes, 10, each=3, pull=0.1, epochs=3, learning_rate=0.01),
}
accuracies = {}
for name, model in models.items():
    accuracies[name] = model.evaluate(x_test, y_test, verbose=0)[1]
    print(f"{name:9} {model.count_params():6,} parameters, above 85 %: {accuracies[name] > 0.85}")
spread = max(accuracies.values()) - min(accuracies.values())
print("all three within 6 points of each other:", spread < 0.06)

drawn = [np.transpose(models["Dense(10)"].layers[0].kernel)[digit] for digit in range(10)]
for name in ("no pull", "pull"):
    drawn += list(models[name].layers[0].prototypes.numpy().reshape(10, 3, 784)[:, 0])
titles = [f"{name}\n{digit}" for name in ("Dense", "no pull", "pull") for digit in range(10)]
axes = plots.images(np.reshape(drawn, (30, 28, 28)), titles=titles, columns=10)

# %% [markdown]
# **What to see:** from top to bottom, the kernel of `Dense`, the first prototype of each digit without the pull, and with
# it. Dark is high, white is low. All three models read the digits about equally well. Only in the last row can *you*
# read the model.
#
# Then you can also ask it why. Beside each digit stand the prototypes that were nearest to it.


# %%
def draw(sample=0):
    """A test digit, the five prototypes that are nearest to it, and their distances."""
    layer = models["pull"].layers[0]
    distances = squared_distances(x_test[sample : sample + 1], layer.prototypes.numpy())[0]
    nearest = np.argsort(distances)[:5]
    pictures = [x_test[sample], *layer.prototypes.numpy()[nearest]]
    titles = ["input", *(f"a {k // 3}, distance {distances[k]:.0f}" for k in nearest)]
    plots.images(np.reshape(pictures, (6, 28, 28)), titles=titles, columns=6, vmin=0, vmax=1, frames=True)
    plt.show()
    return nearest


says = models["pull"].predict(x_test, verbose=0).argmax(axis=1)
for sample in (4, 0):
    nearest = draw(sample)[0] // 3
    print(f"test digit {sample} is a {y_test[sample]}; nearest is a {nearest}, the model says {says[sample]}")

# %% [markdown]
# **What to see:** the first digit is near to two kinds of 4, and then, farther, to a 9. The second is a thin 3 with large
# curves. The model takes it for a 5, and you see why: no prototype is near, and a 5 is nearest by a little. What the
# model lacks is a thin 3.
#
# Choose another one. (Without a running kernel you see nothing under the next cell; the pictures above are two of its
# settings.)

# %% tags=["nbval-ignore-output"]
from ipywidgets import interact

control = interact(lambda sample: draw(sample) is None, sample=(0, 1999))

# %% [markdown]
# ### Two checks on the idea
#
# With *one* prototype per class the layer is a dense layer in disguise: softmax does not care about a number that is added to
# all logits, so $\sum_i x_i^2$ drops out, and what remains is $2x \cdot p_k - |p_k|^2$: a kernel and a bias.

# %%
single = Prototypes(10)
logits = np.asarray(single(x_test[:100]))
prototypes, sharpness = single.get_weights()
dense = Dense(10)
dense.build((None, 784))
dense.set_weights([2 * sharpness * prototypes.T, -sharpness * np.sum(prototypes**2, axis=1)])
same = np.allclose(Softmax()(logits), Softmax()(dense(x_test[:100])), atol=1e-4)
print("one prototype per class, same probabilities as a Dense:", same)

# %% [markdown]
# And the penalty is in the loss: what `fit` minimizes is the cross-entropy plus what the layer adds.

# %%
model = models["pull"]
model(x_test)
added = float(model.losses[0])
nearest = squared_distances(x_test, model.layers[0].prototypes.numpy()).min(axis=1)
print("added loss is 0.1 x mean smallest distance:", np.isclose(added, 0.1 * nearest.mean(), rtol=1e-3))

# %% [markdown]
# ## Different in training
#
# If `call` has a parameter called `training`, the model says there whether it is training. And for random numbers a layer
# owns a `SeedGenerator`: it follows `set_random_seed`, and it is different at every call.


# %%
class Noise(Layer):
    def __init__(self, stddev, **kwargs):
        super().__init__(**kwargs)
        self.stddev = stddev
        self.seed_generator = random.SeedGenerator()

    def call(self, inputs, training=False):
        if not training:
            return inputs
        return inputs + random.normal(inputs.shape, stddev=self.stddev, seed=self.seed_generator)


def two_calls():
    set_random_seed(3)
    layer = Noise(1.0)
    return layer(ones, training=True), layer(ones, training=True)


(first, second), (first_again, _) = two_calls(), two_calls()
set_random_seed(3)
theirs = GaussianNoise(1.0)(ones, training=True)
print("nothing happens at inference:     ", np.array_equal(Noise(1.0)(ones), ones))
print("another noise at every call:      ", not np.array_equal(first, second))
print("repeated after set_random_seed:   ", np.array_equal(first, first_again))
print("the same as GaussianNoise's:      ", np.allclose(first, theirs))

# %% [markdown]
# ### Weights that are not trained
#
# Some layers remember something that no gradient should change: a running mean, a counter. That is
# `add_weight(..., trainable=False)`. It is saved with the others, and the layer itself changes it, with `assign`. This one
# centers its inputs. It learns their mean by looking, while the model trains (`BatchNormalization` does the same).


# %%
class Centered(Layer):
    def build(self, input_shape):
        shape = (input_shape[-1],)
        self.mean = self.add_weight(shape=shape, initializer="zeros", trainable=False, name="mean")

    def call(self, inputs, training=False):
        if training:
            now = np.mean(stop_gradient(inputs), axis=0)
            self.mean.assign(0.9 * self.mean + 0.1 * now)
        return inputs - self.mean


set_random_seed(0)
far_out = np.random.default_rng(0).normal(loc=5.0, size=(640, 3)).astype("float32")
model = Sequential([Input((3,)), Centered(), Dense(1)])
model.compile(SGD(0.01), "mse")
model.fit(far_out, far_out[:, :1], epochs=10, verbose=0)
print("trained:    ", [weight.name for weight in model.trainable_weights])
print("not trained:", [weight.name for weight in model.non_trainable_weights])
print("the mean it found is within 0.5 of 5:", np.allclose(model.layers[0].mean.numpy(), 5, atol=0.5))

# %% [markdown]
# `add_weight` also takes `constraint=` and `regularizer=`, with the words of chapters [4](04_constraints.ipynb) and
# [5](05_regularizers.ipynb), and `dtype=`.
#
# ## Layers inside a layer
#
# A layer may be made of layers. Assign them to attributes, also in lists or dictionaries, and their weights are known.


# %%
class Residual(Layer):
    """x plus a small correction: two dense layers, and a way around them."""

    def __init__(self, units, **kwargs):
        super().__init__(**kwargs)
        self.units = units

    def build(self, input_shape):
        narrow = Dense(input_shape[-1], name="narrow")
        self.inner = [Dense(self.units, activation="relu", name="widen"), narrow]
        shape = input_shape
        for layer in self.inner:
            layer.build(shape)
            shape = layer.compute_output_shape(shape)

    def call(self, inputs):
        correction = inputs
        for layer in self.inner:
            correction = layer(correction)
        return inputs + correction


block = Residual(16, name="block")
block(np.zeros((1, 8), "float32"))
for weight in block.weights:
    print(f"{weight.path:24} {weight.shape}")
print("together:", block.count_params(), "parameters")

# %% [markdown]
# Why the way around helps is the first experiment of [chapter 14](14_merging.ipynb).
#
# ## Saving and loading
#
# The file keeps, for each layer, the name of its class, what `get_config` says, and the weights. To load it, Python must find
# the class. `@register_keras_serializable(package="course")` above `class Prototypes` made it known.

# %%
model = models["pull"]
model.save(folder / "prototypes.keras")
loaded = load_model(folder / "prototypes.keras")
print("class:", type(loaded.layers[0]).__name__, " pull:", loaded.layers[0].pull)
print("same predictions:", np.allclose(model.predict(x_test, verbose=0), loaded.predict(x_test, verbose=0)))

# %% [markdown]
# A class that is not registered is not found, and the message says so:

# %%
unregistered = Sequential([Input((3,)), MyDense(2)])
unregistered.save(folder / "unregistered.keras")
attempt(lambda: load_model(folder / "unregistered.keras"))
found = load_model(folder / "unregistered.keras", custom_objects={"MyDense": MyDense})
print("\nnamed while loading:", type(found.layers[0]).__name__, found.layers[0].units)

# %% [markdown]
# `MyDense` has no `get_config`, and yet its 2 units came back. A layer whose arguments are all plain (numbers, texts, lists)
# is described by what it was made with. Other arguments need a `get_config`:


# %%
class Through(Layer):
    def __init__(self, function, **kwargs):
        super().__init__(**kwargs)
        self.function = function

    def call(self, inputs):
        return self.function(inputs)


attempt(Sequential([Input((3,)), Through(np.tanh)]).get_config)

# %% [markdown]
# And a `get_config` that forgets an argument is worse than none: the copy silently has the default.


# %%
class Forgetful(Prototypes):
    def get_config(self):
        return Layer.get_config(self) | {"classes": self.classes, "each": self.each}


copy = Forgetful.from_config(Forgetful(10, each=3, pull=0.1).get_config())
print("pull was 0.1, and is now", copy.pull)

# %% [markdown]
# ## What goes wrong
#
# Everyone who writes layers meets these. Say what is wrong before you read the message.
#
# **`super().__init__()` is missing.** Without it the layer has no place to keep weights.


# %%
class NoSuper(Layer):
    def __init__(self, units):
        self.units = units


attempt(lambda: NoSuper(3)(ones))

# %% [markdown]
# **Weights in `__init__`.** The shape of the inputs is not known there. Either the shape is open, which is refused, or it
# is a guess, which holds until the inputs have another size. Remedy: `build`.


# %%
class Early(Layer):
    def __init__(self, inputs, units):
        super().__init__()
        self.kernel = self.add_weight(shape=(inputs, units), name="kernel")

    def call(self, inputs):
        return np.matmul(inputs, self.kernel)


attempt(lambda: Early(None, 2))
attempt(lambda: Early(4, 2)(ones))

# %% [markdown]
# **Weights in `call`.** There would be new ones at every call.


# %%
class Late(Layer):
    def call(self, inputs):
        self.kernel = self.add_weight(shape=(inputs.shape[-1], 2), name="kernel")
        return np.matmul(inputs, self.kernel)


attempt(lambda: Late()(ones))

# %% [markdown]
# **Weights as plain arrays.** No message at all. The layer computes, the model trains, and these numbers stay as they are; they
# are not saved either.


# %%
class Plain(Layer):
    def build(self, input_shape):
        self.factor = np.ones(input_shape[-1], "float32")

    def call(self, inputs):
        return inputs * self.factor


plain = Sequential([Input((1,)), Plain()])
plain.compile(SGD(0.1), "mse")
plain.fit(x, y, epochs=5, verbose=0)
print("weights:", plain.weights, " factor after training:", plain.layers[0].factor)

# %% [markdown]
# A `Variable` in an attribute would have been found:


# %%
class Tracked(Plain):
    def build(self, input_shape):
        self.factor = Variable(np.ones(input_shape[-1], "float32"), name="factor")


tracked = Sequential([Input((1,)), Tracked()])
tracked.compile(SGD(0.1), "mse")
tracked.fit(x, y, epochs=5, verbose=0)
print("weights:", len(tracked.weights), " factor has moved toward 3:", float(tracked.weights[0].value[0]) > 1.1)

# %% [markdown]
# **Random numbers in `build`.** They are drawn behind the back of `set_random_seed`, so no run can be repeated. Remedy:
# `add_weight(initializer=...)`.


# %%
class Dice(Layer):
    def build(self, input_shape):
        first = np.random.default_rng().normal(size=input_shape[-1])
        self.factor = Variable(first.astype("float32"), name="factor")

    def call(self, inputs):
        return inputs * self.factor


def first_weights(layer):
    set_random_seed(5)
    layer.build((None, 3))
    return layer.get_weights()[0]


print("Dice, two runs with one seed agree:   ", np.array_equal(first_weights(Dice()), first_weights(Dice())))
agree = np.array_equal(first_weights(MyDense(2)), first_weights(MyDense(2)))
print("MyDense, two runs with one seed agree:", agree)

# %% [markdown]
# **In-place changes.** `inputs *= ...` writes over an array that the gradient still needs. While a model trains this is
# refused, with the remedy. But call such a layer on an array of your own, without a tape, and it changes *your data*.


# %%
class InPlace(Scale):
    def call(self, inputs):
        inputs *= self.factor
        return inputs


in_place = Sequential([Input((1,)), InPlace()])
in_place.compile(SGD(0.1), "mse")
attempt(lambda: in_place.fit(x, y, verbose=0))

layer, data = InPlace(), np.ones((1, 3), "float32")
layer.build((None, 3))
layer.set_weights([np.array(10.0)])
layer(data)
print("\nyour data, after calling the layer on it:", data[0])

# %% [markdown]
# The same for a cell that is assigned, and for a value that is taken off the tape:


# %%
class Assigns(Scale):
    def call(self, inputs):
        outputs = inputs * self.factor
        outputs[:, 0] = 0
        return outputs


class LeavesTape(Scale):
    def call(self, inputs):
        return inputs * float(self.factor)


for kind in (Assigns, LeavesTape):
    model = Sequential([Input((1,)), kind()])
    model.compile(SGD(0.1), "mse")
    attempt(lambda model=model: model.fit(x, y, verbose=0))

# %% [markdown]
# **A name in the first place.** Old tutorials write `add_weight("kernel", ...)`.

# %%
attempt(lambda: Dense(3).add_weight("kernel", (3, 2)))

# %% [markdown]
# Any other error inside `call` tells you, beneath it, which layer was called with what:

# %%
broken = Sequential([Input((4,)), Dense(3), Lambda(lambda x: x + np.ones(5), output_shape=(3,))])
attempt(lambda: broken(np.ones((2, 4), "float32")), notes=True)

# %% [markdown]
# ## The same class in real Keras
#
# Keras compiles models, on TensorFlow, JAX or PyTorch, so `call` cannot use NumPy there. It has a NumPy of its own,
# `keras.ops`. If the formula is written with functions (`np.reshape(x, ...)`, not `x.reshape(...)` or `.T`), one line of
# imports is all that changes:
#
# ```py
# import keras
# from keras import initializers
# from keras import ops as np               # instead of: import numpy as np
# from keras.layers import Layer            # instead of: from layerlab.layers import Layer
# from keras.saving import register_keras_serializable
#
# # def squared_distances(x, prototypes): as above
# # def soft_maximum(x): as above
# # class Prototypes(Layer): as above
# ```
#
# The other differences: random numbers are `keras.random.normal(..., seed=self.seed_generator)`; `print` in `call` shows
# symbols instead of numbers; and an `if` on the *values* of an array, which works here, needs `ops.cond` or `ops.where`.
# The file that we saved above opens in Keras once the class is registered there.

# %% [markdown]
# <div style="border-left: 4px solid #D55E00; padding: 1px 16px">
#
# **What the tutorials get wrong, or leave out**
#
# - *"Lambda is used to transform the input data using an expression or function."* True, and they stop there. A `Lambda` has
#   no weights: what its function uses from outside is neither trained nor saved (first section).
# - They do not say that a saved `lambda` will not load again without `safe_mode=False`.
# - They never show a layer of one's own, although that is what `Lambda` is so often misused for.
#
# </div>
#
# <div style="border-left: 4px solid #0072B2; padding: 1px 16px">
#
# **Keras 1, 2 and 3**
#
# | | Keras 1 | Keras 2 | Keras 3 and layerlab |
# |---|---|---|---|
# | weights | `self.W = K.variable(...)`, listed by hand in `self.trainable_weights` | `self.add_weight(name=..., shape=...)` | `self.add_weight(shape=..., name=...)`; the name as a keyword |
# | shape | `get_output_shape_for(input_shape)` | `compute_output_shape(input_shape)` | the same; found by a trial if missing |
# | formula | `K.dot(...)` | `K.dot(...)` or `tf.matmul(...)` | `keras.ops.matmul(...)`; in layerlab `np.matmul(...)` |
# | a hidden weight in a `Lambda` | nothing said | a warning (`tf.keras`) | nothing said |
# | loading a `lambda` | loads, and runs whatever is in the file | from 2.13 on `safe_mode=False` is needed for `.keras` files | `safe_mode=False` is needed |
# | no `get_config` | saved without its arguments, loading fails | plain arguments are found (`tf.keras`) | plain arguments are found |
#
# </div>

# %% [markdown]
# ## Try it

# %% [markdown]
# **1. A formula.** Write a `Lambda` that gives the mean and the standard deviation of each sample, `(N, 784)` to `(N, 2)`.
#
# <details><summary>Answer</summary>
#
# ```python
# summary = Lambda(lambda x: np.stack([np.mean(x, axis=1), np.std(x, axis=1)], axis=1))
# print(summary(np.ones((5, 784), "float32")).shape, summary.compute_output_shape((None, 784)))
# ```
#
# </details>

# %%
# your turn: summary = Lambda(lambda x: ...)

# %% [markdown]
# **2. A wave that finds its frequency.** Write a layer `Sine` with three scalar weights, $y = a \sin(w x + b)$, and train it
# on $y = 2\sin(3x + 1)$. Does it always get there?
#
# <details><summary>Answer</summary>
#
# It does from a start near enough, such as `w = 2.5`. From `w = 1` it may get stuck: as a function of the frequency, the
# loss has many valleys.
#
# ```python
# class Sine(Layer):
#     def __init__(self, start=2.5, **kwargs):
#         super().__init__(**kwargs)
#         self.start = start
#
#     def build(self, input_shape):
#         for name, value in {"a": 1.0, "w": self.start, "b": 0.0}.items():
#             first = initializers.Constant(value)
#             setattr(self, name, self.add_weight(shape=(), initializer=first, name=name))
#
#     def call(self, inputs):
#         return self.a * np.sin(self.w * inputs + self.b)
#
#
# line = np.linspace(-3, 3, 200, dtype="float32")[:, None]
# model = Sequential([Input((1,)), Sine()])
# model.compile(Adam(0.05), "mse")
# model.fit(line, 2 * np.sin(3 * line + 1), epochs=60, verbose=0)
# print([round(float(weight), 2) for weight in model.weights])
# ```
#
# </details>

# %%
# your turn: class Sine(Layer): ...

# %% [markdown]
# **3. Hard or soft.** In `Prototypes.call`, take `np.max(groups, axis=-1)` instead of the soft maximum. What happens to the
# prototypes that are not the nearest one of their class at the start?
#
# <details><summary>Answer</summary>
#
# They get no gradient: a maximum sends all of it to the winner. Some stay what they were, gray noise, for good. The soft
# maximum gives every prototype a share.
#
# ```python
# scores = np.array([[-1.0, -3.0, -8.0]])
# hard = gradient(lambda x: np.sum(np.max(x, axis=-1)))(scores)
# soft = gradient(lambda x: np.sum(np.log(np.sum(np.exp(x), axis=-1))))(scores)
# print(hard[0], soft[0])
# ```
#
# </details>

# %%
# your turn: class Hard(Prototypes): ...

# %% [markdown]
# **4. A penalty of your own.** Give `Scale` an argument `price`, and let it `add_loss` of `price` times the square of its
# factor. With which price does the factor for $y = 3x$ end near 1.5 instead of 3?
#
# <details><summary>Answer</summary>
#
# The loss is $(f - 3)^2 \cdot m + \text{price} \cdot f^2$, where $m$ is the mean of $x^2$, about 1/3. It is smallest at $f =
# 3m / (m + \text{price})$, which is 1.5 for a price equal to $m$.
#
# ```python
# class Priced(Layer):
#     def __init__(self, price, **kwargs):
#         super().__init__(**kwargs)
#         self.price = price
#
#     def build(self, input_shape):
#         self.factor = self.add_weight(shape=(), initializer="ones", name="factor")
#
#     def call(self, inputs):
#         self.add_loss(self.price * self.factor**2)
#         return inputs * self.factor
#
#
# x = np.linspace(-1, 1, 64, dtype="float32")[:, None]
# model = Sequential([Input((1,)), Priced(float(np.mean(x**2)))])
# model.compile(SGD(0.1), "mse")
# model.fit(x, 3 * x, epochs=60, verbose=0)
# print(round(float(model.weights[0]), 2))
# ```
#
# </details>

# %%
# your turn: class Priced(Layer): ...

# %% [markdown]
# The exercises of this chapter, which check your answers and name the slip:
# [exercises](../exercises/10_your_own_layer.ipynb).

# %% [markdown]
# ## Five quick questions

# %% [markdown]
# **1.** When is a `Lambda` the right choice?
#
# <details><summary>Answer</summary>
#
# For a formula without weights and without randomness, best as a named, registered function.
#
# </details>

# %% [markdown]
# **2.** Why are weights made in `build` and not in `__init__`?
#
# <details><summary>Answer</summary>
#
# Their shape depends on the input's, which is known only when the layer meets its input.
#
# </details>

# %% [markdown]
# **3.** How often do `__init__`, `build` and `call` run, if a layer is used for 100 batches?
#
# <details><summary>Answer</summary>
#
# Once, once, and 100 times.
#
# </details>

# %% [markdown]
# **4.** Your layer trains, but its loss does not fall, and `model.count_params()` is smaller than you expected. What do you
# suspect?
#
# <details><summary>Answer</summary>
#
# A weight that the layer does not know: a plain array, or a variable that lives outside of it.
#
# </details>

# %% [markdown]
# **5.** Where does the gradient of your layer come from?
#
# <details><summary>Answer</summary>
#
# From the tape: it notes the NumPy calls in `call`, knows the derivative of each, and goes through them backward.
#
# </details>

# %% [markdown]
# ## Further reading
#
# - Keras guides: [Making new layers and models via subclassing](https://keras.io/guides/making_new_layers_and_models_via_subclassing/);
#   documentation: [Lambda layer](https://keras.io/api/layers/core_layers/lambda/) and
#   [the base Layer class](https://keras.io/api/layers/base_layer/).
# - T. Kohonen, *Self-Organizing Maps*, Springer 1995, on learning vector quantization: prototypes that learn, long before
#   tapes.
# - J. Snell, K. Swersky, R. Zemel, "Prototypical networks for few-shot learning", *NeurIPS* 2017: distances to prototypes
#   as the last layer.
# - D. Misra, "Mish: a self regularized non-monotonic activation function", *BMVC* 2020.
# - A. Baydin, B. Pearlmutter, A. Radul, J. Siskind, "Automatic differentiation in machine learning: a survey", *JMLR* 18
#   (2018): how tapes work.
#
# **Next:** [11 · Convolution](11_convolution.ipynb).
