# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3 (ipykernel)
#     language: python
#     name: python3
# ---

# %% [markdown]
# # A · How a layer learns
#
# **When you have finished this chapter, you can**
#
# - find the gradient of any formula by the chain rule, on paper and with a tape of a dozen lines;
# - read the graph that a tape recorded, and say what travels along its arrows on the way back;
# - put the parts of a training step in their order: loss, penalty, gradient, update, constraint;
# - write SGD, momentum and Adam, and see how they differ;
# - train a model with a loop of your own, and say what has no gradient.
#
# **You need** [chapter 1](01_what_is_a_layer.ipynb), and the derivative of $x^2$. **Time:** 40 minutes.

# %%
import textwrap
from functools import partial

import matplotlib.pyplot as plt
import numpy as np

from layerlab import plots
from layerlab.autodiff import Tape, check_gradients, primitive, stop_gradient, value_and_grad
from layerlab.autodiff import gradient as gradient_of
from layerlab.constraints import MaxNorm
from layerlab.datasets import mnist10k
from layerlab.layers import Dense, Input
from layerlab.losses import SparseCategoricalCrossentropy
from layerlab.models import Sequential
from layerlab.optimizers import SGD, Adam
from layerlab.regularizers import L2
from layerlab.utils import set_random_seed
from layerlab.variables import Variable

np.set_printoptions(precision=4, suppress=True)
plots.use_style()

# %% [markdown]
# ## 2,416 looks, or one walk
#
# The model of chapter 1 has 1,208 weights. A training step needs the **gradient**: for each weight, how fast the loss
# grows when this weight grows. Chapter 1 found it by wiggling: nudge a weight up, look at the loss, nudge it down, look
# again. Two looks for each weight. Here are all of them.

# %%
set_random_seed(7)
model = Sequential([Input((16,)), Dense(32, "relu"), Dense(16, "relu"), Dense(8)])
weights = [weight.astype("float64") for weight in model.get_weights()]
rng = np.random.default_rng(0)
x, y = rng.normal(size=(5, 16)), rng.normal(size=(5, 8))
looks = 0


def loss_of(w1, b1, w2, b2, w3, b3):
    """The mean squared error of the model, in plain NumPy."""
    global looks
    looks += 1
    hidden = np.maximum(np.maximum(x @ w1 + b1, 0) @ w2 + b2, 0)
    return np.mean((hidden @ w3 + b3 - y) ** 2)


def wiggle(arrays, step=1e-6):
    gradients = [np.zeros_like(array) for array in arrays]
    for array, gradient in zip(arrays, gradients, strict=True):
        for place in np.ndindex(array.shape):
            kept = array[place]
            array[place] = kept + step
            above = loss_of(*arrays)
            array[place] = kept - step
            gradient[place] = (above - loss_of(*arrays)) / (2 * step)
            array[place] = kept
    return gradients


wiggled = wiggle(weights)
print(f"weights: {sum(array.size for array in weights):,}, looks at the loss: {looks:,}")

# %% [markdown]
# And here is the same gradient from **one** look at the loss, and one walk back from it.

# %%
looks = 0
with Tape(persistent=True) as tape:
    watched = [tape.watch(array) for array in weights]
    loss = loss_of(*watched)
walked = tape.gradient(loss, watched)
agree = [np.allclose(a, b, atol=1e-7) for a, b in zip(wiggled, walked, strict=True)]
print("looks at the loss:", looks)
print("the same gradient, for all six arrays:", all(agree))
pictures = {"2,416 looks": wiggled[0], "one look, one walk back": walked[0]}
title = "gradient of the first kernel, twice"
axes = plots.tables(pictures, title=title, label="gradient", xlabel="unit", ylabel="input")
off = (x @ weights[0] + weights[1] <= 0).all(axis=0)
print("units that are off for all samples:", off.sum(), "- their gradients are 0:", not walked[0][:, off].any())

# %% [markdown]
# **What to see:** the same picture twice. A cell tells which way its weight should go: against its color. (One
# column is white. This unit is off for all five samples: its weights do not move the loss, so their gradient is 0.)
#
# The walk back costs a few times as much as one look, no matter how many weights there are (Griewank and Walther, below,
# prove it). A model with a million weights can only learn because of this. How can one walk know 1,208 answers?
#
# ## The chain rule
#
# Take the smallest network there is: one number in, one weight. Multiply by 3, take the tanh, subtract the target 1, square
# the rest. Four steps, each so simple that you know its slope.

