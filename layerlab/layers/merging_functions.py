"""The merge layers as functions, which make a layer and call it at once: `add([x, y])` is `Add()([x, y])`."""

from layerlab.layers.joining import Concatenate, Dot
from layerlab.layers.merging import Add, Average, Maximum, Minimum, Multiply, Subtract

__all__ = ["add", "average", "concatenate", "dot", "maximum", "minimum", "multiply", "subtract"]


def add(inputs, **kwargs):
    """The sum of a list of arrays or symbolic tensors: `Add(**kwargs)(inputs)`.

    >>> import numpy as np
    >>> add([np.array([[1.0]]), np.array([[2.0]])])
    array([[3.]], dtype=float32)
    """
    return Add(**kwargs)(inputs)


def subtract(inputs, **kwargs):
    """The difference of two arrays or symbolic tensors: `Subtract(**kwargs)(inputs)`.

    >>> import numpy as np
    >>> subtract([np.array([[1.0]]), np.array([[2.0]])])
    array([[-1.]], dtype=float32)
    """
    return Subtract(**kwargs)(inputs)


def multiply(inputs, **kwargs):
    """The product of a list of arrays or symbolic tensors: `Multiply(**kwargs)(inputs)`.

    >>> import numpy as np
    >>> multiply([np.array([[3.0]]), np.array([[2.0]])])
    array([[6.]], dtype=float32)
    """
    return Multiply(**kwargs)(inputs)


def average(inputs, **kwargs):
    """The mean of a list of arrays or symbolic tensors: `Average(**kwargs)(inputs)`.

    >>> import numpy as np
    >>> average([np.array([[1.0]]), np.array([[2.0]])])
    array([[1.5]], dtype=float32)
    """
    return Average(**kwargs)(inputs)


def maximum(inputs, **kwargs):
    """The largest of a list of arrays or symbolic tensors: `Maximum(**kwargs)(inputs)`.

    >>> import numpy as np
    >>> maximum([np.array([[1.0]]), np.array([[2.0]])])
    array([[2.]], dtype=float32)
    """
    return Maximum(**kwargs)(inputs)


def minimum(inputs, **kwargs):
    """The smallest of a list of arrays or symbolic tensors: `Minimum(**kwargs)(inputs)`.

    >>> import numpy as np
    >>> minimum([np.array([[1.0]]), np.array([[2.0]])])
    array([[1.]], dtype=float32)
    """
    return Minimum(**kwargs)(inputs)


def concatenate(inputs, axis=-1, **kwargs):
    """A list of arrays or symbolic tensors joined along an axis: `Concatenate(axis, **kwargs)(inputs)`.

    >>> import numpy as np
    >>> concatenate([np.array([[1.0]]), np.array([[2.0]])])
    array([[1., 2.]], dtype=float32)
    """
    return Concatenate(axis=axis, **kwargs)(inputs)


def dot(inputs, axes=-1, **kwargs):
    """Two arrays or symbolic tensors multiplied and summed along an axis of each: `Dot(axes, **kwargs)(inputs)`.

    >>> import numpy as np
    >>> dot([np.array([[1.0, 2.0]]), np.array([[3.0, 4.0]])])
    array([[11.]], dtype=float32)
    """
    return Dot(axes=axes, **kwargs)(inputs)
