"""Sequences of different lengths made into one array, as an Embedding or a recurrent layer takes them."""

import numpy as np

__all__ = ["pad_sequences"]


def pad_sequences(sequences, maxlen=None, dtype="int32", padding="pre", truncating="pre", value=0.0) -> np.ndarray:
    """One array with a row a sequence: short ones filled up with `value`, long ones cut.

    Args:
        sequences: a list of sequences; their elements may be arrays, all of the same shape.
        maxlen: the length of every row; that of the longest sequence by default.
        dtype: of the result; `object` for strings of different lengths.
        padding: "pre" or "post", where the filling goes.
        truncating: "pre" or "post", where a long sequence loses its elements.
        value: the filling.

    Returns:
        An array of shape (len(sequences), maxlen, *element shape).

    Raises:
        ValueError: an unknown `padding` or `truncating`, or elements of different shapes.

    >>> pad_sequences([[1], [2, 3], [4, 5, 6]], maxlen=2)
    array([[0, 1],
           [2, 3],
           [5, 6]], dtype=int32)

    Source: `keras.utils.pad_sequences`.
    """
    _check(sequences, dtype, padding, truncating, value)
    length = max(map(len, sequences)) if maxlen is None else maxlen
    element = next((np.shape(s)[1:] for s in sequences if len(s)), ())
    result = np.full((len(sequences), length, *element), value, dtype=dtype)
    for i, sequence in enumerate(sequences):
        kept = np.asarray(_cut(sequence, length, truncating), dtype=dtype)
        if not len(kept):
            continue
        if kept.shape[1:] != element:
            raise ValueError(
                f"Shape of sample {kept.shape[1:]} of sequence at position {i} "
                f"is different from expected shape {element}"
            )
        row = result[i, : len(kept)] if padding == "post" else result[i, length - len(kept) :]
        row[...] = kept
    return result


def _check(sequences, dtype, padding, truncating, value) -> None:
    if not hasattr(sequences, "__len__"):
        raise ValueError("`sequences` must be iterable.")
    for sequence in sequences:
        if not hasattr(sequence, "__len__"):
            raise ValueError(f"`sequences` must be a list of iterables. Found non-iterable: {sequence}")
    if padding not in ("pre", "post"):
        raise ValueError(f'Padding type "{padding}" not understood. Expected "pre" or "post".')
    if truncating not in ("pre", "post"):
        raise ValueError(f'Truncating type "{truncating}" not understood. Expected "pre" or "post".')
    if isinstance(value, str) and np.dtype(dtype).kind not in "OSU":
        raise ValueError(
            f"`dtype` {dtype} is not compatible with `value`'s type: {type(value)}\n"
            "You should set `dtype=object` for variable length strings."
        )


def _cut(sequence, length: int, truncating: str):
    return sequence[:length] if truncating == "post" else sequence[max(0, len(sequence) - length) :]
