"""What a layer demands of the shape of its input, and the message when it gets another.

The sentences begin as Keras's do; a note adds the likely mistake.
"""

import math

from layerlab import tree
from layerlab.config import standardize_dtype

__all__ = ["InputSpec"]


class InputSpec:
    """A demand on one input of a layer; what is None is not checked.

    Args:
        dtype: the required dtype.
        shape: the required shape, None for axes that may have any size.
        ndim: the exact number of axes.
        max_ndim, min_ndim: bounds on the number of axes.
        axes: axis -> required size.
        allow_last_axis_squeeze: accept a missing or extra last axis of size 1.
        name: the name the input must have.
        optional: the input may be None.

    >>> InputSpec(min_ndim=2, axes={-1: 3})
    InputSpec(min_ndim=2, axes={-1: 3})

    Source: Keras page "InputSpec".
    """

    def __init__(
        self,
        dtype=None,
        shape=None,
        ndim=None,
        max_ndim=None,
        min_ndim=None,
        axes=None,
        allow_last_axis_squeeze=False,
        name=None,
        optional=False,
    ):
        self.dtype = standardize_dtype(dtype) if dtype is not None else None
        self.shape = tuple(shape) if shape is not None else None
        self.ndim = len(self.shape) if self.shape is not None else ndim
        self.max_ndim, self.min_ndim = max_ndim, min_ndim
        self.axes = _checked_axes(axes)
        self.allow_last_axis_squeeze, self.name, self.optional = allow_last_axis_squeeze, name, optional
        limit = self.ndim if self.ndim is not None else self.max_ndim
        if self.axes and limit is not None and max(self.axes) > limit - 1:
            raise ValueError(f"Axis {max(self.axes)} is greater than the maximum allowed value: {limit - 1}")

    def get_config(self) -> dict:
        """The arguments that make an equal spec."""
        return {
            key: getattr(self, key) for key in ("dtype", "shape", "ndim", "max_ndim", "min_ndim", "axes", "optional")
        }

    @classmethod
    def from_config(cls, config):
        """The spec that `get_config` described."""
        return cls(**config)

    def __repr__(self):
        shown = {key: getattr(self, key) for key in ("dtype", "shape", "ndim", "max_ndim", "min_ndim", "axes")}
        return f"InputSpec({', '.join(f'{key}={value}' for key, value in shown.items() if value)})"


def _checked_axes(axes) -> dict:
    try:
        return {int(axis): size for axis, size in (axes or {}).items()}
    except (AttributeError, TypeError, ValueError):
        raise TypeError(f"Argument `axes` must be a dict with integer keys. Received: axes={axes}") from None


def assert_input_compatibility(input_spec, inputs, layer_name: str) -> None:
    """Check the inputs of a layer against its spec (one, or one for each input).

    Args:
        input_spec: an InputSpec, or a list of them.
        inputs: an array or symbolic tensor, or a list or dictionary of them.
        layer_name: for the message.

    Raises:
        ValueError: says which input, what was expected, and the full shape received.
    """
    if isinstance(input_spec, InputSpec) and not tree.is_nested(inputs):
        _assert_one(input_spec, inputs, 0, layer_name)
        return
    specs = list(input_spec) if isinstance(input_spec, list | tuple) else [input_spec]
    leaves = _in_order(specs, inputs) if tree.is_nested(inputs) else [inputs]
    if len(leaves) != len(specs):
        shapes = [getattr(x, "shape", x) for x in leaves]
        raise ValueError(
            f'Layer "{layer_name}" expects {len(specs)} input(s), but it received {len(leaves)} input tensors. '
            f"Inputs received: {shapes} (their shapes)"
        )
    for i, (x, spec) in enumerate(zip(leaves, specs, strict=True)):
        if spec is not None and not (x is None and spec.optional):
            _assert_one(spec, x, i, layer_name)


