"""Embedding: rows of a table by their ids, and nothing but ids."""

from layerlab import layers as L
from tests.contract import Case

TABLE = (("embeddings", (5, 3)),)
SIZES = {"input_dim": 5, "output_dim": 3}

CASES = [
    Case(L.Embedding, SIZES, (2, 4), (2, 4, 3), TABLE, ids=5),
    Case(L.Embedding, SIZES | {"mask_zero": True}, (2,), (2, 3), TABLE, ids=5, supports_masking=True),
    Case(
        L.Embedding,
        SIZES
        | {
            "embeddings_initializer": "glorot_normal",
            "embeddings_regularizer": "l2",
            "embeddings_constraint": "unit_norm",
            "activity_regularizer": "l2",
        },
        (2, 4, 2),
        (2, 4, 2, 3),
        TABLE,
        ids=5,
    ),
]
