"""VJPs of products of vectors, matrices and arrays of them."""

import math
import string

import numpy as np

from layerlab.autodiff.layout import contiguous
from layerlab.autodiff.product import is_transposed, matmul
from layerlab.autodiff.rule import composite, defvjp, defvjp_joint


def _rows(x):
    """(..., n) as one matrix (rows, n)."""
    return contiguous(x).reshape(math.prod(x.shape[:-1]), x.shape[-1])


def _matmul_left(g, y, x1, x2):  # g @ x2^T
    if x2.ndim == 1:  # (..., n) @ (n) -> (...)
        return g[..., None] * x2
    if x1.ndim == 1:  # (n) @ (..., n, m) -> (..., m)
        return (x2 @ g[..., None])[..., 0]
    if x2.ndim == 2 and g.ndim > 2:  # one product instead of one a matrix of the batch
        return matmul(_rows(g), x2.T).reshape(x1.shape)
    if is_transposed(x1):  # the gradient lies in memory as x1 does
        return matmul(x2, g.T).T
    return matmul(g, x2.swapaxes(-1, -2))


def _matmul_right(g, y, x1, x2):  # x1^T @ g
    if x1.ndim == 1 and x2.ndim > 1:  # (n) @ (..., n, m) -> (..., m)
        return x1[:, None] * g[..., None, :]
    if x2.ndim == 1:  # (..., n) @ (n) -> (...)
        return g.reshape(-1) @ _rows(x1)
    if x2.ndim == 2:  # (..., n) @ (n, m) -> (..., m)
        return matmul(x1.T, g) if g.ndim == 2 else matmul(_rows(x1).T, _rows(g))
    return matmul(x1.swapaxes(-1, -2), g)


defvjp(np.matmul, _matmul_left, _matmul_right)


@composite(np.dot)
def _dot(a, b):
    if not np.ndim(a) or not np.ndim(b):
        return np.multiply(a, b)
    return np.matmul(a, b) if np.ndim(b) <= 2 else np.tensordot(a, b, (-1, -2))


@composite(np.inner)
def _inner(a, b):
    return np.tensordot(a, b, (-1, -1)) if np.ndim(a) and np.ndim(b) else np.multiply(a, b)


@composite(np.vdot)
def _vdot(a, b):
    return np.dot(np.ravel(a), np.ravel(b))


@composite(np.outer)
def _outer(a, b):
    return np.reshape(a, (-1, 1)) * np.reshape(b, (1, -1))


@composite(np.kron)
def _kron(a, b):
    ndim = max(np.ndim(a), np.ndim(b))
    shapes = [(1,) * (ndim - np.ndim(x)) + np.shape(x) for x in (a, b)]
    pairs = list(zip(*shapes, strict=True))
    a = np.reshape(a, [n for pair in pairs for n in (pair[0], 1)])
    b = np.reshape(b, [n for pair in pairs for n in (1, pair[1])])
    return np.reshape(a * b, [n * m for n, m in pairs])


@composite(np.cross)
def _cross(a, b, axisa=-1, axisb=-1, axisc=-1, axis=None):
    if axis is not None:
        axisa = axisb = axisc = axis
    a, b = np.moveaxis(a, axisa, -1), np.moveaxis(b, axisb, -1)
    if a.shape[-1] != 3 or b.shape[-1] != 3:
        raise ValueError(
            f"np.cross of traced arrays needs vectors of 3 elements. Received: shapes {a.shape}, {b.shape}"
        )
    right, left = [1, 2, 0], [2, 0, 1]
    return np.moveaxis(a[..., right] * b[..., left] - a[..., left] * b[..., right], -1, axisc)


composite(np.linalg.outer)(lambda x1, x2, /: np.outer(x1, x2))
composite(np.linalg.cross)(lambda x1, x2, /, *, axis=-1: np.cross(x1, x2, axis=axis))
composite(np.linalg.matmul)(lambda x1, x2, /: np.matmul(x1, x2))
composite(np.linalg.tensordot)(lambda x1, x2, /, *, axes=2: np.tensordot(x1, x2, axes))


def _vecdot(x1, x2, /, *, axis=-1):
    return np.sum(np.moveaxis(x1, axis, -1) * np.moveaxis(x2, axis, -1), -1)


