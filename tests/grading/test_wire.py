"""Values cross the wire and come out as they went in; bytes from anywhere else do nothing at all."""

import contextlib
import json
import struct
import tracemalloc

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from layerlab.grading import wire
from layerlab.grading.plan import Call, Get, New, NumpyFunction, Outcome, Rng, Set

DTYPES = [
    "bool",
    "int8",
    "uint8",
    "int32",
    "int64",
    "uint64",
    "float16",
    "float32",
    "float64",
    "complex64",
    "complex128",
]
TEXTS = st.text(st.characters(codec="utf-8"), max_size=20)
ARRAYS = st.sampled_from(DTYPES).flatmap(lambda d: hnp.arrays(d, hnp.array_shapes(min_dims=0, min_side=0, max_side=4)))
NUMBERS = st.integers(-(2**63), 2**64 - 1) | st.floats() | st.complex_numbers() | st.booleans()
VALUES = st.recursive(
    st.none() | NUMBERS | TEXTS | ARRAYS | st.builds(Rng, st.integers(0, 2**32)) | st.builds(NumpyFunction, TEXTS),
    lambda inner: (
        st.lists(inner, max_size=4) | st.lists(inner, max_size=4).map(tuple) | st.dictionaries(TEXTS, inner, max_size=3)
    ),
    max_leaves=10,
)
ARGUMENTS = (TEXTS, st.lists(VALUES, max_size=3).map(tuple), st.dictionaries(TEXTS, VALUES, max_size=2))
STEPS = st.builds(Call, *ARGUMENTS) | st.builds(New, *ARGUMENTS) | st.builds(Set, TEXTS, VALUES) | st.builds(Get, TEXTS)
OUTCOMES = st.builds(Outcome, VALUES, TEXTS, TEXTS, st.lists(st.integers(0, 9), max_size=3).map(tuple))


def same(a, b):
    """Equality that looks into records and arrays, types included; NaN is itself."""
    if type(a) is not type(b):
        return False
    match a:
        case np.ndarray():
            return a.dtype == b.dtype and a.shape == b.shape and a.tobytes() == b.tobytes()
        case list() | tuple():
            return len(a) == len(b) and all(map(same, a, b))
        case dict():
            return list(a) == list(b) and all(same(a[key], b[key]) for key in a)
        case float() | complex():
            return repr(a) == repr(b)
    return same(vars(a), vars(b)) if hasattr(a, "__dataclass_fields__") else a == b


@settings(deadline=None)
@given(VALUES | STEPS | OUTCOMES)
def test_round_trip(value):
    assert same(wire.unpack(wire.pack(value)), value)


@settings(deadline=None)
@given(st.binary(max_size=300))
def test_any_bytes_are_a_value_or_an_error(data):
    with_head = struct.pack("<II", len(data), 0) + data
    for frame in (data, with_head):
        with contextlib.suppress(wire.WireError, EOFError):
            wire.unpack(frame)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.sampled_from(["f4", "b1", "O8", "x", "array"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["array", "list", "tuple", "dict", "complex", "Call", "Outcome", "Rng"]), inner
        )
    ),
    max_leaves=8,
)


@settings(deadline=None)
@given(JSON, st.binary(max_size=64))
def test_any_json_is_a_value_or_an_error(tree, payload):
    text = json.dumps(tree).encode()
    with contextlib.suppress(wire.WireError):
        wire.unpack(struct.pack("<II", len(text), len(payload)) + text + payload)


@given(OUTCOMES, st.integers(0, 10_000), st.integers(0, 255))
@settings(deadline=None)
def test_a_frame_with_a_wrong_byte_is_a_value_or_an_error(value, at, byte):
    frame = bytearray(wire.pack(value))
    frame[at % len(frame)] = byte
    with contextlib.suppress(wire.WireError, EOFError):
        wire.unpack(bytes(frame))


def frame(tree, payload=b""):
    text = json.dumps(tree).encode()
    return struct.pack("<II", len(text), len(payload)) + text + payload


def nested(depth):
    tree = 0
    for _ in range(depth):
        tree = {"list": [tree]}
    return tree


