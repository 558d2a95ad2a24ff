"""`keras.backend`: what Keras 3 has left there, under the names that older code asks for.

There is one backend here, NumPy. The functions are those of `layerlab.config` and `layerlab.utils`.
"""

from layerlab.config import (
    epsilon,
    floatx,
    image_data_format,
    set_epsilon,
    set_floatx,
    set_image_data_format,
    standardize_dtype,
)
from layerlab.utils import clear_session, is_keras_tensor

__all__ = [
    "backend",
    "clear_session",
    "epsilon",
    "floatx",
    "image_data_format",
    "is_keras_tensor",
    "set_epsilon",
    "set_floatx",
    "set_image_data_format",
    "standardize_dtype",
]


def backend() -> str:
    """The name of what computes: "numpy".

    >>> backend()
    'numpy'
    """
    return "numpy"
