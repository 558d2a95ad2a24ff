"""What surrounds every `build`: the name scope, the record of the shapes, and taking the weights back if it fails.

`Layer` wraps the `build` of each subclass in it, so that a subclass writes nothing but its weights.
"""

import functools
import inspect

from layerlab.layers.shapes import as_shape
from layerlab.variables import current_scope, name_scope

__all__ = ["building"]


def building(build):
    """Decorator of `build`: after it the layer is built, knows for which shapes, and takes no further weights."""
    names = list(inspect.signature(build).parameters)[1:]

    @functools.wraps(build)
    def wrapped(self, *args, **kwargs):
        self._check_initialized()
        if self._is_building:  # super().build(...)
            return build(self, *args, **kwargs)
        args = tuple(_checked(self, shape) for shape in args)
        before, made = dict(vars(self)), (len(self._own_trainable), len(self._own_non_trainable))
        self._is_building = True
        try:
            self._path = "/".join((*current_scope(), self.name))
            with name_scope(self.name):
                build(self, *args, **kwargs)
        except Exception:
            vars(self).clear()
            vars(self).update(before)
            del self._own_trainable[made[0] :], self._own_non_trainable[made[1] :]
            raise
        finally:
            self._is_building = False
        self._build_shapes = dict(zip(names, args, strict=False)) | kwargs
        self.built = self._locked = True

    return wrapped


def _checked(layer, shape):
    if isinstance(shape, int):
        raise TypeError(
            f"`build` of layer '{layer.name}' takes a shape, batch axis included: build((None, {shape})). "
            f"Received: {shape}"
        )
    return as_shape(shape)
