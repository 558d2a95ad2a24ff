"""The base of every initializer: an object that, called with a shape, returns a weight's first value.

Any callable `(shape, dtype=None) -> array` will do in its place; the class adds a configuration to save.
"""

from layerlab.registry import Registered

__all__ = ["Initializer"]


class Initializer(Registered):
    """Base class: override `__call__`, and `get_config` if `__init__` takes arguments.

    >>> import numpy as np
    >>> class Alternating(Initializer):
    ...     def __call__(self, shape, dtype=None):
    ...         return np.where(np.arange(np.prod(shape)) % 2, -1.0, 1.0).reshape(shape).astype(dtype or "float32")
    >>> Alternating()((2, 2))
    array([[ 1., -1.],
           [ 1., -1.]], dtype=float32)

    Source: `keras.initializers.Initializer`.
    """

    family = "initializers"

    def __call__(self, shape, dtype=None):
        """The first value of a weight: an array of this shape and dtype (None is the default float type)."""
        raise NotImplementedError("Initializer subclasses must implement the `__call__()` method.")

    def clone(self):
        """Another initializer of the same configuration; an unseeded one gets a seed of its own."""
        return type(self).from_config(self.get_config())
