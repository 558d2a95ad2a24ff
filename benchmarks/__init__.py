"""Benchmarks: layerlab beside its peers, side by side in one run, as a table of ratios: `python -m benchmarks`."""
