"""The calls on which every gradient rule is checked: one row a call.

`N(2, 3)` stands for an array of that shape to differentiate by (normal; `P` in 0.5 to 1.5, `G` in 1.2 to 2.2, `U` in
-0.9 to 0.9, `Z` normal with zeros, `S` symmetric positive definite); everything else is a constant.
"""

import zlib
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from layerlab.autodiff.arraylike import astype, getitem
from layerlab.autodiff.rules.linalg import euclidean_norm, log_abs_det
from layerlab.autodiff.rules.shaping import zero_pad


@dataclass(frozen=True)
class Array:
    kind: str
    shape: tuple

    def sample(self, rng):
        match self.kind:
            case "N":
                return rng.standard_normal(self.shape)
            case "P":
                return 0.5 + rng.random(self.shape)
            case "G":
                return 1.2 + rng.random(self.shape)
            case "U":
                return 1.8 * rng.random(self.shape) - 0.9
            case "Z":
                return rng.standard_normal(self.shape) * (rng.random(self.shape) > 0.4)
            case "S":
                a = rng.standard_normal(self.shape)
                return a @ a.swapaxes(-1, -2) + 2 * np.eye(self.shape[-1])
        raise ValueError(self.kind)

    def __repr__(self):
        return f"{self.kind}{self.shape}".replace(" ", "")


def N(*shape):
    return Array("N", shape)


def P(*shape):
    return Array("P", shape)


def G(*shape):
    return Array("G", shape)


def U(*shape):
    return Array("U", shape)


def Z(*shape):
    return Array("Z", shape)


def S(*shape):
    return Array("S", shape)


class Call(NamedTuple):
    function: object
    args: tuple
    kwargs: dict

    def __repr__(self):
        words = [*map(repr, self.args), *(f"{key}={value!r}" for key, value in self.kwargs.items())]
        return f"{self.function.__name__}({', '.join(words)})".translate({ord(" "): None, ord("\n"): None})

    @property
    def seed(self):
        return zlib.crc32(repr(self).encode())


def call(function, *args, **kwargs):
    return Call(function, args, kwargs)


def over_axes(function, **kwargs):
    """A reduction over each choice of axes."""
    axes = [None, 0, -1, 1, (0, 2), (2, 0, 1)]
    return [
        call(function, N(3, 2, 4), axis=axis, keepdims=keepdims, **kwargs)
        for axis in axes
        for keepdims in (False, True)
    ]


def broadcast(function, kind=N):
    """A function of two arrays in each way of broadcasting, and with constants."""
    shapes = [
        ((3, 4), (3, 4)),
        ((3, 4), (4,)),
        ((3, 1), (1, 4)),
        ((2, 3, 4), (3, 1)),
        ((), (3,)),
        ((), ()),
        ((0, 3), (3,)),
    ]
    calls = [call(function, kind(*a), kind(*b)) for a, b in shapes]
    constants = [0.7, np.float32(0.7), np.array([0.2, 0.3, 0.4]), [0.2, 0.3, 0.4]]
    return (
        calls + [call(function, kind(2, 3), c) for c in constants] + [call(function, c, kind(2, 3)) for c in constants]
    )


def elementwise(*functions, kind=P):
    return [call(function, kind(*shape)) for function in functions for shape in ((3, 4), (), (0, 2))]


INT = np.array([0, 2, 2, 1])
MASK = np.array([[True, False, True, True], [False, False, True, False], [True, True, False, True]])

ARITHMETIC = [
    *(
        row
        for f in (np.add, np.subtract, np.multiply, np.maximum, np.minimum, np.fmax, np.fmin)
        for row in broadcast(f)
    ),
    *(row for f in (np.hypot, np.arctan2, np.logaddexp, np.logaddexp2) for row in broadcast(f)),
    *(row for f in (np.divide, np.power, np.float_power) for row in broadcast(f, P)),
    *(
        row
        for f in (np.remainder, np.fmod, np.divmod)
        for row in (call(f, N(3, 4), P(4)), call(f, N(3), 0.7), call(f, 2.5, P(3)))
    ),
    *(call(np.power, N(3, 4), p) for p in (2, 3, 1, 0, -1, 2.0, np.array([0, 1, 2, 3]), [2.0, 1.0, 0.0, 4.0])),
    call(np.power, 2.0, N(3)),
    call(np.copysign, N(3, 4), N(3, 4)),
    call(np.copysign, N(3, 4), -1.0),
    call(np.copysign, N(3, 4), N(3, 1)),
    *(call(np.clip, N(3, 4), low, high) for low, high in ((-0.5, 0.5), (None, 0.2), (0.1, None), (np.zeros(4), 1.0))),
    call(np.clip, N(3, 4), a_min=-0.3, a_max=0.3),
    call(np.clip, N(3, 4), U(4), P(3, 1)),
    call(np.clip, N(3, 4), -0.2, a_max=P()),
]

