"""Weights alone: `.weights.h5` files, and the weights inside a `.keras` file."""

import io

from layerlab.saving.archive import open_archive
from layerlab.saving.hdf5 import open_weights
from layerlab.saving.legacy_files import ENDINGS, load_legacy_weights
from layerlab.saving.sharded_weights import joined_shards, write_shards
from layerlab.saving.state import load_state, save_state
from layerlab.saving.writing import may_write, replacing

__all__ = ["load_weights", "save_weights"]


def save_weights(model, filepath, overwrite=True, max_shard_size=None, objects_to_skip=None) -> None:
    """Write the weights of a model, and the state of its optimizer, to a `.weights.h5` file.

    Args:
        model: a built model.
        filepath: where to; it must end in `.weights.h5`, or `.weights.json` with a `max_shard_size`. An old file stays
            until the new one is complete (of several files each, and the table of them to the last).
        overwrite: replace an old file; otherwise ask first.
        max_shard_size: the most gigabytes of weights in one file: there will be several, and a `.weights.json` that
            tells which of them holds what.
        objects_to_skip: layers to leave out.

    Raises:
        ValueError: another ending, a model that has no weights yet, or an array that is too large for a file.

    Source: Keras page "Weights-only saving & loading".
    """
    import h5py

    _check_ending(filepath, max_shard_size)
    _check_built(model, "saving")
    if not may_write(filepath, overwrite):
        return
    if max_shard_size is not None:
        with h5py.File(io.BytesIO(), "w") as file:
            save_state(model, file, objects_to_skip or ())
            write_shards(file, filepath, max_shard_size * 2**30)
        return
    with replacing(filepath) as temporary, h5py.File(temporary, "w") as file:
        save_state(model, file, objects_to_skip or ())


def _check_ending(filepath, max_shard_size) -> None:
    if max_shard_size is None and not str(filepath).endswith(".weights.h5"):
        raise ValueError(f"The filename must end in `.weights.h5`. Received: filepath={filepath}")
    if max_shard_size is not None and not str(filepath).endswith(".weights.json"):
        raise ValueError(
            "The filename must end in `.weights.json` when `max_shard_size` is specified. "
            f"Received: filepath={filepath}"
        )


def load_weights(model, filepath, skip_mismatch=False, objects_to_skip=None, by_name=None, **kwargs) -> None:
    """Read weights from a `.weights.h5` or `.keras` file of layerlab or Keras; if anything fails, none have changed.

    Args:
        model: a built model of the same layers.
        filepath: the file; also the `.weights.json` of several, and a legacy `.h5` file of Keras 2, of weights or of a
            whole model.
        skip_mismatch: load the layers that fit, and warn about the others.
        objects_to_skip: layers to leave as they are; only for a `.weights.h5` file.
        by_name: only for a legacy file: each layer takes the weights of the layer of its name, instead of those that
            come next.

    Raises:
        ValueError: a layer's weights are missing or have another shape, the file is damaged, or of another kind.

    Source: Keras page "Weights-only saving & loading".
    """
    if kwargs:
        raise ValueError(f"Invalid keyword arguments: {kwargs}")
    name = str(filepath)
    is_legacy = name.endswith(ENDINGS) and not name.endswith(".weights.h5")
    if not is_legacy and not name.endswith((".weights.h5", ".weights.json", ".keras")):
        raise ValueError(
            f"File format not supported: filepath={filepath}. layerlab reads the weights of `.keras` and "
            "`.weights.h5` files, and of legacy `.h5` files."
        )
    if by_name is not None and not is_legacy:
        raise ValueError(f"`by_name` only supports loading legacy '.h5' or '.hdf5' files. Received: {filepath}")
    if objects_to_skip is not None and not name.endswith((".weights.h5", ".weights.json")):
        raise ValueError(f"`objects_to_skip` only supports loading '.weights.h5' files. Received: {filepath}")
    _check_built(model, "loading weights into")
    if is_legacy:
        load_legacy_weights(model, filepath, skip_mismatch, bool(by_name))
    elif name.endswith(".keras"):
        with open_archive(filepath) as archive, open_weights(archive.weights(), filepath) as file:
            load_state(model, file, filepath, skip_mismatch)
    else:
        source = joined_shards(filepath) if name.endswith(".json") else filepath
        with open_weights(source, filepath) as file:
            load_state(model, file, filepath, skip_mismatch, objects_to_skip or ())


def _check_built(model, doing: str) -> None:
    if not model.built:
        raise ValueError(
            f"You are {doing} a model that has not yet been built. Try building the model first by calling it on some "
            "data or by using `build()`."
        )
