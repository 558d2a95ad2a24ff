# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3 (ipykernel)
#     language: python
#     name: python3
# ---

# %% [markdown]
# # 6 · Activations
#
# **When you have finished this chapter, you can**
#
# - write the eleven activations of the tutorials, and their slopes, from memory and without overflow;
# - explain how a relu unit dies, and why a deep stack of sigmoids does not learn;
# - say why `softmax` is different from all the others;
# - choose the activation of a hidden layer and of an output layer;
# - tell apart `activation="relu"`, `Activation("relu")` and `ReLU()`.
#
# **You need** [chapter 1](01_what_is_a_layer.ipynb), and that the slope of a curve is its derivative. **Time:** 40 minutes.

# %%
import textwrap
import warnings

import matplotlib.pyplot as plt
import numpy as np

from layerlab import activations, plots
from layerlab.autodiff import Tape, check_gradients, gradient
from layerlab.datasets import mnist1d, mnist10k
from layerlab.layers import ELU, Activation, AlphaDropout, Dense, Dropout, Input, LeakyReLU, PReLU, ReLU, Softmax
from layerlab.losses import SparseCategoricalCrossentropy
from layerlab.models import Sequential
from layerlab.optimizers import Adam
from layerlab.utils import set_random_seed

np.set_printoptions(precision=4, suppress=True)
plots.use_style()

# %% [markdown]
# ## One step too long
#
# Three models learn to read digits. They differ in one word: the activation of their hidden layers. And to each of them
# the same accident happens: the very first training step is 150 times too long. After that, they train for three epochs
# as one should. (Their last layer has no activation. Its ten sums are called **logits**, and with `from_logits=True` the
# loss makes probabilities of them by itself.)

# %%
(train_pictures, y_train), (test_pictures, y_test) = mnist10k.load_data()
x_train = train_pictures.reshape(8000, 784).astype("float32") / 255
x_test = test_pictures.reshape(2000, 784).astype("float32") / 255
loss = SparseCategoricalCrossentropy(from_logits=True)


def hidden_outputs(model, x):
    """What comes out of each hidden layer, one array per layer."""
    outputs = []
    for layer in model.layers[:-1]:
        x = np.asarray(layer(x))
        outputs.append(x)
    return outputs


def accident(activation):
    """A model whose first step is 150 times too long, and its hidden outputs before, after, and after training."""
    set_random_seed(2)
    model = Sequential([Input((784,)), *(Dense(64, activation) for _ in range(3)), Dense(10)])
    states = {"before": hidden_outputs(model, x_test)}
    model.compile(Adam(0.15), loss)
    model.train_on_batch(x_train[:128], y_train[:128])
    states["after the long step"] = hidden_outputs(model, x_test)
    kernel = model.layers[0].get_weights()[0]
    model.compile(Adam(0.001), loss, metrics=["accuracy"])
    model.fit(x_train, y_train, epochs=3, batch_size=64, verbose=0)
    states["after three good epochs"] = hidden_outputs(model, x_test)
    return model, kernel, states


victims = {name: accident(name) for name in ("relu", "leaky_relu", "elu")}
accuracy = {name: model.evaluate(x_test, y_test, verbose=0)[1] for name, (model, _, _) in victims.items()}
ax = plots.bars(
    accuracy, "share of test digits read right", title="three epochs after the accident", mark=("guessing", 0.1)
)
ax.set_xlim(0, 1)
print("best to worst:", sorted(accuracy, key=accuracy.get, reverse=True))

# %% [markdown]
# **What to see:** the models with `leaky_relu` and `elu` have recovered from the accident. The one with `relu` limps. What
# happened to it? Let us look at what its units give out. Each row below is a test picture, each column one of the 192 hidden units. Blue: the
# unit gives a number other than zero.

# %%
_, kernel_after_step, states = victims["relu"]
dead = plots.unit_activity(
    {name: np.concatenate(layers, axis=1)[:200] for name, layers in states.items()}, ylabel="test picture"
)
print("before, nearly all units are alive:    ", dead["before"] < 10)
print("after the step, more than half is dead:", dead["after the long step"] > 96)
print("training has brought back:             ", "few" if dead["after three good epochs"] > 90 else "most")

# %% [markdown]
# **What to see:** before, a mixture of blue and white in every column. After the step, more than half of the columns are
# gray: these units give 0 for *every* picture shown. They are called **dead**. And three epochs of good training have not
# brought them back.
#
# Why not? A unit learns through the slope of its activation. Where relu gives 0, its slope is 0 too: change the weights
# a little, and the output stays 0, so the loss stays the same. No slope, no gradient; no gradient, no step. In the first
# layer you can check it bit by bit.

