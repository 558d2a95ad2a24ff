"""The loss of label sequences without timing: speech to text, handwriting to letters.

Source: Graves et al. 2006, "Connectionist temporal classification: labelling unsegmented sequence data with recurrent
neural networks".
"""

import numpy as np

from layerlab.losses.labels import class_labels
from layerlab.losses.loss import LossFunctionWrapper
from layerlab.losses.shapes import as_float
from layerlab.ops.ctc import ctc_loss

__all__ = ["CTC", "ctc"]


def ctc(y_true, y_pred):
    """Minus the log-probability of a label sequence, summed over all its alignments with the time steps.

    Args:
        y_true: class numbers of shape (batch, length); class 0 is the blank and fills up short sequences.
        y_pred: logits of shape (batch, steps, classes).

    Returns:
        Losses of shape (batch,); near 100000 for a sequence that has no alignment.

    Raises:
        ValueError: other ranks, or a label that is no class.

    >>> import numpy as np
    >>> ctc([[1, 0]], np.zeros((1, 2, 3), "float32")).round(4)
    array([1.0986], dtype=float32)
    """
    y_true, y_pred = np.asarray(y_true), as_float(y_pred)
    if len(y_true.shape) != 2:
        raise ValueError(
            "Targets `y_true` are expected to be a tensor of shape `(batch_size, max_length)` in integer format. "
            f"Received: y_true.shape={y_true.shape}"
        )
    if len(y_pred.shape) != 3:
        raise ValueError(
            "Logits `y_pred` are expected to be a tensor of shape `(batch_size, max_length, num_classes)`. "
            f"Received: y_pred.shape={y_pred.shape}"
        )
    return ctc_loss(y_pred, class_labels(y_true, y_pred.shape[-1], "ctc"))


class CTC(LossFunctionWrapper):
    """Class form of `ctc`: minus the log-probability of a label sequence.

    Args:
        reduction, name, dtype: as for `Loss`.

    >>> import numpy as np
    >>> print(f"{CTC()([[1, 0]], np.zeros((1, 2, 3))):.4f}")
    1.0986
    """

    def __init__(self, reduction="sum_over_batch_size", name="ctc", dtype=None):
        super().__init__(ctc, reduction, name, dtype)
