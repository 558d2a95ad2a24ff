"""The table of the MNIST-1D paper, made with layerlab: which layers use that neighbors are neighbors, and by how much.

`python benchmarks/mnist1d_table.py` trains every model twice, on the signals as they are and with their 40 positions
shuffled, and prints a Markdown table. LocallyConnected1D is ours: the convolutional network of the paper with weights
that are not shared between positions.

The recipe is that of the paper, with fewer steps: Adam with a learning rate of 0.01 and PyTorch's epsilon of 1e-8,
batches of 100, first weights uniform up to 1 / sqrt(inputs of a unit). An accuracy is the one at the end, the mean of
several trainings: 3, 6 of the CNN, and 12 of the MLP, whose single trainings spread from 63 to 68.
Source: S. Greydanus, D. Kobak, "Scaling down deep learning with MNIST-1D", ICML 2024.
"""

import argparse
import time

from layerlab import Input, Model, Sequential, utils
from layerlab.datasets import mnist1d
from layerlab.initializers import RandomUniform
from layerlab.layers import Add, Conv1D, Dense, Flatten, LocallyConnected1D, Reshape, ZeroPadding1D
from layerlab.losses import SparseCategoricalCrossentropy
from layerlab.optimizers import Adam

PAPER = {"Logistic regression": (32, 32), "MLP": (68, 68), "CNN": (94, 56)}  # as they are, shuffled
BATCH = 100
EVALUATIONS = 10  # over a training
POSITIONS = 40
# where the generator of the paper, with its seed of 42, takes each position from
SHUFFLED = (
    *(19, 22, 4, 32, 17, 18, 28, 31, 11, 24, 23, 7, 25, 35, 34, 6, 3, 13, 12, 26),
    *(1, 27, 20, 10, 36, 9, 37, 29, 8, 30, 5, 38, 16, 15, 33, 39, 14, 21, 0, 2),
)


def first_weights(inputs):
    """The arguments of a layer whose units have so many inputs."""
    bound = inputs**-0.5
    return {f"{name}_initializer": RandomUniform(-bound, bound) for name in ("kernel", "bias")}


def logistic_regression():
    """One layer: 40 numbers in, 10 classes out."""
    return Sequential([Input((POSITIONS,)), Dense(10, **first_weights(POSITIONS))])


def mlp():
    """Two hidden layers of 100, the second with a way around it."""
    x = Input((POSITIONS,))
    hidden = Dense(100, "relu", **first_weights(POSITIONS))(x)
    both = Add()([hidden, Dense(100, "relu", **first_weights(100))(hidden)])
    return Model(x, Dense(10, **first_weights(100))(both))


def convolutional(layer):
    """Three layers of 25 filters that halve the length each, and a Dense layer."""
    model = Sequential([Input((POSITIONS,)), Reshape((POSITIONS, 1))])
    for size, channels in ((5, 1), (3, 25), (3, 25)):
        model.add(ZeroPadding1D(1))
        model.add(layer(25, size, strides=2, activation="relu", **first_weights(size * channels)))
    model.add(Flatten())
    model.add(Dense(10, **first_weights(125)))
    return model


MODELS = {  # the model, the steps of a training, how many trainings
    "Logistic regression": (logistic_regression, 1000, 3),
    "MLP": (mlp, 6000, 12),
    "CNN": (lambda: convolutional(Conv1D), 4000, 6),
    "LocallyConnected1D": (lambda: convolutional(LocallyConnected1D), 1500, 3),
}


def signals(shuffled):
    """(x_train, y_train), (x_test, y_test), the positions in their order or shuffled."""
    return [(x[:, list(SHUFFLED)] if shuffled else x, y) for x, y in mnist1d.load_data()]


def train(make, shuffled, steps, seed):
    """The test accuracy at the end, the best of the evaluations, both in percent, and the seconds of training."""
    utils.set_random_seed(seed)
    (x, y), test = signals(shuffled)
    model = make()
    model.compile(Adam(0.01, epsilon=1e-8), SparseCategoricalCrossentropy(from_logits=True), metrics=["accuracy"])
    epochs = max(1, steps * BATCH // len(x))
    often = {"validation_data": test, "validation_freq": max(1, epochs // EVALUATIONS)}
    start = time.perf_counter()
    history = model.fit(x, y, batch_size=BATCH, epochs=epochs, verbose=0, **often).history
    accuracies = [100 * accuracy for accuracy in history["val_accuracy"]]
    return accuracies[-1], max(accuracies), time.perf_counter() - start


def table(steps=None, trainings=None):
    """The rows of the table, as text: means over the trainings, in brackets those of the best evaluations."""
    yield "| model | weights | steps | trainings | paper | layerlab | paper, shuffled | layerlab, shuffled | seconds |"
    yield "|---|---:|---:|---:|---:|---:|---:|---:|---:|"
    for name, (make, usual, several) in MODELS.items():
        seeds = range(trainings or several)
        cells, seconds = [name, f"{make().count_params():,}", f"{steps or usual:,}", str(len(seeds))], 0.0
        for shuffled, paper in zip((False, True), PAPER.get(name, ("–", "–")), strict=True):
            runs = [train(make, shuffled, steps or usual, seed) for seed in seeds]
            last, best, taken = (sum(column) for column in zip(*runs, strict=True))
            cells += [str(paper), f"{last / len(seeds):.1f} ({best / len(seeds):.1f})"]
            seconds += taken
        yield f"| {' | '.join(cells)} | {seconds:.0f} |"


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--steps", type=int, help="of training for each model, instead of its own number")
    for row in table(parser.parse_args().steps):
        print(row, flush=True)
