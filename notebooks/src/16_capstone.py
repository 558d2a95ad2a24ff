# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3 (ipykernel)
#     language: python
#     name: python3
# ---

# %% [markdown]
# # 16 · From the digits to a model of your own
#
# **When you have finished this chapter, you can**
#
# - take a question from raw data to a tested model, one measured decision at a time;
# - say which differences between models are real, and which are luck;
# - stop a training at the right moment, and keep the best weights;
# - build a model with two inputs out of one you have trained;
# - save it, load it, and go on with it in real Keras.
#
# **You need** the chapters before this one, above all [7](07_dense.ipynb), [8](08_dropout.ipynb),
# [11](11_convolution.ipynb) and [12](12_pooling.ipynb). **Time:** 40 minutes.

# %%
import json
import tempfile
import warnings
import zipfile
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np

from layerlab import constraints, losses, plots, regularizers
from layerlab.callbacks import EarlyStopping, ModelCheckpoint
from layerlab.datasets import mnist10k
from layerlab.layers import (
    Concatenate,
    Conv2D,
    Dense,
    Dropout,
    Flatten,
    Input,
    MaxPooling2D,
    Reshape,
)
from layerlab.models import Model, Sequential, load_model
from layerlab.optimizers import Adam
from layerlab.utils import plot_model, set_random_seed

np.set_printoptions(precision=4, suppress=True)
plots.use_style()

# %% [markdown]
# ## The best of a thousand
#
# A thousand "models" are to read handwritten digits. You test each on 100 pictures, and keep the best. Here is how many
# digits they read right. The best one reaches twice what guessing would.

# %%
(pictures, labels), (test_pictures, test_labels) = mnist10k.load_data()
rng = np.random.default_rng(0)
answers = rng.integers(10, size=(1000, 2100))
truth = np.concatenate([labels[:100], test_labels])
right = answers == truth

first_look = right[:, :100].mean(axis=1)
best = first_look.argmax()
second_look = right[best, 100:].mean()
marks = {"the best of them": first_look[best], "the same one, on 2,000 others": second_look}
title = "a thousand models, tested on 100 digits"
steps_of_one = np.arange(0.5, 24) / 100
plots.histogram(first_look, marks, bins=steps_of_one, xlabel="share of right answers", title=title)
print(f"the best of a thousand: {first_look[best]:.2f}")
print(f"the same model on 2,000 other digits: {second_look:.2f}")

# %% [markdown]
# **What to see:** on new pictures the winner falls back to 10 %. It has no skill at all, and no other has: all thousand
# "models" were rows of random numbers. The winner is only the luckiest.
#
# **A score that was used to choose is no measure any more.** You will choose all the time: layers, sizes, rates, the moment
# to stop. So you need data in three parts: to learn from, to choose with, and to measure **once**, at the end.
#
# ## 1. The question
#
# Write it down before you touch the data. What comes in, what goes out, what counts as good, and what would be bad enough to
# give up?
#
# > A gray picture of 28 × 28 pixels comes in, one of ten digits goes out. Good is the share of right answers on pictures
# > nobody has trained on or chosen with. It has to beat a rule that needs no network.
#
# ## 2. The split
#
# The package gives 8,000 pictures to train and 2,000 to test. Of the 8,000 we put 1,500 aside, for choosing: the
# **validation** data. The 2,000 stay closed until section 8.

# %%
x = pictures.astype("float32") / 255
x_train, y_train = x[:6500], labels[:6500]
x_val, y_val = x[6500:], labels[6500:]

shares = np.array([np.bincount(part, minlength=10) / len(part) for part in (y_train, y_val)])
print("to train:", x_train.shape, "- to choose:", x_val.shape, "- to measure:", test_pictures.shape)
print("gray values from", x_train.min(), "to", x_train.max())
print(
    "no digit is rare:", bool(shares.min() > 0.08), "- alike in both parts:", bool(np.ptp(shares, axis=0).max() < 0.03)
)

# %% [markdown]
# Then look at the data. A model will never tell you that half of the pictures are upside down. Here is the mean of each
# class, and below it one example.

