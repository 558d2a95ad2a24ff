"""One color photograph: Rear Admiral Grace Hopper, who wrote the first compiler, in front of a flag.

Stripes, stars and a face: edges in every direction for convolutions, and sides that a wrong reshape visibly mixes up.
"""

import numpy as np

from layerlab.datasets._archive import FOLDER

__all__ = ["load_data"]


def load_data() -> np.ndarray:
    """The photograph as red, green and blue, row by row from the top left.

    Returns:
        (256, 256, 3) uint8: rows, columns, channels; 0 is dark, 255 bright.

    >>> picture = load_data()
    >>> picture.shape, str(picture.dtype)
    ((256, 256, 3), 'uint8')

    Source: James S. Davis, United States Navy, 1984 (public domain).
    """
    with np.load(FOLDER / "photograph.npz", allow_pickle=False) as data:
        return data["pixels"]
