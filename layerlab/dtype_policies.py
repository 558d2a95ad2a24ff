"""The dtype of a layer as Keras states it: a policy with a name. Here it is always one type for everything."""

from layerlab import serialization
from layerlab.config import standardize_dtype
from layerlab.registry import Registered

__all__ = ["DTypePolicy", "deserialize", "get", "serialize"]


class DTypePolicy(Registered):
    """The types that a layer computes in and keeps its weights in: the same one.

    Args:
        name: "float32", "float64" or "float16"; the default float type otherwise.

    Raises:
        ValueError: a mixed policy, which layerlab does not have.

    >>> DTypePolicy("float64").compute_dtype
    'float64'

    Source: Keras page "DTypePolicy".
    """

    family = "dtype_policies"
    _keras_module = "keras"

    def __init__(self, name=None):
        if str(name).startswith("mixed_"):
            raise ValueError(
                f"layerlab has no mixed precision. Use 'float32', 'float64' or 'float16'. Received: {name!r}"
            )
        self.name = standardize_dtype(name)

    compute_dtype = property(lambda self: self.name, doc="The type of the computation.")
    variable_dtype = property(lambda self: self.name, doc="The type of the weights.")
    quantization_mode = None

    def get_config(self) -> dict:
        """The argument that makes an equal policy."""
        return {"name": self.name}

    @classmethod
    def from_config(cls, config: dict):
        """The policy that `get_config` described."""
        return cls(**config)

    def __eq__(self, other):
        return type(other) is type(self) and other.name == self.name

    def __hash__(self):
        return hash(self.name)

    def __repr__(self):
        return f'<DTypePolicy "{self.name}">'


def serialize(dtype_policy) -> dict:
    """The dictionary that `deserialize` reads back.

    >>> serialize(DTypePolicy("float64"))["config"]
    {'name': 'float64'}
    """
    return serialization.serialize_keras_object(dtype_policy)


def deserialize(config, custom_objects=None) -> DTypePolicy:
    """The policy that `serialize` described."""
    return get(serialization.deserialize_keras_object(config, custom_objects))


def get(identifier) -> DTypePolicy:
    """The policy that a name, a configuration or a policy means; None is that of the default float type.

    Raises:
        ValueError: anything else.

    >>> get("float64") == get(DTypePolicy("float64")) == get(serialize(DTypePolicy("float64")))
    True
    """
    if isinstance(identifier, DTypePolicy):
        return identifier
    if identifier is None or isinstance(identifier, str):
        return DTypePolicy(identifier)
    if isinstance(identifier, dict):
        return deserialize(identifier)
    raise ValueError(
        f"Cannot interpret `dtype` argument. Expected a string or an instance of DTypePolicy. Received: "
        f"dtype={identifier}"
    )