# %%
chain = {"times 3": lambda v: 3 * v, "tanh": np.tanh, "minus 1": lambda v: v - 1, "square": lambda v: v**2}
slopes = plots.chain_rule(chain, 0.2, title="there, and back again")


def whole(v):
    return (np.tanh(3 * v) - 1) ** 2


print(f"product of the slopes: {slopes[0]:.4f}")
print(f"by wiggling:           {(whole(0.2 + 1e-6) - whole(0.2 - 1e-6)) / 2e-6:.4f}")

# %% [markdown]
# **What to see:** on the way there (black), each step makes a value of the one before. On the way back (red), each step
# multiplies by its own slope, taken at the value that came in. The number under each value says how fast the *end* moves
# when this value moves. With $v_0 \to v_1 \to v_2 \to v_3 \to v_4$ for the values,
#
# $$\frac{dv_4}{dv_0} \;=\; \frac{dv_4}{dv_3}\cdot\frac{dv_3}{dv_2}\cdot\frac{dv_2}{dv_1}\cdot\frac{dv_1}{dv_0} .$$
#
# Two things follow. The walk must go backward, for then each product is needed once, and serves all that lies before it.
# And the values of the way there must be kept: the slope of `square` at $v_3$ is $2v_3$.
#
# ## From slopes to arrays: vector-Jacobian products
#
# A layer takes arrays. The slope of a step from $n$ numbers to $m$ numbers is a table of $m \times n$ slopes, its
# **Jacobian**. For a small batch, even one activation has a big one, and nearly all of it is zero:


# %%
def jacobian(function, array, step=1e-6):
    """Every slope of every output by every input, shape (outputs, inputs), by wiggling."""
    columns = []
    for place in np.ndindex(array.shape):
        nudge = np.zeros_like(array)
        nudge[place] = step
        columns.append((function(array + nudge) - function(array - nudge)).ravel() / (2 * step))
    return np.stack(columns, axis=1)


small, kernel = rng.normal(size=(2, 3)), rng.normal(size=(3, 4))
tables = {"tanh of (2, 3)": jacobian(np.tanh, small), "(2, 3) @ (3, 4)": jacobian(lambda v: v @ kernel, small)}
axes = plots.tables(tables, height=2.4, title="two Jacobians", label="slope", xlabel="input", ylabel="output")
print("shapes:", [table.shape for table in tables.values()])

# %% [markdown]
# **What to see:** tanh works on each number alone, so only the diagonal is filled. The matrix product works on each sample
# alone, so there is a block for each of the two, and both blocks are `kernel.T`.
#
# The walk back never builds these tables. It carries $g$: for each number of the current array, how fast the loss moves
# with it. A step turns the $g$ of its output into the $g$ of its input: $g$ times the Jacobian, a
# **vector-Jacobian product** (VJP). For each function it is a short formula, worked out once:
#
# | step | $g$ of the output $y$ becomes |
# |---|---|
# | $y = a + b$ | $g$ for $a$, $g$ for $b$ |
# | $y = a \cdot b$, number by number | $g \cdot b$ for $a$, $g \cdot a$ for $b$ |
# | $y = XW$ | $g\,W^\top$ for $X$, $X^\top g$ for $W$ |
# | $y = \tanh(x)$ | $g \cdot (1 - y^2)$ |
# | $y = \max(x, 0)$ | $g$ where $x > 0$, else 0 |
# | $y = $ mean of $n$ numbers | $g / n$ for each |
#
# Is the third line true? Let us hold it against the big table.

# %%
g = rng.normal(size=(2, 4))
by_table = (g.ravel() @ tables["(2, 3) @ (3, 4)"]).reshape(2, 3)
print("g through the table of 8 x 6, and g @ kernel.T, the same:", np.allclose(by_table, g @ kernel.T, atol=1e-6))

# %% [markdown]
# ## A tape of a dozen lines
#
# On the way there, write down each result, and for each thing it was made of, where that stands on the list and its VJP.
# On the way back, read the list from its end.


# %%
class MyTape:
    def __init__(self):
        self.steps = []

    def record(self, value, *made_of):
        """Write down a value, and (slot, VJP) of all it was made of; its own slot."""
        self.steps.append((value, made_of))
        return len(self.steps) - 1

    def gradients(self, target):
        found = {target: np.ones(())}
        for slot in range(target, -1, -1):
            for source, vjp in self.steps[slot][1]:
                found[source] = found.get(source, 0) + vjp(found[slot])
        return found


# %% [markdown]
# Now a network with two layers, 3 → 4 → 1, on five samples. Every line computes something in the usual way, and says how to
# get back from it. The VJPs are those of the table.

