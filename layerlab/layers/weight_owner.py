"""The part of a layer that owns weights: making, listing, freezing, reading and replacing them, and their penalties.

Sublayers are found by looking at the layer's attributes (also inside lists and dictionaries), so that assigning one is
all it takes to own it.
"""

import contextlib
import functools
import weakref
from collections.abc import Iterator

import numpy as np

from layerlab import constraints, initializers, regularizers, tree
from layerlab.autodiff import ArrayLike
from layerlab.changes import count_change
from layerlab.random import SeedGenerator
from layerlab.variables import Variable, current_scope, name_scope

__all__ = ["WeightOwner"]

# The layers that hold penalties of a call, so that the next one has nothing to clear when there are none.
_with_losses: set[weakref.ref] = set()


_BY_POSITION = ("shape", "initializer", "dtype")


def _shape_first(add_weight):
    """Decorator: a name in the first place, as many old tutorials have it, is refused with what to write instead."""

    @functools.wraps(add_weight)
    def wrapped(self, *args, **kwargs):
        if args:
            _check_positions(args, kwargs)
        return add_weight(self, *args, **kwargs)

    return wrapped


def _check_positions(args, kwargs) -> None:
    if len(args) > len(_BY_POSITION):
        raise TypeError(
            f"add_weight() takes at most {len(_BY_POSITION)} positional arguments but {len(args)} were given. Pass the "
            "others by name."
        )
    if isinstance(args[0], str):
        raise ValueError(
            f"`name` must be passed as a keyword argument. Received: add_weight({args[0]!r}, ...). "
            f"Use: add_weight(shape=..., name={args[0]!r})."
        )
    for name, value in zip(_BY_POSITION, args, strict=False):
        if name in kwargs:
            raise ValueError(
                f"`{name}` was passed both positionally and as a keyword argument. "
                f"Received: {value!r} and {name}={kwargs[name]!r}."
            )


