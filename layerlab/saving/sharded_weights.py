"""Weights in several `.weights.h5` files of limited size, and a `.weights.json` that tells which array lies where."""

import io
import json
from pathlib import Path

import numpy as np

from layerlab.models.summary import readable_memory_size
from layerlab.saving.checks import SMALL, explaining, refuse
from layerlab.saving.hdf5 import array_at, group_at, open_weights
from layerlab.saving.writing import replacing

__all__ = ["joined_shards", "write_shards"]


def write_shards(weights, filepath, limit: float) -> None:
    """Write the arrays of an open HDF5 file into files beside `filepath`, and last the table of them there.

    Args:
        weights: an HDF5 file, as `save_state` fills it.
        filepath: ends in `.weights.json`; the files are called as it is, with numbers.
        limit: bytes of arrays in one file.

    Raises:
        ValueError: an array is larger than that; nothing has been written then.
    """
    path = Path(filepath)
    shards: list[list[tuple[str, str]]] = [[]]
    size = 0.0
    for group, key in _places(weights):
        array = weights[group][key]
        if array.nbytes > limit:
            raise ValueError(
                f"The size of {group}/{key} is {readable_memory_size(array.nbytes)} which exceeds the maximum shard "
                f"size {readable_memory_size(limit)}. You can increase the `max_shard_size` parameter to accommodate "
                "the size."
            )
        if size + array.nbytes > limit:
            shards, size = [*shards, []], 0.0
        shards[-1].append((group, key))
        size += array.nbytes
    table: dict[str, list[str]] = {}
    for i, places in enumerate(shards):
        name = f"{path.name.removesuffix('.weights.json')}_{i:05}.weights.h5"
        _write_shard(weights, path.with_name(name), places)
        for group, _ in places:
            table.setdefault(group, []).append(name)
    entries = {group: names[0] if len(set(names)) == 1 else sorted(set(names)) for group, names in table.items()}
    total = sum(weights[group][key].nbytes for group, key in _places(weights))
    with replacing(path) as temporary:
        text = json.dumps({"metadata": {"total_size": total}, "weight_map": entries}, indent=4)
        temporary.write_text(text, encoding="utf-8")


def _places(weights) -> list[tuple[str, str]]:
    """(path of the group, name) of each array."""
    import h5py

    found: list[str] = []
    weights.visititems(lambda name, item: found.append(name) if isinstance(item, h5py.Dataset) else None)
    pairs = (f"/{name}".rpartition("/") for name in found)
    return [(group, key) for group, _, key in pairs]


def _write_shard(weights, path, places) -> None:
    import h5py

    with replacing(path) as temporary, h5py.File(temporary, "w") as file:
        for group, key in places:
            target = file.require_group(group)
            target.attrs.update(weights[group].attrs)
            target[key] = weights[group][key][()]


def joined_shards(filepath) -> io.BytesIO:
    """An HDF5 file in memory with the arrays of all the files that a `.weights.json` names.

    Raises:
        ValueError: the table or a file is damaged, missing, or somewhere else.
    """
    import h5py

    joined = io.BytesIO()
    with h5py.File(joined, "w") as whole:
        for group, names in _table(filepath).items():
            for name in names:
                _copy_group(Path(filepath).with_name(name), group, whole)
    joined.seek(0)
    return joined


def _table(filepath) -> dict[str, list[str]]:
    path = Path(filepath)
    with explaining(filepath, "it does not tell which file holds which weights"):
        if path.stat().st_size > SMALL:
            raise refuse(filepath, "it is too large for a table of weights.")
        table = json.loads(path.read_text(encoding="utf-8"))["weight_map"]
        table = {group: [names] if isinstance(names, str) else list(names) for group, names in table.items()}
    for name in (name for names in table.values() for name in names):
        if not isinstance(name, str) or Path(name).name != name or "\\" in name or not name.endswith(".h5"):
            raise refuse(filepath, f"{name!r} is no HDF5 file in the same folder.")
    return table


def _copy_group(path, name: str, whole) -> None:
    if not path.is_file():
        raise refuse(path, "it is missing.")
    with open_weights(path, path) as file:
        group = group_at(file, name, path)
        if group is None:
            raise refuse(path, f"it holds no {name!r}.")
        for key in group:
            whole[f"{name}/{key}"] = np.asarray(array_at(group, key, path))