@pytest.mark.parametrize(
    "tree",
    [
        {"array": ["f8", [2**62, 2**62]]},
        {"array": ["f8", [2**40, 0]]},
        {"array": ["f8", [0] * 70]},
        {"array": ["f8", [-1]]},
        {"array": ["f8", [1.0]]},
        {"array": ["f8", [True]]},
        {"array": ["f8", [1]]},  # more than came
        {"array": ["O8", [0]]},
        {"array": ["V1000000000", [0]]},
        {"array": ["f16", [0]]},
        {"complex": ["1", 2.0]},
        {"dict": [[1, 2]]},
        {"dict": [["a"]]},
        {"Call": ["f", [], {"dict": []}]},
        {"Call": ["f", {"tuple": []}]},
        {"Outcome": [1, 2, "", {"tuple": []}]},
        {"Outcome": [1, "", "", {"tuple": ["x"]}]},
        {"Exercise": []},
        {"a": 1, "b": 2},
        [1, 2],
        "x" * (wire.MAX_STRING + 1),
        nested(wire.MAX_DEPTH + 1),
        {"list": [0] * wire.MAX_NODES},
    ],
    ids=lambda tree: str(tree)[:40],
)
def test_what_breaks_a_rule_is_an_error(tree):
    with pytest.raises(wire.WireError):
        wire.unpack(frame(tree))


def test_a_frame_that_says_it_is_large_takes_no_memory():
    head = struct.pack("<II", 0xFFFFFFFF, 0xFFFFFFFF)
    tracemalloc.start()
    with pytest.raises(wire.WireError, match="too large"):
        wire.unpack(head + b"x")
    with pytest.raises(wire.WireError):
        wire.unpack(frame({"array": ["f8", [2**30]]}))
    assert tracemalloc.get_traced_memory()[1] < 1_000_000
    tracemalloc.stop()


def test_a_truth_value_is_true_or_false_whatever_its_byte():
    flags = wire.unpack(frame({"array": ["b1", [3]]}, b"\x00\x01\xff"))
    assert flags.dtype == bool
    assert flags.tobytes() == b"\x00\x01\x01"


def test_deep_json_does_not_crash():
    text = b"[" * 1_000_000
    with pytest.raises(wire.WireError):
        wire.unpack(struct.pack("<II", len(text), 0) + text)


class Other:
    def __reduce__(self):
        raise AssertionError("nothing is pickled")


@pytest.mark.parametrize(
    ("value", "what"),
    [
        (Other(), "<Other>"),
        (print, "<builtin_function_or_method>"),
        (np.array([Other()]), "an array of dtype object"),
        (np.array(["text"]), "an array of dtype <U4"),
        (10**30, "<int>"),
        ({1: 2}, "<dict>"),
        (np.ones((1,) * 40), "an array of 40 axes, too large to look at"),
        (np.ones((0, 1 << 40)), "an array of 2 axes, too large to look at"),
        (np.zeros(wire.MAX_ARRAYS + 1, np.uint8), f"an array of shape ({wire.MAX_ARRAYS + 1},), too large to look at"),
    ],
    ids=["object", "function", "objects", "texts", "integer", "keys", "axes", "long axis", "large"],
)
def test_what_is_no_data_goes_as_its_description(value, what):
    assert wire.unpack(wire.pack([value])) == [wire.Unsendable(what)]
    assert repr(wire.Unsendable(what)) == what


def test_subclasses_of_plain_types_are_no_data():
    class Mine(float):
        pass

    assert wire.unpack(wire.pack(Mine(1.0))) == wire.Unsendable("<Mine>")


def test_scalars_of_numpy_arrive_as_arrays_without_axes():
    came = wire.unpack(wire.pack(np.float32(1.5)))
    assert came.shape == ()
    assert came.dtype == np.float32


def test_long_doubles_lose_their_extra_digits():
    assert wire.unpack(wire.pack(np.ones(2, np.longdouble))).dtype == np.float64


def test_texts_are_cut_and_lone_surrogates_replaced():
    assert wire.unpack(wire.pack("x" * 5000)) == "x" * wire.MAX_STRING
    assert wire.unpack(wire.pack("a\ud800")) == "a?"


@pytest.mark.parametrize("value", [[0] * wire.MAX_NODES, ["x" * 1000] * 5000], ids=["parts", "text"])
def test_what_is_too_large_is_not_sent(value):
    with pytest.raises(wire.WireError):
        wire.pack(value)


def test_a_stream_that_ends_early():
    whole = wire.pack([1, 2, 3])
    for end in range(len(whole)):
        with pytest.raises(EOFError):
            wire.unpack(whole[:end])
