"""VJPs of norms, inverses, determinants and decompositions (np.linalg)."""

import functools

import numpy as np

from layerlab.autodiff.primitives import primitive
from layerlab.autodiff.rule import composite, defvjp
from layerlab.autodiff.rules.helpers import over, restore_axes
from layerlab.autodiff.traced import stop_gradient


@primitive
def euclidean_norm(x, axis=None, *, keepdims=False):
    """The square root of the sum of squares over any axes; its gradient is x / norm, and 0 where all are 0."""
    return np.sqrt(np.sum(x * x, axis, keepdims=keepdims))


@euclidean_norm.defvjp
def _euclidean_norm(g, y, x, axis=None, *, keepdims=False):
    y = restore_axes(y, x, axis, keepdims)
    return restore_axes(g, x, axis, keepdims) * over(x, y)


@composite(np.linalg.vector_norm)
def _vector_norm(x, /, *, axis=None, keepdims=False, ord=2):
    if ord in (2, None):
        return euclidean_norm(x, axis, keepdims=keepdims)
    if ord == 0:
        return np.sum(x != 0, axis, keepdims=keepdims).astype(x.dtype)
    if abs(ord) == np.inf:
        return (np.max if ord > 0 else np.min)(np.abs(x), axis, keepdims=keepdims)
    if ord == 1:
        return np.sum(np.abs(x), axis, keepdims=keepdims)
    return np.sum(np.abs(x) ** ord, axis, keepdims=keepdims) ** (1 / ord)


@composite(np.linalg.matrix_norm)
def _matrix_norm(x, /, *, keepdims=False, ord="fro"):
    if ord in ("fro", None):
        return np.linalg.vector_norm(x, axis=(-2, -1), keepdims=keepdims)
    if ord in (1, -1, np.inf, -np.inf):  # the largest or smallest sum over columns or rows
        norm = np.sum(np.abs(x), -2 if abs(ord) == 1 else -1)
    elif ord in (2, -2, "nuc"):
        norm = np.linalg.svdvals(x)
    else:
        raise ValueError(f"Invalid norm order for matrices. Received: ord={ord!r}")
    norm = np.sum(norm, -1) if ord == "nuc" else (np.max if ord > 0 else np.min)(norm, -1)
    return norm[..., None, None] if keepdims else norm


@composite(np.linalg.norm)
def _norm(x, ord=None, axis=None, keepdims=False):
    axes = tuple(range(x.ndim)) if axis is None else axis
    if ord is None or isinstance(axes, int) or len(axes) == 1:
        return np.linalg.vector_norm(x, axis=axis, keepdims=keepdims, ord=2 if ord is None else ord)
    if len(axes) != 2:
        raise ValueError("Improper number of dimensions to norm.")
    norm = np.linalg.matrix_norm(np.moveaxis(x, axes, (-2, -1)), ord=ord)
    return np.expand_dims(norm, tuple(i % x.ndim for i in axes)) if keepdims else norm


def _svdvals(g, y, x):  # U diag(g) V^T
    u, _, vt = np.linalg.svd(x, full_matrices=False)
    return (u * g[..., None, :]) @ vt


defvjp(np.linalg.svdvals, _svdvals)


@composite(np.trace)
def _trace(a, offset=0, axis1=0, axis2=1, dtype=None):
    return np.sum(np.diagonal(a, offset, axis1, axis2), -1, dtype=dtype)


@composite(np.linalg.trace)
def _linalg_trace(x, /, *, offset=0, dtype=None):
    return np.trace(x, offset, -2, -1, dtype)


def _t(a):
    return a.swapaxes(-1, -2)


def _inv(g, y, a):  # -Y^T G Y^T
    return -_t(y) @ g @ _t(y)


def _solve_matrix(g, y, a, b):  # -db Y^T
    db = _solve_right(g, y, a, b)
    return -db[..., None] * y[..., None, :] if b.ndim == 1 else -db @ _t(y)


def _solve_right(g, y, a, b):  # A^-T G
    return np.linalg.solve(_t(a), g[..., None])[..., 0] if b.ndim == 1 else np.linalg.solve(_t(a), g)


def _det(g, y, a):  # det(A) A^-T
    return (g * y)[..., None, None] * _t(np.linalg.inv(a))


@primitive
def log_abs_det(a):
    """The second result of np.linalg.slogdet; its gradient is A^-T."""
    return np.linalg.slogdet(a)[1]


def _cholesky(g, y, a, /, *, upper=False):  # symmetric part of L^-T tril(L^T G) L^-1, half the diagonal
    y, g = (_t(y), _t(g)) if upper else (y, g)
    middle = np.tril(_t(y) @ g)
    middle = middle - 0.5 * middle * np.eye(a.shape[-1], dtype=a.dtype)
    inverse = np.linalg.inv(y)
    share = _t(inverse) @ middle @ inverse
    return 0.5 * (share + _t(share))


defvjp(np.linalg.inv, _inv)
defvjp(np.linalg.solve, _solve_matrix, _solve_right)
defvjp(np.linalg.det, _det)
log_abs_det.defvjp(lambda g, y, a: g[..., None, None] * _t(np.linalg.inv(a)))
defvjp(np.linalg.cholesky, _cholesky)


@composite(np.linalg.slogdet)
def _slogdet(a):
    plain = np.linalg.slogdet(stop_gradient(a))
    return type(plain)(plain.sign, log_abs_det(a))


@composite(np.linalg.matrix_power)
def _matrix_power(a, n):
    if n == 0:
        return np.broadcast_to(np.eye(a.shape[-1], dtype=a.dtype), a.shape)
    factor = np.linalg.inv(a) if n < 0 else a
    return functools.reduce(np.matmul, [factor] * abs(n))


@composite(np.linalg.multi_dot)
def _multi_dot(arrays):
    return functools.reduce(np.dot, arrays)
