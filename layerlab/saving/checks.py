"""What every file from outside is held against before it is believed: sizes, and errors that say which file is bad."""

import contextlib
import zipfile
import zlib
from collections.abc import Iterator

__all__ = ["SMALL", "explaining", "is_bomb", "refuse"]

SMALL = 2**26  # 64 MiB: whatever claims to be smaller may be read, however well it is packed
_USUAL_PACKING = 100  # weights hardly pack at all; more than this to one is a trick

# What reading a damaged or hostile file makes libraries and `from_config` methods raise. A TypeError or ValueError
# already says what is wrong; these do not.
_OBSCURE = (
    ArithmeticError,
    AttributeError,
    EOFError,
    LookupError,
    MemoryError,
    OSError,
    RuntimeError,
    zipfile.BadZipFile,
    zlib.error,
)
_FILE_SYSTEM = (FileNotFoundError, IsADirectoryError, PermissionError)


def refuse(where, why: str) -> ValueError:
    """The error for a file that cannot be what it should be."""
    return ValueError(f"The file cannot be loaded: {where}: {why}")


def is_bomb(claimed: int, stored: int) -> bool:
    """Whether so little data cannot honestly unpack to so much."""
    return claimed > SMALL and claimed > _USUAL_PACKING * stored


@contextlib.contextmanager
def explaining(where, what: str) -> Iterator[None]:
    """Name the file in every error inside the block, and make a ValueError of what only says that something broke."""
    try:
        yield
    except _FILE_SYSTEM:
        raise
    except _OBSCURE as error:
        raise refuse(where, f"{what} ({type(error).__name__}: {str(error)[:500]})") from error
    except (TypeError, ValueError) as error:
        if str(where) not in str(error):
            error.add_note(f"While loading {where}.")
        raise