# %%
relu_model = victims["relu"][0]
first = relu_model.layers[0]
silent = (np.asarray(x_train @ kernel_after_step) + first.get_weights()[1] <= 0).all(axis=0)
moved = (first.get_weights()[0] != kernel_after_step).any(axis=0)
print("units of layer 1 that are silent for all 8,000 training pictures, at least 20:", silent.sum() >= 20)
print("of these, units with a weight that has moved in three epochs:", moved[silent].sum())
print("of the others:", "all" if moved[~silent].all() else "not all")

# %% [markdown]
# Not one weight has moved, in three epochs, by a single bit. `leaky_relu` and `elu` give small negative numbers instead
# of 0, and have a slope there. Their units can climb back.
#
# So it matters a great deal what an activation does, and even more what its *slope* does. That is the plan of this
# chapter: for every activation look at the curve, then at the slope.

# %% [markdown]
# ## What an activation is
#
# A unit adds up its weighted inputs, adds the bias, and passes the sum through a function. Tutorials write it so:
#
# `result = Activation(SUMOF(input * weight) + bias)`
#
# The function is the activation. It acts on each sum by itself: on an array of any shape, number by number. (All but
# `softmax`, as you will see.)
#
# "An activation finds whether a neuron is activated or not", you can read. If it did, it would answer yes or no. That is
# a step function, and nobody trains with it: its slope is 0 everywhere, so all of its units are dead from birth.


# %%
def step(x):
    return np.where(x > 0, 1.0, 0.0)


drawn = plots.activation_curves({"step": step, "linear": activations.linear, "relu": activations.relu})
for name, (_, slopes) in drawn.items():
    print(f"{name:7} slopes that occur: {np.unique(slopes)}")

# %% [markdown]
# **What to see:** the solid line is the function, the dashed one its derivative, that is its slope. The step has none.
# `linear` has the slope 1 everywhere: it "does nothing", as the tutorial says, and it is what you get when you leave
# `activation` out. `relu` has the slope 0 or 1. It does not say *whether* a unit is active, but *how much*.
#
# ## The gallery
#
# Here are the eleven activations of the tutorials, and `leaky_relu`. Because `softmax` needs more than one sum, its panel
# shows the first of two units while the sum of the other is 0. The dashed lines are not drawn from formulas: layerlab's tape
# has differentiated the functions ([appendix A](A_how_a_layer_learns.ipynb) shows how).

# %%
names = ["linear", "relu", "elu", "selu", "softplus", "softsign", "tanh", "sigmoid", "hard_sigmoid", "exponential"]
gallery = {name: activations.get(name) for name in [*names, "leaky_relu"]}
gallery["softmax of (x, 0)"] = lambda x: activations.softmax(np.stack([x, 0 * x], axis=-1))[..., 0]
drawn = plots.activation_curves(gallery, columns=4)
for name, (values, slopes) in drawn.items():
    print(f"{name:17} largest slope {slopes.max():7.4f}   outputs below 0: {bool((values < 0).any())}")

# %% [markdown]
# **What to see:** three families. *Ramps* (`relu`, `elu`, `selu`, `softplus`) have the slope 1, or nearly so, on the right, and
# flatten on the left. *S-curves* (`softsign`, `tanh`, `sigmoid`, `hard_sigmoid`) flatten on both sides. `linear` and
# `exponential` never flatten on the right. Compare the heights of the dashed lines: `sigmoid` never gets above 0.25.
#
# As formulas, with the slope beside:
#
# | name | $f(x)$ | $f'(x)$ | range |
# |---|---|---|---|
# | `linear` | $x$ | $1$ | $(-\infty, \infty)$ |
# | `relu` | $\max(x, 0)$ | $1$ if $x > 0$, else $0$ | $[0, \infty)$ |
# | `elu` | $x$ if $x > 0$, else $\alpha(e^x - 1)$, $\alpha = 1$ | $1$ if $x > 0$, else $\alpha e^x$ | $(-1, \infty)$ |
# | `selu` | $\lambda\,\mathrm{elu}(x)$ with $\alpha = 1.6733$, $\lambda = 1.0507$ | $\lambda$ if $x > 0$, else $\lambda\alpha e^x$ | $(-1.7581, \infty)$ |
# | `softplus` | $\log(1 + e^x)$ | $\mathrm{sigmoid}(x)$ | $(0, \infty)$ |
# | `softsign` | $x / (1 + \lvert x\rvert)$ | $1 / (1 + \lvert x\rvert)^2$ | $(-1, 1)$ |
# | `tanh` | $(e^x - e^{-x}) / (e^x + e^{-x})$ | $1 - f(x)^2$ | $(-1, 1)$ |
# | `sigmoid` | $1 / (1 + e^{-x})$ | $f(x)\,(1 - f(x))$ | $(0, 1)$ |
# | `hard_sigmoid` | $x/6 + 1/2$, cut off at 0 and 1 | $1/6$ for $\lvert x\rvert < 3$, else $0$ | $[0, 1]$ |
# | `exponential` | $e^x$ | $e^x$ | $(0, \infty)$ |
# | `softmax` | $e^{x_i} / \sum_j e^{x_j}$ | (of all $x_j$: see below) | $(0, 1)$, sum 1 |
#
# Each formula is a line of NumPy. Write them down before you look.

