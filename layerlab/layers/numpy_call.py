"""A NumPy function applied to symbolic tensors, kept as a layer so that a model can run it later."""

from layerlab.layers.layer import Layer
from layerlab.layers.symbolic import dry_run, has_symbolic
from layerlab.naming import auto_name

__all__ = ["NumpyCall"]


class NumpyCall(Layer):
    """The layer that calling a NumPy function on a symbolic tensor makes.

    Args:
        function: any function of arrays, such as np.mean.
    """

    def __init__(self, function, name=None):
        super().__init__(name=name or auto_name(getattr(function, "__name__", "numpy_call")))
        self.function = function

    def __call__(self, *args, **kwargs):
        """Record the call for symbolic arguments; any argument of the function may be symbolic, none is cast."""
        return self._symbolic_call(args, kwargs) if has_symbolic(args, kwargs) else self.call(*args, **kwargs)

    def call(self, *args, **kwargs):
        return self.function(*args, **kwargs)

    def compute_output_spec(self, *args, **kwargs):
        return dry_run(self.function, args, kwargs)