# %%
means = np.stack([x_train[y_train == digit].mean(axis=0) for digit in range(10)])
examples = np.stack([x_train[y_train == digit][3] for digit in range(10)])
axes = plots.images(np.concatenate([means, examples]), [*range(10)] * 2, columns=10)
print("pictures drawn:", len(axes))

# %% [markdown]
# ## 3. What can be had without a network?
#
# Two rules. One always says the most frequent digit. The other compares a picture with the ten means above, and says
# the nearest.

# %%
commonest = np.bincount(y_train).argmax()
distances = ((x_val[:, None] - means) ** 2).sum(axis=(2, 3))
rules = {
    f"always {commonest}": np.mean(y_val == commonest),
    "nearest mean": np.mean(y_val == distances.argmin(axis=1)),
}
for rule, share in rules.items():
    print(f"{rule:13} {share:.2f}")

# %% [markdown]
# Four out of five are right with ten means and no learning. That is the **baseline**: a network that reaches 80 % has done
# nothing. Many a published result would look different beside its baseline.
#
# ## 4. Choosing layers, one decision at a time
#
# Every change below is there for a reason, from a chapter of this course. Everything else stays as it is: the same data,
# seed, optimizer and number of epochs. So a difference has one cause.


# %%
def flat(*middle):
    """Pixels in a row, some layers, ten probabilities."""
    return [Input((28, 28)), Flatten(), *middle, Dense(10, activation="softmax")]


def image(*middle):
    """Pixels in place, some layers, ten probabilities."""
    output = Dense(10, activation="softmax")
    return [Input((28, 28)), Reshape((28, 28, 1)), *middle, Flatten(), output]


def small_cnn(*before_output):
    return image(
        Conv2D(8, 5, strides=2, activation="relu"),
        Conv2D(16, 3, activation="relu"),
        MaxPooling2D(2),
        *before_output,
    )


def wide(**options):
    return Dense(128, activation="relu", **options)


CANDIDATES = {
    "Dense(10) only": lambda: flat(),
    "Dense(128)": lambda: flat(wide()),
    "  + he_uniform": lambda: flat(wide(kernel_initializer="he_uniform")),
    "  + Dropout(0.3)": lambda: flat(wide(), Dropout(0.3)),
    "  + l2(0.0001)": lambda: flat(wide(kernel_regularizer=regularizers.L2(0.0001))),
    "  + MaxNorm(2)": lambda: flat(wide(kernel_constraint=constraints.MaxNorm(2))),
    "Conv2D twice": lambda: small_cnn(),
    "  + Dropout(0.3) ": lambda: small_cnn(Dropout(0.3)),
}


def compiled(layers):
    set_random_seed(0)
    model = Sequential(layers())
    model.compile(Adam(0.004), "sparse_categorical_crossentropy", metrics=["accuracy"])
    return model


# %% [markdown]
# | change | the reason | chapter |
# |---|---|---|
# | `Dense(10)` only | the simplest model there is: one matrix | [7](07_dense.ipynb) |
# | a hidden layer with relu | a bend, so that a class need not be one template | [6](06_activations.ipynb) |
# | `he_uniform` | keeps the spread of the signals through relu | [3](03_initializers.ipynb) |
# | `Dropout(0.3)` | 100,000 weights could learn 6,500 pictures by heart | [8](08_dropout.ipynb) |
# | `kernel_regularizer=l2` | the same worry, answered with a price | [5](05_regularizers.ipynb) |
# | `kernel_constraint=MaxNorm(2)` | the same worry, answered with a leash | [4](04_constraints.ipynb) |
# | `Conv2D`, `MaxPooling2D` | a stroke is a stroke wherever it stands | [11](11_convolution.ipynb), [12](12_pooling.ipynb) |
#
# Before you run the next cell: which change will help most? Which will do nothing?

# %%
scores, sizes = {}, {}
for name, layers in CANDIDATES.items():
    model = compiled(layers)
    history = model.fit(x_train, y_train, batch_size=64, epochs=4, validation_data=(x_val, y_val), verbose=0)
    scores[name] = history.history["val_accuracy"][-1]
    sizes[name] = f"{model.count_params():,} weights"

