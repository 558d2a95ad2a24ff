"""`python -m layerlab` is the `layerlab` command, for when the console script is not on the path."""

import sys

from layerlab.cli import main

if __name__ == "__main__":
    sys.exit(main())
