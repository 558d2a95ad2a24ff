"""layerlab: what a neural-network layer is, in NumPy, under Keras's names."""

__version__ = "0.1.0"
