"""The base of every layer: configuration in, weights on the first call, then a formula from arrays to arrays.

A subclass writes `build` (its weights) and `call` (its formula in plain NumPy); what surrounds a call, from the cast of
its inputs to masks and penalties, is here.
"""

import functools
import inspect
import warnings
from typing import Any, ClassVar

import numpy as np

from layerlab import activations, constraints, initializers, regularizers, tree
from layerlab.autodiff import ArrayLike
from layerlab.config import floatx, standardize_dtype
from layerlab.layers.call_context import call_scope, current_training, in_call
from layerlab.layers.input_spec import assert_input_compatibility
from layerlab.layers.symbolic import KerasTensor, Node, dry_run, has_symbolic
from layerlab.layers.weight_owner import WeightOwner
from layerlab.masking import get_mask, set_mask
from layerlab.naming import auto_name, did_you_mean
from layerlab.registry import Registered
from layerlab.variables import current_scope, name_scope

__all__ = ["Layer"]


class Layer(WeightOwner, Registered):
    """A function with weights.

    Called on an ndarray a layer gives an ndarray; called on a symbolic tensor (`Input`) it gives a symbolic one; called
    while a tape records it takes part in the gradient. `__init__` stores the configuration, `build(input_shape)` makes
    the weights with `add_weight`, `call(inputs)` is the formula.

    Args:
        activity_regularizer: penalty on the output, divided by the batch size.
        trainable: whether training changes the weights.
        dtype: of the weights and the computation; float inputs are cast to it.
        autocast: whether to cast float inputs at all.
        name: the class name in snake case, numbered, by default.

    Raises:
        ValueError: an argument that no layer has (with the nearest spelling).

    >>> class Scale(Layer):
    ...     def build(self, input_shape):
    ...         self.factor = self.add_weight(shape=(input_shape[-1],), initializer="ones", name="factor")
    ...     def call(self, inputs):
    ...         return inputs * self.factor
    >>> Scale()(np.array([[1.0, 2.0]]))
    array([[1., 2.]], dtype=float32)

    Source: Keras page "Base Layer class".
    """

    family = "layers"
    supports_masking = False
    #: whether integers that go in come out as integers
    keeps_integers = False
    input_spec: Any = None
    #: constructor arguments that `get_config` reports, each kept in an attribute of the same name
    config_names: ClassVar[tuple[str, ...] | None] = None
    #: weights that `build` makes, for a clear message before it did
    weight_names: ClassVar[tuple[str, ...]] = ()
    _auto_config: tuple[tuple, dict]

    def __new__(cls, *args, **kwargs):
        layer = super().__new__(cls)
        layer._auto_config = (args, kwargs)
        return layer

    def __init_subclass__(cls, **kwargs):
        super().__init_subclass__(**kwargs)
        if "build" in vars(cls):
            cls.build = _building(cls.build)
        cls._call_info = _CallInfo(cls.call)

    def __init__(self, *, activity_regularizer=None, trainable=True, dtype=None, autocast=True, name=None, **kwargs):
        self.name = auto_name(type(self).__name__) if name is None else name
        if not isinstance(self.name, str) or "/" in self.name:
            raise ValueError(
                f"Argument `name` must be a string and cannot contain character `/`. Received: name={name} "
                f"(of type {type(name)})"
            )
        self._input_shape_argument = _pop_input_shape(kwargs)
        if kwargs:
            self._refuse_keywords(kwargs)
        self._own_trainable: list = []
        self._own_non_trainable: list = []
        self._losses: list = []
        self._inbound_nodes: list[Node] = []
        self._trainable = bool(trainable)
        self._dtype = _dtype_name(dtype)
        self.autocast = autocast
        self.activity_regularizer = regularizers.get(activity_regularizer)
        self._build_shapes: dict | None = None
        self._is_building = False
        self._was_called = False
        self.built = type(self).build is Layer.build  # nothing to make

    def _refuse_keywords(self, kwargs):
        known = [name for cls in type(self).__mro__ for name in inspect.signature(cls.__init__).parameters]
        hints = "".join(did_you_mean(key, known) for key in kwargs)
        if "batch_input_shape" in kwargs or "batch_shape" in kwargs:
            hints = " Give the batch size to the model's input instead: Input(batch_shape=...)."
        elif "weights" in kwargs:
            hints = " Call set_weights(...) on the built layer instead."
        raise ValueError(f"Unrecognized keyword arguments passed to {type(self).__name__}: {kwargs}.{hints}")

    # --- dtype --------------------------------------------------------------------------------------------------

    dtype = property(lambda self: self._dtype, doc="The type of the weights and of the computation.")
    compute_dtype = property(lambda self: self._dtype, doc="The type that float inputs are cast to.")
    variable_dtype = property(lambda self: self._dtype, doc="The type of the weights.")
    input_dtype = property(lambda self: self._dtype, doc="The type that float inputs are cast to.")

    # --- what a subclass defines ----------------------------------------------------------------------------------

    def build(self, input_shape):
        """Make the weights for inputs of this shape (the batch axis included, None where unknown)."""
        self.built = True

    def call(self, *args, **kwargs):
        """The formula: arrays in, arrays out."""
        raise NotImplementedError(f"Layer {type(self).__name__} does not have a `call()` method implemented.")

    def compute_output_shape(self, *args, **kwargs):
        """The output's shape for inputs of this shape, without data; found by a dry run if a subclass does not say."""
        tensors = [tree_of_tensors(shape, self.compute_dtype) for shape in args]
        named = {
            key.removesuffix("_shape"): tree_of_tensors(shape, self.compute_dtype) for key, shape in kwargs.items()
        }
        self._build_if_needed(tensors, named)
        return tree.map_structure(lambda tensor: tensor.shape, dry_run(self._call_plain, tensors, named))

    def compute_mask(self, inputs, previous_mask):
        """The mask of the output: that of the input, for a layer that keeps the time steps apart."""
        return previous_mask

    # --- the call -------------------------------------------------------------------------------------------------

    def __call__(self, *args, **kwargs):
        self._check_initialized()
        args, kwargs = self._converted(args, kwargs)
        info = self._call_info
        training = self._resolve_training(kwargs, info)
        masks = self._resolve_masks(args, kwargs, info)
        info.check(args, kwargs)
        self._build_if_needed(args, kwargs)
        if self.input_spec is not None and args:
            assert_input_compatibility(self.input_spec, _leaves(args[0]), self.name)
        if not in_call():
            self._clear_losses()
        if has_symbolic(args, kwargs):
            return self._symbolic_call(args, kwargs)
        outputs = self._run(args, kwargs, training)
        self._penalize_activity(outputs)
        if masks is not None:
            self._pass_masks(args, outputs, masks)
        elif self._makes_masks:
            self._pass_masks(args, outputs, None)
        return outputs

    def _converted(self, args, kwargs):
        for value in tree.flatten(args):
            if not (
                value is None or isinstance(value, np.ndarray | np.generic | ArrayLike) or hasattr(value, "__array__")
            ):
                raise ValueError(
                    "Only input tensors may be passed as positional arguments. The following argument value should be "
                    f"passed as a keyword argument: {value} (of type {type(value)}). Nested Python lists are no "
                    "tensors: use np.array(...)."
                )
        if args and args[0] is None:
            raise ValueError(
                f"Inputs to a layer should be tensors. Got 'None' (of type <class 'NoneType'>) as input for layer "
                f"'{self.name}'."
            )
        args = [tree.map_structure(self._cast, argument) for argument in args]
        return args, {key: tree.map_structure(self._cast, value) for key, value in kwargs.items()}

    def _cast(self, x):
        """The input as an array of the layer's float type; integers and booleans stay what they are."""
        if isinstance(x, np.ndarray):
            wrong = self.autocast and x.dtype.kind == "f" and x.dtype.name != self._dtype
            return _keep_mask(x, x.astype(self._dtype)) if wrong else x
        if isinstance(x, KerasTensor):
            return x
        if isinstance(x, ArrayLike):
            wrong = self.autocast and np.dtype(x.dtype).kind == "f" and np.dtype(x.dtype).name != self._dtype
            return _keep_mask(x, x.astype(self._dtype)) if wrong else x
        return self._cast(np.asarray(x)) if hasattr(x, "__array__") else x

    def _as_float(self, x):
        """Integers as floats of the layer's type: NumPy would make float64 of float32 with int64."""
        return x if np.issubdtype(x.dtype, np.floating) else x.astype(self._dtype)

    def _resolve_training(self, kwargs, info):
        training = kwargs.pop("training", None)
        if training is None:
            training = current_training()
        if training is None:
            training = info.training_default
        if info.has_training and training is not None:
            kwargs["training"] = training
        return training

    def _resolve_masks(self, args, kwargs, info):
        """Masks that came with the inputs, put into `mask=` where `call` wants them; None if there are none."""
        if not args:
            return None
        masks = [get_mask(leaf) for leaf in tree.flatten(args[0])]
        explicit = kwargs.get("mask")
        if explicit is None and not info.has_mask:
            kwargs.pop("mask", None)
        found = any(mask is not None for mask in masks)
        mask = tree.pack_sequence_as(args[0], masks) if found else None
        if info.has_mask and explicit is None and found:
            kwargs["mask"] = mask
        return explicit if explicit is not None else mask

    def _build_if_needed(self, args, kwargs):
        if self.built:
            return
        shapes = [self._shape_of(value) for value in args]
        names = list(inspect.signature(self.build).parameters)
        if len(names) <= 1:
            self.build(*shapes[:1])
        else:
            given = dict(zip(self._call_info.names, shapes, strict=False))
            given |= {key: self._shape_of(value) for key, value in kwargs.items() if _is_tensors(value)}
            by_name = {
                name: given[name.removesuffix("_shape")] for name in names if name.removesuffix("_shape") in given
            }
            self.build(**by_name) if by_name else self.build(*shapes)

    @staticmethod
    def _shape_of(value):
        return tree.map_structure(lambda leaf: tuple(leaf.shape) if hasattr(leaf, "shape") else None, value)

    def _run(self, args, kwargs, training):
        try:
            if self._was_called:
                with call_scope(training):
                    return self.call(*args, **kwargs)
            with call_scope(training), name_scope(self.name):  # layers inside may make their weights now
                outputs = self.call(*args, **kwargs)
            self._was_called = True
            return outputs
        except Exception as error:
            error.add_note(self._call_note(args, kwargs))
            raise

    def _call_note(self, args, kwargs) -> str:
        given = dict(zip(self._call_info.names, args, strict=False)) | kwargs
        lines = [f"  • {name}={_describe(value)}" for name, value in given.items()]
        cls = type(self).__name__
        head = f"Exception encountered when calling {cls}.call() (layer '{self.name}')."
        return "\n".join([head, f"Arguments received by {cls}.call():", *lines])

    def _call_plain(self, *args, **kwargs):
        """`call` on arrays, without penalties and masks: what a dry run needs."""
        with call_scope(None), name_scope(self.name):
            return self.call(*args, **kwargs)

    # --- symbolic tensors -----------------------------------------------------------------------------------------

    def _symbolic_call(self, args, kwargs):
        try:
            outputs = self.compute_output_spec(*args, **kwargs)
        except Exception as error:
            error.add_note(self._call_note(args, kwargs))
            raise
        Node(self, args, kwargs, outputs)
        return outputs

    def compute_output_spec(self, *args, **kwargs):
        """The symbolic output for symbolic inputs."""
        if type(self).compute_output_shape is Layer.compute_output_shape:
            return dry_run(self._call_plain, args, kwargs)
        shapes = [self._shape_of(value) for value in args]
        output = self.compute_output_shape(*shapes)
        return tree_of_tensors(output, self._output_dtype(args))

    def _output_dtype(self, args) -> str:
        first = tree.flatten(args)[0] if args else None
        keeps = self.keeps_integers and first is not None and np.dtype(first.dtype).kind != "f"
        return str(first.dtype) if keeps else self.compute_dtype

    @property
    def input(self):
        """The symbolic input of the layer's only call."""
        return self._only_node("input").args[0]

    @property
    def output(self):
        """The symbolic output of the layer's only call."""
        return self._only_node("output").outputs

    def _only_node(self, what):
        if len(self._inbound_nodes) != 1:
            count = "never been called" if not self._inbound_nodes else "been called more than once"
            raise AttributeError(f"The layer {self.name} has {count} and thus has no defined {what}.")
        return self._inbound_nodes[0]

    # --- after the formula ------------------------------------------------------------------------------------------

    def _penalize_activity(self, outputs):
        if self.activity_regularizer is None:
            return
        for output in tree.flatten(outputs):
            penalty = self.activity_regularizer(output)
            self._losses.append(penalty / output.shape[0] if np.ndim(output) else penalty)

    @property
    def _makes_masks(self) -> bool:
        return type(self).compute_mask is not Layer.compute_mask

    def _pass_masks(self, args, outputs, masks):
        if not self.supports_masking and not self._makes_masks:
            warnings.warn(
                f"Layer '{self.name}' (of type {type(self).__name__}) was passed an input with a mask attached to it. "
                "However, this layer does not support masking and will therefore destroy the mask information. "
                "Downstream layers will not see the mask.",
                stacklevel=3,
            )
            return
        mask = self.compute_mask(args[0], masks)
        for output, one in zip(tree.flatten(outputs), _leaves(mask), strict=False):
            if one is not None and get_mask(output) is None:
                set_mask(output, one)

    # --- configuration ----------------------------------------------------------------------------------------------

    def get_config(self) -> dict:
        """The constructor arguments that make an equal, unbuilt layer."""
        config = {"name": self.name, "trainable": self.trainable, "dtype": _dtype_config(self._dtype)}
        if self.activity_regularizer is not None:
            config["activity_regularizer"] = regularizers.serialize(self.activity_regularizer)
        if self.config_names is not None:
            return config | {name: _serialized(name, getattr(self, name)) for name in self.config_names}
        if type(self).get_config is Layer.get_config and type(self).__init__ is not Layer.__init__:
            config = self._constructor_arguments() | config
        return config

    def _constructor_arguments(self) -> dict:
        """What the constructor was called with, for a custom layer that has no `get_config` of its own."""
        args, kwargs = self._auto_config
        bound = inspect.signature(type(self).__init__).bind(self, *args, **kwargs)
        bound.apply_defaults()
        parameters = inspect.signature(type(self).__init__).parameters
        config = {}
        for key, value in list(bound.arguments.items())[1:]:
            config |= value if parameters[key].kind is inspect.Parameter.VAR_KEYWORD else {key: value}
        plain = (str, int, float, bool, list, tuple, dict, type(None))
        strange = [key for key, value in config.items() if not isinstance(value, plain)]
        if strange:
            raise NotImplementedError(
                f"Object {type(self).__name__} was created by passing non-serializable argument values in `__init__()`"
                f": {strange}. Override `get_config()` (and `from_config()`) in the class."
            )
        accepts_base = any(p.kind is inspect.Parameter.VAR_KEYWORD for p in parameters.values())
        return config if accepts_base else _Exactly(config)

    def get_build_config(self) -> dict | None:
        """The shapes that the layer was built for; None if it was not."""
        if not self._build_shapes:
            return None
        if len(self._build_shapes) == 1:
            return {"input_shape": next(iter(self._build_shapes.values()))}
        return {"shapes_dict": dict(self._build_shapes)}

    def build_from_config(self, config: dict) -> None:
        """Build for the shapes that `get_build_config` gave."""
        if config and "shapes_dict" in config:
            self.build(**{key: as_shape(value) for key, value in config["shapes_dict"].items()})
        elif config and config.get("input_shape") is not None:
            self.build(as_shape(config["input_shape"]))

    def __getattr__(self, name):
        if hasattr(type(self), name):  # a property that raised: its own message counts
            return object.__getattribute__(self, name)
        if name in type(self).weight_names:
            raise AttributeError(f"You must build the layer before accessing `{name}`.")
        raise AttributeError(f"'{type(self).__name__}' object has no attribute '{name}'")

    @property
    def path(self) -> str:
        """The names of the models around it and its own, joined by "/"."""
        return getattr(self, "_path", self.name)

    def __repr__(self):
        return f"<{type(self).__name__} name={self.name}, built={self.built}>"


