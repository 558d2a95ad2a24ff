"""The weights inside an HDF5 file: groups named after layers, each with its arrays in a group called "vars".

What is read is a plain array that lies in this very file: links, virtual data and claims without data are refused.
"""

import contextlib
from collections.abc import Iterator, Mapping

import numpy as np

from layerlab.saving.checks import explaining, is_bomb, refuse

__all__ = ["StoredVariables", "array_at", "group_at", "open_weights", "variables_at"]

_HARMLESS_FILTERS = (1, 2, 3)  # deflate, shuffle, checksum: HDF5's own, which load no plugin


@contextlib.contextmanager
def open_weights(file, where) -> Iterator:
    """The HDF5 file at a path (or in a file object), open for reading.

    Raises:
        ValueError: it is no HDF5 file, or a damaged one.
    """
    import h5py

    with explaining(where, "it is not an HDF5 file, or it is damaged or cut short"):
        opened = h5py.File(file, "r")
    with opened:
        yield opened


def variables_at(root, path: str, where) -> "StoredVariables":
    """The arrays of the object at `path` ("layers/dense"); none if the file has no such group."""
    group = group_at(root, f"{path}/vars", where)
    return StoredVariables({} if group is None else group, where)


def group_at(root, path: str, where):
    """The group at a path inside another one; None if there is none."""
    import h5py

    group = root
    with explaining(where, f"the way to the weights of {path!r} is damaged"):
        for name in path.strip("/").split("/"):
            if name not in group:
                return None
            group = _member(group, name, where)
            if not isinstance(group, h5py.Group):
                raise refuse(where, f"{name!r} on the way to the weights of {path!r} is not a group.")
    return group


def array_at(root, path: str, where) -> np.ndarray:
    """The array at a path inside a group.

    Raises:
        ValueError: there is none, or it is not to be read.
    """
    parents, _, name = path.strip("/").rpartition("/")
    group = group_at(root, parents, where) if parents else root
    if group is None or name not in group:
        raise refuse(where, f"there is no array {path!r} in {root.name!r}.")
    return StoredVariables(group, where)[name]


def _member(group, name: str, where):
    import h5py

    link = type(group.get(name, getlink=True))
    if link is not h5py.HardLink:
        what = f"is a link to somewhere else ({link.__name__}), which layerlab does not follow"
        raise refuse(where, f"{name!r} in {group.name!r} {what}.")
    return group[name]


class StoredVariables(Mapping):
    """The arrays of one object, by name ("0", "1", ...); each is checked and read when it is asked for."""

    def __init__(self, group, where):
        self._group, self._where = group, where

    def __iter__(self):
        return iter(self._group)

    def __len__(self):
        return len(self._group)

    def __getitem__(self, name: str) -> np.ndarray:
        if name not in self._group:
            raise KeyError(name)
        with explaining(self._where, f"the array {name!r} cannot be read"):
            dataset = _member(self._group, name, self._where)
            if problem := _problem(dataset):
                raise refuse(self._where, f"the array {name!r} in {self._group.name!r} {problem}.")
            return np.asarray(dataset[()])


def _problem(dataset) -> str | None:
    """Why a dataset must not be read; None if it may."""
    import h5py

    if not isinstance(dataset, h5py.Dataset):
        return "is not an array"
    if dataset.dtype.kind not in "biuf" or dataset.shape is None:
        return f"does not hold numbers (its type is {dataset.dtype})"
    if dataset.is_virtual or dataset.external:
        return "keeps its values in another file"
    filters = dataset.id.get_create_plist()
    used = [filters.get_filter(i)[0] for i in range(filters.get_nfilters())]
    if not set(used) <= set(_HARMLESS_FILTERS):
        return f"is packed with a filter that layerlab does not run (HDF5 filter {used})"
    claimed, stored = dataset.size * dataset.dtype.itemsize, dataset.id.get_storage_size()
    if (not used and claimed > stored) or is_bomb(claimed, stored):
        return f"claims {claimed:,} bytes (shape {dataset.shape}), but the file holds only {stored:,}"
    return None