# %%
inputs, targets = rng.normal(size=(5, 3)), rng.normal(size=(5, 1))
W, b, V = rng.normal(size=(3, 4)), rng.normal(size=4), rng.normal(size=(4, 1))

mine = MyTape()
w_slot, b_slot, v_slot = mine.record(W), mine.record(b), mine.record(V)
sums = mine.record(inputs @ W + b, (w_slot, lambda g: inputs.T @ g), (b_slot, lambda g: g.sum(axis=0)))
H = np.tanh(inputs @ W + b)
hidden = mine.record(H, (sums, lambda g: g * (1 - H**2)))
errors = H @ V - targets
wrong = mine.record(errors, (hidden, lambda g: g @ V.T), (v_slot, lambda g: H.T @ g))
error = mine.record(np.mean(errors**2), (wrong, lambda g: g * 2 * errors / errors.size))
my_gradients = mine.gradients(error)
print("gradient of W:")
print(my_gradients[w_slot])

# %% [markdown]
# The library's tape does the same. But it needs no help: `tape.watch` wraps an array so that NumPy itself reports each call
# to the tape, and the VJPs stand in a table of the library.

# %%
with Tape(persistent=True) as tape:
    w, bias, v = tape.watch(W), tape.watch(b), tape.watch(V)
    loss = np.mean((np.tanh(inputs @ w + bias) @ v - targets) ** 2)
theirs = tape.gradient(loss, [w, bias, v])
ours = [my_gradients[slot] for slot in (w_slot, b_slot, v_slot)]
print("the same:", [np.allclose(a, b) for a, b in zip(ours, theirs, strict=True)])
print(tape)

# %% [markdown]
# That list is the tape: the name of each call, the shapes that went in, the shape that came out. As a picture:

# %%
arrows = plots.computation_graph(tape, title="what the tape recorded")
print("arrows:", len(arrows))

# %% [markdown]
# **What to see:** orange boxes are watched, white ones are data: nobody asks for their gradient. On the way there, values
# go down the arrows. On the way back, a $g$ goes up every arrow that comes from an orange box, with the shape that
# stands in the box.
#
# Below, a box for every step of the model that you saw first. It needs no `watch`: the weights of a model report
# themselves.

# %%
with Tape() as big_tape:
    outputs = model(x.astype("float32"))
arrows = plots.computation_graph(big_tape, title="the tutorial's model, 1,208 weights")
print("steps:", len(big_tape), "for three layers")

# %% [markdown]
# **What to see:** per layer, a product, a sum, and an activation. That is all a dense layer is.
#
# ## A value used twice
#
# Look again at one line of our tape: `found.get(source, 0) + ...`. When a value is used twice, two shares come back
# to it, and they must be **added**. A tape that overwrites the first share instead gives a wrong gradient, and no error.

# %%
with Tape(persistent=True) as tape:
    v = tape.watch(np.array([1.0, 2.0, 3.0]))
    loss = np.sum(v * np.exp(v))
arrows = plots.computation_graph(tape, title="v goes two ways")
right = tape.gradient(loss, v)
one_way = np.exp([1.0, 2.0, 3.0])
other_way = np.array([1.0, 2.0, 3.0]) * one_way
print("both shares:", right, "the same:", np.allclose(right, one_way + other_way))
print("only one:   ", one_way)

# %% [markdown]
# **What to see:** two arrows leave `watch`. Nudge `v`, and the loss moves for two reasons. A weight that serves at many
# places, such as the kernel of a convolution, gets one share from each of them.
#
# ## A value that was repeated
#
# There was a sum in our tape: the bias came back as `g.sum(axis=0)`. NumPy adds the four numbers of the bias to each
# of five rows: it uses each of them five times. Five uses, five shares, added. To undo a **broadcast** is to sum over the
# axes along which NumPy had repeated the array.


# %%
def unbroadcast(g, shape):
    g = g.sum(axis=tuple(range(g.ndim - len(shape))))
    repeated = tuple(axis for axis, size in enumerate(shape) if size == 1)
    return g.sum(axis=repeated, keepdims=True)


for shape in [(4,), (1, 4), (5, 1), (1, 1), ()]:
    with Tape() as tape:
        term = tape.watch(np.ones(shape))
        loss = np.sum((H + term) ** 3)
    mine_back = unbroadcast(3 * (H + np.ones(shape)) ** 2, shape)
    same = np.allclose(mine_back, tape.gradient(loss, term))
    print(f"{H.shape} + {shape!s:6} gradient {mine_back.shape!s:6} the same: {same}")