mark = ("nearest mean", rules["nearest mean"])
whiskers = plots.model_scores(scores, len(y_val), sizes, mark, title="after 4 epochs, on 1,500 validation digits")
with_hidden_layer = [scores[name] for name in list(scores)[1:6]]
print("the best model has convolutions:", max(scores, key=scores.get) in list(scores)[-2:])
print("all models with Dense(128) within 2 %:", np.ptp(with_hidden_layer) < 0.02)

# %% [markdown]
# **What to see:** the dots are measured on 1,500 digits, and other 1,500 digits would have given other dots. The light bars
# say how much: two standard errors to each side,
#
# $$2\,\sqrt{\frac{a\,(1 - a)}{n}} \qquad\text{for a share } a \text{ of } n \text{ samples.}$$
#
# Now read it again. Everything beats the baseline. The hidden layer is a real step. **The next four are not**: initializer,
# dropout, penalty and constraint move the dot by less than its bar. They may help after more epochs, or with less
# data; here, after four epochs, nobody can say. And the convolutions are a real step, with a *twentieth* of the weights. What
# paid was the layer that fits the data.
#
# In numbers, for a step that is none, and one that is:

# %%
for before, after in [("Dense(128)", "  + l2(0.0001)"), ("Dense(128)", "Conv2D twice")]:
    overlap = whiskers[before][1] > whiskers[after][0]
    print(f"{before:14} -> {after.strip():12} the bars overlap: {overlap}")
error = np.sqrt(0.94 * 0.06 / 1500)
print(f"a score of 0.94 on 1,500 samples: plus or minus {2 * error:.3f}")

# %% [markdown]
# So we take the convolutions; with or without dropout is again within the bars, so the simpler model wins. (Strictly,
# models should be compared on several seeds. Try it 2 does that.)
#
# ## 5. Training it, and stopping in time
#
# How many epochs? Too few, and the model has not learned enough. Too many, and it learns the training pictures **by heart**.
# That is easiest to see with little data: here is "Dense(128)" with only 500 pictures, for 30 epochs.

# %%
by_heart = compiled(CANDIDATES["Dense(128)"])
history = by_heart.fit(x_train[:500], y_train[:500], epochs=30, validation_data=(x_val, y_val), verbose=0)
axes = plots.training_curves(history)
seen, unseen = history.history["loss"], history.history["val_loss"]
turned = int(np.argmin(unseen)) + 1
print("the training loss is lowest at the end:", min(seen) > 0.8 * seen[-1])
print("the validation loss was lowest in the first half:", turned <= 15)
print("of the 500 pictures it now knows:", round(history.history["accuracy"][-1], 2))

# %% [markdown]
# **What to see:** on the 500 pictures (blue) the loss goes to zero. On pictures it has not seen (orange) the loss falls, turns,
# and climbs again: the model is ever surer, and no better. So **watch the validation loss, and stop when it no longer
# falls**. `EarlyStopping` does that: after `patience` epochs without a new best it ends the training, and puts back the
# weights of the best epoch.

# %%
stopped = compiled(CANDIDATES["Dense(128)"])
stopping = EarlyStopping(monitor="val_loss", patience=3, restore_best_weights=True)
history = stopped.fit(
    x_train[:500],
    y_train[:500],
    epochs=30,
    validation_data=(x_val, y_val),
    callbacks=[stopping],
    verbose=0,
)
print("epochs used: fewer than 30:", len(history.epoch) < 30)
print("its validation loss is lower than after 30:", min(history.history["val_loss"]) < unseen[-1])

# %% [markdown]
# Now the model that we chose, on all 6,500 pictures. `ModelCheckpoint` saves the best weights to a file meanwhile: should
# the power fail, the work of the night is not lost.

# %%
chosen = compiled(CANDIDATES["Conv2D twice"])
steps = plots.shape_flow(chosen, title="the chosen model")
print(f"{chosen.count_params():,} weights, of them in the last layer {steps[-1][2]:,}")

# %%
folder = tempfile.TemporaryDirectory()
checkpoint = Path(folder.name) / "best.keras"
stopping = EarlyStopping(monitor="val_loss", patience=3, restore_best_weights=True)
saving = ModelCheckpoint(checkpoint, monitor="val_loss", save_best_only=True)