# %%
mine = {
    "linear": lambda x: x,
    "relu": lambda x: np.maximum(x, 0),
    "elu": lambda x: np.where(x > 0, x, np.exp(x) - 1),
    "selu": lambda x: 1.0507009873554805 * np.where(x > 0, x, 1.6732632423543772 * (np.exp(x) - 1)),
    "softplus": lambda x: np.log(1 + np.exp(x)),
    "softsign": lambda x: x / (1 + np.abs(x)),
    "tanh": lambda x: (np.exp(x) - np.exp(-x)) / (np.exp(x) + np.exp(-x)),
    "sigmoid": lambda x: 1 / (1 + np.exp(-x)),
    "hard_sigmoid": lambda x: np.clip(x / 6 + 0.5, 0, 1),
    "exponential": np.exp,
}

# %%
x = np.linspace(-5, 5, 100)
for name, function in mine.items():
    same = np.allclose(function(x), activations.get(name)(x))
    worst = check_gradients(activations.get(name), x)
    print(f"{name:12} the same: {same}   slope agrees with a small wiggle: {worst < 1e-6}")

# %% [markdown]
# The slope is the steepness of the tangent. Below, the green line is the tangent at the green point, and its steepness is the
# height of the red point on the dashed line.

# %%
drawn = plots.activation_curves(["tanh", "sigmoid", "elu"], at=1.0)
slopes = {name: gradient(activations.get(name))(np.array(1.0)) for name in drawn}
print({name: round(float(slope), 4) for name, slope in slopes.items()})

# %% [markdown]
# **What to see:** at 1, the tangent of `elu` lies on the curve itself. That of `sigmoid` is nearly flat already. Move the point:
# find the place where the slope of `sigmoid` is largest, and one where `tanh` has practically none.

# %% tags=["nbval-ignore-output"]
from ipywidgets import interact


def draw(name="sigmoid", at=1.0):
    """One activation with its slope, and the tangent at a point."""
    plots.activation_curves([name], at=at)
    plt.show()


control = interact(draw, name=[*names, "leaky_relu", "gelu", "silu", "mish"], at=(-4.0, 4.0, 0.25))

# %% [markdown]
# ## Slopes multiply
#
# In a stack of layers, the gradient of an early weight is a product: every layer on the way back to it multiplies by its
# slope and its weights. The largest slope of `sigmoid` is 1/4. So twenty layers of it multiply by at most

# %%
print(f"(1/4)^20 = {0.25**20:.1e}")

# %% [markdown]
# and by less in fact, since not every sum is 0. Here is the length of the gradient of each kernel in stacks of twenty hidden
# layers, before any training.


# %%
def gradient_lengths(activation, initializer, depth=20):
    """The length of the gradient of each hidden kernel, for 128 digits."""
    set_random_seed(0)
    hidden = [Dense(64, activation, kernel_initializer=initializer) for _ in range(depth)]
    model = Sequential([Input((784,)), *hidden, Dense(10)])
    with Tape() as tape:
        value = loss(y_train[:128], model(x_train[:128]))
    return [float(np.linalg.norm(g)) for g in tape.gradient(value, [layer.kernel for layer in hidden])]


kinds = {"sigmoid": "glorot_uniform", "tanh": "glorot_uniform", "selu": "lecun_normal", "relu": "he_normal"}
lengths = {f"{name}, {start}": gradient_lengths(name, start) for name, start in kinds.items()}
ax = plots.curves(np.arange(1, 21), lengths, xlabel="hidden layer", ylabel="length of the gradient")
ax.set(yscale="log", title="who hears what the loss says?", xticks=[1, 5, 10, 15, 20])
sigmoid = lengths["sigmoid, glorot_uniform"]
print("sigmoid: layer 1 gets less than a billionth of what layer 20 gets:", sigmoid[0] < 1e-9 * sigmoid[-1])
for label, values in list(lengths.items())[1:]:
    print(f"{label}: largest and smallest within a factor of 10:", max(values) < 10 * min(values))

# %% [markdown]
# **What to see:** the vertical axis counts in powers of ten. With `sigmoid` the gradient becomes about four times smaller at each
# layer on its way back. The first layers do not hear the loss: they stay as random as they were. This is the **vanishing
# gradient**. `tanh`, whose slope reaches 1, and ramps with a fitting initializer ([chapter 3](03_initializers.ipynb)) pass it on. (The
# lines of `tanh` and `relu` lie upon each other.)
#
# Both troubles have one cause, a slope near 0 where the sums fall: dead relu units lose it at once, sigmoids a little at each
# layer.
#
# ## Formulas that overflow
#
# The formulas above are right on paper. In a computer, `exp` of a large number is infinite: in float32 (the type of all
# weights here) it ends above 88. Watch the naive versions.


