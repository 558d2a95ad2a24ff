"""Where a model begins: `Input` says what shape of data will come, and gives the tensor that stands for it.

Behind each such tensor is an `InputLayer`, which is what a model lists, saves and rebuilds.
"""

import warnings

from layerlab.config import floatx, standardize_dtype
from layerlab.layers.layer import Layer
from layerlab.layers.symbolic import KerasTensor, Node, standardize_shape

__all__ = ["Input", "InputLayer"]


class InputLayer(Layer):
    """The first layer of a model: it holds the shape of the data and computes nothing.

    Args:
        shape: the shape of one sample, without the batch axis; None for axes of any size.
        batch_size: the number of samples, if it is fixed.
        dtype: of the data to come; the default float type otherwise.
        batch_shape: the whole shape, batch axis included, in place of `shape` and `batch_size`.
        input_tensor: a symbolic tensor to begin with, in place of a new one.
        optional: the model may be called with None here.
        name: "input_layer", numbered, by default.
        sparse, ragged: accepted when false; layerlab has only dense arrays.

    Raises:
        ValueError: no shape, two shapes, or something that is no shape.

    >>> InputLayer((28, 28)).output.shape
    (None, 28, 28)

    Source: Keras page "InputLayer".
    """

    repeats = True

    def __init__(
        self,
        shape=None,
        batch_size=None,
        dtype=None,
        sparse=None,
        ragged=None,
        batch_shape=None,
        input_tensor=None,
        optional=False,
        name=None,
        **kwargs,
    ):
        if "input_shape" in kwargs:
            warnings.warn("Argument `input_shape` is deprecated. Use `shape` instead.", stacklevel=2)
            shape = kwargs.pop("input_shape")
        batch_shape = kwargs.pop("batch_input_shape", batch_shape)
        super().__init__(name=name, **kwargs)
        if input_tensor is not None:
            given = {"shape": shape, "batch_size": batch_size, "dtype": dtype, "batch_shape": batch_shape}
            _check_tensor(input_tensor, given | {"sparse": sparse, "ragged": ragged})
            shape, batch_size, batch_shape, dtype = None, None, input_tensor.shape, input_tensor.dtype
        for argument, value in (("sparse", sparse), ("ragged", ragged)):
            if value:
                raise ValueError(f"`{argument}=True` is not supported: layerlab has only dense arrays.")
        self.batch_shape = _whole_shape(shape, batch_size, batch_shape)
        self._dtype = floatx() if dtype is None else standardize_dtype(dtype)
        self.sparse = self.ragged = False
        self.optional = optional
        tensor = KerasTensor(self.batch_shape, self._dtype, name) if input_tensor is None else input_tensor
        Node(self, (), {}, tensor)

    def call(self):
        """Nothing: the layer only has an `output`."""

    @property
    def input(self):
        """Nothing goes into an InputLayer."""
        return []

    def compute_output_shape(self):
        return self.batch_shape

    def get_config(self):
        return {
            "batch_shape": self.batch_shape,
            "dtype": self._dtype,
            "sparse": self.sparse,
            "ragged": self.ragged,
            "name": self.name,
            "optional": self.optional,
        }


def Input(
    shape=None,
    batch_size=None,
    dtype=None,
    sparse=None,
    ragged=None,
    batch_shape=None,
    name=None,
    tensor=None,
    optional=False,
) -> KerasTensor:
    """A symbolic tensor that stands for the data a model will get.

    Args:
        shape: the shape of one sample, without the batch axis; None for axes of any size.
        batch_size: the number of samples, if it is fixed.
        dtype: of the data to come; the default float type otherwise.
        batch_shape: the whole shape, batch axis included, in place of `shape` and `batch_size`.
        name: of the tensor and its layer.
        tensor: a symbolic tensor to use as it is.
        optional: the model may be called with None here.
        sparse, ragged: accepted when false; layerlab has only dense arrays.

    Raises:
        ValueError: no shape, two shapes, or something that is no shape.

    >>> Input((3,), name="x")
    <KerasTensor shape=(None, 3), dtype=float32, name=x>

    Source: Keras page "Input object".
    """
    layer = InputLayer(
        shape=shape,
        batch_size=batch_size,
        dtype=dtype,
        sparse=sparse,
        ragged=ragged,
        batch_shape=batch_shape,
        input_tensor=tensor,
        optional=optional,
        name=name,
    )
    return layer.output


def _check_tensor(tensor, given: dict):
    """ValueError unless this is a symbolic tensor that agrees with the other arguments."""
    if not isinstance(tensor, KerasTensor):
        raise ValueError(
            f"Argument `input_tensor` must be a KerasTensor. Received invalid type: input_tensor={tensor} "
            f"(of type {type(tensor)})"
        )
    shape = tensor.shape
    its = {"shape": shape[1:], "batch_size": shape[0], "dtype": tensor.dtype, "batch_shape": shape}
    for name, value in given.items():
        value = tuple(value) if isinstance(value, list) else value
        if value is not None and value != its.get(name, False):
            raise ValueError(
                f"When providing the `input_tensor` argument, you cannot provide an incompatible `{name}` argument. "
                f"Received: {name}={value} for the tensor {tensor}"
            )


def _whole_shape(shape, batch_size, batch_shape) -> tuple:
    for name, value in (("shape", shape), ("batch_size", batch_size)):
        if value is not None and batch_shape is not None:
            raise ValueError(f"You cannot pass both `{name}` and `batch_shape` at the same time.")
    if batch_shape is not None:
        return standardize_shape(batch_shape)
    if shape is None:
        raise ValueError("You must pass a `shape` argument.")
    return standardize_shape((batch_size, *standardize_shape(shape)))