# ending of an argument's name -> the module that describes such objects
_SERIALIZERS = {
    "initializer": initializers.serialize,
    "regularizer": regularizers.serialize,
    "constraint": constraints.serialize,
    "activation": activations.serialize,
}


def _serialized(name: str, value):
    serialize = _SERIALIZERS.get(name.rpartition("_")[2])
    return value if value is None or serialize is None else serialize(value)


class _Exactly(dict):
    """A configuration for a constructor without **kwargs: the base's entries stay out of it."""

    def __or__(self, other):
        return dict(self) | {key: value for key, value in other.items() if key in self}


class _CallInfo:
    """What a class's `call` takes, worked out once."""

    def __init__(self, call):
        parameters = list(inspect.signature(call).parameters.values())[1:]
        self.names = [p.name for p in parameters if p.kind is inspect.Parameter.POSITIONAL_OR_KEYWORD]
        by_name = {p.name: p for p in parameters}
        self.has_training, self.has_mask = "training" in by_name, "mask" in by_name
        default = by_name["training"].default if self.has_training else None
        self.training_default = None if default is inspect.Parameter.empty else default
        self.open = any(p.kind is inspect.Parameter.VAR_KEYWORD for p in parameters)
        self.open_positional = any(p.kind is inspect.Parameter.VAR_POSITIONAL for p in parameters)
        self.all_names = set(by_name)
        self.required = next((p.name for p in parameters[:1] if p.default is p.empty and p.name in self.names), None)

    def check(self, args, kwargs):
        """TypeError for arguments that `call` does not take, before anything has been built."""
        unknown = [] if self.open else [key for key in kwargs if key not in self.all_names]
        if unknown:
            raise TypeError(
                f"got an unexpected keyword argument '{unknown[0]}'{did_you_mean(unknown[0], self.all_names)}"
            )
        if len(args) > len(self.names) and not self.open_positional:
            raise TypeError(
                "too many positional arguments. A layer of several inputs takes them in one list: layer([a, b])."
            )
        if self.required and not args and self.required not in kwargs:
            raise TypeError(f"missing a required argument: '{self.required}'")


