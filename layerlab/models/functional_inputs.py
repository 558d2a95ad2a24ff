"""What a functional model is called with, brought into the order of its inputs, or refused with what was expected."""

import warnings

from layerlab import tree
from layerlab.layers import InputLayer
from layerlab.layers.symbolic import KerasTensor
from layerlab.masking import get_mask, set_mask
from layerlab.models.input_rank import fit_rank

__all__ = ["arrays_in_order"]


def arrays_in_order(inputs, wanted, model_name: str, warn: bool = True) -> list:
    """The input arrays in the order of the model's inputs, their ranks made to fit.

    Args:
        inputs: arrays or symbolic tensors, in the structure of the model's inputs, or in one that can be told apart.
        wanted: the model's symbolic inputs, in their structure.
        model_name: for messages.
        warn: whether to tell that the structures differ.

    Raises:
        ValueError: arrays are missing, too many, of another shape, or None where the input is not optional.
    """
    if isinstance(inputs, dict) and not isinstance(wanted, dict):
        names = [tensor._keras_history.operation.name for tensor in tree.flatten(wanted)]
        inputs = _picked(inputs, names)
    elif isinstance(wanted, dict):
        inputs = _for_names(inputs, wanted, model_name, warn)
    arrays, tensors = tree.flatten(inputs), tree.flatten(wanted)
    if len(arrays) != len(tensors):
        raise ValueError(
            f"Layer '{model_name}' expects {len(tensors)} input(s), but it received {len(arrays)} input tensor(s)."
        )
    if warn and not isinstance(wanted, dict) and len(arrays) > 1 and tree.nesting(inputs) != tree.nesting(wanted):
        _tell(inputs, wanted)
    paths = [".".join(map(str, path)) for path, _ in tree.flatten_with_path(wanted)]
    triples = zip(arrays, tensors, paths, strict=True)
    return [_fitted(x, tensor, path, f"Input {i}", model_name) for i, (x, tensor, path) in enumerate(triples)]


def _picked(inputs: dict, names: list):
    missing = next((name for name in names if name not in inputs), None)
    if missing is not None:
        raise ValueError(f"Missing data for input '{missing}'. Expected: {names}. Received: {sorted(inputs)}")
    return [inputs[name] for name in names]


def _for_names(inputs, wanted: dict, model_name: str, warn: bool):
    """The inputs of a model whose inputs have names, without those that it does not use."""
    if isinstance(inputs, dict):
        found = dict(zip(wanted, _picked(inputs, list(wanted)), strict=True))
        if warn and len(inputs) > len(found):
            _tell(inputs, wanted)
        return found
    arrays = tree.flatten(inputs)
    if len(arrays) != len(tree.flatten(wanted)):
        raise ValueError(
            f"Layer '{model_name}' expects {len(wanted)} named input(s) with keys {list(wanted)}, but it received "
            f"{len(arrays)} input tensor(s) without names. Pass a dictionary."
        )
    if list(wanted) != sorted(wanted):  # which one is meant first?
        raise ValueError(_mismatch(inputs, wanted))
    if warn:
        _tell(inputs, wanted)
    return inputs


def _tell(inputs, wanted) -> None:
    warnings.warn(_mismatch(inputs, wanted), stacklevel=2)


def _mismatch(inputs, wanted) -> str:
    received = tree.map_structure(lambda x: f"array(shape={tuple(getattr(x, 'shape', ()))})", inputs)
    return (
        "The structure of `inputs` doesn't match the expected structure.\n"
        f"Expected: {tree.map_structure(lambda tensor: tensor.name, wanted)}\nReceived: inputs={received}"
    )


def _fitted(x, tensor, path: str, number: str, model_name: str):
    """The array with the rank of the symbolic input, if all else fits."""
    if x is None:
        layer = tensor._keras_history.operation
        if isinstance(layer, InputLayer) and not layer.optional:
            raise ValueError(
                f"The input '{tensor.name}' is not optional, but None was passed. Please provide a valid tensor."
            )
        return None
    x = fit_rank(x, tensor.shape, f" with name '{tensor.name}' and path '{path}'")
    shape = tuple(getattr(x, "shape", tensor.shape))
    if any(
        None not in (size, known) and size != known for size, known in zip(shape[1:], tensor.shape[1:], strict=True)
    ):
        raise ValueError(
            f"{number} with name '{tensor.name}' of layer '{model_name}' is incompatible with the layer: expected "
            f"shape={(None, *tensor.shape[1:])}, found shape={shape}"
        )
    return _as_dtype(x, tensor.dtype)


def _as_dtype(x, dtype: str):
    """The array in the type that its Input names: a NumPy function behind it has no type of its own."""
    if isinstance(x, KerasTensor) or x.dtype == dtype or x.dtype.kind not in "fiub":
        return x
    y, mask = x.astype(dtype), get_mask(x)
    if mask is not None:
        set_mask(y, mask)
    return y
