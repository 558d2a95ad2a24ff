"""Set up and open the course: `python scripts/start.py [FOLDER] [--no-open] [--port N] [--solutions]`.

The first time it makes a virtual environment in .venv, which takes a minute or two. The arguments are those of
`layerlab start`, which does the second half: it copies the course to FOLDER (default: layerlab-course), and opens it.
"""

import sys

from environment import become, program, say, set_up

if __name__ == "__main__":
    if {"-h", "--help"} & set(sys.argv[1:]):  # nobody waits for a set-up to read that it takes a while
        sys.exit(say(__doc__.strip()))
    set_up(["course"])
    become([program("layerlab"), "start", *sys.argv[1:]])