ELEMENTARY = [
    *elementwise(np.negative, np.positive, np.reciprocal, np.square, np.sqrt, np.cbrt, np.absolute, np.fabs),
    *elementwise(np.exp, np.exp2, np.expm1, np.log, np.log2, np.log10, np.log1p),
    *elementwise(np.sin, np.cos, np.tan, np.arctan, np.sinh, np.cosh, np.tanh, np.arcsinh, np.sinc, kind=N),
    *elementwise(np.arcsin, np.arccos, np.arctanh, kind=U),
    *elementwise(np.arccosh, kind=G),
    *elementwise(np.degrees, np.rad2deg, np.radians, np.deg2rad, np.nan_to_num, np.real, np.conjugate, kind=N),
    call(np.heaviside, N(3), N()),
    call(np.heaviside, [0.0, 1.0, -1.0], N(3)),
    call(np.nan_to_num, N(3), nan=1.0, posinf=2.0, neginf=3.0),
    call(np.unwrap, N(3, 8)),
    call(np.unwrap, N(3, 8), axis=0, period=2.0),
]

REDUCTIONS = [
    *(
        row
        for f in (np.sum, np.mean, np.max, np.min, np.amax, np.amin, np.var, np.std, np.prod)
        for row in over_axes(f)
    ),
    *(
        row
        for f in (np.nansum, np.nanmean, np.nanmax, np.nanmin, np.nanvar, np.nanstd, np.nanprod)
        for row in over_axes(f)
    ),
    *(row for f in (np.ptp, np.median, np.average) for row in over_axes(f)),
    *over_axes(np.var, ddof=1),
    *over_axes(np.std, ddof=1),
    *over_axes(np.nanvar, ddof=1),
    call(np.sum, N(3, 4), 1),
    call(np.sum, N(3, 4), where=MASK),
    call(np.sum, N(3, 4), axis=1, keepdims=True, where=MASK),
    call(np.sum, N(3, 4), dtype=np.float64),
    call(np.sum, a=N(3, 4), axis=0),
    call(np.sum, N()),
    call(np.sum, N(2, 3), axis=()),
    call(np.prod, N(2, 3), axis=()),
    call(np.sum, N(0, 3), axis=0),
    call(np.mean, N()),
    call(np.mean, N(3, 4), None, keepdims=True),
    *(call(np.prod, Z(3, 4), axis=axis) for axis in (None, 0, 1, (1, 0))),
    *(call(f, N(3, 2, 4), axis=axis) for f in (np.cumsum, np.nancumsum) for axis in (None, 0, 1, -1)),
    *(call(f, Z(3, 2, 4), axis=axis) for f in (np.cumprod, np.nancumprod) for axis in (None, 0, 1, -1)),
    call(np.average, N(3, 4), axis=0, weights=P(3, 4)),
    call(np.average, N(3, 4), axis=1, weights=P(4)),
    call(np.average, N(3, 4), weights=np.arange(12.0).reshape(3, 4), returned=True),
    *(call(np.quantile, N(5, 4), q, axis=axis) for q in (0.3, [0.1, 0.55, 1.0]) for axis in (None, 0, 1, (0, 1))),
    call(np.quantile, N(5, 4), [0.1, 0.6], axis=0, keepdims=True),
    call(np.percentile, N(5, 4), 37, axis=1),
    call(np.percentile, N(5, 4), [10, 90]),
    *(call(np.cov, N(3, 5), **options) for options in ({}, {"rowvar": False}, {"bias": True}, {"ddof": 0})),
    call(np.cov, N(5), N(5)),
    call(np.corrcoef, N(3, 5)),
    call(np.corrcoef, N(5), N(5)),
    *(call(np.diff, N(3, 5), n=n, axis=axis) for n in (0, 1, 2) for axis in (0, -1)),
    call(np.diff, N(3, 5), prepend=0.0),
    call(np.diff, N(3, 5), append=N(3, 2)),
    call(np.ediff1d, N(2, 3)),
    call(np.ediff1d, N(5), to_begin=N(2), to_end=0.5),
    *(call(np.trapezoid, N(3, 5), axis=axis) for axis in (0, -1)),
    call(np.trapezoid, N(3, 5), dx=0.1),
    call(np.trapezoid, N(3, 5), np.arange(5.0) ** 2),
    call(np.trapezoid, N(3, 5), x=P(3, 5)),
    call(np.interp, N(7), np.array([-1.0, 0.0, 2.0]), np.array([3.0, 1.0, 2.0])),
    call(np.interp, N(7), [-1.0, 0.0, 2.0], N(3), left=0.0),
    call(np.polyval, N(4), N(3)),
    call(np.polyval, [1.0, 2.0, 3.0], N(2, 2)),
]
if hasattr(np, "cumulative_sum"):
    REDUCTIONS += [call(f, N(5)) for f in (np.cumulative_sum, np.cumulative_prod)]
    REDUCTIONS += [call(f, N(3, 4), axis=1, include_initial=True) for f in (np.cumulative_sum, np.cumulative_prod)]

