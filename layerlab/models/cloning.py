"""Copies of a model's architecture with new weights, and architectures as JSON text."""

import json

from layerlab import tree
from layerlab.layers import InputLayer
from layerlab.layers.symbolic import KerasTensor
from layerlab.models.functional import Functional
from layerlab.models.model import Model
from layerlab.models.sequential import Sequential
from layerlab.serialization import (
    deserialize_keras_object,
    serialize_keras_object,
    serialize_shared,
    sharing_scope,
)

__all__ = ["clone_model", "model_from_json", "to_json"]


def clone_model(model, input_tensors=None, clone_function=None, call_function=None, recursive=False, **kwargs) -> Model:
    """A model of the same architecture, with new layers and so new weights.

    Args:
        model: the model.
        input_tensors: a symbolic tensor to build the copy on, in place of a new input.
        clone_function: called with each layer, returns the layer for the copy; by default one of the same
            configuration. A layer that appears twice is copied once.
        call_function: for models that are graphs: called with each new layer and its arguments, returns the output;
            by default `layer(*args, **kwargs)`.
        recursive: also copy the layers of models inside one by one, with the same functions.

    Raises:
        ValueError: an argument that does not go with this kind of model.

    >>> from layerlab.layers import Dense, Input
    >>> model = Sequential([Input((3,)), Dense(2, name="a")])
    >>> twin = clone_model(model)
    >>> twin.get_layer("a") is model.get_layer("a"), twin.count_params()
    (False, 8)

    Source: Keras page "Model cloning".
    """
    copies = kwargs.pop("cache", None) or {}
    if kwargs:
        raise ValueError(f"Unexpected keyword argument(s): {tuple(kwargs)}")
    if not isinstance(model, Sequential | Functional):
        return _clone_class(model, input_tensors, clone_function, call_function)
    if isinstance(model, Sequential) and call_function is not None:
        raise ValueError(
            "`call_function` argument is not supported with Sequential models. In a Sequential model, layers aren't "
            "called at model-construction time (they're merely listed). Use `call_function` with Functional models "
            f"only. Received model of type '{type(model).__name__}', with call_function={call_function}"
        )
    if clone_function is not None and not callable(clone_function):
        raise ValueError(
            f"Expected `clone_function` argument to be a callable. Received: clone_function={clone_function}"
        )
    copy = _Copier(clone_function or _same_configuration, call_function, recursive, copies)
    clone = (_clone_chain if isinstance(model, Sequential) else _clone_graph)(model, input_tensors, copy)
    if (compiled := model.get_compile_config()) is not None:
        clone.compile_from_config(compiled)
    return clone


def _same_configuration(layer):
    return type(layer).from_config(layer.get_config())


class _Copier:
    """Copies layers, each once."""

    def __init__(self, clone_function, call_function, recursive, copies):
        self.clone_function, self.call_function = clone_function, call_function
        self.recursive, self.copies = recursive, copies

    def __call__(self, layer):
        if id(layer) not in self.copies:
            inside = self.recursive and isinstance(layer, Sequential | Functional)
            self.copies[id(layer)] = self._clone_inside(layer) if inside else self.clone_function(layer)
        return self.copies[id(layer)]

    def _clone_inside(self, model):
        return _clone_chain(model, None, self) if isinstance(model, Sequential) else _clone_graph(model, None, self)

    def called(self, layer, args, kwargs):
        """What the copy of a layer gives for these arguments."""
        call = self.call_function or (lambda layer, *args, **kwargs: layer(*args, **kwargs))
        return call(self(layer), *args, **kwargs)


def _clone_class(model, input_tensors, clone_function, call_function) -> Model:
    """A copy of a model whose `call` the user wrote: only its own configuration knows what is inside."""
    if clone_function or input_tensors is not None:
        raise ValueError(
            "Arguments `clone_function` and `input_tensors` are only supported for Sequential models or Functional "
            f"models. Received model of type '{type(model).__name__}', with clone_function={clone_function} and "
            f"input_tensors={input_tensors}"
        )
    if call_function is not None:
        raise ValueError(
            "Argument `call_function` is only supported for Functional models. Received model of type "
            f"'{type(model).__name__}', with call_function={call_function}"
        )
    cls = type(model)
    return deserialize_keras_object(serialize_keras_object(model), custom_objects={cls.__name__: cls})


def _clone_chain(model, input_tensors, copy) -> Sequential:
    layers = [*_clone_input(model, input_tensors), *map(copy, model.layers)]
    return Sequential(layers, name=model.name, trainable=model.trainable)


def _clone_graph(model, input_tensors, copy) -> Functional:
    if input_tensors is None:
        input_tensors = tree.map_structure(_like, model.input)
    elif not all(isinstance(tensor, KerasTensor) for tensor in tree.flatten(input_tensors)):
        raise ValueError(
            "All entries in `input_tensors` must be KerasTensors. "
            f"Received invalid values: inputs_tensors={input_tensors}"
        )
    elif tree.nesting(input_tensors) != tree.nesting(model.input):
        raise ValueError(
            "`input_tensors` must have the same structure as model.input\n"
            f"model.input={model.input}\ninput_tensors={input_tensors}"
        )
    outputs = model._graph.run(tree.flatten(input_tensors), copy.called)
    return Functional(input_tensors, outputs, name=model.name, trainable=model.trainable)


def _like(tensor) -> KerasTensor:
    return InputLayer(batch_shape=tensor.shape, dtype=tensor.dtype, name=tensor._keras_history.operation.name).output


def _clone_input(model, input_tensors) -> list[InputLayer]:
    """The copy's input layer, in a list; an empty one if the shape is not known yet."""
    first = model._layers[0] if model._layers else None
    name = first.name if isinstance(first, InputLayer) else None
    if input_tensors is not None:
        return [InputLayer(input_tensor=_single_tensor(input_tensors), name=name)]
    if isinstance(first, InputLayer) or model.built:
        source = first if isinstance(first, InputLayer) else model._hidden_input
        return [InputLayer(batch_shape=source.batch_shape, dtype=source.dtype, name=name)]
    return []


def _single_tensor(tensors) -> KerasTensor:
    if isinstance(tensors, list | tuple):
        if len(tensors) != 1:
            raise ValueError("Argument `input_tensors` must contain a single tensor.")
        tensors = tensors[0]
    if not isinstance(tensors, KerasTensor):
        raise ValueError(
            f"Argument `input_tensors` must be a KerasTensor. Received invalid value: input_tensors={tensors}"
        )
    return tensors


def to_json(model, **kwargs) -> str:
    """The architecture of a model, and how it was compiled, as JSON text; no weights.

    Args:
        model: the model.
        **kwargs: passed on to `json.dumps`, such as `indent=2`.
    """
    return json.dumps(serialize_shared(model), **kwargs)


def model_from_json(json_string, custom_objects=None) -> Model:
    """The model that `to_json` described, with new weights.

    Args:
        json_string: the text; real Keras writes the same.
        custom_objects: name -> class or function, for what is not registered.

    Raises:
        ValueError: the text is no JSON, or holds a lambda.
        TypeError: it names a class or function that is not known.

    >>> from layerlab.layers import Dense, Input
    >>> text = Sequential([Input((3,)), Dense(2)]).to_json()
    >>> model_from_json(text).output_shape
    (None, 2)

    Source: Keras page "Model config serialization".
    """
    with sharing_scope():
        return deserialize_keras_object(json.loads(json_string), custom_objects)