Layer._call_info = _CallInfo(Layer.call)  # type: ignore[attr-defined]


def _building(build):
    """`build` in the layer's name scope; marks it built, remembers the shapes, and takes weights back if it fails."""

    @functools.wraps(build)
    def wrapped(self, *args, **kwargs):
        self._check_initialized()
        if self._is_building:  # super().build(...)
            return build(self, *args, **kwargs)
        made = len(self._own_trainable), len(self._own_non_trainable)
        self._is_building = True
        try:
            self._path = "/".join((*current_scope(), self.name))
            with name_scope(self.name):
                build(self, *args, **kwargs)
        except Exception:
            del self._own_trainable[made[0] :], self._own_non_trainable[made[1] :]
            raise
        finally:
            self._is_building = False
        names = list(inspect.signature(build).parameters)[1:]
        self._build_shapes = dict(zip(names, args, strict=False)) | kwargs
        self.built = True

    return wrapped


def tree_of_tensors(shape, dtype):
    """Symbolic tensors for a shape, or for lists and dictionaries of shapes."""
    if isinstance(shape, dict):
        return {key: tree_of_tensors(value, dtype) for key, value in shape.items()}
    if _is_shape(shape):
        return KerasTensor(shape, dtype=dtype)
    return type(shape)(tree_of_tensors(item, dtype) for item in shape)


