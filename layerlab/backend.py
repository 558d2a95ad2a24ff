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
from layerlab.naming import get_uid
from layerlab.utils import clear_session, is_keras_tensor

__all__ = [
    "backend",
    "clear_session",
    "epsilon",
    "floatx",
    "get_uid",
    "image_data_format",
    "is_float_dtype",
    "is_int_dtype",
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


def is_float_dtype(dtype) -> bool:
    """Whether a type holds real numbers.

    >>> is_float_dtype("float16"), is_float_dtype("int32")
    (True, False)
    """
    return standardize_dtype(dtype).startswith("float")


def is_int_dtype(dtype) -> bool:
    """Whether a type holds integers, with or without a sign.

    >>> is_int_dtype("uint8"), is_int_dtype("bool")
    (True, False)
    """
    return standardize_dtype(dtype).startswith(("int", "uint"))
