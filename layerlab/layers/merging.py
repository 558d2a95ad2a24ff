"""Layers that make one array of several: added, multiplied, compared, joined, or multiplied as matrices.

All take a list. Masks that come with the inputs are merged too.
"""

import functools
import math

import numpy as np

from layerlab import ops
from layerlab.layers.layer import Layer
from layerlab.masking import get_mask

__all__ = [
    "Add",
    "Average",
    "Concatenate",
    "Dot",
    "Maximum",
    "Minimum",
    "Multiply",
    "Subtract",
    "add",
    "average",
    "concatenate",
    "dot",
    "maximum",
    "minimum",
    "multiply",
    "subtract",
]


class _Merge(Layer, named=False):
    """What all layers of this file share: a list of inputs, of one type, and a list of masks."""

    supports_masking = True
    keeps_integers = True

    def build(self, input_shape=()):
        self.compute_output_shape(input_shape)

    def call(self, inputs):
        if not isinstance(inputs, list | tuple):
            raise ValueError(
                f"A merge layer should be called on a list of inputs. Received: inputs={inputs} (not a list of tensors)"
            )
        return self._merged(*self._prepared(inputs))

    def _prepared(self, inputs):
        """The arrays, floats if one of them is (float32 with int32 would give float64), and their masks."""
        masks = [get_mask(x) for x in inputs]
        if self.keeps_integers and all(x.dtype.kind != "f" for x in inputs):
            return list(inputs), masks
        return [self._as_float(x) for x in inputs], masks

    def _merged(self, inputs, masks):
        raise NotImplementedError

    def _output_dtype(self, args):
        dtypes = [np.dtype(x.dtype) for x in args[0]]
        if self.keeps_integers and all(dtype.kind != "f" for dtype in dtypes):
            return str(np.result_type(*dtypes))
        return self.compute_dtype

    def compute_mask(self, inputs, mask=None):
        if mask is None:
            return None
        if not isinstance(mask, list | tuple):
            raise ValueError(f"`mask` should be a list. Received: mask={mask}")
        if not isinstance(inputs, list | tuple):
            raise ValueError(f"`inputs` should be a list. Received: inputs={inputs}")
        if len(mask) != len(inputs):
            raise ValueError(
                "The lists `inputs` and `mask` should have the same length. "
                f"Received: inputs={inputs} of length {len(inputs)}, and mask={mask} of length {len(mask)}"
            )
        return self._merged_mask(inputs, mask)

    def _merged_mask(self, inputs, masks):
        raise NotImplementedError


# --- number by number -----------------------------------------------------------------------------------------------


class _Elementwise(_Merge, named=False):
    """Merges numbers at the same place; samples of fewer axes are repeated along the first axes of the others."""

    def compute_output_shape(self, input_shape):
        shapes = _checked_shapes(input_shape)
        batches = {shape[0] for shape in shapes if shape} - {None}
        if len(batches) > 1:
            raise ValueError(
                f"Cannot merge tensors with different batch sizes. Received tensors with shapes {input_shape}"
            )
        sample = functools.reduce(_broadcast, [shape[1:] for shape in shapes])
        return (batches.pop() if batches else None, *sample)

    def _prepared(self, inputs):
        arrays, masks = super()._prepared(inputs)
        rank = max(x.ndim for x in arrays)
        masks = [_stretched(mask, rank - x.ndim) for x, mask in zip(arrays, masks, strict=True)]
        return [_stretched(x, rank - x.ndim) for x in arrays], masks

    def _merged_mask(self, inputs, masks):
        """An entry counts if it does in any of the inputs."""
        if any(mask is None for mask in masks):
            return None
        rank = max(len(x.shape) for x in inputs)
        stretched = [_stretched(mask, rank - len(x.shape)) for x, mask in zip(inputs, masks, strict=True)]
        return functools.reduce(np.logical_or, stretched)


def _checked_shapes(shapes) -> list[tuple]:
    if not shapes:
        raise ValueError("A merge layer should be called on a list of at least 1 input. Received 0 inputs.")
    if not isinstance(shapes, list | tuple) or not isinstance(shapes[0], list | tuple):
        raise ValueError(
            f"A merge layer should be called on a list of inputs. Received: input_shape={shapes} (not a list of shapes)"
        )
    return [tuple(shape) for shape in shapes]