history = chosen.fit(
    x_train,
    y_train,
    batch_size=64,
    epochs=6,
    validation_data=(x_val, y_val),
    callbacks=[stopping, saving],
    verbose=0,
)
axes = plots.training_curves(history)

losses_seen = history.history["val_loss"]
best_loss, best_accuracy = chosen.evaluate(x_val, y_val, verbose=0)
kept = load_model(checkpoint)
print("the weights are those of the best epoch:", np.isclose(best_loss, min(losses_seen), atol=1e-4))
print("the checkpoint has them too:", np.isclose(kept.evaluate(x_val, y_val, verbose=0)[0], best_loss, atol=1e-4))
print("more than 95 % of the validation digits are right:", best_accuracy > 0.95)

# %% [markdown]
# **What to see:** with thirteen times the data and a twentieth of the weights, both losses fall together for most of the way.
# At first the training curve is the worse one: it is an average over an epoch in which the model was still learning,
# while the validation is done at its end.
#
# ## 6. Looking at the answers
#
# One number hides everything. Which digits are confused with which? Still on the validation data: the test set is
# closed.

# %%
probabilities = chosen.predict(x_val, verbose=0)
counts = plots.confusion(y_val, probabilities)
print("right answers on the diagonal:", np.trace(counts) == np.sum(probabilities.argmax(axis=1) == y_val))
print("rows add up to the digits of each class:", bool((counts.sum(axis=1) == np.bincount(y_val)).all()))

# %% [markdown]
# **What to see:** row = truth, column = answer. Look for the larger numbers off the diagonal: they are habits of the model,
# mostly between digits that share their strokes, such as 2 and 7.
#
# And the pictures themselves, from the mistake it was surest of to the one it hesitated at most:

# %%
wrong = np.flatnonzero(probabilities.argmax(axis=1) != y_val)
wrong = wrong[np.argsort(-probabilities[wrong].max(axis=1))]
shown = wrong[np.linspace(0, len(wrong) - 1, 8).astype(int)]
said = plots.predictions(x_val[shown], y_val[shown], probabilities[shown])
print("none of these is right:", bool((said != y_val[shown]).all()))

# %% [markdown]
# **What to see:** green is the truth, red the answer. Ask of each: is it a slip of the model, of the writer, or of whoever
# labeled it? Only the first kind can be trained away.
#
# ### What if it may say "I do not know"?
#
# Often it is enough to answer most of the questions, and to pass the rest on to a human. Set a threshold: below that
# probability, no answer.


# %%
def keep(threshold):
    answered, right = plots.answers_kept(y_val, probabilities, threshold)
    plt.show()
    return answered, right


answered, right = keep(0.9)
everything = np.mean(probabilities.argmax(axis=1) == y_val)
print("with a threshold of 0.9, more than 3 of 4 are answered:", answered > 0.75)
print("and of those, more are right than of all:", right > everything)

# %% [markdown]
# **What to see:** to the right, fewer answers, and better ones. Where to stand on this curve is no question about networks:
# it depends on what a mistake costs, and what a human costs.
#
# Try it. (Without a running kernel you see nothing under the next cell; the picture above shows one of its settings.)

# %% tags=["nbval-ignore-output"]
from ipywidgets import interact


def draw(threshold=0.9):
    """The curves with the threshold at another place, and the two shares in words."""
    answered, right = keep(threshold)
    print(f"answered: {answered:.1%} of all; right: {right:.2%} of those")


control = interact(draw, threshold=(0.1, 1.0, 0.01))

# %% [markdown]
# ## 7. A model out of models
#
# The trained network is a layer like any other: a function on arrays, with numbers of its own. So build on it. A new
# question: **two pictures come in; is the left digit larger than the right one?**
#
# A `Sequential` model cannot do that: it has one input. A **functional** model can, as in [chapter 14](14_merging.ipynb). You
# call layers on symbols for the data, like functions, and say at the end what goes in and what comes out. Here the same reader reads both pictures: one
# layer, called twice, with **one** set of weights. We take it from the checkpoint, and freeze it (`trainable = False`), so
# that only the new part learns.

# %%
set_random_seed(0)
reader = load_model(checkpoint, compile=False)
reader.name = "reader"
reader.trainable = False

