"""Lambda: any function of arrays as a layer.

It is the one layer that holds code of the user's, so this is where code in saved files is kept from running.
"""

import inspect

import numpy as np

from layerlab import activations
from layerlab.layers.layer import Layer
from layerlab.layers.shapes import as_shape, shape_of, tree_of_tensors
from layerlab.serialization import deserialize_keras_object, safe_mode_scope, serialize_keras_object
from layerlab.serialization.bytecode import dump_function

__all__ = ["Lambda"]


class Lambda(Layer):
    """y = function(x, **arguments): for a formula without weights, written in plain NumPy.

    Args:
        function: an array in (or a list of them), an array out. If it has parameters called `mask` or `training`, it
            gets them too.
        output_shape: the shape of one output sample, without the batch axis, or a function from the whole input shape
            to the whole output shape. Found by trying the function out if not given.
        mask: the output's mask, or a function `(inputs, mask) -> mask`. Without it masks end here.
        arguments: a dictionary of further keyword arguments for the function.

    Shapes:
        in any, out what the function gives.

    Raises:
        TypeError: `function` cannot be called, or `output_shape` is neither a tuple nor a function.
        NotImplementedError: the output shape is needed and cannot be found.

    A named function is saved by its name, which must be registered to load again (NumPy's elementwise ones are known).
    A `lambda` is saved as byte code, which loads only with `safe_mode=False`. For weights write a subclass of Layer.

    >>> Lambda(lambda x: x**2)(np.array([1.0, 2.0, 3.0]))
    array([1., 4., 9.], dtype=float32)

    Source: Keras page "Lambda layer".
    """

    def __init__(self, function, output_shape=None, mask=None, arguments=None, **kwargs):
        super().__init__(**kwargs)
        if not callable(function):
            raise TypeError(f"Lambda needs a function of arrays, such as np.abs. Received: function={function!r}")
        if not (output_shape is None or callable(output_shape) or isinstance(output_shape, list | tuple)):
            raise TypeError(
                "`output_shape` must be the shape of one output sample, such as (3,), or a function of the input "
                f"shape. Received: output_shape={output_shape!r}"
            )
        self.function, self.arguments = function, dict(arguments or {})
        self._output_shape = as_shape(output_shape) if isinstance(output_shape, list | tuple) else output_shape
        self.mask = mask
        self.supports_masking = mask is not None
        self._wanted = _parameters(function)

    def call(self, inputs, mask=None, training=None):
        extra = {name: value for name, value in (("mask", mask), ("training", training)) if name in self._wanted}
        return self.function(inputs, **(self.arguments | extra))

    # --- shapes -------------------------------------------------------------------------------------------------------

    def compute_output_shape(self, input_shape):
        if self._output_shape is None:
            return self._inferred(super().compute_output_shape, input_shape)
        if callable(self._output_shape):
            return self._output_shape(input_shape)
        first = input_shape[0]
        batch = first[0] if isinstance(first, list | tuple) else first  # of several inputs, the first one's
        if isinstance(self._output_shape, list):
            return [(batch, *shape) for shape in self._output_shape]
        return (batch, *self._output_shape)

    def compute_output_spec(self, inputs, mask=None, training=None):
        if self._output_shape is None:
            return self._inferred(self._dry_call, (inputs,), {"training": training})
        return tree_of_tensors(self.compute_output_shape(shape_of(inputs)), self._output_dtype([inputs]))

    def _inferred(self, infer, *args):
        try:
            return infer(*args)
        except Exception as error:
            raise NotImplementedError(
                "We could not automatically infer the shape of the Lambda's output. Please specify the `output_shape` "
                f"argument for this Lambda layer. The function, tried on ones, said: {type(error).__name__}: {error}"
            ) from error

    # --- masks --------------------------------------------------------------------------------------------------------

    @property
    def _makes_masks(self):
        return self.mask is not None

    def compute_mask(self, inputs, previous_mask=None):
        return self.mask(inputs, previous_mask) if callable(self.mask) else self.mask

    # --- configuration ------------------------------------------------------------------------------------------------

    def get_config(self):
        config = super().get_config() | {"function": _description(self.function)}
        if self._output_shape is not None:
            config["output_shape"] = _description(self._output_shape)
        if self.mask is not None:
            config["mask"] = _description(self.mask)
        return config | {"arguments": serialize_keras_object(self.arguments)}

    @classmethod
    def from_config(cls, config, custom_objects=None, safe_mode=None):
        """The layer that `get_config` described.

        Args:
            config: the dictionary.
            custom_objects: name -> function, for named functions.
            safe_mode: refuse byte code; the surrounding setting (True) by default.

        Raises:
            ValueError: byte code while safe_mode is on, or a name that is not known.
        """
        read = {key: _function(config[key], custom_objects, safe_mode) for key in _FUNCTIONS if key in config}
        arguments = deserialize_keras_object(config.get("arguments") or {}, custom_objects)
        return cls(**(config | read | {"arguments": arguments}))


_FUNCTIONS = ("function", "output_shape", "mask")


def _description(function):
    """The configuration of a function; a lambda's is its byte code, part by part, as real Keras's layer wants it."""
    name = getattr(function, "__name__", "")
    if name == "<lambda>":
        return {"class_name": "__lambda__", "config": dump_function(function)}
    if _of_numpy(name) is function:
        return {"module": "numpy", "class_name": "function", "config": name, "registered_name": "function"}
    return serialize_keras_object(function)


def _of_numpy(name: str):
    """The elementwise function of NumPy with this name: others (np.fromfile, np.tile) a file could do harm with."""
    function = vars(np).get(name) if isinstance(name, str) else None
    return function if isinstance(function, np.ufunc) else None


def _function(config, custom_objects, safe_mode):
    """A function from its configuration; a shape stays a shape."""
    if isinstance(config, str):
        return activations.get(config)
    if isinstance(config, dict) and config.get("module") == "numpy" and _of_numpy(config["config"]) is not None:
        return _of_numpy(config["config"])
    if safe_mode is None:
        return deserialize_keras_object(config, custom_objects)
    with safe_mode_scope(safe_mode):
        return deserialize_keras_object(config, custom_objects)


def _parameters(function) -> frozenset:
    try:
        return frozenset(inspect.signature(function).parameters)
    except ValueError:  # some functions written in C do not tell
        return frozenset()
