"""How a mask goes through a layer: from the inputs that bring it to `call`, and on to the outputs.

A mask says which time steps count. It hangs on the array that it belongs to (`layerlab.masking`).
"""

import warnings
from typing import Any, ClassVar

import numpy as np

from layerlab import tree
from layerlab.autodiff import ArrayLike
from layerlab.layers.call_info import CallInfo
from layerlab.layers.symbolic import KerasTensor
from layerlab.masking import get_mask, set_mask

__all__ = ["Masked", "masks_of"]


class Masked:
    """What hands masks on; a part of `Layer`."""

    name: str
    _call_info: ClassVar[CallInfo]
    supports_masking: Any = False
    _makes_masks: Any = False

    def compute_mask(self, inputs, previous_mask):
        """The mask of the output: that of the input, for a layer that keeps the time steps apart."""
        return previous_mask

    def _fill_masks(self, args, kwargs, info):
        """Give the masks that came with the inputs to the parameters of `call` that want them."""
        if not info.mask_names:
            return
        tensors = info.tensors(args, kwargs)
        alone = len(tensors) == 1
        sources = {"mask" if alone else f"{name}_mask": value for name, value in tensors.items()}
        for name, value in sources.items():
            wanted = name in info.mask_names and name not in info.names[: len(args)] and kwargs.get(name) is None
            if wanted and (masks := masks_of(value)) is not None:
                kwargs[name] = masks

    def _with_masks(self, first, outputs, masks):
        """The outputs, marked with the masks they have now; new views where an output is the input itself."""
        if not self.supports_masking and not self._makes_masks:
            warnings.warn(
                f"Layer '{self.name}' (of type {type(self).__name__}) was passed an input with a mask attached to it. "
                "However, this layer does not support masking and will therefore destroy the mask information. "
                "Downstream layers will not see the mask.",
                stacklevel=3,
            )
            return outputs
        inputs, new = tree.flatten(first), tree.flatten(self.compute_mask(first, masks))
        leaves = tree.flatten(outputs)
        for i, (output, mask) in enumerate(zip(leaves, new, strict=False)):
            if mask is None or not isinstance(output, np.ndarray | ArrayLike) or get_mask(output) is not None:
                continue
            leaves[i] = output[...] if any(output is x for x in inputs) else output
            set_mask(leaves[i], mask)
        return tree.pack_sequence_as(outputs, leaves)

    def _symbolic_masks(self, node) -> list:
        """The masks of the symbolic outputs of a call: what `compute_mask` makes of those of its inputs."""
        first = next(iter(self._call_info.tensors(node.args, node.kwargs).values()), None)
        masks = node.kwargs.get("mask")
        masks = masks_of(first, get_mask) if masks is None else masks
        new = None
        if self._makes_masks or (self.supports_masking and masks is not None):
            new = self.compute_mask(first, masks)
        found = tree.flatten(new)
        return found if len(found) == len(node.output_tensors) else [None] * len(node.output_tensors)


def _present_mask(x):
    """The mask of an array; a symbolic tensor has none as long as nobody asks."""
    return None if isinstance(x, KerasTensor) else get_mask(x)


def masks_of(value, get=_present_mask):
    """The masks of an array or of nested arrays, in the same structure; None if there are none."""
    if not tree.is_nested(value):
        return get(value)
    masks = [get(leaf) for leaf in tree.flatten(value)]
    return tree.pack_sequence_as(value, masks) if any(mask is not None for mask in masks) else None
