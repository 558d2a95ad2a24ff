"""What the tests share: hypothesis without a stopwatch, and the names that a module offers."""

import inspect

import hypothesis
import pytest

pytest.register_assert_rewrite("tests.contract")  # what it asserts is shown with both sides, as in a test

hypothesis.settings.register_profile("layerlab", deadline=None, derandomize=True)  # the same cases on every machine
hypothesis.settings.load_profile("layerlab")


@pytest.fixture
def public_names():
    """The function that tells what a module offers: its `__all__`, or whatever in it is no module of its own."""
    return lambda module: (
        getattr(module, "__all__", None)
        or [name for name, obj in vars(module).items() if not name.startswith("_") and not inspect.ismodule(obj)]
    )