class WeightOwner:
    """Owns variables and other weight owners; the base of `Layer`."""

    name: str
    built: bool
    _trainable: bool
    _locked: bool
    _is_building: bool
    _losses: list
    _own_trainable: list[Variable]
    _own_non_trainable: list[Variable]

    def __setattr__(self, name, value):
        if isinstance(value, Variable) and "_own_trainable" in vars(self):  # those set before super() are found later
            self._track(value)
        if name not in _STATE_OF_A_RUN:
            count_change()
        super().__setattr__(name, value)

    def __getstate__(self):
        return vars(self) | {"_losses": []}  # a copy has not been called

    # --- making -------------------------------------------------------------------------------------------------

    @_shape_first
    def add_weight(
        self,
        shape=None,
        initializer=None,
        dtype=None,
        trainable=True,
        autocast=True,
        regularizer=None,
        constraint=None,
        aggregation=None,
        overwrite_with_gradient=False,
        layout=None,
        name=None,
    ) -> Variable:
        """Make a variable that this layer owns.

        Args:
            shape: a tuple; () is a scalar.
            initializer: a string, an initializer or a callable (shape, dtype); glorot_uniform for floats and zeros for
                integers by default.
            dtype: the layer's own by default.
            trainable: whether training changes it.
            regularizer: its penalty joins the loss.
            constraint: applied after each update.
            name: the last part of its path ("kernel").
            autocast, aggregation, overwrite_with_gradient, layout: accepted for Keras's sake; they have no effect here.

        Source: Keras page "Base Layer class".
        """
        self._check_initialized()
        shape = () if shape is None else (shape,) if isinstance(shape, int) else tuple(shape)
        if None in shape:
            raise ValueError(
                "Shapes used to initialize variables must be fully-defined (no `None` dimensions). Received: "
                f"shape={shape} for variable path='{'/'.join((*current_scope(), name or 'variable'))}'. Every axis "
                "that the weights depend on needs a known size in Input(...)."
            )
        dtype = dtype or self.variable_dtype  # type: ignore[attr-defined]
        if initializer is None:
            initializer = "glorot_uniform" if np.dtype(dtype).kind == "f" else "zeros"
        # while the layer builds, its name is the innermost scope already
        with contextlib.nullcontext() if self._is_building else name_scope(self.name):
            variable = Variable(
                initializers.get(initializer),
                shape=shape,
                dtype=dtype,
                trainable=trainable,
                name=name,
                regularizer=regularizers.get(regularizer),
                constraint=constraints.get(constraint),
            )
        self._track(variable)
        variable.trainable = bool(trainable and self._trainable)
        return variable

    def add_variable(self, *args, **kwargs) -> Variable:
        """The old name of `add_weight`."""
        return self.add_weight(*args, **kwargs)

    def _track(self, variable: Variable) -> None:
        """Own a variable: it is trainable or not from now on, and keeps its place when it is frozen."""
        self._check_initialized()
        if any(variable is known for known in (*self._own_trainable, *self._own_non_trainable)):
            return
        if self._locked:
            raise ValueError(
                "You cannot add new elements of state (variables or sub-layers) to a layer that is already built. All "
                "state must be created in the `__init__()` method or in the `build()` method. "
                f"It is the variable {variable.path!r} of layer '{self.name}'."
            )
        (self._own_trainable if variable.trainable else self._own_non_trainable).append(variable)

    def _untrack_variable(self, variable: Variable) -> None:
        """Own a variable no longer; what holds it, an attribute perhaps, is the caller's to clear."""
        for owned in (self._own_trainable, self._own_non_trainable):
            owned[:] = [known for known in owned if known is not variable]
        count_change()

    def _check_initialized(self):
        if "_own_trainable" not in vars(self):
            raise RuntimeError(self._forgot_super())

    def _forgot_super(self) -> str:
        return (
            f"In layer '{type(self).__name__}', you forgot to call `super().__init__()` as the first statement in the "
            "`__init__()` method. Go add it!"
        )

    # --- finding ------------------------------------------------------------------------------------------------

    def _attributes(self) -> Iterator:
        """The objects in this layer's attributes, those in lists, tuples and dictionaries included."""
        for key, value in vars(self).items():
            if type(value) in _PLAIN or key in _NOT_OWNED:
                continue
            yield from _leaves(value)

    def _sublayers(self) -> list:
        return _unique(value for value in self._attributes() if isinstance(value, WeightOwner) and value is not self)

    _found: dict | None = None  # what `remembering` keeps

    @contextlib.contextmanager
    def remembering(self, found: dict | None = None):
        """Inside the block, layers and weights are looked for once: for loops in which none is made or exchanged.

        Args:
            found: what is known from another such block, and is added to.
        """
        before, self._found = self._found, {} if found is None else found
        try:
            yield
        finally:
            self._found = before

    def _once(self, name: str, find):
        if self._found is None:
            return find()
        if name not in self._found:
            self._found[name] = find()
        return self._found[name]

    def _flatten_layers(self, include_self=True, recursive=True) -> list:
        """This layer and those inside it, depth first, each once."""
        found = [self] if include_self else []
        for layer in self._sublayers():
            found += layer._flatten_layers(recursive=recursive) if recursive else [layer]
        return _unique(found)

    def _own_variables(self) -> tuple[list[Variable], list[Variable]]:
        """Own variables, (trainable ones, others), in the order they were made."""
        trainable, others = list(self._own_trainable), list(self._own_non_trainable)
        known = {id(variable) for variable in trainable + others}
        for value in self._attributes():
            if isinstance(value, Variable) and id(value) not in known:
                (trainable if value.trainable else others).append(value)
                known.add(id(value))
        return trainable, others

    @property
    def weights(self) -> list[Variable]:
        """All weights: own trainable ones, own others, then those of the layers inside. Freezing keeps the order."""
        return list(self._once("weights", self._find_weights))

    def _find_weights(self) -> list[Variable]:
        trainable, others = self._own_variables()
        return _unique([*trainable, *others, *(w for layer in self._sublayers() for w in layer.weights)])

    @property
    def variables(self) -> list[Variable]:
        """All weights, and the states of the random streams that the layer and those inside it own."""
        return list(self._once("variables", self._find_variables))

    def _find_variables(self) -> list[Variable]:
        trainable, others = self._own_variables()
        streams = [generator.state for generator in self._seed_generators]
        inside = [v for layer in self._sublayers() for v in layer.variables]
        return _unique([*trainable, *others, *streams, *inside])

    @property
    def _seed_generators(self) -> list[SeedGenerator]:
        return _unique(value for value in self._attributes() if isinstance(value, SeedGenerator))

    @property
    def metrics(self) -> list:
        """The metrics in the attributes of the layer and of those inside it."""
        return list(self._once("metrics", self._find_metrics))

    def _find_metrics(self) -> list:
        found = [value for value in self._attributes() if getattr(value, "family", None) == "metrics"]
        return _unique([*found, *(metric for layer in self._sublayers() for metric in layer.metrics)])

    @property
    def metrics_variables(self) -> list[Variable]:
        """The variables in which the metrics keep their state."""
        return _unique(variable for metric in self.metrics for variable in metric.variables)

    @property
    def trainable_weights(self) -> list[Variable]:
        """The weights that training changes: none if the layer is frozen."""
        return [w for w in self.weights if w.trainable] if self._trainable else []

    @property
    def non_trainable_weights(self) -> list[Variable]:
        """The weights that training leaves alone."""
        return [w for w in self.weights if not w.trainable] if self._trainable else self.weights

    trainable_variables = trainable_weights

    @property
    def non_trainable_variables(self) -> list[Variable]:
        """The variables that training leaves alone."""
        return [v for v in self.variables if not v.trainable] if self._trainable else self.variables

    @property
    def trainable(self) -> bool:
        """Whether training changes the weights; setting it reaches the layers inside too."""
        return self._trainable

    @trainable.setter
    def trainable(self, value):
        self._trainable = bool(value)
        for variable in self._own_trainable:
            variable.trainable = self._trainable
        for layer in self._sublayers():
            layer.trainable = value

    # --- reading and replacing ----------------------------------------------------------------------------------

    def count_params(self) -> int:
        """The number of values in all weights.

        Raises:
            ValueError: the layer has no weights yet.
        """
        if not self.built:
            raise ValueError(
                f"You tried to call `count_params` on layer '{self.name}', but the layer isn't built. "
                "You can build it manually via: `layer.build(input_shape)`."
            )
        return sum(w.size for w in self.weights)

    def get_weights(self) -> list[np.ndarray]:
        """Copies of all weights, in the order of `weights`; [] if there are none yet."""
        return [w.numpy() for w in self.weights]

    def set_weights(self, weights) -> None:
        """Replace all weights by arrays of the same shapes; nothing changes if one does not fit.

        Args:
            weights: a list in the order of `get_weights()`.

        Raises:
            ValueError: another number of arrays, or another shape.
        """
        own = self.weights
        if len(weights) != len(own):
            raise ValueError(
                f"You called `set_weights(weights)` on layer '{self.name}' with a weight list of length "
                f"{len(weights)}, but the layer was expecting {len(own)} weights."
            )
        for variable, value in zip(own, weights, strict=True):
            if not hasattr(value, "shape"):
                raise AttributeError(
                    f"'{type(value).__name__}' object has no attribute 'shape': set_weights takes a list of arrays. "
                    f"Use np.array(...) for the weight {variable.path!r}."
                )
            if variable.shape != tuple(value.shape):
                raise ValueError(
                    f"Layer {self.name} weight shape {variable.shape} is not compatible with provided weight shape "
                    f"{tuple(value.shape)}. It is the weight {variable.path!r}."
                )
        for variable, value in zip(own, weights, strict=True):
            variable.assign(value)

    def save_own_variables(self, store) -> None:
        """Write this layer's own weights into a mapping, as "0", "1", ... (a `.weights.h5` group)."""
        trainable, others = self._own_variables()
        for i, variable in enumerate(trainable + others):
            store[str(i)] = variable.numpy()

    def load_own_variables(self, store) -> None:
        """Read what `save_own_variables` wrote; nothing changes if something does not fit."""
        trainable, others = self._own_variables()
        variables = trainable + others
        if len(store.keys()) != len(variables):
            if variables or not len(store.keys()):
                expected = f"expected {len(variables)} variables, but received {len(store.keys())} variables"
            else:
                expected = f"was never built, but the file holds {len(store.keys())} variables for it"
            raise ValueError(f"Layer '{self.name}' {expected} during loading.")
        values = [np.asarray(store[str(i)]) for i in range(len(variables))]
        for variable, value in zip(variables, values, strict=True):
            if variable.shape != value.shape:
                raise ValueError(
                    f"Layer '{self.name}': the shape of the weight {variable.path!r} and that of its value in the file "
                    f"must match. Expected: shape {variable.shape}. Received: shape {value.shape}"
                )
        for variable, value in zip(variables, values, strict=True):
            variable.assign(value)

    # --- penalties ----------------------------------------------------------------------------------------------

    def add_loss(self, loss) -> None:
        """Add a scalar, or a list of them, to the loss of the call that is running."""
        for value in tree.flatten(loss):
            if not isinstance(value, np.ndarray | np.number | ArrayLike | int | float):
                raise ValueError(f"`add_loss()` takes numbers computed in `call()`. Received invalid value: {value}")
            if np.shape(value) != ():
                raise ValueError(
                    f"`add_loss()` takes scalars. Received: an array of shape {np.shape(value)}. Reduce it with np.sum "
                    "or np.mean."
                )
            self._losses.append(value)
            _with_losses.add(weakref.ref(self, _with_losses.discard))

    def _clear_losses(self) -> None:
        if not _with_losses:
            return
        for layer in self._flatten_layers():
            layer._losses.clear()
            _with_losses.discard(weakref.ref(layer))

    @property
    def losses(self) -> list:
        """Activity penalties of the last call, then the penalty of each trainable weight, computed now."""
        layers = self._once("layers", self._flatten_layers)
        activity = [loss for layer in layers for loss in layer._losses]
        return activity + [w.regularizer(w) for w in self.trainable_weights if w.regularizer is not None]


_PLAIN = frozenset((str, int, float, bool, type(None), np.ndarray))  # what can own nothing
_NOT_OWNED = frozenset(
    (
        "_auto_config",
        "_build_shapes",
        "_first_shapes",
        "_found",
        "_inbound_nodes",
        "_losses",
        "_own_non_trainable",
        "_own_trainable",
        "_repetition",
        "_states",
    )
)


# what loops set while they run, and no formula depends on
_STATE_OF_A_RUN = frozenset(
    (
        "_first_fit",
        "_first_shapes",
        "_found",
        "_last_parts",
        "_locked",
        "_report_parts",
        "_tolerates_nan",
        "_was_called",
        "history",
        "stop_evaluating",
        "stop_predicting",
        "stop_training",
    )
)


def _leaves(value, above=()) -> Iterator:
    """The leaves of nested containers, in the order of `tree.flatten`; one that holds itself is entered once."""
    if not isinstance(value, list | tuple | dict):
        yield value
    elif id(value) not in above:
        for item in [value[key] for key in sorted(value)] if isinstance(value, dict) else value:
            yield from _leaves(item, (*above, id(value)))


def _unique(items) -> list:
    return list({id(item): item for item in items}.values())
