"""A NumPy function applied to symbolic tensors, kept as a layer so that a model can run it later."""

from typing import Any

from layerlab import tree
from layerlab.autodiff.rule import COMPOSITES, CONSTANTS, RULES
from layerlab.layers.layer import Layer
from layerlab.layers.shapes import as_shape
from layerlab.layers.symbolic import KerasTensor, dry_run, has_symbolic
from layerlab.naming import auto_name, did_you_mean
from layerlab.variables import room_is_limited

__all__ = ["NumpyCall"]


class NumpyCall(Layer):
    """The layer that calling a NumPy function on a symbolic tensor makes.

    Args:
        function: any function of arrays, such as np.mean.
        outputs: what it gives, as `{"shape": ..., "dtype": ...}` or a list of those; found by a dry run otherwise.
    """

    spec: Any = None  # what tells the symbolic output, for a function that is not to be tried

    def __init__(self, function, name=None, outputs=None):
        super().__init__(name=name or auto_name(getattr(function, "__name__", "numpy_call")))
        self.function, self._stated, self._from_text = function, outputs, False
        self.always: dict = {}  # keyword arguments of every call

    def __call__(self, *args, **kwargs):
        """Record the call for symbolic arguments; any argument of the function may be symbolic, none is cast."""
        kwargs = self.always | kwargs
        if self._from_text:
            args, kwargs = _tuples(args), _tuples(kwargs)
        return self._symbolic_call(args, kwargs) if has_symbolic(args, kwargs) else self.call(*args, **kwargs)

    def call(self, *args, **kwargs):
        return self.function(*args, **kwargs)

    def compute_output_spec(self, *args, **kwargs):
        if self.spec is not None:
            return self.spec(*args, **kwargs)
        if self._stated is None:
            return dry_run(self.function, args, kwargs)
        if isinstance(self._stated, dict):
            return KerasTensor(as_shape(self._stated["shape"]), self._stated["dtype"])
        return [KerasTensor(as_shape(each["shape"]), each["dtype"]) for each in self._stated]

    def get_config(self):
        outputs = self._inbound_nodes[-1].outputs if self._inbound_nodes else None
        single = isinstance(outputs, KerasTensor)
        stated = [
            {"shape": tensor.shape, "dtype": tensor.dtype} for tensor in tree.flatten(outputs) if outputs is not None
        ]
        return {"name": self.name, "function": _full_name(self.function), "outputs": stated[0] if single else stated}

    @classmethod
    def from_config(cls, config):
        """The layer for a function by its name, which must be one that a tape knows: no file can name any other.

        While a file is loaded, the function does not run either: a few words could make it fill the memory.

        Raises:
            ValueError: another name.
        """
        known = {_full_name(function): function for function in (*RULES, *CONSTANTS, *COMPOSITES)}
        name = config["function"]
        if name not in known:
            raise ValueError(
                f"The function {name!r} cannot be loaded from a file: only functions that layerlab can differentiate "
                f"can.{did_you_mean(name, known)}"
            )
        layer = cls(known[name], config.get("name"), config["outputs"] if room_is_limited() else None)
        layer._from_text = True
        return layer


def _tuples(value):
    """Lists as tuples, which JSON has made lists of: np.mean wants a tuple of axes, an index is one."""
    if isinstance(value, dict):
        return {key: _tuples(item) for key, item in value.items()}
    return tuple(_tuples(item) for item in value) if isinstance(value, list | tuple) else value


def _full_name(function) -> str:
    module = getattr(function, "__module__", None) or "numpy"
    return f"{module}.{getattr(function, '__name__', function)}"
