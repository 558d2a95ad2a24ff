"""What functional models may be called with: names, order, ranks, optional inputs; and what is refused, in words."""

import numpy as np
import pytest

from layerlab.layers import Input
from layerlab.models.functional_inputs import arrays_in_order

ONE, TWO = np.ones((4, 2)), np.full((4, 3), 2.0)
A, B = Input((2,), name="a"), Input((3,), name="b")


@pytest.mark.parametrize(
    ("inputs", "wanted", "expected"),
    [
        (ONE, A, [ONE]),
        (ONE, [A], [ONE]),
        ([ONE], A, [ONE]),
        ((ONE, TWO), [A, B], [ONE, TWO]),
        ({"b": TWO, "a": ONE, "more": 0}, [A, B], [ONE, TWO]),
        ({"x": ONE, "y": TWO}, {"y": B, "x": A}, [ONE, TWO]),
        ([{"x": ONE}, TWO], ({"x": A}, B), [ONE, TWO]),
        (np.ones(4), Input((1,)), [np.ones((4, 1))]),
    ],
)
def test_arrays_come_in_the_order_of_the_inputs(inputs, wanted, expected):
    found = arrays_in_order(inputs, wanted, "model")
    assert len(found) == len(expected)
    for x, y in zip(found, expected, strict=True):
        np.testing.assert_array_equal(x, y)


@pytest.mark.parametrize(
    ("inputs", "wanted"),
    [
        ({"x": ONE, "more": TWO}, {"x": A}),
        ([ONE, TWO], {"x": A, "y": B}),
        ([ONE, [TWO]], [A, B]),
    ],
)
def test_another_structure_that_can_be_told_apart_is_warned_about(inputs, wanted):
    with pytest.warns(UserWarning, match=r"(?s)structure of `inputs` doesn't match .*Received: .*shape=\(4, 2\)"):
        arrays_in_order(inputs, wanted, "model")
    arrays_in_order(inputs, wanted, "model", warn=False)


@pytest.mark.parametrize(
    ("inputs", "wanted", "text"),
    [
        ([ONE], [A, B], r"expects 2 input\(s\), but it received 1 input tensor"),
        ([ONE, TWO], A, r"expects 1 input\(s\), but it received 2 input tensor"),
        (ONE, {"x": A, "y": B}, r"expects 2 named input\(s\) with keys \['x', 'y'\]"),
        ([ONE, TWO], {"y": A, "x": B}, "structure of `inputs` doesn't match the expected structure"),
        ({"x": ONE}, {"x": A, "y": B}, r"Missing data for input 'y'. Expected: \['x', 'y'\]. Received: \['x'\]"),
        (TWO, A, r"name 'a' of layer 'model' .* expected shape=\(None, 2\), found shape=\(4, 3\)"),
        ([ONE, None], [A, B], "The input 'b' is not optional, but None was passed"),
        (np.ones((4, 2, 2)), A, r"input ndarray\(shape=\(4, 2, 2\)\) with name 'a' and path ''. Expected"),
        ([{"left": np.ones(())}], [{"left": A}], "name 'a' and path '0.left'"),
    ],
)
def test_what_does_not_fit_is_refused(inputs, wanted, text):
    with pytest.raises(ValueError, match=text):
        arrays_in_order(inputs, wanted, "model")


def test_an_optional_input_may_be_none():
    assert arrays_in_order([None], [Input((2,), optional=True)], "model") == [None]
