"""Input arrays meet the number of axes that a model expects."""

import numpy as np

__all__ = ["fit_rank"]


def fit_rank(x, wanted: tuple, which: str = ""):
    """(n,) for (n, 1) and back, as Keras does; a clear error, that says which input, for any other wrong rank."""
    shape = getattr(x, "shape", None)
    if shape is None or len(shape) == len(wanted):
        return x
    if len(shape) == len(wanted) + 1 and shape[-1] == 1:
        return np.squeeze(x, axis=-1)
    if len(shape) == len(wanted) - 1 and wanted[-1] == 1:
        return np.expand_dims(x, axis=-1)
    hint = ""
    if len(shape) == len(wanted) - 1:
        hint = f". Is it a single sample? Add the batch axis: x[None] has shape {(1, *shape)}."
        if len(shape) > 1 and tuple(shape) == tuple(wanted[1:]):
            hint += f" Or was the number of samples given to Input? It takes the shape of one sample: {shape[1:]}."
    raise ValueError(
        f"Invalid input shape for input {type(x).__name__}(shape={tuple(shape)}){which}. Expected shape {wanted}, but "
        f"input has incompatible shape {tuple(shape)}{hint}"
    )
