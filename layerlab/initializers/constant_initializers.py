"""Initializers without chance: zeros, ones, a constant, the identity matrix, the kernels of a Fourier transform."""

import numpy as np

from layerlab.config import standardize_dtype
from layerlab.initializers.initializer import Initializer
from layerlab.naming import did_you_mean
from layerlab.serialization import deserialize_keras_object, serialize_keras_object

__all__ = ["STFT", "Constant", "Identity", "MissingValueError", "Ones", "Zeros"]


class MissingValueError(ValueError, KeyError):
    """`Constant` was asked for by name, and a name carries no value (Keras raises a bare KeyError here)."""

    __str__ = Exception.__str__  # KeyError's own would put the whole message in quotes


class Zeros(Initializer):
    """All zeros: the usual start of a bias. As a kernel it can keep a relu layer from ever learning.

    >>> Zeros()((2, 3))
    array([[0., 0., 0.],
           [0., 0., 0.]], dtype=float32)

    Source: `keras.initializers.Zeros`.
    """

    def __call__(self, shape, dtype=None):
        return np.zeros(shape, standardize_dtype(dtype))


class Ones(Initializer):
    """All ones: the usual start of a scale. As a kernel it makes every unit compute the same.

    >>> Ones()((3,))
    array([1., 1., 1.], dtype=float32)

    Source: `keras.initializers.Ones`.
    """

    def __call__(self, shape, dtype=None):
        return np.ones(shape, standardize_dtype(dtype))


class Constant(Initializer):
    """One given value everywhere.

    Args:
        value: a number, or an array that broadcasts to the weight's shape.

    Raises:
        ValueError: at the call, if an array `value` does not broadcast to the shape.

    >>> Constant(5)((2, 2))
    array([[5., 5.],
           [5., 5.]], dtype=float32)

    Source: `keras.initializers.Constant`.
    """

    def __init__(self, value=0.0):
        self.value = value

    def __call__(self, shape, dtype=None):
        try:
            return np.full(shape, self.value, standardize_dtype(dtype))
        except ValueError as error:
            raise ValueError(
                f"The `value` of Constant must broadcast to the shape of the weight. "
                f"Received: value of shape {np.shape(self.value)}, shape={shape}"
            ) from error

    def get_config(self):
        return {"value": serialize_keras_object(self.value)}

    @classmethod
    def from_config(cls, config):
        if "value" not in config:
            raise MissingValueError(
                "The initializer 'constant' needs a `value`, and its name alone has none. "
                "Pass `Constant(value=...)`; for a value of 0 use 'zeros'."
            )
        return cls(deserialize_keras_object(config["value"]))


class Identity(Initializer):
    """The identity matrix times a gain; for a kernel that is not square, its upper left part.

    Args:
        gain: the number on the diagonal. (Keras 3 forgets it when it saves; layerlab keeps it.)

    Raises:
        ValueError: at the call, if the shape is not two-dimensional.

    >>> Identity(gain=2)((2, 3))
    array([[2., 0., 0.],
           [0., 2., 0.]], dtype=float32)

    Source: `keras.initializers.Identity`.
    """

    def __init__(self, gain=1.0):
        self.gain = gain

    def __call__(self, shape, dtype=None):
        if len(shape) != 2:
            raise ValueError(
                "Identity matrix initializer can only be used for 2D matrices. "
                f"Received: shape={shape} of rank {len(shape)}."
            )
        dtype = standardize_dtype(dtype)
        return (self.gain * np.eye(*shape, dtype=dtype)).astype(dtype, copy=False)

    def get_config(self):
        return {"gain": self.gain}


def _tukey(n):
    """A window that is flat in the middle half, with the slopes of a Hann window."""
    to_edge = np.minimum(np.arange(n), np.arange(n)[::-1]) / max(1, n - 1)
    return np.where(to_edge < 0.25, 0.5 - 0.5 * np.cos(4 * np.pi * to_edge), 1.0)


_WINDOWS = {
    "hann": np.hanning,
    "hamming": np.hamming,
    "blackman": np.blackman,
    "bartlett": np.bartlett,
    "tukey": _tukey,
}


class STFT(Initializer):
    """The kernels that make a Conv1D compute a short-time Fourier transform.

    kernel[t, 0, f] = window[t] · cos(-2π·t·f / (2·(bins - 1))) / norm, or sin for the imaginary side.

    Args:
        side: "real" (cosines) or "imag" (sines).
        window: "hann", "hamming", "blackman", "bartlett", "tukey", an array of frame_length numbers, or None.
        scaling: "density" (norm is the window's L2 norm), "spectrum" (its sum), or None (no division).
        periodic: the window as one period of a repeating one, instead of a symmetric one.

    The shape it is called with is (frame_length, 1, bins).

    Raises:
        ValueError: an unknown side, window or scaling; at the call, a window array of another length.

    >>> STFT(window=None)((4, 1, 3)).round(3)[:, 0] + 0.0
    array([[ 1.,  1.,  1.],
           [ 1.,  0., -1.],
           [ 1., -1.,  1.],
           [ 1.,  0., -1.]], dtype=float32)

    Source: `keras.initializers.STFT`.
    """

    def __init__(self, side="real", window="hann", scaling="density", periodic=False):
        if side not in ("real", "imag"):
            raise ValueError(f"side should be 'real' or 'imag', not {side}")
        if isinstance(window, dict):  # an array in a saved configuration
            window = deserialize_keras_object(window)
        if isinstance(window, str) and window not in _WINDOWS:
            raise ValueError(
                f"Unknown window type. Expected one of {sorted(_WINDOWS)}, an array or None. "
                f"Received: window={window!r}.{did_you_mean(window, _WINDOWS)}"
            )
        if scaling not in (None, "density", "spectrum"):
            raise ValueError(
                f"Scaling is invalid, it must be `None`, 'density' or 'spectrum'. Received scaling={scaling}"
            )
        self.side, self.window, self.scaling, self.periodic = side, window, scaling, periodic

    def __call__(self, shape, dtype=None):
        frame_length, _, bins = shape
        time = np.arange(frame_length)[:, None, None]
        angle = -2 * np.pi * time * np.arange(bins) / (2 * (bins - 1))  # (frame_length, 1, bins)
        kernel = np.cos(angle) if self.side == "real" else np.sin(angle)
        if self.window is not None:
            kernel = kernel * self._scaled_window(frame_length)
        return kernel.astype(standardize_dtype(dtype))

    def _scaled_window(self, frame_length):
        window = self.window
        if isinstance(window, str):
            window = _WINDOWS[window](frame_length + self.periodic)[:frame_length]
        window = np.asarray(window)
        if window.shape != (frame_length,):
            raise ValueError(
                f"The shape of `window` must be equal to [frame_length].Received: window shape={window.shape}"
            )
        norms = {None: 1.0, "density": np.sqrt(np.sum(window**2)), "spectrum": np.sum(np.abs(window))}
        return (window / norms[self.scaling])[:, None, None]

    def get_config(self):
        return {"side": self.side, "window": self.window, "periodic": self.periodic, "scaling": self.scaling}
