"""Set up and open the course: `python scripts/start.py [FOLDER] [--no-open] [--port N]`.

The arguments are those of `layerlab start`, which does the second half.
"""

import sys

from environment import become, program, set_up

if __name__ == "__main__":
    set_up(["course"])
    become([program("layerlab"), "start", *sys.argv[1:]])