# %% [markdown]
# ## Is my gradient right?
#
# A wrong gradient gives no error message. The model may even learn a little. So whoever writes a VJP checks it by wiggling:
# `check_gradients` does that, along random directions. Here is a `primitive`, a function that brings its own VJP, once
# right and once with a slip.


# %%
def swish_with(vjp):
    """x * sigmoid(x) as one step on the tape, with this VJP."""
    swish = primitive(lambda x: x / (1 + np.exp(-x)))
    swish.defvjp(vjp)
    return swish


def right_vjp(g, y, x):
    s = 1 / (1 + np.exp(-x))
    return g * (s + x * s * (1 - s))


def slip(g, y, x):
    return g / (1 + np.exp(-x))  # forgets that x stands in the sigmoid, too


points = np.linspace(-3, 3, 7)
print("right: off by less than one millionth:", check_gradients(swish_with(right_vjp), points) < 1e-6)
try:
    check_gradients(swish_with(slip), points)
except AssertionError as problem:
    print("slip:  AssertionError,", str(problem).split(".")[0].split(":")[0])

# %% [markdown]
# ## What has no gradient
#
# Why do we not simply train for accuracy? Let us move one weight of a small classifier, and watch both the loss and the
# accuracy.

# %%
places = np.linspace(-2, 2, 21)
labels = places + 0.3 * np.sin(9 * places) > 0.2
shifts = np.linspace(-2, 2, 401)


def probability(shift):
    return 1 / (1 + np.exp(-3 * (places - shift)))


def cross_entropy(shift):
    return -np.mean(np.where(labels, np.log(probability(shift)), np.log(1 - probability(shift))))


accuracy = np.array([np.mean((probability(shift) > 0.5) == labels) for shift in shifts])
smooth = np.array([cross_entropy(shift) for shift in shifts])
figure, (left, right_panel) = plt.subplots(1, 2, figsize=(8, 3), layout="constrained")
plots.curves(shifts, {"loss": smooth}, xlabel="the weight", ylabel="loss", ax=left)
plots.curves(shifts, {"accuracy": accuracy}, xlabel="the weight", ylabel="accuracy", ax=right_panel)
print("places where the loss is flat:", int((np.abs(np.diff(smooth)) < 1e-9).sum()))
print("the accuracy is flat at more than 90 % of the places:", bool((np.diff(accuracy) == 0).mean() > 0.9))

# %% [markdown]
# **What to see:** the loss is a smooth valley; everywhere it says which way is down. The accuracy is a staircase: flat, a
# jump, flat. Its slope is 0 wherever it has one. Comparisons, `np.argmax`, `np.round`, whole numbers: all of them are
# staircases. The tape leaves them out, and refuses what would cut a gradient in silence.


# %%
def attempt(action):
    """Do something that fails, and print what the error says."""
    try:
        action()
    except (TypeError, ValueError) as problem:
        print(textwrap.fill(f"{type(problem).__name__}: {problem}", 90))


with Tape() as tape:
    v = tape.watch(np.array([0.4, 1.6]))
    print("np.argmax(v) is plain:", np.argmax(v), "- v > 1 is plain:", v > 1)
    attempt(lambda: float(v[0]))

attempt(lambda: tape.gradient(np.argmax(v), v))

# %% [markdown]
# Sometimes you *want* to cut. `stop_gradient(v)` is `v` as a constant: it counts on the way there, and nothing comes back
# through it. With it you can even learn through a staircase: round on the way there, and on the way back pretend that
# nothing had happened (the *straight-through* trick).

# %%
start = np.array([0.4, 1.6])
print("v * v:               ", gradient_of(lambda v: np.sum(v * v))(start))
print("v * stop_gradient(v):", gradient_of(lambda v: np.sum(v * stop_gradient(v)))(start))


def rounded(v):
    return v + stop_gradient(np.round(v) - v)


value, slope = value_and_grad(lambda v: np.sum(3 * rounded(v)))(start)
print("rounded:", stop_gradient(rounded(start)), "- gradient of 3 x its sum:", slope)

# %% [markdown]
# ## Long chains: gradients that vanish, gradients that explode
#
# The gradient that reaches the first layer is a product with a factor from each layer above. Thirty factors of 0.5 make
# one billionth; thirty factors of 1.5 make 190,000. Here are thirty tanh layers of 64 units. The kernels are random with the
# spread $s/\sqrt{64}$, for three values of $s$. How large is the gradient when it comes to each layer?


