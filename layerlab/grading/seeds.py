"""The numbers that a submission is tried with: repeatable by whoever has the secret, unpredictable for everybody else.

The seed of a submission is HMAC(secret, student, notebook, contents), that of an exercise HMAC(seed, exercise). So a
result does not depend on which machine graded it, when, or after which other one. The contents are part of it because
feedback shows inputs with their right answers: who hands in again is asked something new.
"""

from __future__ import annotations

import contextlib
import hashlib
import hmac
import os
import secrets
from pathlib import Path

import numpy as np

__all__ = ["exercise_generator", "read_secret", "submission_seed"]

_SIZE = 32  # bytes


def read_secret(path: Path, create: bool = False) -> bytes:
    """The secret in a file that nobody else can read.

    Args:
        path: the file.
        create: whether to make one if there is none.

    Raises:
        FileNotFoundError: if there is none.
        ValueError: if it is too short to be one.
    """
    if create:
        with contextlib.suppress(FileExistsError):  # another shard was faster
            _write_whole(path, secrets.token_hex(_SIZE).encode())
    secret = path.read_bytes().strip()
    if len(secret) < _SIZE // 2:
        raise ValueError(
            f"The secret in {path} is of {len(secret)} bytes; {_SIZE // 2} are the least. Delete the file."
        )
    return secret


def _write_whole(path: Path, content: bytes) -> None:
    """Make a file that is never seen half written: under another name first."""
    draft = path.with_name(f"{path.name}.{os.getpid()}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    try:
        os.write(descriptor, content)
        os.fsync(descriptor)
        os.link(draft, path)
    finally:
        os.close(descriptor)
        draft.unlink()


def submission_seed(secret: bytes, student: str, notebook: str, contents: bytes) -> str:
    """The seed of a submission, as 32 hexadecimal digits."""
    parts = (os.fsencode(student), os.fsencode(notebook), contents)
    message = b"".join(len(part).to_bytes(4, "big") + part for part in parts)  # ("a", "bc") is not ("ab", "c")
    return hmac.new(secret, message, hashlib.sha256).hexdigest()[:32]


def exercise_generator(seed: str, exercise_id: str) -> np.random.Generator:
    """The generator that makes the inputs of one exercise."""
    digest = hmac.new(seed.encode(), exercise_id.encode(), hashlib.sha256).digest()
    return np.random.default_rng(int.from_bytes(digest, "big"))