# %%
def naive_softmax(x):
    return np.exp(x) / np.sum(np.exp(x))


def report(function, x):
    """Print what a function gives, and what NumPy complains about."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        values = np.asarray(function(x))
    complaints = sorted({str(warning.message).split(" in ")[0] for warning in caught})
    print(f"{function.__name__:15} {values}  {', '.join(complaints)}")


def naive_softplus(x):
    return np.log(1 + np.exp(x))


large = np.array([-100, 0, 100], dtype="float32")
report(naive_softmax, large)
report(naive_softplus, large)

# %% [markdown]
# `nan` means "not a number", here infinity divided by infinity. One `nan` in a loss, and after the next step every weight
# is `nan`. The remedy is not more digits, but another way to write the same formula:
#
# - $\mathrm{softmax}(x) = \mathrm{softmax}(x - c)$ for any number $c$: the factor $e^{-c}$ cancels. Take $c = \max x$; then
#   no exponent is above 0.
# - $\log(1 + e^x) = \max(x, 0) + \log(1 + e^{-|x|})$: for large $x$ it is $x$ plus almost nothing.
# - $1 / (1 + e^{-x}) = e^{x} / (1 + e^{x})$: use the left for positive $x$ and the right for negative, and the exponent is never
#   above 0.


# %%
def softmax(x):
    powers = np.exp(x - np.max(x, axis=-1, keepdims=True))
    return powers / np.sum(powers, axis=-1, keepdims=True)


def softplus(x):
    return np.maximum(x, 0) + np.log1p(np.exp(-np.abs(x)))


def sigmoid(x):
    power = np.exp(-np.abs(x))
    return np.where(x >= 0, 1, power) / (1 + power)


for function in (softmax, softplus, sigmoid):
    report(function, large)
    same = np.allclose(function(large), activations.get(function.__name__)(large))
    print(f"{'':15} the same as layerlab's: {same}")

# %% [markdown]
# `np.log1p(u)` is $\log(1 + u)$, exact also for tiny $u$. Only `exponential` cannot be saved: its values *are* that large.

# %%
print("exponential of 88 and 89, float32: ", activations.exponential(np.array([88, 89], dtype="float32")))
print("exponential of 709 and 710, float64:", activations.exponential(np.array([709.0, 710.0])))

(signals, classes), (test_signals, test_classes) = mnist1d.load_data()
deep = [Dense(64, "exponential") for _ in range(5)]
with np.errstate(all="ignore"):
    outputs = Sequential([Input((40,)), *deep])(signals)
print("five layers of it, untrained, on real data, all outputs finite:", bool(np.isfinite(outputs).all()))

# %% [markdown]
# So keep `exponential` for an output layer that has to be positive, such as a rate or a scale. In hidden layers it blows
# up.
#
# ## Softmax couples the units
#
# All other activations treat each unit alone. `softmax` divides by the sum over *all* units of the last axis, so that the
# outputs are positive and add up to 1, like probabilities. Raise the sum of one unit, and the outputs of all others fall.

# %%
sums = np.array([1.0, 0.0, -1.0])
moving = np.linspace(-4, 6, 101)
inputs = np.stack([moving, np.zeros(101), np.full(101, -1.0)], axis=1)
outputs = activations.softmax(inputs)
shares = {"unit 0 (moves)": outputs[:, 0], "unit 1 (sum 0)": outputs[:, 1], "unit 2 (sum -1)": outputs[:, 2]}
plots.curves(
    moving, shares, xlabel="sum of unit 0", ylabel="output", title="only the sum of unit 0 moves, all outputs change"
)
print("outputs add up to 1:", np.allclose(outputs.sum(axis=1), 1))

# %% [markdown]
# **What to see:** the three curves add up to 1 at every place. Units 1 and 2 fall, though their own sums stand still. But
# they keep their proportion: one is always $e^{0 - (-1)} = 2.718$ times the other.
#
# So the slope is not a number but a table: how output $i$ changes with sum $j$. It is called the Jacobian:
#
# $$\frac{\partial p_i}{\partial x_j} = p_i\,(\delta_{ij} - p_j) \qquad (\delta_{ij} = 1 \text{ if } i = j \text{, else } 0)$$

# %%
p = activations.softmax(sums)
by_formula = np.diag(p) - np.outer(p, p)
by_tape = np.stack([gradient(lambda x, i=i: activations.softmax(x)[i])(sums) for i in range(3)])
print(by_formula)
print("the same by the tape:", np.allclose(by_formula, by_tape))
print("of tanh, only the diagonal is not 0:")
print(np.stack([gradient(lambda x, i=i: np.tanh(x)[i])(sums) for i in range(3)]))

# %% [markdown]
# Three things follow.
#
# **A single unit with softmax is always 1.** It is 100 % of itself. Nothing can be learned, and Keras (like layerlab)
# warns. For yes or no, take one unit with `sigmoid`.

# %%
with warnings.catch_warnings(record=True) as caught:
    warnings.simplefilter("always")
    single = Sequential([Input((784,)), Dense(1, activation="softmax")])
    outputs = np.asarray(single(x_test))
print("outputs that occur:", np.unique(outputs))
print(textwrap.fill(str(caught[-1].message), 100))

# %% [markdown]
# **Two units with softmax are one unit with sigmoid.** Only the difference of the two sums counts:
# $e^{a} / (e^{a} + e^{b}) = 1 / (1 + e^{-(a - b)})$.

# %%
pairs = np.random.default_rng(0).normal(size=(5, 2))
print(activations.softmax(pairs)[:, 0])
print(activations.sigmoid(pairs[:, 0] - pairs[:, 1]))

# %% [markdown]
# **The axis matters.** The default is `axis=-1`, the units. Over axis 0 the *samples* of the batch would share out 100 %
# among themselves: the answer for one picture would depend on which others are in the batch.

# %%
scores = np.random.default_rng(1).normal(size=(4, 3))
print("axis=-1, sums of the rows:", activations.softmax(scores).sum(axis=1))
print("axis=0,  sums of the rows:", activations.softmax(scores, axis=0).sum(axis=1))
print("as a layer, the same as axis=-1:", np.allclose(Softmax()(scores), activations.softmax(scores), atol=1e-6))

# %% [markdown]
# ## One name, two formulas: hard_sigmoid
#
# `hard_sigmoid` is a sigmoid made of three straight lines: cheap, and with slope exactly 0 on both sides. The tutorials do
# not give its formula, and it has changed: Keras 2 computes $0.2x + 0.5$, Keras 3 computes $x/6 + 0.5$, both cut off at 0
# and 1. A model trained with one and run with the other gives different answers, and no message.

# %%
x = np.linspace(-4, 4, 401)
lines = {
    "sigmoid": activations.sigmoid(x),
    "hard_sigmoid, Keras 3": activations.hard_sigmoid(x),
    "hard_sigmoid, Keras 2": activations.hard_sigmoid_keras2(x),
}
plots.curves(x, lines, title="three straight lines instead of a curve")
one = np.array([1.0])
print(f"at 1: Keras 3 {activations.hard_sigmoid(one)[0]:.5f}, Keras 2 {activations.hard_sigmoid_keras2(one)[0]:.5f}")

# %% [markdown]
# **What to see:** the older formula is steeper, and reaches 0 and 1 at -2.5 and 2.5; the newer one at -3 and 3. Outside of that,
# both have slope 0: units can get stuck there like dead relu units.

# %% [markdown]
# ## selu keeps its balance
#
# `selu` is an `elu` with two odd constants, $\lambda = 1.0507$ and $\alpha = 1.6733$. They are chosen so that numbers with
# mean 0 and standard deviation 1 come out of the layer with mean 0 and standard deviation 1 again, and numbers that
# have strayed are pulled back. It works if the kernel starts with variance 1/inputs: that is `lecun_normal`. Follow the
# standard deviation through forty layers.


# %%
def spread_by_layer(activation, initializer, disturb=None, depth=40):
    """The standard deviation of the outputs after each of 40 layers of 256 units."""
    set_random_seed(0)
    values = np.random.default_rng(0).normal(size=(300, 256)).astype("float32")
    spreads = []
    for _ in range(depth):
        values = Dense(256, activation, kernel_initializer=initializer)(values)
        values = values if disturb is None else disturb(values, training=True)
        spreads.append(float(np.std(values)))
    return spreads


runs = {
    "selu, lecun_normal": spread_by_layer("selu", "lecun_normal"),
    "selu, he_normal": spread_by_layer("selu", "he_normal"),
    "elu, lecun_normal": spread_by_layer("elu", "lecun_normal"),
    "relu, lecun_normal": spread_by_layer("relu", "lecun_normal"),
}
ax = plots.curves(np.arange(1, 41), runs, xlabel="layer", ylabel="standard deviation")
ax.set(yscale="log", title="forty layers, nothing trained")
for name, spreads in runs.items():
    print(f"{name:19} stays between 0.9 and 1.1: {min(spreads) > 0.9 and max(spreads) < 1.1}")

# %% [markdown]
# **What to see:** one line stays at 1. With another initializer, or another activation, the numbers grow or shrink from
# layer to layer. So `selu` alone, as the tutorials show it, is half of the recipe: `Dense` starts with `glorot_uniform`, whose
# variance is $2/(\text{inputs} + \text{units})$. In a layer as wide as its input, that happens to be the same.

# %%
for inputs, units in [(256, 256), (784, 512), (784, 64)]:
    print(f"{inputs} -> {units:3}: variance lecun_normal {1 / inputs:.5f}, glorot_uniform {2 / (inputs + units):.5f}")

# %% [markdown]
# The other half concerns dropout ([chapter 8](08_dropout.ipynb)). It sets outputs to 0, and 0 is not what `selu` gives for
# very negative sums: that is $-\lambda\alpha = -1.7581$. `AlphaDropout` uses this value, and rescales.

# %%
plain = spread_by_layer("selu", "lecun_normal", Dropout(0.2, seed=0))
alpha = spread_by_layer("selu", "lecun_normal", AlphaDropout(0.2, seed=0))
print(f"selu of -100: {activations.selu(np.array([-100.0]))[0]:.4f}")
print("with Dropout(0.2), all forty between 0.9 and 1.1:     ", min(plain) > 0.9 and max(plain) < 1.1)
print("with AlphaDropout(0.2), all forty between 0.9 and 1.1:", min(alpha) > 0.9 and max(alpha) < 1.1)

# %% [markdown]
# ## Three ways to say it
#
# `activation="relu"` in a layer, an `Activation("relu")` layer behind it, or the function itself: all the same. The string
# is looked up in `layerlab.activations`. The tutorials import `Activation` in every example and never use it; this is
# what it is for.

# %%
weights = [np.random.default_rng(0).normal(size=(784, 5)), np.zeros(5)]
ways = {
    "a string": [Dense(5, activation="relu")],
    "a function": [Dense(5, activation=activations.relu)],
    "a layer as activation": [Dense(5, activation=ReLU())],
    "an Activation layer": [Dense(5), Activation("relu")],
    "a ReLU layer": [Dense(5), ReLU()],
}
answers = []
for label, layers in ways.items():
    model = Sequential([Input((784,)), *layers])
    model.set_weights(weights)
    answers.append(np.asarray(model(x_test[:50])))
    print(f"{label:22} the same: {np.array_equal(answers[0], answers[-1])}, layers: {len(model.layers)}")

# %% [markdown]
# A separate layer is useful when something has to come between the sum and the activation, such as a
# `BatchNormalization`, or when the activation has arguments. Some have a layer of their own:
#
# | layer | below 0 | note |
# |---|---|---|
# | `ReLU(max_value=None, negative_slope=0.0, threshold=0.0)` | `negative_slope * (x - threshold)` | `max_value=6` is "relu6" |
# | `LeakyReLU(negative_slope=0.3)` | `0.3 x` | the *function* `leaky_relu` has the slope 0.2 |
# | `PReLU()` | `alpha * x` | `alpha` is learned, one number per unit |
# | `ELU(alpha=1.0)` | `alpha * (exp(x) - 1)` | |
# | `Softmax(axis=-1)` | | |

# %%
x = np.array([[-2.0, 0.5, 9.0]])
learned = PReLU(alpha_initializer="ones")
for layer in (ReLU(max_value=6.0), ReLU(negative_slope=0.1, threshold=1.0), LeakyReLU(), learned, ELU(alpha=2.0)):
    print(f"{type(layer).__name__:10}", np.asarray(layer(x)))
print("the function leaky_relu", activations.leaky_relu(x))
print("PReLU has", learned.count_params(), "weights here, with alpha = 1 it is linear")

# %% [markdown]
# A name that does not exist is refused when the layer is made, not when it is used:

# %%
try:
    Dense(512, activation="reul")
except ValueError as error:
    print(f"ValueError: {error}")

# %% [markdown]
# And here are the eleven examples of the tutorial, all of the form `Dense(512, activation='...', input_shape=(784,))`. They
# run, in Keras 3 and here, with a warning about `input_shape` ([chapter 2](02_input_shape.ipynb)).

# %%
listed = ["linear", "elu", "selu", "relu", "softmax", "softplus", "softsign", "tanh", "sigmoid", "hard_sigmoid"]
for name in [*listed, "exponential"]:
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        model = Sequential()
        model.add(Dense(512, activation=name, input_shape=(784,)))
    outputs = np.asarray(model(x_test[:100]))
    print(f"{name:12} outputs below 0: {bool((outputs < 0).any())!s:5}  warnings: {len(caught)}")

# %% [markdown]
# ## Which one to choose
#
# Let the data speak. The signals of MNIST-1D, used above, are 40 numbers each, of ten classes. All eleven in a model with two hidden layers,
# the same seed, eight epochs. Then four of them in a model with six.


# %%
def score(activation, depth):
    """The share of test signals read right by a model with some hidden layers of one activation."""
    set_random_seed(0)
    hidden = [Dense(64, activation) for _ in range(depth)]
    model = Sequential([Input((40,)), *hidden, Dense(10, activation="softmax")])
    model.compile(Adam(0.005), "sparse_categorical_crossentropy", metrics=["accuracy"])
    model.fit(signals, classes, epochs=8, batch_size=160, verbose=0)
    return model.evaluate(test_signals, test_classes, verbose=0)[1]


shallow = {name: score(name, depth=2) for name in [*listed, "exponential"]}
deep = {name: score(name, depth=6) for name in ("relu", "selu", "tanh", "sigmoid")}
figure, axes = plt.subplots(1, 2, figsize=(8, 3.9), layout="constrained")
share = "share of test signals read right"
plots.bars(shallow, share, title="two hidden layers", ax=axes[0]).set_xlim(0, 0.8)
plots.bars(deep, share, title="six hidden layers", ax=axes[1]).set_xlim(0, 0.8)
ramps = [shallow[name] for name in ("relu", "elu", "selu", "tanh")]
print("relu, elu, selu and tanh beat linear by 10 points or more:", min(ramps) > shallow["linear"] + 0.1)
print("softmax as a hidden activation is the worst:", min(shallow, key=shallow.get) == "softmax")
print("sigmoid is less than 5 points away from linear:", abs(shallow["sigmoid"] - shallow["linear"]) < 0.05)
print("six layers: relu and tanh beat sigmoid by 10 points:", min(deep["relu"], deep["tanh"]) > deep["sigmoid"] + 0.1)

# %% [markdown]
# **What to see:** without a bend (`linear`) the hidden layers are of no use. Between the good ones the differences are
# small: other seeds would order them anew. The bad ones are bad for reasons you now know. `softmax` forces 64 units to share
# a total of 1, so each gets next to nothing. And the sigmoids learn slowly, with a slope of 1/4 at best: in eight epochs they
# have not got past `linear`, and with six layers neither.
#
# | where | take | because |
# |---|---|---|
# | hidden layers, to begin with | `relu`, kernels from `he_normal` | cheap, slope 1; watch for dead units |
# | when units die, or steps are large | `leaky_relu`, `elu` | slope on both sides |
# | deep stacks of dense layers | `selu`, `lecun_normal`, `AlphaDropout` | keeps mean 0 and spread 1 |
# | output: any number | `linear` (leave it out) | no limits |
# | output: one yes or no | 1 unit, `sigmoid` | a probability |
# | output: one of several classes | one unit each, `softmax` | probabilities that add up to 1 |
# | output: several yes-or-no at once | one unit each, `sigmoid` | they need not add up to 1 |
# | output: a positive number | `softplus`, or `exponential` | `softplus` grows more gently |
# | output: between -1 and 1 | `tanh` | `softsign` too; it approaches the limits more slowly |

# %% [markdown]
# <div style="border-left: 4px solid #D55E00; padding: 1px 16px">
#
# **What the tutorials get wrong, or leave out**
#
# - *"Used to find whether a specific neuron is activated or not."* Only a step does that, and with a step nothing can
#   learn: its slope is 0. The others say how much.
# - *"Thus enable the neurons to learn better."* Not any activation does. With a hidden `softmax` the model of the last
#   section learned worse than with none (`linear`).
# - `result = Activation(SUMOF(input * weight) + bias)` is right per unit, for all but `softmax`, which needs the sums of all
#   units.
# - They show `softmax` in a first layer of 512 units, like any other. It belongs in the output.
# - `selu` is shown without `lecun_normal`: half of its recipe.
# - `hard_sigmoid` is shown without its formula, which is not the same in Keras 2 and 3.
# - `exponential` is shown without a word about overflow: infinite above 88.
# - Slopes, dead units, vanishing gradients: not mentioned. They are what the choice is about.
#
# </div>

# %% [markdown]
# <div style="border-left: 4px solid #0072B2; padding: 1px 16px">
#
# **Keras 1, 2 and 3**
#
# | | Keras 1 | Keras 2 | Keras 3 |
# |---|---|---|---|
# | `hard_sigmoid(1)` | 0.7 | 0.7 | 0.66667 |
# | slope of `relu` below 0 | `relu(x, alpha=0.1)` | `relu(x, alpha=0.1)` | `relu(x, negative_slope=0.1)`; `alpha` is refused |
# | `LeakyReLU` | `LeakyReLU(alpha=0.3)` | `LeakyReLU(alpha=0.3)` | `LeakyReLU(negative_slope=0.3)`; `alpha` works, with a warning |
# | `selu`, `exponential` | no | yes, after the first versions | yes |
# | `mish`, `leaky_relu` as strings | no | in the last versions | yes |
#
# layerlab follows Keras 3, and has the older formula as `activations.hard_sigmoid_keras2`.
#
# </div>

# %% [markdown]
# ## Try it

# %% [markdown]
# **1. A unit that dies on command.** Take `layer = Dense(3, activation="relu")` on inputs that are never negative, such as the
# digits. Set its weights so that all three units are dead. Then show that the gradient of the kernel is 0.
#
# <details><summary>Answer</summary>
#
# ```python
# digits = np.random.default_rng(0).uniform(size=(20, 784)).astype("float32")
# layer = Dense(3, activation="relu")
# layer.build((None, 784))
# layer.set_weights([-np.ones((784, 3)), np.zeros(3)])
# with Tape() as tape:
#     total = np.sum(layer(digits))
# assert not tape.gradient(total, layer.kernel).any()
# ```
#
# Any kernel without positive numbers does it; a bias of -1000 does it, too.
#
# </details>

# %%
# your turn: layer.build((None, 784)), then layer.set_weights([..., ...])

# %% [markdown]
# **2. Temperature.** Softmax of `scores / t` for `t` = 0.1, 1 and 10: what happens to the probabilities? And for very small and
# very large `t`?
#
# <details><summary>Answer</summary>
#
# ```python
# scores = np.array([2.0, 1.0, 0.0])
# for t in (0.1, 1.0, 10.0):
#     print(t, activations.softmax(scores / t))
# ```
#
# A low temperature gives nearly everything to the largest, a high one shares evenly. This is how language models are
# made more daring, or less.
#
# </details>

# %%
# your turn: activations.softmax(scores / t)

# %% [markdown]
# **3. Your own activation.** `swish` is $x \cdot \mathrm{sigmoid}(x)$. Write it with NumPy, draw it beside `relu` with
# `plots.activation_curves`, and use it in a `Dense` layer. Is there a name for it already?
#
# <details><summary>Answer</summary>
#
# ```python
# def swish(x):
#     return x / (1 + np.exp(-x))
#
#
# plots.activation_curves({"swish": swish, "relu": activations.relu})
# Dense(3, activation=swish)(np.ones((1, 4)))
# assert np.allclose(swish(np.ones(2)), activations.get("swish")(np.ones(2)))
# ```
#
# Yes: `"swish"`, or `"silu"`. A function written with NumPy needs nothing else: the tape differentiates it.
#
# </details>

# %%
# your turn: def swish(x): ...

# %% [markdown]
# **4. Revive the dead.** Run `accident("relu")` with the kernels started by `he_normal`, or with a step of 0.05 instead of
# 0.15. When do fewer units die?
#
# <details><summary>Answer</summary>
#
# The shorter the step, the fewer units end up so far on the negative side that no picture reaches them. A few still die:
# that is common, and harmless, as long as enough are left. With `clipnorm` in the optimizer, or with a learning rate that
# starts small and grows ("warm-up"), long first steps do not happen.
#
# </details>

# %%
# your turn: change `accident`, and count with plots.unit_activity

# %% [markdown]
# The exercises of this chapter, which check your answers and name the slip:
# [exercises](../exercises/06_activations.ipynb).

# %% [markdown]
# ## Five quick questions

# %% [markdown]
# **1.** What is the largest slope of `sigmoid`, and where is it?
#
# <details><summary>Answer</summary>
#
# 1/4, at 0.
#
# </details>

# %% [markdown]
# **2.** Why can a dead relu unit of the first layer not come back?
#
# <details><summary>Answer</summary>
#
# Its output is 0 and its slope is 0 for every sample, so its weights have gradient 0 and never move. The inputs do not
# change either. (In later layers the inputs do change, so a unit may be lucky.)
#
# </details>

# %% [markdown]
# **3.** What does `Dense(1, activation="softmax")` give?
#
# <details><summary>Answer</summary>
#
# Always 1.
#
# </details>

# %% [markdown]
# **4.** Why is the maximum subtracted before softmax takes powers? Does it change the result?
#
# <details><summary>Answer</summary>
#
# So that no exponent is above 0 and nothing overflows. The result stays the same: the common factor cancels.
#
# </details>

# %% [markdown]
# **5.** A model says which of five symptoms a patient has; it may be several at once. What is its output layer?
#
# <details><summary>Answer</summary>
#
# `Dense(5, activation="sigmoid")`: five separate yes-or-no answers. With `softmax` they would have to share 100 %.
#
# </details>

# %% [markdown]
# ## Further reading
#
# - Keras documentation: [Layer activation functions](https://keras.io/api/layers/activations/), all names and arguments.
# - X. Glorot, A. Bordes, Y. Bengio, "Deep sparse rectifier neural networks", *AISTATS* 2011: relu, and why zeros help.
# - S. Hochreiter, "The vanishing gradient problem during learning recurrent neural nets and problem solutions",
#   *International Journal of Uncertainty, Fuzziness and Knowledge-Based Systems* 6 (1998) 107–116.
# - D.-A. Clevert, T. Unterthiner, S. Hochreiter, [ELU](https://arxiv.org/abs/1511.07289), *ICLR* 2016.
# - G. Klambauer, T. Unterthiner, A. Mayr, S. Hochreiter,
#   [Self-normalizing neural networks](https://arxiv.org/abs/1706.02515), *NeurIPS* 2017: where selu's two constants come from.
# - K. He, X. Zhang, S. Ren, J. Sun, [Delving deep into rectifiers](https://arxiv.org/abs/1502.01852), *ICCV* 2015: `PReLU` and
#   the initializer for ramps.
#
# **Next:** [7 · Dense](07_dense.ipynb).
