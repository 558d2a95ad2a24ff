"""Small real data sets that come with the package: digits, noisy one-dimensional shapes, first names, a photograph.

Each module has a `load_data()`, as `keras.datasets` has; nothing is downloaded. The README beside this file says where
the data come from and under which licenses.
"""

from layerlab.datasets import first_names, mnist1d, mnist10k, photograph

__all__ = ["first_names", "mnist1d", "mnist10k", "photograph"]
