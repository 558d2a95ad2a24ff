"""Layers that make one array of several, number by number: added, multiplied, compared.

All merge layers take a list. Masks that come with the inputs are merged too. Concatenate and Dot are in joining.py.
"""

import functools

import numpy as np

from layerlab import tree
from layerlab.layers.layer import Layer
from layerlab.masking import get_mask

__all__ = ["Add", "Average", "Maximum", "Minimum", "Multiply", "Subtract"]


class Merge(Layer, named=False):
    """What all merge layers share: a list of inputs, of one type, and a list of masks."""

    repeats = True
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
        dtypes = [np.dtype(x.dtype) for x in tree.flatten(args)]
        if dtypes and self.keeps_integers and all(dtype.kind != "f" for dtype in dtypes):
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


class _Elementwise(Merge, named=False):
    """Merges numbers at the same place; samples of fewer axes are repeated along the first axes of the others."""

    def compute_output_shape(self, input_shape):
        shapes = _checked_shapes(input_shape)
        batches = {shape[0] for shape in shapes if shape} - {None}
        if len(batches) > 1:
            raise ValueError(
                f"Cannot merge tensors with different batch sizes. Received tensors with shapes {input_shape}"
            )
        sample = functools.reduce(broadcast_shapes, [shape[1:] for shape in shapes])
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


def broadcast_shapes(a: tuple, b: tuple) -> tuple:
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
        counts = [mask_of_numbers(mask, x) for mask, x in zip(masks, inputs, strict=True)]
        product = functools.reduce(np.multiply, map(_one_where_masked, inputs, counts))
        if any(count is None for count in counts):
            return product
        return np.where(functools.reduce(np.logical_or, counts), product, 0)


def mask_of_numbers(mask, x):
    """A mask of time steps as one of single numbers."""
    return None if mask is None else np.expand_dims(mask, axis=tuple(range(mask.ndim, x.ndim)))


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
        counts = [mask_of_numbers(mask, x) for mask, x in zip(masks, inputs, strict=True)]
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