def _assert_one(spec: InputSpec, x, index: int, layer_name: str) -> None:
    problem = _problem(spec, x)
    if problem is not None:
        raise ValueError(
            f"Input {index} with name '{getattr(x, 'name', None)}' of layer '{layer_name}' is incompatible with the "
            f"layer: {problem}{_likely_mistake(spec, tuple(x.shape))}"
        )


def _in_order(specs, inputs) -> list:
    """Several inputs as a list; those of a dictionary in the order of the specs' names."""
    names = [getattr(spec, "name", None) for spec in specs]
    if not isinstance(inputs, dict) or None in names:
        return tree.flatten(inputs)
    for name in names:
        if name not in inputs:
            raise ValueError(
                f'Missing data for input "{name}". You passed a data dictionary with keys {list(inputs)}. '
                f"Expected the following keys: {names}"
            )
    return [inputs[name] for name in names]


def _problem(spec: InputSpec, x) -> str | None:
    shape = tuple(x.shape)
    if spec.allow_last_axis_squeeze and spec.shape is not None:
        shape = _squeezed(spec.shape, shape)
    problem = _wrong_rank(spec, shape)
    if problem is None and spec.dtype is not None and standardize_dtype(x.dtype) != spec.dtype:
        problem = f"expected dtype={spec.dtype}, found dtype={standardize_dtype(x.dtype)}"
    return problem or _wrong_size(spec, shape)


def _squeezed(wanted: tuple, shape: tuple) -> tuple:
    """The shape with a last axis of 1 added or taken away, if that is all that is different."""
    if len(shape) == len(wanted) - 1 and wanted[-1] == 1:
        return (*shape, 1)
    if len(shape) == len(wanted) + 1 and shape[-1] == 1:
        return shape[:-1]
    return shape


def _wrong_rank(spec: InputSpec, shape) -> str | None:
    rank = len(shape)
    if spec.ndim is not None and rank != spec.ndim and not spec.allow_last_axis_squeeze:
        return f"expected ndim={spec.ndim}, found ndim={rank}. Full shape received: {shape}"
    if spec.max_ndim is not None and rank > spec.max_ndim:
        return f"expected max_ndim={spec.max_ndim}, found ndim={rank}. Full shape received: {shape}"
    if spec.min_ndim is not None and rank < spec.min_ndim:
        return f"expected min_ndim={spec.min_ndim}, found ndim={rank}. Full shape received: {shape}"
    return None


def _wrong_size(spec: InputSpec, shape) -> str | None:
    for axis, wanted in spec.axes.items():
        found = shape[axis] if -len(shape) <= axis < len(shape) else None
        if wanted is not None and found not in (wanted, None):
            return f"expected axis {axis} of input shape to have value {wanted}, but received input with shape {shape}"
    for wanted, found in zip(spec.shape or (), shape, strict=False):
        if wanted is not None and found is not None and wanted != found:
            return f"expected shape={spec.shape}, found shape={shape}"
    return None


def _likely_mistake(spec: InputSpec, shape) -> str:
    """A hint for the mistakes people make most, or nothing."""
    return _missing_axis(spec.ndim or spec.min_ndim, shape) or _wrong_features(spec.axes.get(-1), shape)


def _missing_axis(rank: int | None, shape) -> str:
    if rank is None or len(shape) != rank - 1 or None in shape:
        return ""
    return (
        f". x has shape {shape}: is this a single sample? The first axis counts samples, so add it: x[None] has shape "
        f"{(1, *shape)}. (If only a channel axis is missing, use x[..., None].)"
    )


def _wrong_features(wanted: int | None, shape) -> str:
    if wanted is None or None in shape[1:]:
        return ""
    if len(shape) == 2 and shape[0] == wanted:
        return f". Are samples and features exchanged? x.T has shape {shape[::-1]}."
    if len(shape) > 2 and math.prod(shape[1:]) == wanted:
        return f". Each sample of shape {shape[1:]} holds {wanted} numbers: a Flatten() layer before this one fits."
    return ""
