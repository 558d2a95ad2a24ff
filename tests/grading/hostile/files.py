"""Attacks by files that are no notebooks, or hardly."""

import os

from tests.grading.hostile.attack import Attack, file
from tests.grading.small import HONEST, HONEST_DOUBLE, code, notebook


def sparse(path, outside):
    with open(path, "wb") as handle:
        handle.truncate(200 << 20)  # takes no room on the disk


KINDS = b'{"cells": [1, null, [], {}, {"cell_type": "code"}, {"cell_type": "code", "source": [7]}]}'

FILES = [
    file("broken JSON", b'{"cells": [', says="not JSON"),
    file("nothing in it", b"", says="empty"),
    file("zeros", bytes(1000), says="not JSON"),
    file("not UTF-8", b'{"cells": ["\xff\xfe"]}', says="UTF-8"),
    file("UTF-16", '{"cells": []}'.encode("utf-16"), says="UTF-8"),
    file("a list", b"[1, 2]", says="no list of cells"),
    file("an old format", b'{"worksheets": [{"cells": []}]}', says="no list of cells"),
    file("cells that are no list", b'{"cells": {"0": "x"}}', says="no list of cells"),
    file("cells of all kinds", KINDS, says="no text"),
    file(
        "metadata of all kinds",
        notebook([code(HONEST_DOUBLE) | {"metadata": [1]}], kernelspec=7, language_info={"name": [1]}),
        points=1,
    ),
    file("nested deeply", b'{"cells": ' + b"[" * 200_000, says="nested too deeply"),
    file("a million cells", b'{"cells": [' + b"[]," * 1_000_000 + b"[]]}"),
    file("a number without an end", b'{"cells": ' + b"9" * 100_000 + b"}", says="not JSON"),
    file("another language", notebook(HONEST, language_info={"name": "R"}), says="for R"),
    Attack("200 MB", sparse, points=0, says="200 MB are more than the 16 MB"),
    Attack("a directory", lambda path, outside: path.mkdir(), points=0, says="no regular file"),
    Attack("a pipe", lambda path, outside: os.mkfifo(path), points=0, says="no regular file"),
    Attack(
        "a link to another's work",
        lambda path, outside: path.symlink_to(outside / "other"),
        points=0,
        says="symbolic link",
    ),
    Attack("a link to itself", lambda path, outside: path.symlink_to(path), points=0, says="symbolic link"),
    Attack("a link to a device", lambda path, outside: path.symlink_to("/dev/zero"), points=0, says="symbolic link"),
]
