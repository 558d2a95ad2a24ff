"""Python lambdas as text and back, in Keras's form: byte code, default values and captured variables.

Reading one back means running code that came with a file, so it is asked for only when safe mode is off.
"""

import base64
import binascii
import codecs
import marshal
import types

import numpy as np

__all__ = ["dump_function", "load_function"]


def dump_function(function) -> dict:
    """The parts of a function that JSON can hold.

    >>> sorted(dump_function(lambda x: x + 1))
    ['closure', 'code', 'defaults']
    """
    cells = function.__closure__
    return {
        "code": codecs.encode(marshal.dumps(function.__code__), "base64").decode("ascii"),
        "defaults": function.__defaults__,
        "closure": tuple(cell.cell_contents for cell in cells) if cells else None,
    }


def load_function(code: str, defaults=None, closure=None):
    """The function that `dump_function` took apart. It sees NumPy as `np`, and what it captured.

    Raises:
        ValueError: the text is not byte code of this version of Python.

    >>> load_function(**dump_function(lambda x: np.exp(x)))(0.0)
    np.float64(1.0)
    """
    try:
        body = marshal.loads(base64.b64decode(code, validate=False))
        cells = None if closure is None else tuple(types.CellType(value) for value in closure)
        defaults = None if defaults is None else tuple(defaults)
        return types.FunctionType(body, {"np": np, "numpy": np}, body.co_name, defaults, cells)
    except (AttributeError, EOFError, TypeError, ValueError, binascii.Error) as error:
        raise ValueError(
            "The byte code of a lambda could not be read. It was probably saved by another version of Python. "
            f"Define the function by name and pass it in `custom_objects` instead. ({error})"
        ) from error