left = Input((28, 28), name="left")
right_picture = Input((28, 28), name="right")
both = Concatenate(name="both")([reader(left), reader(right_picture)])
hidden = Dense(32, activation="relu", name="hidden")(both)
larger = Dense(1, activation="sigmoid", name="larger")(hidden)
comparer = Model([left, right_picture], larger, name="comparer")

new = sum(weight.size for weight in comparer.trainable_variables)
print(f"weights: {comparer.count_params():,}, to be learned: {new:,}")
print("(20 + 1) x 32 + (32 + 1) x 1 =", 21 * 32 + 33)
plot_model(comparer, to_file=None, show_shapes=True, show_layer_names=True)

# %% [markdown]
# **What to see:** two inputs, and one reader: it is called twice. So `both` gets two times ten numbers, the probabilities of
# the left picture and those of the right, and hands on 20.
#
# The training data are pairs of *training* pictures, the validation data pairs of *validation* pictures. Mix the two, and
# the validation is worth nothing.


# %%
def pairs(x, y, count, rng):
    i, j = rng.integers(len(x), size=(2, count))
    return [x[i], x[j]], (y[i] > y[j]).astype("float32")


rng = np.random.default_rng(0)
train_pairs, train_larger = pairs(x_train, y_train, 2000, rng)
val_pairs, val_larger = pairs(x_val, y_val, 1000, rng)

before = reader.get_weights()
comparer.compile(Adam(0.01), "binary_crossentropy", metrics=["accuracy"])
comparer.fit(train_pairs, train_larger, epochs=5, verbose=0)
_, accuracy = comparer.evaluate(val_pairs, val_larger, verbose=0)
same = [np.array_equal(a, b) for a, b in zip(before, reader.get_weights(), strict=True)]
print("always saying no:          ", round(1 - val_larger.mean(), 2))
print("the comparer is above 90 %:", accuracy > 0.9)
print("the reader did not change: ", all(same))

# %% [markdown]
# Two thousand pairs, 705 new weights. Most of what it can do, the reader could do before. Reusing a trained
# network for another question is called **transfer learning**.
#
# ## 8. The test: once
#
# All choices are made. Now, and only now, open the test set.

# %%
x_test = test_pictures.astype("float32") / 255
_, test_accuracy = kept.evaluate(x_test, test_labels, verbose=0)
error = np.sqrt(test_accuracy * (1 - test_accuracy) / len(test_labels))
print("above 95 %:", test_accuracy > 0.95)
print("two standard errors:", round(2 * error, 3) < 0.011)
print("within 2 points of the validation score:", abs(test_accuracy - best_accuracy) < 0.02)

final = {"validation, used to choose": best_accuracy, "test, used once": test_accuracy}
notes = {"validation, used to choose": "1,500 digits", "test, used once": "2,000 digits"}
ends = plots.model_scores(final, [1500, 2000], notes, ("nearest mean", rules["nearest mean"]))
print("the bars overlap:", ends["test, used once"][0] < ends["validation, used to choose"][1])

# %% [markdown]
# **What to see:** the two agree within their bars: we have not fooled ourselves much. That number, with its bar, is what you
# report. If you now go back and change something because of it, the test set has become a second validation set, and
# you need new data.
#
# ## 9. Save, load, hand over
#
# A `.keras` file holds it all: the architecture, the weights, and the state of the optimizer, so that training can go on.

# %%
path = Path(folder.name) / "comparer.keras"
comparer.save(path)
again = load_model(path)
sample = [picture[:100] for picture in val_pairs]
same = np.allclose(again.predict(sample, verbose=0), comparer.predict(sample, verbose=0), atol=1e-6)
print("loaded, the same predictions:", same)
print("loaded, the same loss and optimizer:", again.loss, "-", type(again.optimizer).__name__)

with zipfile.ZipFile(path) as archive:
    print("in the file:", sorted(archive.namelist()))
    config = json.loads(archive.read("config.json"))
for layer in config["config"]["layers"]:
    print(f"  {layer['name']:7} {layer['module']}.{layer['class_name']}")

