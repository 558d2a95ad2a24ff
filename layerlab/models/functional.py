"""Models drawn as a graph: several inputs and outputs, branches, shared layers, models inside models.

`Model(inputs, outputs)` makes one from symbolic tensors.
"""

from layerlab import tree
from layerlab.autodiff.arraylike import map_nested
from layerlab.layers import Input, InputLayer
from layerlab.layers.keras_operations import is_operation, read_operation
from layerlab.layers.numpy_call import NumpyCall
from layerlab.layers.symbolic import KerasTensor
from layerlab.models.functional_inputs import arrays_in_order
from layerlab.models.graph import Graph
from layerlab.models.model import Model
from layerlab.naming import did_you_mean
from layerlab.serialization import deserialize_keras_object, serialize_keras_object

__all__ = ["Functional"]


class Functional(Model):
    """A model that runs the calls between symbolic inputs and outputs.

    Args:
        inputs: symbolic tensors from `Input`: one, a list, a tuple or a dictionary.
        outputs: symbolic tensors computed from them, likewise.
        name: for messages and the summary.
        trainable: whether training changes the weights.

    >>> import numpy as np
    >>> from layerlab.layers import Dense, Input
    >>> a, b = Input((3,)), Input((2,))
    >>> joined = np.concatenate([Dense(4)(a), b], axis=-1)
    >>> model = Model([a, b], Dense(1)(joined))
    >>> model([np.ones((5, 3)), np.ones((5, 2))]).shape
    (5, 1)

    Source: Keras guide "The Functional API".
    """

    repeats = True
    _keras_module = "keras.src.models.functional"

    def __init__(self, inputs, outputs, name=None, trainable=True, **kwargs):
        _check_tensors(inputs, outputs)
        super().__init__(name=name, trainable=trainable, **kwargs)
        self._graph = Graph(*_from_new_inputs(inputs, outputs))
        self.built = True
        if not trainable:
            self.trainable = False

    inputs = property(lambda self: tree.flatten(self._graph.inputs), doc="The symbolic inputs, in a list.")
    outputs = property(lambda self: tree.flatten(self._graph.outputs), doc="The symbolic outputs, in a list.")
    input = property(lambda self: self._graph.inputs, doc="The symbolic inputs, in their structure.")
    output = property(lambda self: self._graph.outputs, doc="The symbolic outputs, in their structure.")
    input_shape = property(lambda self: tree.map_structure(lambda t: t.shape, self._graph.inputs))
    output_shape = property(lambda self: tree.map_structure(lambda t: t.shape, self._graph.outputs))
    input_names = property(lambda self: [t._keras_history.operation.name for t in self.inputs])

    output_names = property(lambda self: [t._keras_history.operation.name for t in self.outputs])

    @Model.layers.getter  # type: ignore[attr-defined]
    def layers(self) -> list:
        """The layers of the graph, inputs included, those furthest from the outputs first."""
        return [operation for operation in self._graph.operations if not isinstance(operation, NumpyCall)]

    @property
    def operations(self) -> list:
        return list(self._graph.operations)

    def _sublayers(self):
        found = self._graph.operations + super()._sublayers() if "_graph" in vars(self) else []
        return list({id(layer): layer for layer in found}.values())

    # --- the call -------------------------------------------------------------------------------------------------

    def call(self, inputs, training=None, mask=None):
        def call(layer, args, kwargs):
            if training is not None and layer._call_info.has_training:  # it overrules what a call in the graph states
                kwargs = {**kwargs, "training": training}
            return layer(*args, **kwargs)

        return self._graph.run(self._arrays(inputs, warn=True), call)

    def compute_output_spec(self, inputs, training=None, mask=None):
        def call(layer, args, kwargs):
            return layer.compute_output_spec(*args, **kwargs)

        return self._graph.run(self._arrays(inputs), call)

    def compute_output_shape(self, input_shape):
        tensors = [KerasTensor(shape) for shape in _shapes_in(input_shape)]
        outputs = self._graph.run(tensors, lambda layer, args, kwargs: layer.compute_output_spec(*args, **kwargs))
        return tree.map_structure(lambda tensor: tensor.shape, outputs)

    def _arrays(self, inputs, warn=False) -> list:
        return arrays_in_order(inputs, self._graph.inputs, self.name, warn)

    # --- configuration ----------------------------------------------------------------------------------------------

    def get_config(self) -> dict:
        """The layers, and for each the calls that lead to it, in Keras's form."""
        kept = {id(node) for node in self._graph.nodes}
        numbers = {}  # (operation, node index there) -> node index in this model
        for operation in self._graph.operations:
            for i, node in enumerate(n for n in operation._inbound_nodes if id(n) in kept):
                numbers[id(node)] = i

        def reference(tensor):
            operation, node_index, tensor_index = tensor._keras_history
            return [operation.name, numbers[id(operation._inbound_nodes[node_index])], tensor_index]

        def end(tensor):
            name, node_index, tensor_index = reference(tensor)
            return [name, node_index + _extra_nodes(tensor._keras_history.operation), tensor_index]

        def argument(x):
            if not isinstance(x, KerasTensor):
                return serialize_keras_object(x)
            history = {"shape": list(x.shape), "dtype": x.dtype, "keras_history": reference(x)}
            return {"class_name": "__keras_tensor__", "config": history}

        layers = []
        for operation in self._graph.operations:
            calls = [node for node in operation._inbound_nodes if id(node) in kept]
            entry = serialize_keras_object(operation)
            entry["name"] = operation.name
            entry["inbound_nodes"] = [
                {"args": map_nested(argument, node.args), "kwargs": map_nested(argument, node.kwargs)}
                for node in calls
                if node.input_tensors
            ]
            layers.append(entry)
        return {
            "name": self.name,
            "trainable": self.trainable,
            "layers": layers,
            "input_layers": tree.map_structure(end, self._graph.inputs),
            "output_layers": tree.map_structure(end, self._graph.outputs),
        }

    @classmethod
    def from_config(cls, config, custom_objects=None):
        """The model that `get_config` described, with new weights."""
        layers = {entry["name"]: _operation(entry, custom_objects) for entry in config["layers"]}
        made: dict[str, list] = {name: [] for name in layers}  # the outputs of each call, flat
        for name, layer in layers.items():
            if isinstance(layer, InputLayer):
                made[name].append([layer.output])
        is_legacy = _replay(config["layers"], layers, made)

        def tensor(reference):
            name, node_index, tensor_index = reference
            if name not in made:
                raise ValueError(
                    f"Invalid Functional model configuration. Missing node: {name}{did_you_mean(name, made)}"
                )
            calls = made[name]
            node_index -= _extra_nodes(layers[name], Model if is_legacy else Functional)
            if not (0 <= node_index < len(calls) and 0 <= tensor_index < len(calls[node_index])):
                raise ValueError(
                    f"Invalid Functional model configuration. '{name}' has no output {tensor_index} of a call "
                    f"{node_index}: it has {len(calls)} call(s). Received: {reference}"
                )
            return calls[node_index][tensor_index]

        inputs, outputs = (_map_references(tensor, config[key]) for key in ("input_layers", "output_layers"))
        if is_legacy:  # which lists a single tensor too
            inputs, outputs = (x[0] if len(x) == 1 else x for x in (inputs, outputs))
        rest = {key: value for key, value in config.items() if key not in ("layers", "input_layers", "output_layers")}
        return cls(inputs=inputs, outputs=outputs, **rest)