composite(np.vecdot)(_vecdot)
composite(np.linalg.vecdot)(_vecdot)
if hasattr(np, "matvec"):  # NumPy 2.2
    composite(np.matvec)(lambda x1, x2, /: np.matmul(x1, x2[..., None])[..., 0])
    composite(np.vecmat)(lambda x1, x2, /: np.matmul(x1[..., None, :], x2)[..., 0, :])


def _axes_of(axes, a, b):
    """The contracted axes of each, from any form that np.tensordot takes."""
    if np.ndim(axes) == 0:
        return tuple(range(a.ndim - axes, a.ndim)), tuple(range(axes))
    return tuple(tuple(int(i) % x.ndim for i in np.atleast_1d(part)) for part, x in zip(axes, (a, b), strict=True))


def _free(axes, ndim):
    return tuple(i for i in range(ndim) if i not in axes)


def _tensordot_left(g, y, a, b, axes=2):
    of_a, of_b = _axes_of(axes, a, b)
    free_a, free_b = _free(of_a, a.ndim), _free(of_b, b.ndim)
    product = np.tensordot(g, b, (tuple(range(len(free_a), g.ndim)), free_b))  # free_a, then the axes of b in order
    order = free_a + tuple(of_a[i] for i in np.argsort(of_b))
    return np.transpose(product, np.argsort(order))


def _tensordot_right(g, y, a, b, axes=2):
    of_a, of_b = _axes_of(axes, a, b)
    free_a, free_b = _free(of_a, a.ndim), _free(of_b, b.ndim)
    product = np.tensordot(a, g, (free_a, tuple(range(len(free_a)))))  # the axes of a in order, then free_b
    order = tuple(of_b[i] for i in np.argsort(of_a)) + free_b
    return np.transpose(product, np.argsort(order))


defvjp(np.tensordot, _tensordot_left, _tensordot_right)


def _letters(subscripts, operands):
    """The subscripts of each operand and of the result, with letters for an ellipsis."""
    inputs, arrow, output = subscripts.replace(" ", "").partition("->")
    terms = inputs.split(",")
    extra = [x.ndim - len(term.replace("...", "")) for x, term in zip(operands, terms, strict=True)]
    width = max((n for n, term in zip(extra, terms, strict=True) if "..." in term), default=0)
    shared = "".join(c for c in string.ascii_letters if c not in subscripts)[:width]
    terms = [term.replace("...", shared[width - n :]) for n, term in zip(extra, terms, strict=True)]
    if arrow:
        return terms, output.replace("...", shared)
    every = "".join(terms)
    return terms, shared + "".join(sorted(c for c in set(every) - set(shared) if every.count(c) == 1))


def _einsum(wanted, g, y, subscripts, *operands, optimize=False):
    operands = tuple(np.asarray(x) for x in operands)
    terms, output = _letters(subscripts, operands)
    return [_einsum_share(i - 1, g, output, terms, operands, optimize) for i in wanted]


def _einsum_share(i, g, output, terms, operands, optimize):
    """g takes the place of operand i, and operand i that of the result."""
    term, shape = terms[i], operands[i].shape
    rest = [(t, x) for j, (t, x) in enumerate(zip(terms, operands, strict=True)) if j != i]
    letters = "".join(dict.fromkeys(term))
    known = {*output, *"".join(t for t, _ in rest)}
    found = "".join(c for c in letters if c in known)
    share = np.einsum(
        ",".join([output, *(t for t, _ in rest)]) + "->" + found, g, *(x for _, x in rest), optimize=optimize
    )
    # letters that only operand i has were summed over: the same gradient along them
    share = share[tuple(slice(None) if c in known else None for c in letters)]
    if len(letters) == len(term):
        return np.broadcast_to(share, shape) if len(rest) == 0 else share
    out = np.zeros(shape, g.dtype)  # a repeated letter takes a diagonal
    np.einsum(f"{term}->{letters}", out)[...] = share
    return out


defvjp_joint(np.einsum, _einsum, first=1)


def _convolve(wanted, g, y, a, v, mode="full"):
    full = np.zeros(np.size(a) + np.size(v) - 1, g.dtype)
    start = (len(full) - len(g)) // 2
    full[start : start + len(g)] = g
    others = (v, a)
    return [np.correlate(full, others[i], "valid") for i in wanted]


defvjp_joint(np.convolve, _convolve)


@composite(np.correlate)
def _correlate(a, v, mode="valid"):
    return np.convolve(a, np.flip(v), mode)