SHAPING = [
    call(np.reshape, N(3, 4), (2, -1)),
    call(np.reshape, N(3, 4), 12),
    call(np.ravel, N(3, 4)),
    call(np.expand_dims, N(3, 4), 1),
    call(np.expand_dims, N(3, 4), axis=(0, -1)),
    call(np.squeeze, N(1, 3, 1)),
    call(np.squeeze, N(1, 3, 1), axis=-1),
    call(np.transpose, N(2, 3, 4)),
    call(np.transpose, N(2, 3, 4), (1, 2, 0)),
    call(np.transpose, N(2, 3, 4), axes=(-1, 0, 1)),
    call(np.moveaxis, N(2, 3, 4), 0, -1),
    call(np.moveaxis, N(2, 3, 4), [0, 1], [-1, 0]),
    call(np.rollaxis, N(2, 3, 4), 2),
    call(np.rollaxis, N(2, 3, 4), 1, 3),
    call(np.swapaxes, N(2, 3, 4), 0, 2),
    call(np.matrix_transpose, N(2, 3, 4)),
    call(np.linalg.matrix_transpose, N(2, 3, 4)),
    *(call(np.flip, N(2, 3, 4), axis) for axis in (None, 1, (0, 2))),
    call(np.fliplr, N(2, 3)),
    call(np.flipud, N(2, 3)),
    *(call(np.rot90, N(2, 3), k) for k in (1, 2, 3, -1)),
    call(np.rot90, N(2, 3, 4), 1, (0, 2)),
    *(call(np.roll, N(2, 3, 4), shift, axis) for shift, axis in ((2, None), (1, 1), ((1, -2), (0, 2)), (5, -1))),
    call(np.copy, N(2, 3)),
    call(np.astype, N(3), np.float64),
    call(astype, N(2, 3), np.float64),
    call(np.broadcast_to, N(3, 1), (2, 3, 4)),
    *(call(f, N(3, 4), k) for f in (np.triu, np.tril) for k in (0, 1, -1)),
    call(np.triu, N(2, 3, 3)),
    *(call(np.tile, N(2, 3), reps) for reps in (2, (2, 1), (2, 1, 3), 0)),
    *(call(np.repeat, N(2, 3), repeats, axis) for repeats, axis in ((2, None), (3, 1), ([1, 0, 2], 1), (2, 0))),
    call(np.diag, N(3), 1),
    call(np.diag, N(3, 4), -1),
    call(np.diagflat, N(2, 2)),
    call(np.diagonal, N(3, 4)),
    call(np.diagonal, N(2, 3, 4), 1, 0, 2),
    call(np.linalg.diagonal, N(2, 3, 4), offset=-1),
    *(call(np.delete, N(3, 4), what, axis) for what, axis in ((1, None), (0, 1), ([0, 2], 0), (slice(1, 3), 1))),
    call(zero_pad, N(2, 3), 1),
    *(call(np.pad, N(2, 3), width) for width in (0, 2, (1, 2), ((1, 0), (0, 2)))),
    call(np.pad, N(2, 3), 1, "constant", constant_values=5.0),
    *(call(np.pad, N(3, 4), ((1, 2), (2, 0)), mode) for mode in ("edge", "reflect", "symmetric", "wrap")),
    call(np.full_like, N(2, 3), N()),
    call(sliding_window_view, N(5), 3),
    call(sliding_window_view, N(2, 5, 4), (2, 3), (1, 2)),
    call(np.linspace, N(), N(), 4),
    call(np.linspace, N(3), 1.0, num=4, endpoint=False),
    call(np.linspace, N(2), N(2), 3, axis=1, retstep=True),
    call(np.broadcast_arrays, N(3, 1), N(4)),
    call(np.meshgrid, N(3), N(2)),
    call(np.meshgrid, N(3), N(2), N(4), indexing="ij"),
    call(np.meshgrid, N(3), N(2), N(4)),
    *(
        call(f, N(*shape))
        for f in (np.atleast_1d, np.atleast_2d, np.atleast_3d)
        for shape in ((), (2,), (2, 3), (2, 3, 4))
    ),
    call(np.atleast_2d, N(2), N(3, 3)),
    call(np.concatenate, [N(2, 3, 1), N(2, 2, 1)], 1),
    call(np.concatenate, [N(2, 3), N(4)], axis=None),
    call(np.concatenate, (N(2, 3), np.ones((1, 3)), N(0, 3)), axis=-2),
    call(np.concatenate, N(2, 3, 4), axis=-1),
    *(call(np.stack, [N(2, 3), N(2, 3), np.ones((2, 3))], axis) for axis in (0, 1, -1)),
    call(np.stack, [N(), N()]),
    call(np.stack, arrays=[N(2), N(2)], axis=1),
    *(call(np.hstack, [N(*a), N(*b)]) for a, b in (((2,), (3,)), ((2, 1), (2, 3)), ((), ()))),
    *(call(np.vstack, [N(*a), N(*b)]) for a, b in (((3,), (3,)), ((2, 3), (3,)))),
    *(call(np.dstack, [N(*a), N(*b)]) for a, b in (((3,), (3,)), ((2, 3), (2, 3)), ((2, 3, 1), (2, 3, 2)))),
    call(np.column_stack, [N(3), N(3, 2)]),
    call(np.append, N(2, 3), N(2)),
    call(np.append, N(2, 3), N(1, 3), axis=0),
    call(np.block, [[N(2, 2), np.zeros((2, 3))], [N(1, 2), N(1, 3)]]),
    call(np.block, [N(2), 1.0, N()]),
    *(call(np.split, N(4, 6), parts, axis) for parts, axis in ((2, 0), (3, 1), ([1, 4], -1), ([0, 5, 9], 1))),
    call(np.array_split, N(7, 2), 3),
    call(np.hsplit, N(4), 2),
    call(np.hsplit, N(2, 4), [1]),
    call(np.vsplit, N(4, 2), 2),
    call(np.dsplit, N(1, 2, 4), 2),
]
if hasattr(np, "unstack"):  # NumPy 2.1
    ARITHMETIC += [call(np.clip, N(3, 4), min=-0.3, max=0.3)]
    SHAPING += [call(np.reshape, N(3, 4), shape=(4, 3))]
    SHAPING += [call(np.unstack, N(3, 2)), call(np.unstack, N(3, 2, 4), axis=-1)]