# %% [markdown]
# A `.keras` file is a zip of three parts: what it is, how it is built, and the numbers. Read the last lines: the file says
# `keras.layers`, not `layerlab`. It **is** a Keras file. Where [Keras](https://keras.io) is installed (`pip install keras
# jax`), this goes on:
#
# ```py
# import keras
#
# comparer = keras.models.load_model("comparer.keras")
# comparer.summary()
# comparer.predict([left_pictures, right_pictures])   # the same numbers, to rounding
# comparer.fit(...)                                   # and it trains on, from where we stopped
# comparer.save("on_a_gpu.keras")                     # which layerlab can load again
# ```
#
# And the code itself moves as easily. Every import of this chapter that begins with `layerlab` begins with `keras` there,
# except for `plots` and `datasets`, which are this course's own:
#
# ```py
# from keras import constraints, losses, regularizers
# from keras.callbacks import EarlyStopping, ModelCheckpoint
# from keras.layers import Concatenate, Conv2D, Dense, Dropout, Flatten, Input, MaxPooling2D, Reshape
# from keras.models import Model, Sequential, load_model
# from keras.optimizers import Adam
# from keras.utils import plot_model, set_random_seed
# ```
#
# Both ways are checked by this package's tests, with real Keras: predictions of saved models, and the training that goes
# on after loading. Why change over? Keras runs on graphics processors, and has more layers. Why come back? Here
# you can read how each one works.
#
# ## The checklist
#
# 1. **Question.** What goes in, what comes out, what is good, what is the baseline?
# 2. **Split** before anything else: train, validate, test. Nothing of the same person, day or text on both sides.
# 3. **Look** at samples after all your shaping: pictures, classes, ranges.
# 4. **Start simple**, one matrix. Then change **one thing at a time**, with a reason.
# 5. **Bars.** A difference smaller than two standard errors is no difference yet.
# 6. **Curves.** Training and validation loss; stop in time; keep the best weights.
# 7. **Mistakes.** The table of confusions, the surest mistakes, one by one.
# 8. **Test once.** Report the number with its bar, and the baseline beside it.
# 9. **Save** the model, the seed, and the code that made the data.
#
# ## What goes wrong most often
#
# **The last layer and the loss do not fit.** The tutorial's model ends in `Dense(8)`, without `softmax`. As it stands it
# gives any numbers, not probabilities. `"sparse_categorical_crossentropy"` expects probabilities, and nobody warns you.
# Say `from_logits=True`, or add the `softmax`, and all is well:


# %%
def after_one_epoch(activation, loss):
    set_random_seed(0)
    model = Sequential([Input((28, 28)), Flatten(), Dense(10, activation=activation)])
    model.compile(Adam(0.002), loss, metrics=["accuracy"])
    model.fit(x_train, y_train, epochs=1, verbose=0)
    return model.evaluate(x_val, y_val, verbose=0)[1]


crossentropy = losses.SparseCategoricalCrossentropy
results = {
    "softmax, probabilities expected": after_one_epoch("softmax", crossentropy()),
    "no softmax, from_logits=True": after_one_epoch(None, crossentropy(from_logits=True)),
    "no softmax, probabilities expected": after_one_epoch(None, crossentropy()),
}
ax = plots.bars(results, xlabel="accuracy after one epoch")
for name, value in results.items():
    print(f"{name:35} above 80 %: {value > 0.8}")

# %% [markdown]
# **Scaling forgotten on one side.** The model was trained on numbers from 0 to 1, and now gets 0 to 255. Most answers are
# still right, so nobody notices. But it is sure of everything now, its mistakes too, and a threshold is worth nothing:

# %%
for name, digits in [("0 to 1", x_test[:500]), ("0 to 255", test_pictures[:500].astype("float32"))]:
    chances = kept.predict(digits, verbose=0)
    share = np.mean(chances.argmax(axis=1) == test_labels[:500])
    sure = np.mean(chances.max(axis=1) > 0.99)
    print(f"{name:9} above 80 % right: {share > 0.8}, sure (p > 0.99) of nearly all: {sure > 0.97}")

