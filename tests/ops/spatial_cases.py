"""Random shapes and options of windows over one to three axes, for hypothesis."""

from typing import NamedTuple

from hypothesis import strategies as st


class Geometry(NamedTuple):
    """Sizes of an input and the windows over it."""

    spatial: tuple
    size: tuple
    strides: tuple
    padding: str
    dilation: tuple


def numbers(rank, low, high):
    return st.tuples(*[st.integers(low, high)] * rank)


@st.composite
def geometries(draw, paddings=("valid", "same", "causal"), dilate=True):
    """Windows that fit their input."""
    rank = draw(st.integers(1, 3))
    size, strides = draw(numbers(rank, 1, 3)), draw(numbers(rank, 1, 3))
    dilation = draw(numbers(rank, 1, 3 if rank == 1 else 2)) if dilate else (1,) * rank
    padding = draw(st.sampled_from(paddings))
    reach = [(k - 1) * d + 1 if padding == "valid" else 1 for k, d in zip(size, dilation, strict=True)]
    spatial = tuple(n + extra for n, extra in zip(reach, draw(numbers(rank, 0, 3)), strict=True))
    return Geometry(spatial, size, strides, padding, dilation)