INDEXING = [
    *(
        call(getitem, N(3, 4), i)
        for i in (1, -1, slice(1, None), slice(None, None, -2), None, ..., (0, 1), np.int64(2))
    ),
    *(call(getitem, N(3, 4), i) for i in ((..., 0), (slice(None), None, 2), (None, ..., None), (slice(0, 2), -1), ())),
    *(call(getitem, N(3, 4), i) for i in ([0, 0, 2], INT, INT[:, None], (slice(None), INT), (INT, slice(1, 3)), [])),
    *(
        call(getitem, N(3, 4), i)
        for i in (MASK, MASK[:, 0], (MASK[:, 0], 1), ([0, 1, 0], [3, 3, 3]), (1, INT), True, False)
    ),
    call(getitem, N(3, 4, 5), (INT, slice(None), INT)),
    call(getitem, N(50, 3), (INT, 1)),
    call(getitem, N(), ()),
    *(call(np.take, N(3, 4), i, axis) for i in (1, INT, [[0, 1], [2, 2]]) for axis in (None, 0, -1)),
    call(np.take, N(3, 4), [5, -1], axis=1, mode="wrap"),
    call(np.take, N(3, 4), [5, -1], axis=1, mode="clip"),
    call(np.take, N(2, 3, 4), INT[:, None] - 1, axis=1),
    call(getitem, N(3, 4), -INT),
    call(getitem, N(0, 4), np.zeros(0, int)),
    call(np.take_along_axis, N(3, 4), np.array([[1, 1, 0], [0, 2, 3], [3, 3, 3]]), 1),
    call(np.take_along_axis, N(3, 4), np.array([[1], [0], [3]]), axis=-1),
    call(np.take_along_axis, N(3, 4), np.array([[1, 0, 2, 2]]), axis=0),
    call(np.take_along_axis, N(3, 4), np.array([[1]]), axis=1),
    call(np.take_along_axis, N(3, 4), np.array([5, 5, 0]), axis=None),
    *(call(np.sort, N(3, 4), axis) for axis in (0, -1, None)),
    *(call(np.partition, N(3, 6), 2, axis) for axis in (0, -1, None)),
    call(np.where, MASK, N(3, 4), N(4)),
    call(np.where, MASK, N(3, 4), 0.0),
    call(np.where, MASK, [1.0, 2.0, 3.0, 4.0], N()),
    call(np.where, N(3, 4), N(3, 4), 1.0),
    call(np.select, [MASK, ~MASK], [N(3, 4), N(4)], 7.0),
    call(np.select, [MASK, MASK], [N(3, 4), 1.0], N()),
    call(np.choose, np.array([0, 1, 2, 1]), [N(4), N(4), 1.0]),
    call(np.choose, [[0, 1, 0, 1]], [N(4), N(4)]),
    call(np.compress, [True, False, True], N(3, 4), axis=0),
    call(np.compress, [True, False, True], N(3, 4)),
    call(np.extract, MASK, N(3, 4)),
]