# %% [markdown]
# <div style="border-left: 4px solid #D55E00; padding: 1px 16px">
#
# **What the tutorials get wrong, or leave out**
#
# - They never train a model, so nothing they say about initializers, regularizers or constraints is ever measured. Section 4
#   is the measurement: of these four, none moved the score by more than its bar here.
# - Their model ends in `Dense(8)` with no activation, and no word on which loss that asks for. See the cell above.
# - *"Regularizers"* and *"constraints"* are both said to be "used in the optimization phase". They are different things: a
#   regularizer changes the **loss**, a constraint changes the **weights** after the update. The next cell shows it.
# - They do not mention training, validation and test data, metrics, callbacks, or saving.
#
# </div>

# %%
with_price = Sequential([Input((4,)), Dense(2, kernel_regularizer=regularizers.L2(0.1))])
on_leash = Sequential([Input((4,)), Dense(2, kernel_constraint=constraints.MaxNorm(0.5))])
rng = np.random.default_rng(0)
samples, targets = rng.normal(size=(32, 4)), rng.normal(size=(32, 2))
for name, model in [("regularizer", with_price), ("constraint", on_leash)]:
    model.compile("sgd", "mse", metrics=["mse"])
    total, error = model.evaluate(samples, targets, verbose=0)
    model.fit(samples, targets, epochs=3, verbose=0)
    longest = np.linalg.norm(model.layers[0].get_weights()[0], axis=0).max()
    print(f"{name:11} changes the loss: {total > error + 1e-6!s:5} limits the columns: {longest < 0.501}")

# %% [markdown]
# <div style="border-left: 4px solid #0072B2; padding: 1px 16px">
#
# **Keras 1, 2 and 3: training and saving**
#
# | | Keras 1 | Keras 2 | Keras 3 |
# |---|---|---|---|
# | functional model | `Model(input=, output=)` | `Model(inputs=, outputs=)` | the same |
# | epochs | `nb_epoch=` | `epochs=` | `epochs=` |
# | names in the history | `acc`, `val_acc` | `accuracy` since 2.3 | `accuracy`, `val_accuracy` |
# | classes from a model | `predict_classes` | removed in TensorFlow 2.6 | `predict(...).argmax(axis=1)` |
# | files | `.h5` | `.h5`, SavedModel; `.keras` late | `.keras`; `.h5` still loads |
# | learning rate | `Adam(lr=0.002)` | `learning_rate=`; `lr=` with a warning | `lr=` is refused |
#
# layerlab follows Keras 3. More in [appendix B](B_keras_1_2_3.ipynb).
#
# </div>

# %%
try:
    Adam(lr=0.002)
except (TypeError, ValueError) as error:
    print(type(error).__name__, "-", error)
with warnings.catch_warnings(record=True) as caught:
    warnings.simplefilter("always")
    old = Sequential([Dense(4, input_shape=(3,))])
print(caught[0].category.__name__, "- built all the same:", old.built)

# %% [markdown]
# ## Try it

# %% [markdown]
# **1. Less data.** Train "Dense(128)" with and without `Dropout(0.3)` on the first 500 training pictures, for 20 epochs. Is
# the difference larger than its bar now?
#
# <details><summary>Answer</summary>
#
# With few pictures, the model learns them by heart in a few epochs: the training accuracy is 100 %, the validation accuracy
# under 90 %. Dropout moves that by about a point, up or down with the seed: still less than the bar of 1,500 samples
# (about 1.8 points). More than any layer, more data would help.
#
# </details>

# %%
# your turn: model.fit(x_train[:500], y_train[:500], epochs=20, ...)

# %% [markdown]
# **2. Several seeds.** Train "Dense(128)" with the seeds 0, 1 and 2. How far apart are the validation scores? Compare with the
# bars.
#
# <details><summary>Answer</summary>
#
# About half a point to one point apart: as much as most of the "improvements" of section 4. (The bar is about the choice
# of the 1,500 *samples*; the seeds are about the choice of the first *weights*. Both are luck.)
#
# ```python
# def spread(scores):
#     return max(scores) - min(scores)
#
#
# print(round(spread([0.936, 0.927, 0.931]), 3))
# ```
#
# </details>

# %%
# your turn: set_random_seed(1) before the model is built