# %%
def gradient_sizes(s, depth=30, units=64):
    draw_from = np.random.default_rng(1)
    with Tape() as tape:
        states = [tape.watch(draw_from.normal(size=(20, units)) * 0.1)]
        for _ in range(depth):
            states.append(np.tanh(states[-1] @ (draw_from.normal(size=(units, units)) * s / np.sqrt(units))))
        loss = np.sum(states[-1])
    return [np.sqrt(np.mean(g**2)) for g in tape.gradient(loss, states)]


sizes = {f"s = {s}": gradient_sizes(s) for s in (0.5, 1.0, 1.5)}
ax = plots.curves(range(31), sizes, xlabel="layer", ylabel="size of the gradient", title="the way back, right to left")
ax.set_yscale("log")
for name, line in sizes.items():
    share = line[0] / line[-1]
    print(f"{name}: less than a thousandth reaches the start: {share < 1e-3}, it grows on the way: {share > 1}")

# %% [markdown]
# **What to see:** read from right to left. With $s = 0.5$ the gradient fades at every layer, so that the first layers hardly
# move: it **vanishes**. With $s = 1.5$ it grows. Only near $s = 1$ does it arrive in one piece. That is why the first
# numbers of a layer matter so much ([chapter 3](03_initializers.ipynb)), and why `relu`, with slope 1 or 0, replaced the
# sigmoid, whose slope is never above 0.25 ([chapter 6](06_activations.ipynb)).
#
# ## One training step, in its order
#
# Now all the parts of a step. The tutorials say that regularizers and constraints are both used "in the optimization phase".
# They stand at opposite ends of it:
#
# 1. **forward**: outputs from inputs;
# 2. **loss**: one number that says how wrong they are;
# 3. **penalty**: a regularizer adds a price for large weights to that number ([chapter 5](05_regularizers.ipynb));
# 4. **backward**: the gradient of the sum of both;
# 5. **update**: the optimizer moves the weights against it;
# 6. **constraint**: the new weights are put back into their limits ([chapter 4](04_constraints.ipynb)). No gradient knows.
#
# Here it is by hand, for a layer of 3 units with `L2(0.01)` and `MaxNorm(0.8)`.

# %%
kernel = np.random.default_rng(5).normal(size=(4, 3)) * 0.3
features, answers = np.random.default_rng(4).normal(size=(6, 4)), np.random.default_rng(5).normal(size=(6, 3)) * 3

with Tape() as tape:
    w = tape.watch(kernel)
    outputs = features @ w  # 1 forward
    data_loss = np.mean((outputs - answers) ** 2)  # 2 loss
    penalty = 0.01 * np.sum(w**2)  # 3 penalty
    total = data_loss + penalty
gradient = tape.gradient(total, w)  # 4 backward
moved = kernel - 0.5 * gradient  # 5 update
lengths = np.linalg.norm(moved, axis=0)
stepped = moved * np.clip(lengths, 0, 0.8) / lengths  # 6 constraint

print("the gradient holds the penalty's share, 2 x 0.01 x weight:")
without = gradient_of(lambda w: np.mean((features @ w - answers) ** 2))(kernel)
print("  ", np.allclose(gradient - without, 2 * 0.01 * kernel))
print("lengths of the columns after the update:    ", lengths)
print("lengths of the columns after the constraint:", np.linalg.norm(stepped, axis=0))

# %% [markdown]
# And by the library, in one call:

# %%
layer = Dense(3, use_bias=False, kernel_regularizer=L2(0.01), kernel_constraint=MaxNorm(0.8))
learner = Sequential([Input((4,)), layer])
layer.set_weights([kernel])
learner.compile(SGD(0.5), "mse")
learner.train_on_batch(features, answers)
print("the same:", np.allclose(layer.get_weights()[0], stepped, atol=1e-5))

clipped_first = kernel * np.clip(np.linalg.norm(kernel, axis=0), 0, 0.8) / np.linalg.norm(kernel, axis=0)
longest = np.linalg.norm(clipped_first - 0.5 * gradient, axis=0).max()
print("constraint before the update instead: longest column above 0.8:", bool(longest > 0.8))

# %% [markdown]
# ## Step 5: optimizers
#
# The gradient says which way is down *here*. How far to go is the optimizer's business. Three of them, each in a few lines:


# %%
def sgd(w, g, memory, rate=0.1):
    return w - rate * g


def momentum(w, g, memory, rate=0.1, keep=0.9):
    memory["speed"] = keep * memory.get("speed", 0) - rate * g  # a ball that keeps rolling
    return w + memory["speed"]


