"""A plain chain of layers: each one's output is the next one's input.

With an `Input` first, all weights exist at once; without one, the first batch decides the shapes.
"""

import copy
import inspect

from layerlab import tree
from layerlab.layers import InputLayer
from layerlab.layers.layer import Layer
from layerlab.layers.shapes import shape_of
from layerlab.layers.symbolic import KerasTensor
from layerlab.masking import set_mask
from layerlab.models.input_rank import fit_rank
from layerlab.models.model import Model
from layerlab.serialization import deserialize_keras_object, serialize_keras_object
from layerlab.variables import name_scope

__all__ = ["Sequential"]


class Sequential(Model):
    """A model whose layers follow one another.

    Args:
        layers: a list of layers, perhaps with an `Input` first.
        trainable: whether training changes the weights.
        name: for messages and the summary.

    >>> from layerlab.layers import Dense, Input
    >>> model = Sequential([Input((16,)), Dense(32, activation="relu"), Dense(16, activation="relu"), Dense(8)])
    >>> model.count_params(), model.output_shape
    (1208, (None, 8))

    Source: Keras page "The Sequential class".
    """

    repeats = True
    _to_change_layers = "Use `add()` and `pop()` to change the layers in this model."

    def __init__(self, layers=None, trainable=True, name=None):
        if isinstance(layers, Layer):
            raise TypeError(f"Sequential takes a list of layers. Received: {layers}. Did you mean Sequential([layer])?")
        super().__init__(trainable=trainable, name=name)
        self._layers: list[Layer] = []
        self._tensors: list[KerasTensor] = []  # the symbolic input and the output of each layer after it
        self.built = False
        for layer in layers or []:
            self._append(layer)
        self._build_if_shapes_known()

    # --- the chain ------------------------------------------------------------------------------------------------

    def add(self, layer, rebuild=True) -> None:
        """Append a layer.

        Raises:
            ValueError: not a layer, a name that is taken, or a second input.
        """
        before = list(self._layers), self._tensors, self.built
        self._append(layer)
        try:
            if rebuild:
                self._build_if_shapes_known()
        except Exception:
            self._layers, self._tensors, self.built = before
            raise

    def _append(self, layer) -> None:
        layer = _as_layer(layer)
        if isinstance(layer, InputLayer):
            if self._layers:
                raise ValueError(
                    f"Sequential model '{self.name}' has already been configured to use input shape "
                    f"{getattr(self._layers[0], 'batch_shape', None)}. You cannot add a different Input layer to it."
                )
        elif not self._layers and layer._input_shape_argument is not None:
            self._layers.append(InputLayer(shape=layer._input_shape_argument, dtype=_input_dtype(layer)))
        elif not self._layers and isinstance(layer, Model) and layer.built:
            inputs = getattr(layer, "inputs", None) or []
            if len(inputs) == 1:  # a model that knows its input says what comes in here
                self._layers.append(InputLayer(batch_shape=inputs[0].shape, dtype=inputs[0].dtype))
        taken = [other.name for other in self._layers if other is not layer]
        if layer.name in taken:
            raise ValueError(
                "All layers added to a Sequential model should have unique names. Name "
                f"'{layer.name}' is already the name of a layer in this model. Update the `name` argument to pass a "
                "unique name."
            )
        self._layers.append(layer)

    def pop(self, rebuild=True) -> Layer:
        """Take the last layer away and return it."""
        if not self.layers:
            raise ValueError(f"Sequential model '{self.name}' has no layer to remove.")
        layer = self._layers.pop()
        self._tensors = self._tensors[: len(self._layers)]
        self.built = bool(self.layers) and self.built
        return layer

    @Model.layers.getter  # type: ignore[attr-defined]
    def layers(self) -> list[Layer]:
        """The layers, without the InputLayer."""
        return [layer for layer in self._layers if not isinstance(layer, InputLayer)]

    def _sublayers(self):
        return list({id(layer): layer for layer in self.layers}.values())

    # --- shapes ---------------------------------------------------------------------------------------------------

    def _build_if_shapes_known(self) -> None:
        if self._tensors and len(self.layers):
            with name_scope(self.name):  # as around `build`: the new weights have the model in their paths
                self._extend()
        elif self._layers and isinstance(self._layers[0], InputLayer) and self.layers:
            self.build(self._layers[0].batch_shape)

    def build(self, input_shape=None):
        """Make all weights for inputs of this shape (the batch axis included, None where unknown).

        Raises:
            ValueError: there are no layers, the shape contradicts the model's Input, or one layer does not fit.
        """
        if not self.layers:
            raise ValueError(
                f"Sequential model {self.name} cannot be built because it has no layers. Call `model.add(layer)`."
            )
        first = self._layers[0]
        if not _is_single(input_shape):
            return  # several arrays go in: each layer makes its weights when it is called
        if isinstance(first, InputLayer):
            if input_shape is not None and not _agree(first.batch_shape, input_shape):
                raise ValueError(
                    f"Sequential model '{self.name}' has already been configured to use input shape "
                    f"{first.batch_shape}. You cannot build it with input_shape {input_shape}"
                )
            self._tensors = [first.output]
        elif input_shape is None:
            raise ValueError("You must provide an `input_shape` argument.")
        else:
            source = InputLayer(batch_shape=tuple(input_shape), dtype=_input_dtype(first), name=None)
            self._hidden_input, self._tensors = source, [source.output]
        self._extend()

    def _extend(self) -> None:
        """Carry the symbolic tensor through the layers that have not seen it yet."""
        tensors = list(self._tensors)
        for layer in self.layers[len(tensors) - 1 :]:
            try:
                tensors.append(layer(tensors[-1]))
            except NotImplementedError:  # a layer whose shapes are not known before there is data
                self._tensors = []
                return
            except Exception as error:
                _check_takes_one_input(layer, error)
                error.add_note(_chain(self, [tensor.shape for tensor in tree.flatten(tensors)]))
                raise
        self._tensors, self.built = tensors, True

    def _built_tensors(self, what: str) -> list[KerasTensor]:
        if not self._tensors:
            raise AttributeError(f"Sequential model '{self.name}' has no defined {what} yet.")
        return self._tensors

    inputs = property(lambda self: [self._built_tensors("inputs")[0]], doc="The symbolic input, in a list.")
    outputs = property(lambda self: tree.flatten(self._built_tensors("outputs")[-1]), doc="The symbolic outputs.")
    input_shape = property(
        lambda self: self._built_tensors("input shape")[0].shape, doc="The input's shape, the batch axis included."
    )
    output_shape = property(
        lambda self: tree.map_structure(lambda t: t.shape, self._built_tensors("output shape")[-1]),
        doc="The output's shape, the batch axis included.",
    )
    input_dtype = property(lambda self: self._built_tensors("input dtype")[0].dtype, doc="The input's dtype.")

    def compute_output_shape(self, input_shape):
        shape = input_shape
        for layer in self.layers:
            shape = layer.compute_output_shape(shape)
        return shape

    def compute_output_spec(self, inputs, training=None, mask=None):
        x = inputs
        for layer in self.layers:
            x = layer.compute_output_spec(x)
        return x

    # --- the call -------------------------------------------------------------------------------------------------

    def __call__(self, inputs, *args, **kwargs):
        if not self.layers:
            raise ValueError(
                f"Sequential model {self.name} cannot be built because it has no layers. Call `model.add(layer)`."
            )
        if self._tensors:
            inputs = self._only_input(inputs)
        if self._tensors and not tree.is_nested(inputs):
            inputs = fit_rank(inputs, self._tensors[0].shape)
        return super().__call__(inputs, *args, **kwargs)

    def _only_input(self, inputs):
        """The array in a list of one, as `fit([x], y)` gives it; a model of layers in a row has one input."""
        leaves = tree.flatten(inputs)
        if not tree.is_nested(inputs) or not all(hasattr(leaf, "shape") for leaf in leaves):
            return inputs  # numbers in lists are refused where every layer refuses them
        if len(leaves) != 1 or isinstance(inputs, dict):
            raise ValueError(
                f"The structure of `inputs` doesn't match the expected structure: Sequential model {self.name} has one "
                f"input, an array. Received: a {type(inputs).__name__} of {len(leaves)}"
            )
        return leaves[0]

    def call(self, inputs, training=None, mask=None):
        x = inputs
        for leaf, its_mask in zip(tree.flatten(x), tree.flatten(mask), strict=False):
            if its_mask is not None:
                set_mask(leaf, its_mask)
        shapes = [shape_of(x)]
        for layer in self.layers:
            try:
                x = layer(x, training=training)
            except Exception as error:
                error.add_note(_chain(self, shapes))
                raise
            shapes.append(shape_of(x))
        return x

    # --- configuration ----------------------------------------------------------------------------------------------

    def get_config(self) -> dict:
        """Name, layers and the shape the model was built for."""
        config = {key: value for key, value in Layer.get_config(self).items() if key in ("name", "trainable", "dtype")}
        config["layers"] = [serialize_keras_object(layer) for layer in self._layers]
        if self._tensors:
            config["build_input_shape"] = self._tensors[0].shape
        return config

    @classmethod
    def from_config(cls, config, custom_objects=None):
        """The model that `get_config` described, with new weights."""
        if not {"name", "layers"} <= set(config):
            raise ValueError(
                "A Sequential model configuration must be a dictionary containing the 'name' and 'layers' keys. "
                f"Received: config={config}"
            )
        config = copy.deepcopy(config)
        for item in config["layers"]:
            if not isinstance(item, dict) or "config" not in item:
                raise ValueError(
                    "The provided configuration is not a valid Keras configuration. Expected a dictionary containing a "
                    f"'config' key. Received: config={item}"
                )
        layers = [deserialize_keras_object(item, custom_objects) for item in config["layers"]]
        model = cls(layers, name=config["name"], trainable=config.get("trainable", True))
        shape = config.get("build_input_shape")
        if shape and not model.built and model.layers:
            model.build(tuple(shape))
        return model