# %% [markdown]
# **3. The other way round.** `comparer` was trained on pairs. What should it say to `(a, b)` and `(b, a)`? Does it? How
# could the architecture make sure of it?
#
# <details><summary>Answer</summary>
#
# If `a > b` has the probability $p$, then `b > a` should have $1 - p$ (or less, as the two may be equal). Nothing in the
# model makes sure of that; it only learns it roughly. With `Subtract()([reader(left), reader(right)])` and one
# `Dense(1, use_bias=False, activation="sigmoid")`, exchanging the pictures changes the sign, and so gives exactly
# $1 - p$.
#
# ```python
# p = 1 / (1 + np.exp(-np.array([2.0, -2.0])))
# print(p, p.sum())
# ```
#
# </details>

# %%
# your turn: comparer.predict([a, b], verbose=0) + comparer.predict([b, a], verbose=0)

# %% [markdown]
# **4. A model of your own.** Take `mnist1d` or `first_names`, or data of your own, and walk down the checklist.
#
# <details><summary>Answer</summary>
#
# For `mnist1d.load_data()`, 4,000 signals of 40 numbers in ten classes: the nearest mean is far below a network, a
# `Dense` model far below one with `Conv1D`. [Chapter 13](13_locally_connected.ipynb) has the table.
#
# ```python
# from layerlab.datasets import mnist1d
#
# (signals, classes), _ = mnist1d.load_data()
# print(signals.shape, np.bincount(classes))
# ```
#
# </details>

# %%
# your turn: what goes in, what comes out, what is good, what is the baseline?

# %% [markdown]
# The exercises of this chapter, which check your answers and name the slip: [exercises](../exercises/16_capstone.ipynb).

# %% [markdown]
# ## Five quick questions

# %% [markdown]
# **1.** What are training, validation and test data for?
#
# <details><summary>Answer</summary>
#
# To learn the weights, to make choices, and to measure once at the end.
#
# </details>

# %% [markdown]
# **2.** Two models reach 0.950 and 0.956 on 400 validation samples. Which is better?
#
# <details><summary>Answer</summary>
#
# Nobody knows: two standard errors are $2\sqrt{0.95 \cdot 0.05 / 400} \approx 0.022$.
#
# </details>

# %% [markdown]
# **3.** Why is the validation score of the chosen model a little too good, on average?
#
# <details><summary>Answer</summary>
#
# Because it was used to choose: among several models, and among several epochs. Part of its lead is luck.
#
# </details>

# %% [markdown]
# **4.** What does `restore_best_weights=True` do?
#
# <details><summary>Answer</summary>
#
# When `EarlyStopping` ends the training, it puts back the weights of the epoch with the best monitored value; without it
# you would keep those of the last epoch.
#
# </details>

# %% [markdown]
# **5.** The reader is called twice in `comparer`. How many sets of weights does it have there?
#
# <details><summary>Answer</summary>
#
# One. It is the same layer: what it learned for one picture holds for the other.
#
# </details>

# %% [markdown]
# ## Further reading
#
# - Keras documentation: [The functional API](https://keras.io/guides/functional_api/),
#   [Transfer learning and fine-tuning](https://keras.io/guides/transfer_learning/) and
#   [Save, serialize, and export models](https://keras.io/guides/serialization_and_saving/).
# - A. Karpathy, [A recipe for training neural networks](https://karpathy.github.io/2019/04/25/recipe/) (2019): the checklist, at
#   length, by someone who has made all the mistakes.
# - T. Hastie, R. Tibshirani, J. Friedman, *The Elements of Statistical Learning*, Springer 2009, chapter 7: choosing and
#   measuring models, and why the two must be kept apart.
# - B. Recht, R. Roelofs, L. Schmidt, V. Shankar, "Do ImageNet classifiers generalize to ImageNet?", *ICML* 2019: what
#   happened when a famous test set was made a second time.
# - L. Prechelt, "Early stopping: but when?", in *Neural Networks: Tricks of the Trade*, Springer 1998.
# - J. Bromley, I. Guyon, Y. LeCun, E. Säckinger, R. Shah, "Signature verification using a Siamese time delay neural network",
#   *NIPS* 1993: one network, called on two inputs.
#
# **Next:** [A · How a layer learns](A_how_a_layer_learns.ipynb).
