"""ReversibleEmbedding: a table of rows for ids that also turns rows back into one score for each id."""

import numpy as np

from layerlab.layers.embedding import Embedding
from layerlab.layers.symbolic import KerasTensor
from layerlab.masking import set_mask

__all__ = ["ReversibleEmbedding"]


class ReversibleEmbedding(Embedding):
    """An `Embedding` that, called with reverse=True, multiplies by its table transposed: scores = x @ embeddings.T.

    For models that read words and write words: an id whose row points the way x does gets a high score.

    Args:
        input_dim: the number of rows: the largest id + 1.
        output_dim: how many numbers stand for one id.
        tie_weights: whether the way back uses the same table, or one of its own, `(output_dim, input_dim)`.
        embeddings_initializer: how the tables start; uniform from -0.05 to 0.05 by default.
        embeddings_regularizer: penalty on the table.
        embeddings_constraint: applied to the table after each update.
        mask_zero: whether id 0 only fills up short sequences: the mask is `ids != 0`.
        reverse_dtype: of the way back; the layer's own by default.
        logit_soft_cap: scores stay between minus and plus this: tanh(score / cap) * cap.
        **kwargs: more arguments of `Embedding`.

    Shapes:
        in ids of any shape, out `(*shape, output_dim)`; with reverse=True in `(..., output_dim)`, out
        `(..., input_dim)`.

    >>> layer = ReversibleEmbedding(3, 2, weights=np.array([[0.0, 1.0], [1.0, 0.0], [1.0, 1.0]]))
    >>> layer(layer(np.array([2])), reverse=True)
    array([[1., 1., 2.]], dtype=float32)

    Source: Press and Wolf, 2016, https://arxiv.org/abs/1608.05859; Keras page "ReversibleEmbedding layer".
    """

    weight_names = ("embeddings", "reverse_embeddings")
    config_names = (*Embedding.config_names, "tie_weights", "reverse_dtype", "logit_soft_cap")

    def __init__(
        self,
        input_dim,
        output_dim,
        tie_weights=True,
        embeddings_initializer="uniform",
        embeddings_regularizer=None,
        embeddings_constraint=None,
        mask_zero=False,
        reverse_dtype=None,
        logit_soft_cap=None,
        **kwargs,
    ):
        self.tie_weights, self.reverse_dtype, self.logit_soft_cap = tie_weights, reverse_dtype, logit_soft_cap
        super().__init__(
            input_dim,
            output_dim,
            embeddings_initializer=embeddings_initializer,
            embeddings_regularizer=embeddings_regularizer,
            embeddings_constraint=embeddings_constraint,
            mask_zero=mask_zero,
            **kwargs,
        )

    def build(self, input_shape=None):
        if self.built:  # by `weights`
            return
        super().build(input_shape)
        if not self.tie_weights:
            self.reverse_embeddings = self.add_weight(
                name="reverse_embeddings",
                shape=(self.output_dim, self.input_dim),
                initializer=self.embeddings_initializer,
            )

    def call(self, inputs, reverse=False):
        if reverse:
            return self._scores(inputs)
        rows = super().call(inputs)
        if self.mask_zero:
            set_mask(rows, np.not_equal(inputs, 0))
        return rows

    def _scores(self, inputs):
        if inputs.shape[-1] != self.output_dim:
            raise ValueError(
                f"With reverse=True, layer '{self.name}' expects rows of {self.output_dim} numbers (output_dim). "
                f"Received: an input of shape {inputs.shape}. Are these ids? Then call it without reverse."
            )
        kernel = np.transpose(self.embeddings) if self.tie_weights else np.positive(self.reverse_embeddings)
        dtype = self.reverse_dtype or self.compute_dtype
        scores = np.matmul(inputs.astype(dtype), kernel.astype(dtype))
        cap = self.logit_soft_cap
        return scores if cap is None else np.tanh(scores / cap) * cap

    def compute_mask(self, inputs, mask=None):
        return None  # `call` marks the rows; scores have no mask

    def compute_output_shape(self, input_shape, reverse=False):
        return (*input_shape[:-1], self.input_dim) if reverse else (*input_shape, self.output_dim)

    def compute_output_spec(self, inputs, reverse=False):
        return KerasTensor(self.compute_output_shape(inputs.shape, reverse), self.compute_dtype)
