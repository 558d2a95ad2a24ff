"""The model: a layer made of layers that can be trained, looked at, saved and loaded.

Subclass it and write `call` in plain NumPy, join symbolic tensors with `Model(inputs, outputs)`, or use `Sequential`.
"""

from layerlab.layers.layer import Layer
from layerlab.layers.shapes import as_shape, shape_of, tree_of_tensors
from layerlab.models.state_tree import get_state_tree, set_state_tree
from layerlab.models.trainer import Trainer
from layerlab.naming import did_you_mean

__all__ = ["Model"]


class Model(Trainer):
    """A layer that owns layers and knows how to train them.

    Args:
        inputs, outputs: symbolic tensors, for a model that runs the calls between them; nothing for a subclass with a
            `call` of its own.
        name: for messages and the summary.
        trainable: whether training changes the weights.

    >>> import numpy as np
    >>> from layerlab.layers import Dense
    >>> class TwoLayers(Model):
    ...     def __init__(self):
    ...         super().__init__()
    ...         self.hidden, self.out = Dense(4), Dense(1)
    ...     def call(self, inputs):
    ...         return self.out(np.tanh(self.hidden(inputs)))
    >>> TwoLayers().predict(np.ones((3, 2)), verbose=0).shape
    (3, 1)

    Source: Keras page "The Model class".
    """

    supports_masking = True
    _keras_module = "keras"  # where real Keras has the class
    _to_change_layers = "Please use another name."

    def __new__(cls, *args, **kwargs):
        if cls is Model and _has_tensors(args, kwargs):
            cls = _functional()
        return super().__new__(cls, *args, **kwargs)

    def __init__(self, *args, **kwargs):
        if _has_tensors(args, kwargs):  # a subclass that calls super().__init__(inputs, outputs)
            self.__class__ = type(
                type(self).__name__, (type(self), _functional()), {"__module__": type(self).__module__}
            )
            _functional().__init__(self, *args, **kwargs)
            return
        kwargs.setdefault("autocast", False)  # each layer inside casts for itself
        super().__init__(*args, **kwargs)

    def build(self, input_shape):
        """Make the weights of all layers inside, by running `call` on symbolic inputs of this shape.

        Calling the model on data does it too.
        """
        self.call(tree_of_tensors(as_shape(input_shape), self.compute_dtype))

    def _build_for(self, args, kwargs):
        if type(self).build is not Model.build:
            super()._build_for(args, kwargs)
        elif not self.built:  # the layers inside make their weights when the call reaches them
            self._build_shapes = {"input_shape": shape_of(args[0])} if args else None
            self.built = True

    def compute_mask(self, inputs, previous_mask):
        """None: the layers inside have already put masks on the output."""
        return None

    @property
    def layers(self) -> list[Layer]:
        """The layers directly inside, in order."""
        return self._flatten_layers(include_self=False, recursive=False)

    @layers.setter
    def layers(self, _):
        raise AttributeError(f"`Model.layers` attribute is reserved and should not be used. {self._to_change_layers}")

    @property
    def operations(self) -> list[Layer]:
        """What the model runs: its layers, and the NumPy functions between them in a functional model."""
        return self.layers

    def get_layer(self, name=None, index=None) -> Layer:
        """The layer with this name or at this position.

        Raises:
            ValueError: there is none, or both or neither was given.
        """
        if (name is None) == (index is None):
            raise ValueError(f"Provide either a layer name or a layer index. Received: index={index}, name={name}.")
        if index is not None:
            if len(self.layers) <= index:
                raise ValueError(
                    f"Was asked to retrieve layer at index {index} but model only has {len(self.layers)} layers."
                )
            return self.layers[index]
        names = [layer.name for layer in self.layers]
        if name not in names:
            raise ValueError(f"No such layer: {name}. Existing layers are: {names}.{did_you_mean(name, names)}")
        return self.layers[names.index(name)]

    def summary(
        self,
        line_length=None,
        positions=None,
        print_fn=None,
        expand_nested=False,
        show_trainable=False,
        layer_range=None,
    ) -> None:
        """Print a table of the layers, their output shapes and their numbers of weights.

        Args:
            line_length: characters a line.
            positions: where the columns end, as fractions of the line.
            print_fn: called with the whole text instead of print.
            expand_nested: show the layers inside models inside.
            show_trainable: add a column that says which layers are trainable.
            layer_range: first and last layer name (regular expressions).
        """
        from layerlab.models.summary import print_summary

        print_summary(self, line_length, positions, print_fn, expand_nested, show_trainable, layer_range)

    def get_state_tree(self, value_format="backend_tensor") -> dict:
        """All variables (trainable, non-trainable, of optimizer and metrics) as nested dictionaries along their paths.

        Source: Keras page "The Model class", `get_state_tree`.
        """
        return get_state_tree(self, value_format)

    def set_state_tree(self, state_tree) -> None:
        """Assign the values in what `get_state_tree` gave, or in a part of it."""
        set_state_tree(self, state_tree)

    def export(self, filepath, format="tf_saved_model", **kwargs):
        """Not available: what `export` writes is for other runtimes, and only other frameworks can write it.

        Raises:
            NotImplementedError: always, with the way to go.
            ValueError: a format that Keras does not know either.
        """
        if format not in _EXPORT_FORMATS:
            raise ValueError(f"Unrecognized format={format}. Supported formats are: {list(_EXPORT_FORMATS)}")
        raise NotImplementedError(
            f"`export_{_EXPORT_FORMATS[format]}` only currently supports the tensorflow, jax and torch backends. Save "
            "the model with `model.save('model.keras')`, load that file in Keras (`keras.models.load_model`) and "
            "export it there."
        )

    def save(self, filepath, overwrite=True, zipped=None, **kwargs) -> None:
        """Write architecture, weights and training state to a `.keras` file, which real Keras reads too."""
        from layerlab.saving import save_model

        save_model(self, filepath, overwrite=overwrite, zipped=zipped, **kwargs)

    def save_weights(self, filepath, overwrite=True, max_shard_size=None) -> None:
        """Write the weights to a `.weights.h5` file."""
        from layerlab.saving import save_weights

        save_weights(self, filepath, overwrite=overwrite, max_shard_size=max_shard_size)

    def load_weights(self, filepath, skip_mismatch=False, **kwargs) -> None:
        """Read the weights from a `.weights.h5` or `.keras` file; nothing changes if one does not fit."""
        from layerlab.saving import load_weights

        load_weights(self, filepath, skip_mismatch=skip_mismatch, **kwargs)

    @classmethod
    def from_config(cls, config, custom_objects=None):
        """The model that `get_config` described, with new weights.

        Args:
            custom_objects: name -> class or function of your own, for layers inside.
        """
        if {"layers", "input_layers", "output_layers"} <= set(config):
            return _functional().from_config.__func__(cls, config, custom_objects)
        return super().from_config(config)

    def to_json(self, **kwargs) -> str:
        """The architecture as JSON, without weights; `model_from_json` reads it."""
        from layerlab.models.cloning import to_json

        return to_json(self, **kwargs)


_EXPORT_FORMATS = {"tf_saved_model": "saved_model", "onnx": "onnx", "openvino": "openvino", "litert": "litert"}


def _has_tensors(args: tuple, kwargs: dict) -> bool:
    """Whether these are the arguments (inputs, outputs) of a functional model."""
    return len(args) >= 2 or ("outputs" in kwargs and (len(args) == 1 or "inputs" in kwargs))


def _functional():
    from layerlab.models.functional import Functional

    return Functional
