# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3 (ipykernel)
#     language: python
#     name: python3
# ---

# %% [markdown]
# # Start here
#
# This course takes neural-network layers apart: what they compute, what they hold, how they learn. You write each of them
# in a few lines of NumPy, and compare your lines with the library's. The library is **layerlab**: plain NumPy under the
# names of Keras. So what you learn here, you can use with Keras.
#
# It follows two tutorials on Keras layers that many people begin with, tells everything that they tell, and shows what they
# get wrong. It needs nothing but this computer: no graphics card, no network, no data to download.
#
# **You need** some Python and NumPy: loops, functions, arrays, and what a matrix product is. You need no machine learning.
#
# ## Is everything there?
#
# Click into the next cell and press <kbd>Shift</kbd>+<kbd>Enter</kbd>. Every line should begin with `yes`, and ten digits
# should appear.

# %%
import importlib.util
import sys

import matplotlib.pyplot as plt
import numpy as np

from layerlab import plots
from layerlab.datasets import mnist10k
from layerlab.layers import Dense, Flatten, Input
from layerlab.models import Sequential
from layerlab.utils import set_random_seed

np.set_printoptions(precision=4, suppress=True)
plots.use_style()

(x_train, y_train), (x_test, y_test) = mnist10k.load_data()
set_random_seed(0)
model = Sequential([Input((28, 28)), Flatten(), Dense(10, "softmax")])
model.compile("sgd", "sparse_categorical_crossentropy")
model.fit(x_train / 255, y_train, epochs=1, verbose=0)

right = np.mean(model.predict(x_test / 255, verbose=0).argmax(axis=1) == y_test)
checks = {
    "Python 3.11 or newer": sys.version_info >= (3, 11),
    "NumPy 2 or newer": int(np.__version__.split(".")[0]) >= 2,
    "sliders (ipywidgets)": importlib.util.find_spec("ipywidgets") is not None,
    "10,000 handwritten digits": len(x_train) + len(x_test) == 10_000,
    "a layer that learns to read them": bool(right > 0.7),
}
for what, is_there in checks.items():
    print("yes" if is_there else "NO ", what)
axes = plots.images(x_test[:10], titles=y_test[:10], columns=10)

# %% [markdown]
# A `NO`, or a red error? See [When you are stuck](#When-you-are-stuck) below.
#
# Now try a control. Run the next cell, and move the slider under it: the number of the digit.

# %% tags=["nbval-ignore-output"]
from ipywidgets import interact


def draw(digit=0):
    """One of the digits that the model has not seen, and what it makes of it."""
    plots.predictions(x_test[[digit]], y_test[[digit]], model.predict(x_test[[digit]] / 255, verbose=0), columns=1)
    plt.show()


control = interact(draw, digit=(0, 99))

# %% [markdown]
# ## The path
#
# Sixteen chapters and two appendices. Each can be read alone, and says in its first lines what it needs; in order, each
# builds on those before.

# %%
stops = [
    ("1", "What is a layer?", 40, "the parts of a layer"),
    ("2", "Input shape", 30, "the parts of a layer"),
    ("3", "Initializers", 40, "the parts of a layer"),
    ("4", "Constraints", 30, "the parts of a layer"),
    ("5", "Regularizers", 40, "the parts of a layer"),
    ("6", "Activations", 40, "the parts of a layer"),
    ("7", "Dense", 40, "layers"),
    ("8", "Dropout", 35, "layers"),
    ("9", "Flatten, Reshape, Permute, Repeat", 30, "layers"),
    ("10", "Lambda and your own layer", 40, "layers"),
    ("11", "Convolution", 40, "layers"),
    ("12", "Pooling", 30, "layers"),
    ("13", "Locally connected", 40, "layers"),
    ("14", "Merging", 40, "layers"),
    ("15", "Embedding", 40, "layers"),
    ("16", "Capstone", 40, "all together"),
    ("A", "How a layer learns", 40, "appendices"),
    ("B", "Keras 1, 2 and 3", 30, "appendices"),
]
passed = plots.learning_path(stops, title="the course, chapter by chapter")
print(f"{len(stops)} notebooks, about {round(passed[-1] / 60)} hours of reading and doing")

