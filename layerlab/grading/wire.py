"""What crosses the border of a sandbox: frames of plain data on a pipe, never objects.

A frame is a JSON text that says what there is, followed by the raw bytes of the arrays in it. Everything is measured
before it is believed: sizes, shapes, dtypes, nesting. Reading a frame cannot run anything, whoever wrote it.
"""

from __future__ import annotations

import json
import math
import struct
from collections.abc import Callable
from dataclasses import dataclass, fields
from typing import Any

import numpy as np

from layerlab.grading.plan import Call, Get, New, NumpyFunction, Outcome, Rng, Set

__all__ = ["Unsendable", "WireError", "pack", "read", "unpack"]

MAX_TEXT = 4 << 20  # bytes of JSON in a frame
MAX_ARRAYS = 64 << 20  # bytes of all its arrays
MAX_NODES = 20_000  # values in a frame, so that no small text unfolds into a large structure
MAX_DEPTH = 32
MAX_STRING = 1000
_MAX_LENGTH = 1 << 31  # of an axis, also of an empty array
_DTYPES = {f"{kind}{size}" for kind, sizes in (("i", "1248"), ("u", "1248"), ("f", "248")) for size in sizes}
_DTYPES |= {"c8", "c16", "b1"}
_HEAD = struct.Struct("<II")


class WireError(ValueError):
    """What came is no frame, or one that breaks a limit."""


@dataclass(frozen=True)
class Unsendable:
    """Stands for a value that is no data; judges treat it as one more wrong value, messages show what it was."""

    what: str

    def __repr__(self) -> str:
        return self.what


_RECORDS = {record.__name__: record for record in (Call, New, Set, Get, Rng, NumpyFunction, Outcome, Unsendable)}


def pack(value: Any) -> bytes:
    """A value as the bytes of a frame; whatever is no data in it goes as an `Unsendable`.

    Args:
        value: numbers, strings, None, NumPy arrays of numbers, steps and outcomes, and lists, tuples and dicts of them.

    Raises:
        WireError: when it is too large or too deep for a frame.

    >>> unpack(pack({"x": (1.5, None)}))
    {'x': (1.5, None)}
    """
    writer = _Writer()
    text = json.dumps(writer.write(value, 0)).encode()
    if len(text) > MAX_TEXT:
        raise WireError(f"{len(text)} bytes of text do not fit into a frame")
    return b"".join([_HEAD.pack(len(text), writer.size), text, *writer.parts])


def unpack(frame: bytes) -> Any:
    """The value in a frame.

    Raises:
        WireError: when the bytes are no frame of ours, whatever else they are.
    """
    chunks = memoryview(frame)
    position = 0

    def take(size: int) -> bytes:
        nonlocal position
        position += size
        return bytes(chunks[position - size : position])

    return read(take)


def read(take: Callable[[int], bytes]) -> Any:
    """Read one frame and give its value.

    Args:
        take: a function that gives the next n bytes, or fewer at the end.

    Raises:
        WireError: as `unpack`.
        EOFError: when the stream ends before the frame does.
    """
    text_size, array_size = _HEAD.unpack(_exactly(take, _HEAD.size))
    if text_size > MAX_TEXT or array_size > MAX_ARRAYS:  # before a byte of it is read
        raise WireError(f"a frame of {text_size} + {array_size} bytes is too large")
    text = _exactly(take, text_size)
    payload = _exactly(take, array_size)
    try:
        tree = json.loads(text)
    except (ValueError, RecursionError) as error:  # no JSON, no UTF-8, integers of thousands of digits, deep nesting
        raise WireError(f"not JSON: {error}") from None
    return _Reader(payload).read(tree, 0)


def _exactly(take: Callable[[int], bytes], size: int) -> bytes:
    data = take(size)
    if len(data) != size:
        raise EOFError(f"the stream ended after {len(data)} of {size} bytes")
    return data


