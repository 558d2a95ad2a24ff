"""What a class's `call` takes, worked out once from its signature.

So a call is checked before anything is built or computed, and `training` and masks go only where they are wanted.
"""

import inspect

from layerlab.layers.shapes import is_tensors
from layerlab.naming import did_you_mean

__all__ = ["CallInfo"]

_BY_NAME = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)


class CallInfo:
    """The signature of a `call` method.

    Args:
        call: the function, with `self` first.
    """

    def __init__(self, call):
        parameters = list(inspect.signature(call).parameters.values())[1:]
        kinds = {p.kind for p in parameters}
        self.names = [p.name for p in parameters if p.kind in _BY_NAME]
        self.all_names = {p.name for p in parameters}
        self.open = inspect.Parameter.VAR_KEYWORD in kinds
        self.open_positional = inspect.Parameter.VAR_POSITIONAL in kinds
        self.has_training = "training" in self.all_names
        self.training_default = next((p.default for p in parameters if p.name == "training"), None)
        if self.training_default is inspect.Parameter.empty:
            self.training_default = None
        self.mask_names = frozenset(name for name in self.all_names if name == "mask" or name.endswith("_mask"))
        by_name = [p for p in parameters if p.kind in (*_BY_NAME, inspect.Parameter.KEYWORD_ONLY)]
        # a mask may still come with the data
        self.required = [p.name for p in by_name if p.default is p.empty and p.name not in self.mask_names]

    def check(self, args, kwargs):
        """TypeError for arguments that `call` does not take."""
        if kwargs and not self.open:
            for key in kwargs:
                if key not in self.all_names:
                    raise TypeError(f"got an unexpected keyword argument '{key}'{did_you_mean(key, self.all_names)}")
        if len(args) > len(self.names) and not self.open_positional:
            raise TypeError(
                f"too many positional arguments: `call` takes {len(self.names)}. Received: {len(args)}. A layer that "
                "merges several inputs takes them in one list: layer([a, b])."
            )
        given = self.names[: len(args)]
        for name in self.required:
            if name not in given and name not in kwargs:
                raise TypeError(f"missing a required argument: '{name}'")

    def by_name(self, args, kwargs) -> dict:
        """All arguments by the names that `call` gives them."""
        named = dict(zip(self.names, args, strict=False))
        return named | {f"args[{i}]": value for i, value in enumerate(args[len(named) :])} | kwargs

    def tensors(self, args, kwargs, masks=False) -> dict:
        """The arguments that are arrays (or nests of arrays), with or without masks."""
        left_out = frozenset() if masks else self.mask_names
        given = self.by_name(args, kwargs)
        return {name: value for name, value in given.items() if name not in left_out and is_tensors(value)}