# %% [markdown]
# **What to see:** first the parts that layers are made of, then the layers, then a model of your own. Read appendix A when
# you want to know where the gradients come from: any time after chapter 1. Appendix B is for looking things up.
#
# In a hurry? Chapters 1, 2, 3, 7 and 11 are the spine.
#
# | | chapter | what it shows | minutes | |
# |---|---|---|---|---|
# | 1 | [What is a layer?](01_what_is_a_layer.ipynb) | Three layers that are only one; the tutorials' model, argument by argument, with the number that proves each; digits. | 40 | [exercises](../exercises/01_what_is_a_layer.ipynb) |
# | 2 | [Input shape](02_input_shape.ipynb) | One picture in, 28 answers out: shapes, axes and batches, and the errors that people meet. | 30 | [exercises](../exercises/02_input_shape.ipynb) |
# | 3 | [Initializers](03_initializers.ipynb) | Signals that die or explode on their way through twenty layers, and where the numbers must start. | 40 | [exercises](../exercises/03_initializers.ipynb) |
# | 4 | [Constraints](04_constraints.ipynb) | Weights on a leash: where they go, how long they may be, and along which axis. | 30 | [exercises](../exercises/04_constraints.ipynb) |
# | 5 | [Regularizers](05_regularizers.ipynb) | A price for weights: why L1 makes zeros and L2 does not. | 40 | [exercises](../exercises/05_regularizers.ipynb) |
# | 6 | [Activations](06_activations.ipynb) | The bend in a layer, its slope, and units that die. | 40 | [exercises](../exercises/06_activations.ipynb) |
# | 7 | [Dense](07_dense.ipynb) | The layer that joins everything to everything, forward and backward. | 40 | [exercises](../exercises/07_dense.ipynb) |
# | 8 | [Dropout](08_dropout.ipynb) | Switching units off at random, and what must be multiplied so that nothing changes on average. | 35 | [exercises](../exercises/08_dropout.ipynb) |
# | 9 | [Flatten, Reshape, Permute, Repeat](09_reshaping.ipynb) | Same numbers, other places: the picture that a wrong reshape ruins. | 30 | [exercises](../exercises/09_reshaping.ipynb) |
# | 10 | [Lambda and your own layer](10_your_own_layer.ipynb) | From one line to a layer with weights of its own, which trains and is saved like all others. | 40 | [exercises](../exercises/10_your_own_layer.ipynb) |
# | 11 | [Convolution](11_convolution.ipynb) | A small kernel slid over a photograph by hand, and the kernels that a network finds. | 40 | [exercises](../exercises/11_convolution.ipynb) |
# | 12 | [Pooling](12_pooling.ipynb) | Keep the largest of each window: what is lost, and what it is good for. | 30 | [exercises](../exercises/12_pooling.ipynb) |
# | 13 | [Locally connected](13_locally_connected.ipynb) | A convolution that shares nothing; the digit shifted by two pixels. | 40 | [exercises](../exercises/13_locally_connected.ipynb) |
# | 14 | [Merging](14_merging.ipynb) | Models with branches: add, multiply, concatenate, and the shapes that fit together. | 40 | [exercises](../exercises/14_merging.ipynb) |
# | 15 | [Embedding](15_embedding.ipynb) | Letters that arrange themselves into vowels and consonants. | 40 | [exercises](../exercises/15_embedding.ipynb) |
# | 16 | [Capstone](16_capstone.ipynb) | A model of your own, from the data to the saved file, and on to real Keras. | 40 | [exercises](../exercises/16_capstone.ipynb) |
# | A | [How a layer learns](A_how_a_layer_learns.ipynb) | Gradients: 2,416 looks or one walk back; a tape of a dozen lines; a training step in its order. | 40 |  |
# | B | [Keras 1, 2 and 3](B_keras_1_2_3.ipynb) | What changed from version to version, layer by layer. | 30 |  |
#
# The exercises take as long again. A check under each of them says at once whether your answer is right, and if not, which
# slip it looks like.
#
# ## From the tutorials to the chapters
#
# The first tutorial, "Keras layers", has code. The second, "Learn the basic concept of Keras layers", is the same matter in
# prose; its code and the outputs were lost on the way to the web. (Half a line is left,
# `kernel_initializer = assignOneAsInitialValue))`: the ones of chapter 3. Other things were garbled, and are no part of the
# matter: `âˆ’` where a minus sign should be, advertisements between the lines, the heading `VarianceScaling` twice, of which the
# second is its formula.) Here is where each of their sections went.
#
# | section of the first tutorial | chapter |
# |---|---|
# | Introduction: minimum details of a layer; a model of three `Dense` layers, line by line | [1](01_what_is_a_layer.ipynb) |
# | Input shape: `(4, 2)`, `(3, 4, 2)`, `np.zeros(shape)` | [2](02_input_shape.ipynb) |
# | Initializers: `Zeros`, `Ones`, `Constant`, `RandomNormal`, `RandomUniform`, `TruncatedNormal`, `VarianceScaling`, `lecun_normal`, `lecun_uniform`, `glorot_normal`, `glorot_uniform`, `he_normal`, `he_uniform`, `Orthogonal`, `Identity` | [3](03_initializers.ipynb) |
# | Constraints: `NonNeg`, `UnitNorm`, `MaxNorm`, `MinMaxNorm` | [4](04_constraints.ipynb) |
# | Regularizers: L1, L2, L1 and L2 | [5](05_regularizers.ipynb) |
# | Activations: `linear`, `elu`, `selu`, `relu`, `softmax`, `softplus`, `softsign`, `tanh`, `sigmoid`, `hard_sigmoid`, `exponential`; `Activation` | [6](06_activations.ipynb) |
# | Table of layers: `Dense` | [7](07_dense.ipynb) |
# | `Dropout` | [8](08_dropout.ipynb) |
# | `Flatten`, `Reshape`, `Permute`, `RepeatVector` | [9](09_reshaping.ipynb) |
# | `Lambda` | [10](10_your_own_layer.ipynb) |
# | Convolution | [11](11_convolution.ipynb) |
# | Pooling | [12](12_pooling.ipynb) |
# | Locally connected | [13](13_locally_connected.ipynb) |
# | Merge | [14](14_merging.ipynb) |
# | `Embedding` | [15](15_embedding.ipynb) |
# | not in it: training, gradients, saving, versions of Keras | [16](16_capstone.ipynb), [A](A_how_a_layer_learns.ipynb), [B](B_keras_1_2_3.ipynb) |
#
# | section of the second tutorial | chapter |
# |---|---|
# | Introduction to Keras layers; What are Keras layers? | [1](01_what_is_a_layer.ipynb) |
# | Keras layers basic concept: Input shape, with examples 1 and 2 (their code is lost) | [2](02_input_shape.ipynb) |
# | Zeros, Ones, a constant, and the twelve other functions of the initializers | [3](03_initializers.ipynb) |
# | Table of constraints | [4](04_constraints.ipynb) |
# | Table of regularizers | [5](05_regularizers.ipynb) |
# | Activations | [6](06_activations.ipynb) |
# | The list of layers, from `Dense` to `Embedding` | [7](07_dense.ipynb) to [15](15_embedding.ipynb) |
# | Conclusion | [16](16_capstone.ipynb) |
#
# ## How to use a notebook
#
# - <kbd>Shift</kbd>+<kbd>Enter</kbd> runs a cell and goes to the next. *Run > Run All Cells* runs all of them.
# - Cells share their variables, in the order in which you *run* them, not in which they stand. When in doubt: *Kernel >
#   Restart Kernel and Run All Cells*.
# - The notebooks are your copy. Change numbers, break things, write notes: nothing outside of them is touched. To get the
#   original of a chapter back, rename yours and type `layerlab start` again: it adds what is not there, and never
#   overwrites.
# - Guess before you run. A wrong guess is worth more than a right output.
# - *Answer* folds out by a click. Try first.
#
# In every chapter you will find the same things: a figure, then "**What to see:**"; an orange box, *What the tutorials get
# wrong, or leave out*; a blue box, *Keras 1, 2 and 3*; things to try, exercises, five questions, and what to read next.
# All the pictures come from `layerlab.plots`, and work on your own arrays and models: `help(plots.images)`.
#
# ## When you are stuck
#
# - **An error.** Read its last lines first. layerlab's errors say what was expected, what it received, and often the
#   remedy. [Chapter 2](02_input_shape.ipynb#The-errors-people-meet) has the ones about shapes.
# - **`NameError`.** A cell above was not run. Run all cells from the top.
# - **A result that cannot be.** Print the shapes. Then look at the data as a picture. Then try with three numbers that you
#   can check by hand.
# - **Other numbers than in the text.** Restart the kernel and run all cells: the seeds are set, so the numbers come again.
# - **What does this do?** `help(Dense)` in a cell, or <kbd>Shift</kbd>+<kbd>Tab</kbd> behind a name. Every function says what
#   goes in, what comes out, and shows an example.
# - **No picture, no slider, `ModuleNotFoundError`.** Something is not installed. In a terminal, in the folder of layerlab:
#   `python scripts/start.py`, which sets everything up.
# - **Still stuck.** Explain to someone, or on paper, what each line should do. It is odd how often that is enough.
#
# **Next:** [1 · What is a layer?](01_what_is_a_layer.ipynb)