def _operation(entry: dict, custom_objects):
    if is_operation(entry):
        return read_operation(entry["class_name"], entry["config"])
    return deserialize_keras_object(entry, custom_objects)


def _extra_nodes(operation, kind: type = Functional) -> int:
    """Keras counts the inside of a functional model as its first call, where a model's inputs and outputs are named.

    Keras 2 counts so everywhere, and for a Sequential too.
    """
    return int(isinstance(operation, kind))


def _replay(entries: list[dict], layers: dict, made: dict) -> bool:
    """Make the recorded calls again, each as soon as its inputs exist; returns whether they are Keras 2's."""
    is_legacy = any(not isinstance(call, dict) for entry in entries for call in entry["inbound_nodes"])
    waiting = [(entry["name"], _recorded(call, layers)) for entry in entries for call in entry["inbound_nodes"]]
    for name, call in waiting:
        missing = next(
            (source for source, _, _ in _references([call["args"], call["kwargs"]]) if source not in made), None
        )
        if missing is not None:
            raise ValueError(
                f"Invalid Functional model configuration. Missing node: {missing}, an input of '{name}'."
                f"{did_you_mean(missing, made)}"
            )
    while waiting:
        left = []
        blocked: set[str] = set()
        for name, call in waiting:
            if name in blocked or not _is_ready(call, made):
                blocked.add(name)  # calls of one layer keep their order
                left.append((name, call))
                continue
            args, kwargs = (_resolve(call[key], made) for key in ("args", "kwargs"))
            made[name].append(tree.flatten(layers[name](*args, **kwargs)))
        if len(left) == len(waiting):
            raise ValueError(
                "Invalid Functional model configuration. The graph of the Functional model either has loops or "
                "disconnected nodes. The following nodes failed to be resolved: "
                f"{list(dict.fromkeys(name for name, _ in left))}"
            )
        waiting = left
    return is_legacy