def adam(w, g, memory, rate=0.1, keep=0.9, keep_squares=0.999):
    t = memory["t"] = memory.get("t", 0) + 1
    m = memory["m"] = keep * memory.get("m", 0) + (1 - keep) * g
    s = memory["s"] = keep_squares * memory.get("s", 0) + (1 - keep_squares) * g**2
    return w - rate * (m / (1 - keep**t)) / (np.sqrt(s / (1 - keep_squares**t)) + 1e-7)


# %% [markdown]
# Let them fit a line $y = w_1 x + w_2$ to twelve points. Two weights: so the loss is a landscape that can be drawn, with a
# contour line for each height.

# %%
line_x = np.linspace(0, 4, 12)[:, None]
line_y = 0.8 * line_x - 1 + 0.3 * np.cos(5 * line_x)
place = np.array([-1.0, 2.5])


def mistake(w):
    """The mean squared error of the line w[0] x + w[1]; of n lines for w of shape (2, n)."""
    return np.mean((line_x * w[0] + w[1] - line_y) ** 2, axis=0)


slope_at = gradient_of(lambda w: np.sum(mistake(w)))


def walk(rule, steps=40):
    path, memory = [place], {}
    for _ in range(steps):
        path.append(rule(path[-1], slope_at(path[-1]), memory))
    return np.array(path)


rules = {
    "SGD, rate 0.1": partial(sgd, rate=0.1),
    "momentum, rate 0.02": partial(momentum, rate=0.02),
    "Adam, rate 0.3": partial(adam, rate=0.3),
}
minimum = np.polyfit(line_x[:, 0], line_y[:, 0], 1)
paths = {name: walk(rule) for name, rule in rules.items()}
plots.landscape(mistake, paths, limits=(-3, 3, -2.5, 3.5), marks={"minimum": minimum}, title="40 steps each")
ends = [mistake(path[-1]) for path in paths.values()]
print("all three end below a tenth of the first loss:", bool((np.array(ends) < mistake(place) / 10).all()))

# %% [markdown]
# **What to see:** all start at (−1, 2.5), above a long, narrow valley. SGD jumps to its floor, then crawls. Momentum
# swings from side to side like a ball, and runs past the minimum before it turns. Adam divides each weight's gradient by its
# usual size: so its first step is as long in one direction as in the other. None of them is best everywhere.
#
# Are these the library's optimizers?


# %%
def library_walk(optimizer, steps=40):
    w = Variable(place)
    for _ in range(steps):
        with Tape() as tape:
            loss = np.sum(mistake(w))
        optimizer.apply([tape.gradient(loss, w)], [w])
    return w.numpy()


pairs = {"SGD, rate 0.1": SGD(0.1), "momentum, rate 0.02": SGD(0.02, momentum=0.9), "Adam, rate 0.3": Adam(0.3)}
for name, optimizer in pairs.items():
    print(f"{name:20} the same after 40 steps: {np.allclose(library_walk(optimizer), paths[name][-1], atol=1e-3)}")

# %% [markdown]
# Move the sliders. From which rate on does SGD leap out of the valley? (Without a running kernel you see nothing under the
# next cell; the picture above shows three of its settings.)

# %% tags=["nbval-ignore-output"]
from ipywidgets import interact


def draw(rate=0.1, keep=0.0, steps=40):
    """SGD with momentum on the line's landscape; keep = 0 is plain SGD."""
    path = walk(partial(momentum, rate=rate, keep=keep), steps)
    label = f"rate {rate:.2f}, keep {keep:.2f}"
    plots.landscape(mistake, {label: path}, limits=(-2, 3, -4, 4), marks={"minimum": minimum})
    plt.show()


control = interact(draw, rate=(0.01, 0.2, 0.01), keep=(0.0, 0.98, 0.02), steps=(1, 100))

# %% [markdown]
# ## On real data: a loop of your own
#
# All that `fit` does to the weights fits in a loop. Here are the digits, three times through 8,000 pictures in batches of
# 64: once with `fit`, once by hand, from the same first weights.

# %%
(train_pictures, y_train), (test_pictures, y_test) = mnist10k.load_data()
x_train = train_pictures.reshape(8000, 784).astype("float32") / 255
x_test = test_pictures.reshape(2000, 784).astype("float32") / 255


def new_model():
    set_random_seed(3)
    return Sequential([Input((784,)), Dense(32, "relu"), Dense(10, "softmax")])


fitted = new_model()
fitted.compile(Adam(0.002), "sparse_categorical_crossentropy")
history = fitted.fit(x_train, y_train, batch_size=64, epochs=3, shuffle=False, verbose=0)

