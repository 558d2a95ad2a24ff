"""Ten thousand handwritten digits of MNIST, 8,000 to train on and 2,000 to test on.

A sixth of MNIST, so that a model of the course trains in seconds; used and shaped as `keras.datasets.mnist` is.
"""

from layerlab.datasets._archive import Split, load_split

__all__ = ["load_data"]


def load_data() -> tuple[Split, Split]:
    """The digits as `(x_train, y_train), (x_test, y_test)`.

    Returns:
        x_train: (8000, 28, 28) uint8, ink from 0 (paper) to 255; x_test: (2000, 28, 28).
        y_train: (8000,) uint8, the digit 0 to 9; y_test: (2000,).

    The order is random; the test set holds each digit in the proportion of the whole.

    >>> (x_train, y_train), (x_test, y_test) = load_data()
    >>> x_train.shape, y_train.shape, x_test.shape, y_test.shape
    ((8000, 28, 28), (8000,), (2000, 28, 28), (2000,))
    >>> x_train = x_train.reshape(-1, 784).astype("float32") / 255  # what a Dense layer takes

    Source: Y. LeCun, C. Cortes, "The MNIST database of handwritten digits" (CC BY-SA 3.0).
    """
    return load_split("mnist10k.npz")
