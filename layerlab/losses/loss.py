"""What a loss is: a formula per sample (`call`) inside the weighing, masking and averaging that all losses share."""

from collections.abc import Callable

from layerlab import serialization, tree
from layerlab.changes import Counted
from layerlab.config import standardize_dtype
from layerlab.losses.reduction import reduce_weighted_values, standardize_reduction
from layerlab.losses.shapes import cast, squeeze_or_expand_to_same_rank
from layerlab.masking import get_mask
from layerlab.naming import auto_name
from layerlab.registry import Registered

__all__ = ["Loss", "LossFunctionWrapper"]


class Loss(Counted, Registered):
    """Base class of losses: subclass it and define `call(y_true, y_pred)`.

    `call` gives one loss per sample (or per time step), in plain NumPy; calling the object casts both arrays to
    `dtype`, applies sample weights and the mask of `y_pred`, and reduces.

    Args:
        name: any string; by default the class name in snake case.
        reduction: "sum_over_batch_size" (or "mean"), "sum", "mean_with_sample_weight", "none" or None.
        dtype: the float type of the computation; `config.floatx()` by default.

    Raises:
        ValueError: an unknown reduction.

    >>> import numpy as np
    >>> class Cubed(Loss):
    ...     def call(self, y_true, y_pred):
    ...         return np.mean(np.abs(y_true - y_pred) ** 3, axis=-1)
    >>> print(Cubed()(np.zeros((2, 1)), np.array([[1.0], [2.0]])))
    4.5

    Source: the Keras page "Losses".
    """

    family = "losses"

    def __init__(self, name=None, reduction="sum_over_batch_size", dtype=None):
        self.name = name or auto_name(type(self).__name__)
        self.reduction = standardize_reduction(reduction)
        self._dtype = standardize_dtype(dtype)

    @property
    def dtype(self) -> str:
        """The name of the float type that the loss is computed in."""
        return self._dtype

    def __call__(self, y_true, y_pred, sample_weight=None):
        mask = get_mask(y_pred)
        losses = self.call(self._cast_targets(y_true), self._cast(y_pred))
        if losses is None:
            raise ValueError(f"The loss {self.name!r} returned None. Does its function end without `return`?")
        mask = _both(mask, get_mask(losses))
        return reduce_weighted_values(losses, sample_weight, mask, self.reduction, self.dtype)

    def _cast(self, x):
        """Every array of a structure (a dictionary, a list of arrays) in this loss's dtype."""
        if isinstance(x, dict):
            return {key: self._cast(value) for key, value in x.items()}
        if isinstance(x, list | tuple) and any(hasattr(value, "dtype") for value in x):
            return tree.map_structure(self._cast, x)
        return cast(x, self.dtype)

    def _cast_targets(self, y_true):
        return self._cast(y_true)

    def call(self, y_true, y_pred):
        """The loss of each sample. Subclasses define it."""
        raise NotImplementedError(f"{type(self).__name__} must define `call(self, y_true, y_pred)`.")

    def get_config(self) -> dict:
        """The constructor arguments that make an equal loss."""
        return {"name": self.name, "reduction": self.reduction}

    def __repr__(self):
        arguments = ", ".join(f"{key}={value!r}" for key, value in self.get_config().items())
        return f"{type(self).__name__}({arguments})"


def read_function(config: dict) -> dict:
    """A wrapper's configuration with its function `fn`, if it names one, in place of the name."""
    return serialization.deserialize_keras_object(config) if "fn" in config else config


def _both(mask, other):
    if mask is None or other is None:
        return other if mask is None else mask
    return mask & other


class LossFunctionWrapper(Loss):
    """A loss made of a function `(y_true, y_pred, **kwargs)`.

    (N,) and (N, 1) are lined up before the function sees them. The built-in losses are subclasses that fix `fn`.

    Args:
        fn: gives one loss per sample, or a single number.
        reduction, name, dtype: as for `Loss`.
        **kwargs: passed on to `fn`, and stored in the configuration.

    >>> import numpy as np
    >>> loss = LossFunctionWrapper(lambda t, p, power: np.mean(np.abs(t - p) ** power, axis=-1), name="lp", power=3)
    >>> print(loss(np.zeros(2), np.array([[1.0], [2.0]])))
    4.5
    """

    # Arguments that Keras's configuration leaves out: stored only when they differ from these defaults.
    _quiet: dict = {}

    def __init__(self, fn: Callable, reduction="sum_over_batch_size", name=None, dtype=None, **kwargs):
        super().__init__(name=name, reduction=reduction, dtype=dtype)
        self.fn = fn
        self._fn_kwargs = kwargs
        vars(self).update(kwargs)  # loss.from_logits, huber.delta, ...

    def call(self, y_true, y_pred):
        """The function's losses, on targets and predictions that are lined up."""
        if hasattr(y_true, "shape") and hasattr(y_pred, "shape"):
            y_true, y_pred = squeeze_or_expand_to_same_rank(y_true, y_pred)
        return self.fn(y_true, y_pred, **self._fn_kwargs)

    def get_config(self) -> dict:
        """Name, reduction and the function's arguments; for a bare wrapper also the function."""
        config = super().get_config()
        if type(self) is LossFunctionWrapper:
            config["fn"] = serialization.serialize_keras_object(self.fn)
        kept = {k: v for k, v in self._fn_kwargs.items() if k not in self._quiet or v != self._quiet[k]}
        return config | serialization.serialize_dict(kept)

    @classmethod
    def from_config(cls, config: dict):
        """The loss that `get_config` described."""
        return cls(**read_function(config))