# %%
looped, optimizer, loss_function = new_model(), Adam(0.002), SparseCategoricalCrossentropy()
losses = []
for _ in range(3):
    for first in range(0, 8000, 64):
        batch = slice(first, first + 64)
        with Tape() as tape:
            loss = loss_function(y_train[batch], looped(x_train[batch], training=True))
        optimizer.apply(tape.gradient(loss, looped.trainable_variables), looped.trainable_variables)
        losses.append(float(stop_gradient(loss)))

epochs = np.mean(np.reshape(losses, (3, 125)), axis=1)
print("loss of every epoch, the same:", np.allclose(epochs, history.history["loss"], atol=1e-4))
agree = [np.allclose(a, b, atol=1e-3) for a, b in zip(looped.get_weights(), fitted.get_weights(), strict=True)]
print("weights, the same:", agree)
right_answers = np.mean(looped.predict(x_test, verbose=0).argmax(axis=1) == y_test)
print("more than 90 of 100 test digits are right:", bool(right_answers > 0.9))

# %%
steps = np.arange(1, 376)
smoothed = np.convolve(losses, np.ones(25) / 25, mode="valid")
ax = plots.curves(
    steps[12:-12],
    {"mean of 25 batches": smoothed},
    points=(steps, losses),
    xlabel="training step",
    ylabel="loss",
    title="375 steps of our own loop",
)
print("the loss of the last 25 batches is below a quarter of the first 25:", bool(smoothed[-1] < smoothed[0] / 4))

# %% [markdown]
# **What to see:** each gray dot is a batch. They scatter, because each batch shows other digits: the gradient of a batch is a
# guess at the gradient of all. (It is called *stochastic* gradient descent for that.) The mean falls fast, then slowly.

# %% [markdown]
# <div style="border-left: 4px solid #D55E00; padding: 1px 16px">
#
# **What the tutorials get wrong, or leave out**
#
# - They never say how a layer learns. There is no loss in them, no gradient, no optimizer, no `compile` and no `fit`: the
#   models that they build could not be trained as they stand, as the next cell shows.
# - *"A constraint will be set on the parameter (weight) during optimization phase"*, and *"regularizers are used in the
#   optimization phase"*. One name for two things: the penalty is part of the loss, and so of the gradient; the constraint
#   acts on the weights after the update, and no gradient knows of it.
# - *"It tries to make the model and layer as optimized as possible by dynamically putting some penalties"*. The penalty is
#   a fixed formula. It makes the fit to the training data *worse*, on purpose.
# - *"The output of the previous layer will be used as input of the next layer"* is half of the story: the gradients
#   travel the same way back.
#
# </div>

# %%
unprepared = Sequential([Input((16,)), Dense(8)])
attempt(lambda: unprepared.fit(np.zeros((4, 16)), np.zeros((4, 8)), verbose=0))
print("the penalty has a share in the gradient:", bool(np.abs(gradient - without).max() > 0))

freed = np.linalg.solve(features.T @ features, features.T @ answers)
priced = np.linalg.solve(features.T @ features + 0.01 * answers.size * np.eye(4), features.T @ answers)
fits = [np.mean((features @ best - answers) ** 2) for best in (freed, priced)]
print("best fit without and with L2(0.01): the penalty makes it worse:", bool(fits[1] > fits[0]))

# %% [markdown]
# <div style="border-left: 4px solid #0072B2; padding: 1px 16px">
#
# **Keras 1, 2 and 3: who finds the gradient**
#
# | | gradients | a training step of your own |
# |---|---|---|
# | Keras 1 | Theano or TensorFlow 1, from a graph built before any data: `K.gradients(loss, weights)` | `K.function([...], [...], updates)` |
# | Keras 2 | TensorFlow: `with tf.GradientTape() as tape:`, then `tape.gradient(loss, weights)` | override `train_step(self, data)` |
# | Keras 3 | whatever backend runs: `tf.GradientTape`, `jax.value_and_grad`, or PyTorch's `loss.backward()` | override `train_step`: for each backend another one; with JAX it takes and returns the state, `train_step(self, state, data)` |
#
# Keras has no tape of its own. layerlab has one, for NumPy, and it is used as `tf.GradientTape` is; it watches trainable
# variables by itself, as that one does. `optimizer.apply(gradients, variables)` is Keras 3's name; Keras 2's
# `apply_gradients(zip(gradients, variables))` works in both, and here. Second derivatives, which TensorFlow and JAX offer,
# are not here.
#
# </div>

# %% [markdown]
# ## Try it

