"""Functions without a gradient: their results are plain arrays.

Either the result is no floating-point number, or its derivative is zero wherever it exists.
"""

import numpy as np

from layerlab.autodiff.rule import constant

# comparisons and tests
constant(np.equal, np.not_equal, np.less, np.less_equal, np.greater, np.greater_equal)
constant(np.isnan, np.isinf, np.isfinite, np.isposinf, np.isneginf, np.signbit, np.isclose, np.allclose)
constant(np.array_equal, np.array_equiv, np.isin, np.iscomplexobj, np.isrealobj, np.iscomplex, np.isreal)
constant(np.logical_and, np.logical_or, np.logical_not, np.logical_xor, np.any, np.all)
# positions and counts
constant(np.argmax, np.argmin, np.nanargmax, np.nanargmin, np.argsort, np.argpartition, np.argwhere, np.nonzero)
constant(np.flatnonzero, np.searchsorted, np.digitize, np.count_nonzero, np.lexsort)
constant(np.diag_indices_from, np.tril_indices_from, np.triu_indices_from, np.linalg.matrix_rank)
# steps
constant(np.sign, np.floor, np.ceil, np.rint, np.trunc, np.fix, np.round, np.around, np.floor_divide)
constant(np.imag)
# questions about the array, its text, and new arrays like it
constant(np.shape, np.ndim, np.size, np.result_type, np.can_cast, np.min_scalar_type, np.common_type)
constant(np.shares_memory, np.may_share_memory, np.array2string, np.array_repr, np.array_str)
constant(np.zeros_like, np.ones_like, np.empty_like)
