"""Reading a `.npz` data file that lies beside this module into Keras's two pairs.

The arrays are new at each call: what a caller does to them, the next caller does not see.
"""

from pathlib import Path

import numpy as np

FOLDER = Path(__file__).parent

Split = tuple[np.ndarray, np.ndarray]


def load_split(filename: str) -> tuple[Split, Split]:
    """The arrays of a file as `(x_train, y_train), (x_test, y_test)`."""
    with np.load(FOLDER / filename, allow_pickle=False) as data:
        return (data["x_train"], data["y_train"]), (data["x_test"], data["y_test"])
