"""What a layer demands of the shape of its input, and the message when it gets another.

The sentences begin as Keras's do; a note adds the likely mistake.
"""

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
        self.axes = {int(axis): size for axis, size in (axes or {}).items()}
        self.allow_last_axis_squeeze, self.name, self.optional = allow_last_axis_squeeze, name, optional
        self._check_axes()

    def _check_axes(self):
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


def assert_input_compatibility(input_spec, inputs: list, layer_name: str) -> None:
    """Check the inputs of a layer against its spec (one, or one for each input).

    Raises:
        ValueError: says which input, what was expected, and the full shape received.
    """
    specs = input_spec if isinstance(input_spec, list | tuple) else [input_spec]
    if len(inputs) != len(specs):
        raise ValueError(f"Layer '{layer_name}' expected {len(specs)} input(s). Received {len(inputs)} instead.")
    for i, (x, spec) in enumerate(zip(inputs, specs, strict=True)):
        if spec is not None and not (x is None and spec.optional):
            _assert_one(spec, x, f"Input {i} with name '{getattr(x, 'name', None)}' of layer '{layer_name}'")


def _assert_one(spec: InputSpec, x, who: str) -> None:
    shape = tuple(x.shape)
    if spec.allow_last_axis_squeeze and spec.shape is not None and len(shape) in (spec.ndim - 1, spec.ndim + 1):
        return
    problem = _wrong_rank(spec, shape) or _wrong_size(spec, shape)
    if problem is None and spec.dtype is not None and standardize_dtype(x.dtype) != spec.dtype:
        problem = f"expected dtype={spec.dtype}, found dtype={standardize_dtype(x.dtype)}"
    if problem:
        raise ValueError(f"{who} is incompatible with the layer: {problem}{_likely_mistake(spec, shape)}")


def _wrong_rank(spec: InputSpec, shape) -> str | None:
    rank = len(shape)
    demands = (
        ("ndim", spec.ndim, rank != spec.ndim),
        ("max_ndim", spec.max_ndim, spec.max_ndim is not None and rank > spec.max_ndim),
        ("min_ndim", spec.min_ndim, spec.min_ndim is not None and rank < spec.min_ndim),
    )
    for what, wanted, broken in demands:
        if wanted is not None and broken:
            return f"expected {what}={wanted}, found ndim={rank}. Full shape received: {shape}"
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
    """A hint for the two mistakes people make most, or nothing."""
    needed = spec.ndim or spec.min_ndim
    if needed is not None and len(shape) == needed - 1:
        return (
            f". x has shape {shape}: is this a single sample? The first axis counts samples, so add it: x[None] has "
            f"shape {(1, *shape)}. (If only a channel axis is missing, use x[..., None].)"
        )
    wanted = spec.axes.get(-1)
    if wanted is not None and None not in shape[1:]:
        features = 1
        for n in shape[1:]:
            features *= n
        if features == wanted:
            return f". Each sample of shape {shape[1:]} holds {wanted} numbers: a Flatten() layer before this one fits."
    return ""
