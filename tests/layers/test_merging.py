"""Layers that merge several inputs: against slow loops, with masks, with every wrong input there is."""

from layerlab import layers as L
from tests.contract import Case

KEEPS = {"supports_masking": True, "keeps_integers": True}
PAIR = [(2, 3), (2, 3)]
UNEVEN = [(2, 3, 4), (2, 1, 4), (2, 4)]

CASES = [
    Case(L.Add, {}, PAIR, (2, 3), **KEEPS),
    Case(L.Add, {"activity_regularizer": "l2"}, UNEVEN, (2, 3, 4), **KEEPS),
    Case(L.Subtract, {}, PAIR, (2, 3), **KEEPS),
    Case(L.Multiply, {}, PAIR, (2, 3), **KEEPS),
    Case(L.Multiply, {}, UNEVEN, (2, 3, 4), **KEEPS),
    Case(L.Average, {}, UNEVEN, (2, 3, 4), supports_masking=True),
    Case(L.Maximum, {}, PAIR, (2, 3), **KEEPS),
    Case(L.Maximum, {}, UNEVEN, (2, 3, 4), **KEEPS),
    Case(L.Minimum, {}, UNEVEN, (2, 3, 4), **KEEPS),
    Case(L.Concatenate, {}, [(2, 3), (2, 1), (2, 2)], (2, 6), **KEEPS),
    Case(L.Concatenate, {"axis": 1}, [(2, 3, 4), (2, 1, 4)], (2, 4, 4), **KEEPS),
    Case(L.Dot, {"axes": 1}, PAIR, (2, 1), consumes_masks=True, keeps_integers=True),
    Case(L.Dot, {"axes": (2, 1)}, [(2, 3, 4), (2, 4, 5)], (2, 3, 5), consumes_masks=True, keeps_integers=True),
    Case(L.Dot, {"axes": -1, "normalize": True}, [(2, 3, 4), (2, 4)], (2, 3), consumes_masks=True),
]
