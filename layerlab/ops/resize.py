"""Resizing along one axis as a matrix: each output is a weighted mean of the inputs around its place.

Source: Keys, "Cubic convolution interpolation for digital image processing" (1981); Duchon, "Lanczos filtering in one
and two dimensions" (1979).
"""

import numpy as np

__all__ = ["INTERPOLATIONS", "interpolation_matrix"]


def _triangle(distance):
    return np.maximum(0, 1 - distance)


def _cubic(distance):
    near = (1.5 * distance - 2.5) * distance**2 + 1
    far = ((-0.5 * distance + 2.5) * distance - 4) * distance + 2
    return np.where(distance < 1, near, np.where(distance < 2, far, 0))


def _lanczos(distance, radius):
    return np.where(distance < radius, np.sinc(distance) * np.sinc(distance / radius), 0)


# name -> weight of an input, by its distance from the place of the output (both in inputs)
INTERPOLATIONS = {
    "bilinear": _triangle,
    "bicubic": _cubic,
    "lanczos3": lambda distance: _lanczos(distance, 3),
    "lanczos5": lambda distance: _lanczos(distance, 5),
}


def interpolation_matrix(n: int, factor: int, method: str):
    """The weights (n * factor, n) that enlarge an axis of n elements; each row has the sum 1.

    Elements lie in the middle of equal cells, so that output o is at (o + 1/2) / factor - 1/2.

    >>> interpolation_matrix(2, 2, "bilinear")
    array([[1.  , 0.  ],
           [0.75, 0.25],
           [0.25, 0.75],
           [0.  , 1.  ]])
    """
    places = (np.arange(n * factor) + 0.5) / factor - 0.5
    weights = INTERPOLATIONS[method](np.abs(places[:, None] - np.arange(n)))
    return weights / weights.sum(axis=1, keepdims=True)