def _recorded(call, layers: dict) -> dict:
    """A call in today's form; the older one is a list of [layer, node, tensor, keyword arguments]."""
    if isinstance(call, dict):
        return call
    kwargs: dict = next((source[3] for source in call if len(source) > 3), {})
    sources = [(name, node - _extra_nodes(layers.get(name), Model), tensor) for name, node, tensor, *_ in call]
    tensors = [{"class_name": "__keras_tensor__", "config": {"keras_history": source}} for source in sources]
    return {"args": tensors if len(tensors) == 1 else [tensors], "kwargs": kwargs}


def _references(value):
    """The tensor references in a call's arguments."""
    if isinstance(value, dict) and value.get("class_name") == "__keras_tensor__":
        yield value["config"]["keras_history"]
    elif isinstance(value, dict):
        for item in value.values():
            yield from _references(item)
    elif isinstance(value, list | tuple):
        for item in value:
            yield from _references(item)


def _is_ready(call: dict, made: dict) -> bool:
    return all(len(made[name]) > index for name, index, _ in _references([call["args"], call["kwargs"]]))


def _resolve(value, made: dict):
    if isinstance(value, dict) and value.get("class_name") == "__keras_tensor__":
        name, node_index, tensor_index = value["config"]["keras_history"]
        return made[name][node_index][tensor_index]
    if isinstance(value, dict) and "class_name" in value and "config" in value:
        return deserialize_keras_object(value)
    if isinstance(value, dict):
        return {key: _resolve(item, made) for key, item in value.items()}
    return [_resolve(item, made) for item in value] if isinstance(value, list | tuple) else value


def _map_references(tensor, structure):
    """`input_layers`: one reference [name, node, index], or lists and dictionaries of them."""
    if isinstance(structure, dict):
        return {key: _map_references(tensor, item) for key, item in structure.items()}
    if len(structure) == 3 and isinstance(structure[0], str):
        return tensor(structure)
    items = [_map_references(tensor, item) for item in structure]
    return tuple(items) if isinstance(structure, tuple) else items


def _from_new_inputs(inputs, outputs):
    """Inputs that are results of layers replaced by new `Input`s, and the outputs computed from those anew."""
    tensors = tree.flatten(inputs)
    if all(isinstance(tensor._keras_history.operation, InputLayer) for tensor in tensors):
        return inputs, outputs
    new = [
        tensor if isinstance(tensor._keras_history.operation, InputLayer) else _input_like(tensor) for tensor in tensors
    ]
    outputs = Graph(inputs, outputs).run(new, lambda layer, args, kwargs: layer(*args, **kwargs))
    return tree.pack_sequence_as(inputs, new), outputs


def _input_like(tensor: KerasTensor) -> KerasTensor:
    return Input(batch_shape=tensor.shape, dtype=tensor.dtype, name=f"{tensor.name}CLONE")


def _check_tensors(inputs, outputs) -> None:
    for name, structure in (("inputs", inputs), ("outputs", outputs)):
        for leaf in tree.flatten(structure):
            if not isinstance(leaf, KerasTensor):
                raise ValueError(
                    f"All `{name}` values must be KerasTensors. Received: {name}={structure} including invalid value "
                    f"{leaf} of type {type(leaf)}. Start from Input(shape) and call layers on it."
                )


def _shapes_in(structure) -> list:
    if isinstance(structure, dict):
        return [shape for key in sorted(structure) for shape in _shapes_in(structure[key])]
    if isinstance(structure, list | tuple) and all(n is None or isinstance(n, int) for n in structure):
        return [tuple(structure)]
    return [shape for item in structure for shape in _shapes_in(item)]
