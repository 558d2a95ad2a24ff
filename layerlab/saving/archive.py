"""The members of a `.keras` file: a zip archive, or a folder with the same files, of which only known names are read.

Nothing is unpacked to disk, so no name inside an archive can point anywhere.
"""

import contextlib
import io
import os
import zipfile
from collections.abc import Iterator
from pathlib import Path

from layerlab.saving.checks import SMALL, explaining, is_bomb, refuse

__all__ = ["CONFIG", "METADATA", "WEIGHTS", "Archive", "open_archive"]

CONFIG, METADATA, WEIGHTS = "config.json", "metadata.json", "model.weights.h5"


class Archive:
    """What `load_model` wants from a file: its configuration and its weights."""

    def __init__(self, where):
        self.where = where

    def config(self) -> bytes:
        """The content of config.json."""
        return self._read(CONFIG, limit=SMALL)

    def weights(self) -> io.BytesIO:
        """The HDF5 file with the weights, in memory."""
        return io.BytesIO(self._read(WEIGHTS, limit=None))

    def _read(self, name: str, limit: int | None) -> bytes:
        raise NotImplementedError


class _Zip(Archive):
    def __init__(self, opened: zipfile.ZipFile, where):
        super().__init__(where)
        self._zip = opened

    def _read(self, name, limit):
        found = [info for info in self._zip.infolist() if info.filename == name]
        if len(found) != 1:
            raise refuse(self.where, f"the archive holds {len(found)} members called {name!r} instead of one.")
        claimed, stored = found[0].file_size, found[0].compress_size
        if is_bomb(claimed, stored) or (limit is not None and claimed > limit):
            raise refuse(self.where, f"its member {name!r} would unpack from {stored:,} to {claimed:,} bytes.")
        with explaining(self.where, f"its member {name!r} is damaged"):
            return self._zip.read(found[0])


class _Folder(Archive):
    def _read(self, name, limit):
        path = Path(self.where, name)
        if not path.is_file():
            raise refuse(self.where, f"the folder holds no {name!r}.")
        if limit is not None and path.stat().st_size > limit:
            raise refuse(self.where, f"{name!r} is larger than {limit:,} bytes.")
        return path.read_bytes()


@contextlib.contextmanager
def open_archive(filepath) -> Iterator[Archive]:
    """The archive at a path, or in a binary file that is open for reading.

    Raises:
        ValueError: there is none.
    """
    is_file_object = hasattr(filepath, "read")
    if not is_file_object and os.path.isdir(filepath):
        yield _Folder(filepath)
        return
    if not is_file_object and not os.path.exists(filepath):
        raise ValueError(
            f"File not found: filepath={filepath}. Please ensure the file is an accessible `.keras` zip file."
        )
    with explaining(filepath, "it is not a zip archive, as `.keras` files are, or it is damaged or cut short"):
        opened = zipfile.ZipFile(filepath)
    with opened:
        yield _Zip(opened, getattr(filepath, "name", filepath))