# %% [markdown]
# **1. By hand, by tape.** $f(x) = \sin(x^2)$. Write down its derivative, then check it at $x = 1.3$ with `gradient_of`.
#
# <details><summary>Answer</summary>
#
# $f'(x) = \cos(x^2) \cdot 2x$, about −0.3092.
#
# ```python
# slope = gradient_of(lambda x: np.sin(x**2))(np.array(1.3))
# print(slope, np.cos(1.3**2) * 2 * 1.3)
# ```
#
# </details>

# %%
# your turn: gradient_of(lambda x: ...)(np.array(1.3))

# %% [markdown]
# **2. A VJP of your own.** Write `softplus(x)` $= \log(1 + e^x)$ as a `primitive` with its VJP, and check it with
# `check_gradients`.
#
# <details><summary>Answer</summary>
#
# The derivative is the sigmoid.
#
# ```python
# softplus = primitive(lambda x: np.logaddexp(x, 0))
# softplus.defvjp(lambda g, y, x: g / (1 + np.exp(-x)))
# print(check_gradients(softplus, np.linspace(-3, 3, 7)) < 1e-6)
# ```
#
# </details>

# %%
# your turn: softplus = primitive(...); softplus.defvjp(lambda g, y, x: ...)

# %% [markdown]
# **3. Gradient clipping.** When gradients explode, people shorten them: if the norm of $g$ is above $c$, multiply it by
# $c/\lVert g \rVert$. Write `clipped(g, c)`, and compare one step with `SGD(0.1, clipnorm=1.0)`.
#
# <details><summary>Answer</summary>
#
# ```python
# def clipped(g, c):
#     return g * min(1, c / np.linalg.norm(g))
#
#
# w, g = Variable(np.zeros(2)), np.array([3.0, 4.0])
# SGD(0.1, clipnorm=1.0).apply([g], [w])
# print(w.numpy(), -0.1 * clipped(g, 1.0))
# ```
#
# </details>

# %%
# your turn: def clipped(g, c): ...

# %% [markdown]
# ## Five quick questions

# %% [markdown]
# **1.** Why does the walk go backward, not forward?
#
# <details><summary>Answer</summary>
#
# There is one loss and there are many weights. Backward, one walk gives the slope of the one loss by all weights. Forward,
# one walk would give the slope of everything by one weight.
#
# </details>

# %% [markdown]
# **2.** A value is used at three places. What comes back to it?
#
# <details><summary>Answer</summary>
#
# Three shares of the gradient, which are added.
#
# </details>

# %% [markdown]
# **3.** $X$ is (32, 784), the kernel (784, 10). What shape has $g$ when it arrives at the product, and what is the
# gradient of the kernel?
#
# <details><summary>Answer</summary>
#
# (32, 10), like the output. The gradient is $X^\top g$, of shape (784, 10), like the kernel.
#
# </details>

# %% [markdown]
# **4.** Which comes first in a training step, the penalty or the constraint? Which of them changes the gradient?
#
# <details><summary>Answer</summary>
#
# The penalty comes first: it is part of the loss, and changes the gradient. The constraint comes last, after the update.
#
# </details>

# %% [markdown]
# **5.** Why not train for accuracy itself?
#
# <details><summary>Answer</summary>
#
# It is a staircase: its slope is 0 nearly everywhere. A gradient of 0 does not say where to go.
#
# </details>

# %% [markdown]
# ## Further reading
#
# - D. Rumelhart, G. Hinton, R. Williams, "Learning representations by back-propagating errors", *Nature* 323 (1986)
#   533–536: the walk back, for networks.
# - A. Griewank, A. Walther, [*Evaluating Derivatives*](https://epubs.siam.org/doi/book/10.1137/1.9780898717761), SIAM 2008:
#   the theory of tapes, for any program.
# - A. Baydin, B. Pearlmutter, A. Radul, J. Siskind, "Automatic differentiation in machine learning: a survey", *JMLR* 18
#   (2018): the words and the history.
# - D. Kingma, J. Ba, ["Adam: a method for stochastic optimization"](https://arxiv.org/abs/1412.6980), *ICLR* 2015.
# - Y. Bengio, P. Simard, P. Frasconi, "Learning long-term dependencies with gradient descent is difficult",
#   *IEEE Transactions on Neural Networks* 5 (1994) 157–166: vanishing and exploding gradients.
# - Keras documentation:
#   [Customizing what happens in fit() with JAX](https://keras.io/guides/custom_train_step_in_jax/), and the pages beside it
#   for TensorFlow and PyTorch.
#
# **Next:** [B · Keras 1, 2 and 3](B_keras_1_2_3.ipynb)