def _broadcast(a: tuple, b: tuple) -> tuple:
    """The shape of two merged samples: aligned at the last axis, sizes of 1 stretched, None where either is open."""
    if len(a) < len(b):
        a, b = b, a
    free = len(a) - len(b)
    if any(m != n and not {m, n} & {1, None} for m, n in zip(a[free:], b, strict=True)):
        raise ValueError(f"Inputs have incompatible shapes. Received shapes {a} and {b}")
    return a[:free] + tuple(None if None in (m, n) else n if m == 1 else m for m, n in zip(a[free:], b, strict=True))


def _stretched(x, missing: int):
    """x with axes of size 1 after the batch axis."""
    return x if x is None or not missing else np.expand_dims(x, tuple(range(1, 1 + missing)))


class Add(_Elementwise):
    """The sum of the inputs: y = x1 + x2 + ...; what a skip connection ends in.

    Shapes:
        in a list of `(batch, ...)`, out the same, sizes of 1 stretched; samples with fewer axes are aligned at the
        last one.

    Raises:
        ValueError: the inputs are not a list, or their shapes do not fit.

    >>> Add()([np.array([[1.0, 2.0]]), np.array([[10.0, 20.0]])])
    array([[11., 22.]], dtype=float32)

    Source: Keras page "Add layer".
    """

    def _merged(self, inputs, masks):
        return functools.reduce(np.add, inputs)


class Subtract(_Elementwise):
    """The difference of two inputs: y = x1 - x2.

    Shapes:
        in a list of two, out as for `Add`.

    Raises:
        ValueError: not exactly two inputs, or shapes that do not fit.

    >>> Subtract()([np.array([[10.0, 20.0]]), np.array([[1.0, 2.0]])])
    array([[ 9., 18.]], dtype=float32)

    Source: Keras page "Subtract layer".
    """

    def build(self, input_shape=()):
        super().build(input_shape)
        if len(input_shape) != 2:
            raise ValueError(
                f"A `Subtract` layer should be called on exactly 2 inputs. Received: input_shape={input_shape}"
            )

    def _merged(self, inputs, masks):
        a, b = inputs
        return a - b


class Multiply(_Elementwise):
    """The product of the inputs, number by number: y = x1 · x2 · ...; what a gate is made of.

    A masked entry counts as 1; where all inputs are masked the output is 0.

    Shapes:
        in a list of `(batch, ...)`, out as for `Add`.

    Raises:
        ValueError: the inputs are not a list, or their shapes do not fit.

    >>> Multiply()([np.array([[1.0, 2.0]]), np.array([[10.0, 20.0]])])
    array([[10., 40.]], dtype=float32)

    Source: Keras page "Multiply layer".
    """

    def _merged(self, inputs, masks):
        counts = [_per_number(mask, x) for mask, x in zip(masks, inputs, strict=True)]
        product = functools.reduce(np.multiply, map(_one_where_masked, inputs, counts))
        if any(count is None for count in counts):
            return product
        return np.where(functools.reduce(np.logical_or, counts), product, 0)


def _per_number(mask, x):
    """A mask of time steps as one of single numbers."""
    return None if mask is None else np.reshape(mask, (*mask.shape, *[1] * (x.ndim - mask.ndim)))


def _one_where_masked(x, counts):
    return x if counts is None else np.where(counts, x, 1)


class Average(_Elementwise):
    """The mean of the inputs: y = (x1 + ... + xn) / n; what an ensemble ends in.

    Shapes:
        in a list of `(batch, ...)`, out as for `Add`.

    Raises:
        ValueError: the inputs are not a list, or their shapes do not fit.

    >>> Average()([np.array([[1.0, 2.0]]), np.array([[3.0, 6.0]])])
    array([[2., 4.]], dtype=float32)

    Source: Keras page "Average layer".
    """

    keeps_integers = False

    def _merged(self, inputs, masks):
        return functools.reduce(np.add, inputs) / len(inputs)


class _Extremum(_Elementwise, named=False):
    """The larger or the smaller of the inputs; where one is masked, the other."""

    pick: np.ufunc

    def _merged(self, inputs, masks):
        counts = [_per_number(mask, x) for mask, x in zip(masks, inputs, strict=True)]
        y, y_counts = inputs[0], counts[0]
        for x, x_counts in zip(inputs[1:], counts[1:], strict=True):
            x = x if x_counts is None else np.where(x_counts, x, y)
            y = y if y_counts is None else np.where(y_counts, y, x)
            y_counts = None if x_counts is None or y_counts is None else x_counts | y_counts
            y = self.pick(y, x)
        return y