def _as_layer(layer) -> Layer:
    if isinstance(layer, KerasTensor):  # Input(...) gives a tensor; its layer is meant
        operation = layer._keras_history.operation
        layer = operation if isinstance(operation, InputLayer) else layer
    if not isinstance(layer, Layer):
        hint = f" Did you mean {layer.__name__}(...)?" if isinstance(layer, type) else ""
        raise ValueError(
            "Only instances of `keras.Layer` can be added to a Sequential model. "
            f"Received: {layer} (of type {type(layer)}).{hint}"
        )
    return layer


def _input_dtype(layer: Layer) -> str:
    return layer.input_dtype if not isinstance(layer, Sequential) else layer.dtype


def _is_single(shape) -> bool:
    """Whether this is the shape of one array, or none at all."""
    return shape is None or (not isinstance(shape, dict) and not any(map(tree.is_nested, shape)))


def _check_takes_one_input(layer: Layer, error: Exception) -> None:
    """ValueError if the layer failed because its `call` does not take just the one array that a chain has for it."""
    if not isinstance(error, TypeError):
        return
    parameters = inspect.signature(layer.call).parameters.values()
    given = [p for p in parameters if p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD)]
    required = [p.name for p in given if p.default is p.empty]
    if len(required) > 1:
        raise ValueError(
            "Layers added to a Sequential model can only have a single required positional argument, the input tensor. "
            f"Layer {type(layer).__name__} has multiple required positional arguments: {required}"
        ) from error
    if not given and not any(p.kind is p.VAR_POSITIONAL for p in parameters):
        raise ValueError(
            "Layers added to a Sequential model should have a single positional argument, the input tensor. Layer "
            f"{type(layer).__name__} has no positional arguments."
        ) from error


def _agree(a, b) -> bool:
    return len(a) == len(b) and all(m == n or m is None or n is None for m, n in zip(a, b, strict=True))


def _chain(model: Sequential, shapes) -> str:
    """The way of the data so far: `input (None, 3) -> dense (None, 4) -> flatten fails`."""
    steps = [f"input {shapes[0]}"]
    steps += [f"{layer.name} {shape}" for layer, shape in zip(model.layers, shapes[1:], strict=False)]
    failing = model.layers[len(shapes) - 1].name
    return f"Shapes in model '{model.name}': {' -> '.join(steps)} -> {failing} fails here."