class _Writer:
    """Turns a value into what JSON can say, and collects the bytes of the arrays on the way."""

    def __init__(self) -> None:
        self.parts: list[bytes] = []
        self.size = 0
        self.nodes = 0

    def write(self, value: Any, depth: int) -> Any:
        self.nodes += 1
        if depth > MAX_DEPTH or self.nodes > MAX_NODES:
            raise WireError("too many values, or nested too deeply, for a frame")
        match value:  # exact types first: a subclass may do anything when asked what it is
            case None | bool() | float() if type(value) in (bool, float, type(None)):
                return value
            case int() if type(value) is int and -(2**63) <= value < 2**64:
                return value
            case str() if type(value) is str:
                return value[:MAX_STRING].encode("utf-8", "replace").decode()  # JSON has no lone surrogates
            case complex() if type(value) is complex:
                return {"complex": [value.real, value.imag]}
            case list() | tuple() if type(value) in (list, tuple):
                return {type(value).__name__: [self.write(part, depth + 1) for part in value]}
            case dict() if type(value) is dict and all(type(key) is str for key in value):
                return {"dict": [[key[:MAX_STRING], self.write(part, depth + 1)] for key, part in value.items()]}
            case np.ndarray() | np.generic():
                return self._array(np.asarray(value), depth)
        if _RECORDS.get(type(value).__name__) is type(value):
            return {type(value).__name__: [self.write(getattr(value, f.name), depth + 1) for f in fields(value)]}
        return self.write(Unsendable(_describe(value)), depth)

    def _array(self, array: np.ndarray, depth: int) -> Any:
        if array.dtype in (np.longdouble, np.clongdouble):
            array = array.astype(np.float64 if array.dtype.kind == "f" else np.complex128)
        name = f"{array.dtype.kind}{array.dtype.itemsize}"
        if name not in _DTYPES:
            return self.write(Unsendable(f"an array of dtype {array.dtype}"), depth)
        if array.ndim > MAX_DEPTH or max(array.shape, default=0) >= _MAX_LENGTH:  # which no reader would take
            return self.write(Unsendable(f"an array of {array.ndim} axes, too large to look at"), depth)
        if self.size + array.nbytes > MAX_ARRAYS:
            return self.write(Unsendable(f"an array of shape {array.shape}, too large to look at"), depth)
        array = np.ascontiguousarray(array, array.dtype.newbyteorder("<")).reshape(array.shape)
        self.parts.append(array.tobytes())
        self.size += array.nbytes
        return {"array": [name, list(array.shape)]}


def _describe(value: Any) -> str:
    """What a value is; its own repr is the learner's code, which is no help in telling what to send."""
    return f"<{type(value).__name__[:MAX_STRING]}>"


class _Reader:
    """Turns what JSON said back into a value; arrays are cut from the payload in the order in which they are named."""

    def __init__(self, payload: bytes) -> None:
        self.payload = payload
        self.position = 0
        self.nodes = 0

    def read(self, tree: Any, depth: int) -> Any:
        self.nodes += 1
        if depth > MAX_DEPTH or self.nodes > MAX_NODES:
            raise WireError("too many values, or nested too deeply")
        match tree:
            case None | bool() | int() | float():
                return tree
            case str() if len(tree) <= MAX_STRING:
                return tree
            case {"array": [str(dtype), list(shape)]}:
                return self._array(dtype, shape)
            case {"complex": [float(real), float(imag)]}:
                return complex(real, imag)
            case {"list": list(parts)}:
                return self._parts(parts, depth)
            case {"tuple": list(parts)}:
                return tuple(self._parts(parts, depth))
            case {"dict": list(pairs)}:
                return {_key(pair): self.read(pair[1], depth + 1) for pair in pairs}
            case dict() if len(tree) == 1:
                ((name, parts),) = tree.items()
                return self._record(name, parts, depth)
        raise WireError("a value that no frame of ours holds")

    def _parts(self, parts: list, depth: int) -> list[Any]:
        return [self.read(part, depth + 1) for part in parts]

    def _record(self, name: str, parts: Any, depth: int) -> Any:
        record = _RECORDS.get(name)
        if record is None or not isinstance(parts, list) or len(parts) != len(fields(record)):
            raise WireError("a record that we do not know")
        values = self._parts(parts, depth)
        for value, field in zip(values, fields(record), strict=True):
            if not _fits(value, str(field.type)):
                raise WireError(f"{name}.{field.name} is not what it should be")
        return record(*values)

    def _array(self, dtype: str, shape: list) -> np.ndarray:
        if dtype not in _DTYPES or len(shape) > MAX_DEPTH:
            raise WireError("an array of a dtype or shape that we do not take")
        if not all(type(length) is int and 0 <= length < _MAX_LENGTH for length in shape):
            raise WireError("an array of a shape that cannot be")
        kind = np.dtype(f"<{dtype}")
        count = math.prod(shape)  # Python's integers: no overflow to hide behind
        end = self.position + count * kind.itemsize
        if end > len(self.payload):
            raise WireError("an array that is larger than what came")
        # a copy, because the payload is read-only and unaligned; `!= 0` because a forged truth value may be 255
        raw = np.frombuffer(self.payload, np.dtype("u1") if dtype == "b1" else kind, count, self.position)
        self.position = end
        try:
            return (raw != 0 if dtype == "b1" else raw.astype(kind.newbyteorder("="))).reshape(shape)
        except ValueError as error:  # an empty array whose other axes are too long for NumPy
            raise WireError(str(error)) from None


def _key(pair: Any) -> str:
    match pair:
        case [str(key), _] if len(key) <= MAX_STRING:
            return key
    raise WireError("a dict whose keys are no strings")


def _fits(value: Any, annotation: str) -> bool:
    """Whether a field's value has the type that its annotation names."""
    match annotation:
        case "str":
            return type(value) is str
        case "int":
            return type(value) is int
        case "tuple":
            return type(value) is tuple
        case "tuple[int, ...]":
            return type(value) is tuple and all(type(part) is int for part in value)
        case "dict[str, Any]":
            return type(value) is dict
    return True
