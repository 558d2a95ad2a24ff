"""What a `train_step` of one's own gets and gives: samples, targets and weights in one tuple.

`unpack_x_y_sample_weight`, the way back, is what `fit` itself uses, and lies beside it in `layerlab.models`.
"""

__all__ = ["pack_x_y_sample_weight"]


def pack_x_y_sample_weight(x, y=None, sample_weight=None):
    """The tuple `(x, y, sample_weight)` without the Nones at its end; x alone where that is not ambiguous.

    >>> pack_x_y_sample_weight([1], [2])
    ([1], [2])

    Source: `keras.utils.pack_x_y_sample_weight`.
    """
    if y is None:
        return (x,) if isinstance(x, list | tuple) else x
    return (x, y) if sample_weight is None else (x, y, sample_weight)
