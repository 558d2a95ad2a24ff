"""What `layerlab.layers` offers: each family's public names, once each."""

import importlib
import pkgutil
from collections import Counter

from layerlab import layers

FAMILIES = [
    importlib.import_module(f"layerlab.layers.{module.name}") for module in pkgutil.iter_modules(layers.__path__)
]


def test_every_public_layer_is_in_the_list_of_exactly_one_family():
    public = {name for name, value in vars(layers).items() if isinstance(value, type)}
    listed = Counter(name for family in FAMILIES for name in family.__all__)
    assert public
    assert {name: listed[name] for name in public} == dict.fromkeys(public, 1)


def test_every_layer_that_a_family_lists_is_public():
    listed = {
        (family.__name__, name)
        for family in FAMILIES
        for name in family.__all__
        if isinstance(getattr(family, name), type) and issubclass(getattr(family, name), layers.Layer)
    }
    missing = {(family, name) for family, name in listed if getattr(layers, name, None) is None}
    assert missing == {("layerlab.layers.numpy_call", "NumpyCall")}  # made by calls, not by people


def test_every_module_says_what_it_offers():
    for family in FAMILIES:
        assert sorted(family.__all__) == sorted(set(family.__all__))
        assert all(hasattr(family, name) for name in family.__all__)
