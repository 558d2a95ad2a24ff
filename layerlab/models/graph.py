"""From symbolic tensors back to the calls that made them, and forward again with data.

A graph is the list of those calls, in an order in which each finds its inputs ready; a model runs down that list.
"""

from typing import Any

from layerlab import tree
from layerlab.autodiff.arraylike import map_nested
from layerlab.layers.symbolic import KerasTensor, Node

__all__ = ["Graph"]


def _node_of(tensor: KerasTensor) -> Node:
    operation, node_index, _ = tensor._keras_history
    return operation._inbound_nodes[node_index]


class Graph:
    """The calls between some input tensors and some output tensors.

    Args:
        inputs, outputs: symbolic tensors, in lists or dictionaries.

    Raises:
        ValueError: an output does not depend on the inputs, or needs something that is not among them.
    """

    def __init__(self, inputs, outputs):
        self.inputs, self.outputs = inputs, outputs
        self._sources = {id(tensor) for tensor in tree.flatten(inputs)}
        found = self._calls_behind([*tree.flatten(outputs), *tree.flatten(inputs)])  # an input may be unused
        self._check_connected(found)
        self.nodes, self.operations = self._ordered(found)
        self._check_names()

    def _calls_behind(self, outputs) -> list[Node]:
        """Every call the outputs need, each after those it depends on."""
        finished: dict[int, Node] = {}
        stack: list[tuple[Node, bool]] = [(_node_of(tensor), False) for tensor in reversed(outputs)]
        while stack:
            node, ready = stack.pop()
            if id(node) in finished:
                continue
            if ready:
                finished[id(node)] = node
                continue
            stack.append((node, True))
            if not any(id(tensor) in self._sources for tensor in node.output_tensors):
                stack += [(_node_of(tensor), False) for tensor in reversed(node.input_tensors)]
        return list(finished.values())

    def _check_connected(self, calls: list[Node]) -> None:
        missing: dict[int, str | None] = {}  # for each call, an input it needs that the model does not have
        for node in calls:
            if any(id(tensor) in self._sources for tensor in node.output_tensors):
                missing[id(node)] = None
            elif not node.input_tensors:
                missing[id(node)] = node.operation.name
            else:
                needed = (missing[id(_node_of(tensor))] for tensor in node.input_tensors)
                missing[id(node)] = next(filter(None, needed), None)
        for path, output in tree.flatten_with_path(self.outputs):
            if (name := missing[id(_node_of(output))]) is not None:
                raise ValueError(
                    f"Output with path `{'.'.join(map(str, path))}` is not connected to `inputs`: it depends on "
                    f"'{name}', which is not among the inputs. Received: inputs="
                    f"{[tensor.name for tensor in tree.flatten(self.inputs)]}. Add it to `inputs`."
                )

    def _ordered(self, calls: list[Node]) -> tuple[list[Node], list]:
        """Calls and operations, those furthest from the outputs first (Keras's order)."""
        depth_of_node: dict[int, int] = {}
        depth_of_operation: dict[int, int] = {}
        for node in reversed(calls):
            depth = max(depth_of_node.setdefault(id(node), 0), depth_of_operation.get(id(node.operation), 0))
            depth_of_operation[id(node.operation)] = depth_of_node[id(node)] = depth
            if any(id(tensor) in self._sources for tensor in node.output_tensors):
                continue
            for tensor in node.input_tensors:
                parent = id(_node_of(tensor))
                depth_of_node[parent] = max(depth + 1, depth_of_node.get(parent, 0))
        operations = list({id(node.operation): node.operation for node in calls}.values())
        operations.sort(key=lambda operation: -depth_of_operation[id(operation)])
        return sorted(calls, key=lambda node: -depth_of_node[id(node)]), operations

    def _check_names(self) -> None:
        names = [operation.name for operation in self.operations]
        doubled = next((name for name in names if names.count(name) > 1), None)
        if doubled:
            raise ValueError(
                f"The name '{doubled}' is used {names.count(doubled)} times in the model. "
                "All operation names should be unique."
            )

    def run(self, arrays: list, call) -> Any:
        """The outputs for these inputs (in the order of their leaves); `call(operation, args, kwargs)` does a call."""
        values = {id(t): array for t, array in zip(tree.flatten(self.inputs), arrays, strict=True)}

        def value_of(x):
            return values[id(x)] if isinstance(x, KerasTensor) else x

        for node in self.nodes:
            if all(id(tensor) in values for tensor in node.output_tensors):
                continue  # an input
            results = call(node.operation, map_nested(value_of, node.args), map_nested(value_of, node.kwargs))
            values |= {id(t): r for t, r in zip(node.output_tensors, tree.flatten(results), strict=True)}
        return tree.map_structure(value_of, self.outputs)
