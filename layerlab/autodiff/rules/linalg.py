"""VJPs of products and decompositions of matrices."""

import string

import numpy as np

from layerlab.autodiff.rule import composite, defvjp, defvjp_joint


def _matmul_left(g, y, a, b):  # g @ b^T
    if b.ndim == 1:  # (..., n) @ (n) -> (...)
        return g[..., None] * b
    if a.ndim == 1:  # (n) @ (..., n, m) -> (..., m)
        return (b @ g[..., None])[..., 0]
    if b.ndim == 2 and g.ndim > 2:  # one product instead of one a matrix of the batch
        return (g.reshape(-1, g.shape[-1]) @ b.T).reshape(a.shape)
    return g @ b.swapaxes(-1, -2)


def _matmul_right(g, y, a, b):  # a^T @ g
    if a.ndim == 1 and b.ndim > 1:  # (n) @ (..., n, m) -> (..., m)
        return a[:, None] * g[..., None, :]
    if b.ndim == 1:  # (..., n) @ (n) -> (...)
        return g.reshape(-1) @ a.reshape(-1, a.shape[-1])
    if b.ndim == 2:  # (..., n) @ (n, m) -> (..., m)
        return a.reshape(-1, a.shape[-1]).T @ g.reshape(-1, g.shape[-1])
    return a.swapaxes(-1, -2) @ g


defvjp(np.matmul, _matmul_left, _matmul_right)


@composite(np.dot)
def _dot(a, b):
    if not np.ndim(a) or not np.ndim(b):
        return np.multiply(a, b)
    return np.matmul(a, b) if np.ndim(b) <= 2 else np.tensordot(a, b, (-1, -2))


def _normalized_axes(axes, a, b):
    if np.ndim(axes) == 0:
        return tuple(range(a.ndim - axes, a.ndim)), tuple(range(axes))
    return tuple(tuple(int(i) % x.ndim for i in np.atleast_1d(part)) for part, x in zip(axes, (a, b), strict=True))


def _free(axes, ndim):
    return tuple(i for i in range(ndim) if i not in axes)


def _tensordot_left(g, y, a, b, axes=2):
    of_a, of_b = _normalized_axes(axes, a, b)
    free_a, free_b = _free(of_a, a.ndim), _free(of_b, b.ndim)
    product = np.tensordot(g, b, (tuple(range(len(free_a), g.ndim)), free_b))  # free_a, then b's axes in order
    order = free_a + tuple(of_a[i] for i in np.argsort(of_b))
    return np.transpose(product, np.argsort(order))


def _tensordot_right(g, y, a, b, axes=2):
    of_a, of_b = _normalized_axes(axes, a, b)
    free_a, free_b = _free(of_a, a.ndim), _free(of_b, b.ndim)
    product = np.tensordot(a, g, (free_a, tuple(range(len(free_a)))))  # a's axes in order, then free_b
    order = tuple(of_b[i] for i in np.argsort(of_a)) + free_b
    return np.transpose(product, np.argsort(order))


defvjp(np.tensordot, _tensordot_left, _tensordot_right)


@composite(np.outer)
def _outer(a, b):
    return np.reshape(a, (-1, 1)) * np.reshape(b, (1, -1))


defvjp(np.triu, lambda g, y, m, k=0: np.triu(g, k))
defvjp(np.tril, lambda g, y, m, k=0: np.tril(g, k))


def _letters(subscripts, operands):
    """Subscripts of all operands and of the result, with letters for an ellipsis."""
    inputs, arrow, output = subscripts.replace(" ", "").partition("->")
    inputs = inputs.split(",")
    free = [c for c in string.ascii_letters if c not in subscripts]
    named = [len(term.replace("...", "")) for term in inputs]
    width = max((x.ndim - n for x, n, term in zip(operands, named, inputs, strict=True) if "..." in term), default=0)
    shared = "".join(free[:width])
    inputs = [
        term.replace("...", shared[width - (x.ndim - n) :]) for x, n, term in zip(operands, named, inputs, strict=True)
    ]
    if arrow:
        return inputs, output.replace("...", shared)
    every = "".join(inputs)
    return inputs, shared + "".join(sorted(c for c in set(every) - set(shared) if every.count(c) == 1))


def _einsum(wanted, g, y, subscripts, *operands, optimize=False):
    operands = [np.asarray(x) for x in operands]
    terms, output = _letters(subscripts, operands)
    sizes = {c: n for term, x in zip(terms, operands, strict=True) for c, n in zip(term, x.shape, strict=True)}
    return [_einsum_share(i - 1, g, output, terms, operands, sizes, optimize) for i in wanted]


def _einsum_share(i, g, output, terms, operands, sizes, optimize):
    """Swap operand i and the result: g takes its place."""
    term = terms[i]
    others = [j for j in range(len(terms)) if j != i]
    known = set(output).union(*(terms[j] for j in others))
    unique = "".join(dict.fromkeys(term))
    found = "".join(c for c in unique if c in known)
    inputs = ",".join([output, *(terms[j] for j in others)])
    share = np.einsum(f"{inputs}->{found}", g, *(operands[j] for j in others), optimize=optimize)
    # letters that only this operand has were summed over: the same gradient along them
    share = np.broadcast_to(share.reshape([sizes[c] if c in known else 1 for c in unique]), [sizes[c] for c in unique])
    if len(unique) == len(term):
        return share
    out = np.zeros(operands[i].shape, g.dtype)  # a repeated letter takes a diagonal
    np.einsum(f"{term}->{unique}", out)[...] = share
    return out


defvjp_joint(np.einsum, _einsum, first=1)
