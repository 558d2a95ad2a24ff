"""A fresh start without a new process: automatic names and the global random state as they are after `import`."""

from layerlab import naming, random

__all__ = ["clear_session"]


def clear_session(free_memory: bool = True) -> None:
    """Start automatic names ("dense", "dense_1", ...) and the global random generator afresh.

    Args:
        free_memory: there for Keras's sake; NumPy arrays are freed when nothing refers to them.

    >>> from layerlab import naming
    >>> clear_session()
    >>> naming.auto_name("dense"), naming.auto_name("dense")
    ('dense', 'dense_1')
    >>> clear_session()
    >>> naming.auto_name("dense")
    'dense'

    Source: `keras.utils.clear_session`.
    """
    naming.reset_names()
    random.reset_global_generator()