class Maximum(_Extremum):
    """The largest of the inputs, number by number: y = max(x1, x2, ...).

    A masked entry does not take part. At a tie of two each gets half of the gradient.

    Shapes:
        in a list of `(batch, ...)`, out as for `Add`.

    Raises:
        ValueError: the inputs are not a list, or their shapes do not fit.

    >>> Maximum()([np.array([[1.0, 20.0]]), np.array([[10.0, 2.0]])])
    array([[10., 20.]], dtype=float32)

    Source: Keras page "Maximum layer".
    """

    pick = np.maximum


class Minimum(_Extremum):
    """The smallest of the inputs, number by number: y = min(x1, x2, ...).

    A masked entry does not take part. At a tie of two each gets half of the gradient.

    Shapes:
        in a list of `(batch, ...)`, out as for `Add`.

    Raises:
        ValueError: the inputs are not a list, or their shapes do not fit.

    >>> Minimum()([np.array([[1.0, 20.0]]), np.array([[10.0, 2.0]])])
    array([[1., 2.]], dtype=float32)

    Source: Keras page "Minimum layer".
    """

    pick = np.minimum


# --- side by side ---------------------------------------------------------------------------------------------------


class Concatenate(_Merge):
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
    if mask is None:
        return np.ones(x.shape, bool)
    return mask if mask.ndim == len(x.shape) else np.broadcast_to(_per_number(mask, x), x.shape)


# --- as matrices ----------------------------------------------------------------------------------------------------


class Dot(_Merge):
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
            a, b = ops.to_unit_length(a, i), ops.to_unit_length(b, j)
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


# --- as functions ---------------------------------------------------------------------------------------------------


def add(inputs, **kwargs):
    """The sum of a list of arrays or symbolic tensors: `Add(**kwargs)(inputs)`.

    >>> add([np.array([[1.0]]), np.array([[2.0]])])
    array([[3.]], dtype=float32)
    """
    return Add(**kwargs)(inputs)


def subtract(inputs, **kwargs):
    """The difference of two arrays or symbolic tensors: `Subtract(**kwargs)(inputs)`.

    >>> subtract([np.array([[1.0]]), np.array([[2.0]])])
    array([[-1.]], dtype=float32)
    """
    return Subtract(**kwargs)(inputs)


def multiply(inputs, **kwargs):
    """The product of a list of arrays or symbolic tensors: `Multiply(**kwargs)(inputs)`.

    >>> multiply([np.array([[3.0]]), np.array([[2.0]])])
    array([[6.]], dtype=float32)
    """
    return Multiply(**kwargs)(inputs)


def average(inputs, **kwargs):
    """The mean of a list of arrays or symbolic tensors: `Average(**kwargs)(inputs)`.

    >>> average([np.array([[1.0]]), np.array([[2.0]])])
    array([[1.5]], dtype=float32)
    """
    return Average(**kwargs)(inputs)


def maximum(inputs, **kwargs):
    """The largest of a list of arrays or symbolic tensors: `Maximum(**kwargs)(inputs)`.

    >>> maximum([np.array([[1.0]]), np.array([[2.0]])])
    array([[2.]], dtype=float32)
    """
    return Maximum(**kwargs)(inputs)


def minimum(inputs, **kwargs):
    """The smallest of a list of arrays or symbolic tensors: `Minimum(**kwargs)(inputs)`.

    >>> minimum([np.array([[1.0]]), np.array([[2.0]])])
    array([[1.]], dtype=float32)
    """
    return Minimum(**kwargs)(inputs)


def concatenate(inputs, axis=-1, **kwargs):
    """A list of arrays or symbolic tensors joined along an axis: `Concatenate(axis, **kwargs)(inputs)`.

    >>> concatenate([np.array([[1.0]]), np.array([[2.0]])])
    array([[1., 2.]], dtype=float32)
    """
    return Concatenate(axis=axis, **kwargs)(inputs)


def dot(inputs, axes=-1, **kwargs):
    """Two arrays or symbolic tensors multiplied and summed along an axis of each: `Dot(axes, **kwargs)(inputs)`.

    >>> dot([np.array([[1.0, 2.0]]), np.array([[3.0, 4.0]])])
    array([[11.]], dtype=float32)
    """
    return Dot(axes=axes, **kwargs)(inputs)
