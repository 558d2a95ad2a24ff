"""Layers that put several arrays side by side (Concatenate) or multiply them as matrices (Dot)."""

import math

import numpy as np

from layerlab.layers.merging import Merge, mask_of_numbers
from layerlab.ops.normalize import to_unit_length

__all__ = ["Concatenate", "Dot"]


class Concatenate(Merge):
    """The inputs one after the other along an axis.

    Args:
        axis: the axis along which they are joined; the batch axis is 0.

    Shapes:
        in a list of arrays that differ in `axis` only, out the sum of their sizes there.

    Raises:
        ValueError: the inputs are not a list, differ in another axis, or have no such axis.

    >>> Concatenate()([np.array([[1.0, 2.0]]), np.array([[3.0]])])
    array([[1., 2., 3.]], dtype=float32)

    Source: Keras page "Concatenate layer".
    """

    config_names = ("axis",)

    def __init__(self, axis=-1, **kwargs):
        super().__init__(**kwargs)
        self.axis = axis

    def compute_output_shape(self, input_shape):
        if not isinstance(input_shape, list | tuple) or not input_shape or not isinstance(input_shape[0], list | tuple):
            raise ValueError(
                "A `Concatenate` layer should be called on a list of at least 1 input. "
                f"Received: input_shape={input_shape}"
            )
        first = tuple(input_shape[0])
        if not -len(first) <= self.axis < len(first):
            raise ValueError(f"Axis {self.axis} is out of bounds for input shape {first}. Received: axis={self.axis}")
        if len({len(shape) for shape in input_shape}) > 1 or not all(map(_agree, self._others(input_shape))):
            raise ValueError(
                "A `Concatenate` layer requires inputs with matching shapes except for the concatenation axis. "
                f"Received: input_shape={input_shape}"
            )
        sizes = [shape[self.axis] for shape in input_shape]
        joined = [_known(sizes_there) for sizes_there in zip(*input_shape, strict=True)]
        joined[self.axis] = None if None in sizes else sum(sizes)
        return tuple(joined)

    def _others(self, shapes):
        """The sizes of all inputs, for each axis but the one they are joined along."""
        axis = self.axis % len(shapes[0])
        return [sizes for i, sizes in enumerate(zip(*shapes, strict=True)) if i != axis]

    def _merged(self, inputs, masks):
        return np.concatenate(inputs, axis=self.axis)

    def _merged_mask(self, inputs, masks):
        """All entries of an input without a mask count."""
        if all(mask is None for mask in masks):
            return None
        whole = [_whole_mask(x, mask) for x, mask in zip(inputs, masks, strict=True)]
        return np.any(np.concatenate(whole, axis=self.axis), axis=-1)


def _agree(sizes) -> bool:
    return len(set(sizes) - {None}) <= 1


def _known(sizes):
    return next((size for size in sizes if size is not None), None)


def _whole_mask(x, mask):
    """A mask of the shape of x."""
    if mask is not None and mask.ndim == len(x.shape):
        return mask
    everywhere = np.ones_like(x, dtype=bool)
    return everywhere if mask is None else np.logical_and(mask_of_numbers(mask, x), everywhere)


class Dot(Merge):
    """The products of two inputs, summed along one axis of each: y[n, i, j] = sum over k of x1[n, i, k] · x2[n, k, j].

    Each sample is multiplied by its partner only. With `normalize=True` vectors are brought to length 1 first, which
    gives the cosine of the angle between them.

    Args:
        axes: the axis of each input to sum along, or a single integer for both; the batch axis 0 is not allowed. A
            single negative integer counts from the end of each.
        normalize: whether to divide by the lengths along these axes.

    Shapes:
        in `[(batch, *a), (batch, *b)]`, out `(batch, *(a without its axis), *(b without its axis))`, but
        `(batch, 1)` for two vectors.

    Raises:
        TypeError: `axes` is neither an integer nor a list.
        ValueError: `axes` does not fit, not exactly two inputs, or the sizes along the axes differ.

    >>> Dot(axes=1)([np.array([[1.0, 2.0]]), np.array([[10.0, 20.0]])])
    array([[50.]], dtype=float32)

    Source: Keras page "Dot layer".
    """

    config_names = ("axes", "normalize")

    def __init__(self, axes, normalize=False, **kwargs):
        super().__init__(**kwargs)
        self.axes, self.normalize = _checked_axes(axes), normalize
        self.keeps_integers = not normalize

    def compute_output_shape(self, input_shape):
        shapes = input_shape if isinstance(input_shape, list | tuple) else ()
        if len(shapes) != 2 or not isinstance(shapes[0], list | tuple):
            raise ValueError(
                f"A `Dot` layer should be called on a list of 2 inputs. Received: input_shape={input_shape}"
            )
        a, b = map(tuple, shapes)
        i, j = self._axes_of(a, b)
        if a[i] is not None and b[j] is not None and a[i] != b[j]:
            raise ValueError(
                f"Incompatible input shapes: axis values {a[i]} (at axis {i}) != {b[j]} (at axis {j}). "
                f"Full input shapes: {a}, {b}"
            )
        if not _agree((a[0], b[0])):
            raise ValueError(
                f"Cannot do batch_dot on inputs with different batch sizes. Received inputs with shapes {a} and {b}."
            )
        rest = _without(a, i)[1:] + _without(b, j)[1:]
        return (_known((a[0], b[0])), *(rest or (1,)))

    def _axes_of(self, a: tuple, b: tuple) -> list[int]:
        """The axis of each shape to sum along, counted from the front."""
        if min(len(a), len(b)) < 2:
            raise ValueError(f"Cannot do batch_dot on inputs with rank < 2. Received inputs with shapes {a} and {b}.")
        axes = (self.axes, self.axes) if isinstance(self.axes, int) else self.axes
        for axis, shape in zip(axes, (a, b), strict=True):
            if not -len(shape) <= axis < len(shape):
                raise ValueError(f"Axis {axis} is out of bounds for input shape {shape}. Received: axes={self.axes}")
        axes = [axis % len(shape) for axis, shape in zip(axes, (a, b), strict=True)]
        if 0 in axes:
            raise ValueError(
                "Cannot perform batch_dot over axis 0. If your inputs are not batched, give them a batch axis: "
                f"x[None]. Received: axes={self.axes}"
            )
        return axes

    def _merged(self, inputs, masks):
        a, b = inputs
        i, j = self._axes_of(a.shape, b.shape)
        if self.normalize:
            a, b = to_unit_length(a, i), to_unit_length(b, j)
        left, right = _without(a.shape, i)[1:], _without(b.shape, j)[1:]
        rows = np.reshape(np.moveaxis(a, i, -1), (a.shape[0], math.prod(left), a.shape[i]))
        columns = np.reshape(np.moveaxis(b, j, 1), (b.shape[0], b.shape[j], math.prod(right)))
        return np.reshape(np.matmul(rows, columns), (a.shape[0], *((left + right) or (1,))))

    def compute_mask(self, inputs, mask=None):
        return None


def _checked_axes(axes):
    if isinstance(axes, int):
        return axes
    if not isinstance(axes, list | tuple):
        raise TypeError(f"Invalid type for argument `axes`: it should be a list or an int. Received: axes={axes}")
    if len(axes) != 2:
        raise ValueError(f"Invalid format for argument `axes`: it should contain two elements. Received: axes={axes}")
    if not all(isinstance(axis, int) for axis in axes):
        raise ValueError(f"Invalid format for argument `axes`: list elements should be integers. Received: axes={axes}")
    return axes


def _without(shape: tuple, axis: int) -> tuple:
    return shape[:axis] + shape[axis + 1 :]
