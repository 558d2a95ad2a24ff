"""The first model of every tutorial learns real digits."""

import time

import pytest

from layerlab import Input, Sequential
from layerlab.datasets import mnist10k
from layerlab.layers import Dense, Dropout
from layerlab.utils import set_random_seed


@pytest.fixture(scope="module")
def digits():
    (x_train, y_train), (x_test, y_test) = mnist10k.load_data()
    return (x_train.reshape(-1, 784) / 255.0, y_train), (x_test.reshape(-1, 784) / 255.0, y_test)


def test_95_percent_in_5_epochs(digits):
    train, test = digits
    set_random_seed(0)
    model = Sequential([Input((784,)), Dense(512, "relu"), Dropout(0.2), Dense(10, "softmax")])
    model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
    started = time.process_time()  # of all threads; two cores do it in about half of this
    history = model.fit(*train, epochs=5, verbose=0).history
    assert time.process_time() - started < 60  # it takes 5 to 10; a machine that is busy elsewhere may be slower
    loss, accuracy = model.evaluate(*test, verbose=0)
    assert accuracy >= 0.95
    assert loss < 0.2
    assert history["accuracy"][-1] > history["accuracy"][0] > 0.8