MATRICES = [
    ((3, 4), (4, 5)), ((4,), (4,)), ((3, 4), (4,)), ((4,), (4, 5)), ((2, 3, 4), (4, 5)), ((2, 3, 4), (4,)),
    ((4,), (2, 4, 5)),
    ((2, 3, 4), (2, 4, 5)), ((2, 1, 3, 4), (3, 4, 5)), ((3, 4), (2, 4, 5)), ((2, 3, 4), (1, 4, 5)), ((0, 4), (4, 2)),
    ((3, 0), (0, 2)), ((2, 0, 3, 4), (4, 5)),
]  # fmt: skip
CONTRACTIONS = [
    ((2, 3), (4,), 0), ((2, 3), (3, 4), 1), ((5, 3, 4), (3, 4, 2), 2), ((3, 4), (4, 3), ((0, 1), (1, 0))),
    ((3, 2, 4), (4, 5, 3), ([0, 2], [2, 0])), ((3, 4), (4, 3), (0, 1)), ((3, 2, 4), (5, 4), (-1, -1)),
    ((2, 3, 4), (4, 2, 3), ((2, 0, 1), (0, 1, 2))),
]  # fmt: skip
EINSUMS = {
    "ij,jk->ik": ((2, 3), (3, 4)), "ij,jk": ((2, 3), (3, 4)), "ba": ((2, 3),), "ii->i": ((3, 3),), "ii": ((3, 3),),
    "iij->ij": ((3, 3, 2),), "ij->j": ((2, 3),), "ij->": ((2, 3),), "ij->ji": ((2, 3),), "i,i": ((3,), (3,)),
    "...ij,jk->...ik": ((5, 2, 3), (3, 4)), "...ij,...jk": ((5, 2, 3), (3, 4)), "i...->...": ((2, 3, 4),),
    "...,...": ((2, 3), (3,)), "i,j": ((2,), (3,)), "ij,jk,kl->il": ((2, 3), (3, 4), (4, 5)), "ij,k->i": ((2, 3), (3,)),
    "bqhd,bkhd->bhqk": ((2, 3, 2, 4), (2, 5, 2, 4)), "ij,ij->i": ((2, 3), (2, 3)), " i j , j -> i ": ((2, 3), (3,)),
    "iij,j->i": ((2, 2, 3), (3,)), "...i->...": ((2, 3),), "ij,j": ((1, 3), (3,)),
}  # fmt: skip

