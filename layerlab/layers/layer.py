"""The base of every layer: configuration in, weights on the first call, then a formula from arrays to arrays.

A subclass writes `build` (its weights) and `call` (its formula in plain NumPy); what surrounds a call, from the cast of
its inputs to masks and penalties, is here.
"""

import inspect
import warnings
from typing import Any, ClassVar

import numpy as np

from layerlab import regularizers, tree
from layerlab.layers.building import building
from layerlab.layers.call_context import call_scope, current_arguments, current_training, in_call
from layerlab.layers.call_info import CallInfo
from layerlab.layers.configured import Configured, dtype_name
from layerlab.layers.input_spec import assert_input_compatibility
from layerlab.layers.masked import Masked, masks_of
from layerlab.layers.shapes import shape_of, shapes_by_parameter, tree_of_tensors
from layerlab.layers.stateless import StatelessCall
from layerlab.layers.symbolic import Node, dry_run, has_symbolic
from layerlab.layers.typed import Typed
from layerlab.layers.weight_owner import WeightOwner
from layerlab.naming import auto_name, did_you_mean
from layerlab.registry import Registered
from layerlab.variables import Variable, name_scope

__all__ = ["Layer"]


class Layer(WeightOwner, Typed, Masked, StatelessCall, Configured, Registered):
    """A function with weights.

    Called on an ndarray a layer gives an ndarray; called on a symbolic tensor (`Input`) it gives a symbolic one; called
    while a tape records it takes part in the gradient. `__init__` stores the configuration, `build(input_shape)` makes
    the weights with `add_weight`, `call(inputs)` is the formula.

    Args:
        activity_regularizer: penalty on the output, divided by the batch size.
        trainable: whether training changes the weights.
        dtype: of the weights and the computation; float inputs and outputs are cast to it.
        autocast: whether to cast at all.
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
    #: whether `call` makes the same NumPy calls each time that shapes and `training` are the same: it neither branches
    #: on data, nor draws, nor keeps a state. Counts for classes of this package only.
    repeats = False
    #: the same for predictions only: of layers that draw while they are trained
    repeats_predictions = False
    input_spec: Any = None
    #: weights that `build` makes, for a clear message before it did
    weight_names: ClassVar[tuple[str, ...]] = ()
    _call_info: ClassVar[CallInfo]
    #: arguments of a call that reach the layers inside as well
    _call_context_args: frozenset[str] = frozenset({"training"})

    def __init_subclass__(cls, **kwargs):
        super().__init_subclass__(**kwargs)
        if "build" in vars(cls):
            cls.build = building(cls.build)  # type: ignore[method-assign]
        if "compute_mask" in vars(cls) and "_makes_masks" not in vars(cls):
            cls._makes_masks = True
        cls._call_info = CallInfo(cls.call)

    def __init__(self, *, activity_regularizer=None, trainable=True, dtype=None, autocast=True, name=None, **kwargs):
        self.name = auto_name(type(self).__name__) if name is None else name
        if not isinstance(self.name, str) or "/" in self.name:
            raise ValueError(
                f"Argument `name` must be a string and cannot contain character `/`. Received: name={name} "
                f"(of type {type(name)})"
            )
        if not isinstance(trainable, bool | np.bool_):
            raise ValueError(
                f"Expected `trainable` to be a boolean. Received: trainable={trainable} (of type {type(trainable)})"
            )
        self._refuse_tensors()
        self._input_shape_argument = _pop_input_shape(kwargs)
        if kwargs:
            self._refuse_keywords(kwargs)
        self._own_trainable: list[Variable] = []
        self._own_non_trainable: list[Variable] = []
        self._losses: list = []
        self._inbound_nodes: list[Node] = []
        self._trainable = bool(trainable)
        self._dtype = dtype_name(dtype)
        self._numpy_dtype = np.dtype(self._dtype)
        self.autocast = autocast
        self.activity_regularizer = regularizers.get(activity_regularizer)
        self._build_shapes: dict | None = None
        self._first_shapes: list | None = None  # of the outputs of the first call
        self._is_building = self._locked = self._was_called = False
        self.built = type(self).build is Layer.build  # nothing to make

    def _refuse_tensors(self):
        """A tensor is for the call, not for the constructor; only models are made of tensors."""
        if not hasattr(type(self), "layers") and has_symbolic(self._auto_config[0], {}):
            name = type(self).__name__
            raise TypeError(f"{name}(x) is not a call of the layer: make it first, then call it, {name}(...)(x).")

    def _refuse_keywords(self, kwargs):
        classes: tuple[Any, ...] = type(self).__mro__
        known = [name for cls in classes for name in inspect.signature(cls.__init__).parameters]
        hints = "".join(did_you_mean(key, known) for key in kwargs)
        if "batch_input_shape" in kwargs or "batch_shape" in kwargs:
            hints = " Give the batch size to the model's input instead: Input(batch_shape=...)."
        elif "weights" in kwargs:
            hints = " Call set_weights(...) on the built layer instead."
        raise ValueError(f"Unrecognized keyword arguments passed to {type(self).__name__}: {kwargs}.{hints}")

    # --- what a subclass defines ----------------------------------------------------------------------------------

    def build(self, input_shape):
        """Make the weights for inputs of this shape (the batch axis included, None where unknown)."""
        self.built = True

    def call(self, *args, **kwargs):
        """The formula: arrays in, arrays out."""
        raise NotImplementedError(f"Layer {type(self).__name__} does not have a `call` method implemented.")

    def compute_output_shape(self, *args, **kwargs):
        """The output's shape for inputs of this shape, without data; found by a dry run if a subclass does not say."""
        if type(self).call is Layer.call:
            raise NotImplementedError(
                f"Layer {type(self).__name__} does not have a `compute_output_shape` method implemented, nor a `call` "
                "that could be tried."
            )
        tensors = [tree_of_tensors(shape, self.compute_dtype) for shape in args]
        named = {
            key.removesuffix("_shape"): tree_of_tensors(shape, self.compute_dtype) for key, shape in kwargs.items()
        }
        if not self.built:
            self._build_for(tensors, named)
        return shape_of(self._dry_call(tensors, named))

    # --- the call -------------------------------------------------------------------------------------------------

    def __call__(self, *args, **kwargs):
        self._check_initialized()
        info = self._call_info
        args, kwargs = self._converted(args, kwargs)
        stated = kwargs.get("training")
        training = self._resolve_training(kwargs, info)
        others = self._resolve_context(kwargs, info) if len(self._call_context_args) > 1 else None
        info.check(args, kwargs)
        first = args[0] if args else next(iter(info.tensors(args, kwargs).values()), None)
        if self.input_spec is not None:
            assert_input_compatibility(self.input_spec, first, self.name)
        if not self.built:
            self._build_for(args, kwargs)
        self._fill_masks(args, kwargs, info)
        if not in_call():
            self._clear_losses()
        if has_symbolic(args, kwargs):
            return self._symbolic_call(args, kwargs, stated)
        outputs = self._run(args, kwargs, training, others)
        if self.activity_regularizer is not None:
            self._penalize_activity(outputs)
        masks = kwargs.get("mask") if "mask" in info.mask_names else masks_of(first)
        return outputs if masks is None and not self._makes_masks else self._with_masks(first, outputs, masks)

    def _resolve_training(self, kwargs, info):
        training = kwargs.pop("training", None)
        if training is None:
            training = current_training()
        if training is None:
            training = info.training_default
        if info.has_training and training is not None:
            kwargs["training"] = training
        return training

    def _resolve_context(self, kwargs, info) -> dict:
        """What the layers inside are to see of the arguments registered here; `call` gets those it has itself."""
        seen = current_arguments()
        for name in self._call_context_args - {"training"}:
            value = kwargs.pop(name, None)
            value = seen.get(name) if value is None else value
            if value is not None:
                seen = {**seen, name: value}
                if name in info.all_names:
                    kwargs[name] = value
        return seen

    def _register_call_context_args(self, *names: str) -> None:
        """Let every call of this layer take these arguments and hand them on, as `training` is, to the layers inside.

        A `call` that has a parameter of the name gets the value; layers inside do if they have registered it too.

        Raises:
            RuntimeError: the layer has been called.
        """
        if self._was_called:
            raise RuntimeError("Cannot add call-context args after the layer has been called.")
        self._call_context_args = self._call_context_args | set(names)

    def _build_for(self, args, kwargs):
        """Make the weights for these inputs."""
        info = self._call_info
        self.build(**shapes_by_parameter(self.build, info.tensors(args, kwargs, masks=True), info.all_names))

    def _run(self, args, kwargs, training, others=None):
        try:
            with call_scope(training, others):
                outputs = self.call(*args, **kwargs) if self._was_called else self._first_call(args, kwargs)
                return self._in_own_dtype(outputs)
        except Exception as error:
            error.add_note(self._call_note(args, kwargs))
            raise

    def _first_call(self, args, kwargs):
        self._locked = True
        with name_scope(self.name):  # layers inside may make their weights now
            outputs = self.call(*args, **kwargs)
        self._was_called = True
        self._first_shapes = [np.shape(output) for output in tree.flatten(outputs)]
        return outputs

    def _penalize_activity(self, outputs):
        for output in tree.flatten(outputs):
            penalty = self.activity_regularizer(output)
            self.add_loss(penalty / max(1, output.shape[0]) if np.ndim(output) else penalty)

    def _call_note(self, args, kwargs) -> str:
        cls = type(self).__name__
        lines = [f"  • {name}={_describe(value)}" for name, value in self._call_info.by_name(args, kwargs).items()]
        head = f"Exception encountered when calling {cls}.call() (layer '{self.name}')."
        return "\n".join([head, f"Arguments received by {cls}.call():", *lines])

    # --- symbolic tensors -----------------------------------------------------------------------------------------

    def _symbolic_call(self, args, kwargs, training=None):
        """Record a call; a `training` that it does not state is left to the model that runs it."""
        try:
            if type(self).build is Layer.build and any(not layer.built for layer in self._sublayers()):
                self._dry_call(args, kwargs)  # the layers inside make their weights when they are called
            outputs = self.compute_output_spec(*args, **kwargs)
        except Exception as error:
            error.add_note(self._call_note(args, kwargs))
            raise
        left_open = {"training"} if training is None else ()
        Node(self, args, {name: value for name, value in kwargs.items() if name not in left_open}, outputs)
        return outputs

    def compute_output_spec(self, *args, **kwargs):
        """The symbolic output for symbolic inputs."""
        if type(self).compute_output_shape is Layer.compute_output_shape:
            return self._dry_call(args, kwargs)
        info = self._call_info
        shapes = shapes_by_parameter(self.compute_output_shape, info.tensors(args, kwargs), info.all_names)
        return tree_of_tensors(self.compute_output_shape(**shapes), self._output_dtype(args))

    def _dry_call(self, args, kwargs):
        """What `call` gives for symbolic inputs, found by running it on ones; nothing in the layer changes by it."""
        values = [(variable, variable._array) for variable in self.variables]  # also while a tape records
        try:
            return dry_run(self._call_plain, args, kwargs)
        finally:
            self._clear_losses()
            for variable, value in values:
                variable._array = value

    def _call_plain(self, *args, **kwargs):
        with call_scope(None), name_scope(self.name):
            return self._in_own_dtype(self.call(*args, **kwargs))

    @property
    def input(self):
        """The symbolic input of the layer's first call."""
        return self._first_node("input").args[0]

    @property
    def output(self):
        """The symbolic output of the layer's first call."""
        return self._first_node("output").outputs

    def _first_node(self, what):
        if not self._inbound_nodes:
            raise AttributeError(f"The layer {self.name} has never been called and thus has no defined {what}.")
        return self._inbound_nodes[0]

    # --- as an object ----------------------------------------------------------------------------------------------

    def __getattr__(self, name):
        if "_own_trainable" not in vars(self) and not name.startswith("__"):
            raise AttributeError(self._forgot_super())
        if isinstance(getattr(type(self), name, None), property):
            return getattr(type(self), name).__get__(self)  # a property that raised: its own message says why
        if name in type(self).weight_names:
            raise AttributeError(f"You must build the layer before accessing `{name}`.")
        raise AttributeError(f"'{type(self).__name__}' object has no attribute '{name}'")

    @property
    def path(self) -> str:
        """The names of the models around it and its own, joined by "/"."""
        return vars(self).get("_path", self.name)

    def __repr__(self):
        return f"<{type(self).__name__} name={self.name}, built={self.built}>"


Layer._call_info = CallInfo(Layer.call)


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
