"""MNIST-1D: ten shapes as signals of 40 numbers, shifted, bent and noisy; 4,000 to train on and 1,000 to test on.

Small enough to train on in a second, hard enough that a convolution does visibly better than a Dense layer.
"""

from layerlab.datasets._archive import Split, load_split

__all__ = ["load_data"]


def load_data() -> tuple[Split, Split]:
    """The signals as `(x_train, y_train), (x_test, y_test)`.

    Returns:
        x_train: (4000, 40) float32, roughly -5 to 5; x_test: (1000, 40).
        y_train: (4000,) uint8, the class 0 to 9; y_test: (1000,).

    >>> (x_train, y_train), (x_test, y_test) = load_data()
    >>> x_train.shape, str(x_train.dtype), x_test.shape
    ((4000, 40), 'float32', (1000, 40))

    Source: S. Greydanus, D. Kobak, "Scaling down deep learning with MNIST-1D", ICML 2024 (Apache-2.0).
    """
    return load_split("mnist1d.npz")