def _is_shape(value) -> bool:
    return isinstance(value, list | tuple) and all(item is None or isinstance(item, int | np.integer) for item in value)


def as_shape(value):
    """A shape read from JSON, where tuples have become lists."""
    if isinstance(value, dict):
        return {key: as_shape(item) for key, item in value.items()}
    return tuple(value) if _is_shape(value) else [as_shape(item) for item in value]


def _is_tensors(value) -> bool:
    leaves = tree.flatten(value)
    return bool(leaves) and all(isinstance(leaf, np.ndarray | ArrayLike) for leaf in leaves)


def _leaves(value) -> list:
    return tree.flatten(value) if tree.is_nested(value) else [value]


def _keep_mask(old, new):
    mask = get_mask(old)
    if mask is not None:
        set_mask(new, mask)
    return new


def _describe(value) -> str:
    def one(x):
        return f"array(shape={tuple(x.shape)}, dtype={x.dtype})" if hasattr(x, "shape") else repr(x)

    return str(tree.map_structure(one, value)) if tree.is_nested(value) else one(value)


def _pop_input_shape(kwargs) -> tuple | None:
    """The old way of stating the input shape on the first layer; still accepted, with Keras's warning."""
    given = {key: kwargs.pop(key) for key in ("input_shape", "input_dim") if key in kwargs}
    if not given:
        return None
    warnings.warn(
        "Do not pass an `input_shape`/`input_dim` argument to a layer. When using Sequential models, prefer using an "
        "`Input(shape)` object as the first layer in the model instead.",
        stacklevel=_caller_depth(),
    )
    shape = given.get("input_shape", (given.get("input_dim"),))
    if not isinstance(shape, list | tuple):
        raise ValueError(
            f"`input_shape` must be a tuple, without the batch axis. Received: input_shape={shape!r}. "
            f"Did you mean input_shape=({shape},)?"
        )
    return tuple(shape)


def _caller_depth() -> int:
    """How many frames up the constructor call of the user stands."""
    depth = 1
    frame = inspect.currentframe()
    while frame is not None and frame.f_globals.get("__name__", "").startswith("layerlab."):
        frame, depth = frame.f_back, depth + 1
    return depth - 1


def _dtype_name(dtype) -> str:
    if isinstance(dtype, dict):
        dtype = dtype["config"]["name"]
    name = standardize_dtype(dtype) if dtype is not None else floatx()
    return name


def _dtype_config(name: str) -> dict:
    return {"module": "keras", "class_name": "DTypePolicy", "config": {"name": name}, "registered_name": None}
