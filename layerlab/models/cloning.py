"""Copies of a model's architecture with new weights, and architectures as JSON text."""

import json

from layerlab.layers import InputLayer
from layerlab.layers.symbolic import KerasTensor
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
        call_function: only for models that are graphs.
        recursive: also copy the layers of chains inside one by one, with the same `clone_function`.

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
    if not isinstance(model, Sequential):
        return _clone_class(model, input_tensors, clone_function, call_function)
    if call_function is not None:
        raise ValueError(
            "`call_function` argument is not supported with Sequential models. In a Sequential model, layers aren't "
            "called at model-construction time (they're merely listed). Use `call_function` with Functional models "
            f"only. Received model of type '{type(model).__name__}', with call_function={call_function}"
        )
    if clone_function is not None and not callable(clone_function):
        raise ValueError(
            f"Expected `clone_function` argument to be a callable. Received: clone_function={clone_function}"
        )
    return _clone_chain(model, input_tensors, clone_function or _same_configuration, recursive, copies)


def _same_configuration(layer):
    return type(layer).from_config(layer.get_config())


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


def _clone_chain(model, input_tensors, clone_function, recursive, copies) -> Sequential:
    def copy(layer):
        if id(layer) not in copies:
            inside = recursive and isinstance(layer, Sequential)
            copies[id(layer)] = (
                _clone_chain(layer, None, clone_function, True, copies) if inside else clone_function(layer)
            )
        return copies[id(layer)]

    layers = [*_clone_input(model, input_tensors), *map(copy, model.layers)]
    clone = Sequential(layers, name=model.name, trainable=model.trainable)
    if model.compiled:
        clone.compile_from_config(model.get_compile_config())
    return clone


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
