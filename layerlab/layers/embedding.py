"""Embedding: a table with one row of numbers for each word, player or product."""

import warnings
from typing import ClassVar

import numpy as np

from layerlab import constraints, initializers, regularizers
from layerlab.autodiff import stop_gradient
from layerlab.layers.layer import Layer
from layerlab.ops.lookup import lookup

__all__ = ["Embedding"]


class Embedding(Layer):
    """Replaces each id by its row of a table that is learned: y[...] = embeddings[id].

    The same as a one-hot vector times a matrix, without the zeros. The first layer for words and other things that are
    names rather than amounts.

    Args:
        input_dim: the number of rows: the largest id + 1.
        output_dim: how many numbers stand for one id.
        embeddings_initializer: how the table starts; uniform from -0.05 to 0.05 by default.
        embeddings_regularizer: penalty on the whole table, not only on the rows of this batch.
        activity_regularizer: penalty on the output, divided by the batch size.
        embeddings_constraint: applied to the table after each update; axis=1 looks at each id's row.
        mask_zero: whether id 0 only fills up short sequences: the mask is `ids != 0`.
        weights: the table to start with, `(input_dim, output_dim)`, or a list of it.

    Shapes:
        in ids of any shape (floats are cut down to whole numbers), out `(*shape, output_dim)`; embeddings
        `(input_dim, output_dim)`.

    Raises:
        ValueError: `input_dim` or `output_dim` is not a positive integer.
        IndexError: an id is negative, or not below `input_dim`.

    >>> layer = Embedding(3, 2, weights=np.array([[0.0, 0.5], [1.0, 1.5], [2.0, 2.5]]))
    >>> layer(np.array([[2, 1]]))
    array([[[2. , 2.5],
            [1. , 1.5]]], dtype=float32)

    Source: Keras page "Embedding layer".
    """

    repeats = True
    weight_names: ClassVar[tuple[str, ...]] = ("embeddings",)
    config_names: ClassVar[tuple[str, ...]] = (
        "input_dim",
        "output_dim",
        "embeddings_initializer",
        "embeddings_regularizer",
        "activity_regularizer",
        "embeddings_constraint",
        "mask_zero",
        "quantization_config",
    )

    def __init__(
        self,
        input_dim,
        output_dim,
        embeddings_initializer="uniform",
        embeddings_regularizer=None,
        embeddings_constraint=None,
        mask_zero=False,
        weights=None,
        lora_rank=None,
        lora_alpha=None,
        quantization_config=None,
        **kwargs,
    ):
        for name, size in (("input_dim", input_dim), ("output_dim", output_dim)):
            if not isinstance(size, int) or isinstance(size, bool) or size <= 0:
                raise ValueError(
                    f"`{name}` must be a positive integer. Received: {name}={size} (of type {type(size).__name__})."
                )
        if (lora_rank, lora_alpha, quantization_config) != (None, None, None):
            raise ValueError("layerlab has no LoRA and no quantization: leave lora_* and quantization_config at None.")
        if kwargs.pop("input_length", None) is not None:
            warnings.warn("Argument `input_length` is deprecated. Just remove it.", stacklevel=2)
        super().__init__(**kwargs)
        self.input_dim, self.output_dim = input_dim, output_dim
        self.embeddings_initializer = initializers.get(embeddings_initializer)
        self.embeddings_regularizer = regularizers.get(embeddings_regularizer)
        self.embeddings_constraint = constraints.get(embeddings_constraint)
        self.mask_zero = self.supports_masking = self._makes_masks = mask_zero
        self.quantization_config = None
        self.autocast = False  # float16 could not hold the ids
        if weights is not None:
            self.build()
            self.set_weights(weights if isinstance(weights, list) and len(weights) == 1 else [weights])

    def build(self, input_shape=None):
        if self.built:  # by `weights`
            return
        self.embeddings = self.add_weight(
            name="embeddings",
            shape=(self.input_dim, self.output_dim),
            initializer=self.embeddings_initializer,
            regularizer=self.embeddings_regularizer,
            constraint=self.embeddings_constraint,
        )

    def call(self, inputs):
        ids = stop_gradient(inputs)
        if ids.dtype.kind not in "iu":
            with np.errstate(invalid="ignore"):  # a NaN becomes a number that no row has
                ids = ids.astype("int64")
        return lookup(self.embeddings, ids)

    def compute_mask(self, inputs, mask=None):
        return np.not_equal(inputs, 0) if self.mask_zero else None

    def compute_output_shape(self, input_shape):
        return (*input_shape, self.output_dim)