PRODUCTS = [
    *(call(f, N(*a), N(*b)) for f in (np.matmul, np.dot) for a, b in MATRICES if f is np.matmul or len(b) <= 2),
    call(np.linalg.matmul, N(3, 4), N(4, 5)),
    call(np.dot, N(2, 3), N(4, 3, 5)),
    call(np.dot, N(3), N()),
    call(np.matmul, N(2, 3), [[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]]),
    call(np.inner, N(2, 3), N(4, 3)),
    call(np.inner, N(), N(3)),
    call(np.vdot, N(2, 3), N(3, 2)),
    call(np.outer, N(2), N(2, 2)),
    call(np.linalg.outer, N(2), N(3)),
    *(call(np.kron, N(*a), N(*b)) for a, b in (((2,), (3,)), ((2, 3), (3, 2)), ((2,), (3, 2)), ((), (2, 2)))),
    call(np.cross, N(4, 3), N(3)),
    call(np.cross, N(3, 4), N(3, 4), axis=0),
    call(np.cross, N(3, 4), N(4, 3), axisa=0, axisc=0),
    call(np.linalg.cross, N(4, 3), N(4, 3)),
    *(call(np.tensordot, N(*a), N(*b), axes) for a, b, axes in CONTRACTIONS),
    call(np.linalg.tensordot, N(2, 3), N(3, 4), axes=1),
    *(call(np.einsum, subscripts, *(N(*shape) for shape in shapes)) for subscripts, shapes in EINSUMS.items()),
    call(np.einsum, "ij,jk,kl->il", N(2, 3), N(3, 4), N(4, 5), optimize=True),
    call(np.einsum, "ij,jk->ik", [[1.0, 2.0]], N(2, 3)),
    call(np.vecdot, N(2, 3), N(3)),
    call(np.linalg.vecdot, N(3, 2), N(3, 2), axis=0),
    *(
        call(np.convolve, N(*a), N(*b), mode)
        for mode in ("full", "same", "valid")
        for a, b in (((7,), (3,)), ((2,), (5,)), ((4,), (4,)))
    ),
    *(
        call(np.correlate, N(*a), N(*b), mode)
        for mode in ("full", "same", "valid")
        for a, b in (((7,), (3,)), ((4,), (4,)))
    ),
]
if hasattr(np, "matvec"):
    PRODUCTS += [call(np.matvec, N(2, 3, 4), N(4)), call(np.vecmat, N(3), N(2, 3, 4))]

LINALG = [
    *(
        call(np.linalg.norm, N(3, 4), axis=axis, keepdims=k)
        for axis in (None, 0, -1, (0, 1), (1, 0))
        for k in (False, True)
    ),
    *(
        call(np.linalg.norm, N(3, 4), order, axis)
        for order in (1, 2, 3, 2.5, np.inf, -np.inf, 0, -1)
        for axis in (0, -1)
    ),
    *(call(np.linalg.norm, N(3, 4), order) for order in ("fro", "nuc", 1, -1, 2, -2, np.inf, -np.inf)),
    *(call(np.linalg.norm, N(2, 3, 4), ord=order, axis=(0, 2), keepdims=True) for order in ("fro", "nuc", 1, 2)),
    call(np.linalg.norm, N(5), ord=1),
    call(np.linalg.norm, N(2, 3, 4)),
    call(np.linalg.vector_norm, N(2, 3), axis=(0, 1), ord=3),
    call(np.linalg.vector_norm, N(2, 3)),
    call(np.linalg.matrix_norm, N(2, 3, 4), ord=2, keepdims=True),
    call(np.linalg.matrix_norm, N(2, 3, 4)),
    *(call(euclidean_norm, N(2, 3, 4), axis) for axis in (None, 0, (0, -1))),
    *(call(np.linalg.svdvals, N(*shape)) for shape in ((3, 4), (4, 3), (2, 3, 3))),
    call(np.trace, N(3, 4)),
    call(np.trace, N(2, 3, 4), 1, 0, 2),
    call(np.linalg.trace, N(2, 3, 3), offset=-1),
    *(
        call(f, S(*shape))
        for f in (np.linalg.inv, np.linalg.det, np.linalg.slogdet, log_abs_det)
        for shape in ((3, 3), (2, 3, 3))
    ),
    *(
        call(np.linalg.solve, S(*a), N(*b))
        for a, b in (((3, 3), (3,)), ((3, 3), (3, 2)), ((2, 3, 3), (3, 2)), ((2, 3, 3), (3,)))
    ),
    call(np.linalg.solve, np.eye(3), N(3)),
    *(call(np.linalg.matrix_power, S(3, 3), n) for n in (0, 1, 3, -2)),
    call(np.linalg.multi_dot, [N(2, 3), N(3, 4), N(4)]),
]  # np.linalg.cholesky reads one triangle only: it is checked on its own

CALLS = [*ARITHMETIC, *ELEMENTARY, *REDUCTIONS, *SHAPING, *INDEXING, *PRODUCTS, *LINALG]
